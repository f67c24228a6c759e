#include "ui/cli/outsiders.h"

#include <stdlib.h>

#include "engine/base/mem.h"
#include "engine/world/world.h"

#define LEVELS_MAX 4096			/* parents of parents: no system has more */

void
outsiders_fini(struct outsiders *o)
{
	free(o->ids);
	*o = (struct outsiders){ 0 };
}

/* Note who is above the root, as long as it is there. */
static void
find(struct outsiders *o, const struct world *w)
{
	const struct thread *root = world_thread(w, o->root);
	const struct process *p = root && root->known ? root->proc->parent : NULL;

	if (!root || !root->known)
		return;
	o->are_known = true;
	for (; p && o->n < LEVELS_MAX; p = p->parent) {
		xgrow(&o->ids, &o->cap, o->n + 1, sizeof(o->ids[0]));
		o->ids[o->n++] = p->id;
	}
}

bool
outsiders_have(struct outsiders *o, const struct world *w, const struct process *p)
{
	if (!o->root)
		return false;
	if (!o->are_known)
		find(o, w);
	for (size_t i = 0; i < o->n; i++)
		if (o->ids[i] == p->id)
			return true;
	return false;
}
