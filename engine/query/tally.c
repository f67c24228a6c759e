#include "engine/query/tally.h"

#include <math.h>
#include <stdlib.h>
#include <string.h>

#include "engine/base/hash.h"
#include "engine/base/mem.h"

/* Values -------------------------------------------------------------- */

static int
order_u64(uint64_t a, uint64_t b)
{
	return (a > b) - (a < b);
}

static int
order_spans(const struct span *a, const struct span *b)
{
	size_t n = a->len < b->len ? a->len : b->len;
	int order = n ? memcmp(a->p, b->p, n) : 0;

	return order ? order : order_u64(a->len, b->len);
}

static int
order_ips(const struct ip *a, const struct ip *b)
{
	if (a->is_v6 != b->is_v6)
		return a->is_v6 ? 1 : -1;
	return memcmp(a->bytes, b->bytes, a->is_v6 ? 16 : 4);
}

int
value_order(enum value_type type, const struct value *a, const struct value *b)
{
	switch (type) {
	case T_INT:
		return (a->i > b->i) - (a->i < b->i);
	case T_BOOL:
		return a->b - b->b;
	case T_DOUBLE:
		return (a->d > b->d) - (a->d < b->d);
	case T_STR:
	case T_DATA:
		return order_spans(&a->s, &b->s);
	case T_IP:
		return order_ips(&a->ip, &b->ip);
	case T_NET:
		return order_ips(&a->net.ip, &b->net.ip);
	default:
		return order_u64(a->u, b->u);
	}
}

static uint64_t
hash_value(enum value_type type, const struct value *v)
{
	switch (type) {
	case T_STR:
	case T_DATA:
		return hash_bytes(v->s.p, v->s.len, 1);
	case T_IP:
		return hash_bytes(v->ip.bytes, v->ip.is_v6 ? 16 : 4, 2);
	case T_NET:
		return hash_bytes(v->net.ip.bytes, v->net.ip.is_v6 ? 16 : 4, 3);
	case T_BOOL:
		return hash_u64(v->b, 1);
	default:
		return hash_u64(v->u, 1);
	}
}

static void
grow(struct bag *b)
{
	size_t n = b->n_slots ? b->n_slots * 2 : 64;

	free(b->slots);
	b->slots = xzalloc(n * sizeof(*b->slots));
	b->n_slots = n;
	for (uint32_t id = 1; id <= b->n; id++) {
		size_t i = b->entries[id - 1].hash & (n - 1);

		while (b->slots[i])
			i = (i + 1) & (n - 1);
		b->slots[i] = id;
	}
}

uint32_t
bag_put(struct bag *b, const struct value *v)
{
	uint64_t hash = hash_value(b->type, v);
	size_t i;

	if ((b->n + 1) * 2 > b->n_slots)
		grow(b);
	for (i = hash & (b->n_slots - 1); b->slots[i]; i = (i + 1) & (b->n_slots - 1)) {
		const struct bag_entry *e = &b->entries[b->slots[i] - 1];

		if (e->hash == hash && !value_order(b->type, &e->value, v))
			return b->slots[i];
	}
	xgrow(&b->entries, &b->cap, b->n + 1u, sizeof(*b->entries));
	b->entries[b->n] = (struct bag_entry){ *v, hash };
	if (b->type == T_STR || b->type == T_DATA)
		b->entries[b->n].value.s.p = (const uint8_t *)
			arena_strndup(&b->arena, (const char *)v->s.p, v->s.len);
	b->slots[i] = ++b->n;
	return b->n;
}

void
bag_fini(struct bag *b)
{
	free(b->entries);
	free(b->slots);
	arena_fini(&b->arena);
}

/* Percentiles ----------------------------------------------------------- */

#define SUB_BITS 3			/* eight buckets an octave */
#define N_BUCKETS ((64 - SUB_BITS + 1) << SUB_BITS)

struct spread {
	uint64_t exact[SPREAD_EXACT];
	uint64_t n;
	uint64_t *buckets;		/* N_BUCKETS; NULL: EXACT is all */
};

