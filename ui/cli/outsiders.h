/*
 * outsiders - who is known of a system although only a tree of it is followed.
 *
 * Events come from the root of the tree and from what it started, whoever became
 * the parent of it since. The processes above the root are known by name only,
 * and are none of those that are followed.
 */
#ifndef UI_CLI_OUTSIDERS_H
#define UI_CLI_OUTSIDERS_H

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

struct process;
struct world;

/* Embedded: zeroes, then ROOT; outsiders_fini(). */
struct outsiders {
	int64_t root;			/* pid; 0: all are followed, there are no outsiders */
	bool are_known;
	uint32_t *ids;			/* of processes of the world, not pids */
	size_t n, cap;
};

void outsiders_fini(struct outsiders *o);

/* Is P one? */
bool outsiders_have(struct outsiders *o, const struct world *w, const struct process *p);

#endif
