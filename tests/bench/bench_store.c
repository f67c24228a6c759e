/*
 * bench_store - load a capture into a store, and say what it takes and how long each
 * view takes then:
 *
 *	bench_store CAPTURE [ROUNDS [FILTER [VIEW [WINDOWS]]]]
 *
 * Times are milliseconds: the first rows that anybody could see, and the whole table, when it
 * is asked for for the first time, with the time of all cpus for that; then the second time,
 * the median and the worst of ROUNDS more, and their mean time of all cpus, with as many rows
 * made as the explorer wants; then the median where all are made at once, as for a file, and
 * those of the timeline above the table: of events, bytes, errors, the p99 and CPU time. Each
 * view is asked for in a process of its own, so that none finds what another one found out. An
 * empty VIEW is all of them. With WINDOWS, each of the ROUNDS sees another one of so many
 * windows of the events, one after the other. With 0 ROUNDS the first time is all, for a profile.
 */
#include <fcntl.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/resource.h>
#include <sys/wait.h>
#include <time.h>
#include <unistd.h>

#include "engine/base/mem.h"
#include "engine/capture/capture.h"
#include "engine/query/crew.h"
#include "engine/query/query.h"
#include "engine/query/slices.h"
#include "engine/query/view_set.h"
#include "engine/store/ingest.h"
#include "engine/store/store.h"

static double
now_s(void)
{
	struct timespec t;

	clock_gettime(CLOCK_MONOTONIC, &t);
	return (double)t.tv_sec + (double)t.tv_nsec / 1e9;
}

static double
cpu_s(void)
{
	struct rusage u;

	getrusage(RUSAGE_SELF, &u);
	return (double)(u.ru_utime.tv_sec + u.ru_stime.tv_sec) +
	       (double)(u.ru_utime.tv_usec + u.ru_stime.tv_usec) / 1e6;
}

static int
by_size(const void *a, const void *b)
{
	const double *x = a, *y = b;

	return (*x > *y) - (*x < *y);
}

#define SLICES 512
#define ROWS_FIRST 512			/* as the explorer asks */

/* How long it takes to measure Q over all time: the median. */
static double
time_line(const struct snapshot *snap, const struct slices_question *q, size_t rounds)
{
	double counts[SLICES], *ms = xreallocarray(NULL, rounds, sizeof(*ms)), median;
	bool is_lost[SLICES];
	struct slices s = { .n = SLICES, .counts = counts, .is_lost = is_lost };
	struct err err;

	slices_bounds(snap, &s.from_ns, &s.to_ns);
	for (size_t i = 0; i < rounds; i++) {
		double start = now_s();

		if (slices_count(snap, q, &s, &err) < 0)
			die("a timeline: %s", err.text);
		ms[i] = 1000 * (now_s() - start);
	}
	qsort(ms, rounds, sizeof(*ms), by_size);
	median = ms[rounds / 2];
	free(ms);
	return median;
}

/* How long each measure of the events of V and FILTER takes. */
static void
time_lines(const struct snapshot *snap, const struct view *v, size_t rounds, const char *filter)
{
	static const enum slices_measure measures[] = {
		SLICES_EVENTS, SLICES_BYTES, SLICES_ERRORS, SLICES_P99, SLICES_CPU,
	};
	const char *filters[2];
	struct slices_question q = { .filters = filters, .rows_of = v };

	if (v->filter.filter)
		filters[q.n_filters++] = v->filter.text;
	if (filter)
		filters[q.n_filters++] = filter;
	for (size_t i = 0; i < ARRAY_LEN(measures); i++) {
		q.measure = measures[i];
		printf(" %8.1f", time_line(snap, &q, rounds));
	}
	printf("\n");
}

/* When the first rows were there. */
struct first {
	double start, rows;		/* 0: not yet */
};

static void
note_first(void *ctx, struct table *t)
{
	struct first *first = ctx;

	if (!first->rows)
		first->rows = now_s();
	table_free(t);
}

/* Ask Q: how many milliseconds that takes. */
static double
time_query(const struct snapshot *snap, const struct query *q, size_t *n_rows)
{
	double start = now_s(), ms;
	struct err err;
	struct table *t = query_run(snap, q, &err);

	ms = 1000 * (now_s() - start);
	if (!t)
		die("%s: %s", q->view->id, err.text);
	*n_rows = t->n_rows;
	table_free(t);
	return ms;
}

/* The first time, as somebody who looks would ask. */
static void
time_first(const struct snapshot *snap, struct query *q)
{
	struct first first = { .rows = 0 };
	struct query_watch watch = { .partial = note_first, .ctx = &first };
	double start = now_s(), cpu = cpu_s(), ms;
	size_t n_rows;

	q->watch = &watch;
	ms = time_query(snap, q, &n_rows);
	q->watch = NULL;
	printf("%-22s %8zu rows %8.1f %8.1f %8.1f", q->view->id, n_rows,
	       first.rows ? 1000 * (first.rows - start) : ms, ms, 1000 * (cpu_s() - cpu));
}

/* Ask Q ROUNDS times: the milliseconds, in their order. The median. */
static double
time_rounds(const struct snapshot *snap, struct query *q, size_t rounds, size_t windows,
	    double *ms)
{
	uint64_t n = snap->end - snap->first;
	size_t n_rows;

	for (size_t i = 0; i < rounds; i++) {
		if (windows) {
			q->first = snap->first + n * (i % windows) / windows;
			q->end = snap->first + n * (i % windows + 1) / windows;
		}
		ms[i] = time_query(snap, q, &n_rows);
	}
	qsort(ms, rounds, sizeof(*ms), by_size);
	return ms[rounds / 2];
}

