#include "engine/base/text.h"

#include <stdarg.h>
#include <stdbool.h>
#include <stdio.h>
#include <stdlib.h>

#include "engine/base/mem.h"
#include "engine/base/utf8.h"

#define EACH_BYTE(b) (0x0101010101010101u * (b))

static const char two_digits[] =
	"00010203040506070809101112131415161718192021222324"
	"25262728293031323334353637383940414243444546474849"
	"50515253545556575859606162636465666768697071727374"
	"75767778798081828384858687888990919293949596979899";

void
text_fini(struct text *t)
{
	free(t->p);
	*t = (struct text){ 0 };
}

void
text_grow(struct text *t, size_t n)
{
	xgrow(&t->p, &t->cap, t->len + n, 1);
}

/* The decimal digits of V, right before END. */
static char *
decimal_before(char *end, uint64_t v)
{
	while (v >= 100) {
		end -= 2;
		memcpy(end, two_digits + 2 * (v % 100), 2);
		v /= 100;
	}
	if (v >= 10) {
		end -= 2;
		memcpy(end, two_digits + 2 * v, 2);
		return end;
	}
	*--end = (char)('0' + v);
	return end;
}

static unsigned
decimal_len(uint64_t v)
{
	for (unsigned n = 1;; n += 4, v /= 10000) {
		if (v < 10)
			return n;
		if (v < 100)
			return n + 1;
		if (v < 1000)
			return n + 2;
		if (v < 10000)
			return n + 3;
	}
}

void
text_u64(struct text *t, uint64_t v)
{
	unsigned n = decimal_len(v);

	decimal_before(text_room(t, n) + n, v);
	t->len += n;
}

void
text_i64(struct text *t, int64_t v)
{
	if (v < 0)
		text_char(t, '-');
	text_u64(t, v < 0 ? 0 - (uint64_t)v : (uint64_t)v);
}

void
text_hex(struct text *t, uint64_t v)
{
	unsigned n = (67 - (unsigned)__builtin_clzll(v | 1)) / 4;
	char *to = text_room(t, n) + n;

	t->len += n;
	for (; n; n--, v >>= 4)
		*--to = "0123456789ABCDEF"[v & 15];
}

void
text_oct(struct text *t, uint64_t v)
{
	char digits[23];
	size_t n = 0;

	for (; v; v >>= 3)
		digits[sizeof(digits) - ++n] = (char)('0' + (v & 7));
	digits[sizeof(digits) - ++n] = '0';
	text_bytes(t, digits + sizeof(digits) - n, n);
}

void
text_count(struct text *t, uint64_t v)
{
	uint64_t unit = 1;

	while (v / unit >= 1000)
		unit *= 1000;
	text_u64(t, v / unit);
	for (unit /= 1000; unit; unit /= 1000) {
		text_char(t, ',');
		text_dec_padded(t, v / unit % 1000, 3);
	}
}

void
text_dec_padded(struct text *t, uint64_t v, unsigned width)
{
	char digits[64];
	char *end = digits + sizeof(digits);
	char *at = decimal_before(end, v);

	while (end - at < (ptrdiff_t)width && at > digits)
		*--at = '0';
	text_bytes(t, at, (size_t)(end - at));
}

void
text_fmt(struct text *t, const char *fmt, ...)
{
	va_list ap;
	int n;

	/* Mostly there is room for it. */
	va_start(ap, fmt);
	n = vsnprintf(t->p ? t->p + t->len : NULL, t->cap - t->len, fmt, ap);
	va_end(ap);
	if (n > 0 && (size_t)n >= t->cap - t->len) {
		text_room(t, (size_t)n + 1);
		va_start(ap, fmt);
		vsnprintf(t->p + t->len, (size_t)n + 1, fmt, ap);
		va_end(ap);
	}
	t->len += n > 0 ? (size_t)n : 0;
}

