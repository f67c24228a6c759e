/* Columns that were chosen: lists, the file, and what a file of somebody else can do. */
#include <stdio.h>
#include <stdlib.h>

#include "engine/base/text.h"
#include "engine/query/view_set.h"
#include "tests/lib/check.h"
#include "tests/lib/rng.h"
#include "ui/columns.h"

static struct column_choice list[COLUMNS_ENTRIES_MAX];

static void
parse(struct columns *c, const char *text)
{
	columns_parse(c, text, strlen(text));
}

/* What is shown of V, as "NAME:WIDTH ...". */
static void
put_shown(const struct columns *c, const struct view *v, enum view_variant variant,
	  struct text *t)
{
	size_t n = columns_list(c, v, variant, list, COLUMNS_ENTRIES_MAX);

	t->len = 0;
	for (size_t i = 0; i < n; i++)
		if (list[i].is_shown)
			text_fmt(t, "%s:%u ", list[i].column->name, list[i].width_cols);
	text_char(t, '\0');
}

static void
check_shown(const struct columns *c, const struct view *v, const char *want, const char *what)
{
	struct text t = { 0 };

	put_shown(c, v, VIEW_PLAIN, &t);
	CHECK_STR(t.p, want, "%s", what);
	text_fini(&t);
}

/* Each column is there once, with the cell that it has in a row. */
static bool
is_whole(const struct view *v, enum view_variant variant, size_t n)
{
	bool seen[COLUMNS_ENTRIES_MAX] = { false };
	size_t wanted = 0, cell = 0;

	for (size_t i = 0; i < v->n_columns; i++)
		wanted += view_shows(&v->columns[i], variant);
	if (n != wanted)
		return false;
	for (size_t i = 0; i < n; i++) {
		if (list[i].cell >= n || seen[list[i].cell])
			return false;
		seen[list[i].cell] = true;
	}
	for (size_t i = 0; i < v->n_columns; i++) {
		if (!view_shows(&v->columns[i], variant))
			continue;
		for (size_t k = 0; k < n; k++)
			if (list[k].cell == cell && list[k].column != &v->columns[i])
				return false;
		cell++;
	}
	return true;
}

static bool
hides_only(const struct view *v, enum view_variant variant, size_t which)
{
	struct columns c = { 0 };
	size_t n = columns_list(&c, v, variant, list, COLUMNS_ENTRIES_MAX);
	const struct view_column *column = list[which].column;
	bool is_good;

	for (size_t i = 0; i < n; i++)
		list[i].is_shown = i != which;
	columns_set(&c, v, list, n);
	is_good = columns_list(&c, v, variant, list, COLUMNS_ENTRIES_MAX) == n;
	for (size_t i = 0; i < n; i++)
		is_good &= list[i].is_shown == (list[i].column != column);
	columns_fini(&c);
	return is_good;
}

/* Each column of each view can be hidden, and no other one is then. */
static void
test_each(const struct view_set *views)
{
	static const enum view_variant variants[] = { VIEW_PLAIN, VIEW_CONTAINERS, VIEW_PODS };
	struct columns none = { 0 };

	for (size_t i = 0; i < view_set_count(views); i++) {
		const struct view *v = view_set_at(views, i);

		for (size_t k = 0; k < 3; k++) {
			size_t n = columns_list(&none, v, variants[k], list, COLUMNS_ENTRIES_MAX);
			bool is_good = is_whole(v, variants[k], n);

			for (size_t a = 0; a < n; a++)
				is_good &= hides_only(v, variants[k], a);
			CHECK(is_good, "%s, variant %d: each column", v->id, (int)variants[k]);
		}
	}
}

static void
test_lists(const struct view *v)
{
	struct columns c = { 0 };
	struct text own = { 0 }, t = { 0 };
	size_t n;

	put_shown(&c, v, VIEW_PLAIN, &own);
	CHECK(strstr(own.p, "PID:") == own.p, "first there is %s", own.p);
	CHECK(!columns_has(&c, v), "nothing is chosen");
	parse(&c, "view procs\nshow 9 CPU\nshow - PID\nhide - USER\n");
	n = columns_list(&c, v, VIEW_PLAIN, list, COLUMNS_ENTRIES_MAX);
	CHECK(is_whole(v, VIEW_PLAIN, n), "each is there once");
	CHECK_STR(list[0].column->name, "CPU", "one is the first now");
	CHECK(list[0].width_cols == 9 && list[0].is_shown, "  with its width");
	for (size_t i = 0; i < n; i++)
		if (!strcmp(list[i].column->name, "USER"))
			CHECK(!list[i].is_shown, "one is hidden");
	CHECK(columns_set(&c, v, list, n) && columns_has(&c, v), "kept");
	columns_print(&c, &t);
	CHECK(t.len && t.p[0] == '#', "printed");
	columns_fini(&c);
	columns_parse(&c, t.p, t.len);
	CHECK(columns_list(&c, v, VIEW_PLAIN, list, COLUMNS_ENTRIES_MAX) == n &&
	      !strcmp(list[0].column->name, "CPU") && list[0].width_cols == 9, "and read back");
	columns_reset(&c, v);
	check_shown(&c, v, own.p, "reset");
	columns_fini(&c);
	text_fini(&own);
	text_fini(&t);
}

