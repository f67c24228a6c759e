#include "engine/world/container_table.h"

#include <errno.h>
#include <jansson.h>
#include <stdlib.h>
#include <string.h>

#include "engine/base/intern.h"
#include "engine/base/mem.h"
#include "engine/base/text.h"
#include "engine/world/json_guard.h"

/*
 * The same is told of a container again and again: of each of its processes, and in each
 * section. A text that changed nothing when it was taken changes nothing as long as the
 * container stays what it is, and need not be parsed. So many such texts are kept, one a
 * slot, each no longer than this: at most 1 MiB.
 */
#define TOLD_SLOTS 64u
#define TOLD_TEXT_MAX 16384u

struct told {
	uint64_t hash;
	uint8_t *json;			/* owned; NULL: an empty slot */
	size_t len;
	uint32_t index;
	uint64_t generation;		/* of the container */
};

/* One key of the object: what it is taken for, and into which member. */
struct key {
	const char *name;
	void (*take)(struct container_merge *m, size_t offset, json_t *v);
	size_t offset;
};

/* The text of V, empty when it is none. Borrowed from V. */
static struct span
text_of(const json_t *v)
{
	if (!json_is_string(v))
		return (struct span){ (const uint8_t *)"", 0 };
	return (struct span){ (const uint8_t *)json_string_value(v), json_string_length(v) };
}

static uint32_t
intern_of(struct container_merge *m, const json_t *v)
{
	struct span s = text_of(v);

	return s.len ? intern(m->all->pool, s.p, s.len) : 0;
}

/* Numbers that do not fit came out of the parser as reals. */
static bool
number_of(const json_t *v, int64_t *out)
{
	if (json_is_integer(v)) {
		*out = json_integer_value(v);
		return true;
	}
	if (json_is_real(v) && json_real_value(v) > -9.2e18 && json_real_value(v) < 9.2e18) {
		*out = (int64_t)json_real_value(v);
		return true;
	}
	return false;
}

/* Where OFFSET of the entry's struct container is. */
static void *
member(struct container_merge *m, size_t offset)
{
	return (char *)&m->e->c + offset;
}

static void
take_text(struct container_merge *m, size_t offset, json_t *v)
{
	container_merge_text(m, member(m, offset), text_of(v));
}

static void
take_ip(struct container_merge *m, size_t offset, json_t *v)
{
	struct span s = text_of(v);

	if (s.len != strlen("0.0.0.0") || memcmp(s.p, "0.0.0.0", s.len) != 0)
		container_merge_text(m, member(m, offset), s);
}

static void
take_flag(struct container_merge *m, size_t offset, json_t *v)
{
	bool *flag = member(m, offset);

	if (!json_is_boolean(v) || (m->is_placeholder && m->e->c.lookup == LOOKUP_DONE))
		return;
	m->changed |= *flag != json_is_true(v);
	*flag = json_is_true(v);
}

static void
take_number(struct container_merge *m, size_t offset, json_t *v)
{
	int64_t *slot = member(m, offset);
	int64_t n;

	if (!number_of(v, &n) || (m->is_placeholder && *slot != -1))
		return;
	m->changed |= *slot != n;
	*slot = n;
}

static void
take_created(struct container_merge *m, size_t offset, json_t *v)
{
	uint64_t *slot = member(m, offset);
	int64_t n;

	if (!number_of(v, &n) || n <= 0 || (m->is_placeholder && *slot))
		return;
	m->changed |= *slot != (uint64_t)n;
	*slot = (uint64_t)n;
}

/* What an event lists: N items of SIZE bytes. */
struct item_list {
	void *items;			/* owned */
	size_t n;
	size_t size;
};

/* Put NEW, which is taken, in place of *OLD, unless less is known. */
static void
put_list(struct container_merge *m, void *old, size_t *n_old, struct item_list new)
{
	void **list = old;

	if (!new.n || (m->is_placeholder && *n_old)) {
		free(new.items);
		return;
	}
	m->changed |= *n_old != new.n || memcmp(*list, new.items, new.n * new.size) != 0;
	free(*list);
	*list = new.items;
	*n_old = new.n;
}

/* A map of texts, in the order of the file. The array is the caller's. */
static struct container_pair *
pairs_of(struct container_merge *m, json_t *v, size_t *n)
{
	struct container_pair *pairs = xzalloc(json_object_size(v) * sizeof(*pairs));
	const char *key;
	json_t *value;

	*n = 0;
	json_object_foreach (v, key, value) {
		struct span s = text_of(value);

		if (!json_is_string(value))
			continue;
		pairs[*n].key = intern_str(m->all->pool, key);
		pairs[(*n)++].value = intern(m->all->pool, s.p, s.len);
	}
	return pairs;
}

static void
take_labels(struct container_merge *m, size_t offset, json_t *v)
{
	size_t n;
	struct container_pair *pairs = pairs_of(m, v, &n);

	put_list(m, member(m, offset), &m->e->c.n_labels,
		 (struct item_list){ pairs, n, sizeof(*pairs) });
}

