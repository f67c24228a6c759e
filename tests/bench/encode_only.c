#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <time.h>

#include "engine/base/mem.h"
#include "probe/calls.h"
#include "probe/encode.h"
#include "tests/lib/made.h"

/*
 * encode_only [TURNS] - nanoseconds that a record takes to become an event, by kind.
 *
 * The least of several rounds: what the machine does besides is not of interest.
 */

#define ROUNDS 40

static struct call_plan plans[WIRE_CALLS];
static struct wire_config config;

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

	made_call(r, &call);
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
	made_add(&r, 0, 0, data, sizeof(data));
	measure(e, &r, "< read", turns);
	make(&r, WIRE_EXIT, "futex", 0);
	measure(e, &r, "< futex", turns);
	make(&r, WIRE_EXIT, "epoll_wait", 1);
	measure(e, &r, "< epoll_wait", turns);
	make(&r, WIRE_EXIT, "openat", 4);
	made_add(&r, 0, 0, "/etc/passwd", 12);
	made_add(&r, 1, 0, &file, sizeof(file));
	measure(e, &r, "< openat", turns);
	make(&r, WIRE_EXIT, "clone", 4);
	made_add(&r, 0, 0, &task, sizeof(task));
	made_add(&r, 0, 1, "sh\0-c\0true", 11);
	measure(e, &r, "< clone", turns);
	encoder_free(e);
	return 0;
}
