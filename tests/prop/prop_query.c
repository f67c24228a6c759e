/* What a view shows is what a plain loop over all events finds: for each view, with
 * and without filters and windows, on a capture. Percentiles may be wrong by 4.5 %.
 * Argument: the capture. */
#include <math.h>

#include "engine/base/hash.h"
#include "engine/base/mem.h"
#include "engine/field/operand.h"
#include "engine/filter/filter.h"
#include "engine/query/query.h"
#include "engine/query/tally.h"
#include "engine/query/view_set.h"
#include "engine/store/recall.h"
#include "engine/store/store.h"
#include "engine/world/world.h"
#include "tests/lib/check.h"
#include "tests/lib/replay.h"
#include "tests/lib/rng.h"
#include "tests/lib/sample.h"

#define COLUMNS 64

static const char *const filters[] = {
	NULL, "evt.latency > 2us", "fd.type = file and evt.failed = false",
	"proc.name contains s or not fd.num > 3", "evt.buffer contains a",
	"proc.aname[1] = bash", "evt.buflen >= 4096", "evt.rawres < 0", "evt.num > 1000",
	"fd.name startswith /etc", "evt.type in (open, openat, read) and evt.dir = <",
	"container.id != host", "evt.args contains O_RDONLY", "thread.cpu.user > 0 or user.uid = 0",
};

/* All values of one column of one row. */
struct naive_cell {
	struct value *values;
	size_t n, cap;
	size_t count;			/* events, with or without a value */
};

struct naive_row {
	char *key;
	struct naive_cell cells[COLUMNS];
	struct value first[COLUMNS], last[COLUMNS];
	bool twice;			/* two rows of the table have this key */
};

struct naive {
	const struct view *view;
	const struct view_column *columns[COLUMNS];
	size_t n_columns, n_keys;
	struct operand *operands[COLUMNS];
	struct filter *only[COLUMNS];
	struct filter *own, *filter;
	struct map rows;		/* hash of the key to struct naive_row */
	size_t n_rows;
	struct arena arena;
	struct eval ev;
	struct render render;
	struct clock clock;
	struct text scratch, key;
	struct value list[FIELD_LIST_MAX];
};

static struct filter *
compile(const char *text)
{
	struct err err = { 0 };
	struct filter *f = text ? filter_compile(text, NULL, &err) : NULL;

	if (text && !f)
		die("%s: %s", text, err.text);
	return f;
}

static void
naive_init(struct naive *n, const struct view *v, const char *filter, const struct world *w)
{
	memset(n, 0, sizeof(*n));
	n->view = v;
	n->own = v->filter.filter ? compile(v->filter.text) : NULL;
	n->filter = compile(filter);
	for (size_t i = 0; i < v->n_columns; i++) {
		const struct view_column *c = &v->columns[i];
		size_t len, at = n->n_columns;

		if (!view_shows(c, VIEW_PLAIN))
			continue;
		n->n_keys += i < v->n_keys;
		n->columns[at] = c;
		n->operands[at] = c->of.operand ? operand_parse(c->of.text, &len, NULL) : NULL;
		n->only[at] = c->only.filter ? compile(c->only.text) : NULL;
		n->n_columns++;
	}
	clock_init(&n->clock, NULL);
	render_init(&n->render, w, &n->clock);
	n->ev = (struct eval){ .world = w, .render = &n->render, .scratch = &n->scratch,
			       .list = n->list };
}

static void
naive_fini(struct naive *n)
{
	uint64_t key;
	void *value;

	for (size_t at = 0; map_next(&n->rows, &at, &key, &value);) {
		struct naive_row *row = value;

		for (size_t i = 0; i < COLUMNS; i++)
			free(row->cells[i].values);
		free(row);
	}
	map_fini(&n->rows);
	for (size_t i = 0; i < n->n_columns; i++) {
		operand_free(n->operands[i]);
		filter_free(n->only[i]);
	}
	filter_free(n->own);
	filter_free(n->filter);
	arena_fini(&n->arena);
	render_fini(&n->render);
	text_fini(&n->scratch);
	text_fini(&n->key);
}

static bool
is_text(enum value_type type)
{
	return type == T_STR || type == T_DATA;
}

