#include "tests/tools/story.h"

#include <errno.h>
#include <stdlib.h>
#include <sys/socket.h>

#include "engine/base/mem.h"
#include "engine/event/event_type.h"
#include "engine/event/syscall.h"

#define N scap_num
#define T scap_text

#define CALL_NS 1800			/* what a call takes that does not wait */
#define STEP_NS 2600			/* what a program does between two calls */
#define SWITCH_NS 2100
#define CLONE_THREAD 0x2000
#define CLONE_VFORK 0x8000000
#define CLONE_CHILD_IN_PIDNS 0x20000000
#define AT_CWD (-100)
#define PAGE 4096
#define FUTEX_WAKE 1
#define FUTEX_PRIVATE 128
#define EXIT_GROUP 231			/* system calls of x86-64 */

void
story_fini(struct story *s)
{
	scap_fini(&s->blocks);
	free(s->events);
	*s = (struct story){ 0 };
}

/* By time; what was told first comes first when times are equal. */
static int
by_time(const void *a, const void *b)
{
	const struct story_event *x = a, *y = b;

	if (x->ts_ns != y->ts_ns)
		return x->ts_ns < y->ts_ns ? -1 : 1;
	return x->at < y->at ? -1 : x->at > y->at;
}

void
story_write(const struct story *s, struct scap *b)
{
	struct story_event *order = xmalloc(s->n_events * sizeof(*order));

	memcpy(order, s->events, s->n_events * sizeof(*order));
	qsort(order, s->n_events, sizeof(*order), by_time);
	for (size_t i = 0; i < s->n_events; i++)
		scap_put(b, s->blocks.p + order[i].at, order[i].len);
	free(order);
}

/* Write an event on A's cpu, but of the thread TID. */
static void
event_of(struct actor *a, int64_t tid, uint16_t id, const struct scap_value *values,
	 size_t n)
{
	struct story *s = a->story;
	size_t at = s->blocks.len;

	scap_at(&s->blocks, a->now_ns, tid, a->cpu);
	scap_event_values(&s->blocks, id, values, n);
	xgrow(&s->events, &s->events_cap, s->n_events + 1, sizeof(*s->events));
	s->events[s->n_events++] = (struct story_event){ a->now_ns, at, s->blocks.len - at };
}

void
story_event_values(struct actor *a, uint16_t id, const struct scap_value *values, size_t n)
{
	event_of(a, a->proc.tid, id, values, n);
	/* An even id enters a call; what follows an exit is the program's time. */
	a->now_ns += event_id_is_exit(id) ? STEP_NS : CALL_NS;
}

void
story_compute(struct actor *a, uint64_t ns)
{
	a->now_ns += ns;
}

void
story_block(struct actor *a, uint64_t ns)
{
	const struct proc_record *p = &a->proc;
	struct scap_value off[] = { N(0), N((int64_t)p->pfmajor), N((int64_t)p->pfminor),
				    N(p->vmsize_kb), N(p->vmrss_kb), N(p->vmswap_kb) };
	struct scap_value on[] = { N(p->tid), N(0), N(0), N(0), N(0), N(0) };

	event_of(a, p->tid, EV_SCHEDSWITCH_6_E, off, ARRAY_LEN(off));
	a->now_ns += ns > SWITCH_NS ? ns : SWITCH_NS;
	event_of(a, 0, EV_SCHEDSWITCH_6_E, on, ARRAY_LEN(on));
	a->now_ns += SWITCH_NS;
}

void
story_wait_for(struct actor *a, const struct actor *other)
{
	if (other->now_ns > a->now_ns)
		a->now_ns = other->now_ns;
}

/* The time that a call takes: a long one leaves the cpu. */
static void
take(struct actor *a, uint64_t ns)
{
	if (ns >= 20 * USEC)
		story_block(a, ns);
	else
		a->now_ns += ns;
}

static int64_t
len_of(const char *data)
{
	return (int64_t)strlen(data);
}

void
story_open(struct actor *a, int64_t res, const char *path, uint32_t flags)
{
	int64_t mode = flags & SO_CREATE ? 0644 : 0;

	story_event(a, EV_OPEN_E, T(path), N(flags), N(mode));
	story_event(a, EV_OPEN_X, N(res), T(path), N(flags), N(mode), N(0x801));
}

