#include <string.h>

#include "engine/base/mem.h"
#include "engine/base/text.h"
#include "engine/event/event.h"
#include "engine/field/call.h"
#include "engine/field/domain.h"
#include "engine/field/render.h"
#include "engine/world/world.h"

#define AROUND_NS 1000000u		/* evt.around counts in these */

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
get_call_duration(const struct eval *ev, struct value *out)
{
	out->u = ev->m->latency_ns;
	return ev->m->has_latency;
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

static bool
get_latency_human(const struct eval *ev, struct value *out)
{
	if (!get_latency(ev, out))
		return false;
	clock_human(out->u, ev->scratch);
	return value_scratch(ev, out);
}

static bool
get_latency_quantized(const struct eval *ev, struct value *out)
{
	if (!get_latency(ev, out) || !out->u)
		return false;
	out->u = clock_quantum(out->u);
	return true;
}

/* Since the line before; in a filter, since the event before. */
static bool
get_deltatime(const struct eval *ev, struct value *out)
{
	uint64_t before = ev->is_output ? ev->shown_ns : ev->m->before_ns;
	uint64_t ts = ev->m->ev->ts_ns;

	out->u = before && ts > before ? ts - before : 0;
	return true;
}

static bool
get_deltatime_s(const struct eval *ev, struct value *out)
{
	get_deltatime(ev, out);
	out->u /= CLOCK_NS;
	return true;
}

static bool
get_deltatime_ns(const struct eval *ev, struct value *out)
{
	get_deltatime(ev, out);
	out->u %= CLOCK_NS;
	return true;
}

/* How far away the time in the argument is, in whole milliseconds: what is
 * left of one counts. */
static bool
get_around(const struct eval *ev, const struct field_use *use, struct value *out)
{
	uint64_t ts = ev->m->ev->ts_ns, at = 0;

	for (size_t i = 0; i < use->arg_name.len; i++)
		at = at * 10 + (use->arg_name.p[i] - (unsigned)'0');
	at = at > ts ? at - ts : ts - at;
	out->u = at / AROUND_NS + (at % AROUND_NS != 0);
	return true;
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
get_cpu(const struct eval *ev, struct value *out)
{
	out->i = ev->m->ev->cpu;
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
	if (ev->m->ev->type->source != ES_METAEVENT)
		return false;
	render_type(ev->render, ev->m, ev->scratch);
	return value_scratch(ev, out);
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

static const struct field fields[] = {
	{ .name = "evt.num", .type = T_UINT, .scope = OF_ROW, .get = get_num,
	  .doc = "Number of the event in the whole input, counted from 1." },
	{ .name = "evt.time", .type = T_STR, .unit = U_CLOCK, .scope = OF_ROW, .get = get_time,
	  .doc = "Time of day, with nanoseconds, in the reader's time zone." },
	{ .name = "evt.time.s", .type = T_STR, .unit = U_CLOCK_S, .scope = OF_ROW,
	  .get = get_time_s,
	  .doc = "Time of day in whole seconds." },
	{ .name = "evt.time.iso8601", .type = T_STR, .unit = U_CLOCK_UTC, .scope = OF_ROW,
	  .get = get_iso8601,
	  .doc = "Date and time in UTC, as ISO 8601 writes them." },
	{ .name = "evt.datetime", .type = T_STR, .unit = U_CLOCK, .scope = OF_ROW,
	  .get = get_datetime,
	  .doc = "Date and time, with nanoseconds, in the reader's time zone." },
	{ .name = "evt.datetime.s", .type = T_STR, .unit = U_CLOCK_S, .scope = OF_ROW,
	  .get = get_datetime_s,
	  .doc = "Date and time in whole seconds." },
	{ .name = "evt.outputtime", .type = T_STR, .unit = U_CLOCK, .scope = OF_STREAM,
	  .flags = FIELD_OUTPUT_ONLY, .get = get_outputtime,
	  .doc = "The time in the form that was chosen for the output." },
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
	{ .name = "evt.deltatime", .type = T_SPAN, .unit = U_NS, .scope = OF_ROW,
	  .get = get_deltatime,
	  .doc = "Nanoseconds since the line before; in a filter, since the event before." },
	{ .name = "evt.deltatime.s", .type = T_UINT, .unit = U_S, .scope = OF_ROW,
	  .get = get_deltatime_s, .doc = "The whole seconds of evt.deltatime." },
	{ .name = "evt.deltatime.ns", .type = T_UINT, .unit = U_NS9, .scope = OF_ROW,
	  .get = get_deltatime_ns, .doc = "The nanoseconds behind evt.deltatime.s." },
	{ .name = "evt.around", .type = T_UINT, .scope = OF_ROW, .arg = ARG_TIME | ARG_NEEDED,
	  .flags = FIELD_FILTER_ONLY | FIELD_PLAIN | FIELD_AT_MOST, .get_arg = get_around,
	  .doc = "evt.around[T]=D: whether it is at most D milliseconds from T, in ns." },
	{ .name = "evt.latency", .type = T_SPAN, .unit = U_NS, .scope = OF_ROW,
	  .get = get_latency,
	  .doc = "Nanoseconds from a call's enter event to this exit event; 0 on other events." },
	{ .name = "evt.duration", .type = T_SPAN, .unit = U_NS, .scope = OF_ROW,
	  .flags = FIELD_OURS, .get = get_call_duration,
	  .doc = "How long the call took; nothing where its enter event was not seen." },
	{ .name = "evt.latency.s", .type = T_UINT, .unit = U_S, .scope = OF_ROW,
	  .get = get_latency_s, .doc = "The whole seconds of evt.latency." },
	{ .name = "evt.latency.ns", .type = T_UINT, .unit = U_NS9, .scope = OF_ROW,
	  .get = get_latency_ns, .doc = "The nanoseconds behind evt.latency.s." },
	{ .name = "evt.latency.human", .type = T_STR, .scope = OF_ROW,
	  .get = get_latency_human, .doc = "evt.latency in a unit that fits, such as 1.25ms." },
	{ .name = "evt.latency.quantized", .type = T_UINT, .scope = OF_ROW,
	  .flags = FIELD_TABLE_ONLY, .get = get_latency_quantized,
	  .doc = "Step of evt.latency on a scale of 80 from 1 ns to 100 s, each longer." },
	{ .name = "evt.cpu", .type = T_INT, .scope = OF_ROW, .get = get_cpu,
	  .max = UINT16_MAX,
	  .doc = "Number of the CPU on which it happened." },
	{ .name = "evt.source", .type = T_STR, .scope = OF_ROW, .get = get_source,
	  .doc = "Where the event is from: syscall for the kernel." },
	{ .name = "evt.is_async", .type = T_BOOL, .scope = OF_ROW, .get = get_is_async,
	  .doc = "Whether it tells of something that no call of a thread did." },
	{ .name = "evt.asynctype", .type = T_STR, .scope = OF_ROW, .get = get_asynctype,
	  .doc = "Name of an event that no call of a thread did." },
	{ .name = "evt.hostname", .type = T_STR, .scope = OF_ROW, .get = get_hostname,
	  .doc = "Name of the machine on which it was recorded." },
	{ .name = "evt.pluginname", .type = T_STR, .scope = OF_ROW, .get = value_none,
	  .doc = "Name of the plugin that made the event; not known, as none is loaded." },
	{ .name = "evt.plugininfo", .type = T_STR, .scope = OF_ROW, .get = value_none,
	  .doc = "The plugin's own words for its event; not known, as none is loaded." },
};

const struct domain evt_domain = {
	"evt", fields, ARRAY_LEN(fields), "When and where an event happened",
};
