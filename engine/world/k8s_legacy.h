/*
 * k8s_legacy - what the API server of Kubernetes told programs of before 2023.
 *
 * They asked it and wrote its answers into captures: pods, controllers,
 * services, deployments, namespaces. Here they are kept by their uid, and found
 * by what a pod has to do with them: it names its owner, a selector fits its
 * labels, or it is in a namespace. What containers tell of themselves is
 * container.h's business.
 *
 * The shape of an answer is that of the API: one `object` of a watch, or `items`
 * of one `kind`, whose facts may also stand without `metadata` around them.
 */
#ifndef ENGINE_WORLD_K8S_LEGACY_H
#define ENGINE_WORLD_K8S_LEGACY_H

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

#include "engine/base/err.h"
#include "engine/base/reader.h"
#include "engine/world/container.h"

enum k8s_kind {
	K8S_POD, K8S_RC, K8S_RS, K8S_SVC, K8S_DEPLOYMENT, K8S_NS, K8S_KINDS,
};

/* Real ones have a dozen labels, one owner and one or two services; what is
 * beyond is left out. */
#define K8S_PAIRS_MAX 64u
#define K8S_OWNERS_MAX 8u
#define K8S_RELATED_MAX 16u
/* Of one kind; pods are never searched one by one. */
#define K8S_PODS_MAX 65536u
#define K8S_OBJECTS_MAX 4096u

/* Owned by its struct k8s, and never freed before it. Text is interned, 0: not
 * known. */
struct k8s_object {
	enum k8s_kind kind;
	bool is_gone;			/* it was deleted */
	uint32_t uid, name, ns;
	struct container_pair *labels;
	size_t n_labels;
	struct container_pair *selector;	/* of what has pods */
	size_t n_selector;
	uint32_t owners[K8S_OWNERS_MAX];	/* uids */
	size_t n_owners;
	uint32_t *containers;		/* ids as shown, of a pod */
	size_t n_containers;
};

struct intern;
struct k8s;

/* POOL is borrowed: it must outlive the rest. */
struct k8s *k8s_new(struct intern *pool);
void k8s_free(struct k8s *k);		/* NULL is fine */
/* A copy to be read while K changes. The caller owns it. */
struct k8s *k8s_copy(const struct k8s *k);

/* Take the JSON of one event. How many objects it told of, or a negative errno
 * with *err set when it is no such JSON. */
int k8s_take_json(struct k8s *k, struct span json, struct err *err);

/* How a pod may be found: any of it may be 0. */
struct k8s_hints {
	uint32_t uid, ns, name;
	uint32_t container;		/* the id, as shown, of a container in it */
};
const struct k8s_object *k8s_find_pod(const struct k8s *k, const struct k8s_hints *hints);

/* The objects of KIND that POD belongs to, K8S_RELATED_MAX at most, in OUT. How
 * many. */
size_t k8s_related(const struct k8s *k, const struct k8s_object *pod, enum k8s_kind kind,
		   const struct k8s_object *out[K8S_RELATED_MAX]);

/* The value of label KEY of O, or 0. NAMES is the pool. */
uint32_t k8s_label(const struct intern *names, const struct k8s_object *o, struct span key);

/* Mark every name in use (intern_mark). */
void k8s_mark(const struct k8s *k);

#endif
