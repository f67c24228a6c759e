/*
 * losses - why what is missing is missing.
 *
 * The numbers of a CPU's records tell where some are missing and how many; its
 * counters tell why. Both count the same, so each gap is given its part of what was
 * counted since the gap before it. When several reasons were counted by then, state
 * is given out first: better to doubt too early what is known than too late.
 */
#ifndef PROBE_LOSSES_H
#define PROBE_LOSSES_H

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

#include "engine/event/source.h"
#include "probe/wire.h"

/* One reason of a gap. */
struct loss_part {
	uint64_t count;
	uint8_t reason;			/* enum loss_reason */
	uint8_t class;			/* enum loss_class */
};

#define LOSS_PARTS 4

struct losses;

/* For the CPUs below N. The caller owns it. */
struct losses *losses_new(size_t n);

/* NULL is fine. */
void losses_free(struct losses *l);

/* CPU has a gap of N events, and COUNTED so far: at OUT, of LOSS_PARTS, what the gap
 * is made of. How many parts. */
size_t losses_split(struct losses *l, uint32_t cpu, const struct wire_losses *counted, uint64_t n,
		    struct loss_part *out);

/* What CPU counted that no gap has told of. */
uint64_t losses_rest(const struct losses *l, uint32_t cpu, const struct wire_losses *counted);

#endif
