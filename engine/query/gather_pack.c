#include "engine/base/hash.h"
#include "engine/base/mem.h"
#include "engine/query/gather_inside.h"
#include "engine/query/known.h"
#include "engine/query/verdicts.h"

#define MEMO_SIZE 4096u			/* groups of several keys that were met last */
#define GROUPS_NEAR 4096u		/* as many are at hand: they need not be fetched */
#define SPARSE_MAX 40u			/* rows of a pack for which no columns are unpacked */

/* Codes ------------------------------------------------------------------ */

/* May rows of this type and with these flags be wanted? */
static bool
is_wanted(const struct gather *g, uint64_t type, uint64_t flags)
{
	return g->wants_type[type] && !(flags & g->skip_flags);
}

/* What is to be done with the rows of the combination OF, which are of KIND. */
static enum gather_state
state_of(const struct gather *g, const struct combined *of, const struct gather_kind *kind)
{
	if (!is_wanted(g, of->type, of->flags))
		return GATHER_SKIP;
	if (kind && kind->is_skipped)
		return GATHER_SKIP;
	/* What needs its bytes is recalled, which is better done once. */
	if (!kind || !kind->steps || kind->refusing ||
	    (of->flags & ROW_NEEDS_BYTES && g->needs_bytes))
		return GATHER_ALONE;
	return !kind->columns && g->may_skip ? GATHER_SKIP : GATHER_READY;
}

void
gather_decide(struct gather *g, const struct chunk *c, uint32_t i)
{
	struct gather_code *code = &g->codes[i];

	code->state = (uint8_t)state_of(g, &c->combined[i], code->kind);
	if (code->state == GATHER_READY)
		g->sifts_asked |= code->kind->sifts;
}

bool
gather_find_codes(struct gather *g, const struct chunk *c)
{
	const uint16_t *kinds = cursor_kinds(g->cursor);
	bool any = false;

	xgrow(&g->codes, &g->cap_codes, c->n_combined, sizeof(*g->codes));
	g->sifts_asked = 0;
	for (uint32_t i = 0; i < c->n_combined; i++) {
		struct gather_code *code = &g->codes[i];

		code->kind = kinds ? &g->kinds[kinds[i]] : NULL;
		code->state = (uint8_t)state_of(g, &c->combined[i], code->kind);
		any |= code->state != GATHER_SKIP;
		if (code->state != GATHER_SKIP)
			g->sifts_asked |= code->kind ? code->kind->sifts : 0;
	}
	return any;
}

/* Take the cursor's row by itself. What that tells of its kind may help the next one. */
static void
take_alone(struct gather *g)
{
	uint32_t number = cursor_code(g->cursor);

	gather_row(g);
	if (!g->codes[number].kind)
		return;
	gather_decide(g, g->cursor->chunk, number);
}

/* Packs ------------------------------------------------------------------- */

/* Those of rows 64 * W to 64 * W + 63 of the cursor's pack that are in FROM .. TO - 1 and not to
 * be skipped: a bit each. */
static inline uint64_t
not_skipped(const struct gather *g, size_t w, size_t from, size_t to)
{
	const uint32_t *codes = g->cursor->codes + w * 64;
	size_t first = from > w * 64 ? from - w * 64 : 0;
	size_t end = to < (w + 1) * 64 ? to - w * 64 : 64;
	uint64_t bits = 0;

	for (size_t i = first; i < end; i++)
		bits |= (uint64_t)(g->codes[codes[i]].state != GATHER_SKIP) << i;
	return bits;
}

/* The rows of the cursor's pack from FROM to TO - 1: those that are to be taken together are
 * added to ROWS, others taken at once. */
static void
sort_out(struct gather *g, size_t from, size_t to, uint64_t *rows)
{
	struct cursor *c = g->cursor;
	uint64_t unwanted[KNOWN_WORDS] = { 0 };
	unsigned n_alone = 0;

	for (size_t i = 0; i < g->n_sifts; i++)
		sift_add_unwanted(g->sifts[i], c, unwanted);
	cursor_load_codes(c);
	for (size_t w = from / 64; w * 64 < to; w++) {
		uint64_t left = not_skipped(g, w, from, to) & ~unwanted[w];

		for (; left; left &= left - 1) {
			unsigned bit = (unsigned)__builtin_ctzll(left);
			uint8_t state = g->codes[c->codes[w * 64 + bit]].state;

			if (state == GATHER_READY) {
				rows[w] |= (uint64_t)1 << bit;
			} else if (state == GATHER_ALONE) {
				c->is_sparse = n_alone++ < SPARSE_MAX;
				cursor_go(c, c->chunk, (uint32_t)(c->first + w * 64 + bit));
				take_alone(g);
			}
		}
	}
	c->is_sparse = false;
}

