/* What filters rest on: patterns, folders, sets, expressions, local times. */
#include <fnmatch.h>

#include "engine/base/err.h"
#include "engine/base/mem.h"
#include "engine/filter/glob.h"
#include "engine/filter/paths.h"
#include "engine/filter/regex.h"
#include "engine/filter/set.h"
#include "engine/filter/zone.h"
#include "tests/lib/check.h"
#include "tests/lib/rng.h"

static struct span
span(const char *s)
{
	return (struct span){ (const uint8_t *)s, strlen(s) };
}

static const struct {
	const char *pattern, *text;
	bool matches, folded;
} globs[] = {
	{ "", "", true, true },
	{ "", "a", false, false },
	{ "*", "", true, true },
	{ "*", "/a/.b", true, true },
	{ "?", "", false, false },
	{ "a*b*c", "aXbbYc", true, true },
	{ "a*b*c", "aXbbYcd", false, false },
	{ "A?c", "abC", false, true },
	{ "[a-c]x", "bx", true, true },
	{ "[a-c]x", "Bx", false, true },
	{ "[!a-c]x", "bx", false, false },
	{ "[^a-c]x", "dx", true, true },
	{ "[]]x", "]x", true, true },
	{ "[!]]x", "]x", false, false },
	{ "[a-]", "-", true, true },
	{ "[\\]a]", "]", true, true },
	{ "[[:digit:]x]1", "71", true, true },
	{ "[[:digit:]x]1", "a1", false, false },
	{ "[ab", "[ab", true, true },
	{ "\\*", "*", true, true },
	{ "\\*", "x", false, false },
	{ "a\\", "a\\", false, false },
	{ "\xFF*", "\xFF\xFE", true, true },
};

static void
test_globs(void)
{
	char text[20001];

	for (size_t i = 0; i < ARRAY_LEN(globs); i++) {
		struct span p = span(globs[i].pattern), t = span(globs[i].text);

		CHECK(glob_match(p, t, false) == globs[i].matches, "%s: %s",
		      globs[i].pattern, globs[i].text);
		CHECK(glob_match(p, t, true) == globs[i].folded, "  folded");
	}
	memset(text, 'a', sizeof(text) - 1);
	text[sizeof(text) - 1] = '\0';
	CHECK(!glob_match(span("*a*a*a*a*a*a*a*a*a*a*a*a*b"), span(text), false),
	      "many stars do not take for ever");
}

/* Random patterns mean what they mean to the C library. */
static void
test_glob_like_fnmatch(struct rng *r)
{
	static const char letters[] = "ab*?[]!-\\ab*";
	size_t n_matches = 0, n_wrong = 0;

	for (int i = 0; i < 200000; i++) {
		char pattern[9] = "", text[7] = "";
		size_t n = rng_below(r, sizeof(pattern)), m = rng_below(r, sizeof(text));
		bool matches;

		for (size_t j = 0; j < n; j++)
			pattern[j] = letters[rng_below(r, sizeof(letters) - 1)];
		for (size_t j = 0; j < m; j++)
			text[j] = "ab-]"[rng_below(r, 4)];
		matches = fnmatch(pattern, text, 0) == 0;
		n_matches += matches;
		if (glob_match(span(pattern), span(text), false) == matches)
			continue;
		if (n_wrong++ < 5)
			printf("# %s with %s: the C library says %d\n", pattern, text, matches);
	}
	CHECK(n_matches > 1000 && !n_wrong, "%zu of %zu as fnmatch()", n_wrong, n_matches);
}

static const struct {
	const char *path;
	bool is_in;
} lookups[] = {
	{ "/etc", true },
	{ "/etc/passwd", true },
	{ "etc", true },
	{ "//etc///x", true },
	{ "/etcetera", false },
	{ "/", false },
	{ "", false },
	{ "/usr", false },
	{ "/usr/lib", true },
	{ "/usr/lib64", false },
	{ "/usr/lib/x/y", true },
	{ "/opt/a/sub/x", true },
	{ "/opt/a/b/sub", false },
	{ "/opt/dia", true },
	{ "/opt/dir", false },
	{ "/opt/x/y", false },
	{ "/a/b/c/d", true },
	{ "/a/x/c/e", true },
	{ "/a/x/c/d", false },
};

