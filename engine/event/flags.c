#include "engine/event/flags.h"

#include "engine/base/mem.h"

#define BIT(name, value) { name, value },
#define SET(name, ...) static const struct flag bits_##name[] = { __VA_ARGS__ };
#include "engine/event/flags.def"
#undef SET

#define SET(name, ...) \
	const struct flag_set flags_##name = { #name, bits_##name, ARRAY_LEN(bits_##name) };
#include "engine/event/flags.def"
#undef SET
#undef BIT

#define NAME(number, name) [number] = name,
static const char *const errno_names[] = {
#include "engine/event/errno.def"
};

static const char *const signal_names[] = {
#include "engine/event/signal.def"
};
#undef NAME

const char *
errno_name(uint64_t number)
{
	return number < ARRAY_LEN(errno_names) ? errno_names[number] : NULL;
}

const char *
signal_name(uint64_t number)
{
	return number < ARRAY_LEN(signal_names) ? signal_names[number] : NULL;
}
