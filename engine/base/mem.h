/*
 * mem - allocation that cannot fail, and small helpers for arrays.
 *
 * Out of memory ends the program through die(). That is why nothing here has
 * an error path, and why every size that comes from input must be bounded
 * before it is allocated.
 */
#ifndef ENGINE_BASE_MEM_H
#define ENGINE_BASE_MEM_H

#include <stddef.h>

#define ARRAY_LEN(a) (sizeof(a) / sizeof((a)[0]))

/* Owned by the caller, end with free(). */
void *xmalloc(size_t size);
void *xzalloc(size_t size);
void *xrealloc(void *p, size_t size);
void *xreallocarray(void *p, size_t n, size_t size);
char *xstrdup(const char *s);

/* The same as xzalloc(), of what will be used all over: else a page that is read first and written
 * later is had twice, and all cpus are told. */
void *xzalloc_used(size_t size);

/* Of the LEN bytes at P, which were allocated just now, all will be used: where the system has
 * large pages, and they are enough for some, it shall take these. */
void mem_large(void *p, size_t len);

char *xstrndup(const char *s, size_t len);

/* Grow the array at *P of *CAP elements of SIZE bytes, so that NEED fit. */
void xgrow(void *p, size_t *cap, size_t need, size_t size);

/* Say why on standard error and end the program with status 70. What
 * die_hook() registered runs first: it gives the terminal back. */
void die(const char *fmt, ...) __attribute__((noreturn, format(printf, 1, 2)));
void die_hook(void (*hook)(void));

#endif
