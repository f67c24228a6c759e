#include "probe/stash.h"

#include <string.h>

#include "engine/base/err.h"
#include "engine/base/mem.h"
#include "probe/ring.h"
#include "tests/lib/check.h"

#define SIZE 4096
#define STATE 2				/* a call that changes the state */
#define DATA 0				/* and one that does not */

/* A ring as the kernel side would fill it. */
struct stand {
	uint64_t consumed, produced;
	_Alignas(8) uint8_t data[2 * SIZE];
	uint32_t seq;
};

/* What is sent to which ring, in the order of times; LOST others before it. */
struct sent {
	uint8_t ring;
	uint8_t kind;			/* enum wire_kind */
	uint16_t number;
	uint32_t tid, lost;
	uint64_t ts_ns;
};

static const struct sent sents[] = {
	{ 0, WIRE_ENTER, DATA, 7, 0, 10 },	/* returns */
	{ 0, WIRE_ENTER, STATE, 8, 0, 11 },
	{ 1, WIRE_EXIT, STATE, 8, 0, 12 },
	{ 0, WIRE_EXIT, DATA, 7, 3, 13 },	/* only what is missing before it counts */
	{ 1, WIRE_ENTER, DATA, 9, 0, 14 },	/* does not return */
	{ 0, WIRE_SIGNAL, DATA, 7, 0, 15 },
	{ 0, WIRE_ENTER, DATA, 7, 0, 16 },	/* nor does this one */
	{ 1, WIRE_ENTER, DATA, 10, 0, 17 },	/* nor this, but its thread ends */
	{ 1, WIRE_DEATH, DATA, 10, 0, 18 },
	{ 0, WIRE_ENTER, STATE, 8, 0, 19 },
};

static const uint64_t kept_ns[] = { 11, 12, 13, 14, 15, 16, 18, 19 };

static void
put(struct stand *s, const struct sent *sent)
{
	struct wire_head head = { .ts_ns = sent->ts_ns, .len = sizeof(head),
				  .seq = s->seq += sent->lost + 1, .tid = sent->tid,
				  .number = sent->number, .kind = sent->kind };
	uint8_t *at = s->data + (s->produced & (SIZE - 1));
	uint32_t word = sizeof(head);

	memcpy(at, &word, sizeof(word));
	memcpy(at + 8, &head, sizeof(head));
	s->produced += 8 + sizeof(head);
}

int
main(void)
{
	static struct stand stands[2];
	static struct wire_spec specs[WIRE_CALLS];
	struct ring rings[2];
	static const uint16_t cpus[] = { 0, 1 };
	struct merge *m;
	struct stash *s;
	struct merge_item item;
	struct err err = { 0 };
	size_t n = 0;

	specs[STATE].is_state = 1;
	for (size_t i = 0; i < 2; i++)
		rings[i] = (struct ring){ .consumed = &stands[i].consumed,
					  .produced = &stands[i].produced,
					  .data = stands[i].data, .size = SIZE };
	for (size_t i = 0; i < ARRAY_LEN(sents); i++)
		put(&stands[sents[i].ring], &sents[i]);
	m = merge_new(rings, cpus, 2, 0);
	s = stash_begin(m, specs, 0, &err);
	if (!CHECK(s, "a thread takes records: %s", err.text))
		return check_done();
	stash_end(s);
	CHECK(stash_taken(s) == ARRAY_LEN(sents), "all are taken");
	CHECK(!merge_next(m, &item), "and none is left");
	memset(stands, 0, sizeof(stands));
	for (; stash_next(s, &item); n++) {
		bool is_gap = item.ts_ns == 13;
		struct wire_head head;

		CHECK(n < ARRAY_LEN(kept_ns) && item.ts_ns == kept_ns[n], "record %zu: of %llu", n,
		      (unsigned long long)item.ts_ns);
		CHECK(is_gap ? item.n_lost == 3 && !item.len : !item.n_lost && item.len,
		      is_gap ? "  three are missing" : "  nothing is missing");
		if (is_gap)
			continue;
		memcpy(&head, item.p, sizeof(head));
		CHECK(head.ts_ns == item.ts_ns, "  with its bytes, though the ring has others");
	}
	CHECK(n == ARRAY_LEN(kept_ns), "%zu records are kept", n);
	stash_free(s);
	merge_free(m);
	return check_done();
}
