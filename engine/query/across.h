/*
 * across - a window of time as events, across sections that overlap.
 *
 * Events are in the order in which they were read; captures of two systems, or of an earlier
 * day behind a later one, are not in that of their times. What lies between a window's first
 * and last event may then be of another time, and a filter has to leave it out.
 */
#ifndef ENGINE_QUERY_ACROSS_H
#define ENGINE_QUERY_ACROSS_H

struct query;
struct snapshot;
struct text;

/* Give Q, whose window is one of times, its first event and its end. TIMES, which is empty, gets
 * the filter that Q then needs besides, with a NUL; mostly it stays empty. */
void across_set(const struct snapshot *snap, struct query *q, struct text *times);

#endif
