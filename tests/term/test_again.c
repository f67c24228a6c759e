/*
 * The command lines that a screen names (y) show the same again: what the explorer saved is
 * what the command prints, and what the explorer has when it is opened so.
 *
 *	test_again PROGRAM CAPTURE
 */
#include <fcntl.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/stat.h>
#include <sys/wait.h>
#include <unistd.h>

#include "engine/base/mem.h"
#include "engine/base/text.h"
#include "tests/lib/check.h"
#include "tests/term/see.h"
#include "tests/term/vt.h"

#define N_COLS 700			/* a command is on one line */
#define ORDERS_MAX 16

static char folder[] = "/tmp/sysreel-again-XXXXXX";
static char *program, *capture;

struct scene {
	const char *name;
	const char *words;		/* of the first start, for a shell */
	const char *orders[ORDERS_MAX];	/* key X, type X, wait X */
	const char *title;		/* over the command that prints it */
	bool is_table;
};

static const struct scene scenes[] = {
	{ "the first screen", "", { "wait 2150" }, "The table, as text:", true },
	{ "another order", "", { "wait 2150", "key 1" }, "The table, as text:", true },
	{ "a window", "-v files", {
		"wait access.log", "key Tab", "key Right Right Right Right",
		"key Shift-Right Shift-Right Shift-Right Shift-Right Shift-Right",
		"wait ms  ", "key Tab",
	}, "The table, as text:", true },
	{ "a row, a filter and a window", "-v containers proc.name != wc", {
		"wait 3f9d2c81a6e0", "key Enter", "wait 1222", "key F4",
		"type  and evt.type != close", "key Enter", "wait close", "key Tab", "key End",
		"key Shift-Left Shift-Left Shift-Left Shift-Left Shift-Left Shift-Left",
		"key Tab",
	}, "The table, as text:", true },
	{ "two rows", "", {
		"wait 2150", "key Enter", "wait Threads", "key Enter", "wait Files",
	}, "The table, as text:", true },
	{ "containers' columns, in UTC", "-pc --utc", { "wait 2150", "key 3" },
	  "The table, as text:", true },
	{ "the first events", "-v files -n 500", { "wait access.log" }, "The table, as text:",
	  true },
	{ "events of a row", "", { "wait 2150", "key d", "wait Events" }, "The events, as text:",
	  false },
	{ "events that are filtered", "evt.type != read", {
		"wait 2150", "key d", "wait Events", "key F4", "type evt.dir = <", "key Enter",
		"wait filter",
	}, "The events, as text:", false },
	{ "data", "", { "wait 2150", "key e", "wait Data" },
	  "The events with their data, as text:", false },
};

static struct vt *
start(const char *command)
{
	char shell[] = "/bin/sh", c[] = "-c";
	struct text t = { 0 };
	char *argv[] = { shell, c, NULL, NULL };
	const char *env[] = { "TZ", "Asia/Tokyo", NULL };
	struct vt *v;

	text_fmt(&t, "sysreel() { '%s' \"$@\"; }; %s", program, command);
	text_char(&t, '\0');
	argv[2] = t.p;
	v = vt_start(&(struct vt_start){ .n_rows = 40, .n_cols = N_COLS, .argv = argv,
					 .env = env, .dir = folder });
	text_fini(&t);
	return v;
}

static void
obey(struct vt *v, const char *order)
{
	const char *what = strchr(order, ' ') + 1;

	if (*order == 'k')
		CHECK(vt_keys(v, what), "keys: %s", what);
	else if (*order == 't')
		vt_send(v, what, strlen(what));
	else
		see(v, what, "it is there");
	vt_settle(v, 60);
}

/* What is seen is written to NAME. */
static void
save(struct vt *v, const char *name)
{
	vt_keys(v, "S");
	see(v, "save to", "where to");
	vt_keys(v, "^U");
	vt_send(v, name, strlen(name));
	vt_keys(v, "Enter");
	see(v, "saved to", "it is saved");
}

/* The line below TITLE, without its frame. Owned by the caller; NULL: there is none. */
static char *
line_below(struct vt *v, const char *title)
{
	struct text t = { 0 };
	char *line = NULL, *at, *end;

	vt_screen(v, &t);
	text_char(&t, '\0');
	at = strstr(t.p, title);
	at = at ? strstr(at, "\n│ ") : NULL;
	end = at ? strstr(at + 5, "│") : NULL;
	if (end) {
		at += strlen("\n│ ");
		line = xstrndup(at, (size_t)(end - at));
	}
	text_fini(&t);
	return line;
}

