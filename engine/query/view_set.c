#include "engine/query/view_set.h"

#include <errno.h>
#include <stdlib.h>
#include <string.h>
#include <strings.h>

#include "engine/base/arena.h"
#include "engine/base/err.h"
#include "engine/base/mem.h"
#include "engine/field/spelling.h"
#include "engine/lua/tree.h"
#include "engine/query/builtin.h"
#include "engine/query/view.h"
#include "engine/query/view_build.h"
#include "engine/query/view_spec.h"

#define VIEWS_MAX 1000
#define PROBLEMS_MAX 1000
#define DEPTH_MAX 1000

/* One file. Its spec is kept, so that the view can be made at another depth. */
struct entry {
	char *name;
	struct tree *tree;
	struct arena arena;		/* of the spec */
	struct view_spec spec;
	struct view *view;
	bool is_builtin;
};

struct view_set {
	const struct filter_options *options;
	struct entry **entries;		/* by the names of the views */
	size_t n, cap;
	char **problems;
	size_t n_problems, problems_cap;
};

static void
free_entry(struct entry *e)
{
	view_free(e->view);
	arena_fini(&e->arena);
	tree_free(e->tree);
	free(e->name);
	free(e);
}

static void
add_problem(struct view_set *s, const char *text)
{
	if (s->n_problems == PROBLEMS_MAX)
		return;
	xgrow(&s->problems, &s->problems_cap, s->n_problems + 1, sizeof(*s->problems));
	s->problems[s->n_problems++] = xstrdup(text);
}

/* Make the view of E, whose name is set. */
static int
read_entry(struct entry *e, struct span text, const struct filter_options *options,
	   struct err *err)
{
	struct spec_reading r = { e->name, &e->arena, err };
	const struct tree_value *ours, *theirs;
	int status;

	e->tree = tree_read(e->name, text, "view_info", err);
	if (!e->tree)
		return err->code;
	ours = tree_returned(e->tree);
	theirs = tree_global(e->tree);
	if (ours->kind == TREE_TABLE)
		status = spec_read(&r, ours, &e->spec);
	else if (theirs->kind == TREE_TABLE)
		status = spec_read_classic(&r, theirs, &e->spec);
	else
		status = err_set(err, -EINVAL, "%s: it must return a table, as in "
				 "`return { id = \"mine\", ... }`", e->name);
	if (status < 0)
		return status;
	e->view = view_build(&e->spec, options, 0, err);
	return e->view ? 0 : err->code;
}

static int
by_name(const void *a, const void *b)
{
	const struct view *x = (*(struct entry *const *)a)->view;
	const struct view *y = (*(struct entry *const *)b)->view;
	int order = strcmp(x->name, y->name);

	return order ? order : strcmp(x->id, y->id);
}

/* Are A and B two files of one folder? */
static bool
are_neighbours(const struct entry *a, const struct entry *b)
{
	const char *a_name = strrchr(a->name, '/'), *b_name = strrchr(b->name, '/');
	size_t a_len = a_name ? (size_t)(a_name - a->name) : 0;
	size_t b_len = b_name ? (size_t)(b_name - b->name) : 0;

	return !a->is_builtin && !b->is_builtin && strcmp(a->name, b->name) != 0 &&
	       a_len == b_len && !memcmp(a->name, b->name, a_len);
}

/* Put E where its name belongs, instead of one with the same id. Of one folder that is a
 * mistake, and the first one stays. */
static int
insert(struct view_set *s, struct entry *e, struct err *err)
{
	size_t at = 0;

	while (at < s->n && strcmp(s->entries[at]->view->id, e->view->id) != 0)
		at++;
	if (at < s->n && are_neighbours(e, s->entries[at]))
		return spec_refuse(&e->spec, e->spec.id.line, err, "id: %s has the id `%s`, too",
				   s->entries[at]->name, e->view->id);
	if (at == s->n && s->n == VIEWS_MAX)
		return err_set(err, -E2BIG, "%s: there are %d views already", e->name, VIEWS_MAX);
	xgrow(&s->entries, &s->cap, s->n + 1, sizeof(*s->entries));
	if (at < s->n)
		free_entry(s->entries[at]);
	else
		s->n++;
	s->entries[at] = e;
	qsort(s->entries, s->n, sizeof(*s->entries), by_name);
	return 0;
}

