/*
 * field - the registry of fields: all that users can ask of an event.
 *
 * A field is a row in the table of its domain (evt.c, proc.c, ...). Formats,
 * filters, views, lists and help walk the tables; nothing else knows fields.
 * A getter gives the value, or false when there is none: it never guesses.
 *
 * The scope says where the value lives: with the row, with an entity, in its
 * history, in the event's bytes, or in the stream of what was shown. The
 * getter of an entity's field looks at the entity only, so that it may be
 * asked once per entity instead of once per event.
 */
#ifndef ENGINE_FIELD_FIELD_H
#define ENGINE_FIELD_FIELD_H

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

#include "engine/field/value.h"

struct descriptor;
struct err;
struct eval;
struct field_use;
struct moment;
struct process;
struct render;
struct text;
struct thread;
struct world;

enum field_scope {
	OF_ROW, OF_ENTITY, OF_HISTORY, OF_PAYLOAD, OF_STREAM, OF_SCOPES,
};

/* OF_ENTITY: on which version the value depends, and on nothing else but what
 * was learned since (world_age()). Version 0 is no entity: ask for each
 * such event. Container 0 is the host, which is one. */
enum field_entity {
	ENT_NONE,
	ENT_THREAD,			/* moment.thread_version */
	ENT_PROCESS,			/* moment.proc_version */
	ENT_LINEAGE,			/* that, and any other process (world_age()) */
	ENT_FD,				/* moment.fd_version, but for moment.connect_failed */
	ENT_CONTAINER,			/* moment.container */
};

/* What may stand behind the name. Several may be allowed. */
enum field_arg {
	ARG_NONE = 0,
	ARG_DOT_NAME = 1,		/* .NAME: letters, digits and _ */
	ARG_INDEX = 2,			/* [N] */
	ARG_KEY = 4,			/* [TEXT] or ["TEXT"] */
	ARG_NEEDED = 8,			/* one of them must stand there */
	ARG_PARAM = 16,			/* .NAME of a parameter that some event has */
	ARG_LABEL = 32,			/* .KEY: letters, digits, _ - . and / */
	ARG_EVENT = 64,			/* .NAME or .NUMBER of an event type */
	ARG_TIME = 128,			/* [NANOSECONDS since the epoch] */
};

/* How many values an event has for the field, and what a comparison of all of
 * them is. More than FIELD_ONE: the value is a .list. */
enum field_many {
	FIELD_ONE,
	FIELD_LIST,			/* only in (all of them), intersects (one of them) */
	FIELD_ENDS,			/* of a connection: one is enough, but != wants both */
	FIELD_ANCESTORS,		/* one is enough, also for != */
};

enum field_flag {
	FIELD_TABLE_ONLY = 1,		/* made for views: left out of short lists */
	FIELD_FILTER_ONLY = 2,		/* has nothing to show */
	FIELD_OUTPUT_ONLY = 4,		/* depends on what was shown before */
	FIELD_OURS = 8,			/* sysdig has none of that name */
	FIELD_OLD = 16,			/* only old captures tell it */
	FIELD_PLAIN = 32,		/* takes no transformer, stands on no right side */
	FIELD_AT_MOST = 64,		/* "=" asks whether it is at most that */
	FIELD_ALL_ARGS = 128,		/* all parameters: seek.h finds texts in it */
	FIELD_EACH = 512,		/* with an argument it is .many, too */
	FIELD_GROWS = 1024,		/* counts what happened: never becomes less */
	FIELD_OF_TRY = 2048,		/* what failed to open or connect has it, in its bytes */
	FIELD_OR_NUMBER = 256,		/* .word by its number, or a number without word */
};

struct field {
	const char *name;
	enum value_type type;
	enum value_unit unit;
	enum field_scope scope;
	enum field_entity entity;
	enum field_arg arg;
	enum field_many many;
	unsigned flags;			/* enum field_flag */
	/* The value for EV in *OUT; false: there is none. Text and lists are
	 * borrowed until EV is asked for another field. A field that may have an
	 * argument has get_arg. */
	bool (*get)(const struct eval *ev, struct value *out);
	bool (*get_arg)(const struct eval *ev, const struct field_use *use,
			struct value *out);
	/* Its type, for USE, where it depends on the argument (evt.rawarg). NULL:
	 * always .type. */
	enum value_type (*type_of)(const struct field_use *use);
	/* All values that it can have: for each I below N_WORDS one, or NULL. Some
	 * may be the same. NULL: any text. */
	const char *(*word)(size_t i);
	size_t n_words;
	uint64_t max;			/* of a number that is never negative; 0: any */
	/* The event's own parameter that it is made of: a type without it has no
	 * value. NULL: that cannot be said. */
	const char *own_param;
	/* May an event of type ID have a value? NULL: that cannot be said. */
	bool (*may_have)(uint16_t id);
	const char *doc;		/* a sentence */
};

/* Fields that start with "NAME.". Several tables may have the same name. */
struct domain {
	const char *name;
	const struct field *fields;
	size_t n_fields;
	const char *doc;		/* what they are about: a heading of lists */
};

/* As many values as a list has at most; what is beyond is left out. */
#define FIELD_LIST_MAX 64

/* How evt.outputtime shows the time. */
enum time_mode {
	TIME_LOCAL,			/* of day, in the reader's zone */
	TIME_ABSOLUTE,			/* seconds since the epoch */
	TIME_RELATIVE,			/* since the first event */
	TIME_SINCE_ENTER,		/* the duration of the call, on its exit */
	TIME_SINCE_SHOWN,		/* since the event shown before */
};

/* What a getter looks at. Entities without an event: M is NULL. */
struct eval {
	const struct world *world;
	const struct moment *m;
	const struct thread *thread;
	const struct process *proc;
	const struct descriptor *fd;
	uint32_t container;
	uint64_t first_ns;		/* of the first event of the input */
	uint64_t shown_ns;		/* of the event shown before; 0: none */
	uint64_t n_shown;		/* how many were shown before */
	bool is_output;			/* asked for a line, not for a filter */
	enum time_mode time_mode;
	struct render *render;		/* borrowed: texts of parameters and times */
	struct text *scratch;		/* borrowed: texts that a getter puts together */
	struct value *list;		/* borrowed: FIELD_LIST_MAX values of lists */
};

/* Point EV at M and its entities. What is set once stays. */
void eval_moment(struct eval *ev, const struct moment *m);

/* A field with its argument, as somebody wrote it. */
struct field_use {
	const struct field *field;
	struct span arg_name;		/* borrowed from what was parsed; empty: none */
	int32_t index;			/* the argument, where it is an index */
	bool has_index;
	enum value_type type;		/* of its values */
};

/* The domains, in the order of lists. */
extern const struct domain *const domains[];
extern const size_t n_domains;

/* The field called NAME (LEN bytes), or NULL. "kubernetes." is "k8s.". */
const struct field *field_find(const char *name, size_t len);

/* The field whose name is most like NAME, or NULL when none is. */
const struct field *field_nearest(const char *name, size_t len);

/* Take the field that TEXT starts with, the longest that fits, with its
 * argument. The bytes taken, or a negative errno with *err set. */
int field_parse(const char *text, struct field_use *use, struct err *err);

/* The type of USE's values, and how many it may have at once. */
enum value_type field_type(const struct field_use *use);
enum field_many field_many(const struct field_use *use);

/* The value of USE; see struct field. */
bool field_get(const struct field_use *use, const struct eval *ev, struct value *out);

#endif
