/*
 * Questions that take long: what was found is handed over before all is, one that is stopped
 * has no answer, and another one takes its place.
 *
 * How long it takes is no matter of time: whoever reads bytes of events again comes to a gate,
 * which the test opens.
 */
#include <poll.h>
#include <stdlib.h>
#include <string.h>
#include <sys/eventfd.h>
#include <unistd.h>

#include "engine/query/view_set.h"
#include "engine/store/store.h"
#include "tests/lib/check.h"
#include "tests/lib/gated.h"
#include "ui/ask.h"

/* Questions --------------------------------------------------------------- */

struct test {
	struct gate gate;
	struct ask *ask;
	int wake_fd;
	const struct view *view;
	uint64_t id;
};

/* A new question, the bytes of all calls having to be looked into. */
static void
put(struct test *t, const char *filter)
{
	struct question q = { .id = ++t->id, .view = t->view, .n_filters = 1, .wants_parts = true };

	q.filters[0] = arena_strdup(&q.arena, filter);
	ask_put(t->ask, &q);
}

/* The next answer. */
static bool
take(struct test *t, struct answer *out)
{
	struct pollfd p = { .fd = t->wake_fd, .events = POLLIN };
	uint64_t n;

	while (!ask_take(t->ask, out))
		if (poll(&p, 1, GATED_WAIT_MS) <= 0 || read(t->wake_fd, &n, sizeof(n)) < 0)
			return false;
	return true;
}

/* Until nobody is asked. */
static bool
is_over(struct test *t)
{
	for (unsigned ms = 0; ms < GATED_WAIT_MS && ask_is_busy(t->ask); ms++)
		gate_sleep(1000000);
	return !ask_is_busy(t->ask);
}

/* How many calls the only row of A has. */
static uint64_t
calls_of(const struct answer *a)
{
	const struct table *t = a->table;

	for (size_t i = 0; t && t->n_rows == 1 && i < t->n_columns; i++)
		if (!strcmp(t->columns[i]->name, "CALLS"))
			return table_row(t, 0)->cells[i].value.u;
	return 0;
}

/* Let the question come to the gate, and stay there until the first part is due. */
static void
let_wait(struct test *t)
{
	CHECK(gate_await(&t->gate), "bytes have to be read");
	gate_sleep(QUERY_FIRST_NS);
}

/* Parts come first, each with more than the one before, and the table then. */
static void
check_parts(struct test *t)
{
	struct answer a;
	uint64_t found;
	bool grows = true;

	gate_close(&t->gate);
	put(t, "evt.buffer contains hell");
	let_wait(t);
	gate_open(&t->gate, GATED_PACK);
	CHECK(take(t, &a) && a.is_first && a.id == t->id && a.table && a.table->is_partial,
	      "a part comes before all was looked at");
	found = calls_of(&a);
	CHECK(found > 0 && found <= GATED_PACK, "  with what was found: %llu calls",
	      (unsigned long long)found);
	gate_await(&t->gate);
	CHECK(ask_is_busy(t->ask) && ask_progress(t->ask) < 1,
	      "  and the question is not answered");
	answer_done(&a);
	gate_open(&t->gate, SIZE_MAX);
	while (take(t, &a) && a.is_first) {
		grows &= calls_of(&a) >= found;
		found = calls_of(&a);
		answer_done(&a);
	}
	CHECK(grows && !a.is_first && a.id == t->id && calls_of(&a) == GATED_CALLS &&
	      !a.table->is_partial, "then all of it: %llu calls",
	      (unsigned long long)calls_of(&a));
	answer_done(&a);
	CHECK(is_over(t), "and that was it");
}

/* Questions are answered in their order: the next answer is that of a new one. WHY. */
static void
check_next(struct test *t, const char *why)
{
	struct answer a = { 0 };

	put(t, "evt.type = read");
	CHECK(take(t, &a) && a.id == t->id && !a.is_first && calls_of(&a) == GATED_CALLS, "%s",
	      why);
	answer_done(&a);
}

/* One that is stopped before its first part has no answer at all. */
static void
check_stopped_early(struct test *t)
{
	gate_close(&t->gate);
	put(t, "evt.buffer contains ell");
	let_wait(t);
	ask_cancel(t->ask);
	CHECK(!ask_is_busy(t->ask), "who is stopped is not asked any more");
	gate_open(&t->gate, SIZE_MAX);
	check_next(t, "and has no answer");
}

/* One that is stopped after a part has no other. */
static void
check_stopped_late(struct test *t)
{
	struct answer part = { 0 };

	gate_close(&t->gate);
	put(t, "evt.buffer contains llo");
	let_wait(t);
	gate_open(&t->gate, GATED_PACK);
	CHECK(take(t, &part) && part.is_first, "a part is there");
	gate_await(&t->gate);
	ask_cancel(t->ask);
	CHECK(!ask_is_busy(t->ask), "who is stopped is not asked any more");
	gate_open(&t->gate, SIZE_MAX);
	check_next(t, "it was the last part, and not all comes");
	CHECK(calls_of(&part) > 0, "what was there lives on");
	answer_done(&part);
}

/* Another question takes the place of one that is being answered. */
static void
check_replaced(struct test *t)
{
	struct answer a = { 0 };

	gate_close(&t->gate);
	put(t, "evt.buffer contains lo");
	let_wait(t);
	put(t, "evt.type = read");
	CHECK(ask_is_busy(t->ask), "who is asked something else is still asked");
	gate_open(&t->gate, SIZE_MAX);
	CHECK(take(t, &a) && a.id == t->id && !a.is_first && calls_of(&a) == GATED_CALLS,
	      "the newer question is answered, and the other one is not");
	answer_done(&a);
}

int
main(void)
{
	struct view_set *views = view_set_new(NULL);
	struct store *s = store_new(0);
	struct test t = { .wake_fd = eventfd(0, EFD_CLOEXEC) };
	struct source *source = gated_open(&t.gate);
	struct record rec;

	store_set_source(s, source);
	while (source_next(source, &rec))
		store_take(s, &rec);
	store_end(s);
	store_publish(s);
	t.view = view_set_find(views, "syscalls");
	t.ask = ask_new(&(struct ask_of){ .store = s, .wake_fd = t.wake_fd });
	check_parts(&t);
	check_stopped_early(&t);
	check_stopped_late(&t);
	check_replaced(&t);
	ask_free(t.ask);
	store_free(s);
	source_close(source);
	view_set_free(views);
	close(t.wake_fd);
	return check_done();
}
