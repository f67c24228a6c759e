/* prop_record DEMO [SEED] - what is recorded is what was read: of random captures
 * with every kind of block, and of the demo; in one file, compressed, and in many. */
#include <sys/stat.h>

#include "engine/base/mem.h"
#include "engine/record/profile.h"
#include "engine/record/recorder.h"
#include "engine/world/world.h"
#include "tests/lib/check.h"
#include "tests/lib/replay.h"
#include "tests/lib/rng.h"
#include "tests/lib/sample.h"
#include "tests/lib/tempdir.h"

#define ROUNDS 40
#define ROUNDS_DAMAGED 150
#define ROUNDS_FOLLOWERS 30
#define FILES_MAX 400

/* Records as lines that can be compared, whatever held them. */
struct lines {
	char **all;
	size_t n, cap;
	size_t tables_at;		/* where those of the newest section begin */
	bool in_tables;
	bool is_damaged;
};

static struct tempdir dir;

static void
forget(struct lines *l)
{
	for (size_t i = 0; i < l->n; i++)
		free(l->all[i]);
	free(l->all);
	*l = (struct lines){ 0 };
}

/* The place of a table line in the order of blocks. */
static int
rank_of(const char *line)
{
	static const char *const kinds[] = { "machine", "iface", "user", "group", "proc", "fd" };

	for (int i = 0; i < (int)ARRAY_LEN(kinds); i++)
		if (!strncmp(line, kinds[i], strlen(kinds[i])))
			return i == 3 ? 2 : i;
	return -1;
}

/* Put the table lines from AT on in the order of blocks; those of a kind keep theirs. */
static void
order_tables(struct lines *l)
{
	for (size_t i = l->tables_at + 1; i < l->n; i++)
		for (size_t k = i; k > l->tables_at &&
				   rank_of(l->all[k]) < rank_of(l->all[k - 1]); k--) {
			char *line = l->all[k];

			l->all[k] = l->all[k - 1];
			l->all[k - 1] = line;
		}
}

static void
add(struct lines *l, const struct record *given)
{
	struct record rec = *given;
	struct text t = { 0 };
	bool is_table = rec.kind != RECORD_SECTION && rec.kind != RECORD_EVENT;

	if (rec.kind == RECORD_SECTION) {
		rec.section.minor = 2;
		rec.section.offset = 0;
		rec.section.file = 0;
	}
	if (rec.kind == RECORD_EVENT)
		rec.ev.offset = 0;
	if (l->in_tables && !is_table)
		order_tables(l);
	replay_line(&t, &rec);
	text_char(&t, '\0');
	xgrow(&l->all, &l->cap, l->n + 1, sizeof(*l->all));
	l->all[l->n++] = t.p;
	if (rec.kind == RECORD_SECTION)
		l->tables_at = l->n;
	l->in_tables = rec.kind == RECORD_SECTION || (l->in_tables && is_table);
}

static void
note_end(struct lines *l, const struct source *s)
{
	struct source_end end;

	source_end(s, &end);
	l->is_damaged |= end.n_damages || end.cut_short;
	if (l->in_tables)
		order_tables(l);
	l->in_tables = false;
}

/* Record LEN bytes at P, and note what they hold in WANT. */
static void
record(const void *p, size_t len, const struct recorder_options *o, struct lines *want)
{
	struct err err = { 0 };
	struct source *s = replay_open(p, len, &err);
	struct world *w = world_new(NULL, NULL);
	struct recorder *r = recorder_open(w, o, &err);
	const struct moment *m;
	struct record rec;

	if (!s || !r)
		die("%s", err.text);
	while (source_next(s, &rec)) {
		add(want, &rec);
		recorder_before(r, &rec);
		m = world_take(w, &rec);
		recorder_take(r, &rec, m);
	}
	note_end(want, s);
	if (recorder_close(r, NULL, &err) < 0)
		die("%s", err.text);
	source_close(s);
	world_free(w);
}

