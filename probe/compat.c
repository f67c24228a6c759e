#include "probe/compat.h"

#include <string.h>

#include "engine/base/mem.h"
#include "engine/event/syscall.h"
#include "probe/calls.h"

static const struct compat {
	uint32_t number;
	const char *name;
	bool is_twin;
} table[] = {
#if defined(__x86_64__)
#define TWIN(number, name) { number, name, true },
#define OTHER(number, name) { number, name, false },
#include "probe/compat_x86.def"
#endif
	{ WIRE_CALLS, "", false },	/* of machines without: no call has that number */
};

/* The number of this machine's call that is called NAME, or WIRE_CALLS. */
static uint32_t
number_of(const char *name)
{
	for (uint32_t i = 0; i < WIRE_CALLS; i++) {
		const struct syscall *s = syscall_find(calls_machine(), i);

		if (s && !strcmp(s->name, name))
			return i;
	}
	return WIRE_CALLS;
}

void
compat_twins(uint16_t *twins)
{
	for (size_t i = 0; i < ARRAY_LEN(table); i++) {
		uint32_t twin = table[i].is_twin ? number_of(table[i].name) : WIRE_CALLS;

		if (twin < WIRE_CALLS)
			twins[table[i].number] = (uint16_t)(twin + 1);
	}
}

uint16_t
compat_code(uint32_t number)
{
	const char *name = NULL;

	for (size_t i = 0; i < ARRAY_LEN(table) && !name; i++)
		if (table[i].number == number)
			name = table[i].name;
	for (uint16_t code = 1; name && code < syscall_codes(); code++)
		if (syscall_code_name(code) && !strcmp(syscall_code_name(code), name))
			return code;
	return 0;
}
