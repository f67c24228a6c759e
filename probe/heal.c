#include "probe/heal.h"

#include <stdlib.h>
#include <string.h>

#include "engine/base/arena.h"
#include "engine/base/mem.h"
#include "engine/base/text.h"
#include "engine/event/event.h"
#include "engine/event/scan.h"
#include "engine/event/source.h"
#include "probe/census.h"
#include "probe/listed.h"
#include "probe/proc_entry.h"
#include "probe/roster.h"

#define EVERY_NS 1000000000u
#define SHARE 50			/* of the time, at most one part in so many */

struct heal {
	bool is_asked;
	uint64_t next_ns;		/* not before */
	struct roster *roster;
	struct census census;
	size_t at_thread;		/* the next one to tell of */
	struct span *args;		/* of each first thread: its arguments as /proc has them */
	struct arena texts;		/* of these */
	struct listed listed;		/* what is still to be told */
	uint64_t read_ns;		/* when reading began */
	uint64_t counted_ns;		/* when all threads had been counted */
	bool seeks_gone;		/* who is not there any more is still to be found */
	int64_t *gone;			/* and told */
	size_t n_gone, at_gone;
	int64_t pid;			/* whose descriptors are being told; 0: nobody's */
	struct scan_range *ranges;	/* what it has, so far */
	size_t n_ranges;
	struct proc_entry entry;
	struct text exe, cwd;
	struct text bytes;		/* of the event */
};

struct heal *
heal_new(struct roster *roster)
{
	struct heal *h = xzalloc(sizeof(*h));

	h->roster = roster;
	h->ranges = xreallocarray(NULL, SCAN_RANGES_MAX, sizeof(*h->ranges));
	return h;
}

static void
forget(struct heal *h)
{
	free(h->args);
	free(h->gone);
	h->args = NULL;
	h->gone = NULL;
	h->n_gone = h->at_gone = 0;
	arena_fini(&h->texts);
	h->texts = (struct arena){ 0 };
}

void
heal_free(struct heal *h)
{
	if (!h)
		return;
	forget(h);
	census_fini(&h->census);
	listed_fini(&h->listed);
	proc_entry_fini(&h->entry);
	text_fini(&h->exe);
	text_fini(&h->cwd);
	text_fini(&h->bytes);
	free(h->ranges);
	free(h);
}

void
heal_ask(struct heal *h)
{
	h->is_asked = true;
}

bool
heal_is_due(const struct heal *h, uint64_t now_ns)
{
	return h->is_asked && now_ns >= h->next_ns;
}

/* Is T told of, as a process or as another thread of one? */
static bool
is_told(const struct wire_thread *t)
{
	return t->is_followed && !t->is_ending;
}

static bool
is_process(const struct wire_thread *t)
{
	return t->task.tid == t->task.pid;
}

/* What /proc has of processes is read at once, so that it counts as reading. */
static void
read_arguments(struct heal *h)
{
	size_t n = census_count(&h->census);
	struct proc_record p;

	h->args = xzalloc((n + 1) * sizeof(*h->args));
	for (size_t i = 0; i < n; i++) {
		const struct wire_thread *t = census_thread(&h->census, i);
		uint8_t *copy;

		if (!is_told(t))
			continue;
		census_cgroups(&h->census, t);
		if (!is_process(t) || !t->task.has_exe)
			continue;
		proc_entry_init(&p, t->task.pid, t->task.tid);
		proc_entry_arguments(&h->entry, &p);
		copy = arena_alloc(&h->texts, h->entry.cmdline.len + 1);
		if (h->entry.cmdline.len)
			memcpy(copy, h->entry.cmdline.p, h->entry.cmdline.len);
		h->args[i] = (struct span){ copy, h->entry.cmdline.len };
	}
}

void
heal_read(struct heal *h, const struct heal_sources *from, uint64_t now_ns,
	  uint64_t (*then_ns)(void))
{
	uint64_t took_ns;

	h->is_asked = false;
	h->read_ns = now_ns;
	h->pid = 0;
	h->at_thread = 0;
	forget(h);
	census_read(&h->census, from->threads_fd);
	h->counted_ns = then_ns();
	h->seeks_gone = census_count(&h->census);
	listed_read(&h->listed, from->files_fd);
	read_arguments(h);
	took_ns = then_ns() - now_ns;
	h->next_ns = now_ns + (took_ns * SHARE > EVERY_NS ? took_ns * SHARE : EVERY_NS);
}

