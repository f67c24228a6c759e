/*
 * operator - how the operators of filters compare.
 *
 * The rows of filter_operators (filter.h) point here. Nothing else knows one
 * operator from another.
 */
#ifndef ENGINE_FILTER_OPERATOR_H
#define ENGINE_FILTER_OPERATOR_H

#include <stdbool.h>
#include <stddef.h>

#include "engine/field/value.h"

struct constant;
struct filter_operator;

/* What stands behind it. */
enum takes {
	TAKES_NOTHING,
	TAKES_VALUE,			/* or a list behind oneof, anyof, allof */
	TAKES_LIST,
};

/* Of a list of values, how many must pass. */
enum quorum {
	QUORUM_ANY,
	QUORUM_ALL,			/* of .list fields */
	QUORUM_ENDS,			/* both ends of a connection, or any other */
};

enum how_flag {
	HOW_RIGHT = 1,			/* the value of a right operand will do */
	HOW_MODIFIERS = 2,
	HOW_LISTS = 4,			/* for fields that are lists */
	HOW_HEX = 8,			/* constants are bytes as hex digits */
	HOW_REGEX = 16,			/* constants are regular expressions */
	HOW_PATHS = 32,			/* constants are folders */
	HOW_NAMES = 64,			/* names of events must be right, not only likely */
	HOW_HOLDS = 128,		/* only texts pass that hold the constant */
};

/* How a value may stand to a constant. */
enum order {
	ORDER_LESS = 1,
	ORDER_EQUAL = 2,
	ORDER_MORE = 4,
};

struct filter_how {
	enum takes takes;
	enum quorum quorum;
	unsigned flags;			/* enum how_flag */
	unsigned orders;		/* enum order, where nothing else matters; or 0 */
	const char *same_as;		/* the usual name of it; NULL: its own */
	/* Does V, of TYPE, pass against K? NULL where it takes no value: then to
	 * be there, or to be in the list, is all. */
	bool (*test)(const struct value *v, const struct constant *k, enum value_type type);
};

/* The operator that TEXT starts with, or NULL. */
const struct filter_operator *operator_find(const char *text);

/* The one whose name is most like the word at TEXT, or NULL. */
const struct filter_operator *operator_nearest(const char *text, size_t len);

/* The test of "=". */
bool operator_equals(const struct value *v, const struct constant *k, enum value_type type);

/* Are V and K, of TYPE, equal? A network is equal to the addresses in it. */
bool operator_equal(const struct value *v, const struct value *k, enum value_type type);

#endif
