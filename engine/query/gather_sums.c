#include <stdlib.h>
#include <string.h>

#include "engine/base/mem.h"
#include "engine/query/gather_inside.h"
#include "engine/query/known.h"
#include "engine/store/pyramid.h"
#include "engine/store/sums.h"

/*
 * The cursor goes through the groups of a chunk's sums, or a node's, as if they were rows of
 * a chunk with the same codes. Each stands for all rows of its group, so whatever is the same
 * for these may be asked of it: what depends on the thread and on the kind of a row. Whether
 * that is all that is asked is found out once for each kind of row; rows of other kinds are
 * read.
 */
struct spans_at {
	uint32_t exact, bucket;		/* in SUMS_EXACT, SUMS_BUCKET and SUMS_COUNT */
};

struct gather_sums {
	struct chunk rows;		/* the groups of SUMS; without columns */
	const struct chunk *of;		/* the chunk, or the one of the group last looked at */
	uint64_t of_first;		/* the event that rows of SUMS count from */
	const struct sums *sums;
	uint64_t values[SUMS_COLUMNS][PACK_ROWS];
	uint32_t loaded;		/* bits 1 << enum sums_column */
	bool needs_fds;			/* a descriptor of each group */
	bool needs_spans;		/* all durations of groups */
	uint64_t *lists[SUMS_COLUMNS - SUMS_OF_GROUPS];	/* all of SUMS, where they are needed */
	size_t cap_lists[SUMS_COLUMNS - SUMS_OF_GROUPS];
	struct spans_at at[PACK_ROWS];	/* where those of the groups of the pack begin, */
	struct spans_at next;		/* and those of the groups behind it */
	bool *answers;			/* by code: sums say all */
	size_t cap_answers;
};

void
gather_sums_free(struct gather_sums *s)
{
	if (!s)
		return;
	for (size_t i = 0; i < ARRAY_LEN(s->lists); i++)
		free(s->lists[i]);
	free(s->answers);
	free(s);
}

/* Column ID of the groups of the cursor's pack. */
static const uint64_t *
column_of(struct gather *g, enum sums_column id)
{
	struct gather_sums *s = g->sums;

	if (!(s->loaded & 1u << id))
		sums_load(s->sums, id, (uint32_t)g->cursor->first, s->values[id]);
	s->loaded |= 1u << id;
	return s->values[id];
}

/* What can be answered -------------------------------------------------- */

/* Do kinds of descriptors alone decide what T says? */
static bool
is_of_fd_kind(struct gather *g, const struct term *t)
{
	if (term_how(t) != TERM_BY_FD || !g->cursor->snap->knows_kinds ||
	    !term_is_of_fd_kind(term_operand(t)))
		return false;
	g->sums->needs_fds = true;
	return true;
}

static bool
is_spread(enum view_aggregation how)
{
	return how == VIEW_P50 || how == VIEW_P95 || how == VIEW_P99;
}

static bool
is_total(enum view_aggregation how)
{
	return how == VIEW_SUM || how == VIEW_RATE || how == VIEW_AVG || how == VIEW_CHANGE;
}

/* Does the result alone decide what T says of the cursor's row, which failed? Those of a group
 * failed all with one result. */
static bool
is_of_failure(struct gather *g, const struct term *t)
{
	return cursor_value(g->cursor, COL_FLAGS) & ROW_FAILED &&
	       term_is_of_result(t, cursor_kind(g->cursor));
}

/* Can the sums tell what STEP adds up to? */
static bool
fits_step(struct gather *g, const struct gather_step *step)
{
	const struct tally_how *how = &g->how[step->column];
	const struct term *term = g->terms[step->column];

	if (!step->is_sure && !sift_is_alike(g->only[step->column], g->cursor,
					     &g->sums->needs_fds))
		return false;
	if (step->add == GATHER_ONE || step->add == GATHER_EVENT || step->add == GATHER_LAST)
		return true;
	if (how->type == T_DOUBLE && is_total(how->aggregation))
		return false;
	if (is_spread(how->aggregation) && step->source == KIND_SPAN) {
		if (how->type == T_INT || how->type == T_DOUBLE)
			return false;
		g->sums->needs_spans = true;
		return true;
	}
	if (step->source == KIND_RESULT || step->source == KIND_SPAN)
		return how->aggregation != VIEW_DISTINCT && !is_spread(how->aggregation);
	return step->source == KIND_CONSTANT || term_how(term) == TERM_BY_THREAD ||
	       is_of_fd_kind(g, term) || is_of_failure(g, term);
}

