#include <string.h>

#include "engine/event/cpu_time.h"
#include "engine/world/state.h"

/*
 * Events that no program made: containers, users, groups.
 */

/* False when nobody is in a container with this ID. */
static bool
container_of_text(const struct world *w, struct span id, uint32_t *index)
{
	const struct container *c = id.len ? containers_find(w->containers, id) : NULL;

	*index = c ? c->index : CONTAINER_HOST;
	return c || !id.len;
}

static void
learned(struct call *c, int64_t index)
{
	struct world *w = c->w;

	if (index <= 0)
		return;
	w->moment.container = (uint32_t)index;
	w->age.generation++;
	w->age.facts++;
	/* Nobody learns anything from a look-up that failed. */
	if (containers_get(w->containers, (uint32_t)index)->lookup == LOOKUP_FAILED)
		w->moment.is_internal = true;
	if (w->observer && w->observer->learned_container)
		w->observer->learned_container(w->ctx, containers_get(w->containers,
								      (uint32_t)index));
}

static void
apply_container(struct call *c)
{
	struct span id = call_text(c, R_ID);

	if (id.len)
		learned(c, containers_take_fields(c->w->containers, id,
						  (uint32_t)call_num(c, R_TYPE, 0),
						  call_text(c, R_NAME),
						  call_text(c, R_IMAGE)));
}

static void
apply_container_json(struct call *c)
{
	learned(c, containers_take_json(c->w->containers, call_text(c, R_JSON), NULL));
}

static void
apply_k8s(struct call *c)
{
	if (containers_take_k8s(c->w->containers, call_text(c, R_JSON), NULL) <= 0)
		return;
	c->w->age.generation++;
	c->w->age.facts++;
}

/* The event is no thread's, but tells of one. */
static void
take_time(struct call *c, struct span data)
{
	struct thread *t = thread_find(c->w, c->ev->tid);
	struct cpu_time time;

	if (!t || !cpu_time_parse(data, &time))
		return;
	t->cpu_user_ns = time.user_ns;
	t->cpu_system_ns = time.system_ns;
	if (time.has_faults) {
		t->pfmajor = time.pf_major;
		t->pfminor = time.pf_minor;
	}
	if (time.has_memory && t->proc->leader) {
		struct thread *leader = t->proc->leader;

		leader->vmsize_kb = time.vmsize_kb;
		leader->vmrss_kb = time.vmrss_kb;
		leader->vmswap_kb = time.vmswap_kb;
	}
}

static void
apply_async(struct call *c)
{
	struct span name = call_text(c, R_NAME);

	if (name.len == 9 && !memcmp(name.p, "container", 9))
		learned(c, containers_take_json(c->w->containers, call_text(c, R_DATA), NULL));
	else if (name.len == strlen(CPU_TIME_NAME) && !memcmp(name.p, CPU_TIME_NAME, name.len))
		take_time(c, call_text(c, R_DATA));
	else
		apply_scan_part(c);
}

static void
take_user(struct call *c, bool is_group, bool added)
{
	struct world *w = c->w;
	struct user u = {
		.uid = (uint32_t)call_num(c, is_group ? R_GID : R_UID, NO_UID),
		.gid = (uint32_t)call_num(c, R_GID, NO_UID),
		.is_group = is_group,
	};

	if (u.uid == NO_UID ||
	    !container_of_text(w, call_text(c, R_CONTAINER_ID), &u.container))
		return;
	w->age.generation++;
	w->age.facts++;
	if (!added) {
		users_del(w->users, u.container, u.uid, is_group);
		return;
	}
	u.name = name_of(w, call_text(c, R_NAME));
	if (!is_group) {
		u.home = name_of(w, call_text(c, R_HOME));
		u.shell = name_of(w, call_text(c, R_SHELL));
	}
	users_put(w->users, &u);
}

static void
apply_user_added(struct call *c)
{
	take_user(c, false, true);
}

static void
apply_user_deleted(struct call *c)
{
	take_user(c, false, false);
}

static void
apply_group_added(struct call *c)
{
	take_user(c, true, true);
}

static void
apply_group_deleted(struct call *c)
{
	take_user(c, true, false);
}

apply_fn *const meta_apply[EVENT_TYPES] = {
	[EV_CONTAINER_E] = apply_container,
	[EV_CONTAINER_JSON_E] = apply_container_json,
	[EV_CONTAINER_JSON_2_E] = apply_container_json,
	[EV_ASYNCEVENT_E] = apply_async,
	[EV_K8S_E] = apply_k8s,
	[EV_USER_ADDED_E] = apply_user_added, [EV_USER_DELETED_E] = apply_user_deleted,
	[EV_GROUP_ADDED_E] = apply_group_added, [EV_GROUP_DELETED_E] = apply_group_deleted,
};
