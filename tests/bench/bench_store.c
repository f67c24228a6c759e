/*
 * bench_store - load a capture into a store, and say what it takes:
 *
 *	bench_store CAPTURE
 */
#include <fcntl.h>
#include <stdio.h>
#include <stdlib.h>
#include <sys/resource.h>
#include <time.h>

#include "engine/base/mem.h"
#include "engine/capture/capture.h"
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
	uint64_t all = 0;

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
	for (unsigned k = 0; k < STORE_KINDS; k++) {
		printf("%-18s %9.1f MB %6.2f B/event\n", store_kind_name(k),
		       (double)size.bytes[k] / 1e6,
		       (double)size.bytes[k] / (double)size.n_events);
		all += size.bytes[k];
	}
	printf("%-18s %9.1f MB %6.2f B/event\n", "all", (double)all / 1e6,
	       (double)all / (double)size.n_events);
	printf("%llu processes (%llu versions), %llu threads (%llu), %llu descriptors\n",
	       (unsigned long long)size.n_processes, (unsigned long long)size.n_process_versions,
	       (unsigned long long)size.n_threads, (unsigned long long)size.n_thread_versions,
	       (unsigned long long)size.n_fd_versions);
	ingest_free(in);
	return 0;
}
