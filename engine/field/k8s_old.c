#include "engine/base/intern.h"
#include "engine/base/mem.h"
#include "engine/base/text.h"
#include "engine/field/domain.h"
#include "engine/world/k8s_legacy.h"
#include "engine/world/world.h"

/*
 * What only the API server of Kubernetes knows. Programs of before 2023 asked it
 * and wrote its answers into their captures.
 */

/* Append the name ID behind a comma; 0 is none. */
static void
put_name(const struct eval *ev, uint32_t id)
{
	struct span s = intern_span(world_names(ev->world), id);

	if (!id)
		return;
	if (ev->scratch->len)
		text_str(ev->scratch, ", ");
	text_bytes(ev->scratch, s.p, s.len);
}

/* The objects of KIND around the pod that EV's container belongs to. How many. */
static size_t
related(const struct eval *ev, enum k8s_kind kind, const struct k8s_object *out[K8S_RELATED_MAX])
{
	const struct containers *all = world_containers(ev->world);
	const struct container *c = containers_get(all, ev->container);

	return c ? container_k8s(all, c, kind, out) : 0;
}

/* The text that the functions below put together. */
static bool
take_scratch(const struct eval *ev, struct value *out)
{
	return ev->scratch->len && value_scratch(ev, out);
}

static bool
get_name(const struct eval *ev, enum k8s_kind kind, struct value *out)
{
	const struct k8s_object *objects[K8S_RELATED_MAX];
	size_t n = related(ev, kind, objects);

	for (size_t i = 0; i < n; i++)
		put_name(ev, objects[i]->name);
	return take_scratch(ev, out);
}

static bool
get_id(const struct eval *ev, enum k8s_kind kind, struct value *out)
{
	const struct k8s_object *objects[K8S_RELATED_MAX];
	size_t n = related(ev, kind, objects);

	for (size_t i = 0; i < n; i++)
		put_name(ev, objects[i]->uid);
	return take_scratch(ev, out);
}

static bool
get_label(const struct eval *ev, enum k8s_kind kind, struct span key, struct value *out)
{
	const struct k8s_object *objects[K8S_RELATED_MAX];
	size_t n = related(ev, kind, objects);

	for (size_t i = 0; i < n; i++)
		put_name(ev, k8s_label(world_names(ev->world), objects[i], key));
	return take_scratch(ev, out);
}

static bool
get_labels(const struct eval *ev, enum k8s_kind kind, struct value *out)
{
	const struct k8s_object *objects[K8S_RELATED_MAX];
	size_t n = related(ev, kind, objects);

	for (size_t i = 0; i < n; i++) {
		for (size_t j = 0; j < objects[i]->n_labels; j++) {
			struct span value = intern_span(world_names(ev->world),
							objects[i]->labels[j].value);

			put_name(ev, objects[i]->labels[j].key);
			text_char(ev->scratch, ':');
			text_bytes(ev->scratch, value.p, value.len);
		}
	}
	return take_scratch(ev, out);
}

/* What all kinds have. */
#define GETTERS(kind, KIND) \
	static bool \
	get_##kind##_id(const struct eval *ev, struct value *out) \
	{ \
		return get_id(ev, KIND, out); \
	} \
	static bool \
	get_##kind##_label(const struct eval *ev, const struct field_use *use, struct value *out) \
	{ \
		return get_label(ev, KIND, use->arg_name, out); \
	} \
	static bool \
	get_##kind##_labels(const struct eval *ev, struct value *out) \
	{ \
		return get_labels(ev, KIND, out); \
	}

/* The name of the namespace is in k8s.c: containers tell it, too. */
#define NAMED_GETTERS(kind, KIND) \
	static bool \
	get_##kind##_name(const struct eval *ev, struct value *out) \
	{ \
		return get_name(ev, KIND, out); \
	} \
	GETTERS(kind, KIND)

GETTERS(ns, K8S_NS)
NAMED_GETTERS(rc, K8S_RC)
NAMED_GETTERS(rs, K8S_RS)
NAMED_GETTERS(svc, K8S_SVC)
NAMED_GETTERS(deployment, K8S_DEPLOYMENT)

#define OLD .type = T_STR, ON(CONTAINER), .flags = FIELD_OLD

static const struct field fields[] = {
	{ .name = "k8s.ns.id", OLD,
	  .get = get_ns_id, .doc = "Unique id of the namespace." },
	{ .name = "k8s.ns.label", OLD, .arg = ARG_LABEL | ARG_KEY | ARG_NEEDED,
	  .get_arg = get_ns_label, .doc = "One label of the namespace." },
	{ .name = "k8s.ns.labels", OLD,
	  .get = get_ns_labels, .doc = "Labels of the namespace, key:value with commas." },
	{ .name = "k8s.rc.name", OLD,
	  .get = get_rc_name, .doc = "Name of the replication controller of the pod." },
	{ .name = "k8s.rc.id", OLD,
	  .get = get_rc_id, .doc = "Unique id of the replication controller." },
	{ .name = "k8s.rc.label", OLD, .arg = ARG_LABEL | ARG_KEY | ARG_NEEDED,
	  .get_arg = get_rc_label, .doc = "One label of the replication controller." },
	{ .name = "k8s.rc.labels", OLD,
	  .get = get_rc_labels, .doc = "Labels of the replication controller." },
	{ .name = "k8s.rs.name", OLD,
	  .get = get_rs_name, .doc = "Name of the replica set of the pod." },
	{ .name = "k8s.rs.id", OLD,
	  .get = get_rs_id, .doc = "Unique id of the replica set." },
	{ .name = "k8s.rs.label", OLD, .arg = ARG_LABEL | ARG_KEY | ARG_NEEDED,
	  .get_arg = get_rs_label, .doc = "One label of the replica set." },
	{ .name = "k8s.rs.labels", OLD,
	  .get = get_rs_labels, .doc = "Labels of the replica set." },
	{ .name = "k8s.svc.name", OLD,
	  .get = get_svc_name, .doc = "Names of the services of the pod, with commas." },
	{ .name = "k8s.svc.id", OLD,
	  .get = get_svc_id, .doc = "Unique ids of the services." },
	{ .name = "k8s.svc.label", OLD, .arg = ARG_LABEL | ARG_KEY | ARG_NEEDED,
	  .get_arg = get_svc_label, .doc = "One label of each of the services." },
	{ .name = "k8s.svc.labels", OLD,
	  .get = get_svc_labels, .doc = "Labels of the services." },
	{ .name = "k8s.deployment.name", OLD,
	  .get = get_deployment_name, .doc = "Name of the deployment of the pod." },
	{ .name = "k8s.deployment.id", OLD,
	  .get = get_deployment_id, .doc = "Unique id of the deployment." },
	{ .name = "k8s.deployment.label", OLD, .arg = ARG_LABEL | ARG_KEY | ARG_NEEDED,
	  .get_arg = get_deployment_label, .doc = "One label of the deployment." },
	{ .name = "k8s.deployment.labels", OLD,
	  .get = get_deployment_labels, .doc = "Labels of the deployment." },
};

const struct domain k8s_old_domain = {
	"k8s", fields, ARRAY_LEN(fields), "Kubernetes: what its API server told old programs",
};
