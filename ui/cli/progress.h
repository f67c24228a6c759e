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

/* Embedded: progress_init(); progress_end() takes the line away. */
struct progress {
	bool is_on;
	bool is_drawn;
	uint32_t countdown;		/* events until the clock is asked again */
	uint64_t start_ns, last_ns;
};

void progress_init(struct progress *p, bool always);
void progress_end(struct progress *p);

/* Look whether it is time for a new line. */
void progress_look(struct progress *p, const struct source *s);

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