/* Is KEY the same for all rows of a group of KIND? */
static bool
fits_key(struct gather *g, const struct key *key, uint32_t of_kind)
{
	if (key->by == COLUMNS)
		return of_kind || is_of_failure(g, key->term);
	if (key->by == COL_THREAD)
		return true;
	return !key->entity && is_of_fd_kind(g, key->term);
}

/* Can the sums tell all that is asked about rows of KIND, which is that of the cursor's? */
static bool
fits(struct gather *g, const struct gather_kind *kind)
{
	bool *needs_fds = &g->sums->needs_fds;

	if (!kind->steps)
		return false;
	for (size_t i = 0; i < g->n_sifts; i++)
		if (kind->sifts >> i & 1 && !sift_is_alike(g->sifts[i], g->cursor, needs_fds))
			return false;
	for (size_t i = 0; i < g->plan->n_keys; i++)
		if (!fits_key(g, &g->keys[i], kind->key[i]))
			return false;
	for (size_t i = 0; i < kind->n_steps; i++)
		if (!fits_step(g, &kind->steps[i]))
			return false;
	return true;
}

/* The cursor's row is of a kind of which it is not known whether sums can tell all. */
static void
look_at_kind(struct gather *g, struct gather_kind *kind)
{
	gather_learn(g);
	kind->sums = fits(g, kind) ? GATHER_SUMS_FIT : GATHER_SUMS_DO_NOT;
	if (kind->refusing)
		kind->is_skipped = !g->keeps_refused;
}

static bool
is_of_kind(const struct gather *g, const struct gather_kind *kind)
{
	return kind && kind < &g->kinds[KINDS_MAX];
}

/* Is it to be found out whether sums can tell all about rows with CODE? */
static bool
is_new(const struct gather *g, const struct gather_code *code)
{
	return code->state != GATHER_SKIP && is_of_kind(g, code->kind) &&
	       code->kind->sums == GATHER_SUMS_UNKNOWN;
}

/* The chunk of event NUMBER, which is mostly near to the one before. */
static const struct chunk *
chunk_of(struct gather *g, uint64_t number)
{
	const struct snapshot *snap = g->plan->snap;
	const struct chunk *c = g->sums->of;

	if (!c || number < c->first || number >= c->first + c->n)
		c = g->sums->of = snap->chunks[snapshot_chunk(snap, number)].c;
	return c;
}

/* Find out what is not known yet of the kinds of rows that have sums: of one row of each. */
static void
look_at_kinds(struct gather *g)
{
	const struct gather_sums *s = g->sums;
	uint64_t codes[PACK_ROWS], rows[PACK_ROWS];
	uint32_t n_new = 0, n = sums_count(s->sums);

	for (uint32_t i = 0; i < s->rows.n_combined; i++)
		n_new += is_new(g, &g->codes[i]);
	for (uint32_t first = 0; first < n && n_new; first += PACK_ROWS) {
		sums_load(s->sums, SUMS_CODE, first, codes);
		sums_load(s->sums, SUMS_FIRST, first, rows);
		for (uint32_t i = 0; i < PACK_ROWS && first + i < n; i++) {
			struct gather_code *code = &g->codes[codes[i]];
			const struct chunk *c;

			if (!is_new(g, code))
				continue;
			c = chunk_of(g, s->of_first + rows[i]);
			cursor_go(g->cursor, c, (uint32_t)(s->of_first + rows[i] - c->first));
			look_at_kind(g, code->kind);
			gather_decide(g, &s->rows, (uint32_t)codes[i]);
			n_new--;
		}
	}
}

/* Which codes the sums can tell all about, and of how many that are wanted they cannot: *N_LEFT.
 * False: of none. */
static bool
find_answers(struct gather *g, uint32_t *n_left)
{
	struct gather_sums *s = g->sums;
	bool any = false;

	*n_left = 0;
	look_at_kinds(g);
	xgrow(&s->answers, &s->cap_answers, s->rows.n_combined, sizeof(*s->answers));
	for (uint32_t i = 0; i < s->rows.n_combined; i++) {
		const struct gather_code *code = &g->codes[i];

		s->answers[i] = code->state == GATHER_READY && is_of_kind(g, code->kind) &&
				code->kind->sums == GATHER_SUMS_FIT;
		any |= s->answers[i];
		*n_left += code->state != GATHER_SKIP && !s->answers[i];
	}
	return any;
}

/* Groups -------------------------------------------------------------- */