static int
add(struct view_set *s, const char *name, struct span text, bool is_builtin)
{
	struct entry *e = xzalloc(sizeof(*e));
	struct err err = { 0 };

	e->name = xstrdup(name);
	e->is_builtin = is_builtin;
	if (read_entry(e, text, s->options, &err) == 0 && insert(s, e, &err) == 0)
		return 0;
	add_problem(s, err.text);
	free_entry(e);
	return err.code;
}

int
view_set_add(struct view_set *s, const char *name, struct span text)
{
	return add(s, name, text, false);
}

void
view_set_note(struct view_set *s, const char *name, const char *why)
{
	struct err err = { 0 };

	err_set(&err, -EIO, "%s: %s", name, why);
	add_problem(s, err.text);
}

struct view_set *
view_set_new(const struct filter_options *options)
{
	struct view_set *s = xzalloc(sizeof(*s));

	s->options = options;
	for (size_t i = 0; i < n_builtin_views; i++)
		add(s, builtin_views[i].name,
		    (struct span){ builtin_views[i].text, builtin_views[i].len }, true);
	return s;
}

void
view_set_free(struct view_set *s)
{
	if (!s)
		return;
	for (size_t i = 0; i < s->n; i++)
		free_entry(s->entries[i]);
	for (size_t i = 0; i < s->n_problems; i++)
		free(s->problems[i]);
	free(s->entries);
	free(s->problems);
	free(s);
}

void
view_set_check(struct view_set *s)
{
	for (size_t i = 0; i < s->n; i++) {
		const struct entry *e = s->entries[i];
		const struct view *near;
		struct err err = { 0 };

		if (!e->view->drill_down || view_set_find(s, e->view->drill_down))
			continue;
		near = view_set_nearest(s, e->view->drill_down);
		spec_refuse(&e->spec, e->spec.drill_down.line, &err,
			    "%s: there is no view `%s`%s%s%s",
			    e->spec.is_classic ? "drilldown_target" : "drill_down",
			    e->view->drill_down, near ? ", did you mean `" : "",
			    near ? near->id : "", near ? "`?" : "");
		add_problem(s, err.text);
	}
}

size_t
view_set_count(const struct view_set *s)
{
	return s->n;
}

const struct view *
view_set_at(const struct view_set *s, size_t i)
{
	return s->entries[i]->view;
}

const struct view *
view_set_find(const struct view_set *s, const char *id)
{
	for (size_t i = 0; i < s->n; i++)
		if (!strcmp(s->entries[i]->view->id, id))
			return s->entries[i]->view;
	return NULL;
}

const struct view *
view_set_nearest(const struct view_set *s, const char *id)
{
	struct spelling meant = spelling_of(id, strlen(id));
	const struct view *near = NULL;

	for (size_t i = 0; i < s->n; i++)
		if (spelling_is_nearer(&meant, s->entries[i]->view->id))
			near = s->entries[i]->view;
	/* Who has seen it in a menu knows its name. */
	for (size_t i = 0; !near && i < s->n; i++)
		if (!strcasecmp(s->entries[i]->view->name, id))
			near = s->entries[i]->view;
	return near;
}

struct view *
view_set_deeper(const struct view_set *s, const struct view *v, unsigned depth,
		struct err *err)
{
	if (depth > DEPTH_MAX) {
		err_set(err, -E2BIG, "more than %d views below each other", DEPTH_MAX);
		return NULL;
	}
	for (size_t i = 0; i < s->n; i++)
		if (!strcmp(s->entries[i]->view->id, v->id))
			return view_build(&s->entries[i]->spec, s->options, depth, err);
	err_set(err, -ENOENT, "there is no view `%s`", v->id);
	return NULL;
}

size_t
view_set_n_problems(const struct view_set *s)
{
	return s->n_problems;
}

const char *
view_set_problem(const struct view_set *s, size_t i)
{
	return s->problems[i];
}
