/* What is shown of the parameters of an event is never denied: texts taken from
 * evt.args of some events are looked for in all. Arguments: the demonstration
 * capture, and a seed; captures of random events are read, too. */
#include <stdio.h>

#include "engine/base/find.h"
#include "engine/base/mem.h"
#include "engine/base/text.h"
#include "engine/event/event.h"
#include "engine/field/field.h"
#include "engine/field/render.h"
#include "engine/field/seek.h"
#include "engine/world/world.h"
#include "tests/lib/check.h"
#include "tests/lib/others.h"
#include "tests/lib/replay.h"
#include "tests/lib/rng.h"
#include "tests/lib/sample.h"

#define N_TEXTS 48			/* that are looked for at once */
#define LEN_MAX 24
#define RANDOM_CAPTURES 30

/* A text that is looked for. */
struct sought {
	uint8_t bytes[LEN_MAX];
	size_t len;
	struct seek *seek;		/* NULL: that does not pay */
};

struct run {
	struct rng rng;
	struct sought sought[N_TEXTS];
	size_t n_denied, n_perhaps, n_found, n_wrong;
};

/* Look for a piece of ARGS from now on, in the place of one before. */
static void
seek_piece(struct run *run, const struct text *args)
{
	struct sought *s = &run->sought[rng_below(&run->rng, N_TEXTS)];
	size_t at = rng_below(&run->rng, args->len);

	s->len = 1 + rng_below(&run->rng, LEN_MAX);
	if (s->len > args->len - at)
		s->len = args->len - at;
	memcpy(s->bytes, args->p + at, s->len);
	seek_free(s->seek);
	s->seek = seek_new((struct span){ s->bytes, s->len });
}

static void
look_for(struct run *run, const struct sought *s, const struct eval *ev, const struct text *args)
{
	struct span all = { (const uint8_t *)args->p, args->len };
	bool holds = find_bytes(all, (struct span){ s->bytes, s->len });
	bool perhaps = seek_in_type(s->seek, ev->m->ev->id) && seek_in_event(s->seek, ev);

	run->n_denied += !perhaps;
	run->n_perhaps += perhaps && !holds;
	run->n_found += holds;
	if (holds && !perhaps && ++run->n_wrong <= 5)
		CHECK(false, "%s %.*s: it holds %.*s", ev->m->ev->type->name, (int)args->len,
		      args->p, (int)s->len, (const char *)s->bytes);
}

static void
take(struct run *run, const struct eval *ev)
{
	struct text args = { 0 };

	render_args(ev->render, ev->m, &args);
	if (args.len)
		seek_piece(run, &args);
	for (size_t i = 0; args.len && i < N_TEXTS; i++)
		if (run->sought[i].seek)
			look_for(run, &run->sought[i], ev, &args);
	text_fini(&args);
}

static void
read_all(const struct scap *b, struct run *run)
{
	struct source *s = replay_open(b->p, b->len, NULL);
	struct world *w = world_new(NULL, NULL);
	struct text scratch = { 0 };
	struct render render;
	struct clock clock;
	struct value list[FIELD_LIST_MAX];
	struct eval ev = { .world = w, .render = &render, .scratch = &scratch, .list = list };
	struct record rec;

	clock_init(&clock, NULL);
	render_init(&render, w, &clock);
	while (s && source_next(s, &rec) > 0) {
		const struct moment *m = world_take(w, &rec);

		if (!m || !m->ev->type)
			continue;
		eval_moment(&ev, m);
		take(run, &ev);
	}
	render_fini(&render);
	text_fini(&scratch);
	world_free(w);
	source_close(s);
}

int
main(int argc, char **argv)
{
	static struct run run;
	struct scap b = { 0 };

	run.rng = rng_from_args(argc - 1, argv + 1);
	if (argc < 2 || !others_read(&b, argv[1]))
		die("which capture?");
	read_all(&b, &run);
	CHECK(run.n_found > 1000, "%zu texts found in the demonstration", run.n_found);
	CHECK(run.n_denied > 2 * run.n_perhaps, "%zu denied, %zu looked at in vain", run.n_denied,
	      run.n_perhaps);
	for (size_t i = 0; i < RANDOM_CAPTURES; i++) {
		b.len = 0;
		sample_everything(&b, &run.rng);
		read_all(&b, &run);
	}
	CHECK(!run.n_wrong, "none of %zu texts was denied", run.n_found);
	for (size_t i = 0; i < N_TEXTS; i++)
		seek_free(run.sought[i].seek);
	scap_fini(&b);
	return check_done();
}
