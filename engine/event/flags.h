/*
 * flags - names of bits and of enumerated values, errno and signals.
 *
 * The constants of the capture format are its own, not the kernel's. The order
 * of a set is its matching order.
 */
#ifndef ENGINE_EVENT_FLAGS_H
#define ENGINE_EVENT_FLAGS_H

#include <stddef.h>
#include <stdint.h>

struct flag {
	const char *name;
	uint32_t value;
};

struct flag_set {
	const char *name;
	const struct flag *flags;
	size_t n_flags;
};

#define SET(name, ...) extern const struct flag_set flags_##name;
#define BIT(name, value)
#include "engine/event/flags.def"
#undef SET
#undef BIT

/* "ENOENT" for 2, "SIGKILL" for 9; NULL when there is no such number. */
const char *errno_name(uint64_t number);
const char *signal_name(uint64_t number);

#endif
