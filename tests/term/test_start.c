/*
 * How the explorer begins: what its options do, and that it can be used while it reads.
 *
 *	test_start PROGRAM CAPTURE
 */
#include <errno.h>
#include <fcntl.h>
#include <signal.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <time.h>
#include <unistd.h>

#include "engine/base/mem.h"
#include "engine/base/text.h"
#include "tests/lib/check.h"
#include "tests/term/see.h"
#include "tests/term/vt.h"

#define WORDS_MAX 220
#define EARLY_LEN 2000			/* bytes without a process or an event */
#define STARTS 40
#define SLEEP_MS 1200
#define MANY 100			/* captures, one behind the other */
#define SOON_S 0.15			/* until there are rows of what was read, */
#define SOON_TRIES 5			/* unless the machine is busy */
#define ESC "\033[27u"			/* which needs no waiting for what follows */

static const char *program, *capture;

/* Run it with WORDS, in which "{}" is the capture; IN_FD is its standard input, or 0. */
static struct vt *
start(const char *const *words, int in_fd)
{
	char *argv[WORDS_MAX + 2] = { xstrdup(program) };
	struct vt *v;
	size_t n = 1;

	for (; words[n - 1] && n <= WORDS_MAX; n++) {
		struct text t = { 0 };
		const char *at = strstr(words[n - 1], "{}");

		text_bytes(&t, words[n - 1], at ? (size_t)(at - words[n - 1])
						: strlen(words[n - 1]));
		if (at)
			text_str(&t, capture);
		text_char(&t, '\0');
		argv[n] = t.p;
	}
	v = vt_start(&(struct vt_start){ .n_rows = 24, .n_cols = 150, .argv = argv,
					 .in_fd = in_fd });
	while (n)
		free(argv[--n]);
	return v;
}

static void
leave(struct vt *v)
{
	vt_keys(v, "q");
	CHECK(vt_ended(v) == 0 && vt_is_given_back(v), "  it ends, and gives the terminal back");
	vt_free(v);
}

/* Options: what is seen with them, and what is not. */
static const struct {
	const char *what, *words[8], *seen, *unseen;
} options[] = {
	{ "processes are the first view", { "-r", "{}" }, "COMMAND", "VPID" },
	{ "-v", { "-r", "{}", "-v", "containers" }, " Containers", " Processes" },
	{ "-r and -v, glued", { "-r{}", "-vcontainers" }, " Containers", " Processes" },
	{ "-v dig", { "-r", "{}", "-v", "dig", "evt.num > 0" }, "Events ›", "VPID" },
	{ "-v echo", { "-r", "{}", "-vecho" }, "shop-api", "COMMAND" },
	{ "-pc", { "-r", "{}", "-pc" }, "VPID", "POD" },
	{ "-pc", { "-r", "{}", "-pc" }, "shop-web", NULL },
	{ "-pk", { "-r", "{}", "-vconnections", "-pk" }, "POD", NULL },
	{ "without -E", { "-r", "{}" }, "alice  ", " 1000 " },
	{ "-E", { "-r", "{}", "-E" }, " 1000 ", "alice  " },
	{ "-n", { "-r", "{}", "-n", "100" }, "100 events", NULL },
	{ "-n, glued", { "-r", "{}", "-n7" }, "7 events", NULL },
	{ "several -r", { "-r", "{}", "-r", "{}" }, "5,890 events", NULL },
	{ "a filter as the last words", { "-r", "{}", "proc.name", "=", "nginx" }, "nginx",
	  "shop-api" },
	{ "a filter in one word", { "-r", "{}", "-v", "procs", "proc.name=nginx" }, "nginx",
	  "shop-api" },
	{ "-d and -s without a live system", { "-r", "{}", "-d", "500", "-s", "100" }, "COMMAND",
	  NULL },
};

static void
test_options(void)
{
	for (size_t i = 0; i < ARRAY_LEN(options); i++) {
		struct vt *v = start(options[i].words, 0);

		if (see(v, options[i].seen, options[i].what) && options[i].unseen)
			see_not(v, options[i].unseen, options[i].what);
		leave(v);
	}
}

