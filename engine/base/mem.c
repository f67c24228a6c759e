#include "engine/base/mem.h"

#include <stdarg.h>
#include <stdint.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/mman.h>
#include <unistd.h>

static void (*hook_at_death)(void);

void
die_hook(void (*hook)(void))
{
	hook_at_death = hook;
}

void
die(const char *fmt, ...)
{
	va_list ap;

	if (hook_at_death)
		hook_at_death();
	fputs("sysreel: ", stderr);
	va_start(ap, fmt);
	vfprintf(stderr, fmt, ap);
	va_end(ap);
	fputc('\n', stderr);
	_exit(70);
}

void *
xmalloc(size_t size)
{
	void *p = malloc(size ? size : 1);

	if (!p)
		die("out of memory (%zu bytes asked for)", size);
	return p;
}

void *
xzalloc(size_t size)
{
	void *p = calloc(1, size ? size : 1);

	if (!p)
		die("out of memory (%zu bytes asked for)", size);
	return p;
}

void *
xrealloc(void *p, size_t size)
{
	p = realloc(p, size ? size : 1);
	if (!p)
		die("out of memory (%zu bytes asked for)", size);
	return p;
}

void *
xreallocarray(void *p, size_t n, size_t size)
{
	if (size && n > SIZE_MAX / size)
		die("out of memory (%zu times %zu bytes asked for)", n, size);
	return xrealloc(p, n * size);
}

#define LARGE_PAGE ((uintptr_t)2 << 20)

#define PAGE 4096u			/* at least */

void *
xzalloc_used(size_t size)
{
	char *p = xzalloc(size);

	for (volatile char *at = p; at < p + size; at += PAGE)
		*at = 0;
	return p;
}

void
mem_large(void *p, size_t len)
{
	uintptr_t from = ((uintptr_t)p + LARGE_PAGE - 1) & ~(LARGE_PAGE - 1);
	uintptr_t to = ((uintptr_t)p + len) & ~(LARGE_PAGE - 1);

	/* It is a wish only. */
	if (from < to)
		(void)madvise((char *)p + (from - (uintptr_t)p), to - from, MADV_HUGEPAGE);
}

char *
xstrndup(const char *s, size_t len)
{
	char *p = xmalloc(len + 1);

	memcpy(p, s, len);
	p[len] = '\0';
	return p;
}

char *
xstrdup(const char *s)
{
	return xstrndup(s, strlen(s));
}

void
xgrow(void *p, size_t *cap, size_t need, size_t size)
{
	void **array = p;
	size_t n = *cap ? *cap : 8;

	if (need <= *cap)
		return;
	while (n < need)
		n += n / 2 + 8;
	*array = xreallocarray(*array, n, size);
	*cap = n;
}
