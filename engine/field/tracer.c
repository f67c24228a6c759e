#include <string.h>

#include "engine/base/mem.h"
#include "engine/base/text.h"
#include "engine/event/event.h"
#include "engine/field/domain.h"
#include "engine/field/render.h"
#include "engine/world/world.h"

/*
 * Tracers: programs marked spans of their own time by writing to /dev/null, and
 * sysdig of before 2025 made events of that. In its captures the tags and
 * arguments of most are addresses in the memory of the writer, which say
 * nothing; then there is only the id. How spans belong together is not kept.
 */

enum { AT_ID, AT_TAGS, AT_ARGS };

/* Texts, each ended by a NUL; empty when it is anything else. */
static struct span
texts_of(const struct eval *ev, unsigned at)
{
	struct span none = { (const uint8_t *)"", 0 }, s = none;

	if (ev->m && ev->m->ev->id == EV_TRACER_E)
		s = event_bytes(ev->m->ev, at);
	if (!s.len || s.p[s.len - 1])
		return none;
	for (size_t i = 0; i < s.len; i++)
		if (s.p[i] ? s.p[i] < ' ' : !i || !s.p[i - 1])
			return none;
	return s;
}

static size_t
count_texts(struct span s)
{
	size_t n = 0;

	for (size_t i = 0; i < s.len; i++)
		n += !s.p[i];
	return n;
}

/* Text I of S; from the end when I is negative. */
static bool
pick(struct span s, int64_t i, struct span *out)
{
	size_t n = count_texts(s), at = 0;

	if (i < 0)
		i += (int64_t)n;
	if (i < 0 || (uint64_t)i >= n)
		return false;
	for (; i > 0; i--)
		at += strlen((const char *)s.p + at) + 1;
	*out = (struct span){ s.p + at, strlen((const char *)s.p + at) };
	return true;
}

static bool
is_span(const struct eval *ev)
{
	return ev->m && ev->m->ev->id == EV_TRACER_E;
}

static bool
get_id(const struct eval *ev, struct value *out)
{
	return is_span(ev) && event_i64(ev->m->ev, AT_ID, &out->i);
}

static bool
get_time(const struct eval *ev, struct value *out)
{
	if (!is_span(ev))
		return false;
	clock_time(ev->render->clock, ev->m->ev->ts_ns, ev->scratch);
	return value_scratch(ev, out);
}

static bool
get_rawtime(const struct eval *ev, struct value *out)
{
	if (!is_span(ev))
		return false;
	text_u64(ev->scratch, ev->m->ev->ts_ns);
	return value_scratch(ev, out);
}

static bool
get_ntags(const struct eval *ev, struct value *out)
{
	out->u = count_texts(texts_of(ev, AT_TAGS));
	return out->u;
}

/* Arguments are pairs: name and value. */
static bool
get_nargs(const struct eval *ev, struct value *out)
{
	out->u = count_texts(texts_of(ev, AT_ARGS)) / 2;
	return out->u;
}

static bool
get_tags(const struct eval *ev, struct value *out)
{
	struct span all = texts_of(ev, AT_TAGS), one;

	for (int64_t i = 0; pick(all, i, &one); i++) {
		if (i)
			text_char(ev->scratch, '.');
		text_bytes(ev->scratch, one.p, one.len);
	}
	return all.len && value_scratch(ev, out);
}

static bool
get_tag(const struct eval *ev, const struct field_use *use, struct value *out)
{
	return pick(texts_of(ev, AT_TAGS), use->index, &out->s);
}

static bool
get_args(const struct eval *ev, struct value *out)
{
	struct span all = texts_of(ev, AT_ARGS), name, value;

	for (int64_t i = 0; pick(all, i, &name) && pick(all, i + 1, &value); i += 2) {
		if (i)
			text_char(ev->scratch, ',');
		text_bytes(ev->scratch, name.p, name.len);
		text_char(ev->scratch, '=');
		text_bytes(ev->scratch, value.p, value.len);
	}
	return ev->scratch->len && value_scratch(ev, out);
}

static bool
get_arg(const struct eval *ev, const struct field_use *use, struct value *out)
{
	struct span all = texts_of(ev, AT_ARGS), name;
	int64_t n = (int64_t)count_texts(all) / 2, at = use->index;

	if (use->has_index)
		return (at < 0 ? at + n : at) >= 0 && at < n &&
		       pick(all, 2 * (at < 0 ? at + n : at) + 1, &out->s);
	for (int64_t i = 0; i < n; i++)
		if (pick(all, 2 * i, &name) && name.len == use->arg_name.len &&
		    !memcmp(name.p, use->arg_name.p, name.len))
			return pick(all, 2 * i + 1, &out->s);
	return false;
}

