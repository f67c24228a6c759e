/*
 * Any bytes as a capture that is recorded again, for old readers, with everything
 * left out that can be: tables, events, what changes the state, and, half way, the
 * state of the world told again. What comes out is thrown away.
 */
#include "engine/base/err.h"
#include "engine/base/text.h"
#include "engine/event/source.h"
#include "engine/record/profile.h"
#include "engine/record/recorder.h"
#include "engine/record/restate.h"
#include "engine/record/scap_writer.h"
#include "engine/world/world.h"
#include "tests/fuzz/fuzz.h"
#include "tests/lib/replay.h"

#define RESTATE_AT 7			/* records */

struct sort {
	struct scap_tables tables;
	struct text out;
};

static bool
wants(void *ctx, const struct moment *m)
{
	(void)ctx;
	return m->num % 2;
}

static bool
wants_process(void *ctx, const struct process *p)
{
	(void)ctx;
	return p->pid % 2;
}

static void
put(void *ctx, const struct record *rec)
{
	struct sort *s = ctx;
	struct event_image image;

	if (rec->kind != RECORD_EVENT) {
		scap_tables_add(&s->tables, &record_profiles[0], rec);
		return;
	}
	event_image_of(&image, &rec->ev);
	scap_put_event(&s->out, &image);
}

/* What would begin a file that follows: it must be whole blocks. */
static void
tell_again(struct world *w)
{
	const struct restate_ops ops = { .record = put };
	struct sort s = { 0 };

	world_settle(w);
	restate_tables(w, &ops, &s, RESTATE_NAMES_OF_ANCESTORS);
	scap_put_section(&s.out, &s.tables);
	restate_events(w, 1, &ops, &s);
	if (scap_whole_blocks(s.out.p, s.out.len) != s.out.len)
		__builtin_trap();
	scap_tables_fini(&s.tables);
	text_fini(&s.out);
}

int
LLVMFuzzerTestOneInput(const uint8_t *data, size_t len)
{
	const struct recorder_options options = {
		.path = "/dev/null", .profile = record_profile_find("0.29"), .cut_data = 3,
		.no_env = true, .only = true, .ancestors = true, .wants = wants,
		.wants_process = wants_process,
	};
	struct err err = { 0 };
	struct source *s = replay_open(data, len, NULL);
	struct recorder *r;
	struct world *w;
	struct record rec;
	unsigned n = 0;

	if (!s)
		return 0;
	w = world_new(NULL, NULL);
	r = recorder_open(w, &options, &err);
	while (r && source_next(s, &rec)) {
		recorder_before(r, &rec);
		recorder_take(r, &rec, world_take(w, &rec));
		if (++n == RESTATE_AT)
			tell_again(w);
	}
	tell_again(w);
	recorder_close(r, NULL, &err);
	source_close(s);
	world_free(w);
	return 0;
}
