#include <errno.h>
#include <pthread.h>
#include <stdint.h>
#include <stdlib.h>
#include <string.h>
#include <unistd.h>

#include "engine/base/mem.h"
#include "engine/capture/capture.h"
#include "engine/event/source.h"
#include "tests/lib/check.h"
#include "tests/unit/capture_kit.h"

static void
each_event_block_is_read(void)
{
	for (size_t i = 0; i < 2 * KIT_EVENTS; i++) {
		const struct kit_event *e = &kit_events[i / 2];
		static struct kit_bytes b;
		struct kit_played got;
		char want[200];

		b = (struct kit_bytes){ .swap = i % 2 };
		kit_put_section(&b, true);
		kit_put_event(&b, e, "data", true);
		kit_put_event(&b, e, "next", false);
		got = kit_play(b.p, b.len);
		snprintf(want, sizeof(want), "\nevent %u cpu=3 tid=41 ts=1000 flags=%d at=48 n=2: "
			 "5 data=data\n", e->id, e->has_flags);
		if (!CHECK(strstr(got.text.p, want), "event block %x", e->block))
			printf("# %s\n", got.text.p);
		CHECK(kit_count(&got, "data=next\n") == 1 && !got.end.n_damages,
		      "  and the next: %s", got.end.damage.text);
		CHECK(got.stats.n_events == 2 && got.stats.bytes_done == b.len &&
		      got.stats.bytes_all == b.len, "  statistics");
		kit_forget(&got);
	}
}

/* Cut everywhere: what is read is a prefix of what was read of more. */
static void
check_cuts(const char *name, const uint8_t *p, size_t len, bool gzip)
{
	struct kit_played last = kit_play(p, gzip ? 2 : 1), full = kit_play(p, len);
	size_t n_cut = 0;
	bool prefix = true;

	for (size_t n = gzip ? 3 : 2; n <= len && prefix; n++) {
		struct kit_played got = kit_play(p, n);

		prefix = !strncmp(got.text.p, last.text.p, strlen(last.text.p)) &&
			got.n_records >= last.n_records && !got.err.code;
		n_cut += got.end.cut_short;
		if (!prefix)
			printf("# at %zu:\n# %s\n# %s\n", n, last.text.p, got.text.p);
		kit_forget(&last);
		last = got;
	}
	CHECK(prefix && !strcmp(last.text.p, full.text.p), "%s: cut anywhere gives a prefix", name);
	CHECK(n_cut > len / 2 && !full.end.cut_short, "%s: and is told", name);
	kit_forget(&last);
	kit_forget(&full);
}

static void
cut_anywhere(void)
{
	static uint8_t zip[1 << 16];

	for (int swap = 0; swap < 2; swap++) {
		static struct kit_bytes b;
		struct kit_played plain, zipped;
		size_t zip_len;

		b = (struct kit_bytes){ .swap = swap };
		kit_put_all(&b);
		zip_len = kit_gzip_of(b.p, b.len, zip, sizeof(zip));
		if (swap)
			check_cuts("gzip, other byte order", zip, zip_len, true);
		else
			check_cuts("plain", b.p, b.len, false);
		plain = kit_play(b.p, b.len);
		zipped = kit_play(zip, zip_len);
		CHECK_STR(zipped.text.p, plain.text.p, "both give the same");
		CHECK_STR(zipped.blocks.p, plain.blocks.p, "and have the same blocks");
		CHECK(kit_count(&plain, "\nevent ") == 2 * KIT_EVENTS, "all events");
		CHECK(zipped.storage.gzip && zipped.storage.n_members == 1 &&
		      zipped.storage.stored_bytes == zip_len &&
		      zipped.storage.inflated_bytes == b.len && !plain.storage.gzip, "storage");
		CHECK(!strncmp(plain.blocks.p, "\n1@0:a0d0d0a\n2@28:201\n", 22), "blocks");
		CHECK(strstr(plain.blocks.p, ":999!\n"), "an unknown block is not usable");
		kit_forget(&plain);
		kit_forget(&zipped);
	}
}