/* The value of column I, with its bytes where they stay; lists as text. */
static bool
get(struct naive *n, size_t i, struct value *out)
{
	struct operand *o = n->operands[i];
	struct text t = { 0 };
	struct value v;

	if (!operand_get(o, &n->ev, &v))
		return false;
	*out = v;
	if (operand_many(o) != FIELD_ONE)
		operand_text(o, &v, &n->render, &t);
	else if (is_text(operand_type(o)))
		text_bytes(&t, v.s.p, v.s.len);
	else
		return true;
	out->s = (struct span){ (const uint8_t *)arena_strndup(&n->arena, t.p ? t.p : "", t.len),
				t.len };
	text_fini(&t);
	return true;
}

static enum value_type
type_of(const struct naive *n, size_t i)
{
	if (!n->operands[i])
		return T_UINT;
	return operand_many(n->operands[i]) != FIELD_ONE ? T_STR : operand_type(n->operands[i]);
}

static void
put_key(struct text *t, enum value_type type, const struct value *v)
{
	if (is_text(type))
		text_bytes(t, v->s.p, v->s.len);
	else
		value_text(v, type, U_NONE, 80, t);
	text_char(t, '|');
}

static bool
is_counted(const struct moment *m)
{
	const struct event_type *type = m->ev->type;

	if (m->is_internal || m->is_state_only || type->source == ES_ITER)
		return false;
	if (type->source == ES_METAEVENT && m->ev->id != EV_TRACER_E && m->ev->id != EV_TRACER_X)
		return false;
	return type->source != ES_SYSCALL || event_id_is_exit(m->ev->id);
}

static struct naive_row *
row_of(struct naive *n)
{
	uint64_t hash = hash_bytes(n->key.p, n->key.len, 7);
	struct naive_row *row = map_get(&n->rows, hash);

	if (row)
		return row;
	row = xzalloc(sizeof(*row));
	row->key = arena_strndup(&n->arena, n->key.p, n->key.len);
	map_put(&n->rows, hash, row);
	n->n_rows++;
	return row;
}

static void
naive_take(struct naive *n, const struct moment *m)
{
	struct naive_row *row;
	struct value v;

	eval_moment(&n->ev, m);
	if (!is_counted(m) || (n->own && !filter_match(n->own, &n->ev)) ||
	    (n->filter && !filter_match(n->filter, &n->ev)))
		return;
	n->key.len = 0;
	for (size_t i = 0; i < n->n_keys; i++) {
		/* What is of no thread is of no entity's row. */
		if ((n->columns[i]->key_entity && !m->thread) || !get(n, i, &v))
			return;
		put_key(&n->key, type_of(n, i), &v);
	}
	row = row_of(n);
	for (size_t i = n->n_keys; i < n->n_columns; i++) {
		struct naive_cell *cell = &row->cells[i];

		if (n->columns[i]->source != VIEW_FROM_EVENTS ||
		    (n->only[i] && !filter_match(n->only[i], &n->ev)))
			continue;
		cell->count++;
		if (!n->operands[i] || !get(n, i, &v))
			continue;
		xgrow(&cell->values, &cell->cap, cell->n + 1, sizeof(v));
		cell->values[cell->n++] = v;
	}
}

/* Comparing ------------------------------------------------------------- */

static bool
is_near(double a, double b, double tolerance)
{
	return fabs(a - b) <= tolerance * fmax(fabs(a), fabs(b)) + 1e-9;
}

static double
number(enum value_type type, const struct value *v)
{
	return type == T_DOUBLE ? v->d : type == T_INT ? (double)v->i :
	       type == T_BOOL ? v->b : (double)v->u;
}

static int
by_number(const void *a, const void *b)
{
	const struct value *x = a, *y = b;

	return (x->u > y->u) - (x->u < y->u);
}

static bool
is_percentile(const struct naive_cell *cell, unsigned percent, const struct value *got)
{
	size_t rank = (cell->n * percent + 99) / 100;

	qsort(cell->values, cell->n, sizeof(cell->values[0]), by_number);
	return is_near((double)cell->values[rank ? rank - 1 : 0].u, (double)got->u, 0.0625) ||
	       llabs((long long)cell->values[rank ? rank - 1 : 0].u - (long long)got->u) <= 1;
}

