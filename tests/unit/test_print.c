/* The whole subcommand, from its words to its lines: a capture goes in at
 * /dev/fd/77, and what comes out is compared. */
#include <errno.h>
#include <fcntl.h>
#include <stdlib.h>
#include <sys/mman.h>
#include <termios.h>
#include <unistd.h>

#include "engine/base/err.h"
#include "engine/event/event_type.h"
#include "engine/filter/filter.h"
#include "tests/lib/check.h"
#include "tests/lib/scapbuild.h"
#include "tests/lib/subcommand.h"
#include "ui/cli/cli.h"

#define START_NS 1700000000000000005u	/* 2023-11-14 22:13:20 UTC */
#define CAP SUBCOMMAND_INPUT

#define EVENT_BLOCK 0x216		/* event v2 */

enum variant { WHOLE, CUT, TABLES, TINY, EMPTY, ALIEN };

#define LINE_1 "1 22:13:20.000000005 0 cat (7) > open \n"
#define LINE_2 "2 22:13:20.000000105 1 cat (7) < open fd=3(<f>/etc/hosts) name=/etc/hosts " \
	       "flags=1(O_RDONLY) mode=0 \n"
#define LINE_3 "3 22:13:20.000000205 1 cat (7) > read fd=3(<f>/etc/hosts) size=4096 \n"
#define LINE_4 "4 22:13:20.000000305 1 cat (7) < read res=3 data=a.b \n"
#define LINE_5 "5 22:13:20.000000405 0 <NA> (0) > procinfo cpu_usr=1 cpu_sys=2 \n"
#define LINE_6 "6 22:13:21.000000000 0 cat (7) > close fd=3(<f>/etc/hosts) \n"