/* Whether all eight bytes of W are printable ASCII: none has its high bit set,
 * none is below 0x20, none is 0x7F. */
static bool
is_plain_word(uint64_t w)
{
	uint64_t below = (w - EACH_BYTE(0x20)) & ~w;
	uint64_t del = w ^ EACH_BYTE(0x7F);

	return !((w | below | (del - EACH_BYTE(0x01))) & EACH_BYTE(0x80));
}

/* Whether one of the eight bytes of W, which is_plain_word(), is C. */
static bool
has_byte(uint64_t w, uint8_t c)
{
	return ((w ^ EACH_BYTE(c)) - EACH_BYTE(0x01)) & EACH_BYTE(0x80);
}

/* Append the printable ASCII that P starts with, for JSON without what has a
 * backslash there. How many bytes that are. */
static inline size_t
put_plain(struct text *t, const uint8_t *p, size_t len, bool is_json)
{
	char *to = text_room(t, len);
	size_t n = 0;
	uint64_t w;

	for (; len - n >= 8; n += 8) {
		memcpy(&w, p + n, 8);
		if (!is_plain_word(w) || (is_json && (has_byte(w, '"') || has_byte(w, '\\'))))
			break;
		memcpy(to + n, &w, 8);
	}
	for (; n < len && p[n] >= 0x20 && p[n] < 0x7F; n++) {
		if (is_json && (p[n] == '"' || p[n] == '\\'))
			break;
		to[n] = (char)p[n];
	}
	t->len += n;
	return n;
}

void
text_safe(struct text *t, const void *bytes, size_t len)
{
	const uint8_t *p = bytes;

	while (len) {
		size_t n = put_plain(t, p, len, false);
		uint32_t c;

		p += n;
		len -= n;
		if (!len)
			break;
		n = utf8_decode(p, len, &c);
		if (n && utf8_is_harmless(c)) {
			text_bytes(t, p, n);
		} else {
			n = n ? n : 1;
			for (size_t i = 0; i < n; i++) {
				char *to = text_room(t, 4);

				to[0] = '\\';
				to[1] = 'x';
				to[2] = "0123456789abcdef"[p[i] >> 4];
				to[3] = "0123456789abcdef"[p[i] & 15];
				t->len += 4;
			}
		}
		p += n;
		len -= n;
	}
}

void
text_dots(struct text *t, const void *bytes, size_t len)
{
	const uint8_t *p = bytes;

	for (size_t n = 0; len; p += n, len -= n) {
		n = put_plain(t, p, len, false);
		for (; n < len && (p[n] < 0x20 || p[n] >= 0x7F); n++)
			text_char(t, '.');
	}
}

static void
json_char(struct text *t, uint32_t c)
{
	static const char from[] = "\"\\\n\t\r", to[] = "\"\\ntr";
	const char *known = c && c < 0x7F ? strchr(from, (int)c) : NULL;

	if (known) {
		text_char(t, '\\');
		text_char(t, to[known - from]);
	} else if (c < 0x10000) {
		text_fmt(t, "\\u%04x", (unsigned)c);
	} else {
		c -= 0x10000;
		text_fmt(t, "\\u%04x\\u%04x", 0xD800 + (unsigned)(c >> 10),
			 0xDC00 + (unsigned)(c & 0x3FF));
	}
}

void
text_json(struct text *t, const void *bytes, size_t len)
{
	const uint8_t *p = bytes;
	uint32_t c;
	size_t n;

	text_char(t, '"');
	for (; len; p += n, len -= n) {
		n = put_plain(t, p, len, true);
		if (n)
			continue;
		n = utf8_decode(p, len, &c);
		if (!n) {
			n = 1;
			text_str(t, "\xEF\xBF\xBD");
		} else if (c == '"' || c == '\\' || !utf8_is_harmless(c)) {
			json_char(t, c);
		} else {
			text_bytes(t, p, n);
		}
	}
	text_char(t, '"');
}