static unsigned
bucket_of(uint64_t v)
{
	unsigned top;

	if (v < 1u << SUB_BITS)
		return (unsigned)v;
	top = 63 - (unsigned)__builtin_clzll(v);
	return ((top - SUB_BITS + 1) << SUB_BITS) + (unsigned)(v >> (top - SUB_BITS) & 7);
}

/* The middle of bucket I. */
static double
bucket_value(unsigned i)
{
	unsigned octave = i >> SUB_BITS;
	double low;

	if (!octave)
		return i;
	low = ldexp(8 + (i & 7), (int)octave - 1);
	return low + ldexp(0.5, (int)octave - 1) * (octave > 1);
}

static void
spread_add(struct spread *s, uint64_t v)
{
	if (s->n == SPREAD_EXACT && !s->buckets) {
		s->buckets = xzalloc(N_BUCKETS * sizeof(*s->buckets));
		for (unsigned i = 0; i < SPREAD_EXACT; i++)
			s->buckets[bucket_of(s->exact[i])]++;
	}
	if (s->buckets)
		s->buckets[bucket_of(v)]++;
	else
		s->exact[s->n] = v;
	s->n++;
}

static void
spread_merge(struct spread *to, const struct spread *from)
{
	for (uint64_t i = 0; !from->buckets && i < from->n; i++)
		spread_add(to, from->exact[i]);
	if (!from->buckets)
		return;
	if (!to->buckets) {
		to->buckets = xzalloc(N_BUCKETS * sizeof(*to->buckets));
		for (uint64_t i = 0; i < to->n; i++)
			to->buckets[bucket_of(to->exact[i])]++;
	}
	for (unsigned i = 0; i < N_BUCKETS; i++)
		to->buckets[i] += from->buckets[i];
	to->n += from->n;
}

static int
by_size(const void *a, const void *b)
{
	return order_u64(*(const uint64_t *)a, *(const uint64_t *)b);
}

/* The value below which PERCENT of all are, or that is it: the nearest rank. */
static double
spread_at(const struct spread *s, unsigned percent)
{
	uint64_t rank = (s->n * percent + 99) / 100, seen = 0, sorted[SPREAD_EXACT];

	rank = rank ? rank : 1;
	if (!s->buckets) {
		memcpy(sorted, s->exact, sizeof(sorted));
		qsort(sorted, s->n, sizeof(sorted[0]), by_size);
		return (double)sorted[rank - 1];
	}
	for (unsigned i = 0; i < N_BUCKETS; i++) {
		seen += s->buckets[i];
		if (seen >= rank)
			return bucket_value(i);
	}
	return 0;
}

/* Tallies ------------------------------------------------------------- */

static void
add_sum(struct tally *t, enum value_type type, const struct value *v)
{
	if (type == T_DOUBLE)
		t->sum.d += v->d;
	else if (type == T_BOOL)
		t->sum.u += v->b;
	else
		t->sum.u += v->u;
}

static void
keep_best(struct tally *t, const struct tally_how *how, const struct value *v)
{
	t->best = *v;
	if (how->type == T_STR || how->type == T_DATA)
		t->best.s.p = (const uint8_t *)
			arena_strndup(how->arena, (const char *)v->s.p, v->s.len);
}

void
tally_add(struct tally *t, const struct tally_how *how, const struct value *v,
	  uint64_t number)
{
	int order;

	switch (how->aggregation) {
	case VIEW_COUNT:
		break;
	case VIEW_SUM:
	case VIEW_RATE:
	case VIEW_AVG:
	case VIEW_CHANGE:
		if (v)
			add_sum(t, how->type, v);
		else
			t->sum.u++;
		break;
	case VIEW_MIN:
	case VIEW_MAX:
		order = t->n ? value_order(how->type, v, &t->best) : 0;
		if (!t->n || (how->aggregation == VIEW_MIN ? order < 0 : order > 0))
			keep_best(t, how, v);
		break;
	case VIEW_DISTINCT:
		if (!t->distinct) {
			t->distinct = xzalloc(sizeof(*t->distinct));
			t->distinct->type = how->type;
		}
		bag_put(t->distinct, v);
		break;
	case VIEW_P50:
	case VIEW_P95:
	case VIEW_P99:
		if (!t->spread)
			t->spread = xzalloc(sizeof(*t->spread));
		spread_add(t->spread, how->type == T_INT && v->i < 0 ? 0 : v->u);
		break;
	case VIEW_FIRST:
		if (!t->n || number < t->at)
			t->at = number;
		break;
	default:
		if (!t->n || number > t->at)
			t->at = number;
	}
	t->n++;
}

