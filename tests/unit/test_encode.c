#include <string.h>

#include "engine/base/mem.h"
#include "engine/event/event.h"
#include "probe/calls.h"
#include "probe/encode.h"
#include "tests/lib/check.h"
#include "tests/lib/rng.h"

#define WALL_NS 1000000u
#define RANDOM_TURNS 60000

static struct call_plan plans[WIRE_CALLS];
static struct wire_spec specs[WIRE_CALLS];

/* A record being made up. */
struct made {
	_Alignas(8) uint8_t bytes[8192];
	size_t len;
};

static void
make_call(struct made *r, uint16_t kind, uint32_t number, int64_t result, const uint64_t *args)
{
	struct wire_call call = { .head = { .kind = kind, .number = number, .tid = 7, .pid = 5 },
				  .result = result };

	if (args)
		memcpy(call.args, args, sizeof(call.args));
	memcpy(r->bytes, &call, sizeof(call));
	r->len = sizeof(call);
}

static void
add_chunk(struct made *r, uint8_t grab, uint8_t part, const void *p, size_t len)
{
	struct wire_chunk c = { .len = (uint16_t)len, .grab = grab, .part = part };

	memcpy(r->bytes + r->len, &c, sizeof(c));
	memcpy(r->bytes + r->len + sizeof(c), p, len);
	r->len += sizeof(c) + ((len + 3) & ~(size_t)3);
}

/* The record as it is, which says of itself that it has LEN bytes. */
static bool
encode_as(struct encoder *e, struct made *r, uint32_t len, struct event *ev)
{
	struct encoder_input in = { r->bytes, r->len, 42, 3 };

	memcpy(r->bytes + offsetof(struct wire_head, len), &len, sizeof(len));
	return encoder_take(e, &in, ev);
}

static bool
encode(struct encoder *e, struct made *r, struct event *ev)
{
	return encode_as(e, r, (uint32_t)r->len, ev);
}

static uint32_t
number_of(const char *name)
{
	for (uint32_t i = 0; i < WIRE_CALLS; i++)
		if (plans[i].syscall && !strcmp(plans[i].syscall->name, name))
			return i;
	return WIRE_CALLS;
}

static void
what_has_no_event_is_generic(struct encoder *e)
{
	struct made r;
	struct event ev;
	uint16_t code = 1, native = 0;

	make_call(&r, WIRE_ENTER, 9999, 0, NULL);
	CHECK(encode(e, &r, &ev) && ev.id == EV_GENERIC_E && event_u16(&ev, 0, &code) && !code &&
	      event_u16(&ev, 1, &native) && native == 9999, "a number that nobody knows");
	CHECK(ev.ts_ns == WALL_NS + 42 && ev.cpu == 3 && ev.tid == 7, "its time, CPU and thread");
	make_call(&r, WIRE_EXIT, number_of("getppid"), 1, NULL);
	CHECK(encode(e, &r, &ev) && ev.id == EV_GENERIC_X && event_u16(&ev, 0, &code) &&
	      !strcmp(syscall_code_name(code), "getppid"), "a call without a type of its own");
	make_call(&r, WIRE_EXIT, number_of("read"), 1, NULL);
	((struct wire_head *)(void *)r.bytes)->flags = WIRE_COMPAT;
	CHECK(encode(e, &r, &ev) && ev.id == EV_GENERIC_X && event_u16(&ev, 0, &code) && !code,
	      "a 32-bit program's number is not looked up here");
}

