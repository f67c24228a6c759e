#include "probe/parameter_ipc.h"

#include <linux/keyctl.h>
#include <linux/quota.h>
#include <string.h>
#include <sys/ptrace.h>

#include "engine/base/mem.h"
#include "probe/convert.h"

#define NS_PER_S 1000000000u
#define QUOTA_COMMAND (UINT32_MAX >> SUBCMDSHIFT)	/* what is left of one behind its type */

/* The types that a DYN parameter of these calls may hold. */
enum { AS_NUMBER = 0, AS_SIGNAL = 1, AS_TEXT = 1 };

void
parameter_ipc_semaphore(struct text *out, const struct pieces *k, size_t i,
			const struct take *t)
{
	struct span s = pieces_part(k, i, 0);
	uint16_t v;

	if (t->more * sizeof(v) + sizeof(v) > s.len)
		return;
	memcpy(&v, s.p + t->more * sizeof(v), sizeof(v));
	pieces_number(out, PK_UINT16, t->convert ? t->convert(v) : v);
}

/* These give a signal to the one that is traced. */
static bool
has_signal(uint64_t request)
{
	switch (request) {
	case PTRACE_CONT: case PTRACE_SINGLESTEP: case PTRACE_DETACH: case PTRACE_SYSCALL:
	case PTRACE_SYSEMU: case PTRACE_SYSEMU_SINGLESTEP:
		return true;
	default:
		return false;
	}
}

static bool
has_answer(uint64_t request)
{
	return request == PTRACE_PEEKTEXT || request == PTRACE_PEEKDATA ||
	       request == PTRACE_PEEKUSER;
}

/* An address is one; data may be a signal, or what a look at memory gave. */
void
parameter_ipc_ptrace(struct text *out, const struct pieces *k, size_t i, const struct take *t)
{
	uint64_t request = (uint32_t)k->call->args[0], v = k->call->args[t->arg];
	struct span answer = pieces_part(k, i, 0);

	if (t->more == PTRACE_DATA && has_signal(request)) {
		text_char(out, AS_SIGNAL);
		pieces_number(out, PK_SIGTYPE, v);
		return;
	}
	if (t->more == PTRACE_DATA && has_answer(request) && k->call->result >= 0 &&
	    answer.len == t->size) {
		v = 0;
		memcpy(&v, answer.p, t->size);
	}
	text_char(out, AS_NUMBER);
	pieces_number(out, PK_UINT64, v);
}

/* Which arguments of keyctl() are texts. What it fills in is one if it succeeded. */
static const struct {
	uint8_t operation, arg;
	bool is_answer;
} key_texts[] = {
	{ KEYCTL_JOIN_SESSION_KEYRING, 1, false }, { KEYCTL_DESCRIBE, 2, true },
	{ KEYCTL_SEARCH, 2, false }, { KEYCTL_SEARCH, 3, false },
	{ KEYCTL_GET_SECURITY, 2, true }, { KEYCTL_PKEY_QUERY, 3, false },
	{ KEYCTL_PKEY_ENCRYPT, 2, false }, { KEYCTL_PKEY_DECRYPT, 2, false },
	{ KEYCTL_PKEY_SIGN, 2, false }, { KEYCTL_PKEY_VERIFY, 2, false },
	{ KEYCTL_RESTRICT_KEYRING, 2, false }, { KEYCTL_RESTRICT_KEYRING, 3, false },
};

static bool
is_key_text(const struct wire_call *call, uint8_t arg)
{
	for (size_t i = 0; i < ARRAY_LEN(key_texts); i++)
		if (key_texts[i].operation == (uint32_t)call->args[0] && key_texts[i].arg == arg)
			return !key_texts[i].is_answer || call->result >= 0;
	return false;
}

void
parameter_ipc_keyctl(struct text *out, const struct pieces *k, size_t i, const struct take *t)
{
	struct span s = pieces_part(k, i, 0);

	if (is_key_text(k->call, t->arg) && s.p && s.len) {
		text_char(out, AS_TEXT);
		pieces_text(out, s);
		return;
	}
	text_char(out, AS_NUMBER);
	pieces_number(out, PK_INT64, t->convert ? t->convert(k->call->args[t->arg]) :
				     k->call->args[t->arg]);
}

/* Where a part stands in what the commands GETQUOTA, GETINFO and GETFMT, and those that
 * set the same, point to. */
static const struct quota_place {
	uint8_t part, at, size;
	bool is_time;			/* in seconds */
} quota_places[] = {
	{ QUOTA_BLOCKS_HARD, 0, 8, false }, { QUOTA_BLOCKS_SOFT, 8, 8, false },
	{ QUOTA_SPACE, 16, 8, false }, { QUOTA_INODES_HARD, 24, 8, false },
	{ QUOTA_INODES_SOFT, 32, 8, false }, { QUOTA_BLOCKS_TIME, 48, 8, true },
	{ QUOTA_INODES_TIME, 56, 8, true }, { QUOTA_BLOCKS_GRACE, 0, 8, true },
	{ QUOTA_INODES_GRACE, 8, 8, true }, { QUOTA_FLAGS, 16, 4, false },
	{ QUOTA_FORMAT, 0, 4, false },
};

static bool
has_quota_part(uint64_t command, enum quota_part part)
{
	switch ((uint32_t)command >> SUBCMDSHIFT) {
	case Q_GETQUOTA & QUOTA_COMMAND: case Q_SETQUOTA & QUOTA_COMMAND:
		return part <= QUOTA_INODES_TIME;
	case Q_GETINFO & QUOTA_COMMAND: case Q_SETINFO & QUOTA_COMMAND:
		return part >= QUOTA_BLOCKS_GRACE && part <= QUOTA_FLAGS;
	case Q_GETFMT & QUOTA_COMMAND:
		return part == QUOTA_FORMAT;
	default:
		return false;
	}
}

/* The format counts the names of flags from 1, for none, on. */
static uint64_t
quota_value(const struct quota_place *place, uint64_t v)
{
	if (place->part == QUOTA_FLAGS)
		return v & 1 ? 2 : 1;
	if (place->part == QUOTA_FORMAT)
		return convert_quota_format(v);
	return place->is_time ? v * NS_PER_S : v;
}

void
parameter_ipc_quota(struct text *out, const struct pieces *k, size_t i, const struct take *t,
		    enum param_kind kind)
{
	const struct quota_place *place = &quota_places[t->more];
	struct span s = pieces_part(k, i, 0);
	uint64_t v = 0;

	if (!has_quota_part(k->call->args[0], (enum quota_part)t->more) ||
	    (size_t)place->at + place->size > s.len)
		return;
	memcpy(&v, s.p + place->at, place->size);
	pieces_number(out, kind, quota_value(place, v));
}
