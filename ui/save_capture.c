#include "ui/save_capture.h"

#include <stdlib.h>
#include <string.h>

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

void
save_capture(struct app *a, const struct reproduce *r)
{
	struct save_job job = { .write = write_excerpt, .free = excerpt_free };
	struct reproduce all = *r;
	struct excerpt *e;

	if (!a->o->write_capture) {
		app_note(a, STYLE_WARNING, a->o->name ?
			 "not of standard input, which cannot be read a second time" :
			 "not of the running system: `sysreel record` writes events as they come");
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
