#include "tests/lib/check.h"
#include "tests/lib/rng.h"
#include "tests/lib/screen.h"
#include "ui/editor.h"

/* What keys make of a text; "|" is the cursor. */
static const struct {
	const char *text, *keys, *want;
} cases[] = {
	{ "", "a é 日", "aé日|" },
	{ "abc", "Left Left X", "aX|bc" },
	{ "aé日", "Left Backspace", "a|日" },
	{ "aé日", "Home Del", "|é日" },
	{ "abc", "Home Left Backspace", "|abc" },
	{ "abc", "Right Del", "abc|" },
	{ "proc.name = sh", "Ctrl-Left", "proc.name = |sh" },
	{ "proc.name = sh", "Home Ctrl-Right", "proc|.name = sh" },
	{ "proc.name = sh", "^W ^W", "proc.|" },
	{ "abc def", "Left Left Left ^U", "|def" },
	{ "abc def", "Home ^K", "|" },
	{ "abc", "^A x ^E y", "xabcy|" },
	{ "abc", "F5 Tab Alt-x", "abc|" },
};

static void
press(struct editor *e, const char *keys)
{
	struct key k;

	while ((keys = key_parse(keys, &k)))
		editor_key(e, &k);
}

static void
test_keys(void)
{
	for (size_t i = 0; i < sizeof(cases) / sizeof(cases[0]); i++) {
		struct editor *e = calloc(1, sizeof(*e));
		char got[64];

		editor_set(e, cases[i].text);
		press(e, cases[i].keys);
		snprintf(got, sizeof(got), "%.*s|%s", (int)e->cursor, e->text,
			 e->text + e->cursor);
		CHECK_STR(got, cases[i].want, "%s and %s", cases[i].text, cases[i].keys);
		free(e);
	}
}

static void
test_history(void)
{
	struct editor_history h = { 0 };
	struct editor *e = calloc(1, sizeof(*e));
	struct key k = screen_key("Enter");

	e->history = &h;
	for (const char *line = "abc"; *line; line++) {
		char one[] = { *line, '\0' };

		editor_set(e, one);
		editor_remember(&h, e);
		editor_remember(&h, e);
	}
	editor_set(e, "");
	editor_remember(&h, e);
	CHECK(h.n == 3, "the history has each line once, and no empty one");
	press(e, "d Up Up");
	CHECK_STR(e->text, "b", "two lines back");
	press(e, "Up Up Up");
	CHECK_STR(e->text, "a", "not beyond the first");
	press(e, "Down Down Down Down");
	CHECK_STR(e->text, "d", "and forward to what was typed");
	CHECK(editor_key(e, &k) == EDITOR_ENTERED, "Enter");
	for (int i = 0; i < 2 * EDITOR_HISTORY_MAX; i++) {
		char line[16];

		snprintf(line, sizeof(line), "%d", i);
		editor_set(e, line);
		editor_remember(&h, e);
	}
	CHECK(h.n == EDITOR_HISTORY_MAX, "its length is bounded");
	editor_history_fini(&h);
	free(e);
}

static void
test_draw(void)
{
	struct canvas c = screen_new(1, 8);
	struct editor *e = calloc(1, sizeof(*e));

	editor_set(e, "abcdefghijkl");
	editor_draw(e, canvas_area(&c));
	screen_check(&c, "fghijkl\n", "the end of a long line");
	CHECK(c.has_cursor && c.cursor_col == 7, "the cursor behind it");
	press(e, "Home");
	editor_draw(e, canvas_area(&c));
	screen_check(&c, "abcdefgh\n", "its start");
	editor_click(e, 3, 8);
	CHECK(e->cursor == 3, "a click moves the cursor");
	CHECK(editor_column(e, 5, 8) == 5, "the column of a byte");
	free(e);
	canvas_fini(&c);
}

/* Whatever is typed, the text stays UTF-8 and within its bounds. */
static void
test_random(struct rng *r)
{
	static const char *const keys[] = {
		"a", "é", "日", "Left", "Right", "Home", "End", "Backspace", "Del", "^W", "^U", "^K",
		"Up", "Down", "Ctrl-Left", "Ctrl-Right",
	};
	struct editor_history h = { 0 };
	struct editor *e = calloc(1, sizeof(*e));
	bool is_good = true;

	e->history = &h;
	for (int i = 0; i < 100000; i++) {
		struct key k = screen_key(keys[rng_below(r, 3 + rng_below(r, 14))]);

		editor_key(e, &k);
		if (!rng_below(r, 1000))
			editor_remember(&h, e);
		is_good &= e->cursor <= e->len && e->len <= EDITOR_MAX && !e->text[e->len] &&
			   (e->text[e->cursor] & 0xC0) != 0x80;
	}
	CHECK(is_good, "100,000 random keys");
	editor_history_fini(&h);
	free(e);
}

int
main(int argc, char **argv)
{
	struct rng r = rng_from_args(argc, argv);

	test_keys();
	test_history();
	test_draw();
	test_random(&r);
	return check_done();
}
