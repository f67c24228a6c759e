#include "engine/record/scap_writer.h"

#include "engine/base/mem.h"
#include "engine/event/event.h"
#include "engine/event/source.h"
#include "engine/record/profile.h"
#include "tests/lib/check.h"
#include "tests/lib/rng.h"
#include "tests/lib/sample.h"
#include "tests/lib/scapbuild.h"

#define ROUNDS 50
#define ENTRIES 4
#define LONG_LEN 9000

static const struct record_profile *
newest(void)
{
	return record_profile_find("newest");
}

static void
the_header_is_as_all_readers_want(void)
{
	static const uint8_t want[28] = {
		0x0A, 0x0D, 0x0D, 0x0A, 28, 0, 0, 0, 0x4D, 0x3C, 0x2B, 0x1A, 1, 0, 2, 0,
		0xFF, 0xFF, 0xFF, 0xFF, 0xFF, 0xFF, 0xFF, 0xFF, 28, 0, 0, 0,
	};
	struct scap_tables tables = { 0 };
	struct text out = { 0 };

	scap_put_section(&out, &tables);
	CHECK(out.len == sizeof(want) && !memcmp(out.p, want, sizeof(want)),
	      "a section header of 28 bytes, version 1.2");
	scap_tables_fini(&tables);
	text_fini(&out);
}

/* Tables with random entries. */
struct sample {
	struct arena arena;
	struct machine_record machine;
	struct iface_record iface;
	struct user_record user, group;
	struct proc_record procs[ENTRIES];
	struct fd_record fds[ENTRIES];
};

static void
fill(struct sample *s, struct rng *rng)
{
	s->machine = (struct machine_record){ .n_cpus = 4, .hostname = SCAP_SPAN("host"),
					      .memory_bytes = rng_u64(rng), .max_pid = 32768,
					      .boot_ns = rng_u64(rng), .flags = 1 };
	s->iface = sample_iface(rng, &s->arena);
	s->user = sample_user(rng, &s->arena, false);
	s->group = sample_user(rng, &s->arena, true);
	for (size_t i = 0; i < ENTRIES; i++) {
		s->procs[i] = sample_proc(rng, &s->arena);
		s->fds[i] = sample_fd(rng, &s->arena,
				      (enum fd_kind)(1 + rng_below(rng, FD_FILE_V2)));
		s->fds[i].tid = 7;
		if (s->fds[i].kind == FD_FILE)
			s->fds[i].kind = FD_FILE_V2;	/* the only form that is written */
	}
}

static void
add(struct scap_tables *tables, const struct record_profile *profile, struct record rec)
{
	scap_tables_add(tables, profile, &rec);
}

/* In an order that is not that of the blocks. */
static void
add_all(struct scap_tables *t, const struct record_profile *profile, const struct sample *s)
{
	for (size_t i = 0; i < ENTRIES; i++) {
		add(t, profile, (struct record){ .kind = RECORD_FD, .fd = s->fds[i] });
		add(t, profile, (struct record){ .kind = RECORD_PROC, .proc = s->procs[i] });
	}
	add(t, profile, (struct record){ .kind = RECORD_USER, .user = s->user });
	add(t, profile, (struct record){ .kind = RECORD_MACHINE, .machine = s->machine });
	add(t, profile, (struct record){ .kind = RECORD_IFACE, .iface = s->iface });
	add(t, profile, (struct record){ .kind = RECORD_GROUP, .user = s->group });
}

/* Is it laid out as scapbuild does it, with a tail of TAIL bytes? */
static bool
is_laid_out(const struct sample *s, const char *format, size_t tail)
{
	struct scap_tables tables = { 0 };
	struct text out = { 0 };
	struct scap want = { 0 };
	bool ok;

	scap_section(&want, 2);
	scap_machine(&want, &s->machine);
	scap_ifaces(&want, 2, &s->iface, 1);
	scap_users(&want, 2, &(struct scap_people){ &s->user, 1, &s->group, 1 });
	scap_procs(&want, 9, tail, s->procs, ENTRIES);
	scap_fds(&want, 2, 7, s->fds, ENTRIES);
	add_all(&tables, record_profile_find(format), s);
	scap_put_section(&out, &tables);
	ok = out.len == want.len && !memcmp(out.p, want.p, want.len) &&
	     scap_whole_blocks(out.p, out.len) == out.len &&
	     scap_whole_blocks(out.p, out.len - 1) == want.block_at;
	text_fini(&out);
	scap_fini(&want);
	scap_tables_fini(&tables);
	return ok;
}