/* What another variant has besides stands where the view has it, and is not forgotten. */
static void
test_variants(const struct view *v)
{
	struct columns c = { 0 };
	struct text before = { 0 }, after = { 0 };
	size_t n;

	put_shown(&c, v, VIEW_CONTAINERS, &before);
	n = columns_list(&c, v, VIEW_PLAIN, list, COLUMNS_ENTRIES_MAX);
	columns_set(&c, v, list, n);
	put_shown(&c, v, VIEW_CONTAINERS, &after);
	CHECK_STR(after.p, before.p, "of other variants all is as it was");
	n = columns_list(&c, v, VIEW_CONTAINERS, list, COLUMNS_ENTRIES_MAX);
	for (size_t i = 0; i < n; i++)
		list[i].is_shown &= !strstr(list[i].column->name, "CONT");
	columns_set(&c, v, list, n);
	n = columns_list(&c, v, VIEW_PLAIN, list, COLUMNS_ENTRIES_MAX);
	columns_set(&c, v, list, n);
	put_shown(&c, v, VIEW_CONTAINERS, &after);
	CHECK(strstr(before.p, "CONT") && !strstr(after.p, "CONT"),
	      "what was hidden there is hidden");
	columns_fini(&c);
	text_fini(&before);
	text_fini(&after);
}

static void
test_hostile(const struct view *v)
{
	static const char *const nothing[] = {
		"", "\n\n", "view", "view ", "show 3 PID", "view other\nhide - PID\n",
		"view procs\nhide PID\n", "view procs\nhide 0 PID\n", "view procs\nhide 501 PID\n",
		"view procs\nhide 99999999999999999999 PID\n", "view procs\nhide -\n",
		"view procs\nhide - \n", "view procs\nhide - NOT THERE\n",
		"view procs\nhide -PID\n",
		"view procs\033[31m\nhide - PID\n", "view procs\nhide - PID\r\n",
		"view procs\nhide - PID\x9B\n",
	};
	struct columns c = { 0 };
	struct text own = { 0 };

	put_shown(&c, v, VIEW_PLAIN, &own);
	for (size_t i = 0; i < sizeof(nothing) / sizeof(nothing[0]); i++) {
		parse(&c, nothing[i]);
		check_shown(&c, v, own.p, "passed over");
		columns_fini(&c);
	}
	columns_parse(&c, "view procs\nhide - PID\nshow\0 - X\n", 33);
	CHECK(columns_list(&c, v, VIEW_PLAIN, list, COLUMNS_ENTRIES_MAX) && !list[0].is_shown,
	      "what stands before nonsense counts");
	columns_fini(&c);
	text_fini(&own);
}

static void
test_bounds(const struct view *v)
{
	struct columns c = { 0 };
	struct text t = { 0 };

	for (int i = 0; i < 3000; i++)
		text_fmt(&t, "view v%d\nshow 3 A\n", i);
	text_str(&t, "view v0\n");
	for (int i = 0; i < 3000; i++)
		text_fmt(&t, "show 3 C%d\n", i);
	columns_parse(&c, t.p, t.len);
	CHECK(c.n == COLUMNS_VIEWS_MAX && c.views[0].n == COLUMNS_ENTRIES_MAX, "there are bounds");
	CHECK(!columns_set(&c, v, list, 0), "and whoever wants more is told");
	columns_fini(&c);
	text_fini(&t);
}

/* Random changes and random files: always whole, and the same when read back. */
static void
test_random(const struct view *v, struct rng *r)
{
	static const char *const lines[] = {
		"view procs\n", "show - PID\n", "hide 3 PID\n", "show 12 COMMAND\n", "hide - CPU\n",
		"show 500 USER\n", "show - TH\n", "view x\n", "garbage\n", "show - VIRT", "\n",
	};
	bool is_good = true;

	for (int i = 0; i < 3000; i++) {
		struct columns c = { 0 }, again = { 0 };
		struct text t = { 0 }, one = { 0 }, two = { 0 };
		size_t n;

		for (size_t k = rng_below(r, 20); k; k--)
			text_str(&t, lines[rng_below(r, sizeof(lines) / sizeof(lines[0]))]);
		columns_parse(&c, t.p, t.len);
		n = columns_list(&c, v, VIEW_PLAIN, list, COLUMNS_ENTRIES_MAX);
		is_good &= is_whole(v, VIEW_PLAIN, n);
		put_shown(&c, v, VIEW_PLAIN, &one);
		t.len = 0;
		columns_print(&c, &t);
		columns_parse(&again, t.p, t.len);
		put_shown(&again, v, VIEW_PLAIN, &two);
		is_good &= !strcmp(one.p, two.p);
		columns_fini(&c);
		columns_fini(&again);
		text_fini(&t);
		text_fini(&one);
		text_fini(&two);
	}
	CHECK(is_good, "3,000 random files");
}

int
main(int argc, char **argv)
{
	struct rng r = rng_from_args(argc, argv);
	struct view_set *views = view_set_new(NULL);
	const struct view *procs = view_set_find(views, "procs");

	test_each(views);
	test_lists(procs);
	test_variants(procs);
	test_hostile(procs);
	test_bounds(procs);
	test_random(procs, &r);
	view_set_free(views);
	return check_done();
}
