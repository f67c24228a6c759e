/*
 * long_lived - write a capture of servers that run all the time:
 *
 *	long_lived EVENTS FILE [SOCKETS]
 *
 * Ten processes of five threads each answer requests: they wait, read and write sockets, look
 * into files, wait for each other, and are put off their cpus. No thread begins or ends, so that
 * whatever is long enough looks alike in all its parts. The bytes are the same each time.
 *
 * With SOCKETS each process has so many, of which each thread serves its part, and as a database
 * five files that it never closes.
 */
#include <errno.h>
#include <stdio.h>
#include <stdlib.h>

#include "engine/base/mem.h"
#include "tests/lib/rng.h"
#include "tests/lib/scapbuild.h"

#define PROCESSES 10
#define THREADS 5			/* of each */
#define FIRST_PID 1000
#define SOCKETS 8			/* of each process, from FIRST_FD on */
#define SOCKETS_MAX 250
#define FILES 5				/* behind them, where they are kept open */
#define FIRST_FD 10
#define PIECE (8u << 20)		/* bytes that are written at once */
#define START_NS 1767283200000000000ull	/* 2026-01-01 16:00 UTC */

#define N scap_num
#define T scap_text

struct servers {
	struct scap b;
	struct rng rng;
	unsigned n_sockets;
	bool is_database;		/* threads have their own sockets, files are never closed */
	uint64_t n_events;
	FILE *out;
};

static int64_t
tid_of(unsigned process, unsigned thread)
{
	return FIRST_PID + process * 100 + thread;
}

static void
tell_process(struct servers *s, unsigned i)
{
	struct fd_record fds[SOCKETS_MAX + FILES] = { 0 };
	unsigned n = s->n_sockets;
	char name[20], paths[FILES][40];
	struct scap *b = &s->b;

	snprintf(name, sizeof(name), "server-%u", i);
	for (unsigned k = 0; k < THREADS; k++)
		scap_procs(b, 9, SCAP_PROC_TAIL_MAX, &(struct proc_record){
			.tid = tid_of(i, k), .pid = tid_of(i, 0), .ptid = 1,
			.comm = scap_span(name), .exe = scap_span(name),
			.exepath = scap_span("/usr/sbin/server"), .args = SCAP_SPAN(""),
			.env = SCAP_SPAN(""), .cwd = SCAP_SPAN("/"), .root = SCAP_SPAN("/"),
			.cgroups = SCAP_SPAN(""), .uid = i, .gid = i,
			.vmsize_kb = 100000, .vmrss_kb = 5000 + i }, 1);
	for (unsigned k = 0; k < n; k++)
		fds[k] = (struct fd_record){
			.fd = FIRST_FD + k, .kind = FD_IPV4, .l4 = L4_TCP,
			.src_ip = { 10, 0, 0, (uint8_t)k }, .src_port = (uint16_t)(40000 + k),
			.dst_ip = { 10, 0, 1, (uint8_t)i }, .dst_port = (uint16_t)(8000 + i) };
	for (unsigned k = 0; s->is_database && k < FILES; k++, n++) {
		snprintf(paths[k], sizeof(paths[k]), "/var/lib/server-%u/table-%u", i, k);
		fds[n] = (struct fd_record){ .fd = FIRST_FD + n, .kind = FD_FILE,
					     .name = scap_span(paths[k]) };
	}
	scap_fds(b, 2, tid_of(i, 0), fds, n);
}

/* Time passes: up to 2^BITS ns. */
static void
wait(struct servers *s, int64_t tid, unsigned bits)
{
	scap_at(&s->b, s->b.ts_ns + 1 + rng_bits(&s->rng, bits), tid, (uint16_t)(tid % 4));
}

/* Some socket of the process, which THREAD serves. */
static int64_t
some_socket(struct servers *s, unsigned thread)
{
	if (!s->is_database)
		return FIRST_FD + (int64_t)rng_below(&s->rng, s->n_sockets);
	return FIRST_FD + thread + THREADS * (int64_t)rng_below(&s->rng, s->n_sockets / THREADS);
}

static void
read_socket(struct servers *s, int64_t tid, unsigned thread)
{
	static const uint8_t bytes[64];
	int64_t fd = some_socket(s, thread);
	size_t n = rng_below(&s->rng, sizeof(bytes));

	scap_event(&s->b, EV_READ_E, N(fd), N(4096));
	wait(s, tid, 14);
	if (rng_below(&s->rng, 8))
		scap_event(&s->b, EV_READ_X, N((int64_t)n), scap_bytes(bytes, n));
	else
		scap_event(&s->b, EV_READ_X, N(-EAGAIN), scap_empty());
	wait(s, tid, 12);
	scap_event(&s->b, EV_WRITE_E, N(fd), N(10));
	wait(s, tid, 16);
	scap_event(&s->b, EV_WRITE_X, N(10), scap_bytes(bytes, 10));
}

