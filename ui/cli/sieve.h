/*
 * sieve - which events the words of a command line let pass.
 *
 * The filter looks at its own rendering of the event, so that it decides the
 * same whatever the output looks like.
 */
#ifndef UI_CLI_SIEVE_H
#define UI_CLI_SIEVE_H

#include <stdbool.h>
#include <stdint.h>

#include "engine/base/text.h"
#include "engine/field/field.h"
#include "engine/field/render.h"

struct filter;
struct moment;
struct print_wishes;
struct process;

/* Embedded: zeroes; sieve_compile(), sieve_begin(), sieve_fini(). */
struct sieve {
	struct filter *filter;		/* NULL: all pass */
	const char *const *suppressed;	/* names of programs; borrowed */
	size_t n_suppressed_names;
	struct render render;
	struct eval eval;
	struct text scratch;
	struct value list[FIELD_LIST_MAX];
	uint64_t n_suppressed;		/* events of those programs so far */
};

/* Compile the filter in W. False when it is none; the user was told why. */
bool sieve_compile(struct sieve *s, const struct print_wishes *w);

/* Get ready for the events of WORLD. CLOCK is borrowed. */
void sieve_begin(struct sieve *s, const struct print_wishes *w, const struct world *world,
		 struct clock *clock, enum syscall_machine machine);
void sieve_fini(struct sieve *s);

/* Say on standard error if the filter could not decide about some events. */
void sieve_report(const struct sieve *s);

/* Is the event of M wanted? */
bool sieve_lets_pass(struct sieve *s, const struct moment *m);

/* Could an event of P be wanted, if it had no parameters and used no descriptor? */
bool sieve_lets_process_pass(struct sieve *s, const struct process *p);

#endif
