/* The terminal as a person has it: keys, sizes, character sets, and that it is
 * given back however the program ends. The first argument is app_term. */
#include <signal.h>
#include <stdio.h>
#include <sys/resource.h>
#include <sys/wait.h>
#include <unistd.h>

#include "engine/base/text.h"
#include "tests/lib/check.h"
#include "tests/term/vt.h"

static char *app;

static struct vt *
start(const char *shown, const char *const *env)
{
	char *argv[] = { app, strdup(shown), NULL };
	struct vt *v = vt_start(&(struct vt_start){ 24, 80, .argv = argv, .env = env });

	free(argv[1]);
	if (!v || !vt_wait(v, "size "))
		CHECK(false, "the program shows its screen");
	return v;
}

static void
test_keys(void)
{
	static const char *const keys[] = {
		"1", "F1", "F2", "F4", "F5", "F8", "F9", "F10", "F12", "Up", "Down",
		"Left", "Right", "PgUp", "PgDn", "Home", "End", "Ins", "Del", "Enter", "Tab",
		"BackTab", "Backspace", "Esc", "^F", "^L", "Shift-Right", "Alt-x", "é", "日", "\\",
	};
	struct vt *v = start("", NULL);
	char want[32];

	for (size_t i = 0; i < sizeof(keys) / sizeof(keys[0]); i++) {
		vt_keys(v, keys[i]);
		snprintf(want, sizeof(want), "key %s\n", keys[i]);
		want[strlen(want) - 1] = '\0';
		CHECK(vt_wait(v, want), "key %s", keys[i]);
	}
	vt_press(v, 4, 7, 1);
	CHECK(vt_wait(v, "press 4,7"), "mouse press");
	vt_release(v, 4, 9, 1);
	CHECK(vt_wait(v, "release 4,9"), "mouse drag and release");
	vt_press(v, 2, 3, 4);
	CHECK(vt_wait(v, "up 2,3"), "mouse wheel");
	vt_send(v, "\033[200~Q\033[201~", 13);
	CHECK(vt_wait(v, "pasted Q"), "what is pasted is told apart");
	vt_keys(v, "w");
	CHECK(vt_wait(v, "woken 1"), "another thread wakes it");
	vt_keys(v, "t");
	CHECK(vt_wait(v, "times 1"), "a deadline wakes it");
	vt_keys(v, "b");
	vt_keys(v, "F3");
	CHECK(vt_wait(v, "key F3"), "who is always late gets keys");
	vt_keys(v, "b");
	vt_keys(v, "q");
	CHECK(vt_ended(v) == 0 && vt_is_given_back(v), "the end, and the terminal as it was");
	vt_free(v);
}

/* Each end of a program, and how the caller sees it. */
static const struct {
	const char *what, *key;
	int sent, died_of, status;
} ends[] = {
	{ "quit", "q", 0, 0, 0 },
	{ "abort()", "a", 0, SIGABRT, 0 },
	{ "a crash", "s", 0, SIGSEGV, 0 },
	{ "die() in another thread", "d", 0, 0, 70 },
	{ "SIGTERM", NULL, SIGTERM, SIGTERM, 0 },
	{ "SIGINT", NULL, SIGINT, SIGINT, 0 },
	{ "SIGHUP", NULL, SIGHUP, SIGHUP, 0 },
	{ "SIGQUIT", NULL, SIGQUIT, SIGQUIT, 0 },
	{ "SIGXCPU", NULL, SIGXCPU, SIGXCPU, 0 },
};

static void
test_ends(bool has_sanitizer)
{
	for (size_t i = 0; i < sizeof(ends) / sizeof(ends[0]); i++) {
		struct vt *v = start("", NULL);
		int status;

		if (ends[i].key)
			vt_keys(v, ends[i].key);
		else
			kill(vt_pid(v), ends[i].sent);
		status = vt_ended(v);
		if (has_sanitizer && ends[i].died_of == SIGSEGV)
			CHECK(status > 0, "%s ends it", ends[i].what);
		else if (ends[i].died_of)
			CHECK(WIFSIGNALED(status) && WTERMSIG(status) == ends[i].died_of,
			      "%s ends it", ends[i].what);
		else
			CHECK(WIFEXITED(status) && WEXITSTATUS(status) == ends[i].status,
			      "%s ends it", ends[i].what);
		CHECK(vt_is_given_back(v), "  the terminal is as it was");
		vt_free(v);
	}
}

