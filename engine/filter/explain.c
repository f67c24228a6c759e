#include <stdbool.h>

#include "engine/base/err.h"
#include "engine/base/text.h"
#include "engine/filter/filter.h"

#define BEFORE_MAX 48			/* bytes of the text before what is wrong */
#define AFTER_MAX 24			/* and behind it */
#define INDENT "  "

/* Bytes that go on with a character of UTF-8. */
static bool
goes_on(char c)
{
	return ((uint8_t)c & 0xC0) == 0x80;
}

/* The characters of what T has behind START: none of them is wide. */
static size_t
columns(const struct text *t, size_t start)
{
	size_t n = 0;

	for (size_t i = start; i < t->len; i++)
		n += !goes_on(t->p[i]);
	return n;
}

void
filter_explain(const char *text, const struct err *err, struct text *t)
{
	size_t len = strlen(text), at = err->at > 0 ? (size_t)err->at : 0, from, to, start, n;

	at = at < len ? at : len;
	from = at > BEFORE_MAX ? at - BEFORE_MAX : 0;
	to = len - at > AFTER_MAX ? at + AFTER_MAX : len;
	while (from < at && goes_on(text[from]))
		from++;
	while (to > at && to < len && goes_on(text[to]))
		to--;
	text_str(t, err->text);
	text_str(t, "\n" INDENT);
	start = t->len;
	text_str(t, from ? "..." : "");
	text_safe(t, text + from, at - from);
	n = columns(t, start);
	text_safe(t, text + at, to - at);
	text_str(t, to < len ? "...\n" INDENT : "\n" INDENT);
	while (n--)
		text_char(t, ' ');
	text_str(t, "^\n");
}