static const struct {
	enum variant variant;
	const char *words[SUBCOMMAND_WORDS_MAX];
	int status;
	const char *out, *err;		/* .err NULL: some words */
} cases[] = {
	{ WHOLE, { "-r", CAP }, 0, LINE_1 LINE_2 LINE_3 LINE_4 LINE_6, "" },
	{ WHOLE, { "-r", CAP, "--all", "-n", "5" }, 0,
	  LINE_1 LINE_2 LINE_3 LINE_4 LINE_5, "" },
	{ WHOLE, { "-r", CAP, "-n2", "--skip", "1" }, 0, LINE_2 LINE_3, "" },
	{ WHOLE, { "-r", CAP, "-q" }, 0, "", "" },
	{ WHOLE, { "-r", CAP, "--skip=5" }, 0, "", "" },
	{ WHOLE, { "--readfile", CAP, "--numevents=1", "--timetype", "h" }, 0, LINE_1, "" },
	{ WHOLE, { "-r", CAP, "--print", "%evt.type", "-n1" }, 0, "open\n", "" },
	{ WHOLE, { "-r", CAP, "-w", "x" }, 2, "", "sysreel: `-w`: captures are written by "
	  "`sysreel record`, which has this option\n" },
	{ WHOLE, { "--list-events" }, 2, "", "sysreel: `--list-events`: `sysreel list events` "
	  "shows the events\n" },
	{ WHOLE, { "-r", CAP, "-p", "%evt.num %fd.name" }, 0,
	  "2 /etc/hosts\n3 /etc/hosts\n4 /etc/hosts\n6 /etc/hosts\n", "" },
	{ WHOLE, { "-r", CAP, "-p", "*%evt.num %4evt.type\\e|", "-n", "1" }, 0,
	  "1 open\033|\n\033[00m", "" },
	{ WHOLE, { "-r", CAP, "-p", "*\\e", "-q" }, 0, "", "" },
	{ WHOLE, { "-r", CAP, "-tr", "-p", "%evt.outputtime", "-n2" }, 0,
	  "0.000000000\n0.000000100\n", "" },
	{ WHOLE, { "-r", CAP, "-tD", "-n2", "--skip=1", "-p", "%evt.outputtime" }, 0,
	  "0.000000000\n0.000000100\n", "" },
	{ WHOLE, { "-r", CAP, "-td", "-n2", "-p", "%evt.outputtime" }, 0,
	  "0.000000000\n0.000000100\n", "" },
	{ WHOLE, { "-r", CAP, "-ta", "-n1", "-p", "%evt.outputtime" }, 0,
	  "1700000000.5\n", "" },
	{ WHOLE, { "-r", CAP, "-r", "/nowhere/x" }, 1, "",
	  "sysreel: /nowhere/x: no such file or directory\n" },
	{ WHOLE, { "-r", "" }, 2, "", "sysreel: -r wants the name of a capture, not ``; "
	  "`sysreel print --help` tells more\n" },
	{ WHOLE, { "-r", "/" }, 1, "", "sysreel: /: is a directory\n" },
	{ WHOLE, { "-r", "\033[2J" }, 1, "",
	  "sysreel: \\x1b[2J: no such file or directory\n" },
	{ WHOLE, { "-r", CAP, "evt.type=read", "and", "evt.dir=<" }, 0, LINE_4, "" },
	{ WHOLE, { "-r", CAP, "--", "evt.type=close" }, 0, LINE_6, "" },
	{ WHOLE, { "-r", CAP, "" }, 0, LINE_1 LINE_2 LINE_3 LINE_4 LINE_6, "" },
	{ WHOLE, { "-r", CAP, "-d", "-n4", "evt.type=read" }, 0, LINE_3 LINE_4, "" },
	{ WHOLE, { "-r", CAP, "-n1", "evt.type=read" }, 0, LINE_3, "" },
	{ WHOLE, { "-r", CAP, "-M", "1" }, 0, LINE_1 LINE_2 LINE_3 LINE_4 LINE_6, "" },
	{ WHOLE, { "-r", CAP, "-M1", "evt.num>0", "--", "x" }, 2, "", NULL },
	{ WHOLE, { "-r", CAP, "-U", "cat" }, 0, "", "" },
	{ WHOLE, { "-r", CAP, "-U", "cats", "-U", "at", "-U", "", "-n1" }, 0, LINE_1, "" },
	{ WHOLE, { "-r", CAP, "-U", "dog", "-U", "ca", "-n1" }, 0, LINE_1, "" },
	{ WHOLE, { "-r", CAP, "-s", "1", "evt.num=4" }, 0,
	  "4 22:13:20.000000305 1 cat (7) < read res=3 data=a \n", "" },
	{ WHOLE, { "-r", CAP, "-x", "evt.num=4" }, 0,
	  "4 22:13:20.000000305 1 cat (7) < read res=3 data=\n\t0x0000: 6100 62\n \n", "" },
	{ WHOLE, { "-r", CAP, "-X", "evt.num=4", "-x" }, 2, "", NULL },
	{ WHOLE, { "-r", CAP, "-A", "-p", "%evt.args|", "evt.num=4" }, 0,
	  "res=3 data=\nab |\n", "" },
	{ WHOLE, { "-r", CAP, "-b", "-p", "%evt.buffer", "evt.num=4" }, 0, "YQBi\n", "" },
	{ WHOLE, { "-r", CAP, "--raw", "-p", "%evt.buffer", "evt.num=4" }, 0, "a", "" },
	{ WHOLE, { "-r", CAP, "-x", "-X" }, 2, "",
	  "sysreel: data is shown in one way: only one of -A, -b, -x and -X\n" },
	{ WHOLE, { "-r", CAP, "-j", "--csv" }, 2, "",
	  "sysreel: the output has one form: only one of -j and --csv\n" },
	{ WHOLE, { "-r", CAP, "-j", "-n1" }, 0,
	  "{\"evt.cpu\":0,\"evt.dir\":\">\",\"evt.info\":\"\",\"evt.num\":1,"
	  "\"evt.outputtime\":1700000000000000005,\"evt.type\":\"open\",\"proc.name\":\"cat\","
	  "\"thread.tid\":7}\n", "" },
	{ WHOLE, { "-r", CAP, "--csv", "-p", "*%evt.num %fd.name", "-n2" }, 0,
	  "evt.num,fd.name\n1,\n2,/etc/hosts\n", "" },
	{ WHOLE, { "-r", CAP, "--csv", "-A", "-p", "%evt.num %evt.buffer", "evt.num=4" }, 0,
	  "evt.num,evt.buffer\n4,\"\nab\"\n", "" },
	{ WHOLE, { "-r", CAP, "--csv", "-p", "x" }, 2, "",
	  "sysreel: format: without a field there is nothing for CSV\n" },
	{ WHOLE, { "-r", CAP, "-S", "-q" }, 0, "----------------------\nEvent           #Calls\n"
	  "----------------------\n< open            1\n< read            1\n> close           1\n"
	  "> open            1\n> read            1\n", "" },
	{ WHOLE, { "-pp" }, 0, "*%evt.num %evt.outputtime %evt.cpu %proc.name (%thread.tid) "
	  "%evt.dir %evt.type %evt.info\n", "" },
	{ WHOLE, { "-r", CAP, "-pc", "-n1" }, 0,
	  "1 22:13:20.000000005 0 host (host) cat (7:0) > open \n", "" },
	{ WHOLE, { "-r", CAP, "-D", "--unbuffered", "evt.num=5" }, 0, LINE_5, "" },
	{ WHOLE, { "-r", CAP, "-M", "0" }, 2, "",
	  "sysreel: -M wants a number of seconds above 0, not `0`; `sysreel print --help` tells "
	  "more\n" },
	{ WHOLE, { "-r", CAP, "proc.nmae=cat" }, 2, "", NULL },
	{ CUT, { "-r", CAP }, 0, LINE_1 LINE_2 LINE_3 LINE_4,
	  "sysreel: /dev/fd/77: truncated at byte 582 (block 8): read 5 events before it\n" },
	{ TABLES, { "-r", CAP }, 0, "", NULL },
	{ TINY, { "-r", CAP }, 1, "",
	  "sysreel: /dev/fd/77: truncated at byte 20 (block 1): read 0 events before it\n" },
	{ EMPTY, { "-r", CAP }, 1, "", "sysreel: /dev/fd/77: empty\n" },
	{ ALIEN, { "-r", CAP }, 1, "", "sysreel: /dev/fd/77: not a capture\n" },
	{ WHOLE, { "-r" }, 2, "",
	  "sysreel: something must follow `-r`; `sysreel print --help` lists the options\n" },
	{ WHOLE, { "-f" }, 2, "",
	  "sysreel: -f is for a capture, and none is named; -r FILE does that\n" },
	{ WHOLE, { "-r", CAP, "--tree", "1" }, 2, "",
	  "sysreel: --tree is for the running system, not for a capture\n" },
	{ WHOLE, { "--tree", "1", "--", "true" }, 2, "",
	  "sysreel: either a command is followed or, with --tree, a process\n" },
	{ WHOLE, { "-r", CAP, "--cgroup", "/x" }, 2, "",
	  "sysreel: --cgroup is for the running system, not for a capture\n" },
	{ WHOLE, { "--cgroup", "x" }, 2, "", "sysreel: --cgroup wants a path that begins with /, "
	  "not `x`; `sysreel print --help` tells more\n" },
	{ WHOLE, { "--tree", "0" }, 2, "", "sysreel: --tree wants the number of a process, "
	  "not `0`; `sysreel print --help` tells more\n" },
	{ WHOLE, { "-r", CAP, "-n", "0" }, 2, "",
	  "sysreel: -n wants a number above 0, not `0`; `sysreel print --help` tells more\n" },
	{ WHOLE, { "-r", CAP, "--skip", "1x" }, 2, "",
	  "sysreel: --skip wants a number, not `1x`; `sysreel print --help` tells more\n" },
	{ WHOLE, { "-r", CAP, "-t", "x" }, 2, "",
	  "sysreel: -t wants one of h, a, r, d and D, not `x`; `sysreel print --help` "
	  "tells more\n" },
	{ WHOLE, { "--hlep" }, 2, "",
	  "sysreel: unknown option `--hlep`, did you mean `--help`?\n" },
	{ WHOLE, { "--cout=3" }, 2, "",
	  "sysreel: unknown option `--cout`, did you mean `--count`?\n" },
	{ WHOLE, { "--zzz" }, 2, "",
	  "sysreel: unknown option `--zzz`; `sysreel print --help` lists the options\n" },
	{ WHOLE, { "-r", CAP, "-p", "a %evt.tpye" }, 2, "",
	  "sysreel: format: unknown field `evt.tpye`, did you mean `evt.type`?\n"
	  "  a %evt.tpye\n     ^\n" },
	{ WHOLE, { "-r", CAP, "evt.type=read", "-n", "1" }, 2, "",
	  "sysreel: expected `and` or `or`, not `-n`; a value with blanks or brackets in it "
	  "needs quotes\n  evt.type=read -n 1\n                ^\n"
	  "sysreel: options stand before the filter, not behind it\n" },
};

