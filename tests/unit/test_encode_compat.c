#include <linux/keyctl.h>
#include <string.h>
#include <sys/ptrace.h>
#include <sys/socket.h>

#include "engine/base/mem.h"
#include "engine/event/event.h"
#include "probe/calls.h"
#include "probe/encode.h"
#include "tests/lib/check.h"
#include "tests/lib/made.h"

/*
 * What 32-bit programs lay out in another way, of both machines: the plans are made for
 * each of them, wherever this runs.
 */

static struct call_plan plans[WIRE_CALLS];
static struct wire_config config;
static enum syscall_machine machine;

static uint32_t
number_of(const char *name)
{
	for (uint32_t i = WIRE_COMPAT_CALLS; i < WIRE_CALLS; i++)
		if (plans[i].syscall && !strcmp(plans[i].syscall->name, name))
			return i;
	return 0;
}

static void
make_call(struct made *r, const char *name, int64_t result, const uint64_t *args)
{
	struct wire_call call = { .head = { .kind = WIRE_EXIT, .number = number_of(name), .tid = 7,
					    .pid = 5, .flags = WIRE_COMPAT },
				  .result = result };

	CHECK(call.head.number, "%s is a call of theirs", name);
	memcpy(call.args, args, sizeof(call.args));
	made_call(r, &call);
}

static uint64_t
number_in(const struct event *ev, const char *name)
{
	int at = event_type_param(ev->type, name);
	struct span s = at < 0 ? (struct span){ NULL, 0 } : event_bytes(ev, (unsigned)at);
	uint64_t v = 0;

	if (s.len > sizeof(v) || !s.len)
		return 0xbad;
	memcpy(&v, s.p, s.len);
	return v;
}

/* Numbers of one parameter. */
static const struct {
	const char *call;
	uint64_t args[6];
	uint16_t id;
	const char *param;
	uint32_t words[8];		/* what is copied, if N_BYTES is not 0 */
	size_t n_bytes;
	uint64_t want;
} cases[] = {
	{ "readv", { 4 }, EV_READV_X, "size", { 0x1000, 0, 5, 0, 0x2000, 0, 7, 0 }, 32, 12 },
	{ "sendmsg", { 4 }, EV_SENDMSG_X, "size", { 0x1000, 0, 5, 0 }, 16, 5 },
	{ "nanosleep", { 0x1000 }, EV_NANOSLEEP_X, "interval", { 2, 5 }, 8, 2000000005 },
	{ "ppoll_time64", { 0, 0, 0x1000 }, EV_PPOLL_X, "timeout", { 2, 0, 5, 0 }, 16,
	  2000000005 },
	{ "setrlimit", { 4, 0x1000 }, EV_SETRLIMIT_X, "cur", { 70, UINT32_MAX }, 8, 70 },
	{ "setrlimit", { 4, 0x1000 }, EV_SETRLIMIT_X, "max", { 70, UINT32_MAX }, 8, UINT64_MAX },
	{ "ugetrlimit", { 4, 0x1000 }, EV_GETRLIMIT_X, "cur", { 70, 3 }, 8, 70 },
	{ "getresuid", { 0x1000 }, EV_GETRESUID_X, "ruid", { 0x70007 }, 2, 7 },
	{ "getresuid32", { 0x1000 }, EV_GETRESUID_X, "ruid", { 0x70007 }, 4, 0x70007 },
	{ "setuid", { 0x1ffff }, EV_SETUID_X, "uid", { 0 }, 0, UINT32_MAX },
	{ "setuid", { 0x10007 }, EV_SETUID_X, "uid", { 0 }, 0, 7 },
	{ "setuid32", { 0x10007 }, EV_SETUID_X, "uid", { 0 }, 0, 0x10007 },
	{ "lseek", { 4, 0xfffffffe, 1 }, EV_LSEEK_X, "offset", { 0 }, 0, (uint64_t)-2 },
	{ "preadv", { 4, 0, 0, 3, 1 }, EV_PREADV_X, "pos", { 0 }, 0, 0x100000003 },
	{ "sendfile", { 4, 5, 0x1000, 9 }, EV_SENDFILE_X, "offset", { 0xfffffffe, 1 }, 4,
	  (uint64_t)-2 },
	{ "sendfile64", { 4, 5, 0x1000, 9 }, EV_SENDFILE_X, "offset", { 3, 1 }, 8, 0x100000003 },
};

static void
numbers_are_as_wide_as_theirs(struct encoder *e)
{
	struct made r;
	struct event ev;

	for (size_t i = 0; i < ARRAY_LEN(cases); i++) {
		/* Behind what is polled. */
		uint8_t grab = cases[i].id == EV_PPOLL_X;
		uint64_t v = 0;

		make_call(&r, cases[i].call, 0, cases[i].args);
		if (cases[i].n_bytes)
			made_add(&r, grab, 0, cases[i].words, cases[i].n_bytes);
		if (CHECK(made_encode(e, &r, &ev) && ev.id == cases[i].id, "%s", cases[i].call))
			v = number_in(&ev, cases[i].param);
		CHECK(v == cases[i].want, "  %s is %llx: %llx", cases[i].param,
		      (unsigned long long)cases[i].want, (unsigned long long)v);
	}
}

