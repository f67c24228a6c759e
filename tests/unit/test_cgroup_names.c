#include "probe/cgroup_names.h"

#include <stdlib.h>
#include <string.h>

#include "engine/base/mem.h"
#include "probe/proc_entry.h"
#include "tests/lib/check.h"

/* What the kernel side tells of a place: number of its hierarchy, names from the last one. */
#define ROOT_OF_1 "\1\0\0\0" "\0"
#define PLACE_IN_4 "\4\0\0\0" "inner\0outer\0" "\0"
#define PLACE_IN_0 "\0\0\0\0" "a.slice\0" "\0"

static const struct {
	const char *what, *lines;
	const char *places;
	size_t len;
	const char *out;
} cases[] = {
#define PLACES(s) s, sizeof(s) - 1
	{ "one for each hierarchy, in the order of /proc", "4:memory:/x\n1:cpu,cpuacct:/y\n0::/\n",
	  PLACES(ROOT_OF_1 PLACE_IN_0 PLACE_IN_4),
	  "4:memory:/outer/inner\n1:cpu,cpuacct:/\n0::/a.slice\n" },
	{ "with a name and colons", "4:name=systemd:/a:b\n", PLACES(PLACE_IN_4),
	  "4:name=systemd:/outer/inner\n" },
	{ "of those that are told of", "4:memory:/x\n1:cpu:/y\n", PLACES(ROOT_OF_1), "1:cpu:/\n" },
	{ "nothing of nothing", "4:memory:/x\n", PLACES(""), "" },
	{ "one that is cut short is none", "4:memory:/x\n", PLACES("\4\0\0\0inner\0ou"), "" },
	{ "one without an end is none", "4:memory:/x\n", PLACES("\4\0\0\0inner\0"), "" },
	{ "a number without names is none", "4:memory:/x\n", PLACES("\4\0\0\0"), "" },
	{ "half a number is none", "4:memory:/x\n", PLACES("\4\0"), "" },
	{ "lines that are none", "4memory\n\n:\n", PLACES(PLACE_IN_4), "" },
	{ "the last line without an end", "4:memory:/x", PLACES(PLACE_IN_4),
	  "4:memory:/outer/inner\n" },
#undef PLACES
};

static void
test_lines(void)
{
	for (size_t i = 0; i < ARRAY_LEN(cases); i++) {
		struct text out = { 0 };
		/* A copy, so that what is read behind it is seen. */
		uint8_t *copy = xmalloc(cases[i].len + !cases[i].len);

		memcpy(copy, cases[i].places, cases[i].len);
		cgroup_names_lines(cases[i].lines, (struct span){ copy, cases[i].len }, &out);
		CHECK_STR(out.p, cases[i].out, "%s", cases[i].what);
		free(copy);
		text_fini(&out);
	}
}

static void
test_texts(void)
{
	static const struct {
		const char *what, *lines, *out;
		size_t len;
	} forms[] = {
#define TEXTS(s) s, sizeof(s) - 1
		{ "version 2", "0::/a\n",
		  TEXTS("cpuset=/a\0cpu=/a\0io=/a\0memory=/a\0pids=/a\0") },
		{ "both versions", "2:cpu,cpuacct:/x\n1:memory:/\n0::/x\n",
		  TEXTS("cpu=/x\0cpuacct=/x\0memory=/\0") },
		{ "a place of version 2 alone", "1:memory:/\n0::/only-here\n",
		  TEXTS("memory=/\0unified=/only-here\0") },
#undef TEXTS
	};

	for (size_t i = 0; i < ARRAY_LEN(forms); i++) {
		char *lines = xstrdup(forms[i].lines);
		struct text out = { 0 };

		proc_entry_take_cgroups(lines, &out);
		CHECK(out.len == forms[i].len && !memcmp(out.p, forms[i].out, out.len),
		      "%s, as the format has it", forms[i].what);
		free(lines);
		text_fini(&out);
	}
}

/* The same thing twice is the same text; a thread that is gone has none. */
static void
test_kept(void)
{
	static const char root[] = ROOT_OF_1;
	struct span places = { (const uint8_t *)root, sizeof(root) - 1 };
	struct cgroup_names n;
	struct span first, again, gone;

	cgroup_names_init(&n);
	first = cgroup_names_of(&n, -1, places);
	again = cgroup_names_of(&n, -1, places);
	CHECK(first.p == again.p && first.len == again.len, "what was told is made a text once");
	gone = cgroup_names_of(&n, -1, (struct span){ NULL, 0 });
	CHECK(!gone.len, "of a thread that is gone nothing is told");
	cgroup_names_fini(&n);
}

int
main(void)
{
	test_lines();
	test_texts();
	test_kept();
	return check_done();
}
