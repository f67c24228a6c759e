#include "probe/snapshot.h"

#include <arpa/inet.h>
#include <dirent.h>
#include <grp.h>
#include <ifaddrs.h>
#include <net/if.h>
#include <pwd.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <time.h>
#include <unistd.h>

#include "engine/base/mem.h"
#include "probe/census.h"
#include "probe/listed.h"
#include "probe/proc_entry.h"
#include "probe/proc_file.h"
#include "probe/sockets.h"

/* What is read next. */
enum stage { AT_MACHINE, AT_IFACES, AT_USERS, AT_GROUPS, AT_PROCESSES, AT_END };

struct snapshot {
	enum stage stage;
	struct ifaddrs *ifaces, *iface;
	char hostname[256];
	int64_t *pids;			/* of the processes to read */
	size_t n_pids, cap_pids, at_pid;
	size_t n_full;			/* of the first so many the descriptors, too */
	bool is_begun;			/* the process at hand */
	DIR *threads, *fds;		/* of it, when they are read from /proc */
	struct census census;		/* threads that are known already */
	size_t at_thread;		/* of these, the next one of the process at hand */
	bool is_counted;		/* those of the process at hand */
	struct proc_record first;	/* of these, the one whose texts the others share */
	struct listed listed;		/* descriptors that are known already */
	bool is_listed;			/* those of the process at hand */
	struct proc_entry entry;
	struct sockets *sockets;
};

/* A name in a folder of numbers; -1: it is none. */
static int64_t
number_of(const char *name)
{
	char *end;
	long long v;

	if (*name < '0' || *name > '9')
		return -1;
	v = strtoll(name, &end, 10);
	return *end ? -1 : v;
}

static void
add_pid(struct snapshot *s, int64_t pid)
{
	xgrow(&s->pids, &s->cap_pids, s->n_pids + 1, sizeof(s->pids[0]));
	s->pids[s->n_pids++] = pid;
}

static bool
has_pid(const struct snapshot *s, int64_t pid)
{
	for (size_t i = 0; i < s->n_pids; i++)
		if (s->pids[i] == pid)
			return true;
	return false;
}

static void
add_all(struct snapshot *s)
{
	DIR *proc = opendir("/proc");
	struct dirent *d;

	while (proc && (d = readdir(proc)))
		if (number_of(d->d_name) > 0)
			add_pid(s, number_of(d->d_name));
	if (proc)
		closedir(proc);
	s->n_full = s->n_pids;
}

/* 0: there is none. */
static int64_t
parent_of(struct snapshot *s, int64_t pid)
{
	size_t i = census_find(&s->census, pid);
	char path[PROC_PATH_MAX];

	if (i < census_count(&s->census))
		return census_thread(&s->census, i)->task.ptid;
	snprintf(path, sizeof(path), "/proc/%lld/status", (long long)pid);
	if (!proc_read(path, &s->entry.file, 16384))
		return 0;
	return (int64_t)proc_number(s->entry.file.p, "PPid", 10, 0);
}

static void
add_with_ancestors(struct snapshot *s, const int64_t *pids, size_t n)
{
	for (size_t i = 0; i < n; i++)
		add_pid(s, pids[i]);
	s->n_full = n;
	for (size_t i = 0; i < s->n_pids; i++) {
		int64_t parent;

		parent = parent_of(s, s->pids[i]);
		if (parent > 0 && !has_pid(s, parent))
			add_pid(s, parent);
	}
}

static void
add_counted(struct snapshot *s)
{
	for (size_t i = 0; i < census_count(&s->census); i++) {
		int64_t pid = census_thread(&s->census, i)->task.pid;

		if (!s->n_pids || s->pids[s->n_pids - 1] != pid)
			add_pid(s, pid);
	}
	s->n_full = s->n_pids;
}

struct snapshot *
snapshot_new(const struct snapshot_choice *o)
{
	struct snapshot *s = xzalloc(sizeof(*s));

	s->sockets = sockets_new();
	census_read(&s->census, o->threads_fd);
	listed_read(&s->listed, o->files_fd);
	if (o->pids)
		add_with_ancestors(s, o->pids, o->n_pids);
	else if (census_count(&s->census))
		add_counted(s);
	else
		add_all(s);
	return s;
}

bool
snapshot_is_counted(const struct snapshot *s)
{
	return census_count(&s->census);
}

bool
snapshot_has_all(const struct snapshot *s, int64_t pid)
{
	for (size_t i = 0; i < s->n_full; i++)
		if (s->pids[i] == pid)
			return true;
	return false;
}

