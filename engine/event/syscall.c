#include "engine/event/syscall.h"

#include "engine/base/mem.h"

#define CALL(number, name, code, enter, exit) [number] = { name, code, enter, exit },
static const struct syscall x86_64[] = {
#include "engine/event/syscalls_x86_64.def"
};

static const struct syscall aarch64[] = {
#include "engine/event/syscalls_aarch64.def"
};
#undef CALL

#define CODE(code, name) [code] = name,
static const char *const code_names[] = {
#include "engine/event/syscall_codes.def"
};
#undef CODE

const struct syscall *
syscall_find(enum syscall_machine machine, uint32_t number)
{
	const struct syscall *table = machine == SYSCALL_X86_64 ? x86_64 : aarch64;
	size_t n = machine == SYSCALL_X86_64 ? ARRAY_LEN(x86_64) : ARRAY_LEN(aarch64);

	return number < n && table[number].name ? &table[number] : NULL;
}

const char *
syscall_code_name(uint32_t code)
{
	return code < ARRAY_LEN(code_names) ? code_names[code] : NULL;
}

size_t
syscall_codes(void)
{
	return ARRAY_LEN(code_names);
}
