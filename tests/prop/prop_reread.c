/* Events of a file, read again in any order by where they stand, are what they were,
 * plain and in gzip; and a file that was cut or changed meanwhile gives errors. The
 * same bytes come from a store that had to keep them. */
#include <fcntl.h>
#include <unistd.h>
#include <zlib.h>

#include "engine/base/hash.h"
#include "engine/base/mem.h"
#include "engine/capture/capture.h"
#include "engine/store/recall.h"
#include "engine/store/store.h"
#include "engine/world/world.h"
#include "tests/lib/check.h"
#include "tests/lib/replay.h"
#include "tests/lib/rng.h"
#include "tests/lib/sample.h"
#include "tests/lib/tempdir.h"

static uint64_t
hash_of(const struct event *ev)
{
	uint32_t n = ev->n_params, len = n ? ev->ends[n - 1] : 0;
	uint64_t h = hash_bytes(ev->values, len, n);

	h = hash_bytes(ev->ends, n * sizeof(ev->ends[0]), h);
	h = hash_u64(h ^ ev->ts_ns, 3) ^ hash_u64((uint64_t)ev->tid, 5);
	return h ^ ((uint64_t)ev->id << 32 | ev->cpu);
}

static void
write_file(const char *path, const struct scap *b, bool gzip)
{
	gzFile f = gzopen(path, gzip ? "wb6" : "wbT");

	if (!f || gzwrite(f, b->p, (unsigned)b->len) != (int)b->len || gzclose(f) != Z_OK)
		die("cannot write %s", path);
}

static struct source *
open_file(const char *path)
{
	const struct capture_options options = { .reread = true };
	struct capture_input input = { .name = path, .fd = open(path, O_RDONLY | O_CLOEXEC) };
	struct err err;
	struct source *s = capture_open(&input, 1, &options, &err);

	if (!s)
		die("%s: %s", path, err.text);
	return s;
}

/* What the events of the stream were, by number; at *N how many. */
static uint64_t *
fill(struct store *s, struct source *source, size_t *n)
{
	uint64_t *hashes = NULL;
	struct record rec;
	size_t cap = 0;

	*n = 0;
	while (source_next(source, &rec)) {
		bool is_numbered = rec.kind == RECORD_EVENT &&
				   !(rec.ev.type->flags & EF_UNUSED) &&
				   !(rec.ev.dump_flags & EVENT_RESTATED);

		xgrow(&hashes, &cap, *n + 1, sizeof(*hashes));
		if (is_numbered)
			hashes[(*n)++] = hash_of(&rec.ev);
		store_take(s, &rec);
	}
	store_publish(s);
	return hashes;
}

/* Recall COUNT events in random order: how many are not what they were, and how many
 * could not be read. */
static size_t
count_wrong(const struct snapshot *snap, const uint64_t *hashes, size_t count, struct rng *rng,
	    size_t *n_refused)
{
	struct recall *r = recall_new(snap);
	size_t n_wrong = 0, n = snap->end - snap->first;

	*n_refused = 0;
	for (size_t i = 0; i < count; i++) {
		uint64_t number = i < n && count >= n ? i + 1 : 1 + rng_below(rng, n);
		struct err err = { 0 };
		const struct moment *m = recall_event(r, number, &err);

		*n_refused += err.code != 0;
		n_wrong += !err.code && hash_of(m->ev) != hashes[number - 1];
	}
	recall_free(r);
	return n_wrong;
}

static void
check_file(const struct scap *b, const char *path, bool gzip, bool keeps, struct rng *rng)
{
	struct store *s = store_new(0);
	struct snapshot *snap;
	struct source *source;
	uint64_t *hashes;
	size_t n, n_wrong, n_refused;

	write_file(path, b, gzip);
	source = open_file(path);
	if (!keeps)
		store_set_source(s, source);
	hashes = fill(s, source, &n);
	snap = store_snapshot(s);
	CHECK(n && snap->end - snap->first == n, "%zu events, %s, %s", n,
	      gzip ? "gzip" : "plain", keeps ? "kept" : "read again");
	n_wrong = count_wrong(snap, hashes, n + 200, rng, &n_refused);
	CHECK(!n_wrong && !n_refused, "%zu are wrong, %zu were refused", n_wrong, n_refused);
	if (!keeps && truncate(path, (off_t)(rng_u64(rng) % 64)) == 0) {
		n_wrong = count_wrong(snap, hashes, 50, rng, &n_refused);
		CHECK(!n_wrong && n_refused, "a file that became shorter: %zu wrong, %zu refused",
		      n_wrong, n_refused);
	}
	snapshot_free(snap);
	store_free(s);
	source_close(source);
	free(hashes);
}

int
main(int argc, char **argv)
{
	struct rng rng = rng_from_args(argc, argv);
	struct tempdir dir;
	struct scap b = { 0 };
	char path[256];

	tempdir_init(&dir);
	tempdir_path(&dir, "x.scap", path);
	for (int i = 0; i < 12; i++) {
		b.len = 0;
		sample_everything(&b, &rng);
		if (i == 11) {
			scap_section(&b, 2);
			sample_events(&b, &rng, 60000);
		}
		check_file(&b, path, i % 2, false, &rng);
		check_file(&b, path, i % 2, true, &rng);
	}
	scap_fini(&b);
	tempdir_fini(&dir);
	return check_done();
}
