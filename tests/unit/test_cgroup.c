#include "engine/base/mem.h"
#include "engine/world/cgroup.h"
#include "engine/world/container.h"
#include "tests/lib/check.h"

/* An id of 64 digits, the 12 that are shown, and a uuid. */
#define ID "697956520d891b5cb0e215093970c733549a3f745f52263c05b37f8a488994f3"
#define ID2 "4F3C1A7BE2D90586C7A1E0F4B3D29586AA10FFEE22DD44BB66CC88EE00AA1122"
#define SHOWN "697956520d89"
#define UUID "01234567-89ab-cdef-0123-456789abcdef"
#define NAME_64 "aaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaa"

#define SPAN(s) { (const uint8_t *)(s), sizeof(s) - 1 }

static const struct {
	struct span cgroups;
	uint32_t type;
	const char *shown;		/* NULL: none */
	const char *full;		/* NULL: what is shown */
} paths[] = {
	{ SPAN(""), 0, NULL, NULL },
	{ SPAN("cpu=/"), 0, NULL, NULL },
	{ SPAN("cpu=/user.slice\0name=systemd=/user.slice/user-501.slice/session-3.scope\0"), 0,
	  NULL, NULL },
	{ SPAN("cpu=/libpod_parent/libpod-" ID), CONTAINER_PODMAN, SHOWN, ID },
	{ SPAN("cpu=/machine.slice/libpod-" ID ".scope"), CONTAINER_PODMAN, SHOWN, ID },
	{ SPAN("cpu=/machine.slice/libpod-" ID ".scope/container"), CONTAINER_PODMAN, SHOWN,
	  ID },
	{ SPAN("cpu=/machine.slice/libpod-conmon-" ID ".scope"), 0, NULL, NULL },
	{ SPAN("cpu=/user.slice/podman-77.scope/" ID), CONTAINER_PODMAN, SHOWN, ID },
	{ SPAN("cpu=/user.slice/podman-7x.scope/" ID), CONTAINER_DOCKER, SHOWN, ID },
	{ SPAN("cpu=/user.slice/podman-.scope/" ID), CONTAINER_DOCKER, SHOWN, ID },
	{ SPAN("name=systemd=/user.slice/user-1000.slice/user@1000.service/" ID),
	  CONTAINER_PODMAN, SHOWN, ID },
	{ SPAN("cpu=/user.slice/user-1000.slice/user@1000.service/" ID), CONTAINER_DOCKER,
	  SHOWN, ID },
	{ SPAN("cpu=/\0memory=/docker/" ID "\0"), CONTAINER_DOCKER, SHOWN, ID },
	{ SPAN("cpu=/docker/" ID2 "/docker/" ID), CONTAINER_DOCKER, SHOWN, ID },
	{ SPAN("cpu=/docker/" ID2), CONTAINER_DOCKER, "4F3C1A7BE2D9", ID2 },
	{ SPAN("cpu=/docker/" ID "0"), 0, NULL, NULL },
	{ SPAN("cpu=/docker/0" SHOWN), 0, NULL, NULL },
	{ SPAN("cpu=/docker/" ID "/init"), 0, NULL, NULL },
	{ SPAN("cpu=/system.slice/docker-" ID ".scope"), CONTAINER_DOCKER, SHOWN, ID },
	{ SPAN("cpu=/system.slice/docker-" ID ".scope/init.scope"), 0, NULL, NULL },
	{ SPAN("cpu=/kubepods/besteffort/pod" UUID "/" ID), CONTAINER_CRI, SHOWN, ID },
	{ SPAN("cpu=/kubepods.slice/kubepods-pod1.slice/docker-" ID ".scope"), CONTAINER_DOCKER,
	  SHOWN, ID },
	{ SPAN("cpu=/kubepods.slice/kubepods-pod1.slice/crio-" ID ".scope"), CONTAINER_CRIO,
	  SHOWN, ID },
	{ SPAN("cpu=/kubepods/burstable/pod1/crio-" ID), CONTAINER_CRIO, SHOWN, ID },
	{ SPAN("cpu=/kubepods.slice/crio-conmon-" ID ".scope"), 0, NULL, NULL },
	{ SPAN("cpu=/kubepods.slice/kubepods-pod1.slice/cri-containerd-" ID ".scope"),
	  CONTAINER_CONTAINERD, SHOWN, ID },
	{ SPAN("cpu=/system.slice/containerd.service/kubepods-pod1.slice:cri-containerd:" ID),
	  CONTAINER_CONTAINERD, SHOWN, ID },
	{ SPAN("cpu=/default/redis"), CONTAINER_CONTAINERD, "redis", NULL },
	{ SPAN("cpu=/default/my-redis-server"), CONTAINER_CONTAINERD, "my-redis-ser",
	  "my-redis-server" },
	{ SPAN("cpu=/default/" NAME_64), CONTAINER_DOCKER, "aaaaaaaaaaaa", NAME_64 },
	{ SPAN("cpu=/default/b" NAME_64), 0, NULL, NULL },
	{ SPAN("cpu=/default/redis.service"), 0, NULL, NULL },
	{ SPAN("cpu=/default/"), 0, NULL, NULL },
	{ SPAN("cpu=/lxc/web.1/ns"), CONTAINER_LXC, "web.1", NULL },
	{ SPAN("cpu=/a/lxc/outer/lxc/inner"), CONTAINER_LXC, "outer", NULL },
	{ SPAN("cpu=/lxc.payload/web"), CONTAINER_LXC, "web", NULL },
	{ SPAN("cpu=/lxc.payload.a-name-of-20-letters/init.scope"), CONTAINER_LXC,
	  "a-name-of-20-letters", NULL },
	{ SPAN("cpu=/lxc.monitor.web"), 0, NULL, NULL },
	{ SPAN("cpu=/lxc/"), 0, NULL, NULL },
	{ SPAN("cpu=/libvirt/lxc/c1"), CONTAINER_LIBVIRT_LXC, "c1", NULL },
	{ SPAN("cpu=/machine/c1.libvirt-lxc"), CONTAINER_LIBVIRT_LXC, "c1", NULL },
	{ SPAN("cpu=/machine/.libvirt-lxc"), 0, NULL, NULL },
	{ SPAN("cpu=/machine.slice/machine-lxc\\x2d56\\x2dc1.scope"), CONTAINER_LIBVIRT_LXC,
	  "56\\x2dc1", NULL },
	{ SPAN("cpu=/machine.slice/machine-lxc\\x2dc1.scope/libvirt"), CONTAINER_LIBVIRT_LXC,
	  "c1", NULL },
	{ SPAN("cpu=/machine.slice/machine-lxc\\x2d.scope"), 0, NULL, NULL },
	{ SPAN("cpu=/machine.slice/machine-deb12.scope"), CONTAINER_NSPAWN, "deb12", NULL },
	{ SPAN("cpu=/machine.slice/machine-my\\x2dbox.scope/payload/init.scope"),
	  CONTAINER_NSPAWN, "my-box", NULL },
	{ SPAN("cpu=/machine.slice/machine-a\\x2g\\x.scope"), CONTAINER_NSPAWN, "a\\x2g\\x",
	  NULL },
	{ SPAN("cpu=/machine.slice/systemd-nspawn@deb\\x5f12.service/payload"), CONTAINER_NSPAWN,
	  "deb_12", NULL },
	{ SPAN("cpu=/machine.slice/systemd-nspawn@deb.service/supervisor"), 0, NULL, NULL },
	{ SPAN("cpu=/machine.slice/machine-deb.scope/supervisors"), CONTAINER_NSPAWN, "deb",
	  NULL },
	{ SPAN("cpu=/machine.slice/machine-qemu\\x2d1\\x2dvm.scope"), 0, NULL, NULL },
	{ SPAN("cpu=/machine.slice/machine-.scope"), 0, NULL, NULL },
	{ SPAN("cpu=/mesos/" UUID), CONTAINER_MESOS, UUID, NULL },
	{ SPAN("cpu=/mesos/" UUID "/child"), CONTAINER_MESOS, UUID, NULL },
	{ SPAN("cpu=/mesos/" UUID "0"), 0, NULL, NULL },
	{ SPAN("cpu=/x/bpm-ab_c.D-1.scope"), CONTAINER_BPM, "ab_c.D-1", NULL },
	{ SPAN("cpu=/x/bpm-ab"), CONTAINER_BPM, "ab", NULL },
	{ SPAN("cpu=/x/bpm-ab/c"), 0, NULL, NULL },
	{ SPAN("cpu=/system.slice/bpm-agent.service"), 0, NULL, NULL },
	/* The order is that of the rules, not of the paths. */
	{ SPAN("cpu=/lxc/web\0memory=/docker/" ID "\0"), CONTAINER_DOCKER, SHOWN, ID },
	/* No path, no container. */
	{ SPAN("docker/" ID), 0, NULL, NULL },
	{ SPAN("\0\0\0=\0="), 0, NULL, NULL },
};

