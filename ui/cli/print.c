#include <errno.h>
#include <stdlib.h>
#include <string.h>
#include <time.h>
#include <unistd.h>

#include "engine/base/err.h"
#include "engine/capture/capture.h"
#include "engine/field/field.h"
#include "engine/field/format.h"
#include "engine/field/render.h"
#include "engine/world/world.h"
#include "ui/cli/bundled.h"
#include "ui/cli/cli.h"
#include "ui/cli/hosts.h"
#include "ui/cli/input.h"
#include "ui/cli/line.h"
#include "ui/cli/live.h"
#include "ui/cli/lost.h"
#include "ui/cli/output.h"
#include "ui/cli/print_options.h"
#include "ui/cli/progress.h"
#include "ui/cli/sieve.h"
#include "ui/cli/services.h"
#include "ui/cli/stop.h"
#include "ui/cli/summary.h"
#include "ui/cli/zone.h"

#if defined(__aarch64__)
#define MACHINE SYSCALL_AARCH64
#else
#define MACHINE SYSCALL_X86_64
#endif

/* One run. */
struct printer {
	const struct print_wishes *wishes;
	struct source *source;
	struct world *world;
	struct clock clock;
	struct render render;
	struct eval eval;
	struct text scratch;
	struct value list[FIELD_LIST_MAX];
	struct format *format;		/* NULL: the default line */
	struct sieve sieve;
	struct summary *summary;	/* NULL: nobody wants one */
	struct output out;
	struct progress progress;
	struct lost lost;
	uint64_t n_fit;			/* events that could be shown so far */
	uint64_t n_shown;
	uint64_t stop_ns;		/* from which event time on nothing is shown */
	bool has_first;
	bool is_watched;		/* standard output is a terminal */
};

static bool
make_format(struct printer *p)
{
	const char *pattern = p->wishes->pattern;
	struct err err = { 0 };

	if (!pattern)
		return true;
	p->format = format_compile(pattern, &err);
	if (!p->format) {
		cli_explain("format: ", pattern, &err);
		return false;
	}
	if (p->wishes->form == PRINT_CSV && !format_fields(p->format)) {
		cli_error("format: without a field there is nothing for CSV");
		return false;
	}
	return true;
}

/* Reading has to wait: show what there is. Files on disk never wait long, and
 * nobody watches another file grow. */
static void
on_idle(void *ctx)
{
	struct printer *p = ctx;

	if (p->wishes->follow || p->wishes->input.may_stall || p->is_watched ||
	    !p->wishes->input.n)
		output_flush(&p->out);
}

/* Append the line of P's event. False when its format has none for it. */
static bool
put_line(struct printer *p)
{
	switch (p->wishes->form) {
	case PRINT_JSON:
		return format_json(p->format, &p->eval, &p->out.text);
	case PRINT_CSV:
		return format_csv(p->format, &p->eval, &p->out.text);
	default:
		return format_line(p->format, &p->eval, &p->out.text);
	}
}

static void
show(struct printer *p, const struct moment *m)
{
	if (!p->format) {
		line_put(&p->render, m, &p->out.text);
		return;
	}
	eval_moment(&p->eval, m);
	if (!put_line(p))
		return;
	text_char(&p->out.text, '\n');
	p->eval.shown_ns = m->ev->ts_ns;
	p->eval.n_shown++;
}

/* Does an event of this type tell of what there was already? Its time is when
 * that was found out, which may be after the first thing that happened. */
static bool
tells_of_state(uint16_t id)
{
	switch (id) {
	case EV_CONTAINER_E: case EV_CONTAINER_JSON_E: case EV_CONTAINER_JSON_2_E:
	case EV_USER_ADDED_E: case EV_GROUP_ADDED_E: case EV_ASYNCEVENT_E:
		return true;
	default:
		return false;
	}
}

