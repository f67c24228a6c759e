#include "probe/proc_entry.h"

#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/resource.h>
#include <sys/stat.h>
#include <sys/sysmacros.h>

#include "engine/base/mem.h"
#include "probe/convert.h"
#include "probe/proc_file.h"
#include "probe/sockets.h"

#define LIST_MAX_BYTES 4096		/* arguments, environment, cgroups */
#define STATUS_MAX_BYTES 16384
#define FLAGS_OF_THREAD 0x2001		/* of flag set clone_flags: CLONE_THREAD, _FILES */

static const struct span none = { (const uint8_t *)"", 0 };

void
proc_entry_fini(struct proc_entry *e)
{
	text_fini(&e->file);
	text_fini(&e->comm);
	text_fini(&e->cmdline);
	text_fini(&e->env);
	text_fini(&e->cgroups);
	text_fini(&e->exepath);
	text_fini(&e->cwd);
	text_fini(&e->root);
	text_fini(&e->name);
}

static struct span
span_of(const struct text *t)
{
	return t->len ? (struct span){ (const uint8_t *)t->p, t->len } : none;
}

/* "CONTROLLERS:PATH" of a line as "CONTROLLER=PATH" for each of them. */
static void
put_hierarchy(struct text *out, char *controllers, const char *path)
{
	char *save = NULL;

	for (char *c = strtok_r(controllers, ",", &save); c; c = strtok_r(NULL, ",", &save)) {
		text_str(out, c);
		text_char(out, '=');
		text_str(out, path);
		text_char(out, '\0');
	}
}

/* Does one of the CONTROLLER=PATH in LIST have PATH? */
static bool
has_path(const struct text *list, const char *path)
{
	const char *at = list->p, *end = list->p + list->len;

	for (; at < end; at += strlen(at) + 1)
		if (!strcmp(strstr(at, "=/") ? strstr(at, "=/") + 1 : "", path))
			return true;
	return false;
}

void
proc_entry_take_cgroups(char *lines, struct text *out)
{
	char unified[] = "cpuset,cpu,io,memory,pids", both[] = "unified";
	char *line, *next, *names, *where, *v2 = NULL;

	out->len = 0;
	for (line = lines; *line; line = next) {
		next = line + strcspn(line, "\n");
		if (*next)
			*next++ = '\0';
		names = strchr(line, ':');
		where = names ? strchr(names + 1, ':') : NULL;
		if (!where)
			continue;
		*where++ = '\0';
		if (names[1])
			put_hierarchy(out, names + 1, where);
		else
			v2 = where;
	}
	/* Readers look for a path under the names of version 1. Where both versions are
	 * used, a process may be somewhere in the second one only. */
	if (v2 && !out->len)
		put_hierarchy(out, unified, v2);
	else if (v2 && v2[1] && !has_path(out, v2))
		put_hierarchy(out, both, v2);
	if (out->len > LIST_MAX_BYTES)
		out->len = LIST_MAX_BYTES;
}

void
proc_entry_cgroups(struct text *file, int64_t tid, struct text *out)
{
	char path[PROC_PATH_MAX];

	out->len = 0;
	snprintf(path, sizeof(path), "/proc/%lld/cgroup", (long long)tid);
	if (proc_read(path, file, LIST_MAX_BYTES * 4))
		proc_entry_take_cgroups(file->p, out);
}

/* What stat tells: the numbers behind the name, which may hold anything. */
static bool
take_stat(struct proc_entry *e, const char *dir, struct proc_record *p)
{
	char path[PROC_PATH_MAX];
	long long pgrp, session;
	unsigned long minor, major;
	const char *open, *close;
	int tty;

	snprintf(path, sizeof(path), "%s/stat", dir);
	if (!proc_read(path, &e->file, STATUS_MAX_BYTES))
		return false;
	open = strchr(e->file.p, '(');
	close = strrchr(e->file.p, ')');
	if (!open || !close || close < open)
		return false;
	e->comm.len = 0;
	text_bytes(&e->comm, open + 1, (size_t)(close - open) - 1);
	if (sscanf(close + 1, " %*c %*d %lld %lld %d %*d %*u %lu %*u %lu", &pgrp, &session, &tty,
		   &minor, &major) != 5)
		return false;
	p->comm = span_of(&e->comm);
	p->pgid = pgrp;
	p->sid = session;
	p->tty = (uint32_t)tty;
	p->pfminor = minor;
	p->pfmajor = major;
	return true;
}

