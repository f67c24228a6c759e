#include "engine/world/container_table.h"

#include <stdlib.h>
#include <string.h>

#include "engine/base/intern.h"
#include "engine/base/mem.h"
#include "engine/world/cgroup.h"
#include "engine/world/k8s_legacy.h"

#define LABEL_POD_NAME "io.kubernetes.pod.name"
#define LABEL_POD_NAMESPACE "io.kubernetes.pod.namespace"
#define LABEL_POD_UID "io.kubernetes.pod.uid"
#define LABEL_SANDBOX "io.kubernetes.sandbox.id"

static uint32_t
value_of(const struct containers *c, const struct container_pair *pairs, size_t n,
	 const char *key)
{
	size_t len = strlen(key);

	for (size_t i = 0; i < n; i++) {
		struct span s = intern_span(c->pool, pairs[i].key);

		if (s.len == len && !memcmp(s.p, key, len))
			return pairs[i].value;
	}
	return 0;
}

uint32_t
container_label(const struct containers *c, const struct container *x, const char *key)
{
	return value_of(c, x->labels, x->n_labels, key);
}

/* The container that holds the pod of X together, or NULL. */
static const struct container *
sandbox_of(const struct containers *c, const struct container *x)
{
	uint32_t id = x->pod_sandbox_id ? x->pod_sandbox_id
					: container_label(c, x, LABEL_SANDBOX);
	struct span s = intern_span(c->pool, id);
	const struct container *sandbox;

	if (s.len > CGROUP_ID_SHOWN)
		s.len = CGROUP_ID_SHOWN;
	sandbox = containers_find(c, s);
	return sandbox == x ? NULL : sandbox;
}

/* Label KEY, which containers of a pod have like its sandbox. */
static uint32_t
pod_fact(const struct containers *c, const struct container *x, const char *key)
{
	uint32_t value = container_label(c, x, key);
	const struct container *sandbox;

	if (value)
		return value;
	value = value_of(c, x->pod_labels, x->n_pod_labels, key);
	if (value)
		return value;
	sandbox = sandbox_of(c, x);
	return sandbox ? container_label(c, sandbox, key) : 0;
}

const struct k8s_object *
container_k8s_pod(const struct containers *c, const struct container *x)
{
	return c->k8s ? k8s_find_pod(c->k8s, &(struct k8s_hints){
				     .uid = pod_fact(c, x, LABEL_POD_UID),
				     .ns = pod_fact(c, x, LABEL_POD_NAMESPACE),
				     .name = pod_fact(c, x, LABEL_POD_NAME),
				     .container = x->id }) : NULL;
}

size_t
container_k8s(const struct containers *c, const struct container *x, unsigned kind,
	      const struct k8s_object **out)
{
	const struct k8s_object *pod = container_k8s_pod(c, x);

	return pod ? k8s_related(c->k8s, pod, (enum k8s_kind)kind, out) : 0;
}

int
containers_take_k8s(struct containers *c, struct span json, struct err *err)
{
	if (!c->k8s)
		c->k8s = k8s_new(c->pool);
	return k8s_take_json(c->k8s, json, err);
}

uint32_t
container_pod_name(const struct containers *c, const struct container *x)
{
	uint32_t name = pod_fact(c, x, LABEL_POD_NAME);
	const struct k8s_object *pod = name ? NULL : container_k8s_pod(c, x);

	return pod ? pod->name : name;
}

uint32_t
container_pod_namespace(const struct containers *c, const struct container *x)
{
	uint32_t ns = pod_fact(c, x, LABEL_POD_NAMESPACE);
	const struct k8s_object *pod = ns ? NULL : container_k8s_pod(c, x);

	return pod ? pod->ns : ns;
}

uint32_t
container_pod_uid(const struct containers *c, const struct container *x)
{
	uint32_t uid = pod_fact(c, x, LABEL_POD_UID);
	const struct k8s_object *pod = uid ? NULL : container_k8s_pod(c, x);

	return pod ? pod->uid : uid;
}

uint32_t
container_pod_ip(const struct containers *c, const struct container *x)
{
	const struct container *sandbox = sandbox_of(c, x);

	if (!sandbox && !x->pod_sandbox_id && !x->is_pod_sandbox && !container_pod_name(c, x))
		return 0;
	if (x->cni_json && x->ip)
		return x->ip;
	return sandbox && sandbox->ip ? sandbox->ip : x->ip;
}

/* Who has the labels of X's pod: in pod_labels or, as the sandbox, its OWN. */
static const struct container *
labelled(const struct containers *c, const struct container *x, bool *own)
{
	*own = false;
	if (x->n_pod_labels)
		return x;
	*own = true;
	return x->is_pod_sandbox ? x : sandbox_of(c, x);
}

uint32_t
container_pod_label(const struct containers *c, const struct container *x, const char *key)
{
	struct span text = { (const uint8_t *)key, strlen(key) };
	const struct k8s_object *pod;
	bool own;
	const struct container *from = labelled(c, x, &own);

	if (from && own)
		return value_of(c, from->labels, from->n_labels, key);
	if (from)
		return value_of(c, from->pod_labels, from->n_pod_labels, key);
	pod = container_k8s_pod(c, x);
	return pod ? k8s_label(c->pool, pod, text) : 0;
}

const struct container_pair *
container_pod_labels(const struct containers *c, const struct container *x, size_t *n)
{
	bool own;
	const struct container *from = labelled(c, x, &own);
	const struct k8s_object *pod = from ? NULL : container_k8s_pod(c, x);
	const struct container_entry *e;

	*n = pod ? pod->n_labels : 0;
	if (!from)
		return pod ? pod->labels : NULL;
	e = c->entries[from->index - 1];
	*n = own ? e->n_shown_labels : e->n_shown_pod_labels;
	return own ? e->shown_labels : e->shown_pod_labels;
}

static bool
is_machinery(struct span key)
{
	static const char *const prefixes[] = { "annotation.", "io.kubernetes." };

	for (size_t i = 0; i < ARRAY_LEN(prefixes); i++) {
		size_t len = strlen(prefixes[i]);

		if (key.len >= len && !memcmp(key.p, prefixes[i], len))
			return true;
	}
	return false;
}

static struct container_pair *
shown_of(const struct containers *c, const struct container_pair *pairs, size_t n,
	 size_t *n_shown)
{
	struct container_pair *shown = xreallocarray(NULL, n, sizeof(*shown));

	*n_shown = 0;
	for (size_t i = 0; i < n; i++)
		if (!is_machinery(intern_span(c->pool, pairs[i].key)))
			shown[(*n_shown)++] = pairs[i];
	return shown;
}

void
container_show_labels(struct containers *c, struct container_entry *e)
{
	free(e->shown_labels);
	free(e->shown_pod_labels);
	e->shown_labels = shown_of(c, e->c.labels, e->c.n_labels, &e->n_shown_labels);
	e->shown_pod_labels =
		shown_of(c, e->c.pod_labels, e->c.n_pod_labels, &e->n_shown_pod_labels);
}
