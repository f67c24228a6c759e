#include "engine/record/recorder.h"

#include <errno.h>
#include <stdlib.h>
#include <string.h>
#include <unistd.h>

#include "engine/base/err.h"
#include "engine/base/hash.h"
#include "engine/base/mem.h"
#include "engine/base/text.h"
#include "engine/event/loss.h"
#include "engine/event/scan.h"
#include "engine/event/source.h"
#include "engine/record/edit.h"
#include "engine/record/file_names.h"
#include "engine/record/profile.h"
#include "engine/record/restate.h"
#include "engine/record/scap_writer.h"
#include "engine/world/world.h"

#define BATCH_LEN (64u << 10)		/* bytes that the sink gets at once */
#define USUAL_RATIO 6			/* of compression, before it is known */

struct recorder {
	struct world *world;
	struct recorder_options o;
	struct edit edit;
	struct file_names names;

	struct sink *sink;
	char *file;			/* the name of what SINK writes, owned */
	struct err err;			/* the first thing that failed */
	struct text out;		/* whole blocks for the sink */
	uint64_t file_put;		/* bytes of this file, before they are stored */
	uint64_t file_events, file_start_ns;
	bool has_file_start;

	struct scap_tables tables;	/* of a section without an event yet */
	bool in_section;		/* there is one */
	bool in_tables;			/* and no event of it came yet */
	bool restate_due;		/* a list came behind events */

	struct map told;		/* by id: processes that ONLY let in late */
	struct map known;		/* by id: of whom this file tells, with ONLY */
	struct map named;		/* by id: of which it has the names, with ONLY */
	uint64_t late_ns;		/* of the event for which that is done */
	struct map entered;		/* tid to the time (| 1) of its newest enter event */
	bool is_stuck;			/* the sink takes no more: closing tells why */
	uint64_t first_ns;		/* of what is wanted; if HAS_FIRST */
	bool has_first;
	struct recorder_stats stats;
	struct event_image image;	/* scratch */
};

/* Files ---------------------------------------------------------------- */

static bool
fails(struct recorder *r)
{
	return r->err.code;
}

/* Put the name of the file before what failed. */
static void
name_failure(struct recorder *r)
{
	err_in(&r->err, "%s", strcmp(r->file, "-") ? r->file : "standard output");
}

/* Add what one file took to the sum over all. */
static void
add_file(struct sink_stats *sum, const struct sink_stats *file)
{
	sum->bytes_put += file->bytes_put;
	sum->bytes_done += file->bytes_done;
	sum->bytes_written += file->bytes_written;
	sum->waited_ns += file->waited_ns;
}

static void
close_file(struct recorder *r)
{
	struct sink_stats stats;
	struct err err = { 0 };

	if (!r->sink)
		return;
	sink_put(r->sink, &r->out);
	if (sink_close(r->sink, &stats, &err) < 0 && !fails(r)) {
		r->err = err;
		name_failure(r);
	}
	r->sink = NULL;
	add_file(&r->stats.sink, &stats);
}

static void
open_file(struct recorder *r, uint64_t ns)
{
	char *old, *name = file_names_next(&r->names, ns, &old);

	free(r->file);
	r->file = name;
	if (!name) {
		err_set(&r->err, -EINVAL, "no name comes of %s", r->o.path);
		return;
	}
	if (old && strcmp(old, name))
		unlink(old);
	free(old);
	r->sink = sink_open(name, &r->o.sink, &r->err);
	if (!r->sink) {
		name_failure(r);
		return;
	}
	r->stats.n_files++;
	r->file_put = r->file_events = 0;
	r->has_file_start = false;
}

/* Give the sink what there is. */
static void
settle(struct recorder *r, size_t least)
{
	if (!r->sink || r->out.len <= least)
		return;
	r->file_put += r->out.len;
	r->is_stuck = !sink_put(r->sink, &r->out);
}

/* What the file has grown to. While it is compressed, what still waits is taken to
 * become as small as what went before. */
