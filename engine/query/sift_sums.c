#include "engine/query/sift_node.h"

/* Do descriptors, with threads, decide what N, a check, says of C's row? */
static bool
is_of_fd(const struct sift_node *n, struct cursor *c)
{
	if (n->needs_bytes && cursor_value(c, COL_FLAGS) & ROW_NEEDS_BYTES)
		return false;
	return n->by == COL_FD || n->is_of_writes || (n->how == TERM_BY_PAIR && !n->is_of_tracers);
}

/* Is what each comparison of N says the same for all rows that add up with C's? All of them
 * are asked, whichever decide. */
static bool
is_alike(struct sift_node *n, struct cursor *c, bool by_fd, bool *needs_fds)
{
	/* What it says is kept for each row. */
	if (n->known)
		return false;
	for (struct sift_node *kid = n->first; kid; kid = kid->next)
		if (!is_alike(kid, c, by_fd, needs_fds))
			return false;
	if (n->kind != EXPR_CHECK || n->by == COL_THREAD)
		return true;
	*needs_fds |= n->by == COL_FD || by_fd;
	if (by_fd && is_of_fd(n, c))
		return true;
	if (sift_node_kind(n, c) != SIFT_MAYBE)
		return true;
	return n->how == TERM_BY_KIND && n->term && cursor_value(c, COL_FLAGS) & ROW_FAILED &&
	       term_is_of_result(n->term, cursor_kind(c));
}

bool
sift_is_alike(const struct sift *s, struct cursor *c, bool by_fd, bool *needs_fds)
{
	return sift_node_kind(s->top, c) != SIFT_MAYBE || is_alike(s->top, c, by_fd, needs_fds);
}

static void
learn(struct sift_node *n, struct cursor *c)
{
	struct value v;

	if (n->kind == EXPR_CHECK && n->term && n->how == TERM_BY_KIND && !n->check->types)
		term_get(n->term, c, &v);
	for (struct sift_node *kid = n->first; kid; kid = kid->next)
		learn(kid, c);
}

void
sift_learn(struct sift *s, struct cursor *c)
{
	learn(s->top, c);
}
