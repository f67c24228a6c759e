/*
 * crew - threads that several queries share: each does a part of one thing.
 *
 * Who has something to be done does a part of it too, so that it gets done even where all
 * others are busy with something else, or where there can be no other thread. On a host that
 * is watched they are few and give way to what it has to do.
 */
#ifndef ENGINE_QUERY_CREW_H
#define ENGINE_QUERY_CREW_H

#include <stdbool.h>

#define CREW_MAX 64u

struct crew;

/* IS_POLITE: for half of the cpus, and nicer than others; otherwise for all of them. Threads
 * are started when they are needed, and stay. The caller owns it. */
struct crew *crew_new(bool is_polite);

/* Nobody may be in crew_run(). NULL is fine. */
void crew_free(struct crew *c);

/* How many can work for one thing at once, whoever asks included. NULL: all cpus. */
unsigned crew_size(const struct crew *c);

/* Call WORK(CTX, I) for each I below N, in any order, in several threads, the caller's one of
 * them. It may be called by many threads at once. C NULL: in threads that end with it. N is
 * CREW_MAX at most. */
void crew_run(struct crew *c, unsigned n, void (*work)(void *ctx, unsigned i), void *ctx);

#endif