/* The last number of a line of them: the one in the innermost namespace. */
static int64_t
last_number(const char *value, int64_t without)
{
	size_t len = value ? strcspn(value, "\n") : 0;

	while (len && value[len - 1] != '\t' && value[len - 1] != ' ')
		len--;
	return len || value ? strtoll(value + len, NULL, 10) : without;
}

/* Whether thread P has ended and waits for its parent only. A process lives on when its
 * first thread has ended and others have not. */
static bool
has_ended(const char *status, const struct proc_record *p)
{
	const char *state = proc_value(status, "State");

	while (state && (*state == ' ' || *state == '\t'))
		state++;
	return state && (*state == 'Z' || *state == 'X') &&
	       (p->tid != p->pid || proc_number(status, "Threads", 10, 0) <= 1);
}

static bool
take_status(struct proc_entry *e, const char *dir, struct proc_record *p)
{
	char path[PROC_PATH_MAX];
	const char *text, *ids;

	snprintf(path, sizeof(path), "%s/status", dir);
	if (!proc_read(path, &e->file, STATUS_MAX_BYTES))
		return false;
	text = e->file.p;
	if (has_ended(text, p))
		return false;
	p->ptid = (int64_t)proc_number(text, "PPid", 10, 0);
	ids = proc_value(text, "Uid");
	if (ids && (ids = strchr(ids, '\t')))
		p->uid = (uint32_t)strtoul(ids, NULL, 10);
	ids = proc_value(text, "Gid");
	if (ids && (ids = strchr(ids, '\t')))
		p->gid = (uint32_t)strtoul(ids, NULL, 10);
	p->vtid = last_number(proc_value(text, "NSpid"), p->tid);
	p->vpid = last_number(proc_value(text, "NStgid"), p->pid);
	p->vpgid = last_number(proc_value(text, "NSpgid"), p->pgid);
	p->vmsize_kb = (uint32_t)proc_number(text, "VmSize", 10, 0);
	p->vmrss_kb = (uint32_t)proc_number(text, "VmRSS", 10, 0);
	p->vmswap_kb = (uint32_t)proc_number(text, "VmSwap", 10, 0);
	p->cap_inheritable = proc_number(text, "CapInh", 16, 0);
	p->cap_permitted = proc_number(text, "CapPrm", 16, 0);
	p->cap_effective = proc_number(text, "CapEff", 16, 0);
	return true;
}

static void
take_exepath(struct proc_entry *e, const char *dir, struct proc_record *p)
{
	char path[PROC_PATH_MAX];

	snprintf(path, sizeof(path), "%s/exe", dir);
	if (proc_link(path, &e->exepath))
		p->exepath = span_of(&e->exepath);
}

static void
take_exe(const char *dir, struct proc_record *p)
{
	char path[PROC_PATH_MAX];
	struct stat st;

	snprintf(path, sizeof(path), "%s/exe", dir);
	if (stat(path, &st) < 0)
		return;
	p->exe_ino = st.st_ino;
	p->exe_ino_ctime_ns = (uint64_t)st.st_ctim.tv_sec * 1000000000u +
			      (uint64_t)st.st_ctim.tv_nsec;
	p->exe_ino_mtime_ns = (uint64_t)st.st_mtim.tv_sec * 1000000000u +
			      (uint64_t)st.st_mtim.tv_nsec;
}

