#include "engine/record/container_json.h"

#include <stddef.h>
#include <string.h>

#include "engine/base/intern.h"
#include "engine/base/mem.h"
#include "engine/base/text.h"
#include "engine/world/container.h"

/* An object or array that is being written. */
struct json {
	struct text *t;
	const struct intern *names;
};

/* A comma, unless this is the first in its object or array. */
static void
separate(struct json *j)
{
	char last = j->t->len ? j->t->p[j->t->len - 1] : '{';

	if (last != '{' && last != '[')
		text_char(j->t, ',');
}

static void
put_key(struct json *j, const char *key)
{
	separate(j);
	text_fmt(j->t, "\"%s\":", key);
}

static void
put_name(struct json *j, uint32_t name)
{
	struct span s = intern_span(j->names, name);

	text_json(j->t, s.p, s.len);
}

static void
put_text(struct json *j, const char *key, uint32_t name)
{
	if (name <= INTERN_EMPTY)
		return;
	put_key(j, key);
	put_name(j, name);
}

static void
put_number(struct json *j, const char *key, int64_t v)
{
	put_key(j, key);
	text_i64(j->t, v);
}

static void
put_flag(struct json *j, const char *key, bool v)
{
	put_key(j, key);
	text_str(j->t, v ? "true" : "false");
}

static void
put_pairs(struct json *j, const char *key, const struct container_pair *pairs, size_t n)
{
	if (!n)
		return;
	put_key(j, key);
	text_char(j->t, '{');
	for (size_t i = 0; i < n; i++) {
		separate(j);
		put_name(j, pairs[i].key);
		text_char(j->t, ':');
		put_name(j, pairs[i].value);
	}
	text_char(j->t, '}');
}

static void
put_mounts(struct json *j, const struct container *x)
{
	if (!x->n_mounts)
		return;
	put_key(j, "Mounts");
	text_char(j->t, '[');
	for (size_t i = 0; i < x->n_mounts; i++) {
		const struct container_mount *m = &x->mounts[i];

		separate(j);
		text_char(j->t, '{');
		put_text(j, "Source", m->source);
		put_text(j, "Destination", m->dest);
		put_text(j, "Mode", m->mode);
		put_flag(j, "RW", m->rw);
		put_text(j, "Propagation", m->propagation);
		text_char(j->t, '}');
	}
	text_char(j->t, ']');
}

static void
put_ports(struct json *j, const struct container *x)
{
	if (!x->n_ports)
		return;
	put_key(j, "port_mappings");
	text_char(j->t, '[');
	for (size_t i = 0; i < x->n_ports; i++) {
		separate(j);
		text_char(j->t, '{');
		put_number(j, "HostIp", x->ports[i].host_ip);
		put_number(j, "HostPort", x->ports[i].host_port);
		put_number(j, "ContainerPort", x->ports[i].container_port);
		text_char(j->t, '}');
	}
	text_char(j->t, ']');
}

static void
put_env(struct json *j, const struct container *x)
{
	if (!x->n_env)
		return;
	put_key(j, "env");
	text_char(j->t, '[');
	for (size_t i = 0; i < x->n_env; i++) {
		separate(j);
		put_name(j, x->env[i]);
	}
	text_char(j->t, ']');
}

static void
put_probe(struct json *j, const char *key, const struct container_probe *probe)
{
	struct span args = intern_span(j->names, probe->args);
	const uint8_t *at = args.p;
	size_t left = args.len;

	if (probe->exe <= INTERN_EMPTY)
		return;
	put_key(j, key);
	text_char(j->t, '{');
	put_text(j, "exe", probe->exe);
	put_key(j, "args");
	text_char(j->t, '[');
	while (left) {
		const uint8_t *nul = memchr(at, '\0', left);
		size_t len = nul ? (size_t)(nul - at) : left;

		separate(j);
		text_json(j->t, at, len);
		at += len + (nul != NULL);
		left -= len + (nul != NULL);
	}
	text_str(j->t, "]}");
}

