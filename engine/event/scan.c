#include "engine/event/scan.h"

#include <inttypes.h>
#include <stdlib.h>
#include <string.h>

#include "engine/base/mem.h"
#include "engine/base/text.h"
#include "engine/event/source.h"

#define NAME "scan"
#define NAME_OF_THREAD "thread"
#define NAME_OF_GONE "gone"
#define THREAD_DATA_MAX 4096
#define DATA_MAX (SCAN_RANGES_MAX * 24)
#define PROTO_TCP 6
#define PROTO_UDP 17
#define PROTO_ICMP 1
#define TYPE_STREAM 1
#define TYPE_DGRAM 2
#define TYPE_RAW 3

static const uint16_t ids[FD_KINDS] = {
	[FD_FILE] = EV_ITER_TASK_FILE_REGULAR_E, [FD_FILE_V2] = EV_ITER_TASK_FILE_REGULAR_E,
	[FD_DIRECTORY] = EV_ITER_TASK_FILE_DIRECTORY_E,
	[FD_IPV4] = EV_ITER_TASK_FILE_SOCKET_INET_E,
	[FD_IPV4_SERVER] = EV_ITER_TASK_FILE_SOCKET_INET_E,
	[FD_IPV6] = EV_ITER_TASK_FILE_SOCKET_INET6_E,
	[FD_IPV6_SERVER] = EV_ITER_TASK_FILE_SOCKET_INET6_E,
	[FD_FIFO] = EV_ITER_TASK_FILE_PIPE_E, [FD_UNIX] = EV_ITER_TASK_FILE_SOCKET_UNIX_E,
	[FD_NETLINK] = EV_ITER_TASK_FILE_SOCKET_NETLINK_E,
	[FD_MEMFD] = EV_ITER_TASK_FILE_MEMFD_E,
};

/* Of all others, by flag set anon_inode_fd_types. */
static const uint8_t anon_types[FD_KINDS] = {
	[FD_EVENT] = 1, [FD_EPOLL] = 2, [FD_INOTIFY] = 3, [FD_SIGNALFD] = 4, [FD_TIMERFD] = 5,
	[FD_IO_URING] = 6, [FD_USERFAULTFD] = 7, [FD_PIDFD] = 8, [FD_BPF] = 9,
};

/* Values ---------------------------------------------------------------- */

struct values {
	struct text *bytes;
	struct event *ev;
};

static void
put(const struct values *v, const void *p, size_t len)
{
	text_bytes(v->bytes, p, len);
	v->ev->ends[v->ev->n_params++] = (uint32_t)v->bytes->len;
	v->ev->values = (const uint8_t *)v->bytes->p;
}

static void
put_u16(const struct values *v, uint16_t n)
{
	put(v, &n, sizeof(n));
}

static void
put_u32(const struct values *v, uint32_t n)
{
	put(v, &n, sizeof(n));
}

static void
put_u64(const struct values *v, uint64_t n)
{
	put(v, &n, sizeof(n));
}

static void
put_text(const struct values *v, struct span s)
{
	text_bytes(v->bytes, s.p, s.len);
	put(v, "", 1);
}

static struct values
begin(uint16_t id, int64_t tid, struct text *bytes, struct event *ev)
{
	*ev = (struct event){ .type = &event_types[id], .id = id, .tid = tid };
	return (struct values){ bytes, ev };
}

/* An event of thread TID for whoever knows NAME; its data comes next. */
static struct values
begin_async(const char *name, int64_t tid, struct text *bytes, struct event *ev)
{
	struct values v = begin(EV_ASYNCEVENT_E, tid, bytes, ev);

	put_u32(&v, 0);
	put(&v, name, strlen(name) + 1);
	return v;
}

/* Descriptors ------------------------------------------------------------ */

static void
put_socket_type(const struct values *v, uint8_t l4)
{
	put_u16(v, l4 == L4_TCP ? TYPE_STREAM : l4 == L4_UDP ? TYPE_DGRAM : TYPE_RAW);
	put_u16(v, l4 == L4_TCP ? PROTO_TCP : l4 == L4_UDP ? PROTO_UDP :
		   l4 == L4_ICMP ? PROTO_ICMP : 0);
}

static void
put_inet(const struct values *v, const struct fd_record *fd)
{
	size_t len = fd->kind == FD_IPV4 || fd->kind == FD_IPV4_SERVER ? 4 : 16;

	put_socket_type(v, fd->l4);
	put(v, fd->src_ip, len);
	put_u16(v, fd->src_port);
	put(v, fd->dst_ip, len);
	put_u16(v, fd->dst_port);
	put_u64(v, fd->ino);
}

