#include <string.h>

#include "engine/base/mem.h"
#include "engine/world/path.h"
#include "engine/world/state.h"

/*
 * Calls that make and end descriptors, all but the sockets.
 */

#define AT_FDCWD_NUM (-100)
#define CLOSE_RANGE_UNSHARE_FLAG 0x2
#define CLOSE_RANGE_CLOEXEC_FLAG 0x4
#define FCNTL_DUPFD 1
#define FCNTL_SETFD 3
#define FCNTL_DUPFD_CLOEXEC 26

static bool
is_missing(struct span s)
{
	return !s.len || (s.len == 4 && !memcmp(s.p, "<NA>", 4));
}

static bool
is_absolute(struct span s)
{
	return s.len && s.p[0] == '/';
}

/* The name of the file that an open, by ROLE, is about. */
static uint32_t
opened_name(struct call *c, enum role role)
{
	struct world *w = c->w;
	struct span path = call_text_at_enter(c, role);
	int64_t dirfd = AT_FDCWD_NUM;
	const struct descriptor *dir;
	struct span base;

	if (role_at(w->roles, c->ev->id, R_DIRFD) >= 0 ||
	    (c->enter && role_at(w->roles, c->enter->id, R_DIRFD) >= 0))
		dirfd = call_num(c, R_DIRFD, -1);
	if (is_missing(path))
		return 0;
	if (path.p[0] == '/')
		return name_of_path(w, (struct span){ path.p, 0 }, path);
	if (dirfd == AT_FDCWD_NUM) {
		base = name_span(w, c->t->proc->cwd);
	} else if ((dir = fd_find(c->t->proc, dirfd)) && is_absolute(name_span(w, dir->name))) {
		base = name_span(w, dir->name);
	} else {
		w->path.len = 0;
		text_str(&w->path, "<UNKNOWN>");
		text_bytes(&w->path, path.p, path.len);
		return name_of(w, (struct span){ (uint8_t *)w->path.p, w->path.len });
	}
	return name_of_path(w, base, path);
}

static void
apply_open_as(struct call *c, enum role role)
{
	uint32_t flags = (uint32_t)call_num(c, R_FLAGS, 0);
	uint32_t name;
	struct descriptor *fd;

	if (c->enter && !is_missing(said_text(c->w, c->enter, role)))
		flags = (uint32_t)said_num(c->w, c->enter, R_FLAGS, flags) |
			(flags & OF_FROM_EXIT);
	if (c->res < 0 || !event_bytes(c->ev, 0).len)
		return;
	name = opened_name(c, role);
	fd = fd_make(c, c->res, flags & OF_DIRECTORY ? FD_DIRECTORY : FD_FILE);
	fd->name = name;
	fd->open_flags = flags;
	fd->cloexec = flags & OF_CLOEXEC;
	fd->dev = (uint32_t)call_num(c, R_DEV, 0);
	fd->ino = (uint64_t)call_num(c, R_INO, 0);
}

static void
apply_open(struct call *c)
{
	apply_open_as(c, R_NAME);
}

static void
apply_open_by_handle(struct call *c)
{
	apply_open_as(c, R_PATH);
}

/* After close() gave ERROR, is its descriptor gone? Linux frees it before what
 * may fail then; and one that never was is not there. */
static bool
is_gone_after(int64_t error)
{
	enum { INTR = 4, IO = 5, BADF = 9, NOSPC = 28, DQUOT = 122 };

	return error == -INTR || error == -IO || error == -BADF || error == -NOSPC ||
	       error == -DQUOT;
}

static void
apply_close(struct call *c)
{
	if (c->fd < 0 || (c->res < 0 && !is_gone_after(c->res)))
		return;
	c->w->closing_in = c->t->proc;
	c->w->closing_fd = c->fd;
}

static void
apply_close_range(struct call *c)
{
	struct process *p = c->t->proc;
	int64_t first = call_num(c, R_FIRST, 0), last = call_num(c, R_LAST, -1);
	int64_t flags = call_num(c, R_FLAGS, 0);
	const struct descriptor *fd;

	if (c->res < 0)
		return;
	if (flags & CLOSE_RANGE_UNSHARE_FLAG)
		process_own_fds(c->w, p);
	for (int64_t num = first; (fd = fd_tree_next(&p->fds->fds, &num)) && num <= last; num++) {
		if (!(flags & CLOSE_RANGE_CLOEXEC_FLAG)) {
			fd_remove(c->w, p, num);
		} else if (!fd->cloexec) {
			struct descriptor *own = fd_own(c->w, p, num);

			own->cloexec = true;
			fd_changed(c->w, p, own);
		}
	}
}