static void
test_stop(void)
{
	struct vt *v = start("hello", NULL);

	vt_keys(v, "^Z");
	CHECK(vt_stopped(v), "Ctrl-Z stops it");
	CHECK(vt_is_given_back(v), "  the terminal is as it was");
	CHECK(vt_go_on(v) && vt_wait(v, "hello") && !vt_is_given_back(v), "  and it comes back");
	kill(vt_pid(v), SIGTSTP);
	CHECK(vt_stopped(v) && vt_is_given_back(v), "so does a stop from outside");
	vt_resize(v, 30, 90);
	CHECK(vt_go_on(v) && vt_wait(v, "size 90x30"), "  with the size that it has by then");
	kill(vt_pid(v), SIGSTOP);
	CHECK(vt_stopped(v), "a stop that cannot be caught");
	CHECK(vt_go_on(v), "  and left");
	vt_keys(v, "x");
	CHECK(vt_wait(v, "key x") && vt_wait(v, "hello"), "  is survived");
	vt_keys(v, "l");
	CHECK(vt_wait(v, "key l") && vt_wait(v, "hello"),
	      "a command may have the terminal between");
	vt_keys(v, "q");
	CHECK(vt_ended(v) == 0 && vt_is_given_back(v), "  the terminal is as it was");
	vt_free(v);
}

static void
test_sizes(void)
{
	static const unsigned sizes[][2] = {
		{ 5, 20 }, { 80, 300 }, { 1, 1 }, { 24, 80 }, { 2, 200 }, { 100, 3 }, { 24, 80 },
	};
	struct vt *v = start("hello", NULL);
	char want[32];
	unsigned row, col;

	for (size_t i = 0; i < sizeof(sizes) / sizeof(sizes[0]); i++) {
		vt_resize(v, sizes[i][0], sizes[i][1]);
		if (sizes[i][1] < 20)
			continue;
		snprintf(want, sizeof(want), "size %ux%u", sizes[i][1], sizes[i][0]);
		CHECK(vt_wait(v, want), "%s", want);
		vt_settle(v, 50);
		CHECK(vt_find(v, "X", &row, &col) && !row && col == sizes[i][1] - 1,
		      "  its right edge");
	}
	vt_free(v);
}

static void
test_looks(void)
{
	static const struct {
		const char *what, *env[5];
		const char *title, *warning, *bar;
	} cases[] = {
		{ "256 colours", { "TERM", "xterm-256color" }, "fg=117 bg=- bold ",
		  "fg=222 bg=- bold ", "█" },
		{ "eight colours", { "TERM", "xterm" }, "fg=6 bg=- bold ", "fg=3 bg=- bold ", "█" },
		{ "a light ground", { "COLORFGBG", "0;15" }, "fg=25 bg=- bold ",
		  "fg=130 bg=- bold ", "█" },
		{ "NO_COLOR", { "NO_COLOR", "1" }, "fg=- bg=- bold ", "fg=- bg=- bold ", "█" },
		{ "vt100", { "TERM", "vt100" }, "fg=- bg=- bold ", "fg=- bg=- bold ", "█" },
		/* xterm has a way to repeat characters that this libvterm gets wrong. */
		{ "a locale without UTF-8", { "LC_ALL", "C", "TERM", "screen-256color" },
		  "fg=117 bg=- bold ", "fg=222 bg=- bold ", "#" },
	};

	for (size_t i = 0; i < sizeof(cases) / sizeof(cases[0]); i++) {
		struct vt *v = start("hello", cases[i].env);
		struct text title = { 0 }, warning = { 0 };
		unsigned row, col;

		CHECK(vt_wait(v, cases[i].bar), "%s: characters", cases[i].what);
		vt_look(v, 0, 0, &title);
		vt_look(v, 2, 0, &warning);
		text_char(&title, '\0');
		text_char(&warning, '\0');
		CHECK_STR(title.p, cases[i].title, "  titles");
		CHECK_STR(warning.p, cases[i].warning, "  warnings");
		CHECK(vt_find(v, "hello", &row, &col) && row == 2 && !col, "  in its place");
		vt_keys(v, "F2");
		CHECK(vt_wait(v, "key F2"), "  a function key");
		vt_keys(v, "q");
		CHECK(vt_ended(v) == 0 && vt_is_given_back(v), "  given back");
		text_fini(&title);
		text_fini(&warning);
		vt_free(v);
	}
}