/* Row I of the cursor's pack, a group of sums, is GROUP's. Has it anything for its columns? */
static bool
note(struct gather *g, struct group *group, size_t i, uint64_t flags)
{
	uint64_t first = g->sums->of_first + column_of(g, SUMS_FIRST)[i];
	uint64_t last = g->sums->of_first + column_of(g, SUMS_LAST)[i];

	if (last < g->plan->first) {
		group->before = last;
		return false;
	}
	if (!group->n || first < group->first)
		group->first = first;
	if (last > group->last)
		group->last = last;
	group->n += column_of(g, SUMS_ROWS)[i];
	group->is_unsure |= (flags & ROW_UNSURE) != 0;
	return true;
}

/* The value that rows of group I have for STEP: that of all of them, or the one which
 * counts. False: none. */
static bool
value_of(struct gather *g, size_t i, const struct gather_step *step, struct value *out)
{
	bool least = g->how[step->column].aggregation == VIEW_MIN;

	switch (step->source) {
	case KIND_CONSTANT:
		*out = step->value;
		return true;
	case KIND_RESULT:
		out->u = column_of(g, least ? SUMS_RESULT_LEAST : SUMS_RESULT_MOST)[i];
		return true;
	case KIND_SPAN:
		out->u = column_of(g, least ? SUMS_SPAN_LEAST : SUMS_SPAN_MOST)[i];
		return true;
	default:
		cursor_go(g->cursor, g->cursor->chunk, (uint32_t)(g->cursor->first + i));
		return term_get(g->terms[step->column], g->cursor, out);
	}
}

/* What the rows of group I add up to for STEP. False: they have no value. */
static bool
total_of(struct gather *g, size_t i, const struct gather_step *step, uint64_t *out)
{
	struct value v;

	switch (step->source) {
	case KIND_RESULT:
		*out = column_of(g, SUMS_RESULT)[i];
		return true;
	case KIND_SPAN:
		*out = column_of(g, SUMS_SPAN)[i];
		return true;
	default:
		if (!value_of(g, i, step, &v))
			return false;
		*out = v.u * column_of(g, SUMS_ROWS)[i];
		return true;
	}
}

/* Add the durations of group I to T. */
static void
take_spans(struct gather *g, struct tally *t, const struct tally_how *how, size_t i)
{
	const struct gather_sums *s = g->sums;
	const uint64_t *exact = s->lists[0], *buckets = s->lists[1], *counts = s->lists[2];
	uint64_t n = column_of(g, SUMS_ROWS)[i];
	uint64_t least = column_of(g, SUMS_SPAN_LEAST)[i], most = column_of(g, SUMS_SPAN_MOST)[i];
	enum sums_form form = sums_form(n, least, most);
	struct value v = { .u = least };

	if (form <= SUMS_THREE)
		tally_add_many(t, how, &v, 0, form == SUMS_ALIKE ? n : 1);
	if (form == SUMS_TWO || form == SUMS_THREE)
		tally_add(t, how, &(struct value){ .u = most }, 0);
	if (form == SUMS_THREE) {
		v.u = column_of(g, SUMS_SPAN)[i] - least - most;
		tally_add(t, how, &v, 0);
	}
	for (uint32_t k = s->at[i].exact; form == SUMS_SOME && n; k++, n--)
		tally_add(t, how, &(struct value){ .u = exact[k] }, 0);
	for (uint32_t k = s->at[i].bucket; form == SUMS_MANY && n; n -= counts[k++])
		tally_add_bucket(t, how, (unsigned)buckets[k], counts[k]);
}

static void
take_step(struct gather *g, struct group *group, size_t i, const struct gather_step *step)
{
	const struct tally_how *how = &g->how[step->column];
	uint64_t n = column_of(g, SUMS_ROWS)[i], total = n, at;
	struct value v, *value = NULL;
	struct tally *t;

	if (!step->is_sure) {
		cursor_go(g->cursor, g->cursor->chunk, (uint32_t)(g->cursor->first + i));
		if (!sift_row(g->only[step->column], g->cursor))
			return;
	}
	if (gather_is_last(g, step->column)) {
		at = g->sums->of_first + column_of(g, SUMS_LAST)[i];
		if (step->add == GATHER_LAST || value_of(g, i, step, &v))
			gather_note_last(g, group, step->tally, at);
		return;
	}
	t = &group->tallies[step->tally];
	if (step->add == GATHER_ONE || step->add == GATHER_SUM) {
		if (step->add == GATHER_SUM && !total_of(g, i, step, &total))
			return;
		t->sum.u += total;
		t->n += n;
		return;
	}
	if (is_spread(how->aggregation) && step->source == KIND_SPAN) {
		take_spans(g, t, how, i);
		return;
	}
	if (step->add != GATHER_EVENT) {
		if (!value_of(g, i, step, &v))
			return;
		value = &v;
	}
	at = column_of(g, how->aggregation == VIEW_FIRST ? SUMS_FIRST : SUMS_LAST)[i];
	tally_add_many(t, how, value, g->sums->of_first + at, n);
}

