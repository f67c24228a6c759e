#include "engine/filter/names.h"

#include "engine/base/mem.h"
#include "engine/event/event_type.h"
#include "engine/event/syscall.h"

#define NUMBERS_MAX 1024		/* of system calls of one machine */

/* What our own recordings call asynchronous events. */
static const char *const async_names[] = { "cpu", "io_uring", "loss" };

static const char *
call_name(enum syscall_machine machine, size_t number)
{
	const struct syscall *call = syscall_find(machine, (uint32_t)number);

	return call ? call->name : NULL;
}

size_t
event_names(void)
{
	return EVENT_TYPES + ARRAY_LEN(async_names) + syscall_codes() +
	       SYSCALL_MACHINES * (size_t)NUMBERS_MAX;
}

/* Types first, then names of asynchronous events, then codes of generic events, then
 * numbers of each machine. */
const char *
event_name(size_t i)
{
	if (i < EVENT_TYPES)
		return event_types[i].flags & EF_UNUSED ? NULL : event_types[i].name;
	i -= EVENT_TYPES;
	if (i < ARRAY_LEN(async_names))
		return async_names[i];
	i -= ARRAY_LEN(async_names);
	if (i < syscall_codes())
		return syscall_code_name((uint32_t)i);
	i -= syscall_codes();
	return call_name((enum syscall_machine)(i / NUMBERS_MAX), i % NUMBERS_MAX);
}
