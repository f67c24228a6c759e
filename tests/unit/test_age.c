/* The bytes of old events are packed, by a thread that nobody waits for: then they take
 * less, and say the same, also to who has looked at them before. */
#include <sched.h>
#include <string.h>
#include <time.h>

#include "engine/base/mem.h"
#include "engine/event/event.h"
#include "engine/store/recall.h"
#include "engine/store/store.h"
#include "tests/lib/check.h"
#include "tests/lib/scapbuild.h"

#define EVENTS 100000u
#define DATA_LEN 1000u			/* so that there are a dozen chunks */
#define HEAD_LEN (8 + 2)		/* of an event's block, before the event */
#define WAIT_S 60			/* at most; it takes one */

/* What event NUMBER was given: nearly the same as what its neighbours were. */
static void
data_of(uint64_t number, char *data)
{
	memset(data, 'a' + (int)(number / 100 % 26), DATA_LEN);
	memcpy(data + number % (DATA_LEN - 8), &number, 8);
}

static void
feed(struct store *s, struct scap *b, uint64_t number)
{
	struct record rec = { .kind = RECORD_EVENT };
	char data[DATA_LEN];

	data_of(number, data);
	scap_at(b, b->ts_ns + 1000, 10, 0);
	scap_event(b, EV_WRITE_X, scap_num(DATA_LEN), scap_bytes(data, DATA_LEN));
	if (event_decode(&rec.ev, b->p + HEAD_LEN, b->len - HEAD_LEN - 4, true, NULL))
		die("an event of our own is no event");
	store_take(s, &rec);
	b->len = 0;
}

static uint64_t
bytes_kept(const struct store *s)
{
	struct store_size size;

	store_size(s, &size);
	return size.bytes[STORE_PAYLOAD];
}

/* How many of the events of SNAP have other bytes than they were given. */
static uint64_t
wrong_events(const struct snapshot *snap, uint64_t step)
{
	struct recall *r = recall_new(snap);
	uint64_t n_wrong = 0;

	for (uint64_t number = snap->first; number < snap->end; number += step) {
		const struct moment *m = recall_event(r, number, NULL);
		struct span s = event_bytes(m->ev, 1);
		char data[DATA_LEN];

		data_of(number, data);
		n_wrong += s.len != DATA_LEN || memcmp(s.p, data, DATA_LEN);
	}
	recall_free(r);
	return n_wrong;
}

static time_t
now_s(void)
{
	struct timespec t;

	clock_gettime(CLOCK_MONOTONIC, &t);
	return t.tv_sec;
}

int
main(void)
{
	struct store *s = store_new(0);
	struct scap b = { .ts_ns = 1700000000000000000 };
	struct snapshot *before, *after;
	uint64_t raw, wrong, packed;
	time_t start = now_s();

	store_seal_apart(s);
	store_take(s, &(struct record){ .kind = RECORD_SECTION, .section = { .name = "x" } });
	for (uint64_t number = 1; number <= EVENTS; number++)
		feed(s, &b, number);
	raw = bytes_kept(s);
	store_publish(s);
	before = store_snapshot(s);
	wrong = wrong_events(before, 7);
	/* Four chunks of thirteen are young. */
	do {
		sched_yield();
		store_publish(s);
		packed = bytes_kept(s);
	} while (packed > raw / 2 && now_s() - start < WAIT_S);
	after = store_snapshot(s);
	CHECK(raw > (uint64_t)EVENTS * DATA_LEN && packed <= raw / 2,
	      "%llu KB become %llu KB", (unsigned long long)raw / 1024,
	      (unsigned long long)packed / 1024);
	CHECK(!wrong && !wrong_events(before, 3) && !wrong_events(after, 1),
	      "and say the same, before, meanwhile and after");
	snapshot_free(before);
	snapshot_free(after);
	store_free(s);
	scap_fini(&b);
	return check_done();
}
