#include "engine/world/container.h"

#include <stdlib.h>
#include <string.h>

#include "engine/base/intern.h"
#include "engine/base/mem.h"
#include "engine/world/cgroup.h"
#include "engine/world/container_table.h"
#include "engine/world/k8s_legacy.h"

/* Most processes have cgroups that were seen before: what came out is kept for
 * so many texts, one a slot, each no longer than this. At most 2 MiB. */
#define MEMO_SLOTS 512u
#define MEMO_TEXT_MAX 4096u

struct memo {
	uint64_t hash;
	struct span cgroups;		/* owned; p NULL: an empty slot */
	uint32_t index;			/* by the paths alone */
	bool may_be_rkt;
};

static const struct {
	uint32_t type;
	const char *name;
} type_names[] = {
	{ CONTAINER_DOCKER, "docker" },
	{ CONTAINER_LXC, "lxc" },
	{ CONTAINER_LIBVIRT_LXC, "libvirt-lxc" },
	{ CONTAINER_MESOS, "mesos" },
	{ CONTAINER_RKT, "rkt" },
	{ CONTAINER_CUSTOM, "custom" },
	{ CONTAINER_CRI, "cri" },
	{ CONTAINER_CONTAINERD, "containerd" },
	{ CONTAINER_CRIO, "cri-o" },
	{ CONTAINER_BPM, "bpm" },
	{ CONTAINER_STATIC, "static" },
	{ CONTAINER_PODMAN, "podman" },
	{ CONTAINER_NSPAWN, "systemd-nspawn" },
	{ CONTAINER_HOST_TYPE, "host" },
};

const char *
container_type_name(uint32_t type)
{
	for (size_t i = 0; i < ARRAY_LEN(type_names); i++)
		if (type_names[i].type == type)
			return type_names[i].name;
	return "unknown";
}

struct containers *
containers_new(struct intern *pool)
{
	struct containers *c = xzalloc(sizeof(*c));

	c->pool = pool;
	c->seed = hash_seed();
	c->memo = xzalloc(MEMO_SLOTS * sizeof(*c->memo));
	return c;
}

static void
entry_free(struct container_entry *e)
{
	free(e->c.labels);
	free(e->c.pod_labels);
	free(e->c.mounts);
	free(e->c.ports);
	free(e->c.env);
	free(e->shown_labels);
	free(e->shown_pod_labels);
	free(e);
}

static void
memo_forget(struct memo *slot)
{
	union {
		const uint8_t *borrowed;
		void *owned;
	} p = { slot->cgroups.p };

	free(p.owned);
	*slot = (struct memo){ 0 };
}

void
containers_free(struct containers *c)
{
	if (!c)
		return;
	for (size_t i = 0; i < c->n; i++)
		entry_free(c->entries[i]);
	for (size_t i = 0; c->memo && i < MEMO_SLOTS; i++)
		memo_forget(&c->memo[i]);
	free(c->entries);
	free(c->memo);
	container_told_free(c->told);
	k8s_free(c->k8s);
	map_fini(&c->by_id);
	free(c);
}

static void *
array_copy(const void *p, size_t n, size_t size)
{
	void *copy = n ? xreallocarray(NULL, n, size) : NULL;

	if (n)
		memcpy(copy, p, n * size);
	return copy;
}