static const struct {
	const char *key;
	size_t offset;			/* of a name */
} texts[] = {
	{ "id", offsetof(struct container, id) },
	{ "full_id", offsetof(struct container, full_id) },
	{ "name", offsetof(struct container, name) },
	{ "image", offsetof(struct container, image) },
	{ "imageid", offsetof(struct container, image_id) },
	{ "imagerepo", offsetof(struct container, image_repo) },
	{ "imagetag", offsetof(struct container, image_tag) },
	{ "imagedigest", offsetof(struct container, image_digest) },
	{ "User", offsetof(struct container, user) },
	{ "cni_json", offsetof(struct container, cni_json) },
	{ "pod_sandbox_id", offsetof(struct container, pod_sandbox_id) },
	{ "mesos_task_id", offsetof(struct container, mesos_task_id) },
	{ "ip", offsetof(struct container, ip) },
};

static const struct {
	const char *key;
	size_t offset;			/* of an int64_t; -1: not known */
} numbers[] = {
	{ "memory_limit", offsetof(struct container, memory_limit) },
	{ "swap_limit", offsetof(struct container, swap_limit) },
	{ "cpu_shares", offsetof(struct container, cpu_shares) },
	{ "cpu_quota", offsetof(struct container, cpu_quota) },
	{ "cpu_period", offsetof(struct container, cpu_period) },
	{ "cpuset_cpu_count", offsetof(struct container, cpuset_cpu_count) },
	{ "size", offsetof(struct container, size_bytes) },
};

static const struct {
	const char *key;
	size_t offset;			/* of a bool */
} flags[] = {
	{ "privileged", offsetof(struct container, privileged) },
	{ "host_pid", offsetof(struct container, host_pid) },
	{ "host_network", offsetof(struct container, host_network) },
	{ "host_ipc", offsetof(struct container, host_ipc) },
	{ "is_pod_sandbox", offsetof(struct container, is_pod_sandbox) },
};

/* The number of a lookup's state in the format. */
static int
lookup_number(uint8_t lookup)
{
	return lookup == LOOKUP_DONE ? 1 : lookup == LOOKUP_STARTED ? 0 : 2;
}

void
container_json_put(struct text *t, const struct intern *names, const struct container *x)
{
	struct json j = { t, names };
	const char *base = (const char *)x;

	text_str(t, "{\"container\":{");
	for (size_t i = 0; i < ARRAY_LEN(texts); i++) {
		uint32_t name;

		memcpy(&name, base + texts[i].offset, sizeof(name));
		put_text(&j, texts[i].key, name);
	}
	if (x->type != CONTAINER_TYPE_UNKNOWN && x->type != CONTAINER_NSPAWN)
		put_number(&j, "type", x->type);
	put_number(&j, "lookup_state", lookup_number(x->lookup));
	for (size_t i = 0; i < ARRAY_LEN(numbers); i++) {
		int64_t v;

		memcpy(&v, base + numbers[i].offset, sizeof(v));
		if (v != -1)
			put_number(&j, numbers[i].key, v);
	}
	for (size_t i = 0; i < ARRAY_LEN(flags); i++) {
		bool v;

		memcpy(&v, base + flags[i].offset, sizeof(v));
		put_flag(&j, flags[i].key, v);
	}
	if (x->created_s)
		put_number(&j, "created_time", (int64_t)x->created_s);
	put_pairs(&j, "labels", x->labels, x->n_labels);
	put_pairs(&j, "pod_sandbox_labels", x->pod_labels, x->n_pod_labels);
	put_mounts(&j, x);
	put_ports(&j, x);
	put_env(&j, x);
	put_probe(&j, "Healthcheck", &x->healthcheck);
	put_probe(&j, "LivenessProbe", &x->liveness);
	put_probe(&j, "ReadinessProbe", &x->readiness);
	text_str(t, "}}");
}