static void
build(struct scap *b)
{
	scap_section(b, 2);
	scap_procs(b, 9, 76, &(struct proc_record){
		.tid = 7, .pid = 7, .ptid = 1, .comm = SCAP_SPAN("cat"),
		.exe = SCAP_SPAN("cat"), .cwd = SCAP_SPAN("/tmp") }, 1);
	scap_at(b, START_NS, 7, 0);
	scap_event(b, EV_OPEN_E, SCAP_NOTHING);
	scap_at(b, START_NS + 100, 7, 1);
	scap_event(b, EV_OPEN_X, scap_num(3), scap_text("/etc/hosts"), scap_num(1),
		   scap_num(0));
	scap_at(b, START_NS + 200, 7, 1);
	scap_event(b, EV_READ_E, scap_num(3), scap_num(4096));
	scap_at(b, START_NS + 300, 7, 1);
	scap_event(b, EV_READ_X, scap_num(3), scap_bytes("a\0b", 3));
	scap_at(b, START_NS + 400, 0, 0);
	scap_event(b, EV_PROCINFO_E, scap_num(1), scap_num(2));
	scap_at(b, START_NS + 999999995, 7, 0);
	scap_event(b, EV_CLOSE_E, scap_num(3));
}

/* The capture as a descriptor: all of it, or what is left of it. */
/* Where the block of the first event begins. */
static size_t
first_event(const struct scap *b)
{
	uint32_t head[2] = { 0, 0 };
	size_t at;

	for (at = 0; at + sizeof(head) <= b->len; at += head[1]) {
		memcpy(head, b->p + at, sizeof(head));
		if (head[0] == EVENT_BLOCK)
			break;
	}
	return at;
}