void
gather_ask_sift(struct gather *g, size_t i, uint64_t *rows)
{
	struct cursor *c = g->cursor;
	uint64_t asking[KNOWN_WORDS], yes[KNOWN_WORDS];

	for (size_t w = 0; w < KNOWN_WORDS; w++) {
		asking[w] = 0;
		for (uint64_t left = rows[w]; left; left &= left - 1) {
			unsigned bit = (unsigned)__builtin_ctzll(left);
			uint64_t asks = g->codes[c->codes[w * 64 + bit]].kind->sifts >> i & 1;

			asking[w] |= asks << bit;
		}
		yes[w] = asking[w];
	}
	sift_pack(g->sifts[i], c, yes);
	for (size_t w = 0; w < KNOWN_WORDS; w++)
		rows[w] &= ~asking[w] | yes[w];
}

/* The id of key K for row I of the cursor's pack; 0: it has none. */
static inline uint32_t
key_of(struct gather *g, size_t k, size_t i, struct gather_kind *kind, uint64_t flags)
{
	struct key *key = &g->keys[k];
	struct cursor *c = g->cursor;
	uint32_t slot, id = 0;

	if (key->by == COLUMNS) {
		id = kind->key[k];
	} else if (!key->needs_bytes || !(flags & ROW_NEEDS_BYTES)) {
		slot = (uint32_t)cursor_at(c, key->by, i);
		id = key->bag.base ? facts_id(term_facts(key->term), slot) : 0;
		if (!id && key->by_slot)
			id = key->by_slot[slot];
	}
	if (id)
		return id - 1;
	cursor_go(c, c->chunk, (uint32_t)(c->first + i));
	return gather_key(key, c, &kind->key[k]);
}

/* The group with KEYS, of which there are several. */
static struct group *
group_of_keys(struct gather *g, const uint32_t *keys)
{
	uint64_t two = (uint64_t)keys[0] << 32 | keys[1];
	struct gather_memo *memo;
	struct group *group;

	if (g->plan->n_keys != 2 || g->by_keys)
		return gather_group(g, keys);
	if (!g->memo)
		g->memo = xzalloc(MEMO_SIZE * sizeof(*g->memo));
	memo = &g->memo[hash_mix(two, 0x9E3779B97F4A7C15u) % MEMO_SIZE];
	if (memo->group && memo->keys == two)
		return &g->groups[memo->group - 1];
	group = gather_group(g, keys);
	*memo = (struct gather_memo){ two, (uint32_t)(group - g->groups) + 1 };
	return group;
}

/* Note row I of the cursor's pack, which is of KIND, as the last of GROUP, if it is known to have
 * values for all columns that show the last event's. */
static inline bool
note_all_lasts(struct gather *g, struct group *group, size_t i, const struct gather_kind *kind)
{
	struct cursor *c = g->cursor;
	uint64_t number = c->chunk->first + c->first + i;

	if (!kind->has_lasts ||
	    (kind->asks_fd && verdicts_get(g->lasts_of_fd->answers,
					   cursor_at(c, COL_FD, i)) != g->all_of_fd) ||
	    (kind->asks_thread && (!g->lasts_of_thread ||
				   verdicts_get(g->lasts_of_thread, cursor_at(c, COL_THREAD, i)) !=
				   g->all_of_thread)))
		return false;
	if (number >= group->last_all)
		group->last_all = number + 1;
	return true;
}

/* Add row I of the cursor's pack, which is of KIND, to the tallies of GROUP. */
static inline void
add_values(struct gather *g, struct group *group, size_t i, const struct gather_kind *kind)
{
	struct cursor *c = g->cursor;
	uint64_t number = c->chunk->first + c->first + i;

	if (!kind->is_plain) {
		cursor_go(c, c->chunk, (uint32_t)(c->first + i));
		gather_add(g, group, number, kind);
		return;
	}
	for (size_t k = 0; k < kind->n_sums; k++) {
		const struct gather_step *step = &kind->steps[k];
		struct tally *t = &group->tallies[step->tally];

		t->n++;
		if (step->add == GATHER_ONE)
			t->sum.u++;
		else if (step->source == KIND_CONSTANT)
			t->sum.u += step->value.u;
		else
			t->sum.u += cursor_at(c, step->source == KIND_RESULT ? COL_RESULT :
									       COL_SPAN, i);
	}
	if (kind->n_sums < kind->n_steps && !note_all_lasts(g, group, i, kind)) {
		cursor_go(c, c->chunk, (uint32_t)(c->first + i));
		gather_add_lasts(g, group, number, kind);
	}
}

