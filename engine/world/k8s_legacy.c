#include "engine/world/k8s_legacy.h"

#include <errno.h>
#include <jansson.h>
#include <stdlib.h>
#include <string.h>

#include "engine/base/hash.h"
#include "engine/base/intern.h"
#include "engine/base/mem.h"
#include "engine/world/cgroup.h"
#include "engine/world/json_guard.h"

struct objects {
	struct k8s_object **list;	/* owned */
	size_t n, cap;
};

struct k8s {
	struct intern *pool;		/* borrowed */
	struct objects of[K8S_KINDS];
	struct map by_uid;		/* uid: the object */
	struct map by_name;		/* namespace and name: the pod */
	struct map by_container;	/* id of a container: its pod */
};

static const char *const kind_names[K8S_KINDS] = {
	"Pod", "ReplicationController", "ReplicaSet", "Service", "Deployment", "Namespace",
};

struct k8s *
k8s_new(struct intern *pool)
{
	struct k8s *k = xzalloc(sizeof(*k));

	k->pool = pool;
	k->by_uid.seed = k->by_name.seed = k->by_container.seed = hash_seed();
	return k;
}

static void
object_free(struct k8s_object *o)
{
	free(o->labels);
	free(o->selector);
	free(o->containers);
	free(o);
}

void
k8s_free(struct k8s *k)
{
	if (!k)
		return;
	for (size_t kind = 0; kind < K8S_KINDS; kind++) {
		for (size_t i = 0; i < k->of[kind].n; i++)
			object_free(k->of[kind].list[i]);
		free(k->of[kind].list);
	}
	map_fini(&k->by_uid);
	map_fini(&k->by_name);
	map_fini(&k->by_container);
	free(k);
}

static uint32_t
name_of(struct k8s *k, const json_t *v)
{
	return json_is_string(v) && json_string_length(v) ?
	       intern(k->pool, json_string_value(v), json_string_length(v)) : 0;
}

/* The kind called NAME, or called so with "List" behind it; K8S_KINDS: none. */
static enum k8s_kind
kind_of(const json_t *v)
{
	const char *name = json_string_value(v);
	size_t kind = 0;

	for (; name && kind < K8S_KINDS; kind++) {
		size_t len = strlen(kind_names[kind]);

		if (!strncmp(name, kind_names[kind], len) &&
		    (!name[len] || !strcmp(name + len, "List")))
			break;
	}
	return name ? (enum k8s_kind)kind : K8S_KINDS;
}

/* A map of texts, K8S_PAIRS_MAX at most. The array is the caller's. */
static struct container_pair *
pairs_of(struct k8s *k, json_t *v, size_t *n)
{
	struct container_pair *pairs = xzalloc(K8S_PAIRS_MAX * sizeof(*pairs));
	const char *key;
	json_t *value;

	*n = 0;
	json_object_foreach (v, key, value) {
		if (!json_is_string(value) || *n == K8S_PAIRS_MAX)
			continue;
		pairs[*n].key = intern_str(k->pool, key);
		pairs[(*n)++].value = intern(k->pool, json_string_value(value),
					     json_string_length(value));
	}
	return xreallocarray(pairs, *n ? *n : 1, sizeof(*pairs));
}

static void
take_owners(struct k8s *k, struct k8s_object *o, const json_t *list)
{
	o->n_owners = 0;
	for (size_t i = 0; i < json_array_size(list) && o->n_owners < K8S_OWNERS_MAX; i++) {
		uint32_t uid = name_of(k, json_object_get(json_array_get(list, i), "uid"));

		o->owners[o->n_owners] = uid;
		o->n_owners += uid != 0;
	}
}

/* "docker://0123..." as the id is shown, or 0. */
static uint32_t
container_id(struct k8s *k, const json_t *v)
{
	const char *text = json_string_value(v), *id = text ? strstr(text, "://") : NULL;
	size_t len;

	id = id ? id + 3 : text;
	len = id ? strlen(id) : 0;
	if (!len)
		return 0;
	return intern(k->pool, id, len < CGROUP_ID_SHOWN ? len : CGROUP_ID_SHOWN);
}

static void
take_containers(struct k8s *k, struct k8s_object *o, const json_t *list)
{
	size_t n = json_array_size(list);

	for (size_t i = 0; i < o->n_containers; i++)
		if (map_get(&k->by_container, o->containers[i]) == o)
			map_del(&k->by_container, o->containers[i]);
	free(o->containers);
	o->containers = xzalloc((n ? n : 1) * sizeof(*o->containers));
	o->n_containers = 0;
	for (size_t i = 0; i < n; i++) {
		uint32_t id = container_id(k, json_object_get(json_array_get(list, i),
							      "containerID"));

		if (!id)
			continue;
		o->containers[o->n_containers++] = id;
		map_put(&k->by_container, id, o);
	}
}

