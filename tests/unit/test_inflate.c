#include <errno.h>
#include <stdint.h>
#include <stdlib.h>
#include <string.h>
#include <sys/mman.h>
#include <unistd.h>
#include <zlib.h>

#include "engine/base/err.h"
#include "engine/base/mem.h"
#include "engine/capture/inflate.h"
#include "tests/lib/check.h"

#define MIB (1024u * 1024)
#define TEXT_LEN (21 * MIB + 12345)
#define READS 60

static uint64_t seed = 77123;

static uint32_t
draw(uint32_t below)
{
	seed = seed * 6364136223846793005u + 1442695040888963407u;
	return (uint32_t)(seed >> 33) % below;
}

/* Text that deflates to a third or so, and refers far back. */
static uint8_t *
draw_text(size_t len)
{
	uint8_t *p = xmalloc(len);

	for (size_t i = 0; i < len;) {
		size_t n = 4 + draw(60);

		if (n > len - i)
			n = len - i;
		if (i > 40000 && draw(3)) {
			memcpy(p + i, p + i - 200 - draw(32000), n);
			i += n;
		} else {
			for (; n; n--)
				p[i++] = (uint8_t)("abcdefgh01234567"[draw(16)]);
		}
	}
	return p;
}

/* Append TEXT as one gzip member to ZIP of *LEN bytes. */
static void
add_member(uint8_t *zip, size_t *len, const uint8_t *text, size_t text_len, int level)
{
	z_stream z = { .next_in = (Bytef *)(uintptr_t)text, .avail_in = (uInt)text_len };

	deflateInit2(&z, level, Z_DEFLATED, 15 + 16, 8, Z_DEFAULT_STRATEGY);
	z.next_out = zip + *len;
	z.avail_out = (uInt)deflateBound(&z, text_len);
	deflate(&z, Z_FINISH);
	*len += z.total_out;
	deflateEnd(&z);
}

struct inflated {
	uint8_t *p;
	size_t len;
	enum inflate_status status;
	int n_mismatches, n_broken;
	bool in_member;
	uint32_t n_members;
	struct err err;
};

/* Inflate ZIP in small steps, so that every state is entered from outside. */
static struct inflated
inflate_all(const uint8_t *zip, size_t zip_len, size_t room, struct inflate_index *index,
	    size_t step)
{
	struct inflated got = { .p = xmalloc(room) };
	struct inflater f;
	size_t at = 0, end = 0;

	inflate_init(&f, index);
	for (;;) {
		struct inflate_io io = { zip + at, end - at, got.p + got.len, room - got.len };

		if (io.out_len > step * 3)
			io.out_len = step * 3;
		got.status = inflate_run(&f, &io, &got.err);
		at = (size_t)(io.in - zip);
		got.len = (size_t)(io.out - got.p);
		got.n_mismatches += got.status == INFLATE_MISMATCH;
		got.n_broken += got.status == INFLATE_BROKEN;
		if (got.status == INFLATE_GARBAGE)
			break;
		if (!io.out_len || got.status != INFLATE_MORE)
			continue;
		if (end == zip_len)
			break;
		end = zip_len - end < step ? zip_len : end + step;
	}
	got.in_member = f.in_member;
	got.n_members = f.n_members;
	inflate_fini(&f);
	return got;
}

/* One range after the other, with gaps and steps back: as TEXT has it. */
static void
read_on(const struct inflate_index *index, int fd, const uint8_t *text)
{
	struct inflate_reader *r = inflate_reader_new();
	size_t at = 0, wrong = 0, led = 0;
	uint8_t buf[50000];
	struct err err;

	for (int i = 0; i < READS; i++) {
		size_t n = 1 + draw(sizeof(buf)), gap = draw(3) ? 0 : draw(MIB);
		struct inflate_range range = { .buf = buf };

		at = draw(10) ? at + gap : at / 2;
		if (at + n > TEXT_LEN)
			at = 0;
		range.offset = at;
		range.len = n;
		led += inflate_reader_leads_to(r, index, at);
		wrong += inflate_reader_read(r, index, fd, &range, &err) ||
			 memcmp(buf, text + at, n);
		at += n;
	}
	CHECK(!wrong, "read on from where it is: %zu of %d wrong", wrong, READS);
	CHECK(led > READS / 2, "  which is mostly no way from a checkpoint: %zu", led);
	inflate_reader_free(r);
}

