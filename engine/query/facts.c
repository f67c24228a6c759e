#include "engine/query/facts.h"

#include <stdlib.h>
#include <string.h>

#include "engine/base/mem.h"
#include "engine/query/crew.h"
#include "engine/query/term.h"
#include "engine/query/verdicts.h"
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

/* The use of O in L; NULL: there are too many. */
static struct facts_use *
want(struct facts_list *l, const struct operand *o)
{
	struct text text = { 0 };
	size_t i;

	print_operand(o, &text);
	i = find(l, &text);
	if (i < l->n || l->n == FACTS_MAX) {
		text_fini(&text);
	} else {
		l->uses[i] = (struct facts_use){ .name = text, .text_len = text.len };
		l->n++;
	}
	return i < l->n ? &l->uses[i] : NULL;
}

size_t
facts_want(struct facts_list *l, const struct operand *o, bool is_worth)
{
	struct facts_use *use = want(l, o);

	if (!use)
		return FACTS_MAX;
	use->is_worth |= is_worth;
	return (size_t)(use - l->uses);
}

void
facts_want_there(struct facts_list *l, const struct operand *o, uint8_t bit)
{
	struct facts_use *use = want(l, o);

	if (use)
		use->bits |= bit;
	else
		l->there = NULL;
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
#define SLOTS_A_TEXT 8u			/* at most: room for that many texts is had at once */
#define TEXTS_LEN (64u << 10)		/* texts come in pieces of so many bytes */

#define WAITING 16u			/* texts that are not in their bag yet */
#define FETCH_AFTER 5u			/* others, that of one is fetched further */

/* A text that goes into a bag once its place there was fetched. */
struct waiting {
	uint32_t slot;
	uint64_t hash;
	struct value value;
	struct text words;		/* what it stands in */
};

struct queue {
	struct waiting ring[WAITING];
	uint32_t n_put, n;		/* so many went, came */
};

/* What is missing is found out by several threads, each of a part of the slots; their values
 * are put together in the end. */
struct part {
	struct bag values[FACTS_MAX];
	uint32_t first, end;		/* slots */
	struct term *terms[FACTS_MAX];	/* owned; NULL: it is not asked */
	struct queue *queues[FACTS_MAX];	/* owned; NULL: it is no text */
	struct value seen[FACTS_MAX];	/* of those that no facts are made of */
	struct text words[FACTS_MAX];	/* what they stand in */
	struct cursor *cursor;		/* owned */
};

struct finding {
	struct facts_list *list;
	const struct snapshot *snap;
	const struct query_style *style;
	struct facts *made[FACTS_MAX];	/* NULL: that is not missing, or cannot be told */
	struct part *parts;		/* owned */
	unsigned n_parts;
	atomic_bool was_stopped;
};

static bool
is_cancelled(const struct facts_list *l)
{
	return l->cancel && atomic_load(l->cancel);
}

/* Is V a descriptor that is asked about? */
static bool
is_wanted(const struct finding *x, const struct fd_version *v)
{
	return v && v->known && x->list->kinds >> v->kind & 1;
}

/* Note what the descriptor where P's cursor is, SLOT, has values for. */
static void
note_there(const struct finding *x, const struct part *p, uint32_t slot)
{
	uint8_t *answers = x->list->there->answers, answer = FACTS_ASKED;
	struct value v;

	if (verdicts_get(answers, slot))
		return;
	for (size_t i = 0; i < x->list->n; i++)
		if (x->list->uses[i].bits && term_ask(p->terms[i], p->cursor, &v))
			answer |= x->list->uses[i].bits;
	verdicts_note(answers, slot, answer);
}

/* The oldest text that waits for facts I goes. */
static void
put_oldest(const struct finding *x, struct part *p, size_t i)
{
	struct queue *q = p->queues[i];
	const struct waiting *w = &q->ring[q->n_put++ % WAITING];

	x->made[i]->ids[w->slot] = 1 + bag_put_hashed(&p->values[i], &w->value, w->hash);
}

/* Let V, a text, stand in WORDS: the next one may be in the place where it is. */
static void
keep_words(struct value *v, struct text *words)
{
	words->len = 0;
	text_room(words, v->s.len + 1);
	text_bytes(words, v->s.p, v->s.len);
	v->s.p = (const uint8_t *)words->p;
}

/* Let V, what is said of SLOT, wait for facts I: where it waits. */
static const struct value *
put_later(const struct finding *x, struct part *p, size_t i, uint32_t slot, const struct value *v)
{
	struct queue *q = p->queues[i];
	struct waiting *w;

	if (q->n - q->n_put == WAITING)
		put_oldest(x, p, i);
	w = &q->ring[q->n % WAITING];
	w->slot = slot;
	w->value = *v;
	keep_words(&w->value, &w->words);
	w->hash = bag_hash(&p->values[i], v);
	for (uint32_t step = 0; step <= 2 && q->n - q->n_put >= step * FETCH_AFTER; step++)
		bag_fetch(&p->values[i], q->ring[(q->n - step * FETCH_AFTER) % WAITING].hash,
			  step);
	q->n++;
	return &w->value;
}

/* The number of what TERM says of the descriptor where C is. What follows often has the same. */
static uint32_t
ask(struct term *term, struct cursor *c, struct bag *values)
{
	struct value v;

	if (!term_ask(term, c, &v))
		return FACTS_NONE;
	if (!values->last || value_order(values->type, &v, bag_get(values, values->last)))
		values->last = bag_put(values, &v);
	return 1 + values->last;
}

/* Find out what operand I says of the descriptor where P's cursor is, SLOT; NULL: nothing. */
static const struct value *
make_fact(const struct finding *x, struct part *p, size_t i, uint32_t slot)
{
	uint32_t *id = &x->made[i]->ids[slot];
	struct value v;

	if (!p->queues[i]) {
		*id = ask(p->terms[i], p->cursor, &p->values[i]);
		return *id == FACTS_NONE ? NULL : bag_get(&p->values[i], *id - 1);
	}
	if (term_ask(p->terms[i], p->cursor, &v))
		return put_later(x, p, i, slot, &v);
	*id = FACTS_NONE;
	return NULL;
}

/* What operand I, of which no facts are made, says of the descriptor where P's cursor is. */
static void
see(struct part *p, const struct facts_list *l, size_t i, uint32_t slot, struct facts_seen *seen)
{
	uint32_t id = facts_id(l->uses[i].facts, slot);
	struct value *v = &p->seen[i];

	seen->is_asked = true;
	if (id) {
		seen->value = id == FACTS_NONE ? NULL :
						 bag_get(&l->uses[i].facts->values, id - 1);
		return;
	}
	if (!term_ask(p->terms[i], p->cursor, v))
		return;
	seen->value = v;
	if (term_type(p->terms[i]) != T_STR && term_type(p->terms[i]) != T_DATA)
		return;
	keep_words(v, &p->words[i]);
}

/* Find out about the descriptor V, which has SLOT. */
static void
ask_slot(struct finding *x, struct part *p, const struct fd_version *v, uint32_t slot)
{
	struct facts_seen seen[FACTS_MAX] = { 0 };
	struct facts_list *l = x->list;

	for (size_t i = 0; i < l->n; i++) {
		if (!x->made[i])
			continue;
		seen[i].is_asked = true;
		seen[i].value = make_fact(x, p, i, slot);
	}
	for (size_t i = 0; i < l->n; i++)
		if (l->uses[i].is_seen && !x->made[i])
			see(p, l, i, slot, &seen[i]);
	if (l->there)
		note_there(x, p, slot);
	if (l->look)
		l->look(l->look_ctx, slot, v, seen);
}

static void
ask_slots(struct finding *x, struct part *p)
{
	for (uint32_t slot = p->first; slot < p->end; slot++) {
		const struct fd_version *v = store_fd_version(x->snap->store, slot);

		if (slot % SLOTS_EACH == 0 && is_cancelled(x->list)) {
			atomic_store(&x->was_stopped, true);
			return;
		}
		if (is_wanted(x, v) && cursor_fd(p->cursor, slot))
			ask_slot(x, p, v, slot);
	}
}

static void
end_queue(const struct finding *x, struct part *p, size_t i)
{
	struct queue *q = p->queues[i];

	if (!q)
		return;
	while (q->n_put < q->n)
		put_oldest(x, p, i);
	for (size_t k = 0; k < WAITING; k++)
		text_fini(&q->ring[k].words);
	free(q);
}

static void
work(void *ctx, unsigned number)
{
	struct finding *x = ctx;
	struct part *p = &x->parts[number];

	p->cursor = cursor_new(x->snap, x->style);
	for (size_t i = 0; i < x->list->n; i++) {
		if (x->made[i] || x->list->uses[i].bits || x->list->uses[i].is_seen)
			p->terms[i] = term_new(x->list->uses[i].name.p, NULL);
		if (!x->made[i])
			continue;
		p->values[i].type = term_type(p->terms[i]);
		p->values[i].arena.block_len = TEXTS_LEN;
		if (p->values[i].type != T_STR)
			continue;
		bag_expect(&p->values[i], (p->end - p->first) / SLOTS_A_TEXT);
		p->queues[i] = xzalloc(sizeof(*p->queues[i]));
	}
	ask_slots(x, p);
	for (size_t i = 0; i < x->list->n; i++) {
		term_free(p->terms[i]);
		text_fini(&p->words[i]);
		end_queue(x, p, i);
	}
	cursor_free(p->cursor);
}

/* Put together the values of operand I, and their numbers. */
static void
put_together(struct finding *x, size_t i)
{
	struct facts *f = x->made[i];

	f->values = x->parts[0].values[i];
	for (unsigned k = 1; k < x->n_parts; k++) {
		const struct part *p = &x->parts[k];
		struct bag *from = &x->parts[k].values[i];
		uint32_t *ids = xreallocarray(NULL, from->n + 1u, sizeof(*ids));

		bag_put_all(&f->values, from, ids);
		for (uint32_t slot = p->first; slot < p->end; slot++)
			if (f->ids[slot] > FACTS_NONE)
				f->ids[slot] = 1 + ids[f->ids[slot] - 2];
		arena_take(&f->values.arena, &from->arena);
		bag_fini(from);
		free(ids);
	}
}

static void
put_together_one(void *ctx, unsigned number)
{
	struct finding *x = ctx;

	for (size_t i = 0; i < x->list->n; i++)
		if (x->made[i] && !number--)
			put_together(x, i);
}

/* Place for what operand I says; NULL: descriptors alone do not tell. */
static struct facts *
new_facts(const struct finding *x, size_t i)
{
	struct term *term = term_new(x->list->uses[i].name.p, NULL);
	struct facts *f;

	if (!term)
		return NULL;
	term_free(term);
	f = xzalloc(sizeof(*f));
	f->n_slots = x->snap->n_fd_versions;
	f->ids = xzalloc((f->n_slots + 1) * sizeof(*f->ids));
	return f;
}

/* Find out what is missing. */
static void
make(struct finding *x, unsigned n_threads)
{
	uint32_t n_slots = x->snap->n_fd_versions;
	unsigned missing = 0;

	for (size_t i = 0; i < x->list->n; i++) {
		if (x->list->uses[i].facts || !x->list->uses[i].is_worth)
			continue;
		x->made[i] = new_facts(x, i);
		missing += x->made[i] != NULL;
	}
	if (!missing)
		return;
	x->n_parts = n_threads < 1 + n_slots / SLOTS_EACH ? n_threads : 1 + n_slots / SLOTS_EACH;
	x->parts = xzalloc(x->n_parts * sizeof(*x->parts));
	for (unsigned k = 0; k < x->n_parts; k++) {
		x->parts[k].first = 1 + (uint32_t)((uint64_t)n_slots * k / x->n_parts);
		x->parts[k].end = 1 + (uint32_t)((uint64_t)n_slots * (k + 1) / x->n_parts);
		if (k + 1 == x->n_parts)
			x->parts[k].end = n_slots;
	}
	crew_run(x->list->crew, x->n_parts, work, x);
	crew_run(x->list->crew, missing, put_together_one, x);
	free(x->parts);
}

/* Append to NAME what else decides what an operand says, in the end about which KINDS of
 * descriptors. */
static void
finish_name(struct text *name, const struct snapshot *snap, const struct query_style *style,
	    uint32_t kinds)
{
	const struct query_style none = { 0 }, *s = style ? style : &none;
	uint64_t first_ns = snap->n_sections ? snap->sections[0].first_ns : 0;

	text_bytes(name, (const char *)&s->utc_offset, sizeof(s->utc_offset));
	text_bytes(name, (const char *)&s->service, sizeof(s->service));
	text_bytes(name, (const char *)&s->machine, sizeof(s->machine));
	text_bytes(name, (const char *)&first_ns, sizeof(first_ns));
	text_bytes(name, (const char *)&kinds, sizeof(kinds));
}

static struct keepsake_name
name_of(const struct facts_list *l, size_t i, const struct snapshot *snap)
{
	return (struct keepsake_name){
		.name = { (const uint8_t *)l->uses[i].name.p, l->uses[i].name.len },
		.age = snap->learned, .slots_age = snap->slots_age,
	};
}

/* What is kept of operand I; NULL: nothing that is new enough to be used, for MAKE. */
static struct facts *
borrow(const struct facts_list *l, size_t i, const struct snapshot *snap, bool make)
{
	const struct text *text = &l->uses[i].name;
	struct keepsake_name name = name_of(l, i, snap);
	struct facts *f = keepsakes_borrow(l->from, &name);

	if (!f && l->kinds != UINT32_MAX) {
		/* What is known of all serves as well. */
		memset(text->p + text->len - sizeof(l->kinds), 0xFF, sizeof(l->kinds));
		f = keepsakes_borrow(l->from, &name);
		memcpy(text->p + text->len - sizeof(l->kinds), &l->kinds, sizeof(l->kinds));
	}
	/* While a capture is being read there are ever more. */
	if (f && make && f->n_slots < snap->n_fd_versions / 4 * 3) {
		keepsakes_give_back(l->from, f);
		f = NULL;
	}
	return f;
}

void
facts_borrow(struct facts_list *l, const struct snapshot *snap,
	     const struct query_style *style, unsigned n_threads)
{
	struct finding x = { .list = l, .snap = snap, .style = style };

	l->from = store_keepsakes(snap->store);
	for (size_t i = 0; i < l->n; i++) {
		finish_name(&l->uses[i].name, snap, style, l->kinds);
		l->uses[i].facts = borrow(l, i, snap, n_threads);
	}
	if (!n_threads)
		return;
	make(&x, n_threads);
	for (size_t i = 0; i < l->n; i++) {
		struct keepsake_name name = name_of(l, i, snap);

		if (x.made[i] && atomic_load(&x.was_stopped)) {
			free_facts(x.made[i]);
		} else if (x.made[i]) {
			l->uses[i].facts = x.made[i];
			keepsakes_put(l->from, &name, x.made[i], bytes_of(x.made[i]),
				      free_facts);
		}
	}
}
