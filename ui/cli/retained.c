#include "ui/cli/retained.h"

#include <errno.h>
#include <stdlib.h>
#include <string.h>
#include <sys/resource.h>
#include <time.h>

#include "engine/base/err.h"
#include "engine/base/mem.h"
#include "engine/event/event.h"
#include "engine/event/source.h"
#include "engine/query/cursor.h"
#include "engine/query/matches.h"
#include "engine/query/query.h"
#include "engine/record/profile.h"
#include "engine/record/recorder.h"
#include "engine/record/retell.h"
#include "engine/store/store.h"
#include "engine/world/world.h"
#include "ui/cli/excerpt.h"
#include "ui/explore.h"

/*
 * A snapshot holds back the memory of what is forgotten meanwhile, so each is used for a
 * short time only. What the filters want is found out for a chunk at once: it stays the
 * same, since a chunk only gets more rows behind those that are asked for.
 */
#define LOOK_NS 50000000u
#define EVENTS_BETWEEN_LOOKS 256u
#define STEPS_BACK 10			/* of a priority */
#define WORD_BITS 64u

struct writing {
	struct explore_part *part;
	struct world *world;
	struct recorder *recorder;
	struct retell *retell;
	struct snapshot *snap;
	uint64_t next;			/* the event that comes next */
	bool has_begun;
	bool is_wanted;			/* that one */
	bool is_over;			/* no more can be written */
	bool tells_sizes[EVENT_TYPES];
	/* Which rows of a chunk are wanted, by number from .first to .end - 1. */
	uint64_t rows[CHUNK_ROWS / WORD_BITS];
	uint64_t first, end;
};

static uint64_t
now_ns(void)
{
	struct timespec t;

	clock_gettime(CLOCK_MONOTONIC, &t);
	return (uint64_t)t.tv_sec * 1000000000 + (uint64_t)t.tv_nsec;
}

static void
take(void *ctx, const struct record *rec)
{
	struct writing *w = ctx;
	const struct moment *m;

	if (w->is_over)
		return;
	recorder_before(w->recorder, rec);
	m = world_take(w->world, rec);
	w->is_over = !recorder_take(w->recorder, rec, m);
}

static bool
is_wanted(void *ctx, const struct moment *m)
{
	(void)m;
	return ((struct writing *)ctx)->is_wanted;
}

/* How long threads ran and how large they are is known whatever is asked for, at the end of the
 * window, too: what the event before did is seen there. */
static bool
is_needed(void *ctx, const struct moment *m)
{
	const struct writing *w = ctx;

	return w->tells_sizes[m->ev->id] || w->next == w->part->first ||
	       w->next == w->part->end - 1;
}

/* Does an event of this type tell how long its thread ran, or how large it is? */
static bool
tells_sizes(uint16_t id)
{
	const struct event_type *type = &event_types[id];

	return id == EV_PROCINFO_E || id == EV_SCHEDSWITCH_6_E || id == EV_SCHEDSWITCH_1_E ||
	       event_type_param(type, "vm_size") >= 0 || event_type_param(type, "pgft_maj") >= 0;
}

/* What filters want -------------------------------------------------------- */

static void
put_rows(void *ctx, struct cursor *c, const uint64_t *rows)
{
	struct writing *w = ctx;

	memcpy(w->rows + c->first / WORD_BITS, rows, PACK_ROWS / 8);
}

/* Find out what is wanted of the chunk that has the next event. */
static int
find_wanted(struct writing *w, struct err *err)
{
	const struct explore_part *part = w->part;
	struct matches_question q = { .filters = part->filters, .n_filters = part->n_filters,
				      .style = part->style, .options = part->options };
	size_t chunk = snapshot_chunk(w->snap, w->next);
	struct matches *m = matches_new(w->snap, &q, err);

	if (!m)
		return err->code;
	memset(w->rows, 0, sizeof(w->rows));
	matches_in_chunk(m, chunk, put_rows, w);
	w->first = w->snap->chunks[chunk].c->first;
	w->end = w->first + w->snap->chunks[chunk].n;
	matches_free(m);
	return 0;
}

