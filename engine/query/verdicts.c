#include "engine/query/verdicts.h"

#include <stdlib.h>

#include "engine/base/mem.h"
#include "engine/store/keepsakes.h"

/* On N_SLOTS slots, those of WAS among them, which may be NULL. */
static struct verdicts *
new_verdicts(struct keepsakes *from, size_t n_slots, const struct verdicts *was)
{
	struct verdicts *v = xzalloc_used(sizeof(*v) + n_slots + 1);

	v->from = from;
	v->n_slots = n_slots;
	for (size_t i = 0; was && i <= was->n_slots; i++)
		v->answers[i] = verdicts_get(was->answers, i);
	return v;
}

struct verdicts *
verdicts_borrow(const struct snapshot *snap, const struct text *text)
{
	struct keepsakes *from = store_keepsakes(snap->store);
	struct keepsake_name name = {
		.name = { (const uint8_t *)text->p, text->len },
		.age = snap->learned, .slots_age = snap->slots_age,
	};
	struct verdicts *was = keepsakes_borrow(from, &name), *v;

	if (was && was->n_slots >= snap->n_fd_versions)
		return was;
	v = new_verdicts(from, snap->n_fd_versions, was);
	if (was)
		keepsakes_give_back(from, was);
	keepsakes_put(from, &name, v, sizeof(*v) + v->n_slots, free);
	return v;
}

void
verdicts_give_back(struct verdicts *v)
{
	if (v)
		keepsakes_give_back(v->from, v);
}