void
tally_merge(struct tally *t, const struct tally_how *how, struct tally *from)
{
	uint64_t n = t->n + from->n;

	if (!from->n)
		return;
	if (!t->n) {
		*t = *from;
		*from = (struct tally){ 0 };
		return;
	}
	switch (how->aggregation) {
	case VIEW_SUM:
	case VIEW_RATE:
	case VIEW_AVG:
	case VIEW_CHANGE:
		if (how->type == T_DOUBLE)
			t->sum.d += from->sum.d;
		else
			t->sum.u += from->sum.u;
		break;
	case VIEW_MIN:
	case VIEW_MAX:
		tally_add(t, how, &from->best, 0);
		break;
	case VIEW_DISTINCT:
		for (uint32_t id = 1; id <= from->distinct->n; id++)
			bag_put(t->distinct, bag_get(from->distinct, id));
		break;
	case VIEW_P50:
	case VIEW_P95:
	case VIEW_P99:
		spread_merge(t->spread, from->spread);
		break;
	case VIEW_COUNT:
		break;
	default:
		tally_add(t, how, NULL, from->at);
	}
	t->n = n;
	tally_fini(from, how);
}

void
tally_fini(struct tally *t, const struct tally_how *how)
{
	if (how->aggregation == VIEW_DISTINCT && t->distinct) {
		bag_fini(t->distinct);
		free(t->distinct);
	}
	if ((how->aggregation == VIEW_P50 || how->aggregation == VIEW_P95 ||
	     how->aggregation == VIEW_P99) && t->spread) {
		free(t->spread->buckets);
		free(t->spread);
	}
	*t = (struct tally){ 0 };
}

static double
sum_of(const struct tally *t, enum value_type type)
{
	return type == T_DOUBLE ? t->sum.d : type == T_INT ? (double)t->sum.i :
	       (double)t->sum.u;
}

/* A percentile in the column's own type. */
static void
put_percentile(const struct tally *t, const struct tally_how *how, unsigned percent,
	       struct value *out)
{
	double v = spread_at(t->spread, percent);

	if (how->type == T_DOUBLE)
		out->d = v;
	else
		out->u = (uint64_t)v;
}

bool
tally_result(const struct tally *t, const struct tally_how *how, double seconds,
	     struct value *out)
{
	switch (how->aggregation) {
	case VIEW_COUNT:
		out->u = t->n;
		return true;
	case VIEW_SUM:
	case VIEW_CHANGE:
		/* No bytes are 0 bytes; but calls of which no duration is known took
		 * some time. */
		out->u = t->sum.u;
		return t->n || how->type != T_SPAN;
	case VIEW_RATE:
		out->d = sum_of(t, how->type) / seconds;
		return seconds > 0 && (t->n || how->type != T_SPAN);
	case VIEW_AVG:
		out->d = t->n ? sum_of(t, how->type) / (double)t->n : 0;
		return t->n;
	case VIEW_MIN:
	case VIEW_MAX:
		*out = t->best;
		return t->n;
	case VIEW_DISTINCT:
		out->u = t->distinct ? t->distinct->n : 0;
		return true;
	case VIEW_P50:
	case VIEW_P95:
	case VIEW_P99:
		if (t->n)
			put_percentile(t, how, how->aggregation == VIEW_P50 ? 50 :
				       how->aggregation == VIEW_P95 ? 95 : 99, out);
		return t->n;
	default:
		return false;
	}
}
