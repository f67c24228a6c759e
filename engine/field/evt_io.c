#include <stdlib.h>
#include <string.h>

#include "engine/base/mem.h"
#include "engine/base/text.h"
#include "engine/event/event.h"
#include "engine/field/call.h"
#include "engine/field/domain.h"
#include "engine/field/render.h"
#include "engine/field/syslog.h"
#include "engine/world/world.h"

/* Bits of flag set file_flags. */
#define OPEN_READ 0x1u
#define OPEN_WRITE 0x2u
#define OPEN_CREAT 0x4u
#define OPEN_TMPFILE 0x2000u
#define OPEN_CREATED 0x4000u		/* the file is new: the kernel made it */

#define MODE_EXEC 0111u

static bool
get_buffer(const struct eval *ev, struct value *out)
{
	unsigned at;
	const struct event *from =
		call_event_with(ev->m, (struct span){ (const uint8_t *)"data", 4 }, &at);

	if (!from || from != ev->m->ev)
		return false;
	out->s = event_bytes(from, at);
	return true;
}

/* How many bytes a call moved that did not fail. */
static bool
get_buflen(const struct eval *ev, struct value *out)
{
	int64_t res;

	if (!call_is_exit(ev) || !call_is_io(ev) || !ev->m->fd || !call_result(ev, &res) ||
	    res < 0)
		return false;
	out->u = (uint64_t)res;
	return true;
}

static bool
is_file(const struct eval *ev)
{
	return ev->m->fd && ev->m->fd->kind == FD_FILE;
}

static bool
is_net(const struct eval *ev)
{
	unsigned kind = ev->m->fd ? ev->m->fd->kind : FD_UNKNOWN;

	return kind == FD_IPV4 || kind == FD_IPV6 || kind == FD_IPV4_SERVER ||
	       kind == FD_IPV6_SERVER;
}

#define MOVED(name, condition) \
	static bool \
	name(const struct eval *ev, struct value *out) \
	{ \
		unsigned category = ev->m->ev->type->category; \
		\
		(void)category; \
		return (condition) && get_buflen(ev, out); \
	}

MOVED(get_buflen_in, category == EC_IO_READ)
MOVED(get_buflen_out, category == EC_IO_WRITE)
MOVED(get_buflen_file, is_file(ev))
MOVED(get_buflen_file_in, is_file(ev) && category == EC_IO_READ)
MOVED(get_buflen_file_out, is_file(ev) && category == EC_IO_WRITE)
MOVED(get_buflen_net, is_net(ev))
MOVED(get_buflen_net_in, is_net(ev) && category == EC_IO_READ)
MOVED(get_buflen_net_out, is_net(ev) && category == EC_IO_WRITE)

static bool
has_flag(const struct eval *ev, unsigned flags, struct value *out)
{
	out->b = ev->m->ev->type->flags & flags;
	return true;
}

static bool
get_is_io(const struct eval *ev, struct value *out)
{
	return has_flag(ev, EF_READS | EF_WRITES, out);
}

static bool
get_is_io_read(const struct eval *ev, struct value *out)
{
	return has_flag(ev, EF_READS, out);
}

static bool
get_is_io_write(const struct eval *ev, struct value *out)
{
	return has_flag(ev, EF_WRITES, out);
}

static bool
get_is_wait(const struct eval *ev, struct value *out)
{
	return has_flag(ev, EF_WAITS, out);
}

static int
by_name(const void *a, const void *b)
{
	const struct span *name = a;
	const char *const *call = b;
	int order = strncmp((const char *)name->p, *call, name->len);

	return order ? order : -(int)((*call)[name->len] != '\0');
}

