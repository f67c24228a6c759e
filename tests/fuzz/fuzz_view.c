/*
 * Any bytes as the file of a view. It is read or refused with a reason that names the
 * file; what is read can be made again, also deeper, and keeps its promises.
 */
#include <string.h>

#include "engine/base/err.h"
#include "engine/base/mem.h"
#include "engine/query/view.h"
#include "engine/query/view_build.h"
#include "engine/query/view_set.h"
#include "tests/fuzz/fuzz.h"

#define NAME "fuzz.lua"

static void
check_view(const struct view *v)
{
	if (v->n_keys > v->n_columns || !v->n_columns)
		die("%zu keys of %zu columns", v->n_keys, v->n_columns);
	if (v->sort_column >= v->n_columns && v->sort_column != SIZE_MAX)
		die("sorted by column %zu of %zu", v->sort_column, v->n_columns);
	for (size_t i = 0; i < v->n_columns; i++) {
		const struct view_column *c = &v->columns[i];

		if ((c->aggregation == VIEW_KEY) != (i < v->n_keys))
			die("column %zu is in the wrong place", i);
		if (c->of.operand == NULL && c->aggregation != VIEW_COUNT &&
		    c->aggregation != VIEW_RATE && c->aggregation != VIEW_AGE)
			die("column %zu has no field", i);
	}
	for (size_t i = 0; i < v->n_actions; i++)
		if (!v->actions[i].n_words)
			die("a command without words");
}

int
LLVMFuzzerTestOneInput(const uint8_t *data, size_t len)
{
	static struct view_set *s;
	size_t n_problems;
	struct err err = { 0 };

	if (!s)
		s = view_set_new(NULL);
	n_problems = view_set_n_problems(s);
	if (view_set_add(s, NAME, (struct span){ data, len }) == 0) {
		for (size_t i = 0; i < view_set_count(s); i++) {
			const struct view *v = view_set_at(s, i);
			struct view *deeper;

			if (strcmp(v->file, NAME) != 0)
				continue;
			check_view(v);
			deeper = view_set_deeper(s, v, 7, &err);
			if (deeper)
				check_view(deeper);
			view_free(deeper);
		}
	} else if (view_set_n_problems(s) > n_problems &&
		   strncmp(view_set_problem(s, n_problems), NAME ":", sizeof(NAME)) != 0) {
		die("no place: %s", view_set_problem(s, n_problems));
	}
	if (view_set_n_problems(s) < 900 && view_set_count(s) < 200)
		return 0;
	view_set_free(s);
	s = NULL;
	return 0;
}