static void
test_terminals(void)
{
	static const char *const good[] = { "screen", "screen-256color", "tmux-256color", "linux",
					    "rxvt", "vt220", "xterm" };
	static const char *const bad[] = { "dumb", "no-such-terminal", "" };

	for (size_t i = 0; i < sizeof(good) / sizeof(good[0]); i++) {
		const char *const env[] = { "TERM", good[i], NULL };
		char *argv[] = { app, NULL };
		struct vt *v = vt_start(&(struct vt_start){ 24, 80, .argv = argv, .env = env });

		if (!vt_wait(v, "size ")) {
			check_skip("%s: its description is not installed", good[i]);
		} else {
			vt_keys(v, "Down");
			CHECK(vt_wait(v, "key Down"), "%s", good[i]);
			vt_keys(v, "q");
			CHECK(vt_ended(v) == 0 && vt_is_given_back(v), "  given back");
		}
		vt_free(v);
	}
	for (size_t i = 0; i < sizeof(bad) / sizeof(bad[0]); i++) {
		const char *const env[] = { "TERM", bad[i], NULL };
		char *argv[] = { app, NULL };
		struct vt *v = vt_start(&(struct vt_start){ 24, 80, .argv = argv, .env = env });
		int status = vt_ended(v);

		CHECK(WIFEXITED(status) && WEXITSTATUS(status) == 1, "`%s` is refused: status %x",
		      bad[i], (unsigned)status);
		CHECK(vt_wait(v, "TERM=xterm"), "  with the way out");
		CHECK(vt_is_given_back(v), "  and left as it was");
		vt_free(v);
	}
}

static void
test_harmless(void)
{
	static const struct {
		const char *text, *shown;
	} cases[] = {
		{ "\033[2J\033]0;x\a", "\\x1b[2J\\x1b]0;x\\x07" },
		{ "\xC2\x9B" "31m", "\\xc2\\x9b31m" },
		{ "\xE2\x80\xAE" "abc", "\\xe2\\x80\\xaeabc" },
		{ "\xFF\xFE", "\\xff\\xfe" },
		{ "日本語 text", "日本語 text" },
		{ "e\xCC\x81t\xC3\xA9", "e\xCC\x81t\xC3\xA9" },
	};

	for (size_t i = 0; i < sizeof(cases) / sizeof(cases[0]); i++) {
		struct vt *v = start(cases[i].text, NULL);

		CHECK(vt_wait(v, cases[i].shown), "%s", cases[i].shown);
		vt_free(v);
	}
}

/* The CPU time of the program in ticks, from its stat file. */
static long
cpu_ticks(pid_t pid)
{
	long user = -1, system = 0;
	char path[64];
	FILE *f;

	snprintf(path, sizeof(path), "/proc/%d/stat", (int)pid);
	f = fopen(path, "r");
	if (!f)
		return -1;
	if (fscanf(f, "%*d %*s %*c %*d %*d %*d %*d %*d %*u %*u %*u %*u %*u %ld %ld", &user,
		   &system) != 2)
		user = -1;
	fclose(f);
	return user < 0 ? -1 : user + system;
}

static void
test_idle(void)
{
	struct vt *v = start("hello", NULL);
	size_t n_bytes;
	long before;

	vt_settle(v, 100);
	n_bytes = vt_n_bytes(v);
	before = cpu_ticks(vt_pid(v));
	vt_settle(v, 1000);
	CHECK(cpu_ticks(vt_pid(v)) - before <= 1, "idle, it takes no CPU");
	CHECK(vt_n_bytes(v) == n_bytes, "idle, it writes nothing");
	vt_keys(v, "x");
	vt_wait(v, "key x");
	vt_settle(v, 50);
	CHECK(vt_n_bytes(v) - n_bytes < 100, "only what changed is sent: %zu bytes",
	      vt_n_bytes(v) - n_bytes);
	vt_free(v);
}

/* Its input is a pipe: the keys still come from the terminal. */
static void
test_piped(void)
{
	char *argv[] = { app, NULL };
	struct vt *v;
	int fds[2];

	if (pipe(fds) < 0)
		return;
	v = vt_start(&(struct vt_start){ 24, 80, .argv = argv, .in_fd = fds[0] });
	vt_wait(v, "size ");
	vt_keys(v, "F3");
	CHECK(vt_wait(v, "key F3"), "keys come from the terminal when input is a pipe");
	vt_free(v);
	close(fds[0]);
	close(fds[1]);
}

int
main(int argc, char **argv)
{
	if (argc < 2)
		return 2;
	app = argv[1];
	test_keys();
	test_ends(argc > 2 && !strcmp(argv[2], "sanitized"));
	test_stop();
	test_sizes();
	test_looks();
	test_terminals();
	test_harmless();
	test_idle();
	test_piped();
	return check_done();
}
