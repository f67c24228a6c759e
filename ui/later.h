/*
 * later - ends things that take a while to end.
 *
 * A search has to notice that it is to stop, and a snapshot may be the last one that kept
 * much memory. Whoever presses a key should not wait for that: a thread does it, one thing
 * after the other, in the order in which it was told.
 */
#ifndef UI_LATER_H
#define UI_LATER_H

struct later;

/* The caller owns it. */
struct later *later_new(void);

/* Call END with CTX from the thread; L NULL: at once. */
void later_do(struct later *l, void (*end)(void *ctx), void *ctx);

/* Wait until all is done, and free it. NULL is fine. */
void later_free(struct later *l);

#endif
