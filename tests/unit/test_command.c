/*
 * Commands of actions: what a row has becomes one word, whatever is in it, and never an
 * option; what is shown is harmless and means the same to a shell.
 */
#include <errno.h>
#include <signal.h>
#include <sys/wait.h>
#include <unistd.h>

#include "engine/base/err.h"
#include "engine/base/mem.h"
#include "engine/base/text.h"
#include "engine/query/table.h"
#include "engine/query/view.h"
#include "engine/query/view_set.h"
#include "tests/lib/check.h"
#include "tests/lib/rng.h"
#include "ui/command.h"

#define LONG_BYTES 4096
#define RANDOM_NAMES 200u

static const char *const hostile[] = {
	"; touch x", "/etc/ho ts", "a\"b", "a'b", "a\\b", "$(reboot)", "`id`", "a\nb", "\033[2J",
	"\xC2\x9B" "31m", "\xE2\x80\xAE" "abc", "\xFF\xFE", "*", "~", "%s", "%proc.pid", "$1",
	"a;b", "a|b", "日本", "{}", "#", "!", "a\\'b\033'",
};

/* An action that runs COMMAND, and the view around it. */
#define ACTION(hotkey, command) \
	"{ hotkey = '" hotkey "', description = 'd', command = [[" command "]] },\n"

static const char view_text[] =
	"return {\nid = 'mine', name = 'Mine', description = 'd',\ncolumns = {\n"
	"{ name = 'F', field = 'fd.name', aggregation = 'key' },\n"
	"{ name = 'PID', field = 'proc.pid', aggregation = 'key' },\n"
	"{ name = 'PPID', field = 'proc.ppid' },\n"
	"{ name = 'N' },\n"
	"{ name = 'C', field = 'proc.cmdline', variant = 'pods' } },\nactions = {\n"
	ACTION("a", "less -- %fd.name")
	ACTION("b", "cat %fd.name")
	ACTION("c", "env; printf '<%%s>' %fd.name")
	ACTION("d", "cat x%fd.name")
	ACTION("e", "cat --file=%fd.name")
	ACTION("f", "cat %proc.cmdline")
	ACTION("g", "gdb -p %proc.pid")
	ACTION("h", "ps %proc.ppid")
	ACTION("i", "kill %proc.pid")
	ACTION("j", "kill -9 %proc.pid")
	ACTION("k", "kill -s HUP %proc.pid")
	ACTION("l", "kill -SIGUSR1 %proc.pid")
	ACTION("m", "kill -9 %proc.pid %proc.pid")
	ACTION("n", "kill -NOSUCH %proc.pid")
	ACTION("o", "kill 1%proc.pid")
	"} }\n";

static struct cell cells[4];
static struct table_row row = { .cells = cells };
static const struct view_column *columns[4];
static struct table table = { .columns = columns, .n_columns = 4, .rows = &row, .n_rows = 1 };

static void
be_row(const struct view *v, const char *name, size_t len, int64_t pid)
{
	table.view = v;
	for (size_t i = 0; i < 4; i++)
		columns[i] = &v->columns[i];
	cells[0] = (struct cell){ CELL_KNOWN, { .s = { (const uint8_t *)name, len } } };
	cells[1] = (struct cell){ CELL_KNOWN, { .i = pid } };
	cells[2] = (struct cell){ CELL_KNOWN, { .i = 1 } };
	cells[3] = (struct cell){ CELL_KNOWN, { .u = 1 } };
}

static const struct view_action *
action(const struct view *v, char hotkey)
{
	for (size_t i = 0; i < v->n_actions; i++)
		if (v->actions[i].hotkey == hotkey)
			return &v->actions[i];
	abort();
}

static int
make(const struct view *v, char hotkey, struct command *c, struct err *err)
{
	*err = (struct err){ 0 };
	*c = (struct command){ 0 };
	return command_make(c, action(v, hotkey), &table, 0, err);
}

/* What WORDS prints. */
static void
output_of(char *const *words, struct text *t)
{
	char bytes[4096];
	int fds[2];
	ssize_t n;
	pid_t pid;

	if (pipe(fds) < 0)
		abort();
	fflush(stdout);
	pid = fork();
	if (!pid) {
		dup2(fds[1], 1);
		clearenv();
		execvp(words[0], words);
		_exit(127);
	}
	close(fds[1]);
	while ((n = read(fds[0], bytes, sizeof(bytes))) > 0)
		text_bytes(t, bytes, (size_t)n);
	close(fds[0]);
	waitpid(pid, NULL, 0);
}

static bool
ends_in(const struct text *t, const char *name)
{
	size_t len = strlen(name);

	return t->len >= len + 2 && t->p[t->len - 1] == '>' &&
	       !memcmp(t->p + t->len - 1 - len, name, len) && t->p[t->len - 2 - len] == '<';
}

