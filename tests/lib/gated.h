/*
 * gated - a capture whose events are read again only as often as somebody allows, so that a
 * test decides how long a question takes, and no clock.
 *
 * The gate may stand in memory that two processes share.
 */
#ifndef TESTS_LIB_GATED_H
#define TESTS_LIB_GATED_H

#include <stdatomic.h>
#include <stdbool.h>
#include <stdint.h>
#include <stdlib.h>
#include <time.h>

#include "engine/base/err.h"
#include "engine/base/mem.h"
#include "engine/capture/capture.h"
#include "engine/event/source.h"
#include "tests/lib/scapbuild.h"

#define GATED_CALLS 2000u		/* each two events: several packs of a chunk */
#define GATED_PACK 256u			/* that one pack has */
#define GATED_WAIT_MS 30000

/* Embedded: zeroes are a closed one. */
struct gate {
	_Atomic uint64_t n_reads, n_allowed;
	atomic_bool is_waited_at;
};

static inline void
gate_sleep(uint64_t ns)
{
	const struct timespec t = { .tv_sec = (time_t)(ns / 1000000000),
				    .tv_nsec = (long)(ns % 1000000000) };

	nanosleep(&t, NULL);
}

static inline void
gate_pass(struct gate *g)
{
	uint64_t n = atomic_fetch_add(&g->n_reads, 1);

	if (n < atomic_load(&g->n_allowed))
		return;
	while (n >= atomic_load(&g->n_allowed)) {
		atomic_store(&g->is_waited_at, true);
		gate_sleep(1000000);
	}
	atomic_store(&g->is_waited_at, false);
}

/* Nobody passes any more. */
static inline void
gate_close(struct gate *g)
{
	atomic_store(&g->is_waited_at, false);
	atomic_store(&g->n_allowed, 0);
}

/* Let N more pass, those who wait among them; SIZE_MAX: all. */
static inline void
gate_open(struct gate *g, size_t n)
{
	uint64_t passed = atomic_load(&g->n_reads) - atomic_load(&g->is_waited_at);

	atomic_store(&g->n_allowed, n == SIZE_MAX ? UINT64_MAX : passed + n);
	atomic_store(&g->is_waited_at, false);
}

/* Until somebody stands before it. */
static inline bool
gate_await(struct gate *g)
{
	for (unsigned ms = 0; ms < GATED_WAIT_MS && !atomic_load(&g->is_waited_at); ms++)
		gate_sleep(1000000);
	return atomic_load(&g->is_waited_at);
}

struct gated_reread {
	struct reread reread;		/* first: it is one */
	struct reread *of;
	struct gate *gate;
};

struct gated {
	struct source source;		/* first: it is one */
	struct source *of;
	struct gate *gate;
};

static inline struct source *
gated_of(const struct source *s)
{
	return ((const struct gated *)s)->of;
}

static inline int
gated_next(struct source *s, struct record *rec)
{
	return source_next(gated_of(s), rec);
}

static inline void
gated_stats(const struct source *s, struct source_stats *out)
{
	source_stats(gated_of(s), out);
}

static inline void
gated_end(const struct source *s, struct source_end *out)
{
	source_end(gated_of(s), out);
}

static inline void
gated_cancel(struct source *s)
{
	source_cancel(gated_of(s));
}

static inline int
gated_event(struct reread *r, const struct event_place *at, struct event *ev, struct err *err)
{
	struct gated_reread *gated = (struct gated_reread *)r;

	gate_pass(gated->gate);
	return gated->of->ops->event(gated->of, at, ev, err);
}

static inline void
gated_reread_close(struct reread *r)
{
	reread_close(((struct gated_reread *)r)->of);
	free(r);
}

static inline struct reread *
gated_reread(const struct source *s)
{
	static const struct reread_ops ops = { gated_event, gated_reread_close };
	struct gated_reread *r = xzalloc(sizeof(*r));

	r->reread.ops = &ops;
	r->of = source_reread(gated_of(s));
	r->gate = ((const struct gated *)s)->gate;
	return &r->reread;
}

static inline void
gated_close(struct source *s)
{
	source_close(gated_of(s));
	free(s);
}

/* A capture of GATED_CALLS reads of "hello" by one process. Events are read again through G,
 * which is borrowed. The caller closes it. */
static inline struct source *
gated_open(struct gate *g)
{
	static const struct source_ops ops = {
		gated_next, gated_stats, gated_end, gated_cancel, gated_reread, gated_close,
	};
	const struct capture_options options = { .reread = true };
	const struct proc_record who = { .tid = 7, .pid = 7, .comm = SCAP_SPAN("cat") };
	struct gated *s = xzalloc(sizeof(*s));
	struct capture_input input = { .name = "gated" };
	struct scap b = { 0 };
	struct err err;

	scap_section(&b, 2);
	scap_procs(&b, 9, 76, &who, 1);
	for (uint64_t i = 0; i < GATED_CALLS; i++) {
		scap_at(&b, 1700000000000000000u + i * 1000, 7, 0);
		scap_event(&b, EV_READ_E, scap_num(0), scap_num(100));
		scap_event(&b, EV_READ_X, scap_num(5), scap_bytes("hello", 5));
	}
	input.fd = scap_memfd(b.p, b.len);
	scap_fini(&b);
	s->source.ops = &ops;
	s->gate = g;
	s->of = capture_open(&input, 1, &options, &err);
	if (!s->of)
		die("%s", err.text);
	return &s->source;
}

#endif
