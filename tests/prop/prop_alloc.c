/* Replaying what has been seen before allocates nothing for an event: counted
 * in the second half of captures that repeat themselves. A process that is born
 * may take a few calls. Argument: the demonstration capture. */
#include "engine/base/mem.h"
#include "engine/world/world.h"
#include "tests/lib/alloc.h"
#include "tests/lib/check.h"
#include "tests/lib/others.h"
#include "tests/lib/replay.h"
#include "tests/lib/sample.h"

#define REPEATS 40
#define BIRTH_CALLS 3			/* a table of descriptors, a copy of its enter */

/* Append the events of B again and again: time goes on, all else repeats. */
static void
repeat(struct scap *out, const struct scap *b)
{
	size_t n, *borders = sample_borders(b, &n);
	size_t first = 0;
	uint64_t ts_ns, span_ns = 0;
	uint32_t type;

	for (size_t i = 0; i + 1 < n; i++) {
		memcpy(&type, b->p + borders[i], 4);
		if (type != SCAP_EVENT_V2)
			continue;
		first = first ? first : i;
		memcpy(&ts_ns, b->p + borders[i] + 10, 8);
		span_ns = ts_ns;
	}
	memcpy(&ts_ns, b->p + borders[first] + 10, 8);
	span_ns -= ts_ns;
	scap_put(out, b->p, borders[first]);
	for (uint64_t k = 0; k < REPEATS; k++)
		for (size_t i = first; i + 1 < n; i++) {
			size_t at = out->len;

			scap_put(out, b->p + borders[i], borders[i + 1] - borders[i]);
			memcpy(&ts_ns, out->p + at + 10, 8);
			ts_ns += k * span_ns;
			memcpy(out->p + at + 10, &ts_ns, 8);
		}
	free(borders);
}

/* One process that opens, reads, accepts and closes, always the same. */
static void
steady(struct scap *b)
{
	scap_section(b, 2);
	scap_procs(b, 9, 76, &(struct proc_record){ .tid = 7, .pid = 7, .ptid = 1,
		   .comm = SCAP_SPAN("web"), .cwd = SCAP_SPAN("/srv/") }, 1);
	scap_at(b, 1700000000000000000, 7, 0);
	for (int i = 0; i < 400; i++) {
		struct scap_value peer = scap_tuple("192.0.2.9", (uint16_t)(40000 + i % 8),
						    "192.0.2.1", 80);

		b->ts_ns += 1000;
		scap_event(b, EV_ACCEPT4_5_E, scap_num(0));
		scap_event(b, EV_ACCEPT4_5_X, scap_num(5), peer, scap_num(0), scap_num(0),
			   scap_num(128));
		scap_event(b, EV_RECVFROM_E, scap_num(5), scap_num(4096));
		scap_event(b, EV_RECVFROM_X, scap_num(4), scap_bytes("GET ", 4), scap_empty());
		scap_event(b, EV_OPENAT_2_E, scap_num(-100), scap_text("page"), scap_num(1),
			   scap_num(0));
		scap_event(b, EV_OPENAT_2_X, scap_num(6), scap_num(-100), scap_text("page"),
			   scap_num(1), scap_num(0));
		scap_event(b, EV_READ_X, scap_num(2), scap_bytes("hi", 2), scap_num(6),
			   scap_num(4096));
		scap_event(b, EV_CLOSE_X, scap_num(0), scap_num(6));
		scap_event(b, EV_CLOSE_X, scap_num(0), scap_num(5));
	}
}

/* What the second half of a replay took. */
struct cost {
	size_t n_events;
	size_t n_births;		/* of processes */
	int64_t calls;
};

static bool
is_birth(const struct record *rec)
{
	int64_t res;

	return rec->kind == RECORD_EVENT && rec->ev.id == EV_CLONE_20_X &&
	       event_result(&rec->ev, &res) && !res;
}

/* Replay the capture B, REPEATS times its events, and count in the second half. */
static struct cost
replay_cost(const struct scap *b)
{
	struct scap repeated = { 0 };
	struct replay whole = { 0 };
	struct cost cost = { 0 };
	struct record rec;
	struct source *s;
	struct world *w;

	repeat(&repeated, b);
	replay_bytes(&whole, repeated.p, repeated.len);
	s = replay_open(repeated.p, repeated.len, NULL);
	w = world_new(NULL, NULL);
	while (source_next(s, &rec)) {
		world_take(w, &rec);
		cost.n_births += cost.n_events > whole.n_events / 2 && is_birth(&rec);
		if (rec.kind == RECORD_EVENT && ++cost.n_events == whole.n_events / 2)
			alloc_reset();
	}
	cost.calls = alloc_count().calls;
	world_free(w);
	source_close(s);
	replay_fini(&whole);
	scap_fini(&repeated);
	return cost;
}

int
main(int argc, char **argv)
{
	struct scap demo = { 0 }, b = { 0 };
	struct cost cost;

	if (argc < 2 || !others_read(&demo, argv[1]))
		die("usage: prop_alloc CAPTURE");
	steady(&b);
	cost = replay_cost(&b);
	CHECK(cost.n_events > 100000 && cost.calls == 0,
	      "no process is born: %lld allocations, %zu events", (long long)cost.calls,
	      cost.n_events);
	cost = replay_cost(&demo);
	CHECK(cost.n_events > 100000 && cost.n_births > 100 &&
	      cost.calls <= BIRTH_CALLS * (int64_t)cost.n_births,
	      "the demonstration: %lld allocations, %zu processes born, %zu events",
	      (long long)cost.calls, cost.n_births, cost.n_events);
	scap_fini(&demo);
	scap_fini(&b);
	return check_done();
}
