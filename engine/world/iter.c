#include <stdlib.h>
#include <string.h>

#include "engine/base/mem.h"
#include "engine/event/scan.h"
#include "engine/world/state.h"

/*
 * Events of the kernel's iterators: what a driver lists at the start of a live
 * capture, one task or descriptor each. They say what already was.
 */

/* "a\0b\0c" of CHARBUFARRAY is stored as lists of texts are. */
static uint32_t
list_name(const struct call *c, enum role role)
{
	return name_of(c->w, call_bytes(c, role));
}

static int64_t
pid_num(const struct call *c, enum role role)
{
	return (int32_t)call_num(c, role, -1);
}

static void
take_task(struct call *c, struct process *p)
{
	struct world *w = c->w;
	uint32_t exe_flags = (uint32_t)call_num(c, R_FLAGS, 0);
	struct span argv = call_bytes(c, R_ARGV);
	const uint8_t *nul = argv.len ? memchr(argv.p, '\0', argv.len) : NULL;
	size_t exe_len = nul ? (size_t)(nul - argv.p) : argv.len;

	p->comm = name_of(w, call_text(c, R_COMM));
	p->exe = name_of(w, (struct span){ argv.p, exe_len });
	p->args = nul ? name_of(w, (struct span){ nul + 1, argv.len - exe_len - 1 }) :
			INTERN_EMPTY;
	p->exepath = name_of(w, call_text(c, R_EXEPATH));
	p->env = list_name(c, R_ENV);
	p->cgroups = list_name(c, R_CGROUPS);
	p->root = name_of(w, call_text(c, R_ROOT));
	p->sid = pid_num(c, R_SID);
	p->pgid = pid_num(c, R_PGID);
	p->vpgid = pid_num(c, R_VPGID);
	p->vpid = pid_num(c, R_VPID);
	p->uid = (uint32_t)call_num(c, R_EUID, NO_UID);
	p->gid = (uint32_t)call_num(c, R_EGID, NO_UID);
	p->loginuid = (uint32_t)call_num(c, R_LOGINUID, NO_UID);
	p->tty = (uint32_t)call_num(c, R_TTY, 0);
	p->fdlimit = call_num(c, R_FDLIMIT, -1);
	p->cap_permitted = (uint64_t)call_num(c, R_CAP_PERMITTED, 0);
	p->cap_effective = (uint64_t)call_num(c, R_CAP_EFFECTIVE, 0);
	p->cap_inheritable = (uint64_t)call_num(c, R_CAP_INHERITABLE, 0);
	p->exe_ino = (uint64_t)call_num(c, R_EXE_INO_NUM, 0);
	p->exe_ino_ctime_ns = (uint64_t)call_num(c, R_EXE_INO_CTIME, 0);
	p->exe_ino_mtime_ns = (uint64_t)call_num(c, R_EXE_INO_MTIME, 0);
	p->pidns_start_ns = (uint64_t)call_num(c, R_PIDNS_START, 0);
	p->exe_writable = exe_flags & 1;
	p->exe_upper_layer = exe_flags & 2;
	p->exe_from_memfd = exe_flags & 4;
	p->exe_lower_layer = exe_flags & 8;
	w->path.len = 0;
	text_bytes(&w->path, call_text(c, R_CWD).p, call_text(c, R_CWD).len);
	if (!w->path.len)
		return;
	if (w->path.p[w->path.len - 1] != '/')
		text_char(&w->path, '/');
	p->cwd = name_of(w, (struct span){ (uint8_t *)w->path.p, w->path.len });
}

static void
set_parent(struct world *w, struct thread *t, int64_t ptid)
{
	t->ptid = ptid;
	process_set_parent(w, t->proc, ptid);
}

/* A list names the process that is the parent, a birth the thread that made it. */
static void
mend_parent(struct world *w, struct thread *t, int64_t ptid)
{
	const struct process *p = t->proc, *parent = process_find(w, ptid);

	if (p->leader == t && (parent ? p->parent != parent : p->ppid != ptid))
		set_parent(w, t, ptid);
}

static void
rename_thread(struct call *c, struct thread *t, uint32_t comm)
{
	if (t->comm == comm)
		return;
	t->comm = comm;
	c->n_mended++;
	if (t != t->proc->leader || t->proc->comm == comm)
		return;
	t->proc->comm = comm;
	process_changed(c->w, t->proc);
}

