/*
 * naive - what a view shows, found out in the plainest way: each event, each entity
 * and each position of it are looked at one by one.
 *
 * It shares the fields, filters and the recall of events with the program (other tests
 * hold these to the stream), and nothing of engine/query but the structs of views and
 * tables. naive.c finds out, naive_compare.c compares.
 */
#ifndef TESTS_PROP_NAIVE_H
#define TESTS_PROP_NAIVE_H

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

#include "engine/base/arena.h"
#include "engine/base/hash.h"
#include "engine/base/text.h"
#include "engine/field/clock.h"
#include "engine/field/field.h"
#include "engine/field/render.h"
#include "engine/query/view.h"

struct filter;
struct operand;
struct query;
struct recall;
struct snapshot;
struct table;

#define NAIVE_COLUMNS 64
#define NAIVE_FILTERS 8

/* All values of one column of one row. */
struct naive_cell {
	struct value *values;
	uint64_t *events;		/* their numbers */
	size_t n, cap, cap_events;
	size_t count;			/* events, with or without a value */
	bool is_vague;			/* an entity had no value at first, but had one later */
	bool is_partial;		/* switches of one of its threads are missing */
	bool is_own;			/* the row's process or thread says it, and nobody else */
};

struct naive_row {
	char *key;
	size_t n_events;
	bool is_idle, may_be_idle;	/* conditions let a descriptor pass without an event */
	uint64_t last;			/* event */
	bool is_old;			/* an event before the window has its key */
	bool is_unsure, may_be_unsure;	/* an event of it, that counts, may be another's */
	uint64_t first_event;
	bool is_seen;			/* it is in the table */
	struct naive_cell cells[];	/* as many as there are columns */
};

/* What an event tells of the CPU time of its thread. */
struct naive_use {
	uint64_t event, ts_ns;
	uint32_t thread;
	bool is_sample;			/* of all that it had used; else only .ran_ns is known */
	bool is_exact;			/* such are told of whoever has run since */
	bool is_unsure;			/* .ran_ns may be too long: a switch is missing */
	double ran_ns;			/* until this switch */
	double user_ns, system_ns;
};

struct naive {
	const struct snapshot *snap;
	const struct query *q;
	const struct table *t;
	const struct view *view;
	const struct view_column *columns[NAIVE_COLUMNS];
	size_t n_columns, n_keys;
	struct operand *operands[NAIVE_COLUMNS];
	struct filter *only[NAIVE_COLUMNS];
	size_t alike[NAIVE_COLUMNS];	/* the first column of the same values */
	struct filter *filters[NAIVE_FILTERS];
	size_t n_filters;
	struct map rows;		/* hash of the key to struct naive_row */
	size_t n_rows;
	uint64_t first, end;		/* of the window */
	struct arena arena;
	struct recall *recall;
	struct eval ev;
	struct render render;
	struct clock clock;
	struct text scratch, key;
	struct value list[FIELD_LIST_MAX];
	struct naive_use *uses;		/* of all threads, once somebody asked */
	size_t n_uses, cap_uses;
	bool has_uses;
	size_t n_wrong;
};

/* Embedded. What Q asks of SNAP, to be compared with T. */
void naive_init(struct naive *n, const struct snapshot *snap, const struct query *q,
		const struct table *t);
void naive_fini(struct naive *n);

/* Find all rows of a view that is no list. */
void naive_take(struct naive *n);

/* The value of operand I for what N's EV stands on, with its bytes where they stay;
 * lists as text. Its type. */
bool naive_get(struct naive *n, size_t i, struct value *out);
enum value_type naive_type(const struct naive *n, size_t i);

/* Do all conditions hold? */
bool naive_wants(struct naive *n);

/* Values of TYPE as numbers, by their order (texts by their bytes), and in keys. */
double naive_number(enum value_type type, const struct value *v);
int naive_order(enum value_type type, const struct value *a, const struct value *b);
void naive_put_key(struct text *t, enum value_type type, const struct value *v);

/* What is wrong with T, the answer to Q: how many things. The first is printed. */
size_t naive_compare(const struct snapshot *snap, const struct query *q,
		     const struct table *t);

#endif
