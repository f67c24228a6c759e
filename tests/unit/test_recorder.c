#include "engine/record/recorder.h"

#include "engine/capture/capture.h"
#include "engine/event/source.h"
#include "engine/record/profile.h"
#include "engine/world/world.h"
#include "tests/lib/check.h"
#include "tests/lib/replay.h"
#include "tests/lib/scapbuild.h"
#include "tests/lib/tempdir.h"

#define START_NS 1700000000000000000u
#define ENV_LEN 5000

static struct tempdir dir;
static struct recorder_stats stats;	/* of the last recording, before it was closed */
static char path[256];

/* Three processes; cat opens and reads a file, sh makes a child. */
static void
build(struct scap *b)
{
	static char env[ENV_LEN];
	struct proc_record procs[] = {
		{ .tid = 1, .pid = 1, .ptid = 0, .comm = SCAP_SPAN("init") },
		{ .tid = 5, .pid = 5, .ptid = 1, .comm = SCAP_SPAN("sh"),
		  .args = SCAP_SPAN("-c\0secret\0"), .env = { (uint8_t *)env, ENV_LEN } },
		{ .tid = 7, .pid = 7, .ptid = 5, .comm = SCAP_SPAN("cat"),
		  .env = SCAP_SPAN("KEY=secret\0") },
	};
	struct fd_record fd = { .fd = 1, .kind = FD_FILE, .name = SCAP_SPAN("/dev/tty") };

	for (size_t i = 0; i < ENV_LEN; i++)
		env[i] = i % 100 == 99 ? '\0' : 'e';
	scap_section(b, 2);
	scap_procs(b, 9, 76, procs, 3);
	scap_fds(b, 2, 5, &fd, 1);
	scap_fds(b, 2, 7, &fd, 1);
	scap_at(b, START_NS, 7, 0);
	scap_event(b, EV_OPEN_E, SCAP_NOTHING);
	scap_at(b, START_NS + 1, 7, 0);
	scap_event(b, EV_OPEN_X, scap_num(3), scap_text("/etc/secret"), scap_num(1), scap_num(0));
	scap_at(b, START_NS + 2, 5, 0);
	scap_event(b, EV_GETUID_E, SCAP_NOTHING);
	scap_at(b, START_NS + 3, 7, 0);
	scap_event(b, EV_READ_E, scap_num(3), scap_num(4096));
	scap_at(b, START_NS + 4, 5, 0);
	scap_event(b, EV_GETUID_X, scap_num(0));
	scap_at(b, START_NS + 2000000000, 7, 0);
	scap_event(b, EV_READ_X, scap_num(9), scap_bytes("123456789", 9));
	scap_at(b, START_NS + 2000000001, 5, 0);
	scap_event(b, EV_CHDIR_X, scap_num(0), scap_text("/tmp"));
}

static struct recorder_options
options(void)
{
	return (struct recorder_options){ .path = path, .profile = &record_profiles[0],
					  .cut_data = RECORDER_NO_CUT };
}

/* Record B; then R has what was written, line by line. */
static void
record(const struct scap *b, const struct recorder_options *o, struct replay *r)
{
	struct err err = { 0 };
	struct source *s = replay_open(b->p, b->len, &err);
	struct world *w = world_new(NULL, NULL);
	struct recorder *recorder = recorder_open(w, o, &err);
	bool goes_on = true;
	struct record rec;
	uint8_t *p;
	size_t len;

	while (goes_on && source_next(s, &rec)) {
		recorder_before(recorder, &rec);
		goes_on = recorder_take(recorder, &rec, world_take(w, &rec));
	}
	recorder_stats(recorder, &stats);
	if (recorder_close(recorder, NULL, &err) < 0)
		die("%s", err.text);
	source_close(s);
	world_free(w);
	p = tempdir_read(path, &len);
	r->keep_lines = true;
	replay_bytes(r, p, len);
	text_char(&r->lines, '\0');
	free(p);
}

/* How often the hex digits of WORD, or WORD itself, are in R's lines. */
static size_t
count(const struct replay *r, const char *word)
{
	char hex[256];
	size_t n = 0;

	for (size_t i = 0; word[i]; i++)
		snprintf(hex + 2 * i, 3, "%02x", (unsigned char)word[i]);
	for (const char *at = r->lines.p; (at = strstr(at, hex)); at++)
		n++;
	for (const char *at = r->lines.p; (at = strstr(at, word)); at++)
		n++;
	return n;
}