/* Is the time over for which events are shown? */
static bool
is_late(struct printer *p, const struct moment *m)
{
	uint64_t ts = m->ev->ts_ns, length = p->wishes->duration_ns;

	if (!length)
		return false;
	if (!p->stop_ns)
		p->stop_ns = ts < UINT64_MAX - length ? ts + length : UINT64_MAX;
	return ts >= p->stop_ns;
}

/* Show the event of M, which is wanted. False when no more are. */
static bool
take_wanted(struct printer *p, const struct moment *m)
{
	const struct print_wishes *w = p->wishes;

	if (is_late(p, m))
		return false;
	if (p->n_fit++ < w->skip)
		return true;
	if (p->summary)
		summary_add(p->summary, &p->render, m);
	if (!w->quiet)
		show(p, m);
	p->n_shown++;
	return (w->unbuffered ? output_flush(&p->out) : output_settle(&p->out)) &&
	       p->n_shown != w->count;
}

/* Take the event that M tells of. False when no more are wanted. */
static bool
take_event(struct printer *p, const struct moment *m)
{
	const struct print_wishes *w = p->wishes;

	if (!p->has_first) {
		p->has_first = !tells_of_state(m->ev->id);
		p->eval.first_ns = m->ev->ts_ns;
		p->sieve.eval.first_ns = m->ev->ts_ns;
	}
	if (!w->all && (m->is_internal || m->is_state_only))
		return true;
	if (sieve_lets_pass(&p->sieve, m))
		return take_wanted(p, m);
	if (!w->filter_only_hides || p->n_fit++ < w->skip)
		return true;
	return ++p->n_shown != w->count;
}

/* Without the users and groups that the capture lists or tells of. */
static bool
is_owner(const struct record *rec)
{
	return rec->kind == RECORD_USER || rec->kind == RECORD_GROUP ||
	       (rec->kind == RECORD_EVENT &&
		(rec->ev.id == EV_USER_ADDED_E || rec->ev.id == EV_GROUP_ADDED_E));
}

static void
read_all(struct printer *p)
{
	struct record rec;
	const struct moment *m;

	while (source_next(p->source, &rec) > 0) {
		if (p->wishes->no_owners && is_owner(&rec))
			continue;
		if (rec.kind == RECORD_LOSS)
			lost_add(&p->lost, &rec.loss);
		m = world_take(p->world, &rec);
		p->lost.delivered += m && m->num;
		progress_step(&p->progress, p->source);
		if (m && m->num && !take_event(p, m))
			break;
	}
}

static void
begin(struct printer *p)
{
	const struct print_wishes *w = p->wishes;

	stop_on_signals(p->source);
	p->world = world_new(NULL, NULL);
	clock_init(&p->clock, zone_offset);
	render_init(&p->render, p->world, &p->clock);
	p->render.machine = MACHINE;
	p->render.data = w->data;
	p->render.is_raw = w->raw || w->form == PRINT_JSON;
	p->render.no_owner_names = w->numbers;
	if (w->resolve_names) {
		p->render.service = services_name;
		p->render.host = hosts_name;
		p->render.host_ctx = w->hosts;
	}
	p->eval = (struct eval){ .world = p->world, .time_mode = w->time_mode,
				 .render = &p->render, .scratch = &p->scratch,
				 .list = p->list, .is_output = true };
	sieve_begin(&p->sieve, w, p->world, &p->clock, MACHINE);
	if (w->summary)
		p->summary = summary_new();
	p->is_watched = isatty(STDOUT_FILENO);
	progress_init(&p->progress, w->progress);
	if (w->form == PRINT_CSV && !w->quiet) {
		format_csv_head(p->format, &p->out.text);
		text_char(&p->out.text, '\n');
	}
}

static void
end(struct printer *p)
{
	stop_on_signals(NULL);
	source_close(p->source);
	format_free(p->format);
	sieve_fini(&p->sieve);
	summary_free(p->summary);
	render_fini(&p->render);
	world_free(p->world);
	text_fini(&p->scratch);
	output_fini(&p->out);
}

