#include "engine/store/trail.h"

#include <stdlib.h>
#include <string.h>

#include "engine/base/mem.h"
#include "engine/store/grave.h"

#define TRAIL_FIRST 2			/* entries */

static char *
entry_at(struct trail_block *b, size_t i, size_t size)
{
	return (char *)b->entries + i * size;
}

static uint64_t
position_of(const struct trail_block *b, size_t i, size_t size)
{
	uint64_t position;

	memcpy(&position, (const char *)b->entries + i * size, sizeof(position));
	return position;
}

static struct trail_block *
new_block(struct grave *grave, size_t cap, size_t size)
{
	size_t bytes = slab_round(sizeof(struct trail_block) + cap * size);
	struct trail_block *b = slab_get(&grave->trails, bytes);

	atomic_init(&b->n, 0);
	b->cap = (uint32_t)((bytes - sizeof(*b)) / size);
	b->bytes = bytes;
	grave->trail_bytes += bytes;
	return b;
}

static void
leave_block(struct grave *grave, struct trail_block *b)
{
	grave->trail_bytes -= b->bytes;
	grave_put(grave, GRAVE_TRAIL, b, b->bytes);
}

/* Let T have the entries of FROM from FIRST on, with room for more. */
static struct trail_block *
move(struct trail *t, struct grave *grave, size_t first, size_t size)
{
	struct trail_block *from = atomic_load_explicit(&t->block, memory_order_relaxed);
	uint32_t n = from ? atomic_load_explicit(&from->n, memory_order_relaxed) : 0;
	size_t kept = n - first;
	struct trail_block *b = new_block(grave, kept ? kept + kept / 2 + 1 : TRAIL_FIRST, size);

	if (kept)
		memcpy(b->entries, entry_at(from, first, size), kept * size);
	atomic_init(&b->n, (uint32_t)kept);
	atomic_store_explicit(&t->block, b, memory_order_release);
	if (from)
		leave_block(grave, from);
	return b;
}

void
trail_push(struct trail *t, struct grave *grave, const void *entry, size_t size)
{
	struct trail_block *b = atomic_load_explicit(&t->block, memory_order_relaxed);
	uint32_t n = b ? atomic_load_explicit(&b->n, memory_order_relaxed) : 0;

	if (!b || n == b->cap)
		b = move(t, grave, 0, size);
	memcpy(entry_at(b, n, size), entry, size);
	atomic_store_explicit(&b->n, n + 1, memory_order_release);
}

void
trail_append(struct trail *t, struct grave *grave, const void *entry, size_t size)
{
	struct trail_block *b = atomic_load_explicit(&t->block, memory_order_relaxed);
	uint32_t n = b ? atomic_load_explicit(&b->n, memory_order_relaxed) : 0;
	uint64_t position;

	memcpy(&position, entry, sizeof(position));
	if (n && position_of(b, n - 1, size) >= position) {
		/* Others may look at what is replaced: it must be in another place. */
		b = move(t, grave, 0, size);
		memcpy(entry_at(b, n - 1, size) + 8, (const char *)entry + 8, size - 8);
		return;
	}
	trail_push(t, grave, entry, size);
}

/* How many entries are not behind POSITION. */
static size_t
count_up_to(const struct trail_block *b, size_t n, uint64_t position, size_t size)
{
	size_t low = 0;

	/* Mostly it is asked for what is so now. */
	if (n && position_of(b, n - 1, size) <= position)
		return n;
	while (low < n) {
		size_t mid = low + (n - low) / 2;

		if (position_of(b, mid, size) <= position)
			low = mid + 1;
		else
			n = mid;
	}
	return low;
}

const void *
trail_around(const struct trail *t, uint64_t position, size_t size, const void **next)
{
	const struct trail_block *b = atomic_load_explicit(&t->block, memory_order_acquire);
	size_t n_all = b ? atomic_load_explicit(&b->n, memory_order_acquire) : 0;
	size_t n = n_all ? count_up_to(b, n_all, position, size) : 0;

	*next = n < n_all ? (const char *)b->entries + n * size : NULL;
	return n ? (const char *)b->entries + (n - 1) * size : NULL;
}

const void *
trail_at(const struct trail *t, uint64_t position, size_t size)
{
	const void *next;

	return trail_around(t, position, size, &next);
}

void
trail_cut(struct trail *t, struct grave *grave, uint64_t position, size_t size)
{
	struct trail_block *b = atomic_load_explicit(&t->block, memory_order_relaxed);
	size_t n = b ? atomic_load_explicit(&b->n, memory_order_relaxed) : 0;
	size_t n_old = n ? count_up_to(b, n, position, size) : 0;

	/* A few are not worth the while. */
	if (n_old > 1 && n_old - 1 > n / 4)
		move(t, grave, n_old - 1, size);
}

void
trail_end(struct trail *t, struct grave *grave, uint64_t position, size_t size)
{
	struct trail_block *b = atomic_load_explicit(&t->block, memory_order_relaxed);
	size_t n = b ? atomic_load_explicit(&b->n, memory_order_relaxed) : 0;
	size_t kept = position && n ? count_up_to(b, n, position - 1, size) : 0;
	struct trail_block *shorter;

	if (kept == n)
		return;
	shorter = kept ? new_block(grave, kept, size) : NULL;
	if (kept) {
		memcpy(shorter->entries, b->entries, kept * size);
		atomic_init(&shorter->n, (uint32_t)kept);
	}
	atomic_store_explicit(&t->block, shorter, memory_order_release);
	leave_block(grave, b);
}

/* Let T have *ENTRY, unless it is NULL, and what is behind POSITION. */
static void
replace(struct trail *t, struct grave *grave, uint64_t position, const void *entry, size_t size)
{
	struct trail_block *b = atomic_load_explicit(&t->block, memory_order_relaxed);
	size_t n = b ? atomic_load_explicit(&b->n, memory_order_relaxed) : 0;
	size_t first = n ? count_up_to(b, n, position, size) : 0, kept = n - first;
	size_t n_new = kept + (entry != NULL);
	struct trail_block *next = n_new ? new_block(grave, n_new + n_new / 2 + 1, size) : NULL;

	if (entry)
		memcpy(next->entries, entry, size);
	if (kept)
		memcpy(entry_at(next, n_new - kept, size), entry_at(b, first, size),
		       kept * size);
	if (next)
		atomic_init(&next->n, (uint32_t)n_new);
	atomic_store_explicit(&t->block, next, memory_order_release);
	if (b)
		leave_block(grave, b);
}

void
trail_drop(struct trail *t, struct grave *grave, uint64_t position, size_t size)
{
	replace(t, grave, position, NULL, size);
}

void
trail_rebase(struct trail *t, struct grave *grave, const void *entry, size_t size)
{
	uint64_t position;

	memcpy(&position, entry, sizeof(position));
	replace(t, grave, position, entry, size);
}

void
trail_leave(struct trail *t, struct grave *grave)
{
	struct trail_block *b = atomic_load_explicit(&t->block, memory_order_relaxed);

	if (b)
		leave_block(grave, b);
	atomic_store_explicit(&t->block, NULL, memory_order_relaxed);
}

void
trail_fini(struct trail *t, struct grave *grave)
{
	struct trail_block *b = atomic_load_explicit(&t->block, memory_order_relaxed);

	if (!b)
		return;
	grave->trail_bytes -= b->bytes;
	slab_put(&grave->trails, b, b->bytes);
}