/* The group of row I, whose keys are asked. */
static struct group *
ask_group(struct gather *g, size_t i, struct gather_kind *kind, uint64_t flags)
{
	uint32_t keys[KEYS_MAX];

	for (size_t k = 0; k < g->plan->n_keys; k++) {
		keys[k] = key_of(g, k, i, kind, flags);
		if (!keys[k])
			return NULL;
	}
	if (!gather_is_among(g, keys))
		return NULL;
	if (g->plan->n_keys != 1)
		return group_of_keys(g, keys);
	return keys[0] < g->n_by_key && g->by_key[keys[0]] ?
	       &g->groups[g->by_key[keys[0]] - 1] : gather_group(g, keys);
}

/* The same where one slot decides: it is asked once for each. */
static struct group *
group_of_slot(struct gather *g, size_t i, struct gather_kind *kind, uint64_t flags)
{
	const struct snapshot *snap = g->plan->snap;
	size_t n_slots = g->groups_by == COL_FD ? snap->n_fd_versions : snap->n_thread_versions;
	struct group *group;
	uint32_t *index;

	if (!g->group_of_slot)
		g->group_of_slot = xzalloc((n_slots + 1) * sizeof(*g->group_of_slot));
	index = &g->group_of_slot[cursor_at(g->cursor, g->groups_by, i)];
	if (!*index) {
		group = ask_group(g, i, kind, flags);
		*index = group ? (uint32_t)(group - g->groups) + 2 : 1;
		return group;
	}
	return *index == 1 ? NULL : &g->groups[*index - 2];
}

static inline struct group *
group_of_row(struct gather *g, size_t i, struct gather_kind *kind, uint64_t flags)
{
	if (g->groups_by != COLUMNS && !(g->needs_bytes && flags & ROW_NEEDS_BYTES))
		return group_of_slot(g, i, kind, flags);
	return ask_group(g, i, kind, flags);
}

struct group *
gather_group_of_row(struct gather *g, size_t i, struct gather_kind *kind, uint64_t flags)
{
	return group_of_row(g, i, kind, flags);
}

/* Row I of the cursor's pack is one of GROUP's: add it. */
static inline void
add_row(struct gather *g, size_t i, struct group *group)
{
	struct cursor *c = g->cursor;
	uint32_t code = c->codes[i];
	uint64_t flags = c->chunk->combined[code].flags, number = c->chunk->first + c->first + i;

	if (gather_note(g, group, number, flags))
		add_values(g, group, i, g->codes[code].kind);
}

/* The group of row I of the cursor's pack; NULL: it has none. */
static inline struct group *
find_group(struct gather *g, size_t i)
{
	uint32_t code = g->cursor->codes[i];

	return group_of_row(g, i, g->codes[code].kind, g->cursor->chunk->combined[code].flags);
}

/* Add the rows of the cursor's pack that have a bit in ROWS, which is word W. Groups are many: what
 * will be added to is fetched while others are looked for. */
static void
add_to_many(struct gather *g, size_t w, uint64_t rows)
{
	uint32_t groups[64], n = 0;
	uint8_t places[64];

	for (uint64_t left = rows; left; left &= left - 1) {
		size_t i = w * 64 + (size_t)__builtin_ctzll(left);
		struct group *group = find_group(g, i);

		if (!group)
			continue;
		__builtin_prefetch(group, 1);
		__builtin_prefetch(&group->tallies, 1);
		places[n] = (uint8_t)i % 64;
		groups[n++] = (uint32_t)(group - g->groups);
	}
	for (uint32_t k = 0; k < n; k++)
		__builtin_prefetch(g->groups[groups[k]].tallies, 1);
	for (uint32_t k = 0; k < n; k++)
		add_row(g, w * 64 + places[k], &g->groups[groups[k]]);
}

static void
add_word(struct gather *g, size_t w, uint64_t rows)
{
	if (g->n_groups > GROUPS_NEAR) {
		add_to_many(g, w, rows);
		return;
	}
	for (uint64_t left = rows; left; left &= left - 1) {
		size_t i = w * 64 + (size_t)__builtin_ctzll(left);
		struct group *group = find_group(g, i);

		if (group)
			add_row(g, i, group);
	}
}