/* What stands behind the last event. */
static void
put_end(struct printer *p)
{
	bool has_escape = p->format && format_has_escape(p->format);

	if (has_escape && p->wishes->form == PRINT_LINES && p->n_shown && !p->wishes->quiet)
		text_str(&p->out.text, "\033[00m");
	if (p->summary)
		summary_print(p->summary, &p->out.text);
}

/* How much was read, and how fast. */
static void
tell_speed(const struct printer *p, uint64_t start_ns)
{
	double elapsed_s = (double)(progress_now_ns() - start_ns) / 1e9;
	struct source_stats stats;

	source_stats(p->source, &stats);
	cli_error("%llu events read, %llu of them wanted, %llu suppressed, %llu of unknown types; "
		  "%.3f s, %.0f events/s", (unsigned long long)stats.n_events,
		  (unsigned long long)p->n_shown, (unsigned long long)p->sieve.n_suppressed,
		  (unsigned long long)stats.n_unknown_events, elapsed_s,
		  elapsed_s > 0 ? (double)stats.n_events / elapsed_s : 0);
}

/* Print the open source. The exit status. */
static int
run_printer(struct printer *p)
{
	uint64_t start_ns = progress_now_ns();
	bool is_usable;

	begin(p);
	read_all(p);
	put_end(p);
	output_flush(&p->out);
	progress_end(&p->progress);
	is_usable = input_report(p->source);
	lost_report(&p->lost);
	if (!p->wishes->input.n)
		live_report(p->source);
	sieve_report(&p->sieve);
	if (p->wishes->verbose)
		tell_speed(p, start_ns);
	if (!output_end(&p->out) || !is_usable)
		return CLI_FAILED;
	return p->wishes->whom.command ? live_status(p->source, CLI_OK) : CLI_OK;
}

/* Open what is to be shown: captures, or the running kernel. */
static struct source *
open_source(struct printer *p, struct print_wishes *w, struct err *err)
{
	struct capture_options files = { .follow = w->follow, .idle = on_idle, .ctx = p };
	struct live_options live = { .whom = &w->whom, .verbose = w->verbose, .idle = on_idle,
				     .ctx = p, .ask = { .filter = p->sieve.filter,
							.all_events = w->filter_only_hides },
				     .data_bytes = w->data.bytes_max };

	return w->input.n ? input_open(&w->input, &files, err) : live_open(&live, err);
}

/* The whole running system, nobody in it and no file. */
static bool
asks_for_all(const struct print_wishes *w)
{
	return !w->input.n && !w->whom.command && !w->whom.tree && !w->whom.cgroup;
}

/* Compile what must be before anything is opened. */
static int
prepare(struct printer *p)
{
	if (p->wishes->show_format) {
		text_str(&p->out.text, p->wishes->pattern ? p->wishes->pattern : LINE_FORMAT);
		text_char(&p->out.text, '\n');
		output_flush(&p->out);
		return CLI_OK;
	}
	if (!make_format(p) || !sieve_compile(&p->sieve, p->wishes))
		return CLI_USAGE;
	return CLI_OK;
}

int
print_run(const struct cli_command *self, int argc, char **argv)
{
	struct print_wishes wishes = { 0 };
	struct printer p = { .wishes = &wishes };
	struct err err = { 0 };
	int status = print_options_read(self, argc, argv, &wishes);

	output_init(&p.out, STDOUT_FILENO);
	if (status == CLI_OK)
		status = prepare(&p);
	if (status != CLI_OK || wishes.show_format)
		goto out;
	p.source = open_source(&p, &wishes, &err);
	if (p.source) {
		status = run_printer(&p);
	} else {
		cli_error("%s", err.text);
		if (asks_for_all(&wishes))
			bundled_offer("sysreel print -r");
		status = CLI_FAILED;
	}

out:
	end(&p);
	print_options_fini(&wishes);
	return status;
}
