#include "ui/browse.h"

#include <stdio.h>
#include <stdlib.h>

#include "engine/base/mem.h"
#include "engine/base/text.h"
#include "engine/query/table.h"
#include "engine/query/view.h"
#include "ui/columns.h"
#include "ui/read.h"
#include "ui/reproduce.h"
#include "ui/save.h"

/* The table that is seen, with the columns that are shown. */
struct saved {
	struct browse *browse;
	struct table table;
	struct view_column *columns;	/* copies, hidden as the user wants it */
	const struct view_column **pointers;
};

static int
write_table(void *ctx, const char *path, int fd, const atomic_bool *cancel)
{
	const struct saved *s = ctx;

	return s->browse->screen.app->o->write_table(&s->table, path, fd, cancel);
}

static void
saved_free(void *ctx)
{
	struct saved *s = ctx;

	s->browse->is_lent = false;
	free(s->columns);
	free(s->pointers);
	free(s);
}

static struct saved *
saved_new(struct browse *b)
{
	const struct app *a = b->screen.app;
	const struct table *t = b->table.table;
	struct column_choice list[COLUMNS_ENTRIES_MAX];
	size_t n = columns_list(&a->columns, t->view, a->o->variant, list, COLUMNS_ENTRIES_MAX);
	struct saved *s = xzalloc(sizeof(*s));

	s->browse = b;
	s->table = *t;
	s->columns = xreallocarray(NULL, t->n_columns + 1, sizeof(*s->columns));
	s->pointers = xreallocarray(NULL, t->n_columns + 1, sizeof(*s->pointers));
	for (size_t i = 0; i < t->n_columns; i++) {
		s->columns[i] = *t->columns[i];
		s->pointers[i] = &s->columns[i];
	}
	for (size_t i = 0; i < n; i++)
		if (list[i].cell < t->n_columns)
			s->columns[list[i].cell].is_hidden = !list[i].is_shown;
	s->table.columns = s->pointers;
	b->is_lent = true;
	return s;
}

void
browse_save(void *browse)
{
	struct browse *b = browse;
	struct app *a = b->screen.app;
	struct save_job job = { .write = write_table, .free = saved_free };
	struct text name = { 0 };

	if (!browse_has_table(b)) {
		app_note(a, STYLE_DIM, "there is no table yet");
		return;
	}
	job.ctx = saved_new(b);
	text_fmt(&name, "%s.txt", b->table.table->view->id);
	text_char(&name, '\0');
	save_open(a, name.p, &job);
	text_fini(&name);
}

void
browse_show_command(void *screen)
{
	struct browse *b = screen;
	struct app *a = b->screen.app;
	const struct drill_level *l = browse_level(b);
	const char *filters[DRILL_FILTERS_MAX + 1];
	char first[48];
	struct reproduce r = {
		.source = a->o->source, .variant = a->o->variant, .view = l->view->id,
		.filters = filters, .from_ns = b->from_ns, .to_ns = b->to_ns, .sort = l->sort,
		.is_descending = l->is_descending, .clock = &a->clock,
	};
	struct text t = { 0 };
	struct pager p = { 0 };

	r.n_filters = drill_filters(&b->drill, filters);
	if (a->o->n_events) {
		snprintf(first, sizeof(first), "evt.num <= %llu",
			 (unsigned long long)a->o->n_events);
		filters[r.n_filters++] = first;
	}
	reproduce_explorer(&r, &t);
	a->farewell.len = 0;
	text_bytes(&a->farewell, t.p, t.len);
	text_char(&a->farewell, '\n');
	text_char(&t, '\0');
	pager_add(&p, STYLE_DIM, 0, "This screen, also printed when the explorer is left:");
	pager_add(&p, STYLE_TEXT, 0, t.p);
	t.len = 0;
	reproduce_table(&r, &t);
	text_char(&t, '\0');
	pager_add(&p, STYLE_TEXT, 0, "");
	pager_add(&p, STYLE_DIM, 0, "The table, as text:");
	pager_add(&p, STYLE_TEXT, 0, t.p);
	read_open(a, "Command lines", &p);
	text_fini(&t);
}
