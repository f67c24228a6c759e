/*
 * calls_at_rate - do system calls at a steady rate, and say how many:
 *
 *	calls_at_rate CALLS-PER-SECOND SECONDS
 *
 * It stays on the last CPU, so that whoever watches has the others.
 */
#include <sched.h>
#include <stdint.h>
#include <stdio.h>
#include <stdlib.h>
#include <sys/syscall.h>
#include <time.h>
#include <unistd.h>

#define SECOND_NS 1000000000u
#define AT_ONCE 500			/* calls between two looks at the clock */

static uint64_t
now_ns(void)
{
	struct timespec t;

	clock_gettime(CLOCK_MONOTONIC, &t);
	return (uint64_t)t.tv_sec * SECOND_NS + (uint64_t)t.tv_nsec;
}

static void
stay(void)
{
	cpu_set_t set;

	CPU_ZERO(&set);
	CPU_SET((size_t)sysconf(_SC_NPROCESSORS_ONLN) - 1, &set);
	sched_setaffinity(0, sizeof(set), &set);
}

int
main(int argc, char **argv)
{
	double rate = argc == 3 ? atof(argv[1]) : 0, seconds = argc == 3 ? atof(argv[2]) : 0;
	uint64_t start = now_ns(), now = start, n = 0;

	if (rate <= 0 || seconds <= 0)
		return 2;
	stay();
	while ((double)(now - start) < seconds * SECOND_NS) {
		uint64_t due = (uint64_t)((double)(now - start) * rate / SECOND_NS);

		for (int i = 0; i < AT_ONCE && n < due; i++, n++)
			syscall(SYS_getppid);
		now = now_ns();
	}
	printf("%llu %.0f\n", (unsigned long long)n,
	       (double)n * SECOND_NS / (double)(now - start));
	return 0;
}
