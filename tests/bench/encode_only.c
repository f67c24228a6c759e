#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <time.h>

#include "engine/base/mem.h"
#include "probe/calls.h"
#include "probe/encode.h"

/*
 * encode_only [TURNS] - nanoseconds that a record takes to become an event, by kind.
 *
 * The least of several rounds: what the machine does besides is not of interest.
 */

#define ROUNDS 40

static struct call_plan plans[WIRE_CALLS];
static struct wire_config config;

/* A record being made up. */
struct made {
	_Alignas(8) uint8_t bytes[4096];
	size_t len;
};

static uint32_t
number_of(const char *name)
{
	for (uint32_t i = 0; i < WIRE_CALLS; i++)
		if (plans[i].syscall && !strcmp(plans[i].syscall->name, name))
			return i;
	return WIRE_CALLS;
}

static void
make(struct made *r, uint16_t kind, const char *name, int64_t result)
{
	struct wire_call call = { .head = { .kind = kind, .number = number_of(name), .tid = 7,
					    .pid = 5 },
				  .result = result, .args = { 3, 0x1000, 80, 0, 0, 0 } };

	memcpy(r->bytes, &call, sizeof(call));
	r->len = sizeof(call);
}

static void
add(struct made *r, uint8_t grab, uint8_t part, const void *p, size_t len)
{
	struct wire_chunk c = { .len = (uint16_t)len, .grab = grab, .part = part };

	memcpy(r->bytes + r->len, &c, sizeof(c));
	memcpy(r->bytes + r->len + sizeof(c), p, len);
	r->len += sizeof(c) + ((len + 3) & ~(size_t)3);
}

static uint64_t
now_ns(void)
{
	struct timespec t;

	clock_gettime(CLOCK_THREAD_CPUTIME_ID, &t);
	return (uint64_t)t.tv_sec * 1000000000u + (uint64_t)t.tv_nsec;
}

static void
measure(struct encoder *e, const struct made *r, const char *what, unsigned turns)
{
	struct encoder_input in = { r->bytes, r->len, 42, 3 };
	double least = 1e9;
	struct event ev;

	for (int round = 0; round < ROUNDS; round++) {
		uint64_t start = now_ns();

		for (unsigned i = 0; i < turns; i++)
			encoder_take(e, &in, &ev);
		if ((double)(now_ns() - start) / turns < least)
			least = (double)(now_ns() - start) / turns;
	}
	printf("%-16s %6.1f ns\n", what, least);
}

int
main(int argc, char **argv)
{
	unsigned turns = argc > 1 ? (unsigned)strtoul(argv[1], NULL, 10) : 50000;
	struct wire_file file = { .ino = 77, .dev = 8 << 20 | 1 };
	struct wire_task task = { .tid = 7, .pid = 7, .comm = "program" };
	char data[80] = "data";
	struct encoder *e;
	struct made r;

	calls_plan(calls_machine(), plans, &config);
	e = encoder_new(plans, 1000);
	make(&r, WIRE_ENTER, "getppid", 0);
	measure(e, &r, "> getppid", turns);
	make(&r, WIRE_ENTER, "read", 0);
	measure(e, &r, "> read", turns);
	make(&r, WIRE_EXIT, "read", 80);
	add(&r, 0, 0, data, sizeof(data));
	measure(e, &r, "< read", turns);
	make(&r, WIRE_EXIT, "futex", 0);
	measure(e, &r, "< futex", turns);
	make(&r, WIRE_EXIT, "epoll_wait", 1);
	measure(e, &r, "< epoll_wait", turns);
	make(&r, WIRE_EXIT, "openat", 4);
	add(&r, 0, 0, "/etc/passwd", 12);
	add(&r, 1, 0, &file, sizeof(file));
	measure(e, &r, "< openat", turns);
	make(&r, WIRE_EXIT, "clone", 4);
	add(&r, 0, 0, &task, sizeof(task));
	add(&r, 0, 1, "sh\0-c\0true", 11);
	measure(e, &r, "< clone", turns);
	encoder_free(e);
	return 0;
}