static bool
get_idtag(const struct eval *ev, const struct field_use *use, struct value *out)
{
	struct value id, tag;

	if (!get_id(ev, &id) || !get_tag(ev, use, &tag))
		return false;
	text_i64(ev->scratch, id.i);
	text_bytes(ev->scratch, tag.s.p, tag.s.len);
	return value_scratch(ev, out);
}

/* Only ends of spans count, and no capture has any. */
static bool
get_count(const struct eval *ev, struct value *out)
{
	out->u = 0;
	return is_span(ev);
}

static bool
get_count_for(const struct eval *ev, const struct field_use *use, struct value *out)
{
	(void)use;
	return get_count(ev, out);
}

#define OLD .scope = OF_PAYLOAD, .flags = FIELD_OLD
#define OLD_TABLE .scope = OF_PAYLOAD, .flags = FIELD_OLD | FIELD_TABLE_ONLY
#define TAG .arg = ARG_INDEX | ARG_NEEDED
#define ARG .arg = ARG_INDEX | ARG_DOT_NAME | ARG_NEEDED

static const struct field span_fields[] = {
	{ .name = "span.id", .type = T_INT, OLD, .get = get_id,
	  .doc = "Number of the span that a tracer marks." },
	{ .name = "span.time", .type = T_STR, OLD, .get = get_time,
	  .doc = "Time of day at which it was marked." },
	{ .name = "span.ntags", .type = T_UINT, OLD, .get = get_ntags,
	  .doc = "Number of tags of the span." },
	{ .name = "span.nargs", .type = T_UINT, OLD, .get = get_nargs,
	  .doc = "Number of arguments of the span." },
	{ .name = "span.tags", .type = T_STR, OLD, .get = get_tags,
	  .doc = "Tags of the span, with dots between them." },
	{ .name = "span.tag", .type = T_STR, OLD, TAG, .get_arg = get_tag,
	  .doc = "One tag, by its position; negative ones count from the end." },
	{ .name = "span.args", .type = T_STR, OLD, .get = get_args,
	  .doc = "Arguments of the span, name=value with commas between them." },
	{ .name = "span.arg", .type = T_STR, OLD, ARG, .get_arg = get_arg,
	  .doc = "One argument, by its name or position." },
	{ .name = "span.enterargs", .type = T_STR, OLD, .get = get_args,
	  .doc = "Arguments with which the span began." },
	{ .name = "span.enterarg", .type = T_STR, OLD, ARG, .get_arg = get_arg,
	  .doc = "One argument with which the span began." },
	{ .name = "span.duration", .type = T_SPAN, .unit = U_NS, OLD, .get = value_none,
	  .doc = "How long the span took; captures do not tell it." },
	{ .name = "span.duration.quantized", .type = T_UINT, OLD_TABLE, .get = value_none,
	  .doc = "Its step on the scale of evt.latency.quantized; captures do not tell it." },
	{ .name = "span.duration.human", .type = T_STR, OLD, .get = value_none,
	  .doc = "The same in a unit that fits; captures do not tell it." },
	{ .name = "span.duration.fortag", .type = T_SPAN, .unit = U_NS, OLD_TABLE, TAG,
	  .get_arg = value_none_for,
	  .doc = "The same, of spans with N+1 tags; captures do not tell it." },
	{ .name = "span.count", .type = T_UINT, OLD_TABLE, .get = get_count,
	  .doc = "1 at the end of a span, 0 at its start." },
	{ .name = "span.count.fortag", .type = T_UINT, OLD_TABLE, TAG,
	  .get_arg = get_count_for, .doc = "The same, of spans with N+1 tags." },
	{ .name = "span.childcount.fortag", .type = T_UINT, OLD_TABLE, TAG,
	  .get_arg = get_count_for, .doc = "The same, of spans with more than N+1 tags." },
	{ .name = "span.idtag", .type = T_STR, OLD_TABLE, TAG, .get_arg = get_idtag,
	  .doc = "Number of the span and its tag N, joined." },
	{ .name = "span.rawtime", .type = T_STR, OLD_TABLE, .get = get_rawtime,
	  .doc = "When the span began, in nanoseconds since the epoch." },
	{ .name = "span.rawparenttime", .type = T_STR, OLD_TABLE, .get = value_none,
	  .doc = "When the span around it began; captures do not tell it." },
};

const struct domain span_domain = {
	"span", span_fields, ARRAY_LEN(span_fields), "Tracers",
};

