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
 * for these may be asked of it: what depends on the thread and on the kind of a row, and, of
 * sums by descriptor, on that. Which of them have all that is asked is found out once for each
 * kind of row (gather_fit.c); rows of other kinds are read.
 */
struct spans_at {
	uint32_t exact, bucket;		/* in SUMS_EXACT, SUMS_BUCKET and SUMS_COUNT */
};

struct gather_sums {
	struct chunk rows;		/* the groups of SUMS; without columns. What is looked at
					 * has its SUMS and BY_FD: rows of these count from FIRST */
	const struct chunk *of;		/* the chunk, or the one of the group last looked at */
	const struct sums *sums;	/* one of them */
	bool by_fd;			/* the second one */
	uint64_t values[SUMS_COLUMNS][PACK_ROWS];
	uint32_t loaded;		/* bits 1 << enum sums_column */
	struct gather_needs needs;
	uint64_t *lists[SUMS_COLUMNS - SUMS_OF_GROUPS];	/* all of SUMS, where they are needed */
	size_t cap_lists[SUMS_COLUMNS - SUMS_OF_GROUPS];
	struct spans_at at[PACK_ROWS];	/* where those of the groups of the pack begin, */
	struct spans_at next;		/* and those of the groups behind it */
	uint8_t *answers;		/* by code: enum gather_fit, which sums say all; of codes
					 * that are not wanted GATHER_SUMS_UNKNOWN */
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

/* The cursor's row is of a kind of which it is not known whether sums can tell all. */
static void
look_at_kind(struct gather *g, struct gather_kind *kind)
{
	gather_learn(g);
	kind->sums = (uint8_t)gather_fit(g, kind, &g->sums->needs);
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
	uint32_t n_new = 0, n = sums_count(s->rows.sums);

	for (uint32_t i = 0; i < s->rows.n_combined; i++)
		n_new += is_new(g, &g->codes[i]);
	for (uint32_t first = 0; first < n && n_new; first += PACK_ROWS) {
		sums_load(s->rows.sums, SUMS_CODE, first, codes);
		sums_load(s->rows.sums, SUMS_FIRST, first, rows);
		for (uint32_t i = 0; i < PACK_ROWS && first + i < n; i++) {
			struct gather_code *code = &g->codes[codes[i]];
			const struct chunk *c;

			if (!is_new(g, code))
				continue;
			c = chunk_of(g, s->rows.first + rows[i]);
			cursor_go(g->cursor, c, (uint32_t)(s->rows.first + rows[i] - c->first));
			look_at_kind(g, code->kind);
			gather_decide(g, &s->rows, (uint32_t)codes[i]);
			n_new--;
		}
	}
}

/* Of how many codes that are wanted which sums tell all. */
struct answered {
	uint32_t n[GATHER_FITS];
};

/* What is to be done with rows of code I. */
static enum gather_fit
answer_of(const struct gather *g, uint32_t i)
{
	const struct gather_code *code = &g->codes[i];
	const struct chunk *rows = &g->sums->rows;
	enum gather_fit fit;

	if (code->state == GATHER_SKIP)
		return GATHER_SUMS_UNKNOWN;
	if (code->state != GATHER_READY || !is_of_kind(g, code->kind))
		return GATHER_SUMS_DO_NOT;
	fit = (enum gather_fit)code->kind->sums;
	if (fit == GATHER_SUMS_FIT_BY_FD &&
	    !(rows->by_fd && sums_has_kind(sums_kinds(rows->by_fd), rows->combined[i].kind)))
		return GATHER_SUMS_DO_NOT;
	return fit == GATHER_SUMS_UNKNOWN ? GATHER_SUMS_DO_NOT : fit;
}

/* Find out which codes the sums can tell all about. */
static struct answered
find_answers(struct gather *g)
{
	struct answered answered = { { 0 } };
	struct gather_sums *s = g->sums;

	look_at_kinds(g);
	xgrow(&s->answers, &s->cap_answers, s->rows.n_combined, sizeof(*s->answers));
	for (uint32_t i = 0; i < s->rows.n_combined; i++) {
		s->answers[i] = (uint8_t)answer_of(g, i);
		answered.n[s->answers[i]]++;
	}
	return answered;
}

/* Groups -------------------------------------------------------------- */

/* Row I of the cursor's pack, a group of sums, is GROUP's. Has it anything for its columns? */
static bool
note(struct gather *g, struct group *group, size_t i, uint64_t flags)
{
	uint64_t first = g->sums->rows.first + column_of(g, SUMS_FIRST)[i];
	uint64_t last = g->sums->rows.first + column_of(g, SUMS_LAST)[i];

	if (last < g->plan->first) {
		gather_note_before(g, group, last);
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
	t = &group->tallies[step->tally];
	if (step->add == GATHER_ONE || step->add == GATHER_SUM) {
		if (step->add == GATHER_SUM && !total_of(g, i, step, &total))
			return;
		t->sum.u += total;
		t->n += n;
		return;
	}
	if (gather_is_spread(how->aggregation) && step->source == KIND_SPAN) {
		take_spans(g, t, how, i);
		return;
	}
	if (step->add != GATHER_EVENT) {
		if (!value_of(g, i, step, &v))
			return;
		value = &v;
	}
	at = column_of(g, how->aggregation == VIEW_FIRST ? SUMS_FIRST : SUMS_LAST)[i];
	tally_add_many(t, how, value, g->sums->rows.first + at, n);
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
			for (size_t k = 0; k < kind->n_sums; k++)
				take_step(g, group, i, &kind->steps[k]);
			if (kind->n_sums == kind->n_steps)
				continue;
			cursor_go(c, c->chunk, (uint32_t)(c->first + i));
			gather_add_lasts(g, group, g->sums->rows.first + column_of(g, SUMS_LAST)[i],
					 kind);
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

/* Have the descriptors of the cursor's pack, N groups: by descriptor those of all rows, else that
 * of the first row, which FIRST has. */
static void
load_fds(struct gather *g, uint32_t n, const uint64_t *first)
{
	struct gather_sums *s = g->sums;
	struct cursor *c = g->cursor;

	if (s->by_fd)
		memcpy(c->values[COL_FD], column_of(g, SUMS_FD), n * sizeof(uint64_t));
	for (uint32_t i = 0; !s->by_fd && i < n; i++) {
		const struct chunk *of;

		c->values[COL_FD][i] = 0;
		if (!s->rows.combined[c->codes[i]].kind)
			continue;
		of = chunk_of(g, s->rows.first + first[i]);
		c->values[COL_FD][i] = column_get(&of->columns[COL_FD],
						  s->rows.first + first[i] - of->first);
	}
	c->loaded |= 1u << COL_FD;
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
	if (s->needs.fds)
		load_fds(g, n, values);
	if (s->needs.spans)
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
 * are rows that no sums answer in PACKS. */
static void
sort_out(struct gather *g, uint32_t n, uint64_t *rows, uint64_t *packs)
{
	const struct gather_sums *s = g->sums;
	enum gather_fit wanted = s->by_fd ? GATHER_SUMS_FIT_BY_FD : GATHER_SUMS_FIT;

	for (uint32_t i = 0; i < n; i++) {
		uint8_t answer = s->answers[g->cursor->codes[i]];

		if (answer == wanted)
			rows[i / 64] |= (uint64_t)1 << i % 64;
		else if (answer == GATHER_SUMS_DO_NOT && !s->by_fd)
			mark_packs(packs, column_of(g, SUMS_FIRST)[i], column_of(g, SUMS_LAST)[i]);
	}
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

/* Have the cursor go through the groups of SUMS. CODED is what has the same codes, and was looked
 * at; NULL: nothing. */
static void
begin(struct gather *g, const struct sums *sums, const struct chunk *coded)
{
	struct gather_sums *s = g->sums;

	s->sums = sums;
	s->by_fd = sums != s->rows.sums;
	s->rows.n = sums_count(sums);
	g->cursor->coded = coded ? &s->rows : NULL;
	g->cursor->chunk = NULL;
	if (s->needs.spans)
		load_spans(s);
}

/* Take the groups of SUMS that are answered. CODED is what has the same codes, and was looked
 * at; NULL: nothing. */
static void
take_all(struct gather *g, const struct sums *sums, const struct chunk *coded, uint64_t *packs)
{
	uint32_t all = sums_count(sums);

	begin(g, sums, coded);
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

/* What is looked at now, which is whole. */
static struct gather_sums *
sums_of_gather(struct gather *g)
{
	if (!g->sums) {
		g->sums = xzalloc(sizeof(*g->sums));
		g->sums->rows.is_sealed = true;
	}
	return g->sums;
}

/* Take the groups that are answered, which are so many. CODED is what has the same codes, and was
 * looked at; NULL: nothing. In PACKS is set where there are rows that are left. */
static void
take_answers(struct gather *g, const struct answered *answered, const struct chunk *coded,
	     uint64_t *packs)
{
	const struct chunk *rows = &g->sums->rows;

	if (answered->n[GATHER_SUMS_FIT] || answered->n[GATHER_SUMS_DO_NOT])
		take_all(g, rows->sums, coded, packs);
	if (answered->n[GATHER_SUMS_FIT_BY_FD])
		take_all(g, rows->by_fd, coded, packs);
	g->cursor->coded = coded;
	g->cursor->stands_for = NULL;
	g->cursor->chunk = NULL;
}

/* Let codes that are answered be skipped. Are there any others? */
static bool
skip_answered(struct gather *g)
{
	const struct gather_sums *s = g->sums;
	bool any = false;

	for (uint32_t i = 0; i < s->rows.n_combined; i++) {
		if (s->answers[i] != GATHER_SUMS_DO_NOT)
			g->codes[i].state = GATHER_SKIP;
		any |= g->codes[i].state != GATHER_SKIP;
	}
	return any;
}

bool
gather_sums(struct gather *g, const struct chunk *c, uint64_t *packs)
{
	struct answered answered;
	struct chunk *rows;

	memset(packs, 0xFF, GATHER_PACK_WORDS * sizeof(*packs));
	if (!c->sums || !is_whole(g, c->first, c->first + c->n) || !cursor_kinds(g->cursor))
		return true;
	rows = &sums_of_gather(g)->rows;
	rows->first = c->first;
	rows->section = c->section;
	rows->sums = c->sums;
	rows->by_fd = c->by_fd;
	rows->combined = c->combined;
	rows->n_combined = c->n_combined;
	answered = find_answers(g);
	if (!answered.n[GATHER_SUMS_FIT] && !answered.n[GATHER_SUMS_FIT_BY_FD])
		return true;
	memset(packs, 0, GATHER_PACK_WORDS * sizeof(*packs));
	take_answers(g, &answered, c, packs);
	cursor_go(g->cursor, c, 0);
	g->n_summed++;
	g->n_by_fd += answered.n[GATHER_SUMS_FIT_BY_FD] != 0;
	return skip_answered(g);
}

bool
gather_wants_node(const struct gather *g, const struct pyramid_node *node)
{
	return is_whole(g, node->first, node->end);
}

bool
gather_node(struct gather *g, const struct pyramid_node *node)
{
	struct answered answered = { { 0 } };
	struct chunk *rows = &sums_of_gather(g)->rows;
	uint64_t packs[GATHER_PACK_WORDS];

	rows->first = node->first;
	rows->section = node->section;
	rows->sums = node->sums;
	rows->by_fd = node->by_fd;
	rows->combined = node->combined;
	rows->n_combined = node->n_combined;
	g->cursor->coded = NULL;
	cursor_go(g->cursor, rows, 0);
	if (gather_find_codes(g, rows))
		answered = find_answers(g);
	if (answered.n[GATHER_SUMS_DO_NOT]) {
		g->cursor->coded = NULL;
		g->cursor->chunk = NULL;
		return false;
	}
	take_answers(g, &answered, NULL, packs);
	if (answered.n[GATHER_SUMS_FIT] || answered.n[GATHER_SUMS_FIT_BY_FD])
		g->n_in_nodes += node->n_chunks;
	if (answered.n[GATHER_SUMS_FIT_BY_FD])
		g->n_by_fd += node->n_chunks;
	return true;
}