static void
the_end_is_told(void)
{
	static struct kit_bytes b;
	static uint8_t zip[4096];
	struct kit_played got;
	size_t len;

	b.len = 0;
	kit_put_section(&b, false);
	kit_put_event(&b, &kit_events[3], "some data", false);
	got = kit_play(b.p, b.len - 20);
	CHECK_STR(got.end.damage.text, "web.scap: truncated at byte 72 (block 2)", "cut");
	CHECK(got.end.cut_short && got.end.n_damages == 1, "one damage");
	kit_forget(&got);
	got = kit_play(b.p, b.len - 5);
	CHECK(got.stats.n_events == 1 && got.end.cut_short, "the event itself is all there");
	kit_forget(&got);
	len = kit_gzip_of(b.p, b.len, zip, sizeof(zip));
	got = kit_play(zip, len - 20);
	CHECK(got.end.cut_short && strstr(got.end.damage.text, "web.scap: truncated at byte ") &&
	      strstr(got.end.damage.text, " of its gzip data (block "), "%s",
	      got.end.damage.text);
	kit_forget(&got);
	zip[len - 8] ^= 1;
	got = kit_play(zip, len);
	CHECK(got.stats.n_events == 1 && !got.end.cut_short, "a wrong sum: events are there");
	CHECK_STR(got.end.damage.text, "web.scap: gzip member 1 has a wrong checksum", "told");
	kit_forget(&got);
}

static void
what_is_no_capture(void)
{
	static const struct {
		const char *bytes;
		size_t len;
		const char *why;
	} cases[] = {
		{ "", 0, "empty" },
		{ "hello", 5, "not a capture" },
		{ "\x0a\x0d\x0d\x0b", 4, "not a capture" },
		{ "\x1f\x8b\x07 and so on", 14, "gzip data is damaged at byte 14: "
		  "unknown compression method" },
	};
	struct capture_input input = { "/", -1 };
	static uint8_t zip[4096];
	struct kit_played got;
	int ends[2];

	for (size_t i = 0; i < ARRAY_LEN(cases); i++) {
		got = kit_play(cases[i].bytes, cases[i].len);
		CHECK(got.err.code < 0, "refused: case %zu", i);
		CHECK(!strncmp(got.err.text, cases[i].why, 20), "  %s", got.err.text);
		kit_forget(&got);
	}
	got = kit_play(zip, kit_gzip_of("", 0, zip, sizeof(zip)));
	CHECK_STR(got.err.text, "empty", "a gzip of nothing");
	kit_forget(&got);
	got = kit_play(zip, kit_gzip_of("text", 4, zip, sizeof(zip)));
	CHECK_STR(got.err.text, "not a capture", "a gzip of something else");
	kit_forget(&got);
	if (pipe(ends))
		abort();
	close(ends[0]);
	input.fd = ends[1];
	got = kit_play_inputs(&input, 1);
	CHECK(got.err.code == -EBADF, "not to be read: %s", got.err.text);
	kit_forget(&got);
}

#define N_WHOLE 8

/* Each byte of a capture is wrong once: events before it are not lost. */
static void
one_wrong_byte_loses_little(void)
{
	static struct kit_bytes b, was;
	bool kept = true, ended = true;
	size_t n_lost_most = 0, start, worst = 0;

	b.len = 0;
	kit_put_section(&b, false);
	kit_put_machine(&b);
	kit_put_users(&b, true);
	kit_put_procs(&b, 0x215, 9, 29);
	start = b.len;
	for (int i = 0; i < N_WHOLE; i++)
		kit_put_event(&b, &kit_events[3], "some data", false);
	was = b;
	for (size_t at = 0; at < b.len; at++) {
		static const uint8_t masks[] = { 0x01, 0x10, 0x80 };

		for (size_t m = 0; m < ARRAY_LEN(masks); m++) {
			struct kit_played got;
			size_t n;

			b.p[at] ^= masks[m];
			got = kit_play(b.p, b.len);
			n = got.stats.n_events + got.stats.n_unknown_events;
			if (at >= 4 && N_WHOLE - n > n_lost_most) {
				n_lost_most = N_WHOLE - n;
				worst = at;
			}
			kept &= at < start || n >= (at - start) / ((b.len - start) / N_WHOLE);
			ended &= n <= N_WHOLE;
			b.p[at] = was.p[at];
			kit_forget(&got);
		}
	}
	CHECK(kept && ended, "all before it are there");
	CHECK(n_lost_most <= 1, "at most one is lost: %zu at byte %zu", n_lost_most, worst);
}

static void
lengths_are_not_believed(void)
{
	static const uint32_t ids[] = { 0x216, 0x221, 0x215, 0x218, 0x219, 0x220, 0x999, 0x202 };

	for (size_t i = 0; i < ARRAY_LEN(ids); i++) {
		static struct kit_bytes b;
		struct kit_played got;

		b.len = 0;
		kit_put_section(&b, false);
		kit_put(&b, ids[i], 4);
		kit_put(&b, 0xfffffff0, 4);
		kit_put(&b, 0xfffffff0, 4);
		kit_put(&b, 0xfffffff0, 4);
		kit_put_event(&b, &kit_events[3], "x", false);
		got = kit_play(b.p, b.len);
		CHECK(got.end.n_damages > 0, "4 GB of %x: %s", ids[i], got.end.damage.text);
		kit_forget(&got);
	}
}

