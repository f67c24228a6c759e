#include "ui/drill.h"

#include <errno.h>
#include <stdlib.h>
#include <string.h>
#include <strings.h>

#include "engine/base/err.h"
#include "engine/base/mem.h"
#include "engine/base/text.h"
#include "engine/query/path.h"
#include "engine/query/show.h"
#include "engine/query/table.h"
#include "engine/query/view.h"
#include "engine/query/view_build.h"
#include "engine/query/view_set.h"

#define LABEL_BYTES_MAX 200

static void
level_fini(struct drill *d, struct drill_level *l)
{
	free(l->filter);
	free(l->condition);
	free(l->label);
	free(l->field);
	if (l->own) {
		xgrow(&d->left, &d->cap_left, d->n_left + 1, sizeof(*d->left));
		d->left[d->n_left++] = l->own;
	}
	*l = (struct drill_level){ 0 };
}

/* A level that shows V in its own order. */
static struct drill_level *
push(struct drill *d, const struct view *v)
{
	struct drill_level *l = &d->levels[d->n++];

	*l = (struct drill_level){ .view = v, .is_descending = v->sort_descending };
	if (v->sort_column < v->n_columns)
		l->sort = v->columns[v->sort_column].name;
	for (size_t i = 0; i < d->n_orders; i++)
		if (d->orders[i].view == v) {
			l->sort = d->orders[i].sort;
			l->is_descending = d->orders[i].is_descending;
		}
	return l;
}

void
drill_start(struct drill *d, const struct view *v)
{
	d->n = 0;
	push(d, v);
}

void
drill_fini(struct drill *d)
{
	while (d->n)
		level_fini(d, &d->levels[--d->n]);
	while (d->n_left)
		view_free(d->left[--d->n_left]);
	free(d->left);
	d->left = NULL;
	d->cap_left = 0;
}

struct drill_level *
drill_now(struct drill *d)
{
	return &d->levels[d->n - 1];
}

static const char *
selects_by(const struct view_column *c)
{
	return c->select.operand ? c->select.text : c->of.text;
}

static bool
put_condition(const struct view_column *c, const struct cell *cell, struct text *t)
{
	const char *field = selects_by(c);
	struct view_column by = *c;

	if (!field)
		return false;
	if (cell->state == CELL_MISSING) {
		text_fmt(t, "not %s exists", field);
		return true;
	}
	/* Only keys say what they are selected by; others are what they show. */
	by.select.text = field;
	path_condition(&by, cell, t);
	return true;
}

bool
drill_cell_condition(const struct table *t, size_t row, size_t column, struct text *out)
{
	const struct view_column *c = t->columns[column];

	switch (c->aggregation) {
	case VIEW_KEY:
	case VIEW_LAST:
	case VIEW_FIRST:
		return c->source != VIEW_FROM_HISTORY && c->source != VIEW_FROM_CPU &&
		       put_condition(c, &table_row(t, row)->cells[column], out);
	default:
		return false;
	}
}

bool
drill_condition(const struct table *t, size_t row, struct text *out)
{
	bool is_any = false;

	for (size_t i = 0; i < t->n_columns; i++) {
		if (t->columns[i]->aggregation != VIEW_KEY)
			continue;
		if (is_any)
			text_str(out, " and ");
		if (!put_condition(t->columns[i], &table_row(t, row)->cells[i], out))
			return false;
		is_any = true;
	}
	return is_any;
}

/* The name of the program in a command line. */
static struct span
program_of(struct span s)
{
	/* As in "[kworker/0:1]". */
	if (s.len && s.p[0] == '[')
		return s;
	for (size_t i = 0; i < s.len && s.p[i] != ' '; i++) {
		if (s.p[i] != '/')
			continue;
		s.p += i + 1;
		s.len -= i + 1;
		i = SIZE_MAX;
	}
	for (size_t i = 0; i < s.len; i++)
		if (s.p[i] == ' ')
			s.len = i;
	/* As in "nginx: worker process". */
	s.len -= s.len && s.p[s.len - 1] == ':';
	return s;
}

static bool
names_program(const struct view_column *c)
{
	return c->of.text && c->type == T_STR &&
	       (!strcmp(c->of.text, "proc.command") || !strcmp(c->of.text, "proc.exeline") ||
		!strcmp(c->of.text, "proc.name"));
}

/* Its keys, but yes and no, which say nothing alone; those that are only numbers with
 * what program that is, where the table has it. */
char *
drill_label(const struct table *t, size_t row)
{
	struct text label = { 0 };
	bool is_number = true;
	char *copy;

	for (size_t i = 0; i < t->n_columns && label.len < LABEL_BYTES_MAX; i++) {
		const struct view_column *c = t->columns[i];
		const struct cell *cell = &table_row(t, row)->cells[i];

		if (c->aggregation != VIEW_KEY || cell->state == CELL_MISSING ||
		    c->type == T_BOOL)
			continue;
		if (label.len)
			text_char(&label, ' ');
		show_cell(c, cell, SIZE_MAX, &label);
		is_number &= show_is_number(c);
	}
	for (size_t i = 0; i < t->n_columns && is_number && t->columns[0]->key_entity; i++) {
		const struct cell *cell = &table_row(t, row)->cells[i];
		struct span name;

		if (cell->state == CELL_MISSING || !names_program(t->columns[i]))
			continue;
		name = program_of(cell->value.s);
		text_char(&label, ' ');
		text_safe(&label, name.p, name.len);
		break;
	}
	if (label.len > LABEL_BYTES_MAX)
		label.len = LABEL_BYTES_MAX;
	copy = label.len ? xstrndup(label.p, label.len) : xstrdup("(none)");
	text_fini(&label);
	return copy;
}