static size_t
n_distinct(const struct naive_cell *cell, enum value_type type)
{
	struct bag bag = { .type = type };
	size_t n;

	for (size_t i = 0; i < cell->n; i++)
		bag_put(&bag, &cell->values[i]);
	n = bag.n;
	bag_fini(&bag);
	return n;
}

static bool
is_sum(const struct naive *n, const struct naive_cell *cell, size_t i, double seconds,
       const struct cell *got)
{
	const struct view_column *c = n->columns[i];
	enum value_type type = type_of(n, i);
	double sum = n->operands[i] ? 0 : (double)cell->count, value;

	for (size_t k = 0; k < cell->n; k++)
		sum += number(type, &cell->values[k]);
	if (c->aggregation == VIEW_AVG && cell->n)
		sum /= (double)cell->n;
	if (c->aggregation == VIEW_RATE)
		sum /= seconds;
	value = number(c->type, &got->value);
	return got->state == CELL_MISSING ? !cell->n : is_near(sum, value, 1e-9);
}

static bool
is_extreme(const struct naive_cell *cell, enum value_type type, bool least,
	   const struct cell *got)
{
	const struct value *best = cell->values;

	for (size_t k = 1; k < cell->n; k++) {
		int order = value_order(type, &cell->values[k], best);

		if (least ? order < 0 : order > 0)
			best = &cell->values[k];
	}
	if (!cell->n)
		return got->state == CELL_MISSING;
	return got->state && !value_order(type, best, &got->value);
}

static bool
is_right(const struct naive *n, const struct naive_row *row, size_t i, double seconds,
	 const struct cell *got)
{
	const struct naive_cell *cell = &row->cells[i];
	enum value_type type = type_of(n, i);

	switch (n->columns[i]->aggregation) {
	case VIEW_COUNT:
		return got->value.u == (n->operands[i] ? cell->n : cell->count);
	case VIEW_SUM:
	case VIEW_AVG:
	case VIEW_RATE:
		return is_sum(n, cell, i, seconds, got);
	case VIEW_MIN:
	case VIEW_MAX:
		return is_extreme(cell, type, n->columns[i]->aggregation == VIEW_MIN, got);
	case VIEW_DISTINCT:
		return got->value.u == n_distinct(cell, type);
	case VIEW_P50:
	case VIEW_P95:
	case VIEW_P99:
		return cell->n ? is_percentile(cell, n->columns[i]->aggregation == VIEW_P50 ? 50 :
					       n->columns[i]->aggregation == VIEW_P95 ? 95 : 99,
					       &got->value) : got->state == CELL_MISSING;
	case VIEW_LAST:
		return cell->n ? got->state &&
			!value_order(type, &cell->values[cell->n - 1], &got->value) :
			got->state == CELL_MISSING;
	case VIEW_FIRST:
		return cell->n ? got->state && !value_order(type, &cell->values[0], &got->value) :
			got->state == CELL_MISSING;
	default:
		return true;
	}
}

/* The row of N that ROW of T is; NULL: none. */
static struct naive_row *
find_row(struct naive *n, const struct table *t, const struct table_row *row)
{
	n->key.len = 0;
	for (size_t i = 0; i < n->n_keys; i++)
		put_key(&n->key, t->columns[i]->type, &row->cells[i].value);
	return map_get(&n->rows, hash_bytes(n->key.p, n->key.len, 7));
}

/* A process whose number is not known has a row all the same. */
static bool
lacks_key(const struct naive *n, const struct table *t, const struct table_row *row)
{
	for (size_t i = 0; i < n->n_keys; i++)
		if (t->columns[i]->key_entity && row->cells[i].state == CELL_MISSING)
			return true;
	return false;
}

