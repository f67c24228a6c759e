#include "ui/heatmap.h"

#include <math.h>

#include "engine/base/mem.h"
#include "engine/base/text.h"
#include "ui/key.h"

/* More and more ink; each level has a style of its own. */
static const char *const ramp[STYLE_HEATS] = { ".", ":", "-", "=", "+", "*", "%", "#" };
static const char *const decades[HEATMAP_DECADES] = {
	"1ns", "10ns", "100ns", "1us", "10us", "100us", "1ms", "10ms", "100ms", "1s",
};

unsigned
heatmap_bins(unsigned n_cols)
{
	unsigned n = n_cols > HEATMAP_LABEL_COLS ? n_cols - HEATMAP_LABEL_COLS : 0;

	return n < HEATMAP_BINS_MAX ? n : HEATMAP_BINS_MAX;
}

unsigned
heatmap_slices(unsigned n_rows)
{
	return n_rows > 1 ? n_rows - 1 : 0;
}

unsigned
heatmap_bin(uint64_t latency_ns, unsigned n_bins)
{
	double at = latency_ns ? log10((double)latency_ns) / HEATMAP_DECADES : 0;
	unsigned bin = (unsigned)(at * n_bins);

	if (bin >= n_bins)
		return n_bins - 1;
	/* Rounding must not put it beside the column that it belongs to. */
	if (bin + 1 < n_bins && latency_ns >= heatmap_latency(bin + 1, n_bins))
		return bin + 1;
	return bin && latency_ns < heatmap_latency(bin, n_bins) ? bin - 1 : bin;
}

uint64_t
heatmap_latency(unsigned bin, unsigned n_bins)
{
	if (!bin)
		return 0;
	return (uint64_t)ceil(pow(10, (double)bin * HEATMAP_DECADES / n_bins) - 1e-9);
}

/* 0: nothing, else 1 to STYLE_HEATS: twice as many or more are a level up. */
static unsigned
level_of(uint32_t n, uint32_t most)
{
	double levels = log2((double)most + 1);
	unsigned level;

	if (!n)
		return 0;
	level = 1 + (unsigned)(log2((double)n) / (levels > 1 ? levels : 1) * STYLE_HEATS);
	return level < STYLE_HEATS ? level : STYLE_HEATS;
}

static void
draw_axis(unsigned n_bins, struct area a)
{
	unsigned free_from = 0;

	area_fill(area_line(a, 0, 0, a.n_cols), ' ', STYLE_HEADING);
	area_text(a, 0, 1, STYLE_HEADING, "TIME");
	for (unsigned i = 0; i < HEATMAP_DECADES; i++) {
		unsigned col = i * n_bins / HEATMAP_DECADES;

		if (col < free_from)
			continue;
		free_from = col + 2 + area_text(a, 0, HEATMAP_LABEL_COLS + col, STYLE_HEADING,
						"│");
		free_from += area_text(a, 0, HEATMAP_LABEL_COLS + col + 1, STYLE_HEADING,
				       decades[i]) - 1;
	}
}

static bool
is_within(size_t x, size_t a, size_t b)
{
	return a < b ? x >= a && x <= b : x >= b && x <= a;
}

static bool
is_selected(const struct heatmap_cursor *c, size_t slice, size_t bin)
{
	if (slice == c->slice && bin == c->bin)
		return true;
	return c->has_area && is_within(slice, c->slice, c->slice_2) &&
	       is_within(bin, c->bin, c->bin_2);
}

static void
draw_slice(const struct heatmap *h, const struct heatmap_cursor *c, size_t slice,
	   struct area line, uint32_t most)
{
	const uint32_t *counts = h->counts + slice * h->n_bins;
	struct text t = { 0 };

	h->time_text(h->ctx, h->from_ns + slice * h->slice_ns, &t);
	area_bytes(line, 0, 1, STYLE_DIM, (struct span){ (const uint8_t *)t.p, t.len });
	for (unsigned bin = 0; bin < h->n_bins; bin++) {
		unsigned level = level_of(counts[bin], most);
		enum style s = level ? (enum style)(STYLE_HEAT_1 + level - 1) : STYLE_TEXT;

		if (is_selected(c, slice, bin))
			s = STYLE_CURSOR;
		area_text(line, 0, HEATMAP_LABEL_COLS + bin, s, level ? ramp[level - 1] : " ");
	}
	text_fini(&t);
}

void
heatmap_draw(const struct heatmap *h, struct heatmap_cursor *c, struct area a)
{
	unsigned n = heatmap_slices(a.n_rows);
	uint32_t most = 0;

	if (!a.n_rows)
		return;
	draw_axis(h->n_bins, a);
	if (c->slice >= h->n_slices)
		c->slice = h->n_slices ? h->n_slices - 1 : 0;
	if (c->bin >= h->n_bins)
		c->bin = h->n_bins ? h->n_bins - 1 : 0;
	if (c->top > c->slice || c->top >= h->n_slices)
		c->top = c->slice;
	if (n && c->slice - c->top >= n)
		c->top = c->slice - n + 1;
	for (size_t i = 0; i < h->n_slices * h->n_bins; i++)
		most = h->counts[i] > most ? h->counts[i] : most;
	for (unsigned row = 0; row < n && c->top + row < h->n_slices; row++)
		draw_slice(h, c, c->top + row, area_line(a, 1 + row, 0, a.n_cols), most);
}

bool
heatmap_at(const struct heatmap *h, const struct heatmap_cursor *c, struct area a,
	   const struct key *mouse, size_t found[2])
{
	unsigned first = a.col + HEATMAP_LABEL_COLS;

	if (mouse->row <= a.row || mouse->row >= a.row + a.n_rows || mouse->col < first ||
	    mouse->col >= first + h->n_bins)
		return false;
	found[0] = c->top + mouse->row - a.row - 1;
	found[1] = mouse->col - first;
	return found[0] < h->n_slices;
}

struct heatmap_area
heatmap_selected(const struct heatmap *h, const struct heatmap_cursor *c)
{
	size_t s1 = c->slice, s2 = c->has_area ? c->slice_2 : c->slice;
	size_t b1 = c->bin, b2 = c->has_area ? c->bin_2 : c->bin, swap;
	struct heatmap_area r = { 0 };

	if (s1 > s2)
		swap = s1, s1 = s2, s2 = swap;
	if (b1 > b2)
		swap = b1, b1 = b2, b2 = swap;
	for (size_t s = s1; s <= s2 && s < h->n_slices; s++)
		for (size_t b = b1; b <= b2 && b < h->n_bins; b++)
			r.n += h->counts[s * h->n_bins + b];
	r.from_ns = h->from_ns + s1 * h->slice_ns;
	r.to_ns = h->from_ns + (s2 + 1) * h->slice_ns;
	r.least_ns = heatmap_latency((unsigned)b1, h->n_bins);
	/* The last column has all that is longer as well. */
	r.most_ns = b2 + 1 < h->n_bins ? heatmap_latency((unsigned)b2 + 1, h->n_bins)
				       : UINT64_MAX;
	return r;
}
