#include "ui/browse.h"

#include <string.h>

#include "engine/query/table.h"
#include "ui/key.h"

/* What acts on rows, or moves among them. */
static const char on_rows[] = "Enter F5 e F6 d F12 s F8 a + - S n N Up Down PgUp PgDn Home End";

/* Will there be rows, or more of them than none? */
static bool
is_awaited(struct browse *b)
{
	const struct app *a = b->screen.app;

	if (browse_has_table(b))
		return !b->table.table->n_rows && a->o->name && !b->is_final;
	return !b->table.err.code || b->table.view != browse_level(b)->view;
}

bool
browse_type_ahead(struct browse *b, const struct key *k)
{
	struct app *a = b->screen.app;

	if (!key_is_in(k, on_rows) || !is_awaited(b)) {
		b->n_typed = 0;
		return false;
	}
	if (b->n_typed == BROWSE_TYPED_MAX) {
		app_note(a, STYLE_WARNING, "so many keys do not wait for the rows");
		return true;
	}
	b->typed[b->n_typed++] = *k;
	app_note(a, STYLE_DIM, "there are no rows yet; what is typed waits for them");
	return true;
}

void
browse_type_on(struct browse *b)
{
	struct app *a = b->screen.app;
	struct key keys[BROWSE_TYPED_MAX];
	size_t n = b->n_typed;

	if (!n || a->top != &b->screen || is_awaited(b))
		return;
	memcpy(keys, b->typed, n * sizeof(*keys));
	b->n_typed = 0;
	/* They may lead to other rows that are waited for, or to another screen. */
	for (size_t i = 0; i < n; i++)
		app_key(a, &keys[i]);
}
