#include "engine/store/sums.h"

#include <stdlib.h>
#include <string.h>

#include "engine/base/hash.h"
#include "engine/base/mem.h"

/* A group in the making. */
struct group {
	uint64_t span, span_least, span_most;
	uint64_t result;
	int64_t result_least, result_most;
	uint32_t thread, n;
	uint16_t code, first, last;
};

struct sums_room {
	struct group *groups;
	size_t n, cap;
	uint32_t *slots;		/* open addressing: index + 1; zeroes between two chunks */
	size_t n_slots;			/* a power of two; more than twice as many as groups */
};

struct sums {
	uint32_t n;			/* groups */
	uint32_t n_packs;		/* of each column */
	size_t bytes;			/* that it takes */
	const uint8_t *p;		/* the values of all packs; in the same memory */
	struct pack packs[];		/* those of the first column, of the second, ... */
};

struct sums_room *
sums_room_new(void)
{
	return xzalloc(sizeof(struct sums_room));
}

void
sums_room_free(struct sums_room *room)
{
	if (!room)
		return;
	free(room->groups);
	free(room->slots);
	free(room);
}

size_t
sums_room_bytes(const struct sums_room *room)
{
	return sizeof(*room) + room->cap * sizeof(*room->groups) +
	       room->n_slots * sizeof(*room->slots);
}

/* Groups -------------------------------------------------------------- */

/* Where the group of THREAD and CODE is noted, or will be. */
static inline size_t
slot_of(const struct sums_room *room, uint32_t thread, uint16_t code)
{
	uint64_t key = (uint64_t)thread << 16 | code;
	size_t i = hash_mix(key, 0x9E3779B97F4A7C15u) & (room->n_slots - 1);

	for (; room->slots[i]; i = (i + 1) & (room->n_slots - 1)) {
		const struct group *g = &room->groups[room->slots[i] - 1];

		if (g->thread == thread && g->code == code)
			break;
	}
	return i;
}

static void
grow_slots(struct sums_room *room)
{
	room->n_slots = room->n_slots ? room->n_slots * 2 : 4096;
	free(room->slots);
	room->slots = xzalloc(room->n_slots * sizeof(*room->slots));
	for (size_t k = 0; k < room->n; k++)
		room->slots[slot_of(room, room->groups[k].thread, room->groups[k].code)] =
			(uint32_t)k + 1;
}

/* Leave no slot in use: the last ones first, so that the way to each is still there. */
static void
clear(struct sums_room *room)
{
	while (room->n > 0) {
		const struct group *g = &room->groups[--room->n];

		room->slots[slot_of(room, g->thread, g->code)] = 0;
	}
}

/* The group of THREAD and CODE, which row ROW is in: it is the first where there is none. */
static inline struct group *
group_of(struct sums_room *room, uint32_t thread, uint16_t code, size_t row)
{
	size_t i = slot_of(room, thread, code);

	if (room->slots[i])
		return &room->groups[room->slots[i] - 1];
	if ((room->n + 1) * 2 > room->n_slots) {
		grow_slots(room);
		i = slot_of(room, thread, code);
	}
	xgrow(&room->groups, &room->cap, room->n + 1, sizeof(*room->groups));
	room->groups[room->n++] = (struct group){
		.thread = thread, .code = code, .first = (uint16_t)row,
		.span_least = UINT64_MAX, .result_least = INT64_MAX, .result_most = INT64_MIN,
	};
	room->slots[i] = (uint32_t)room->n;
	return &room->groups[room->n - 1];
}

static inline void
add_row(struct group *g, size_t row, uint64_t span, uint64_t result)
{
	int64_t signed_result = (int64_t)result;

	g->n++;
	g->last = (uint16_t)row;
	g->span += span;
	g->span_least = span < g->span_least ? span : g->span_least;
	g->span_most = span > g->span_most ? span : g->span_most;
	g->result += result;
	g->result_least = signed_result < g->result_least ? signed_result : g->result_least;
	g->result_most = signed_result > g->result_most ? signed_result : g->result_most;
}

/* Add the rows of C. False: there are too many groups. */
static bool
add_rows(const struct chunk *c, const uint16_t *codes, const struct combined *combined,
	 unsigned pays, struct sums_room *room)
{
	uint64_t threads[PACK_ROWS], spans[PACK_ROWS], results[PACK_ROWS];
	size_t n_rows = 0;

	for (size_t first = 0; first < c->n; first += PACK_ROWS) {
		size_t n = c->n - first < PACK_ROWS ? c->n - first : PACK_ROWS;

		column_load(&c->columns[COL_THREAD], first, n, threads);
		column_load(&c->columns[COL_SPAN], first, n, spans);
		column_load(&c->columns[COL_RESULT], first, n, results);
		for (size_t i = 0; i < n; i++) {
			uint16_t code = codes[first + i];

			if (combined[code].flags & SUMS_LEAVES)
				continue;
			n_rows++;
			add_row(group_of(room, (uint32_t)threads[i], code, first + i),
				first + i, spans[i], results[i]);
		}
		if (room->n * pays > c->n)
			return false;
	}
	return room->n * pays <= n_rows;
}

