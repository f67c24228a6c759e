/*
 * event_type - the registry of event types, by the ids of the .scap format.
 *
 * Each type is one row in one of the .def files here, by area:
 *
 *   EVENT(id, SYMBOL, "name", CATEGORY, SOURCE, flags, fd_at, parameters)
 *
 * An even id is an enter event, an odd one its exit. Parameters are only ever
 * appended, so the parameter at an index means the same in every version of a
 * capture; old captures have fewer, newer ones than this table may have more.
 *
 *   P(name, TYPE, FORMAT)        PF(name, TYPE, FORMAT, flag set)
 *   PR(name, TYPE, FORMAT, k)    a path relative to the descriptor in parameter k
 *   PY(name, FORMAT, set)        DYN: the type follows from its first byte
 *
 * Facts: the capture format as written by falcosecurity/libs up to mid 2026.
 */
#ifndef ENGINE_EVENT_EVENT_TYPE_H
#define ENGINE_EVENT_EVENT_TYPE_H

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

struct flag_set;

/* EV_OPEN_E = 2, EV_OPEN_X = 3, ... */
enum event_id {
#define EVENT(id, symbol, ...) EV_##symbol = id,
#include "engine/event/all.def"
#undef EVENT
};

#define EVENT_TYPES 454			/* ids are 0 .. EVENT_TYPES - 1 */
#define EVENT_PARAMS_MAX 40		/* no type has more; a test holds it */

enum event_category {
	EC_UNKNOWN, EC_OTHER, EC_FILE, EC_NET, EC_IPC, EC_MEMORY, EC_PROCESS, EC_SLEEP,
	EC_SYSTEM, EC_SIGNAL, EC_USER, EC_TIME, EC_IO_READ, EC_IO_WRITE, EC_IO_OTHER,
	EC_WAIT, EC_SCHEDULER, EC_INTERNAL, EC_COUNT,
};

enum event_source {
	ES_NONE, ES_SYSCALL, ES_TRACEPOINT, ES_PLUGIN, ES_METAEVENT, ES_ITER,
};

enum event_flag {
	EF_CREATES_FD = 1 << 0,
	EF_USES_FD = 1 << 1,
	EF_DESTROYS_FD = 1 << 2,
	EF_READS = 1 << 3,
	EF_WRITES = 1 << 4,
	EF_WAITS = 1 << 5,
	EF_MODIFIES_STATE = 1 << 6,
	EF_NO_THREAD = 1 << 7,		/* its tid names no thread that did it */
	EF_OLD = 1 << 8,		/* no longer written */
	EF_UNUSED = 1 << 9,		/* never written */
	EF_LARGE = 1 << 10,		/* 32-bit parameter lengths */
};

enum param_kind {
	PK_INT8, PK_INT16, PK_INT32, PK_INT64, PK_UINT8, PK_UINT16, PK_UINT32, PK_UINT64,
	PK_CHARBUF, PK_BYTEBUF, PK_ERRNO, PK_FD, PK_FD32, PK_PID, PK_PID32, PK_FDLIST,
	PK_SYSCALLID, PK_SIGTYPE, PK_SIGSET, PK_RELTIME, PK_ABSTIME, PK_PORT, PK_SOCKADDR,
	PK_SOCKTUPLE, PK_FSPATH, PK_FSRELPATH, PK_FLAGS8, PK_FLAGS16, PK_FLAGS32,
	PK_ENUMFLAGS8, PK_ENUMFLAGS16, PK_ENUMFLAGS32, PK_MODE, PK_UID, PK_GID,
	PK_IPV4ADDR, PK_IPV6ADDR, PK_CHARBUFARRAY, PK_CHARBUF_PAIR_ARRAY, PK_DYN, PK_COUNT,
};

enum param_format {
	FMT_NA, FMT_DEC, FMT_HEX, FMT_OCT,
};

/* What one type of a DYN parameter is; its first byte selects the row. */
struct dyn_alt {
	uint8_t selector;
	uint8_t kind;			/* enum param_kind */
	uint8_t format;			/* enum param_format */
};

/* So that labels can be copied by a fixed length. */
#define PARAM_LABEL_ROOM 16

struct param_type {
	const char *name;
	const char *label;		/* "name=", at least PARAM_LABEL_ROOM bytes */
	uint8_t label_len;
	uint8_t kind;			/* enum param_kind */
	uint8_t format;			/* enum param_format */
	int8_t dirfd_at;		/* FSRELPATH: the parameter with its folder, or -1 */
	uint8_t n_alts;			/* DYN */
	const struct flag_set *flags;	/* FLAGS, ENUMFLAGS, MODE, or NULL */
	const struct dyn_alt *alts;	/* DYN, or NULL */
};

struct event_type {
	const char *name;		/* as users write it; several ids share one */
	const char *symbol;		/* unique */
	uint16_t flags;			/* enum event_flag */
	uint8_t category;		/* enum event_category */
	uint8_t source;			/* enum event_source */
	int8_t fd_at;			/* the parameter with the descriptor used, or -1 */
	uint8_t n_params;
	const struct param_type *params;
};

/* By id; every id below EVENT_TYPES has a row. */
extern const struct event_type event_types[EVENT_TYPES];

/* The row of ID, or NULL when this version of the table does not know it. */
static inline const struct event_type *
event_type_find(uint16_t id)
{
	return id < EVENT_TYPES ? &event_types[id] : NULL;
}

static inline bool
event_id_is_exit(uint16_t id)
{
	return id & 1;
}

/* Bytes of a parameter of KIND, or 0 when its length varies. */
extern const uint8_t param_kind_lens[PK_COUNT];

static inline size_t
param_kind_len(enum param_kind kind)
{
	return param_kind_lens[kind];
}

/* "file", "net", ... in lower case. */
const char *event_category_name(enum event_category category);

/* The position of the parameter called NAME in TYPE, or -1. */
int event_type_param(const struct event_type *type, const char *name);

#endif
