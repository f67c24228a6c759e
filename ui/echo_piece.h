/*
 * echo_piece - the data of one read or write, as lines.
 *
 * Each thread that makes them has one of its own.
 */
#ifndef UI_ECHO_PIECE_H
#define UI_ECHO_PIECE_H

#include <stddef.h>
#include <stdint.h>

#include "engine/base/reader.h"
#include "engine/base/text.h"
#include "ui/style.h"

struct cursor;
struct operand;

/* How data is shown. */
enum echo_form { ECHO_TEXT, ECHO_DOTS, ECHO_HEX, ECHO_RAW, ECHO_FORMS };
extern const char *const echo_form_names[ECHO_FORMS];

#define ECHO_FIELDS 7

/* Embedded; its operands are parsed by echo_piece_init(). */
struct echo_piece {
	struct operand *operands[ECHO_FIELDS];
	enum echo_form form;
	unsigned width_cols;		/* of lines of dots; at least 1 */
	/* The event whose lines these are. */
	uint64_t number;		/* UINT64_MAX: none */
	struct text text;
	size_t *starts;			/* in .text, one a line and the end */
	size_t n_lines, lines_cap;
	enum style style;
};

void echo_piece_init(struct echo_piece *p);
void echo_piece_fini(struct echo_piece *p);

/* Make the lines of event NUMBER, which C can go to, unless they are there: the first is a
 * heading unless lines are raw, the last is empty. */
void echo_piece_load(struct echo_piece *p, struct cursor *c, uint64_t number);

/* One of them. */
struct span echo_piece_line(const struct echo_piece *p, size_t line);

/* Append what a file has of event NUMBER: these lines, or the bytes as they are. */
void echo_piece_put(struct echo_piece *p, struct cursor *c, uint64_t number, struct text *t);

#endif