void
story_openat(struct actor *a, int64_t res, int64_t dirfd, const char *path, uint32_t flags)
{
	int64_t mode = flags & SO_CREATE ? 0640 : 0;

	story_event(a, EV_OPENAT_2_E, N(dirfd), T(path), N(flags), N(mode));
	story_event(a, EV_OPENAT_2_X, N(res), N(dirfd), T(path), N(flags), N(mode), N(0x801));
}

void
story_close(struct actor *a, int64_t fd)
{
	story_event(a, EV_CLOSE_E, N(fd));
	story_event(a, EV_CLOSE_X, N(0));
}

void
story_fstat(struct actor *a, int64_t fd)
{
	story_event(a, EV_FSTAT_E, N(fd));
	story_event(a, EV_FSTAT_X, N(0));
}

void
story_stat(struct actor *a, int64_t res, const char *path)
{
	story_event(a, EV_STAT_E, SCAP_NOTHING);
	story_event(a, EV_STAT_X, N(res), T(path));
}

void
story_read(struct actor *a, int64_t fd, uint32_t size, const char *data, uint64_t ns)
{
	story_event(a, EV_READ_E, N(fd), N(size));
	take(a, ns);
	story_event(a, EV_READ_X, N(len_of(data)), scap_bytes(data, strlen(data)));
}

void
story_write_to(struct actor *a, int64_t fd, const char *data)
{
	story_event(a, EV_WRITE_E, N(fd), N(len_of(data)));
	story_event(a, EV_WRITE_X, N(len_of(data)), scap_bytes(data, strlen(data)));
}

void
story_pread(struct actor *a, int64_t fd, uint64_t pos, const char *data, uint64_t ns)
{
	story_event(a, EV_PREAD_E, N(fd), N(PAGE), N((int64_t)pos));
	take(a, ns);
	story_event(a, EV_PREAD_X, N(PAGE), scap_bytes(data, strlen(data)));
}

void
story_mmap(struct actor *a, int64_t fd, uint64_t len)
{
	int64_t prot = fd < 0 ? 0x3 : 0x5, flags = fd < 0 ? 0xA : 0x2;
	struct proc_record *p = &a->proc;

	story_event(a, EV_MMAP_E, N(0), N((int64_t)len), N(prot), N(flags), N(fd), N(0));
	p->vmsize_kb += (uint32_t)(len / 1024);
	story_event(a, EV_MMAP_X, N(0x7F3A10000000), N(p->vmsize_kb), N(p->vmrss_kb),
		    N(p->vmswap_kb));
}

void
story_socket(struct actor *a, int64_t fd, int domain, int type)
{
	story_event(a, EV_SOCKET_E, N(domain), N(type), N(0));
	story_event(a, EV_SOCKET_X, N(fd));
}

void
story_connect(struct actor *a, int64_t res, int64_t fd, struct scap_value addr,
	      struct scap_value tuple)
{
	story_event(a, EV_CONNECT_E, N(fd), addr);
	story_compute(a, CALL_NS);
	story_event(a, EV_CONNECT_X, N(res), tuple);
}

void
story_accept(struct actor *a, int64_t fd, struct scap_value tuple)
{
	story_event(a, EV_ACCEPT4_5_E, N(0));
	story_event(a, EV_ACCEPT4_5_X, N(fd), tuple, N(0), N(0), N(511));
}

void
story_sendto(struct actor *a, int64_t fd, const char *data, struct scap_value tuple)
{
	story_event(a, EV_SENDTO_E, N(fd), N(len_of(data)), tuple);
	story_event(a, EV_SENDTO_X, N(len_of(data)), scap_bytes(data, strlen(data)));
}

void
story_recvfrom(struct actor *a, int64_t fd, const char *data, struct scap_value tuple,
	       uint64_t ns)
{
	story_event(a, EV_RECVFROM_E, N(fd), N(PAGE));
	take(a, ns);
	story_event(a, EV_RECVFROM_X, N(len_of(data)), scap_bytes(data, strlen(data)), tuple);
}

void
story_sendfile(struct actor *a, int64_t out, int64_t in, uint64_t size)
{
	story_event(a, EV_SENDFILE_E, N(out), N(in), N(0), N((int64_t)size));
	story_compute(a, size / 4);
	story_event(a, EV_SENDFILE_X, N((int64_t)size), N((int64_t)size));
}

