#include "engine/base/err.h"
#include "engine/base/text.h"
#include "engine/field/operand.h"
#include "engine/filter/filter.h"
#include "engine/query/table.h"
#include "engine/query/view.h"
#include "engine/query/view_set.h"
#include "tests/lib/check.h"
#include "ui/drill.h"

/* Names that somebody else chose. */
static const char *const hostile[] = {
	"; touch x", "--help", "/etc/ho ts", "a\"b", "a'b", "a\\b", "$(reboot)", "a\nb", "\033[31m",
	"\xC2\x9B", "\xE2\x80\xAE", "\xFF\xFE", "", "or", "not", "(", "x and proc.pid = 1", "日本",
};

static struct cell cells[16];
static struct table_row row = { .cells = cells };
static const struct view_column *columns[16];
static struct table table = { .columns = columns, .rows = &row, .n_rows = 1 };

/* A value that the field of C can have: NAME, where it can have any. */
static const char *
value_of(const struct view_column *c, const char *name)
{
	const struct field_use *use = operand_field(c->of.operand);

	if (use && use->field->unit == U_EVENT_NAME)
		return "open";
	for (size_t i = 0; use && use->field->word && i < use->field->n_words; i++)
		if (use->field->word(i) && *use->field->word(i))
			return use->field->word(i);
	return name;
}

/* A table of V whose keys have NAME where they are texts. */
static void
be_table(const struct view *v, const char *name)
{
	table.view = v;
	table.n_columns = 0;
	for (size_t i = 0; i < v->n_columns && table.n_columns < 16; i++) {
		if (!view_shows(&v->columns[i], VIEW_PLAIN))
			continue;
		cells[table.n_columns] = (struct cell){ 0 };
		if (v->columns[i].aggregation == VIEW_KEY && v->columns[i].type == T_STR) {
			cells[table.n_columns].state = CELL_KNOWN;
			name = value_of(&v->columns[i], name);
			cells[table.n_columns].value.s =
				(struct span){ (const uint8_t *)name, strlen(name) };
		}
		columns[table.n_columns++] = &v->columns[i];
	}
}

static void
test_hostile(const struct view_set *views)
{
	const struct view *files = view_set_find(views, "files");

	for (size_t i = 0; i < sizeof(hostile) / sizeof(hostile[0]); i++) {
		struct drill d = { 0 };
		struct err err = { 0 };
		const char *filters[DRILL_FILTERS_MAX];
		struct filter *f;
		size_t n;

		drill_start(&d, files);
		be_table(files, hostile[i]);
		if (!CHECK(drill_down(&d, views, &table, 0, &err), "into row %zu %s", i, err.text))
			continue;
		n = drill_filters(&d, filters);
		f = filter_compile(filters[n - 1], NULL, &err);
		CHECK(f != NULL, "  its condition is a filter: %s %s", filters[n - 1], err.text);
		for (const char *p = filters[n - 1]; *p; p++)
			if ((uint8_t)*p < 0x20)
				CHECK(false, "  a control character stands in it");
		filter_free(f);
		drill_fini(&d);
	}
}

static void
test_ways(const struct view_set *views)
{
	const struct view *procs = view_set_find(views, "procs"), *files;
	struct drill d = { 0 };
	struct err err = { 0 };
	const char *filters[DRILL_FILTERS_MAX];
	size_t n;

	files = view_set_find(views, "files");
	drill_start(&d, files);
	CHECK(drill_filters(&d, filters) == 0, "at the top there is no condition");
	drill_now(&d)->grid.rows.at = 7;
	drill_set_filter(drill_now(&d), "fd.num = 3");
	drill_sort(&d, files->columns[0].name);
	be_table(files, "/a");
	CHECK(drill_down(&d, views, &table, 0, &err), "down %s", err.text);
	n = drill_filters(&d, filters);
	CHECK(n >= 2, "the row and the filter hold below: %zu", n);
	CHECK_STR(filters[n - 1], "fd.num = 3", "  the filter");
	CHECK(*drill_field(&d), "  there is a field of the path");
	drill_set_filter(drill_now(&d), "");
	CHECK(drill_filters(&d, filters) == n - 1, "without it there, it is gone there");
	drill_switch(&d, procs);
	CHECK(drill_now(&d)->view == procs && d.n == 3, "another view");
	CHECK(drill_filters(&d, filters) == n - 1, "  of the same rows");
	CHECK(drill_back(&d) && drill_back(&d) && !drill_back(&d), "and all the way back");
	CHECK(drill_now(&d)->grid.rows.at == 7 && drill_now(&d)->sort == files->columns[0].name,
	      "where all is as it was left");
	CHECK_STR(drill_now(&d)->filter, "fd.num = 3", "  the filter, too");
	CHECK(drill_filters(&d, filters) == 1, "  and no row is gone into");
	drill_fini(&d);

	drill_start(&d, procs);
	for (int i = 0; i < 3 * DRILL_LEVELS_MAX; i++)
		drill_switch(&d, i % 2 ? procs : files);
	CHECK(d.n <= DRILL_LEVELS_MAX, "levels are bounded");
	be_table(files, "/a");
	drill_switch(&d, files);
	CHECK(!drill_down(&d, views, &table, 0, &err), "beyond them there is no way down: %s",
	      err.text);
	drill_fini(&d);
}

