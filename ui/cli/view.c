#include <errno.h>
#include <inttypes.h>
#include <poll.h>
#include <stdlib.h>
#include <string.h>
#include <strings.h>
#include <sys/eventfd.h>
#include <sys/ioctl.h>
#include <time.h>
#include <unistd.h>

#include "engine/base/err.h"
#include "engine/base/mem.h"
#include "engine/capture/capture.h"
#include "engine/event/source.h"
#include "engine/field/clock.h"
#include "engine/field/operand.h"
#include "engine/filter/filter.h"
#include "engine/query/offer.h"
#include "engine/query/query.h"
#include "engine/query/slices.h"
#include "engine/query/view_set.h"
#include "engine/store/ingest.h"
#include "engine/store/store.h"
#include "probe/probe.h"
#include "ui/cli/bundled.h"
#include "ui/cli/cli.h"
#include "ui/cli/live.h"
#include "ui/cli/output.h"
#include "ui/cli/progress.h"
#include "ui/cli/services.h"
#include "ui/cli/spectrum_out.h"
#include "ui/cli/stop.h"
#include "ui/cli/table_out.h"
#include "ui/cli/view_files.h"
#include "ui/cli/view_options.h"
#include "ui/cli/window.h"
#include "ui/cli/zone.h"

#define SECOND_NS 1000000000u
#define LATE_NS 50000000u		/* until what happened is in the store */
#define OUTSIDERS_MAX 64u		/* levels above a tree that is followed */
#define PROGRESS_MS 100			/* between two looks at how far reading is */

#if defined(__aarch64__)
#define MACHINE SYSCALL_AARCH64
#else
#define MACHINE SYSCALL_X86_64
#endif

/* One run. */
struct viewer {
	const struct view_wishes *wishes;
	struct filter_options options;
	struct query_style style;
	struct view_set *views;
	const struct view *view;
	struct ingest *ingest;
	struct source *source;		/* the ingest's */
	struct table_look look;
	struct output out;
	const char **filters;		/* with room for two more */
	size_t n_filters;
	struct text outsiders;		/* the filter that leaves them out; empty: not known */
	struct text times;		/* the same, of what is not of the window's times */
	int wake_fd;			/* an eventfd: something was published */
	struct progress progress;	/* of reading files */
	bool told_forgotten;
	uint64_t watched_to_ns;		/* when one stopped looking; 0: at the last event */
};

/* What the wishes mean ---------------------------------------------------- */

static bool
find_view(struct viewer *v)
{
	const char *id = v->wishes->view;
	const struct view *near;

	v->view = view_set_find(v->views, id);
	if (v->view)
		return true;
	near = view_set_nearest(v->views, id);
	if (near)
		cli_error("there is no view `%s`, did you mean `%s`?", id, near->id);
	else
		cli_error("there is no view `%s`; `sysreel list views` names them", id);
	return false;
}

/* The column that --sort means in VARIANT, in capitals or not. */
static const struct view_column *
find_column(const struct viewer *v, enum view_variant variant)
{
	for (size_t i = 0; i < v->view->n_columns; i++) {
		const struct view_column *c = &v->view->columns[i];

		if (view_shows(c, variant) && !strcasecmp(c->name, v->wishes->sort))
			return c;
	}
	return NULL;
}

static bool
check_sort(const struct viewer *v)
{
	struct text names = { 0 };

	if (!v->wishes->sort || find_column(v, v->wishes->variant))
		return true;
	if (find_column(v, VIEW_PODS)) {
		cli_error("%s has the column `%s` with -p%c only", v->view->id, v->wishes->sort,
			  find_column(v, VIEW_CONTAINERS) ? 'c' : 'k');
		return false;
	}
	for (size_t i = 0; i < v->view->n_columns; i++)
		if (view_shows(&v->view->columns[i], v->wishes->variant) &&
		    !v->view->columns[i].is_hidden)
			text_fmt(&names, "%s%s", names.len ? ", " : "", v->view->columns[i].name);
	text_char(&names, '\0');
	cli_error("%s has no column `%s`; there are: %s; behind one may stand :up or :down",
		  v->view->id, v->wishes->sort, names.p);
	text_fini(&names);
	return false;
}

