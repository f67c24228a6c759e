#include "engine/query/gather.h"

#include <errno.h>
#include <stdlib.h>
#include <string.h>

#include "engine/base/err.h"
#include "engine/base/mem.h"
#include "engine/event/event.h"
#include "engine/query/gather_inside.h"
#include "engine/query/sheet.h"
#include "engine/query/verdicts.h"
#include "engine/world/world.h"

/* Making one ------------------------------------------------------------ */

/* Did a program do events of this type? What was sampled or learned counts in no
 * view; lists show it where their filter asks for it. */
static bool
is_counted(uint16_t id)
{
	const struct event_type *type = &event_types[id];

	if (type->source == ES_ITER || type->flags & EF_UNUSED)
		return false;
	return type->source != ES_METAEVENT || id == EV_TRACER_E || id == EV_TRACER_X;
}

static void
find_types(struct gather *g)
{
	for (uint16_t id = 0; id < EVENT_TYPES; id++) {
		g->wants_type[id] = g->plan->is_list || is_counted(id);
		for (size_t i = 0; i < g->n_sifts; i++)
			g->wants_type[id] &= sift_wants_type(g->sifts[i], id);
	}
}

static int
add_sift(struct gather *g, const char *text, struct err *err)
{
	if (!text || !*text)
		return 0;
	if (g->n_sifts == sizeof(g->sifts) / sizeof(g->sifts[0]))
		return err_set(err, -E2BIG, "more than %zu conditions", g->n_sifts);
	g->sifts[g->n_sifts] = sift_new(text, g->plan->q->options, err);
	return g->sifts[g->n_sifts] ? (int)g->n_sifts++ : err->code;
}

static int
add_sifts(struct gather *g, struct err *err)
{
	const struct query *q = g->plan->q;
	int rc = q->view->filter.filter ? add_sift(g, q->view->filter.text, err) : 0;

	g->n_own_sifts = g->n_sifts;
	for (size_t i = 0; rc >= 0 && i < q->n_filters; i++)
		rc = add_sift(g, q->filters[i], err);
	return rc;
}

/* Has column C values of events? */
static bool
is_of_events(const struct view_column *c)
{
	return c->source == VIEW_FROM_EVENTS && c->aggregation != VIEW_KEY;
}

static int
add_column(struct gather *g, size_t i, struct err *err)
{
	const struct view_column *c = g->plan->columns[i];

	g->how[i] = (struct tally_how){ c->aggregation, T_UINT, &g->arena };
	if (c->of.operand) {
		g->terms[i] = term_new(c->of.text, err);
		if (!g->terms[i])
			return err_in(err, "column %s", c->name);
		if (operand_scope(term_operand(g->terms[i])) == OF_STREAM)
			return err_set(err, -EINVAL, "column %s: %s depends on what is shown "
				       "before it, a table has no order yet", c->name,
				       c->of.text);
		g->how[i].type = term_type(g->terms[i]);
	}
	if (c->only.filter) {
		g->only[i] = sift_new(c->only.text, g->plan->q->options, err);
		if (!g->only[i])
			return err_in(err, "column %s", c->name);
	}
	/* Percentiles are of numbers that count something. */
	if (c->source == VIEW_FROM_HISTORY || c->source == VIEW_FROM_CPU) {
		g->how[i].aggregation = c->across;
		if (c->source == VIEW_FROM_CPU)
			g->how[i].type = T_DOUBLE;
		/* What grows may also shrink. */
		if (g->how[i].type != T_DOUBLE && (c->aggregation == VIEW_CHANGE ||
						   c->aggregation == VIEW_RATE))
			g->how[i].type = T_INT;
	}
	return 0;
}

static bool
has_spread(enum view_aggregation how)
{
	return how == VIEW_P50 || how == VIEW_P95 || how == VIEW_P99;
}

/* Does a tally for HOW say what one for WANTED would, of the same values? */
static bool
serves(enum view_aggregation wanted, enum view_aggregation how)
{
	return wanted == how || (has_spread(wanted) && has_spread(how)) ||
	       ((tally_has_sum(wanted) || wanted == VIEW_COUNT) && tally_has_sum(how));
}

