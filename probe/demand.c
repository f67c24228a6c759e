#include "probe/demand.h"

#include <string.h>

#include "engine/event/event.h"
#include "engine/event/syscall.h"
#include "probe/calls.h"
#include "probe/cgroup_place.h"

static bool
is_used(uint16_t id)
{
	return !(event_types[id].flags & EF_UNUSED);
}

static uint8_t
wants_type(const struct demand *d, uint16_t id, uint16_t code)
{
	uint8_t wants = 0;

	if (!is_used(id))
		return 0;
	if (!d->wants || d->wants(d->ctx, id, code))
		wants |= WIRE_WANT_MATCH;
	if (d->keeps && d->keeps(d->ctx, id))
		wants |= WIRE_WANT_STATE;
	return wants;
}

/* Why the call with NUMBER of this machine is sent: what becomes of it? */
static uint8_t
wants_call(const struct demand *d, uint32_t number)
{
	const struct syscall *s = calls_syscall(calls_machine(), number);
	uint16_t enter = s ? s->enter : EV_GENERIC_E, exit = s ? s->exit : EV_GENERIC_X;
	uint16_t code = s ? s->code : 0;
	uint8_t wants = wants_type(d, enter, code) | wants_type(d, exit, code);

	/* It returns through execve when it works. */
	if (exit == EV_EXECVEAT_X)
		wants |= wants_type(d, EV_EXECVE_19_X, code);
	return wants;
}

static void
apply_filter(const struct demand *d, const struct cgroup_place *place, struct wire_filter *out)
{
	memcpy(out->comms, d->comms, sizeof(out->comms));
	out->n_comms = d->n_comms;
	out->but_comms = d->but_comms;
	out->has_container = d->container[0] != '\0';
	memcpy(out->container, d->container, WIRE_ID_LEN);
	out->has_cgroup = d->cgroup != NULL;
	if (d->cgroup) {
		out->cgroup_id = place->id;
		out->cgroup_hierarchy = place->hierarchy;
	}
}

/* A call that is several is looked at for any of them. */
static void
want_inner(struct wire_config *config)
{
	for (uint32_t number = 0; number < WIRE_COMPAT_CALLS; number++) {
		const struct wire_spec *spec = &config->specs[number + WIRE_COMPAT_CALLS];

		for (uint32_t i = 0; i < spec->n_inner; i++) {
			uint32_t inner = config->inners[spec->inner + i].number;

			if (inner)
				config->number_wants[number] |= config->specs[inner].wants;
		}
	}
}

void
demand_apply(const struct demand *d, const struct cgroup_place *place,
	     struct wire_config *config)
{
	struct wire_filter *f = &config->filter;

	for (uint32_t number = 0; number < WIRE_CALLS; number++)
		config->specs[number].wants = wants_call(d, number);
	for (uint32_t number = 0; number < WIRE_COMPAT_CALLS; number++)
		config->number_wants[number] =
			config->specs[number].wants |
			config->specs[number + WIRE_COMPAT_CALLS].wants;
	want_inner(config);
	config->other_wants = wants_type(d, EV_GENERIC_E, 0) | wants_type(d, EV_GENERIC_X, 0);
	config->signal_wants = wants_type(d, EV_SIGNALDELIVER_E, 0);
	config->uring_wants = wants_type(d, EV_ASYNCEVENT_E, 0);
	config->cpu_wants = wants_type(d, EV_PROCINFO_E, 0);
	config->switch_wants = d->switches ? wants_type(d, EV_SCHEDSWITCH_6_E, 0) : 0;
	config->fault_wants = d->page_faults ? wants_type(d, EV_PAGE_FAULT_E, 0) : 0;
	apply_filter(d, place, f);
	f->is_set = config->only_marked || f->n_comms || f->has_container || f->has_cgroup;
}

void
demand_count(const struct wire_config *config, struct demand_count *out)
{
	*out = (struct demand_count){ 0 };
	for (uint32_t number = 0; number < WIRE_CALLS; number++) {
		unsigned wants = config->specs[number].wants;

		if (number >= WIRE_COMPAT_CALLS || !calls_syscall(calls_machine(), number))
			continue;
		out->n_calls++;
		out->n_asked += (wants & WIRE_WANT_MATCH) != 0;
		out->n_state += wants == WIRE_WANT_STATE;
	}
}
