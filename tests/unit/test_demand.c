#include "engine/event/event_type.h"
#include "engine/event/syscall.h"
#include "probe/calls.h"
#include "probe/cgroup_place.h"
#include "probe/demand.h"
#include "tests/lib/check.h"

/* The demand of a filter, as a caller might have it. */
static bool
wants_reads(void *ctx, uint16_t id, uint16_t code)
{
	(void)code;
	return ++*(int *)ctx && (id == EV_READ_E || id == EV_READ_X);
}

static bool
wants_one_code(void *ctx, uint16_t id, uint16_t code)
{
	return id <= EV_GENERIC_X && code == *(uint16_t *)ctx;
}

static bool
wants_received(void *ctx, uint16_t id, uint16_t code)
{
	(void)ctx;
	(void)code;
	return id == EV_RECV_X;
}

static bool
keeps_closed(void *ctx, uint16_t id)
{
	(void)ctx;
	return id == EV_CLOSE_X || id == EV_EXECVE_19_X;
}

static uint32_t
number_of(const char *name)
{
	for (uint32_t i = 0; i < WIRE_CALLS; i++) {
		const struct syscall *s = syscall_find(calls_machine(), i);

		if (s && !strcmp(s->name, name))
			return i;
	}
	return WIRE_CALLS;
}

static void
everything(void)
{
	static struct wire_config config;
	const struct demand d = { 0 };
	struct demand_count count;

	demand_apply(&d, NULL, &config);
	demand_count(&config, &count);
	CHECK(count.n_calls > 300 && count.n_asked == count.n_calls && !count.n_state,
	      "who asks for nothing in particular gets all %u kinds of calls", count.n_calls);
	CHECK(config.other_wants == WIRE_WANT_MATCH && config.signal_wants == WIRE_WANT_MATCH,
	      "and those of 32-bit programs, and signals");
	CHECK(config.specs[WIRE_CALLS - 1].wants == WIRE_WANT_MATCH,
	      "and calls that the registry does not know");
	CHECK(!config.filter.is_set, "of everybody");
}

static const struct {
	const char *name;
	unsigned wants;
} some[] = {
	{ "read", WIRE_WANT_MATCH }, { "close", WIRE_WANT_STATE }, { "write", 0 },
	{ "execve", WIRE_WANT_STATE }, { "execveat", WIRE_WANT_STATE }, { "getppid", 0 },
};

static void
by_type(void)
{
	static struct wire_config config;
	int n_asked = 0, n_differ = 0;
	const struct demand d = { .wants = wants_reads, .keeps = keeps_closed, .ctx = &n_asked };
	struct demand_count count;

	demand_apply(&d, NULL, &config);
	for (size_t i = 0; i < sizeof(some) / sizeof(some[0]); i++) {
		uint32_t number = number_of(some[i].name);

		if (number < WIRE_CALLS)
			CHECK(config.specs[number].wants == some[i].wants, "%s is sent for %u",
			      some[i].name, some[i].wants);
	}
	for (uint32_t number = 0; number < WIRE_COMPAT_CALLS; number++)
		n_differ += config.number_wants[number] !=
			    (config.specs[number].wants |
			     config.specs[number + WIRE_COMPAT_CALLS].wants);
	CHECK(!n_differ, "a number is wanted as its two calls are");
	demand_count(&config, &count);
	CHECK(count.n_asked == 1 && count.n_state == 3 && n_asked > 300,
	      "%u kind is asked for, %u are for the state", count.n_asked, count.n_state);
	CHECK(!config.other_wants && !config.signal_wants && !config.uring_wants,
	      "nothing else is sent");
}

static void
by_code(void)
{
	static struct wire_config config;
	const struct syscall *s = syscall_find(calls_machine(), number_of("getppid"));
	uint16_t code = s->code;
	const struct demand d = { .wants = wants_one_code, .ctx = &code };
	struct demand_count count;

	demand_apply(&d, NULL, &config);
	demand_count(&config, &count);
	CHECK(count.n_asked == 1 && config.specs[number_of("getppid")].wants == WIRE_WANT_MATCH,
	      "of calls without a type of their own, the one with that code");
}

/* 102 is socketcall on i386, 117 ipc, 289 and 291 are send and recv on ARM. */
static void
by_inner_call(void)
{
	static struct call_plan plans[WIRE_CALLS];
	static struct wire_config config;
	const struct demand d = { .wants = wants_received };
	bool is_arm = calls_machine() == SYSCALL_AARCH64;
	uint32_t outer = is_arm ? 291 : 102, other = is_arm ? 289 : 117;

	calls_plan(calls_machine(), plans, &config);
	demand_apply(&d, NULL, &config);
	CHECK(config.number_wants[outer] == WIRE_WANT_MATCH && !config.number_wants[other],
	      "a call that is several is wanted for one of them");
	CHECK(is_arm || !config.specs[WIRE_COMPAT_CALLS + outer].wants, "but not for itself");
}

static void
by_thread(void)
{
	static struct wire_config config;
	struct demand d = { .n_comms = 2, .but_comms = true, .comms = { "cat", "sed" } };
	struct cgroup_place place = { .hierarchy = 7, .id = 1ull << 40 | 5 };

	demand_apply(&d, NULL, &config);
	CHECK(config.filter.is_set && config.filter.n_comms == 2 && config.filter.but_comms &&
	      !strcmp(config.filter.comms[1], "sed"), "names reach the kernel side");
	d = (struct demand){ .container = "0123456789ab" };
	demand_apply(&d, NULL, &config);
	CHECK(config.filter.is_set && config.filter.has_container && !config.filter.n_comms &&
	      !memcmp(config.filter.container, "0123456789ab", WIRE_ID_LEN),
	      "and the id of a container");
	d = (struct demand){ .cgroup = "/x" };
	demand_apply(&d, &place, &config);
	CHECK(config.filter.is_set && config.filter.has_cgroup && !config.filter.has_container &&
	      config.filter.cgroup_id == place.id && config.filter.cgroup_hierarchy == 7,
	      "and a cgroup");
}

int
main(void)
{
	everything();
	by_type();
	by_code();
	by_inner_call();
	by_thread();
	return check_done();
}