static bool
is_same_text(const char *a, const char *b)
{
	return a && b ? !strcmp(a, b) : a == b;
}

/* Can column I use the tally of column OTHER? */
static bool
can_share(const struct gather *g, size_t i, size_t other)
{
	const struct view_column *a = g->plan->columns[i], *b = g->plan->columns[other];

	return (g->event_columns >> other & 1) && serves(a->aggregation, b->aggregation) &&
	       is_same_text(a->of.operand ? a->of.text : NULL,
			    b->of.operand ? b->of.text : NULL) &&
	       is_same_text(a->only.filter ? a->only.text : NULL,
			    b->only.filter ? b->only.text : NULL);
}

static bool
has_history(const struct view_column *c)
{
	return c->source == VIEW_FROM_HISTORY || c->source == VIEW_FROM_CPU;
}

/* Column I has a tally of its own. */
static void
add_tally(struct gather *g, size_t i)
{
	if (gather_is_last(g, i)) {
		g->tally_of[i] = (uint8_t)g->n_lasts++;
		return;
	}
	g->tally_of[i] = (uint8_t)g->n_tallies;
	g->column_of[g->n_tallies++] = (uint8_t)i;
}

/* Entities have their rows without events, too: what adds nothing to a column then
 * need not be looked at. */
static void
find_columns(struct gather *g)
{
	const struct plan *plan = g->plan;
	const struct view *v = plan->q->view;

	/* From the end: what follows a count is a rate, which has the sum as well. */
	for (size_t i = plan->n_columns; i-- > plan->n_keys;) {
		size_t other = plan->n_columns;

		if (has_history(plan->columns[i]))
			add_tally(g, i);
		if (!is_of_events(plan->columns[i]))
			continue;
		while (--other > i && !can_share(g, i, other))
			continue;
		if (other == i)
			add_tally(g, i);
		g->tally_of[i] = g->tally_of[other];
		g->event_columns |= 1ull << other;
	}
	g->kinds = xmalloc((KINDS_MAX + 1) * sizeof(*g->kinds));
	for (size_t i = 0; i <= KINDS_MAX; i++)
		g->kinds[i] = (struct gather_kind){ .columns = g->event_columns,
						    .sifts = UINT32_MAX };
	/* Behind a loss it matters that something happened, even if no column shows it. */
	g->may_skip = v->rows == VIEW_ROWS_ENTITIES && !g->n_sifts && plan->n_keys == 1 &&
		      plan->columns[0]->key_entity == v->entity && !plan->snap->n_losses;
}

/* Give columns that show what the last event has bits where slots decide whether they have a
 * value, as long as there are some. */
static void
find_lasts(struct gather *g)
{
	g->all_of_fd = g->all_of_thread = FACTS_ASKED;
	for (size_t i = g->plan->n_keys; i < g->plan->n_columns; i++) {
		bool is_of_fd = gather_is_of_fd(g, i);
		uint8_t *all = is_of_fd ? &g->all_of_fd : &g->all_of_thread;

		if (!gather_is_last(g, i) || !g->terms[i] || *all == UINT8_MAX ||
		    (!is_of_fd && term_how(g->terms[i]) != TERM_BY_THREAD))
			continue;
		g->last_bit[i] = *all + 1 - FACTS_ASKED;
		g->last_by[i] = is_of_fd ? COL_FD : COL_THREAD;
		*all |= g->last_bit[i];
	}
}

/* Which slot decides the key? COLUMNS: none. */
static enum column_id
slot_of_key(const struct key *key)
{
	if (key->entity)
		return key->entity == VIEW_DESCRIPTOR ? COL_FD : COL_THREAD;
	switch (term_how(key->term)) {
	case TERM_BY_THREAD:
		return COL_THREAD;
	case TERM_BY_FD:
		return COL_FD;
	default:
		return COLUMNS;
	}
}

