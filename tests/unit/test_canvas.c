#include <stdio.h>

#include "engine/base/text.h"
#include "tests/lib/check.h"
#include "tests/lib/screen.h"
#include "ui/canvas.h"

static struct span
span_of(const char *s)
{
	return (struct span){ (const uint8_t *)s, strlen(s) };
}

/* Row 0 of a canvas of 12 columns after TEXT was drawn at COL. */
static const struct {
	const char *what;
	unsigned col;
	const char *text;
	const char *shown, *ascii;
	unsigned took;
} cases[] = {
	{ "plain text", 2, "abc", "  abc", "  abc", 3 },
	{ "text that leaves the area", 9, "abcdef", "         abc", "         abc", 3 },
	{ "text outside of the area", 20, "abc", "", "", 0 },
	{ "a wide character", 0, "a日b", "a日b", "a??b", 4 },
	{ "half a wide character", 11, "日", "", "           ?", 1 },
	{ "a combining mark", 0, "e\xCC\x81x", "e\xCC\x81x", "ex", 2 },
	{ "a mark on nothing", 0, "\xCC\x81x", "x", "x", 1 },
	{ "a mark on a wide character", 0, "日\xCC\x81", "日\xCC\x81", "??", 2 },
	{ "an escape sequence", 0, "\033[31mx", "\\x1b[31mx", "\\x1b[31mx", 9 },
	{ "a C1 control", 0, "\xC2\x9Bx", "\\xc2\\x9bx", "\\xc2\\x9bx", 9 },
	{ "no UTF-8", 0, "\xFFx", "\\xffx", "\\xffx", 5 },
	{ "a direction override", 0, "\xE2\x80\xAEx", "\\xe2\\x80\\xae", "\\xe2\\x80\\xae", 12 },
	{ "signs of our own", 0, "▁█│…›", "▁█│…›", ".#|~>", 5 },
	{ "others", 0, "é", "é", "?", 1 },
};

/* The Linux console shows UTF-8, but its fonts have few of our signs. */
static void
test_console(void)
{
	struct canvas c = { 0 };
	struct text t = { 0 };

	canvas_resize(&c, 2, 8);
	c.is_console = true;
	area_text(canvas_area(&c), 0, 0, STYLE_TEXT, "▁▄█│▼…›é");
	area_fill(area_line(canvas_area(&c), 1, 0, 2), 0x2587, STYLE_BAR);
	canvas_row_text(&c, 0, &t);
	canvas_row_text(&c, 1, &t);
	text_char(&t, '\0');
	CHECK_STR(t.p, ".▄█│▼~>é%%", "the signs of the Linux console");
	text_fini(&t);
	canvas_fini(&c);
}

static void
test_text(void)
{
	for (size_t i = 0; i < sizeof(cases) / sizeof(cases[0]); i++)
		for (int is_ascii = 0; is_ascii < 2; is_ascii++) {
			struct canvas c = { 0 };
			struct text t = { 0 };
			unsigned took;

			canvas_resize(&c, 1, 12);
			c.is_ascii = is_ascii;
			took = area_text(canvas_area(&c), 0, cases[i].col, STYLE_TEXT,
					 cases[i].text);
			canvas_row_text(&c, 0, &t);
			text_char(&t, '\0');
			CHECK_STR(t.p, is_ascii ? cases[i].ascii : cases[i].shown, "%s%s",
				  cases[i].what, is_ascii ? ", in ASCII" : "");
			CHECK(took == cases[i].took, "  took %u columns", took);
			text_fini(&t);
			canvas_fini(&c);
		}
}