void
story_epoll_wait(struct actor *a, uint64_t ns)
{
	story_event(a, EV_EPOLLWAIT_E, N(512));
	take(a, ns);
	story_event(a, EV_EPOLLWAIT_X, N(1));
}

void
story_futex_wait(struct actor *a, uint64_t addr, uint64_t ns)
{
	story_event(a, EV_FUTEX_E, N((int64_t)addr), N(FUTEX_PRIVATE), N(0));
	take(a, ns);
	story_event(a, EV_FUTEX_X, N(0));
}

void
story_futex_wake(struct actor *a, uint64_t addr)
{
	story_event(a, EV_FUTEX_E, N((int64_t)addr), N(FUTEX_PRIVATE | FUTEX_WAKE), N(1));
	story_event(a, EV_FUTEX_X, N(1));
}

void
story_pipe(struct actor *a, int64_t fd1, int64_t fd2, uint64_t ino)
{
	story_event(a, EV_PIPE_E, SCAP_NOTHING);
	story_event(a, EV_PIPE_X, N(0), N(fd1), N(fd2), N((int64_t)ino));
}

void
story_dup(struct actor *a, int64_t fd, int64_t res)
{
	story_event(a, EV_DUP_E, N(fd));
	story_event(a, EV_DUP_X, N(res));
}

void
story_nanosleep(struct actor *a, uint64_t ns)
{
	story_event(a, EV_NANOSLEEP_E, N((int64_t)ns));
	take(a, ns);
	story_event(a, EV_NANOSLEEP_X, N(0));
}

void
story_chdir(struct actor *a, const char *path)
{
	story_event(a, EV_CHDIR_E, SCAP_NOTHING);
	story_event(a, EV_CHDIR_X, N(0), T(path));
	a->proc.cwd = scap_span(path);
}

void
story_setuid(struct actor *a, uint32_t uid, uint32_t gid)
{
	story_event(a, EV_SETGID_E, N(gid));
	story_event(a, EV_SETGID_X, N(0));
	story_event(a, EV_SETUID_E, N(uid));
	story_event(a, EV_SETUID_X, N(0));
	a->proc.uid = uid;
	a->proc.gid = gid;
}

void
story_rename(struct actor *a, const char *from, const char *to)
{
	story_event(a, EV_RENAME_E, SCAP_NOTHING);
	story_event(a, EV_RENAME_X, N(0), T(from), T(to));
}

void
story_unlink(struct actor *a, int64_t res, const char *path)
{
	story_event(a, EV_UNLINK_2_E, SCAP_NOTHING);
	story_event(a, EV_UNLINK_2_X, N(res), T(path));
}

/* The code of generic events for a system call of x86-64. */
static uint16_t
code_of(uint16_t number)
{
	return syscall_find(SYSCALL_X86_64, number)->code;
}

void
story_generic(struct actor *a, uint16_t number, uint64_t ns)
{
	story_event(a, EV_GENERIC_E, N(code_of(number)), N(number));
	take(a, ns);
	story_event(a, EV_GENERIC_X, N(code_of(number)));
}

void
story_signal(struct actor *a, int64_t from, int sig)
{
	story_event(a, EV_SIGNALDELIVER_E, N(from), N(a->proc.tid), N(sig));
}

void
story_kill(struct actor *a, struct actor *other, int sig)
{
	story_event(a, EV_KILL_E, N(other->proc.pid), N(sig));
	story_wait_for(other, a);
	story_signal(other, a->proc.pid, sig);
	story_event(a, EV_KILL_X, N(0));
}

void
story_procinfo(struct actor *a, uint64_t user, uint64_t system)
{
	struct scap_value v[] = { N((int64_t)user), N((int64_t)system) };

	event_of(a, a->proc.tid, EV_PROCINFO_E, v, ARRAY_LEN(v));
}

/* A text that must end in a NUL, from a span that may have none. */
static struct scap_value
text_of(struct span s, char *out, size_t size)
{
	size_t n = s.len < size - 1 ? s.len : size - 1;

	memcpy(out, s.p, n);
	out[n] = '\0';
	return T(out);
}