struct gather *
gather_new(const struct plan *plan, struct err *err)
{
	struct gather *g = xzalloc(sizeof(*g));

	g->plan = plan;
	g->cursor = cursor_new(plan->snap, plan->q->style);
	g->skip_flags = ROW_INTERNAL | ROW_STATE_ONLY;
	if (!plan->is_list && plan->q->view->rows != VIEW_ROWS_PENDING)
		g->skip_flags |= ROW_ENTER;
	if (add_sifts(g, err) < 0)
		goto fail;
	find_types(g);
	for (size_t i = 0; i < g->n_sifts; i++) {
		g->keeps_refused |= sift_keeps(g->sifts[i]);
		g->needs_bytes |= sift_needs_bytes(g->sifts[i]);
	}
	for (size_t i = 0; i < plan->n_columns; i++)
		if (add_column(g, i, err) < 0)
			goto fail;
	find_columns(g);
	find_lasts(g);
	for (size_t i = 0; i < plan->n_keys; i++) {
		struct key *key = &g->keys[i];

		key->term = g->terms[i];
		key->entity = plan->columns[i]->key_entity;
		key->by = slot_of_key(key);
		key->needs_bytes = !key->entity && term_needs_bytes(term_operand(key->term));
		key->bag.type = term_type(key->term);
		g->needs_bytes |= key->needs_bytes;
	}
	g->groups_by = plan->n_keys ? g->keys[0].by : COLUMNS;
	for (size_t i = 1; i < plan->n_keys; i++)
		if (g->keys[i].by != g->groups_by)
			g->groups_by = COLUMNS;
	return g;

fail:
	gather_free(g);
	return NULL;
}

void
gather_free(struct gather *g)
{
	if (!g)
		return;
	for (size_t i = 0; i < g->n_groups; i++)
		for (size_t k = 0; k < g->n_tallies && g->groups[i].tallies; k++)
			tally_fini(&g->groups[i].tallies[k], &g->how[g->column_of[k]]);
	for (size_t i = 0; i < g->n_rooms; i++)
		free(g->rooms[i]);
	free(g->rooms);
	free(g->groups);
	free(g->slots);
	free(g->by_key);
	free(g->by_keys);
	free(g->kinds);
	free(g->codes);
	free(g->memo);
	free(g->group_of_slot);
	verdicts_give_back(g->lasts_of_fd);
	free(g->lasts_of_thread);
	free(g->counted);
	free(g->list);
	for (size_t i = 0; i < KEYS_MAX; i++) {
		bag_fini(&g->keys[i].bag);
		free(g->keys[i].by_slot);
		free(g->keys[i].by_number);
		free(g->keys[i].among);
	}
	for (size_t i = 0; i < COLUMNS_MAX; i++) {
		term_free(g->terms[i]);
		sift_free(g->only[i]);
	}
	for (size_t i = 0; i < g->n_sifts; i++)
		sift_free(g->sifts[i]);
	gather_sums_free(g->sums);
	cursor_free(g->cursor);
	arena_fini(&g->arena);
	free(g);
}

void
gather_shrink(struct gather *g)
{
	free(g->slots);
	free(g->by_key);
	free(g->by_keys);
	free(g->kinds);
	free(g->codes);
	free(g->memo);
	free(g->group_of_slot);
	verdicts_give_back(g->lasts_of_fd);
	free(g->lasts_of_thread);
	free(g->counted);
	free(g->list);
	g->slots = g->counted = NULL;
	g->lasts_of_fd = NULL;
	g->lasts_of_thread = NULL;
	g->by_key = g->by_keys = g->group_of_slot = NULL;
	g->memo = NULL;
	g->kinds = NULL;
	g->codes = NULL;
	g->list = NULL;
	g->n_slots = g->n_by_key = g->cap_codes = g->n_list = g->cap_list = 0;
	gather_sums_free(g->sums);
	g->sums = NULL;
	for (size_t i = 0; i < KEYS_MAX; i++) {
		free(g->keys[i].by_slot);
		free(g->keys[i].by_number);
		g->keys[i].by_slot = g->keys[i].by_number = NULL;
	}
}

/* Columns whose terms are asked of each row; keys are. */
static bool
asks_rows(const struct gather *g, size_t i)
{
	return g->terms[i] && (i < g->plan->n_keys || g->event_columns >> i & 1);
}

/* Borrow what is known of which columns that show what the last event has have a value for
 * descriptors, or have it kept. */
