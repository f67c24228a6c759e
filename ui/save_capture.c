#include "ui/save_capture.h"

#include <errno.h>
#include <stdlib.h>
#include <string.h>

#include "engine/base/arena.h"
#include "engine/base/mem.h"
#include "engine/base/text.h"
#include "ui/app.h"
#include "ui/reproduce.h"
#include "ui/save.h"

struct excerpt {
	const struct explore_options *o;
	struct text filter;
};

static int
write_excerpt(void *ctx, const char *path, int fd, const atomic_bool *cancel)
{
	struct excerpt *e = ctx;

	return e->o->write_capture(e->o->ctx, e->filter.p, path, fd, cancel);
}

static void
excerpt_free(void *ctx)
{
	struct excerpt *e = ctx;

	text_fini(&e->filter);
	free(e);
}

/* What the store keeps ------------------------------------------------------ */

struct kept_part {
	struct explore_part part;
	struct arena arena;		/* its filters */
	const struct explore_options *o;
};

static int
write_part(void *ctx, const char *path, int fd, const atomic_bool *cancel)
{
	struct kept_part *k = ctx;

	return k->o->write_part(&k->part, path, fd, cancel);
}

static double
progress(void *ctx)
{
	const struct explore_part *p = &((struct kept_part *)ctx)->part;

	return p->end > p->first ?
	       (double)atomic_load(&p->n_done) / (double)(p->end - p->first) : 1;
}

static void
tell(void *ctx, int code, struct text *t)
{
	const struct explore_part *p = &((struct kept_part *)ctx)->part;

	if (code == -ESTALE)
		text_str(t, "all of it was forgotten before it could be written");
	if (code)
		return;
	if (p->n_gone) {
		text_str(t, "; without ");
		text_count(t, p->n_gone);
		text_str(t, " events that were forgotten by then");
	}
	if (p->n_unread) {
		text_str(t, "; the data of ");
		text_count(t, p->n_unread);
		text_str(t, " events is gone");
	}
}

static void
kept_part_free(void *ctx)
{
	struct kept_part *k = ctx;

	arena_fini(&k->arena);
	free(k);
}

static void
save_part(struct app *a, const struct reproduce *r, uint64_t first, uint64_t end)
{
	struct kept_part *k = xzalloc(sizeof(*k));
	struct save_job job = { .write = write_part, .progress = progress, .tell = tell,
				.free = kept_part_free, .ctx = k };
	const char **filters = arena_alloc(&k->arena, (r->n_filters + 1) * sizeof(*filters));
	size_t n = 0;

	for (size_t i = 0; i < r->n_filters; i++)
		filters[n++] = arena_strdup(&k->arena, r->filters[i]);
	if (r->more)
		filters[n++] = arena_strdup(&k->arena, r->more);
	k->o = a->o;
	k->part.store = a->store;
	k->part.first = first;
	k->part.end = end;
	k->part.filters = filters;
	k->part.n_filters = n;
	k->part.style = a->o->style;
	k->part.options = a->o->filter_options;
	save_open(a, "events.scap.gz", &job);
}

void
save_capture(struct app *a, const struct reproduce *r, uint64_t first, uint64_t end)
{
	struct save_job job = { .write = write_excerpt, .free = excerpt_free };
	struct reproduce all = *r;
	struct excerpt *e;

	if (!a->o->write_capture) {
		if (first < end)
			save_part(a, r, first, end);
		else
			app_note(a, STYLE_DIM, "there are no events");
		return;
	}
	e = xzalloc(sizeof(*e));
	e->o = a->o;
	all.n_events = a->o->n_events;
	reproduce_filter(&all, &e->filter);
	text_char(&e->filter, '\0');
	job.ctx = e;
	save_open(a, "events.scap.gz", &job);
}