/* NEW_NUM becomes what OLD_NUM is. */
static void
duplicate(struct call *c, const struct process *from, int64_t old_num, int64_t new_num,
	  bool cloexec)
{
	const struct descriptor *old = fd_find(from, old_num);
	struct descriptor copy, *fd;

	if (c->res < 0 || !old || !event_bytes(c->ev, 0).len)
		return;
	if (from == c->t->proc && old_num == new_num) {
		c->made_fd = new_num;
		return;
	}
	copy = *old;
	fd = fd_make(c, new_num, copy.kind);
	fd_take(fd, &copy);
	fd->cloexec = cloexec;
}

static void
apply_dup(struct call *c)
{
	int64_t flags = c->ev->id == EV_DUP3_X ? call_num(c, R_FLAGS, 0) : 0;

	duplicate(c, c->t->proc, c->fd, c->res, flags & OF_CLOEXEC);
}

static void
apply_fcntl(struct call *c)
{
	int64_t cmd = call_num(c, R_CMD, 0);
	const struct descriptor *fd = fd_find(c->t->proc, c->fd);

	if (c->res < 0)
		return;
	if (cmd == FCNTL_DUPFD || cmd == FCNTL_DUPFD_CLOEXEC) {
		duplicate(c, c->t->proc, c->fd, c->res, cmd == FCNTL_DUPFD_CLOEXEC);
	} else if (cmd == FCNTL_SETFD && fd && call_bytes(c, R_ARG).len) {
		struct descriptor *own = fd_own(c->w, c->t->proc, c->fd);

		own->cloexec = call_num(c, R_ARG, 0) & 1;
		fd_changed(c->w, c->t->proc, own);
	}
}

static void
apply_pipe(struct call *c)
{
	bool cloexec = c->ev->id == EV_PIPE2_X && call_num(c, R_FLAGS, 0) & OF_CLOEXEC;
	enum role ends[] = { R_FD1, R_FD2 };

	if (c->res < 0)
		return;
	for (int i = 0; i < 2; i++) {
		struct descriptor *fd = fd_make(c, call_num(c, ends[i], -1), FD_FIFO);

		if (!fd)
			continue;
		fd->ino = (uint64_t)call_num(c, R_INO, 0);
		fd->open_flags = (uint32_t)call_num(c, R_FLAGS, 0);
		fd->cloexec = cloexec;
		fd->name = INTERN_EMPTY;
	}
}

static void
make_nameless(struct call *c, uint8_t kind, bool flags_are_open_flags)
{
	struct descriptor *fd;

	if (c->res < 0 || !event_bytes(c->ev, 0).len)
		return;
	fd = fd_make(c, c->res, kind);
	fd->name = INTERN_EMPTY;
	if (!flags_are_open_flags)
		return;
	fd->open_flags = (uint32_t)call_num(c, R_FLAGS, 0);
	fd->cloexec = fd->open_flags & OF_CLOEXEC;
}

static void
apply_eventfd(struct call *c)
{
	make_nameless(c, FD_EVENT, c->ev->id == EV_EVENTFD2_X);
}

static void
apply_signalfd(struct call *c)
{
	make_nameless(c, FD_SIGNALFD, c->ev->id == EV_SIGNALFD4_X);
}

static void
apply_timerfd(struct call *c)
{
	make_nameless(c, FD_TIMERFD, false);
}

static void
apply_inotify(struct call *c)
{
	make_nameless(c, FD_INOTIFY, c->ev->id == EV_INOTIFY_INIT1_X);
}

static void
apply_epoll(struct call *c)
{
	make_nameless(c, FD_EPOLL, false);
	if (c->made_fd != NO_FD && c->ev->id == EV_EPOLL_CREATE1_X)
		fd_own(c->w, c->t->proc, c->made_fd)->cloexec = call_num(c, R_FLAGS, 0) != 0;
}

/* Does this bpf() command give a descriptor? Others give 0 or a count. */
static bool
bpf_gives_fd(int64_t cmd)
{
	static const uint8_t commands[] = {
		0,	/* BPF_MAP_CREATE */
		5,	/* BPF_PROG_LOAD */
		7,	/* BPF_OBJ_GET */
		13, 14,	/* BPF_PROG_GET_FD_BY_ID, BPF_MAP_GET_FD_BY_ID */
		17, 18,	/* BPF_RAW_TRACEPOINT_OPEN, BPF_BTF_LOAD */
		19,	/* BPF_BTF_GET_FD_BY_ID */
		28,	/* BPF_LINK_CREATE */
		30,	/* BPF_LINK_GET_FD_BY_ID */
		32, 33,	/* BPF_ENABLE_STATS, BPF_ITER_CREATE */
		36,	/* BPF_TOKEN_CREATE */
	};

	for (size_t i = 0; i < ARRAY_LEN(commands); i++)
		if (commands[i] == cmd)
			return true;
	return false;
}

