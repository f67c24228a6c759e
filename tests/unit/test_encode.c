#include <sched.h>
#include <string.h>
#include <sys/uio.h>

#include "engine/base/mem.h"
#include "engine/event/event.h"
#include "probe/calls.h"
#include "probe/encode.h"
#include "tests/lib/check.h"
#include "tests/lib/made.h"
#include "tests/lib/rng.h"

#define WALL_NS 1000000u
#define RANDOM_TURNS 60000

static struct call_plan plans[WIRE_CALLS];
static struct wire_config config;

static void
make_call(struct made *r, uint16_t kind, uint32_t number, int64_t result, const uint64_t *args)
{
	struct wire_call call = { .head = { .kind = kind, .number = number, .tid = 7, .pid = 5 },
				  .result = result };

	if (args)
		memcpy(call.args, args, sizeof(call.args));
	made_call(r, &call);
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
	CHECK(made_encode(e, &r, &ev) && ev.id == EV_GENERIC_E &&
	      event_u16(&ev, 0, &code) && !code &&
	      event_u16(&ev, 1, &native) && native == 9999, "a number that nobody knows");
	CHECK(ev.ts_ns == WALL_NS + 42 && ev.cpu == 3 && ev.tid == 7, "its time, CPU and thread");
	make_call(&r, WIRE_EXIT, number_of("getppid"), 1, NULL);
	CHECK(made_encode(e, &r, &ev) && ev.id == EV_GENERIC_X && event_u16(&ev, 0, &code) &&
	      !strcmp(syscall_code_name(code), "getppid"), "a call without a type of its own");
}

