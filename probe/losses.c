#include "probe/losses.h"

#include <stdlib.h>

#include "engine/base/mem.h"

/* In the order in which they are given out. */
static const struct {
	size_t offset;			/* of the count in struct wire_losses */
	uint8_t reason, class;
} kinds[] = {
	{ offsetof(struct wire_losses, full_state), LOSS_FULL, LOSS_OF_STATE },
	{ offsetof(struct wire_losses, full_data), LOSS_FULL, LOSS_OF_DATA },
	{ offsetof(struct wire_losses, kept_data), LOSS_RESERVED, LOSS_OF_DATA },
};

struct told {
	uint64_t counts[ARRAY_LEN(kinds)];
};

struct losses {
	struct told *told;		/* by CPU */
	size_t n;
};

_Static_assert(ARRAY_LEN(kinds) < LOSS_PARTS, "and one for what was never counted");

static uint64_t
count_of(const struct wire_losses *counted, size_t kind)
{
	return *(const uint64_t *)(const void *)((const char *)counted + kinds[kind].offset);
}

struct losses *
losses_new(size_t n)
{
	struct losses *l = xzalloc(sizeof(*l));

	l->told = xzalloc((n ? n : 1) * sizeof(*l->told));
	l->n = n;
	return l;
}

void
losses_free(struct losses *l)
{
	if (!l)
		return;
	free(l->told);
	free(l);
}

size_t
losses_split(struct losses *l, uint32_t cpu, const struct wire_losses *counted, uint64_t n,
	     struct loss_part *out)
{
	size_t n_parts = 0;

	for (size_t i = 0; i < ARRAY_LEN(kinds) && n && cpu < l->n; i++) {
		uint64_t left = count_of(counted, i) - l->told[cpu].counts[i];
		uint64_t part = left < n ? left : n;

		if (!part)
			continue;
		out[n_parts++] = (struct loss_part){ part, kinds[i].reason, kinds[i].class };
		l->told[cpu].counts[i] += part;
		n -= part;
	}
	if (n)
		out[n_parts++] = (struct loss_part){ n, LOSS_FOR_UNKNOWN, LOSS_OF_ANY };
	return n_parts;
}

uint64_t
losses_rest(const struct losses *l, uint32_t cpu, const struct wire_losses *counted)
{
	uint64_t rest = 0;

	for (size_t i = 0; i < ARRAY_LEN(kinds) && cpu < l->n; i++)
		rest += count_of(counted, i) - l->told[cpu].counts[i];
	return rest;
}
