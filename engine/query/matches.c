#include "engine/query/matches.h"

#include <errno.h>
#include <stdlib.h>

#include "engine/base/arena.h"
#include "engine/base/err.h"
#include "engine/base/mem.h"
#include "engine/query/cursor.h"
#include "engine/query/sift.h"

struct matches {
	const struct snapshot *snap;
	struct cursor *cursor;
	struct sift *sifts[MATCHES_FILTERS_MAX];
	size_t n_sifts;
	struct arena arena;
	uint64_t from_ns, to_ns;
	size_t chunk;			/* where it goes on */
	uint32_t row;
	uint64_t n_done;
};

struct matches *
matches_new(const struct snapshot *snap, const struct matches_question *q, struct err *err)
{
	struct matches *m = xzalloc(sizeof(*m));

	m->snap = snap;
	m->from_ns = q->from_ns;
	m->to_ns = q->to_ns ? q->to_ns : UINT64_MAX;
	m->cursor = cursor_new(snap, q->style);
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

static bool
is_wanted(struct matches *m)
{
	uint64_t ns;

	if (cursor_value(m->cursor, COL_FLAGS) & (ROW_STATE_ONLY | ROW_INTERNAL))
		return false;
	if (m->from_ns || m->to_ns != UINT64_MAX) {
		ns = cursor_value(m->cursor, COL_TIME);
		if (ns < m->from_ns || ns > m->to_ns)
			return false;
	}
	for (size_t i = 0; i < m->n_sifts; i++)
		if (!sift_row(m->sifts[i], m->cursor))
			return false;
	return true;
}

size_t
matches_more(struct matches *m, size_t max, uint64_t *out, bool *is_done)
{
	size_t n = 0, looked = 0;

	while (m->chunk < m->snap->n_chunks && looked < max) {
		const struct chunk_view *view = &m->snap->chunks[m->chunk];

		if (m->row >= view->n || (!m->row && is_beside(m, view->c))) {
			m->n_done += view->n - m->row;
			m->chunk++;
			m->row = 0;
			continue;
		}
		cursor_go(m->cursor, view->c, m->row++);
		m->n_done++;
		looked++;
		if (is_wanted(m))
			out[n++] = cursor_number(m->cursor);
	}
	*is_done = m->chunk >= m->snap->n_chunks;
	return n;
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