static void
test_paths(void)
{
	static const char *const folders[] = { "/etc/ssl", "/etc", "/usr/lib/", "/opt/*/sub",
					       "/opt/di[!r]", "/a/b/c/d", "/a/*/c/e" };
	struct paths *p = paths_new(), *all = paths_new(), *none = paths_new();

	for (size_t i = 0; i < ARRAY_LEN(folders); i++)
		paths_add(p, span(folders[i]));
	paths_add(all, span("/"));
	paths_finish(p);
	paths_finish(all);
	paths_finish(none);
	for (size_t i = 0; i < ARRAY_LEN(lookups); i++) {
		CHECK(paths_match(p, span(lookups[i].path)) == lookups[i].is_in,
		      "folder, case %zu", i);
		CHECK(paths_match(all, span(lookups[i].path)) &&
		      !paths_match(none, span(lookups[i].path)), "  in all, in none");
	}
	paths_free(p);
	paths_free(all);
	paths_free(none);
}

static void
test_sets(struct rng *r)
{
	struct set *texts = set_new(T_STR, 100), *numbers = set_new(T_INT, 1000);
	static char names[100][8];
	struct value v;
	size_t n_found = 0;

	for (size_t i = 0; i < 100; i++) {
		snprintf(names[i], sizeof(names[i]), "n%zu", i);
		v.s = span(names[i]);
		set_add(texts, &v);
	}
	v.s = span("n57");
	CHECK(set_has(texts, &v), "a text is there");
	v.s = span("n570");
	CHECK(!set_has(texts, &v), "another is not");
	for (size_t i = 0; i < 1000; i++) {
		v.u = rng_u64(r) | 1;
		set_add(numbers, &v);
		set_add(numbers, &v);
		n_found += set_has(numbers, &v);
	}
	CHECK(n_found == 1000, "numbers are there");
	for (size_t i = 0; i < 1000; i++) {
		v.u = rng_u64(r) & ~1ull;
		n_found -= set_has(numbers, &v);
	}
	CHECK(n_found == 1000, "others are not");
	CHECK(set_takes(T_SPAN) && !set_takes(T_NET) && !set_takes(T_DOUBLE), "what fits");
	set_free(texts);
	set_free(numbers);
}

static const struct {
	const char *pattern, *text;
	bool matches;
} expressions[] = {
	{ "a", "a", true },
	{ "a", "ab", false },
	{ "a", "ba", false },
	{ "a|ab", "ab", true },
	{ ".*", "a\nb", true },
	{ "a$", "a\n", false },
	{ "\xC3.", "\xC3\xA4", true },
	{ "(?i)ABC", "abc", true },
	{ "(a)\\1", "aa", true },
	{ "", "", true },
};

static void
test_regex(void)
{
	static const struct {
		const char *pattern;
		int at;
	} refused[] = { { "a(", 2 }, { "[", 1 }, { "(*UTF)a", 6 }, { "(*UCP)a", 6 } };

	for (size_t i = 0; i < ARRAY_LEN(expressions); i++) {
		struct regex *r = regex_compile(span(expressions[i].pattern), NULL);

		CHECK(r && regex_match(r, span(expressions[i].text)) == expressions[i].matches,
		      "%s, case %zu", expressions[i].pattern, i);
		CHECK(!regex_limits_hit(r), "  within limits");
		regex_free(r);
	}
	for (size_t i = 0; i < ARRAY_LEN(refused); i++) {
		struct err err = { 0 };

		CHECK(!regex_compile(span(refused[i].pattern), &err), "refused: %s: %s",
		      refused[i].pattern, err.text);
		CHECK(err.at == refused[i].at, "  at byte %d", err.at);
	}
}

