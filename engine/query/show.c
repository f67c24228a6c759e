#include "engine/query/show.h"

#include <math.h>
#include <stdint.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "engine/base/mem.h"
#include "engine/base/text.h"
#include "engine/base/utf8.h"
#include "engine/query/table.h"
#include "engine/query/view.h"

#define DATA_COLUMNS 80			/* of buffers */

bool
show_is_number(const struct view_column *c)
{
	return c->type == T_INT || c->type == T_UINT || c->type == T_DOUBLE || c->type == T_SPAN;
}

/* Append V with three digits that matter, or as many as fit before SUFFIX into WIDTH. */
static void
put_three(double v, const char *suffix, size_t width, struct text *t)
{
	double size = fabs(v);
	int decimals = size < 9.995 ? 2 : size < 99.95 ? 1 : 0;
	char buf[400];

	for (; decimals >= 0; decimals--) {
		snprintf(buf, sizeof(buf), "%.*f%s", decimals, v, suffix);
		if (strlen(buf) <= width)
			break;
	}
	text_str(t, buf);
}

/* A number of many steps of BASE: 1.23M. */
static void
put_scaled(double v, double base, size_t width, struct text *t)
{
	static const char *const steps[] = { "", "K", "M", "G", "T", "P", "E" };
	size_t i = 0;

	/* What would be rounded to the next step belongs there. */
	while (i + 1 < ARRAY_LEN(steps) && fabs(v) >= base - 0.5) {
		v /= base;
		i++;
	}
	if (!i && v == floor(v))
		text_fmt(t, "%.0f", v);
	else
		put_three(v, steps[i], width, t);
}

/* A count: all of its digits, if they fit. */
static void
put_count(double v, size_t width, struct text *t)
{
	char buf[400];

	snprintf(buf, sizeof(buf), "%.0f", v);
	if (v == floor(v) && strlen(buf) <= width && fabs(v) < 1e15)
		text_str(t, buf);
	else if (fabs(v) >= 1000 && strlen(buf) <= width && fabs(v) < 1e15)
		text_str(t, buf);
	else
		put_scaled(v, 1000, width, t);
}

/* Two units of time: 2m05s. */
static const struct pair {
	double below_s;
	unsigned large_s, small_s;
	char large, small;
} pairs[] = {
	{ 3599.5, 60, 1, 'm', 's' }, { 86370, 3600, 60, 'h', 'm' },
	{ HUGE_VAL, 86400, 3600, 'd', 'h' },
};

static void
put_pair(double s, struct text *t)
{
	const struct pair *p = pairs;
	uint64_t n;

	while (s >= p->below_s)
		p++;
	n = (uint64_t)(s / p->small_s + 0.5);
	text_fmt(t, "%llu%c%02llu%c", (unsigned long long)(n / (p->large_s / p->small_s)), p->large,
		 (unsigned long long)(n % (p->large_s / p->small_s)), p->small);
}

static void
put_span(double ns, size_t width, struct text *t)
{
	if (ns < 0) {
		text_char(t, '-');
		ns = -ns;
		width -= width > 0;
	}
	if (ns < 999.5 && ns == floor(ns))
		text_fmt(t, "%.0fns", ns);
	else if (ns < 999.5)
		put_three(ns, "ns", width, t);
	else if (ns < 999.5e3)
		put_three(ns / 1e3, "us", width, t);
	else if (ns < 999.5e6)
		put_three(ns / 1e6, "ms", width, t);
	else if (ns < 59.95e9)
		put_three(ns / 1e9, "s", width, t);
	else if (ns < 1e24)
		put_pair(ns / 1e9, t);
	else
		put_three(ns / 1e9, "s", width, t);
}

static double
number_of(const struct view_column *c, const struct value *v)
{
	switch (c->type) {
	case T_INT:
		return (double)v->i;
	case T_DOUBLE:
		return v->d;
	default:
		return (double)v->u;
	}
}

