/*
 * Actions on rows, in a terminal: on names that mean harm, on processes that are and
 * are not those of a capture, on a capture that says nothing.
 *
 *	test_actions PROGRAM
 *
 * All that is done is done to processes that this test started, and in a folder of its
 * own.
 */
#include <fcntl.h>
#include <signal.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/stat.h>
#include <sys/wait.h>
#include <time.h>
#include <unistd.h>

#include "engine/base/mem.h"
#include "engine/base/text.h"
#include "engine/event/event_type.h"
#include "tests/lib/check.h"
#include "tests/lib/scapbuild.h"
#include "tests/term/vt.h"

#define SEC 1000000000ull
#define NAME_BYTES 1000		/* longer paths are no paths in a capture */
#define FD 5

/* Where everything is; and what a traced program might have been called, or open. */
static char folder[] = "/tmp/sysreel-actions-XXXXXX";
static char *program;

static uint64_t
clock_ns(clockid_t clock)
{
	struct timespec t;

	clock_gettime(clock, &t);
	return (uint64_t)t.tv_sec * SEC + (uint64_t)t.tv_nsec;
}

static char *
path_of(const char *name)
{
	struct text t = { 0 };

	text_fmt(&t, "%s/%s", folder, name);
	text_char(&t, '\0');
	return t.p;
}

/* What a capture says. */
struct story {
	int64_t pid;
	const char *comm, *file;
	uint64_t ns, boot_ns;
};

/* A capture of a process that reads a file; its path. */
static char *
make_capture(const struct story *s)
{
	struct machine_record machine = { .n_cpus = 2, .memory_bytes = 1u << 30,
					  .hostname = SCAP_SPAN("testbed"),
					  .boot_ns = s->boot_ns };
	struct proc_record proc = { .tid = s->pid, .pid = s->pid, .vtid = s->pid,
				    .vpid = s->pid, .ptid = 1, .comm = scap_span(s->comm),
				    .exe = scap_span(s->comm), .exepath = SCAP_SPAN("/bin/x"),
				    .args = SCAP_SPAN(""), .cwd = SCAP_SPAN("/"),
				    .root = SCAP_SPAN("/") };
	char *path = path_of("capture.scap");
	struct scap b = { 0 };
	int fd;

	scap_section(&b, 2);
	scap_machine(&b, &machine);
	scap_procs(&b, 9, 76, &proc, 1);
	for (unsigned i = 0; i < 4; i++) {
		scap_at(&b, s->ns + i * 1000000, s->pid, 0);
		scap_event(&b, EV_OPEN_E, SCAP_NOTHING);
		scap_at(&b, s->ns + i * 1000000 + 1000, s->pid, 0);
		scap_event(&b, EV_OPEN_X, scap_num(FD), scap_text(s->file), scap_num(1));
	}
	fd = open(path, O_CREAT | O_TRUNC | O_WRONLY, 0600);
	if (fd < 0 || write(fd, b.p, b.len) != (ssize_t)b.len)
		abort();
	close(fd);
	scap_fini(&b);
	return path;
}

/* The explorer on S, at VIEW, with OPTION (or NULL). */
static struct vt *
explore(const struct story *s, const char *view, const char *option)
{
	const char *const env[] = { "HOME", folder, "XDG_STATE_HOME", folder, "XDG_CONFIG_HOME",
				    folder, "LESS", "", "PAGER", NULL, NULL };
	char *path = make_capture(s), *last = xstrdup(option ? option : "--utc");
	char read[] = "-r", begin[] = "-v", *id = xstrdup(view);
	char *argv[] = { program, read, path, begin, id, last, NULL };
	struct vt *v = vt_start(&(struct vt_start){ .n_rows = 24, .n_cols = 80, .argv = argv,
						 .env = env });

	free(path);
	free(last);
	free(id);
	return v;
}

static bool
is_shown(struct vt *v, const char *what)
{
	unsigned row, col;

	return vt_find(v, what, &row, &col);
}

