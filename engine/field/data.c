#include "engine/field/data.h"

#include "engine/base/text.h"
#include "engine/field/value.h"

#define ROW 16				/* bytes of a row of hex */
#define GROUP 2				/* bytes in front of a blank */

static bool
is_printable(uint8_t c)
{
	return c >= 0x20 && c < 0x7F;
}

/* Line ends are LF, CR or both together; one at the start adds nothing to the
 * one that stands before all. */
static void
put_characters(struct span data, struct text *t)
{
	if (data.len)
		text_char(t, '\n');
	for (size_t i = 0; i < data.len; i++) {
		uint8_t c = data.p[i];

		if (is_printable(c))
			text_char(t, (char)c);
		else if (c == '\r' || (c == '\n' && i && data.p[i - 1] != '\r'))
			text_char(t, '\n');
	}
}

static void
put_digits(uint64_t v, unsigned n, struct text *t)
{
	while (n--)
		text_char(t, "0123456789abcdef"[v >> 4 * n & 15]);
}

/* The characters of a row, in their column. */
static void
put_row_text(struct span row, struct text *t)
{
	size_t groups = (row.len + GROUP - 1) / GROUP;

	if (row.len % GROUP)
		text_str(t, "  ");
	for (; groups < ROW / GROUP; groups++)
		text_str(t, "     ");
	text_str(t, "  ");
	text_dots(t, row.p, row.len);
}

static void
put_rows(struct span data, bool with_text, struct text *t)
{
	for (size_t at = 0; at < data.len; at += ROW) {
		size_t len = data.len - at < ROW ? data.len - at : ROW;

		text_str(t, "\n\t0x");
		put_digits(at, at > 0xFFFF ? 8 : 4, t);
		text_char(t, ':');
		for (size_t i = 0; i < len; i++) {
			if (i % GROUP == 0)
				text_char(t, ' ');
			put_digits(data.p[at + i], 2, t);
		}
		if (with_text)
			put_row_text((struct span){ data.p + at, len }, t);
	}
	if (data.len)
		text_char(t, '\n');
}

static void
put_base64(struct span data, struct text *t)
{
	static const char letters[] =
		"ABCDEFGHIJKLMNOPQRSTUVWXYZabcdefghijklmnopqrstuvwxyz0123456789+/";

	for (size_t at = 0; at < data.len; at += 3) {
		size_t left = data.len - at;
		uint32_t bits = (uint32_t)data.p[at] << 16;

		if (left > 1)
			bits |= (uint32_t)data.p[at + 1] << 8;
		if (left > 2)
			bits |= data.p[at + 2];
		text_char(t, letters[bits >> 18]);
		text_char(t, letters[bits >> 12 & 63]);
		text_char(t, left > 1 ? letters[bits >> 6 & 63] : '=');
		text_char(t, left > 2 ? letters[bits & 63] : '=');
	}
}

void
data_text(const struct data_style *style, struct span data, struct text *t)
{
	if (data.len > style->bytes_max)
		data.len = style->bytes_max;
	switch (style->form) {
	case DATA_DOTS:
		value_data(data, style->dots_max, t);
		break;
	case DATA_TEXT:
		put_characters(data, t);
		break;
	case DATA_HEX:
	case DATA_HEX_TEXT:
		put_rows(data, style->form == DATA_HEX_TEXT, t);
		break;
	case DATA_BASE64:
		put_base64(data, t);
		break;
	case DATA_RAW:
		text_bytes(t, data.p, data.len);
		break;
	}
}