/* T is the first thread of a process that is known: is anything of it otherwise? What the
 * list could not read stays. */
static void
mend_process(struct call *c, struct thread *t)
{
	struct process *p = t->proc;
	uint64_t before = version_of_process(p);
	uint32_t comm = p->comm, env = p->env, exepath = p->exepath, cgroups = p->cgroups;
	uint32_t root = p->root;
	int64_t ptid = pid_num(c, R_PPID);

	take_task(c, p);
	if (!call_text(c, R_EXEPATH).len)
		p->exepath = exepath;
	if (!call_bytes(c, R_ENV).len && p->exepath == exepath)
		p->env = env;
	if (!call_bytes(c, R_CGROUPS).len)
		p->cgroups = cgroups;
	if (!call_text(c, R_ROOT).len)
		p->root = root;
	if (p->cgroups != cgroups)
		process_find_container(c->w, p);
	if (t->comm != p->comm || p->comm != comm)
		c->n_mended++;
	t->comm = p->comm;
	mend_parent(c->w, t, ptid);
	if (version_of_process(p) != before)
		process_changed(c->w, p);
}

/* Only leaders say enough: which group a thread belongs to is not recorded. */
static void
apply_task(struct call *c)
{
	struct world *w = c->w;
	int64_t tid = c->ev->tid;
	struct thread *t = tid >= 0 ? thread_find(w, tid) : NULL;
	struct process *p;

	if (t && !t->known) {
		thread_learn_pid(w, t, tid);
		t->known = true;
	}
	if (t && t->proc->pid == tid)
		mend_process(c, t);
	if (tid < 0 || t || process_find(w, tid) || w->threads.n >= THREADS_MAX)
		return;
	p = process_new(w, tid);
	t = thread_new(w, p, tid);
	take_task(c, p);
	t->comm = p->comm;
	t->is_confirmed = true;
	t->vtid = p->vpid;
	t->vmsize_kb = (uint32_t)call_num(c, R_VM_SIZE, 0);
	t->vmrss_kb = (uint32_t)call_num(c, R_VM_RSS, 0);
	t->vmswap_kb = (uint32_t)call_num(c, R_VM_SWAP, 0);
	set_parent(w, t, pid_num(c, R_PPID));
	process_find_container(w, p);
}

/* T, of which no more than its number was known, is one of process PID. */
static void
learn_thread(struct call *c, struct thread *t, const struct scan_thread *is)
{
	thread_learn_pid(c->w, t, is->pid);
	t->known = true;
	if (is->ptid >= 0)
		set_parent(c->w, t, is->ptid);
	c->n_mended++;
}

/* What a thread is, by its own event. */
static void
take_thread(struct call *c, const struct scan_thread *is)
{
	struct world *w = c->w;
	int64_t tid = c->ev->tid;
	struct thread *t = tid >= 0 ? thread_find(w, tid) : NULL;
	struct process *p = process_find(w, is->pid);

	/* The number was used again, and neither an end nor a birth was told. */
	if (t && t->known && t->proc->pid != is->pid && is->ptid >= 0) {
		thread_remove(w, t, 0);
		t = NULL;
		p = process_find(w, is->pid);
	}
	if (t && !t->known)
		learn_thread(c, t, is);
	if (!t) {
		if (is->ptid < 0 || tid < 0 || !p || w->threads.n >= THREADS_MAX)
			return;
		t = thread_new(w, p, tid);
		t->ptid = is->ptid;
		t->is_confirmed = true;
		process_changed(w, p);
	}
	t->proc->proved = w->n_events;
	rename_thread(c, t, name_of(w, is->comm));
}

/* There is no thread any more; its end was not told. */
static void
take_gone(struct call *c)
{
	struct thread *t = thread_find(c->w, c->ev->tid);

	if (!t)
		return;
	t->dead = true;
	c->w->dying = t;
	c->w->dying_to = 0;
	c->n_mended++;
}

/* Descriptors ------------------------------------------------------------ */

/* What an event lists. */
struct listed {
	uint8_t kind, l4;
	uint32_t name, open_flags;
	uint64_t ino;
	struct tuple tuple;
	bool has_tuple;
};