static uint64_t
file_size(struct recorder *r)
{
	uint64_t put = r->file_put + r->out.len;
	struct sink_stats stats;

	if (!r->o.sink.gzip)
		return put;
	sink_stats(r->sink, &stats);
	if (!stats.bytes_done)
		return put / USUAL_RATIO;
	return (uint64_t)((double)stats.bytes_written / (double)stats.bytes_done * (double)put);
}

/* Sections ------------------------------------------------------------- */

/* Does EV say nothing but that a call begins, of which the return tells, too? */
static bool
is_left_out(const struct recorder *r, const struct event *ev)
{
	return r->o.exit_only && ev->type->source == ES_SYSCALL && !event_id_is_exit(ev->id) &&
	       !(event_types[ev->id | 1].flags & EF_UNUSED);
}

static void
put_event(struct recorder *r, const struct event *ev, uint32_t more_flags)
{
	if (is_left_out(r, ev))
		return;
	event_image_of(&r->image, ev);
	r->image.dump_flags |= more_flags;
	edit_event(&r->edit, &r->image);
	record_profile_apply(r->o.profile, &r->image);
	scap_put_event(&r->out, &r->image);
	if (r->o.wants && ev->tid >= 0 && !event_id_is_exit(ev->id))
		map_put(&r->entered, (uint64_t)ev->tid, (void *)(uintptr_t)(ev->ts_ns | 1));
}

static void
put_restated(void *ctx, const struct record *rec)
{
	struct recorder *r = ctx;
	struct record edited;

	if (rec->kind == RECORD_EVENT) {
		put_event(r, &rec->ev, 0);
		return;
	}
	edited = *rec;
	if (rec->kind == RECORD_PROC)
		edit_proc(&r->edit, &edited.proc);
	scap_tables_add(&r->tables, r->o.profile, &edited);
}

static bool
wants_process(void *ctx, const struct process *p)
{
	struct recorder *r = ctx;

	return !r->o.only || !r->o.wants_process || map_get(&r->told, p->id) ||
	       r->o.wants_process(r->o.ctx, p);
}

/* What would stand in the tables, as events. */
static void
put_late(void *ctx, const struct record *rec)
{
	struct recorder *r = ctx;
	struct record edited = *rec;
	struct text bytes = { 0 };
	struct event ev;

	if (rec->kind == RECORD_FD) {
		scan_fd_event(&rec->fd, &bytes, &ev);
	} else {
		edit_proc(&r->edit, &edited.proc);
		if (rec->proc.tid == rec->proc.pid && !r->o.profile->needs_enters)
			scan_task_event(&edited.proc, &bytes, &ev);
		else
			scan_birth_event(&edited.proc, &bytes, &ev);
	}
	ev.ts_ns = r->late_ns;
	ev.dump_flags = EVENT_STATE_ONLY | EVENT_RESTATED;
	put_event(r, &ev, 0);
	text_fini(&bytes);
}

/* Tell the names of those above P that are not told themselves, the topmost first. */
static void
name_ancestors(struct recorder *r, const struct process *p, const struct restate_ops *ops)
{
	const struct process **above = NULL;
	size_t n = 0, cap = 0;

	for (p = p->parent; p && !map_get(&r->named, p->id); p = p->parent) {
		map_put(&r->named, p->id, r);
		if (wants_process(r, p))
			continue;
		xgrow(&above, &cap, n + 1, sizeof(*above));
		above[n++] = p;
	}
	while (n)
		restate_name(r->world, above[--n], ops, r);
	free(above);
}

/* Does EV tell all that there is of its thread? */
static bool
is_birth(const struct event *ev)
{
	int64_t res;

	switch (ev->id) {
	case EV_CLONE_20_X: case EV_FORK_20_X: case EV_VFORK_20_X: case EV_CLONE3_X:
		return event_result(ev, &res) && !res;
	default:
		return false;
	}
}

/* With ONLY: an event of M's process is about to be written. If that is the first of it in
 * this file, it is told of before, and of those above it; from now on it is one of those
 * that are told. */
