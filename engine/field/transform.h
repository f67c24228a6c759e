/*
 * transform - what transformers are: which arguments they take, and how they
 * make a value. Only operand*.c and transform.c include it.
 */
#ifndef ENGINE_FIELD_TRANSFORM_H
#define ENGINE_FIELD_TRANSFORM_H

#include <stdbool.h>
#include <stddef.h>

#include "engine/base/text.h"
#include "engine/field/operand.h"

#define TRANSFORM_ARGS_MAX 64		/* also of elements of a list */

/* What may stand in the place of an argument. */
enum arg_kind {
	TAKES_TEXT = 1,
	TAKES_TEXTS = 2,		/* a list of texts */
	TAKES_DATA = 4,
	TAKES_LIST = 8,			/* a list of anything; also ( ... ) */
	TAKES_SINGLE = 16,		/* one value of any type */
	TAKES_QUOTED = 32,		/* what is no field: "..." and numbers */
	TAKES_WORDS = 64,		/* a text stands for the list of its words */
};

/* What comes out. */
enum result_kind {
	GIVES_SAME,			/* the type of the argument, a list for a list */
	GIVES_COUNT,
	GIVES_TEXT,
	GIVES_OPTIONS,			/* a list of texts; with a letter behind it, one text */
};

struct transform {
	unsigned first, second, more;	/* enum arg_kind of the arguments */
	size_t min_args, max_args;
	enum result_kind gives;
	/* GIVES_SAME: make *OUT of one text IN, in OWN, which has room for as many
	 * bytes; false: that cannot be. */
	bool (*each)(struct span in, struct text *own, struct span *out);
	/* Else: the value of O. */
	bool (*run)(struct operand *o, const struct eval *ev, struct value *out);
};

enum operand_kind {
	OPERAND_FIELD, OPERAND_CONSTANT, OPERAND_LIST, OPERAND_CALL,
};

struct operand {
	enum operand_kind kind;
	enum value_type type;
	enum value_unit unit;
	enum field_many many;
	enum field_scope scope;
	enum field_entity entity;
	struct field_use use;		/* of a field */
	struct span source;		/* of a field: as it was written, borrowed */
	const struct transformer *call;
	char letter;			/* of getopt(...)[letter]; 0: none */
	struct operand **args;		/* of a call; the elements of a list */
	size_t n_args, cap_args;
	bool is_constant;		/* no field in it */
	bool keeps;			/* the field's values need bytes of their own */
	struct text own;		/* bytes of the value; a constant's text */
	struct text aside;		/* an argument that must outlive the next one */
	struct value *items;		/* of a list value */
	size_t n_items, cap_items;
};

/* The value of the call O. */
bool transform_run(struct operand *o, const struct eval *ev, struct value *out);

/* The value of the list O: its elements as texts. */
bool transform_list(struct operand *o, const struct eval *ev, struct value *out);

/* The one called NAME, or the one whose name is most like it, or NULL. */
const struct transformer *transformer_find(const char *name, size_t len);
const struct transformer *transformer_nearest(const char *name, size_t len);

#endif
