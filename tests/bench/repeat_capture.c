/*
 * repeat_capture - make a large capture of a small one:
 *
 *	repeat_capture EVENTS IN OUT [LEVEL]
 *
 * The events of IN (its first section) are written again and again, at least
 * EVENTS of them. Each time they happen later, to threads with other ids, on
 * paths and ports with other names, so that there is always something new to
 * be remembered. The threads that the process list tells of stay what they are
 * and never exit; all others have exited when a round ends, so that what is
 * alive does not grow. LEVEL: compress with gzip.
 */
#include <errno.h>
#include <stdio.h>
#include <stdlib.h>
#include <zlib.h>

#include "engine/base/hash.h"
#include "engine/base/mem.h"
#include "tests/lib/replay.h"
#include "tests/lib/scapbuild.h"

#define TID_STEP 100000			/* between one round and the next */
#define PORT_FIRST 32768		/* ports that a client gets anywhere */
#define PORT_SPAN 28000
#define PORT_STEP 13
#define NAME_DIGITS 4			/* at the end of a path */
#define NAME_LEN_MIN 8

/* An event of the input: where its block is, and when it happens. */
struct place {
	size_t at;
	uint64_t ts_ns;
};

struct input {
	struct scap bytes;
	struct map listed;		/* tids of the process list */
	struct map left;		/* other tids that do not exit in the capture */
	struct place *events;
	size_t n_events, events_cap;
	uint64_t span_ns;
};

static void
load(struct input *in, const char *path)
{
	gzFile f = gzopen(path, "rb");
	static uint8_t piece[65536];
	int n;

	if (!f)
		die("cannot open %s", path);
	while ((n = gzread(f, piece, sizeof(piece))) > 0)
		scap_put(&in->bytes, piece, (size_t)n);
	gzclose(f);
}

/* Note whether the thread of EV lives on. False: it is listed and exits; that
 * is left out. */
static bool
note_thread(struct input *in, const struct event *ev)
{
	bool exits = ev->id == EV_PROCEXIT_E || ev->id == EV_PROCEXIT_1_E;

	if (ev->tid <= 0 || map_get(&in->listed, (uint64_t)ev->tid))
		return !exits;
	if (exits)
		map_del(&in->left, (uint64_t)ev->tid);
	else
		map_put(&in->left, (uint64_t)ev->tid, in);
	return true;
}

/* Find the events of the first section, and who was there before them. */
static void
survey(struct input *in, const char *path)
{
	struct err err = { 0 };
	struct source *s = replay_open(in->bytes.p, in->bytes.len, &err);
	struct record rec;

	if (!s)
		die("%s: %s", path, err.text);
	while (source_next(s, &rec)) {
		if (rec.kind == RECORD_SECTION && rec.section.swapped)
			die("%s: it is in the other byte order", path);
		if (rec.kind == RECORD_SECTION && in->n_events)
			break;
		if (rec.kind == RECORD_PROC)
			map_put(&in->listed, (uint64_t)rec.proc.tid, in);
		if (rec.kind != RECORD_EVENT)
			continue;
		xgrow(&in->events, &in->events_cap, in->n_events + 1, sizeof(*in->events));
		if (note_thread(in, &rec.ev))
			in->events[in->n_events++] =
				(struct place){ rec.ev.offset, rec.ev.ts_ns };
	}
	source_close(s);
	if (!in->n_events)
		die("%s: there are no events in it", path);
	in->span_ns = in->events[in->n_events - 1].ts_ns - in->events[0].ts_ns + 1000;
}

/* The thread that stands for TID in round K. */
static int64_t
moved_tid(const struct input *in, int64_t tid, uint64_t k)
{
	if (tid <= 0 || map_get(&in->listed, (uint64_t)tid))
		return tid;
	return tid + (int64_t)(k * TID_STEP);
}

static void
move_port(uint8_t *p, uint64_t k)
{
	uint16_t port;

	memcpy(&port, p, 2);
	if (port < PORT_FIRST)
		return;
	port = (uint16_t)(PORT_FIRST + (port - PORT_FIRST + k * PORT_STEP) % PORT_SPAN);
	memcpy(p, &port, 2);
}

static void
move_tuple(uint8_t *p, size_t len, uint64_t k)
{
	size_t ip = len == 13 ? 4 : 16;

	if (len != 13 && len != 37)
		return;
	move_port(p + 1 + ip, k);
	move_port(p + 1 + ip + 2 + ip, k);
}

/* Another name of the same length: its last characters count the rounds. */
static void
move_path(uint8_t *p, size_t len, uint64_t k)
{
	static const char digits[] = "0123456789abcdefghijklmnopqrstuvwxyz";

	if (len < NAME_LEN_MIN || p[len - 1])
		return;
	for (size_t i = 2; i < 2 + NAME_DIGITS; i++, k /= 36)
		p[len - i] = (uint8_t)digits[k % 36];
}

