#include "ui/cli/progress.h"

#include <stdio.h>
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

void
progress_look(struct progress *p, const struct source *s)
{
	struct source_stats stats;
	uint64_t now = progress_now_ns();
	double elapsed_s = (double)(now - p->start_ns) / SECOND_NS;
	double done, events_per_s;
	char line[128];
	int len;

	p->countdown = LOOK_EVENTS;
	if (now - p->last_ns < REDRAW_NS)
		return;
	p->last_ns = now;
	source_stats(s, &stats);
	events_per_s = (double)stats.n_events / elapsed_s;
	done = stats.bytes_all ? (double)stats.bytes_done / (double)stats.bytes_all : 0;
	if (done > 0 && done <= 1)
		len = snprintf(line, sizeof(line),
			       ERASE_LINE "%3.0f%%  %.0f events/s  %.0f s left", 100 * done,
			       events_per_s, elapsed_s / done - elapsed_s);
	else
		len = snprintf(line, sizeof(line), ERASE_LINE "%llu events  %.0f events/s",
			       (unsigned long long)stats.n_events, events_per_s);
	show(line, (size_t)len);
	p->is_drawn = true;
}
