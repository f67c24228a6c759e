#include "ui/measure.h"

#include <math.h>

#include "engine/base/mem.h"
#include "engine/base/text.h"
#include "engine/field/clock.h"

#define NS 1e9

static void
put_count(double n, struct text *t)
{
	if (n < 1000)
		text_fmt(t, "%.0f", n);
	else if (n < 1e6)
		text_fmt(t, "%.1fk", n / 1e3);
	else
		text_fmt(t, "%.1fM", n / 1e6);
}

void
measure_put_bytes(double n, struct text *t)
{
	static const char units[] = " KMGTPE";
	size_t i = 0;

	for (; n >= 1000 && units[i + 1]; i++)
		n /= 1024;
	if (!i)
		text_fmt(t, "%.0f", n);
	else
		text_fmt(t, n < 9.995 ? "%.2f%c" : n < 99.95 ? "%.1f%c" : "%.0f%c", n, units[i]);
}

static void
put_time(double ns, struct text *t)
{
	clock_human((uint64_t)ns, t);
}

/* NS of CPU time of a second, as percent of one CPU. */
static void
put_share(double ns, struct text *t)
{
	double percent = 100 * ns / NS;

	text_fmt(t, percent < 99.95 ? "%.1f%%" : "%.0f%%", percent);
}

/* In the order in which they come. */
static const struct measure {
	enum slices_measure of;
	const char *label;
	void (*put)(double n, struct text *t);
	bool is_rate;			/* it is told of a second, not of a slice */
} measures[] = {
	{ SLICES_EVENTS, "events/s",   put_count,         true },
	{ SLICES_BYTES,  "bytes/s",    measure_put_bytes, true },
	{ SLICES_ERRORS, "errors/s",   put_count,         true },
	{ SLICES_P99,    "p99",        put_time,          false },
	{ SLICES_CPU,    "% of a CPU", put_share,         true },
};

static size_t
find(enum slices_measure m)
{
	size_t i = 0;

	while (i + 1 < ARRAY_LEN(measures) && measures[i].of != m)
		i++;
	return i;
}

const char *
measure_label(enum slices_measure m)
{
	return measures[find(m)].label;
}

enum slices_measure
measure_next(enum slices_measure m)
{
	return measures[(find(m) + 1) % ARRAY_LEN(measures)].of;
}

void
measure_put_peak(const struct slices *s, struct text *t)
{
	const struct measure *m = &measures[find(s->measure)];
	double most = 0, length = (double)(s->to_ns - s->from_ns) / NS / (double)s->n;
	bool is_part = false;

	if (!s->is_known) {
		text_str(t, "no samples");
		return;
	}
	for (size_t i = 0; i < s->n; i++)
		is_part |= isnan(s->counts[i]);
	if (is_part) {
		text_str(t, "peak unknown");
		return;
	}
	for (size_t i = 0; i < s->n; i++)
		most = s->counts[i] > most ? s->counts[i] : most;
	text_str(t, "peak ");
	m->put(m->is_rate && length > 0 ? most / length : most, t);
}
