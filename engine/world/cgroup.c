#include "engine/world/cgroup.h"

#include <string.h>

#include "engine/base/mem.h"
#include "engine/world/container.h"
#include "engine/world/span.h"

#define ID64_LEN 64
#define CTR_NAME_MAX 64
#define UUID_LEN 36

struct rule {
	uint32_t type;
	bool (*take)(const struct rule *rule, const struct cgroup *cg, struct cgroup_id *out);
	const char *prefix;
	const char *suffix;		/* NULL: to the end of the path */
	const char *within;		/* NULL, or what the path must have somewhere */
};

bool
cgroup_is_id64(struct span text)
{
	if (text.len != ID64_LEN)
		return false;
	for (size_t i = 0; i < text.len; i++)
		if (span_hex_digit(text.p[i]) < 0)
			return false;
	return true;
}

bool
cgroup_is_uuid(struct span s)
{
	if (s.len != UUID_LEN)
		return false;
	for (size_t i = 0; i < s.len; i++)
		if (s.p[i] != '-' && span_hex_digit(s.p[i]) < 0)
			return false;
	return true;
}

bool
cgroup_next(struct span *list, struct cgroup *cg)
{
	struct span text;

	while (span_next_text(list, &text)) {
		/* A subsystem may hold a "=": the path starts with a slash. */
		const uint8_t *at = span_find(text, "=/");

		if (!at)
			continue;
		cg->subsystem = span_between(text.p, at);
		cg->path = span_between(at + 1, span_end(text));
		return true;
	}
	return false;
}

static bool
give(struct cgroup_id *out, uint32_t type, struct span id, size_t shown_max)
{
	if (!id.len || id.len > CGROUP_ID_MAX)
		return false;
	out->type = type;
	out->is_name = true;
	out->len = id.len;
	out->shown_len = id.len < shown_max ? id.len : shown_max;
	memcpy(out->text, id.p, id.len);
	return true;
}

static bool
give_name(struct cgroup_id *out, uint32_t type, struct span id)
{
	return give(out, type, id, CGROUP_ID_MAX);
}

static bool
give_id64(struct cgroup_id *out, uint32_t type, struct span id)
{
	if (!cgroup_is_id64(id))
		return false;
	give(out, type, id, CGROUP_ID_SHOWN);
	out->is_name = false;
	return true;
}

/* 64 hex digits between the last prefix and the last suffix. */
static bool
take_id64(const struct rule *rule, const struct cgroup *cg, struct cgroup_id *out)
{
	struct span id;

	if (!span_after_last(cg->path, rule->prefix, &id))
		return false;
	if (rule->suffix) {
		const uint8_t *end = span_find_last(id, rule->suffix);

		if (!end)
			return false;
		id = span_between(id.p, end);
	}
	return give_id64(out, rule->type, id);
}

/* podman-PID.scope/ID64, of the early rootless podman. */
static bool
take_podman_scope(const struct rule *rule, const struct cgroup *cg, struct cgroup_id *out)
{
	struct span id, pid;

	if (!span_after_last(cg->path, ".scope/", &id))
		return false;
	pid = span_without_end(cg->path, id.len + strlen(".scope/"));
	if (!span_after_last(pid, rule->prefix, &pid))
		return false;
	for (size_t i = 0; i < pid.len; i++)
		if (pid.p[i] < '0' || pid.p[i] > '9')
			return false;
	return pid.len && give_id64(out, rule->type, id);
}

/* An ID64 at the end of a path below a user's slice, which systemd made. */
static bool
take_podman_user(const struct rule *rule, const struct cgroup *cg, struct cgroup_id *out)
{
	struct span rest;

	if (cg->subsystem.len != strlen("name=systemd") ||
	    !span_starts_with(cg->subsystem, "name=systemd"))
		return false;
	if (!span_starts_with(cg->path, rule->prefix) || !span_after(cg->path, rule->prefix, &rest))
		return false;
	if (!span_ends_with(span_component(rest), rule->suffix))
		return false;
	return give_id64(out, rule->type, span_last_component(rest));
}

