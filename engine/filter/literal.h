/*
 * literal - words of a filter as values of the type and unit they meet.
 *
 *	4K    1.5ms    0x1f    10:02:05.25    10.0.0.0/8    https    true
 *
 * A word without a unit is in the field's own. What is no value of the type,
 * or does not fit it, is refused here, never when an event comes.
 */
#ifndef ENGINE_FILTER_LITERAL_H
#define ENGINE_FILTER_LITERAL_H

#include <stdbool.h>
#include <stdint.h>

#include "engine/field/value.h"
#include "engine/filter/scan.h"

struct arena;
struct err;
struct zone;

/* What is expected. */
struct literal {
	enum value_type type;
	enum value_unit unit;
	bool is_hex;			/* T_DATA: the word has the hex digits of bytes */
	bool only_clock;		/* T_TIME: no plain number of ns */
	bool whole_seconds;		/* T_TIME: fractions of seconds do not count */
	int32_t (*service_port)(const char *name);	/* NULL: none known */
	struct zone *zone;		/* of dates */
	struct arena *arena;		/* for bytes that are not the word's own */
};

/* Read W as AS says, to *OUT; texts are borrowed from it. *IS_TIME_OF_DAY: a
 * T_TIME is ns since midnight. A negative errno with *err and err->at set. */
int literal_read(const struct literal *as, const struct word *w, struct value *out,
		 bool *is_time_of_day, struct err *err);

#endif