static void
any_place_can_be_read_again(void)
{
	uint8_t *text = draw_text(TEXT_LEN), *zip = xmalloc(TEXT_LEN + MIB), buf[50000];
	static const size_t ends[] = { 5 * MIB, 5 * MIB + 10, 7 * MIB, 16 * MIB, TEXT_LEN };
	struct inflate_index *index = inflate_index_new();
	size_t len = 0, from = 0;
	struct inflated got;
	struct err err;
	int fd = memfd_create("zip", 0);
	struct inflate_range last = { TEXT_LEN - 7, 7, buf };
	struct inflate_range beyond = { TEXT_LEN - 7, 8, buf };

	for (size_t i = 0; i < ARRAY_LEN(ends); i++) {
		add_member(zip, &len, text + from, ends[i] - from, i == 2 ? 0 : 1 + (int)i);
		from = ends[i];
	}
	got = inflate_all(zip, len, TEXT_LEN + 1, index, 65536);
	CHECK(got.len == TEXT_LEN && !memcmp(got.p, text, TEXT_LEN), "inflates to the text");
	CHECK(got.n_members == ARRAY_LEN(ends) && !got.in_member, "five members, all ended");
	CHECK(inflate_index_bytes(index) > 2 * 32768 &&
	      inflate_index_bytes(index) < TEXT_LEN / 100, "checkpoints: %zu bytes",
	      inflate_index_bytes(index));
	CHECK(write(fd, zip, len) == (ssize_t)len, "stored");
	for (int i = 0; i < READS; i++) {
		size_t n = 1 + draw(sizeof(buf)), offset = draw(TEXT_LEN - sizeof(buf));
		struct inflate_range range = { offset, n, buf };
		int rc = inflate_index_read(index, fd, &range, &err);

		CHECK(!rc && !memcmp(buf, text + offset, n), "%zu bytes at %zu", n, offset);
	}
	read_on(index, fd, text);
	CHECK(!inflate_index_read(index, fd, &last, &err) &&
	      !memcmp(buf, text + TEXT_LEN - 7, 7), "the last bytes");
	CHECK(inflate_index_read(index, fd, &beyond, &err) == -ENODATA,
	      "one more than there are");
	close(fd);
	inflate_index_free(index);
	free(got.p);
	free(text);
	free(zip);
}

struct zip {
	uint8_t *text, *p;
	size_t text_len, len, first_len;
};

static struct zip
two_members(void)
{
	struct zip z = { .text_len = 3000 };

	z.text = draw_text(z.text_len);
	z.p = xmalloc(20000);
	add_member(z.p, &z.len, z.text, 2000, 6);
	z.first_len = z.len;
	add_member(z.p, &z.len, z.text + 2000, 1000, 6);
	return z;
}

static void
cut_anywhere_gives_a_prefix(void)
{
	struct zip z = two_members();
	size_t last = 0;
	bool prefix = true, grows = true, told = true;

	for (size_t len = 0; len <= z.len; len++) {
		struct inflated got = inflate_all(z.p, len, 4000, NULL, 7);

		prefix &= !memcmp(got.p, z.text, got.len) && got.status == INFLATE_MORE;
		grows &= got.len >= last;
		told &= got.in_member == (len != z.len && len > 1 && len != z.first_len &&
					  len != z.first_len + 1);
		last = got.len;
		free(got.p);
	}
	CHECK(prefix, "cut anywhere: a prefix");
	CHECK(grows && last == z.text_len, "a longer piece gives no less");
	CHECK(told, "it is known whether a member was open");
	free(z.text);
	free(z.p);
}