/* 3 is read on i386, 5 open, 192 mmap2, 140 _llseek, 224 gettid, 119 has one of its own. */
static void
programs_of_32_bits_have_numbers_of_their_own(struct encoder *e)
{
	static const uint64_t args[6] = { 4, 1, 0x80000000, 0, 2 };
	struct made r;
	struct event ev;
	uint16_t code = 0, native = 0;
	uint64_t offset = 0;

	if (calls_machine() != SYSCALL_X86_64)
		return;
	make_call(&r, WIRE_EXIT, WIRE_COMPAT_CALLS + 3, 2, args);
	made_add(&r, 0, 0, "hi", 2);
	((struct wire_head *)(void *)r.bytes)->flags = WIRE_COMPAT;
	CHECK(made_encode(e, &r, &ev) && ev.id == EV_READ_X && event_bytes(&ev, 1).len == 2,
	      "read");
	make_call(&r, WIRE_EXIT, WIRE_COMPAT_CALLS + 140, 2, args);
	CHECK(made_encode(e, &r, &ev) && ev.id == EV_LLSEEK_X && event_u64(&ev, 2, &offset) &&
	      offset == 0x180000000, "an offset in two halves: %llx", (unsigned long long)offset);
	make_call(&r, WIRE_EXIT, WIRE_COMPAT_CALLS + 224, 7, args);
	((struct wire_head *)(void *)r.bytes)->flags = WIRE_COMPAT;
	CHECK(made_encode(e, &r, &ev) && ev.id == EV_GENERIC_X && event_u16(&ev, 0, &code) &&
	      !strcmp(syscall_code_name(code), "gettid") && event_u16(&ev, 1, &native) &&
	      native == 224, "a call without a type has the number that it was given");
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
	made_add(&r, 0, 0, "a/b", 4);
	made_add(&r, 1, 0, &file, sizeof(file));
	CHECK(made_encode(e, &r, &ev) && ev.id == EV_OPENAT_2_X, "openat returns");
	name = event_text(&ev, 2);
	CHECK(event_i64(&ev, 1, &dir) && dir == -100, "the folder is a signed number");
	CHECK(name.len == 3 && !memcmp(name.p, "a/b", 3), "the name");
	CHECK(event_u32(&ev, 3, &flags) && flags == 0x5006, "flags: %x", flags);
	CHECK(event_u32(&ev, 5, &dev) && dev == 0x801, "device: %x", dev);
	r.len = sizeof(struct wire_call);
	CHECK(made_encode(e, &r, &ev) && !event_bytes(&ev, 2).len && !event_bytes(&ev, 5).len &&
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
	made_add(&r, 0, 0, &task, sizeof(task));
	made_add(&r, 0, 1, "sh\0-c\0x", 8);
	CHECK(made_encode(e, &r, &ev) && event_u32(&ev, 15, &flags) && flags == 0x20000000,
	      "flags: %x", flags);
	CHECK(event_bytes(&ev, 13).len == 17, "a name without a NUL gets one");
	CHECK(event_text(&ev, 1).len == 2 && event_bytes(&ev, 2).len == 5,
	      "the first argument stands apart");
}

/* What clone3() was given may be gone when the child looks. */
static void
a_thread_is_one_whatever_memory_says(struct encoder *e)
{
	static const struct {
		uint32_t tid, pid;
		int64_t result;
		uint64_t memory;
		uint32_t flags;
	} cases[] = {
		{ 8, 7, 0, CLONE_VM | CLONE_FS | CLONE_FILES | CLONE_SIGHAND | CLONE_THREAD |
		  CLONE_SETTLS, 0xa803 | 1 << 25 },
		{ 8, 7, 0, 0, 0xa803 },
		{ 7, 7, 0, CLONE_VM | CLONE_VFORK, 0x8000 | 1 << 27 },
		{ 7, 7, 0, CLONE_FILES | CLONE_THREAD, 1 },
		{ 7, 7, 9, CLONE_FILES | CLONE_THREAD, 0x2001 },
	};

	for (size_t i = 0; i < ARRAY_LEN(cases); i++) {
		struct wire_task task = { .tid = cases[i].tid, .pid = cases[i].pid };
		struct made r;
		struct event ev;
		uint32_t flags = 0;
		bool is_one;

		make_call(&r, WIRE_EXIT, number_of("clone3"), cases[i].result, NULL);
		made_add(&r, 0, 0, &task, sizeof(task));
		made_add(&r, 1, 0, &cases[i].memory, sizeof(cases[i].memory));
		is_one = made_encode(e, &r, &ev) && event_u32(&ev, 15, &flags);
		CHECK(is_one && flags == cases[i].flags, "clone3 of a %s: %x",
		      cases[i].tid == cases[i].pid ? "process" : "thread", flags);
	}
}

/* Names come the last one first. */
static void
paths_are_turned_round(struct encoder *e)
{
	static const struct {
		const char *names;
		size_t len;
		const char *path;
	} cases[] = {
		{ "c\0bb\0a\0", 7, "/a/bb/c" }, { "\0", 1, "/" }, { "x\0", 2, "/x" },
		{ "memfd:x\0\0", 9, "/memfd:x" }, { "open", 4, "" }, { "", 0, "" },
	};
	struct wire_task task = { .tid = 7 };
	struct made r;
	struct event ev;
	struct span cwd;

	for (size_t i = 0; i < ARRAY_LEN(cases); i++) {
		make_call(&r, WIRE_EXIT, number_of("clone"), 9, NULL);
		made_add(&r, 0, 0, &task, sizeof(task));
		made_add(&r, 0, 3, cases[i].names, cases[i].len);
		CHECK(made_encode(e, &r, &ev), "a working folder");
		cwd = event_text(&ev, 6);
		CHECK(cwd.len == strlen(cases[i].path) && !memcmp(cwd.p, cases[i].path, cwd.len),
		      "it is %s", cases[i].path);
	}
}

static void
flags_tell_of_the_program(struct encoder *e)
{
	static const struct {
		struct wire_task task;
		const char *names;
		uint32_t flags;
	} cases[] = {
		{ { .has_exe = 1, .uid = 5, .exe_uid = 5, .exe_mode = 0700 }, "x\0", 1 },
		{ { .has_exe = 1, .uid = 5, .exe_uid = 5, .exe_mode = 0577 }, "x\0", 0 },
		{ { .has_exe = 1, .uid = 5, .exe_uid = 6, .exe_mode = 0757 }, "x\0", 1 },
		{ { .has_exe = 1, .uid = 5, .exe_uid = 6, .exe_mode = 0757, .is_in_exe_gid = 1 },
		  "x\0", 0 },
		{ { .has_exe = 1, .uid = 5, .exe_uid = 6, .exe_mode = 0575, .is_in_exe_gid = 1 },
		  "x\0", 1 },
		{ { .has_exe = 1, .exe_mode = 0555, .cap_effective = 2 }, "x\0", 1 },
		{ { .has_exe = 1, .exe_mode = 0777, .cap_effective = 2, .exe_is_fixed = 1 },
		  "x\0", 0 },
		{ { .exe_mode = 0777 }, "x\0", 0 },
		{ { .exe_layer = WIRE_UPPER_LAYER }, "x\0", 2 },
		{ { .exe_layer = WIRE_LOWER_LAYER }, "x\0", 8 },
		{ { .tid = 7 }, "memfd:x\0\0", 4 }, { { .tid = 7 }, "memfd:x\0a\0", 0 },
	};
	struct made r;
	struct event ev;
	uint32_t flags;

	for (size_t i = 0; i < ARRAY_LEN(cases); i++) {
		size_t len = strlen(cases[i].names) + 1;

		make_call(&r, WIRE_EXIT, number_of("execve"), 0, NULL);
		made_add(&r, 0, 0, &cases[i].task, sizeof(cases[i].task));
		/* Each has another text behind it. */
		len += strlen(cases[i].names + len) + (len > 2);
		made_add(&r, 0, 4, cases[i].names, len);
		flags = 99;
		CHECK(made_encode(e, &r, &ev) && event_u32(&ev, 19, &flags) &&
		      flags == cases[i].flags,
		      "case %zu: flags %x, %x are right", i, flags, cases[i].flags);
	}
}

static void
each_message_is_an_event(struct encoder *e)
{
	static const uint64_t args[6] = { 4, 0x1000, 3 };
	struct iovec v[2] = { { NULL, 7 }, { NULL, 9 } };
	uint32_t lens[3] = { 7, 0, 16 };
	struct made r;
	struct event ev;
	uint32_t size = 0;
	int64_t res = 0;

	make_call(&r, WIRE_EXIT, number_of("sendmmsg"), 3, args);
	for (uint8_t i = 0; i < 3; i++) {
		made_add(&r, 0, (uint8_t)(i * WIRE_PARTS + 4), &lens[i], sizeof(lens[i]));
		made_add(&r, 0, (uint8_t)(i * WIRE_PARTS), v, i == 2 ? sizeof(v) : sizeof(v[0]));
	}
	CHECK(made_encode(e, &r, &ev) && event_result(&ev, &res) && res == 7, "the first one");
	CHECK(encoder_has_more(e) && encoder_more(e, &ev) && event_result(&ev, &res) && res == 0 &&
	      event_u32(&ev, 2, &size) && size == 7, "the second one is empty");
	CHECK(encoder_has_more(e) && encoder_more(e, &ev) && event_result(&ev, &res) &&
	      res == 16 && event_u32(&ev, 2, &size) && size == 16, "the third one has two parts");
	CHECK(!encoder_has_more(e), "that is all");
	make_call(&r, WIRE_EXIT, number_of("sendmmsg"), -9, args);
	CHECK(made_encode(e, &r, &ev) && event_result(&ev, &res) && res == -9 &&
	      !encoder_has_more(e),
	      "a call that fails is one event");
	make_call(&r, WIRE_EXIT, number_of("read"), 3, args);
	CHECK(made_encode(e, &r, &ev) && !encoder_has_more(e), "another call is one event");
}

static void
requests_of_rings_are_told(struct encoder *e)
{
	struct wire_uring uring = { .head = { .kind = WIRE_URING, .tid = 7 }, .user_data = 0xab,
				    .offset = 5, .fd = 3, .size = 10, .flags = 0x104,
				    .opcode = 22 };
	static const char words[] = "opcode=read fd=3 size=10 offset=5 flags=4 user_data=ab";
	struct made r;
	struct event ev;
	struct span s;

	memcpy(r.bytes, &uring, sizeof(uring));
	r.len = sizeof(uring);
	CHECK(made_encode(e, &r, &ev) && ev.id == EV_ASYNCEVENT_E && ev.tid == 7, "a request");
	s = event_text(&ev, 1);
	CHECK(s.len == 8 && !memcmp(s.p, "io_uring", 8), "its name");
	s = event_bytes(&ev, 2);
	CHECK(s.len == strlen(words) && !memcmp(s.p, words, s.len), "its words: %.*s", (int)s.len,
	      (const char *)s.p);
	uring.opcode = 9999;
	memcpy(r.bytes, &uring, sizeof(uring));
	CHECK(made_encode(e, &r, &ev) && (s = event_bytes(&ev, 2)).len > 11 &&
	      !memcmp(s.p, "opcode=9999", 11), "a number without a name");
}

/* What a parameter is depends on the command. */
static void
commands_tell_what_is_meant(struct encoder *e)
{
	struct { uint64_t v[9]; } block = { { 10, 20, 30, 40, 50, 60, 70, 80, 0 } };
	uint64_t args[6] = { 0x80000700, 0, 5, 0x1000 }, v = 0;
	struct made r;
	struct event ev;
	struct span s;

	make_call(&r, WIRE_EXIT, number_of("quotactl"), 0, args);
	made_add(&r, 2, 0, &block, sizeof(block));
	CHECK(made_encode(e, &r, &ev) && event_u64(&ev, 3, &v) && v == 10 &&
	      event_u64(&ev, 8, &v) &&
	      v == 70000000000u && !event_bytes(&ev, 10).len, "limits of a quota");
	args[0] = 0x80000501;
	make_call(&r, WIRE_EXIT, number_of("quotactl"), 0, args);
	made_add(&r, 2, 0, &block, 24);
	CHECK(made_encode(e, &r, &ev) && !event_bytes(&ev, 3).len && event_u64(&ev, 10, &v) &&
	      v == 10000000000u && event_bytes(&ev, 12).len == 1, "grace of a quota");
	args[0] = 7;
	args[3] = 9;
	make_call(&r, WIRE_EXIT, number_of("ptrace"), 0, args);
	CHECK(made_encode(e, &r, &ev) && (s = event_bytes(&ev, 2)).len == 2 && s.p[0] == 1 &&
	      s.p[1] == 9, "ptrace gives a signal");
	args[0] = 10;
	make_call(&r, WIRE_EXIT, number_of("keyctl"), 0, args);
	made_add(&r, 1, 0, "user", 5);
	CHECK(made_encode(e, &r, &ev) && (s = event_bytes(&ev, 3)).len == 6 && s.p[0] == 1 &&
	      !memcmp(s.p + 1, "user", 5) && (s = event_bytes(&ev, 2)).len == 9 && !s.p[0],
	      "keyctl looks for a text");
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
		make_call(&r, kind, (uint32_t)rng_below(&rng, 1200),
			  (int64_t)rng_below(&rng, 300) - 100, args);
		if (rng_below(&rng, 2))
			((struct wire_head *)(void *)r.bytes)->flags = WIRE_COMPAT;
		while (r.len < 1024 && rng_below(&rng, 4)) {
			struct wire_chunk c = { .len = (uint16_t)rng_below(&rng, 300),
						.grab = (uint8_t)rng_below(&rng, 6),
						.part = (uint8_t)rng_below(&rng, 5) };

			memcpy(r.bytes + r.len, &c, sizeof(c));
			rng_fill(&rng, r.bytes + r.len + sizeof(c), c.len);
			r.len += sizeof(c) + ((c.len + 3u) & ~3u);
		}
		r.len -= rng_below(&rng, 8) < 2 ? rng_below(&rng, r.len) : 0;
		if (made_encode_as(e, &r, (uint32_t)rng_below(&rng, 1500), &ev) &&
		    (!ev.type || ev.n_params > ev.type->n_params))
			n_bad++;
	}
	CHECK(!n_bad, "%d random records: %d bad events", RANDOM_TURNS, n_bad);
}

int
main(int argc, char **argv)
{
	struct encoder *e;

	calls_plan(calls_machine(), plans, &config);
	e = encoder_new(plans, WALL_NS);
	what_has_no_event_is_generic(e);
	programs_of_32_bits_have_numbers_of_their_own(e);
	parameters_come_from_chunks(e);
	a_child_in_a_namespace_is_marked(e);
	a_thread_is_one_whatever_memory_says(e);
	paths_are_turned_round(e);
	flags_tell_of_the_program(e);
	each_message_is_an_event(e);
	requests_of_rings_are_told(e);
	commands_tell_what_is_meant(e);
	random_records(e, rng_from_args(argc, argv));
	encoder_free(e);
	return check_done();
}