static int
open_variant(const struct scap *b, enum variant variant)
{
	switch (variant) {
	case CUT:
		return scap_memfd(b->p, b->len - 10);
	case TABLES:
		return scap_memfd(b->p, first_event(b) + 4);
	case TINY:
		return scap_memfd(b->p, 20);
	case EMPTY:
		return scap_memfd("", 0);
	case ALIEN:
		return scap_memfd("#!/bin/sh\n", 10);
	default:
		return scap_memfd(b->p, b->len);
	}
}

static int
run(const char *const *words, int capture, int out, int err)
{
	return subcommand_run(&print_command, words, capture, out, err);
}

static void
words_give_lines(const struct scap *b)
{
	for (size_t i = 0; i < ARRAY_LEN(cases); i++) {
		int out = memfd_create("out", 0), err = memfd_create("err", 0);
		int capture = open_variant(b, cases[i].variant);
		char buf[4096];

		CHECK(run(cases[i].words, capture, out, err) == cases[i].status,
		      "case %zu: exit status %d", i, cases[i].status);
		CHECK_STR(subcommand_said(out, buf, sizeof(buf)), cases[i].out, "  lines");
		subcommand_said(err, buf, sizeof(buf));
		if (cases[i].err)
			CHECK_STR(buf, cases[i].err, "  errors");
		else
			CHECK(!strncmp(buf, "sysreel: ", 9), "  it says why");
		close(out);
		close(err);
		close(capture);
	}
}