static void
leave(struct vt *v)
{
	vt_keys(v, "q");
	CHECK(vt_ended(v) == 0 && vt_is_given_back(v), "  and the terminal is as it was");
	vt_free(v);
}

/* A process of our own that waits. */
static pid_t
start(void)
{
	pid_t pid = fork();

	if (!pid)
		for (;;)
			pause();
	return pid;
}

static bool
has_ended(pid_t pid, int *status)
{
	for (int i = 0; i < 2000; i++) {
		struct timespec t = { 0, 1000000 };

		if (waitpid(pid, status, WNOHANG) == pid)
			return true;
		nanosleep(&t, NULL);
	}
	return false;
}

static void
bury(pid_t pid)
{
	kill(pid, SIGKILL);
	waitpid(pid, NULL, 0);
}

/* The story of a process that is PID now. */
static struct story
story_of(pid_t pid)
{
	return (struct story){ pid, "victim", "/etc/hosts", clock_ns(CLOCK_REALTIME),
			       clock_ns(CLOCK_REALTIME) - clock_ns(CLOCK_BOOTTIME) };
}

static void
test_capture(void)
{
	pid_t pid = start();
	struct story s = story_of(pid);
	struct vt *v = explore(&s, "procs", NULL);

	CHECK(vt_wait(v, "victim"), "a capture of a process that still runs");
	vt_keys(v, "k");
	vt_settle(v, 50);
	CHECK(!is_shown(v, "Is this to be done?"), "letters of actions do nothing elsewhere");
	vt_keys(v, "F8");
	CHECK(vt_wait(v, "ask the process to end"), "F8 shows them");
	CHECK(vt_wait(v, "Not possible") && vt_wait(v, "--actions"),
	      "  they are off, and the way out is said");
	vt_keys(v, "k");
	CHECK(vt_wait(v, "a capture is of another time"), "  one does nothing");
	vt_keys(v, "Enter");
	vt_settle(v, 50);
	CHECK(!is_shown(v, "Is this to be done?"), "  neither does Enter");
	vt_keys(v, "Esc");
	CHECK(vt_wait_gone(v, "ask the process to end"), "  Esc closes them");
	leave(v);
	CHECK(waitpid(pid, NULL, WNOHANG) == 0, "  the process lives");
	bury(pid);
}

static void
test_kill(void)
{
	pid_t pid = start();
	struct story s = story_of(pid);
	struct vt *v = explore(&s, "procs", "--actions");
	char words[64];
	int status = 0;

	snprintf(words, sizeof(words), "kill %d", (int)pid);
	vt_wait(v, "victim");
	vt_keys(v, "a k");
	CHECK(vt_wait(v, "Is this to be done?") && vt_wait(v, words),
	      "with --actions: it is asked, and the command is shown");
	vt_keys(v, "Enter Space x Down");
	vt_settle(v, 50);
	CHECK(is_shown(v, "Is this to be done?"), "  Enter is no yes");
	vt_keys(v, "n");
	CHECK(vt_wait_gone(v, "Is this to be done?") && is_shown(v, "Actions"), "  n goes back");
	vt_send(v, "\033[200~ky\033[201~", 14);
	vt_settle(v, 50);
	CHECK(!is_shown(v, "Is this to be done?"), "  what is pasted does nothing");
	CHECK(waitpid(pid, NULL, WNOHANG) == 0, "  until here it lives");
	vt_keys(v, "k y");
	CHECK(vt_wait(v, "SIGTERM was sent to process"), "  y does it");
	CHECK(has_ended(pid, &status) && WIFSIGNALED(status) && WTERMSIG(status) == SIGTERM,
	      "  and the process ends");
	vt_keys(v, "F8 k y");
	CHECK(vt_wait(v, "has ended"), "  a second time there is nobody");
	leave(v);
}

