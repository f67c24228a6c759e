#include "engine/query/known.h"

#include <stdlib.h>
#include <string.h>

#include "engine/base/mem.h"
#include "engine/base/text.h"
#include "engine/filter/filter.h"
#include "engine/filter/print.h"
#include "engine/store/bitmaps.h"

struct known {
	const struct expr *expr;
	struct filter_options options;
	struct text name;		/* of the question, once it was asked */
	struct bitmaps *bitmaps;	/* borrowed from the store */
	uint64_t age;
	const struct chunk *chunk;	/* that BITS are of; NULL: of none */
	uint64_t first;			/* its first event */
	bool is_new;			/* something was found out */
	struct bitmap bits;
};

struct known *
known_new(const struct expr *e, const struct filter_options *options)
{
	struct known *k = xzalloc(sizeof(*k));

	k->expr = e;
	if (options)
		k->options = *options;
	return k;
}

static struct bitmaps_question
question_of(const struct known *k)
{
	return (struct bitmaps_question){
		{ (const uint8_t *)k->name.p, k->name.len }, k->age,
	};
}

static void
put_back(struct known *k)
{
	struct bitmaps_question q = question_of(k);

	if (k->chunk && k->is_new)
		bitmaps_put(k->bitmaps, &q, k->first, &k->bits);
	k->chunk = NULL;
	k->is_new = false;
}

void
known_free(struct known *k)
{
	if (!k)
		return;
	put_back(k);
	text_fini(&k->name);
	free(k);
}

void
known_put_name(const struct expr *e, const struct filter_options *o, const struct cursor *c,
	       struct text *name)
{
	print_expr(e, name);
	text_char(name, '\0');
	text_bytes(name, (const char *)&o->utc_offset, sizeof(o->utc_offset));
	text_bytes(name, (const char *)&o->service_port, sizeof(o->service_port));
	known_put_style(c, name);
}

void
known_put_style(const struct cursor *c, struct text *name)
{
	text_bytes(name, (const char *)&c->clock.offset, sizeof(c->clock.offset));
	text_bytes(name, (const char *)&c->render.service, sizeof(c->render.service));
	text_bytes(name, (const char *)&c->render.machine, sizeof(c->render.machine));
	text_bytes(name, (const char *)&c->ev.first_ns, sizeof(c->ev.first_ns));
}

/* Have the bits of C's chunk. False: it is still open. */
static bool
have_chunk(struct known *k, const struct cursor *c)
{
	struct bitmaps_question q;

	if (k->chunk == c->chunk)
		return true;
	put_back(k);
	if (!c->chunk->is_sealed)
		return false;
	if (!k->name.len) {
		known_put_name(k->expr, &k->options, c, &k->name);
		k->bitmaps = store_bitmaps(c->snap->store);
		k->age = c->snap->learned;
	}
	q = question_of(k);
	bitmaps_get(k->bitmaps, &q, c->chunk->first, &k->bits);
	k->chunk = c->chunk;
	k->first = c->chunk->first;
	return true;
}

bool
known_get(struct known *k, struct cursor *c, bool *yes)
{
	uint64_t bit = (uint64_t)1 << c->row % 64;

	if (!have_chunk(k, c) || !(k->bits.known[c->row / 64] & bit))
		return false;
	*yes = k->bits.yes[c->row / 64] & bit;
	return true;
}

void
known_put(struct known *k, struct cursor *c, bool yes)
{
	uint64_t bit = (uint64_t)1 << c->row % 64;

	/* What was said without the bytes is no answer to keep. */
	if (c->is_unread || !have_chunk(k, c))
		return;
	k->bits.known[c->row / 64] |= bit;
	if (yes)
		k->bits.yes[c->row / 64] |= bit;
	k->is_new = true;
}

void
known_add_unwanted(struct known *k, struct cursor *c, uint64_t *mask)
{
	size_t at = c->row / PACK_ROWS * KNOWN_WORDS;

	if (!have_chunk(k, c))
		return;
	for (size_t i = 0; i < KNOWN_WORDS; i++)
		mask[i] |= k->bits.known[at + i] & ~k->bits.yes[at + i];
}

void
known_take(struct known *k, struct cursor *c, uint64_t *rows, uint64_t *yes)
{
	size_t at = c->row / PACK_ROWS * KNOWN_WORDS;

	if (!have_chunk(k, c))
		return;
	for (size_t i = 0; i < KNOWN_WORDS; i++) {
		yes[i] |= rows[i] & k->bits.known[at + i] & k->bits.yes[at + i];
		rows[i] &= ~k->bits.known[at + i];
	}
}
