#include "engine/event/syscall.h"

#include "engine/base/mem.h"

#define CALL(number, name, code, enter, exit) [number] = { name, code, enter, exit },
static const struct syscall x86_64[] = {
#include "engine/event/syscalls_x86_64.def"
};

static const struct syscall i386[] = {
#include "engine/event/syscalls_i386.def"
};

static const struct syscall aarch64[] = {
#include "engine/event/syscalls_aarch64.def"
};

static const struct syscall arm[] = {
#include "engine/event/syscalls_arm.def"
};
#undef CALL

#define CODE(code, name, category) [code] = { name, EC_##category },
static const struct {
	const char *name;
	enum event_category category;
} codes[] = {
#include "engine/event/syscall_codes.def"
};
#undef CODE

const struct syscall *
syscall_find(enum syscall_machine machine, uint32_t number)
{
	static const struct {
		const struct syscall *rows;
		size_t n;
	} tables[] = {
		[SYSCALL_X86_64] = { x86_64, ARRAY_LEN(x86_64) },
		[SYSCALL_AARCH64] = { aarch64, ARRAY_LEN(aarch64) },
		[SYSCALL_I386] = { i386, ARRAY_LEN(i386) },
		[SYSCALL_ARM] = { arm, ARRAY_LEN(arm) },
	};
	const struct syscall *table = tables[machine].rows;

	return number < tables[machine].n && table[number].name ? &table[number] : NULL;
}

const char *
syscall_code_name(uint32_t code)
{
	return code < ARRAY_LEN(codes) ? codes[code].name : NULL;
}

enum event_category
syscall_code_category(uint32_t code)
{
	return code < ARRAY_LEN(codes) ? codes[code].category : EC_UNKNOWN;
}

size_t
syscall_codes(void)
{
	return ARRAY_LEN(codes);
}