/* Reads and writes may wait, too, but nothing tells whether they did. */
static bool
get_waits(const struct eval *ev, struct value *out)
{
	static const char *const calls[] = {
		"accept", "accept4", "clock_nanosleep", "epoll_pwait", "epoll_pwait2",
		"epoll_wait", "flock", "futex", "futex_wait", "futex_waitv", "io_getevents",
		"io_pgetevents", "mq_timedreceive", "msgrcv", "nanosleep", "pause", "poll",
		"ppoll", "pselect6", "restart_syscall", "rt_sigsuspend", "rt_sigtimedwait",
		"select", "semop", "semtimedop", "wait4", "waitid", "waitpid",
	};
	struct span name;

	render_type(ev->render, ev->m, ev->scratch);
	text_char(ev->scratch, '\0');
	name = (struct span){ (const uint8_t *)ev->scratch->p, ev->scratch->len - 1 };
	out->b = (bsearch(&name, calls, ARRAY_LEN(calls), sizeof(calls[0]), by_name) != NULL) !=
		 ev->m->waits_otherwise;
	return true;
}

static bool
get_io_dir(const struct eval *ev, struct value *out)
{
	unsigned flags = ev->m->ev->type->flags;

	return value_word(flags & EF_WRITES ? "write" : flags & EF_READS ? "read" : NULL, out);
}

static bool
get_wait_latency(const struct eval *ev, struct value *out)
{
	if (!(ev->m->ev->type->flags & EF_WAITS) || !call_is_exit(ev))
		return false;
	out->u = ev->m->has_latency ? ev->m->latency_ns : 0;
	return true;
}

static bool
get_is_syslog(const struct eval *ev, struct value *out)
{
	out->b = syslog_is_target(ev);
	return true;
}

/* Does the call open a file, with which flags? */
static bool
opens(const struct eval *ev, uint64_t *flags)
{
	switch (ev->m->ev->id) {
	case EV_OPEN_X:
	case EV_OPENAT_X:
	case EV_OPENAT_2_X:
	case EV_OPENAT2_X:
	case EV_OPEN_BY_HANDLE_AT_X:
		return call_number(ev->m, "flags", flags);
	default:
		return false;
	}
}

static bool
get_is_open_read(const struct eval *ev, struct value *out)
{
	uint64_t flags;

	out->b = opens(ev, &flags) && flags & OPEN_READ;
	return true;
}

static bool
get_is_open_write(const struct eval *ev, struct value *out)
{
	uint64_t flags;

	out->b = opens(ev, &flags) && flags & OPEN_WRITE;
	return true;
}

static bool
get_is_open_exec(const struct eval *ev, struct value *out)
{
	uint64_t flags = 0, mode = 0;

	out->b = (ev->m->ev->id == EV_CREAT_X ||
		  (opens(ev, &flags) && flags & (OPEN_CREAT | OPEN_TMPFILE))) &&
		 call_number(ev->m, "mode", &mode) && mode & MODE_EXEC;
	return true;
}

static bool
get_is_open_create(const struct eval *ev, struct value *out)
{
	uint64_t flags;
	int64_t res;

	out->b = opens(ev, &flags) &&
		 (flags & OPEN_CREATED ||
		  (flags & OPEN_TMPFILE && call_result(ev, &res) && res >= 0));
	return true;
}

