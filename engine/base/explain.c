#include "engine/base/explain.h"

#include <stdbool.h>

#include "engine/base/err.h"
#include "engine/base/text.h"
#include "engine/base/utf8.h"

#define BEFORE_MAX 48			/* columns of the text before what is wrong */
#define AFTER_MAX 24			/* and behind it */
#define INDENT "  "

/* Bytes that go on with a character of UTF-8. */
static bool
goes_on(char c)
{
	return ((uint8_t)c & 0xC0) == 0x80;
}

/* The columns that what T has behind START takes. */
static size_t
columns(const struct text *t, size_t start)
{
	size_t n = 0, len;
	uint32_t c = 0;

	for (size_t i = start; i < t->len; i += len) {
		len = utf8_decode((const uint8_t *)t->p + i, t->len - i, &c);
		if (!len)
			len = 1;
		n += utf8_columns(c);
	}
	return n;
}

/* Append the end of the AT bytes at WORDS, as much as there is room for. The
 * columns that it takes. */
static size_t
put_before(const char *words, size_t at, struct text *t)
{
	size_t start = t->len, n, from = at > BEFORE_MAX ? at - BEFORE_MAX : 0;

	for (;; from++) {
		while (from < at && goes_on(words[from]))
			from++;
		t->len = start;
		text_safe(t, words + from, at - from);
		n = columns(t, start);
		if (n <= BEFORE_MAX)
			break;
	}
	if (!from)
		return n;
	t->len = start;
	text_str(t, "...");
	text_safe(t, words + from, at - from);
	return n + 3;
}

/* Append the start of the LEN bytes at WORDS, as much as there is room for. */
static void
put_after(const char *words, size_t len, struct text *t)
{
	size_t start = t->len, to = len > AFTER_MAX ? AFTER_MAX : len;

	for (;; to--) {
		while (to && to < len && goes_on(words[to]))
			to--;
		t->len = start;
		text_safe(t, words, to);
		if (columns(t, start) <= AFTER_MAX)
			break;
	}
	text_str(t, to < len ? "..." : "");
}

void
explain_error(const char *words, const struct err *err, struct text *t)
{
	size_t len = strlen(words), at = err->at > 0 ? (size_t)err->at : 0, n;

	at = at < len ? at : len;
	text_str(t, err->text);
	text_str(t, "\n" INDENT);
	n = put_before(words, at, t);
	put_after(words + at, len - at, t);
	text_str(t, "\n" INDENT);
	while (n--)
		text_char(t, ' ');
	text_str(t, "^\n");
}