static void
put_number(const struct view_column *c, const struct value *value, size_t width,
	   struct text *t)
{
	double v = number_of(c, value);

	if (!isfinite(v)) {
		text_str(t, "-");
		return;
	}
	switch (c->unit) {
	case U_BYTES:
		put_scaled(v, 1024, width, t);
		break;
	case U_KB:
		put_scaled(v * 1024, 1024, width, t);
		break;
	case U_NS: case U_NS9:
		put_span(v, width, t);
		break;
	case U_S:
		put_span(v * 1e9, width, t);
		break;
	case U_PERCENT:
		text_fmt(t, fabs(v) < 999.95 ? "%.1f" : "%.0f", v);
		break;
	case U_HEX:
		value_text(value, c->type, c->unit, DATA_COLUMNS, t);
		break;
	default:
		if (c->type == T_SPAN)
			put_span(v, width, t);
		else
			put_count(v, width, t);
	}
}

/* Is it a number that names something, of which no digit may be missing? */
static bool
is_name(const struct view_column *c)
{
	return c->unit == U_PORT ||
	       (c->of.operand && c->unit == U_NONE &&
		(c->type == T_INT || c->type == T_UINT) && c->source != VIEW_FROM_HISTORY &&
		(c->aggregation == VIEW_KEY || c->aggregation == VIEW_LAST ||
		 c->aggregation == VIEW_FIRST));
}

void
show_cell(const struct view_column *c, const struct cell *cell, size_t width, struct text *t)
{
	bool is_unsure = cell->state == CELL_UNSURE;

	if (cell->state == CELL_MISSING)
		return;
	if (show_is_number(c) && !is_name(c))
		put_number(c, &cell->value, width - (is_unsure && width > 0), t);
	else if (c->type == T_BOOL)
		text_str(t, cell->value.b ? "yes" : "no");
	else
		value_text(&cell->value, c->type, c->unit, DATA_COLUMNS, t);
	if (is_unsure)
		text_char(t, '?');
}

void
show_exact(const struct view_column *c, const struct cell *cell, struct text *t)
{
	char buf[64];

	if (cell->state == CELL_MISSING)
		return;
	if (c->type != T_DOUBLE) {
		value_text(&cell->value, c->type, c->unit == U_HEX ? U_NONE : c->unit, SIZE_MAX, t);
		return;
	}
	if (!isfinite(cell->value.d))
		return;
	for (int digits = 15; digits <= 17; digits += 2) {
		snprintf(buf, sizeof(buf), "%.*g", digits, cell->value.d);
		if (strtod(buf, NULL) == cell->value.d)
			break;
	}
	text_str(t, buf);
}

const char *
show_unit(const struct view_column *c)
{
	bool is_rate = c->is_per_second;

	switch (c->unit) {
	case U_BYTES:
		return is_rate ? "bytes/s" : "bytes";
	case U_KB:
		return is_rate ? "KiB/s" : "KiB";
	case U_NS: case U_NS9:
		return is_rate ? "ns/s" : "ns";
	case U_S:
		return is_rate ? "s/s" : "s";
	case U_PERCENT:
		return "%";
	default:
		if (c->type == T_SPAN || c->type == T_TIME)
			return "ns";
		return is_rate ? "1/s" : "";
	}
}

size_t
show_width(const char *s, size_t len)
{
	size_t width = 0, at = 0;

	while (at < len) {
		uint32_t c;
		size_t n = utf8_decode((const uint8_t *)s + at, len - at, &c);

		width += n ? utf8_columns(c) : 1;
		at += n ? n : 1;
	}
	return width;
}

size_t
show_fit(const char *s, size_t len, size_t width)
{
	size_t at = 0;

	while (at < len) {
		uint32_t c;
		size_t n = utf8_decode((const uint8_t *)s + at, len - at, &c);
		size_t columns = n ? utf8_columns(c) : 1;

		if (columns > width)
			break;
		width -= columns;
		at += n ? n : 1;
	}
	return at;
}