static uint64_t
name_key(uint32_t ns, uint32_t name)
{
	return (uint64_t)ns << 32 | name;
}

/* Let a pod be found by what it is called now. */
static void
take_name(struct k8s *k, struct k8s_object *o, uint32_t ns, uint32_t name)
{
	if (o->kind == K8S_POD && map_get(&k->by_name, name_key(o->ns, o->name)) == o)
		map_del(&k->by_name, name_key(o->ns, o->name));
	o->ns = ns;
	o->name = name;
	if (o->kind == K8S_POD)
		map_put(&k->by_name, name_key(ns, name), o);
}

/* The object with UID, a new one when there is none; NULL when there are too
 * many, or it was of another kind. */
static struct k8s_object *
object_of(struct k8s *k, enum k8s_kind kind, uint32_t uid)
{
	struct k8s_object *o = map_get(&k->by_uid, uid);
	struct objects *all = &k->of[kind];

	if (o)
		return o->kind == kind ? o : NULL;
	if (all->n == (kind == K8S_POD ? K8S_PODS_MAX : K8S_OBJECTS_MAX))
		return NULL;
	o = xzalloc(sizeof(*o));
	o->kind = kind;
	o->uid = uid;
	xgrow(&all->list, &all->cap, all->n + 1, sizeof(*all->list));
	all->list[all->n++] = o;
	map_put(&k->by_uid, uid, o);
	return o;
}

/* KEY of the part INNER of ITEM, or of ITEM itself. */
static json_t *
fact(const json_t *item, const char *inner, const char *key)
{
	json_t *v = json_object_get(json_object_get(item, inner), key);

	return v ? v : json_object_get(item, key);
}

/* Take one object. Whether it was one. */
static bool
take_item(struct k8s *k, enum k8s_kind kind, const json_t *item, bool is_gone)
{
	uint32_t uid = name_of(k, fact(item, "metadata", "uid"));
	struct k8s_object *o = kind < K8S_KINDS && uid ? object_of(k, kind, uid) : NULL;
	json_t *selector = fact(item, "spec", "selector"), *inner;

	if (!o)
		return false;
	o->is_gone = is_gone;
	if (is_gone)
		return true;
	inner = json_object_get(selector, "matchLabels");
	take_name(k, o, name_of(k, fact(item, "metadata", "namespace")),
		  name_of(k, fact(item, "metadata", "name")));
	free(o->labels);
	free(o->selector);
	o->labels = pairs_of(k, fact(item, "metadata", "labels"), &o->n_labels);
	o->selector = pairs_of(k, json_is_object(inner) ? inner : selector, &o->n_selector);
	take_owners(k, o, fact(item, "metadata", "ownerReferences"));
	if (kind == K8S_POD)
		take_containers(k, o, fact(item, "status", "containerStatuses"));
	return true;
}

/* Whether the event says of its objects that they are no more. */
static bool
tells_of_end(const json_t *root)
{
	const char *reason = json_string_value(json_object_get(root, "reason"));
	const char *type = json_string_value(json_object_get(root, "type"));

	return (reason && strstr(reason, "DELETED")) || (type && !strcmp(type, "DELETED"));
}

int
k8s_take_json(struct k8s *k, struct span json, struct err *err)
{
	json_t *root = json_guard_load(json, err), *items, *object;
	bool is_gone = root && tells_of_end(root);
	int n = 0;

	if (!root)
		return -EBADMSG;
	items = json_object_get(root, "items");
	object = json_object_get(root, "object");
	for (size_t i = 0; i < json_array_size(items); i++) {
		const json_t *item = json_array_get(items, i), *kind;

		kind = json_object_get(item, "kind");
		n += take_item(k, kind_of(kind ? kind : json_object_get(root, "kind")), item,
			       is_gone);
	}
	if (json_is_object(object))
		n += take_item(k, kind_of(json_object_get(object, "kind")), object, is_gone);
	json_decref(root);
	return n;
}

const struct k8s_object *
k8s_find_pod(const struct k8s *k, const struct k8s_hints *hints)
{
	const struct k8s_object *o = hints->uid ? map_get(&k->by_uid, hints->uid) : NULL;

	if (!o && hints->name)
		o = map_get(&k->by_name, name_key(hints->ns, hints->name));
	if (!o && hints->container)
		o = map_get(&k->by_container, hints->container);
	return o && o->kind == K8S_POD && !o->is_gone ? o : NULL;
}

static void *
array_copy(const void *p, size_t n, size_t size)
{
	void *copy = n ? xreallocarray(NULL, n, size) : NULL;

	if (n)
		memcpy(copy, p, n * size);
	return copy;
}

/* Let KEYS of the copy K lead to the copies of what they led to. */
static void
copy_keys(const struct k8s *k, struct map *keys, const struct map *from)
{
	uint64_t key;
	void *o;

	for (size_t at = 0; map_next(from, &at, &key, &o);)
		map_put(keys, key, map_get(&k->by_uid, ((struct k8s_object *)o)->uid));
}

