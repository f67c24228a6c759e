#include <string.h>

#include "engine/base/mem.h"
#include "engine/base/text.h"
#include "engine/event/event.h"
#include "engine/event/flags.h"
#include "engine/event/syscall.h"
#include "engine/field/domain.h"
#include "engine/field/render.h"
#include "engine/world/world.h"

#define HOUR_NS (3600ull * CLOCK_NS)
#define MINUTE_NS (60ull * CLOCK_NS)

static bool
is_exit(const struct eval *ev)
{
	return event_id_is_exit(ev->m->ev->id);
}

static uint64_t
relative_ns(const struct eval *ev)
{
	uint64_t ts = ev->m->ev->ts_ns;

	return ts > ev->first_ns ? ts - ev->first_ns : 0;
}

static bool
get_num(const struct eval *ev, struct value *out)
{
	out->u = ev->m->num;
	return ev->m->num;
}

static bool
get_time(const struct eval *ev, struct value *out)
{
	clock_time(ev->render->clock, ev->m->ev->ts_ns, ev->scratch);
	return value_scratch(ev, out);
}

static bool
get_time_s(const struct eval *ev, struct value *out)
{
	clock_time_s(ev->render->clock, ev->m->ev->ts_ns, ev->scratch);
	return value_scratch(ev, out);
}

static bool
get_iso8601(const struct eval *ev, struct value *out)
{
	clock_iso8601(ev->m->ev->ts_ns, ev->scratch);
	return value_scratch(ev, out);
}

static bool
get_datetime(const struct eval *ev, struct value *out)
{
	clock_datetime(ev->render->clock, ev->m->ev->ts_ns, ev->scratch);
	return value_scratch(ev, out);
}

static bool
get_datetime_s(const struct eval *ev, struct value *out)
{
	clock_datetime_s(ev->render->clock, ev->m->ev->ts_ns, ev->scratch);
	return value_scratch(ev, out);
}

static bool
get_rawtime(const struct eval *ev, struct value *out)
{
	out->u = ev->m->ev->ts_ns;
	return true;
}

static bool
get_rawtime_s(const struct eval *ev, struct value *out)
{
	out->u = ev->m->ev->ts_ns / CLOCK_NS;
	return true;
}

static bool
get_rawtime_ns(const struct eval *ev, struct value *out)
{
	out->u = ev->m->ev->ts_ns % CLOCK_NS;
	return true;
}

static bool
get_reltime(const struct eval *ev, struct value *out)
{
	out->u = relative_ns(ev);
	return true;
}

static bool
get_reltime_s(const struct eval *ev, struct value *out)
{
	out->u = relative_ns(ev) / CLOCK_NS;
	return true;
}

static bool
get_reltime_ns(const struct eval *ev, struct value *out)
{
	out->u = relative_ns(ev) % CLOCK_NS;
	return true;
}

/* An enter event has taken no time yet. */
static bool
get_latency(const struct eval *ev, struct value *out)
{
	if (ev->m->is_internal)
		return false;
	out->u = ev->m->has_latency ? ev->m->latency_ns : 0;
	return true;
}

static bool
get_latency_s(const struct eval *ev, struct value *out)
{
	if (!get_latency(ev, out))
		return false;
	out->u /= CLOCK_NS;
	return true;
}

static bool
get_latency_ns(const struct eval *ev, struct value *out)
{
	if (!get_latency(ev, out))
		return false;
	out->u %= CLOCK_NS;
	return true;
}

