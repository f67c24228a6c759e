#include "ui/cli/spectrum_out.h"

#include <inttypes.h>
#include <stdlib.h>
#include <string.h>

#include "engine/base/err.h"
#include "engine/base/mem.h"
#include "engine/base/text.h"
#include "engine/query/slices.h"
#include "engine/query/view.h"
#include "ui/cli/json_out.h"
#include "ui/cli/output.h"

#define DECADES 10			/* from 1 ns to 10 s */
#define BINS_PER_DECADE 6
#define BINS (DECADES * BINS_PER_DECADE)
#define SLICES 20
#define SLICES_MAX 10000
#define LABEL_COLS 13			/* "14:58:20.492" and a blank */
#define COUNT_COLS 7			/* with a blank before it */

/* From few to many, each for so many times as many. */
static const char ramp[] = " .:-=+*%#";
#define LEVELS (sizeof(ramp) - 2)

/* The least latencies of a decade's bins, in hundredths of its beginning. */
static const unsigned steps[BINS_PER_DECADE] = { 100, 147, 215, 316, 464, 681 };

static void
fill_bins(uint64_t *least)
{
	uint64_t decade = 1;

	for (size_t i = 0; i < BINS; i++) {
		least[i] = (decade * steps[i % BINS_PER_DECADE] + 99) / 100;
		if (i % BINS_PER_DECADE == BINS_PER_DECADE - 1)
			decade *= 10;
	}
	least[0] = 0;
}

static uint64_t
slice_start(const struct spectrum *s, size_t i)
{
	return s->from_ns + i * ((s->to_ns - s->from_ns) / s->n + 1);
}

/* Text ------------------------------------------------------------------ */

/* How many bins a mark stands for, so that a line fits into WIDTH_COLS; 0: any width. */
static size_t
bins_a_mark(size_t width_cols)
{
	size_t n = 1;

	while (width_cols && n < BINS_PER_DECADE &&
	       (BINS_PER_DECADE % n || LABEL_COLS + BINS / n + COUNT_COLS > width_cols))
		n++;
	return n;
}

/* What mark MARK of slice SLICE stands for. */
static uint64_t
count_of(const struct spectrum *s, size_t slice, size_t mark, size_t bins)
{
	uint64_t n = 0;

	for (size_t i = 0; i < bins; i++)
		n += s->counts[slice * s->n_bins + mark * bins + i];
	return n;
}

static uint64_t
most_of(const struct spectrum *s, size_t bins)
{
	uint64_t most = 0;

	for (size_t i = 0; i < s->n; i++)
		for (size_t mark = 0; mark < s->n_bins / bins; mark++)
			most = count_of(s, i, mark, bins) > most ? count_of(s, i, mark, bins) :
								   most;
	return most;
}

/* How slices are drawn. */
struct picture {
	size_t bins;			/* of a mark */
	uint64_t most;			/* that a mark stands for */
	struct clock *clock;
};

/* By the logarithm of the count; one call is always seen. */
static char
mark_of(uint64_t count, uint64_t most)
{
	unsigned bits = 0, all = 0;

	if (!count)
		return ramp[0];
	while (count >> bits > 1)
		bits++;
	while (most >> all > 1)
		all++;
	return ramp[1 + (all ? bits * (LEVELS - 1) / all : 0)];
}

/* What is counted, as the view's first column without a field calls it: "CALLS". */
static const char *
counted(const struct spectrum_look *look)
{
	for (size_t i = 0; i < look->view->n_columns; i++)
		if (!look->view->columns[i].of.operand)
			return look->view->columns[i].name;
	return "CALLS";
}

/* Names that would touch the one before, or the count, are left out. */
static void
put_scale(const struct spectrum_look *look, size_t bins, struct text *t)
{
	static const char *const names[DECADES] = { "1ns", "10ns", "100ns", "1us", "10us",
						    "100us", "1ms", "10ms", "100ms", "1s" };
	size_t start = t->len + LABEL_COLS;

	text_fmt(t, "%*s", LABEL_COLS - 1, "");
	for (size_t i = 0; i < DECADES; i++) {
		size_t at = start + i * (BINS_PER_DECADE / bins);

		if (t->len < at && at + strlen(names[i]) <= start + BINS / bins)
			text_fmt(t, "%*s%s", (int)(at - t->len), "", names[i]);
	}
	while (t->len < start + BINS / bins)
		text_char(t, ' ');
	text_fmt(t, "%*s\n", COUNT_COLS, counted(look));
}