/* On ARM it begins at an even register. */
static void
wide_numbers_are_two_arguments(struct encoder *e)
{
	static const uint64_t args[6] = { 4, 0x1000, 9, 3, 1, 2 };
	struct made r;
	struct event ev;
	uint64_t want = machine == SYSCALL_AARCH64 ? 0x200000001 : 0x100000003;

	make_call(&r, "pwrite64", 9, args);
	if (CHECK(made_encode(e, &r, &ev) && ev.id == EV_PWRITE_X, "a position"))
		CHECK(number_in(&ev, "pos") == want, "  in two arguments: %llx",
		      (unsigned long long)number_in(&ev, "pos"));
}

/* Two parts, of which the first has 5 bytes and the second is cut short. */
static void
control_data_are_widened(struct encoder *e)
{
	static const uint64_t args[6] = { 4 };
	static const struct {
		uint32_t len, level, type;
		char data[8];
		uint32_t next_len, next_level, next_type;
		char more[4];
	} narrow = { 17, 1, 1, "abcde", 40, 2, 3, "1234" };
	static const struct {
		uint64_t len;
		uint32_t level, type;
		char data[8];
		uint64_t next_len;
		uint32_t next_level, next_type;
		char more[8];
	} wide = { 21, 1, 1, "abcde", 44, 2, 3, "1234" };
	struct made r;
	struct event ev;
	struct span s;

	make_call(&r, "recvmsg", 1, args);
	made_add(&r, 0, 0, "", 0);
	made_add(&r, 0, 3, &narrow, sizeof(narrow));
	CHECK(made_encode(e, &r, &ev) && ev.id == EV_RECVMSG_X, "recvmsg");
	s = event_bytes(&ev, 4);
	CHECK(s.len == sizeof(wide) && !memcmp(s.p, &wide, sizeof(wide)),
	      "%zu bytes of control data, %zu are right", s.len, sizeof(wide));
	make_call(&r, "recvmsg", 1, args);
	made_add(&r, 0, 3, &(uint32_t[4]){ 11, 1, 1, 0 }, 16);
	CHECK(made_encode(e, &r, &ev) && !event_bytes(&ev, 4).len, "none that has no head");
}

static void
values_have_their_types(struct encoder *e)
{
	uint64_t args[6] = { 4, SOL_SOCKET, SO_RCVTIMEO, 0x1000, 8 }, v = 0;
	static const int32_t time[2] = { 2, 500000 };
	struct made r;
	struct event ev;
	struct span s = { NULL, 0 };

	make_call(&r, "setsockopt", 0, args);
	made_add(&r, 0, 0, time, sizeof(time));
	CHECK(made_encode(e, &r, &ev) && (s = event_bytes(&ev, 4)).len == 9 && s.p[0] == 4,
	      "a time limit of a socket");
	memcpy(&v, s.len == 9 ? s.p + 1 : (const uint8_t *)&v, sizeof(v));
	CHECK(v == 2500000000u, "  of %llu ns", (unsigned long long)v);
	args[0] = PTRACE_PEEKDATA;
	make_call(&r, "ptrace", 0, args);
	made_add(&r, 0, 0, &(uint32_t){ 0x1234 }, 4);
	CHECK(made_encode(e, &r, &ev) && (s = event_bytes(&ev, 2)).len == 9 && s.p[0] == 0 &&
	      s.p[1] == 0x34 && s.p[2] == 0x12 && !s.p[5], "a word of another's memory");
	args[0] = KEYCTL_GET_KEYRING_ID;
	args[1] = (uint32_t)KEY_SPEC_USER_KEYRING;
	args[2] = 0xfffe0000;
	make_call(&r, "keyctl", 0, args);
	CHECK(made_encode(e, &r, &ev), "keyctl");
	memcpy(&v, event_bytes(&ev, 2).p + 1, sizeof(v));
	CHECK(v == (uint64_t)KEY_SPEC_USER_KEYRING, "  of a key that has no number");
	memcpy(&v, event_bytes(&ev, 3).p + 1, sizeof(v));
	CHECK(v == 0xfffe0000, "  and an address");
}

static const char *
name_of(struct encoder *e, struct made *r)
{
	struct event ev;
	uint16_t code = 0;

	return made_encode(e, r, &ev) && event_u16(&ev, 0, &code) ? syscall_code_name(code)
								    : "none";
}

/* What comes back from a signal has the number of what that came between: none. */
static void
returns_are_named(struct encoder *e)
{
	static const char *const names[] = { "sigreturn", "rt_sigreturn" };
	struct made r;
	static const uint64_t args[6];

	for (size_t i = 0; i < ARRAY_LEN(names); i++) {
		struct wire_head *head = (struct wire_head *)(void *)r.bytes;

		make_call(&r, names[i], 0, args);
		head->kind = WIRE_ENTER;
		CHECK(!strcmp(name_of(e, &r), names[i]), "%s is called", names[i]);
		make_call(&r, names[i], 0, args);
		head->number = UINT32_MAX;
		CHECK(!strcmp(name_of(e, &r), names[i]), "  and returns");
	}
}

int
main(void)
{
	static const enum syscall_machine machines[] = { SYSCALL_X86_64, SYSCALL_AARCH64 };

	for (size_t i = 0; i < ARRAY_LEN(machines); i++) {
		struct encoder *e;

		machine = machines[i];
		memset(plans, 0, sizeof(plans));
		memset(&config, 0, sizeof(config));
		calls_plan(machine, plans, &config);
		e = encoder_new(plans, 0);
		numbers_are_as_wide_as_theirs(e);
		wide_numbers_are_two_arguments(e);
		control_data_are_widened(e);
		values_have_their_types(e);
		returns_are_named(e);
		encoder_free(e);
	}
	return check_done();
}
