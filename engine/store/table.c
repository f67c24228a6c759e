#include <stdlib.h>
#include <string.h>

#include "engine/base/mem.h"
#include "engine/store/inside.h"

/*
 * A table is a log: each step names what was opened or closed. A fork begins with
 * a reference to its parent's log. So that nobody has to look far back, after as
 * many steps as a table is large there is a base, with all that is open; one also
 * ends a chain of forks.
 */
#define BASE_STEPS 128

static const struct table_step *
steps_of(const struct kept_table *t, size_t *n)
{
	return trail_all(&t->steps, n);
}

static struct kept_table *
above_of(const struct kept_table *t)
{
	return atomic_load_explicit(&t->above, memory_order_acquire);
}

static const struct table_base *
base_at(const struct kept_table *t, uint64_t position)
{
	return trail_at(&t->bases, position, sizeof(struct table_base));
}

/* How many of T's steps are not behind POSITION. */
static size_t
steps_up_to(const struct table_step *steps, size_t n, uint64_t position)
{
	size_t low = 0;

	while (low < n) {
		size_t mid = low + (n - low) / 2;

		if (steps[mid].from <= position)
			low = mid + 1;
		else
			n = mid;
	}
	return low;
}

/* Readers ------------------------------------------------------------- */

uint32_t
table_count_at(const struct kept_table *t, uint64_t position)
{
	for (;;) {
		const struct kept_table *above = above_of(t);
		const struct table_base *base = base_at(t, position);
		size_t n, i;
		const struct table_step *steps = steps_of(t, &n);

		i = steps_up_to(steps, n, position);
		if (i && (!base || steps[i - 1].from > base->from))
			return steps[i - 1].count;
		if (base)
			return base->count;
		if (!above)
			return 0;
		if (t->above_at < position)
			position = t->above_at;
		t = above;
	}
}

uint32_t
table_count_around(const struct kept_table *t, uint64_t position, uint64_t *until)
{
	const struct table_base *next, *base = trail_around(&t->bases, position, sizeof(*base),
							    (const void **)&next);
	size_t n, i;
	const struct table_step *steps = steps_of(t, &n);

	i = steps_up_to(steps, n, position);
	*until = i < n ? steps[i].from : UINT64_MAX;
	if (next && next->from < *until)
		*until = next->from;
	if (!i && !base && above_of(t) && position <= t->above_at)
		*until = position + 1;
	return table_count_at(t, position);
}

bool
store_table_extreme(const struct kept_table *t, uint64_t first, uint64_t last, bool least,
		    uint64_t *position)
{
	size_t n, best;
	const struct table_step *steps = steps_of(t, &n);
	size_t i = first ? steps_up_to(steps, n, first - 1) : 0;

	if (i == n || steps[i].from > last)
		return false;
	for (best = i; i < n && steps[i].from <= last; i++)
		/* Of several at one position the last one counts. */
		if ((i + 1 == n || steps[i + 1].from != steps[i].from) &&
		    (steps[best].from == steps[i].from ||
		     (least ? steps[i].count < steps[best].count :
			      steps[i].count > steps[best].count)))
			best = i;
	*position = steps[best].from;
	return true;
}

static uint32_t
find_entry(const struct table_base *base, int64_t num)
{
	size_t low = 0, high = base->n;

	while (low < high) {
		size_t mid = low + (high - low) / 2;

		if (base->entries[mid].num == num)
			return base->entries[mid].slot;
		if (base->entries[mid].num < num)
			low = mid + 1;
		else
			high = mid;
	}
	return 0;
}

static int64_t
num_of(const struct store *s, uint32_t slot)
{
	const struct fd_version *v = slots_get(&s->fd_versions, slot & ~TABLE_CLOSED);

	return v ? v->num : -1;
}

uint32_t
table_get_at(const struct store *s, const struct kept_table *t, int64_t num, uint64_t position)
{
	for (;;) {
		const struct kept_table *above = above_of(t);
		const struct table_base *base = base_at(t, position);
		size_t n, i;
		const struct table_step *steps = steps_of(t, &n);

		for (i = steps_up_to(steps, n, position); i; i--) {
			if (base && steps[i - 1].from <= base->from)
				break;
			if (num_of(s, steps[i - 1].slot) == num)
				return steps[i - 1].slot & TABLE_CLOSED ? 0 : steps[i - 1].slot;
		}
		if (base)
			return find_entry(base, num);
		if (!above)
			return 0;
		if (t->above_at < position)
			position = t->above_at;
		t = above;
	}
}

/* A set of entries by number, while it is put together. */
struct entries {
	struct table_entry **list;
	size_t n, *cap;
};

static void
put_entry(struct entries *e, struct table_entry entry)
{
	size_t low = 0, high = e->n;

	while (low < high) {
		size_t mid = low + (high - low) / 2;

		if ((*e->list)[mid].num < entry.num)
			low = mid + 1;
		else
			high = mid;
	}
	if (low < e->n && (*e->list)[low].num == entry.num) {
		(*e->list)[low] = entry;
		return;
	}
	xgrow(e->list, e->cap, e->n + 1, sizeof(entry));
	memmove(*e->list + low + 1, *e->list + low, (e->n - low) * sizeof(entry));
	(*e->list)[low] = entry;
	e->n++;
}

static void
collect(const struct store *s, const struct kept_table *t, uint64_t position,
	struct entries *e)
{
	const struct kept_table *above = above_of(t);
	const struct table_base *base = base_at(t, position);
	size_t n, end, i = 0;
	const struct table_step *steps = steps_of(t, &n);

