/*
 * output - much text to standard output, fast.
 *
 * Text gathers in one buffer and leaves it in large pieces. A reader that went
 * away is no error: there is just nobody to write for any more.
 */
#ifndef UI_CLI_OUTPUT_H
#define UI_CLI_OUTPUT_H

#include <stdatomic.h>
#include <stdbool.h>

#include "engine/base/text.h"

#define OUTPUT_PIECE (64u * 1024)

/* Embedded: output_init(), output_fini(). */
struct output {
	struct text text;		/* append here, then output_settle() */
	int fd;
	const atomic_bool *cancel;	/* once it is set nothing is written; NULL: never */
	int failed;			/* errno of the write that failed; then all is dropped */
};

void output_init(struct output *o, int fd);
void output_fini(struct output *o);

/* Write what is there. False when nobody gets it. */
bool output_flush(struct output *o);

/* Write what is there, the last of it. False when that failed, or another write did
 * before, which is told; not when nobody wants to read on. */
bool output_end(struct output *o);

/* Write when a piece is full. False when nobody gets it. */
static inline bool
output_settle(struct output *o)
{
	return o->text.len < OUTPUT_PIECE ? !o->failed : output_flush(o);
}

#endif