void
scan_fd_event(const struct fd_record *fd, struct text *bytes, struct event *ev)
{
	uint16_t id = fd->kind < FD_KINDS && ids[fd->kind] ? ids[fd->kind] :
		      EV_ITER_TASK_FILE_ANON_INODE_E;
	struct values v = begin(id, fd->tid, bytes, ev);
	uint8_t anon = fd->kind < FD_KINDS ? anon_types[fd->kind] : 0;

	put_u32(&v, (uint32_t)fd->fd);
	switch (id) {
	case EV_ITER_TASK_FILE_SOCKET_INET_E: case EV_ITER_TASK_FILE_SOCKET_INET6_E:
		put_inet(&v, fd);
		return;
	case EV_ITER_TASK_FILE_SOCKET_UNIX_E:
		put_u16(&v, 0);
		put_u16(&v, 0);
		put_u64(&v, fd->unix_src);
		put_text(&v, fd->name);
		break;
	case EV_ITER_TASK_FILE_SOCKET_NETLINK_E:
		put_u16(&v, 0);
		put_u16(&v, 0);
		break;
	case EV_ITER_TASK_FILE_REGULAR_E:
		put_text(&v, fd->name);
		put_u32(&v, fd->open_flags);
		put_u32(&v, 0);
		break;
	case EV_ITER_TASK_FILE_ANON_INODE_E:
		put(&v, &anon, 1);
		put_text(&v, fd->name);
		break;
	default:
		put_text(&v, fd->name);
		break;
	}
	put_u64(&v, fd->ino);
}

/* Processes -------------------------------------------------------------- */

static void
put_list(const struct values *v, struct span s)
{
	put(v, s.p, s.len);
}

static void
put_bytes_of_memory(const struct values *v, const struct proc_record *p)
{
	put_u32(v, p->vmsize_kb);
	put_u32(v, p->vmrss_kb);
	put_u32(v, p->vmswap_kb);
}

static void
put_program(const struct values *v, const struct proc_record *p)
{
	uint32_t flags = (p->exe_writable ? 1u : 0) | (p->exe_upper_layer ? 2u : 0) |
			 (p->exe_from_memfd ? 4u : 0) | (p->exe_lower_layer ? 8u : 0);

	put_text(v, p->comm);
	text_bytes(v->bytes, p->exe.p, p->exe.len);
	text_char(v->bytes, '\0');
	put_list(v, p->args);
	put_text(v, p->exepath);
	put_u32(v, flags);
	put_list(v, p->env);
	put_text(v, p->cwd);
}

void
scan_task_event(const struct proc_record *p, struct text *bytes, struct event *ev)
{
	struct values v = begin(EV_ITER_TASK_E, p->tid, bytes, ev);

	put_u32(&v, (uint32_t)p->ptid);
	put_u32(&v, (uint32_t)p->pgid);
	put_u32(&v, (uint32_t)p->vpgid);
	put_u32(&v, (uint32_t)p->sid);
	put_program(&v, p);
	put_u64(&v, (uint64_t)p->fdlimit);
	put_u32(&v, p->uid);
	put_u32(&v, p->gid);
	put_u64(&v, p->cap_permitted);
	put_u64(&v, p->cap_effective);
	put_u64(&v, p->cap_inheritable);
	put_u64(&v, p->exe_ino);
	put_u64(&v, p->exe_ino_ctime_ns);
	put_u64(&v, p->exe_ino_mtime_ns);
	put_bytes_of_memory(&v, p);
	put_u64(&v, p->pfmajor);
	put_u64(&v, p->pfminor);
	put_u32(&v, (uint32_t)p->vpid);
	put_u32(&v, (uint32_t)p->vtid);
	put_u64(&v, p->pidns_start_ns);
	put_list(&v, p->cgroups);
	put_text(&v, p->root);
	put_u64(&v, 0);
	put_u32(&v, p->tty);
	put_u32(&v, p->loginuid);
}

void
scan_birth_event(const struct proc_record *p, struct text *bytes, struct event *ev)
{
	struct values v = begin(EV_CLONE_20_X, p->tid, bytes, ev);

	put_u64(&v, 0);
	put_text(&v, p->exe);
	put_list(&v, p->args);
	put_u64(&v, (uint64_t)p->tid);
	put_u64(&v, (uint64_t)p->pid);
	put_u64(&v, (uint64_t)p->ptid);
	put_text(&v, p->cwd);
	put_u64(&v, (uint64_t)p->fdlimit);
	put_u64(&v, p->pfmajor);
	put_u64(&v, p->pfminor);
	put_bytes_of_memory(&v, p);
	put_text(&v, p->comm);
	put_list(&v, p->cgroups);
	put_u32(&v, p->flags);
	put_u32(&v, p->uid);
	put_u32(&v, p->gid);
	put_u64(&v, (uint64_t)p->vtid);
	put_u64(&v, (uint64_t)p->vpid);
}

