/*
 * bench_probe - what tracing costs those who are traced, and those who are not:
 *
 *	bench_probe FLOOR-OBJECT ROUNDS
 *
 * A worker on the first CPU does things while somebody on the second traces it: with
 * two empty programs (the floor), with the probe, with the probe that is told in each
 * of its ways to leave the worker out. The ways take turns. Printed are medians over
 * the rounds.
 */
#include <bpf/libbpf.h>
#include <errno.h>
#include <limits.h>
#include <poll.h>
#include <sched.h>
#include <signal.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/stat.h>
#include <sys/wait.h>
#include <unistd.h>

#include "engine/base/err.h"
#include "engine/base/mem.h"
#include "engine/event/event.h"
#include "engine/event/source.h"
#include "probe/demand.h"
#include "probe/probe.h"
#include "tests/bench/loads.h"

#define ROUNDS_MAX 100
#define MARKS_MAX 16			/* loads and programs together */
#define RING_BYTES (64u << 20)

/* All from WAY_TREE on have the probe leave the worker out. */
enum way {
	WAY_NONE, WAY_FLOOR, WAY_PROBE, WAY_TREE, WAY_CGROUP, WAY_COMM, WAY_CALLS, WAYS,
};

static const struct {
	const char *name, *what;
} outside[WAYS] = {
	[WAY_TREE] = { "tree", "another process tree is followed" },
	[WAY_CGROUP] = { "cgroup", "a cgroup is, in which the worker is not" },
	[WAY_COMM] = { "comm", "another name is asked for" },
	[WAY_CALLS] = { "calls", "other calls are" },
};

/* What a worker measured. */
struct result {
	struct load_time times[MARKS_MAX];
	double programs_s[MARKS_MAX];
};

/* A process that waits for a byte before it begins, and another one to end. */
struct helper {
	pid_t pid;
	int to, from;
};

static char empty_cgroup[PATH_MAX];	/* "": there is none */
static struct source *traced;		/* for the handler of the tracer's signal */

static void
pin(unsigned cpu)
{
	cpu_set_t set;

	CPU_ZERO(&set);
	CPU_SET(cpu, &set);
	if (sched_setaffinity(0, sizeof(set), &set) < 0)
		die("there is no CPU %u", cpu);
}

static void
await(int fd)
{
	char c;

	if (read(fd, &c, 1) != 1)
		_exit(1);
}

static void
tell(int fd)
{
	if (write(fd, "g", 1) != 1)
		die("a helper has gone");
}

static void
run_worker(enum way way, int in, int out)
{
	struct result r = { 0 };

	pin(0);
	loads_begin();
	tell(out);
	await(in);
	for (size_t i = 0; i < n_loads; i++)
		r.times[i] = load_run(&loads[i]);
	for (size_t i = 0; i < n_programs && way <= WAY_TREE; i++)
		r.programs_s[i] = program_run(&programs[i]);
	if (write(out, &r, sizeof(r)) != sizeof(r))
		_exit(1);
	loads_end();
	_exit(0);
}

static void
trace_floor(const char *path, int in, int out)
{
	struct bpf_object *o = bpf_object__open_file(path, NULL);
	struct bpf_program *program;

	if (!o || bpf_object__load(o) < 0)
		_exit(1);
	bpf_object__for_each_program(program, o)
		if (!bpf_program__attach(program))
			_exit(1);
	tell(out);
	await(in);
	_exit(0);
}

static void
on_signal(int number)
{
	(void)number;
	source_cancel(traced);
}

/* All that there was has been read: the worker may begin. */
static void
on_idle(void *ctx)
{
	int *out = ctx;

	if (*out >= 0)
		tell(*out);
	*out = -1;
}

static bool
is_mount(void *ctx, uint16_t id, uint16_t code)
{
	(void)ctx;
	(void)code;
	return id == EV_MOUNT_X;
}

/* What is asked for so that the worker is none of it. */
static void
leave_out(enum way way, pid_t bystander, struct probe_options *options, struct demand *demand)
{
	options->demand = demand;
	if (way == WAY_TREE)
		options->tree = bystander;
	if (way == WAY_CGROUP)
		demand->cgroup = empty_cgroup;
	if (way == WAY_COMM)
		strcpy(demand->comms[demand->n_comms++], "nobody");
	if (way == WAY_CALLS)
		demand->wants = is_mount;
}