static void
share_lasts(struct gather *g)
{
	struct text name = { 0 };
	bool any = false;

	if (g->lasts_of_fd)
		return;
	text_str(&name, "lasts");
	for (size_t i = g->plan->n_keys; i < g->plan->n_columns; i++) {
		if (!g->last_bit[i] || g->last_by[i] != COL_FD)
			continue;
		text_char(&name, ' ');
		operand_print(term_operand(g->terms[i]), &name);
		any = true;
	}
	if (any)
		g->lasts_of_fd = verdicts_borrow(g->plan->snap, &name);
	text_fini(&name);
}

/* What was found out of a descriptor is told to all conditions. */
static void
look(void *ctx, uint32_t slot, const struct fd_version *v, const struct facts_seen *seen)
{
	struct gather *g = ctx;

	for (size_t i = 0; i < g->n_sifts; i++)
		sift_look(g->sifts[i], slot, v, seen);
	for (size_t i = 0; i < g->plan->n_columns; i++)
		if (g->only[i])
			sift_look(g->only[i], slot, v, seen);
}

static void
start_sifts(struct gather *g)
{
	for (size_t i = 0; i < g->n_sifts; i++)
		sift_start(g->sifts[i], g->cursor);
	for (size_t i = 0; i < g->plan->n_columns; i++)
		if (g->only[i])
			sift_start(g->only[i], g->cursor);
}

/* What the conditions of a view say of a descriptor is kept by themselves, and of columns that
 * show what the last event has, whether there is anything: neither is worth more. */
void
gather_want_facts(struct gather *g, struct facts_list *l)
{
	share_lasts(g);
	start_sifts(g);
	l->there = g->lasts_of_fd;
	l->look = look;
	l->look_ctx = g;
	l->kinds = UINT32_MAX;
	for (size_t i = 0; i < g->n_sifts; i++) {
		sift_want_facts(g->sifts[i], l, i >= g->n_own_sifts);
		l->kinds &= sift_fd_kinds(g->sifts[i], g->cursor);
	}
	for (size_t i = 0; i < g->plan->n_columns; i++) {
		if (asks_rows(g, i))
			term_want_facts(g->terms[i], l, !gather_is_last(g, i));
		if (g->last_bit[i] && g->last_by[i] == COL_FD)
			term_want_there(g->terms[i], l, g->last_bit[i]);
		if (g->only[i])
			sift_want_facts(g->only[i], l, false);
	}
}

void
gather_use_facts(struct gather *g, const struct facts_list *l)
{
	for (size_t i = 0; i < g->n_sifts; i++)
		sift_use_facts(g->sifts[i], l);
	for (size_t i = 0; i < g->plan->n_columns; i++) {
		if (g->terms[i])
			term_use_facts(g->terms[i], l);
		if (g->only[i])
			sift_use_facts(g->only[i], l);
	}
	start_sifts(g);
	for (size_t i = 0; i < g->plan->n_keys; i++) {
		const struct facts *f = g->keys[i].entity ? NULL : term_facts(g->keys[i].term);

		if (f)
			g->keys[i].bag.base = &f->values;
	}
	share_lasts(g);
	gather_make_places(g);
}

bool
gather_asks_bytes(const struct gather *g)
{
	for (size_t i = 0; i < g->n_sifts; i++)
		if (sift_keeps(g->sifts[i]))
			return true;
	for (size_t i = 0; i < g->plan->n_columns; i++)
		if (!g->plan->is_list && asks_rows(g, i) &&
		    term_how(g->terms[i]) == TERM_BY_EVENT)
			return true;
	return gather_shows_bytes(g);
}

bool
gather_shows_bytes(const struct gather *g)
{
	for (size_t i = 0; i < g->plan->n_columns; i++)
		if (g->plan->is_list && g->terms[i] && term_how(g->terms[i]) == TERM_BY_EVENT)
			return true;
	return false;
}

/* Keys of rows -------------------------------------------------------- */