static bool
is_text(const char *p, size_t len, const char *want)
{
	return len == strlen(want) && !memcmp(p, want, len);
}

static void
paths_name_containers(void)
{
	for (size_t i = 0; i < ARRAY_LEN(paths); i++) {
		const char *full = paths[i].full ? paths[i].full : paths[i].shown;
		struct cgroup_id id;
		bool found = cgroup_find(paths[i].cgroups, &id);

		if (!CHECK(found == (paths[i].shown != NULL), "%s: found or not",
			   (const char *)paths[i].cgroups.p) ||
		    !found)
			continue;
		CHECK(id.type == paths[i].type, "  is of type %u, not %u", paths[i].type,
		      id.type);
		CHECK(is_text(id.text, id.shown_len, paths[i].shown), "  shown as %s",
		      paths[i].shown);
		CHECK(is_text(id.text, id.len, full), "  is %s", full);
	}
}

/* Copied to the heap without a NUL, so that a sanitizer sees a byte too far. */
static void
no_cut_reads_too_far(void)
{
	bool bounded = true;

	for (size_t i = 0; i < ARRAY_LEN(paths); i++) {
		for (size_t len = 0; len <= paths[i].cgroups.len; len++) {
			struct span cut = { xmalloc(len), len };
			struct cgroup_id id = { .len = 0 };

			memcpy((void *)(uintptr_t)cut.p, paths[i].cgroups.p, len);
			if (cgroup_find(cut, &id))
				bounded &= id.len && id.len <= len && id.shown_len &&
					   id.shown_len <= id.len;
			free((void *)(uintptr_t)cut.p);
		}
	}
	CHECK(bounded, "an id is never longer than what it came from");
}

