#include "engine/world/cgroup.h"

#include <string.h>

#include "engine/base/mem.h"
#include "engine/world/container.h"
#include "engine/world/span.h"

/* How far ancestors are asked: a made-up tree must not cost more than real ones. */
#define ANCESTORS_MAX 64
#define ANCESTOR_BYTES_MAX (256u * 1024)
#define TASK_ID_MAX 255

/* The value of the first of TEXTS that starts with KEY. */
static bool
value_of(struct span texts, const char *key, struct span *value)
{
	struct span text;

	/* Most have no such text; to look for the bytes is faster than to walk. */
	if (!span_find(texts, key))
		return false;
	while (span_next_text(&texts, &text)) {
		if (!span_starts_with(text, key))
			continue;
		*value = span_between(text.p + strlen(key), span_end(text));
		return true;
	}
	return false;
}

/* The app of the first service, or an empty span. */
static struct span
service_of(struct span cgroups)
{
	struct cgroup cg;

	while (cgroup_next(&cgroups, &cg))
		if (span_ends_with(cg.path, ".service"))
			return span_without_end(span_last_component(cg.path), strlen(".service"));
	return (struct span){ (const uint8_t *)"", 0 };
}

bool
cgroup_may_be_rkt(struct span cgroups)
{
	return service_of(cgroups).len != 0;
}

static bool
give_rkt(struct cgroup_id *out, struct span pod, struct span app)
{
	size_t len = pod.len + 1 + app.len;

	if (!pod.len || !app.len || len > sizeof(out->text))
		return false;
	out->type = CONTAINER_RKT;
	out->is_name = true;
	out->len = len;
	out->shown_len = len;
	memcpy(out->text, pod.p, pod.len);
	out->text[pod.len] = ':';
	memcpy(out->text + pod.len + 1, app.p, app.len);
	return true;
}

/* APP of ".../APP/rootfs", when S goes on after PREFIX like that. */
static bool
take_stage2(struct span s, const char *prefix, struct span *app)
{
	struct span rest;

	if (!span_starts_with(s, prefix))
		return false;
	rest = span_between(s.p + strlen(prefix), span_end(s));
	*app = span_component(rest);
	rest = span_between(span_end(*app), span_end(rest));
	return app->len && span_starts_with(rest, "/rootfs") &&
	       (rest.len == strlen("/rootfs") || rest.p[strlen("/rootfs")] == '/');
}

/* Go up: what the ancestor at *LEVEL, then the next, was given. *BUDGET is the
 * bytes that may still be looked at. */
static bool
next_ancestor(const struct container_hints *hints, unsigned *level, size_t *budget,
	      struct span *env, struct span *args)
{
	if (!hints->ancestor || *level == ANCESTORS_MAX)
		return false;
	if (!hints->ancestor(hints->ctx, (*level)++, env, args))
		return false;
	if (env->len > *budget || args->len > *budget - env->len)
		return false;
	*budget -= env->len + args->len;
	return true;
}

/* The pod that an ancestor was told of. */
static bool
pod_of_ancestors(const struct container_hints *hints, struct span *pod)
{
	size_t budget = ANCESTOR_BYTES_MAX;
	unsigned level = 0;
	struct span env, args;

	while (next_ancestor(hints, &level, &budget, &env, &args)) {
		if (value_of(env, "container_uuid=", pod) && cgroup_is_uuid(*pod))
			return true;
		if (value_of(args, "--uuid=", pod) && cgroup_is_uuid(*pod))
			return true;
	}
	return false;
}

bool
cgroup_find_rkt(struct span cgroups, const struct container_hints *hints,
		struct cgroup_id *out)
{
	static const char pods[] = "/var/lib/rkt/pods/run/";
	struct span pod, app, rest;

	if (span_starts_with(hints->root, pods)) {
		rest = span_between(hints->root.p + strlen(pods), span_end(hints->root));
		pod = span_component(rest);
		rest = span_between(span_end(pod), span_end(rest));
		return take_stage2(rest, "/stage1/rootfs/opt/stage2/", &app) &&
		       give_rkt(out, pod, app);
	}
	if (!take_stage2(hints->root, "/opt/stage2/", &app))
		app = service_of(cgroups);
	return app.len && pod_of_ancestors(hints, &pod) && give_rkt(out, pod, app);
}

/* Task ids have a "." or "_" between the app and a number. */
static bool
is_task_id(struct span s)
{
	return s.len >= 3 && s.len <= TASK_ID_MAX &&
	       (memchr(s.p, '.', s.len) || memchr(s.p, '_', s.len));
}

struct span
cgroup_mesos_task(const struct container_hints *hints)
{
	static const char *const keys[] = {
		"MESOS_TASK_ID=", "mesos_task_id=", "MESOS_EXECUTOR_ID=",
	};
	size_t budget = ANCESTOR_BYTES_MAX;
	unsigned level = 0;
	struct span env, args, task;

	while (next_ancestor(hints, &level, &budget, &env, &args))
		for (size_t i = 0; i < ARRAY_LEN(keys); i++)
			if (value_of(env, keys[i], &task) && is_task_id(task))
				return task;
	return (struct span){ (const uint8_t *)"", 0 };
}
