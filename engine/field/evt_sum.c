#include "engine/base/mem.h"
#include "engine/event/event.h"
#include "engine/field/call.h"
#include "engine/field/domain.h"
#include "engine/world/world.h"

/*
 * Numbers that are 1 for events of a kind and missing for others, so that a sum
 * of them counts.
 */

enum cause { OF_FILE, OF_NET, OF_MEMORY, OF_OTHER };

static bool
one(bool counts, struct value *out)
{
	out->u = 1;
	return counts;
}

static bool
get_count(const struct eval *ev, struct value *out)
{
	(void)ev;
	return one(true, out);
}

static bool
failed(const struct eval *ev)
{
	int64_t res;

	return call_result(ev, &res) && res < 0;
}

/* What a call was for that has no descriptor: it failed to make one. */
static enum cause
cause_of_call(const struct event *event)
{
	switch (event->id) {
	case EV_OPEN_X: case EV_CREAT_X: case EV_OPENAT_X: case EV_OPENAT_2_X:
	case EV_OPENAT2_X:
		return OF_FILE;
	case EV_ACCEPT_X: case EV_ACCEPT4_X: case EV_ACCEPT_5_X: case EV_ACCEPT4_5_X:
	case EV_ACCEPT4_6_X: case EV_CONNECT_X:
		return OF_NET;
	default:
		return event->type->category == EC_MEMORY ? OF_MEMORY : OF_OTHER;
	}
}

static enum cause
cause_of(const struct eval *ev)
{
	if (!ev->m->fd)
		return cause_of_call(ev->m->ev);
	switch (ev->m->fd->kind) {
	case FD_FILE: case FD_DIRECTORY:
		return OF_FILE;
	case FD_IPV4: case FD_IPV6: case FD_IPV4_SERVER: case FD_IPV6_SERVER: case FD_UNIX:
		return OF_NET;
	default:
		return ev->m->ev->type->category == EC_MEMORY ? OF_MEMORY : OF_OTHER;
	}
}

static bool
get_error(const struct eval *ev, struct value *out)
{
	return one(failed(ev), out);
}

static bool
get_error_file(const struct eval *ev, struct value *out)
{
	return one(failed(ev) && cause_of(ev) == OF_FILE, out);
}

static bool
get_error_net(const struct eval *ev, struct value *out)
{
	return one(failed(ev) && cause_of(ev) == OF_NET, out);
}

static bool
get_error_memory(const struct eval *ev, struct value *out)
{
	return one(failed(ev) && cause_of(ev) == OF_MEMORY, out);
}

static bool
get_error_other(const struct eval *ev, struct value *out)
{
	return one(failed(ev) && cause_of(ev) == OF_OTHER, out);
}

static bool
get_exit(const struct eval *ev, struct value *out)
{
	return one(call_is_exit(ev), out);
}

static bool
get_threadinfo(const struct eval *ev, struct value *out)
{
	return one(ev->m->ev->id == EV_PROCINFO_E, out);
}

static bool
get_procinfo(const struct eval *ev, struct value *out)
{
	const struct thread *t = ev->m->thread;

	return one(ev->m->ev->id == EV_PROCINFO_E && t && t->tid == t->proc->pid, out);
}

static const struct field fields[] = {
	{ .name = "evt.count", .type = T_UINT, .scope = OF_ROW, .get = get_count, .max = 1,
	  .doc = "Always 1, so that a sum of it counts events." },
	{ .name = "evt.count.error", .type = T_UINT, .scope = OF_ROW, .get = get_error,
	  .max = 1,
	  .doc = "1 for calls that failed." },
	{ .name = "evt.count.error.file", .type = T_UINT, .scope = OF_ROW,
	  .get = get_error_file, .max = 1, .doc = "1 for calls that failed on files." },
	{ .name = "evt.count.error.net", .type = T_UINT, .scope = OF_ROW,
	  .get = get_error_net, .max = 1, .doc = "1 for calls that failed on sockets." },
	{ .name = "evt.count.error.memory", .type = T_UINT, .scope = OF_ROW,
	  .get = get_error_memory, .max = 1, .doc = "1 for calls for memory that failed." },
	{ .name = "evt.count.error.other", .type = T_UINT, .scope = OF_ROW,
	  .get = get_error_other, .max = 1, .doc = "1 for all other calls that failed." },
	{ .name = "evt.count.exit", .type = T_UINT, .scope = OF_ROW, .get = get_exit,
	  .max = 1,
	  .doc = "1 for exit events." },
	{ .name = "evt.count.procinfo", .type = T_UINT, .scope = OF_ROW,
	  .flags = FIELD_TABLE_ONLY, .get = get_procinfo, .max = 1,
	  .doc = "1 for samples of a process: of its first thread." },
	{ .name = "evt.count.threadinfo", .type = T_UINT, .scope = OF_ROW,
	  .flags = FIELD_TABLE_ONLY, .get = get_threadinfo, .max = 1,
	  .doc = "1 for samples of any thread." },
};

const struct domain evt_sum_domain = {
	"evt", fields, ARRAY_LEN(fields), "Counting events",
};
