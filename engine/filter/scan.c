#include "engine/filter/scan.h"

#include <errno.h>
#include <stdarg.h>
#include <stdint.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "engine/base/arena.h"
#include "engine/base/err.h"
#include "engine/base/text.h"
#include "engine/world/span.h"

#define WORD_SHOWN_MAX 48		/* of a word, in an error */

int
scan_refuse(const struct scan *s, const char *at, const char *fmt, ...)
{
	char why[ERR_TEXT_MAX];
	va_list ap;

	va_start(ap, fmt);
	vsnprintf(why, sizeof(why), fmt, ap);
	va_end(ap);
	if (s->err)
		s->err->at = (int)(at - s->text);
	return err_set(s->err, -EINVAL, "%s", why);
}

/* What an error shows of AT: a name, or else all up to a blank. */
static size_t
shown_len(const char *at)
{
	size_t len = scan_name_len(at);

	while (!len && at[len] && !scan_is_blank(at[len]))
		len = strcspn(at, " \t\b\r\n");
	return len < WORD_SHOWN_MAX ? len : WORD_SHOWN_MAX;
}

int
scan_refuse_word(const struct scan *s, const char *at, const char *fmt)
{
	const char *place = strstr(fmt, "%s");
	struct text why = { 0 };

	text_bytes(&why, fmt, (size_t)(place - fmt));
	text_safe(&why, at, shown_len(at));
	text_str(&why, place + 2);
	text_char(&why, '\0');
	scan_refuse(s, at, "%s", why.p);
	text_fini(&why);
	return -EINVAL;
}

bool
scan_is_blank(char c)
{
	return c == ' ' || c == '\t' || c == '\b' || c == '\r' || c == '\n';
}

bool
scan_is_name(char c)
{
	return (c >= 'a' && c <= 'z') || (c >= 'A' && c <= 'Z') || (c >= '0' && c <= '9') ||
	       c == '_' || c == '.';
}

void
scan_blanks(struct scan *s)
{
	while (scan_is_blank(*s->at))
		s->at++;
}

size_t
scan_name_len(const char *at)
{
	size_t n = 0;

	while (scan_is_name(at[n]))
		n++;
	return n;
}

bool
scan_char(struct scan *s, char c)
{
	if (*s->at != c)
		return false;
	s->at++;
	return true;
}

bool
scan_keyword(struct scan *s, const char *word)
{
	size_t n = strlen(word);

	if (strncmp(s->at, word, n) != 0 || scan_is_name(s->at[n]))
		return false;
	s->at += n;
	return true;
}

/* The byte of an escape \xHH whose digits stand at AT; -1: it is none. */
static int
hex_byte(const char *at)
{
	int high = span_hex_digit((uint8_t)at[0]);
	int low = high < 0 ? -1 : span_hex_digit((uint8_t)at[1]);

	return low < 0 ? -1 : high * 16 + low;
}

/* What the escape at AT (behind its backslash) stands for inside of QUOTE; *LEN
 * bytes of it. -1: it is none. A blank gives the backslash itself. */
static int
escaped(const char *at, char quote, size_t *len)
{
	static const char from[] = "bfnrt\\/ ", to[] = "\b\f\n\r\t\\/\\";
	const char *found = *at ? strchr(from, *at) : NULL;

	*len = *at == 'x' ? 3 : 1;
	if (*at == 'x')
		return hex_byte(at + 1);
	if (*at && *at == quote)
		return (uint8_t)quote;
	return found ? (uint8_t)to[found - from] : -1;
}

/* Take the value whose opening quote is at AT. */
static int
take_quoted(struct scan *s, struct word *out)
{
	const char *start = s->at, *at = start + 1;
	struct text bytes = { 0 };
	size_t len;
	int c;

	while (*at && *at != *start) {
		if (*at != '\\') {
			text_char(&bytes, *at++);
			continue;
		}
		c = escaped(at + 1, *start, &len);
		if (c < 0)
			break;
		text_char(&bytes, (char)c);
		at += 1 + len;
	}
	out->p = arena_strndup(s->arena, bytes.p ? bytes.p : "", bytes.len);
	out->len = bytes.len;
	text_fini(&bytes);
	if (!*at || (*at == '\\' && !at[1]))
		return scan_refuse(s, start, "the quote is not closed");
	if (*at == '\\' && at[1] == 'x')
		return scan_refuse(s, at, "two hex digits must follow \\x");
	if (*at == '\\')
		return scan_refuse(s, at, "no such escape; a backslash is written `\\\\`");
	s->at = at + 1;
	return 0;
}

/* Take the value at AT up to what cannot be in one without quotes. */
static int
take_bare(struct scan *s, bool in_list, struct word *out)
{
	const char *start = s->at;
	size_t len = strcspn(start, in_list ? " \t\b\r\n()\"'," : " \t\b\r\n()\"'");

	if (!len && *start)
		return scan_refuse_word(s, start, "expected a value, not `%s`");
	if (!len)
		return scan_refuse(s, start, "expected a value; \"\" is the empty text");
	if (*start == '=')
		return scan_refuse(s, start, "a value that starts with `=` needs quotes");
	out->p = arena_strndup(s->arena, start, len);
	out->len = len;
	s->at += len;
	return 0;
}

int
scan_value(struct scan *s, bool in_list, struct word *out)
{
	*out = (struct word){ .at = (int)(s->at - s->text) };
	out->is_quoted = *s->at == '"' || *s->at == '\'';
	return out->is_quoted ? take_quoted(s, out) : take_bare(s, in_list, out);
}
