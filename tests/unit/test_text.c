#include "engine/base/text.h"

#include "engine/base/mem.h"
#include "tests/lib/check.h"

static const struct {
	const char *bytes;
	size_t len;
	const char *safe, *dots;
} cases[] = {
#define CASE(bytes, safe, dots) { bytes, sizeof(bytes) - 1, safe, dots }
	CASE("", "", ""),
	CASE("a", "a", "a"),
	CASE("plain text of some length ~ {|}", "plain text of some length ~ {|}",
	     "plain text of some length ~ {|}"),
	CASE("1234567\n", "1234567\\x0a", "1234567."),
	CASE("12345678\x7f", "12345678\\x7f", "12345678."),
	CASE("\x1b[2J and more", "\\x1b[2J and more", ".[2J and more"),
	CASE("a\0b", "a\\x00b", "a.b"),
	CASE("caf\xc3\xa9 au lait", "caf\xc3\xa9 au lait", "caf.. au lait"),
	CASE("\xc2\x9b" "31m", "\\xc2\\x9b31m", "..31m"),
	CASE("\xff\xfe", "\\xff\\xfe", ".."),
	CASE("\xe2\x80\xae" "evil", "\\xe2\\x80\\xae" "evil", "...evil"),
	CASE("cut \xe2\x80", "cut \\xe2\\x80", "cut .."),
#undef CASE
};

static const struct {
	uint64_t v;
	const char *dec, *hex, *oct;
} numbers[] = {
	{ 0, "0", "0", "0" },
	{ 9, "9", "9", "011" },
	{ 10, "10", "A", "012" },
	{ 99, "99", "63", "0143" },
	{ 100, "100", "64", "0144" },
	{ 12345, "12345", "3039", "030071" },
	{ UINT64_MAX, "18446744073709551615", "FFFFFFFFFFFFFFFF", "01777777777777777777777" },
};

static const char *
take(struct text *t)
{
	text_char(t, '\0');
	t->len = 0;
	return t->p;
}

/* Each byte at each place of a word: shown as it is, or made harmless. */
static void
each_byte_at_each_place(struct text *t)
{
	for (unsigned byte = 0; byte < 256; byte++) {
		bool is_plain = byte >= 0x20 && byte < 0x7F, ok = true;

		for (unsigned at = 0; at < 16; at++) {
			char in[17] = "abcdefghijklmnop";

			in[at] = (char)byte;
			t->len = 0;
			text_dots(t, in, 16);
			ok &= t->len == 16 && t->p[at] == (is_plain ? (char)byte : '.');
			in[at] = is_plain ? (char)byte : '.';
			ok &= !memcmp(t->p, in, 16);
			in[at] = (char)byte;
			t->len = 0;
			text_safe(t, in, 16);
			ok &= is_plain ? t->len == 16 && !memcmp(t->p, in, 16) :
			      t->len == 19 && t->p[at] == '\\';
		}
		CHECK(ok, "byte %02x", byte);
	}
	t->len = 0;
}

int
main(void)
{
	struct text t = { 0 };

	for (size_t i = 0; i < ARRAY_LEN(cases); i++) {
		text_safe(&t, cases[i].bytes, cases[i].len);
		CHECK_STR(take(&t), cases[i].safe, "safe %zu", i);
		text_dots(&t, cases[i].bytes, cases[i].len);
		CHECK_STR(take(&t), cases[i].dots, "dots %zu", i);
	}
	for (size_t i = 0; i < ARRAY_LEN(numbers); i++) {
		text_u64(&t, numbers[i].v);
		CHECK_STR(take(&t), numbers[i].dec, "decimal %zu", i);
		text_hex(&t, numbers[i].v);
		CHECK_STR(take(&t), numbers[i].hex, "hexadecimal %zu", i);
		text_oct(&t, numbers[i].v);
		CHECK_STR(take(&t), numbers[i].oct, "octal %zu", i);
	}
	text_i64(&t, INT64_MIN);
	CHECK_STR(take(&t), "-9223372036854775808", "the least number");
	text_dec_padded(&t, 42, 9);
	CHECK_STR(take(&t), "000000042", "zeroes before");
	text_count(&t, 999);
	CHECK_STR(take(&t), "999", "nothing to group");
	text_count(&t, 1000);
	CHECK_STR(take(&t), "1,000", "thousands");
	text_count(&t, 1002003);
	CHECK_STR(take(&t), "1,002,003", "zeroes within groups");
	text_count(&t, UINT64_MAX);
	CHECK_STR(take(&t), "18,446,744,073,709,551,615", "the largest count");
	each_byte_at_each_place(&t);
	text_fini(&t);
	return check_done();
}
