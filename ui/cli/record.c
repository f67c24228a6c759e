#include <string.h>
#include <time.h>
#include <unistd.h>

#include "engine/base/err.h"
#include "engine/base/text.h"
#include "engine/capture/capture.h"
#include "engine/event/source.h"
#include "engine/event/syscall.h"
#include "engine/world/world.h"
#include "ui/cli/cli.h"
#include "ui/cli/input.h"
#include "ui/cli/live.h"
#include "ui/cli/lost.h"
#include "ui/cli/outsiders.h"
#include "ui/cli/print_options.h"
#include "ui/cli/progress.h"
#include "ui/cli/record_options.h"
#include "ui/cli/sieve.h"
#include "ui/cli/stop.h"
#include "ui/cli/zone.h"

#if defined(__aarch64__)
#define MACHINE SYSCALL_AARCH64
#else
#define MACHINE SYSCALL_X86_64
#endif

#define SECOND_NS 1e9
#define LIVE_QUEUE_BYTES (64u << 20)	/* what may wait to be written */
#define QUEUE_WARN_BYTES (LIVE_QUEUE_BYTES / 2)
#define SLOW_NS 1000000000u		/* waiting less than this is not worth a word */

/* One run. */
struct recording {
	const struct record_wishes *wishes;
	struct source *source;
	struct world *world;
	struct recorder *recorder;
	struct clock clock;
	struct print_wishes pass;	/* for the sieve: just the filter, borrowed */
	struct sieve sieve;
	struct outsiders outsiders;
	struct progress progress;
	struct lost lost;
	bool has_warned;		/* that writing is slow */
	uint64_t start_ns;		/* live: when events began to come; 0: not yet */
};

static bool
is_live(const struct recording *r)
{
	return !r->wishes->input.n;
}

/* Reading has to wait, perhaps for long: nothing may lie here meanwhile. */
static void
on_idle(void *ctx)
{
	struct recording *r = ctx;

	if (r->recorder && (r->wishes->follow || r->wishes->input.may_stall))
		recorder_flush(r->recorder);
}

/* Whoever cannot write as fast as events come loses some in the end: say so before. */
static void
warn_of_queue(struct recording *r)
{
	struct recorder_stats stats;
	uint64_t waiting;

	recorder_stats(r->recorder, &stats);
	waiting = stats.sink.bytes_put - stats.sink.bytes_done;
	if (r->has_warned || waiting < QUEUE_WARN_BYTES)
		return;
	r->has_warned = true;
	progress_end(&r->progress);
	cli_error("%s cannot keep up: %llu MB wait, and events will be lost if it goes on",
		  r->wishes->recorder.sink.gzip ? "compressing" : "writing",
		  (unsigned long long)(waiting / 1000000));
}

/* The same of the running kernel, which nobody may wait for: time passes although
 * nothing happens, and what can no longer be written need not be recorded. */
static void
on_live_idle(void *ctx)
{
	struct recording *r = ctx;
	uint64_t now = progress_now_ns(), most_ns = r->wishes->recorder.most_ns;

	if (!r->recorder)
		return;
	if (!r->start_ns) {
		r->start_ns = now;
		recorder_end_tables(r->recorder, live_now_ns());
	}
	if (!recorder_flush(r->recorder) || (most_ns && now - r->start_ns >= most_ns))
		source_cancel(r->source);
	warn_of_queue(r);
	progress_idle(&r->progress, r->source);
}

static bool
is_wanted(void *ctx, const struct moment *m)
{
	struct recording *r = ctx;

	return sieve_lets_pass(&r->sieve, m);
}

static bool
is_process_wanted(void *ctx, const struct process *p)
{
	struct recording *r = ctx;

	return !outsiders_have(&r->outsiders, r->world, p) &&
	       !(is_live(r) && live_is_above(r->source, p)) &&
	       sieve_lets_process_pass(&r->sieve, p);
}

/* For the progress line: bytes, and what is missing. */
static void
put_progress(void *ctx, struct text *line)
{
	struct recording *r = ctx;
	struct recorder_stats stats;

	recorder_stats(r->recorder, &stats);
	text_str(line, "  ");
	text_count(line, stats.sink.bytes_written);
	text_str(line, " bytes");
	if (lost_sum(&r->lost)) {
		text_str(line, "  ");
		text_count(line, lost_sum(&r->lost));
		text_str(line, " lost");
	}
}

static void
record_all(struct recording *r)
{
	struct record rec;
	const struct moment *m;

	while (source_next(r->source, &rec) > 0) {
		if (rec.kind == RECORD_LOSS)
			lost_add(&r->lost, &rec.loss);
		recorder_before(r->recorder, &rec);
		m = world_take(r->world, &rec);
		r->lost.delivered += m && m->num;
		progress_step(&r->progress, r->source);
		if (!recorder_take(r->recorder, &rec, m))
			break;
	}
}

static void
put_count(struct text *t, uint64_t n, const char *what)
{
	text_count(t, n);
	text_fmt(t, " %s%s", what, n == 1 ? "" : "s");
}