static bool
is_inet(uint8_t kind)
{
	return kind == FD_IPV4 || kind == FD_IPV4_SERVER || kind == FD_IPV6 ||
	       kind == FD_IPV6_SERVER;
}

static bool
is_v4(uint8_t kind)
{
	return kind == FD_IPV4 || kind == FD_IPV4_SERVER;
}

/* Has T the ends of U, in whatever direction? */
static bool
same_ends(const struct tuple *t, const struct tuple *u)
{
	bool same = t->src_port == u->src_port && t->dst_port == u->dst_port &&
		    !memcmp(t->src_ip, u->src_ip, 16) && !memcmp(t->dst_ip, u->dst_ip, 16);
	bool turned = t->src_port == u->dst_port && t->dst_port == u->src_port &&
		      !memcmp(t->src_ip, u->dst_ip, 16) && !memcmp(t->dst_ip, u->src_ip, 16);

	return same || turned;
}

/* A socket without a peer has many in the course of time: what is known of the last
 * one is more than the list tells. */
static bool
is_known_socket(const struct descriptor *fd, const struct listed *l)
{
	if (!is_inet(fd->kind) || is_v4(fd->kind) != is_v4(l->kind))
		return false;
	if (l->l4 != L4_TCP || !l->tuple.dst_port)
		return fd->has_tuple || !l->tuple.src_port;
	return same_ends(&fd->tuple, &l->tuple);
}

/* Is FD what L lists? Then events have told more of it than a list does. */
static bool
is_known(const struct descriptor *fd, const struct listed *l)
{
	if (!fd)
		return false;
	if (is_inet(l->kind))
		return is_known_socket(fd, l);
	if (fd->kind != l->kind)
		return false;
	if (l->kind == FD_UNIX || l->kind == FD_NETLINK)
		return true;
	return fd->ino && l->ino ? fd->ino == l->ino : fd->name == l->name;
}

static void
take_listed(struct call *c, const struct listed *l)
{
	struct thread *t = thread_find(c->w, c->ev->tid);
	int64_t num = (int32_t)call_num(c, R_FD, -1);
	struct descriptor *fd;

	if (!t)
		return;
	t->proc->fds->proved = c->w->n_events;
	if (is_known(fd_find(t->proc, num), l))
		return;
	fd = fd_add(c->w, t->proc, num, l->kind);
	if (!fd)
		return;
	fd->name = l->name;
	fd->ino = l->ino;
	fd->open_flags = l->open_flags;
	fd->cloexec = l->open_flags & OF_CLOEXEC;
	fd->l4 = l->l4;
	fd->tuple = l->tuple;
	fd->has_tuple = l->has_tuple;
	fd->connected = l->has_tuple && l->tuple.dst_port;
	if (l->kind == FD_IPV4_SERVER || l->kind == FD_IPV6_SERVER)
		fd->role = ROLE_SERVER;
}

static void
take_named(struct call *c, uint8_t kind)
{
	struct listed l = { .kind = kind };

	l.name = name_of(c->w, call_text(c, R_PATH));
	l.ino = (uint64_t)call_num(c, R_INO_NUM, 0);
	l.open_flags = kind == FD_FILE ? (uint32_t)call_num(c, R_FLAGS, 0) : 0;
	take_listed(c, &l);
}

static void
apply_listed_pipe(struct call *c)
{
	take_named(c, FD_FIFO);
}

static void
apply_listed_memfd(struct call *c)
{
	take_named(c, FD_MEMFD);
}

static void
apply_listed_directory(struct call *c)
{
	take_named(c, FD_DIRECTORY);
}

static void
apply_listed_netlink(struct call *c)
{
	take_named(c, FD_NETLINK);
}

static void
apply_listed_file(struct call *c)
{
	take_named(c, FD_FILE);
}

static void
take_ip(const struct call *c, enum role role, uint8_t *ip)
{
	struct span s = call_bytes(c, role);

	if (s.len <= 16)
		memcpy(ip, s.p, s.len);
}

