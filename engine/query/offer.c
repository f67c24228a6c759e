#include "engine/query/offer.h"

#include <string.h>

#include "engine/base/mem.h"
#include "engine/field/field.h"
#include "engine/field/operand.h"
#include "engine/query/cursor.h"
#include "engine/query/term.h"
#include "engine/query/view.h"
#include "engine/store/marks.h"
#include "engine/world/container.h"

static bool
is_of(const struct operand *o, const char *domain)
{
	const struct field_use *use = operand_field(o);

	return use && !strncmp(use->field->name, domain, strlen(domain));
}

bool
offer_can_tell(const struct operand *o)
{
	static const char *const few[] = {
		"container.", "k8s.", "mesos.", "marathon.", "span.",
	};

	for (size_t i = 0; i < ARRAY_LEN(few); i++)
		if (is_of(o, few[i]))
			return true;
	return false;
}

/* Of a container. Container 0 is the host. */
static bool
has_value(const struct view_operand *of, struct cursor *c, const struct snapshot *snap)
{
	size_t n = containers_count(snap->containers);
	struct term *t = term_new(of->text, NULL);
	bool found = false;
	struct value v;

	for (uint32_t i = 0; t && i <= n && !found; i++) {
		cursor_container(c, i, snap->end - 1);
		found = term_ask(t, c, &v);
	}
	term_free(t);
	return found;
}

bool
offer_has_needs(const struct view *v, const struct snapshot *snap)
{
	struct cursor *c;
	bool found = !v->n_needs;

	if (found || snap->end <= snap->first)
		return found;
	c = cursor_new(snap, NULL);
	for (size_t i = 0; i < v->n_needs && !found; i++)
		found = is_of(v->needs[i].operand, "span.") ?
			marks_has_within(snap->store, snap->first, snap->end) :
			has_value(&v->needs[i], c, snap);
	cursor_free(c);
	return found;
}
