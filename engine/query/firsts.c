#include "engine/query/firsts.h"

#include <stdlib.h>

#include "engine/base/mem.h"
#include "engine/query/gather.h"
#include "engine/query/known.h"
#include "engine/store/keepsakes.h"

struct firsts {
	struct keepsakes *from;
	uint64_t first, end;		/* the events that were looked at */
	size_t n;
	uint64_t events[];		/* in their order */
};

bool
firsts_are_kept(const struct snapshot *snap)
{
	return snap->n_chunks && snap->chunks[snap->n_chunks - 1].c->is_sealed;
}

/* What decides which events are the first ones. */
static void
put_name(const struct gather *g, struct text *name)
{
	text_str(name, "firsts ");
	for (size_t i = 0; i < g->plan->n_keys; i++) {
		text_char(name, (char)('0' + g->keys[i].entity));
		if (g->keys[i].term)
			operand_print(term_operand(g->keys[i].term), name);
		text_char(name, '\0');
	}
	for (size_t i = 0; i < g->n_sifts; i++)
		sift_put_name(g->sifts[i], g->cursor, name);
	known_put_style(g->cursor, name);
}

static struct keepsake_name
name_of(const struct gather *g, const struct text *text)
{
	return (struct keepsake_name){
		.name = { (const uint8_t *)text->p, text->len },
		.age = g->plan->snap->learned,
	};
}

struct firsts *
firsts_borrow(const struct gather *g)
{
	const struct snapshot *snap = g->plan->snap;
	struct keepsakes *from = store_keepsakes(snap->store);
	struct keepsake_name name;
	struct text text = { 0 };
	struct firsts *f;

	put_name(g, &text);
	name = name_of(g, &text);
	f = keepsakes_borrow(from, &name);
	text_fini(&text);
	if (!f || (f->first == snap->first && f->end == snap->end))
		return f;
	keepsakes_give_back(from, f);
	return NULL;
}

static int
by_number(const void *a, const void *b)
{
	const uint64_t *x = a, *y = b;

	return (*x > *y) - (*x < *y);
}

struct firsts *
firsts_keep(const struct gather *g)
{
	const struct snapshot *snap = g->plan->snap;
	size_t len = sizeof(struct firsts) + g->n_groups * sizeof(uint64_t);
	struct keepsake_name name;
	struct text text = { 0 };
	struct firsts *f;

	f = xmalloc(len);
	*f = (struct firsts){ store_keepsakes(snap->store), snap->first, snap->end,
			      g->n_groups };
	for (size_t i = 0; i < f->n; i++)
		f->events[i] = g->groups[i].first;
	qsort(f->events, f->n, sizeof(*f->events), by_number);
	put_name(g, &text);
	name = name_of(g, &text);
	keepsakes_put(f->from, &name, f, len, free);
	text_fini(&text);
	return f;
}

void
firsts_give_back(struct firsts *f)
{
	if (f)
		keepsakes_give_back(f->from, f);
}

bool
firsts_has(const struct firsts *f, uint64_t event)
{
	return bsearch(&event, f->events, f->n, sizeof(event), by_number);
}