static void
let_in(struct recorder *r, const struct moment *m)
{
	static const struct restate_ops ops = { .record = put_late };
	const struct process *p = m->proc;

	if (!r->o.only || !p || map_get(&r->known, p->id))
		return;
	if (!wants_process(r, p))
		map_put(&r->told, p->id, r);
	map_put(&r->known, p->id, r);
	r->late_ns = m->ev->ts_ns;
	if (r->o.ancestors)
		name_ancestors(r, p, &ops);
	if (!is_birth(m->ev))
		restate_process(r->world, p, &ops, r);
}

/* Is P told in the tables of a file that begins? */
static bool
wants_in_tables(void *ctx, const struct process *p)
{
	struct recorder *r = ctx;

	if (!wants_process(r, p))
		return false;
	map_put(&r->known, p->id, r);
	return true;
}

static const struct restate_ops restate_all = { .record = put_restated };
static const struct restate_ops restate_some = {
	.record = put_restated,
	.wants = wants_in_tables,
};

/* Begin a section with what is known now; an event at NS comes next. */
static void
put_known_section(struct recorder *r, uint64_t ns)
{
	const struct restate_ops *ops = r->o.only ? &restate_some : &restate_all;

	map_fini(&r->known);
	map_fini(&r->named);
	r->known = r->named = (struct map){ 0 };
	world_settle(r->world);
	restate_tables(r->world, ops, r, r->o.ancestors ? RESTATE_NAMES_OF_ANCESTORS :
							  RESTATE_NO_ANCESTORS);
	scap_put_section(&r->out, &r->tables);
	restate_events(r->world, ns, ops, r);
	r->in_tables = false;
	r->restate_due = false;
}

/* The tables are in: an event, or the end, comes next. */
static void
put_tables(struct recorder *r, uint64_t ns)
{
	if (r->o.only || r->restate_due) {
		put_known_section(r, ns);
		return;
	}
	scap_put_section(&r->out, &r->tables);
	r->in_tables = false;
}

static bool
is_full(struct recorder *r, uint64_t ns)
{
	const struct recorder_options *o = &r->o;

	if (!r->file_events)
		return false;
	return (o->file_ns && r->has_file_start && ns > r->file_start_ns &&
		ns - r->file_start_ns >= o->file_ns) ||
	       (o->file_bytes && file_size(r) > o->file_bytes) ||
	       (o->file_events && r->file_events >= o->file_events);
}

static void
before_event(struct recorder *r, const struct event *ev)
{
	bool is_full_now = r->sink && is_full(r, ev->ts_ns);

	if (is_full_now)
		close_file(r);
	if (!r->sink && !fails(r))
		open_file(r, ev->ts_ns);
	if (fails(r))
		return;
	if (r->in_tables) {
		put_tables(r, ev->ts_ns);
		/* Containers of sections before are known in this one, too. */
		if (is_full_now && !r->o.only) {
			world_settle(r->world);
			restate_events(r->world, ev->ts_ns, &restate_all, r);
		}
	} else if (is_full_now || r->restate_due) {
		put_known_section(r, ev->ts_ns);
	}
}

void
recorder_end_tables(struct recorder *r, uint64_t ns)
{
	if (!r->in_section || !(r->in_tables || r->restate_due) || fails(r))
		return;
	if (!r->sink)
		open_file(r, ns);
	if (!fails(r))
		put_tables(r, ns);
}

static void
begin_section(struct recorder *r)
{
	recorder_end_tables(r, 0);
	r->in_section = r->in_tables = true;
	r->restate_due = false;
	map_fini(&r->entered);
	r->entered = (struct map){ 0 };
}

void
recorder_before(struct recorder *r, const struct record *rec)
{
	switch (rec->kind) {
	case RECORD_SECTION:
		begin_section(r);
		break;
	case RECORD_EVENT:
		before_event(r, &rec->ev);
		break;
	case RECORD_LOSS:
		break;
	default:
		if (!r->in_tables)
			r->restate_due = true;
		else if (!r->o.only)
			put_restated(r, rec);
	}
}

