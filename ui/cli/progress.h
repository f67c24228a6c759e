/*
 * progress - one line on standard error that tells how far reading is.
 *
 * Unless ALWAYS is set, only shown to a person who would not see anything else: standard error is a
 * terminal and standard output is not.
 */
#ifndef UI_CLI_PROGRESS_H
#define UI_CLI_PROGRESS_H

#include <stdbool.h>
#include <stdint.h>

struct source;
struct source_stats;
struct text;

/* Embedded: progress_init(); progress_end() takes the line away. */
struct progress {
	bool is_on;
	bool is_drawn;
	uint32_t countdown;		/* events until the clock is asked again */
	uint64_t start_ns, last_ns;
	uint64_t last_events, last_cpu_ns;	/* as they were at LAST_NS */
	/* Append what else there is to tell, each piece behind two blanks; or NULL. */
	void (*more)(void *ctx, struct text *line);
	void *ctx;
};

void progress_init(struct progress *p, bool always);
void progress_end(struct progress *p);

/* Look whether it is time for a new line. */
void progress_look(struct progress *p, const struct source *s);

/* The same for who reads in another thread. */
void progress_tell(struct progress *p, const struct source_stats *stats);

/* The source has to wait: time passes although nothing comes. */
static inline void
progress_idle(struct progress *p, const struct source *s)
{
	if (p->is_on)
		progress_look(p, s);
}

/* A clock that only goes forward. */
uint64_t progress_now_ns(void);

/* After each event. */
static inline void
progress_step(struct progress *p, const struct source *s)
{
	if (p->is_on && !p->countdown--)
		progress_look(p, s);
}

#endif