/* The number is used again, by one that the capture does not know. */
static void
test_reused(void)
{
	static const struct {
		const char *what;
		int64_t ns, boot_ns;	/* added */
		const char *why;
	} cases[] = {
		{ "a process of before this one", -5, 0, "another one by now" },
		{ "a process of another system", 0, -86400, "another system" },
	};

	for (size_t i = 0; i < ARRAY_LEN(cases); i++) {
		pid_t pid = start();
		struct story s = story_of(pid);
		struct vt *v;

		s.ns += (uint64_t)cases[i].ns * SEC;
		s.boot_ns += (uint64_t)cases[i].boot_ns * SEC;
		v = explore(&s, "procs", "--actions");
		vt_wait(v, "victim");
		vt_keys(v, "F8 9 y");
		CHECK(vt_wait(v, cases[i].why), "%s is not killed for it", cases[i].what);
		vt_keys(v, "F8 f");
		CHECK(vt_wait(v, cases[i].why), "  nor looked at");
		leave(v);
		CHECK(waitpid(pid, NULL, WNOHANG) == 0, "  it lives");
		bury(pid);
	}
}

/* A program of that name. */
static void
make_program(const char *name, const char *script)
{
	char *path = path_of(name);
	FILE *f = fopen(path, "w");

	if (!f)
		abort();
	fprintf(f, "#!/bin/sh\n%s", script);
	fchmod(fileno(f), 0700);
	fclose(f);
	free(path);
}

/* Programs that are found before those of the system. less writes its words, one a line,
 * to a file. */
static void
make_programs(void)
{
	char *bin = path_of("bin"), *env = getenv("PATH");
	struct text path = { 0 }, less = { 0 };

	mkdir(bin, 0700);
	text_fmt(&less, "printf '%%s\\n' \"$#\" \"$@\" \"open=$LESSOPEN\" > '%s/seen'\n"
		 "echo it reads\n", folder);
	text_char(&less, '\0');
	make_program("bin/less", less.p);
	make_program("bin/lsof", "echo \"lsof says: $*\"; echo \"in $TERM\"\n");
	make_program("bin/renice", "echo refused >&2\nexit 3\n");
	make_program("bin/strace", "echo tracing\nread line\necho \"it got $line\"\nsleep 30\n");
	text_fmt(&path, "%s:%s", bin, env ? env : "/bin");
	text_char(&path, '\0');
	setenv("PATH", path.p, 1);
	setenv("LESSOPEN", "|touch %s", 1);
	text_fini(&path);
	text_fini(&less);
	free(bin);
}

/* Wait until it has written them. */
static void
await_seen(struct vt *v)
{
	char *path = path_of("seen");
	struct stat st;

	for (int i = 0; i < 1000 && (stat(path, &st) < 0 || !st.st_size); i++)
		vt_settle(v, 10);
	free(path);
}

static char *
seen(void)
{
	char *path = path_of("seen");
	struct text t = { 0 };
	char bytes[8192];
	FILE *f = fopen(path, "r");
	size_t n;

	while (f && (n = fread(bytes, 1, sizeof(bytes), f)))
		text_bytes(&t, bytes, n);
	text_char(&t, '\0');
	if (f)
		fclose(f);
	unlink(path);
	free(path);
	return t.p;
}

/* Files with names that mean harm: shown escaped, read by their names. */
static void
test_files(void)
{
	static char long_name[NAME_BYTES];
	static const struct {
		const char *what, *file, *shown;
	} cases[] = {
		{ "words for a shell", "; touch x", "; touch x" },
		{ "an option", "--help", "--help" },
		{ "quotes", "a'b\"c d", "a'b\"c d" },
		{ "escape sequences", "\033[2J\033]0;x\007z", "\\x1b[2J" },
		{ "C1", "\xC2\x9B" "31m", "\\xc2\\x9b31m" },
		{ "bidi characters", "\xE2\x80\xAE" "abc", "\\xe2\\x80" },
		{ "no UTF-8", "\xFF\xFEz", "\\xff\\xfez" },
		{ "1000 bytes", long_name, "LLLLLLL" },
	};
	char *touched = path_of("x");

	memset(long_name, 'L', sizeof(long_name) - 2);
	for (size_t i = 0; i < ARRAY_LEN(cases); i++) {
		struct story s = { 4711, "victim", cases[i].file, 1767283200 * SEC, 0 };
		struct text want = { 0 };
		struct vt *v = explore(&s, "files", "--actions");
		char *got;

		CHECK(vt_wait(v, cases[i].shown), "a file with %s is shown", cases[i].what);
		vt_keys(v, "F8 l");
		await_seen(v);
		got = seen();
		text_fmt(&want, "2\n--\n/%s\nopen=\n", cases[i].file);
		text_char(&want, '\0');
		CHECK_STR(got, want.p, "  and its name is one word");
		leave(v);
		CHECK(access(touched, F_OK) < 0, "  nothing else was done");
		text_fini(&want);
		free(got);
	}
	free(touched);
}