static void
close_process(struct snapshot *s)
{
	if (s->threads)
		closedir(s->threads);
	if (s->fds)
		closedir(s->fds);
	s->threads = s->fds = NULL;
	s->is_begun = false;
}

void
snapshot_close(struct snapshot *s)
{
	if (!s)
		return;
	close_process(s);
	if (s->ifaces)
		freeifaddrs(s->ifaces);
	proc_entry_fini(&s->entry);
	census_fini(&s->census);
	listed_fini(&s->listed);
	sockets_free(s->sockets);
	free(s->pids);
	free(s);
}

static struct span
span_of(const char *text)
{
	return (struct span){ (const uint8_t *)(text ? text : ""), text ? strlen(text) : 0 };
}

static void
tell_machine(struct snapshot *s, struct record *rec)
{
	struct timespec wall, boot;
	struct machine_record *m = &rec->machine;

	*rec = (struct record){ .kind = RECORD_MACHINE };
	m->hostname = span_of(NULL);
	m->n_cpus = (uint32_t)sysconf(_SC_NPROCESSORS_ONLN);
	m->memory_bytes = (uint64_t)sysconf(_SC_PHYS_PAGES) * (uint64_t)sysconf(_SC_PAGESIZE);
	if (proc_read("/proc/sys/kernel/pid_max", &s->entry.file, 32))
		m->max_pid = strtoull(s->entry.file.p, NULL, 10);
	if (gethostname(s->hostname, sizeof(s->hostname) - 1) == 0)
		m->hostname = span_of(s->hostname);
	clock_gettime(CLOCK_REALTIME, &wall);
	clock_gettime(CLOCK_BOOTTIME, &boot);
	m->boot_ns = (uint64_t)(wall.tv_sec - boot.tv_sec) * 1000000000u +
		     (uint64_t)(wall.tv_nsec - boot.tv_nsec);
}

static void
copy_address(uint8_t *out, const struct sockaddr *a)
{
	struct sockaddr_in6 v6;
	struct sockaddr_in v4;

	if (a && a->sa_family == AF_INET) {
		memcpy(&v4, a, sizeof(v4));
		memcpy(out, &v4.sin_addr, 4);
	} else if (a && a->sa_family == AF_INET6) {
		memcpy(&v6, a, sizeof(v6));
		memcpy(out, &v6.sin6_addr, 16);
	}
}

static bool
next_iface(struct snapshot *s, struct record *rec)
{
	struct iface_record *out = &rec->iface;

	if (!s->ifaces && getifaddrs(&s->ifaces) == 0)
		s->iface = s->ifaces;
	for (; s->iface; s->iface = s->iface->ifa_next) {
		const struct ifaddrs *i = s->iface;
		int family = i->ifa_addr ? i->ifa_addr->sa_family : AF_UNSPEC;

		if (family != AF_INET && family != AF_INET6)
			continue;
		*rec = (struct record){ .kind = RECORD_IFACE };
		out->is_v6 = family == AF_INET6;
		out->name = span_of(i->ifa_name);
		copy_address(out->addr, i->ifa_addr);
		copy_address(out->netmask, i->ifa_netmask);
		if (i->ifa_flags & IFF_BROADCAST)
			copy_address(out->broadcast, i->ifa_broadaddr);
		s->iface = i->ifa_next;
		return true;
	}
	return false;
}

static bool
next_user(struct record *rec)
{
	const struct passwd *p = getpwent();

	if (!p) {
		endpwent();
		return false;
	}
	*rec = (struct record){ .kind = RECORD_USER };
	rec->user.uid = p->pw_uid;
	rec->user.gid = p->pw_gid;
	rec->user.name = span_of(p->pw_name);
	rec->user.home = span_of(p->pw_dir);
	rec->user.shell = span_of(p->pw_shell);
	return true;
}

static bool
next_group(struct record *rec)
{
	const struct group *g = getgrent();

	if (!g) {
		endgrent();
		return false;
	}
	*rec = (struct record){ .kind = RECORD_GROUP };
	rec->user.gid = g->gr_gid;
	rec->user.name = span_of(g->gr_name);
	rec->user.home = rec->user.shell = span_of(NULL);
	return true;
}

static DIR *
open_folder(int64_t pid, const char *name)
{
	char path[PROC_PATH_MAX];

	snprintf(path, sizeof(path), "/proc/%lld/%s", (long long)pid, name);
	return opendir(path);
}

