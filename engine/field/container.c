#include <fnmatch.h>
#include <string.h>

#include "engine/base/intern.h"
#include "engine/base/mem.h"
#include "engine/base/text.h"
#include "engine/event/event.h"
#include "engine/field/domain.h"
#include "engine/world/world.h"

#define HOST "host"
#define TYPES (CONTAINER_NSPAWN + 1)
#define PATTERN_MAX 1024

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

/* Names of types by their numbers, as far as these go, and the host. */
static const char *
type_word(size_t i)
{
	return i < TYPES ? container_type_name((uint32_t)i) : HOST;
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

static void
put_mount(const struct eval *ev, const struct container_mount *m)
{
	put_name(ev, m->source, ':');
	put_name(ev, m->dest, ':');
	put_name(ev, m->mode, ':');
	text_str(ev->scratch, m->rw ? "true:" : "false:");
	put_name(ev, m->propagation, 0);
}

static bool
get_mounts(const struct eval *ev, struct value *out)
{
	const struct container *c = find(ev);

	if (!c)
		return false;
	for (size_t i = 0; i < c->n_mounts; i++) {
		if (i)
			text_char(ev->scratch, ',');
		put_mount(ev, &c->mounts[i]);
	}
	return value_scratch(ev, out);
}

static uint32_t
source_of(const struct container_mount *m)
{
	return m->source;
}

static uint32_t
dest_of(const struct container_mount *m)
{
	return m->dest;
}

/* Mount [N], or the first whose path, as KEY gives it, fits the pattern. */
static const struct container_mount *
find_mount(const struct eval *ev, const struct field_use *use,
	   uint32_t (*key)(const struct container_mount *))
{
	const struct container *c = find(ev);
	char pattern[PATTERN_MAX + 1];

	if (!c)
		return NULL;
	if (use->has_index)
		return use->index >= 0 && (size_t)use->index < c->n_mounts ?
		       &c->mounts[use->index] : NULL;
	if (use->arg_name.len > PATTERN_MAX)
		return NULL;
	memcpy(pattern, use->arg_name.p, use->arg_name.len);
	pattern[use->arg_name.len] = '\0';
	for (size_t i = 0; i < c->n_mounts; i++)
		if (!fnmatch(pattern, intern_text(world_names(ev->world),
						  key(&c->mounts[i])), 0))
			return &c->mounts[i];
	return NULL;
}

static bool
get_mount(const struct eval *ev, const struct field_use *use, struct value *out)
{
	const struct container_mount *m = find_mount(ev, use, source_of);

	if (!m)
		return false;
	put_mount(ev, m);
	return value_scratch(ev, out);
}

static bool
get_mount_source(const struct eval *ev, const struct field_use *use, struct value *out)
{
	const struct container_mount *m = find_mount(ev, use, dest_of);

	return m && value_name(ev, m->source, out);
}

static bool
get_mount_dest(const struct eval *ev, const struct field_use *use, struct value *out)
{
	const struct container_mount *m = find_mount(ev, use, source_of);

	return m && value_name(ev, m->dest, out);
}

static bool
get_mount_mode(const struct eval *ev, const struct field_use *use, struct value *out)
{
	const struct container_mount *m = find_mount(ev, use, source_of);

	return m && value_name(ev, m->mode, out);
}

static bool
get_mount_rdwr(const struct eval *ev, const struct field_use *use, struct value *out)
{
	const struct container_mount *m = find_mount(ev, use, source_of);

	return m && value_word(m->rw ? "true" : "false", out);
}

static bool
get_mount_propagation(const struct eval *ev, const struct field_use *use, struct value *out)
{
	const struct container_mount *m = find_mount(ev, use, source_of);

	return m && value_name(ev, m->propagation, out);
}

/* A container starts with its pid namespace. */
static bool
get_start_ts(const struct eval *ev, struct value *out)
{
	if (!ev->proc || ev->proc->container == CONTAINER_HOST || !ev->proc->pidns_start_ns)
		return false;
	out->u = ev->proc->pidns_start_ns;
	return true;
}

static bool
get_duration(const struct eval *ev, struct value *out)
{
	uint64_t ts = ev->m ? ev->m->ev->ts_ns : 0;

	if (!get_start_ts(ev, out) || ts < out->u)
		return false;
	out->u = ts - out->u;
	return true;
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
	  ONE_OF(type_word, TYPES + 1),
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
	{ .name = "container.start_ts", .type = T_TIME, ON(PROCESS), .get = get_start_ts,
	  .doc = "When the container started." },
	{ .name = "container.duration", .type = T_SPAN, .unit = U_NS, .scope = OF_HISTORY,
	  .get = get_duration, .doc = "Nanoseconds since the container started." },
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
	{ .name = "container.mount", .type = T_STR, ON(CONTAINER),
	  .arg = ARG_INDEX | ARG_KEY | ARG_NEEDED, .get_arg = get_mount,
	  .doc = "One mount: number N, or the first whose source fits a pattern." },
	{ .name = "container.mount.source", .type = T_STR, ON(CONTAINER),
	  .arg = ARG_INDEX | ARG_KEY | ARG_NEEDED, .get_arg = get_mount_source,
	  .doc = "Source of mount N, or of the first whose destination fits." },
	{ .name = "container.mount.dest", .type = T_STR, ON(CONTAINER),
	  .arg = ARG_INDEX | ARG_KEY | ARG_NEEDED, .get_arg = get_mount_dest,
	  .doc = "Destination of mount N, or of the first whose source fits." },
	{ .name = "container.mount.mode", .type = T_STR, ON(CONTAINER),
	  .arg = ARG_INDEX | ARG_KEY | ARG_NEEDED, .get_arg = get_mount_mode,
	  .doc = "Mode of mount N, or of the first whose source fits." },
	{ .name = "container.mount.rdwr", .type = T_STR, ON(CONTAINER),
	  .arg = ARG_INDEX | ARG_KEY | ARG_NEEDED, .get_arg = get_mount_rdwr,
	  .doc = "Whether that mount may be written to." },
	{ .name = "container.mount.propagation", .type = T_STR, ON(CONTAINER),
	  .arg = ARG_INDEX | ARG_KEY | ARG_NEEDED, .get_arg = get_mount_propagation,
	  .doc = "How mounts below that one spread." },
	{ .name = "container.healthcheck", .type = T_STR, ON(CONTAINER), .get = get_healthcheck,
	  .doc = "Command of its health check, or NONE." },
	{ .name = "container.liveness_probe", .type = T_STR, ON(CONTAINER), .get = get_liveness,
	  .doc = "Command of its liveness probe, or NONE." },
	{ .name = "container.readiness_probe", .type = T_STR, ON(CONTAINER),
	  .get = get_readiness, .doc = "Command of its readiness probe, or NONE." },
};

const struct domain container_domain = {
	"container", fields, ARRAY_LEN(fields), "Containers",
};