	if (base) {
		xgrow(e->list, e->cap, base->n + 1, sizeof(**e->list));
		if (base->n)
			memcpy(*e->list, base->entries, base->n * sizeof(**e->list));
		e->n = base->n;
		i = steps_up_to(steps, n, base->from);
	} else if (above) {
		collect(s, above, t->above_at < position ? t->above_at : position, e);
	}
	for (end = steps_up_to(steps, n, position); i < end; i++)
		put_entry(e, (struct table_entry){ num_of(s, steps[i].slot), steps[i].slot });
}

size_t
table_all_at(const struct store *s, const struct kept_table *t, uint64_t position,
	     struct table_entry **list, size_t *cap)
{
	struct entries e = { list, 0, cap };
	size_t n = 0;

	collect(s, t, position, &e);
	for (size_t i = 0; i < e.n; i++)
		if (!((*list)[i].slot & TABLE_CLOSED))
			(*list)[n++] = (*list)[i];
	return n;
}

static uint32_t
entity_of(const struct store *s, uint32_t slot)
{
	const struct fd_version *v = slot ? slots_get(&s->fd_versions, slot) : NULL;

	return v ? v->entity : 0;
}

void
store_table_lived(const struct store *s, const struct kept_table *t, uint64_t first,
		  uint64_t last, const struct store_told *told)
{
	struct table_entry *list = NULL;
	size_t cap = 0, n, i;
	const struct table_step *steps = steps_of(t, &n);

	/* Those that went, until when they had been there. */
	for (i = steps_up_to(steps, n, first); i < n && steps[i].from <= last; i++) {
		int64_t num = num_of(s, steps[i].slot);
		uint32_t was = table_get_at(s, t, num, steps[i].from - 1);

		if (was && entity_of(s, was) !=
			   entity_of(s, table_get_at(s, t, num, steps[i].from)))
			told->fd(told->ctx, was, steps[i].from - 1);
	}
	n = table_all_at(s, t, last, &list, &cap);
	for (i = 0; i < n; i++)
		told->fd(told->ctx, list[i].slot, last);
	free(list);
}

/* The writer ---------------------------------------------------------- */

struct kept_table *
table_of(struct store *s, const struct fd_table *t)
{
	struct kept_table *k = map_get(&s->table_of, t->id);

	if (k)
		return k;
	k = pool_get(&s->table_pool);
	k->id = t->id;
	k->index = slots_add(&s->tables, k);
	map_put(&s->table_of, t->id, k);
	return k;
}

/* All that T has at POSITION, as a base for FROM. */
static struct table_base
base_of(struct store *s, const struct kept_table *t, uint64_t position, uint64_t from)
{
	struct table_base base = { .from = from, .count = table_count_at(t, position) };
	size_t cap = 0;

	base.n = (uint32_t)table_all_at(s, t, position, &base.entries, &cap);
	if (!base.n) {
		free(base.entries);
		base.entries = NULL;
	}
	s->table_bytes += base.n * sizeof(struct table_entry);
	return base;
}

void
table_step_add(struct store *s, struct kept_table *t, const struct table_step *step)
{
	/* A base stands between two events. */
	if (t->steps_since > BASE_STEPS && t->steps_since > step->count &&
	    step->from > t->last_from) {
		struct table_base base = base_of(s, t, step->from - 1, step->from - 1);

		trail_push(&t->bases, &s->grave, &base, sizeof(base));
		t->steps_since = 0;
	}
	t->last_from = step->from;
	t->steps_since++;
	trail_push(&t->steps, &s->grave, step, sizeof(*step));
}

void
table_fork(struct store *s, struct kept_table *t, struct kept_table *above, uint32_t count)
{
	struct table_base base;
	size_t n;

	steps_of(t, &n);
	if (n || above_of(t) || base_at(t, s->next))
		return;
	if (above->depth < TABLE_DEPTH_MAX) {
		t->depth = above->depth + 1;
		t->above_at = s->next;
		atomic_store_explicit(&t->above, above, memory_order_release);
		return;
	}
	base = base_of(s, above, s->next, s->next - 1);
	base.count = count;
	trail_push(&t->bases, &s->grave, &base, sizeof(base));
}

/* Bases own their entries: these go with them. */
static void
leave_bases(struct store *s, struct kept_table *t, uint64_t position)
{
	size_t n;
	const struct table_base *bases = trail_all(&t->bases, &n);

	for (size_t i = 0; i < n && bases[i].from <= position; i++) {
		s->table_bytes -= bases[i].n * sizeof(struct table_entry);
		if (bases[i].entries)
			grave_put(&s->grave, GRAVE_MEMORY, bases[i].entries,
				  bases[i].n * sizeof(struct table_entry));
	}
}

void
table_cut(struct store *s, struct kept_table *t, uint64_t position)
{
	struct table_base base;
	size_t n, n_old;
	const struct table_step *steps = steps_of(t, &n);

	n_old = steps_up_to(steps, n, position);
	if ((!above_of(t) || t->above_at > position) && n_old < BASE_STEPS)
		return;
	base = base_of(s, t, position, position);
	leave_bases(s, t, position);
	trail_rebase(&t->bases, &s->grave, &base, sizeof(base));
	trail_drop(&t->steps, &s->grave, position, sizeof(struct table_step));
	atomic_store_explicit(&t->above, NULL, memory_order_release);
	t->depth = 0;
}

void
table_leave(struct store *s, struct kept_table *t)
{
	map_del(&s->table_of, t->id);
	grave_put(&s->grave, GRAVE_TABLE, t, 0);
}

void
table_fini(struct store *s, struct kept_table *t)
{
	size_t n;
	const struct table_base *bases = trail_all(&t->bases, &n);

	for (size_t i = 0; i < n; i++) {
		s->table_bytes -= bases[i].n * sizeof(struct table_entry);
		free(bases[i].entries);
	}
	trail_fini(&t->bases, &s->grave);
	trail_fini(&t->steps, &s->grave);
}
