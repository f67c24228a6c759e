#include "engine/query/cpu.h"

#include <math.h>
#include <stdlib.h>

#include "engine/base/mem.h"
#include "engine/event/cpu_time.h"
#include "engine/store/store.h"

#define TICK_NS ((double)CPU_TIME_TICK_NS)

void
cpu_room_fini(struct cpu_room *r)
{
	free(r->samples);
	*r = (struct cpu_room){ 0 };
}

/* Samples --------------------------------------------------------------- */

static bool
is_exact(const struct kept_thread_state *s)
{
	return s->cpu_user_ns || s->cpu_system_ns;
}

static double
used_of(const struct kept_thread_state *s, enum cpu_part part)
{
	bool exact = is_exact(s);
	double user = exact ? (double)s->cpu_user_ns : (double)s->cpu_user * TICK_NS;
	double system = exact ? (double)s->cpu_system_ns : (double)s->cpu_system * TICK_NS;

	return part == CPU_USER ? user : part == CPU_SYSTEM ? system : user + system;
}

/* Where the time goes back it stands still. */
static void
add_sample(struct cpu_room *r, uint64_t ts_ns, double used_ns)
{
	if (r->n && ts_ns < r->samples[r->n - 1].ts_ns)
		ts_ns = r->samples[r->n - 1].ts_ns;
	xgrow(&r->samples, &r->cap, r->n + 1, sizeof(*r->samples));
	r->samples[r->n++] = (struct cpu_sample){ ts_ns, used_ns };
}

/* Have the samples of T: of states in which a sample was new. Is the last one exact? */
static bool
find_samples(struct cpu_room *r, const struct kept_thread *t, enum cpu_part part)
{
	size_t n;
	const struct kept_thread_state *all = trail_all(&t->states, &n);
	uint32_t seen = 0;
	bool exact = false;

	r->n = 0;
	/* A thread that was born in the capture began with nothing. */
	if (t->born && t->born_ns)
		add_sample(r, t->born_ns, 0);
	for (size_t i = 0; i < n; i++) {
		if (all[i].n_samples == seen)
			continue;
		seen = all[i].n_samples;
		exact = is_exact(&all[i]);
		add_sample(r, all[i].ts_ns, used_of(&all[i], part));
	}
	return exact;
}

/* What had been used at a time, and at later ones, in a straight line between samples; *AT is
 * the first sample behind the time. There are some. */
static double
used_at(const struct cpu_room *r, size_t *at, uint64_t ts_ns)
{
	const struct cpu_sample *s = r->samples;
	size_t i = *at;

	while (i < r->n && s[i].ts_ns <= ts_ns)
		i++;
	*at = i;
	if (!i || i == r->n)
		return s[i ? i - 1 : 0].used_ns;
	return s[i - 1].used_ns + (s[i].used_ns - s[i - 1].used_ns) *
	       (double)(ts_ns - s[i - 1].ts_ns) / (double)(s[i].ts_ns - s[i - 1].ts_ns);
}

/* Switches -------------------------------------------------------------- */

static enum cpu_knowledge
used_by_switches(const struct kept_thread *t, const struct cpu_window *w, double *ns)
{
	const struct kept_exec *before = trail_at(&t->execs, w->first - 1, sizeof(*before));
	const struct kept_exec *last = trail_at(&t->execs, w->end - 1, sizeof(*last));

	if (!last)
		return CPU_UNKNOWN;
	if (last->n_unsure != (before ? before->n_unsure : 0))
		return CPU_IN_PART;
	*ns = (double)(last->exec_ns - (before ? before->exec_ns : 0));
	return CPU_KNOWN;
}

/* Exact samples are told of whoever has run since: a single one is of a thread that has
 * not. */
enum cpu_knowledge
cpu_used(const struct kept_thread *t, const struct cpu_window *w, enum cpu_part part,
	 struct cpu_room *room, double *ns)
{
	bool exact = find_samples(room, t, part);
	enum cpu_knowledge known = CPU_UNKNOWN;
	size_t at = 0;
	double before;

