/*
 * filter - decide which events are wanted.
 *
 *	proc.name = nginx and (evt.latency > 1ms or not fd.name startswith /var)
 *
 * A filter is compiled once and run for every event, so the thinking is done
 * in filter_compile(): names become field rows, constants get the type and unit
 * of the field they meet, and what depends only on an entity is remembered by
 * its version. filter_match() walks the result and cannot fail.
 *
 * A comparison with a missing value is false, whatever its operator.
 */
#ifndef ENGINE_FILTER_FILTER_H
#define ENGINE_FILTER_FILTER_H

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

#include "engine/base/reader.h"

struct err;
struct eval;
struct expr;
struct filter;
struct filter_how;
struct text;

/* What the compiler cannot know by itself. */
struct filter_options {
	/* Seconds east of UTC at a time, for times of day; NULL: UTC. */
	int32_t (*utc_offset)(int64_t epoch_s);
	/* The port of a service ("http") in host order, or -1; NULL: none known. */
	int32_t (*service_port)(const char *name);
	/* Told of each name of a host that addresses are compared with; of NULL when
	 * a filter asks for such names otherwise. What is wrong with that, or NULL.
	 * NULL: nobody wants to know. */
	const char *(*host)(void *ctx, const char *name);
	void *ctx;
};

/* Compile TEXT. The caller owns the filter. NULL when TEXT is no filter: *err
 * says why and err->at is the first byte that does not fit. OPTIONS may be NULL. */
struct filter *filter_compile(const char *text, const struct filter_options *options,
			      struct err *err);
void filter_free(struct filter *f);	/* NULL is fine */

/* Is the event that EV points at wanted? EV must be set by eval_moment(). */
bool filter_match(struct filter *f, const struct eval *ev);

/* What F was compiled from. Borrowed: it lives as long as F. */
const char *filter_text(const struct filter *f);

/* Append F in its shortest certain form; compiled again it means the same. */
void filter_print(const struct filter *f, struct text *t);

/* Could an event of type ID match, as far as its type tells? What a probe need
 * not even capture. */
bool filter_wants_type(const struct filter *f, uint16_t id);

/* The same of a generic event for the system call with CODE, as syscall.h has it. */
bool filter_wants_call(const struct filter *f, uint16_t id, uint16_t code);

#define FILTER_VALUES_MAX 8

/* Values of a field. */
struct filter_values {
	struct span list[FILTER_VALUES_MAX];	/* borrowed from the filter */
	size_t n;
	bool are_excluded;		/* all but these */
};

/* The values of the text field that is called FIELD with which F can match. False
 * when it can with any, or there are too many. */
bool filter_values(const struct filter *f, const char *field, struct filter_values *out);

/* F as a tree (expr.h), for who asks many rows at once. Borrowed: it lives as long
 * as F. */
const struct expr *filter_expr(const struct filter *f);

/* Comparisons that could not be made: a regular expression met its limits. */
uint64_t filter_limits_hit(const struct filter *f);

/* An operator: its row is all that is known of it. What the filter needs of it
 * to test values is behind .how, for engine/filter only. */
struct filter_operator {
	const char *name;
	const char *doc;		/* a sentence */
	unsigned types;			/* it compares: bits 1 << enum value_type */
	const struct filter_how *how;
};
extern const struct filter_operator filter_operators[];
extern const size_t n_filter_operators;

#endif
