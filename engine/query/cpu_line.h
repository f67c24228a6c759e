/*
 * cpu_line - how long threads were on CPUs in each slice of a time.
 *
 * No event is looked at: conditions choose threads, as far as they ask what a thread, its
 * process or its container is. What they say of events, or of descriptors, chooses nobody.
 */
#ifndef ENGINE_QUERY_CPU_LINE_H
#define ENGINE_QUERY_CPU_LINE_H

struct err;
struct slices;
struct slices_question;
struct snapshot;

/* Add to the counts of OUT, which are 0, the ns of each slice; see SLICES_CPU. As
 * slices_count(). */
int cpu_line_count(const struct snapshot *snap, const struct slices_question *q,
		   struct slices *out, struct err *err);

#endif
