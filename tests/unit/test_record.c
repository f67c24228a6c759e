/* The whole subcommand, from its words to what it says and leaves behind: a capture
 * goes in at /dev/fd/77, standard output takes another. */
#include <sys/mman.h>
#include <unistd.h>

#include "tests/lib/check.h"
#include "tests/lib/scapbuild.h"
#include "tests/lib/subcommand.h"
#include "ui/cli/cli.h"

#define ENTER_LEN 40			/* the block of an event without parameters */
#define CAP SUBCOMMAND_INPUT
#define MORE "; `sysreel record --help` tells more\n"

/* WRITES: bytes on standard output, which is that of the whole capture if -1, without
 * the call that is entered if -2. ERR: NULL is anything. */
static const struct {
	const char *words[SUBCOMMAND_WORDS_MAX];
	int status;
	const char *err;
	int writes;
} cases[] = {
	{ { "-r", CAP, "-w", "-" }, 0, "", -1 },
	{ { "-r", "-", "-w-" }, 0, "", -1 },
	{ { "-r", CAP, "-w", "-", "evt.type", "=", "open" }, 0, "", -1 },
	{ { "-r", CAP, "-w", "-", "-n", "1" }, 0, "", 68 },
	{ { "-r", CAP, "-w", "-", "--no-state", "evt.type=read" }, 0, "", 28 },
	{ { "-r", CAP, "-w", "-", "-M1" }, 0, "", -1 },
	{ { NULL }, 2, "record where to? Name it with -w FILE\n", 0 },
	{ { "--tree", "7" }, 2, "record where to? Name it with -w FILE\n", 0 },
	{ { "--tree", "x" }, 2, "--tree wants the number of a process, not `x`" MORE, 0 },
	{ { "--tree", "7", "-w", "x", "--", "ls" }, 2,
	  "either a command is followed or, with --tree, a process\n", 0 },
	{ { "-r", CAP, "-w", "x", "--tree", "7" }, 2,
	  "--tree is for the running system, not for a capture\n", 0 },
	{ { "-r", CAP, "-w", "x", "--ring-size", "64" }, 2,
	  "--ring-size is for the running system, not for a capture\n", 0 },
	{ { "-w", "x", "--ring-size", "48" }, 2,
	  "--ring-size wants a power of two from 16 to 1048576, not `48`" MORE, 0 },
	{ { "-w", "x", "--ring-size", "8" }, 2,
	  "--ring-size wants a power of two from 16 to 1048576, not `8`" MORE, 0 },
	{ { "-w", "x", "-f" }, 2,
	  "-f is for a capture, and none is named; -r FILE does that\n", 0 },
	{ { "-w", "x", "--exit-only", "--format", "0.29" }, 2,
	  "readers of format 0.29 need what --exit-only leaves out\n", 0 },
	{ { "-w", "x", "--no-state", "--", "ls" }, 2,
	  "--no-state asks what is wanted, and that is all: there is no FILTER\n", 0 },
	{ { "-w", "/nowhere/x", "--", "/nowhere/program" }, 1, NULL, 0 },
	{ { "-r", CAP, "-w", "-", "--exit-only" }, 0, "", -2 },
	{ { "-r", CAP }, 2, "record where to? Name it with -w FILE\n", 0 },
	{ { "-r", CAP, "-w" }, 2, "something must follow `-w`; `sysreel record --help` lists the "
	  "options\n", 0 },
	{ { "-r", CAP, "-w", "" }, 2, "record where to? Name it with -w FILE\n", 0 },
	{ { "-r", CAP, "-w", "x", "-n", "0" }, 2, "-n wants a number above 0, not `0`" MORE, 0 },
	{ { "-r", CAP, "-w", "x", "-M", "-1" }, 2, "-M wants seconds above 0, not `-1`" MORE, 0 },
	{ { "-r", CAP, "-w", "x", "-C", "1k" }, 2, "-C wants megabytes above 0, not `1k`" MORE,
	  0 },
	{ { "-r", CAP, "-w", "x", "-C", "18446744073710" }, 2,
	  "-C wants megabytes above 0, not `18446744073710`" MORE, 0 },
	{ { "-r", CAP, "-w", "x", "-G", "" }, 2, "-G wants seconds above 0, not ``" MORE, 0 },
	{ { "-r", CAP, "-w", "x", "-e", "0" }, 2, "-e wants a number above 0, not `0`" MORE, 0 },
	{ { "-r", CAP, "-w", "x", "-W", "0" }, 2,
	  "-W wants a number of files above 0, not `0`" MORE, 0 },
	{ { "-r", CAP, "-w", "x", "-W", "2" }, 2,
	  "-W keeps the last files, but nothing says when one is full: -C, -G or -e\n", 0 },
	{ { "-r", CAP, "-w", "-", "-e", "2" }, 2,
	  "standard output is one file: -C, -G and -e need a name\n", 0 },
	{ { "-r", CAP, "-w", "x", "-s", "all" }, 2, "-s wants a number of bytes, not `all`" MORE,
	  0 },
	{ { "-r", CAP, "-w", "x", "--format", "0.28" }, 2,
	  "--format wants newest or 0.29, not `0.28`" MORE, 0 },
	{ { "-r", CAP, "-w", "x", "--only" }, 2,
	  "--only asks what is wanted, and that is all: there is no FILTER\n", 0 },
	{ { "-r", CAP, "-w", "x", "--ancestors", "evt.type=read" }, 2,
	  "all processes are written, ancestors too, but with --only\n", 0 },
	{ { "-r", CAP, "-w", "/nowhere/x" }, 1, "/nowhere/x: no such file or directory\n", 0 },
	{ { "-r", CAP, "-w", "/" }, 1, "/: is a directory\n", 0 },
	{ { "-r", CAP, "-w", "/nowhere/\033[2J" }, 1,
	  "/nowhere/\\x1b[2J: no such file or directory\n", 0 },
	{ { "-r", CAP, "-w", "/dev/full" }, 1, "/dev/full: no space left on device\n", 0 },
	{ { "-r", CAP, "-w", "/dev/stdout" }, 1,
	  "/dev/stdout: it is a symbolic link; name what it points to\n", 0 },
	{ { "-r", "/nowhere/x", "-w", "-" }, 1, "/nowhere/x: no such file or directory\n", 0 },
};