/* An hour east, two from 2018-03-25 01:00 UTC on. */
static int32_t
summer(int64_t epoch_s)
{
	return epoch_s < 1521939600 ? 3600 : 7200;
}

static const struct {
	const char *text;
	uint64_t ns;			/* 0: it is no date */
} dates[] = {
	{ "1970-01-01T00:00:00.000000001Z", 1 },
	{ "1970-01-02", DAY_NS - 3600 * NS_PER_S },
	{ "2000-02-29T12:00Z", 951825600 * NS_PER_S },
	{ "2018-03-25 01:59:59", 1521939599 * NS_PER_S },
	{ "2018-03-25 03:00", 1521939600 * NS_PER_S },
	{ "2018-03-25 03:00-0130", 1521952200 * NS_PER_S },
	{ "2018-03-25T03:00+02:00", 1521939600 * NS_PER_S },
	{ "2100-02-29", 0 },
	{ "2018-13-01", 0 },
	{ "2018-00-01", 0 },
	{ "2018-01-00", 0 },
	{ "2018-1-1", 0 },
	{ "2018-01-01T", 0 },
	{ "2018-01-01 25:00", 0 },
	{ "2018-01-01 10:00 Z", 0 },
	{ "2018-01-01x", 0 },
	{ "1969-12-31", 0 },
	{ "1970-01-01", 0 },
	{ "", 0 },
};

static const struct {
	const char *text;
	uint64_t ns;			/* UINT64_MAX: it is no time */
} times[] = {
	{ "00:00", 0 },
	{ "9:30", 34200 * NS_PER_S },
	{ "10:02:05.25", 36125 * NS_PER_S + 250000000 },
	{ "23:59:59.999999999", DAY_NS - 1 },
	{ "23:59:59.9999999990", UINT64_MAX },
	{ "24:00", UINT64_MAX },
	{ "10:60", UINT64_MAX },
	{ "10:2", UINT64_MAX },
	{ "10:02:05.", UINT64_MAX },
	{ "10:02:", UINT64_MAX },
	{ "10", UINT64_MAX },
	{ ":10", UINT64_MAX },
	{ "010:10", UINT64_MAX },
};

static void
test_times(void)
{
	struct zone z = { .offset = summer }, utc = { 0 };
	uint64_t ns;

	for (size_t i = 0; i < ARRAY_LEN(dates); i++) {
		ns = 0;
		CHECK(zone_read_date(&z, dates[i].text, strlen(dates[i].text), &ns) ==
		      !!dates[i].ns, "date: `%s`", dates[i].text);
		CHECK(ns == dates[i].ns, "  %llu", (unsigned long long)ns);
	}
	for (size_t i = 0; i < ARRAY_LEN(times); i++) {
		ns = UINT64_MAX;
		CHECK(zone_read_time_of_day(times[i].text, strlen(times[i].text), &ns) ==
		      (times[i].ns != UINT64_MAX), "time: `%s`", times[i].text);
		CHECK(ns == times[i].ns, "  %llu", (unsigned long long)ns);
	}
	CHECK(zone_time_of_day(&z, 1521939599 * NS_PER_S + 5) == 7199 * NS_PER_S + 5,
	      "before summer");
	CHECK(zone_time_of_day(&z, 1521939600 * NS_PER_S) == 3 * 3600 * NS_PER_S, "in it");
	CHECK(zone_time_of_day(&z, 1521939599 * NS_PER_S) == 7199 * NS_PER_S, "and back");
	CHECK(zone_time_of_day(&utc, DAY_NS + 7) == 7, "of UTC");
}

int
main(int argc, char **argv)
{
	struct rng r = rng_from_args(argc, argv);

	test_globs();
	test_glob_like_fnmatch(&r);
	test_paths();
	test_sets(&r);
	test_regex();
	test_times();
	return check_done();
}