/* Blocks and entries that lie across the reader's buffers, and one that is
 * longer than a buffer. */
static void
blocks_may_span_buffers(void)
{
	static struct kit_bytes b;
	static uint8_t zip[3 << 20];
	static char data[700001];
	struct kit_played plain, zipped;

	memset(data, 'x', sizeof(data) - 1);
	b.len = 0;
	kit_put_section(&b, false);
	for (size_t i = 0; i < 600; i++) {
		kit_put_procs(&b, 0x215, 9, (unsigned)i % 77);
		kit_put_procs(&b, 0x210, 4, 0);
		kit_put_fds(&b, i % 2);
	}
	for (size_t i = 0; i < 3000; i++)
		kit_put_event(&b, &kit_events[i % 5], data + sizeof(data) - 1 - i % 290,
			      i % 7 == 0);
	kit_put_event(&b, &kit_events[5], data, false);
	kit_put_event(&b, &kit_events[3], "last", false);
	plain = kit_play(b.p, b.len);
	zipped = kit_play(zip, kit_gzip_of(b.p, b.len, zip, sizeof(zip)));
	CHECK(kit_count(&plain, "\nproc ") == 2400 &&
	      kit_count(&plain, "\nfd ") == 300 * (21 + 23), "all entries");
	CHECK(plain.stats.n_events == 3002 && !plain.end.n_damages, "all events: %s",
	      plain.end.damage.text);
	CHECK(kit_count(&plain, "data=last\n") == 1, "the last one");
	CHECK(!strcmp(plain.text.p, zipped.text.p), "gzip gives the same");
	CHECK(strlen(plain.text.p) > sizeof(data), "the long one is all there");
	kit_forget(&plain);
	kit_forget(&zipped);
}

static void
several_inputs_are_one_reel(void)
{
	static struct kit_bytes a, b;
	static uint8_t zip[1 << 16];
	struct capture_input inputs[4];
	struct kit_played got;
	size_t zip_len;

	a.len = b.len = 0;
	b.swap = true;
	kit_put_all(&a);
	kit_put_all(&b);
	zip_len = kit_gzip_of(a.p, a.len, zip, sizeof(zip));
	zip_len += kit_gzip_of(b.p, b.len, zip + zip_len, sizeof(zip) - zip_len);
	inputs[0] = (struct capture_input){ "a.scap", kit_fd_of(a.p, a.len) };
	inputs[1] = (struct capture_input){ "two.gz", kit_fd_of(zip, zip_len) };
	inputs[2] = (struct capture_input){ "b.txt", kit_fd_of("nothing", 7) };
	inputs[3] = (struct capture_input){ "b.scap", kit_fd_of(b.p, b.len) };
	got = kit_play_inputs(inputs, 4);
	CHECK(kit_count(&got, "\nsection a.scap at=0 1.2 swapped=0") == 1 &&
	      kit_count(&got, "\nsection two.gz at=0 1.2 swapped=0") == 1 &&
	      kit_count(&got, "\nsection two.gz at=") == 2 &&
	      kit_count(&got, "\nsection b.scap at=0 1.2 swapped=1") == 1, "four sections");
	CHECK(got.stats.n_events == 8 * KIT_EVENTS, "all events");
	CHECK(got.end.n_damages == 1, "one damage");
	CHECK_STR(got.end.damage.text, "b.txt: not a capture", "what is no capture is told");
	CHECK(got.stats.bytes_done == a.len + zip_len + 7 + b.len &&
	      got.stats.bytes_all == got.stats.bytes_done, "all bytes are counted");
	kit_forget(&got);
}

struct feeder {
	int fd;
	const struct kit_bytes *b;
	int hear;			/* each byte here lets one piece go */
};

static void *
feed(void *arg)
{
	struct feeder *f = arg;
	char c;

	for (size_t at = 0; at < f->b->len; at += 50) {
		size_t n = f->b->len - at < 50 ? f->b->len - at : 50;

		if (read(f->hear, &c, 1) != 1 || write(f->fd, f->b->p + at, n) != (ssize_t)n)
			break;
	}
	close(f->fd);
	return NULL;
}

static int feed_more = -1;

static void
ask_for_more(void *ctx)
{
	(void)ctx;
	if (feed_more >= 0 && write(feed_more, "x", 1) != 1)
		abort();
}

