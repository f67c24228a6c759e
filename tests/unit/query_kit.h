/*
 * query_kit - a small system made by hand, and what tables say of it.
 */
#ifndef TESTS_UNIT_QUERY_KIT_H
#define TESTS_UNIT_QUERY_KIT_H

#include "engine/base/err.h"
#include "engine/base/mem.h"
#include "engine/event/event.h"
#include "engine/query/query.h"
#include "engine/query/view_set.h"
#include "engine/store/store.h"
#include "tests/lib/scapbuild.h"

#define HEAD_LEN (8 + 2)		/* of an event's block, before the event */
#define START_NS 1700000000000000000u
#define SECOND_NS 1000000000u

#define N scap_num
#define T scap_text

struct system {
	struct store *s;
	struct scap b;
};

static inline void
proc(struct system *y, int64_t pid, int64_t ppid, const char *comm)
{
	const struct span name = { (const uint8_t *)comm, strlen(comm) };

	store_take(y->s, &(struct record){ .kind = RECORD_PROC, .proc = {
		.tid = pid, .pid = pid, .ptid = ppid, .comm = name, .exe = name,
		.exepath = name, .cwd = SCAP_SPAN("/"), .vtid = pid, .vpid = pid } });
}

/* Give the store what was built. */
static inline void
feed(struct system *y)
{
	struct record rec = { .kind = RECORD_EVENT };
	uint32_t len;

	for (size_t at = 0; at < y->b.len; at += len) {
		memcpy(&len, y->b.p + at + 4, 4);
		memset(&rec.ev, 0, sizeof(rec.ev));
		if (event_decode(&rec.ev, y->b.p + at + HEAD_LEN, len - HEAD_LEN - 4, true, NULL))
			die("an event of our own is no event");
		memcpy(&rec.ev.cpu, y->b.p + at + 8, 2);
		store_take(y->s, &rec);
	}
	y->b.len = 0;
	store_publish(y->s);
}

static inline size_t
column(const struct table *t, const char *name)
{
	size_t i = 0;

	while (i < t->n_columns && strcmp(t->columns[i]->name, name))
		i++;
	if (i == t->n_columns)
		die("%s has no column %s", t->view->id, name);
	return i;
}

static inline const struct cell *
cell(const struct table *t, size_t row, const char *name)
{
	return &table_row(t, row)->cells[column(t, name)];
}

static inline bool
is_text(const struct cell *c, const char *want)
{
	return c->state && c->value.s.len == strlen(want) &&
	       !memcmp(c->value.s.p, want, strlen(want));
}

static inline struct table *
ask(const struct snapshot *snap, const struct view_set *views, const char *id,
    const struct query *how)
{
	struct query q = how ? *how : (struct query){ 0 };
	struct err err = { 0 };
	struct table *t;

	q.view = view_set_find(views, id);
	if (!q.view)
		die("there is no view %s", id);
	t = query_run(snap, &q, &err);
	if (!t)
		die("%s: %s", id, err.text);
	return t;
}

#endif