/* Take the groups of the cursor's pack that ROWS has bits for. */
static void
take_groups(struct gather *g, const uint64_t *rows)
{
	struct cursor *c = g->cursor;

	for (size_t w = 0; w < KNOWN_WORDS; w++) {
		for (uint64_t left = rows[w]; left; left &= left - 1) {
			size_t i = w * 64 + (size_t)__builtin_ctzll(left);
			struct gather_kind *kind = g->codes[c->codes[i]].kind;
			uint64_t flags = c->chunk->combined[c->codes[i]].flags;
			struct group *group = gather_group_of_row(g, i, kind, flags);

			if (!group || !note(g, group, i, flags))
				continue;
			for (size_t k = 0; k < kind->n_steps; k++)
				take_step(g, group, i, &kind->steps[k]);
		}
	}
}

/* Packs ----------------------------------------------------------------- */

/* Find out where the durations of the cursor's pack, N groups, begin. */
static void
find_spans(struct gather *g, uint32_t n)
{
	const uint64_t *rows = column_of(g, SUMS_ROWS);
	const uint64_t *least = column_of(g, SUMS_SPAN_LEAST), *most = column_of(g, SUMS_SPAN_MOST);
	struct gather_sums *s = g->sums;

	for (uint32_t i = 0; i < n; i++) {
		enum sums_form form = sums_form(rows[i], least[i], most[i]);
		uint64_t left = form == SUMS_MANY ? rows[i] : 0;

		s->at[i] = s->next;
		s->next.exact += form == SUMS_SOME ? (uint32_t)rows[i] : 0;
		while (left)
			left -= s->lists[2][s->next.bucket++];
	}
}

/* Put the cursor on the groups from FIRST on, which are N. */
static void
go_to_pack(struct gather *g, uint32_t first, uint32_t n)
{
	struct gather_sums *s = g->sums;
	struct cursor *c = g->cursor;
	const uint64_t *values;

	cursor_go(c, &s->rows, first);
	s->loaded = 0;
	memcpy(c->values[COL_THREAD], column_of(g, SUMS_THREAD), n * sizeof(uint64_t));
	values = column_of(g, SUMS_CODE);
	for (uint32_t i = 0; i < n; i++)
		c->codes[i] = (uint32_t)values[i];
	c->loaded |= 1u << COL_THREAD | 1u << COLUMNS;
	values = c->stands_for = column_of(g, SUMS_FIRST);
	for (uint32_t i = 0; s->needs_fds && i < n; i++) {
		const struct chunk *of = chunk_of(g, s->of_first + values[i]);

		c->values[COL_FD][i] = column_get(&of->columns[COL_FD],
						  s->of_first + values[i] - of->first);
	}
	c->loaded |= s->needs_fds ? 1u << COL_FD : 0;
	if (s->needs_spans)
		find_spans(g, n);
}

/* Set in PACKS the bits of all packs from row FIRST to row LAST. */
static void
mark_packs(uint64_t *packs, uint64_t first, uint64_t last)
{
	for (uint64_t i = first / PACK_ROWS; i <= last / PACK_ROWS; i++)
		packs[i / 64] |= (uint64_t)1 << i % 64;
}

/* The groups of the cursor's pack, which are N, that are answered are set in ROWS; where there
 * are rows of others in PACKS. */
static void
sort_out(struct gather *g, uint32_t n, uint64_t *rows, uint64_t *packs)
{
	const struct gather_sums *s = g->sums;

	for (uint32_t i = 0; i < n; i++) {
		uint32_t code = g->cursor->codes[i];

		if (s->answers[code])
			rows[i / 64] |= (uint64_t)1 << i % 64;
		else if (g->codes[code].state != GATHER_SKIP)
			mark_packs(packs, column_of(g, SUMS_FIRST)[i], column_of(g, SUMS_LAST)[i]);
	}
}

