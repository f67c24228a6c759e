/*
 * alloc - count what a program allocates, for tests that hold it to a bound.
 *
 * A program that is linked with alloc_dep has its malloc(), calloc(),
 * realloc(), reallocarray() and free() counted, in all threads; calls from
 * inside shared libraries are not seen.
 */
#ifndef TESTS_LIB_ALLOC_H
#define TESTS_LIB_ALLOC_H

#include <stdint.h>

struct alloc_count {
	int64_t calls;			/* that allocated or grew something */
	int64_t bytes_now;		/* allocated and not freed */
	int64_t bytes_peak;		/* the most of bytes_now since alloc_reset() */
};

/* Start counting calls from zero, and the peak from what is allocated now. */
void alloc_reset(void);

struct alloc_count alloc_count(void);

#endif