/* A terminal gets colours; what comes out of the capture does not change. */
static void
terminals_get_colours(const struct scap *b)
{
	static const char *const words[] = { "-r", CAP, "-n1", NULL };
	static const char *const wanted[] = {
		"1 22:13:20.000000005 0 \033[01;32mcat\033[00m (\033[01;36m7\033[00m.7) > "
		"\033[01;34mopen\033[00m \n\033[00m",
		LINE_1,
	};
	int master = posix_openpt(O_RDWR | O_NOCTTY), err = memfd_create("err", 0);

	if (master < 0 || grantpt(master) || unlockpt(master)) {
		check_skip("there are no pseudo terminals here");
		close(err);
		return;
	}
	setenv("TERM", "xterm", 1);
	for (size_t i = 0; i < ARRAY_LEN(wanted); i++) {
		int slave = open(ptsname(master), O_RDWR | O_NOCTTY);
		int capture = open_variant(b, WHOLE);
		struct termios mode;
		char buf[512];
		ssize_t n;

		tcgetattr(slave, &mode);
		cfmakeraw(&mode);
		tcsetattr(slave, TCSANOW, &mode);
		CHECK(!run(words, capture, slave, err), "NO_COLOR=%s", i ? "1" : "");
		n = read(master, buf, sizeof(buf) - 1);
		buf[n > 0 ? n : 0] = '\0';
		CHECK(!strcmp(buf, wanted[i]), "  %s", i ? "plain" : "colours");
		close(slave);
		close(capture);
		setenv("NO_COLOR", "1", 1);
	}
	close(master);
	close(err);
}

static void
writing_fails(const struct scap *b)
{
	static const char *const words[] = { "-r", "-", NULL };
	int err = memfd_create("err", 0), full = open("/dev/full", O_WRONLY);
	int capture = open_variant(b, WHOLE), ends[2];
	char buf[4096];

	CHECK(run(words, capture, full, err) == CLI_FAILED, "a full disk is a failure");
	CHECK_STR(subcommand_said(err, buf, sizeof(buf)),
		  "sysreel: cannot write: No space left on device\n", "  and is told");
	close(err);
	close(capture);
	err = memfd_create("err", 0);
	capture = open_variant(b, WHOLE);
	if (!CHECK(!pipe(ends), "a pipe"))
		return;
	close(ends[0]);
	CHECK(run(words, capture, ends[1], err) == CLI_OK, "nobody to read is none");
	CHECK_STR(subcommand_said(err, buf, sizeof(buf)), "", "  and nothing is told");
}

static int32_t
web_port(const char *name)
{
	return strcmp(name, "http") ? -1 : 80;
}

/* What the help shows must work. */
static void
examples_are_filters(void)
{
	for (size_t i = 0; i < print_command.n_examples; i++) {
		const char *words = print_command.examples[i].words;
		struct err err = { 0 };
		struct filter *f = filter_compile(words, &(const struct filter_options){
						  .service_port = web_port }, &err);

		CHECK(f, "%s: %s", words, err.text);
		filter_free(f);
	}
	CHECK(print_command.n_examples > 5, "there are some");
}

int
main(void)
{
	struct scap b = { 0 };

	setenv("TZ", "UTC", 1);
	unsetenv("NO_COLOR");
	build(&b);
	words_give_lines(&b);
	examples_are_filters();
	terminals_get_colours(&b);
	writing_fails(&b);
	scap_fini(&b);
	return check_done();
}
