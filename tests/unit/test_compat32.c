#include <string.h>

#include "engine/base/mem.h"
#include "engine/event/syscall.h"
#include "probe/calls.h"
#include "probe/compat.h"
#include "tests/lib/check.h"

static const struct {
	uint32_t number;
	const char *twin;		/* NULL: it has none */
	const char *name;
} some[] = {
	{ 3, "read", "read" }, { 5, "open", "open" }, { 11, "execve", "execve" },
	{ 20, "getpid", "getpid" }, { 102, NULL, "socketcall" }, { 192, NULL, "mmap2" },
	{ 195, "stat", "stat" }, { 203, "setreuid", "setreuid" }, { 295, "openat", "openat" },
	{ 145, NULL, "readv" }, { 422, NULL, "futex" },
};

static uint16_t twins[WIRE_CALLS];

#if defined(__x86_64__)
static void
check_table(unsigned n)
{
	CHECK(n > 130, "%u calls have twins", n);
	for (size_t i = 0; i < ARRAY_LEN(some); i++) {
		const struct syscall *s = twins[some[i].number] ?
			syscall_find(calls_machine(), twins[some[i].number] - 1u) : NULL;
		const char *name = syscall_code_name(compat_code(some[i].number));

		CHECK(!s == !some[i].twin && (!s || !strcmp(s->name, some[i].twin)),
		      "%u has %s twin", some[i].number, some[i].twin ? some[i].twin : "no");
		CHECK(name && !strcmp(name, some[i].name), "  and is called %s", some[i].name);
	}
}
#else
static void
check_table(unsigned n)
{
	CHECK(!n && ARRAY_LEN(some), "32-bit programs of this machine are known by number only");
}
#endif

int
main(void)
{
	unsigned n = 0;

	compat_twins(twins);
	for (uint32_t i = 0; i < WIRE_CALLS; i++) {
		const struct syscall *s = twins[i] ? syscall_find(calls_machine(), twins[i] - 1u) :
					  NULL;

		n += s != NULL;
		if (twins[i] && !s)
			CHECK(s, "the twin of %u is a call", i);
	}
	check_table(n);
	CHECK(!compat_code(WIRE_CALLS - 1) && !compat_code(UINT32_MAX), "others are numbers");
	return check_done();
}
