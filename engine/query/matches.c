#include "engine/query/matches.h"

#include <errno.h>
#include <stdlib.h>
#include <string.h>

#include "engine/base/arena.h"
#include "engine/base/err.h"
#include "engine/base/mem.h"
#include "engine/query/cursor.h"
#include "engine/query/facts.h"
#include "engine/query/known.h"
#include "engine/query/sift.h"

/* What is known of all rows of a kind, or with a code. */
enum verdict { LEARN, ASK, WANTED, REFUSED };	/* two bits */

/* A kind is asked so many times before it is believed to be wanted: what is not reached
 * by one row is by another. */
#define KIND_ASKED 8

struct kind {
	uint8_t verdict;		/* enum verdict */
	uint8_t n_asked;
};

struct matches {
	const struct snapshot *snap;
	struct cursor *cursor;
	struct sift *sifts[MATCHES_FILTERS_MAX];
	size_t n_sifts;
	struct facts_list facts;	/* that there are */
	struct arena arena;
	uint64_t from_ns, to_ns;
	bool has_window;
	uint16_t flags[2], lacks;	/* as in the question */
	unsigned n_flags;
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

/* Begin where the window does: all before it is of earlier times. */
static void
skip_to_window(struct matches *m)
{
	uint64_t first = snapshot_at_time(m->snap, m->from_ns);

	for (; m->chunk < m->snap->n_chunks; m->chunk++) {
		const struct chunk_view *view = &m->snap->chunks[m->chunk];

		if (first < view->c->first + view->n) {
			m->row = first > view->c->first ? (uint32_t)(first - view->c->first) : 0;
			m->n_done += m->row;
			return;
		}
		m->n_done += view->n;
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
	memcpy(m->flags, q->flags, sizeof(m->flags));
	m->lacks = q->lacks | ROW_STATE_ONLY | ROW_INTERNAL;
	m->n_flags = q->n_flags;
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
	m->facts.kinds = UINT32_MAX;
	for (size_t i = 0; i < m->n_sifts; i++)
		sift_want_facts(m->sifts[i], &m->facts, false);
	facts_borrow(&m->facts, snap, q->style, 0);
	for (size_t i = 0; i < m->n_sifts; i++) {
		sift_use_facts(m->sifts[i], &m->facts);
		sift_start(m->sifts[i], m->cursor);
	}
	if (m->from_ns)
		skip_to_window(m);
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
	facts_fini(&m->facts);
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

/* Can rows with FLAGS be wanted? */
static bool
wants_flags(const struct matches *m, uint64_t flags)
{
	bool fits = !m->n_flags;

	for (unsigned i = 0; i < m->n_flags; i++)
		fits |= (flags & m->flags[i]) == m->flags[i];
	return fits && !(flags & m->lacks);
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

		if (!wants_flags(m, of->flags) || !m->wants_type[of->type])
			verdict = REFUSED;
		else if (kinds && kinds[i] < KINDS_MAX && verdict == ASK)
			verdict = m->kinds[kinds[i]].verdict;
		m->by_code[i] = (uint8_t)verdict;
		any |= verdict != REFUSED;
	}
	return any;
}

/* Ask the cursor's row, and note what that tells of those with its code. */
static bool
ask_to_learn(struct matches *m)
{
	uint32_t code = cursor_code(m->cursor);
	struct kind *kind = &m->kinds[cursor_kinds(m->cursor)[code]];
	bool yes = ask(m);

	learn(m, kind);
	m->by_code[code] = kind->verdict;
	return yes;
}

/* What the rows of the cursor's pack from FROM to TO - 1 are by their codes: bits of WORDS for
 * each enum verdict but REFUSED. */
static void
look_up_codes(struct matches *m, size_t from, size_t to, uint64_t words[][KNOWN_WORDS])
{
	const uint32_t *codes = m->cursor->codes;
	const uint8_t *by_code = m->by_code;

	cursor_load_codes(m->cursor);
	for (size_t w = from / 64; w * 64 < to; w++) {
		size_t first = w * 64 > from ? w * 64 : from;
		size_t end = (w + 1) * 64 < to ? (w + 1) * 64 : to;
		uint64_t low = 0, high = 0, all;

		/* Without branches: nobody can guess what the next row is. */
		for (size_t i = first; i < end; i++) {
			uint64_t verdict = by_code[codes[i]];

			low |= (verdict & 1) << i % 64;
			high |= (verdict >> 1) << i % 64;
		}
		all = UINT64_MAX >> (64 - (end - first)) << first % 64;
		words[LEARN][w] = all & ~low & ~high;
		words[ASK][w] = low & ~high;
		words[WANTED][w] = high & ~low;
	}
}

/* What the rows of the cursor's pack from FROM to TO - 1 are by their codes: WANTED ones, and
 * those to ASK; others are asked at once. */
static void
sort_out(struct matches *m, size_t from, size_t to, uint64_t *wanted, uint64_t *asking)
{
	struct cursor *c = m->cursor;
	uint64_t unwanted[KNOWN_WORDS] = { 0 }, words[REFUSED][KNOWN_WORDS] = { 0 };

	for (size_t i = 0; i < m->n_sifts; i++)
		sift_add_unwanted(m->sifts[i], c, unwanted);
	look_up_codes(m, from, to, words);
	for (size_t w = 0; w < KNOWN_WORDS; w++) {
		wanted[w] = words[WANTED][w] & ~unwanted[w];
		asking[w] = words[ASK][w] & ~unwanted[w];
		for (uint64_t left = words[LEARN][w] & ~unwanted[w]; left; left &= left - 1) {
			uint64_t bit = left & -left;
			size_t i = w * 64 + (size_t)__builtin_ctzll(left);

			/* What one told of its code the next need not be asked. */
			switch (m->by_code[c->codes[i]]) {
			case WANTED:
				wanted[w] |= bit;
				break;
			case ASK:
				asking[w] |= bit;
				break;
			case LEARN:
				cursor_go(c, c->chunk, (uint32_t)(c->first + i));
				wanted[w] |= ask_to_learn(m) ? bit : 0;
				break;
			default:
				break;
			}
		}
	}
}

/* Leave of ROWS those of the time that is wanted. */
static void
keep_in_window(struct matches *m, uint64_t *rows)
{
	struct cursor *c = m->cursor;
	const struct column *column = &c->chunk->columns[COL_TIME];
	const struct pack *pack = &column->packs[c->first / PACK_ROWS];
	const uint64_t *times;

	if (!m->has_window || (pack->min >= m->from_ns && pack_most(pack) <= m->to_ns))
		return;
	times = cursor_column(c, COL_TIME);
	for (size_t w = 0; w < KNOWN_WORDS; w++) {
		for (uint64_t left = rows[w]; left; left &= left - 1) {
			size_t i = w * 64 + (size_t)__builtin_ctzll(left);

			if (times[i] < m->from_ns || times[i] > m->to_ns)
				rows[w] &= ~((uint64_t)1 << i % 64);
		}
	}
}

/* Look at the rows of the cursor's pack from FROM to TO - 1. */
static void
scan_pack(struct matches *m, size_t from, size_t to, struct collecting *out)
{
	uint64_t wanted[KNOWN_WORDS] = { 0 }, asking[KNOWN_WORDS] = { 0 };

	sort_out(m, from, to, wanted, asking);
	for (size_t i = 0; i < m->n_sifts; i++)
		sift_pack(m->sifts[i], m->cursor, asking);
	for (size_t w = 0; w < KNOWN_WORDS; w++)
		wanted[w] |= asking[w];
	keep_in_window(m, wanted);
	out->f(out->ctx, m->cursor, wanted);
}

/* The same of a chunk that is open: it has no codes yet. */
static void
scan_open(struct matches *m, size_t from, size_t to, struct collecting *out)
{
	struct cursor *c = m->cursor;
	uint64_t wanted[KNOWN_WORDS] = { 0 };

	for (size_t i = from; i < to; i++) {
		cursor_go(c, c->chunk, (uint32_t)(c->first + i));
		if (wants_flags(m, cursor_value(c, COL_FLAGS)) && ask(m))
			wanted[i / 64] |= (uint64_t)1 << i % 64;
	}
	keep_in_window(m, wanted);
	out->f(out->ctx, c, wanted);
}

/* Look at the rows FROM .. TO - 1 of chunk C. */
static void
scan(struct matches *m, const struct chunk *c, uint32_t from, uint32_t to,
     struct collecting *out)
{
	cursor_go(m->cursor, c, from);
	if (c->combined && !find_codes(m, c))
		return;
	for (uint32_t row = from, last; row < to; row = last) {
		uint32_t first = row & ~(PACK_ROWS - 1);

		last = first + PACK_ROWS < to ? first + PACK_ROWS : to;
		cursor_go(m->cursor, c, row);
		if (c->combined)
			scan_pack(m, row - first, last - first, out);
		else
			scan_open(m, row - first, last - first, out);
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
put_numbers(void *ctx, struct cursor *c, const uint64_t *rows)
{
	struct numbers *numbers = ctx;
	uint64_t first = c->chunk->first + c->first;

	for (size_t w = 0; w < KNOWN_WORDS; w++)
		for (uint64_t left = rows[w]; left; left &= left - 1)
			numbers->out[numbers->n++] =
				first + w * 64 + (uint64_t)__builtin_ctzll(left);
}

size_t
matches_more(struct matches *m, size_t max, uint64_t *out, bool *is_done)
{
	struct numbers numbers = { out, 0 };
	struct collecting collecting = { put_numbers, &numbers };
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

bool
matches_needs_bytes(const struct matches *m)
{
	bool needs = false;

	for (size_t i = 0; i < m->n_sifts; i++)
		needs |= sift_needs_bytes(m->sifts[i]);
	return needs;
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
