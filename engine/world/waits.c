#include "engine/world/state.h"

/* The constants are those of the capture format. */
#define FUTEX_COMMAND 0x7f		/* the rest are flags */
#define FLOCK_NB 4
#define FLOCK_UN 8

/* Commands of futex that wait: FUTEX_WAIT, _LOCK_PI, _WAIT_BITSET, _WAIT_REQUEUE_PI and
 * _LOCK_PI2. */
#define FUTEX_WAITING (1u << 0 | 1u << 6 | 1u << 9 | 1u << 11 | 1u << 13)

static bool
is_waiting_futex(int64_t op)
{
	unsigned command = (unsigned)op & FUTEX_COMMAND;

	return command < 32 && FUTEX_WAITING >> command & 1;
}

/* F_SETLKW, F_SETLKW64 and F_OFD_SETLKW wait for the lock. */
static bool
is_waiting_fcntl(int64_t cmd)
{
	return cmd == 0x9 || cmd == 0x13 || cmd == 0x20;
}

bool
waits_may_differ(uint16_t id)
{
	return id == EV_FUTEX_E || id == EV_FUTEX_X || id == EV_FLOCK_E || id == EV_FLOCK_X ||
	       id == EV_FCNTL_E || id == EV_FCNTL_X;
}

bool
waits_differ(const struct call *c)
{
	switch (c->ev->id) {
	case EV_FUTEX_E:
	case EV_FUTEX_X:
		return !is_waiting_futex(call_num(c, R_OP, 0));
	case EV_FLOCK_E:
	case EV_FLOCK_X:
		return call_num(c, R_OPERATION, 0) & (FLOCK_NB | FLOCK_UN);
	default:
		return is_waiting_fcntl(call_num(c, R_CMD, 0));
	}
}