struct k8s *
k8s_copy(const struct k8s *k)
{
	struct k8s *copy = k8s_new(k->pool);

	for (size_t kind = 0; kind < K8S_KINDS; kind++) {
		struct objects *all = &copy->of[kind];

		xgrow(&all->list, &all->cap, k->of[kind].n, sizeof(*all->list));
		for (; all->n < k->of[kind].n; all->n++) {
			const struct k8s_object *from = k->of[kind].list[all->n];
			struct k8s_object *o = array_copy(from, 1, sizeof(*from));

			o->labels = array_copy(o->labels, o->n_labels, sizeof(o->labels[0]));
			o->selector = array_copy(o->selector, o->n_selector,
						 sizeof(o->selector[0]));
			o->containers = array_copy(o->containers, o->n_containers,
						   sizeof(o->containers[0]));
			all->list[all->n] = o;
			map_put(&copy->by_uid, o->uid, o);
		}
	}
	copy_keys(copy, &copy->by_name, &k->by_name);
	copy_keys(copy, &copy->by_container, &k->by_container);
	return copy;
}

static bool
is_owned_by(const struct k8s_object *o, uint32_t uid)
{
	for (size_t i = 0; i < o->n_owners; i++)
		if (o->owners[i] == uid)
			return true;
	return false;
}

/* Is UID the owner of an owner of POD? */
static bool
is_above(const struct k8s *k, const struct k8s_object *pod, uint32_t uid)
{
	for (size_t i = 0; i < pod->n_owners; i++) {
		const struct k8s_object *owner = map_get(&k->by_uid, pod->owners[i]);

		if (owner && is_owned_by(owner, uid))
			return true;
	}
	return false;
}

/* Does the selector of O choose POD? An empty one chooses nothing. */
static bool
selects(const struct k8s_object *o, const struct k8s_object *pod)
{
	for (size_t i = 0; i < o->n_selector; i++) {
		size_t j = 0;

		while (j < pod->n_labels && (pod->labels[j].key != o->selector[i].key ||
					     pod->labels[j].value != o->selector[i].value))
			j++;
		if (j == pod->n_labels)
			return false;
	}
	return o->n_selector > 0;
}

static bool
has_pod(const struct k8s *k, const struct k8s_object *o, const struct k8s_object *pod)
{
	if (o->is_gone)
		return false;
	if (o->kind == K8S_NS)
		return o->name && o->name == pod->ns;
	if (o->ns != pod->ns)
		return false;
	switch (o->kind) {
	case K8S_RC:
	case K8S_RS:
		return pod->n_owners ? is_owned_by(pod, o->uid) : selects(o, pod);
	case K8S_DEPLOYMENT:
		return is_above(k, pod, o->uid) || selects(o, pod);
	default:
		return selects(o, pod);
	}
}

size_t
k8s_related(const struct k8s *k, const struct k8s_object *pod, enum k8s_kind kind,
	    const struct k8s_object *out[K8S_RELATED_MAX])
{
	const struct objects *all = &k->of[kind];
	size_t n = 0;

	if (kind == K8S_POD) {
		out[0] = pod;
		return 1;
	}
	for (size_t i = 0; i < all->n && n < K8S_RELATED_MAX; i++)
		if (has_pod(k, all->list[i], pod))
			out[n++] = all->list[i];
	return n;
}

uint32_t
k8s_label(const struct intern *names, const struct k8s_object *o, struct span key)
{
	for (size_t i = 0; i < o->n_labels; i++) {
		struct span own = intern_span(names, o->labels[i].key);

		if (own.len == key.len && !memcmp(own.p, key.p, key.len))
			return o->labels[i].value;
	}
	return 0;
}

static void
mark_pairs(struct intern *pool, const struct container_pair *pairs, size_t n)
{
	for (size_t i = 0; i < n; i++) {
		intern_mark(pool, pairs[i].key);
		intern_mark(pool, pairs[i].value);
	}
}

static void
mark(struct intern *pool, const struct k8s_object *o)
{
	intern_mark(pool, o->uid);
	intern_mark(pool, o->name);
	intern_mark(pool, o->ns);
	mark_pairs(pool, o->labels, o->n_labels);
	mark_pairs(pool, o->selector, o->n_selector);
	for (size_t i = 0; i < o->n_owners; i++)
		intern_mark(pool, o->owners[i]);
	for (size_t i = 0; i < o->n_containers; i++)
		intern_mark(pool, o->containers[i]);
}

void
k8s_mark(const struct k8s *k)
{
	for (size_t kind = 0; kind < K8S_KINDS; kind++)
		for (size_t i = 0; i < k->of[kind].n; i++)
			mark(k->pool, k->of[kind].list[i]);
}
