#include "engine/event/source.h"
#include "engine/query/sift_node.h"
#include "engine/world/entity.h"

/* Does the kind of a descriptor alone decide what N says? */
static bool
is_of_kind(const struct sift_node *n)
{
	return n->kind == EXPR_CHECK && n->by == COL_FD && !n->check->right &&
	       term_is_of_fd_kind(n->check->left);
}

/* The kinds that N, which asks for nothing else, says yes to. */
static uint32_t
kinds_of_check(const struct sift_node *n, const struct cursor *c)
{
	uint32_t kinds = 0;

	for (unsigned k = 0; k < FD_KINDS; k++) {
		struct descriptor fd = { .kind = (uint8_t)k };
		struct eval ev = c->ev;

		ev.m = NULL;
		ev.thread = NULL;
		ev.proc = NULL;
		ev.fd = &fd;
		kinds |= (uint32_t)check_holds(n->check, &ev) << k;
	}
	return kinds;
}

static uint32_t
kinds_of(const struct sift_node *n, const struct cursor *c)
{
	uint32_t kinds = n->kind == EXPR_OR ? 0 : UINT32_MAX;

	if (is_of_kind(n))
		return kinds_of_check(n, c);
	if (n->kind == EXPR_NOT && is_of_kind(n->first))
		return ~kinds_of_check(n->first, c);
	for (const struct sift_node *kid = n->first; kid && n->kind != EXPR_NOT; kid = kid->next)
		kinds = n->kind == EXPR_OR ? kinds | kinds_of(kid, c) : kinds & kinds_of(kid, c);
	return kinds;
}

void
sift_node_find_kinds(struct sift_node *n, const struct cursor *c)
{
	n->is_of_fd_kind = is_of_kind(n);
	if (n->is_of_fd_kind)
		n->fd_kinds = kinds_of_check(n, c);
	for (struct sift_node *kid = n->first; kid; kid = kid->next)
		sift_node_find_kinds(kid, c);
}

uint32_t
sift_fd_kinds(const struct sift *s, const struct cursor *c)
{
	return kinds_of(s->top, c);
}
