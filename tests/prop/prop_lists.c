/* Every list of every version, written and read: what comes back is what was
 * put in, as far as that version tells it. */
#include "tests/lib/check.h"
#include "tests/lib/replay.h"
#include "tests/lib/rng.h"
#include "tests/lib/sample.h"

#define ROUNDS 60
#define ENTRIES 5

/* What is written and what should come back. */
struct trial {
	struct rng rng;
	struct arena arena;
	struct scap scap;
	struct text want;		/* a line for each record */
	struct replay got;
};

static void
expect(struct trial *t, const struct record *rec)
{
	replay_line(&t->want, rec);
	text_char(&t->want, '\n');
}

static void
start(struct trial *t, bool swap)
{
	t->scap.len = t->want.len = 0;
	t->scap.swap = swap;
	scap_section(&t->scap, 2);
	expect(t, &(struct record){ .kind = RECORD_SECTION,
				    .section = { .major = 1, .minor = 2 } });
}

/* Did the capture say what was expected? Else show the first line that differs. */
static bool
holds(struct trial *t)
{
	const char *want = t->want.p, *got;
	size_t at = 0, line = 0;

	t->got.keep_lines = true;
	replay_bytes(&t->got, t->scap.p, t->scap.len);
	got = t->got.lines.p;
	if (t->got.opened && !t->got.end.cut_short && !t->got.end.n_damages &&
	    t->got.lines.len == t->want.len && !memcmp(got, want, t->want.len))
		return true;
	while (at < t->want.len && at < t->got.lines.len && got[at] == want[at])
		if (want[at++] == '\n')
			line = at;
	printf("# damages %llu, cut %d: %s\n# want %.*s\n# got  %.*s\n",
	       (unsigned long long)t->got.end.n_damages, t->got.end.cut_short,
	       t->got.end.damage.text, (int)strcspn(want + line, "\n"), want + line,
	       line < t->got.lines.len ? (int)strcspn(got + line, "\n") : 0, got + line);
	return false;
}

static bool
procs_hold(struct trial *t, int version, size_t tail_len, bool swap)
{
	struct proc_record list[ENTRIES];
	size_t n = rng_below(&t->rng, ENTRIES + 1);

	start(t, swap);
	for (size_t i = 0; i < n; i++)
		list[i] = sample_proc(&t->rng, &t->arena);
	scap_procs(&t->scap, version, tail_len, list, n);
	for (size_t i = 0; i < n; i++) {
		sample_as_read_proc(&list[i], version, tail_len);
		expect(t, &(struct record){ .kind = RECORD_PROC, .proc = list[i] });
	}
	return holds(t);
}

static bool
fds_hold(struct trial *t, int version, bool swap)
{
	struct fd_record list[FD_KINDS];
	int64_t tid = (int64_t)rng_bits(&t->rng, 63);
	size_t n = rng_below(&t->rng, FD_KINDS + 1);

	start(t, swap);
	for (size_t i = 0; i < n; i++)
		list[i] = sample_fd(&t->rng, &t->arena,
				    (enum fd_kind)rng_below(&t->rng, FD_KINDS));
	scap_fds(&t->scap, version, tid, list, n);
	for (size_t i = 0; i < n; i++) {
		sample_as_read_fd(&list[i], version, tid);
		expect(t, &(struct record){ .kind = RECORD_FD, .fd = list[i] });
	}
	return holds(t);
}

static bool
users_hold(struct trial *t, int version, bool swap)
{
	struct user_record users[ENTRIES], groups[ENTRIES];
	size_t n_users = rng_below(&t->rng, ENTRIES + 1);
	size_t n_groups = rng_below(&t->rng, ENTRIES + 1);

	start(t, swap);
	for (size_t i = 0; i < n_users; i++)
		users[i] = sample_user(&t->rng, &t->arena, false);
	for (size_t i = 0; i < n_groups; i++)
		groups[i] = sample_user(&t->rng, &t->arena, true);
	scap_users(&t->scap, version, &(struct scap_people){ users, n_users, groups, n_groups });
	for (size_t i = 0; i < n_users; i++)
		expect(t, &(struct record){ .kind = RECORD_USER, .user = users[i] });
	for (size_t i = 0; i < n_groups; i++)
		expect(t, &(struct record){ .kind = RECORD_GROUP, .user = groups[i] });
	return holds(t);
}

static bool
ifaces_hold(struct trial *t, int version, bool swap)
{
	struct iface_record list[ENTRIES];
	size_t n = rng_below(&t->rng, ENTRIES + 1);

	start(t, swap);
	for (size_t i = 0; i < n; i++) {
		list[i] = sample_iface(&t->rng, &t->arena);
		expect(t, &(struct record){ .kind = RECORD_IFACE, .iface = list[i] });
	}
	scap_ifaces(&t->scap, version, list, n);
	return holds(t);
}

static bool
machine_holds(struct trial *t, bool swap)
{
	struct machine_record m = { .n_cpus = (uint32_t)rng_u64(&t->rng),
				    .memory_bytes = rng_u64(&t->rng),
				    .max_pid = rng_u64(&t->rng), .boot_ns = rng_u64(&t->rng),
				    .flags = rng_u64(&t->rng) };
	char name[64] = { 0 };
	size_t len = rng_below(&t->rng, sizeof(name));

	for (size_t i = 0; i < len; i++)
		name[i] = (char)(1 + rng_below(&t->rng, 255));
	m.hostname = scap_span(name);
	start(t, swap);
	scap_machine(&t->scap, &m);
	expect(t, &(struct record){ .kind = RECORD_MACHINE, .machine = m });
	return holds(t);
}

int
main(int argc, char **argv)
{
	struct trial t = { .rng = rng_from_args(argc, argv) };
	bool ok;

	for (int version = 1; version <= SCAP_PROC_VERSIONS; version++) {
		ok = true;
		for (int i = 0; ok && i < ROUNDS; i++)
			ok = procs_hold(&t, version, sample_tails[(size_t)i % sample_n_tails],
					i % 2);
		CHECK(ok, "process list, version %d", version);
	}
	for (int version = 1; version <= 2; version++) {
		ok = true;
		for (int i = 0; ok && i < ROUNDS; i++)
			ok = fds_hold(&t, version, i % 2);
		CHECK(ok, "descriptors, version %d", version);
		for (int i = 0; ok && i < ROUNDS; i++)
			ok = users_hold(&t, version, i % 2);
		CHECK(ok, "users and groups, version %d", version);
		for (int i = 0; ok && i < ROUNDS; i++)
			ok = ifaces_hold(&t, version, i % 2);
		CHECK(ok, "interfaces, version %d", version);
	}
	for (int i = 0; ok && i < ROUNDS; i++)
		ok = machine_holds(&t, i % 2);
	CHECK(ok, "the machine");
	scap_fini(&t.scap);
	text_fini(&t.want);
	replay_fini(&t.got);
	arena_fini(&t.arena);
	return check_done();
}
