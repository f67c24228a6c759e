#include "ui/cli/pushdown.h"

#include <string.h>

#include "engine/base/text.h"
#include "engine/filter/filter.h"
#include "engine/world/world.h"

static bool
wants(void *ctx, uint16_t id, uint16_t code)
{
	const struct pushdown *p = ctx;

	return filter_wants_call(p->filter, id, code);
}

static bool
keeps(void *ctx, uint16_t id)
{
	(void)ctx;
	return world_needs_type(id);
}

/* Names that are longer than any thread's do not match and need no place. */
static void
push_comms(struct demand *d, const struct filter *f)
{
	struct filter_values names;

	if (!filter_values(f, "proc.name", &names) || names.n > WIRE_COMMS)
		return;
	for (size_t i = 0; i < names.n; i++) {
		if (names.list[i].len >= WIRE_COMM_LEN)
			continue;
		memcpy(d->comms[d->n_comms++], names.list[i].p, names.list[i].len);
	}
	/* All of them were: a name that no thread has. */
	if (!d->n_comms && !names.are_excluded)
		memset(d->comms[d->n_comms++], '\xff', WIRE_COMM_LEN - 1);
	d->but_comms = names.are_excluded;
}

static bool
is_id(struct span s)
{
	for (size_t i = 0; i < s.len; i++)
		if (!(s.p[i] >= '0' && s.p[i] <= '9') && !(s.p[i] >= 'a' && s.p[i] <= 'f'))
			return false;
	return s.len == WIRE_ID_LEN;
}

/* The id stands in the name of a cgroup where it is made of digits. */
static void
push_container(struct demand *d, const struct filter *f)
{
	struct filter_values ids;

	if (filter_values(f, "container.id", &ids) && ids.n == 1 && !ids.are_excluded &&
	    is_id(ids.list[0]))
		memcpy(d->container, ids.list[0].p, WIRE_ID_LEN);
}

/* Does F want events that are called NAME and not just anything? */
static bool
names_type(const struct filter *f, const char *name)
{
	size_t len = strlen(name);
	struct filter_values types;

	if (!f || !filter_values(f, "evt.type", &types) || types.are_excluded)
		return false;
	for (size_t i = 0; i < types.n; i++)
		if (types.list[i].len == len && !memcmp(types.list[i].p, name, len))
			return true;
	return false;
}

void
pushdown_init(struct pushdown *p, const struct pushdown_options *o)
{
	*p = (struct pushdown){ .filter = o->filter, .demand.cgroup = o->cgroup };
	p->demand.switches = o->switches || names_type(o->filter, "switch");
	p->demand.page_faults = o->page_faults || names_type(o->filter, "page_fault");
	/* How long ago the event before was takes all of them. */
	if (!o->filter || o->all_events || strstr(filter_text(o->filter), "evt.deltatime"))
		return;
	p->demand.wants = wants;
	p->demand.keeps = o->no_state ? NULL : keeps;
	p->demand.ctx = p;
	push_comms(&p->demand, o->filter);
	push_container(&p->demand, o->filter);
}

static void
tell_comms(const struct demand *d, struct text *t)
{
	text_str(t, d->but_comms ? ", not of" : ", of");
	for (unsigned i = 0; i < d->n_comms; i++) {
		text_str(t, i ? ", " : " ");
		text_safe(t, d->comms[i], strlen(d->comms[i]));
	}
}

void
pushdown_tell(const struct pushdown *p, const struct demand_count *count, struct text *t)
{
	const struct demand *d = &p->demand;

	if (!d->wants && !d->cgroup)
		text_str(t, "the kernel sends all events");
	else
		text_fmt(t, "the kernel sends %u of %u kinds of calls", count->n_asked,
			 count->n_calls);
	if (d->n_comms)
		tell_comms(d, t);
	if (d->container[0])
		text_fmt(t, ", of container %s", d->container);
	if (d->cgroup) {
		text_str(t, ", of cgroup ");
		text_safe(t, d->cgroup, strlen(d->cgroup));
	}
	if (count->n_state)
		text_fmt(t, "; %u more for the state", count->n_state);
	text_str(t, d->wants || d->cgroup ? "; the filter decides about the rest" : "");
}
