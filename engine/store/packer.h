/*
 * packer - a thread of low priority that packs the bytes of old events.
 *
 * The writer gives one payload at a time and takes it back packed, some time; it is never
 * waited for, and works a part of the time only, so that it takes no more than that of a cpu
 * however much there is to pack. What is given stays where it is and may be read meanwhile.
 */
#ifndef ENGINE_STORE_PACKER_H
#define ENGINE_STORE_PACKER_H

#include <stdbool.h>

struct payload;
struct packer;

/* The caller owns it; NULL: there can be no thread. */
struct packer *packer_new(void);
void packer_free(struct packer *p);	/* NULL is fine */

/* Is there nothing that was given? */
bool packer_is_free(const struct packer *p);

/* Pack RAW, which is borrowed until it is taken back; nothing else may be given. */
void packer_give(struct packer *p, struct payload *raw);

/* What was made of what was given, the caller's now; NULL: it is not done. */
struct payload *packer_take(struct packer *p);

/* What was given goes: the packer owns it now, and frees it when it is done. */
void packer_leave(struct packer *p);

#endif