/* Is there anything of the moment when reading began? */
static bool
has_found(struct heal *h)
{
	size_t n = census_count(&h->census);

	while (h->at_thread < n && !is_told(census_thread(&h->census, h->at_thread)))
		h->at_thread++;
	return h->at_thread < n || listed_pid(&h->listed) || h->pid;
}

/* Is there anybody who is not there any more? Asked when all else was told. */
static bool
has_gone(struct heal *h)
{
	if (h->seeks_gone)
		h->gone = roster_missing(h->roster, &h->census, h->read_ns, &h->n_gone);
	h->seeks_gone = false;
	return h->at_gone < h->n_gone;
}

bool
heal_has(struct heal *h, uint64_t ns)
{
	if (has_found(h))
		return h->read_ns < ns;
	return h->counted_ns < ns && has_gone(h);
}

/* Telling ---------------------------------------------------------------- */

/* Descriptors come in the order of their numbers. When there are too many pieces
 * the last one takes all: nothing is said to be closed that is not. */
static void
note(struct heal *h, int64_t num)
{
	struct scan_range *last = h->n_ranges ? &h->ranges[h->n_ranges - 1] : NULL;

	if (last && (num == last->to + 1 || h->n_ranges == SCAN_RANGES_MAX))
		last->to = num;
	else
		h->ranges[h->n_ranges++] = (struct scan_range){ num, num };
}

/* CMDLINE is the name that the program was called by, then its arguments. */
static void
take_arguments(struct span cmdline, struct proc_record *p)
{
	const uint8_t *nul = cmdline.len ? memchr(cmdline.p, '\0', cmdline.len) : NULL;
	size_t first = nul ? (size_t)(nul - cmdline.p) : cmdline.len;

	if (!cmdline.len)
		return;
	p->exe = (struct span){ cmdline.p, first };
	if (first + 1 < cmdline.len)
		p->args = (struct span){ cmdline.p + first + 1, cmdline.len - first - 1 };
}

/* T, which is number I, is a process. */
static void
tell_process(struct heal *h, const struct wire_thread *t, size_t i, struct event *ev)
{
	struct proc_record p;

	census_record(t, &p);
	h->exe.len = h->cwd.len = 0;
	census_exe(t, &h->exe);
	census_cwd(t, &h->cwd);
	if (h->exe.len)
		p.exepath = (struct span){ (const uint8_t *)h->exe.p, h->exe.len - 1 };
	if (h->cwd.len)
		p.cwd = (struct span){ (const uint8_t *)h->cwd.p, h->cwd.len - 1 };
	take_arguments(h->args[i], &p);
	p.cgroups = census_cgroups(&h->census, t);
	scan_task_event(&p, &h->bytes, ev);
}

static void
tell_thread(struct heal *h, struct event *ev)
{
	size_t i = h->at_thread++;
	const struct wire_thread *t = census_thread(&h->census, i);
	struct scan_thread thread = {
		.pid = t->task.pid, .ptid = t->task.ptid,
		.comm = { (const uint8_t *)t->task.comm,
			  strnlen(t->task.comm, sizeof(t->task.comm)) },
	};

	roster_add_new(h->roster, t->task.tid, h->read_ns);
	if (is_process(t))
		tell_process(h, t, i, ev);
	else
		scan_thread_event(t->task.tid, &thread, &h->bytes, ev);
}

static void
tell_file(struct heal *h, struct event *ev)
{
	int64_t pid = listed_pid(&h->listed);
	struct fd_record fd;

	if (h->pid && pid != h->pid) {
		scan_end_event(h->pid, h->ranges, h->n_ranges, &h->bytes, ev);
		h->pid = 0;
		return;
	}
	if (!h->pid)
		h->n_ranges = 0;
	h->pid = pid;
	listed_next(&h->listed, &fd);
	note(h, fd.fd);
	scan_fd_event(&fd, &h->bytes, ev);
}

static void
tell_gone(struct heal *h, struct event *ev)
{
	int64_t tid = h->gone[h->at_gone++];

	roster_remove(h->roster, tid);
	scan_gone_event(tid, &h->bytes, ev);
}

bool
heal_next(struct heal *h, struct event *ev)
{
	bool is_found = has_found(h);

	h->bytes.len = 0;
	if (is_found && h->at_thread < census_count(&h->census))
		tell_thread(h, ev);
	else if (is_found)
		tell_file(h, ev);
	else if (has_gone(h))
		tell_gone(h, ev);
	else
		return false;
	ev->ts_ns = is_found ? h->read_ns : h->counted_ns;
	ev->dump_flags = EVENT_STATE_ONLY | EVENT_RESTATED;
	return true;
}
