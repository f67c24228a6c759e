#include "ui/cli/listing_views.h"

#include <string.h>

#include "engine/base/arena.h"
#include "engine/base/mem.h"
#include "engine/base/text.h"
#include "engine/lua/tree.h"
#include "engine/query/view.h"
#include "engine/query/view_set.h"
#include "engine/query/view_spec.h"
#include "ui/cli/view_files.h"

/* A copy of S that can do no harm: whoever wrote a view chose its words. */
static const char *
safe(struct arena *a, const char *s)
{
	struct text t = { 0 };
	const char *copy;

	text_safe(&t, s, strlen(s));
	copy = arena_strndup(a, t.len ? t.p : "", t.len);
	text_fini(&t);
	return copy;
}

static const char *
rows_of(const struct view *v)
{
	static const char *const entities[] = {
		[VIEW_NO_ENTITY] = "entities", [VIEW_PROCESS] = "processes",
		[VIEW_THREAD] = "threads", [VIEW_CONTAINER] = "containers",
		[VIEW_DESCRIPTOR] = "descriptors",
	};

	if (v->rows == VIEW_ROWS_PENDING)
		return "calls that have not returned";
	if (v->rows == VIEW_ROWS_ENTITIES)
		return entities[v->entity];
	return view_is_list(v) ? "events" : "events, by their key";
}

/* "PID, CPU, ...": those without containers. */
static const char *
columns_of(struct arena *a, const struct view *v)
{
	struct text t = { 0 };
	const char *copy;

	for (size_t i = 0; i < v->n_columns; i++)
		if (!v->columns[i].is_hidden && view_shows(&v->columns[i], VIEW_PLAIN))
			text_fmt(&t, "%s%s", t.len ? ", " : "", v->columns[i].name);
	copy = arena_strndup(a, t.len ? t.p : "", t.len);
	text_fini(&t);
	return copy;
}

void
listing_walk_views(const struct listing_ask *ask, listing_take_fn *take, void *ctx)
{
	struct view_set *s = view_files_load(ask->views_dir, NULL);
	struct arena a = { 0 };

	for (size_t i = 0; i < view_set_count(s); i++) {
		const struct view *v = view_set_at(s, i);

		take(ctx, &(struct listing_entry){
			.name = v->id,
			.facts = { safe(&a, v->name), rows_of(v),
				   v->filter.text ? safe(&a, v->filter.text) : NULL,
				   columns_of(&a, v),
				   v->drill_down ? safe(&a, v->drill_down) : NULL,
				   safe(&a, v->file) },
			.doc = safe(&a, *v->description ? v->description : v->name),
		});
	}
	arena_fini(&a);
	view_set_free(s);
}

static void
walk_keys(const char *group, const struct spec_keys *keys, listing_take_fn *take, void *ctx)
{
	static const char *const kinds[] = {
		[SPEC_TEXT] = "text", [SPEC_FLAG] = "true or false", [SPEC_NUMBER] = "number",
		[SPEC_TEXTS] = "list of texts", [SPEC_TABLES] = "list of tables",
	};

	for (size_t i = 0; i < keys->n; i++)
		take(ctx, &(struct listing_entry){
			.group = group, .name = keys->keys[i].name,
			.facts = { kinds[keys->keys[i].kind],
				   keys->keys[i].is_needed ? "yes" : NULL },
			.doc = keys->keys[i].doc,
		});
}

void
listing_walk_view_keys(const struct listing_ask *ask, listing_take_fn *take, void *ctx)
{
	struct text name = { 0 };

	(void)ask;
	walk_keys("A view", &view_keys, take, ctx);
	walk_keys("Each of its columns", &column_keys, take, ctx);
	walk_keys("Each of its actions", &action_keys, take, ctx);
	for (size_t i = 0; i < VIEW_AGGREGATIONS; i++)
		take(ctx, &(struct listing_entry){
			.group = "What a column's aggregation may be",
			.name = view_aggregations[i].name, .doc = view_aggregations[i].doc,
		});
	for (size_t i = 0; name.len = 0, tree_function(i, &name); i++) {
		text_char(&name, '\0');
		take(ctx, &(struct listing_entry){
			.group = "What the file can call", .name = name.p, .doc = "As in Lua.",
		});
	}
	text_fini(&name);
}
