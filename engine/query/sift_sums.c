#include "engine/query/sift_node.h"

#include "engine/field/operand.h"

/* Does N compare what the kind of a descriptor decides? */
static bool
is_of_fd_kind(const struct sift_node *n, const struct cursor *c)
{
	return n->by == COL_FD && !n->check->right && c->snap->knows_kinds &&
	       term_is_of_fd_kind(n->check->left);
}

static bool
is_alike(const struct sift_node *n, struct cursor *c, bool *needs_fds)
{
	if (sift_node_kind(n, c) != SIFT_MAYBE || n->by == COL_THREAD)
		return true;
	/* What it says is kept for each row. */
	if (n->known)
		return false;
	if (n->kind == EXPR_CHECK && n->how == TERM_BY_KIND && n->term)
		return cursor_value(c, COL_FLAGS) & ROW_FAILED &&
		       term_is_of_result(n->term, cursor_kind(c));
	if (n->kind == EXPR_CHECK) {
		*needs_fds |= is_of_fd_kind(n, c);
		return is_of_fd_kind(n, c);
	}
	for (const struct sift_node *kid = n->first; kid; kid = kid->next)
		if (!is_alike(kid, c, needs_fds))
			return false;
	return true;
}

bool
sift_is_alike(const struct sift *s, struct cursor *c, bool *needs_fds)
{
	return is_alike(s->top, c, needs_fds);
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