/* Events --------------------------------------------------------------- */

/* Does what M tells of change what is known afterwards? */
static bool
changes_state(const struct moment *m)
{
	const struct event_type *type = m->ev->type;

	if (type->flags & (EF_MODIFIES_STATE | EF_CREATES_FD | EF_DESTROYS_FD) ||
	    type->source == ES_METAEVENT || type->source == ES_ITER ||
	    m->ev->id == EV_GETCWD_X || m->ev->id == EV_UNSHARE_X || m->ev->id == EV_SETNS_X)
		return true;
	return m->fd_changed;		/* a socket learned of its ends */
}

/* The enter event of the exit M, unless it is there already. */
static void
put_its_enter(struct recorder *r, const struct moment *m)
{
	const struct event *enter = m->enter;

	if (!enter || r->o.exit_only ||
	    (uint64_t)(uintptr_t)map_get(&r->entered, (uint64_t)enter->tid) ==
		      (enter->ts_ns | 1))
		return;
	put_event(r, enter, EVENT_STATE_ONLY);
	r->file_events++;
	r->stats.n_state++;
}

/* Readers that take what a call was given from its enter event get one, if M, an
 * exit, has none. */
static void
put_missing_enter(struct recorder *r, const struct moment *m)
{
	struct event_image *image = &r->image;

	if (!event_id_is_exit(m->ev->id) || m->enter || m->ev->type->source != ES_SYSCALL)
		return;
	event_image_of(image, m->ev);
	if (!record_profile_enter(r->o.profile, image))
		return;
	image->dump_flags |= EVENT_STATE_ONLY;
	edit_event(&r->edit, image);
	scap_put_event(&r->out, image);
	r->file_events++;
	r->stats.n_state++;
}

static bool
is_too_late(struct recorder *r, const struct event *ev)
{
	if (!r->has_first) {
		r->first_ns = ev->ts_ns;
		r->has_first = true;
	}
	return r->o.most_ns && ev->ts_ns > r->first_ns &&
	       ev->ts_ns - r->first_ns >= r->o.most_ns;
}

static bool
take_wanted(struct recorder *r, const struct moment *m)
{
	bool is_shown = m->num && !m->is_internal && !m->is_state_only;

	if (is_shown && is_too_late(r, m->ev))
		return false;
	let_in(r, m);
	if (r->o.wants)
		put_its_enter(r, m);
	put_missing_enter(r, m);
	put_event(r, m->ev, 0);
	if (!r->has_file_start)
		r->file_start_ns = m->ev->ts_ns;
	r->has_file_start = true;
	r->file_events++;
	r->stats.n_events += is_shown;
	r->stats.n_state += m->is_state_only;
	return !is_shown || r->stats.n_events != r->o.most_events;
}

/* Is a process in CONTAINER one of those that are told? */
static bool
wants_container(struct recorder *r, uint32_t container)
{
	size_t n;
	const struct thread **threads = world_threads(r->world, &n);
	bool is_wanted = false;

	for (size_t i = 0; i < n && !is_wanted; i++)
		is_wanted = threads[i]->proc->container == container &&
			    wants_process(r, threads[i]->proc);
	free(threads);
	return is_wanted;
}

/* Is it of a process, or a container, of which nothing is to be told? Of what has
 * neither, only users are told. */
static bool
is_hidden(struct recorder *r, const struct moment *m)
{
	if (!r->o.only)
		return false;
	if (m->proc)
		return !wants_process(r, m->proc);
	if (m->container != CONTAINER_HOST)
		return !wants_container(r, m->container);
	return m->ev->id < EV_USER_ADDED_E || m->ev->id > EV_GROUP_DELETED_E;
}

static void
take_unwanted(struct recorder *r, const struct moment *m)
{
	bool is_needed = changes_state(m) || (r->o.needs && r->o.needs(r->o.ctx, m));

	if (r->o.no_state || !is_needed || is_hidden(r, m))
		return;
	let_in(r, m);
	put_missing_enter(r, m);
	put_event(r, m->ev, EVENT_STATE_ONLY);
	r->file_events++;
	r->stats.n_state++;
}