/* Names of services come from a file of the machine. */
static void
test_services(void)
{
	const char *const words[] = { "-r", "{}", "-v", "connections", "-R", "fd.sport=80",
				      NULL };
	FILE *f = fopen("/etc/services", "r");
	char line[256];
	bool is_known = false;
	struct vt *v;

	while (f && fgets(line, sizeof(line), f))
		is_known |= !strncmp(line, "http\t", 5) && strstr(line, "80/tcp");
	if (f)
		fclose(f);
	if (!is_known) {
		check_skip("-R: this machine has no name for port 80");
		return;
	}
	v = start(words, 0);
	see(v, " http ", "-R");
	see_not(v, " 80 ", "-R");
	leave(v);
}

/* A capture that comes by a pipe --------------------------------------------------- */

static char *
read_capture(size_t *len)
{
	struct text t = { 0 };
	char bytes[4096];
	int fd = open(capture, O_RDONLY | O_CLOEXEC);
	ssize_t n;

	while ((n = read(fd, bytes, sizeof(bytes))) > 0)
		text_bytes(&t, bytes, (size_t)n);
	close(fd);
	*len = t.len;
	return t.p;
}

/* Write to the pipe FD, however long it takes. */
static bool
feed(int fd, const char *bytes, size_t len)
{
	while (len) {
		ssize_t n = write(fd, bytes, len);

		if (n < 0 && errno != EINTR)
			return false;
		bytes += n > 0 ? n : 0;
		len -= n > 0 ? (size_t)n : 0;
	}
	return true;
}

/* It reads what is written to *FD. */
static struct vt *
start_piped(int *fd)
{
	const char *const words[] = { "-r", "-", NULL };
	struct vt *v;
	int fds[2];

	if (pipe2(fds, O_CLOEXEC) < 0)
		die("no pipe");
	v = start(words, fds[0]);
	close(fds[0]);
	*fd = fds[1];
	return v;
}

/* The same, and half of the capture, of LEN bytes, is there. */
static struct vt *
start_half(int *fd, const char *bytes, size_t len)
{
	struct vt *v = start_piped(fd);

	CHECK(feed(*fd, bytes, len / 2), "half of a capture is there");
	see(v, "nginx", "while it is read there are rows");
	return v;
}

static void
test_reading(void)
{
	size_t len;
	char *bytes = read_capture(&len);
	int fd;
	struct vt *v = start_half(&fd, bytes, len);

	see(v, "reading", "which is said");
	vt_keys(v, "F2");
	see(v, "─ Views", "keys are answered");
	vt_send(v, "containers e", 12);
	vt_keys(v, "Enter");
	see(v, " Containers Errors", "there are other views");
	vt_keys(v, "Backspace");
	see(v, "nginx", "and the way back");
	vt_keys(v, "d");
	see(v, " so far", "events one by one are those so far");
	vt_keys(v, "End");
	CHECK(feed(fd, bytes + len / 2, len - len / 2), "the rest");
	close(fd);
	see(v, " of 316", "events that come are among them");
	CHECK(vt_wait_gone(v, " so far"), "once all is read, these are all");
	see_not(v, " 316 of 316", "the selection stays where it is");
	vt_keys(v, "Esc");
	see(v, "2,945 events", "all is read");
	see(v, "as of", "which is said");
	leave(v);
	free(bytes);
}

/* The capture many times, one behind the other, with the options FIRST and SECOND. */
static struct vt *
start_many(const char *first, const char *second)
{
	const char *words[2 * MANY + 3] = { first, second };

	for (unsigned i = 0; i < MANY; i++) {
		words[2 + 2 * i] = "-r";
		words[3 + 2 * i] = "{}";
	}
	return start(words, 0);
}

/* How far reading is, how fast, and how long it will take: once a second has gone by, which
 * the program is made to sleep through here. */