static void
trace_probe(enum way way, pid_t worker, pid_t bystander, int out)
{
	int told = out;
	struct probe_options options = { .snap_bytes = PROBE_SNAP_BYTES,
					 .ring_bytes = RING_BYTES, .idle = on_idle,
					 .ctx = &told };
	struct demand demand = { 0 };
	struct probe_losses lost;
	struct err err = { 0 };
	struct record rec;
	uint64_t n;

	if (way == WAY_PROBE)
		options.tree = worker;
	else
		leave_out(way, bystander, &options, &demand);
	traced = probe_open(&options, &err);
	if (!traced) {
		fprintf(stderr, "bench_probe: %s\n", err.text);
		_exit(1);
	}
	signal(SIGTERM, on_signal);
	while (source_next(traced, &rec) > 0)
		;
	probe_losses(traced, &lost);
	n = lost.full_state + lost.full_data + lost.kept_data;
	_exit(write(out, &n, sizeof(n)) == sizeof(n) ? 0 : 1);
}

static struct helper
start(void (*run)(int in, int out, const void *ctx), const void *ctx)
{
	struct helper h;
	int there[2], back[2];

	if (pipe(there) < 0 || pipe(back) < 0)
		die("no pipes");
	h.pid = fork();
	if (!h.pid) {
		close(there[1]);
		close(back[0]);
		run(there[0], back[1], ctx);
	}
	close(there[0]);
	close(back[1]);
	h.to = there[1];
	h.from = back[0];
	return h;
}

/* Make a cgroup that nobody is in. There may be no place for one. */
static void
make_cgroup(void)
{
	static const char *const places[] = { "/sys/fs/cgroup/unified", "/sys/fs/cgroup" };
	char path[PATH_MAX];

	for (size_t i = 0; i < ARRAY_LEN(places) && !empty_cgroup[0]; i++) {
		snprintf(path, sizeof(path), "%s/cgroup.procs", places[i]);
		if (access(path, F_OK) < 0)
			continue;
		snprintf(path, sizeof(path), "%s/bench-probe-%d", places[i], (int)getpid());
		if (mkdir(path, 0700) == 0)
			strcpy(empty_cgroup, path);
	}
}

/* Can WAY be taken here? */
static bool
is_measured(enum way way)
{
	return way != WAY_CGROUP || empty_cgroup[0];
}

static bool
end(struct helper *h)
{
	int status;

	close(h->to);
	close(h->from);
	return waitpid(h->pid, &status, 0) == h->pid && status == 0;
}

static void
be_worker(int in, int out, const void *ctx)
{
	run_worker(*(const enum way *)ctx, in, out);
}

static void
be_bystander(int in, int out, const void *ctx)
{
	(void)ctx;
	tell(out);
	await(in);
	_exit(0);
}

struct tracing {
	enum way way;
	const char *floor;
	pid_t worker, bystander;
};

static void
be_tracer(int in, int out, const void *ctx)
{
	const struct tracing *t = ctx;

	pin(1);
	if (t->way >= WAY_PROBE)
		trace_probe(t->way, t->worker, t->bystander, out);
	if (t->way == WAY_FLOOR)
		trace_floor(t->floor, in, out);
	tell(out);
	await(in);
	_exit(0);
}

/* One way, once. False when it cannot be measured. */
static bool
measure(enum way way, const char *floor, struct result *out, uint64_t *n_lost)
{
	struct helper worker = start(be_worker, &way), bystander = start(be_bystander, NULL);
	struct tracing tracing = { way, floor, worker.pid, bystander.pid };
	struct helper tracer;
	uint64_t n = 0;
	bool ok;
	char c;

	ok = read(worker.from, &c, 1) == 1 && read(bystander.from, &c, 1) == 1;
	tracer = start(be_tracer, &tracing);
	ok = ok && read(tracer.from, &c, 1) == 1;
	if (ok) {
		tell(worker.to);
		ok = read(worker.from, out, sizeof(*out)) == sizeof(*out);
	}
	if (way >= WAY_PROBE) {
		poll(NULL, 0, 50);
		kill(tracer.pid, SIGTERM);
		ok = ok && read(tracer.from, &n, sizeof(n)) == sizeof(n);
		*n_lost += n;
	} else if (ok) {
		tell(tracer.to);
	}
	ok = end(&tracer) && ok;
	tell(bystander.to);
	end(&bystander);
	return end(&worker) && ok;
}

static int
by_size(const void *a, const void *b)
{
	double x = *(const double *)a, y = *(const double *)b;

	return x < y ? -1 : x > y;
}

static double
median(double *v, size_t n)
{
	qsort(v, n, sizeof(v[0]), by_size);
	return n % 2 ? v[n / 2] : (v[n / 2 - 1] + v[n / 2]) / 2;
}

static struct result results[WAYS][ROUNDS_MAX];

/* What LOAD took in WAY: half of all rounds took less or, IS_LEAST, the best of them in its
 * fastest turns. Others who work, or trace, only add to it. */