/* Filters must compile before anything is read. */
static bool
check_filter(const struct viewer *v, const char *words)
{
	struct err err = { 0 };
	struct filter *f = filter_compile(words, &v->options, &err);

	if (!f)
		cli_explain_filter(words, &err);
	filter_free(f);
	return f != NULL;
}

static bool
gather_filters(struct viewer *v)
{
	const struct view_wishes *w = v->wishes;

	v->filters = xreallocarray(NULL, w->path.n + 3, sizeof(*v->filters));
	for (size_t i = 0; i < w->path.n; i++)
		v->filters[v->n_filters++] = w->path.parts[i].filter;
	if (w->filter.len)
		v->filters[v->n_filters++] = w->filter.p;
	for (size_t i = 0; i < v->n_filters; i++)
		if (!check_filter(v, v->filters[i]))
			return false;
	return true;
}

static size_t
terminal_width(void)
{
	struct winsize size;

	if (!isatty(STDOUT_FILENO))
		return 0;
	return !ioctl(STDOUT_FILENO, TIOCGWINSZ, &size) && size.ws_col ? size.ws_col : 80;
}

/* Tables ------------------------------------------------------------------ */

static uint64_t
clamp(uint64_t v, uint64_t min, uint64_t max)
{
	return v < min ? min : v > max ? max : v;
}

static void
put_table(struct viewer *v, const struct table *t)
{
	switch (v->wishes->form) {
	case VIEW_CSV:
		table_csv(t, &v->look, &v->out);
		break;
	case VIEW_JSON:
		table_json(t, &v->look, &v->out);
		break;
	default:
		table_text(t, &v->look, &v->out);
	}
	output_flush(&v->out);
}

/* Where a window is one of events, their times are its own. */
static void
name_times(const struct snapshot *snap, const struct query *q, struct spectrum_look *look)
{
	uint64_t first = q->first > snap->first ? q->first : snap->first;
	uint64_t end = q->end && q->end < snap->end ? q->end : snap->end;
	uint64_t from_ns, to_ns;

	if (first >= end)
		return;
	query_times(snap, first, end, &from_ns, &to_ns);
	if (q->first && !look->from_ns)
		look->from_ns = from_ns;
	if (q->end && !look->to_ns)
		look->to_ns = to_ns;
}

/* Show what Q counts, whose window is one of times or of events. */
static bool
show_spectrum(struct viewer *v, const struct snapshot *snap, const struct query *q)
{
	struct spectrum_look look = {
		.view = v->view, .form = v->wishes->form, .from_ns = q->from_ns,
		.to_ns = q->to_ns, .n_slices = v->wishes->limit, .offset = zone_offset,
		.width_cols = v->look.width_cols,
	};
	const char **filters = xreallocarray(NULL, v->n_filters + 3, sizeof(*filters));
	struct slices_question question = {
		.filters = filters, .style = &v->style, .options = &v->options,
		.span = v->view->columns[0].of.text,
	};
	struct text events = { 0 };
	uint64_t first_ns, last_ns;
	struct err err = { 0 };
	int code;

	for (size_t i = 0; i < v->n_filters; i++)
		filters[question.n_filters++] = v->filters[i];
	if (v->view->filter.text)
		filters[question.n_filters++] = v->view->filter.text;
	if (q->first || q->end) {
		text_fmt(&events, "evt.num >= %" PRIu64 " and evt.num < %" PRIu64, q->first,
			 q->end ? q->end : snap->end);
		text_char(&events, '\0');
		filters[question.n_filters++] = events.p;
	}
	window_ends(snap, &first_ns, &last_ns);
	name_times(snap, q, &look);
	if (look.from_ns || look.to_ns) {
		look.from_ns = look.from_ns ? look.from_ns : first_ns;
		look.to_ns = look.to_ns ? look.to_ns : last_ns;
	}
	code = spectrum_out(snap, &question, &look, &v->out, &err);
	if (code)
		cli_error("%s", err.text);
	text_fini(&events);
	free(filters);
	return !code;
}

