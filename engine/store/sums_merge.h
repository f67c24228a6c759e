/*
 * sums_merge - the sums of several stretches of rows become those of all of them.
 *
 * Nothing is lost: whoever asks the merged ones is told what all of the others would tell; by
 * descriptor, of kinds that all of them have.
 * Rows are counted from the first stretch on, and what codes stand for is told anew.
 */
#ifndef ENGINE_STORE_SUMS_MERGE_H
#define ENGINE_STORE_SUMS_MERGE_H

#include <stdint.h>

struct combined;
struct sums;

/* One of them; borrowed. */
struct sums_part {
	const struct sums *sums;
	const struct combined *combined;	/* what their codes stand for */
	uint32_t n_combined;
	uint64_t first;			/* the event that their rows count from */
};

/* What N PARTS, each of which follows the one before, come to. The caller owns it. NULL: there
 * would be fewer than PAYS groups of theirs for each one of its own. What codes stand for then is
 * *COMBINED, which are *N_COMBINED; the caller owns them. Those that are there stay, and those that
 * are missing are added, whatever comes of it. */
struct sums *sums_merge(const struct sums_part *parts, unsigned n, unsigned pays,
			struct combined **combined, uint32_t *n_combined);

#endif
