/*
 * kept - answers that may be wanted again, by what was asked.
 *
 * Whoever goes back, or drops a filter, asks what was asked before; of a capture that
 * has been read the answer is the same. The ones that were used last stay, as many as
 * there is room for.
 */
#ifndef UI_KEPT_H
#define UI_KEPT_H

#include <stdbool.h>
#include <stddef.h>

#include "ui/ask.h"

#define KEPT_MAX 64			/* answers */

struct kept_entry {
	char *key;
	struct answer answer;
};

/* Embedded: zeroes; ended by kept_fini(). */
struct kept {
	struct kept_entry entries[KEPT_MAX];	/* the one that was put last is the last one */
	size_t n;
};

/* Keep A under KEY; both are taken, and *A is zeroes afterwards. Without a KEY (NULL) it
 * is ended. */
void kept_put(struct kept *k, char *key, struct answer *a);

/* Take out the answer under KEY: the caller owns it. False: there is none. */
bool kept_take(struct kept *k, const char *key, struct answer *out);

void kept_fini(struct kept *k);

#endif
