/*
 * view - what a table shows: which rows, which columns, which numbers.
 *
 * A view is data. It is read from a Lua file (engine/lua), checked once, and
 * never changes afterwards: all names are field rows, all filters have been
 * compiled, all defaults are filled in. Whoever computes tables (the executor)
 * and whoever shows them read the structs below; neither knows Lua.
 *
 * What counts. In a view with a key, a call counts once, where it returns: its
 * enter event is seen by no filter and no column, nor is what no program did
 * (samples of processes, containers that were learned of). A view without a key
 * is a list; each event that its filter wants is a row, enter events included.
 *
 * Operands and filters of a view may be asked for types, scopes and texts. They
 * hold values while they are asked for one, so whoever asks them in threads of
 * its own compiles its own from .text.
 */
#ifndef ENGINE_QUERY_VIEW_H
#define ENGINE_QUERY_VIEW_H

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

#include "engine/field/value.h"

struct filter;
struct operand;

enum view_kind {
	VIEW_TABLE,
	VIEW_SPECTROGRAM,		/* the key is a span of time: latency by time */
};

/* What becomes rows. */
enum view_rows {
	/* Events: one row for each value of the key, or for each event without one. */
	VIEW_ROWS_EVENTS,
	/* All entities of kind .entity that lived in the window and that path and
	 * filter allow, idle ones too. The filter then only says which events count,
	 * except for its parts that ask an entity. */
	VIEW_ROWS_ENTITIES,
	/* Calls that were entered and have not returned as of the window's end: a
	 * row for each. What is asked is the enter event. */
	VIEW_ROWS_PENDING,
};

enum view_entity {
	VIEW_NO_ENTITY, VIEW_PROCESS, VIEW_THREAD, VIEW_CONTAINER, VIEW_DESCRIPTOR,
};

/* Tables are shown without containers, with them (-pc), with pods (-pk). A column
 * exists in some of these: bits. */
enum view_variant {
	VIEW_PLAIN = 1,
	VIEW_CONTAINERS = 2,
	VIEW_PODS = 4,
	VIEW_ALL_VARIANTS = 7,
};

/* What a column makes of many values. Each has a row in view_aggregations[]. */
enum view_aggregation {
	VIEW_KEY,			/* a row for each value */
	VIEW_LAST,			/* as of the window's end; of events: the last one */
	VIEW_FIRST,			/* as of the window's start; of events: the first */
	VIEW_COUNT,			/* how many events; with an operand: that have a value */
	VIEW_SUM,
	/* Per second: the sum; without an operand the count; of histories the change. */
	VIEW_RATE,
	VIEW_AVG,			/* of events: sum over count; of CPU: share of the window */
	VIEW_MIN,
	VIEW_MAX,
	VIEW_CHANGE,			/* of histories: last less first */
	VIEW_DISTINCT,			/* how many different values */
	VIEW_P50, VIEW_P95, VIEW_P99,
	VIEW_AGE,			/* from the (last) event to the window's end */
	VIEW_AGGREGATIONS,
};

/* From where a column has its values. */
enum view_source {
	VIEW_FROM_EVENTS,		/* events that count for the row and that .only wants */
	/* What the row's entity is, as of the window's end or its own. A process has
	 * the names of its first thread. */
	VIEW_FROM_ENTITY,
	/* Numbers that change while an entity stays the same (memory, faults, open
	 * descriptors): per entity of kind .entity first .aggregation over the
	 * window, then .across over the entities of the row. Whoever is gone at the
	 * window's end has a "last" only for a row of its own, or of its process; so
	 * sums are of what there was at once. No filter on events
	 * touches them. */
	VIEW_FROM_HISTORY,
	/* thread.cpu, thread.cpu.user, thread.cpu.system: CPU time in the window over
	 * its length, in percent, then .across. Missing without samples. No filter on
	 * events touches it. */
	VIEW_FROM_CPU,
};

/* A condition that was compiled. */
struct view_filter {
	const char *text;
	struct filter *filter;
};

/* A field or a transformer of fields, that was compiled. */
struct view_operand {
	const char *text;
	struct operand *operand;
};

