/*
 * text - build lines of text, fast, and never harmful to a terminal.
 *
 * A text is a growing buffer. Whatever was written by a traced program, or
 * stands in a capture or in metadata, goes in through text_safe() or
 * text_dots(); the rest is for our own words and for numbers.
 */
#ifndef ENGINE_BASE_TEXT_H
#define ENGINE_BASE_TEXT_H

#include <stddef.h>
#include <stdint.h>
#include <string.h>

/* Embedded: zeroes are an empty text; text_fini() frees it. */
struct text {
	char *p;
	size_t len;
	size_t cap;
};

void text_fini(struct text *t);

/* Make room for N more bytes. */
void text_grow(struct text *t, size_t n);

static inline char *
text_room(struct text *t, size_t n)
{
	if (t->cap - t->len < n)
		text_grow(t, n);
	return t->p + t->len;
}

static inline void
text_char(struct text *t, char c)
{
	*text_room(t, 1) = c;
	t->len++;
}

static inline void
text_bytes(struct text *t, const void *p, size_t len)
{
	if (!len)
		return;
	memcpy(text_room(t, len), p, len);
	t->len += len;
}

/* Our own words. */
static inline void
text_str(struct text *t, const char *s)
{
	text_bytes(t, s, strlen(s));
}

void text_u64(struct text *t, uint64_t v);
void text_i64(struct text *t, int64_t v);
void text_hex(struct text *t, uint64_t v);		/* upper case, no prefix */
void text_oct(struct text *t, uint64_t v);		/* leading 0; zero is "0" */
void text_count(struct text *t, uint64_t v);		/* 1234567 is 1,234,567 */
void text_dec_padded(struct text *t, uint64_t v, unsigned width);	/* zeroes before */
void text_fmt(struct text *t, const char *fmt, ...)
	__attribute__((format(printf, 2, 3)));

/* LEN bytes from outside, as UTF-8 text. Printable characters go through;
 * control characters (C0, DEL, C1), bidi and zero-width characters and bytes
 * that are no UTF-8 appear as \xNN, byte by byte. */
void text_safe(struct text *t, const void *p, size_t len);

/* LEN bytes from outside, as data: what is not printable ASCII becomes ".". */
void text_dots(struct text *t, const void *p, size_t len);

/* LEN bytes from outside, as a JSON string with its quotes. Bytes that are no
 * UTF-8 become U+FFFD; everything that a terminal could obey is \uNNNN. */
void text_json(struct text *t, const void *p, size_t len);

#endif
