#include <string.h>

#include "engine/base/intern.h"
#include "engine/base/mem.h"
#include "engine/base/text.h"
#include "engine/field/domain.h"
#include "engine/world/world.h"

#define SHORT_ID_LEN 12
#define LABEL_LEN_MAX 512

static const struct container *
find(const struct eval *ev)
{
	return containers_get(world_containers(ev->world), ev->container);
}

/* Ask FUNCTION for a name of the pod that the container belongs to. */
static bool
of_pod(const struct eval *ev,
       uint32_t (*function)(const struct containers *, const struct container *),
       struct value *out)
{
	const struct container *c = find(ev);

	return c && value_name(ev, function(world_containers(ev->world), c), out);
}

static bool
get_pod_name(const struct eval *ev, struct value *out)
{
	return of_pod(ev, container_pod_name, out);
}

static bool
get_pod_uid(const struct eval *ev, struct value *out)
{
	return of_pod(ev, container_pod_uid, out);
}

static bool
get_pod_ip(const struct eval *ev, struct value *out)
{
	return of_pod(ev, container_pod_ip, out);
}

static bool
get_ns_name(const struct eval *ev, struct value *out)
{
	return of_pod(ev, container_pod_namespace, out);
}

static bool
get_full_sandbox_id(const struct eval *ev, struct value *out)
{
	const struct container *c = find(ev);

	return c && value_name(ev, c->pod_sandbox_id, out);
}

static bool
get_sandbox_id(const struct eval *ev, struct value *out)
{
	if (!get_full_sandbox_id(ev, out))
		return false;
	if (out->s.len > SHORT_ID_LEN)
		out->s.len = SHORT_ID_LEN;
	return true;
}

static bool
get_pod_labels(const struct eval *ev, struct value *out)
{
	const struct container *c = find(ev);
	const struct container_pair *labels;
	size_t n = 0;

	if (!c)
		return false;
	labels = container_pod_labels(world_containers(ev->world), c, &n);
	for (size_t i = 0; i < n; i++) {
		struct span key = intern_span(world_names(ev->world), labels[i].key);
		struct span value = intern_span(world_names(ev->world), labels[i].value);

		if (ev->scratch->len)
			text_str(ev->scratch, ", ");
		text_bytes(ev->scratch, key.p, key.len);
		text_char(ev->scratch, ':');
		text_bytes(ev->scratch, value.p, value.len);
	}
	return ev->scratch->len && value_scratch(ev, out);
}

static bool
get_pod_label(const struct eval *ev, const struct field_use *use, struct value *out)
{
	const struct container *c = find(ev);
	char key[LABEL_LEN_MAX + 1];

	if (!c || use->arg_name.len > LABEL_LEN_MAX)
		return false;
	memcpy(key, use->arg_name.p, use->arg_name.len);
	key[use->arg_name.len] = '\0';
	return value_name(ev, container_pod_label(world_containers(ev->world), c, key), out);
}

static bool
get_pod_cni(const struct eval *ev, struct value *out)
{
	const struct container *c = find(ev);

	return c && value_name(ev, c->cni_json, out);
}

static const struct field fields[] = {
	{ .name = "k8s.pod.name", .type = T_STR, ON(CONTAINER), .get = get_pod_name,
	  .doc = "Name of the Kubernetes pod." },
	{ .name = "k8s.pod.id", .type = T_STR, ON(CONTAINER), .get = get_pod_uid,
	  .doc = "Unique id of the pod." },
	{ .name = "k8s.pod.uid", .type = T_STR, ON(CONTAINER), .get = get_pod_uid,
	  .doc = "Another name of k8s.pod.id." },
	{ .name = "k8s.pod.ip", .type = T_STR, ON(CONTAINER), .get = get_pod_ip,
	  .doc = "Address of the pod." },
	{ .name = "k8s.pod.sandbox_id", .type = T_STR, ON(CONTAINER), .get = get_sandbox_id,
	  .doc = "Short id of the container that holds the pod." },
	{ .name = "k8s.pod.full_sandbox_id", .type = T_STR, ON(CONTAINER),
	  .get = get_full_sandbox_id, .doc = "Whole id of the container that holds the pod." },
	{ .name = "k8s.pod.labels", .type = T_STR, ON(CONTAINER), .get = get_pod_labels,
	  .doc = "Labels of the pod, key:value with commas." },
	{ .name = "k8s.pod.label", .type = T_STR, ON(CONTAINER),
	  .arg = ARG_LABEL | ARG_KEY | ARG_NEEDED, .get_arg = get_pod_label,
	  .doc = "One label of the pod, such as k8s.pod.label.app." },
	{ .name = "k8s.pod.cni.json", .type = T_STR, ON(CONTAINER), .get = get_pod_cni,
	  .doc = "What set up the network of the pod said, as JSON." },
	{ .name = "k8s.ns.name", .type = T_STR, ON(CONTAINER), .get = get_ns_name,
	  .doc = "Namespace of the pod." },
};

const struct domain k8s_domain = {
	"k8s", fields, ARRAY_LEN(fields), "Kubernetes: what containers tell of their pods",
};
