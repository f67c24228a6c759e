#include "engine/store/slots.h"

#include "engine/base/mem.h"

uint32_t
slots_add(struct slots *s, void *p)
{
	uint32_t slot = s->n;

	if (s->n_free) {
		slot = s->free[--s->n_free];
	} else {
		if (s->n == UINT32_MAX)
			die("more than 4 billion versions");
		seg_room(&s->seg, (size_t)slot + 1);
		s->n++;
	}
	s->n_used++;
	slots_set(s, slot, p);
	return slot;
}

void
slots_del(struct slots *s, uint32_t slot)
{
	slots_set(s, slot, NULL);
	xgrow(&s->free, &s->cap_free, s->n_free + 1, sizeof(*s->free));
	s->free[s->n_free++] = slot;
	s->n_used--;
}
