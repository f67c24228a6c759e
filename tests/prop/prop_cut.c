/* A capture that ends at any byte gives what was before that byte, and says
 * that it was cut, unless the cut is between two blocks. */
#include "tests/lib/check.h"
#include "tests/lib/replay.h"
#include "tests/lib/sample.h"

/* What cutting showed: the first position at which something was wrong. */
struct verdict {
	long not_opened, not_prefix, shrinks, wrong_end;
};

static bool
is_border(const size_t *borders, size_t n, size_t at)
{
	for (size_t i = 0; i < n; i++)
		if (borders[i] == at)
			return true;
	return false;
}

/* Does PART tell what WHOLE begins with? What is known of the machine may be
 * less when its block was cut. */
static bool
is_prefix(const struct replay *part, const struct replay *whole)
{
	size_t same = replay_common(part, whole);

	return same == part->n || (same + 1 == part->n && part->last == RECORD_MACHINE);
}

static void
note(long *first, bool ok, size_t at)
{
	if (!ok && *first < 0)
		*first = (long)at;
}

/* A capture to be cut, and where no cut can be seen. */
struct victim {
	const char *what;
	const uint8_t *p;
	size_t len;
	const size_t *borders;
	size_t n_borders;
};

/* Cut *C, which holds the records of WHOLE, everywhere behind the bytes that
 * tell gzip from others. */
static struct verdict
cut_everywhere(const struct victim *c, const struct replay *whole)
{
	struct verdict v = { -1, -1, -1, -1 };
	struct replay part = { 0 };
	size_t before = 0;

	for (size_t at = c->p[0] == 0x1F ? 2 : 1; at < c->len; at++) {
		replay_bytes(&part, c->p, at);
		note(&v.not_opened, part.opened, at);
		note(&v.not_prefix, is_prefix(&part, whole), at);
		note(&v.shrinks, part.n >= before, at);
		note(&v.wrong_end,
		     part.end.cut_short != is_border(c->borders, c->n_borders, at), at);
		before = part.n;
	}
	replay_fini(&part);
	return v;
}

static void
check_cuts(const struct victim *c, const struct replay *whole)
{
	struct verdict v = cut_everywhere(c, whole);

	CHECK(v.not_opened < 0, "%s: opens (not at byte %ld of %zu)", c->what, v.not_opened,
	      c->len);
	CHECK(v.not_prefix < 0, "%s: what was before comes (not at byte %ld)", c->what,
	      v.not_prefix);
	CHECK(v.shrinks < 0, "%s: more bytes, no fewer records (not at byte %ld)", c->what,
	      v.shrinks);
	CHECK(v.wrong_end < 0, "%s: says whether it was cut (not at byte %ld)", c->what,
	      v.wrong_end);
}

/* Where the members of the LEN gzipped bytes at P begin. The capture was made
 * by us: a header of ten bytes that starts like this is one. */
static size_t
member_borders(const struct scap *z, size_t *borders, size_t most)
{
	size_t n = 0;

	for (size_t i = 0; i + 10 <= z->len && n < most; i++)
		if (z->p[i] == 0x1F && z->p[i + 1] == 0x8B && z->p[i + 2] == 8 &&
		    !z->p[i + 3] && !z->p[i + 4] && !z->p[i + 5] && !z->p[i + 6])
			borders[n++] = i;
	return n;
}

int
main(int argc, char **argv)
{
	struct rng r = rng_from_args(argc, argv);
	struct scap b = { 0 }, z = { 0 }, members = { 0 };
	struct replay whole = { 0 }, unpacked = { 0 };
	size_t *borders, n, starts[8], n_starts;

	sample_everything(&b, &r);
	replay_bytes(&whole, b.p, b.len);
	CHECK(whole.n > 200 && !whole.end.cut_short && !whole.end.n_damages,
	      "the whole capture: %zu records, %s", whole.n, whole.end.damage.text);
	borders = sample_borders(&b, &n);
	check_cuts(&(struct victim){ "plain", b.p, b.len, borders, n }, &whole);

	scap_gzip(&z, b.p, b.len, &(struct scap_gzip){ .flush_every = 1000 });
	replay_bytes(&unpacked, z.p, z.len);
	CHECK(unpacked.n == whole.n && replay_common(&unpacked, &whole) == whole.n &&
	      !unpacked.end.cut_short, "gzip holds the same records");
	check_cuts(&(struct victim){ "gzip with flushes", z.p, z.len, NULL, 0 }, &whole);

	scap_gzip(&members, b.p, borders[n / 2], NULL);
	scap_gzip(&members, b.p + borders[n / 2], b.len - borders[n / 2], NULL);
	n_starts = member_borders(&members, starts, 8);
	CHECK(n_starts == 2, "two members");
	/* One byte more is no member yet: what follows the last one is ignored. */
	starts[2] = starts[1] + 1;
	check_cuts(&(struct victim){ "two gzip members", members.p, members.len, starts + 1, 2 },
		   &whole);

	free(borders);
	replay_fini(&whole);
	replay_fini(&unpacked);
	scap_fini(&members);
	scap_fini(&z);
	scap_fini(&b);
	return check_done();
}