/* Each view whose rows can be gone into leads to another one with a filter that
 * compiles, whatever is missing in its row. */
static void
test_views(const struct view_set *views)
{
	for (size_t i = 0; i < view_set_count(views); i++) {
		const struct view *v = view_set_at(views, i);
		struct drill d = { 0 };
		struct err err = { 0 };
		const char *filters[DRILL_FILTERS_MAX];
		bool is_good = true;

		drill_start(&d, v);
		be_table(v, "x");
		if (v->kind != VIEW_TABLE || !drill_down(&d, views, &table, 0, &err)) {
			drill_fini(&d);
			continue;
		}
		for (size_t n = drill_filters(&d, filters); n; n--) {
			struct filter *f = filter_compile(filters[n - 1], NULL, &err);

			is_good &= f != NULL;
			filter_free(f);
		}
		CHECK(is_good, "%s leads to %s %s", v->id, drill_now(&d)->view->id, err.text);
		drill_fini(&d);
	}
}

/* A row that was gone into is taken out of the path, wherever it stands in it. */
static void
test_forget(const struct view_set *views)
{
	const struct view *files = view_set_find(views, "files");
	struct drill d = { 0 };
	struct err err = { 0 };
	const char *filters[DRILL_FILTERS_MAX];
	char *second;
	size_t n;

	drill_start(&d, files);
	be_table(files, "/first");
	CHECK(drill_down(&d, views, &table, 0, &err), "into a row %s", err.text);
	be_table(drill_now(&d)->view, "/second");
	CHECK(drill_down(&d, views, &table, 0, &err), "and into another %s", err.text);
	drill_set_filter(drill_now(&d), "fd.num = 3");
	n = drill_filters(&d, filters);
	second = strdup(d.levels[1].condition);
	drill_forget(&d, 0);
	CHECK(d.n == 3 && drill_filters(&d, filters) < n, "the first is forgotten, no level is");
	CHECK(!d.levels[0].label && !d.levels[0].field, "  nor called anything");
	n = drill_filters(&d, filters);
	CHECK(n >= 2 && !strcmp(filters[n - 2], second), "  the second holds: %s", filters[n - 2]);
	CHECK_STR(filters[n - 1], "fd.num = 3", "  so does the filter");
	drill_forget(&d, 0);
	drill_forget(&d, 1);
	CHECK(drill_filters(&d, filters) == 1 && !*drill_field(&d), "without both, it is alone");
	CHECK(drill_back(&d) && drill_now(&d)->view == d.levels[1].view, "so is the way back");
	free(second);
	drill_fini(&d);
}

/* Which end of a connection a row is selects it, and is not said: the table below is. */
static void
test_ends(const struct view_set *views)
{
	const struct view *v = view_set_find(views, "connections");
	struct drill d = { 0 };
	struct err err = { 0 };

	drill_start(&d, v);
	be_table(v, "a->b");
	for (size_t i = 0; i < table.n_columns; i++)
		if (columns[i]->aggregation == VIEW_KEY && columns[i]->type == T_BOOL)
			cells[i] = (struct cell){ CELL_KNOWN, { .b = true } };
	CHECK(drill_down(&d, views, &table, 0, &err), "into an end %s", err.text);
	CHECK_STR(d.levels[0].condition, "fd.name = \"a->b\" and fd.is_server = \"true\"",
		  "  which is selected");
	CHECK_STR(d.levels[0].label, "a->b", "  and called");
	CHECK_STR(drill_now(&d)->view->id, "procs", "  down to who has it");
	drill_fini(&d);
}

int
main(void)
{
	struct view_set *views = view_set_new(NULL);

	test_hostile(views);
	test_ways(views);
	test_forget(views);
	test_ends(views);
	test_views(views);
	view_set_free(views);
	return check_done();
}
