#include "probe/stash.h"

#include <pthread.h>
#include <signal.h>
#include <stdatomic.h>
#include <stdlib.h>
#include <string.h>
#include <time.h>

#include "engine/base/arena.h"
#include "engine/base/err.h"
#include "engine/base/hash.h"
#include "engine/base/mem.h"

#define LOOK_NS 1000000			/* between two looks at the rings */

/* A record that is kept. */
struct kept {
	struct merge_item item;		/* P points behind this struct; LEN 0: a gap */
	struct kept *next;
};

/* The call that a thread is in. The room for it is used again for its next call. */
struct pending {
	struct kept *kept;
	size_t room;			/* bytes behind KEPT */
	bool is_open;			/* it has not returned */
};

struct stash {
	struct merge *merge;
	const struct wire_spec *specs;
	uint64_t slack_ns;
	pthread_t thread;
	bool is_running;
	atomic_bool is_over;
	struct arena arena;		/* everything that is kept */
	size_t n_bytes;
	struct kept *first, **last;	/* in the order of their times */
	struct map pending;		/* struct pending, by tid */
	uint64_t n_taken;
};

static uint64_t
boot_ns(void)
{
	struct timespec t;

	clock_gettime(CLOCK_BOOTTIME, &t);
	return (uint64_t)t.tv_sec * 1000000000u + (uint64_t)t.tv_nsec;
}

/* The thread ----------------------------------------------------------- */

static struct kept *
new_kept(struct stash *s, size_t room)
{
	s->n_bytes += sizeof(struct kept) + room;
	return arena_alloc(&s->arena, sizeof(struct kept) + room);
}

static void
fill(struct kept *k, const struct merge_item *item)
{
	k->item = *item;
	k->item.p = (const uint8_t *)(k + 1);
	k->next = NULL;
	if (item->len)
		memcpy(k + 1, item->p, item->len);
}

static void
append(struct stash *s, struct kept *k)
{
	*s->last = k;
	s->last = &k->next;
}

static void
keep(struct stash *s, const struct merge_item *item)
{
	struct kept *k = new_kept(s, item->len);

	fill(k, item);
	append(s, k);
}

static void
keep_gap(struct stash *s, const struct merge_item *item)
{
	struct merge_item gap = *item;

	gap.len = 0;
	keep(s, &gap);
}

/* A call that leaves the state as it is begins: it may be the one that its thread is
 * still in when the state has been read. */
static void
enter(struct stash *s, uint32_t tid, const struct merge_item *item)
{
	struct pending *p = map_get(&s->pending, tid);

	if (!p) {
		p = arena_alloc(&s->arena, sizeof(*p));
		*p = (struct pending){ 0 };
		map_put(&s->pending, tid, p);
	}
	if (p->room < item->len || !p->kept) {
		p->room = item->len;
		p->kept = new_kept(s, item->len);
	}
	fill(p->kept, item);
	p->is_open = true;
}

static void
leave(struct stash *s, uint32_t tid)
{
	struct pending *p = map_get(&s->pending, tid);

	if (p)
		p->is_open = false;
}

static void
take(struct stash *s, struct merge_item *item)
{
	struct wire_head head;
	bool is_call, is_state;

	s->n_taken++;
	memcpy(&head, item->p, sizeof(head));
	is_call = head.kind == WIRE_ENTER || head.kind == WIRE_EXIT;
	is_state = head.number < WIRE_CALLS && s->specs[head.number].is_state;
	if (!is_call || is_state) {
		keep(s, item);
		if (head.kind == WIRE_DEATH)
			leave(s, head.tid);
		return;
	}
	if (item->n_lost)
		keep_gap(s, item);
	item->n_lost = 0;
	if (head.kind == WIRE_ENTER)
		enter(s, head.tid, item);
	else
		leave(s, head.tid);
}

static void *
run(void *ctx)
{
	static const struct timespec pause = { .tv_nsec = LOOK_NS };
	struct stash *s = ctx;
	struct merge_item item;
	bool is_last;

	do {
		is_last = atomic_load(&s->is_over);
		merge_look(s->merge, boot_ns(), s->slack_ns);
		while (s->n_bytes < STASH_BYTES && merge_next(s->merge, &item))
			take(s, &item);
		if (!is_last)
			nanosleep(&pause, NULL);
	} while (!is_last);
	return NULL;
}

/* The caller's side ---------------------------------------------------- */

struct stash *
stash_begin(struct merge *m, const struct wire_spec *specs, uint64_t slack_ns, struct err *err)
{
	struct stash *s = xzalloc(sizeof(*s));
	sigset_t all, old;
	int code;

	s->merge = m;
	s->specs = specs;
	s->slack_ns = slack_ns;
	s->last = &s->first;
	s->pending.seed = hash_seed();
	sigfillset(&all);
	pthread_sigmask(SIG_SETMASK, &all, &old);
	code = pthread_create(&s->thread, NULL, run, s);
	pthread_sigmask(SIG_SETMASK, &old, NULL);
	s->is_running = !code;
	if (!code)
		return s;
	err_set(err, -code, "no thread to read with: %s", strerror(code));
	stash_free(s);
	return NULL;
}

static int
by_time(const void *a, const void *b)
{
	const struct kept *const *x = a, *const *y = b;

	return ((*x)->item.ts_ns > (*y)->item.ts_ns) - ((*x)->item.ts_ns < (*y)->item.ts_ns);
}

/* Put the calls that have not returned among the others, by time. */
static void
merge_pending(struct stash *s)
{
	struct kept **open = xreallocarray(NULL, s->pending.n + 1, sizeof(struct kept *));
	struct kept **at = &s->first;
	size_t n = 0, slot = 0;
	uint64_t tid;
	void *value;

	while (map_next(&s->pending, &slot, &tid, &value)) {
		const struct pending *p = value;

		if (p->is_open)
			open[n++] = p->kept;
	}
	qsort(open, n, sizeof(struct kept *), by_time);
	for (size_t i = 0; i < n; i++) {
		while (*at && (*at)->item.ts_ns <= open[i]->item.ts_ns)
			at = &(*at)->next;
		open[i]->next = *at;
		*at = open[i];
		at = &open[i]->next;
	}
	free(open);
}

void
stash_end(struct stash *s)
{
	if (!s || !s->is_running)
		return;
	atomic_store(&s->is_over, true);
	pthread_join(s->thread, NULL);
	s->is_running = false;
	merge_pending(s);
}

bool
stash_next(struct stash *s, struct merge_item *out)
{
	if (!s->first)
		return false;
	*out = s->first->item;
	s->first = s->first->next;
	return true;
}

uint64_t
stash_taken(const struct stash *s)
{
	return s->n_taken;
}

void
stash_free(struct stash *s)
{
	if (!s)
		return;
	stash_end(s);
	map_fini(&s->pending);
	arena_fini(&s->arena);
	free(s);
}
