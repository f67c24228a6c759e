/*
 * lost - the sum of what is missing, of the running kernel or of a capture alike.
 */
#ifndef UI_CLI_LOST_H
#define UI_CLI_LOST_H

#include <stdint.h>

struct loss_record;
struct source;

/* Embedded: zeroes. */
struct lost {
	uint64_t state, data, any;	/* events by enum loss_class */
};

void lost_add(struct lost *l, const struct loss_record *loss);
uint64_t lost_sum(const struct lost *l);

/* Say on standard error what is missing of S, if anything is. */
void lost_report(const struct lost *l, const struct source *s);

#endif