static void
apply_bpf(struct call *c)
{
	if (bpf_gives_fd(call_num(c, R_CMD, -1)))
		make_nameless(c, FD_BPF, false);
}

/* The result says by its first byte what it is. */
static void
apply_old_bpf(struct call *c)
{
	struct span s = event_bytes(c->ev, 0);
	int64_t num;

	if (s.len != 9 || s.p[0] != 0)
		return;
	memcpy(&num, s.p + 1, 8);
	if (num >= 0)
		fd_make(c, num, FD_BPF)->name = INTERN_EMPTY;
}

static void
apply_userfaultfd(struct call *c)
{
	make_nameless(c, FD_USERFAULTFD, true);
}

static void
apply_io_uring(struct call *c)
{
	make_nameless(c, FD_IO_URING, false);
}

#define MEMFD_CLOEXEC_FLAG 1		/* of flag set memfd_create_flags */

static void
apply_memfd(struct call *c)
{
	struct descriptor *fd;

	if (c->res < 0 || !event_bytes(c->ev, 0).len)
		return;
	fd = fd_make(c, c->res, FD_MEMFD);
	fd->name = name_of(c->w, call_text(c, R_NAME));
	fd->cloexec = call_num(c, R_FLAGS, 0) & MEMFD_CLOEXEC_FLAG;
}

static void
apply_pidfd_open(struct call *c)
{
	struct descriptor *fd;
	int64_t pid = call_num(c, R_PID, 0);

	if (c->res < 0 || !event_bytes(c->ev, 0).len)
		return;
	fd = fd_make(c, c->res, FD_PIDFD);
	c->w->path.len = 0;
	text_str(&c->w->path, "/proc/");
	text_i64(&c->w->path, pid);
	fd->name = name_of(c->w, (struct span){ (uint8_t *)c->w->path.p, c->w->path.len });
	fd->pidfd_pid = pid;
	fd->cloexec = true;
}

static void
apply_pidfd_getfd(struct call *c)
{
	const struct descriptor *pidfd = fd_find(c->t->proc, call_num(c, R_PID_FD, -1));
	const struct process *from = pidfd && pidfd->pidfd_pid > 0 ?
					     process_find(c->w, pidfd->pidfd_pid) : NULL;

	if (from)
		duplicate(c, from, call_num(c, R_TARGET_FD, -1), c->res, true);
}

apply_fn *const file_apply[EVENT_TYPES] = {
	[EV_OPEN_X] = apply_open, [EV_OPENAT_X] = apply_open, [EV_OPENAT_2_X] = apply_open,
	[EV_OPENAT2_X] = apply_open, [EV_CREAT_X] = apply_open,
	[EV_OPEN_BY_HANDLE_AT_X] = apply_open_by_handle,
	[EV_CLOSE_X] = apply_close, [EV_CLOSE_RANGE_X] = apply_close_range,
	[EV_DUP_X] = apply_dup, [EV_DUP_1_X] = apply_dup, [EV_DUP2_X] = apply_dup,
	[EV_DUP3_X] = apply_dup, [EV_FCNTL_X] = apply_fcntl,
	[EV_PIPE_X] = apply_pipe, [EV_PIPE2_X] = apply_pipe,
	[EV_EVENTFD_X] = apply_eventfd, [EV_EVENTFD2_X] = apply_eventfd,
	[EV_SIGNALFD_X] = apply_signalfd, [EV_SIGNALFD4_X] = apply_signalfd,
	[EV_TIMERFD_CREATE_X] = apply_timerfd,
	[EV_INOTIFY_INIT_X] = apply_inotify, [EV_INOTIFY_INIT1_X] = apply_inotify,
	[EV_EPOLL_CREATE_X] = apply_epoll, [EV_EPOLL_CREATE1_X] = apply_epoll,
	[EV_BPF_X] = apply_old_bpf, [EV_BPF_2_X] = apply_bpf,
	[EV_USERFAULTFD_X] = apply_userfaultfd,
	[EV_IO_URING_SETUP_X] = apply_io_uring, [EV_MEMFD_CREATE_X] = apply_memfd,
	[EV_PIDFD_OPEN_X] = apply_pidfd_open, [EV_PIDFD_GETFD_X] = apply_pidfd_getfd,
};
