#include "ui/row_id.h"

#include "engine/base/text.h"
#include "engine/query/table.h"
#include "engine/query/view.h"

static uint64_t
mix(uint64_t h, const void *p, size_t len)
{
	for (const uint8_t *at = p; len; len--)
		h = (h ^ *at++) * 0x100000001B3u;
	return h;
}

/* False: nothing says what ROW is. */
static bool
find_id(const struct table *t, const struct table_row *row, uint64_t *id)
{
	uint64_t h = mix(0xCBF29CE484222325u, &row->entity, sizeof(row->entity));
	bool is_any = row->entity != 0;

	for (size_t i = 0; i < t->n_columns; i++) {
		const struct cell *c = &row->cells[i];
		struct text text = { 0 };

		if (t->columns[i]->aggregation != VIEW_KEY)
			continue;
		is_any = true;
		if (c->state == CELL_MISSING)
			continue;
		if (t->columns[i]->type == T_STR || t->columns[i]->type == T_DATA) {
			h = mix(h, c->value.s.p, c->value.s.len);
			continue;
		}
		value_text(&c->value, t->columns[i]->type, U_NONE, 64, &text);
		h = mix(h, text.p, text.len);
		text_fini(&text);
	}
	*id = h;
	return is_any;
}

uint64_t
row_id(const struct table *t, size_t i)
{
	uint64_t id;

	return !view_is_list(t->view) && find_id(t, table_row(t, i), &id) ? id : i;
}

static bool
is_called(const struct table *t, const struct table_row *row, const void *ctx)
{
	uint64_t id;

	return find_id(t, row, &id) && id == *(const uint64_t *)ctx;
}

size_t
row_find(const struct table *t, uint64_t id)
{
	size_t at = view_is_list(t->view) ? SIZE_MAX : table_find(t, is_called, &id);

	if (at != SIZE_MAX || id >= t->n_rows)
		return at;
	return row_id(t, id) == id ? id : SIZE_MAX;
}
