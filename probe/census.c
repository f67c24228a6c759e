#include "probe/census.h"

#include <errno.h>
#include <stdlib.h>
#include <string.h>
#include <unistd.h>

#include "engine/base/mem.h"
#include "engine/event/source.h"
#include "probe/parameter_task.h"
#include "probe/proc_entry.h"

#define BYTES_MAX (256u << 20)		/* of what is counted */
#define READ_BYTES (64u << 10)
#define PAGE_KB 4			/* a page of both machines as they are used */

struct census_place {
	uint32_t pid, tid;
	size_t at;			/* in the bytes */
};

void
census_fini(struct census *c)
{
	text_fini(&c->bytes);
	text_fini(&c->file);
	text_fini(&c->list);
	map_fini(&c->cgroups);
	arena_fini(&c->texts);
	free(c->threads);
	*c = (struct census){ 0 };
}

/* The entry at AT. NULL: there is none that is whole. */
static const struct wire_thread *
entry_at(const struct census *c, size_t at)
{
	const struct wire_thread *t;

	if (c->bytes.len - at < sizeof(*t))
		return NULL;
	t = (const struct wire_thread *)(const void *)(c->bytes.p + at);
	if (t->len % 8 || t->len < sizeof(*t) || t->len > c->bytes.len - at ||
	    (size_t)t->exe_len + t->cwd_len > t->len - sizeof(*t))
		return NULL;
	return t;
}

/* A process's first thread before the others. */
static int
by_process(const void *a, const void *b)
{
	const struct census_place *x = a, *y = b;

	if (x->pid != y->pid)
		return x->pid < y->pid ? -1 : 1;
	if ((x->tid == x->pid) != (y->tid == y->pid))
		return x->tid == x->pid ? -1 : 1;
	return (x->tid > y->tid) - (x->tid < y->tid);
}

static void
sort(struct census *c)
{
	const struct wire_thread *t;

	c->n = 0;
	for (size_t at = 0; (t = entry_at(c, at)); at += t->len) {
		xgrow(&c->threads, &c->cap, c->n + 1, sizeof(*c->threads));
		c->threads[c->n++] = (struct census_place){ t->task.pid, t->task.tid, at };
	}
	if (c->n)
		qsort(c->threads, c->n, sizeof(*c->threads), by_process);
}

void
census_read(struct census *c, int fd)
{
	char piece[READ_BYTES];
	ssize_t n;

	c->bytes.len = 0;
	map_fini(&c->cgroups);
	arena_fini(&c->texts);
	c->cgroups = (struct map){ .seed = hash_seed() };
	c->texts = (struct arena){ 0 };
	while (fd >= 0 && c->bytes.len < BYTES_MAX &&
	       ((n = read(fd, piece, sizeof(piece))) > 0 || (n < 0 && errno == EINTR)))
		if (n > 0)
			text_bytes(&c->bytes, piece, (size_t)n);
	if (fd >= 0)
		close(fd);
	sort(c);
}

size_t
census_count(const struct census *c)
{
	return c->n;
}

const struct wire_thread *
census_thread(const struct census *c, size_t i)
{
	return (const struct wire_thread *)(const void *)(c->bytes.p + c->threads[i].at);
}

size_t
census_find(const struct census *c, int64_t pid)
{
	size_t from = 0, to = c->n;

	while (from < to) {
		size_t middle = from + (to - from) / 2;

		if (c->threads[middle].pid < pid)
			from = middle + 1;
		else
			to = middle;
	}
	return from < c->n && c->threads[from].pid == pid ? from : c->n;
}

bool
census_has_ended(const struct census *c, size_t i)
{
	const struct wire_task *first = &census_thread(c, i)->task;

	if (!census_thread(c, i)->has_ended)
		return false;
	if (first->tid != first->pid)
		return true;
	for (size_t k = i + 1; k < c->n && c->threads[k].pid == first->pid; k++)
		if (!census_thread(c, k)->has_ended)
			return false;
	return true;
}

static struct span
exe_names(const struct wire_thread *t)
{
	return (struct span){ (const uint8_t *)(t + 1), t->exe_len };
}

void
census_record(const struct wire_thread *t, struct proc_record *p)
{
	const struct wire_task *task = &t->task;
	unsigned exe = parameter_task_exe_flags(task, exe_names(t));

	proc_entry_init(p, task->pid, task->tid);
	p->ptid = task->ptid;
	p->sid = t->sid;
	p->pgid = task->pgid;
	p->vpgid = task->vpgid;
	p->vtid = task->vtid;
	p->vpid = task->vpid;
	p->comm = (struct span){ (const uint8_t *)task->comm,
				 strnlen(task->comm, sizeof(task->comm)) };
	p->fdlimit = (int64_t)task->fdlimit;
	p->uid = task->uid;
	p->gid = task->gid;
	p->loginuid = task->loginuid;
	p->vmsize_kb = (uint32_t)(task->memory.vm_pages * PAGE_KB);
	p->vmrss_kb = (uint32_t)(task->memory.rss_pages * PAGE_KB);
	p->vmswap_kb = (uint32_t)(task->memory.swap_pages * PAGE_KB);
	p->pfmajor = task->pf_major;
	p->pfminor = task->pf_minor;
	p->pidns_start_ns = task->pidns_start_ns;
	p->tty = task->tty;
	p->exe_writable = exe & EXE_WRITABLE;
	p->exe_upper_layer = exe & EXE_UPPER_LAYER;
	p->exe_lower_layer = exe & EXE_LOWER_LAYER;
	p->exe_from_memfd = exe & EXE_FROM_MEMFD;
	p->cap_inheritable = task->cap_inheritable;
	p->cap_permitted = task->cap_permitted;
	p->cap_effective = task->cap_effective;
	p->exe_ino = task->exe_ino;
	p->exe_ino_ctime_ns = task->exe_ctime_ns;
	p->exe_ino_mtime_ns = task->exe_mtime_ns;
}

void
census_exe(const struct wire_thread *t, struct text *out)
{
	parameter_task_path(out, exe_names(t));
}

void
census_cwd(const struct wire_thread *t, struct text *out)
{
	parameter_task_path(out, (struct span){ (const uint8_t *)(t + 1) + t->exe_len,
						t->cwd_len });
}

struct span
census_cgroups(struct census *c, const struct wire_thread *t)
{
	struct span *known = map_get(&c->cgroups, t->cgroups);
	uint8_t *copy;

	if (known)
		return *known;
	proc_entry_cgroups(&c->file, t->task.tid, &c->list);
	if (!c->list.len)
		return (struct span){ (const uint8_t *)"", 0 };
	known = arena_alloc(&c->texts, sizeof(*known));
	copy = arena_alloc(&c->texts, c->list.len);
	memcpy(copy, c->list.p, c->list.len);
	*known = (struct span){ copy, c->list.len };
	map_put(&c->cgroups, t->cgroups, known);
	return *known;
}