/* NS as "1.25s", "12ms": at most two decimals, cut. */
static void
put_human(uint64_t ns, struct text *t)
{
	static const struct {
		uint64_t ns;
		const char *name;
	} units[] = { { CLOCK_NS, "s" }, { 1000000, "ms" }, { 1000, "us" } };

	if (ns >= HOUR_NS) {
		text_fmt(t, "%02llu:%02llu:%02llu", (unsigned long long)(ns / HOUR_NS),
			 (unsigned long long)(ns / MINUTE_NS % 60),
			 (unsigned long long)(ns / CLOCK_NS % 60));
		return;
	}
	if (ns >= MINUTE_NS) {
		text_fmt(t, "%llu:%llu", (unsigned long long)(ns / MINUTE_NS),
			 (unsigned long long)(ns / CLOCK_NS % 60));
		return;
	}
	for (size_t i = 0; i < ARRAY_LEN(units); i++) {
		if (ns < units[i].ns)
			continue;
		text_u64(t, ns / units[i].ns);
		if (i == 0 || ns < 10 * units[i].ns) {
			text_char(t, '.');
			text_dec_padded(t, ns % units[i].ns / (units[i].ns / 100), 2);
		}
		text_str(t, units[i].name);
		return;
	}
	text_u64(t, ns);
	text_str(t, "ns");
}

static bool
get_latency_human(const struct eval *ev, struct value *out)
{
	if (!get_latency(ev, out))
		return false;
	put_human(out->u, ev->scratch);
	return value_scratch(ev, out);
}

static bool
get_outputtime(const struct eval *ev, struct value *out)
{
	uint64_t ts = ev->m->ev->ts_ns;

	switch (ev->time_mode) {
	case TIME_LOCAL:
		return get_time(ev, out);
	case TIME_ABSOLUTE:
		text_u64(ev->scratch, ts / CLOCK_NS);
		text_char(ev->scratch, '.');
		text_u64(ev->scratch, ts % CLOCK_NS);
		break;
	case TIME_RELATIVE:
		clock_span(relative_ns(ev), ev->scratch);
		break;
	case TIME_SINCE_ENTER:
		clock_span(ev->m->has_latency ? ev->m->latency_ns : 0, ev->scratch);
		break;
	case TIME_SINCE_SHOWN:
		clock_span(ev->shown_ns && ts > ev->shown_ns ? ts - ev->shown_ns : 0,
			   ev->scratch);
		break;
	}
	return value_scratch(ev, out);
}

static bool
get_dir(const struct eval *ev, struct value *out)
{
	return value_word(is_exit(ev) ? "<" : ">", out);
}

static bool
get_type(const struct eval *ev, struct value *out)
{
	render_type(ev->render, ev->m, ev->scratch);
	return value_scratch(ev, out);
}

static bool
get_syscall_type(const struct eval *ev, struct value *out)
{
	return ev->m->ev->type->source == ES_SYSCALL && get_type(ev, out);
}

/* What is read or written decides the category of a read or a write. */
static const char *
io_category(const struct descriptor *fd)
{
	if (!fd)
		return "unknown";
	switch (fd->kind) {
	case FD_FILE:
	case FD_DIRECTORY:
		return "file";
	case FD_IPV4:
	case FD_IPV6:
	case FD_IPV4_SERVER:
	case FD_IPV6_SERVER:
		return "net";
	case FD_FIFO:
	case FD_UNIX:
	case FD_EVENT:
	case FD_SIGNALFD:
	case FD_INOTIFY:
		return "ipc";
	default:
		return "unknown";
	}
}

static bool
is_io_category(const struct event_type *type)
{
	return type->category == EC_IO_READ || type->category == EC_IO_WRITE ||
	       type->category == EC_IO_OTHER;
}

static bool
get_category(const struct eval *ev, struct value *out)
{
	const struct event_type *type = ev->m->ev->type;

	if (is_io_category(type))
		return value_word(io_category(ev->m->fd), out);
	if (ev->m->ev->id == EV_GENERIC_E || ev->m->ev->id == EV_GENERIC_X) {
		uint16_t code = render_call_code(ev->render, ev->m);

		return value_word(event_category_name(syscall_code_category(code)), out);
	}
	return value_word(event_category_name(type->category), out);
}

static bool
get_cpu(const struct eval *ev, struct value *out)
{
	out->i = ev->m->ev->cpu;
	return true;
}

static bool
get_args(const struct eval *ev, struct value *out)
{
	render_args(ev->render, ev->m, ev->scratch);
	return value_scratch(ev, out);
}

