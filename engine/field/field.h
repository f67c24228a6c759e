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

enum field_arg {
	ARG_NONE,
	ARG_NAME_OR_INDEX,		/* .NAME or [INDEX], needed */
};

struct field {
	const char *name;
	enum value_type type;
	enum value_unit unit;
	enum field_scope scope;
	enum field_arg arg;
	/* The value for EV in *OUT; false: there is none. Text is borrowed until
	 * EV is asked for another field. Fields with an argument have get_arg. */
	bool (*get)(const struct eval *ev, struct value *out);
	bool (*get_arg)(const struct eval *ev, const struct field_use *use,
			struct value *out);
	const char *doc;		/* a sentence */
};

/* The fields that start with "NAME.". */
struct domain {
	const char *name;
	const struct field *fields;
	size_t n_fields;
};

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
	enum time_mode time_mode;
	struct render *render;		/* borrowed: texts of parameters and times */
	struct text *scratch;		/* borrowed: texts that a getter puts together */
};

/* Point EV at M and its entities. What is set once stays. */
void eval_moment(struct eval *ev, const struct moment *m);

/* A field with its argument, as somebody wrote it. */
struct field_use {
	const struct field *field;
	struct span arg_name;		/* borrowed from what was parsed; empty: none */
	uint32_t index;			/* the argument, where it is an index */
};

/* The domains, in the order of lists. */
extern const struct domain *const domains[];
extern const size_t n_domains;

/* The field called NAME (LEN bytes), or NULL. */
const struct field *field_find(const char *name, size_t len);

/* The field whose name is most like NAME, or NULL when none is. */
const struct field *field_nearest(const char *name, size_t len);

/* Take the field that TEXT starts with, the longest that fits, with its
 * argument. The bytes taken, or a negative errno with *err set. */
int field_parse(const char *text, struct field_use *use, struct err *err);

/* The value of USE; see struct field. */
bool field_get(const struct field_use *use, const struct eval *ev, struct value *out);

#endif
