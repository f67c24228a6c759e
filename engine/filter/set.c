#include "engine/filter/set.h"

#include <stdlib.h>
#include <string.h>

#include "engine/base/hash.h"
#include "engine/base/mem.h"

/* Open addressing, at most half full. */
struct set {
	struct value *slots;
	bool *used;
	size_t n_slots;			/* a power of two */
	uint64_t seed;
	bool is_text;
};

bool
set_takes(enum value_type type)
{
	return type == T_STR || type == T_DATA || type == T_INT || type == T_UINT ||
	       type == T_SPAN || type == T_TIME;
}

struct set *
set_new(enum value_type type, size_t n)
{
	struct set *s = xzalloc(sizeof(*s));

	s->is_text = type == T_STR || type == T_DATA;
	s->seed = hash_seed();
	for (s->n_slots = 8; s->n_slots < 2 * n; s->n_slots *= 2)
		;
	s->slots = xreallocarray(NULL, s->n_slots, sizeof(s->slots[0]));
	s->used = xzalloc(s->n_slots * sizeof(s->used[0]));
	return s;
}

void
set_free(struct set *s)
{
	if (!s)
		return;
	free(s->slots);
	free(s->used);
	free(s);
}

static bool
is_same(const struct set *s, const struct value *a, const struct value *b)
{
	if (!s->is_text)
		return a->u == b->u;
	return a->s.len == b->s.len && !memcmp(a->s.p, b->s.p, a->s.len);
}

/* The slot of V, or the free one where it belongs. */
static size_t
slot_of(const struct set *s, const struct value *v)
{
	uint64_t h = s->is_text ? hash_bytes(v->s.p, v->s.len, s->seed) :
				  hash_u64(v->u, s->seed);
	size_t i = h & (s->n_slots - 1);

	while (s->used[i] && !is_same(s, &s->slots[i], v))
		i = (i + 1) & (s->n_slots - 1);
	return i;
}

void
set_add(struct set *s, const struct value *v)
{
	size_t i = slot_of(s, v);

	s->slots[i] = *v;
	s->used[i] = true;
}

bool
set_has(const struct set *s, const struct value *v)
{
	return s->used[slot_of(s, v)];
}