static void
move_values(const struct input *in, const struct event *ev, uint64_t k)
{
	for (unsigned i = 0; i < ev->n_params && i < ev->type->n_params; i++) {
		struct span s = event_bytes(ev, i);
		uint8_t *p = (uint8_t *)(uintptr_t)s.p;
		int64_t tid;

		switch (ev->type->params[i].kind) {
		case PK_PID:
			if (s.len != 8)
				break;
			memcpy(&tid, p, 8);
			tid = moved_tid(in, tid, k);
			memcpy(p, &tid, 8);
			break;
		case PK_FSPATH:
		case PK_FSRELPATH:
			move_path(p, s.len, k);
			break;
		case PK_SOCKTUPLE:
			move_tuple(p, s.len, k);
			break;
		default:
			break;
		}
	}
}

/* Change the block of LEN bytes at P into what happens in round K. */
static void
move_event(const struct input *in, uint8_t *p, size_t len, uint64_t k)
{
	struct event ev = { 0 };
	uint32_t type;
	size_t head = 8 + 2;
	uint64_t ts_ns;
	bool has_count;

	memcpy(&type, p, 4);
	has_count = type != SCAP_EVENT_V1 && type != SCAP_EVENT_FLAGS_V1 && type < 0x80000000;
	if (type == SCAP_EVENT_FLAGS_V1 || type == SCAP_EVENT_FLAGS_V2 ||
	    type == SCAP_EVENT_FLAGS_LARGE)
		head += 4;
	if (event_decode(&ev, p + head, len - head - 4, has_count, NULL) || !ev.type)
		return;
	ts_ns = ev.ts_ns + k * in->span_ns;
	ev.tid = moved_tid(in, ev.tid, k);
	memcpy(p + head, &ts_ns, 8);
	memcpy(p + head + 8, &ev.tid, 8);
	if (k)
		move_values(in, &ev, k);
}

static void
put(gzFile f, const void *p, size_t len)
{
	if (len && gzwrite(f, p, (unsigned)len) != (int)len)
		die("cannot write the capture");
}

/* Round K ends: so do the threads that it left. How many. */
static uint64_t
write_exits(const struct input *in, gzFile f, uint64_t k)
{
	struct scap b = { 0 };
	uint64_t tid, n = 0;
	size_t at = 0;
	void *value;

	for (; map_next(&in->left, &at, &tid, &value); n++) {
		scap_at(&b, in->events[0].ts_ns + (k + 1) * in->span_ns - 1,
			moved_tid(in, (int64_t)tid, k), 0);
		scap_event(&b, EV_PROCEXIT_1_E, scap_num(0), scap_num(0), scap_num(0), scap_num(0));
	}
	put(f, b.p, b.len);
	scap_fini(&b);
	return n;
}

/* Write the head of IN, then its events until there are MANY. How many. */
static uint64_t
write_rounds(const struct input *in, gzFile f, uint64_t many)
{
	uint8_t *block = NULL;
	size_t cap = 0;
	uint64_t n = 0;

	put(f, in->bytes.p, in->events[0].at);
	for (uint64_t k = 0; n < many; k++) {
		for (size_t i = 0; i < in->n_events; i++, n++) {
			const uint8_t *from = in->bytes.p + in->events[i].at;
			uint32_t len;

			memcpy(&len, from + 4, 4);
			xgrow(&block, &cap, len, 1);
			memcpy(block, from, len);
			move_event(in, block, len, k);
			put(f, block, len);
		}
		n += write_exits(in, f, k);
	}
	free(block);
	return n;
}

int
main(int argc, char **argv)
{
	struct input in = { 0 };
	char mode[8] = "wbT";
	gzFile f;

	if (argc < 4 || argc > 5) {
		fprintf(stderr, "usage: repeat_capture EVENTS IN OUT [LEVEL]\n");
		return 2;
	}
	load(&in, argv[2]);
	survey(&in, argv[2]);
	if (argc == 5)
		snprintf(mode, sizeof(mode), "wb%.1s", argv[4]);
	f = gzopen(argv[3], mode);
	if (!f || gzbuffer(f, 1 << 20))
		die("cannot open %s", argv[3]);
	printf("%llu\n", (unsigned long long)write_rounds(&in, f, strtoull(argv[1], NULL, 10)));
	if (gzclose(f) != Z_OK)
		die("cannot write %s", argv[3]);
	scap_fini(&in.bytes);
	map_fini(&in.listed);
	map_fini(&in.left);
	free(in.events);
	return 0;
}
