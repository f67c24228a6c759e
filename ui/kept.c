#include "ui/kept.h"

#include <stdlib.h>
#include <string.h>

#include "engine/query/table.h"

#define CELLS_MAX 1000000u		/* of all tables: 32 MB, and the texts in them */

static size_t
cells_of(const struct answer *a)
{
	return a->table ? a->table->n_rows * a->table->n_columns : 0;
}

static void
drop(struct kept *k, size_t i)
{
	free(k->entries[i].key);
	answer_done(&k->entries[i].answer);
	k->n--;
	memmove(&k->entries[i], &k->entries[i + 1], (k->n - i) * sizeof(k->entries[0]));
}

static size_t
find(const struct kept *k, const char *key)
{
	size_t i = 0;

	while (i < k->n && strcmp(k->entries[i].key, key) != 0)
		i++;
	return i;
}

void
kept_put(struct kept *k, char *key, struct answer *a)
{
	size_t cells = cells_of(a), i = key ? find(k, key) : k->n;

	if (i < k->n)
		drop(k, i);
	for (i = 0; i < k->n; i++)
		cells += cells_of(&k->entries[i].answer);
	while (k->n && (k->n == KEPT_MAX || cells > CELLS_MAX)) {
		cells -= cells_of(&k->entries[0].answer);
		drop(k, 0);
	}
	if (!key || cells > CELLS_MAX) {
		free(key);
		answer_done(a);
		return;
	}
	k->entries[k->n++] = (struct kept_entry){ key, *a };
	*a = (struct answer){ 0 };
}

bool
kept_take(struct kept *k, const char *key, struct answer *out)
{
	size_t i = find(k, key);

	if (i == k->n)
		return false;
	*out = k->entries[i].answer;
	k->entries[i].answer = (struct answer){ 0 };
	drop(k, i);
	return true;
}

void
kept_fini(struct kept *k)
{
	while (k->n)
		drop(k, k->n - 1);
}
