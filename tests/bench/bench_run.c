/*
 * bench_run - run commands in turn and compare what they take:
 *
 *	bench_run RUNS EVENTS NAME COMMAND [NAME COMMAND]...
 *
 * Each COMMAND is split at blanks, its output goes to /dev/null. Printed are
 * medians over RUNS rounds: seconds by the clock and on the cpu, the most memory,
 * millions of EVENTS a second, and how much longer than the first it took.
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

#define WORDS_MAX 64
#define RUNS_MAX 1000

struct sample {
	double wall_s, cpu_s, peak_mb;
};

struct contestant {
	const char *name;
	char *words[WORDS_MAX + 1];
	struct sample *samples;		/* one a round */
};

static void
split(struct contestant *c, char *command)
{
	char *save = NULL;
	size_t n = 0;

	for (char *w = strtok_r(command, " ", &save); w && n < WORDS_MAX;
	     w = strtok_r(NULL, " ", &save))
		c->words[n++] = w;
	if (!n)
		die("%s: there is no command", c->name);
}

static double
now_s(void)
{
	struct timespec t;

	clock_gettime(CLOCK_MONOTONIC, &t);
	return (double)t.tv_sec + (double)t.tv_nsec / 1e9;
}

static double
seconds(struct timeval t)
{
	return (double)t.tv_sec + (double)t.tv_usec / 1e6;
}

static struct sample
run_once(const struct contestant *c)
{
	double start_s = now_s();
	pid_t pid = fork();
	struct rusage used;
	int status, null;

	if (!pid) {
		null = open("/dev/null", O_RDWR);
		dup2(null, STDIN_FILENO);
		dup2(null, STDOUT_FILENO);
		execvp(c->words[0], c->words);
		_exit(127);
	}
	if (pid < 0 || wait4(pid, &status, 0, &used) != pid)
		die("%s: cannot be started", c->name);
	if (!WIFEXITED(status) || WEXITSTATUS(status))
		die("%s: '%s' failed (status %#x)", c->name, c->words[0], (unsigned)status);
	return (struct sample){ now_s() - start_s,
				seconds(used.ru_utime) + seconds(used.ru_stime),
				(double)used.ru_maxrss / 1024 };
}

static int
by_value(const void *a, const void *b)
{
	double x = *(const double *)a, y = *(const double *)b;

	return x < y ? -1 : x > y;
}

/* The median of N doubles that are STRIDE bytes apart. */
static double
median(const double *first, size_t n, size_t stride)
{
	double v[RUNS_MAX];

	for (size_t i = 0; i < n; i++)
		v[i] = *(const double *)(const void *)((const char *)first + i * stride);
	qsort(v, n, sizeof(v[0]), by_value);
	return n % 2 ? v[n / 2] : (v[n / 2 - 1] + v[n / 2]) / 2;
}

static struct sample
medians(const struct contestant *c, size_t n)
{
	const struct sample *s = c->samples;

	return (struct sample){ median(&s->wall_s, n, sizeof(*s)),
				median(&s->cpu_s, n, sizeof(*s)),
				median(&s->peak_mb, n, sizeof(*s)) };
}

static void
report(const struct contestant *list, size_t n, size_t runs, double events)
{
	struct sample first = medians(&list[0], runs);

	printf("%-12s %9s %9s %9s %11s %8s %8s\n", "", "wall s", "cpu s", "peak MB",
	       "Mevents/s", "x wall", "x cpu");
	for (size_t i = 0; i < n; i++) {
		struct sample m = medians(&list[i], runs);

		printf("%-12s %9.3f %9.3f %9.1f %11.2f %8.2f %8.2f\n", list[i].name, m.wall_s,
		       m.cpu_s, m.peak_mb, events / m.wall_s / 1e6, m.wall_s / first.wall_s,
		       m.cpu_s / first.cpu_s);
	}
}

int
main(int argc, char **argv)
{
	size_t runs = argc > 1 ? strtoul(argv[1], NULL, 10) : 0;
	size_t n = argc > 3 ? (size_t)(argc - 3) / 2 : 0;
	struct contestant *list;

	if (!n || argc % 2 == 0 || !runs || runs > RUNS_MAX) {
		fprintf(stderr, "usage: bench_run RUNS EVENTS NAME COMMAND [NAME COMMAND]...\n");
		return 2;
	}
	list = xzalloc(n * sizeof(*list));
	for (size_t i = 0; i < n; i++) {
		list[i].name = argv[3 + 2 * i];
		split(&list[i], argv[4 + 2 * i]);
		list[i].samples = xzalloc(runs * sizeof(*list[i].samples));
	}
	for (size_t r = 0; r < runs; r++)
		for (size_t i = 0; i < n; i++)
			list[i].samples[r] = run_once(&list[i]);
	report(list, n, runs, strtod(argv[2], NULL));
	for (size_t i = 0; i < n; i++)
		free(list[i].samples);
	free(list);
	return 0;
}
