#include "engine/query/tally.h"

#include <math.h>
#include <stdlib.h>
#include <string.h>

#include "engine/base/hash.h"
#include "engine/base/mem.h"
#include "engine/base/octave.h"

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
grow(struct bag *b, size_t n)
{
	n = n > 64 ? n : 64;
	free(b->slots);
	b->slots = xzalloc_used(n * sizeof(*b->slots));
	b->n_slots = n;
	for (uint32_t id = 1; id <= b->n; id++) {
		size_t i = b->entries[id - 1].hash & (n - 1);

		while (b->slots[i])
			i = (i + 1) & (n - 1);
		b->slots[i] = id;
	}
}

void
bag_expect(struct bag *b, size_t n)
{
	size_t n_slots = 64;

	while (n_slots < 2 * n)
		n_slots *= 2;
	if (n_slots > b->n_slots)
		grow(b, n_slots);
}

/* Where V is in the slots of B, or would be. */
static size_t
bag_place(const struct bag *b, const struct value *v, uint64_t hash)
{
	size_t i = hash & (b->n_slots - 1);

	for (; b->slots[i]; i = (i + 1) & (b->n_slots - 1)) {
		const struct bag_entry *e = &b->entries[b->slots[i] - 1];

		if (e->hash == hash && !value_order(b->type, &e->value, v))
			break;
	}
	return i;
}

/* The id of V, which has HASH; if it is new, its bytes are borrowed. */
static uint32_t
put_hashed(struct bag *b, const struct value *v, uint64_t hash)
{
	uint32_t n_base = b->base ? b->base->n : 0;
	size_t i;

	if (n_base) {
		i = bag_place(b->base, v, hash);
		if (b->base->slots[i])
			return b->base->slots[i];
	}
	if ((b->n + 1) * 2 > b->n_slots)
		grow(b, 2 * b->n_slots);
	i = bag_place(b, v, hash);
	if (b->slots[i])
		return n_base + b->slots[i];
	xgrow(&b->entries, &b->cap, b->n + 1u, sizeof(*b->entries));
	b->entries[b->n] = (struct bag_entry){ *v, hash };
	b->slots[i] = ++b->n;
	return n_base + b->n;
}

uint64_t
bag_hash(const struct bag *b, const struct value *v)
{
	return hash_value(b->type, v);
}

/* Where it would be if nothing else were there: mostly it is. */
void
bag_fetch(const struct bag *b, uint64_t hash, unsigned step)
{
	const uint32_t *slot = b->n_slots ? &b->slots[hash & (b->n_slots - 1)] : NULL;

	if (!step)
		__builtin_prefetch(slot);
	if (!step || !slot || !*slot)
		return;
	if (step == 1)
		__builtin_prefetch(&b->entries[*slot - 1]);
	else if (b->entries[*slot - 1].hash == hash)
		__builtin_prefetch(b->entries[*slot - 1].value.s.p);
}

uint32_t
bag_put(struct bag *b, const struct value *v)
{
	return bag_put_hashed(b, v, bag_hash(b, v));
}

uint32_t
bag_put_hashed(struct bag *b, const struct value *v, uint64_t hash)
{
	uint32_t n = b->n, id = put_hashed(b, v, hash);

	if (b->n > n && (b->type == T_STR || b->type == T_DATA))
		b->entries[n].value.s.p = (const uint8_t *)
			arena_strndup(&b->arena, (const char *)v->s.p, v->s.len);
	return id;
}

uint32_t
bag_find(const struct bag *b, const struct value *v)
{
	uint64_t hash = hash_value(b->type, v);
	uint32_t id = b->base && b->base->n ? b->base->slots[bag_place(b->base, v, hash)] : 0;

	if (!id && b->n) {
		id = b->slots[bag_place(b, v, hash)];
		id += id && b->base ? b->base->n : 0;
	}
	return id;
}

#define AHEAD 8u			/* entries whose places are fetched early */

