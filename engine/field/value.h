/*
 * value - what a field has for an event: a number, a text, an address, a time.
 *
 * The type of the field says which member is meant and how two values compare;
 * its unit says how one is shown. No field has code for either.
 */
#ifndef ENGINE_FIELD_VALUE_H
#define ENGINE_FIELD_VALUE_H

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

#include "engine/base/reader.h"

struct text;

enum value_type {
	T_INT,				/* .i */
	T_UINT,				/* .u */
	T_BOOL,				/* .b */
	T_DOUBLE,			/* .d */
	T_STR,				/* .s, any bytes */
	T_DATA,				/* .s, a buffer */
	T_IP,				/* .ip */
	T_NET,				/* .net; a field's own value has all bits in its mask */
	T_TIME,				/* .u, ns since the epoch */
	T_SPAN,				/* .u, ns */
	T_COUNT,
};

enum value_unit {
	U_NONE,
	U_BYTES,
	U_KB,				/* of 1024 bytes */
	U_NS,
	U_NS9,				/* nine digits, zeroes before */
	U_S,
	U_HEX,
	U_PERCENT,
	U_PORT,				/* constants may be names of services */
	U_EVENT_NAME,			/* constants must be names of events or system calls */
	U_CLOCK,			/* the event's time in words: filters take times of day */
	U_CLOCK_S,			/* the same, cut to whole seconds */
	U_CLOCK_UTC,			/* the same in UTC: filters take a text */
	U_HARMLESS,			/* a text that may be shown as it is */
	U_HOST,				/* a name of a host: constants are looked up */
	U_COUNT,
};

struct ip {
	bool is_v6;
	uint8_t bytes[16];		/* network order; IPv4 in the first 4 */
};

/* The addresses that share the first LEN bits of IP. */
struct net {
	struct ip ip;
	uint8_t len;
};

/* Several values of one type; see enum field_many. */
struct value_list {
	const struct value *v;		/* borrowed from who made the list */
	size_t n;
};

struct value {
	union {
		int64_t i;
		uint64_t u;
		bool b;
		double d;
		struct span s;		/* borrowed from who made the value */
		struct ip ip;
		struct net net;
		struct value_list list;
	};
};

/* "integer", "text", ... for lists and errors. */
const char *value_type_name(enum value_type type);

/* Append V as people read it, harmless to a terminal. A buffer is cut to
 * DATA_MAX characters. */
void value_text(const struct value *v, enum value_type type, enum value_unit unit,
		size_t data_max, struct text *t);

/* Append a buffer: what is not printable ASCII is ".", what is longer than MAX
 * (at least 3) ends in "...". */
void value_data(struct span data, size_t max, struct text *t);

#endif
