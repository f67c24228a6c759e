/*
 * check - the tests' only tool: say what must hold, in TAP.
 *
 *	int main(void)
 *	{
 *		CHECK(1 + 1 == 2, "adds");
 *		return check_done();
 *	}
 */
#ifndef TESTS_LIB_CHECK_H
#define TESTS_LIB_CHECK_H

#include <stdarg.h>
#include <stdbool.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

static int check_n, check_failed;

__attribute__((format(printf, 4, 5), unused)) static bool
check_that(bool ok, const char *file, int line, const char *fmt, ...)
{
	va_list ap;

	printf("%sok %d - ", ok ? "" : "not ", ++check_n);
	va_start(ap, fmt);
	vprintf(fmt, ap);
	va_end(ap);
	putchar('\n');
	if (!ok) {
		check_failed++;
		printf("# %s:%d\n", file, line);
	}
	return ok;
}

/* COND must hold; the rest says what is tested, as printf does. */
#define CHECK(cond, ...) check_that((cond), __FILE__, __LINE__, __VA_ARGS__)

/* Both texts must be the same. */
#define CHECK_STR(got, want, ...) \
	do { \
		const char *got_ = (got), *want_ = (want); \
		if (!CHECK(!strcmp(got_, want_), __VA_ARGS__)) \
			printf("# got  %s\n# want %s\n", got_, want_); \
	} while (0)

/* Leave out what cannot run here, and say why. */
__attribute__((format(printf, 1, 2), unused)) static void
check_skip(const char *fmt, ...)
{
	va_list ap;

	printf("ok %d # SKIP ", ++check_n);
	va_start(ap, fmt);
	vprintf(fmt, ap);
	va_end(ap);
	putchar('\n');
}

/* End the test: its exit status. */
__attribute__((unused)) static int
check_done(void)
{
	printf("1..%d\n", check_n);
	fflush(stdout);
	return check_failed ? 1 : 0;
}

#endif