/* The number of the parent of process PID, as it was at POSITION; 0: not known. */
static int64_t
parent_of(const struct snapshot *snap, int64_t pid, uint64_t position)
{
	const struct kept_process *p = store_find_process(snap->store, pid, position);
	const struct kept_step *step = p ? trail_at(&p->versions, position, sizeof(*step)) : NULL;
	const struct process_version *version =
		step ? store_process_version(snap->store, step->slot) : NULL;

	return version && version->ppid > 0 ? version->ppid : 0;
}

/* Where a tree is followed, those above it are known by name only: they are no rows. */
static void
leave_out_outsiders(struct viewer *v, const struct snapshot *snap)
{
	int64_t pid = v->wishes->input.n ? 0 : live_root(v->source);
	size_t n = 0;

	if (!pid || v->outsiders.len || snap->end == snap->first)
		return;
	text_str(&v->outsiders, "not proc.pid in (");
	while (n < OUTSIDERS_MAX && (pid = parent_of(snap, pid, snap->first)))
		text_fmt(&v->outsiders, "%s%" PRId64, n++ ? ", " : "", pid);
	text_str(&v->outsiders, ")");
	text_char(&v->outsiders, '\0');
	if (n)
		v->filters[v->n_filters++] = v->outsiders.p;
}

/* Where the window of Q began earlier than what is still there, it begins with that; this is
 * said once. */
static void
cut_forgotten(struct viewer *v, const struct snapshot *snap, struct query *q)
{
	uint64_t first_ns, last_ns;
	struct clock clock;
	struct text time = { 0 };

	if (v->wishes->input.n || snap->first <= 1 || snap->first == snap->end ||
	    q->first > snap->first)
		return;
	query_times(snap, snap->first, snap->end, &first_ns, &last_ns);
	if (q->from_ns > first_ns)
		return;
	q->from_ns = q->from_ns ? first_ns : 0;
	if (v->told_forgotten)
		return;
	clock_init(&clock, zone_offset);
	clock_time(&clock, first_ns, &time);
	text_char(&time, '\0');
	cli_error("what happened before %s took more memory than --memory allows and was "
		  "forgotten: it is not in the table", time.p);
	text_fini(&time);
	v->told_forgotten = true;
}

/* Ask for the table of FROM_NS to TO_NS, or, without times, of what was wished. */
static bool
show_table(struct viewer *v, uint64_t from_ns, uint64_t to_ns)
{
	const struct view_column *sort = v->wishes->sort ?
					 find_column(v, v->wishes->variant) : NULL;
	struct snapshot *snap = store_snapshot(ingest_store(v->ingest));
	struct query q;
	struct err err = { 0 };
	struct table *t = NULL;
	bool is_shown = false;

	leave_out_outsiders(v, snap);
	q = (struct query){
		.view = v->view, .variant = v->wishes->variant, .filters = v->filters,
		.n_filters = v->n_filters, .style = &v->style, .options = &v->options,
		.sort = sort ? sort->name : NULL, .from_ns = from_ns, .to_ns = to_ns,
	};
	if (sort)
		q.sort_descending = v->wishes->sort_way ? v->wishes->sort_way < 0 :
				    sort->type != T_STR && sort->type != T_IP;
	if (to_ns) {
		q.first = snapshot_split(snap, from_ns);
		q.end = snapshot_split(snap, to_ns);
	}
	if (!to_ns && !window_set(v->wishes, snap, v->watched_to_ns, &q, &v->times))
		goto out;
	if (v->times.len)
		v->filters[q.n_filters++] = v->times.p;
	cut_forgotten(v, snap, &q);
	if (!offer_has_needs(v->view, snap))
		cli_error("%s: nothing here has a %s", v->view->id, v->view->needs[0].text);
	if (v->view->kind == VIEW_SPECTROGRAM) {
		is_shown = show_spectrum(v, snap, &q);
		goto out;
	}
	t = query_run(snap, &q, &err);
	if (!t && err.text[0])
		cli_error("%s", err.text);
	if (t && t->n_unread)
		cli_error("a file is not as it was when it was read: what %s needs of events "
			  "was there %" PRIu64 " times no more", v->view->id, t->n_unread);
	if (t)
		put_table(v, t);
	is_shown = t != NULL;
	table_free(t);
out:
	snapshot_free(snap);
	return is_shown;
}