static void
take_pod_labels(struct container_merge *m, size_t offset, json_t *v)
{
	size_t n;
	struct container_pair *pairs = pairs_of(m, v, &n);

	put_list(m, member(m, offset), &m->e->c.n_pod_labels,
		 (struct item_list){ pairs, n, sizeof(*pairs) });
}

static void
take_mounts(struct container_merge *m, size_t offset, json_t *v)
{
	size_t n_all = json_array_size(v), n = 0;
	struct container_mount *mounts = xzalloc(n_all * sizeof(*mounts));

	for (size_t i = 0; i < n_all; i++) {
		json_t *from = json_array_get(v, i);
		struct container_mount *mount = &mounts[n];

		if (!json_is_object(from))
			continue;
		mount->source = intern_of(m, json_object_get(from, "Source"));
		mount->dest = intern_of(m, json_object_get(from, "Destination"));
		mount->mode = intern_of(m, json_object_get(from, "Mode"));
		mount->propagation = intern_of(m, json_object_get(from, "Propagation"));
		mount->rw = json_is_true(json_object_get(from, "RW"));
		n++;
	}
	put_list(m, member(m, offset), &m->e->c.n_mounts,
		 (struct item_list){ mounts, n, sizeof(*mounts) });
}

static void
take_ports(struct container_merge *m, size_t offset, json_t *v)
{
	size_t n_all = json_array_size(v), n = 0;
	struct container_port *ports = xzalloc(n_all * sizeof(*ports));

	for (size_t i = 0; i < n_all; i++) {
		json_t *from = json_array_get(v, i);
		int64_t ip, outside, inside;

		if (!number_of(json_object_get(from, "HostPort"), &outside) ||
		    !number_of(json_object_get(from, "ContainerPort"), &inside))
			continue;
		if (outside < 0 || outside > UINT16_MAX || inside < 0 || inside > UINT16_MAX)
			continue;
		if (!number_of(json_object_get(from, "HostIp"), &ip) || ip < 0 ||
		    ip > UINT32_MAX)
			ip = 0;
		ports[n++] = (struct container_port){ (uint32_t)ip, (uint16_t)outside,
						      (uint16_t)inside };
	}
	put_list(m, member(m, offset), &m->e->c.n_ports,
		 (struct item_list){ ports, n, sizeof(*ports) });
}

static void
take_env(struct container_merge *m, size_t offset, json_t *v)
{
	size_t n_all = json_array_size(v), n = 0;
	uint32_t *env = xzalloc(n_all * sizeof(*env));

	for (size_t i = 0; i < n_all; i++) {
		env[n] = intern_of(m, json_array_get(v, i));
		n += env[n] != 0;
	}
	put_list(m, member(m, offset), &m->e->c.n_env,
		 (struct item_list){ env, n, sizeof(*env) });
}

static void
take_probe(struct container_merge *m, size_t offset, json_t *v)
{
	struct container_probe *probe = member(m, offset);
	struct span exe = text_of(json_object_get(v, "exe"));
	json_t *list = json_object_get(v, "args");
	struct text args = { 0 };

	if (!exe.len || (m->is_placeholder && probe->exe))
		return;
	for (size_t i = 0; i < json_array_size(list); i++) {
		struct span arg = text_of(json_array_get(list, i));
		const uint8_t *nul = arg.len ? memchr(arg.p, '\0', arg.len) : NULL;

		text_bytes(&args, arg.p, nul ? (size_t)(nul - arg.p) : arg.len);
		text_char(&args, '\0');
	}
	container_merge_text(m, &probe->exe, exe);
	container_merge_text(m, &probe->args,
			     (struct span){ (const uint8_t *)args.p, args.len });
	text_fini(&args);
}

/* Id, type and lookup_state are read before these. */
static const struct key keys[] = {
	{ "full_id", take_text, offsetof(struct container, full_id) },
	{ "name", take_text, offsetof(struct container, name) },
	{ "image", take_text, offsetof(struct container, image) },
	{ "imageid", take_text, offsetof(struct container, image_id) },
	{ "imagerepo", take_text, offsetof(struct container, image_repo) },
	{ "imagetag", take_text, offsetof(struct container, image_tag) },
	{ "imagedigest", take_text, offsetof(struct container, image_digest) },
	{ "User", take_text, offsetof(struct container, user) },
	{ "cni_json", take_text, offsetof(struct container, cni_json) },
	{ "pod_sandbox_id", take_text, offsetof(struct container, pod_sandbox_id) },
	{ "mesos_task_id", take_text, offsetof(struct container, mesos_task_id) },
	{ "ip", take_ip, offsetof(struct container, ip) },
	{ "privileged", take_flag, offsetof(struct container, privileged) },
	{ "host_pid", take_flag, offsetof(struct container, host_pid) },
	{ "host_network", take_flag, offsetof(struct container, host_network) },
	{ "host_ipc", take_flag, offsetof(struct container, host_ipc) },
	{ "is_pod_sandbox", take_flag, offsetof(struct container, is_pod_sandbox) },
	{ "created_time", take_created, offsetof(struct container, created_s) },
	{ "memory_limit", take_number, offsetof(struct container, memory_limit) },
	{ "swap_limit", take_number, offsetof(struct container, swap_limit) },
	{ "cpu_shares", take_number, offsetof(struct container, cpu_shares) },
	{ "cpu_quota", take_number, offsetof(struct container, cpu_quota) },
	{ "cpu_period", take_number, offsetof(struct container, cpu_period) },
	{ "cpuset_cpu_count", take_number, offsetof(struct container, cpuset_cpu_count) },
	{ "size", take_number, offsetof(struct container, size_bytes) },
	{ "labels", take_labels, offsetof(struct container, labels) },
	{ "pod_sandbox_labels", take_pod_labels, offsetof(struct container, pod_labels) },
	{ "Mounts", take_mounts, offsetof(struct container, mounts) },
	{ "port_mappings", take_ports, offsetof(struct container, ports) },
	{ "env", take_env, offsetof(struct container, env) },
	{ "Healthcheck", take_probe, offsetof(struct container, healthcheck) },
	{ "LivenessProbe", take_probe, offsetof(struct container, liveness) },
	{ "ReadinessProbe", take_probe, offsetof(struct container, readiness) },
};