/* A loss is an event of no thread that other readers skip. */
static void
put_loss(struct recorder *r, const struct loss_record *loss)
{
	struct text bytes = { 0 };
	struct event ev;

	if (r->in_tables || !r->sink)
		return;
	loss_event(loss, &bytes, &ev);
	put_event(r, &ev, 0);
	text_fini(&bytes);
}

/* M's thread has ended: nothing more comes of it nor, if it was the last, of its process. */
static void
forget(struct recorder *r, const struct moment *m)
{
	map_del(&r->entered, (uint64_t)m->ev->tid);
	if (!m->proc || m->proc->n_threads > 1)
		return;
	map_del(&r->told, m->proc->id);
	map_del(&r->known, m->proc->id);
	map_del(&r->named, m->proc->id);
}

/* Was it read again only to be sure? When nothing is otherwise than it was known, it
 * need not be told. */
static bool
is_reread(const struct event *ev)
{
	return ev->dump_flags & EVENT_RESTATED && ev->type && scan_is_part(ev);
}

bool
recorder_take(struct recorder *r, const struct record *rec, const struct moment *m)
{
	bool goes_on = true;

	if (rec->kind == RECORD_LOSS)
		put_loss(r, &rec->loss);
	if (rec->kind != RECORD_EVENT || fails(r) || is_left_out(r, &rec->ev))
		return !fails(r);
	if (!m->num) {			/* told before, or never numbered */
		if (!is_hidden(r, m) && (m->has_changed || !is_reread(&rec->ev)))
			put_event(r, &rec->ev, 0);
	} else if (!r->o.wants || r->o.wants(r->o.ctx, m)) {
		goes_on = take_wanted(r, m);
	} else {
		take_unwanted(r, m);
	}
	if (m->ev->id == EV_PROCEXIT_1_E || m->ev->id == EV_PROCEXIT_E)
		forget(r, m);
	settle(r, BATCH_LEN);
	return goes_on && !r->is_stuck;
}

bool
recorder_flush(struct recorder *r)
{
	settle(r, 0);
	if (r->sink && sink_has_failed(r->sink))
		r->is_stuck = true;
	return !fails(r) && !r->is_stuck;
}

void
recorder_stats(const struct recorder *r, struct recorder_stats *out)
{
	struct sink_stats file;

	*out = r->stats;
	out->n_remembered = r->told.n + r->known.n + r->named.n + r->entered.n;
	if (!r->sink)
		return;
	sink_stats(r->sink, &file);
	add_file(&out->sink, &file);
}

/* Opening and closing --------------------------------------------------- */

struct recorder *
recorder_open(struct world *w, const struct recorder_options *options, struct err *err)
{
	struct recorder *r = xzalloc(sizeof(*r));

	r->world = w;
	r->o = *options;
	edit_init(&r->edit, options->cut_data, options->no_env, options->no_args);
	r->names = (struct file_names){
		.given = options->path, .by_size = options->file_bytes,
		.by_time = options->file_ns, .by_events = options->file_events,
		.n_ring = options->n_ring, .utc_offset = options->utc_offset,
	};
	if (!file_names_want_time(&r->names))
		open_file(r, 0);
	if (!fails(r))
		return r;
	*err = r->err;
	recorder_close(r, NULL, NULL);
	return NULL;
}

int
recorder_close(struct recorder *r, struct recorder_stats *stats, struct err *err)
{
	int code;

	if (!r)
		return 0;
	begin_section(r);		/* one that has no events is to be told, too */
	close_file(r);
	code = r->err.code;
	if (code && err)
		*err = r->err;
	if (stats)
		*stats = r->stats;
	map_fini(&r->entered);
	map_fini(&r->told);
	map_fini(&r->known);
	map_fini(&r->named);
	scap_tables_fini(&r->tables);
	file_names_fini(&r->names);
	text_fini(&r->out);
	free(r->file);
	free(r);
	return code;
}