	*ns = 0;
	if (room->n > 1) {
		before = used_at(room, &at, w->from_ns);
		*ns = used_at(room, &at, w->to_ns) - before;
		return CPU_KNOWN;
	}
	if (part == CPU_ALL)
		known = used_by_switches(t, w, ns);
	return room->n && exact ? CPU_KNOWN : known;
}

/* Slices ---------------------------------------------------------------- */

static uint64_t
slice_length(const struct cpu_window *w, size_t n)
{
	return (w->to_ns - w->from_ns) / n + 1;
}

static void
add_samples(const struct cpu_room *r, const struct cpu_window *w, size_t n, double *ns)
{
	uint64_t length = slice_length(w, n), first_ns = r->samples[0].ts_ns, end_ns;
	double before, now;
	size_t at = 0, k;

	if (first_ns > w->to_ns)
		return;
	k = first_ns > w->from_ns ? (size_t)((first_ns - w->from_ns) / length) : 0;
	before = used_at(r, &at, w->from_ns + k * length);
	for (; k < n && at < r->n; k++) {
		end_ns = w->from_ns + (k + 1) * length;
		now = used_at(r, &at, end_ns < w->to_ns ? end_ns : w->to_ns);
		ns[k] += now - before;
		before = now;
	}
}

/* A thread ran until a switch. */
struct run {
	uint64_t ts_ns, ran_ns;
	bool is_sure;			/* false: nobody knows for how much of it */
};

static void
add_run(const struct cpu_window *w, const struct run *r, size_t n, double *ns)
{
	uint64_t length = slice_length(w, n), ts_ns = r->ts_ns;
	uint64_t from_ns = ts_ns > r->ran_ns ? ts_ns - r->ran_ns : 0;

	if (from_ns < w->from_ns)
		from_ns = w->from_ns;
	if (ts_ns > w->to_ns)
		ts_ns = w->to_ns;
	for (size_t k = (size_t)((from_ns - w->from_ns) / length); from_ns < ts_ns; k++) {
		uint64_t end_ns = w->from_ns + (k + 1) * length;

		end_ns = end_ns < ts_ns ? end_ns : ts_ns;
		ns[k] += r->is_sure ? (double)(end_ns - from_ns) : NAN;
		from_ns = end_ns;
	}
}

/* When event NUMBER of the snapshot was; *CHUNK is where one before it was found. */
static uint64_t
time_of(const struct snapshot *snap, uint64_t number, size_t *chunk)
{
	const struct chunk_view *c = &snap->chunks[*chunk];

	if (number < c->c->first || number - c->c->first >= c->n) {
		*chunk = snapshot_chunk(snap, number);
		if (*chunk == snap->n_chunks) {
			*chunk = 0;
			return 0;
		}
		c = &snap->chunks[*chunk];
	}
	return column_get(&c->c->columns[COL_TIME], number - c->c->first);
}

/* False: nothing is known. */
static bool
add_switches(const struct kept_thread *t, const struct cpu_window *w, size_t n, double *ns)
{
	struct kept_exec before = { .from = 0 };
	size_t n_all, chunk = 0, n_runs = 0, n_sure = 0;
	const struct kept_exec *all = trail_all(&t->execs, &n_all);
	bool is_any = false;

	for (size_t i = 0; i < n_all && all[i].from < w->end; i++) {
		struct run run = { .ran_ns = all[i].exec_ns - before.exec_ns,
				   .is_sure = all[i].n_unsure == before.n_unsure };

		is_any = true;
		if (all[i].from >= w->first) {
			run.ts_ns = time_of(w->snap, all[i].from, &chunk);
			add_run(w, &run, n, ns);
			n_runs++;
			n_sure += run.is_sure;
		}
		before = all[i];
	}
	return is_any && (n_sure || !n_runs);
}

bool
cpu_add_slices(const struct kept_thread *t, const struct cpu_window *w, struct cpu_room *room,
	       size_t n, double *ns)
{
	bool exact = find_samples(room, t, CPU_ALL);

	if (room->n > 1)
		add_samples(room, w, n, ns);
	else if (!add_switches(t, w, n, ns))
		return room->n && exact;
	return true;
}
