#include <stdlib.h>
#include <string.h>

#include "engine/base/mem.h"
#include "engine/query/known.h"
#include "engine/query/sift_node.h"
#include "engine/store/keepsakes.h"

/* Verdicts on N_SLOTS slots, those of WAS among them, which may be NULL. */
static struct sift_verdicts *
new_verdicts(size_t n_slots, const struct sift_verdicts *was)
{
	struct sift_verdicts *v = xzalloc(sizeof(*v) + n_slots + 1);

	v->n_slots = n_slots;
	for (size_t i = 0; was && i <= was->n_slots; i++)
		v->answers[i] = __atomic_load_n(&was->answers[i], __ATOMIC_RELAXED);
	return v;
}

/* Borrow what is kept of N, or let what will be found out be kept. */
static void
share(struct sift_node *n, struct cursor *c)
{
	const struct snapshot *snap = c->snap;
	struct keepsake_name name = { .age = snap->learned, .slots_age = snap->slots_age };
	struct text text = { 0 };
	struct sift_verdicts *was;

	text_str(&text, "verdicts ");
	known_put_name(n->expr, &n->of->options, c, &text);
	name.name = (struct span){ (const uint8_t *)text.p, text.len };
	n->shared_from = store_keepsakes(snap->store);
	n->shared = was = keepsakes_borrow(n->shared_from, &name);
	if (!was || was->n_slots < snap->n_fd_versions) {
		n->shared = new_verdicts(snap->n_fd_versions, was);
		if (was)
			keepsakes_give_back(n->shared_from, was);
		keepsakes_put(n->shared_from, &name, n->shared,
			      sizeof(*n->shared) + n->shared->n_slots, free);
	}
	n->answers = n->shared->answers;
	text_fini(&text);
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
		keepsakes_give_back(n->shared_from, n->shared);
	else
		free(n->answers);
}