/* All of a process -------------------------------------------------------- */

void
scan_end_event(int64_t pid, const struct scan_range *ranges, size_t n, struct text *bytes,
	       struct event *ev)
{
	struct values v = begin_async(NAME, pid, bytes, ev);

	text_fmt(bytes, "pid=%" PRId64 " fds=", pid);
	for (size_t i = 0; i < n && i < SCAN_RANGES_MAX; i++) {
		text_fmt(bytes, "%s%" PRId64, i ? "," : "", ranges[i].from);
		if (ranges[i].to > ranges[i].from)
			text_fmt(bytes, "-%" PRId64, ranges[i].to);
	}
	put(&v, "", 1);
}

/* Is EV an async event with this name? */
static bool
is_called(const struct event *ev, const char *word)
{
	struct span name;

	if (ev->id != EV_ASYNCEVENT_E || ev->n_params < 3)
		return false;
	name = event_bytes(ev, 1);
	return name.len == strlen(word) + 1 && !memcmp(name.p, word, name.len);
}

static bool
is_end(const struct event *ev)
{
	return is_called(ev, NAME);
}

bool
scan_is_part(const struct event *ev)
{
	return ev->type->source == ES_ITER || is_end(ev) || is_called(ev, NAME_OF_THREAD) ||
	       scan_is_gone(ev);
}

/* A number at *P, which stands in a text with a NUL. */
static bool
take_number(const char **p, int64_t *out)
{
	char *end;

	if (**p < '0' || **p > '9')
		return false;
	*out = strtoll(*p, &end, 10);
	*p = end;
	return true;
}

bool
scan_end_of(const struct event *ev, int64_t *pid, struct scan_range *ranges, size_t *n)
{
	struct span data = is_end(ev) ? event_bytes(ev, 2) : (struct span){ NULL, 0 };
	const char *p = (const char *)data.p;
	size_t found = 0;

	if (!data.len || data.len > DATA_MAX || data.p[data.len - 1] || strncmp(p, "pid=", 4))
		return false;
	p += 4;
	if (!take_number(&p, pid) || strncmp(p, " fds=", 5))
		return false;
	p += 5;
	while (*p && found < SCAN_RANGES_MAX) {
		struct scan_range *r = &ranges[found++];

		if (!take_number(&p, &r->from))
			return false;
		r->to = r->from;
		if (*p == '-' && (p++, !take_number(&p, &r->to)))
			return false;
		if (*p == ',')
			p++;
		else if (*p)
			return false;
	}
	*n = found;
	return !*p;
}

/* Threads ---------------------------------------------------------------- */

void
scan_thread_event(int64_t tid, const struct scan_thread *thread, struct text *bytes,
		  struct event *ev)
{
	struct values v = begin_async(NAME_OF_THREAD, tid, bytes, ev);

	text_fmt(bytes, "pid=%" PRId64, thread->pid);
	if (thread->ptid >= 0)
		text_fmt(bytes, " ptid=%" PRId64, thread->ptid);
	text_str(bytes, " comm=");
	put_text(&v, thread->comm);
}

/* Is WORD next in *P? Then it is passed. */
static bool
take_word(const char **p, const char *word)
{
	size_t len = strlen(word);

	if (strncmp(*p, word, len))
		return false;
	*p += len;
	return true;
}

bool
scan_thread_of(const struct event *ev, struct scan_thread *thread)
{
	struct scan_thread t = { .ptid = -1 };
	struct span data;
	const char *p;

	if (!is_called(ev, NAME_OF_THREAD))
		return false;
	data = event_bytes(ev, 2);
	if (!data.len || data.len > THREAD_DATA_MAX || data.p[data.len - 1])
		return false;
	p = (const char *)data.p;
	if (!take_word(&p, "pid=") || !take_number(&p, &t.pid) ||
	    (take_word(&p, " ptid=") && !take_number(&p, &t.ptid)) || !take_word(&p, " comm="))
		return false;
	t.comm = (struct span){ (const uint8_t *)p, strlen(p) };
	*thread = t;
	return true;
}

void
scan_gone_event(int64_t tid, struct text *bytes, struct event *ev)
{
	struct values v = begin_async(NAME_OF_GONE, tid, bytes, ev);

	put(&v, "", 1);
}

bool
scan_is_gone(const struct event *ev)
{
	return is_called(ev, NAME_OF_GONE);
}