/* A process whose name means harm. */
static void
test_names(void)
{
	static char long_comm[4096];
	static const struct {
		const char *comm, *shown;
	} cases[] = {
		{ "\033[2J\033[31m", "\\x1b[2J" }, { "\xC2\x9B" "2J", "\\xc2\\x9b" },
		{ "\xE2\x80\xAE" "abc", "\\xe2\\x80" }, { "\xFF\xFE", "\\xff\\xfe" },
		{ long_comm, "CCCCCCCC" },
	};

	memset(long_comm, 'C', sizeof(long_comm) - 1);
	for (size_t i = 0; i < ARRAY_LEN(cases); i++) {
		pid_t pid = start();
		struct story s = story_of(pid);
		struct vt *v;
		int status;

		s.comm = cases[i].comm;
		v = explore(&s, "procs", "--actions");
		CHECK(vt_wait(v, cases[i].shown), "a process called %s", cases[i].shown);
		vt_keys(v, "F8");
		CHECK(vt_wait(v, "Actions") && vt_wait(v, cases[i].shown), "  in the menu, too");
		vt_keys(v, "9 y");
		CHECK(vt_wait(v, "SIGKILL was sent") && has_ended(pid, &status),
		      "  is killed by its number");
		leave(v);
	}
}

/* A command has the terminal until it ends, and Ctrl-C and Ctrl-Z are for it. */
static void
test_terminal(void)
{
	pid_t pid = start();
	struct story s = story_of(pid);
	struct vt *v = explore(&s, "procs", "--actions");
	char words[64];

	vt_wait(v, "victim");
	snprintf(words, sizeof(words), "lsof says: -p %d", (int)pid);
	vt_keys(v, "F8 f");
	CHECK(vt_wait(v, words) && vt_wait(v, "Press a key"), "what a command writes can be read");
	CHECK(!is_shown(v, "ended with"), "  and it went well");
	CHECK(is_shown(v, "in xterm-256color"), "  TERM is what it was");
	vt_keys(v, "x");
	CHECK(vt_wait(v, "F2 Views") && !is_shown(v, words), "  then the table is back");
	vt_keys(v, "F8 [");
	CHECK(vt_wait(v, "refused") && vt_wait(v, "it ended with status 3") &&
	      vt_wait(v, "Press a key"), "one that fails waits, whatever the view says");
	vt_keys(v, "Enter");
	vt_wait(v, "F2 Views");
	vt_keys(v, "F8 t");
	CHECK(vt_wait(v, "tracing"), "one that goes on");
	vt_send(v, "abc\r", 4);
	CHECK(vt_wait(v, "it got abc"), "  has what is typed");
	vt_keys(v, "^Z");
	CHECK(vt_stopped(v), "  stops with us");
	vt_go_on(v);
	vt_keys(v, "^C");
	CHECK(vt_wait(v, "it was ended by SIGINT"), "  goes on, and is ended by Ctrl-C alone");
	vt_wait(v, "Press a key");
	vt_keys(v, "x");
	CHECK(vt_wait(v, "F2 Views"), "  and we go on");
	leave(v);
	bury(pid);
}