#define COPY_ARRAY(x, member) \
	((x)->member = array_copy((x)->member, (x)->n_##member, sizeof((x)->member[0])))

static struct container_entry *
entry_copy(const struct container_entry *from)
{
	struct container_entry *e = xmalloc(sizeof(*e));

	*e = *from;
	COPY_ARRAY(&e->c, labels);
	COPY_ARRAY(&e->c, pod_labels);
	COPY_ARRAY(&e->c, mounts);
	COPY_ARRAY(&e->c, ports);
	COPY_ARRAY(&e->c, env);
	COPY_ARRAY(e, shown_labels);
	COPY_ARRAY(e, shown_pod_labels);
	return e;
}

struct containers *
containers_copy(const struct containers *c)
{
	struct containers *copy = xzalloc(sizeof(*copy));

	copy->pool = c->pool;
	copy->seed = c->seed;
	copy->k8s = c->k8s ? k8s_copy(c->k8s) : NULL;
	copy->by_id.seed = c->by_id.seed;
	xgrow(&copy->entries, &copy->cap, c->n, sizeof(*copy->entries));
	for (; copy->n < c->n; copy->n++) {
		struct container_entry *e = entry_copy(c->entries[copy->n]);
		struct span id = intern_span(c->pool, e->c.id);
		uint64_t hash = hash_bytes(id.p, id.len, c->seed);

		e->next_same_hash = map_get(&copy->by_id, hash);
		map_put(&copy->by_id, hash, e);
		copy->entries[copy->n] = e;
	}
	return copy;
}

static struct container_entry *
find(const struct containers *c, struct span id, uint64_t hash)
{
	struct container_entry *e = map_get(&c->by_id, hash);

	for (; e; e = e->next_same_hash) {
		struct span s = intern_span(c->pool, e->c.id);

		if (s.len == id.len && !memcmp(s.p, id.p, id.len))
			return e;
	}
	return NULL;
}

const struct container *
containers_find(const struct containers *c, struct span id)
{
	struct container_entry *e;

	if (!id.len)
		return NULL;
	e = find(c, id, hash_bytes(id.p, id.len, c->seed));
	return e ? &e->c : NULL;
}

static struct container_entry *
add(struct containers *c, struct span id, uint64_t hash)
{
	struct container_entry *e = xzalloc(sizeof(*e));

	if (c->n == UINT32_MAX - 1)
		die("more than 4 billion containers");
	e->c.index = (uint32_t)c->n + 1;
	e->c.type = CONTAINER_TYPE_UNKNOWN;
	e->c.id = intern(c->pool, id.p, id.len);
	e->c.memory_limit = e->c.swap_limit = e->c.cpu_shares = e->c.cpu_quota = -1;
	e->c.cpu_period = e->c.cpuset_cpu_count = e->c.size_bytes = -1;
	e->next_same_hash = map_get(&c->by_id, hash);
	map_put(&c->by_id, hash, e);
	xgrow(&c->entries, &c->cap, c->n + 1, sizeof(*c->entries));
	c->entries[c->n++] = e;
	return e;
}

struct container_entry *
container_entry_of(struct containers *c, struct span id)
{
	struct span shown = id;
	struct container_entry *e;
	uint64_t hash;

	if (cgroup_is_id64(id))
		shown.len = CGROUP_ID_SHOWN;
	hash = hash_bytes(shown.p, shown.len, c->seed);
	e = find(c, shown, hash);
	if (!e)
		e = add(c, shown, hash);
	if (shown.len != id.len && !e->c.full_id)
		e->c.full_id = intern(c->pool, id.p, id.len);
	return e;
}

/* The container that a rule found. */
static uint32_t
index_of(struct containers *c, const struct cgroup_id *id)
{
	struct span text = { (const uint8_t *)id->text, id->shown_len };
	size_t n_before = c->n;
	struct container *x = &container_entry_of(c, text)->c;
	bool changed = x->type == CONTAINER_TYPE_UNKNOWN || !x->full_id;

	text.len = id->len;
	if (x->type == CONTAINER_TYPE_UNKNOWN)
		x->type = id->type;
	if (!x->full_id)
		x->full_id = intern(c->pool, text.p, text.len);
	if (id->is_name && !x->name) {
		x->name = x->full_id;
		changed = true;
	}
	x->generation += changed && c->n == n_before;
	c->n_completed += changed && c->n == n_before;
	return x->index;
}

static void
find_by_paths(struct containers *c, struct span cgroups, struct memo *out)
{
	struct cgroup_id id;

	if (cgroup_find(cgroups, &id))
		out->index = index_of(c, &id);
	else
		out->may_be_rkt = cgroup_may_be_rkt(cgroups);
}

/* What the paths alone tell, from the memo where it is there. */
static struct memo
paths_tell(struct containers *c, struct span cgroups)
{
	struct memo fresh = { .hash = hash_bytes(cgroups.p, cgroups.len, c->seed) };
	struct memo *slot = &c->memo[fresh.hash % MEMO_SLOTS];

	if (slot->cgroups.p && slot->hash == fresh.hash && slot->cgroups.len == cgroups.len &&
	    !memcmp(slot->cgroups.p, cgroups.p, cgroups.len))
		return *slot;
	find_by_paths(c, cgroups, &fresh);
	if (cgroups.len <= MEMO_TEXT_MAX) {
		uint8_t *copy = xmalloc(cgroups.len);

		memcpy(copy, cgroups.p, cgroups.len);
		fresh.cgroups = (struct span){ copy, cgroups.len };
		memo_forget(slot);
		*slot = fresh;
	}
	return fresh;
}

/* Mesos containers have the id of their task in the environment. */
static void
ask_for_task(struct containers *c, uint32_t index, const struct container_hints *hints)
{
	struct container *x = &c->entries[index - 1]->c;
	struct span task;

	if (x->type != CONTAINER_MESOS || x->mesos_task_id)
		return;
	task = cgroup_mesos_task(hints);
	if (!task.len)
		return;
	x->mesos_task_id = intern(c->pool, task.p, task.len);
	x->generation++;
	c->n_completed++;
}

uint32_t
containers_of_cgroups(struct containers *c, struct span cgroups,
		      const struct container_hints *hints)
{
	struct memo known;
	struct cgroup_id id;

	if (!cgroups.len)
		cgroups.p = (const uint8_t *)"";
	known = paths_tell(c, cgroups);
	if (!hints)
		return known.index;
	if (known.index) {
		ask_for_task(c, known.index, hints);
		return known.index;
	}
	if ((known.may_be_rkt || hints->root.len > 1) && cgroup_find_rkt(cgroups, hints, &id))
		return index_of(c, &id);
	return CONTAINER_HOST;
}

static bool
is_word(struct span s, const char *word)
{
	return s.len == strlen(word) && !memcmp(s.p, word, s.len);
}

bool
container_is_incomplete(struct span s)
{
	return is_word(s, "incomplete");
}

struct container_merge
container_merge_begin(struct containers *c, struct container_entry *e,
		      enum container_lookup lookup)
{
	struct container_merge m = { c, e, lookup != LOOKUP_DONE, false };

	if (e->c.lookup != LOOKUP_DONE && e->c.lookup != (uint8_t)lookup) {
		e->c.lookup = (uint8_t)lookup;
		m.changed = true;
	}
	return m;
}

void
container_merge_type(struct container_merge *m, uint32_t type)
{
	struct container *x = &m->e->c;

	if (type == CONTAINER_TYPE_UNKNOWN || (m->is_placeholder && x->type_is_sure))
		return;
	m->changed |= x->type != type;
	x->type = type;
	x->type_is_sure |= !m->is_placeholder;
}

void
container_merge_text(struct container_merge *m, uint32_t *slot, struct span text)
{
	struct span known = intern_span(m->all->pool, *slot);
	uint32_t id;

	if (!text.len || is_word(text, "<NA>"))
		return;
	if (known.len && container_is_incomplete(text))
		return;
	if (known.len && m->is_placeholder && !container_is_incomplete(known))
		return;
	id = intern(m->all->pool, text.p, text.len);
	m->changed |= id != *slot;
	*slot = id;
}

void
container_merge_end(struct container_merge *m)
{
	if (!m->changed)
		return;
	m->e->c.generation++;
	m->all->n_completed++;
}

uint32_t
containers_take_fields(struct containers *c, struct span id, uint32_t type,
		       struct span name, struct span image)
{
	struct container_merge m;
	struct container_entry *e;

	if (!id.len || type == CONTAINER_HOST_TYPE)
		return CONTAINER_HOST;
	if (id.len > CONTAINER_ID_MAX)
		id.len = CONTAINER_ID_MAX;
	e = container_entry_of(c, id);
	m = container_merge_begin(c, e, container_is_incomplete(image) ? LOOKUP_STARTED
								       : LOOKUP_DONE);
	container_merge_type(&m, type);
	container_merge_text(&m, &e->c.name, name);
	container_merge_text(&m, &e->c.image, image);
	container_merge_end(&m);
	return e->c.index;
}

const struct container *
containers_get(const struct containers *c, uint32_t index)
{
	return index && index <= c->n ? &c->entries[index - 1]->c : NULL;
}

size_t
containers_count(const struct containers *c)
{
	return c->n;
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
mark(struct intern *pool, const struct container *x)
{
	const uint32_t texts[] = {
		x->id, x->full_id, x->name, x->image, x->image_id, x->image_repo,
		x->image_tag, x->image_digest, x->user, x->cni_json, x->pod_sandbox_id,
		x->mesos_task_id, x->ip, x->healthcheck.exe, x->healthcheck.args,
		x->liveness.exe, x->liveness.args, x->readiness.exe, x->readiness.args,
	};

	for (size_t i = 0; i < ARRAY_LEN(texts); i++)
		intern_mark(pool, texts[i]);
	mark_pairs(pool, x->labels, x->n_labels);
	mark_pairs(pool, x->pod_labels, x->n_pod_labels);
	for (size_t i = 0; i < x->n_mounts; i++) {
		intern_mark(pool, x->mounts[i].source);
		intern_mark(pool, x->mounts[i].dest);
		intern_mark(pool, x->mounts[i].mode);
		intern_mark(pool, x->mounts[i].propagation);
	}
	for (size_t i = 0; i < x->n_env; i++)
		intern_mark(pool, x->env[i]);
}

void
containers_mark(const struct containers *c)
{
	for (size_t i = 0; i < c->n; i++)
		mark(c->pool, &c->entries[i]->c);
	if (c->k8s)
		k8s_mark(c->k8s);
}
