#include "engine/query/offer.h"

#include "engine/query/cursor.h"
#include "engine/query/term.h"
#include "engine/query/view.h"
#include "engine/world/container.h"

/* Container 0 is the host. */
static bool
has_value(struct term *t, struct cursor *c, const struct snapshot *snap)
{
	size_t n = containers_count(snap->containers);
	struct value v;

	for (uint32_t i = 0; i <= n; i++) {
		cursor_container(c, i, snap->end - 1);
		if (term_ask(t, c, &v))
			return true;
	}
	return false;
}

bool
offer_has_needs(const struct view *v, const struct snapshot *snap)
{
	struct cursor *c;
	bool found = !v->n_needs;

	if (found || snap->end <= snap->first)
		return found;
	c = cursor_new(snap, NULL);
	for (size_t i = 0; i < v->n_needs && !found; i++) {
		struct term *t = term_new(v->needs[i].text, NULL);

		found = t && has_value(t, c, snap);
		term_free(t);
	}
	cursor_free(c);
	return found;
}