/* Would bash make the same words of what is shown? */
static bool
means_the_same(const struct command *c)
{
	char shell[] = "bash", dash_c[] = "-c", *words[] = { shell, dash_c, NULL, NULL };
	struct text line = { 0 }, got = { 0 }, want = { 0 };
	bool is_same;

	text_str(&line, "printf '%s\\0' ");
	command_show(c, &line);
	text_char(&line, '\0');
	words[2] = line.p;
	output_of(words, &got);
	for (size_t i = 0; i < c->n_words; i++)
		text_bytes(&want, c->words[i], strlen(c->words[i]) + 1);
	is_same = got.len == want.len && !memcmp(got.p, want.p, want.len);
	text_fini(&line);
	text_fini(&got);
	text_fini(&want);
	return is_same;
}

static bool
is_harmless(const struct command *c)
{
	struct text shown = { 0 }, safe = { 0 };
	bool is_same;

	command_show(c, &shown);
	text_safe(&safe, shown.p, shown.len);
	is_same = shown.len == safe.len;
	text_fini(&shown);
	text_fini(&safe);
	return is_same;
}

static void
test_hostile(const struct view *v)
{
	bool has_bash = access("/bin/bash", X_OK) == 0;
	struct command c;
	struct err err;

	for (size_t i = 0; i < ARRAY_LEN(hostile); i++) {
		struct text out = { 0 };

		be_row(v, hostile[i], strlen(hostile[i]), 7);
		if (!CHECK(!make(v, 'a', &c, &err), "name %zu: %s", i, err.text))
			continue;
		CHECK(c.n_words == 3 && !strcmp(c.words[2], hostile[i]) && !c.words[3],
		      "  is one word as it is");
		CHECK(is_harmless(&c), "  and shown harmless");
		if (has_bash)
			CHECK(means_the_same(&c), "  in a way that a shell understands");
		command_fini(&c);
		CHECK(!make(v, 'c', &c, &err), "  a shell");
		output_of(c.words, &out);
		CHECK(ends_in(&out, hostile[i]), "  gets it as an argument");
		CHECK(!strstr(c.words[2], hostile[i]) || !strcmp(hostile[i], "%s") ||
		      !strcmp(hostile[i], "$1"), "  and not as what it reads");
		text_fini(&out);
		command_fini(&c);
	}
	if (!has_bash)
		check_skip("there is no bash to read what is shown");
}

/* Any bytes: one word as they are, and shown so that a shell makes the same of them. */
static void
test_random(const struct view *v, struct rng *r)
{
	bool has_bash = access("/bin/bash", X_OK) == 0;
	unsigned n_wrong = 0;

	for (unsigned i = 0; i < RANDOM_NAMES; i++) {
		size_t len = 1 + rng_below(r, 40);
		char name[64];
		struct command c;
		struct err err;

		for (size_t at = 0; at < len; at++)
			name[at] = (char)(1 + rng_below(r, rng_below(r, 2) ? 255 : 127));
		name[len] = '\0';
		be_row(v, name, len, 7);
		if (make(v, 'a', &c, &err)) {
			n_wrong++;
			continue;
		}
		n_wrong += strcmp(c.words[2], name) != 0 || !is_harmless(&c) ||
			   (has_bash && !means_the_same(&c));
		command_fini(&c);
	}
	CHECK(!n_wrong, "%u of %u random names are taken for something else", n_wrong,
	      RANDOM_NAMES);
}

static void
test_options(const struct view *v)
{
	static const struct {
		const char *name;
		char hotkey;
		int status;
	} cases[] = {
		{ "--help", 'a', 0 }, { "--help", 'b', -EPERM }, { "--help", 'c', -EPERM },
		{ "--help", 'd', 0 }, { "--help", 'e', 0 }, { "-", 'a', -EPERM },
		{ "-", 'b', -EPERM }, { "+!id", 'a', 0 }, { "+!id", 'b', -EPERM },
		{ "a-b", 'b', 0 },
	};
	struct command c;
	struct err err;

	for (size_t i = 0; i < ARRAY_LEN(cases); i++) {
		be_row(v, cases[i].name, strlen(cases[i].name), 7);
		CHECK(make(v, cases[i].hotkey, &c, &err) == cases[i].status, "`%s` for %s: %s",
		      cases[i].name, action(v, cases[i].hotkey)->command, err.text);
		command_fini(&c);
	}
}