/* Columns ------------------------------------------------------------- */

static inline uint64_t
value_of(const struct group *g, enum sums_column id)
{
	switch (id) {
	case SUMS_THREAD:
		return g->thread;
	case SUMS_CODE:
		return g->code;
	case SUMS_ROWS:
		return g->n;
	case SUMS_FIRST:
		return g->first;
	case SUMS_LAST:
		return g->last;
	case SUMS_SPAN:
		return g->span;
	case SUMS_SPAN_LEAST:
		return g->span_least;
	case SUMS_SPAN_MOST:
		return g->span_most;
	case SUMS_RESULT:
		return g->result;
	case SUMS_RESULT_LEAST:
		return (uint64_t)g->result_least;
	default:
		return (uint64_t)g->result_most;
	}
}

/* What is negative makes a range as small as it is only where the sign counts. */
static uint64_t
flip_of(enum sums_column id)
{
	return id == SUMS_RESULT || id == SUMS_RESULT_LEAST || id == SUMS_RESULT_MOST ?
	       (uint64_t)1 << 63 : 0;
}

/* The groups of pack number I of N_PACKS, their column ID. */
static size_t
take_values(const struct sums_room *room, enum sums_column id, size_t i, uint64_t *out)
{
	size_t first = i * PACK_ROWS, n = room->n - first < PACK_ROWS ? room->n - first : PACK_ROWS;

	for (size_t k = 0; k < n; k++)
		out[k] = value_of(&room->groups[first + k], id);
	return n;
}

/* Plan all packs of S: bytes that they take. */
static size_t
plan(struct sums *s, const struct sums_room *room)
{
	uint64_t values[PACK_ROWS], low, high;
	size_t len = 0;

	for (unsigned id = 0; id < SUMS_COLUMNS; id++) {
		for (size_t i = 0; i < s->n_packs; i++) {
			struct pack *pack = &s->packs[id * s->n_packs + i];
			size_t n = take_values(room, id, i, values);

			pack_range(values, n, flip_of(id), &low, &high);
			*pack = pack_plan(low, high, (uint32_t)len);
			len += pack_bytes(n, pack->bits);
		}
	}
	return len;
}

/* The groups in ROOM as sums. */
static struct sums *
pack_groups(const struct sums_room *room)
{
	uint32_t n_packs = (uint32_t)((room->n + PACK_ROWS - 1) / PACK_ROWS);
	size_t head = sizeof(struct sums) + SUMS_COLUMNS * n_packs * sizeof(struct pack);
	struct sums *s = xzalloc(head), *all;
	uint64_t values[PACK_ROWS];
	size_t len;
	uint8_t *p;

	s->n = (uint32_t)room->n;
	s->n_packs = n_packs;
	len = plan(s, room);
	s->bytes = head + len + 8;
	all = xreallocarray(s, s->bytes, 1);
	p = (uint8_t *)all + head;
	all->p = p;
	memset(p + len, 0, 8);
	for (unsigned id = 0; id < SUMS_COLUMNS; id++) {
		for (size_t i = 0; i < n_packs; i++) {
			size_t n = take_values(room, id, i, values);

			pack_put(&all->packs[id * n_packs + i], values, n, p);
		}
	}
	return all;
}

/* Sums ---------------------------------------------------------------- */

struct sums *
sums_new(const struct chunk *c, const uint16_t *codes, const struct combined *combined,
	    unsigned pays, struct sums_room *room)
{
	struct sums *s = NULL;

	if (!room->n_slots)
		grow_slots(room);
	if (add_rows(c, codes, combined, pays, room) && room->n)
		s = pack_groups(room);
	clear(room);
	return s;
}

void
sums_free(struct sums *s)
{
	free(s);
}

size_t
sums_bytes(const struct sums *s)
{
	return s ? s->bytes : 0;
}

uint32_t
sums_count(const struct sums *s)
{
	return s->n;
}

void
sums_load(const struct sums *s, enum sums_column id, uint32_t first, uint64_t *out)
{
	uint32_t n = s->n - first < PACK_ROWS ? s->n - first : PACK_ROWS;

	pack_load(&s->packs[id * s->n_packs + first / PACK_ROWS], s->p, 0, n, out);
}