static void
look_into_file(struct servers *s, int64_t tid)
{
	bool is_there = rng_below(&s->rng, 10);
	char path[40];

	snprintf(path, sizeof(path), "/srv/www/page-%zu.html", rng_below(&s->rng, 40));
	scap_event(&s->b, EV_OPENAT_2_E, N(-100), T(path), N(1), N(0));
	wait(s, tid, 15);
	scap_event(&s->b, EV_OPENAT_2_X, N(is_there ? 3 : -ENOENT), N(-100), T(path), N(1), N(0),
		   N(1));
	wait(s, tid, 12);
	if (!is_there)
		return;
	scap_event(&s->b, EV_CLOSE_E, N(3));
	wait(s, tid, 10);
	scap_event(&s->b, EV_CLOSE_X, N(0));
}

/* A page of a table is read, and at times written. */
static void
use_table(struct servers *s, int64_t tid)
{
	static const uint8_t bytes[64];
	int64_t fd = FIRST_FD + s->n_sockets + (int64_t)rng_below(&s->rng, FILES);
	int64_t at = (int64_t)rng_below(&s->rng, 100000) * 8192;

	scap_event(&s->b, EV_PREAD_E, N(fd), N(8192), N(at));
	wait(s, tid, 15);
	scap_event(&s->b, EV_PREAD_X, N(8192), scap_bytes(bytes, sizeof(bytes)));
	wait(s, tid, 12);
	if (rng_below(&s->rng, 4))
		return;
	scap_event(&s->b, EV_PWRITE_E, N(fd), N(8192), N(at));
	wait(s, tid, 17);
	scap_event(&s->b, EV_PWRITE_X, N(8192), scap_bytes(bytes, sizeof(bytes)));
}

static void
wait_for_others(struct servers *s, int64_t tid)
{
	scap_event(&s->b, EV_FUTEX_E, N(0x7f00), N(0x80), N(2));
	scap_event(&s->b, EV_SCHEDSWITCH_6_E, N(tid + 1), N(0), N((int64_t)s->n_events / 1000),
		   N(100000), N(5000), N(0));
	wait(s, tid, 18);
	scap_event(&s->b, EV_FUTEX_X, N(rng_below(&s->rng, 5) ? 0 : -ETIMEDOUT));
}

static void
answer(struct servers *s)
{
	unsigned process = (unsigned)rng_below(&s->rng, PROCESSES);
	unsigned thread = (unsigned)rng_below(&s->rng, THREADS);
	int64_t tid = tid_of(process, thread);

	wait(s, tid, 10);
	scap_event(&s->b, EV_EPOLLWAIT_E, N(64));
	wait(s, tid, 20);
	scap_event(&s->b, EV_EPOLLWAIT_X, N(1));
	wait(s, tid, 10);
	read_socket(s, tid, thread);
	wait(s, tid, 10);
	if (rng_below(&s->rng, 3))
		wait_for_others(s, tid);
	else if (s->is_database)
		use_table(s, tid);
	else
		look_into_file(s, tid);
	s->n_events += 9;
}

static void
flush(struct servers *s)
{
	if (fwrite(s->b.p, 1, s->b.len, s->out) != s->b.len)
		die("cannot write it");
	s->b.len = 0;
}

int
main(int argc, char **argv)
{
	struct servers s = { .b.ts_ns = START_NS, .rng = { 1 }, .n_sockets = SOCKETS };
	uint64_t n = argc == 3 || argc == 4 ? strtoull(argv[1], NULL, 10) : 0;

	if (!n)
		die("usage: long_lived EVENTS FILE [SOCKETS]");
	if (argc == 4) {
		s.is_database = true;
		s.n_sockets = (unsigned)strtoul(argv[3], NULL, 10);
		if (s.n_sockets < THREADS || s.n_sockets > SOCKETS_MAX)
			die("%d to %d sockets", THREADS, SOCKETS_MAX);
	}
	s.out = fopen(argv[2], "wb");
	if (!s.out)
		die("cannot make %s", argv[2]);
	scap_section(&s.b, 2);
	for (unsigned i = 0; i < PROCESSES; i++)
		tell_process(&s, i);
	while (s.n_events < n) {
		answer(&s);
		if (s.b.len >= PIECE)
			flush(&s);
	}
	flush(&s);
	if (fclose(s.out))
		die("cannot write %s", argv[2]);
	scap_fini(&s.b);
	return 0;
}