static enum container_lookup
lookup_of(const json_t *object)
{
	struct span image = text_of(json_object_get(object, "image"));
	int64_t state;

	if (number_of(json_object_get(object, "lookup_state"), &state))
		return state == 1 ? LOOKUP_DONE : state == 0 ? LOOKUP_STARTED : LOOKUP_FAILED;
	return container_is_incomplete(image) ? LOOKUP_STARTED : LOOKUP_DONE;
}

static uint32_t
type_of(const json_t *object)
{
	int64_t type;

	if (!number_of(json_object_get(object, "type"), &type) || type < 0 ||
	    type > CONTAINER_TYPE_UNKNOWN)
		return CONTAINER_TYPE_UNKNOWN;
	return (uint32_t)type;
}

static int64_t
take_object(struct containers *c, const json_t *object, struct err *err)
{
	struct span id = text_of(json_object_get(object, "id"));
	uint32_t type = type_of(object);
	struct container_merge m;
	struct container_entry *e;

	if (type == CONTAINER_HOST_TYPE)
		return CONTAINER_HOST;
	if (!id.len)
		return err_set(err, -EBADMSG, "a container without an id");
	if (id.len > CONTAINER_ID_MAX)
		return err_set(err, -EFBIG, "a container id of %zu bytes, the most is %u",
			       id.len, CONTAINER_ID_MAX);
	e = container_entry_of(c, id);
	m = container_merge_begin(c, e, lookup_of(object));
	container_merge_type(&m, type);
	for (size_t i = 0; i < ARRAY_LEN(keys); i++) {
		json_t *v = json_object_get(object, keys[i].name);

		if (v)
			keys[i].take(&m, keys[i].offset, v);
	}
	container_show_labels(c, e);
	container_merge_end(&m);
	return e->c.index;
}

void
container_told_free(struct told *told)
{
	for (size_t i = 0; told && i < TOLD_SLOTS; i++)
		free(told[i].json);
	free(told);
}

/* The slot of JSON, whose hash goes to *HASH. */
static struct told *
told_slot(struct containers *c, struct span json, uint64_t *hash)
{
	if (!c->told)
		c->told = xzalloc(TOLD_SLOTS * sizeof(*c->told));
	*hash = hash_bytes(json.p, json.len, c->seed);
	return &c->told[*hash % TOLD_SLOTS];
}

static bool
is_told(const struct containers *c, const struct told *slot, struct span json, uint64_t hash)
{
	return slot->json && slot->hash == hash && slot->len == json.len &&
	       !memcmp(slot->json, json.p, json.len) &&
	       c->entries[slot->index - 1]->c.generation == slot->generation;
}

static void
remember_told(struct told *slot, struct span json, uint64_t hash, const struct container *x)
{
	free(slot->json);
	*slot = (struct told){ hash, xmalloc(json.len), json.len, x->index, x->generation };
	memcpy(slot->json, json.p, json.len);
}

static int64_t
parse_and_take(struct containers *c, struct span json, struct err *err)
{
	struct err why = { 0 };
	json_t *root = json_guard_load(json, &why);
	json_t *inner;
	int64_t index;

	if (!root)
		return err_set(err, why.code, "%s", why.text);
	inner = json_object_get(root, "container");
	index = take_object(c, json_is_object(inner) ? inner : root, err);
	json_decref(root);
	return index;
}

/* How often any container was completed, or made. */
static uint64_t
changes(const struct containers *c)
{
	return c->n_completed + c->n;
}

int64_t
containers_take_json(struct containers *c, struct span json, struct err *err)
{
	uint64_t hash, before = changes(c);
	struct told *slot;
	int64_t index;

	if (!json.len || json.len > TOLD_TEXT_MAX)
		return parse_and_take(c, json, err);
	slot = told_slot(c, json, &hash);
	if (is_told(c, slot, json, hash))
		return slot->index;
	index = parse_and_take(c, json, err);
	if (index > 0 && changes(c) == before)
		remember_told(slot, json, hash, &c->entries[index - 1]->c);
	return index;
}