/* The first argument is the name that the program was called by. */
static void
take_arguments(struct proc_entry *e, const char *dir, struct proc_record *p)
{
	char path[PROC_PATH_MAX];
	size_t first;

	snprintf(path, sizeof(path), "%s/cmdline", dir);
	if (!proc_read(path, &e->cmdline, LIST_MAX_BYTES) || !e->cmdline.len)
		return;
	first = strlen(e->cmdline.p);
	p->exe = (struct span){ (const uint8_t *)e->cmdline.p, first };
	if (first + 1 < e->cmdline.len)
		p->args = (struct span){ (const uint8_t *)e->cmdline.p + first + 1,
					 e->cmdline.len - first - 1 };
}

static void
take_texts(struct proc_entry *e, const char *dir, struct proc_record *p)
{
	char path[PROC_PATH_MAX];

	snprintf(path, sizeof(path), "%s/environ", dir);
	if (proc_read(path, &e->env, LIST_MAX_BYTES))
		p->env = span_of(&e->env);
	snprintf(path, sizeof(path), "%s/cwd", dir);
	if (proc_link(path, &e->cwd))
		p->cwd = span_of(&e->cwd);
	snprintf(path, sizeof(path), "%s/root", dir);
	if (proc_link(path, &e->root))
		p->root = span_of(&e->root);
}

/* PATH as P sees it, whose root may be a folder of ours: so do events name it. */
static struct span
from_its_root(const struct proc_record *p, struct span path)
{
	size_t len = p->root.len;

	if (len < 2 || path.len < len || memcmp(path.p, p->root.p, len) != 0)
		return path;
	if (path.len == len)
		return (struct span){ (const uint8_t *)"/", 1 };
	return path.p[len] == '/' ? (struct span){ path.p + len, path.len - len } : path;
}

static void
take_loginuid(struct proc_entry *e, const char *dir, struct proc_record *p)
{
	char path[PROC_PATH_MAX];

	snprintf(path, sizeof(path), "%s/loginuid", dir);
	if (proc_read(path, &e->file, 32))
		p->loginuid = (uint32_t)strtoul(e->file.p, NULL, 10);
}

/* Other users' limits may be read, but not asked for. */
static int64_t
fd_limit(struct proc_entry *e, int64_t pid)
{
	static const char title[] = "\nMax open files";
	char path[PROC_PATH_MAX];
	struct rlimit limit;
	const char *line;

	if (prlimit((pid_t)pid, RLIMIT_NOFILE, NULL, &limit) == 0)
		return (int64_t)limit.rlim_cur;
	snprintf(path, sizeof(path), "/proc/%lld/limits", (long long)pid);
	line = proc_read(path, &e->file, STATUS_MAX_BYTES) ? strstr(e->file.p, title) : NULL;
	return line ? strtoll(line + strlen(title), NULL, 10) : 0;
}

void
proc_entry_init(struct proc_record *p, int64_t pid, int64_t tid)
{
	*p = (struct proc_record){ .tid = tid, .pid = pid, .sid = PROC_NO_ID,
				   .vpgid = PROC_NO_ID, .pgid = PROC_NO_ID, .vtid = PROC_NO_ID,
				   .vpid = PROC_NO_ID, .loginuid = UINT32_MAX,
				   .flags = pid == tid ? 0 : FLAGS_OF_THREAD,
				   .comm = none, .exe = none, .exepath = none, .args = none,
				   .env = none, .cgroups = none, .cwd = none, .root = none };
}

void
proc_entry_arguments(struct proc_entry *e, struct proc_record *p)
{
	char dir[PROC_PATH_MAX / 2];

	snprintf(dir, sizeof(dir), "/proc/%lld", (long long)p->pid);
	take_arguments(e, dir, p);
}

void
proc_entry_texts(struct proc_entry *e, struct proc_record *p)
{
	char dir[PROC_PATH_MAX / 2];

	snprintf(dir, sizeof(dir), "/proc/%lld/task/%lld", (long long)p->pid, (long long)p->tid);
	take_exepath(e, dir, p);
	take_arguments(e, dir, p);
	take_texts(e, dir, p);
	p->exepath = from_its_root(p, p->exepath);
	p->cwd = from_its_root(p, p->cwd);
}

