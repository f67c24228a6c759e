#include <string.h>
#include <unistd.h>

#include "engine/base/err.h"
#include "engine/base/text.h"
#include "engine/capture/capture.h"
#include "engine/event/source.h"
#include "engine/event/syscall.h"
#include "engine/world/world.h"
#include "ui/cli/cli.h"
#include "ui/cli/input.h"
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
	struct progress progress;
};

/* Reading has to wait, perhaps for long: nothing may lie here meanwhile. */
static void
on_idle(void *ctx)
{
	struct recording *r = ctx;

	if (r->recorder && (r->wishes->follow || r->wishes->input.may_stall))
		recorder_flush(r->recorder);
}

static bool
is_wanted(void *ctx, const struct moment *m)
{
	return sieve_lets_pass(ctx, m);
}

static bool
is_process_wanted(void *ctx, const struct process *p)
{
	return sieve_lets_process_pass(ctx, p);
}

static void
record_all(struct recording *r)
{
	struct record rec;
	const struct moment *m;

	while (source_next(r->source, &rec) > 0) {
		recorder_before(r->recorder, &rec);
		m = world_take(r->world, &rec);
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

/* "1,221 events, 57,100 bytes in 3 files", for a person. */
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
	o->ctx = &r->sieve;
	if (!r->sieve.filter)
		return;
	o->wants = is_wanted;
	o->wants_process = is_process_wanted;
}

/* Close the files, and say how it went. The exit status. */
static int
finish(struct recording *r)
{
	bool may_stall = r->wishes->follow || r->wishes->input.may_stall;
	struct recorder_stats stats;
	struct err err = { 0 };
	int status = recorder_close(r->recorder, &stats, &err) < 0 ? CLI_FAILED : CLI_OK;

	r->recorder = NULL;
	progress_end(&r->progress);
	if (!input_report(r->source))
		status = CLI_FAILED;
	sieve_report(&r->sieve);
	if (err.code)
		cli_error("%s", err.text);
	if (may_stall && stats.sink.waited_ns >= SLOW_NS)
		cli_error("writing could not keep up: reading waited %.1f s for it",
			  (double)stats.sink.waited_ns / SECOND_NS);
	if (isatty(STDERR_FILENO))
		tell(&stats);
	return status;
}

int
record_run(const struct cli_command *self, int argc, char **argv)
{
	struct record_wishes wishes = { 0 };
	struct recording r = { .wishes = &wishes };
	struct capture_options capture = { .idle = on_idle, .ctx = &r };
	struct err err = { 0 };
	int status = record_options_read(self, argc, argv, &wishes);

	r.pass.filter = wishes.filter;
	if (status == CLI_OK && !sieve_compile(&r.sieve, &r.pass))
		status = CLI_USAGE;
	if (status != CLI_OK)
		goto out;
	status = CLI_FAILED;
	capture.follow = wishes.follow;
	r.source = input_open(&wishes.input, &capture, &err);
	if (!r.source)
		goto fail;
	begin(&r, &wishes.recorder);
	r.recorder = recorder_open(r.world, &wishes.recorder, &err);
	if (!r.recorder)
		goto fail;
	stop_on_signals(r.source);
	progress_init(&r.progress, isatty(STDERR_FILENO));
	record_all(&r);
	status = finish(&r);
	goto out;

fail:
	cli_error("%s", err.text);

out:
	stop_on_signals(NULL);
	source_close(r.source);
	sieve_fini(&r.sieve);
	world_free(r.world);
	record_options_fini(&wishes);
	return status;
}