/* /default/NAME: what ctr runs in its default namespace. */
static bool
take_ctr(const struct rule *rule, const struct cgroup *cg, struct cgroup_id *out)
{
	static const char *const units[] = { ".service", ".slice", ".scope" };
	struct span name;

	for (size_t i = 0; i < ARRAY_LEN(units); i++)
		if (span_ends_with(cg->path, units[i]))
			return false;
	if (!span_after_last(cg->path, rule->prefix, &name))
		return false;
	name = span_component(name);
	return name.len <= CTR_NAME_MAX && give(out, rule->type, name, CGROUP_ID_SHOWN);
}

/* A whole component, after where the prefix stands first. */
static bool
take_component(const struct rule *rule, const struct cgroup *cg, struct cgroup_id *out)
{
	struct span name;

	return span_after(cg->path, rule->prefix, &name) &&
	       give_name(out, rule->type, span_component(name));
}

static bool
take_last_component(const struct rule *rule, const struct cgroup *cg, struct cgroup_id *out)
{
	struct span name = span_last_component(cg->path);

	return span_ends_with(name, rule->suffix) &&
	       give_name(out, rule->type, span_without_end(name, strlen(rule->suffix)));
}

/* machine-lxc\x2dNAME.scope. The "d" belongs to the escape. */
static bool
take_libvirt_scope(const struct rule *rule, const struct cgroup *cg, struct cgroup_id *out)
{
	struct span path = cg->path, name;

	if (span_ends_with(path, ".scope/libvirt"))
		path = span_without_end(path, strlen("/libvirt"));
	if (!span_ends_with(path, rule->suffix))
		return false;
	path = span_without_end(path, strlen(rule->suffix));
	if (!span_after(path, rule->prefix, &name) || name.len < 2)
		return false;
	return give_name(out, rule->type, span_between(name.p + 1, span_end(name)));
}

/* Undo systemd's escaping of unit names, in place. */
static void
unescape(struct cgroup_id *id)
{
	size_t to = 0;

	for (size_t i = 0; i < id->len; i++) {
		const uint8_t *at = (const uint8_t *)id->text + i;
		int high = -1, low = -1;

		if (id->len - i >= 4 && at[0] == '\\' && at[1] == 'x') {
			high = span_hex_digit(at[2]);
			low = span_hex_digit(at[3]);
		}
		if (high >= 0 && low >= 0) {
			id->text[to++] = (char)(high << 4 | low);
			i += 3;
		} else {
			id->text[to++] = (char)at[0];
		}
	}
	id->len = to;
	id->shown_len = to;
}

/* Other things that register as a machine: no containers, or not of nspawn. */
static bool
is_other_machine(struct span name)
{
	static const char *const drivers[] = { "qemu\\x2d", "xen\\x2d", "lxc\\x2d", "rkt\\x2d" };

	for (size_t i = 0; i < ARRAY_LEN(drivers); i++)
		if (span_starts_with(name, drivers[i]))
			return true;
	return false;
}

static bool
is_text(struct span s, const char *text)
{
	return s.len == strlen(text) && !memcmp(s.p, text, s.len);
}

/* The unit of a machine, and not the part of it that stays outside. */
static bool
take_nspawn(const struct rule *rule, const struct cgroup *cg, struct cgroup_id *out)
{
	struct span rest, name;

	if (!span_after(cg->path, rule->prefix, &rest))
		return false;
	name = span_component(rest);
	rest = span_between(span_end(name), span_end(rest));
	if (!span_ends_with(name, rule->suffix) || is_other_machine(name))
		return false;
	if (span_starts_with(rest, "/supervisor/") || is_text(rest, "/supervisor"))
		return false;
	if (!give_name(out, rule->type, span_without_end(name, strlen(rule->suffix))))
		return false;
	unescape(out);
	return true;
}

static bool
take_mesos(const struct rule *rule, const struct cgroup *cg, struct cgroup_id *out)
{
	struct span id;

	if (!span_after_last(cg->path, rule->prefix, &id))
		return false;
	id = span_component(id);
	return cgroup_is_uuid(id) && give_name(out, rule->type, id);
}

