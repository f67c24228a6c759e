#include "ui/cli/cli.h"

#include <unistd.h>

#include "engine/base/mem.h"
#include "engine/field/format.h"
#include "tests/lib/check.h"
#include "tests/lib/scene.h"
#include "ui/cli/line.h"
#include "ui/cli/output.h"

#define WORDS_MAX 6

enum { KEY_ALL = 256, KEY_ALMOST };

static const struct cli_option options[] = {
	{ 'r', "read", "FILE", "Read FILE." },
	{ 'q', "quiet", NULL, "Say nothing." },
	{ 'f', NULL, NULL, "Follow." },
	{ KEY_ALL, "all", NULL, "All." },
	{ KEY_ALMOST, "almost", "N", "Almost all." },
};

static const struct cli_known known[] = {
	{ 'q', "almo", NULL },
	{ 'w', "write", "somebody else writes" },
	{ 0, "re", "somebody else reads" },
	{ 0, NULL, NULL },
};

static const struct cli_command command = {
	.name = "test", .options = options, .n_options = ARRAY_LEN(options), .known = known,
};

/* KEYS: what is to come out, "argument" after "="; "!" an error. REST: the
 * words that are left. */
static const struct {
	const char *words[WORDS_MAX];
	const char *seen, *rest;
} cases[] = {
	{ { "-r", "a" }, "r=a ", "" },
	{ { "-ra" }, "r=a ", "" },
	{ { "-qf", "x" }, "q f ", "x" },
	{ { "-qra", "-f" }, "q r=a f ", "" },
	{ { "--read=a", "--quiet" }, "r=a q ", "" },
	{ { "--read", "a", "b" }, "r=a ", "b" },
	{ { "--rea=" }, "r= ", "" },
	{ { "--all" }, "256 ", "" },
	{ { "--almo" }, "q ", "" },
	{ { "--almos", "1" }, "257=1 ", "" },
	{ { "--alm", "3" }, "257=3 ", "" },
	{ { "-" }, "", "-" },
	{ { "-q", "--", "-f" }, "q ", "-f" },
	{ { "-x" }, "!", "" },
	{ { "-q", "-r" }, "q !", "" },
	{ { "--al" }, "!", "" },
	{ { "--nothing" }, "!", "" },
	{ { "--quiet=1" }, "!", "" },
	{ { "--read" }, "!", "" },
	{ { "-w", "a" }, "!", "" },
	{ { "--write=a" }, "!", "" },
	{ { "--re", "a" }, "!", "" },
};

static void
options_come_apart(void)
{
	for (size_t i = 0; i < ARRAY_LEN(cases); i++) {
		char storage[WORDS_MAX][32], *argv[WORDS_MAX + 1] = { storage[0] };
		struct text seen = { 0 };
		int argc = 1, at = 1, key;
		const char *arg;

		for (; argc < WORDS_MAX && cases[i].words[argc - 1]; argc++) {
			argv[argc] = storage[argc];
			strcpy(storage[argc], cases[i].words[argc - 1]);
		}
		while ((key = cli_option(&command, argc, argv, &at, &arg)) > 0)
			text_fmt(&seen, key < 256 ? "%c%s%s " : "%d%s%s ", key,
				 arg ? "=" : "", arg ? arg : "");
		text_str(&seen, key < 0 ? "!" : "");
		text_char(&seen, '\0');
		CHECK_STR(seen.p, cases[i].seen, "options: %s", cases[i].seen);
		if (key == 0)
			CHECK_STR(at < argc ? argv[at] : "", cases[i].rest, "  and what is left");
		text_fini(&seen);
	}
}

static void
commands_are_found(void)
{
	static const struct cli_command other = { .name = "print" };
	static const struct cli_command *const commands[] = { &command, &other };

	CHECK(cli_find(commands, 2, "print") == &other, "a command by its name");
	CHECK(!cli_find(commands, 2, "pritn"), "a misspelt one is not taken");
	CHECK(!cli_find(commands, 2, "\033[2J"), "nor one that means harm");
}

/* The fast line must be what its format says. */
static void
lines_agree(void)
{
	const struct bytes read[] = { N64(3), BYTES("a\0b"), N64(3) },
		generic[] = { N16(3), N16(0) };
	const struct {
		uint16_t id;
		int64_t tid;
		const struct bytes *params;
		uint32_t n;
	} events[] = {
		{ EV_READ_X, 100, read, 3 }, { EV_READ_X, 666, read, 2 },
		{ EV_READ_X, 31337, read, 2 }, { EV_GENERIC_E, 100, generic, 2 },
		{ EV_CLOSE_X, -1, NULL, 0 },
	};
	struct format *f = format_compile(LINE_FORMAT, NULL);
	static struct scene s;

	scene_init(&s);
	for (size_t i = 0; i < ARRAY_LEN(events); i++) {
		const char *line;
		size_t len;

		scene_event(&s, events[i].id, events[i].tid, events[i].params, events[i].n);
		format_line(f, &s.eval, &s.out);
		text_bytes(&s.out, "\n", 2);
		len = s.out.len;
		line_put(&s.render, &s.m, &s.out);
		text_char(&s.out, '\0');
		line = s.out.p + len;
		CHECK_STR(line, s.out.p, "line %zu is the same by its format", i);
		s.out.len = 0;
	}
	format_free(f);
	scene_fini(&s);
}

static void
output_reports(void)
{
	struct output o;
	int ends[2];
	char got[8] = "";

	if (!CHECK(!pipe(ends), "a pipe"))
		return;
	output_init(&o, ends[1]);
	text_str(&o.text, "words");
	CHECK(output_settle(&o) && o.text.len == 5, "few words wait");
	CHECK(output_flush(&o) && !o.text.len, "until they are let go");
	CHECK(read(ends[0], got, sizeof(got)) == 5 && !strcmp(got, "words"), "and arrive");
	close(ends[0]);
	close(ends[1]);
	text_str(&o.text, "more");
	CHECK(!output_flush(&o) && o.failed && !output_settle(&o), "what cannot be written");
	output_fini(&o);
}

int
main(void)
{
	options_come_apart();
	commands_are_found();
	lines_agree();
	output_reports();
	return check_done();
}
