/*
 * crew - the threads of a query: each does its part of one thing.
 */
#ifndef ENGINE_QUERY_CREW_H
#define ENGINE_QUERY_CREW_H

#define CREW_MAX 64u

/* Call WORK(CTX, I) for each I below N, each in a thread of its own, the first one in the
 * caller's; where there can be no thread, one after the other. N is CREW_MAX at most. */
void crew_run(unsigned n, void (*work)(void *ctx, unsigned i), void *ctx);

#endif