static void
take_all(struct gather *g, uint64_t *packs)
{
	uint32_t all = sums_count(g->sums->sums);

	for (uint32_t first = 0, n; first < all; first += n) {
		uint64_t rows[KNOWN_WORDS] = { 0 };

		n = all - first < PACK_ROWS ? all - first : PACK_ROWS;
		go_to_pack(g, first, n);
		sort_out(g, n, rows, packs);
		for (size_t i = 0; i < g->n_sifts; i++)
			if (g->sifts_asked >> i & 1)
				gather_ask_sift(g, i, rows);
		take_groups(g, rows);
	}
}

/* Chunks and nodes ------------------------------------------------------ */

/* Does the plan want all events from FIRST to END - 1, and nothing else than what sums can
 * have? */
static bool
is_whole(const struct gather *g, uint64_t first, uint64_t end)
{
	const struct plan *plan = g->plan;

	return !plan->is_list && (g->skip_flags & SUMS_LEAVES) == SUMS_LEAVES &&
	       first >= plan->scan_first && end <= plan->end &&
	       (first >= plan->first || end <= plan->first);
}

/* Unpack all durations. */
static void
load_spans(struct gather_sums *s)
{
	for (unsigned id = SUMS_OF_GROUPS; id < SUMS_COLUMNS; id++) {
		unsigned i = id - SUMS_OF_GROUPS;
		uint32_t n = sums_length(s->sums, id);

		xgrow(&s->lists[i], &s->cap_lists[i], n, sizeof(*s->lists[i]));
		for (uint32_t first = 0; first < n; first += PACK_ROWS)
			sums_load(s->sums, id, first, s->lists[i] + first);
	}
	s->next = (struct spans_at){ 0, 0 };
}

/* SUMS are what is looked at: of events from FIRST on in SECTION. */
static void
look_at(struct gather *g, const struct sums *sums, uint64_t first, uint32_t section)
{
	struct gather_sums *s = g->sums;

	if (!s)
		s = g->sums = xzalloc(sizeof(*g->sums));
	s->of_first = first;
	s->sums = sums;
	s->rows.first = first;
	s->rows.n = sums_count(sums);
	s->rows.section = section;
	s->rows.is_sealed = true;
}

/* Have the cursor go through the groups. CODED is what has the same codes, and was looked at;
 * NULL: nothing. */
static void
begin(struct gather *g, const struct chunk *coded)
{
	g->cursor->coded = coded ? &g->sums->rows : NULL;
	g->cursor->chunk = NULL;
	if (g->sums->needs_spans)
		load_spans(g->sums);
}

static void
end(struct gather *g, const struct chunk *coded)
{
	g->cursor->coded = coded;
	g->cursor->stands_for = NULL;
	g->cursor->chunk = NULL;
}

bool
gather_sums(struct gather *g, const struct chunk *c, uint64_t *packs)
{
	uint32_t n_left;
	bool all = true;

	memset(packs, 0xFF, GATHER_PACK_WORDS * sizeof(*packs));
	if (!c->sums || !is_whole(g, c->first, c->first + c->n) || !cursor_kinds(g->cursor))
		return true;
	look_at(g, c->sums, c->first, c->section);
	g->sums->rows.combined = c->combined;
	g->sums->rows.n_combined = c->n_combined;
	if (!find_answers(g, &n_left))
		return true;
	memset(packs, 0, GATHER_PACK_WORDS * sizeof(*packs));
	begin(g, c);
	take_all(g, packs);
	end(g, c);
	cursor_go(g->cursor, c, 0);
	for (uint32_t i = 0; i < c->n_combined; i++) {
		if (g->sums->answers[i])
			g->codes[i].state = GATHER_SKIP;
		all &= g->codes[i].state == GATHER_SKIP;
	}
	g->n_summed++;
	return !all;
}

bool
gather_wants_node(const struct gather *g, const struct pyramid_node *node)
{
	return is_whole(g, node->first, node->end);
}

bool
gather_node(struct gather *g, const struct pyramid_node *node)
{
	uint64_t packs[GATHER_PACK_WORDS];
	struct gather_sums *s;
	uint32_t n_left = 0;
	bool any;

	look_at(g, node->sums, node->first, node->section);
	s = g->sums;
	s->rows.combined = node->combined;
	s->rows.n_combined = node->n_combined;
	g->cursor->coded = NULL;
	cursor_go(g->cursor, &s->rows, 0);
	any = gather_find_codes(g, &s->rows) && find_answers(g, &n_left);
	if (any && !n_left) {
		begin(g, NULL);
		take_all(g, packs);
		g->n_in_nodes += node->n_chunks;
	}
	end(g, NULL);
	return !n_left;
}