/* The file NAME, or what COMMAND prints. Owned by the caller. */
static char *
contents(const char *name, const char *command)
{
	struct text t = { 0 }, words = { 0 };
	char buffer[4096];
	size_t n;
	FILE *f;

	if (command)
		text_fmt(&words, "cd %s && export TZ=Asia/Tokyo && "
			 "sysreel() { '%s' \"$@\"; } && %s", folder, program, command);
	else
		text_fmt(&words, "%s/%s", folder, name);
	text_char(&words, '\0');
	f = command ? popen(words.p, "r") : fopen(words.p, "r");
	while (f && (n = fread(buffer, 1, sizeof(buffer), f)) > 0)
		text_bytes(&t, buffer, n);
	if (f && command)
		pclose(f);
	else if (f)
		fclose(f);
	text_char(&t, '\0');
	text_fini(&words);
	return t.p;
}

static size_t
n_lines(const char *s)
{
	size_t n = 0;

	for (; (s = strchr(s, '\n')); s++)
		n++;
	return n;
}

/* The explorer, opened so, has the same. */
static void
check_explorer(const struct scene *s, const char *command, const char *want)
{
	struct vt *v = start(command);
	char *got;

	see(v, s->is_table ? "as of" : " of ", s->name);
	vt_settle(v, 200);
	save(v, s->is_table ? "again.csv" : "again.txt");
	vt_keys(v, s->is_table ? "q" : "F10");
	CHECK(vt_ended(v) == 0, "%s: it ends", s->name);
	vt_free(v);
	got = contents(s->is_table ? "again.csv" : "again.txt", NULL);
	CHECK(*got && !strcmp(got, want), "%s: the explorer has the same: %s", s->name,
	      command);
	free(got);
}

/* So has what is printed: a table byte by byte, of events as many. */
static void
check_printed(const struct scene *s, const char *command, const char *want)
{
	const char *source = strstr(command, " -r ");
	struct text t = { 0 };
	char *got;

	text_bytes(&t, command, (size_t)(source - command));
	text_str(&t, s->is_table ? " --format csv" : "");
	text_str(&t, source);
	text_char(&t, '\0');
	got = contents(NULL, t.p);
	if (s->is_table)
		CHECK(*got && !strcmp(got, want), "%s: it is printed: %s", s->name, t.p);
	else if (!strstr(command, "print -A"))
		CHECK(*got && n_lines(got) == n_lines(want),
		      "%s: %zu lines are printed, of %zu: %s", s->name, n_lines(got),
		      n_lines(want), t.p);
	else
		CHECK(*got, "%s: it is printed: %s", s->name, t.p);
	free(got);
	text_fini(&t);
}

/* Nobody is to be asked whether a file is to be written over. */
static void
forget(void)
{
	static const char *const names[] = {
		"seen.csv", "seen.txt", "again.csv", "again.txt",
	};
	int fd = open(folder, O_RDONLY | O_DIRECTORY);

	for (size_t i = 0; i < ARRAY_LEN(names); i++)
		unlinkat(fd, names[i], 0);
	close(fd);
}

static void
play(const struct scene *s)
{
	const char *file = s->is_table ? "seen.csv" : "seen.txt";
	char *again, *printed, *want;
	struct text t = { 0 };
	struct vt *v;

	forget();
	text_fmt(&t, "sysreel -r '%s' %s", capture, s->words);
	text_char(&t, '\0');
	v = start(t.p);
	text_fini(&t);
	see(v, "as of", s->name);
	for (size_t i = 0; i < ORDERS_MAX && s->orders[i]; i++)
		obey(v, s->orders[i]);
	vt_settle(v, 200);
	save(v, file);
	vt_keys(v, "y");
	see(v, s->title, s->name);
	vt_settle(v, 60);
	again = line_below(v, "This screen");
	printed = line_below(v, s->title);
	vt_keys(v, "Esc");
	vt_wait_gone(v, "This screen");
	vt_keys(v, "F10");
	CHECK(vt_ended(v) == 0, "%s: it ends", s->name);
	vt_free(v);
	want = contents(file, NULL);
	if (CHECK(again && printed && *want, "%s: there are commands: %s, %s", s->name,
		  again ? again : "", printed ? printed : "")) {
		check_explorer(s, again, want);
		check_printed(s, printed, want);
	}
	free(want);
	free(again);
	free(printed);
}

int
main(int argc, char **argv)
{
	program = argc > 2 ? realpath(argv[1], NULL) : NULL;
	capture = argc > 2 ? realpath(argv[2], NULL) : NULL;
	if (!program || !capture || !mkdtemp(folder))
		return 2;
	for (size_t i = 0; i < ARRAY_LEN(scenes); i++)
		play(&scenes[i]);
	CHECK(chdir(folder) == 0 && system("rm -rf ./*") == 0 && chdir("/") == 0 &&
	      rmdir(folder) == 0, "the folder is taken away");
	free(program);
	free(capture);
	return check_done();
}