static int
param_at(const struct event *ev, struct span name)
{
	const struct event_type *type = ev->type;

	for (int i = 0; i < type->n_params; i++)
		if (!strncmp(type->params[i].name, (const char *)name.p, name.len) &&
		    !type->params[i].name[name.len])
			return i;
	return -1;
}

/* The event that has parameter NAME: the event itself, or its enter event when
 * the exit lacks a value for it. NULL: neither. */
static const struct event *
event_with(const struct moment *m, struct span name, unsigned *at)
{
	int own = param_at(m->ev, name);
	int enter = m->enter ? param_at(m->enter, name) : -1;
	bool is_empty = own < 0 || !event_bytes(m->ev, (unsigned)own).len;

	if (is_empty && enter >= 0 && event_bytes(m->enter, (unsigned)enter).len) {
		*at = (unsigned)enter;
		return m->enter;
	}
	if (own < 0 || (unsigned)own >= m->ev->n_params)
		return NULL;
	*at = (unsigned)own;
	return m->ev;
}

static bool
get_arg(const struct eval *ev, const struct field_use *use, struct value *out)
{
	const struct event *from = ev->m->ev;
	unsigned at = use->index;

	if (use->arg_name.len)
		from = event_with(ev->m, use->arg_name, &at);
	else if (at >= from->n_params || at >= from->type->n_params)
		from = NULL;
	if (!from)
		return false;
	render_param_short(ev->render, ev->m, from, at, ev->scratch);
	return value_scratch(ev, out);
}

static bool
get_buffer(const struct eval *ev, struct value *out)
{
	unsigned at;
	const struct event *from =
		event_with(ev->m, (struct span){ (const uint8_t *)"data", 4 }, &at);

	if (!from || from != ev->m->ev)
		return false;
	out->s = event_bytes(from, at);
	return true;
}

/* What the call returned. Addresses that it returned count, too. */
static bool
result_of(const struct eval *ev, int64_t *res)
{
	const struct event *event = ev->m->ev;
	uint64_t address;

	if (event_result(event, res))
		return true;
	if (!is_exit(ev) || !event->type->n_params || event->type->params[0].kind != PK_UINT64 ||
	    strcmp(event->type->params[0].name, "res") || !event_u64(event, 0, &address))
		return false;
	*res = (int64_t)address;
	return true;
}

static bool
get_rawres(const struct eval *ev, struct value *out)
{
	return result_of(ev, &out->i);
}

static bool
get_res(const struct eval *ev, struct value *out)
{
	int64_t res;
	const char *name;

	if (!result_of(ev, &res))
		return false;
	if (res >= 0)
		return value_word("SUCCESS", out);
	name = errno_name(0 - (uint64_t)res);
	if (name)
		return value_word(name, out);
	text_i64(ev->scratch, res);
	return value_scratch(ev, out);
}

static bool
get_failed(const struct eval *ev, struct value *out)
{
	int64_t res;

	if (!result_of(ev, &res))
		return false;
	out->b = res < 0;
	return true;
}

static bool
get_buflen(const struct eval *ev, struct value *out)
{
	int64_t res;

	if (!is_io_category(ev->m->ev->type) || !ev->m->fd ||
	    !result_of(ev, &res) || res < 0)
		return false;
	out->u = (uint64_t)res;
	return true;
}

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

static bool
get_io_dir(const struct eval *ev, struct value *out)
{
	unsigned flags = ev->m->ev->type->flags;

	return value_word(flags & EF_WRITES ? "write" : flags & EF_READS ? "read" : NULL, out);
}

static bool
get_wait_latency(const struct eval *ev, struct value *out)
{
	return ev->m->ev->type->flags & EF_WAITS && is_exit(ev) && get_latency(ev, out);
}

static bool
get_count(const struct eval *ev, struct value *out)
{
	(void)ev;
	out->u = 1;
	return true;
}

static bool
get_is_async(const struct eval *ev, struct value *out)
{
	out->b = ev->m->ev->type->source == ES_METAEVENT;
	return true;
}

