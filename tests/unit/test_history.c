/* What was typed in earlier runs: read back as it was, and nothing that could harm. */
#include "engine/base/text.h"
#include "tests/lib/check.h"
#include "ui/editor.h"
#include "ui/history.h"

static void
parse(struct editor_history *h, const char *text)
{
	history_parse(h, text, strlen(text));
}

int
main(void)
{
	static const char hostile[] = "good\n\033[2J\nbad\xFF\n\n\xC2\x9B\na\0b\nbad\r\nlast";
	struct editor_history h = { 0 }, again = { 0 };
	struct text t = { 0 };
	bool is_same = true;

	parse(&h, "proc.name = a\nfd.name = \"é\"\nfd.name = \"é\"\nno newline");
	CHECK(h.n == 3, "lines, but no line twice in a row: %zu", h.n);
	CHECK_STR(h.lines[1], "fd.name = \"é\"", "  as they were");
	history_print(&h, &t);
	history_parse(&again, t.p, t.len);
	for (size_t i = 0; i < h.n; i++)
		is_same &= i < again.n && !strcmp(h.lines[i], again.lines[i]);
	CHECK(is_same && again.n == h.n, "and read back");
	editor_history_fini(&h);
	editor_history_fini(&again);

	history_parse(&h, hostile, sizeof(hostile) - 1);
	CHECK(h.n == 2, "what nobody could type is passed over: %zu", h.n);
	CHECK_STR(h.lines[0], "good", "  what could");
	CHECK_STR(h.lines[1], "last", "  is there");
	editor_history_fini(&h);

	t.len = 0;
	for (int i = 0; i < 500; i++)
		text_fmt(&t, "line %d\n", i);
	for (size_t i = 0; i <= EDITOR_MAX; i++)
		text_char(&t, 'x');
	history_parse(&h, t.p, t.len);
	CHECK(h.n == EDITOR_HISTORY_MAX, "there are bounds");
	CHECK_STR(h.lines[h.n - 1], "line 499", "  and the newest stay");
	editor_history_fini(&h);
	text_fini(&t);
	return check_done();
}