static bool
wants_read_exits(void *ctx, const struct moment *m)
{
	(void)ctx;
	return m->ev->id == EV_READ_X;
}

static bool
wants_all(void *ctx, const struct moment *m)
{
	(void)ctx;
	(void)m;
	return true;
}

static bool
wants_nothing(void *ctx, const struct moment *m)
{
	(void)ctx;
	(void)m;
	return false;
}

static bool
wants_cat(void *ctx, const struct moment *m)
{
	(void)ctx;
	return m->proc && m->proc->pid == 7;
}

static bool
is_cat(void *ctx, const struct process *p)
{
	(void)ctx;
	return p->pid == 7;
}

static void
state_is_kept(const struct scap *b)
{
	struct recorder_options o = options();
	struct replay r = { 0 };

	o.wants = wants_read_exits;
	record(b, &o, &r);
	CHECK(r.n_events == 5 && count(&r, "flags=1") == 4 && count(&r, "/etc/secret") == 1,
	      "what opens, the enter event and a new folder are written for the state");
	CHECK(count(&r, "event id=6 ts=1700000000000000003") == 1, "  it keeps its time");
	CHECK(count(&r, "proc tid") == 3, "  all processes are listed");
	o.no_state = true;
	record(b, &o, &r);
	CHECK(r.n_events == 2 && !count(&r, "/etc/secret"), "nothing else is, if so asked");
	o.wants = wants_nothing;
	record(b, &o, &r);
	CHECK(r.opened && r.n_events == 0, "nothing may be wanted");
	replay_fini(&r);
}

static void
others_are_left_out(const struct scap *b)
{
	struct recorder_options o = options();
	struct replay r = { 0 };

	o.wants = wants_cat;
	o.wants_process = is_cat;
	o.only = true;
	record(b, &o, &r);
	CHECK(r.n_events == 4 && count(&r, "proc tid") == 1 && count(&r, "fd tid") == 1 &&
	      count(&r, "tid=7") == 6 && !count(&r, "/tmp"), "only cat is told of");
	o.ancestors = true;
	record(b, &o, &r);
	CHECK(count(&r, "proc tid") == 3 && count(&r, "init") == 1 && !count(&r, "eeeee"),
	      "but for the names of what is above it");
	replay_fini(&r);
}

/* Of cat and its family, which grows and dies. */
static bool
is_new(void *ctx, const struct process *p)
{
	(void)ctx;
	return p->pid > 7;
}

static void
who_has_ended_is_forgotten(void)
{
	enum { MANY = 500 };
	struct recorder_options o = options();
	struct replay r = { 0 };
	struct scap b = { 0 };

	build(&b);
	for (int64_t i = 0; i < MANY; i++) {
		scap_at(&b, START_NS + 3000000000 + (uint64_t)i * 4, 1000 + i, 0);
		scap_event(&b, EV_GETUID_E, SCAP_NOTHING);
		scap_event(&b, EV_GETUID_X, scap_num(0));
		scap_event(&b, EV_PROCEXIT_1_E, scap_num(0), scap_num(0), scap_num(0),
			   scap_num(0), scap_num(1));
	}
	o.wants = wants_all;
	record(&b, &o, &r);
	CHECK(r.n_events == 7 + 3 * MANY && stats.n_remembered < 10,
	      "%llu threads are remembered", (unsigned long long)stats.n_remembered);
	o.wants = NULL;
	o.only = true;
	o.ancestors = true;
	for (int late = 0; late < 2; late++) {
		o.wants_process = late ? is_cat : is_new;
		record(&b, &o, &r);
		CHECK(r.n_events >= 3 * MANY && stats.n_remembered < 20,
		      "%llu threads and processes, with those that were let in %s",
		      (unsigned long long)stats.n_remembered, late ? "late" : "at once");
	}
	replay_fini(&r);
	scap_fini(&b);
}

static void
parts_are_left_out(const struct scap *b)
{
	struct recorder_options o = options();
	struct replay r = { 0 };

	record(b, &o, &r);
	CHECK(count(&r, "123456789") && count(&r, "KEY=secret") && count(&r, "-c"), "all is there");
	o.cut_data = 4;
	record(b, &o, &r);
	CHECK(count(&r, "1234") && !count(&r, "12345"), "data is cut");
	o.cut_data = 0;
	record(b, &o, &r);
	CHECK(!count(&r, "12345") && r.n_events == 7, "or left out");
	o.no_env = true;
	record(b, &o, &r);
	CHECK(!count(&r, "KEY=secret") && count(&r, "-c"), "environment");
	o.no_args = true;
	record(b, &o, &r);
	CHECK(!count(&r, "-c") && count(&r, "sh"), "arguments");
	replay_fini(&r);
}

