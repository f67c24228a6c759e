#include "engine/query/facts.h"

#include <stdlib.h>
#include <string.h>

#include "engine/base/mem.h"
#include "engine/query/crew.h"
#include "engine/query/term.h"
#include "engine/store/keepsakes.h"

static void
print_operand(const struct operand *o, struct text *t)
{
	t->len = 0;
	operand_print(o, t);
	text_char(t, '\0');
}

/* The index of what has the operand TEXT, or l->n. */
static size_t
find(const struct facts_list *l, const struct text *text)
{
	size_t i = 0;

	while (i < l->n && (l->uses[i].text_len != text->len ||
			    memcmp(l->uses[i].name.p, text->p, text->len)))
		i++;
	return i;
}

void
facts_want(struct facts_list *l, const struct operand *o)
{
	struct text text = { 0 };

	print_operand(o, &text);
	if (l->n == FACTS_MAX || find(l, &text) < l->n) {
		text_fini(&text);
		return;
	}
	l->uses[l->n].name = text;
	l->uses[l->n++].text_len = text.len;
}

const struct facts *
facts_of(const struct facts_list *l, const struct operand *o)
{
	struct text text = { 0 };
	size_t i;

	if (!l->n)
		return NULL;
	print_operand(o, &text);
	i = find(l, &text);
	text_fini(&text);
	return i < l->n ? l->uses[i].facts : NULL;
}

void
facts_fini(struct facts_list *l)
{
	for (size_t i = 0; i < l->n; i++) {
		if (l->uses[i].facts)
			keepsakes_give_back(l->from, l->uses[i].facts);
		text_fini(&l->uses[i].name);
	}
	l->n = 0;
}

/* Finding out --------------------------------------------------------- */

static void
free_facts(void *thing)
{
	struct facts *f = thing;

	bag_fini(&f->values);
	free(f->ids);
	free(f);
}

static size_t
bytes_of(const struct facts *f)
{
	return sizeof(*f) + f->n_slots * sizeof(*f->ids) + bag_bytes(&f->values);
}

#define SLOTS_EACH 1024u		/* are asked without looking whether to stop */

static bool
is_cancelled(const struct facts_list *l)
{
	return l->cancel && atomic_load(l->cancel);
}

/* What the operand TEXT says of the descriptors of C's snapshot. NULL: it cannot be told by
 * them alone, or it is to stop. */
static struct facts *
find_out(const struct facts_list *l, const char *text, struct cursor *c)
{
	struct term *term = term_new(text, NULL);
	struct facts *f;

	if (!term)
		return NULL;
	f = xzalloc(sizeof(*f));
	f->values.type = term_type(term);
	f->n_slots = c->snap->n_fd_versions;
	f->ids = xzalloc((f->n_slots + 1) * sizeof(*f->ids));
	for (uint32_t slot = 1; slot < f->n_slots; slot++) {
		struct value v;

		if (slot % SLOTS_EACH == 0 && is_cancelled(l)) {
			term_free(term);
			free_facts(f);
			return NULL;
		}
		if (cursor_fd(c, slot))
			f->ids[slot] = term_ask(term, c, &v) ? 1 + bag_put(&f->values, &v) :
							       FACTS_NONE;
	}
	term_free(term);
	return f;
}

struct finding {
	struct facts_list *list;
	const struct snapshot *snap;
	const struct query_style *style;
	_Atomic size_t next;
	struct facts *made[FACTS_MAX];
};

static void
work(void *ctx, unsigned number)
{
	struct finding *x = ctx;
	struct cursor *c = NULL;
	size_t i;

	(void)number;
	while ((i = atomic_fetch_add(&x->next, 1)) < x->list->n) {
		if (x->list->uses[i].facts || is_cancelled(x->list))
			continue;
		if (!c)
			c = cursor_new(x->snap, x->style);
		x->made[i] = find_out(x->list, x->list->uses[i].name.p, c);
	}
	cursor_free(c);
}

/* Find out what is missing. */
static void
make(struct finding *x, unsigned n_threads)
{
	unsigned missing = 0;

	for (size_t i = 0; i < x->list->n; i++)
		missing += !x->list->uses[i].facts;
	if (missing)
		crew_run(x->list->crew, n_threads < missing ? n_threads : missing, work, x);
}

/* What else decides what an operand says. */
static void
finish_name(struct text *name, const struct snapshot *snap, const struct query_style *style)
{
	const struct query_style none = { 0 }, *s = style ? style : &none;
	uint64_t first_ns = snap->n_sections ? snap->sections[0].first_ns : 0;

	text_bytes(name, (const char *)&s->utc_offset, sizeof(s->utc_offset));
	text_bytes(name, (const char *)&s->service, sizeof(s->service));
	text_bytes(name, (const char *)&s->machine, sizeof(s->machine));
	text_bytes(name, (const char *)&first_ns, sizeof(first_ns));
}

void
facts_borrow(struct facts_list *l, const struct snapshot *snap,
	     const struct query_style *style, unsigned n_threads)
{
	struct finding x = { .list = l, .snap = snap, .style = style };
	struct keepsake_name name = { .age = snap->learned, .slots_age = snap->slots_age };

	l->from = store_keepsakes(snap->store);
	for (size_t i = 0; i < l->n; i++) {
		struct facts *f;

		finish_name(&l->uses[i].name, snap, style);
		name.name = (struct span){ (const uint8_t *)l->uses[i].name.p,
					   l->uses[i].name.len };
		f = keepsakes_borrow(l->from, &name);
		/* While a capture is being read there are ever more. */
		if (f && n_threads && f->n_slots < snap->n_fd_versions / 4 * 3) {
			keepsakes_give_back(l->from, f);
			f = NULL;
		}
		l->uses[i].facts = f;
	}
	if (!n_threads)
		return;
	make(&x, n_threads);
	for (size_t i = 0; i < l->n; i++) {
		if (!x.made[i])
			continue;
		l->uses[i].facts = x.made[i];
		name.name = (struct span){ (const uint8_t *)l->uses[i].name.p,
					   l->uses[i].name.len };
		keepsakes_put(l->from, &name, x.made[i], bytes_of(x.made[i]), free_facts);
	}
}
