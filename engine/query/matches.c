#include "engine/query/matches.h"

#include <errno.h>
#include <stdlib.h>

#include "engine/base/arena.h"
#include "engine/base/err.h"
#include "engine/base/mem.h"
#include "engine/query/cursor.h"
#include "engine/query/known.h"
#include "engine/query/sift.h"

/* What is known of all rows of a kind, or with a code. */
enum verdict { ASK, WANTED, REFUSED };

/* A kind is asked so many times before it is believed to be wanted: what is not reached
 * by one row is by another. */
#define KIND_ASKED 8

struct kind {
	uint8_t verdict, n_asked;
};

struct matches {
	const struct snapshot *snap;
	struct cursor *cursor;
	struct sift *sifts[MATCHES_FILTERS_MAX];
	size_t n_sifts;
	struct arena arena;
	uint64_t from_ns, to_ns;
	bool has_window;
	bool wants_type[EVENT_TYPES];
	struct kind *kinds;
	uint8_t *by_code;		/* enum verdict, of the chunk that is looked at */
	size_t cap_codes;
	size_t chunk;			/* where it goes on */
	uint32_t row;
	uint64_t n_done;
};

static void
find_types(struct matches *m)
{
	for (uint16_t id = 0; id < EVENT_TYPES; id++) {
		m->wants_type[id] = true;
		for (size_t i = 0; i < m->n_sifts; i++)
			m->wants_type[id] &= sift_wants_type(m->sifts[i], id);
	}
}

struct matches *
matches_new(const struct snapshot *snap, const struct matches_question *q, struct err *err)
{
	struct matches *m = xzalloc(sizeof(*m));

	m->snap = snap;
	m->from_ns = q->from_ns;
	m->to_ns = q->to_ns ? q->to_ns : UINT64_MAX;
	m->has_window = m->from_ns || m->to_ns != UINT64_MAX;
	m->cursor = cursor_new(snap, q->style);
	m->kinds = xzalloc(KINDS_MAX * sizeof(*m->kinds));
	if (q->n_filters > MATCHES_FILTERS_MAX) {
		err_set(err, -E2BIG, "more than %u conditions", MATCHES_FILTERS_MAX);
		goto fail;
	}
	for (size_t i = 0; i < q->n_filters; i++) {
		const char *text = arena_strdup(&m->arena, q->filters[i]);

		m->sifts[i] = sift_new(text, q->options, err);
		if (!m->sifts[i])
			goto fail;
		m->n_sifts++;
	}
	find_types(m);
	return m;

fail:
	matches_free(m);
	return NULL;
}

void
matches_free(struct matches *m)
{
	if (!m)
		return;
	for (size_t i = 0; i < m->n_sifts; i++)
		sift_free(m->sifts[i]);
	cursor_free(m->cursor);
	free(m->kinds);
	free(m->by_code);
	arena_fini(&m->arena);
	free(m);
}

/* Can nothing in the chunk be wanted? */
static bool
is_beside(const struct matches *m, const struct chunk *c)
{
	const struct column *time = &c->columns[COL_TIME];

	if (c->is_sealed && (time->max < m->from_ns || time->min > m->to_ns))
		return true;
	return false;
}

/* Who is told of what is found. */
struct collecting {
	matches_visit *f;
	void *ctx;
};

/* What the row that was asked tells of its kind. */
static void
learn(struct matches *m, struct kind *kind)
{
	enum verdict all = WANTED;

	for (size_t i = 0; i < m->n_sifts; i++) {
		enum sift_verdict one = sift_kind(m->sifts[i], m->cursor);

		if (one == SIFT_NO) {
			kind->verdict = REFUSED;
			return;
		}
		if (one != SIFT_YES)
			all = ASK;
	}
	if (++kind->n_asked == KIND_ASKED)
		kind->verdict = (uint8_t)all;
}

static bool
ask(struct matches *m)
{
	bool yes = true;

	for (size_t i = 0; yes && i < m->n_sifts; i++)
		yes = sift_row(m->sifts[i], m->cursor);
	return yes;
}

/* The same, of a row whose kind may be known. */
static bool
ask_kind(struct matches *m)
{
	uint32_t number = cursor_kind(m->cursor);
	struct kind *kind = &m->kinds[number];
	bool yes;

	if (number == KINDS_MAX)
		return ask(m);
	if (kind->verdict != ASK)
		return kind->verdict == WANTED;
	yes = ask(m);
	if (kind->n_asked < KIND_ASKED)
		learn(m, kind);
	return yes;
}

static bool
is_in_window(struct matches *m)
{
	uint64_t ns;

	if (!m->has_window)
		return true;
	ns = cursor_value(m->cursor, COL_TIME);
	return ns >= m->from_ns && ns <= m->to_ns;
}