static void
long_texts_are_cut(const struct scap *b)
{
	struct recorder_options o = options();
	struct replay r = { 0 };
	const char *env;

	record(b, &o, &r);
	env = strstr(r.lines.p, "env=65");
	CHECK(env && strcspn(env, " ") == 4 + 2 * 4000, "whole texts of an environment are kept");
	replay_fini(&r);
}

static void
it_ends(const struct scap *b)
{
	struct recorder_options o = options();
	struct replay r = { 0 };

	o.most_events = 3;
	record(b, &o, &r);
	CHECK(r.n_events == 3, "after a number of events");
	o.most_events = 0;
	o.most_ns = 1000000000;
	record(b, &o, &r);
	CHECK(r.n_events == 5, "after a time");
	replay_fini(&r);
}

static void
late_lists_begin_a_section(void)
{
	struct scap b = { 0 };
	struct recorder_options o = options();
	struct replay r = { 0 };
	struct proc_record late = { .tid = 9, .pid = 9, .ptid = 1, .comm = SCAP_SPAN("late") };

	build(&b);
	scap_procs(&b, 9, 76, &late, 1);
	record(&b, &o, &r);
	CHECK(count(&r, "section") == 2 && count(&r, "proc tid") == 7 && count(&r, "late") == 1 &&
	      r.n_events == 7 && !r.end.n_damages, "at the end");
	scap_at(&b, START_NS + 3000000000, 9, 0);
	scap_event(&b, EV_GETUID_X, scap_num(0));
	record(&b, &o, &r);
	CHECK(count(&r, "section") == 2 && count(&r, "proc tid") == 7 && r.n_events == 8,
	      "before an event");
	scap_fini(&b);
	replay_fini(&r);
}

#define SAID "cpu=3 reason=full class=data from_ns=1700000000000000000 " \
	     "to_ns=1700000000000000005 n=12"

/* A source that lost something. */
static void
losses_are_told(const struct scap *b)
{
	struct record loss = { .kind = RECORD_LOSS };
	struct recorder_options o = options();
	struct world *w = world_new(NULL, NULL);
	struct err err = { 0 };
	struct recorder *recorder = recorder_open(w, &o, &err);
	struct source *s = replay_open(b->p, b->len, &err);
	struct replay r = { .keep_lines = true };
	struct record rec;
	uint8_t *p;
	size_t len;

	loss.loss = (struct loss_record){ .count = 12, .from_ns = START_NS, .to_ns = START_NS + 5,
					  .cpu = 3, .reason = LOSS_FULL,
					  .class = LOSS_OF_DATA };
	while (source_next(s, &rec)) {
		recorder_before(recorder, &rec);
		recorder_take(recorder, &rec, world_take(w, &rec));
	}
	recorder_before(recorder, &loss);
	recorder_take(recorder, &loss, world_take(w, &loss));
	recorder_close(recorder, NULL, &err);
	p = tempdir_read(path, &len);
	replay_bytes(&r, p, len);
	text_char(&r.lines, '\0');
	CHECK(memmem(p, len, SAID, sizeof(SAID) - 1), "a loss is an event for others");
	CHECK(!count(&r, "event id=402") && count(&r, "loss count=12 cpu=3 reason=1 class=2 "
						      "from=1700000000000000000 "
						      "to=1700000000000000005") == 1,
	      "and read again as what it is");
	free(p);
	source_close(s);
	world_free(w);
	replay_fini(&r);
}

int
main(void)
{
	struct scap b = { 0 };

	tempdir_init(&dir);
	tempdir_path(&dir, "out.scap", path);
	build(&b);
	state_is_kept(&b);
	others_are_left_out(&b);
	who_has_ended_is_forgotten();
	parts_are_left_out(&b);
	long_texts_are_cut(&b);
	it_ends(&b);
	late_lists_begin_a_section();
	losses_are_told(&b);
	scap_fini(&b);
	tempdir_fini(&dir);
	return check_done();
}