static size_t
compare(struct naive *n, const struct table *t)
{
	double seconds = (double)(t->to_ns - t->from_ns) / 1e9;
	size_t n_found = 0, n_wrong = 0;

	for (size_t k = 0; k < t->n_rows; k++) {
		struct naive_row *row;

		if (lacks_key(n, t, &t->rows[k]))
			continue;
		row = find_row(n, t, &t->rows[k]);
		n_found += row && !row->twice;
		if (row && row->twice)
			continue;
		if (row)
			row->twice = true;
		for (size_t i = n->n_keys; row && i < n->n_columns; i++) {
			if (t->columns[i]->source != VIEW_FROM_EVENTS ||
			    is_right(n, row, i, seconds, &t->rows[k].cells[i]))
				continue;
			if (!n_wrong++)
				printf("# %s: column %s of %s\n", n->view->id,
				       t->columns[i]->name, row->key);
		}
		if (!row && t->view->rows == VIEW_ROWS_EVENTS && !n_wrong++)
			printf("# %s: no such row: %.*s\n", n->view->id, (int)n->key.len,
			       n->key.p);
	}
	if (n_found != n->n_rows && !n_wrong++)
		printf("# %s: %zu rows of %zu\n", n->view->id, n_found, n->n_rows);
	return n_wrong;
}

static void
check_view(const struct snapshot *snap, const struct view *v, const char *filter,
	   uint64_t first, uint64_t end)
{
	struct recall *r = recall_new(snap);
	struct query q = { .view = v, .filters = &filter, .n_filters = filter != NULL,
			   .first = first, .end = end, .n_threads = 2 };
	struct err err = { 0 };
	struct table *t = query_run(snap, &q, &err);
	struct naive n;
	size_t n_wrong;

	if (!t)
		die("%s: %s", v->id, err.text);
	naive_init(&n, v, filter, recall_world(r));
	n.ev.first_ns = snap->sections[0].first_ns;
	for (uint64_t k = t->first_event; t->last_event && k <= t->last_event; k++)
		naive_take(&n, recall_event(r, k, NULL));
	n_wrong = compare(&n, t);
	CHECK(!n_wrong, "%s where %s, %llu to %llu: %zu rows, %zu wrong", v->id,
	      filter ? filter : "-", (unsigned long long)first, (unsigned long long)end,
	      t->n_rows, n_wrong);
	naive_fini(&n);
	table_free(t);
	recall_free(r);
}

static bool
read_file(struct scap *b, const char *path)
{
	FILE *f = fopen(path, "rb");
	uint8_t piece[65536];
	size_t n;

	if (!f)
		return false;
	while ((n = fread(piece, 1, sizeof(piece), f)))
		scap_put(b, piece, n);
	fclose(f);
	return b->len > 0;
}

/* Ask all views of the capture B, ROUNDS times with a random filter and window. */
static void
check_capture(const struct scap *b, const struct view_set *views, struct rng *rng,
	      size_t rounds)
{
	struct source *source = replay_open(b->p, b->len, NULL);
	struct store *s = store_new(0);
	struct snapshot *snap;
	struct record rec;

	while (source_next(source, &rec))
		store_take(s, &rec);
	store_end(s);
	store_publish(s);
	snap = store_snapshot(s);
	for (size_t i = 0; i < view_set_count(views); i++) {
		const struct view *v = view_set_at(views, i);

		if (view_is_list(v) || v->rows == VIEW_ROWS_PENDING || v->only_new)
			continue;
		check_view(snap, v, NULL, 0, 0);
		for (size_t k = 0; k < rounds; k++) {
			uint64_t n = snap->end - 1, first = 1 + rng_below(rng, n);
			uint64_t end = first + rng_below(rng, n - first + 2);
			size_t f = rng_below(rng, ARRAY_LEN(filters));

			check_view(snap, v, filters[f], k % 2 ? first : 0, k % 2 ? end : 0);
		}
	}
	snapshot_free(snap);
	store_free(s);
	source_close(source);
}

int
main(int argc, char **argv)
{
	struct view_set *views = view_set_new(NULL);
	struct rng rng = rng_from_args(argc - 1, argv + 1);
	struct scap b = { 0 };

	if (argc < 2 || !read_file(&b, argv[1]))
		die("which capture?");
	check_capture(&b, views, &rng, 24);
	for (int i = 0; i < 8; i++) {
		b.len = 0;
		sample_everything(&b, &rng);
		check_capture(&b, views, &rng, 2);
	}
	view_set_free(views);
	scap_fini(&b);
	return check_done();
}
