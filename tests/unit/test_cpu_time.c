#include <stdint.h>

#include "engine/base/mem.h"
#include "engine/base/text.h"
#include "engine/event/cpu_time.h"
#include "tests/lib/check.h"

static const struct {
	uint64_t run, user, system;	/* what the kernel tells */
	uint64_t user_ns, system_ns;
} splits[] = {
	{ 0, 0, 0, 0, 0 },
	{ 1000, 0, 0, 1000, 0 },
	{ 1000, 4000000, 0, 1000, 0 },
	{ 1000, 0, 4000000, 0, 1000 },
	{ 1000, 4000000, 4000000, 500, 500 },
	{ 3000, 8000000, 4000000, 2000, 1000 },
	{ 1000, UINT64_MAX, UINT64_MAX, 500, 500 },
	{ 0, 4000000, 4000000, 0, 0 },
};

static void
times_are_split(void)
{
	for (size_t i = 0; i < ARRAY_LEN(splits); i++) {
		struct cpu_time t = cpu_time_split(splits[i].run, splits[i].user,
						   splits[i].system);

		CHECK(t.user_ns == splits[i].user_ns && t.system_ns == splits[i].system_ns,
		      "split %zu: %llu and %llu", i, (unsigned long long)t.user_ns,
		      (unsigned long long)t.system_ns);
		CHECK(t.user_ns + t.system_ns == splits[i].run, "  nothing is lost");
	}
}

static const struct {
	const char *data;
	bool is_one;
} data[] = {
	{ "user_ns=1 system_ns=2", true },
	{ "user_ns=18446744073709551615 system_ns=0", true },
	{ "user_ns=1 system_ns=2 ", false },
	{ "user_ns=1 system_ns=", false },
	{ "user_ns=1", false },
	{ "", false },
	{ "system_ns=1 user_ns=2", false },
	{ "user_ns=1 system_ns=2 pgft_maj=3 pgft_min=4", true },
	{ "user_ns=1 system_ns=2 pgft_maj=3 pgft_min=4 vm_size=5 vm_rss=6 vm_swap=7", true },
	{ "user_ns=1 system_ns=2 pgft_maj=3", false },
	{ "user_ns=1 system_ns=2 vm_size=5 vm_rss=6 vm_swap=7", false },
	{ "user_ns=1 system_ns=2 pgft_maj=3 pgft_min=4 vm_size=5", false },
	{ "user_ns=1 system_ns=2 pgft_maj=3 pgft_min=4 vm_size=5 vm_rss=6 vm_swap=7x", false },
	{ "user_ns=1 system_ns=2 and more than any such event has, which is not looked at "
	  "any further: it is longer than what all of its numbers take where they are the "
	  "largest that there can be, with their names and the blanks between them", false },
};

static void
data_is_parsed(void)
{
	const struct cpu_time times[] = {
		{ .user_ns = 0 }, { .user_ns = 12003400, .system_ns = 34 },
		{ .user_ns = UINT64_MAX, .system_ns = 1 },
		{ .user_ns = 7, .has_faults = true, .pf_major = 1, .pf_minor = 2 },
		{ UINT64_MAX, UINT64_MAX, true, true, UINT64_MAX, UINT64_MAX, UINT32_MAX,
		  UINT32_MAX, UINT32_MAX },
	};
	static const char too_large[] = "user_ns=1 system_ns=2 pgft_maj=3 pgft_min=4 "
		"vm_size=18446744073709551615 vm_rss=4294967296 vm_swap=1";
	const struct span large = { (const uint8_t *)too_large, sizeof(too_large) };
	struct cpu_time t;

	for (size_t i = 0; i < ARRAY_LEN(data); i++) {
		struct span s = { (const uint8_t *)data[i].data, strlen(data[i].data) };

		CHECK(cpu_time_parse(s, &t) == data[i].is_one, "`%s`", data[i].data);
	}
	CHECK(cpu_time_parse(large, &t) &&
	      t.vmsize_kb == UINT32_MAX && t.vmrss_kb == UINT32_MAX && t.vmswap_kb == 1,
	      "what is too large is the largest there is");
	for (size_t i = 0; i < ARRAY_LEN(times); i++) {
		struct text text = { 0 };

		cpu_time_put(&text, &times[i]);
		CHECK(cpu_time_parse((struct span){ (uint8_t *)text.p, text.len }, &t) &&
		      t.user_ns == times[i].user_ns && t.system_ns == times[i].system_ns,
		      "what is written is read: %s", text.p);
		CHECK(t.has_faults == times[i].has_faults && t.has_memory == times[i].has_memory &&
		      t.pf_major == times[i].pf_major && t.pf_minor == times[i].pf_minor &&
		      t.vmsize_kb == times[i].vmsize_kb && t.vmrss_kb == times[i].vmrss_kb &&
		      t.vmswap_kb == times[i].vmswap_kb, "  with sizes");
		text_fini(&text);
	}
}

int
main(void)
{
	times_are_split();
	data_is_parsed();
	return check_done();
}