void
bag_put_all(struct bag *b, const struct bag *from, uint32_t *ids)
{
	bag_expect(b, (size_t)b->n + from->n);
	for (uint32_t i = 0; i < from->n; i++) {
		const struct bag_entry *e = &from->entries[i];

		if (i + AHEAD < from->n)
			__builtin_prefetch(&b->slots[e[AHEAD].hash & (b->n_slots - 1)]);
		ids[i] = put_hashed(b, &e->value, e->hash);
	}
}

size_t
bag_bytes(const struct bag *b)
{
	size_t bytes = b->cap * sizeof(*b->entries) + b->n_slots * sizeof(*b->slots);

	for (uint32_t i = 0; i < b->n && (b->type == T_STR || b->type == T_DATA); i++)
		bytes += b->entries[i].value.s.len + 1;
	return bytes;
}

void
bag_fini(struct bag *b)
{
	free(b->entries);
	free(b->slots);
	arena_fini(&b->arena);
}

/* Percentiles ----------------------------------------------------------- */

#define DOUBLE_BITS 20			/* behind the point that doubles are told apart by */

struct spread {
	enum value_type type;
	struct value exact[SPREAD_EXACT];
	uint64_t n;
	/* NULL: EXACT is all. OCTAVE_BUCKETS, by size; twice as many where values may be
	 * negative: these come first, the greatest first. */
	uint64_t *buckets;
};

/* The middle of bucket I, which no value in it is further from than 4.5 %. */
static double
middle_of(unsigned i)
{
	if (i < OCTAVE_SMALL)
		return i;
	return exp2(4 + (i - OCTAVE_SMALL + 0.5) / OCTAVE_STEPS);
}

static unsigned
n_negative(const struct spread *s)
{
	return s->type == T_INT || s->type == T_DOUBLE ? OCTAVE_BUCKETS : 0;
}

static unsigned
place_of_value(const struct spread *s, const struct value *v)
{
	bool negative = s->type == T_INT ? v->i < 0 : s->type == T_DOUBLE && v->d < 0;
	uint64_t size = s->type == T_INT && negative ? -(uint64_t)v->i : v->u;
	double d;

	if (s->type == T_DOUBLE) {
		d = fabs(v->d) * (1u << DOUBLE_BITS);
		size = d < 0x1p63 ? (uint64_t)d : 1ull << 63;
	}
	return negative ? OCTAVE_BUCKETS - 1 - octave_bucket(size) :
			  n_negative(s) + octave_bucket(size);
}

static void
make_buckets(struct spread *s)
{
	if (s->buckets)
		return;
	s->buckets = xzalloc((n_negative(s) + OCTAVE_BUCKETS) * sizeof(*s->buckets));
	for (unsigned i = 0; i < s->n; i++)
		s->buckets[place_of_value(s, &s->exact[i])]++;
}

static void
spread_add(struct spread *s, const struct value *v)
{
	if (s->n == SPREAD_EXACT)
		make_buckets(s);
	if (s->buckets)
		s->buckets[place_of_value(s, v)]++;
	else
		s->exact[s->n] = *v;
	s->n++;
}

static void
spread_add_many(struct spread *s, const struct value *v, uint64_t n)
{
	for (; n && s->n < SPREAD_EXACT; n--)
		spread_add(s, v);
	if (!n)
		return;
	make_buckets(s);
	s->buckets[place_of_value(s, v)] += n;
	s->n += n;
}

/* Add N values of bucket BUCKET, none of which is negative. */
static void
spread_add_bucket(struct spread *s, unsigned bucket, uint64_t n)
{
	make_buckets(s);
	s->buckets[n_negative(s) + bucket] += n;
	s->n += n;
}

static void
spread_merge(struct spread *to, const struct spread *from)
{
	for (uint64_t i = 0; !from->buckets && i < from->n; i++)
		spread_add(to, &from->exact[i]);
	if (!from->buckets)
		return;
	make_buckets(to);
	for (unsigned i = 0; i < n_negative(to) + OCTAVE_BUCKETS; i++)
		to->buckets[i] += from->buckets[i];
	to->n += from->n;
}

static int
by_size(const void *a, const void *b, void *type)
{
	return value_order(*(const enum value_type *)type, a, b);
}