/* Each piece comes only when all before it was handed out. */
static void
a_pipe_is_read_as_it_comes(void)
{
	static struct kit_bytes b;
	struct capture_options options = { .idle = ask_for_more };
	struct capture_input input = { "-", -1 };
	int data[2], more[2];
	struct feeder feeder;
	pthread_t thread;
	struct source *s;
	struct record rec;
	struct source_stats stats;
	struct err err;

	b.len = 0;
	kit_put_all(&b);
	if (pipe(data) || pipe(more))
		abort();
	feeder = (struct feeder){ data[1], &b, more[0] };
	feed_more = more[1];
	input.fd = data[0];
	pthread_create(&thread, NULL, feed, &feeder);
	s = capture_open(&input, 1, &options, &err);
	while (s && source_next(s, &rec) > 0)
		;
	if (CHECK(s, "a pipe opens")) {
		source_stats(s, &stats);
		CHECK(stats.n_events == 2 * KIT_EVENTS && !stats.bytes_all,
		      "all events of a pipe");
	}
	source_close(s);
	pthread_join(thread, NULL);
	close(more[0]);
	close(more[1]);
}

struct canceller {
	struct source *s;
	int hear;
};

static void *
cancel_when_asked(void *arg)
{
	struct canceller *c = arg;
	char ch;

	if (read(c->hear, &ch, 1) == 1)
		source_cancel(c->s);
	return NULL;
}

/* Nothing comes and nobody hangs up: only cancelling ends it. */
static void
a_silent_pipe_can_be_cancelled(void)
{
	static struct kit_bytes b;
	struct capture_options options = { .idle = ask_for_more };
	struct capture_input input = { "-", -1 };
	int data[2], more[2];
	struct canceller canceller;
	struct source_end end;
	pthread_t thread;
	struct record rec;
	struct err err;

	b.len = 0;
	kit_put_section(&b, false);
	kit_put_event(&b, &kit_events[3], "x", false);
	if (pipe(data) || pipe(more) || write(data[1], b.p, b.len - 8) != (ssize_t)b.len - 8)
		abort();
	feed_more = -1;
	input.fd = data[0];
	canceller.hear = more[0];
	canceller.s = capture_open(&input, 1, &options, &err);
	CHECK(source_next(canceller.s, &rec) == 1 && rec.kind == RECORD_SECTION, "a section");
	feed_more = more[1];
	pthread_create(&thread, NULL, cancel_when_asked, &canceller);
	CHECK(source_next(canceller.s, &rec) == 0, "then it is cancelled");
	source_end(canceller.s, &end);
	CHECK(end.interrupted && !end.cut_short && !end.n_damages, "no damage: %s",
	      end.damage.text);
	pthread_join(thread, NULL);
	source_close(canceller.s);
	close(data[1]);
	close(more[0]);
	close(more[1]);
}

struct follower {
	struct source *s;
	int fd;
	const struct kit_bytes *b;
	size_t at;
	size_t n_events;
};

/* Nothing is left to read: let the file grow, or cancel when all was handed out. */
static void
grow_or_cancel(void *ctx)
{
	struct follower *f = ctx;

	if (f->at < f->b->len) {
		size_t n = f->b->len - f->at < 700 ? f->b->len - f->at : 700;

		if (pwrite(f->fd, f->b->p + f->at, n, (off_t)f->at) != (ssize_t)n)
			abort();
		f->at += n;
	} else if (f->n_events == 2 * KIT_EVENTS) {
		source_cancel(f->s);
	}
}

static void
a_growing_file_is_followed(void)
{
	static struct kit_bytes b;
	struct follower f = { .b = &b };
	struct capture_options options = { .follow = true, .idle = grow_or_cancel, .ctx = &f };
	struct capture_input input = { "grows.scap", -1 };
	struct source_stats stats;
	struct source_end end_told;
	struct record rec;
	struct err err;

	b.len = 0;
	kit_put_all(&b);
	f.at = 100;
	f.fd = kit_fd_of(b.p, f.at);
	input.fd = dup(f.fd);
	f.s = capture_open(&input, 1, &options, &err);
	while (f.s && source_next(f.s, &rec) > 0)
		f.n_events += rec.kind == RECORD_EVENT;
	if (CHECK(f.s, "a file opens that will grow")) {
		source_stats(f.s, &stats);
		source_end(f.s, &end_told);
		CHECK(stats.n_events == 2 * KIT_EVENTS, "all that it grew by");
		CHECK(end_told.interrupted && !end_told.n_damages, "ended by us: %s",
		      end_told.damage.text);
	}
	source_close(f.s);
	close(f.fd);
}

int
main(void)
{
	each_event_block_is_read();
	cut_anywhere();
	the_end_is_told();
	what_is_no_capture();
	one_wrong_byte_loses_little();
	lengths_are_not_believed();
	blocks_may_span_buffers();
	several_inputs_are_one_reel();
	a_pipe_is_read_as_it_comes();
	a_silent_pipe_can_be_cancelled();
	a_growing_file_is_followed();
	CHECK_STR(capture_block_name(0x215), "process list v9", "a block has a name");
	CHECK(!capture_block_name(0x999), "an unknown one has none");
	return check_done();
}
