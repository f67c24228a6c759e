#include <errno.h>
#include <fcntl.h>
#include <linux/fs.h>
#include <poll.h>
#include <sched.h>
#include <signal.h>
#include <stdbool.h>
#include <stdint.h>
#include <stdio.h>
#include <string.h>
#include <sys/ioctl.h>
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
 * anybody records.
 *
 * Who said "boot" stays outside and tidies up in the end, whoever began it, and should
 * the script that runs the story have been killed: it ends all processes, thaws the
 * disk should it be frozen, and removes the cgroups and the folder.
 */

#define HOST "shop-01"
#define TREES_MAX 16			/* of cgroups; version 1 has several */
#define PATH_MAX_LEN 512
#define UNIT_WORDS 4
#define INIT_CGROUP "init.scope"
#define TRIES 500			/* to remove a cgroup */
#define TRY_MS 10

struct stage {
	const char *top;		/* the folder with all that the story needs */
	pid_t script;			/* who runs the story, while it does */
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
	static const struct unit init = { NULL, INIT_CGROUP, { "/sbin/init", NULL } };
	char root[PATH_MAX_LEN];

	KIT_MUST(prctl(PR_SET_PDEATHSIG, SIGKILL) == 0);
	/* A namespace has one root, and boot needs the old one. */
	KIT_MUST(unshare(CLONE_NEWNS) == 0);
	KIT_MUST(sethostname(HOST, strlen(HOST)) == 0);
	signal(SIGTERM, SIG_DFL);
	signal(SIGCHLD, SIG_DFL);
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

/* Remove CGROUP, of one tree, and what is above it up to the story's own folder. */
static void
remove_cgroup(int tree, const char *cgroup)
{
	char path[PATH_MAX_LEN];
	char *slash;

	kit_copy(path, sizeof(path), cgroup);
	do {
		unlinkat(tree, path, AT_REMOVEDIR);
		slash = strrchr(path, '/');
		if (slash)
			*slash = '\0';
	} while (slash);
}

/* True when this folder of a tree is gone: nobody is in it any more. */
static bool
remove_cgroups(int tree, const char *folder)
{
	for (size_t i = 0; i < sizeof(containers) / sizeof(containers[0]); i++)
		remove_cgroup(tree, containers[i].cgroup);
	for (size_t i = 0; i < sizeof(services) / sizeof(services[0]); i++)
		remove_cgroup(tree, services[i].cgroup);
	remove_cgroup(tree, INIT_CGROUP);
	return rmdir(folder) == 0 || errno == ENOENT;
}

static void
volume_path(const struct stage *s, char path[PATH_MAX_LEN])
{
	snprintf(path, PATH_MAX_LEN, "%s/host/var/lib/lxc/orders-db/rootfs/var/lib/orders", s->top);
}

/* Should who froze the disk be dead: those that wait for it cannot even be killed. */
static void
thaw(const struct stage *s)
{
	char path[PATH_MAX_LEN];
	int fd;

	volume_path(s, path);
	fd = open(path, O_RDONLY | O_DIRECTORY | O_CLOEXEC);
	if (fd < 0)
		return;
	ioctl(fd, FITHAW, 0);
	close(fd);
}

/* All processes have ended. FOLDERS are those of cgroups. */
static void
tidy_up(const struct stage *s, char **folders)
{
	char path[PATH_MAX_LEN];

	/* A recorder that sits in the folder ends by itself, now. */
	for (int i = 0; i < s->n_cgroups; i++)
		for (int n = 0; n < TRIES && !remove_cgroups(s->cgroups[i], folders[i]); n++)
			kit_sleep_ms(TRY_MS);
	/* Where the script still has mounts in the folder, to remove it would tear them off
	 * as one tree, in which a disk and the file that it is made of keep each other. */
	if (getppid() == s->script)
		return;
	volume_path(s, path);
	umount2(path, 0);
	umount2(s->top, MNT_DETACH);
	rmdir(s->top);
}

static volatile sig_atomic_t is_told_to_end;

static void
end(int sig)
{
	(void)sig;
	is_told_to_end = 1;
}

static void
on_child(int sig)
{
	(void)sig;			/* it is enough that sigsuspend() returns */
}

/* Until the story's init has ended, which it does when this is told to. */
static void
wait_for(const struct stage *s, pid_t init, const sigset_t *before)
{
	while (!is_told_to_end && waitpid(init, NULL, WNOHANG) == 0)
		sigsuspend(before);
	thaw(s);
	if (!is_told_to_end)
		return;
	kill(init, SIGKILL);
	while (waitpid(init, NULL, WNOHANG) == 0) {
		kit_sleep_ms(TRY_MS);
		thaw(s);
	}
}

/* Until the script has built all that it needs. False: it has ended. */
static bool
wait_for_go(const sigset_t *before)
{
	struct pollfd p = { .fd = STDIN_FILENO, .events = POLLIN };
	char byte;

	return ppoll(&p, 1, NULL, before) == 1 && read(STDIN_FILENO, &byte, 1) == 1;
}

/* boot TOP CGROUPS...: CGROUPS are our own folders, one in each tree of cgroups. When a
 * byte comes in, the machine is started; the pid of its init goes out. Ends when that
 * ends, at SIGTERM, and with the parent. */
int
role_boot(int argc, char **argv)
{
	struct stage s = { .top = argv[1], .script = getppid(), .n_cgroups = argc - 2 };
	struct sigaction action = { .sa_handler = end };
	sigset_t blocked, before;
	pid_t init;

	KIT_MUST(argc > 2 && s.n_cgroups <= TREES_MAX);
	sigemptyset(&blocked);
	sigaddset(&blocked, SIGTERM);
	sigaddset(&blocked, SIGCHLD);
	sigprocmask(SIG_BLOCK, &blocked, &before);
	sigaction(SIGTERM, &action, NULL);
	action.sa_handler = on_child;
	sigaction(SIGCHLD, &action, NULL);
	KIT_MUST(prctl(PR_SET_PDEATHSIG, SIGTERM) == 0);
	for (int i = 0; i < s.n_cgroups; i++) {
		s.cgroups[i] = open(argv[2 + i], O_PATH | O_DIRECTORY | O_CLOEXEC);
		KIT_MUST(s.cgroups[i] >= 0);
	}
	if (wait_for_go(&before)) {
		KIT_MUST(unshare(CLONE_NEWNS | CLONE_NEWUTS | CLONE_NEWIPC | CLONE_NEWPID) == 0);
		KIT_MUST(mount(NULL, "/", NULL, MS_REC | MS_PRIVATE, NULL) == 0);
		init = fork();
		KIT_MUST(init >= 0);
		if (!init) {
			sigprocmask(SIG_SETMASK, &before, NULL);
			bring_up(&s);
		}
		printf("%d\n", init);
		fflush(stdout);
		wait_for(&s, init, &before);
	}
	tidy_up(&s, argv + 2);
	return 0;
}