/* The index + 1 of the entity that C's row belongs to; 0: none. */
static uint32_t
entity_of_row(struct cursor *c, enum view_entity entity)
{
	const struct store *s = c->snap->store;
	const struct thread_version *tv;
	const struct process_version *pv;
	const struct fd_version *fv;

	if (entity == VIEW_DESCRIPTOR) {
		fv = store_fd_version(s, (uint32_t)cursor_value(c, COL_FD));
		return fv && fv->known ? fv->entity + 1 : 0;
	}
	tv = store_thread_version(s, (uint32_t)cursor_value(c, COL_THREAD));
	if (!tv || !tv->of)
		return tv && entity == VIEW_CONTAINER ? tv->container + 1 : 0;
	if (entity == VIEW_THREAD)
		return tv->of->index + 1;
	pv = store_process_version(s, tv->process);
	return entity == VIEW_PROCESS ? pv->of->index + 1 : pv->container + 1;
}

static uint32_t
id_of_row(struct key *key, struct cursor *c)
{
	uint32_t number, id;
	struct value v;
	uint64_t age;

	if (key->entity)
		return entity_of_row(c, key->entity);
	number = term_number(key->term, c, &age);
	if (number == SHEET_NONE)
		return 0;
	if (number && age != key->numbers_age) {
		if (!key->by_number)
			key->by_number = xmalloc(SHEET_NUMBERS * sizeof(*key->by_number));
		memset(key->by_number, 0, SHEET_NUMBERS * sizeof(*key->by_number));
		key->numbers_age = age;
	}
	if (number && key->by_number[number])
		return key->by_number[number];
	id = term_get(key->term, c, &v) ? bag_put(&key->bag, &v) : 0;
	if (number)
		key->by_number[number] = id;
	return id;
}

uint32_t
gather_key(struct key *key, struct cursor *c, uint32_t *of_kind)
{
	enum column_id by = key->by;
	uint32_t slot, *id;

	if (by == COLUMNS && *of_kind)
		return *of_kind - 1;
	if (by == COLUMNS || (key->needs_bytes && cursor_value(c, COL_FLAGS) & ROW_NEEDS_BYTES))
		return id_of_row(key, c);
	slot = (uint32_t)cursor_value(c, by);
	if (key->bag.base && facts_id(term_facts(key->term), slot))
		return facts_id(term_facts(key->term), slot) - 1;
	if (!key->by_slot) {
		key->n_slots = 1 + (by == COL_FD ? c->snap->n_fd_versions :
				    c->snap->n_thread_versions);
		key->by_slot = xzalloc(key->n_slots * sizeof(*key->by_slot));
	}
	id = &key->by_slot[slot];
	if (!*id)
		*id = 1 + id_of_row(key, c);
	return *id - 1;
}

bool
gather_entity_keys(struct gather *g, enum view_entity entity, uint32_t index, uint32_t *keys)
{
	struct value v;

	for (size_t i = 0; i < g->plan->n_keys; i++) {
		struct key *key = &g->keys[i];

		if (key->entity == entity)
			keys[i] = index + 1;
		else if (key->entity == VIEW_CONTAINER && g->cursor->ev.proc)
			keys[i] = g->cursor->ev.container + 1;
		else if (key->entity == VIEW_PROCESS && g->process_index)
			keys[i] = g->process_index + 1;
		else if (key->entity)
			return false;
		else if (operand_scope(term_operand(key->term)) == OF_ENTITY &&
			 term_ask(key->term, g->cursor, &v))
			keys[i] = bag_put(&key->bag, &v);
		else
			return false;
	}
	return true;
}

/* Rows ---------------------------------------------------------------- */

/* Each kind is asked so many times before it is believed to be known: what is not
 * reached by one row is by another. */
#define KIND_ASKED 8

/* A row of KIND, NUMBER in its table, was asked: note what holds for all of them. */
static void
learn_kind(struct gather *g, struct gather_kind *kind, uint32_t number)
{
	const struct plan *plan = g->plan;

	kind->sifts = 0;
	for (size_t i = 0; i < g->n_sifts; i++) {
		enum sift_verdict verdict = sift_kind(g->sifts[i], g->cursor);

		kind->refusing |= (uint32_t)(verdict == SIFT_NO) << i;
		kind->sifts |= (uint32_t)(verdict != SIFT_YES) << i;
	}
	for (size_t i = plan->n_keys; i < plan->n_columns; i++) {
		enum sift_verdict verdict = g->only[i] ? sift_kind(g->only[i], g->cursor) :
							 SIFT_YES;

		if (verdict == SIFT_YES)
			kind->sure |= 1ull << i;
		if (verdict == SIFT_NO || (g->terms[i] && term_is_never(g->terms[i], number)))
			kind->columns &= ~(1ull << i);
	}
	for (size_t i = 0; i < plan->n_keys; i++) {
		struct value v;
		bool there;

		if (g->keys[i].entity || !term_is_constant(g->keys[i].term, number, &there, &v))
			continue;
		kind->key[i] = 1 + (there ? bag_put(&g->keys[i].bag, &v) : 0);
	}
}

