#include "engine/query/gather_inside.h"
#include "engine/store/pyramid.h"

/* The greatest node that G wants, of levels below *LEVEL, which ends with chunk I of the
 * snapshot: its level is *LEVEL then. NULL: there is none. */
static const struct pyramid_node *
node_at(const struct gather *g, size_t i, unsigned *level)
{
	const struct chunk *c = g->plan->snap->chunks[i].c;
	const struct pyramid_node *node;

	while ((*level)-- > 0) {
		node = pyramid_node_of(c, *level);
		if (node && gather_wants_node(g, node))
			return node;
	}
	return NULL;
}

size_t
gather_run(const struct gather *g, size_t end, struct gather_run *run)
{
	run->level = CHUNK_NODES;
	run->node = node_at(g, end - 1, &run->level);
	run->end = end;
	return run->first = end - (run->node ? run->node->n_chunks : 1);
}

void
gather_take_run(struct gather *g, const struct gather_run *run, bool *is_taken)
{
	size_t end = run->end;

	if (!run->node)
		return;
	if (gather_node(g, run->node)) {
		for (size_t i = run->first; i < end; i++)
			is_taken[i] = true;
		return;
	}
	/* What it is made of may be less. */
	while (end > run->first) {
		struct gather_run part = { .end = end, .level = run->level };

		part.node = node_at(g, end - 1, &part.level);
		end = part.first = end - (part.node ? part.node->n_chunks : 1);
		gather_take_run(g, &part, is_taken);
	}
}