static bool
get_asynctype(const struct eval *ev, struct value *out)
{
	return ev->m->ev->type->source == ES_METAEVENT && get_type(ev, out);
}

static bool
get_source(const struct eval *ev, struct value *out)
{
	unsigned source = ev->m->ev->type->source;

	return value_word(source == ES_PLUGIN || source == ES_NONE ? NULL : "syscall", out);
}

static bool
get_hostname(const struct eval *ev, struct value *out)
{
	const struct machine_record *machine = world_machine(ev->world);

	if (!machine)
		return false;
	out->s = machine->hostname;
	return true;
}

static const struct field evt_fields[] = {
	{ .name = "evt.num", .type = T_UINT, .scope = OF_ROW, .get = get_num,
	  .doc = "Number of the event in the whole input, counted from 1." },
	{ .name = "evt.time", .type = T_STR, .unit = U_CLOCK, .scope = OF_ROW, .get = get_time,
	  .doc = "Time of day, with nanoseconds, in the reader's time zone." },
	{ .name = "evt.time.s", .type = T_STR, .unit = U_CLOCK_S, .scope = OF_ROW,
	  .get = get_time_s,
	  .doc = "Time of day in whole seconds." },
	{ .name = "evt.time.iso8601", .type = T_STR, .unit = U_CLOCK, .scope = OF_ROW,
	  .get = get_iso8601,
	  .doc = "Date and time in UTC, as ISO 8601 writes them." },
	{ .name = "evt.datetime", .type = T_STR, .unit = U_CLOCK, .scope = OF_ROW,
	  .get = get_datetime,
	  .doc = "Date and time, with nanoseconds, in the reader's time zone." },
	{ .name = "evt.datetime.s", .type = T_STR, .unit = U_CLOCK_S, .scope = OF_ROW,
	  .get = get_datetime_s,
	  .doc = "Date and time in whole seconds." },
	{ .name = "evt.outputtime", .type = T_STR, .unit = U_CLOCK, .scope = OF_STREAM,
	  .get = get_outputtime, .doc = "The time in the form that was chosen for the output." },
	{ .name = "evt.rawtime", .type = T_TIME, .scope = OF_ROW, .get = get_rawtime,
	  .doc = "Nanoseconds since the epoch." },
	{ .name = "evt.rawtime.s", .type = T_UINT, .unit = U_S, .scope = OF_ROW,
	  .get = get_rawtime_s, .doc = "Whole seconds since the epoch." },
	{ .name = "evt.rawtime.ns", .type = T_UINT, .unit = U_NS9, .scope = OF_ROW,
	  .get = get_rawtime_ns, .doc = "The nanoseconds behind evt.rawtime.s." },
	{ .name = "evt.reltime", .type = T_SPAN, .unit = U_NS9, .scope = OF_ROW,
	  .get = get_reltime, .doc = "Nanoseconds since the first event of the input." },
	{ .name = "evt.reltime.s", .type = T_UINT, .unit = U_S, .scope = OF_ROW,
	  .get = get_reltime_s, .doc = "Whole seconds since the first event of the input." },
	{ .name = "evt.reltime.ns", .type = T_UINT, .unit = U_NS9, .scope = OF_ROW,
	  .get = get_reltime_ns, .doc = "The nanoseconds behind evt.reltime.s." },
	{ .name = "evt.latency", .type = T_SPAN, .unit = U_NS, .scope = OF_ROW,
	  .get = get_latency,
	  .doc = "Nanoseconds from a call's enter event to this exit event; 0 on other events." },
	{ .name = "evt.latency.s", .type = T_UINT, .unit = U_S, .scope = OF_ROW,
	  .get = get_latency_s, .doc = "The whole seconds of evt.latency." },
	{ .name = "evt.latency.ns", .type = T_UINT, .unit = U_NS9, .scope = OF_ROW,
	  .get = get_latency_ns, .doc = "The nanoseconds behind evt.latency.s." },
	{ .name = "evt.latency.human", .type = T_STR, .scope = OF_ROW,
	  .get = get_latency_human, .doc = "evt.latency in a unit that fits, such as 1.25ms." },
	{ .name = "evt.dir", .type = T_STR, .scope = OF_ROW, .get = get_dir,
	  .doc = "\">\" when a call is entered, \"<\" when it returns." },
	{ .name = "evt.type", .type = T_STR, .unit = U_EVENT_NAME, .scope = OF_ROW,
	  .get = get_type,
	  .doc = "Name of the event; of the system call where there is one." },
	{ .name = "evt.category", .type = T_STR, .scope = OF_ROW, .get = get_category,
	  .doc = "Kind of the event: file, net, process and so on." },
	{ .name = "evt.cpu", .type = T_INT, .scope = OF_ROW, .get = get_cpu,
	  .doc = "Number of the CPU on which it happened." },
	{ .name = "evt.args", .type = T_STR, .unit = U_HARMLESS, .scope = OF_PAYLOAD,
	  .get = get_args,
	  .doc = "All parameters, with what they mean." },
	{ .name = "evt.info", .type = T_STR, .unit = U_HARMLESS, .scope = OF_PAYLOAD,
	  .get = get_args,
	  .doc = "Another name of evt.args." },
	{ .name = "evt.arg", .type = T_STR, .unit = U_HARMLESS, .scope = OF_PAYLOAD,
	  .arg = ARG_NAME_OR_INDEX, .get_arg = get_arg,
	  .doc = "One parameter, by its name or position; an exit event knows its enter's too." },
	{ .name = "evt.buffer", .type = T_DATA, .scope = OF_PAYLOAD, .get = get_buffer,
	  .doc = "The bytes that were read, written, sent or received." },
	{ .name = "evt.buflen", .type = T_UINT, .unit = U_BYTES, .scope = OF_ROW,
	  .get = get_buflen, .doc = "How many bytes a successful read or write moved." },
	{ .name = "evt.res", .type = T_STR, .scope = OF_ROW, .get = get_res,
	  .doc = "SUCCESS, or the name of the error with which the call returned." },
	{ .name = "evt.rawres", .type = T_INT, .scope = OF_ROW, .get = get_rawres,
	  .doc = "What the call returned, as a number." },
	{ .name = "evt.failed", .type = T_BOOL, .scope = OF_ROW, .get = get_failed,
	  .doc = "Whether the call returned an error." },
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
	{ .name = "evt.wait_latency", .type = T_SPAN, .unit = U_NS, .scope = OF_ROW,
	  .get = get_wait_latency, .doc = "evt.latency of calls that wait." },
	{ .name = "evt.count", .type = T_UINT, .scope = OF_ROW, .get = get_count,
	  .doc = "Always 1, so that a sum of it counts events." },
	{ .name = "evt.is_async", .type = T_BOOL, .scope = OF_ROW, .get = get_is_async,
	  .doc = "Whether it tells of something that no call of a thread did." },
	{ .name = "evt.asynctype", .type = T_STR, .scope = OF_ROW, .get = get_asynctype,
	  .doc = "Name of an event that no call of a thread did." },
	{ .name = "evt.source", .type = T_STR, .scope = OF_ROW, .get = get_source,
	  .doc = "Where the event is from: syscall for the kernel." },
	{ .name = "evt.hostname", .type = T_STR, .scope = OF_ROW, .get = get_hostname,
	  .doc = "Name of the machine on which it was recorded." },
};

const struct domain evt_domain = { "evt", evt_fields, ARRAY_LEN(evt_fields) };

static const struct field syscall_fields[] = {
	{ .name = "syscall.type", .type = T_STR, .unit = U_EVENT_NAME, .scope = OF_ROW,
	  .get = get_syscall_type,
	  .doc = "Name of the system call; nothing for what is none." },
};

const struct domain syscall_domain = { "syscall", syscall_fields, ARRAY_LEN(syscall_fields) };
