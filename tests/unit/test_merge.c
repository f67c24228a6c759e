#include <string.h>

#include "engine/base/mem.h"
#include "probe/merge.h"
#include "probe/ring.h"
#include "probe/wire.h"
#include "tests/lib/check.h"

#define SIZE 4096
#define RECORD (8 + sizeof(struct wire_head))
#define BUSY (1u << 31)
#define DISCARDED (1u << 30)

/* Rings as the kernel side would fill them. */
struct stand {
	uint64_t consumed, produced;
	_Alignas(8) uint8_t data[2 * SIZE];
	uint32_t seq;
};

static struct ring
ring_over(struct stand *s)
{
	return (struct ring){ .consumed = &s->consumed, .produced = &s->produced,
			      .data = s->data, .size = SIZE };
}

/* Send a record of time TS; LOST others were lost before it. */
static uint8_t *
put(struct stand *s, uint64_t ts, uint32_t lost, uint32_t mark)
{
	struct wire_head head = { .ts_ns = ts, .len = sizeof(head), .seq = s->seq += lost + 1 };
	uint8_t *at = s->data + (s->produced & (SIZE - 1));
	uint32_t word = sizeof(head) | mark;

	memcpy(at, &word, sizeof(word));
	memcpy(at + 8, &head, sizeof(head));
	s->produced += RECORD;
	return at;
}

static void
records_come_in_order(void)
{
	static struct stand a, b;
	struct ring rings[] = { ring_over(&a), ring_over(&b) };
	static const uint16_t cpus[] = { 0, 5 };
	struct merge *m = merge_new(rings, cpus, 2, 0);
	struct merge_item item;

	put(&a, 10, 0, 0);
	put(&a, 40, 0, 0);
	put(&b, 20, 0, 0);
	put(&b, 30, 0, 0);
	merge_look(m, 50, 15);
	CHECK(merge_next(m, &item) && item.ts_ns == 10 && item.cpu == 0, "the first");
	CHECK(merge_next(m, &item) && item.ts_ns == 20 && item.cpu == 5, "the second");
	CHECK(merge_next(m, &item) && item.ts_ns == 30 && item.cpu == 5, "the third");
	CHECK(!merge_next(m, &item), "the fourth may not be the next yet");
	put(&b, 36, 0, 0);
	CHECK(!merge_next(m, &item), "what came after the look is not seen");
	merge_look(m, 60, 15);
	CHECK(merge_next(m, &item) && item.ts_ns == 36, "now it is");
	CHECK(merge_next(m, &item) && item.ts_ns == 40, "and the fourth");
	CHECK(!merge_late(m), "nothing was late");
	merge_look(m, 70, 15);
	CHECK(a.consumed == a.produced && b.consumed == b.produced, "all room is given back");
	merge_free(m);
}

static void
late_ones_do_not_turn_time_back(void)
{
	static struct stand a, b;
	struct ring rings[] = { ring_over(&a), ring_over(&b) };
	static const uint16_t cpus[] = { 0, 1 };
	struct merge *m = merge_new(rings, cpus, 2, 0);
	struct merge_item item;

	put(&a, 100, 0, 0);
	merge_look(m, 200, 10);
	CHECK(merge_next(m, &item) && item.ts_ns == 100, "one");
	put(&b, 90, 0, 0);
	put(&b, 95, 0, 0);
	merge_look(m, 210, 10);
	CHECK(merge_next(m, &item) && item.ts_ns == 100 && item.cpu == 1, "a late one");
	CHECK(merge_next(m, &item) && item.ts_ns == 100, "another one");
	CHECK(merge_late(m) == 2, "they are counted");
	merge_free(m);
}

static void
gaps_are_losses(void)
{
	static struct stand a;
	struct ring ring = ring_over(&a);
	static const uint16_t cpu = 3;
	struct merge *m = merge_new(&ring, &cpu, 1, 7);
	struct merge_item item;

	put(&a, 10, 0, 0);
	merge_look(m, 100, 10);
	CHECK(merge_next(m, &item), "the first has number 1");
	put(&a, 20, 5, 0);
	put(&a, 30, 0, 0);
	merge_look(m, 100, 10);
	CHECK(merge_next(m, &item) && item.n_lost == 5 && item.lost_from_ns == 10 &&
	      item.ts_ns == 20, "five are missing between 10 and 20: %u", item.n_lost);
	CHECK(merge_next(m, &item) && !item.n_lost, "none before the next");
	merge_free(m);
}

static void
unfinished_ones_are_waited_for(void)
{
	static struct stand a;
	struct ring ring = ring_over(&a);
	static const uint16_t cpu = 0;
	struct merge *m = merge_new(&ring, &cpu, 1, 0);
	struct merge_item item;
	uint8_t *busy;
	uint32_t word = sizeof(struct wire_head);

	put(&a, 5, 0, DISCARDED);
	busy = put(&a, 10, 0, BUSY);
	put(&a, 20, 0, 0);
	merge_look(m, 100, 10);
	CHECK(!merge_next(m, &item), "the one behind it waits, too");
	memcpy(busy, &word, sizeof(word));
	merge_look(m, 100, 10);
	CHECK(merge_next(m, &item) && item.ts_ns == 10, "it is complete");
	CHECK(merge_next(m, &item) && item.ts_ns == 20, "the one behind it");
	merge_free(m);
}

/* The data is mapped twice, so a ring goes on at its start without a seam. */
static void
a_ring_goes_round(void)
{
	static struct stand a;
	struct ring ring = ring_over(&a);
	static const uint16_t cpu = 0;
	struct merge *m = merge_new(&ring, &cpu, 1, 0);
	struct merge_item item;
	uint64_t n = 0;

	for (uint64_t ts = 1; ts <= 1000; ts++) {
		size_t over;

		put(&a, ts, 0, 0);
		/* The second mapping shows what was written behind the end. */
		over = a.produced & (SIZE - 1);
		if (over < RECORD)
			memcpy(a.data, a.data + SIZE, over);
		merge_look(m, ts + 100, 10);
		while (merge_next(m, &item))
			n += item.ts_ns == ts && !item.n_lost;
	}
	CHECK(n == 1000, "a thousand records: %llu", (unsigned long long)n);
	merge_free(m);
}

int
main(void)
{
	records_come_in_order();
	late_ones_do_not_turn_time_back();
	gaps_are_losses();
	unfinished_ones_are_waited_for();
	a_ring_goes_round();
	return check_done();
}