static bool
is_bpm_char(uint8_t c)
{
	return span_hex_digit(c) >= 0 || ((c | 0x20) >= 'a' && (c | 0x20) <= 'z') || c == '.' ||
	       c == '_' || c == '-';
}

/* bpm-NAME, in a scope or alone. A service or slice of that name is none. */
static bool
take_bpm(const struct rule *rule, const struct cgroup *cg, struct cgroup_id *out)
{
	struct span name;
	const uint8_t *end;

	if (span_ends_with(cg->path, ".service") || span_ends_with(cg->path, ".slice"))
		return false;
	if (!span_after_last(cg->path, rule->prefix, &name))
		return false;
	end = span_find_last(name, rule->suffix);
	if (end)
		name = span_between(name.p, end);
	for (size_t i = 0; i < name.len; i++)
		if (!is_bpm_char(name.p[i]))
			return false;
	return give_name(out, rule->type, name);
}

/* In the order of their trial. Each is tried on all paths before the next. */
static const struct rule rules[] = {
	{ CONTAINER_PODMAN, take_id64, .prefix = "/libpod-", .suffix = ".scope" },
	{ CONTAINER_PODMAN, take_id64, .prefix = "/libpod-", .suffix = ".scope/container" },
	{ CONTAINER_PODMAN, take_id64, .prefix = "/libpod-" },
	{ CONTAINER_PODMAN, take_podman_scope, .prefix = "podman-" },
	{ CONTAINER_PODMAN, take_podman_user, .prefix = "/user.slice/user-", .suffix = ".slice" },
	/* Docker's plain form is shared by all that Kubernetes runs. */
	{ CONTAINER_CRI, take_id64, .prefix = "/", .within = "kubepods" },
	{ CONTAINER_DOCKER, take_id64, .prefix = "/" },
	{ CONTAINER_DOCKER, take_id64, .prefix = "/docker-", .suffix = ".scope" },
	{ CONTAINER_CRIO, take_id64, .prefix = "/crio-" },
	{ CONTAINER_CRIO, take_id64, .prefix = "/crio-", .suffix = ".scope" },
	{ CONTAINER_CONTAINERD, take_id64, .prefix = "/cri-containerd-", .suffix = ".scope" },
	{ CONTAINER_CONTAINERD, take_id64, .prefix = ":cri-containerd:" },
	{ CONTAINER_CONTAINERD, take_ctr, .prefix = "/default/" },
	/* Before lxc: "/lxc/" fits it too. */
	{ CONTAINER_LIBVIRT_LXC, take_component, .prefix = "/libvirt/lxc/" },
	{ CONTAINER_LXC, take_component, .prefix = "/lxc/" },
	{ CONTAINER_LXC, take_component, .prefix = "/lxc.payload/" },
	{ CONTAINER_LXC, take_component, .prefix = "/lxc.payload." },
	{ CONTAINER_LIBVIRT_LXC, take_last_component, .suffix = ".libvirt-lxc" },
	{ CONTAINER_LIBVIRT_LXC, take_libvirt_scope, .prefix = "-lxc\\x2", .suffix = ".scope" },
	{ CONTAINER_NSPAWN, take_nspawn, .prefix = "/machine.slice/machine-",
	  .suffix = ".scope" },
	{ CONTAINER_NSPAWN, take_nspawn, .prefix = "/machine.slice/systemd-nspawn@",
	  .suffix = ".service" },
	{ CONTAINER_MESOS, take_mesos, .prefix = "/mesos/" },
	{ CONTAINER_BPM, take_bpm, .prefix = "bpm-", .suffix = ".scope" },
};

bool
cgroup_find(struct span cgroups, struct cgroup_id *out)
{
	for (size_t i = 0; i < ARRAY_LEN(rules); i++) {
		const struct rule *rule = &rules[i];
		struct span list = cgroups;
		struct cgroup cg;

		while (cgroup_next(&list, &cg)) {
			if (rule->within && !span_find(cg.path, rule->within))
				continue;
			if (rule->take(rule, &cg, out))
				return true;
		}
	}
	return false;
}
