#include <string.h>

#include "engine/base/mem.h"
#include "engine/base/text.h"
#include "engine/event/event.h"
#include "engine/field/domain.h"
#include "engine/field/render.h"
#include "engine/world/trace.h"
#include "engine/world/world.h"

/*
 * Spans that programs mark (engine/world/trace.h): span.* are of an event that
 * marks one, evtin.* of the spans that are open while any event happens.
 */

static const struct trace_mark *
mark_of(const struct eval *ev)
{
	return ev->m ? ev->m->mark : NULL;
}

/* The span that the event marks, with what was told when it began. */
static const struct trace_span *
span_of(const struct eval *ev)
{
	return ev->m ? ev->m->span : NULL;
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

static void
put_tags(struct span all, struct text *t)
{
	struct span one;

	for (int64_t i = 0; pick(all, i, &one); i++) {
		if (i)
			text_char(t, '.');
		text_bytes(t, one.p, one.len);
	}
}

static void
put_args(struct span all, struct text *t)
{
	struct span name, value;

	for (int64_t i = 0; pick(all, i, &name) && pick(all, i + 1, &value); i += 2) {
		if (i)
			text_char(t, ',');
		text_bytes(t, name.p, name.len);
		text_char(t, '=');
		text_bytes(t, value.p, value.len);
	}
}

/* The value of argument USE among ALL. */
static bool
pick_arg(struct span all, const struct field_use *use, struct span *out)
{
	int64_t n = (int64_t)count_texts(all) / 2, at = use->index;
	struct span name;

	if (use->has_index) {
		at += at < 0 ? n : 0;
		return at >= 0 && at < n && pick(all, 2 * at + 1, out);
	}
	for (int64_t i = 0; i < n; i++)
		if (pick(all, 2 * i, &name) && name.len == use->arg_name.len &&
		    !memcmp(name.p, use->arg_name.p, name.len))
			return pick(all, 2 * i + 1, out);
	return false;
}

static bool
get_id(const struct eval *ev, struct value *out)
{
	if (!mark_of(ev))
		return false;
	out->i = mark_of(ev)->id;
	return true;
}

static bool
get_time(const struct eval *ev, struct value *out)
{
	if (!mark_of(ev))
		return false;
	clock_time(ev->render->clock, ev->m->ev->ts_ns, ev->scratch);
	return value_scratch(ev, out);
}

static bool
put_start(const struct eval *ev, const struct trace_span *s, struct value *out)
{
	if (!s)
		return false;
	text_u64(ev->scratch, s->start_ns);
	return value_scratch(ev, out);
}

static bool
get_rawtime(const struct eval *ev, struct value *out)
{
	return put_start(ev, span_of(ev), out);
}

static bool
get_rawparenttime(const struct eval *ev, struct value *out)
{
	return put_start(ev, ev->m ? ev->m->span_around : NULL, out);
}

static bool
get_ntags(const struct eval *ev, struct value *out)
{
	if (!mark_of(ev))
		return false;
	out->u = count_texts(mark_of(ev)->tags);
	return out->u;
}

/* Arguments are pairs: name and value. */
static bool
get_nargs(const struct eval *ev, struct value *out)
{
	if (!span_of(ev) || !span_of(ev)->tags.len)
		return false;
	out->u = count_texts(span_of(ev)->args) / 2;
	return true;
}

static bool
get_tags(const struct eval *ev, struct value *out)
{
	if (!mark_of(ev) || !mark_of(ev)->tags.len)
		return false;
	put_tags(mark_of(ev)->tags, ev->scratch);
	return value_scratch(ev, out);
}

static bool
get_tag(const struct eval *ev, const struct field_use *use, struct value *out)
{
	return mark_of(ev) && pick(mark_of(ev)->tags, use->index, &out->s);
}

static bool
get_args(const struct eval *ev, struct value *out)
{
	if (!mark_of(ev) || !mark_of(ev)->tags.len)
		return false;
	put_args(mark_of(ev)->args, ev->scratch);
	return value_scratch(ev, out);
}

static bool
get_arg(const struct eval *ev, const struct field_use *use, struct value *out)
{
	return mark_of(ev) && pick_arg(mark_of(ev)->args, use, &out->s);
}

static bool
get_enterargs(const struct eval *ev, struct value *out)
{
	if (!span_of(ev) || !span_of(ev)->tags.len)
		return false;
	put_args(span_of(ev)->args, ev->scratch);
	return value_scratch(ev, out);
}

static bool
get_enterarg(const struct eval *ev, const struct field_use *use, struct value *out)
{
	return span_of(ev) && pick_arg(span_of(ev)->args, use, &out->s);
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

static bool
is_end(const struct eval *ev)
{
	return mark_of(ev) && mark_of(ev)->is_end;
}

static bool
get_duration(const struct eval *ev, struct value *out)
{
	if (!is_end(ev) || !span_of(ev) || ev->m->ev->ts_ns < span_of(ev)->start_ns)
		return false;
	out->u = ev->m->ev->ts_ns - span_of(ev)->start_ns;
	return true;
}

static bool
get_quantized(const struct eval *ev, struct value *out)
{
	if (!get_duration(ev, out) || !out->u)
		return false;
	out->u = clock_quantum(out->u);
	return true;
}

static bool
get_human(const struct eval *ev, struct value *out)
{
	if (!get_duration(ev, out))
		return false;
	clock_human(out->u, ev->scratch);
	return value_scratch(ev, out);
}

/* How many tags more than USE asks for has the mark? */
static int64_t
tags_beyond(const struct eval *ev, const struct field_use *use)
{
	return (int64_t)count_texts(mark_of(ev)->tags) - 1 - use->index;
}

static bool
get_duration_for(const struct eval *ev, const struct field_use *use, struct value *out)
{
	return get_duration(ev, out) && !tags_beyond(ev, use);
}

static bool
get_count(const struct eval *ev, struct value *out)
{
	out->u = is_end(ev);
	return mark_of(ev);
}

static bool
get_count_for(const struct eval *ev, const struct field_use *use, struct value *out)
{
	if (!mark_of(ev))
		return false;
	out->u = is_end(ev) && !tags_beyond(ev, use);
	return true;
}

static bool
get_childcount_for(const struct eval *ev, const struct field_use *use, struct value *out)
{
	if (!mark_of(ev))
		return false;
	out->u = is_end(ev) && tags_beyond(ev, use) > 0;
	return true;
}

#define OLD .scope = OF_ROW, .flags = FIELD_OLD
#define OLD_TABLE .scope = OF_ROW, .flags = FIELD_OLD | FIELD_TABLE_ONLY
#define TAG .arg = ARG_INDEX | ARG_NEEDED
#define ARG .arg = ARG_INDEX | ARG_DOT_NAME | ARG_NEEDED

static const struct field span_fields[] = {
	{ .name = "span.id", .type = T_INT, OLD, .get = get_id,
	  .doc = "Number of the span that a tracer marks: a text written to /dev/null." },
	{ .name = "span.time", .type = T_STR, OLD, .get = get_time,
	  .doc = "Time of day at which it was marked." },
	{ .name = "span.ntags", .type = T_UINT, OLD, .get = get_ntags,
	  .doc = "Number of tags of the span." },
	{ .name = "span.nargs", .type = T_UINT, OLD, .get = get_nargs,
	  .doc = "Number of arguments with which the span began." },
	{ .name = "span.tags", .type = T_STR, OLD, .get = get_tags,
	  .doc = "Tags of the span, with dots between them." },
	{ .name = "span.tag", .type = T_STR, OLD, TAG, .get_arg = get_tag,
	  .doc = "One tag, by its position; negative ones count from the end." },
	{ .name = "span.args", .type = T_STR, OLD, .get = get_args,
	  .doc = "Arguments of this mark, name=value with commas between them." },
	{ .name = "span.arg", .type = T_STR, OLD, ARG, .get_arg = get_arg,
	  .doc = "One argument of this mark, by its name or position." },
	{ .name = "span.enterargs", .type = T_STR, OLD, .get = get_enterargs,
	  .doc = "Arguments with which the span began." },
	{ .name = "span.enterarg", .type = T_STR, OLD, ARG, .get_arg = get_enterarg,
	  .doc = "One argument with which the span began." },
	{ .name = "span.duration", .type = T_SPAN, .unit = U_NS, OLD, .get = get_duration,
	  .doc = "How long the span took that ends here." },
	{ .name = "span.duration.quantized", .type = T_UINT, OLD_TABLE, .get = get_quantized,
	  .doc = "Its step on the scale of evt.latency.quantized." },
	{ .name = "span.duration.human", .type = T_STR, OLD, .get = get_human,
	  .doc = "span.duration in a unit that fits, such as 1.25ms." },
	{ .name = "span.duration.fortag", .type = T_SPAN, .unit = U_NS, OLD_TABLE, TAG,
	  .get_arg = get_duration_for, .doc = "The same, of spans with N+1 tags." },
	{ .name = "span.count", .type = T_UINT, OLD_TABLE, .get = get_count, .max = 1,
	  .doc = "1 at the end of a span, 0 at its start." },
	{ .name = "span.count.fortag", .type = T_UINT, OLD_TABLE, TAG, .max = 1,
	  .get_arg = get_count_for, .doc = "The same, of spans with N+1 tags." },
	{ .name = "span.childcount.fortag", .type = T_UINT, OLD_TABLE, TAG, .max = 1,
	  .get_arg = get_childcount_for, .doc = "The same, of spans with more than N+1 tags." },
	{ .name = "span.idtag", .type = T_STR, OLD_TABLE, TAG, .get_arg = get_idtag,
	  .doc = "Number of the span and its tag N, joined." },
	{ .name = "span.rawtime", .type = T_STR, OLD_TABLE, .get = get_rawtime,
	  .doc = "When the span began, in nanoseconds since the epoch." },
	{ .name = "span.rawparenttime", .type = T_STR, OLD_TABLE, .get = get_rawparenttime,
	  .doc = "When the span around it began: that with all tags but the last." },
};

const struct domain span_domain = {
	"span", span_fields, ARRAY_LEN(span_fields), "Tracers",
};

/* Whose spans a field is about. */
enum whose { OF_THREAD, OF_PROCESS, OF_PARENT, OF_ANYBODY };

/* Is S open for the event that EV looks at? */
static bool
is_around(const struct eval *ev, const struct trace_span *s, enum whose whose)
{
	const struct process *p = ev->m->proc;

	switch (whose) {
	case OF_ANYBODY:
		return true;
	case OF_PROCESS:
		return p && p->pid == s->pid;
	case OF_PARENT:
		return p && p->ppid == s->pid;
	default:
		return ev->m->ev->tid == s->tid;
	}
}

/* What ONE makes of each open span, the newest first. It gives false for none. */
static bool
each_around(const struct eval *ev, enum whose whose, const struct field_use *use,
	    struct value *out,
	    bool (*one)(const struct trace_span *s, const struct field_use *use,
			struct value *v))
{
	size_t n, n_found = 0;
	const struct trace_span *const *list = world_spans(ev->world, &n);

	if (!ev->m || !ev->list)
		return false;
	for (; n && n_found < FIELD_LIST_MAX; n--)
		n_found += is_around(ev, list[n - 1], whose) &&
			   one(list[n - 1], use, &ev->list[n_found]);
	out->list.v = ev->list;
	out->list.n = n_found;
	return n_found;
}

static bool
one_id(const struct trace_span *s, const struct field_use *use, struct value *v)
{
	(void)use;
	v->i = s->id;
	return true;
}

static bool
one_ntags(const struct trace_span *s, const struct field_use *use, struct value *v)
{
	(void)use;
	v->u = count_texts(s->tags);
	return true;
}

static bool
one_nargs(const struct trace_span *s, const struct field_use *use, struct value *v)
{
	(void)use;
	v->u = count_texts(s->args) / 2;
	return true;
}

static bool
one_tag(const struct trace_span *s, const struct field_use *use, struct value *v)
{
	return pick(s->tags, use->index, &v->s);
}

static bool
one_arg(const struct trace_span *s, const struct field_use *use, struct value *v)
{
	return pick_arg(s->args, use, &v->s);
}

/* The same for texts that are put together. */
static bool
list_around(const struct eval *ev, enum whose whose, struct value *out,
	    void (*put)(const struct trace_span *s, struct text *t))
{
	size_t n;
	const struct trace_span *const *open = world_spans(ev->world, &n);
	struct list list;

	if (!ev->m)
		return false;
	list_begin(ev, &list);
	for (; n; n--) {
		if (!is_around(ev, open[n - 1], whose))
			continue;
		put(open[n - 1], ev->scratch);
		if (!list_add(&list))
			break;
	}
	return list_end(&list, out);
}

static void
put_span_tags(const struct trace_span *s, struct text *t)
{
	put_tags(s->tags, t);
}

static void
put_span_args(const struct trace_span *s, struct text *t)
{
	put_args(s->args, t);
}

/* The getters for spans of one of WHOSE. */
#define GETTERS(prefix, whose) \
	static bool \
	prefix##id(const struct eval *ev, struct value *out) \
	{ \
		return each_around(ev, whose, NULL, out, one_id); \
	} \
	static bool \
	prefix##ntags(const struct eval *ev, struct value *out) \
	{ \
		return each_around(ev, whose, NULL, out, one_ntags); \
	} \
	static bool \
	prefix##nargs(const struct eval *ev, struct value *out) \
	{ \
		return each_around(ev, whose, NULL, out, one_nargs); \
	} \
	static bool \
	prefix##tags(const struct eval *ev, struct value *out) \
	{ \
		return list_around(ev, whose, out, put_span_tags); \
	} \
	static bool \
	prefix##tag(const struct eval *ev, const struct field_use *use, struct value *out) \
	{ \
		return each_around(ev, whose, use, out, one_tag); \
	} \
	static bool \
	prefix##args(const struct eval *ev, struct value *out) \
	{ \
		return list_around(ev, whose, out, put_span_args); \
	} \
	static bool \
	prefix##arg(const struct eval *ev, const struct field_use *use, struct value *out) \
	{ \
		return each_around(ev, whose, use, out, one_arg); \
	}

GETTERS(thread_, OF_THREAD)
GETTERS(process_, OF_PROCESS)
GETTERS(parent_, OF_PARENT)
GETTERS(any_, OF_ANYBODY)

#define IN .scope = OF_HISTORY, .many = FIELD_ANCESTORS, \
	   .flags = FIELD_OLD | FIELD_PLAIN | FIELD_EACH

/* The fields of one of WHOSE. */
#define AROUND(letter, prefix, whose) \
	{ .name = "evtin.span." letter "id", .type = T_INT, IN, .get = prefix##id, \
	  .doc = "Numbers of the open spans that " whose " began, the newest first." }, \
	{ .name = "evtin.span." letter "ntags", .type = T_UINT, IN, .get = prefix##ntags, \
	  .doc = "Number of tags of each open span that " whose " began." }, \
	{ .name = "evtin.span." letter "nargs", .type = T_UINT, IN, .get = prefix##nargs, \
	  .doc = "Number of arguments of each open span that " whose " began." }, \
	{ .name = "evtin.span." letter "tags", .type = T_STR, IN, .get = prefix##tags, \
	  .doc = "Tags of the open spans that " whose " began." }, \
	{ .name = "evtin.span." letter "tag", .type = T_STR, IN, TAG, .get_arg = prefix##tag, \
	  .doc = "One tag of each open span that " whose " began." }, \
	{ .name = "evtin.span." letter "args", .type = T_STR, IN, .get = prefix##args, \
	  .doc = "Arguments of the open spans that " whose " began." }, \
	{ .name = "evtin.span." letter "arg", .type = T_STR, IN, ARG, .get_arg = prefix##arg, \
	  .doc = "One argument of each open span that " whose " began." }

static const struct field evtin_fields[] = {
	AROUND("", thread_, "the thread"),
	AROUND("p.", process_, "the process"),
	AROUND("s.", parent_, "the parent of the process"),
	AROUND("m.", any_, "anybody"),
};

const struct domain evtin_domain = {
	"evtin", evtin_fields, ARRAY_LEN(evtin_fields), "Events inside of spans",
};
