#include <stdlib.h>

#include "engine/base/mem.h"
#include "engine/query/known.h"
#include "engine/query/sift_node.h"

/* Borrow what is kept of N, or let what will be found out be kept. */
static void
share(struct sift_node *n, struct cursor *c)
{
	struct text name = { 0 };

	text_str(&name, "verdicts ");
	known_put_name(n->expr, &n->of->options, c, &name);
	n->shared = verdicts_borrow(c->snap, &name);
	n->answers = n->shared->answers;
	text_fini(&name);
}

void
sift_node_have_answers(struct sift_node *n, struct cursor *c)
{
	if (n->answers)
		return;
	if (n->by == COL_FD || n->is_of_writes)
		share(n, c);
	else
		n->answers = xzalloc(1u + (n->how == TERM_BY_FD ? c->snap->n_fd_versions :
								  c->snap->n_thread_versions));
}

void
sift_node_drop_answers(struct sift_node *n)
{
	if (n->shared)
		verdicts_give_back(n->shared);
	else
		free(n->answers);
}