/* Runs -------------------------------------------------------------------- */

static void
on_published(void *ctx)
{
	struct viewer *v = ctx;
	uint64_t one = 1;
	ssize_t n = write(v->wake_fd, &one, sizeof(one));

	(void)n;			/* full: somebody will look anyway */
}

static bool
is_done(struct viewer *v)
{
	struct ingest_progress p;

	ingest_progress(v->ingest, &p);
	progress_tell(&v->progress, &p.stats);
	return p.is_done;
}

/* Wait until END_NS of the system's clock (0: for ever), or all was read. */
static void
wait_until(struct viewer *v, uint64_t end_ns)
{
	struct pollfd fd = { .fd = v->wake_fd, .events = POLLIN };
	uint64_t count;
	ssize_t n;

	while (!is_done(v)) {
		uint64_t now_ns = live_now_ns();
		int ms = v->progress.is_on ? PROGRESS_MS : -1;

		if (end_ns && now_ns >= end_ns)
			return;
		if (end_ns)
			ms = (int)(clamp(end_ns - now_ns, 0, 60ull * SECOND_NS) / 1000000 + 1);
		if (poll(&fd, 1, ms) > 0) {
			n = read(v->wake_fd, &count, sizeof(count));
			(void)n;
		}
	}
}

/* Of which time a table is, for people: other forms tell it themselves, or have no place. */
static void
put_piece(struct viewer *v, uint64_t from_ns, uint64_t to_ns)
{
	struct clock clock;

	if (v->wishes->form != VIEW_TEXT)
		return;
	clock_init(&clock, zone_offset);
	clock_time(&clock, from_ns, &v->out.text);
	text_str(&v->out.text, " to ");
	clock_time(&clock, to_ns, &v->out.text);
	text_char(&v->out.text, '\n');
}

/* A table for each piece of time, until it is over. */
static bool
show_pieces(struct viewer *v)
{
	const struct view_wishes *w = v->wishes;
	uint64_t start_ns = live_now_ns(), from_ns = start_ns, to_ns;
	bool done = true;

	do {
		to_ns = from_ns + w->every_ns;
		if (from_ns > start_ns && w->form != VIEW_JSON)
			text_char(&v->out.text, '\n');
		wait_until(v, to_ns + LATE_NS);
		/* The last piece is as long as there was something to see. */
		if (is_done(v))
			to_ns = clamp(live_now_ns(), from_ns + 1, to_ns);
		put_piece(v, from_ns, to_ns);
		done = show_table(v, from_ns, to_ns);
		from_ns = to_ns;
	} while (done && !is_done(v) && !v->out.failed &&
		 !(w->seconds_ns && from_ns + w->every_ns > start_ns + w->seconds_ns));
	return done;
}

static struct source *
open_source(struct viewer *v, struct err *err)
{
	const struct view_wishes *w = v->wishes;
	struct input input = w->input;
	struct capture_options files = { .reread = true, .idle = ingest_idle,
					 .ctx = v->ingest };
	struct live_options live = { .whom = &w->whom, .idle = ingest_idle, .ctx = v->ingest,
				     .data_bytes = UINT64_MAX, .ask = { .all_events = true } };

	return w->input.n ? input_open(&input, &files, err) : live_open(&live, err);
}