static double
load_of(enum way way, size_t load, size_t n, bool is_least)
{
	double v[ROUNDS_MAX], least = 0;

	for (size_t i = 0; i < n; i++) {
		const struct load_time *t = &results[way][i].times[load];

		v[i] = t->median_ns;
		if (!i || t->p10_ns < least)
			least = t->p10_ns;
	}
	return is_least ? least : median(v, n);
}

static double
program_of(enum way way, size_t program, size_t n)
{
	double v[ROUNDS_MAX];

	for (size_t i = 0; i < n; i++)
		v[i] = results[way][i].programs_s[program];
	return median(v, n);
}

static void
print_loads(size_t n, bool is_least)
{
	printf("\n%-18s %10s %8s %8s %7s   %s\n", is_least ? "ns, least" : "ns, medians",
	       "untraced", "floor", "probe", "", "at most");
	for (size_t i = 0; i < n_loads; i++) {
		double none = load_of(WAY_NONE, i, n, is_least);
		double floor = load_of(WAY_FLOOR, i, n, is_least) - none;
		double probe = load_of(WAY_PROBE, i, n, is_least) - none;

		printf("%-18s %10.0f %+8.0f %+8.0f %6.2fx", loads[i].name, none, floor, probe,
		       probe / floor);
		if (loads[i].limit > 0)
			printf("   %.1fx", loads[i].limit);
		printf("\n");
	}
}

/* The same for those who are left out, way by way. */
static void
print_others(size_t n, bool is_least)
{
	printf("\n%-18s", is_least ? "left out, least" : "left out, medians");
	for (int way = WAY_TREE; way < WAYS; way++)
		printf(" %8s %7s", outside[way].name, "");
	printf("   at most\n");
	for (size_t i = 0; i < n_loads; i++) {
		double none = load_of(WAY_NONE, i, n, is_least);
		double floor = load_of(WAY_FLOOR, i, n, is_least) - none;

		printf("%-18s", loads[i].name);
		for (int way = WAY_TREE; way < WAYS; way++) {
			double others = load_of(way, i, n, is_least) - none;

			if (is_measured(way))
				printf(" %+8.0f %6.2fx", others, others / floor);
			else
				printf(" %8s %7s", "-", "");
		}
		printf("%s\n", loads[i].limit > 0 ? "   1.5x" : "");
	}
}

static void
print_programs(size_t n)
{
	printf("\n%-18s %10s %8s %8s %16s\n", "CPU time", "untraced", "floor", "probe",
	       outside[WAY_TREE].name);
	for (size_t i = 0; i < n_programs; i++) {
		double none = program_of(WAY_NONE, i, n);

		if (none <= 0) {
			printf("%-18s cannot be run here\n", programs[i].name);
			continue;
		}
		printf("%-18s %8.0fms %+7.1f%% %+7.1f%% %+15.1f%%\n", programs[i].name, none * 1e3,
		       (program_of(WAY_FLOOR, i, n) / none - 1) * 100,
		       (program_of(WAY_PROBE, i, n) / none - 1) * 100,
		       (program_of(WAY_TREE, i, n) / none - 1) * 100);
	}
}

/* All ways, N times in turn. */
static bool
measure_all(const char *floor, size_t n, uint64_t *n_lost)
{
	for (size_t i = 0; i < n; i++)
		for (int way = 0; way < WAYS; way++)
			if (is_measured(way) &&
			    !measure(way, floor, &results[way][i], n_lost))
				return false;
	return true;
}

int
main(int argc, char **argv)
{
	size_t n = argc == 3 ? strtoul(argv[2], NULL, 10) : 0;
	uint64_t n_lost = 0;
	bool ok;

	if (!n || n > ROUNDS_MAX) {
		fprintf(stderr, "usage: bench_probe FLOOR-OBJECT ROUNDS\n");
		return 2;
	}
	make_cgroup();
	ok = measure_all(argv[1], n, &n_lost);
	if (empty_cgroup[0])
		rmdir(empty_cgroup);
	if (!ok) {
		fprintf(stderr, "bench_probe: tracing cannot be measured here\n");
		return 1;
	}
	printf("what tracing adds to those who are traced; %zu rounds, %llu events lost\n", n,
	       (unsigned long long)n_lost);
	print_loads(n, false);
	print_loads(n, true);
	printf("\nand to those who are left out:\n");
	for (int way = WAY_TREE; way < WAYS; way++)
		printf("  %-8s %s\n", outside[way].name, outside[way].what);
	print_others(n, false);
	print_others(n, true);
	print_programs(n);
	return 0;
}