bool
proc_entry_read(struct proc_entry *e, int64_t pid, int64_t tid, struct proc_record *p)
{
	char dir[PROC_PATH_MAX / 2];

	proc_entry_init(p, pid, tid);
	snprintf(dir, sizeof(dir), "/proc/%lld/task/%lld", (long long)pid, (long long)tid);
	if (!take_stat(e, dir, p) || !take_status(e, dir, p))
		return false;
	p->fdlimit = fd_limit(e, pid);
	proc_entry_cgroups(&e->file, tid, &e->cgroups);
	p->cgroups = span_of(&e->cgroups);
	take_exe(dir, p);
	take_loginuid(e, dir, p);
	proc_entry_texts(e, p);
	return true;
}

static uint8_t
kind_of_link(const char *link)
{
	static const struct {
		const char *start;
		uint8_t kind;
	} kinds[] = {
		{ "anon_inode:[eventfd]", FD_EVENT }, { "anon_inode:[eventpoll]", FD_EPOLL },
		{ "anon_inode:[signalfd]", FD_SIGNALFD }, { "anon_inode:[timerfd]", FD_TIMERFD },
		{ "anon_inode:inotify", FD_INOTIFY }, { "anon_inode:[io_uring]", FD_IO_URING },
		{ "anon_inode:[userfaultfd]", FD_USERFAULTFD },
		{ "anon_inode:[pidfd]", FD_PIDFD }, { "pidfd:", FD_PIDFD },
		{ "anon_inode:bpf", FD_BPF }, { "/memfd:", FD_MEMFD },
	};

	for (size_t i = 0; i < ARRAY_LEN(kinds); i++)
		if (!strncmp(link, kinds[i].start, strlen(kinds[i].start)))
			return kinds[i].kind;
	return FD_UNSUPPORTED;
}

uint8_t
proc_entry_kind(const char *link, uint32_t mode)
{
	uint8_t kind = kind_of_link(link);

	if (kind != FD_UNSUPPORTED)
		return kind;
	if (S_ISDIR(mode))
		return FD_DIRECTORY;
	if (S_ISFIFO(mode))
		return FD_FIFO;
	/* What has no path is something that is not known here. */
	return link[0] == '/' ? FD_FILE : FD_UNSUPPORTED;
}

static void
take_open_flags(struct proc_entry *e, int64_t pid, int64_t number, struct fd_record *fd)
{
	char path[PROC_PATH_MAX];

	snprintf(path, sizeof(path), "/proc/%lld/fdinfo/%lld", (long long)pid,
		 (long long)number);
	if (proc_read(path, &e->file, STATUS_MAX_BYTES))
		fd->open_flags = (uint32_t)convert_open_flags(proc_number(e->file.p, "flags", 8,
									  0));
}

bool
proc_entry_fd(struct proc_entry *e, struct sockets *sockets, int64_t pid, int64_t number,
	      struct fd_record *fd)
{
	char path[PROC_PATH_MAX];
	struct stat st;

	*fd = (struct fd_record){ .tid = pid, .fd = number, .name = none };
	snprintf(path, sizeof(path), "/proc/%lld/fd/%lld", (long long)pid, (long long)number);
	if (!proc_link(path, &e->name) || stat(path, &st) < 0)
		return false;
	fd->ino = st.st_ino;
	take_open_flags(e, pid, number, fd);
	if (S_ISSOCK(st.st_mode) && sockets_find(sockets, pid, fd))
		return true;
	fd->name = span_of(&e->name);
	fd->kind = proc_entry_kind(e->name.p, st.st_mode);
	fd->dev = (uint32_t)convert_device((uint64_t)major(st.st_dev) << 20 |
					   minor(st.st_dev));
	return true;
}
