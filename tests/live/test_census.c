#include <dirent.h>
#include <pthread.h>
#include <signal.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/prctl.h>
#include <sys/resource.h>
#include <sys/stat.h>
#include <sys/wait.h>
#include <time.h>
#include <unistd.h>

#include "engine/base/err.h"
#include "engine/base/mem.h"
#include "engine/event/source.h"
#include "probe/calls.h"
#include "probe/census.h"
#include "probe/demand.h"
#include "probe/loader.h"
#include "probe/proc_entry.h"
#include "tests/lib/check.h"

/*
 * What the iterator in the kernel says of threads is what /proc says of them. Only a
 * child of this process is looked at.
 */

#define RING_BYTES 65536
#define THREADS 1000
#define STACK_BYTES 65536
#define INNER "/inner"			/* a folder in the child's root */

static void *
wait_for_ever(void *ctx)
{
	(void)ctx;
	prctl(PR_SET_NAME, "a (worker)");
	for (;;)
		pause();
	return NULL;
}

/* Be somebody who is easily told from others, say so, and wait to be ended. */
static void
be_looked_at(const char *folder, int out)
{
	struct rlimit limit = { 500, 600 };
	pthread_attr_t attr;
	pthread_t thread;

	/* It names files in another way than we do. */
	if (chroot(folder) < 0 || chdir(INNER) < 0)
		_exit(1);
	if (setsid() < 0 || setrlimit(RLIMIT_NOFILE, &limit) < 0)
		_exit(1);
	pthread_attr_init(&attr);
	pthread_attr_setstacksize(&attr, STACK_BYTES);
	for (int i = 0; i < THREADS; i++)
		if (pthread_create(&thread, &attr, wait_for_ever, NULL))
			_exit(2);
	if (setegid(99) < 0 || seteuid(98) < 0 || write(out, "r", 1) != 1)
		_exit(3);
	for (;;)
		pause();
}

static bool
same(struct span a, struct span b)
{
	return a.len == b.len && !memcmp(a.p, b.p, a.len);
}

static void
compare_numbers(const struct proc_record *a, const struct proc_record *b)
{
	CHECK(a->tid == b->tid && a->pid == b->pid && a->ptid == b->ptid, "numbers %d %d %d",
	      (int)b->tid, (int)b->pid, (int)b->ptid);
	CHECK(a->sid == b->sid && a->pgid == b->pgid && a->tty == b->tty,
	      "  session %d, group %d, terminal %u", (int)b->sid, (int)b->pgid, b->tty);
	CHECK(a->vtid == b->vtid && a->vpid == b->vpid && a->vpgid == b->vpgid,
	      "  in its namespace %d %d %d", (int)b->vtid, (int)b->vpid, (int)b->vpgid);
	CHECK(a->uid == b->uid && a->gid == b->gid && a->loginuid == b->loginuid,
	      "  user %u, group %u, who logged in as %u", b->uid, b->gid, b->loginuid);
	CHECK(a->cap_effective == b->cap_effective && a->cap_permitted == b->cap_permitted &&
	      a->cap_inheritable == b->cap_inheritable, "  rights %llx",
	      (unsigned long long)b->cap_effective);
	CHECK(a->fdlimit == b->fdlimit && a->flags == b->flags, "  limit %d",
	      (int)b->fdlimit);
	CHECK(a->vmsize_kb == b->vmsize_kb && a->pfmajor == b->pfmajor, "  size %u",
	      b->vmsize_kb);
	CHECK(a->exe_ino == b->exe_ino && a->exe_ino_ctime_ns == b->exe_ino_ctime_ns &&
	      a->exe_ino_mtime_ns == b->exe_ino_mtime_ns, "  inode %llu",
	      (unsigned long long)b->exe_ino);
	CHECK(same(a->comm, b->comm), "  called %.*s", (int)b->comm.len,
	      (const char *)b->comm.p);
}

static void
compare_texts(struct census *c, const struct wire_thread *t, const struct proc_record *b)
{
	struct text exe = { 0 }, cwd = { 0 };

	census_exe(t, &exe);
	census_cwd(t, &cwd);
	CHECK(exe.len && same((struct span){ (uint8_t *)exe.p, exe.len - 1 }, b->exepath),
	      "its program is %.*s", (int)b->exepath.len, (const char *)b->exepath.p);
	CHECK(same(b->cwd, (struct span){ (const uint8_t *)INNER, strlen(INNER) }),
	      "it names its folder as it sees that");
	CHECK(cwd.len && same((struct span){ (uint8_t *)cwd.p, cwd.len - 1 }, b->cwd),
	      "its folder is %.*s", (int)b->cwd.len, (const char *)b->cwd.p);
	CHECK(same(census_cgroups(c, t), b->cgroups), "its cgroups are those of /proc");
	text_fini(&exe);
	text_fini(&cwd);
}

static double
now_ms(void)
{
	struct timespec t;

	clock_gettime(CLOCK_MONOTONIC, &t);
	return (double)t.tv_sec * 1e3 + (double)t.tv_nsec / 1e6;
}

