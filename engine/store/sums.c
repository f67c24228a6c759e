#include "engine/store/sums.h"

#include <stdlib.h>
#include <string.h>

#include "engine/base/hash.h"
#include "engine/base/mem.h"
#include "engine/base/octave.h"

/* A group in the making. */
struct group {
	uint64_t span, span_least, span_most;
	uint64_t result;
	uint64_t failure;		/* the result of each of them, if they failed; else 0 */
	int64_t result_least, result_most;
	uint32_t thread, fd, n;
	uint32_t at;			/* where its durations go; in the end, behind them */
	uint16_t code, first, last;
};

/* Values of a column that is none of groups. */
struct list {
	uint64_t *values;
	size_t n, cap;
};

struct sums_room {
	struct group *groups;
	size_t n, cap;
	uint32_t *slots;		/* open addressing: index + 1; zeroes between two chunks */
	size_t n_slots;			/* a power of two; more than twice as many as groups */
	uint32_t last[CHUNK_ROWS];	/* by code: the group met last, as SLOTS has it */
	uint16_t group_of[CHUNK_ROWS];	/* of each row that is in one */
	uint64_t spans[CHUNK_ROWS];	/* those of one group after the other */
	uint32_t counts[OCTAVE_BUCKETS];	/* zeroes between two groups */
	struct list lists[SUMS_COLUMNS - SUMS_OF_GROUPS];
};

/* A column: how many values it has, and the first of its packs. */
struct strip {
	uint32_t n, pack;
};

struct sums {
	struct strip strips[SUMS_COLUMNS];
	uint64_t kinds;			/* see sums_kinds() */
	size_t bytes;			/* that all takes */
	const uint8_t *p;		/* the values of all packs; in the same memory */
	struct pack packs[];
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
	for (size_t i = 0; i < ARRAY_LEN(room->lists); i++)
		free(room->lists[i].values);
	free(room);
}

size_t
sums_room_bytes(const struct sums_room *room)
{
	size_t bytes = sizeof(*room) + room->cap * sizeof(*room->groups) +
		       room->n_slots * sizeof(*room->slots);

	for (size_t i = 0; i < ARRAY_LEN(room->lists); i++)
		bytes += room->lists[i].cap * sizeof(uint64_t);
	return bytes;
}

/* What was met of a kind of descriptors. */
struct of_kind {
	uint32_t n_rows, n_groups;
	uint32_t n_then;		/* groups, up to the last part of the chunk */
	uint32_t n_before;		/* that were new in the part before */
};

/* What is added up. */
struct rows {
	const struct chunk *c;
	const uint16_t *codes;
	const struct combined *combined;
	unsigned pays;
	bool by_fd;
	uint64_t kinds;			/* by descriptor: of which kinds, a bit each */
	struct of_kind of[SUMS_KINDS];
};

/* Is a row with CODE in no group? */
static inline bool
is_left_out(const struct rows *rows, uint16_t code)
{
	const struct combined *of = &rows->combined[code];

	return of->flags & SUMS_LEAVES || (rows->by_fd && !sums_has_kind(rows->kinds, of->kind));
}

/* Groups -------------------------------------------------------------- */

static inline bool
is_same(const struct group *a, const struct group *b)
{
	return a->thread == b->thread && a->fd == b->fd && a->code == b->code &&
	       a->failure == b->failure;
}

/* Where the group of OF is noted, or will be. */
static inline size_t
slot_of(const struct sums_room *room, const struct group *of)
{
	uint64_t key = ((uint64_t)of->thread << 16 | of->code) ^ of->failure << 48;
	size_t i;

	key ^= of->fd * 0xD6E8FEB86659FD93u;
	i = hash_mix(key, 0x9E3779B97F4A7C15u) & (room->n_slots - 1);
	while (room->slots[i] && !is_same(&room->groups[room->slots[i] - 1], of))
		i = (i + 1) & (room->n_slots - 1);
	return i;
}