static void
test_progress(void)
{
	struct vt *v = start_many("-v", "procs");
	unsigned row, col;

	see(v, " reading ", "it is read");
	kill(vt_pid(v), SIGSTOP);
	vt_settle(v, SLEEP_MS);
	kill(vt_pid(v), SIGCONT);
	if (!CHECK(vt_wait(v, "%, ") && vt_find(v, "M/s, ", &row, &col) &&
		   vt_find(v, " s left", &row, &col), "how far, how fast, how long"))
		see_screen(v);
	see(v, "as of", "then all is");
	see_not(v, "reading", "which is not said any more");
	leave(v);
}

/* Saving is stopped as well; then there is no file. */
static void
test_saving(void)
{
	char folder[] = "/tmp/sysreel-start-XXXXXX", path[80];
	struct vt *v;

	if (!mkdtemp(folder))
		die("no folder");
	snprintf(path, sizeof(path), "%s/events.txt", folder);
	v = start_many("-v", "dig");
	see(v, " of 290,400", "many events");
	vt_keys(v, "S ^U");
	vt_send(v, path, strlen(path));
	vt_keys(v, "Enter");
	see(v, "%   Esc stops it", "while they are written, how far that is");
	vt_send(v, ESC, strlen(ESC));
	see(v, "stopped; nothing was saved", "Esc stops it");
	CHECK(access(path, F_OK) < 0 && rmdir(folder) == 0, "nothing is left behind");
	leave(v);
}

/* What came by a pipe cannot be read again, but is kept: it is saved all the same. */
static void
test_saving_what_came(void)
{
	char folder[] = "/tmp/sysreel-start-XXXXXX", path[80];
	const char *words[] = { "-r", path, "-v", "dig", NULL };
	size_t len;
	char *bytes = read_capture(&len);
	struct vt *v;
	int fd;

	if (!mkdtemp(folder))
		die("no folder");
	snprintf(path, sizeof(path), "%s/came.scap.gz", folder);
	v = start_piped(&fd);
	CHECK(feed(fd, bytes, len), "a capture comes");
	close(fd);
	see(v, "2,945 events", "all of it");
	vt_keys(v, "w");
	see(v, "save to", "where to");
	vt_keys(v, "^U");
	vt_send(v, path, strlen(path));
	vt_keys(v, "Enter");
	see(v, "saved to", "it is saved");
	leave(v);
	v = start(words, 0);
	see(v, " of 2,904", "it has as many events to see");
	see(v, "nginx", "and processes");
	leave(v);
	free(bytes);
	unlink(path);
	rmdir(folder);
}

/* A capture of which only the beginning has come, and that waits for the rest. */
static struct vt *
start_early(int *fd, const char *bytes)
{
	struct vt *v = start_piped(fd);

	see(v, "waiting for a capture", "it is said that nothing comes");
	CHECK(feed(*fd, bytes, EARLY_LEN), "something comes");
	see(v, "standard input   0 events", "there is a screen");
	return v;
}

/* What is typed before there are rows is done once there are. */
/* A file that is no view is listed, with what is wrong and where; the others work. */
static void
test_bad_view(void)
{
	static const char text[] = "return {\n\tid = \"bad\", colums = {},\n}\n";
	char folder[] = "/tmp/sysreel-start-XXXXXX", path[80];
	const char *words[] = { "-r", "{}", "--views", folder, NULL };
	struct vt *v;
	int fd;

	if (!CHECK(mkdtemp(folder), "there is a folder"))
		return;
	snprintf(path, sizeof(path), "%s/bad.lua", folder);
	fd = open(path, O_WRONLY | O_CREAT, 0600);
	CHECK(fd >= 0 && write(fd, text, sizeof(text) - 1) == sizeof(text) - 1, "and a file");
	close(fd);
	v = start(words, 0);
	see(v, "as of", "the other views work");
	vt_keys(v, "v End");
	see(v, "! bad.lua", "it is listed");
	see(v, "bad.lua:2: unknown key `colums`", "with its line");
	vt_keys(v, "Enter");
	see(v, "bad.lua:2: unknown key", "choosing it says so");
	leave(v);
	unlink(path);
	rmdir(folder);
}