static void
build(struct scap *b)
{
	scap_section(b, 2);
	scap_at(b, 1700000000000000000, 7, 0);
	scap_event(b, EV_OPEN_E, SCAP_NOTHING);
	scap_at(b, 1700000000000000100, 7, 1);
	scap_event(b, EV_OPEN_X, scap_num(3), scap_text("/etc/hosts"), scap_num(1), scap_num(0));
}

static int
run(const char *const *words, int capture, int out, int err)
{
	return subcommand_run(&record_command, words, capture, out, err);
}

/* What was written to FD, without the name of the program. */
static const char *
said(int fd, char *buf, size_t size)
{
	subcommand_said(fd, buf, size);
	return strncmp(buf, "sysreel: ", 9) ? buf : buf + 9;
}

static void
words_are_understood(const struct scap *b)
{
	for (size_t i = 0; i < ARRAY_LEN(cases); i++) {
		int out = memfd_create("out", 0), err = memfd_create("err", 0);
		int capture = scap_memfd(b->p, b->len);
		off_t all = (off_t)b->len, enter = ENTER_LEN;
		off_t want = cases[i].writes == -1 ? all :
			     cases[i].writes == -2 ? all - enter : cases[i].writes;
		char buf[4096];

		CHECK(run(cases[i].words, capture, out, err) == cases[i].status,
		      "case %zu: exit status %d", i, cases[i].status);
		if (cases[i].err)
			CHECK_STR(said(err, buf, sizeof(buf)), cases[i].err, "  what it says");
		CHECK(lseek(out, 0, SEEK_END) == want, "  it writes %lld bytes", (long long)want);
		close(out);
		close(err);
		close(capture);
	}
}

/* What comes in goes out again. */
static void
bytes_are_the_same(const struct scap *b)
{
	static const char *const words[] = { "-r", CAP, "-w", "-", NULL };
	int out = memfd_create("out", 0), err = memfd_create("err", 0);
	int capture = scap_memfd(b->p, b->len);
	char buf[4096];

	run(words, capture, out, err);
	CHECK(pread(out, buf, sizeof(buf), 0) == (ssize_t)b->len && !memcmp(buf, b->p, b->len),
	      "a capture of our own is written again byte by byte");
	close(out);
	close(err);
	close(capture);
}

static void
nobody_reads(const struct scap *b)
{
	static const char *const words[] = { "-r", CAP, "-w", "-", NULL };
	int err = memfd_create("err", 0), capture = scap_memfd(b->p, b->len), ends[2];
	char buf[4096];

	if (pipe(ends))
		die("no pipe");
	close(ends[0]);
	CHECK(run(words, capture, ends[1], err) == 1, "without a reader it fails");
	CHECK_STR(said(err, buf, sizeof(buf)), "standard output: broken pipe\n", "  and says so");
	close(ends[1]);
	close(err);
	close(capture);
}

int
main(void)
{
	struct scap b = { 0 };

	build(&b);
	words_are_understood(&b);
	bytes_are_the_same(&b);
	nobody_reads(&b);
	scap_fini(&b);
	return check_done();
}
