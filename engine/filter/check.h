/*
 * check - one comparison of a filter: an operand, an operator, what it is
 * compared with.
 *
 * check_settle() finds out what the words mean and whether it all fits
 * together; after it a check can be asked of any event and cannot fail.
 */
#ifndef ENGINE_FILTER_CHECK_H
#define ENGINE_FILTER_CHECK_H

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

#include "engine/base/find.h"
#include "engine/base/text.h"
#include "engine/field/field.h"
#include "engine/field/value.h"
#include "engine/filter/scan.h"

struct filter_operator;
struct filter_options;
struct operand;
struct zone;

enum modifier { MODIFIER_NONE, MODIFIER_ONEOF, MODIFIER_ANYOF, MODIFIER_ALLOF, MODIFIERS };

extern const char *const modifier_names[MODIFIERS];

/* What a value is compared with. */
struct constant {
	struct word word;
	struct value v;
	bool is_time_of_day;		/* T_TIME: V is ns since midnight */
	struct regex *regex;		/* owned; where the operator wants one */
	struct find find;		/* texts: to look for it in others */
};

/* A comparison of an integer with one constant: V is in [LOW, LOW + SPAN], or
 * outside of it. Signed numbers are moved up by BIAS, so that order is kept. */
struct range {
	bool (*get)(const struct eval *ev, struct value *out);	/* NULL: it is no such */
	uint64_t bias, low, span;
	bool outside;
};

struct check {
	int at, op_at, right_at;	/* bytes of the text */
	struct operand *left;		/* owned */
	const struct filter_operator *op;
	enum modifier modifier;
	struct operand *right;		/* owned; NULL: the constants */
	bool right_is_val;		/* it was written as val(...) */
	struct constant *constants;
	size_t n_constants;

	/* Settled: */
	enum value_type type;		/* of the values that are compared */
	enum value_unit unit;
	enum field_many many;
	bool is_of_event;		/* LEFT is the time of the event in words */
	bool is_at_most;		/* FIELD_AT_MOST: "=" means "<=" */
	bool whole_seconds;		/* T_TIME: of which only the seconds count */
	struct range range;
	struct zone *zone;		/* borrowed: of times of day */
	struct set *set;		/* owned; of the constants, when there are many */
	struct paths *paths;		/* owned; pmatch */
	struct seek *seek;		/* owned; tells where the constant cannot stand */
	struct types *types;		/* owned; evt.type, evt.dir: the answers */
};

/* Where check_settle() takes things from. */
struct settle {
	const struct scan *scan;	/* whose text it is, and where errors go */
	const struct filter_options *options;	/* may be NULL */
	struct zone *zone;
};

/* -EINVAL when C makes no sense: the error says why. */
int check_settle(struct check *c, const struct settle *with);

/* Free what C owns, settled or not. */
void check_fini(struct check *c);

/* Can it never hold, because there is nothing to be equal to? */
bool check_is_never(const struct check *c);

/* Does it hold for EV? False when a value is missing. */
bool check_holds(const struct check *c, const struct eval *ev);

/* The same for a check of a range. */
static inline bool
check_range(const struct range *r, const struct eval *ev)
{
	struct value v;

	ev->scratch->len = 0;
	return r->get(ev, &v) && ((v.u ^ r->bias) - r->low <= r->span) != r->outside;
}

/* Does it hold for the value V of the left operand? There must be no right one. */
bool check_value(const struct check *c, const struct value *v);

/* How often regular expressions met their limits. */
uint64_t check_limits_hit(const struct check *c);

#endif
