#include "engine/query/tree.h"

#include <stdlib.h>
#include <string.h>

#include "engine/base/mem.h"
#include "engine/query/cells.h"
#include "engine/query/crew.h"
#include "engine/query/gather.h"

#define LEVELS_MAX 4096

/* The rows by the value of their first key. */
struct family {
	struct bag keys;
	size_t *rows;			/* by id - 1 */
	size_t *first, *next;		/* kids of each row, in their order; SIZE_MAX */
};

/* Put the N rows at ROWS, which are in their order, to OUT: children below parents. How many
 * these are. */
static size_t
place_rows(const struct family *f, const struct table_row *rows, size_t n,
	   struct table_row *out)
{
	/* Without recursion: what is made up may be deep. */
	size_t stack[LEVELS_MAX], depth = 0, at = 0;
	size_t *where = xreallocarray(NULL, n, sizeof(*where));

	stack[0] = f->first[n];
	while (at < n) {
		size_t r = stack[depth];

		if (r == SIZE_MAX) {
			if (!depth)
				break;
			depth--;
			continue;
		}
		stack[depth] = f->next[r];
		out[at] = rows[r];
		out[at].level = (unsigned)depth;
		where[r] = at;
		out[at].parent = rows[r].parent == SIZE_MAX ? SIZE_MAX :
				 where[rows[r].parent];
		at++;
		if (depth + 1 < LEVELS_MAX)
			stack[++depth] = f->first[r];
	}
	free(where);
	return at;
}

/* Would it make a ring, or too deep a tree, to put ROW below PARENT? */
static bool
makes_ring(const struct table_row *rows, size_t row, size_t parent)
{
	unsigned level = 1;

	for (; parent != SIZE_MAX && level < LEVELS_MAX; parent = rows[parent].parent, level++)
		if (parent == row)
			return true;
	return parent != SIZE_MAX;
}

/* What rows have as their parents, each thread of a part of them. */
struct asking {
	struct making *makings;
	unsigned n_parts;
	const struct tree *tree;
	struct arena *arenas;		/* of texts, one a thread */
	struct value *values;
	bool *known;
};

static void
ask_part(void *ctx, unsigned part)
{
	const struct asking *a = ctx;
	struct gather *g = a->makings[part].g;
	size_t n = a->tree->n, end = n * (part + 1) / a->n_parts;
	struct term *term = term_new(g->plan->q->view->parent.text, NULL);

	for (size_t i = n * part / a->n_parts; term && i < end; i++) {
		struct value *v = &a->values[i];

		a->known[i] = cells_ask_group(g, a->tree->groups[i], term, v);
		if (a->known[i] && (term_type(term) == T_STR || term_type(term) == T_DATA))
			v->s.p = (const uint8_t *)arena_strndup(&a->arenas[part],
								(const char *)v->s.p, v->s.len);
	}
	term_free(term);
}

/* Let rows know which row has the key that VALUES say, where that is KNOWN. */
static void
join(struct family *f, const struct tree *t, const struct asking *a)
{
	struct table_row *rows = t->rows;
	uint32_t known;			/* ids of rows; what is put later is of none */

	for (size_t i = 0; i < t->n; i++) {
		const struct cell *cell = &rows[i].cells[0];
		uint32_t id = cell->state ? bag_put(&f->keys, &cell->value) : 0;

		if (id)
			f->rows[id - 1] = i;
	}
	known = f->keys.n;
	for (size_t i = 0; i < t->n; i++) {
		uint32_t id = a->known[i] ? bag_put(&f->keys, &a->values[i]) : 0;

		if (id && id <= known && !makes_ring(rows, i, f->rows[id - 1]))
			rows[i].parent = f->rows[id - 1];
	}
}

static void
find_parents(struct making *makings, unsigned n_threads, struct family *f, const struct tree *t)
{
	struct asking a = { makings, n_threads, t, NULL, NULL, NULL };

	f->keys.type = term_type(makings[0].g->keys[0].term);
	a.arenas = xzalloc(n_threads * sizeof(*a.arenas));
	a.values = xreallocarray(NULL, t->n + 1, sizeof(*a.values));
	a.known = xzalloc(t->n + 1);
	crew_run(makings[0].g->plan->q->crew, n_threads, ask_part, &a);
	join(f, t, &a);
	for (unsigned i = 0; i < n_threads; i++)
		arena_fini(&a.arenas[i]);
	free(a.arenas);
	free(a.values);
	free(a.known);
}

void
tree_make(struct making *makings, unsigned n_threads, struct tree *t)
{
	size_t n = t->n;
	struct family f = { 0 };
	struct table_row *out = xreallocarray(NULL, n + 1, sizeof(*out));

	f.rows = xreallocarray(NULL, n + 1, sizeof(*f.rows));
	f.first = xreallocarray(NULL, n + 1, sizeof(*f.first));
	f.next = xreallocarray(NULL, n + 1, sizeof(*f.next));
	find_parents(makings, n_threads, &f, t);
	for (size_t i = 0; i <= n; i++)
		f.first[i] = SIZE_MAX;
	for (size_t i = n; i--;) {
		size_t parent = t->rows[i].parent == SIZE_MAX ? n : t->rows[i].parent;

		f.next[i] = f.first[parent];
		f.first[parent] = i;
	}
	t->n = place_rows(&f, t->rows, n, out);
	memcpy(t->rows, out, t->n * sizeof(*out));
	bag_fini(&f.keys);
	free(f.rows);
	free(f.first);
	free(f.next);
	free(out);
}