/* What is known by the codes of the chunk, which is sealed. False: nothing is wanted. */
static bool
find_codes(struct matches *m, const struct chunk *c)
{
	const uint16_t *kinds = cursor_kinds(m->cursor);
	bool any = false;

	xgrow(&m->by_code, &m->cap_codes, c->n_combined, sizeof(*m->by_code));
	for (uint32_t i = 0; i < c->n_combined; i++) {
		const struct combined *of = &c->combined[i];
		enum verdict verdict = m->n_sifts ? ASK : WANTED;

		if (of->flags & (ROW_STATE_ONLY | ROW_INTERNAL) || !m->wants_type[of->type])
			verdict = REFUSED;
		else if (kinds && kinds[i] < KINDS_MAX && verdict == ASK)
			verdict = m->kinds[kinds[i]].verdict;
		m->by_code[i] = (uint8_t)verdict;
		any |= verdict != REFUSED;
	}
	return any;
}

/* Look at the rows from the cursor's to the one before LAST, which are in one pack. */
static void
scan_pack(struct matches *m, uint32_t last, matches_visit *f, void *ctx)
{
	struct cursor *c = m->cursor;
	uint64_t first = c->first, unwanted[KNOWN_WORDS] = { 0 };

	for (size_t i = 0; i < m->n_sifts; i++)
		sift_add_unwanted(m->sifts[i], c, unwanted);
	cursor_load_codes(c);
	for (uint32_t row = c->row; row < last; row++) {
		uint8_t verdict = m->by_code[c->codes[row - first]];

		if (verdict == REFUSED || unwanted[(row - first) / 64] >> row % 64 & 1)
			continue;
		cursor_go(c, c->chunk, row);
		if (is_in_window(m) && (verdict == WANTED || ask_kind(m)))
			f(ctx, c);
	}
}

/* The rows FROM .. TO - 1 of a chunk that is open: it has no codes yet. */
static void
scan_open(struct matches *m, const struct chunk *c, uint32_t from, uint32_t to,
	  struct collecting *out)
{
	for (uint32_t row = from; row < to; row++) {
		cursor_go(m->cursor, c, row);
		if (!(cursor_value(m->cursor, COL_FLAGS) & (ROW_STATE_ONLY | ROW_INTERNAL)) &&
		    is_in_window(m) && ask(m))
			out->f(out->ctx, m->cursor);
	}
}

/* Look at the rows FROM .. TO - 1 of chunk C. */
static void
scan(struct matches *m, const struct chunk *c, uint32_t from, uint32_t to,
     struct collecting *out)
{
	if (!c->combined) {
		scan_open(m, c, from, to, out);
		return;
	}
	cursor_go(m->cursor, c, from);
	if (!find_codes(m, c))
		return;
	for (uint32_t row = from, last; row < to; row = last) {
		last = (row | (PACK_ROWS - 1)) + 1;
		last = last < to ? last : to;
		cursor_go(m->cursor, c, row);
		scan_pack(m, last, out->f, out->ctx);
	}
}

void
matches_in_chunk(struct matches *m, size_t chunk, matches_visit *f, void *ctx)
{
	const struct chunk_view *view = &m->snap->chunks[chunk];

	if (!is_beside(m, view->c))
		scan(m, view->c, 0, view->n, &(struct collecting){ f, ctx });
}

struct numbers {
	uint64_t *out;
	size_t n;
};

static void
put_number(void *ctx, struct cursor *c)
{
	struct numbers *numbers = ctx;

	numbers->out[numbers->n++] = cursor_number(c);
}

size_t
matches_more(struct matches *m, size_t max, uint64_t *out, bool *is_done)
{
	struct numbers numbers = { out, 0 };
	struct collecting collecting = { put_number, &numbers };
	size_t looked = 0;

	while (m->chunk < m->snap->n_chunks && looked < max) {
		const struct chunk_view *view = &m->snap->chunks[m->chunk];
		uint32_t left = view->n - m->row;

		if (!left || (!m->row && is_beside(m, view->c))) {
			m->n_done += left;
			m->chunk++;
			m->row = 0;
			continue;
		}
		left = left < max - looked ? left : (uint32_t)(max - looked);
		scan(m, view->c, m->row, m->row + left, &collecting);
		m->row += left;
		m->n_done += left;
		looked += left;
	}
	*is_done = m->chunk >= m->snap->n_chunks;
	return numbers.n;
}

uint64_t
matches_done(const struct matches *m)
{
	return m->n_done;
}

uint64_t
matches_all(const struct matches *m)
{
	uint64_t n = 0;

	for (size_t i = 0; i < m->snap->n_chunks; i++)
		n += m->snap->chunks[i].n;
	return n;
}
