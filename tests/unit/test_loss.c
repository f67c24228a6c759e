#include "engine/event/loss.h"

#include <string.h>

#include "engine/base/mem.h"
#include "engine/base/text.h"
#include "engine/event/source.h"
#include "tests/lib/check.h"

#define GOOD "cpu=3 reason=full class=state from_ns=1 to_ns=2 n=3"

/* Data of an event called "loss" that is none. */
static const char *const others[] = {
	"", "cpu=3", GOOD " ", GOOD "\n", GOOD "x", " n=3", "cpu=x reason=full class=state n=1",
	"cpu=3 reason= class=state from_ns=1 to_ns=2 n=3",
	"cpu=3 reason=abcdefghijklmnopqrstuvwxyz class=state from_ns=1 to_ns=2 n=3",
};

static struct event
event_of(const char *name, const char *data, size_t len, struct text *bytes)
{
	struct loss_record any = { 0 };
	struct event ev;

	loss_event(&any, bytes, &ev);
	bytes->len = 4;
	text_bytes(bytes, name, strlen(name) + 1);
	ev.ends[1] = (uint32_t)bytes->len;
	text_bytes(bytes, data, len);
	ev.ends[2] = (uint32_t)bytes->len;
	ev.values = (const uint8_t *)bytes->p;
	return ev;
}

static void
there_and_back(void)
{
	static const struct loss_record losses[] = {
		{ .count = 1, .from_ns = 2, .to_ns = 3, .cpu = 4, .reason = LOSS_FULL,
		  .class = LOSS_OF_STATE },
		{ .count = UINT64_MAX, .from_ns = UINT64_MAX, .to_ns = UINT64_MAX, .cpu = -1,
		  .reason = LOSS_RESERVED, .class = LOSS_OF_DATA },
		{ .count = 3, .from_ns = 2, .to_ns = 3, .cpu = -1, .reason = LOSS_SKIPPED },
		{ .cpu = INT32_MAX },
	};

	for (size_t i = 0; i < ARRAY_LEN(losses); i++) {
		const struct loss_record *l = &losses[i];
		struct text bytes = { 0 };
		struct loss_record back = { 0 };
		struct event ev;

		loss_event(l, &bytes, &ev);
		CHECK(loss_of_event(&ev, &back) && back.count == l->count && back.cpu == l->cpu &&
		      back.from_ns == l->from_ns && back.to_ns == l->to_ns &&
		      back.reason == l->reason && back.class == l->class, "loss %zu", i);
		CHECK(ev.ts_ns == l->to_ns && ev.tid == -1, "  when it ended, of no thread");
		text_fini(&bytes);
	}
}

static void
others_are_none(void)
{
	char long_data[1000];
	struct loss_record l = { .count = 77 };
	struct text bytes = { 0 };
	struct event ev;

	memset(long_data, '1', sizeof(long_data));
	for (size_t i = 0; i < ARRAY_LEN(others); i++) {
		bytes.len = 0;
		ev = event_of("loss", others[i], strlen(others[i]), &bytes);
		CHECK(!loss_of_event(&ev, &l) && l.count == 77, "no loss: %.20s", others[i]);
	}
	bytes.len = 0;
	ev = event_of("loss", long_data, sizeof(long_data), &bytes);
	CHECK(!loss_of_event(&ev, &l), "no loss: far too long");
	bytes.len = 0;
	ev = event_of("container", GOOD, sizeof(GOOD) - 1, &bytes);
	CHECK(!loss_of_event(&ev, &l), "no loss: another name");
	bytes.len = 0;
	ev = event_of("loss", GOOD, sizeof(GOOD) - 1, &bytes);
	CHECK(loss_of_event(&ev, &l) && l.count == 3, "a loss");
	ev.n_params = 2;
	CHECK(!loss_of_event(&ev, &l), "no loss: nothing is told of it");
	text_fini(&bytes);
}

/* What a later version may have to say. */
static void
new_words_are_not_known(void)
{
	static const char data[] = "cpu=0 reason=tired class=other from_ns=1 to_ns=2 n=3";
	struct loss_record l = { 0 };
	struct text bytes = { 0 };
	struct event ev = event_of("loss", data, sizeof(data) - 1, &bytes);

	CHECK(loss_of_event(&ev, &l) && l.reason == LOSS_FOR_UNKNOWN && l.class == LOSS_OF_ANY,
	      "words that are not known");
	text_fini(&bytes);
}

int
main(void)
{
	there_and_back();
	others_are_none();
	new_words_are_not_known();
	return check_done();
}
