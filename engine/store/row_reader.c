#include "engine/store/row_reader.h"

#include <stdlib.h>

#include "engine/base/mem.h"
#include "engine/store/chunk.h"

#define PAYS 64u			/* rows of a pack for which it is unpacked */

struct row_reader {
	const struct chunk *c;		/* NULL: none, or it is not sealed */
	uint32_t first;			/* of the pack */
	uint32_t n_asked;
	uint64_t values[COL_KIND][PACK_ROWS];	/* of those that are not combined */
	uint32_t codes[PACK_ROWS];
};

struct row_reader *
row_reader_new(void)
{
	return xzalloc(sizeof(struct row_reader));
}

void
row_reader_free(struct row_reader *r)
{
	free(r);
}

static void
put_combined(const struct combined *of, uint64_t *v)
{
	v[COL_TYPE] = of->type;
	v[COL_CALL] = of->call;
	v[COL_FLAGS] = of->flags;
}

static void
read_one(const struct chunk *c, uint32_t row, uint64_t *v)
{
	for (unsigned id = 0; id < COL_KIND; id++)
		if (!c->combined || !column_is_combined(id))
			v[id] = column_get(&c->columns[id], row);
	if (c->combined)
		put_combined(&c->combined[column_get(&c->codes, row)], v);
}

static void
unpack(struct row_reader *r)
{
	size_t n = r->c->n - r->first;

	n = n < PACK_ROWS ? n : PACK_ROWS;
	for (unsigned id = 0; id < COL_KIND; id++)
		if (!column_is_combined(id))
			column_load(&r->c->columns[id], r->first, n, r->values[id]);
	column_load_u32(&r->c->codes, r->first, n, r->codes);
}

void
row_reader_get(struct row_reader *r, const struct chunk *c, uint32_t row, uint64_t *v)
{
	uint32_t first = row & ~(PACK_ROWS - 1);

	if (r->c != c || r->first != first) {
		r->c = c->combined ? c : NULL;
		r->first = first;
		r->n_asked = 0;
	}
	if (!r->c || ++r->n_asked < PAYS) {
		read_one(c, row, v);
		return;
	}
	if (r->n_asked == PAYS)
		unpack(r);
	for (unsigned id = 0; id < COL_KIND; id++)
		v[id] = r->values[id][row - first];
	put_combined(&c->combined[r->codes[row - first]], v);
}
