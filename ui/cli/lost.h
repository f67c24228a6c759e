/*
 * lost - the sum of what is missing, of the running kernel or of a capture alike.
 */
#ifndef UI_CLI_LOST_H
#define UI_CLI_LOST_H

#include <stdint.h>

struct loss_record;

/* Embedded: zeroes. */
struct lost {
	uint64_t state, data, any;	/* events by enum loss_class */
	uint64_t delivered;		/* events that have a number */
};

void lost_add(struct lost *l, const struct loss_record *loss);
uint64_t lost_sum(const struct lost *l);

/* Say on standard error what is missing, if anything is. */
void lost_report(const struct lost *l);

#endif