static const struct {
	const char *what;
	enum canvas_align align;
	unsigned n_cols;
	const char *text, *shown;
} fits[] = {
	{ "left", CANVAS_LEFT, 6, "abc", "abc|" },
	{ "right", CANVAS_RIGHT, 6, "abc", "   abc|" },
	{ "exactly", CANVAS_RIGHT, 3, "abc", "abc|" },
	{ "cut on the left side", CANVAS_LEFT, 3, "abcd", "ab…|" },
	{ "cut number", CANVAS_RIGHT, 3, "1234", "12…|" },
	{ "cut before a wide character", CANVAS_LEFT, 4, "ab日本", "ab …|" },
	{ "one column", CANVAS_LEFT, 1, "abc", "…|" },
	{ "no column", CANVAS_LEFT, 0, "abc", "|" },
};

static void
test_fit(void)
{
	for (size_t i = 0; i < sizeof(fits) / sizeof(fits[0]); i++) {
		struct canvas c = { 0 };
		struct text t = { 0 };
		struct area a;

		canvas_resize(&c, 1, 20);
		a = canvas_area(&c);
		area_fit(area_part(a, 0, 0, 1, fits[i].n_cols), fits[i].align, STYLE_TEXT,
			 span_of(fits[i].text));
		canvas_row_text(&c, 0, &t);
		text_str(&t, "|");
		text_char(&t, '\0');
		CHECK_STR(t.p, fits[i].shown, "fit: %s", fits[i].what);
		text_fini(&t);
		canvas_fini(&c);
	}
}

/* Whatever is drawn over it, a wide character has both halves or none. */
static void
test_halves(void)
{
	struct canvas c = { 0 };
	struct text t = { 0 };
	bool is_whole = true;

	canvas_resize(&c, 1, 8);
	for (unsigned under = 0; under < 7; under++)
		for (unsigned over = 0; over < 8; over++) {
			canvas_clear(&c);
			area_text(canvas_area(&c), 0, under, STYLE_TEXT, "日");
			area_text(canvas_area(&c), 0, over, STYLE_TEXT, over % 2 ? "x" : "本");
			for (unsigned i = 0; i < 8; i++)
				if (!c.cells[i].c && (!i || c.cells[i - 1].c < 0x100))
					is_whole = false;
		}
	CHECK(is_whole, "wide characters are never cut in halves");
	text_fini(&t);
	canvas_fini(&c);
}

static void
test_frame(void)
{
	static const char *const shown[] = {
		"┌─ Sort ───┐",
		"│ one      │",
		"└──────────┘",
	};
	struct canvas c = { 0 };
	unsigned n_left = 0;
	struct area inside;

	canvas_resize(&c, 3, 12);
	inside = area_frame(canvas_area(&c), "Sort");
	area_text(inside, 0, 0, STYLE_TEXT, "one");
	for (unsigned row = 0; row < 3; row++) {
		struct text t = { 0 };

		canvas_row_text(&c, row, &t);
		text_char(&t, '\0');
		CHECK_STR(t.p, shown[row], "frame, row %u", row);
		text_fini(&t);
	}
	for (unsigned n_rows = 0; n_rows < 4; n_rows++)
		for (unsigned n_cols = 0; n_cols < 12; n_cols++) {
			canvas_clear(&c);
			area_frame(area_part(canvas_area(&c), 0, 0, n_rows, n_cols), "a title");
			n_left += !screen_kept_inside(&c, n_rows, n_cols);
		}
	CHECK(!n_left, "frames of any size are not left: %u were", n_left);
	canvas_fini(&c);
}

static void
test_measure(void)
{
	CHECK(canvas_columns(span_of("a日\xFF")) == 7, "columns of a text");
	CHECK(canvas_byte_at(span_of("a日b"), 0) == 0, "the first byte");
	CHECK(canvas_byte_at(span_of("a日b"), 3) == 4, "the byte behind a wide character");
	CHECK(canvas_byte_at(span_of("a日b"), 2) == 1, "the byte within one is its first");
	CHECK(canvas_byte_at(span_of("ab"), 9) == 2, "the byte beyond the end");
}

int
main(void)
{
	test_text();
	test_console();
	test_fit();
	test_halves();
	test_frame();
	test_measure();
	return check_done();
}
