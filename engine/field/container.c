#include "engine/base/intern.h"
#include "engine/base/mem.h"
#include "engine/base/text.h"
#include "engine/field/domain.h"
#include "engine/world/world.h"

#define HOST "host"

static const struct container *
find(const struct eval *ev)
{
	return containers_get(world_containers(ev->world), ev->container);
}

/* Whether there is something of which the container can be asked. */
static bool
is_host(const struct eval *ev)
{
	return ev->proc && ev->container == CONTAINER_HOST;
}

static bool
get_id(const struct eval *ev, struct value *out)
{
	const struct container *c = find(ev);

	return is_host(ev) ? value_word(HOST, out) : c && value_name(ev, c->id, out);
}

static bool
get_full_id(const struct eval *ev, struct value *out)
{
	const struct container *c = find(ev);

	return is_host(ev) ? value_word(HOST, out) : c && value_name(ev, c->full_id, out);
}

static bool
get_name(const struct eval *ev, struct value *out)
{
	const struct container *c = find(ev);

	return is_host(ev) ? value_word(HOST, out) : c && value_name(ev, c->name, out);
}

static bool
get_type(const struct eval *ev, struct value *out)
{
	const struct container *c = find(ev);

	return value_word(is_host(ev) ? HOST : c ? container_type_name(c->type) : NULL, out);
}

#define NAME(what, member) \
	static bool \
	what(const struct eval *ev, struct value *out) \
	{ \
		const struct container *c = find(ev); \
		\
		return c && value_name(ev, c->member, out); \
	}

NAME(get_image, image)
NAME(get_image_id, image_id)
NAME(get_image_repo, image_repo)
NAME(get_image_tag, image_tag)
NAME(get_image_digest, image_digest)
NAME(get_ip, ip)
NAME(get_cni, cni_json)

/* Only engines that work like docker tell what a container shares. */
static const struct container *
find_told(const struct eval *ev)
{
	const struct container *c = find(ev);

	if (!c || c->lookup == LOOKUP_NONE)
		return NULL;
	switch (c->type) {
	case CONTAINER_DOCKER:
	case CONTAINER_CRI:
	case CONTAINER_CONTAINERD:
	case CONTAINER_CRIO:
	case CONTAINER_PODMAN:
		return c;
	default:
		return NULL;
	}
}

#define TRUTH(what, member) \
	static bool \
	what(const struct eval *ev, struct value *out) \
	{ \
		const struct container *c = find_told(ev); \
		\
		if (!c) \
			return false; \
		out->b = c->member; \
		return true; \
	}

TRUTH(get_privileged, privileged)
TRUTH(get_host_pid, host_pid)
TRUTH(get_host_network, host_network)
TRUTH(get_host_ipc, host_ipc)

static void
put_name(const struct eval *ev, uint32_t id, char separator)
{
	struct span s = intern_span(world_names(ev->world), id);

	text_bytes(ev->scratch, s.p, s.len);
	if (separator)
		text_char(ev->scratch, separator);
}

static bool
get_mounts(const struct eval *ev, struct value *out)
{
	const struct container *c = find(ev);

	if (!c)
		return false;
	for (size_t i = 0; i < c->n_mounts; i++) {
		const struct container_mount *m = &c->mounts[i];

		if (i)
			text_char(ev->scratch, ',');
		put_name(ev, m->source, ':');
		put_name(ev, m->dest, ':');
		put_name(ev, m->mode, ':');
		text_str(ev->scratch, m->rw ? "true:" : "false:");
		put_name(ev, m->propagation, 0);
	}
	return value_scratch(ev, out);
}

static bool
put_probe(const struct eval *ev, const struct container_probe *probe, struct value *out)
{
	if (!probe)
		return false;
	if (!probe->exe)
		return value_word("NONE", out);
	put_name(ev, probe->exe, 0);
	if (probe->args > INTERN_EMPTY)
		text_char(ev->scratch, ' ');
	scratch_texts(ev, probe->args);
	return value_scratch(ev, out);
}

static bool
get_healthcheck(const struct eval *ev, struct value *out)
{
	const struct container *c = find(ev);

	return put_probe(ev, c ? &c->healthcheck : NULL, out);
}

static bool
get_liveness(const struct eval *ev, struct value *out)
{
	const struct container *c = find(ev);

	return put_probe(ev, c ? &c->liveness : NULL, out);
}

static bool
get_readiness(const struct eval *ev, struct value *out)
{
	const struct container *c = find(ev);

	return put_probe(ev, c ? &c->readiness : NULL, out);
}

static const struct field fields[] = {
	{ .name = "container.id", .type = T_STR, ON(PROCESS), .get = get_id,
	  .doc = "Short id of the container, or host." },
	{ .name = "container.full_id", .type = T_STR, ON(PROCESS), .get = get_full_id,
	  .doc = "Whole id of the container, or host." },
	{ .name = "container.name", .type = T_STR, ON(PROCESS), .get = get_name,
	  .doc = "Name of the container, or host." },
	{ .name = "container.type", .type = T_STR, ON(PROCESS), .get = get_type,
	  .doc = "What runs the container, such as docker or cri-o; or host." },
	{ .name = "container.image", .type = T_STR, ON(CONTAINER), .get = get_image,
	  .doc = "Image that the container was made from." },
	{ .name = "container.image.id", .type = T_STR, ON(CONTAINER), .get = get_image_id,
	  .doc = "Id of the image." },
	{ .name = "container.image.repository", .type = T_STR, ON(CONTAINER),
	  .get = get_image_repo, .doc = "Name of the image without its tag." },
	{ .name = "container.image.tag", .type = T_STR, ON(CONTAINER), .get = get_image_tag,
	  .doc = "Tag of the image." },
	{ .name = "container.image.digest", .type = T_STR, ON(CONTAINER),
	  .get = get_image_digest, .doc = "Digest of the image in its registry." },
	{ .name = "container.ip", .type = T_STR, ON(CONTAINER), .get = get_ip,
	  .doc = "Address of the container." },
	{ .name = "container.cni.json", .type = T_STR, ON(CONTAINER), .get = get_cni,
	  .doc = "What set up the network of the container said, as JSON." },
	{ .name = "container.privileged", .type = T_BOOL, ON(CONTAINER), .get = get_privileged,
	  .doc = "Whether the container may do all that root may." },
	{ .name = "container.host_pid", .type = T_BOOL, ON(CONTAINER), .get = get_host_pid,
	  .doc = "Whether it sees the processes of the host." },
	{ .name = "container.host_network", .type = T_BOOL, ON(CONTAINER),
	  .get = get_host_network, .doc = "Whether it uses the network of the host." },
	{ .name = "container.host_ipc", .type = T_BOOL, ON(CONTAINER), .get = get_host_ipc,
	  .doc = "Whether it shares System V IPC with the host." },
	{ .name = "container.mounts", .type = T_STR, ON(CONTAINER), .get = get_mounts,
	  .doc = "Its mounts as source:destination:mode:writable:propagation, with commas." },
	{ .name = "container.healthcheck", .type = T_STR, ON(CONTAINER), .get = get_healthcheck,
	  .doc = "Command of its health check, or NONE." },
	{ .name = "container.liveness_probe", .type = T_STR, ON(CONTAINER), .get = get_liveness,
	  .doc = "Command of its liveness probe, or NONE." },
	{ .name = "container.readiness_probe", .type = T_STR, ON(CONTAINER),
	  .get = get_readiness, .doc = "Command of its readiness probe, or NONE." },
};

const struct domain container_domain = { "container", fields, ARRAY_LEN(fields) };