/* What the threads of process PID share is read for the first that has it. */
static void
begin_threads(struct snapshot *s, int64_t pid)
{
	size_t n = census_count(&s->census), i = census_find(&s->census, pid), at = i;

	s->at_thread = i;
	s->is_counted = i < n;
	if (!s->is_counted) {
		s->threads = open_folder(pid, "task");
		return;
	}
	while (at + 1 < n && !census_thread(&s->census, at)->task.has_exe &&
	       census_thread(&s->census, at + 1)->task.pid == pid)
		at++;
	if (!census_thread(&s->census, at)->task.has_exe)
		at = i;
	proc_entry_init(&s->first, pid, census_thread(&s->census, at)->task.tid);
	proc_entry_texts(&s->entry, &s->first);
}

static void
tell_counted(struct snapshot *s, const struct wire_thread *t, struct proc_record *p)
{
	census_record(t, p);
	p->cgroups = census_cgroups(&s->census, t);
	p->exe = s->first.exe;
	p->exepath = s->first.exepath;
	p->args = s->first.args;
	p->env = s->first.env;
	p->cwd = s->first.cwd;
	p->root = s->first.root;
}

static bool
next_counted(struct snapshot *s, int64_t pid, struct record *rec)
{
	while (s->at_thread < census_count(&s->census)) {
		size_t i = s->at_thread;
		const struct wire_thread *t = census_thread(&s->census, i);

		if (t->task.pid != pid)
			return false;
		s->at_thread++;
		if (census_has_ended(&s->census, i))
			continue;
		*rec = (struct record){ .kind = RECORD_PROC };
		tell_counted(s, t, &rec->proc);
		return true;
	}
	return false;
}

static bool
next_thread(struct snapshot *s, int64_t pid, struct record *rec)
{
	struct dirent *d;

	if (s->is_counted)
		return next_counted(s, pid, rec);
	while (s->threads && (d = readdir(s->threads))) {
		int64_t tid = number_of(d->d_name);

		*rec = (struct record){ .kind = RECORD_PROC };
		if (tid > 0 && proc_entry_read(&s->entry, pid, tid, &rec->proc))
			return true;
	}
	return false;
}

static bool
next_fd(struct snapshot *s, int64_t pid, struct record *rec)
{
	struct dirent *d;

	*rec = (struct record){ .kind = RECORD_FD };
	if (s->is_listed)
		return listed_pid(&s->listed) == pid && listed_next(&s->listed, &rec->fd);

	while (s->fds && (d = readdir(s->fds))) {
		int64_t number = number_of(d->d_name);

		*rec = (struct record){ .kind = RECORD_FD };
		if (number >= 0 && proc_entry_fd(&s->entry, s->sockets, pid, number, &rec->fd))
			return true;
	}
	return false;
}

static void
begin_process(struct snapshot *s, int64_t pid)
{
	bool is_full = s->at_pid < s->n_full;

	s->is_begun = true;
	begin_threads(s, pid);
	/* What has no program has nothing open. */
	if (s->is_counted && !census_thread(&s->census, s->at_thread)->task.has_exe &&
	    !s->first.exepath.len)
		is_full = false;
	s->is_listed = is_full && listed_seek(&s->listed, pid);
	s->fds = is_full && !s->is_listed ? open_folder(pid, "fd") : NULL;
}

static bool
next_of_processes(struct snapshot *s, struct record *rec)
{
	for (; s->at_pid < s->n_pids; s->at_pid++) {
		int64_t pid = s->pids[s->at_pid];

		if (!s->is_begun)
			begin_process(s, pid);
		if (next_thread(s, pid, rec) || next_fd(s, pid, rec))
			return true;
		close_process(s);
	}
	return false;
}

bool
snapshot_next(struct snapshot *s, struct record *rec)
{
	while (s->stage != AT_END) {
		bool has_one = false;

		switch (s->stage) {
		case AT_MACHINE:
			tell_machine(s, rec);
			s->stage = AT_IFACES;
			return true;
		case AT_IFACES:
			has_one = next_iface(s, rec);
			break;
		case AT_USERS:
			has_one = next_user(rec);
			break;
		case AT_GROUPS:
			has_one = next_group(rec);
			break;
		case AT_PROCESSES:
			has_one = next_of_processes(s, rec);
			break;
		case AT_END:
			break;
		}
		if (has_one)
			return true;
		s->stage++;
	}
	return false;
}