static void
long_names_are_refused(void)
{
	static const char prefix[] = "cpu=/lxc/";
	char path[4096];
	struct cgroup_id id;
	size_t len = strlen(prefix);

	memset(path, 'x', sizeof(path));
	memcpy(path, prefix, len);
	CHECK(cgroup_find((struct span){ (uint8_t *)path, len + CGROUP_ID_MAX }, &id),
	      "the longest name");
	CHECK(!cgroup_find((struct span){ (uint8_t *)path, len + CGROUP_ID_MAX + 1 }, &id),
	      "one more is no name");
}

struct family {
	const struct span *env, *args;	/* by level */
	unsigned n;
	unsigned asked;
};

static bool
ancestor(void *ctx, unsigned level, struct span *env, struct span *args)
{
	struct family *f = ctx;

	f->asked++;
	if (level >= f->n)
		return false;
	*env = f->env[level];
	*args = f->args[level];
	return true;
}

static void
rkt_is_told_by_hints(void)
{
	static const struct span service = SPAN("cpu=/x.scope/system.slice/etcd.service");
	static const struct span none = SPAN("cpu=/");
	static const struct span env[] = { SPAN("A=1\0xcontainer_uuid=" UUID "\0"),
					   SPAN("container_uuid=short\0"),
					   SPAN("B=\0container_uuid=" UUID "\0") };
	static const struct span args[] = { SPAN("sh\0"), SPAN("sh\0"), SPAN("init\0") };
	static const struct span arg[] = { SPAN("rkt\0--uuid=" UUID "\0") };
	static const struct span no_env[] = { SPAN("") };
	static const struct {
		struct span root, cgroups;
		unsigned n;
		const char *id;
	} cases[] = {
		{ SPAN("/"), SPAN("cpu=/x.service"), 3, UUID ":x" },
		{ SPAN("/"), SPAN("cpu=/x.service"), 2, NULL },
		{ SPAN("/"), SPAN("cpu=/x.scope"), 3, NULL },
		{ SPAN("/opt/stage2/web/rootfs"), SPAN("cpu=/x.service"), 3, UUID ":web" },
		{ SPAN("/opt/stage2/web/rootfs/srv"), SPAN("cpu=/"), 3, UUID ":web" },
		{ SPAN("/opt/stage2/web/rootfsx"), SPAN("cpu=/"), 3, NULL },
		{ SPAN("/opt/stage2//rootfs"), SPAN("cpu=/"), 3, NULL },
		{ SPAN("/var/lib/rkt/pods/run/p1/stage1/rootfs/opt/stage2/db/rootfs"), SPAN(""),
		  0, "p1:db" },
		{ SPAN("/var/lib/rkt/pods/run//stage1/rootfs/opt/stage2/db/rootfs"), SPAN(""), 0,
		  NULL },
	};
	struct cgroup_id id;

	for (size_t i = 0; i < ARRAY_LEN(cases); i++) {
		struct family f = { env, args, cases[i].n, 0 };
		struct container_hints hints = { cases[i].root, ancestor, &f };
		bool found = cgroup_find_rkt(cases[i].cgroups, &hints, &id);

		CHECK(found == (cases[i].id != NULL), "rkt case %zu: found or not", i);
		if (found && cases[i].id)
			CHECK(is_text(id.text, id.len, cases[i].id) && id.type == CONTAINER_RKT,
			      "  is %s", cases[i].id);
	}
	CHECK(cgroup_find_rkt(service, &(struct container_hints){ { (const uint8_t *)"", 0 },
		ancestor, &(struct family){ no_env, arg, 1, 0 } }, &id), "from --uuid=");
	CHECK(is_text(id.text, id.len, UUID ":etcd"), "  with the service's name");
	CHECK(!cgroup_find_rkt(service, &(struct container_hints){ .ctx = NULL }, &id),
	      "nobody to ask");
	CHECK(cgroup_may_be_rkt(service) && !cgroup_may_be_rkt(none), "who could be");
}