static void
parameters_come_from_chunks(struct encoder *e)
{
	static const uint64_t args[6] = { (uint32_t)-100, 0x1000, 02000101, 0640 };
	struct wire_file file = { .ino = 77, .dev = 8 << 20 | 1, .was_created = 1 };
	struct made r;
	struct event ev;
	uint32_t flags = 0, dev = 0;
	int64_t dir = 0;
	struct span name;

	make_call(&r, WIRE_EXIT, number_of("openat"), 4, args);
	add_chunk(&r, 0, 0, "a/b", 4);
	add_chunk(&r, 1, 0, &file, sizeof(file));
	CHECK(encode(e, &r, &ev) && ev.id == EV_OPENAT_2_X, "openat returns");
	name = event_text(&ev, 2);
	CHECK(event_i64(&ev, 1, &dir) && dir == -100, "the folder is a signed number");
	CHECK(name.len == 3 && !memcmp(name.p, "a/b", 3), "the name");
	CHECK(event_u32(&ev, 3, &flags) && flags == 0x5006, "flags: %x", flags);
	CHECK(event_u32(&ev, 5, &dev) && dev == 0x801, "device: %x", dev);
	r.len = sizeof(struct wire_call);
	CHECK(encode(e, &r, &ev) && !event_bytes(&ev, 2).len && !event_bytes(&ev, 5).len &&
	      event_u32(&ev, 3, &flags) && flags == 0x1006, "nothing could be read");
}

static void
a_child_in_a_namespace_is_marked(struct encoder *e)
{
	struct wire_task task = { .tid = 7, .pid = 7, .child_level = 1,
				  .comm = "sixteen-letters-" };
	uint64_t args[6] = { 17 };
	struct made r;
	struct event ev;
	uint32_t flags = 0;

	make_call(&r, WIRE_EXIT, number_of("clone"), 9, args);
	add_chunk(&r, 0, 0, &task, sizeof(task));
	add_chunk(&r, 0, 1, "sh\0-c\0x", 8);
	CHECK(encode(e, &r, &ev) && event_u32(&ev, 15, &flags) && flags == 0x20000000,
	      "flags: %x", flags);
	CHECK(event_bytes(&ev, 13).len == 17, "a name without a NUL gets one");
	CHECK(event_text(&ev, 1).len == 2 && event_bytes(&ev, 2).len == 5,
	      "the first argument stands apart");
}

/* Whatever the bytes, an event is whole or there is none. */
static void
random_records(struct encoder *e, struct rng rng)
{
	struct made r;
	struct event ev;
	int n_bad = 0;

	for (int i = 0; i < RANDOM_TURNS; i++) {
		uint64_t args[6];
		uint16_t kind = (uint16_t)(1 + rng_below(&rng, 6));

		for (size_t j = 0; j < 6; j++)
			args[j] = rng_bits(&rng, 64);
		make_call(&r, kind, (uint32_t)rng_below(&rng, 600),
			  (int64_t)rng_below(&rng, 300) - 100, args);
		while (r.len < 1024 && rng_below(&rng, 4)) {
			struct wire_chunk c = { .len = (uint16_t)rng_below(&rng, 300),
						.grab = (uint8_t)rng_below(&rng, 6),
						.part = (uint8_t)rng_below(&rng, 5) };

			memcpy(r.bytes + r.len, &c, sizeof(c));
			rng_fill(&rng, r.bytes + r.len + sizeof(c), c.len);
			r.len += sizeof(c) + ((c.len + 3u) & ~3u);
		}
		r.len -= rng_below(&rng, 8) < 2 ? rng_below(&rng, r.len) : 0;
		if (encode_as(e, &r, (uint32_t)rng_below(&rng, 1500), &ev) &&
		    (!ev.type || ev.n_params > ev.type->n_params))
			n_bad++;
	}
	CHECK(!n_bad, "%d random records: %d bad events", RANDOM_TURNS, n_bad);
}

int
main(int argc, char **argv)
{
	struct encoder *e;

	calls_plan(plans, specs);
	e = encoder_new(plans, WALL_NS);
	what_has_no_event_is_generic(e);
	parameters_come_from_chunks(e);
	a_child_in_a_namespace_is_marked(e);
	random_records(e, rng_from_args(argc, argv));
	encoder_free(e);
	return check_done();
}