static const struct field fields[] = {
	{ .name = "evt.buffer", .type = T_DATA, .scope = OF_PAYLOAD, .get = get_buffer,
	  .own_param = "data", .doc = "The bytes that were read, written, sent or received." },
	{ .name = "evt.buflen", .type = T_UINT, .unit = U_BYTES, .scope = OF_ROW,
	  .get = get_buflen, .doc = "How many bytes a successful read or write moved." },
	{ .name = "evt.buflen.in", .type = T_UINT, .unit = U_BYTES, .scope = OF_ROW,
	  .flags = FIELD_TABLE_ONLY, .get = get_buflen_in,
	  .doc = "evt.buflen of what was read or received." },
	{ .name = "evt.buflen.out", .type = T_UINT, .unit = U_BYTES, .scope = OF_ROW,
	  .flags = FIELD_TABLE_ONLY, .get = get_buflen_out,
	  .doc = "evt.buflen of what was written or sent." },
	{ .name = "evt.buflen.file", .type = T_UINT, .unit = U_BYTES, .scope = OF_ROW,
	  .flags = FIELD_TABLE_ONLY, .get = get_buflen_file,
	  .doc = "evt.buflen of files." },
	{ .name = "evt.buflen.file.in", .type = T_UINT, .unit = U_BYTES, .scope = OF_ROW,
	  .flags = FIELD_TABLE_ONLY, .get = get_buflen_file_in,
	  .doc = "evt.buflen of what was read from files." },
	{ .name = "evt.buflen.file.out", .type = T_UINT, .unit = U_BYTES, .scope = OF_ROW,
	  .flags = FIELD_TABLE_ONLY, .get = get_buflen_file_out,
	  .doc = "evt.buflen of what was written to files." },
	{ .name = "evt.buflen.net", .type = T_UINT, .unit = U_BYTES, .scope = OF_ROW,
	  .flags = FIELD_TABLE_ONLY, .get = get_buflen_net,
	  .doc = "evt.buflen of network sockets." },
	{ .name = "evt.buflen.net.in", .type = T_UINT, .unit = U_BYTES, .scope = OF_ROW,
	  .flags = FIELD_TABLE_ONLY, .get = get_buflen_net_in,
	  .doc = "evt.buflen of what was received from the network." },
	{ .name = "evt.buflen.net.out", .type = T_UINT, .unit = U_BYTES, .scope = OF_ROW,
	  .flags = FIELD_TABLE_ONLY, .get = get_buflen_net_out,
	  .doc = "evt.buflen of what was sent to the network." },
	{ .name = "evt.is_io", .type = T_BOOL, .scope = OF_ROW, .get = get_is_io,
	  .doc = "Whether it reads from or writes to a descriptor." },
	{ .name = "evt.is_io_read", .type = T_BOOL, .scope = OF_ROW, .get = get_is_io_read,
	  .doc = "Whether it reads from a descriptor." },
	{ .name = "evt.is_io_write", .type = T_BOOL, .scope = OF_ROW, .get = get_is_io_write,
	  .doc = "Whether it writes to a descriptor." },
	{ .name = "evt.io_dir", .type = T_STR, .scope = OF_ROW, .get = get_io_dir,
	  .doc = "read or write, for what reads from or writes to a descriptor." },
	{ .name = "evt.is_wait", .type = T_BOOL, .scope = OF_ROW, .get = get_is_wait,
	  .doc = "Whether it is a call that waits, such as poll or futex." },
	{ .name = "evt.waits", .type = T_BOOL, .scope = OF_ROW, .flags = FIELD_OURS,
	  .get = get_waits,
	  .doc = "Whether it waits for a lock, time, process or socket; of futex, flock, fcntl "
		 "some do." },
	{ .name = "evt.wait_latency", .type = T_SPAN, .unit = U_NS, .scope = OF_ROW,
	  .get = get_wait_latency, .doc = "evt.latency of calls that wait." },
	{ .name = "evt.is_syslog", .type = T_BOOL, .scope = OF_ROW, .get = get_is_syslog,
	  .doc = "Whether it writes to the system log, /dev/log." },
	{ .name = "evt.is_open_read", .type = T_BOOL, .scope = OF_PAYLOAD,
	  .get = get_is_open_read, .doc = "Whether a file was opened for reading." },
	{ .name = "evt.is_open_write", .type = T_BOOL, .scope = OF_PAYLOAD,
	  .get = get_is_open_write, .doc = "Whether a file was opened for writing." },
	{ .name = "evt.is_open_exec", .type = T_BOOL, .scope = OF_PAYLOAD,
	  .get = get_is_open_exec,
	  .doc = "Whether a file was created that may be executed." },
	{ .name = "evt.is_open_create", .type = T_BOOL, .scope = OF_PAYLOAD,
	  .get = get_is_open_create, .doc = "Whether the call that opened a file created it." },
};

const struct domain evt_io_domain = {
	"evt", fields, ARRAY_LEN(fields), "Data that is read and written",
};