/* Add what the file PATH holds to L. False when there is no such file. */
static bool
read_back(const char *path, struct lines *l, bool events_only)
{
	struct err err = { 0 };
	size_t len;
	uint8_t *p = tempdir_read(path, &len);
	struct source *s;
	struct record rec;

	if (!p)
		return false;
	s = replay_open(p, len, &err);
	l->is_damaged |= !s;
	while (s && source_next(s, &rec)) {
		bool is_told_again = rec.kind != RECORD_EVENT ||
				     rec.ev.dump_flags & EVENT_RESTATED;

		if (!events_only || !is_told_again)
			add(l, &rec);
	}
	if (s)
		note_end(l, s);
	source_close(s);
	free(p);
	return true;
}

static bool
are_same(const struct lines *want, const struct lines *got)
{
	size_t n = want->n < got->n ? want->n : got->n;

	for (size_t i = 0; i < n; i++) {
		if (!strcmp(want->all[i], got->all[i]))
			continue;
		printf("# %zu: want %.600s\n# %zu: got  %.600s\n", i, want->all[i], i,
		       got->all[i]);
		return false;
	}
	if (want->n != got->n || got->is_damaged)
		printf("# want %zu, got %zu records%s\n", want->n, got->n,
		       got->is_damaged ? ", damaged" : "");
	return want->n == got->n && !got->is_damaged;
}

static struct recorder_options
options_for(const char *path)
{
	return (struct recorder_options){ .path = path, .profile = &record_profiles[0],
					  .cut_data = RECORDER_NO_CUT };
}

static bool
whole_is_same(const void *p, size_t len, bool gzip)
{
	char path[256];
	struct recorder_options o = options_for(tempdir_path(&dir, "out.scap", path));
	struct lines want = { 0 }, got = { 0 };
	struct stat st;
	bool ok;

	o.sink.gzip = gzip;
	record(p, len, &o, &want);
	ok = read_back(path, &got, false) && are_same(&want, &got);
	ok = ok && !stat(path, &st) && (st.st_mode & 0777) == 0600;
	forget(&want);
	forget(&got);
	return ok;
}

static void
only_events(struct lines *l)
{
	size_t n = 0;

	for (size_t i = 0; i < l->n; i++) {
		if (!strncmp(l->all[i], "event", 5))
			l->all[n++] = l->all[i];
		else
			free(l->all[i]);
	}
	l->n = n;
}

/* Each of the files alone is a capture, and together they have all events. */
static bool
pieces_are_same(const void *p, size_t len, const struct recorder_options *how)
{
	struct lines want = { 0 }, got = { 0 };
	struct recorder_options o = *how;
	char path[256], name[32];
	size_t n = 0;
	bool ok;

	o.path = tempdir_path(&dir, "part", path);
	record(p, len, &o, &want);
	only_events(&want);
	for (; n < FILES_MAX; n++) {
		snprintf(name, sizeof(name), "part%zu", n);
		if (!read_back(tempdir_path(&dir, name, path), &got, true))
			break;
	}
	ok = are_same(&want, &got) && n > 1;
	if (tempdir_clear(&dir) != n)
		ok = false;
	forget(&want);
	forget(&got);
	return ok;
}

static void
random_captures(struct rng *rng)
{
	bool ok = true, ok_gzip = true, ok_pieces = true;

	for (int i = 0; i < ROUNDS; i++) {
		struct recorder_options o = options_for(NULL);
		struct scap b = { .swap = i % 2 };

		sample_everything(&b, rng);
		ok = ok && whole_is_same(b.p, b.len, false);
		ok_gzip = ok_gzip && whole_is_same(b.p, b.len, true);
		tempdir_clear(&dir);
		o.file_events = 1 + rng_below(rng, 9);
		ok_pieces = ok_pieces && pieces_are_same(b.p, b.len, &o);
		scap_fini(&b);
	}
	CHECK(ok, "random captures: records come back");
	CHECK(ok_gzip, "random captures, compressed: records come back");
	CHECK(ok_pieces, "random captures in pieces: events come back");
}

/* Some events and processes, always the same ones. */
static bool
wants_some(void *ctx, const struct moment *m)
{
	(void)ctx;
	return m->num % 3 == 0;
}

static bool
wants_some_processes(void *ctx, const struct process *p)
{
	(void)ctx;
	return p->pid % 2;
}

