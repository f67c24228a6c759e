/* Damaged captures: whatever bytes they have, reading them and keeping the
 * state that they tell of ends soon, without a crash, and takes memory in
 * proportion to the input. */
#include <signal.h>
#include <unistd.h>
#include <zlib.h>

#include "engine/base/mem.h"
#include "engine/world/world.h"
#include "tests/lib/alloc.h"
#include "tests/lib/check.h"
#include "tests/lib/others.h"
#include "tests/lib/replay.h"
#include "tests/lib/sample.h"

#if defined(__SANITIZE_ADDRESS__) || defined(__SANITIZE_THREAD__)
#define SANITIZED 1
#elif defined(__has_feature)
#if __has_feature(address_sanitizer) || __has_feature(thread_sanitizer)
#define SANITIZED 1
#endif
#endif
#ifdef SANITIZED
#define BUDGET_BYTES 8000000ull		/* of damaged input for each capture */
#else
#define BUDGET_BYTES 40000000ull
#endif

#define TRIALS_MIN 12
#define TRIALS_MAX 3000
#define SECONDS_MAX 20			/* for one trial; a hang ends the program */
#define MEMORY_BASE (4 << 20)		/* what reading takes, however small the input */
#define MEMORY_TIMES 8			/* and for each byte of input */

static void
hang(int sig)
{
	static const char text[] = "\nnot ok - a trial does not end\n";

	(void)sig;
	_exit(write(STDOUT_FILENO, text, sizeof(text) - 1) > 0 ? 1 : 2);
}

/* A number that breaks those who trust it. */
static uint32_t
nasty(struct rng *r, uint32_t was)
{
	const uint32_t v[] = { 0, 1, 4, 11, 12, 0xFFFF, 0x10000, 0x7FFFFFFF, 0x80000000,
			       0xFFFFFFFF, 0xFFFFFFFC, was - 1, was + 1, was - 4, was + 4,
			       was * 2 };

	return v[rng_below(r, ARRAY_LEN(v))];
}

/* Overwrite the number of WIDTH bytes AT, if there is one. */
static void
break_number(struct scap *b, struct rng *r, size_t at, size_t width)
{
	uint32_t v = 0;

	if (at > b->len || width > b->len - at)
		return;
	memcpy(&v, b->p + at, width);
	v = nasty(r, v);
	memcpy(b->p + at, &v, width);
}

/* Put a copy of the LEN bytes AT before TO. */
static void
insert(struct scap *b, size_t to, size_t at, size_t len)
{
	uint8_t *copy = xmalloc(len + 1);
	size_t rest = b->len - to;

	memcpy(copy, b->p + at, len);
	scap_put(b, copy, len);
	memmove(b->p + to + len, b->p + to, rest);
	memcpy(b->p + to, copy, len);
	free(copy);
}

static void
take_out(struct scap *b, size_t at, size_t len)
{
	memmove(b->p + at, b->p + at + len, b->len - at - len);
	b->len -= len;
}

/* Change one thing. BORDERS are those of the blocks before any change; they
 * may be wrong by now, that does not matter. */
static void
damage(struct scap *b, struct rng *r, const size_t *borders, size_t n_borders)
{
	size_t at = rng_below(r, b->len), i = 0, from, len;

	if (n_borders > 1)
		i = rng_below(r, n_borders - 1);
	from = n_borders > 1 && borders[i + 1] <= b->len ? borders[i] : at;
	len = n_borders > 1 && borders[i + 1] <= b->len ? borders[i + 1] - from :
							 rng_below(r, b->len - at);
	switch (rng_below(r, 9)) {
	case 0:
		b->p[at] ^= (uint8_t)(1 << rng_below(r, 8));
		return;
	case 1:
		b->p[at] = (uint8_t)rng_u64(r);
		return;
	case 2:				/* a block's length, at its start or end */
		break_number(b, r, rng_below(r, 2) ? from + 4 : from + len - 4, 4);
		return;
	case 3:				/* an event's length or count, or a list's numbers */
		break_number(b, r, from + 8 + 2 * rng_below(r, 24), rng_below(r, 2) ? 2 : 4);
		return;
	case 4:
		break_number(b, r, at, rng_below(r, 2) ? 2 : 4);
		return;
	case 5:
		insert(b, from, from, len);
		return;
	case 6:
		insert(b, at, from, len);
		return;
	case 7:
		if (len < b->len)
			take_out(b, from, len);
		return;
	default:
		b->len = at + 1;
	}
}

/* Read the capture B into a world. How many records there were. */
static size_t
replay_into_world(const struct scap *b)
{
	struct source *s = replay_open(b->p, b->len, NULL);
	struct world *w;
	struct record rec;
	size_t n = 0;

	if (!s)
		return 0;
	w = world_new(NULL, NULL);
	for (; source_next(s, &rec); n++)
		world_take(w, &rec);
	world_free(w);
	source_close(s);
	return n;
}

/* Damage the capture ORIGIN again and again. GZIP: it is compressed. */
static void
torture(const char *name, const struct scap *origin, struct rng *r, bool gzip)
{
	uint64_t trials = BUDGET_BYTES / (origin->len + 1);
	size_t n_borders = 0, *borders = gzip ? NULL : sample_borders(origin, &n_borders);
	size_t most_records = 0, records;
	int64_t most_bytes = 0, excess = 0;
	struct scap b = { 0 };

	trials = trials > TRIALS_MAX ? TRIALS_MAX : trials < TRIALS_MIN ? TRIALS_MIN : trials;
	for (uint64_t i = 0; i < trials; i++) {
		int64_t before, bytes, limit;

		b.len = 0;
		scap_put(&b, origin->p, origin->len);
		for (size_t n = 1 + rng_bits(r, 4); n && b.len; n--)
			damage(&b, r, borders, n_borders);
		alarm(SECONDS_MAX);
		alloc_reset();
		before = alloc_count().bytes_now;
		records = replay_into_world(&b);
		bytes = alloc_count().bytes_peak - before;
		limit = MEMORY_BASE + MEMORY_TIMES * (int64_t)b.len;
		most_bytes = bytes > most_bytes ? bytes : most_bytes;
		excess = bytes - limit > excess ? bytes - limit : excess;
		most_records = records > most_records ? records : most_records;
	}
	alarm(0);
	CHECK(excess == 0, "%s: %llu times, at most %zu records and %lld KB", name,
	      (unsigned long long)trials, most_records, (long long)most_bytes / 1024);
	scap_fini(&b);
	free(borders);
}

static void
torture_other(void *ctx, const char *name, const struct scap *b)
{
	torture(name, b, ctx, false);
}

int
main(int argc, char **argv)
{
	struct rng r = rng_from_args(argc, argv);
	struct scap b = { 0 }, z = { 0 }, swapped = { .swap = true }, events = { 0 };

	signal(SIGALRM, hang);
	sample_everything(&b, &r);
	torture("every kind of block", &b, &r, false);
	sample_everything(&swapped, &r);
	torture("the other byte order", &swapped, &r, false);
	scap_section(&events, 2);
	sample_events(&events, &r, 40);
	torture("events", &events, &r, false);
	scap_gzip(&z, b.p, b.len, &(struct scap_gzip){ .flush_every = 2000,
						       .member_every = 9000 });
	torture("gzip members", &z, &r, true);
	if (!others_each(torture_other, &r))
		check_skip(OTHERS_LACKING);
	scap_fini(&b);
	scap_fini(&z);
	scap_fini(&swapped);
	scap_fini(&events);
	return check_done();
}
