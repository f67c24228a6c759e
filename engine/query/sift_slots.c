#include "engine/query/facts.h"
#include "engine/query/sift_node.h"
#include "engine/store/store.h"

/* What is known of a descriptor. */
struct subject {
	const struct fd_version *v;
	const struct facts_seen *seen;
	uint32_t slot;
};

static enum sift_verdict
check_subject(const struct sift_node *n, const struct subject *s)
{
	const struct facts_seen *seen = n->use < FACTS_MAX ? &s->seen[n->use] : NULL;
	bool yes;

	if (n->is_of_fd_kind)
		yes = n->fd_kinds >> s->v->kind & 1;
	else if (seen && seen->is_asked)
		yes = seen->value && check_value(n->check, seen->value);
	else
		return SIFT_MAYBE;
	return yes ? SIFT_YES : SIFT_NO;
}

static enum sift_verdict
node_subject(const struct sift_node *n, const struct subject *s)
{
	enum sift_verdict ends = n->kind == EXPR_AND ? SIFT_NO : SIFT_YES, one;
	enum sift_verdict all = n->kind == EXPR_AND ? SIFT_YES : SIFT_NO;

	if (n->kind == EXPR_CHECK)
		return check_subject(n, s);
	for (const struct sift_node *kid = n->first; kid; kid = kid->next) {
		one = node_subject(kid, s);
		if (n->kind == EXPR_NOT)
			return one == SIFT_YES ? SIFT_NO : one == SIFT_NO ? SIFT_YES : one;
		if (one == ends)
			return one;
		all = one == SIFT_MAYBE ? one : all;
	}
	return all;
}

/* The nodes that descriptors decide note what they say. */
static void
look(struct sift_node *n, const struct subject *s)
{
	enum sift_verdict verdict;

	if (n->by != COL_FD || !n->answers) {
		for (struct sift_node *kid = n->first; kid; kid = kid->next)
			look(kid, s);
		return;
	}
	if (sift_answer(n, s->slot) != SIFT_UNKNOWN)
		return;
	verdict = node_subject(n, s);
	if (verdict != SIFT_MAYBE)
		sift_note(n, s->slot, verdict == SIFT_YES);
}

void
sift_look(struct sift *s, uint32_t slot, const struct fd_version *v,
	  const struct facts_seen *seen)
{
	const struct subject subject = { v, seen, slot };

	look(s->top, &subject);
}