/* Whatever comes in, what goes out is whole. */
static bool
is_whole(struct rng *rng, const void *p, size_t len)
{
	char path[256], name[32];
	struct recorder_options o = options_for(tempdir_path(&dir, "part", path));
	struct lines ignored = { 0 }, got = { 0 };
	size_t n = 0;
	bool ok;

	o.profile = &record_profiles[rng_below(rng, n_record_profiles)];
	o.file_events = 1 + rng_below(rng, 20);
	o.cut_data = rng_below(rng, 2) ? 5 : RECORDER_NO_CUT;
	o.no_env = rng_below(rng, 2);
	o.only = rng_below(rng, 2);
	o.ancestors = rng_below(rng, 2);
	o.wants = rng_below(rng, 2) ? wants_some : NULL;
	o.wants_process = wants_some_processes;
	record(p, len, &o, &ignored);
	for (; n < FILES_MAX; n++) {
		snprintf(name, sizeof(name), "part%zu", n);
		if (!read_back(tempdir_path(&dir, name, path), &got, false))
			break;
	}
	ok = !got.is_damaged && n;
	tempdir_clear(&dir);
	forget(&ignored);
	forget(&got);
	return ok;
}

static void
flip(struct rng *rng, uint8_t *p, size_t len)
{
	size_t flips = rng_below(rng, 12);

	/* Not in the first header: without it there is no capture. */
	while (flips--)
		p[28 + rng_below(rng, len - 28)] = (uint8_t)rng_u64(rng);
}

/* The second file of P's events, which begins with what was known; the caller's. */
static uint8_t *
following_file(const uint8_t *p, size_t len, size_t file_events, size_t *n)
{
	char path[256];
	struct recorder_options o = options_for(tempdir_path(&dir, "part", path));
	struct lines ignored = { 0 };
	uint8_t *second;

	o.file_events = file_events;
	record(p, len, &o, &ignored);
	second = tempdir_read(tempdir_path(&dir, "part1", path), n);
	tempdir_clear(&dir);
	forget(&ignored);
	return second;
}

static void
followers(const char *demo, struct rng *rng)
{
	size_t len, n;
	uint8_t *p = tempdir_read(demo, &len);
	bool ok = p, ok_damaged = p;

	for (int i = 0; ok && i < ROUNDS_FOLLOWERS; i++) {
		uint8_t *second = following_file(p, len, 100 + rng_below(rng, 1000), &n);

		ok = ok && second && whole_is_same(second, n, false);
		tempdir_clear(&dir);
		if (ok) {
			flip(rng, second, n);
			ok_damaged = ok_damaged && is_whole(rng, second, n);
		}
		free(second);
	}
	CHECK(ok, "files that follow another: records come back");
	CHECK(ok_damaged, "of damaged ones what is written is whole");
	free(p);
}

static void
damaged_captures(struct rng *rng)
{
	bool ok = true;

	for (int i = 0; ok && i < ROUNDS_DAMAGED; i++) {
		struct scap b = { 0 };

		sample_everything(&b, rng);
		flip(rng, b.p, b.len);
		ok = is_whole(rng, b.p, b.len);
		scap_fini(&b);
	}
	CHECK(ok, "of damaged captures, with all options: what is written is whole");
}

static void
demo(const char *path, struct rng *rng)
{
	struct recorder_options by_events = options_for(NULL), by_size = options_for(NULL),
				by_time = options_for(NULL);
	size_t len;
	uint8_t *p = tempdir_read(path, &len);

	if (!p)
		die("cannot read %s", path);
	CHECK(whole_is_same(p, len, false), "the demo comes back");
	CHECK(whole_is_same(p, len, true), "the demo comes back, compressed");
	tempdir_clear(&dir);
	by_events.file_events = 7 + rng_below(rng, 300);
	CHECK(pieces_are_same(p, len, &by_events), "the demo in pieces of some events");
	by_size.file_bytes = 20000 + rng_below(rng, 50000);
	CHECK(pieces_are_same(p, len, &by_size), "the demo in pieces of some bytes");
	by_time.file_ns = 1000000000;
	CHECK(pieces_are_same(p, len, &by_time), "the demo in pieces of a second");
	free(p);
}

int
main(int argc, char **argv)
{
	struct rng rng = rng_from_args(argc - 1, argv + 1);

	tempdir_init(&dir);
	random_captures(&rng);
	damaged_captures(&rng);
	followers(argv[1], &rng);
	demo(argv[1], &rng);
	tempdir_fini(&dir);
	return check_done();
}