struct view_column {
	const char *name;		/* its heading; unique among those shown together */
	const char *description;	/* a sentence, or "" */
	struct view_operand of;		/* .operand NULL: it counts events or tells their age */
	enum view_aggregation aggregation;
	enum view_source source;
	/* VIEW_FROM_HISTORY, VIEW_FROM_CPU: whose numbers these are, and what many
	 * of them make: VIEW_SUM, VIEW_AVG, VIEW_MIN or VIEW_MAX. */
	enum view_entity entity;
	enum view_aggregation across;
	struct view_filter only;	/* .filter NULL: all events of the row */
	/* Of what is shown: a rate or mean is a T_DOUBLE, a count a T_UINT, everything
	 * else has the operand's. */
	enum value_type type;
	enum value_unit unit;
	bool is_per_second;
	unsigned variants;		/* enum view_variant */
	unsigned width_cols;		/* in a terminal; 0: the rest of the line */
	bool is_hidden;			/* a key that another one shows better, or for commands */
	/* Keys: which entity's rows these are (one number used twice is two rows);
	 * VIEW_NO_ENTITY: by value. */
	enum view_entity key_entity;
	/* Keys: "FIELD = VALUE" selects the row; mostly .of itself. */
	struct view_operand select;
};

/* A word of a command: our own text and values of the selected row, joined. */
struct view_word_part {
	const char *text;		/* when .of has no operand */
	struct view_operand of;
};

struct view_word {
	const struct view_word_part *parts;
	size_t n_parts;
};

/* What can be done with a row. Commands are words; no shell ever sees a value,
 * which a stranger may have chosen. */
struct view_action {
	char hotkey;			/* printable, unique in the view */
	const char *description;
	const char *command;		/* as it was written, for people */
	const struct view_word *words;
	size_t n_words;
	bool asks;			/* before it is done: it harms */
	bool waits;			/* for a key afterwards, so that its output can be read */
	bool needs_live;		/* means nothing for a capture, of another day or system */
};

struct view {
	const char *id;			/* letters, digits, _ - and . */
	const char *name;
	const char *description;	/* a sentence */
	const char *const *tips;	/* paragraphs */
	size_t n_tips;
	const char *const *tags;
	size_t n_tags;
	const char *file;		/* where it is from; starts with "views/" if built in */
	enum view_kind kind;
	enum view_rows rows;
	enum view_entity entity;	/* VIEW_ROWS_ENTITIES: of what kind */
	struct view_filter filter;	/* .filter NULL: everything */
	/* Only keys that no event before the window has: what is new. */
	bool only_new;
	/* Offered only where one of these has a value; empty: always. */
	const struct view_operand *needs;
	size_t n_needs;
	/* After which fields of a path it is offered; see view_applies(). */
	const char *const *applies_to;
	size_t n_applies_to;
	bool is_root;			/* a good first view */
	const char *drill_down;		/* id of a view, or NULL */
	bool passes_filter;		/* .filter stays in force below it */
	bool goes_deeper;		/* the view below is asked with depth + 1 */
	unsigned depth;			/* what "%depth" stood for */
	/* Rows have parents: the key of the row's parent. .operand NULL: a flat table. */
	struct view_operand parent;
	const struct view_column *columns;	/* keys first */
	size_t n_columns, n_keys;	/* n_keys counts all variants; 0: a list */
	size_t sort_column;
	bool sort_descending;
	const struct view_action *actions;
	size_t n_actions;
};

struct view_aggregation_row {
	const char *name;		/* as it is written: "p99" */
	const char *doc;		/* a sentence */
};
extern const struct view_aggregation_row view_aggregations[VIEW_AGGREGATIONS];

/* Is V offered below a path whose last field is FIELD ("": at the top)? */
bool view_applies(const struct view *v, const char *field);

/* May WORD stand in .applies_to? Else *NEAR is what may be meant, or NULL. */
bool view_is_place(const char *word, const char **near);

/* Is C there in VARIANT? */
static inline bool
view_shows(const struct view_column *c, enum view_variant variant)
{
	return (c->variants & (unsigned)variant) != 0;
}

/* Is each row one event? */
static inline bool
view_is_list(const struct view *v)
{
	return v->rows == VIEW_ROWS_EVENTS && !v->n_keys;
}

#endif