/* Is the next event wanted? At *IS_WANTED. */
static int
ask(struct writing *w, struct err *err)
{
	uint64_t row;
	int code = 0;

	if (w->next < w->first || w->next >= w->end)
		code = find_wanted(w, err);
	row = w->next - w->first;
	w->is_wanted = !code && w->rows[row / WORD_BITS] >> row % WORD_BITS & 1;
	return code;
}

/* Pieces ------------------------------------------------------------------- */

/* Begin, anew if some of it was forgotten. */
static void
begin(struct writing *w)
{
	uint64_t first = w->snap->first < w->part->end ? w->snap->first : w->part->end;
	uint64_t n_gone = first > w->next ? first - w->next : 0;
	struct record rec = { .kind = RECORD_LOSS };

	if (w->has_begun && !n_gone)
		return;
	w->has_begun = true;
	w->next += n_gone;
	w->part->n_gone += n_gone;
	if (w->next >= w->part->end)
		return;
	retell_begin(w->retell, w->next);
	if (!n_gone)
		return;
	/* What is known is told, so no state is in doubt. */
	rec.loss = (struct loss_record){ .count = n_gone, .cpu = -1, .class = LOSS_OF_DATA };
	query_times(w->snap, w->next, w->next + 1, &rec.loss.from_ns, &rec.loss.to_ns);
	recorder_end_tables(w->recorder, rec.loss.to_ns);
	take(w, &rec);
}

static void
tell_progress(const struct writing *w)
{
	atomic_store(&w->part->n_done, w->next - w->part->first);
}

/* Write as much as there is time for. */
static int
write_piece(struct writing *w, const atomic_bool *cancel, struct err *err)
{
	uint64_t stop_ns = now_ns() + LOOK_NS;
	const struct explore_part *part = w->part;
	int code = 0;

	for (unsigned n = 1; !code && w->next < part->end && !w->is_over; n++, w->next++) {
		struct err unread;

		if (n % EVENTS_BETWEEN_LOOKS == 0) {
			tell_progress(w);
			if (atomic_load(cancel) || now_ns() >= stop_ns)
				return 0;
		}
		if (part->n_filters)
			code = ask(w, err);
		if (!code && retell_event(w->retell, w->next, &unread) < 0)
			w->part->n_unread++;
	}
	return code;
}

static int
write_all(struct writing *w, const atomic_bool *cancel, struct err *err)
{
	const struct explore_part *part = w->part;
	bool is_done = false;
	int code = 0;

	while (!code && !is_done && !w->is_over && !atomic_load(cancel)) {
		w->snap = store_snapshot(part->store);
		retell_look(w->retell, w->snap);
		begin(w);
		code = write_piece(w, cancel, err);
		is_done = w->next >= part->end;
		if (is_done && part->n_gone < part->end - part->first)
			retell_end(w->retell, part->end);
		retell_look(w->retell, NULL);
		snapshot_free(w->snap);
	}
	if (!code && atomic_load(cancel))
		return -ECANCELED;
	if (!code && part->n_gone >= part->end - part->first)
		return -ESTALE;
	return code;
}

int
retained_write(struct explore_part *part, const char *path, int fd, const atomic_bool *cancel)
{
	struct writing *w = xzalloc(sizeof(*w));
	struct recorder_options o = {
		.path = path, .profile = &record_profiles[0], .cut_data = RECORDER_NO_CUT,
		.sink = { .gzip = excerpt_is_gzip(path), .has_fd = true, .fd = fd },
		.wants = part->n_filters ? is_wanted : NULL, .needs = is_needed, .ctx = w,
	};
	struct err err = { 0 };
	int code = 0, closed;

	(void)setpriority(PRIO_PROCESS, 0, getpriority(PRIO_PROCESS, 0) + STEPS_BACK);
	w->part = part;
	w->next = part->first;
	for (uint16_t id = 0; id < EVENT_TYPES; id++)
		w->tells_sizes[id] = tells_sizes(id);
	w->world = world_new(NULL, NULL);
	w->retell = retell_new(take, w);
	w->recorder = recorder_open(w->world, &o, &err);
	if (w->recorder)
		code = write_all(w, cancel, &err);
	else
		code = err.code;
	closed = recorder_close(w->recorder, NULL, &err);
	retell_free(w->retell);
	world_free(w->world);
	free(w);
	return code ? code : closed;
}