static void
tasks_are_told_by_ancestors(void)
{
	static const struct {
		struct span env;
		const char *task;
	} cases[] = {
		{ SPAN("MESOS_TASK_ID=web.17\0"), "web.17" },
		{ SPAN("A=b\0mesos_task_id=a_b"), "a_b" },
		{ SPAN("MESOS_EXECUTOR_ID=x.y\0"), "x.y" },
		{ SPAN("MESOS_TASK_ID=a.\0"), "" },
		{ SPAN("MESOS_TASK_ID=abcd\0"), "" },
		{ SPAN(""), "" },
	};
	static const struct span args = SPAN("sh\0");

	for (size_t i = 0; i < ARRAY_LEN(cases); i++) {
		struct family f = { &cases[i].env, &args, 1, 0 };
		struct container_hints hints = { .ancestor = ancestor, .ctx = &f };
		struct span task = cgroup_mesos_task(&hints);

		CHECK(is_text((const char *)task.p, task.len, cases[i].task), "task '%s'",
		      cases[i].task);
	}
	CHECK(!cgroup_mesos_task(&(struct container_hints){ .ctx = NULL }).len, "nobody to ask");
}

static bool
endless(void *ctx, unsigned level, struct span *env, struct span *args)
{
	struct family *f = ctx;

	(void)level;
	f->asked++;
	*env = f->env[0];
	*args = f->args[0];
	return true;
}

static void
asking_has_an_end(void)
{
	static uint8_t zeroes[65536];
	struct span small = { zeroes, 10 }, large = { zeroes, sizeof(zeroes) };
	struct family f = { &small, &small, 0, 0 };
	struct container_hints hints = { .ancestor = endless, .ctx = &f };

	cgroup_mesos_task(&hints);
	CHECK(f.asked == 64, "a loop of ancestors: asked %u times", f.asked);
	f = (struct family){ &large, &large, 0, 0 };
	cgroup_mesos_task(&hints);
	CHECK(f.asked < 5, "huge ancestors: asked %u times", f.asked);
}

int
main(void)
{
	paths_name_containers();
	no_cut_reads_too_far();
	long_names_are_refused();
	rkt_is_told_by_hints();
	tasks_are_told_by_ancestors();
	asking_has_an_end();
	return check_done();
}