static void
grow_slots(struct sums_room *room)
{
	room->n_slots = room->n_slots ? room->n_slots * 2 : 4096;
	free(room->slots);
	room->slots = xzalloc(room->n_slots * sizeof(*room->slots));
	for (size_t k = 0; k < room->n; k++)
		room->slots[slot_of(room, &room->groups[k])] = (uint32_t)k + 1;
}

/* Leave no slot in use: the last ones first, so that the way to each is still there. */
static void
clear(struct sums_room *room)
{
	while (room->n > 0) {
		const struct group *g = &room->groups[--room->n];

		room->slots[slot_of(room, g)] = 0;
		room->last[g->code] = 0;
	}
}

/* The group of NEW, whose first row it may be. */
static inline struct group *
group_of(struct sums_room *room, const struct group *new)
{
	uint32_t *last = &room->last[new->code];
	size_t i;

	if (*last && is_same(&room->groups[*last - 1], new))
		return &room->groups[*last - 1];
	i = slot_of(room, new);
	*last = room->slots[i];
	if (*last)
		return &room->groups[*last - 1];
	if ((room->n + 1) * 2 > room->n_slots) {
		grow_slots(room);
		i = slot_of(room, new);
	}
	xgrow(&room->groups, &room->cap, room->n + 1, sizeof(*room->groups));
	room->groups[room->n] = *new;
	room->slots[i] = *last = (uint32_t)++room->n;
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

#define PARTS 8u			/* of a full chunk, to see how many groups there will be */
#define WORTH_IT 32u			/* in so many rows there is one of a kind that may pay */

/* How many more groups there will be in the rows of C behind the first DONE, if in each part
 * as much less are new as in the last one, NEW, which were BEFORE in the one before that. */
static uint64_t
more_groups(const struct chunk *c, size_t done, uint64_t before, uint64_t new)
{
	uint64_t next = new, more = 0;

	for (size_t at = done; at < c->n && next; at += CHUNK_ROWS / PARTS) {
		next = new < before ? next * new / before : new;
		more += next;
	}
	return more;
}

/* The first DONE rows of ROWS were added: leave out kinds of descriptors that will not pay.
 * False: nothing is left that is worth it. */
static bool
leave_kinds(struct rows *rows, size_t done)
{
	uint64_t n_rows = 0;

	for (unsigned i = 0; i < SUMS_KINDS; i++) {
		struct of_kind *of = &rows->of[i];
		uint64_t new = of->n_groups - of->n_then, groups = of->n_groups;

		if (!of->n_rows || !(rows->kinds >> i & 1))
			continue;
		groups += more_groups(rows->c, done, of->n_before, new);
		of->n_then = of->n_groups;
		of->n_before = (uint32_t)new;
		if (done > CHUNK_ROWS / PARTS &&
		    groups * rows->pays > (uint64_t)of->n_rows * rows->c->n / done)
			rows->kinds &= ~((uint64_t)1 << i);
		else
			n_rows += of->n_rows;
	}
	return n_rows * WORTH_IT >= done;
}

/* All rows of ROWS were added: leave out the kinds that do not pay. False: none does. */
static bool
settle_kinds(struct rows *rows)
{
	bool any = false;

	for (unsigned i = 0; i < SUMS_KINDS; i++) {
		const struct of_kind *of = &rows->of[i];

		if (of->n_groups * rows->pays > of->n_rows)
			rows->kinds &= ~((uint64_t)1 << i);
		any |= of->n_rows && rows->kinds >> i & 1;
	}
	return any;
}

/* Add a row, which is NEW's, to its group. */
static inline struct group *
add_to_group(struct rows *rows, struct sums_room *room, const struct group *new)
{
	size_t n = room->n;
	struct group *g = group_of(room, new);

	if (rows->by_fd) {
		struct of_kind *of = &rows->of[rows->combined[new->code].kind];

		of->n_rows++;
		of->n_groups += room->n != n;
	}
	return g;
}

/* Add ROWS. False: there are too many groups. */
static bool
add_rows(struct rows *rows, struct sums_room *room)
{
	uint64_t threads[PACK_ROWS], fds[PACK_ROWS] = { 0 }, spans[PACK_ROWS];
	uint64_t results[PACK_ROWS];
	const struct chunk *c = rows->c;
	bool by_fd = rows->by_fd;
	size_t n_rows = 0;

	for (size_t first = 0; first < c->n; first += PACK_ROWS) {
		size_t n = c->n - first < PACK_ROWS ? c->n - first : PACK_ROWS;

		column_load(&c->columns[COL_THREAD], first, n, threads);
		if (by_fd)
			column_load(&c->columns[COL_FD], first, n, fds);
		column_load(&c->columns[COL_SPAN], first, n, spans);
		column_load(&c->columns[COL_RESULT], first, n, results);
		for (size_t i = 0; i < n; i++) {
			uint16_t code = rows->codes[first + i];
			struct group *g, new = {
				.thread = (uint32_t)threads[i], .fd = (uint32_t)fds[i],
				.code = code, .first = (uint16_t)(first + i),
				.span_least = UINT64_MAX,
				.result_least = INT64_MAX, .result_most = INT64_MIN,
			};

			if (is_left_out(rows, code))
				continue;
			n_rows++;
			if (rows->combined[code].flags & ROW_FAILED)
				new.failure = results[i];
			g = add_to_group(rows, room, &new);
			room->group_of[first + i] = (uint16_t)(g - room->groups);
			add_row(g, first + i, spans[i], results[i]);
		}
		if (!by_fd && room->n * rows->pays > c->n)
			return false;
		if (by_fd && (first + n) % (CHUNK_ROWS / PARTS) == 0 &&
		    !leave_kinds(rows, first + n))
			return false;
	}
	return by_fd ? settle_kinds(rows) : room->n * rows->pays <= n_rows;
}

/* Drop the groups of what is left out by now. They are noted nowhere any more. */
static void
drop_groups(const struct rows *rows, struct sums_room *room)
{
	uint32_t n = 0;

	for (size_t k = 0; k < room->n; k++)
		room->groups[k].at = is_left_out(rows, room->groups[k].code) ? 0 : n++;
	if (n == room->n)
		return;
	for (size_t i = 0; i < rows->c->n; i++)
		if (!is_left_out(rows, rows->codes[i]))
			room->group_of[i] = (uint16_t)room->groups[room->group_of[i]].at;
	for (size_t k = 0; k < room->n; k++)
		if (!is_left_out(rows, room->groups[k].code))
			room->groups[room->groups[k].at] = room->groups[k];
	room->n = n;
}

/* Durations ----------------------------------------------------------- */

static struct list *
list_of(struct sums_room *room, enum sums_column id)
{
	return &room->lists[id - SUMS_OF_GROUPS];
}

static void
put(struct list *l, uint64_t value)
{
	xgrow(&l->values, &l->cap, l->n + 1, sizeof(*l->values));
	l->values[l->n++] = value;
}

static enum sums_form
form_of(const struct group *g)
{
	return sums_form(g->n, g->span_least, g->span_most);
}

/* Sort the durations of ROWS by groups, of those that need them all. */
static void
sort_spans(const struct rows *rows, struct sums_room *room)
{
	const struct chunk *c = rows->c;
	uint64_t spans[PACK_ROWS];
	uint32_t n_spans = 0;

	for (size_t k = 0; k < room->n; k++) {
		struct group *g = &room->groups[k];

		g->at = n_spans;
		n_spans += form_of(g) >= SUMS_SOME ? g->n : 0;
	}
	for (size_t first = 0; first < c->n; first += PACK_ROWS) {
		size_t n = c->n - first < PACK_ROWS ? c->n - first : PACK_ROWS;

		column_load(&c->columns[COL_SPAN], first, n, spans);
		for (size_t i = 0; i < n; i++) {
			struct group *g;

			if (is_left_out(rows, rows->codes[first + i]))
				continue;
			g = &room->groups[room->group_of[first + i]];
			if (form_of(g) >= SUMS_SOME)
				room->spans[g->at++] = spans[i];
		}
	}
}

/* Put which buckets the durations of G are in. */
static void
put_buckets(struct sums_room *room, const struct group *g)
{
	const uint64_t *spans = &room->spans[g->at - g->n];
	unsigned most = octave_bucket(g->span_most);

	for (uint32_t i = 0; i < g->n; i++)
		room->counts[octave_bucket(spans[i])]++;
	for (unsigned i = octave_bucket(g->span_least); i <= most; i++) {
		if (!room->counts[i])
			continue;
		put(list_of(room, SUMS_BUCKET), i);
		put(list_of(room, SUMS_COUNT), room->counts[i]);
		room->counts[i] = 0;
	}
}

/* Put the durations of all groups in the lists. */
static void
put_spans(const struct rows *rows, struct sums_room *room)
{
	for (size_t i = 0; i < ARRAY_LEN(room->lists); i++)
		room->lists[i].n = 0;
	sort_spans(rows, room);
	for (size_t k = 0; k < room->n; k++) {
		const struct group *g = &room->groups[k];
		enum sums_form form = form_of(g);

		if (form == SUMS_MANY)
			put_buckets(room, g);
		for (uint32_t i = 0; form == SUMS_SOME && i < g->n; i++)
			put(list_of(room, SUMS_EXACT), room->spans[g->at - g->n + i]);
	}
}

/* Columns ------------------------------------------------------------- */

static inline uint64_t
value_of(const struct group *g, enum sums_column id)
{
	switch (id) {
	case SUMS_THREAD:
		return g->thread;
	case SUMS_FD:
		return g->fd;
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

/* Where values come from: one of them. */
struct from {
	struct sums_room *room;
	const struct sums_made *made;
};

static uint32_t
length_of(const struct from *from, enum sums_column id)
{
	if (from->made)
		return id < SUMS_OF_GROUPS ? from->made->n :
					     from->made->lengths[id - SUMS_OF_GROUPS];
	return (uint32_t)(id < SUMS_OF_GROUPS ? from->room->n : list_of(from->room, id)->n);
}

static const uint64_t *
values_of_list(const struct from *from, enum sums_column id)
{
	return from->made ? from->made->lists[id - SUMS_OF_GROUPS] :
			    list_of(from->room, id)->values;
}

/* The values of column ID from number FIRST on, a pack of them: how many. */
static size_t
take_values(const struct from *from, enum sums_column id, size_t first, uint64_t *out)
{
	size_t all = length_of(from, id), n = all - first < PACK_ROWS ? all - first : PACK_ROWS;

	if (id >= SUMS_OF_GROUPS)
		memcpy(out, values_of_list(from, id) + first, n * sizeof(*out));
	else if (from->made)
		for (size_t k = 0; k < n; k++)
			out[k] = from->made->groups[first + k].values[id];
	else
		for (size_t k = 0; k < n; k++)
			out[k] = value_of(&from->room->groups[first + k], id);
	return n;
}

static uint32_t
count_packs(uint32_t n)
{
	return (n + PACK_ROWS - 1) / PACK_ROWS;
}

/* Plan all packs of S: bytes that they take. */
static size_t
plan(struct sums *s, const struct from *from)
{
	uint64_t values[PACK_ROWS], low, high;
	size_t len = 0;

	for (unsigned id = 0; id < SUMS_COLUMNS; id++) {
		struct pack *pack = &s->packs[s->strips[id].pack];

		for (size_t first = 0; first < s->strips[id].n; first += PACK_ROWS, pack++) {
			size_t n = take_values(from, id, first, values);

			pack_range(values, n, flip_of(id), &low, &high);
			*pack = pack_plan(low, high, (uint32_t)len);
			len += pack_bytes(n, pack->bits);
		}
	}
	return len;
}

/* Sums of what FROM has, without the values. */
static struct sums *
plan_all(const struct from *from, size_t *head, size_t *len)
{
	struct strip strips[SUMS_COLUMNS];
	uint32_t n_packs = 0;
	struct sums *s;

	for (unsigned id = 0; id < SUMS_COLUMNS; id++) {
		strips[id] = (struct strip){ length_of(from, id), n_packs };
		n_packs += count_packs(strips[id].n);
	}
	*head = sizeof(*s) + n_packs * sizeof(struct pack);
	s = xzalloc(*head);
	memcpy(s->strips, strips, sizeof(strips));
	*len = plan(s, from);
	return s;
}

/* What FROM has as sums. */
static struct sums *
pack_all(const struct from *from)
{
	uint64_t values[PACK_ROWS];
	size_t head, len;
	struct sums *planned = plan_all(from, &head, &len);
	struct sums *s = xreallocarray(planned, head + len + 8, 1);
	uint8_t *p = (uint8_t *)s + head;

	s->bytes = head + len + 8;
	s->p = p;
	memset(p + len, 0, 8);
	for (unsigned id = 0; id < SUMS_COLUMNS; id++) {
		const struct pack *pack = &s->packs[s->strips[id].pack];

		for (size_t first = 0; first < s->strips[id].n; first += PACK_ROWS, pack++) {
			size_t n = take_values(from, id, first, values);

			pack_put(pack, values, n, p);
		}
	}
	return s;
}

/* Sums ---------------------------------------------------------------- */

static struct sums *
add_up(struct rows *rows, struct sums_room *room)
{
	struct sums *s;
	bool pays;
	size_t n;

	if (!room->n_slots)
		grow_slots(room);
	pays = add_rows(rows, room);
	n = room->n;
	clear(room);
	if (!pays || !n)
		return NULL;
	room->n = n;
	drop_groups(rows, room);
	put_spans(rows, room);
	s = pack_all(&(struct from){ .room = room });
	s->kinds = rows->kinds;
	room->n = 0;
	return s;
}

struct sums *
sums_new(const struct chunk *c, const uint16_t *codes, const struct combined *combined,
	    unsigned pays, struct sums_room *room)
{
	struct rows rows = { .c = c, .codes = codes, .combined = combined, .pays = pays,
			     .kinds = UINT64_MAX };

	return add_up(&rows, room);
}

struct sums *
sums_new_by_fd(const struct chunk *c, const uint16_t *codes, const struct combined *combined,
	       unsigned pays, struct sums_room *room)
{
	struct rows rows = { .c = c, .codes = codes, .combined = combined, .pays = pays,
			     .by_fd = true, .kinds = UINT64_MAX - 1 };

	return add_up(&rows, room);
}

struct sums *
sums_of(const struct sums_made *made)
{
	struct sums *s = pack_all(&(struct from){ .made = made });

	s->kinds = made->kinds;
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

uint64_t
sums_kinds(const struct sums *s)
{
	return s->kinds;
}

uint32_t
sums_count(const struct sums *s)
{
	return s->strips[0].n;
}

uint32_t
sums_length(const struct sums *s, enum sums_column id)
{
	return s->strips[id].n;
}

void
sums_load(const struct sums *s, enum sums_column id, uint32_t first, uint64_t *out)
{
	const struct strip *strip = &s->strips[id];
	uint32_t n = strip->n - first < PACK_ROWS ? strip->n - first : PACK_ROWS;

	pack_load(&s->packs[strip->pack + first / PACK_ROWS], s->p, 0, n, out);
}