static void
what_follows_the_last_member(void)
{
	static const struct {
		const char *tail;
		size_t len;
	} cases[] = {
		{ "\0\0\0\0\0\0", 6 }, { "hello", 5 }, { "\x1f", 1 }, { "\x1f\x8b\x07zzzzz", 8 },
	};

	for (size_t i = 0; i < ARRAY_LEN(cases); i++) {
		struct zip z = two_members();
		struct inflated got;

		memcpy(z.p + z.len, cases[i].tail, cases[i].len);
		got = inflate_all(z.p, z.len + cases[i].len, 4000, NULL, 11);
		CHECK(got.len == z.text_len && !got.in_member && !got.n_mismatches,
		      "garbage %zu behind the last member is no matter", i);
		CHECK(got.n_members == 2, "  and no member");
		free(got.p);
		free(z.text);
		free(z.p);
	}
}

static void
a_wrong_sum_is_told_and_passed(void)
{
	for (int back = 1; back <= 8; back += 4) {
		struct zip z = two_members();
		struct inflated got;

		z.p[z.first_len - (size_t)back] ^= 0x40;
		got = inflate_all(z.p, z.len, 4000, NULL, 5);
		CHECK(got.n_mismatches == 1 && got.len == z.text_len &&
		      !memcmp(got.p, z.text, got.len), "wrong byte %d from the end", back);
		CHECK_STR(got.err.text, back > 4 ? "gzip member 1 has a wrong checksum" :
			  "gzip member 1 has a wrong length", "  it is told");
		free(got.p);
		free(z.text);
		free(z.p);
	}
}

static void
a_broken_member_costs_no_other(void)
{
	struct zip z = two_members();
	struct inflate_index *index = inflate_index_new();
	int fd = memfd_create("zip", 0);
	size_t second_len;
	uint8_t buf[1000];
	struct inflate_range before = { 1500, 500, buf }, last = { 2500, 500, buf };
	struct inflate_reader *reader = inflate_reader_new();
	struct inflated got;
	struct err err;

	/* A last block of a kind that does not exist, behind the member's header. */
	z.p[z.first_len + 10] = 0x07;
	second_len = z.len;
	got = inflate_all(z.p, z.len, 4000, NULL, 64);
	CHECK(got.n_broken == 1 && got.len == 2000 && !memcmp(got.p, z.text, 2000),
	      "what was before is delivered");
	CHECK(!strncmp(got.err.text, "gzip data is damaged at byte ", 29), "%s", got.err.text);
	free(got.p);
	add_member(z.p, &z.len, z.text + 2000, 1000, 6);
	for (size_t step = 1; step < 100; step += 7) {
		got = inflate_all(z.p, z.len, 4000, step == 1 ? index : NULL, step);
		CHECK(got.n_broken == 1 && got.len == 3000 && got.n_members == 3 &&
		      !memcmp(got.p, z.text, 3000) && !got.in_member && !got.n_mismatches,
		      "what is behind it is delivered, in steps of %zu", step);
		free(got.p);
	}
	CHECK(write(fd, z.p, z.len) == (ssize_t)z.len, "stored");
	CHECK(!inflate_index_read(index, fd, &last, &err) &&
	      !memcmp(buf, z.text + 2500, 500), "  and can be read again");
	CHECK(!inflate_reader_read(reader, index, fd, &before, &err) &&
	      !inflate_reader_read(reader, index, fd, &last, &err) &&
	      !memcmp(buf, z.text + 2500, 500), "  also by who stands before the damage");
	inflate_reader_free(reader);
	got = inflate_all(z.p, second_len + 3, 4000, NULL, 5);
	CHECK(got.n_broken == 1 && got.len == 2000 && got.n_members == 2,
	      "three bytes are no member yet");
	free(got.p);
	close(fd);
	inflate_index_free(index);
	free(z.text);
	free(z.p);
}

int
main(void)
{
	printf("# seed %llu\n", (unsigned long long)seed);
	any_place_can_be_read_again();
	cut_anywhere_gives_a_prefix();
	what_follows_the_last_member();
	a_wrong_sum_is_told_and_passed();
	a_broken_member_costs_no_other();
	return check_done();
}