/* The view that shows what is in a row of V which FIELD selects. */
static const struct view *
target_of(const struct view_set *views, const struct view *v, const char *field)
{
	const struct view *to = v->drill_down ? view_set_find(views, v->drill_down) : NULL;

	if (to && to->kind == VIEW_TABLE)
		return to;
	for (size_t i = 0; i < view_set_count(views); i++) {
		to = view_set_at(views, i);
		if (to->kind == VIEW_TABLE && to != v && *field && view_applies(to, field))
			return to;
	}
	return NULL;
}

/* The field that selects rows of T: that of its first key. */
static const char *
field_of(const struct table *t)
{
	for (size_t i = 0; i < t->n_columns; i++)
		if (t->columns[i]->aggregation == VIEW_KEY)
			return selects_by(t->columns[i]);
	return "";
}

bool
drill_down(struct drill *d, const struct view_set *views, const struct table *t, size_t row,
	   struct err *err)
{
	struct drill_level *from = drill_now(d), *to;
	struct text condition = { 0 };
	const struct view *target;
	struct view *own = NULL;
	const char *field = field_of(t);

	if (d->n == DRILL_LEVELS_MAX)
		return err_set(err, -E2BIG, "that is %u levels deep", DRILL_LEVELS_MAX), false;
	if (view_is_list(t->view) || !drill_condition(t, row, &condition)) {
		text_fini(&condition);
		return err_set(err, -ENOENT, "the rows of this view are single events"), false;
	}
	target = target_of(views, from->view, field ? field : "");
	if (target && from->view->goes_deeper)
		target = own = view_set_deeper(views, target, from->view->depth + 1, err);
	if (!target) {
		text_fini(&condition);
		return err_set(err, -ENOENT, "no view shows what is in such a row"), false;
	}
	free(from->condition);
	free(from->label);
	free(from->field);
	text_char(&condition, '\0');
	from->condition = condition.p;
	from->label = drill_label(t, row);
	from->field = xstrdup(field ? field : "");
	to = push(d, target);
	to->own = own;
	if (from->filter)
		to->filter = xstrdup(from->filter);
	return true;
}

void
drill_switch(struct drill *d, const struct view *v)
{
	struct drill_level *from = drill_now(d), *to;
	char *filter = from->filter ? xstrdup(from->filter) : NULL;

	/* At the end of what can be gone back, the last step is forgotten. */
	if (d->n == DRILL_LEVELS_MAX)
		level_fini(d, &d->levels[--d->n]);
	to = push(d, v);
	to->filter = filter;
}

void
drill_forget(struct drill *d, size_t n)
{
	struct drill_level *l = &d->levels[n];

	free(l->condition);
	free(l->label);
	free(l->field);
	l->condition = l->label = l->field = NULL;
}

void
drill_to(struct drill *d, size_t n)
{
	while (d->n > n + 1)
		level_fini(d, &d->levels[--d->n]);
	drill_forget(d, d->n - 1);
}

bool
drill_back(struct drill *d)
{
	if (d->n < 2)
		return false;
	drill_to(d, d->n - 2);
	return true;
}

/* Views that belong to a level are other ones each time. */
static void
remember_order(struct drill *d, const struct drill_level *l)
{
	size_t i = 0;

	while (i < d->n_orders && d->orders[i].view != l->view)
		i++;
	if (l->own || i == DRILL_ORDERS_MAX)
		return;
	d->n_orders += i == d->n_orders;
	d->orders[i] = (struct drill_order){ l->view, l->sort, l->is_descending };
}

void
drill_sort(struct drill *d, const char *column)
{
	struct drill_level *l = drill_now(d);

	if (l->sort && !strcmp(l->sort, column))
		l->is_descending = !l->is_descending;
	else
		l->is_descending = true;
	l->sort = column;
	remember_order(d, l);
}

void
drill_order(struct drill_level *l, const char *column, int way)
{
	for (size_t i = 0; i < l->view->n_columns && column; i++) {
		const struct view_column *c = &l->view->columns[i];

		if (strcasecmp(c->name, column) != 0)
			continue;
		l->sort = c->name;
		l->is_descending = way ? way < 0 : c->type != T_STR && c->type != T_IP;
	}
}

void
drill_set_filter(struct drill_level *l, const char *text)
{
	free(l->filter);
	l->filter = *text ? xstrdup(text) : NULL;
}

size_t
drill_filters(const struct drill *d, const char **out)
{
	size_t n = 0;

	for (size_t i = 0; i + 1 < d->n; i++) {
		const struct drill_level *l = &d->levels[i];

		if (!l->condition)
			continue;
		if (l->view->passes_filter && l->view->filter.filter)
			out[n++] = l->view->filter.text;
		out[n++] = l->condition;
	}
	if (d->levels[d->n - 1].filter)
		out[n++] = d->levels[d->n - 1].filter;
	return n;
}

const char *
drill_field(const struct drill *d)
{
	for (size_t i = d->n - 1; i-- > 0;)
		if (d->levels[i].field)
			return d->levels[i].field;
	return "";
}