/* Ask the cursor's row all that is the same for its kind. */
static void
ask_kind(struct gather *g)
{
	struct value v;

	for (size_t i = 0; i < g->n_sifts; i++)
		sift_learn(g->sifts[i], g->cursor);
	for (size_t i = 0; i < g->plan->n_columns; i++) {
		if (g->only[i])
			sift_learn(g->only[i], g->cursor);
		if (g->terms[i] && term_how(g->terms[i]) == TERM_BY_KIND)
			term_get(g->terms[i], g->cursor, &v);
	}
}

void
gather_learn(struct gather *g)
{
	uint32_t number = cursor_kind(g->cursor);
	struct gather_kind *kind = &g->kinds[number];

	ask_kind(g);
	learn_kind(g, kind, number);
	if (kind->refusing || kind->steps)
		return;
	kind->n_asked = KIND_ASKED;
	gather_make_steps(g, kind, number);
}

/* Whether all sifts hold that do not hold for all rows of the kind. */
static bool
passes(struct gather *g, uint32_t sifts)
{
	for (size_t i = 0; i < g->n_sifts; i++)
		if (sifts >> i & 1 && !sift_row(g->sifts[i], g->cursor))
			return false;
	return true;
}

static int
by_number(const void *a, const void *b)
{
	const uint64_t *x = a, *y = b;

	return (*x > *y) - (*x < *y);
}

void
gather_order_list(struct gather *g)
{
	size_t max = g->plan->rows_max;

	if (g->n_list)
		qsort(g->list, g->n_list, sizeof(*g->list), by_number);
	if (g->n_list <= max)
		return;
	memmove(g->list, g->list + g->n_list - max, max * sizeof(*g->list));
	g->n_list = max;
	g->was_cut = true;
}

void
gather_list(struct gather *g, uint64_t number)
{
	size_t max = g->plan->rows_max;

	if (g->n_list >= 2 * max)
		gather_order_list(g);
	xgrow(&g->list, &g->cap_list, g->n_list + 1, sizeof(*g->list));
	g->list[g->n_list++] = number;
}

/* The row passed: add it to its group. */
static void
add_to_group(struct gather *g, struct gather_kind *kind)
{
	uint64_t number = cursor_number(g->cursor);
	uint32_t keys[KEYS_MAX];
	struct group *group;

	if (!kind->columns && g->may_skip)
		return;
	for (size_t i = 0; i < g->plan->n_keys; i++) {
		keys[i] = gather_key(&g->keys[i], g->cursor, &kind->key[i]);
		if (!keys[i])
			return;
	}
	if (!gather_is_among(g, keys))
		return;
	group = gather_group(g, keys);
	if (gather_note(g, group, number, cursor_value(g->cursor, COL_FLAGS)))
		gather_add(g, group, number, kind);
}

static void
refuse(struct gather *g, uint32_t refusing)
{
	for (size_t i = 0; i < g->n_sifts; i++)
		if (refusing >> i & 1)
			sift_refuse(g->sifts[i], g->cursor);
}

void
gather_row(struct gather *g)
{
	uint32_t number = cursor_kind(g->cursor);
	struct gather_kind *kind = &g->kinds[number];

	if (kind->refusing) {
		refuse(g, kind->refusing);
		kind->is_skipped = !g->keeps_refused;
		return;
	}
	if (passes(g, kind->sifts)) {
		if (g->plan->is_list)
			gather_list(g, cursor_number(g->cursor));
		else
			add_to_group(g, kind);
	}
	if (kind->n_asked < KIND_ASKED && number < KINDS_MAX) {
		learn_kind(g, kind, number);
		if (++kind->n_asked == KIND_ASKED)
			gather_make_steps(g, kind, number);
	}
}