/* What this program took of all CPUs so far. */
static double
cpu_s(void)
{
	struct timespec ts;

	clock_gettime(CLOCK_PROCESS_CPUTIME_ID, &ts);
	return (double)ts.tv_sec + (double)ts.tv_nsec / SECOND_NS;
}

/* "1,221 events, 57,100 bytes in 3 files, 0.2 s of CPU", for a person. */
static void
tell(const struct recorder_stats *stats)
{
	struct text t = { 0 };

	put_count(&t, stats->n_events, "event");
	if (stats->n_state) {
		text_str(&t, " and ");
		text_count(&t, stats->n_state);
		text_str(&t, " for the state");
	}
	text_str(&t, ", ");
	put_count(&t, stats->sink.bytes_written, "byte");
	if (stats->n_files > 1) {
		text_str(&t, " in ");
		put_count(&t, stats->n_files, "file");
	}
	text_fmt(&t, ", %.1f s of CPU", cpu_s());
	text_char(&t, '\0');
	cli_error("wrote %s", t.p);
	text_fini(&t);
}

/* Make the world, and O complete. */
static void
begin(struct recording *r, struct recorder_options *o)
{
	r->world = world_new(NULL, NULL);
	clock_init(&r->clock, zone_offset);
	sieve_begin(&r->sieve, &r->pass, r->world, &r->clock, MACHINE);
	o->utc_offset = zone_offset;
	o->ctx = r;
	if (is_live(r)) {
		o->sink.queue_bytes = LIVE_QUEUE_BYTES;
		r->outsiders.root = live_root(r->source);
	}
	o->wants = r->sieve.filter ? is_wanted : NULL;
	o->wants_process = is_process_wanted;
}

/* Close the files, and say how it went. The exit status. */
static int
finish(struct recording *r)
{
	bool may_stall = r->wishes->follow || r->wishes->input.may_stall || is_live(r);
	struct recorder_stats stats;
	struct err err = { 0 };
	int status = recorder_close(r->recorder, &stats, &err) < 0 ? CLI_FAILED : CLI_OK;

	r->recorder = NULL;
	progress_end(&r->progress);
	if (!input_report(r->source) && !is_live(r))
		status = CLI_FAILED;
	lost_report(&r->lost);
	if (is_live(r))
		live_report(r->source);
	sieve_report(&r->sieve);
	if (err.code)
		cli_error("%s", err.text);
	if (may_stall && stats.sink.waited_ns >= SLOW_NS)
		cli_error("writing could not keep up: reading waited %.1f s for it",
			  (double)stats.sink.waited_ns / SECOND_NS);
	if (r->wishes->verbose || isatty(STDERR_FILENO))
		tell(&stats);
	if (status == CLI_OK && r->wishes->whom.command)
		return live_status(r->source, CLI_OK);
	return status;
}

/* Are there more files than one? */
static bool
is_split(const struct recorder_options *o)
{
	return o->file_bytes || o->file_ns || o->file_events;
}

/* Open what is to be recorded: captures, or the running kernel. */
static struct source *
open_source(struct recording *r, struct record_wishes *w, struct err *err)
{
	struct capture_options files = { .follow = w->follow, .idle = on_idle, .ctx = r };
	struct live_options live = { .whom = &w->whom, .verbose = w->verbose,
				     .goes_first = true,
				     .ask = { .filter = r->sieve.filter,
					      .no_state = w->recorder.no_state },
				     .ring_bytes = w->ring_bytes, .idle = on_live_idle,
				     .ctx = r, .data_bytes = UINT64_MAX };

	if (!is_live(r))
		return input_open(&w->input, &files, err);
	if (w->recorder.cut_data != RECORDER_NO_CUT)
		live.data_bytes = w->recorder.cut_data;
	if (is_split(&w->recorder) && !live_may_write_later(w->recorder.path, err))
		return NULL;
	if (w->verbose)
		live_announce(&live, "recording");
	return live_open(&live, err);
}

int
record_run(const struct cli_command *self, int argc, char **argv)
{
	struct record_wishes wishes = { 0 };
	struct recording r = { .wishes = &wishes };
	struct err err = { 0 };
	int status = record_options_read(self, argc, argv, &wishes);

	r.pass.filter = wishes.filter;
	if (status == CLI_OK && !sieve_compile(&r.sieve, &r.pass))
		status = CLI_USAGE;
	if (status != CLI_OK)
		goto out;
	status = CLI_FAILED;
	r.source = open_source(&r, &wishes, &err);
	if (!r.source)
		goto fail;
	begin(&r, &wishes.recorder);
	r.recorder = recorder_open(r.world, &wishes.recorder, &err);
	if (!r.recorder)
		goto fail;
	stop_on_signals(r.source);
	progress_init(&r.progress, isatty(STDERR_FILENO));
	r.progress.more = put_progress;
	r.progress.ctx = &r;
	record_all(&r);
	status = finish(&r);
	goto out;

fail:
	cli_error("%s", err.text);

out:
	stop_on_signals(NULL);
	source_close(r.source);
	sieve_fini(&r.sieve);
	outsiders_fini(&r.outsiders);
	world_free(r.world);
	record_options_fini(&wishes);
	return status;
}