/* Say that a table is of a part of the files, where somebody did not wait for the rest. */
static void
tell_stopped(const struct source *s)
{
	struct source_stats stats;
	struct text events = { 0 };

	source_stats(s, &stats);
	text_count(&events, stats.n_events);
	text_char(&events, '\0');
	cli_error("stopped before all was read: this is of the first %s events", events.p);
	text_fini(&events);
}

/* Read, and show what there is. The exit status. */
static int
run(struct viewer *v)
{
	const struct view_wishes *w = v->wishes;
	bool is_live = !w->input.n, shown, is_usable;
	struct ingest_progress read = { .is_done = false };
	int status;
	struct ingest_options how = { .told = on_published, .ctx = v,
				      .budget_bytes = !is_live ? 0 :
					w->memory_bytes ? w->memory_bytes :
							  live_memory_bytes() };
	struct err err = { 0 };

	v->ingest = ingest_new(&how);
	v->source = open_source(v, &err);
	if (!v->source || ingest_start(v->ingest, v->source, &err) < 0 ||
	    (is_live && probe_give_up_rights(&err) < 0)) {
		cli_error("%s", err.text);
		if (is_live && !w->whom.command && !w->whom.tree && !w->whom.cgroup)
			bundled_offer("sysreel -r");
		return CLI_FAILED;
	}
	stop_on_signals(v->source);
	if (w->every_ns) {
		shown = show_pieces(v);
		ingest_stop(v->ingest);
		ingest_wait(v->ingest);
	} else {
		/* Tables come when all was read: nothing is in the way of the line. */
		progress_init(&v->progress, false);
		v->progress.is_on = !is_live && isatty(STDERR_FILENO);
		v->progress.start_ns = v->progress.last_ns = progress_now_ns();
		wait_until(v, w->seconds_ns ? live_now_ns() + w->seconds_ns : 0);
		ingest_progress(v->ingest, &read);
		ingest_stop(v->ingest);
		ingest_wait(v->ingest);
		progress_end(&v->progress);
		/* Nothing may have happened at the end; where a command is over, nothing can. */
		if (is_live && !(w->whom.command && probe_status(v->source, &status)))
			v->watched_to_ns = live_now_ns();
		shown = show_table(v, 0, 0);
	}
	stop_on_signals(NULL);
	is_usable = input_report(v->source);
	if (is_live)
		live_report(v->source);
	else if (read.end.interrupted)
		tell_stopped(v->source);
	if (!output_end(&v->out) || !shown || !is_usable)
		return CLI_FAILED;
	return w->whom.command ? live_status(v->source, CLI_OK) : CLI_OK;
}

int
view_run(const struct cli_command *self, int argc, char **argv)
{
	struct view_wishes wishes = { 0 };
	struct viewer v = { .wishes = &wishes, .wake_fd = -1 };
	int status = view_options_read(self, argc, argv, &wishes);

	output_init(&v.out, STDOUT_FILENO);
	v.options = (struct filter_options){ .utc_offset = zone_offset,
					     .service_port = services_port };
	v.style = (struct query_style){ .utc_offset = zone_offset, .machine = MACHINE };
	v.look = (struct table_look){ wishes.limit, terminal_width() };
	if (status == CLI_OK) {
		v.views = view_files_load(wishes.views_dir, &v.options);
		v.wake_fd = eventfd(0, EFD_CLOEXEC | EFD_NONBLOCK);
		if (!find_view(&v) || !check_sort(&v) || !gather_filters(&v))
			status = CLI_USAGE;
		else
			status = run(&v);
	}
	/* All is said. Freeing millions of events, one by one, would take a tenth of the time
	 * that reading them did; the system takes them back at once. */
	if (status == CLI_OK && wishes.input.n)
		exit(status);
	ingest_free(v.ingest);
	view_set_free(v.views);
	if (v.wake_fd >= 0)
		close(v.wake_fd);
	free(v.filters);
	text_fini(&v.outsiders);
	text_fini(&v.times);
	output_fini(&v.out);
	view_options_fini(&wishes);
	return status;
}