static void
apply_listed_inet(struct call *c)
{
	bool v4 = c->ev->id == EV_ITER_TASK_FILE_SOCKET_INET_E;
	struct listed l = { .kind = v4 ? FD_IPV4 : FD_IPV6 };
	int64_t proto = call_num(c, R_SK_PROTO, 0);

	l.l4 = proto == 6 ? L4_TCP : proto == 17 ? L4_UDP : proto == 1 ? L4_ICMP : L4_UNKNOWN;
	take_ip(c, R_LOCAL_IP, l.tuple.src_ip);
	take_ip(c, R_REMOTE_IP, l.tuple.dst_ip);
	l.tuple.src_port = (uint16_t)call_num(c, R_LOCAL_PORT, 0);
	l.tuple.dst_port = (uint16_t)call_num(c, R_REMOTE_PORT, 0);
	l.ino = (uint64_t)call_num(c, R_INO_NUM, 0);
	l.name = name_of(c->w, (struct span){ (const uint8_t *)"", 0 });
	l.has_tuple = true;
	if (!l.tuple.dst_port && l.tuple.src_port)
		l.kind = v4 ? FD_IPV4_SERVER : FD_IPV6_SERVER;
	take_listed(c, &l);
}

static void
apply_listed_unix(struct call *c)
{
	struct listed l = { .kind = FD_UNIX };

	l.name = name_of(c->w, call_text(c, R_SUN_PATH));
	l.ino = (uint64_t)call_num(c, R_INO_NUM, 0);
	l.tuple.unix_src = (uint64_t)call_num(c, R_SK_POINTER, 0);
	take_listed(c, &l);
}

static void
apply_listed_anon(struct call *c)
{
	/* By flag set anon_inode_fd_types. */
	static const uint8_t kinds[] = {
		FD_UNSUPPORTED, FD_EVENT, FD_EPOLL, FD_INOTIFY, FD_SIGNALFD, FD_TIMERFD,
		FD_IO_URING, FD_USERFAULTFD, FD_PIDFD, FD_BPF, FD_BPF, FD_BPF, FD_BPF,
		FD_UNSUPPORTED,
	};
	int64_t type = call_num(c, R_FD_TYPE, 0);

	take_named(c, type >= 0 && type < (int64_t)ARRAY_LEN(kinds) ? kinds[type] :
							    FD_UNSUPPORTED);
}

/* All that the process has open was listed: what else is known is closed. */
static void
apply_scan_end(struct call *c)
{
	struct scan_range *ranges = xreallocarray(NULL, SCAN_RANGES_MAX, sizeof(*ranges));
	const struct descriptor **fds = NULL;
	struct thread *t;
	size_t n, n_fds = 0;
	int64_t pid;

	if (!scan_end_of(c->ev, &pid, ranges, &n))
		goto out;
	t = thread_find(c->w, pid);
	if (t)
		fds = world_fds(t->proc, &n_fds);
	for (size_t i = 0, at = 0; i < n_fds; i++) {
		int64_t num = fds[i]->num;

		while (at < n && ranges[at].to < num)
			at++;
		if (at < n && ranges[at].from <= num)
			continue;
		fd_remove(c->w, t->proc, num);
		c->n_mended++;
	}

out:
	free(fds);
	free(ranges);
}

void
apply_scan_part(struct call *c)
{
	struct scan_thread thread;

	if (scan_is_gone(c->ev))
		take_gone(c);
	else if (scan_thread_of(c->ev, &thread))
		take_thread(c, &thread);
	else
		apply_scan_end(c);
}

apply_fn *const iter_apply[EVENT_TYPES] = {
	[EV_ITER_TASK_E] = apply_task,
	[EV_ITER_TASK_FILE_PIPE_E] = apply_listed_pipe,
	[EV_ITER_TASK_FILE_MEMFD_E] = apply_listed_memfd,
	[EV_ITER_TASK_FILE_REGULAR_E] = apply_listed_file,
	[EV_ITER_TASK_FILE_DIRECTORY_E] = apply_listed_directory,
	[EV_ITER_TASK_FILE_SOCKET_INET_E] = apply_listed_inet,
	[EV_ITER_TASK_FILE_SOCKET_INET6_E] = apply_listed_inet,
	[EV_ITER_TASK_FILE_SOCKET_UNIX_E] = apply_listed_unix,
	[EV_ITER_TASK_FILE_SOCKET_NETLINK_E] = apply_listed_netlink,
	[EV_ITER_TASK_FILE_ANON_INODE_E] = apply_listed_anon,
};