/* The explorer is ended while a command has the terminal. */
static void
test_ended(void)
{
	pid_t pid = start();
	struct story s = story_of(pid);
	struct vt *v = explore(&s, "procs", "--actions");
	int status;

	vt_wait(v, "victim");
	vt_keys(v, "F8 t");
	vt_wait(v, "tracing");
	kill(vt_pid(v), SIGTERM);
	status = vt_ended(v);
	CHECK(WIFSIGNALED(status) && WTERMSIG(status) == SIGTERM && vt_is_given_back(v),
	      "it can be ended while a command runs");
	vt_free(v);
	bury(pid);
}

/* A view of somebody's own, whose command needs a shell, and makes sense on captures. */
static void
test_own_view(void)
{
	static const char *const names[] = {
		"$(touch x)", "`touch x`;touch x", "a\"; touch x; echo \"b", "a'; touch x; echo 'b",
		"a\nb",
	};
	char *own = path_of("sysreel"), *views = path_of("sysreel/views"), *x = path_of("x");
	char *file = path_of("sysreel/views/mine.lua");
	FILE *f;

	mkdir(own, 0700);
	mkdir(views, 0700);
	f = fopen(file, "w");
	if (!f)
		abort();
	fprintf(f, "return { id = 'mine', name = 'Mine', description = 'Of this test.',\n"
		"columns = { { name = 'FILE', field = 'fd.name', aggregation = 'key',\n"
		"width = 60 },\n"
		"{ name = 'N' } }, actions = { { hotkey = 'w', live = false, waits = false,\n"
		"command = [[cd %s; printf '<%%%%s>' %%fd.name > seen]],\n"
		"description = 'write it down' } } }\n", folder);
	fclose(f);
	for (size_t i = 0; i < ARRAY_LEN(names); i++) {
		struct story s = { 4711, "victim", names[i], 1767283200 * SEC, 0 };
		struct vt *v = explore(&s, "mine", NULL);
		struct text want = { 0 };
		char *got;

		vt_wait(v, "as of");
		vt_keys(v, "F8 w");
		await_seen(v);
		got = seen();
		text_fmt(&want, "</%s>", names[i]);
		text_char(&want, '\0');
		CHECK_STR(got, want.p, "a shell gets a name as its argument");
		CHECK(access(x, F_OK) < 0, "  and obeys nothing in it");
		leave(v);
		text_fini(&want);
		free(got);
	}
	free(own);
	free(views);
	free(file);
	free(x);
}

/* What is not there is said. */
static void
test_missing(void)
{
	char *less = path_of("bin/less");
	struct story s = { 4711, "victim", "/etc/hosts", 1767283200 * SEC, 0 };
	struct vt *v;

	v = explore(&s, "files", "--actions");
	vt_wait(v, "/etc/hosts");
	unlink(less);
	setenv("PATH", folder, 1);
	vt_free(v);
	v = explore(&s, "files", "--actions");
	vt_wait(v, "/etc/hosts");
	vt_keys(v, "F8 l");
	CHECK(vt_wait(v, "there is no program `less` here") && vt_wait(v, "Press a key"),
	      "a program that is not there");
	vt_keys(v, "^C");
	CHECK(vt_wait(v, "F2 Views"), "  any key goes back");
	leave(v);
	free(less);
}

static void
clean(void)
{
	static const char *const names[] = { "sysreel/views/mine.lua", "sysreel/views", "sysreel",
					     "capture.scap", "seen", "bin/less", "bin/lsof",
					     "bin/renice", "bin/strace", "bin", "x" };

	for (size_t i = 0; i < ARRAY_LEN(names); i++) {
		char *path = path_of(names[i]);

		if (unlink(path) < 0)
			rmdir(path);
		free(path);
	}
	rmdir(folder);
}

int
main(int argc, char **argv)
{
	if (argc < 2 || !mkdtemp(folder))
		return 2;
	program = argv[1];
	test_capture();
	test_kill();
	test_reused();
	make_programs();
	test_files();
	test_names();
	test_terminal();
	test_ended();
	test_own_view();
	test_missing();
	clean();
	return check_done();
}