/* Ask for V once and again, and ROUNDS times more. */
static void
time_view(const struct snapshot *snap, const struct view *v, size_t rounds, const char *filter,
	  size_t windows)
{
	const char *filters[] = { filter };
	struct crew *crew = crew_new(false);
	struct query q = { .view = v, .filters = filters, .n_filters = filter != NULL,
			   .rows_first = ROWS_FIRST, .crew = crew };
	double *ms = xreallocarray(NULL, rounds + 1, sizeof(*ms)), cpu, median;
	size_t n_rows;

	time_first(snap, &q);
	if (!rounds) {
		printf("\n");
		crew_free(crew);
		free(ms);
		return;
	}
	printf(" %8.1f", time_query(snap, &q, &n_rows));
	cpu = cpu_s();
	median = time_rounds(snap, &q, rounds, windows, ms);
	printf(" %8.1f %8.1f %8.1f", median, ms[rounds - 1],
	       1000 * (cpu_s() - cpu) / (double)rounds);
	q.rows_first = 0;
	printf(" %8.1f", time_rounds(snap, &q, rounds, windows, ms));
	time_lines(snap, v, rounds, filter);
	crew_free(crew);
	free(ms);
}

static void
time_views(struct store *store, size_t rounds, const char *filter, const char *id,
	   size_t windows)
{
	struct snapshot *snap = store_snapshot(store);
	struct view_set *views = view_set_new(NULL);

	for (size_t i = 0; i < view_set_count(views); i++) {
		const struct view *v = view_set_at(views, i);
		int status;
		pid_t child;

		if (id && *id && strcmp(v->id, id) != 0)
			continue;
		fflush(stdout);
		child = fork();
		if (!child) {
			time_view(snap, v, rounds, filter, windows);
			fflush(stdout);
			_exit(0);
		}
		if (child < 0 || waitpid(child, &status, 0) != child || status)
			die("%s: it did not end well", v->id);
	}
	view_set_free(views);
	snapshot_free(snap);
}

static void
print_bytes(const char *name, uint64_t bytes, uint64_t n, const char *each)
{
	printf("%-18s %9.1f MB %6.2f B/%s\n", name, (double)bytes / 1e6,
	       n ? (double)bytes / (double)n : 0, each);
}

/* Where the memory is: by kinds, what versions take with their entities, and the rest. */
static void
print_memory(const struct store_size *size, const struct source *source)
{
	static const enum store_kind of_versions[] = {
		STORE_PROCESSES, STORE_THREADS, STORE_DESCRIPTORS, STORE_INDEXES, STORE_NAMES,
	};
	uint64_t n_versions = size->n_process_versions + size->n_thread_versions +
			      size->n_fd_versions;
	uint64_t all = 0, versions = 0;
	struct capture_storage storage;

	capture_storage(source, 0, &storage);
	for (unsigned k = 0; k < STORE_KINDS; k++) {
		print_bytes(store_kind_name(k), size->bytes[k], size->n_events, "event");
		all += size->bytes[k];
	}
	print_bytes("inflate windows", storage.checkpoint_bytes, size->n_events, "event");
	all += storage.checkpoint_bytes;
	for (size_t i = 0; i < ARRAY_LEN(of_versions); i++)
		versions += size->bytes[of_versions[i]];
	print_bytes("all", all, size->n_events, "event");
	print_bytes("of versions", versions, n_versions, "version");
	print_bytes("of events", all - versions, size->n_events, "event");
	printf("%llu processes (%llu versions), %llu threads (%llu), %llu descriptors\n",
	       (unsigned long long)size->n_processes,
	       (unsigned long long)size->n_process_versions,
	       (unsigned long long)size->n_threads, (unsigned long long)size->n_thread_versions,
	       (unsigned long long)size->n_fd_versions);
}

int
main(int argc, char **argv)
{
	struct ingest *in = ingest_new(NULL);
	struct capture_options options = { .reread = true, .idle = ingest_idle, .ctx = in };
	struct capture_input input = { .name = argc > 1 ? argv[1] : "" };
	struct store_size size;
	struct source *source;
	struct err err;
	double start = now_s();

	input.fd = open(input.name, O_RDONLY | O_CLOEXEC);
	if (input.fd < 0)
		die("cannot open %s", input.name);
	source = capture_open(&input, 1, &options, &err);
	if (!source || ingest_start(in, source, &err) < 0)
		die("%s: %s", input.name, err.text);
	ingest_wait(in);
	store_size(ingest_store(in), &size);
	printf("loaded in %.3f s, %.3f s of cpu; %llu events, %.2f M/s\n", now_s() - start,
	       cpu_s(), (unsigned long long)size.n_events,
	       (double)size.n_events / (now_s() - start) / 1e6);
	print_memory(&size, source);
	if (argc > 2)
		time_views(ingest_store(in), strtoul(argv[2], NULL, 10),
			   argc > 3 && *argv[3] ? argv[3] : NULL, argc > 4 ? argv[4] : NULL,
			   argc > 5 ? strtoul(argv[5], NULL, 10) : 0);
	ingest_free(in);
	return 0;
}