static void
put_slice(const struct spectrum *s, size_t slice, const struct picture *p, struct text *t)
{
	size_t start = t->len;
	uint64_t n = 0;

	clock_time(p->clock, slice_start(s, slice), t);
	t->len = start + LABEL_COLS - 1;
	text_char(t, ' ');
	for (size_t i = 0; i < s->n_bins / p->bins; i++) {
		uint64_t count = count_of(s, slice, i, p->bins);

		text_char(t, mark_of(count, p->most));
		n += count;
	}
	text_fmt(t, "%*" PRIu64 "\n", COUNT_COLS, n);
}

/* Headings are of ASCII. */
static void
put_lower(struct text *t, const char *heading)
{
	for (; *heading; heading++)
		text_char(t, *heading >= 'A' && *heading <= 'Z' ? (char)(*heading + 32) : *heading);
}

static void
put_text(const struct spectrum *s, const struct spectrum_look *look, struct output *out)
{
	size_t bins = bins_a_mark(look->width_cols);
	uint64_t most = most_of(s, bins);
	struct clock clock;

	clock_init(&clock, look->offset);
	put_scale(look, bins, &out->text);
	for (size_t i = 0; i < s->n && output_settle(out); i++)
		put_slice(s, i, &(struct picture){ bins, most, &clock }, &out->text);
	text_fmt(&out->text, "one mark: '%c' few to '%c' up to %" PRIu64 " ", ramp[1],
		 ramp[LEVELS], most);
	put_lower(&out->text, counted(look));
	text_char(&out->text, '\n');
}

/* For programs ---------------------------------------------------------- */

/* Cells in which there are none are left out. */
static void
put_csv(const struct spectrum *s, const struct spectrum_look *look, struct output *out)
{
	text_fmt(&out->text, "TIME (ns),%s (ns),%s\n", look->view->columns[0].name, counted(look));
	for (size_t i = 0; i < s->n * s->n_bins && output_settle(out); i++)
		if (s->counts[i])
			text_fmt(&out->text, "%" PRIu64 ",%" PRIu64 ",%" PRIu32 "\n",
				 slice_start(s, i / s->n_bins), s->least[i % s->n_bins],
				 s->counts[i]);
}

static void
put_json(const struct spectrum *s, const struct spectrum_look *look, struct output *out)
{
	struct json_out j = { .t = &out->text };
	struct text name = { 0 };

	json_open(&j, NULL, '{');
	put_lower(&name, counted(look));
	text_char(&name, '\0');
	json_str(&j, "view", look->view->id);
	json_u64(&j, "from_ns", s->from_ns);
	json_u64(&j, "to_ns", s->to_ns);
	json_open(&j, "least_ns", '[');
	for (size_t i = 0; i < s->n_bins; i++)
		json_u64(&j, NULL, s->least[i]);
	json_close(&j, ']');
	json_open(&j, "slices", '[');
	for (size_t i = 0; i < s->n && output_settle(out); i++) {
		json_open(&j, NULL, '{');
		json_u64(&j, "from_ns", slice_start(s, i));
		json_open(&j, name.p, '[');
		for (size_t k = 0; k < s->n_bins; k++)
			json_u64(&j, NULL, s->counts[i * s->n_bins + k]);
		json_close(&j, ']');
		json_close(&j, '}');
	}
	json_close(&j, ']');
	json_close(&j, '}');
	text_char(&out->text, '\n');
	text_fini(&name);
}

int
spectrum_out(const struct snapshot *snap, const struct slices_question *q,
	     const struct spectrum_look *look, struct output *out, struct err *err)
{
	uint64_t least[BINS];
	struct spectrum s = { look->from_ns, look->to_ns, look->n_slices ? look->n_slices : SLICES,
			      BINS, least, NULL };
	int code;

	fill_bins(least);
	if (s.n > SLICES_MAX)
		s.n = SLICES_MAX;
	if (!s.to_ns)
		slices_bounds(snap, &s.from_ns, &s.to_ns);
	s.counts = xreallocarray(NULL, s.n * BINS, sizeof(*s.counts));
	code = slices_spectrum(snap, q, &s, err);
	if (!code && look->form == VIEW_CSV)
		put_csv(&s, look, out);
	else if (!code && look->form == VIEW_JSON)
		put_json(&s, look, out);
	else if (!code)
		put_text(&s, look, out);
	if (!code)
		output_flush(out);
	free(s.counts);
	return code;
}
