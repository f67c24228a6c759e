#include <errno.h>
#include <fcntl.h>
#include <sched.h>
#include <signal.h>
#include <stdint.h>
#include <stdio.h>
#include <string.h>
#include <sys/mount.h>
#include <sys/prctl.h>
#include <sys/stat.h>
#include <sys/syscall.h>
#include <sys/wait.h>
#include <unistd.h>

#include "tests/story/kit.h"
#include "tests/story/roles.h"

/*
 * Bring the machine of the story up, in namespaces of its own: containers first,
 * then the host's services, then this becomes its init. All of it is over before
 * anybody records, and all of it ends with the process that said "boot".
 */

#define HOST "shop-01"
#define TREES_MAX 16			/* of cgroups; version 1 has several */
#define PATH_MAX_LEN 512
#define UNIT_WORDS 4

struct stage {
	const char *top;		/* the folder with all that the story needs */
	int cgroups[TREES_MAX];
	int n_cgroups;
};

struct unit {
	const char *name;		/* of a container, its folder and network; or NULL */
	const char *cgroup;
	const char *args[UNIT_WORDS];
};

static const struct unit containers[] = {
	{ "orders-db", "lxc.payload.orders-db", { "/sbin/init", "/usr/sbin/ordersdb", NULL } },
	{ "shop-api", "lxc.payload.shop-api",
	  { "/sbin/init", "/usr/sbin/sessiond", "/usr/sbin/shop-api", NULL } },
	{ "frontend", "lxc.payload.frontend", { "/sbin/init", "/usr/sbin/httpd", NULL } },
};

static const struct unit services[] = {
	{ NULL, "system.slice/statsd.service", { "/usr/sbin/statsd", NULL } },
	{ NULL, "system.slice/cron.service", { "/usr/sbin/crond", NULL } },
	{ NULL, "system.slice/ssh.service", { "/usr/sbin/sshd", NULL } },
};


static void
join_cgroup(const struct stage *s, const char *cgroup)
{
	char path[PATH_MAX_LEN];

	snprintf(path, sizeof(path), "%s/cgroup.procs", cgroup);
	for (int i = 0; i < s->n_cgroups; i++) {
		int fd = openat(s->cgroups[i], path, O_WRONLY | O_CLOEXEC);

		KIT_MUST(fd >= 0 && write(fd, "0", 1) == 1);
		close(fd);
	}
}

static void
join_network(const struct stage *s, const char *name)
{
	char path[PATH_MAX_LEN];
	int fd;

	snprintf(path, sizeof(path), "%s/net/%s", s->top, name);
	fd = open(path, O_RDONLY | O_CLOEXEC);
	KIT_MUST(fd >= 0 && setns(fd, CLONE_NEWNET) == 0);
	close(fd);
}

/* Make ROOT the root, with /proc and terminals of this namespace, and forget the old. */
static void
enter_root(const char *root)
{
	KIT_MUST(mount(root, root, NULL, MS_BIND | MS_REC, NULL) == 0 && chdir(root) == 0);
	KIT_MUST(syscall(SYS_pivot_root, ".", ".") == 0 && umount2(".", MNT_DETACH) == 0);
	KIT_MUST(chdir("/") == 0 && mount("proc", "/proc", "proc", 0, NULL) == 0);
	KIT_MUST(mount("devpts", "/dev/pts", "devpts", 0, "newinstance,ptmxmode=0666") == 0);
}

static void
become(const struct unit *u)
{
	char path[] = "PATH=/bin:/usr/bin:/sbin:/usr/sbin", lxc[] = "container=lxc";
	char *env[] = { path, u->name ? lxc : NULL, NULL };
	char *args[UNIT_WORDS];
	int null = open("/dev/null", O_RDWR);

	KIT_MUST(null >= 0);
	setsid();
	for (int i = 0; i < 3; i++)
		dup2(null, i);
	syscall(SYS_close_range, 3, ~0u, 0);
	for (int i = 0; i < UNIT_WORDS; i++)
		args[i] = (char *)(uintptr_t)u->args[i];
	execve(args[0], args, env);
	kit_give_up(args[0]);
}

/* The first process of a container; this machine's init becomes its parent. */
static void
start_container(const struct stage *s, const struct unit *u)
{
	char root[PATH_MAX_LEN];
	pid_t child = fork();
	int status;

	KIT_MUST(child >= 0);
	if (child) {
		KIT_MUST(waitpid(child, &status, 0) == child && status == 0);
		return;
	}
	join_cgroup(s, u->cgroup);
	join_network(s, u->name);
	KIT_MUST(unshare(CLONE_NEWNS | CLONE_NEWUTS | CLONE_NEWIPC | CLONE_NEWPID |
			 CLONE_NEWCGROUP) == 0);
	child = fork();
	KIT_MUST(child >= 0);
	if (child)
		_exit(0);
	KIT_MUST(sethostname(u->name, strlen(u->name)) == 0);
	snprintf(root, sizeof(root), "%s/host/var/lib/lxc/%s/rootfs", s->top, u->name);
	enter_root(root);
	become(u);
}

static void
start_service(const struct stage *s, const struct unit *u)
{
	pid_t child = fork();

	KIT_MUST(child >= 0);
	if (child)
		return;
	join_cgroup(s, u->cgroup);
	become(u);
}

static void
bring_up(const struct stage *s)
{
	static const struct unit init = { NULL, "init.scope", { "/sbin/init", NULL } };
	char root[PATH_MAX_LEN];

	KIT_MUST(prctl(PR_SET_PDEATHSIG, SIGKILL) == 0);
	KIT_MUST(sethostname(HOST, strlen(HOST)) == 0);
	KIT_MUST(mount(NULL, "/", NULL, MS_REC | MS_PRIVATE, NULL) == 0);
	join_network(s, "host");
	for (size_t i = 0; i < sizeof(containers) / sizeof(containers[0]); i++)
		start_container(s, &containers[i]);
	snprintf(root, sizeof(root), "%s/host", s->top);
	enter_root(root);
	for (size_t i = 0; i < sizeof(services) / sizeof(services[0]); i++)
		start_service(s, &services[i]);
	join_cgroup(s, init.cgroup);
	become(&init);
}

/* boot TOP CGROUPS...: CGROUPS are our own folders, one in each tree of cgroups. Writes
 * the pid of the story's init, and lives as long as it. */
int
role_boot(int argc, char **argv)
{
	struct stage s = { .top = argv[1], .n_cgroups = argc - 2 };
	int status;
	pid_t init;

	KIT_MUST(argc > 2 && s.n_cgroups <= TREES_MAX);
	KIT_MUST(prctl(PR_SET_PDEATHSIG, SIGKILL) == 0);
	for (int i = 0; i < s.n_cgroups; i++) {
		s.cgroups[i] = open(argv[2 + i], O_PATH | O_DIRECTORY | O_CLOEXEC);
		KIT_MUST(s.cgroups[i] >= 0);
	}
	KIT_MUST(unshare(CLONE_NEWNS | CLONE_NEWUTS | CLONE_NEWIPC | CLONE_NEWPID) == 0);
	init = fork();
	KIT_MUST(init >= 0);
	if (!init)
		bring_up(&s);
	printf("%d\n", init);
	fflush(stdout);
	KIT_MUST(waitpid(init, &status, 0) == init);
	return 0;
}
