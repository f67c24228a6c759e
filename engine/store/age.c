#include "engine/base/mem.h"
#include "engine/store/inside.h"
#include "engine/store/packer.h"
#include "engine/store/payload.h"

/*
 * The bytes of events that no source can read again are packed as they age. The newest
 * chunks are left as they are: they are asked for most, and where more comes than can be
 * packed it is better that what is packed stays for long. So the newest of the old ones is
 * the next one.
 */
#define YOUNG 4u			/* chunks */

static struct payload *
payload_of(const struct chunk *c)
{
	return atomic_load_explicit(&c->payload, memory_order_relaxed);
}

/* The chunk to be packed next; NULL: there is none. */
static struct chunk *
next_old(const struct store *s)
{
	for (size_t i = s->n_chunks; i-- > 0;) {
		struct chunk *c = s->chunks[i];

		if (i + YOUNG < s->n_chunks && c->is_sealed && payload_of(c) &&
		    !payload_is_packed(payload_of(c)))
			return c;
	}
	return NULL;
}

/* What was packed takes the place of what it was made of. */
static void
put_packed(struct store *s, struct payload *packed)
{
	struct payload *raw = payload_of(s->packing);

	atomic_store_explicit(&s->packing->payload, packed, memory_order_release);
	grave_put(&s->grave, GRAVE_PAYLOAD, raw, payload_bytes(raw));
	s->packing = NULL;
}

void
age_chunks(struct store *s)
{
	struct payload *packed = s->packing ? packer_take(s->packer) : NULL;
	struct chunk *c;

	if (packed)
		put_packed(s, packed);
	if (!s->seals_apart || !s->keeps_payload || s->packing)
		return;
	c = next_old(s);
	/* As late as this, so that it has no right which the writer gave up before. */
	if (c && !s->packer)
		s->packer = packer_new();
	if (!c || !s->packer || !packer_is_free(s->packer))
		return;
	s->packing = c;
	packer_give(s->packer, payload_of(c));
}

bool
age_leave(struct store *s, const struct chunk *c)
{
	if (c != s->packing)
		return false;
	s->packing = NULL;
	packer_leave(s->packer);
	return true;
}
