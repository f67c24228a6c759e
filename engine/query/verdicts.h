/*
 * verdicts - what was said of each version of a descriptor, as far as somebody asked: a byte a
 * slot.
 *
 * All threads of all queries share them while they are found out: what one notes serves the
 * others, who would note the same, so that no lock is needed. The store keeps them as long as
 * facts (facts.h).
 */
#ifndef ENGINE_QUERY_VERDICTS_H
#define ENGINE_QUERY_VERDICTS_H

#include <stddef.h>
#include <stdint.h>

#include "engine/base/text.h"
#include "engine/store/store.h"

struct keepsakes;

struct verdicts {
	struct keepsakes *from;
	size_t n_slots;
	uint8_t answers[];		/* by slot; 0: nobody asked yet */
};

/* Those on the descriptors of SNAP with NAME, which has all that decides what they say. To be
 * given back, before the store goes. */
struct verdicts *verdicts_borrow(const struct snapshot *snap, const struct text *name);
void verdicts_give_back(struct verdicts *v);	/* NULL is fine */

static inline uint8_t
verdicts_get(const uint8_t *answers, size_t slot)
{
	return __atomic_load_n(&answers[slot], __ATOMIC_RELAXED);
}

static inline void
verdicts_note(uint8_t *answers, size_t slot, uint8_t answer)
{
	__atomic_store_n(&answers[slot], answer, __ATOMIC_RELAXED);
}

#endif