/* The exit of a clone, as A sees it. */
static void
clone_exit(struct actor *a, int64_t res, uint32_t flags)
{
	const struct proc_record *p = &a->proc;
	char exe[256], cwd[256], comm[32];

	story_event(a, EV_CLONE_20_X, N(res), text_of(p->exe, exe, sizeof(exe)),
		    scap_bytes(p->args.p, p->args.len), N(p->tid), N(p->pid), N(p->ptid),
		    text_of(p->cwd, cwd, sizeof(cwd)), N(p->fdlimit), N((int64_t)p->pfmajor),
		    N((int64_t)p->pfminor), N(p->vmsize_kb), N(p->vmrss_kb), N(p->vmswap_kb),
		    text_of(p->comm, comm, sizeof(comm)),
		    scap_bytes(p->cgroups.p, p->cgroups.len), N(flags), N(p->uid), N(p->gid),
		    N(p->vtid), N(p->vpid));
}

struct actor
story_clone(struct actor *a, int64_t tid, int64_t vtid, uint32_t flags)
{
	struct actor child = *a;

	if (a->in_pidns)
		flags |= CLONE_CHILD_IN_PIDNS;
	story_event(a, EV_CLONE_20_E, SCAP_NOTHING);
	story_compute(a, 60 * USEC);
	child.now_ns = a->now_ns + 35 * USEC;
	child.cpu = a->story->n_cpus++;
	child.proc.tid = tid;
	child.proc.vtid = vtid;
	child.proc.flags = flags;
	if (!(flags & CLONE_THREAD)) {
		child.proc.pid = tid;
		child.proc.vpid = vtid;
		child.proc.ptid = a->proc.pid;
		child.proc.pfmajor = child.proc.pfminor = 0;
	}
	clone_exit(a, vtid, flags);
	clone_exit(&child, 0, flags);
	return child;
}

void
story_exec(struct actor *a, const char *path, const char *comm, struct span args)
{
	static const char elf[80] = "\177ELF\2\1\1\3\0\0\0\0\0\0\0\0\3\0>";
	struct proc_record *p = &a->proc;
	char cwd[256];

	story_event(a, EV_EXECVE_19_E, T(path));
	story_compute(a, 300 * USEC);
	p->comm = p->exe = scap_span(comm);
	p->exepath = scap_span(path);
	p->args = args;
	p->pfmajor = 1;
	p->pfminor = 88;
	p->vmsize_kb = 3400;
	p->vmrss_kb = 960;
	story_event(a, EV_EXECVE_19_X, N(0), T(comm), scap_bytes(args.p, args.len), N(p->tid),
		    N(p->pid), N(p->ptid), text_of(p->cwd, cwd, sizeof(cwd)), N(p->fdlimit),
		    N((int64_t)p->pfmajor), N((int64_t)p->pfminor), N(p->vmsize_kb),
		    N(p->vmrss_kb), N(p->vmswap_kb), T(comm),
		    scap_bytes(p->cgroups.p, p->cgroups.len),
		    scap_bytes(p->env.p, p->env.len), N(p->tty), N(p->vpgid),
		    N(p->loginuid), N(0));
	story_open(a, -ENOENT, "/etc/ld.so.preload", SO_READ | SO_CLOEXEC);
	story_openat(a, 3, AT_CWD, "/etc/ld.so.cache", SO_READ | SO_CLOEXEC);
	story_fstat(a, 3);
	story_mmap(a, 3, 41288);
	story_close(a, 3);
	story_openat(a, 3, AT_CWD, "/lib/x86_64-linux-gnu/libc.so.6", SO_READ | SO_CLOEXEC);
	story_event(a, EV_READ_E, N(3), N(832));
	story_event(a, EV_READ_X, N(832), scap_bytes(elf, sizeof(elf)));
	story_fstat(a, 3);
	story_mmap(a, 3, 1970000);
	story_close(a, 3);
	story_mmap(a, -1, 12288);
}

void
story_exit(struct actor *a, int status, int sig)
{
	int64_t word = sig ? sig : status << 8;

	if (!sig)
		story_event(a, EV_GENERIC_E, N(code_of(EXIT_GROUP)), N(EXIT_GROUP));
	story_event(a, EV_PROCEXIT_1_E, N(word), N(status), N(sig), N(0));
}