/* All threads of PID from /proc, of which there are *N; how long that takes. */
static double
read_proc(pid_t pid, size_t *n)
{
	struct proc_entry e = { 0 };
	double start = now_ms();
	struct proc_record p;
	struct dirent *d;
	char path[64];
	DIR *dir;

	snprintf(path, sizeof(path), "/proc/%d/task", pid);
	dir = opendir(path);
	while (dir && (d = readdir(dir)))
		if (d->d_name[0] != '.' &&
		    proc_entry_read(&e, pid, strtoll(d->d_name, NULL, 10), &p))
			++*n;
	if (dir)
		closedir(dir);
	proc_entry_fini(&e);
	return now_ms() - start;
}

static void
look_at(struct loader *l, pid_t pid)
{
	struct census census = { 0 };
	struct proc_record there, here;
	struct proc_entry e = { 0 };
	size_t n = 0, n_there = 0, n_others = 0, first;
	double counting, start = now_ms();

	census_read(&census, loader_list_threads(l));
	counting = now_ms() - start;
	first = census_find(&census, pid);
	if (!CHECK(first < census_count(&census), "the child is counted"))
		return;
	for (size_t i = 0; i < census_count(&census); i++) {
		const struct wire_thread *t = census_thread(&census, i);

		if (t->task.pid != (uint32_t)pid) {
			n_others += t->is_followed;
			continue;
		}
		n++;
		if (n < 20)
			CHECK(t->is_followed == (n == 1), "the one that is marked is followed");
		census_record(t, &there);
		if (n < 20 && CHECK(proc_entry_read(&e, pid, there.tid, &here), "it is there"))
			compare_numbers(&there, &here);
		if (n == 1)
			compare_texts(&census, t, &here);
	}
	printf("# %zu threads, and %zu others: counted in %.2f ms, the former from /proc in "
	       "%.2f ms\n", n, census_count(&census) - n, counting, read_proc(pid, &n_there));
	CHECK(n == n_there && n == THREADS + 1, "all %zu of them", n);
	CHECK(!n_others, "nobody else is followed");
	CHECK(census_find(&census, 1 << 30) == census_count(&census), "nor found");
	census_fini(&census);
	proc_entry_fini(&e);
}

/* Its first thread ends, the other one does not. */
static void
live_on(void)
{
	pthread_t thread;

	if (pthread_create(&thread, NULL, wait_for_ever, NULL))
		_exit(1);
	pthread_exit(NULL);
}

/* Wait until PID has the state of who has ended, which a first thread has, too. */
static bool
is_zombie(pid_t pid)
{
	for (int i = 0; i < 1000; i++) {
		char path[64], line[512] = "";
		const char *name_end;
		FILE *f;

		snprintf(path, sizeof(path), "/proc/%d/stat", pid);
		f = fopen(path, "r");
		if (f && !fgets(line, sizeof(line), f))
			line[0] = '\0';
		if (f)
			fclose(f);
		name_end = strrchr(line, ')');
		if (name_end && !strncmp(name_end, ") Z", 3))
			return true;
		usleep(10000);
	}
	return false;
}

/* A process has ended when all of its threads have, though its parent does not know yet. */
static void
look_at_ended(struct loader *l)
{
	struct census census = { 0 };
	struct proc_entry e = { 0 };
	struct proc_record p;
	pid_t living, ended;
	int status;

	living = fork();
	if (!living)
		live_on();
	ended = fork();
	if (!ended)
		_exit(0);
	CHECK(is_zombie(ended) && is_zombie(living), "first threads have ended");
	census_read(&census, loader_list_threads(l));
	for (int i = 0; i < 2; i++) {
		pid_t pid = i ? living : ended;
		size_t at = census_find(&census, pid);

		CHECK(at < census_count(&census) && census_has_ended(&census, at) == !i,
		      "the process %s", i ? "lives on in another thread" : "has ended");
		CHECK(proc_entry_read(&e, pid, pid, &p) == i, "  in /proc, too");
	}
	census_fini(&census);
	proc_entry_fini(&e);
	kill(living, SIGKILL);
	waitpid(living, &status, 0);
	waitpid(ended, &status, 0);
}

static void
compare_all(const char *folder)
{
	static struct wire_config config;
	static struct call_plan plans[WIRE_CALLS];
	const struct demand everything = { 0 };
	struct err err = { 0 };
	struct loader *l;
	int ends[2], status;
	pid_t child;
	char c;

	if (pipe(ends) < 0)
		return;
	child = fork();
	if (!child)
		be_looked_at(folder, ends[1]);
	close(ends[1]);
	CHECK(read(ends[0], &c, 1) == 1 || geteuid(), "a child is somebody");
	calls_plan(calls_machine(), plans, &config);
	config.only_marked = 1;
	demand_apply(&everything, NULL, &config);
	l = loader_open(&config, RING_BYTES, &err);
	if (l && loader_attach(l, &err) == 0 && loader_mark(l, (uint32_t)child, &err) == 0)
		look_at(l, child);
	else
		check_skip("%s", err.text);
	if (l && !err.code)
		look_at_ended(l);
	loader_close(l);
	kill(child, SIGKILL);
	waitpid(child, &status, 0);
	close(ends[0]);
}

int
main(void)
{
	char folder[] = "/tmp/sysreel-census-XXXXXX", inner[64];

	if (!CHECK(mkdtemp(folder), "there is a folder to work in"))
		return check_done();
	chmod(folder, 0755);
	snprintf(inner, sizeof(inner), "%s" INNER, folder);
	CHECK(mkdir(inner, 0755) == 0, "and one in it");
	compare_all(folder);
	rmdir(inner);
	rmdir(folder);
	return check_done();
}
