#include "ui/echo_piece.h"

#include <stdlib.h>
#include <string.h>

#include "engine/base/err.h"
#include "engine/base/mem.h"
#include "engine/field/operand.h"
#include "engine/query/cursor.h"
#include "engine/store/store.h"

#define DATA_MAX 65536u			/* bytes of one piece that are shown */
#define HEX_ROW 16u
#define TAB_COLS 8u
#define WIDTH_COLS 76u			/* before it is known */

const char *const echo_form_names[ECHO_FORMS] = {
	"text", "dots", "hexadecimal", "raw lines",
};

static const char *const fields[ECHO_FIELDS] = {
	"evt.time", "proc.name", "thread.tid", "fd.name", "evt.latency.human", "evt.rawres",
	"evt.buffer",
};
enum { F_TIME, F_NAME, F_TID, F_FD, F_LATENCY, F_BYTES, F_DATA };

void
echo_piece_init(struct echo_piece *p)
{
	struct err err = { 0 };

	*p = (struct echo_piece){ .number = UINT64_MAX, .width_cols = WIDTH_COLS };
	for (size_t i = 0; i < ECHO_FIELDS; i++) {
		size_t len;

		p->operands[i] = operand_parse(fields[i], &len, &err);
		if (!p->operands[i])
			die("a field that is one is none: %s", err.text);
	}
}

void
echo_piece_fini(struct echo_piece *p)
{
	for (size_t i = 0; i < ECHO_FIELDS; i++)
		operand_free(p->operands[i]);
	text_fini(&p->text);
	free(p->starts);
}

static void
end_line(struct echo_piece *p)
{
	xgrow(&p->starts, &p->lines_cap, p->n_lines + 2, sizeof(*p->starts));
	p->starts[++p->n_lines] = p->text.len;
}

/* Append field I of the event, or DASH. */
static void
put_field(struct echo_piece *p, const struct eval *ev, unsigned i)
{
	struct value v;

	if (operand_get(p->operands[i], ev, &v))
		operand_text(p->operands[i], &v, ev->render, &p->text);
	else
		text_char(&p->text, '-');
}

static void
put_head(struct echo_piece *p, const struct eval *ev, bool is_read)
{
	text_str(&p->text, is_read ? "◀ " : "▶ ");
	put_field(p, ev, F_TIME);
	text_char(&p->text, ' ');
	put_field(p, ev, F_NAME);
	text_str(&p->text, " (");
	put_field(p, ev, F_TID);
	text_str(&p->text, is_read ? ") reads " : ") writes ");
	put_field(p, ev, F_BYTES);
	text_str(&p->text, " bytes in ");
	put_field(p, ev, F_LATENCY);
	text_str(&p->text, is_read ? " from " : " to ");
	put_field(p, ev, F_FD);
	end_line(p);
}

/* A line of text, with its tabs as blanks; CR before its end belongs to the end. */
static void
put_line(struct echo_piece *p, struct span line)
{
	size_t start = p->text.len;

	for (size_t i = 0; i < line.len; i++) {
		if (line.p[i] == '\r' && i + 1 == line.len)
			break;
		if (line.p[i] != '\t') {
			text_char(&p->text, (char)line.p[i]);
			continue;
		}
		do {
			text_char(&p->text, ' ');
		} while ((p->text.len - start) % TAB_COLS);
	}
	end_line(p);
}

/* Lines as they are written; what a terminal could obey is escaped when drawn. */
static void
put_text(struct echo_piece *p, struct span data)
{
	while (data.len) {
		const uint8_t *nl = memchr(data.p, '\n', data.len);
		size_t n = nl ? (size_t)(nl - data.p) : data.len;

		put_line(p, (struct span){ data.p, n });
		n += nl != NULL;
		data.p += n;
		data.len -= n;
	}
}

static void
put_dots(struct echo_piece *p, struct span data, unsigned width)
{
	for (size_t at = 0; at < data.len; at += width) {
		text_dots(&p->text, data.p + at, data.len - at < width ? data.len - at : width);
		end_line(p);
	}
}

static void
put_hex(struct echo_piece *p, struct span data)
{
	for (size_t at = 0; at < data.len; at += HEX_ROW) {
		size_t n = data.len - at < HEX_ROW ? data.len - at : HEX_ROW;

		text_fmt(&p->text, "%08zx ", at);
		for (size_t i = 0; i < HEX_ROW; i++) {
			text_str(&p->text, i == HEX_ROW / 2 ? " " : "");
			if (i < n)
				text_fmt(&p->text, " %02x", data.p[at + i]);
			else
				text_str(&p->text, "   ");
		}
		text_str(&p->text, "  ");
		text_dots(&p->text, data.p + at, n);
		end_line(p);
	}
}

void
echo_piece_load(struct echo_piece *p, struct cursor *c, uint64_t number)
{
	const struct eval *ev;
	struct value v;
	bool is_read;

	if (p->number == number)
		return;
	p->number = number;
	p->text.len = 0;
	p->n_lines = 0;
	xgrow(&p->starts, &p->lines_cap, 1, sizeof(*p->starts));
	p->starts[0] = 0;
	cursor_go_to(c, number);
	is_read = (cursor_value(c, COL_FLAGS) & ROW_READS) != 0;
	p->style = is_read ? STYLE_READ : STYLE_WRITE;
	ev = cursor_eval(c, CURSOR_EVENT);
	if (p->form != ECHO_RAW)
		put_head(p, ev, is_read);
	if (operand_get(p->operands[F_DATA], ev, &v) && v.s.len) {
		struct span data = { v.s.p, v.s.len < DATA_MAX ? v.s.len : DATA_MAX };

		if (p->form == ECHO_TEXT || p->form == ECHO_RAW)
			put_text(p, data);
		else if (p->form == ECHO_DOTS)
			put_dots(p, data, p->width_cols);
		else
			put_hex(p, data);
	}
	if (p->form != ECHO_RAW || !p->n_lines)
		end_line(p);		/* an empty one below */
}

struct span
echo_piece_line(const struct echo_piece *p, size_t line)
{
	return (struct span){ (const uint8_t *)p->text.p + p->starts[line],
			      p->starts[line + 1] - p->starts[line] };
}

void
echo_piece_put(struct echo_piece *p, struct cursor *c, uint64_t number, struct text *t)
{
	struct value v;

	if (p->form == ECHO_RAW) {
		cursor_go_to(c, number);
		if (operand_get(p->operands[F_DATA], cursor_eval(c, CURSOR_EVENT), &v))
			text_bytes(t, v.s.p, v.s.len);
		return;
	}
	echo_piece_load(p, c, number);
	for (size_t line = 0; line < p->n_lines; line++) {
		struct span s = echo_piece_line(p, line);

		if (line && line + 1 < p->n_lines)
			text_str(t, "  ");
		text_safe(t, s.p, s.len);
		text_char(t, '\n');
	}
}