/* A value of bucket I. */
static struct value
value_of_place(const struct spread *s, unsigned i)
{
	unsigned below = n_negative(s);
	double size = i < below ? -middle_of(below - 1 - i) : middle_of(i - below);
	struct value v = { .d = ldexp(size, -DOUBLE_BITS) };

	if (s->type == T_INT)
		v.i = llround(size);
	else if (s->type != T_DOUBLE)
		v.u = size < 0x1p64 ? (uint64_t)(size + 0.5) : UINT64_MAX;
	return v;
}

/* The value below which PERCENT of all are, or that is it: the nearest rank. */
static struct value
spread_at(const struct spread *s, unsigned percent)
{
	uint64_t rank = (s->n * percent + 99) / 100, seen = 0;
	struct value sorted[SPREAD_EXACT];
	enum value_type type = s->type;
	unsigned i = 0;

	rank = rank ? rank : 1;
	if (!s->buckets) {
		memcpy(sorted, s->exact, sizeof(sorted));
		qsort_r(sorted, s->n, sizeof(sorted[0]), by_size, &type);
		return sorted[rank - 1];
	}
	while ((seen += s->buckets[i]) < rank)
		i++;
	return value_of_place(s, i);
}

/* Tallies ------------------------------------------------------------- */

/* Add N values V; NULL: ones. */
static void
add_sum(struct tally *t, enum value_type type, const struct value *v, uint64_t n)
{
	if (!v)
		t->sum.u += n;
	else if (type == T_DOUBLE)
		t->sum.d += v->d * (double)n;
	else if (type == T_BOOL)
		t->sum.u += v->b * n;
	else
		t->sum.u += v->u * n;
}

static void
keep_best(struct tally *t, const struct tally_how *how, const struct value *v)
{
	t->best = *v;
	if (how->type == T_STR || how->type == T_DATA)
		t->best.s.p = (const uint8_t *)
			arena_strndup(how->arena, (const char *)v->s.p, v->s.len);
}

static void
have_spread(struct tally *t, const struct tally_how *how)
{
	if (t->spread)
		return;
	t->spread = xzalloc(sizeof(*t->spread));
	t->spread->type = how->type;
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
		add_sum(t, how->type, v, 1);
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
		/* What follows often has the same. */
		if (t->distinct->last && !value_order(how->type, v,
						      bag_get(t->distinct, t->distinct->last)))
			break;
		t->distinct->last = bag_put(t->distinct, v);
		break;
	case VIEW_P50:
	case VIEW_P95:
	case VIEW_P99:
		have_spread(t, how);
		spread_add(t->spread, v);
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
tally_add_many(struct tally *t, const struct tally_how *how, const struct value *v,
	       uint64_t number, uint64_t n)
{
	tally_add(t, how, v, number);
	switch (how->aggregation) {
	case VIEW_SUM:
	case VIEW_RATE:
	case VIEW_AVG:
	case VIEW_CHANGE:
		add_sum(t, how->type, v, n - 1);
		break;
	case VIEW_P50:
	case VIEW_P95:
	case VIEW_P99:
		spread_add_many(t->spread, v, n - 1);
		break;
	default:
		break;
	}
	t->n += n - 1;
}

void
tally_add_bucket(struct tally *t, const struct tally_how *how, unsigned bucket, uint64_t n)
{
	have_spread(t, how);
	spread_add_bucket(t->spread, bucket, n);
	t->n += n;
}

/* Add all of FROM. */
static void
merge_distinct(struct bag *to, struct bag *from)
{
	uint32_t *ids = xreallocarray(NULL, from->n + 1u, sizeof(*ids));

	bag_put_all(to, from, ids);
	arena_take(&to->arena, &from->arena);
	free(ids);
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
		merge_distinct(t->distinct, from->distinct);
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
			*out = spread_at(t->spread, how->aggregation == VIEW_P50 ? 50 :
					 how->aggregation == VIEW_P95 ? 95 : 99);
		return t->n;
	default:
		return false;
	}
}