static void
test_limits(const struct view *v)
{
	char *bytes = xmalloc(40000);
	struct command c;
	struct err err;

	memset(bytes, 'x', 40000);
	be_row(v, bytes, LONG_BYTES, 7);
	CHECK(!make(v, 'a', &c, &err) && strlen(c.words[2]) == LONG_BYTES, "a name of 4 KB");
	command_fini(&c);
	be_row(v, bytes, 40000, 7);
	CHECK(make(v, 'a', &c, &err) == -E2BIG, "40 KB: %s", err.text);
	bytes[5] = '\0';
	be_row(v, bytes, 10, 7);
	CHECK(make(v, 'a', &c, &err) == -EINVAL, "a byte 0: %s", err.text);
	be_row(v, "", 0, 7);
	CHECK(make(v, 'a', &c, &err) == -ENOENT, "no byte: %s", err.text);
	cells[0].state = CELL_MISSING;
	CHECK(make(v, 'a', &c, &err) == -ENOENT, "no value: %s", err.text);
	CHECK(make(v, 'f', &c, &err) == -ENOENT, "no column: %s", err.text);
	free(bytes);
}

static void
test_processes(const struct view *v)
{
	static const struct {
		char hotkey;
		int64_t pid;
		int status, signal;
	} cases[] = {
		{ 'g', 7, 0, 0 }, { 'i', 7, 0, SIGTERM }, { 'j', 7, 0, SIGKILL },
		{ 'k', 7, 0, SIGHUP }, { 'l', 7, 0, SIGUSR1 }, { 'm', 7, 0, 0 },
		{ 'n', 7, 0, 0 }, { 'o', 7, 0, 0 }, { 'h', 7, -EPERM, 0 }, { 'i', 0, -EINVAL, 0 },
		{ 'i', -1, -EINVAL, 0 }, { 'i', INT64_MAX, -EINVAL, 0 },
		{ 'i', INT64_MIN, -EINVAL, 0 },
	};
	struct command c;
	struct err err;

	for (size_t i = 0; i < ARRAY_LEN(cases); i++) {
		be_row(v, "x", 1, cases[i].pid);
		CHECK(make(v, cases[i].hotkey, &c, &err) == cases[i].status, "%s of %lld: %s",
		      action(v, cases[i].hotkey)->command, (long long)cases[i].pid, err.text);
		if (!cases[i].status)
			CHECK(c.pid == cases[i].pid && c.signal == cases[i].signal,
			      "  process %lld, signal %d", (long long)c.pid, c.signal);
		command_fini(&c);
	}
}

/* A value for each column of V; fields of processes have the number 7. */
static void
be_any_row(const struct view *v, unsigned variant, struct cell *all,
	   const struct view_column **shown)
{
	table = (struct table){ .view = v, .columns = shown, .rows = &row, .n_rows = 1 };
	row.cells = all;
	for (size_t i = 0; i < v->n_columns; i++) {
		const struct view_column *c = &v->columns[i];

		if (!view_shows(c, (enum view_variant)variant))
			continue;
		all[table.n_columns] = (struct cell){ .state = CELL_KNOWN };
		if (c->type == T_STR || c->type == T_DATA)
			all[table.n_columns].value.s = (struct span){ (const uint8_t *)"x", 1 };
		else if (c->type == T_INT || c->type == T_UINT)
			all[table.n_columns].value.u = 7;
		shown[table.n_columns++] = c;
	}
}

/* Whatever a built-in view can do, its rows have what that needs. */
static void
test_views(const struct view_set *views)
{
	static const unsigned variants[] = { VIEW_PLAIN, VIEW_CONTAINERS, VIEW_PODS };
	const struct view_column *shown[64];
	struct cell all[64];

	for (size_t i = 0; i < view_set_count(views); i++) {
		const struct view *v = view_set_at(views, i);
		bool is_good = true;
		struct err err = { 0 };

		for (size_t n = 0; n < v->n_actions * ARRAY_LEN(variants); n++) {
			struct command c = { 0 };

			be_any_row(v, variants[n % ARRAY_LEN(variants)], all, shown);
			is_good &= !command_make(&c, &v->actions[n / ARRAY_LEN(variants)], &table,
						 0, &err);
			command_fini(&c);
		}
		if (v->n_actions)
			CHECK(is_good, "%s: all of its actions can be done %s", v->id, err.text);
	}
}

int
main(int argc, char **argv)
{
	struct rng r = rng_from_args(argc, argv);
	struct view_set *views = view_set_new(NULL);
	const struct view *v;

	test_views(views);
	table = (struct table){ .columns = columns, .n_columns = 4, .rows = &row, .n_rows = 1 };
	row.cells = cells;
	CHECK(!view_set_add(views, "mine.lua",
			    (struct span){ (const uint8_t *)view_text, strlen(view_text) }),
	      "the view is one");
	v = view_set_find(views, "mine");
	if (v) {
		test_hostile(v);
		test_random(v, &r);
		test_options(v);
		test_limits(v);
		test_processes(v);
	}
	view_set_free(views);
	return check_done();
}
