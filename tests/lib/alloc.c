#include "tests/lib/alloc.h"

#include <errno.h>
#include <malloc.h>
#include <stdatomic.h>
#include <stdlib.h>

/* The linker sends every call of NAME to __wrap_NAME (--wrap). */
void *__real_malloc(size_t size);
void *__real_calloc(size_t n, size_t size);
void *__real_realloc(void *p, size_t size);
void __real_free(void *p);
void *__wrap_malloc(size_t size);
void *__wrap_calloc(size_t n, size_t size);
void *__wrap_realloc(void *p, size_t size);
void *__wrap_reallocarray(void *p, size_t n, size_t size);
void __wrap_free(void *p);

static _Atomic int64_t calls, bytes_now, bytes_peak;

static void
count(void *p)
{
	int64_t now, peak;

	if (!p)
		return;
	atomic_fetch_add(&calls, 1);
	now = atomic_fetch_add(&bytes_now, (int64_t)malloc_usable_size(p)) +
	      (int64_t)malloc_usable_size(p);
	peak = atomic_load(&bytes_peak);
	while (now > peak && !atomic_compare_exchange_weak(&bytes_peak, &peak, now))
		;
}

static void
discount(void *p)
{
	if (p)
		atomic_fetch_sub(&bytes_now, (int64_t)malloc_usable_size(p));
}

void *
__wrap_malloc(size_t size)
{
	void *p = __real_malloc(size);

	count(p);
	return p;
}

void *
__wrap_calloc(size_t n, size_t size)
{
	void *p = __real_calloc(n, size);

	count(p);
	return p;
}

void *
__wrap_realloc(void *p, size_t size)
{
	discount(p);
	p = __real_realloc(p, size);
	count(p);
	return p;
}

void *
__wrap_reallocarray(void *p, size_t n, size_t size)
{
	size_t bytes;

	if (__builtin_mul_overflow(n, size, &bytes)) {
		errno = ENOMEM;
		return NULL;
	}
	return __wrap_realloc(p, bytes);
}

void
__wrap_free(void *p)
{
	discount(p);
	__real_free(p);
}

void
alloc_reset(void)
{
	atomic_store(&calls, 0);
	atomic_store(&bytes_peak, atomic_load(&bytes_now));
}

struct alloc_count
alloc_count(void)
{
	return (struct alloc_count){ atomic_load(&calls), atomic_load(&bytes_now),
				     atomic_load(&bytes_peak) };
}
