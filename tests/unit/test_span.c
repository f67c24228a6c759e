#include "engine/base/mem.h"
#include "engine/world/span.h"
#include "tests/lib/check.h"

static struct span
span_str(const char *s)
{
	return (struct span){ (const uint8_t *)s, strlen(s) };
}

static bool
is(struct span s, const char *want)
{
	return s.len == strlen(want) && !memcmp(s.p, want, s.len);
}

static const struct {
	const char *in, *text;
	int first, last;		/* -1: nowhere */
} places[] = {
	{ "", "a", -1, -1 },	       { "a", "ab", -1, -1 },	  { "ab", "ab", 0, 0 },
	{ "xabxabx", "ab", 1, 4 },     { "aaa", "aa", 0, 1 },	  { "abac", "ab", 0, 0 },
	{ "/a/b/", "/", 0, 4 },	       { "abx", "abc", -1, -1 }, { "xxabab", "abab", 2, 2 },
};

static void
texts_are_found(void)
{
	for (size_t i = 0; i < ARRAY_LEN(places); i++) {
		struct span s = span_str(places[i].in), rest;
		const char *text = places[i].text;
		const uint8_t *first = span_find(s, text), *last = span_find_last(s, text);

		CHECK((first ? (int)(first - s.p) : -1) == places[i].first, "first '%s' in '%s'",
		      text, places[i].in);
		CHECK((last ? (int)(last - s.p) : -1) == places[i].last, "  last");
		if (span_after(s, text, &rest))
			CHECK(is(rest, places[i].in + places[i].first + strlen(text)),
			      "  after the first");
		if (span_after_last(s, text, &rest))
			CHECK(is(rest, places[i].in + places[i].last + strlen(text)),
			      "  after the last");
	}
}

static void
texts_are_taken_one_by_one(void)
{
	struct span list = { (const uint8_t *)"a\0\0bc", 5 }, text;

	CHECK(span_next_text(&list, &text) && is(text, "a"), "the first");
	CHECK(span_next_text(&list, &text) && is(text, ""), "an empty one");
	CHECK(span_next_text(&list, &text) && is(text, "bc"), "one without a NUL");
	CHECK(!span_next_text(&list, &text), "no more");
}

static void
paths_are_cut(void)
{
	CHECK(is(span_component(span_str("a/b/c")), "a"), "up to the first slash");
	CHECK(is(span_component(span_str("abc")), "abc"), "  or all");
	CHECK(is(span_last_component(span_str("a/b/c")), "c"), "after the last slash");
	CHECK(is(span_last_component(span_str("abc")), "abc"), "  or all");
	CHECK(is(span_last_component(span_str("a/")), ""), "  or nothing");
	CHECK(span_starts_with(span_str("abc"), "ab") && !span_starts_with(span_str("a"), "ab"),
	      "a start");
	CHECK(span_ends_with(span_str("abc"), "bc") && !span_ends_with(span_str("c"), "bc"),
	      "an end");
}

static void
hex_digits_have_values(void)
{
	static const char digits[] = "0123456789abcdef";
	bool right = true;

	for (int c = 0; c < 256; c++) {
		const char *at = c ? strchr(digits, c >= 'A' && c <= 'F' ? c + 32 : c) : NULL;

		right &= span_hex_digit((uint8_t)c) == (at ? (int)(at - digits) : -1);
	}
	CHECK(right, "of all bytes");
}

int
main(void)
{
	texts_are_found();
	texts_are_taken_one_by_one();
	paths_are_cut();
	hex_digits_have_values();
	return check_done();
}