static void
test_early_keys(void)
{
	size_t len;
	char *bytes = read_capture(&len);
	struct vt *v;
	int fd;

	v = start_early(&fd, bytes);
	vt_keys(v, "Down Enter");
	see(v, "there are no rows yet", "keys for rows wait, which is said");
	CHECK(feed(fd, bytes + EARLY_LEN, len / 2 - EARLY_LEN), "half of it is there");
	see(v, " Processes › ", "the keys are done");
	see(v, " › Threads", "both");
	vt_keys(v, "Backspace");
	see(v, "nginx", "the way back");
	close(fd);
	leave(v);

	v = start_early(&fd, bytes);
	vt_keys(v, "Enter");
	see(v, "there are no rows yet", "a key for rows waits");
	vt_keys(v, "F7 Backspace");
	CHECK(feed(fd, bytes + EARLY_LEN, len / 2 - EARLY_LEN), "half of it is there");
	see(v, "nginx", "rows are there");
	vt_settle(v, 100);
	see_not(v, "› Threads", "another key takes back what waited");
	close(fd);
	leave(v);
	free(bytes);
}

static double
now_s(void)
{
	struct timespec t;

	clock_gettime(CLOCK_MONOTONIC, &t);
	return (double)t.tv_sec + (double)t.tv_nsec / 1e9;
}

/* A first look that finds nothing is followed by another at once, not when it would be time to
 * look anew at rows that are there. */
static void
test_first_rows(void)
{
	double took, best = VT_WAIT_MS;
	size_t len;
	char *bytes = read_capture(&len);

	for (int i = 0; i < SOON_TRIES && best > SOON_S; i++) {
		int fd;
		struct vt *v = start_early(&fd, bytes);

		took = now_s();
		feed(fd, bytes + EARLY_LEN, len / 2 - EARLY_LEN);
		see(v, "nginx", "rows come");
		took = now_s() - took;
		best = took < best ? took : best;
		close(fd);
		leave(v);
	}
	CHECK(best <= SOON_S, "as soon as something was read: after %.0f ms", 1e3 * best);
	free(bytes);
}

/* Keys and another size before the first picture, many times. */
static void
test_many_starts(void)
{
	static const struct {
		const char *keys, *seen;
	} early[] = {
		{ "d", "Events ›" }, { "Enter", "› Threads" }, { "F1", "Keys" },
		{ "g", "Overview ›" }, { "e", "Data ›" }, { "s", "Latencies ›" },
		{ "T", "no parents" }, { "C", "Columns" },
	};
	const char *const words[] = { "-r", "{}", NULL };
	size_t n_wrong = 0;

	for (unsigned i = 0; i < STARTS; i++) {
		size_t k = i % ARRAY_LEN(early);
		struct vt *v = start(words, 0);
		bool is_well;

		vt_keys(v, early[k].keys);
		vt_resize(v, 20 + i % 10, 100);
		is_well = vt_wait(v, early[k].seen);
		if (!is_well) {
			printf("# start %u, key %s\n", i, early[k].keys);
			see_screen(v);
		}
		vt_keys(v, "^C");
		is_well &= vt_ended(v) == 0 && vt_is_given_back(v);
		n_wrong += !is_well;
		vt_free(v);
	}
	CHECK(!n_wrong, "keys and another size at once: %u starts", STARTS);
}

/* Esc stops what takes long. */
static void
test_stopping(void)
{
	size_t len;
	char *bytes = read_capture(&len);
	int fd;
	struct vt *v = start_half(&fd, bytes, len);

	vt_keys(v, "Esc");
	see(v, "stopped", "Esc stops it");
	see(v, "as of", "what was read by then is all");
	see(v, "nginx", "and is there");
	vt_keys(v, "Esc");
	see(v, "this is the top", "Esc has nothing else to stop");
	close(fd);
	leave(v);
	free(bytes);
}

int
main(int argc, char **argv)
{
	if (argc < 3)
		return 2;
	program = argv[1];
	capture = argv[2];
	signal(SIGPIPE, SIG_IGN);
	test_options();
	test_services();
	test_reading();
	test_bad_view();
	test_early_keys();
	test_first_rows();
	test_many_starts();
	test_stopping();
	test_progress();
	test_saving();
	test_saving_what_came();
	return check_done();
}
