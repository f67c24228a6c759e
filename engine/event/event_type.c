#include "engine/event/event_type.h"

#include <string.h>

#include "engine/base/mem.h"
#include "engine/event/flags.h"

/* DYN sets: which type a first byte selects. */
#define SET(name, ...) static const struct dyn_alt dyn_##name[] = { __VA_ARGS__ };
#define ALT(selector, type, format) { selector, PK_##type, FMT_##format },
#include "engine/event/dyn.def"
#undef SET
#undef ALT

#define LABEL(name) \
	#name, #name "=\0\0\0\0\0\0\0\0\0\0\0\0\0\0\0", sizeof(#name)
#define P(name, type, format) { LABEL(name), PK_##type, FMT_##format, -1, 0, NULL, NULL },
#define PF(name, type, format, set) \
	{ LABEL(name), PK_##type, FMT_##format, -1, 0, &flags_##set, NULL },
#define PR(name, type, format, dirfd) \
	{ LABEL(name), PK_##type, FMT_##format, dirfd, 0, NULL, NULL },
#define PY(name, format, set) \
	{ LABEL(name), PK_DYN, FMT_##format, -1, ARRAY_LEN(dyn_##set), NULL, dyn_##set },
#define NO_PARAMS

/* The parameters of each type, then the types themselves. An empty list gets
 * one blank entry that n_params does not count. */
#define EVENT(id, symbol, name, category, source, flags, fd_at, ...) \
	static const struct param_type params_##symbol[] = { __VA_ARGS__ { 0 } };
#include "engine/event/all.def"
#undef EVENT

#define EVENT(id, symbol, name, category, source, flags, fd_at, ...) \
	[id] = { name, #symbol, flags, EC_##category, ES_##source, fd_at, \
		 ARRAY_LEN(params_##symbol) - 1, params_##symbol },
const struct event_type event_types[EVENT_TYPES] = {
#include "engine/event/all.def"
};
#undef EVENT

const uint8_t param_kind_lens[PK_COUNT] = {
	[PK_INT8] = 1, [PK_INT16] = 2, [PK_INT32] = 4, [PK_INT64] = 8,
	[PK_UINT8] = 1, [PK_UINT16] = 2, [PK_UINT32] = 4, [PK_UINT64] = 8,
	[PK_ERRNO] = 8, [PK_FD] = 8, [PK_FD32] = 4, [PK_PID] = 8, [PK_PID32] = 4,
	[PK_SYSCALLID] = 2, [PK_SIGTYPE] = 1, [PK_SIGSET] = 4, [PK_RELTIME] = 8,
	[PK_ABSTIME] = 8, [PK_PORT] = 2, [PK_FLAGS8] = 1, [PK_FLAGS16] = 2,
	[PK_FLAGS32] = 4, [PK_ENUMFLAGS8] = 1, [PK_ENUMFLAGS16] = 2, [PK_ENUMFLAGS32] = 4,
	[PK_MODE] = 4, [PK_UID] = 4, [PK_GID] = 4, [PK_IPV4ADDR] = 4, [PK_IPV6ADDR] = 16,
};

static const char *const category_names[EC_COUNT] = {
	[EC_UNKNOWN] = "unknown", [EC_OTHER] = "other", [EC_FILE] = "file",
	[EC_NET] = "net", [EC_IPC] = "IPC", [EC_MEMORY] = "memory",
	[EC_PROCESS] = "process", [EC_SLEEP] = "sleep", [EC_SYSTEM] = "system",
	[EC_SIGNAL] = "signal", [EC_USER] = "user", [EC_TIME] = "time",
	[EC_IO_READ] = "read", [EC_IO_WRITE] = "write", [EC_IO_OTHER] = "I/O",
	[EC_WAIT] = "wait", [EC_SCHEDULER] = "scheduler", [EC_INTERNAL] = "internal",
};

const char *
event_category_name(enum event_category category)
{
	return category_names[category];
}

int
event_type_param(const struct event_type *type, const char *name)
{
	for (int i = 0; i < type->n_params; i++)
		if (!strcmp(type->params[i].name, name))
			return i;
	return -1;
}