static const struct field evtin_fields[] = {
	{ .name = "evtin.span.id", .type = T_INT, OLD, .get = value_none,
	  .doc = "Number of an open span of the thread; captures do not tell it." },
	{ .name = "evtin.span.ntags", .type = T_UINT, OLD, .get = value_none,
	  .doc = "Number of tags of an open span of the thread; captures do not tell it." },
	{ .name = "evtin.span.nargs", .type = T_UINT, OLD, .get = value_none,
	  .doc = "Number of arguments of an open span of the thread; captures do not tell it." },
	{ .name = "evtin.span.tags", .type = T_STR, OLD, .get = value_none,
	  .doc = "Tags of an open span of the thread; captures do not tell them." },
	{ .name = "evtin.span.tag", .type = T_STR, OLD, TAG, .get_arg = value_none_for,
	  .doc = "One tag of an open span of the thread; captures do not tell it." },
	{ .name = "evtin.span.args", .type = T_STR, OLD, .get = value_none,
	  .doc = "Arguments of an open span of the thread; captures do not tell them." },
	{ .name = "evtin.span.arg", .type = T_STR, OLD, ARG, .get_arg = value_none_for,
	  .doc = "One argument of an open span of the thread; captures do not tell it." },
	{ .name = "evtin.span.p.id", .type = T_INT, OLD, .get = value_none,
	  .doc = "Number of an open span of the process; captures do not tell it." },
	{ .name = "evtin.span.p.ntags", .type = T_UINT, OLD, .get = value_none,
	  .doc = "Number of tags of an open span of the process; captures do not tell it." },
	{ .name = "evtin.span.p.nargs", .type = T_UINT, OLD, .get = value_none,
	  .doc = "Number of arguments of an open span of the process; captures do not tell it." },
	{ .name = "evtin.span.p.tags", .type = T_STR, OLD, .get = value_none,
	  .doc = "Tags of an open span of the process; captures do not tell them." },
	{ .name = "evtin.span.p.tag", .type = T_STR, OLD, TAG, .get_arg = value_none_for,
	  .doc = "One tag of an open span of the process; captures do not tell it." },
	{ .name = "evtin.span.p.args", .type = T_STR, OLD, .get = value_none,
	  .doc = "Arguments of an open span of the process; captures do not tell them." },
	{ .name = "evtin.span.p.arg", .type = T_STR, OLD, ARG, .get_arg = value_none_for,
	  .doc = "One argument of an open span of the process; captures do not tell it." },
	{ .name = "evtin.span.s.id", .type = T_INT, OLD, .get = value_none,
	  .doc = "Number of an open span of the parent; captures do not tell it." },
	{ .name = "evtin.span.s.ntags", .type = T_UINT, OLD, .get = value_none,
	  .doc = "Number of tags of an open span of the parent; captures do not tell it." },
	{ .name = "evtin.span.s.nargs", .type = T_UINT, OLD, .get = value_none,
	  .doc = "Number of arguments of an open span of the parent; captures do not tell it." },
	{ .name = "evtin.span.s.tags", .type = T_STR, OLD, .get = value_none,
	  .doc = "Tags of an open span of the parent; captures do not tell them." },
	{ .name = "evtin.span.s.tag", .type = T_STR, OLD, TAG, .get_arg = value_none_for,
	  .doc = "One tag of an open span of the parent; captures do not tell it." },
	{ .name = "evtin.span.s.args", .type = T_STR, OLD, .get = value_none,
	  .doc = "Arguments of an open span of the parent; captures do not tell them." },
	{ .name = "evtin.span.s.arg", .type = T_STR, OLD, ARG, .get_arg = value_none_for,
	  .doc = "One argument of an open span of the parent; captures do not tell it." },
	{ .name = "evtin.span.m.id", .type = T_INT, OLD, .get = value_none,
	  .doc = "Number of an open span of the machine; captures do not tell it." },
	{ .name = "evtin.span.m.ntags", .type = T_UINT, OLD, .get = value_none,
	  .doc = "Number of tags of an open span of the machine; captures do not tell it." },
	{ .name = "evtin.span.m.nargs", .type = T_UINT, OLD, .get = value_none,
	  .doc = "Number of arguments of an open span of the machine; captures do not tell it." },
	{ .name = "evtin.span.m.tags", .type = T_STR, OLD, .get = value_none,
	  .doc = "Tags of an open span of the machine; captures do not tell them." },
	{ .name = "evtin.span.m.tag", .type = T_STR, OLD, TAG, .get_arg = value_none_for,
	  .doc = "One tag of an open span of the machine; captures do not tell it." },
	{ .name = "evtin.span.m.args", .type = T_STR, OLD, .get = value_none,
	  .doc = "Arguments of an open span of the machine; captures do not tell them." },
	{ .name = "evtin.span.m.arg", .type = T_STR, OLD, ARG, .get_arg = value_none_for,
	  .doc = "One argument of an open span of the machine; captures do not tell it." },
};

const struct domain evtin_domain = {
	"evtin", evtin_fields, ARRAY_LEN(evtin_fields), "Events inside of spans",
};