static void
tables_are_laid_out(struct rng *rng)
{
	bool ok = true, ok_old = true;

	for (int i = 0; i < ROUNDS; i++) {
		struct sample s = { 0 };

		fill(&s, rng);
		ok = ok && is_laid_out(&s, "newest", 76);
		ok_old = ok_old && is_laid_out(&s, "0.29", 29);
		arena_fini(&s.arena);
	}
	CHECK(ok, "tables are as scapbuild writes them, byte by byte");
	CHECK(ok_old, "and for 0.29 with the tail that it takes");
}

/* Names and texts that are too long: how many bytes are kept. */
static void
long_texts_are_cut(void)
{
	static char name[LONG_LEN];
	struct scap_tables tables = { 0 };
	struct text out = { 0 };
	struct proc_record p = { .tid = 1 };
	uint16_t len;

	/* 2 bytes a character: the 1024th byte would be the second of one. */
	for (size_t i = 0; i < LONG_LEN; i++)
		name[i] = i % 2 ? '\xA9' : '\xC3';
	p.comm = (struct span){ (uint8_t *)name, LONG_LEN };
	add(&tables, newest(), (struct record){ .kind = RECORD_PROC, .proc = p });
	scap_put_section(&out, &tables);
	memcpy(&len, out.p + 28 + 8 + 4 + 40, sizeof(len));
	CHECK(len == 1022, "a name ends with a whole character: %u bytes", len);
	text_fini(&out);
	scap_tables_fini(&tables);
}

/* Lists of more than 4 MiB have several blocks. */
static void
long_lists_are_split(void)
{
	static char text[4000];
	struct scap_tables tables = { 0 };
	struct text out = { 0 };
	size_t n_blocks = 0;
	uint32_t len;

	for (int64_t i = 0; i < 3000; i++)
		add(&tables, newest(), (struct record){ .kind = RECORD_PROC, .proc = {
			.tid = i, .env = { (uint8_t *)text, sizeof(text) } } });
	scap_put_section(&out, &tables);
	for (size_t at = 28; at < out.len; at += len, n_blocks++)
		memcpy(&len, out.p + at + 4, sizeof(len));
	CHECK(n_blocks == out.len / (4 << 20) + 1 && scap_whole_blocks(out.p, out.len) == out.len,
	      "a long list has several blocks: %zu", n_blocks);
	text_fini(&out);
	scap_tables_fini(&tables);
}

/* The length of an event with DATA_LEN bytes of data, and its flags. */
static void
events_are_laid_out(void)
{
	static uint8_t data[UINT16_MAX];
	static const struct {
		size_t data_len;
		uint32_t flags, type, len;
	} cases[] = {
		{ 0, 0, 0x216, 52 }, { 1, 0, 0x216, 56 }, { 3, EVENT_STATE_ONLY, 0x217, 60 },
		{ UINT16_MAX, 0, 0x216, 65536 - 4 + 12 }, { UINT16_MAX, 9, 0x217, 65536 - 4 + 12 },
	};

	for (size_t i = 0; i < ARRAY_LEN(cases); i++) {
		int64_t res = 1;
		struct event_image image = {
			.ts_ns = 5, .tid = 7, .cpu = 1, .id = EV_READ_X, .n_params = 2,
			.dump_flags = cases[i].flags,
			.params = { { (uint8_t *)&res, 8 }, { data, cases[i].data_len } },
		};
		struct text out = { 0 };
		uint32_t head[2] = { 0, 0 };

		scap_put_event(&out, &image);
		memcpy(head, out.p, sizeof(head));
		CHECK(head[0] == cases[i].type && head[1] == out.len && out.len == cases[i].len &&
		      scap_whole_blocks(out.p, out.len) == out.len,
		      "%zu bytes of data: a block of type %#x with %u bytes", cases[i].data_len,
		      head[0], head[1]);
		text_fini(&out);
	}
}

int
main(int argc, char **argv)
{
	struct rng rng = rng_from_args(argc, argv);

	the_header_is_as_all_readers_want();
	tables_are_laid_out(&rng);
	long_texts_are_cut();
	long_lists_are_split();
	events_are_laid_out();
	return check_done();
}
