#include "ui/cli/progress.h"

#include <time.h>
#include <unistd.h>

#include "engine/base/text.h"
#include "engine/event/source.h"

#define LOOK_EVENTS 4096		/* the clock is asked once in so many events */
#define REDRAW_NS 200000000u
#define SECOND_NS 1e9
#define ERASE_LINE "\r\033[K"

uint64_t
progress_now_ns(void)
{
	struct timespec ts;

	clock_gettime(CLOCK_MONOTONIC, &ts);
	return (uint64_t)ts.tv_sec * 1000000000u + (uint64_t)ts.tv_nsec;
}

void
progress_init(struct progress *p, bool always)
{
	*p = (struct progress){ .countdown = LOOK_EVENTS };
	p->is_on = always || (isatty(STDERR_FILENO) && !isatty(STDOUT_FILENO));
	if (p->is_on)
		p->start_ns = p->last_ns = progress_now_ns();
}

static void
show(const char *line, size_t len)
{
	ssize_t n = write(STDERR_FILENO, line, len);

	(void)n;			/* it is only for comfort */
}

void
progress_end(struct progress *p)
{
	if (p->is_drawn)
		show(ERASE_LINE, sizeof(ERASE_LINE) - 1);
	p->is_drawn = false;
}

/* What this program took of all CPUs. */
static uint64_t
cpu_ns(void)
{
	struct timespec ts;

	clock_gettime(CLOCK_PROCESS_CPUTIME_ID, &ts);
	return (uint64_t)ts.tv_sec * 1000000000u + (uint64_t)ts.tv_nsec;
}

/* Of something whose end is known, and may be far. */
static void
put_share(const struct progress *p, const struct source_stats *stats, struct text *line)
{
	double elapsed_s = (double)(p->last_ns - p->start_ns) / SECOND_NS;
	double done = (double)stats->bytes_done / (double)stats->bytes_all;

	text_fmt(line, "%3.0f%%  %.0f events/s  %.0f s left", 100 * done,
		 (double)stats->n_events / elapsed_s, elapsed_s / done - elapsed_s);
}

/* Of something that goes on: how it is now. */
static void
put_rate(struct progress *p, const struct source_stats *stats, uint64_t span_ns,
	 struct text *line)
{
	uint64_t cpu = cpu_ns();

	text_count(line, stats->n_events);
	text_fmt(line, " events  %.0f events/s  CPU %.0f%%",
		 (double)(stats->n_events - p->last_events) / ((double)span_ns / SECOND_NS),
		 100 * (double)(cpu - p->last_cpu_ns) / (double)span_ns);
	p->last_events = stats->n_events;
	p->last_cpu_ns = cpu;
}

/* Is it time for a new line? Then *SPAN_NS have passed since the last one. */
static bool
is_due(struct progress *p, uint64_t *span_ns)
{
	uint64_t now = progress_now_ns();

	*span_ns = now - p->last_ns;
	if (*span_ns < REDRAW_NS)
		return false;
	p->last_ns = now;
	return true;
}

static void
draw(struct progress *p, const struct source_stats *stats, uint64_t span_ns)
{
	struct text line = { 0 };

	text_str(&line, ERASE_LINE);
	if (stats->bytes_all && stats->bytes_done && stats->bytes_done <= stats->bytes_all)
		put_share(p, stats, &line);
	else
		put_rate(p, stats, span_ns, &line);
	if (p->more)
		p->more(p->ctx, &line);
	show(line.p, line.len);
	text_fini(&line);
	p->is_drawn = true;
}

void
progress_look(struct progress *p, const struct source *s)
{
	struct source_stats stats;
	uint64_t span_ns;

	p->countdown = LOOK_EVENTS;
	if (!is_due(p, &span_ns))
		return;
	source_stats(s, &stats);
	draw(p, &stats, span_ns);
}

void
progress_tell(struct progress *p, const struct source_stats *stats)
{
	uint64_t span_ns;

	if (p->is_on && is_due(p, &span_ns))
		draw(p, stats, span_ns);
}