static void
add_rows(struct gather *g, const uint64_t *rows)
{
	uint64_t first = g->cursor->chunk->first + g->cursor->first;

	for (size_t w = 0; w < KNOWN_WORDS; w++) {
		if (!g->plan->is_list && rows[w])
			add_word(g, w, rows[w]);
		for (uint64_t left = rows[w]; left && g->plan->is_list; left &= left - 1)
			gather_list(g, first + w * 64 + (size_t)__builtin_ctzll(left));
	}
}

/* Are there so few ROWS that columns of the pack need not be unpacked? */
static bool
is_sparse(const uint64_t *rows)
{
	unsigned n = 0;

	for (size_t w = 0; w < KNOWN_WORDS; w++)
		n += (unsigned)__builtin_popcountll(rows[w]);
	return n < SPARSE_MAX;
}

/* Leave of ROWS those of groups which the plan still looks for, as far as slots tell: of others
 * nothing has to be asked. */
static void
leave_wanted(struct gather *g, uint64_t *rows)
{
	struct cursor *c = g->cursor;

	for (size_t w = 0; w < KNOWN_WORDS && g->groups_by != COLUMNS; w++) {
		for (uint64_t left = rows[w]; left; left &= left - 1) {
			unsigned bit = (unsigned)__builtin_ctzll(left);
			size_t i = w * 64 + bit;
			uint32_t code = c->codes[i];
			uint64_t flags = c->chunk->combined[code].flags;
			struct group *group;

			if (g->needs_bytes && flags & ROW_NEEDS_BYTES)
				continue;
			group = group_of_slot(g, i, g->codes[code].kind, flags);
			if (!group || group->before)
				rows[w] &= ~((uint64_t)1 << bit);
		}
	}
}

/* Take the rows from FROM to TO - 1 of the cursor's pack. */
static void
gather_pack(struct gather *g, size_t from, size_t to)
{
	uint64_t rows[KNOWN_WORDS] = { 0 };

	sort_out(g, from, to, rows);
	if (g->plan->among)
		leave_wanted(g, rows);
	for (size_t i = 0; i < g->n_sifts; i++) {
		g->cursor->is_sparse = is_sparse(rows);
		if (g->sifts_asked >> i & 1)
			gather_ask_sift(g, i, rows);
	}
	g->cursor->is_sparse = is_sparse(rows);
	add_rows(g, rows);
	g->cursor->is_sparse = false;
}

/* Chunks ------------------------------------------------------------------ */

/* Take the rows FROM .. TO - 1 of C, which is open, one after the other. */
static bool
gather_open(struct gather *g, const struct chunk *c, uint64_t from, uint64_t to)
{
	struct cursor *cursor = g->cursor;

	for (uint64_t row = from; row < to; row++) {
		if (row > from && row % PACK_ROWS == 0 && plan_is_over(g->plan))
			return false;
		cursor_go(cursor, c, (uint32_t)row);
		if (is_wanted(g, cursor_value(cursor, COL_TYPE), cursor_value(cursor, COL_FLAGS)))
			gather_row(g);
	}
	return true;
}

bool
gather_chunk(struct gather *g, const struct chunk_view *view)
{
	const struct chunk *c = view->c;
	const struct plan *plan = g->plan;
	struct cursor *cursor = g->cursor;
	uint64_t packs[GATHER_PACK_WORDS], least;
	uint64_t from = plan->scan_first > c->first ? plan->scan_first - c->first : 0;
	uint64_t to = plan->end - c->first < view->n ? plan->end - c->first : view->n;

	if (!c->combined)
		return gather_open(g, c, from, to);
	cursor_go(cursor, c, (uint32_t)from);
	if (!gather_find_codes(g, c))
		return true;
	least = gather_least(g, c);
	if (c->columns[COL_FD].max < least || !gather_sums(g, c, packs))
		return true;
	for (uint64_t row = from, last; row < to; row = last) {
		uint64_t first = row & ~(uint64_t)(PACK_ROWS - 1);

		if (row > from && plan_is_over(plan))
			return false;
		last = first + PACK_ROWS < to ? first + PACK_ROWS : to;
		if (!(packs[first / PACK_ROWS / 64] >> first / PACK_ROWS % 64 & 1) ||
		    pack_most(&c->columns[COL_FD].packs[first / PACK_ROWS]) < least)
			continue;
		cursor_go(cursor, c, (uint32_t)row);
		gather_pack(g, row - first, last - first);
	}
	return true;
}
