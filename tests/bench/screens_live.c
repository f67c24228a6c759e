/*
 * screens_live - the explorer on a program that does many system calls: what it takes,
 * and how soon it answers keys.
 *
 *	screens_live PROGRAM CALLS_AT_RATE [RATE [SECONDS [MEMORY_MIB]]]
 *
 * Nobody but that program is followed.
 */
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <unistd.h>

#include "engine/base/mem.h"
#include "tests/bench/timed.h"
#include "tests/term/vt.h"

#define RATE "200000"
#define SECONDS "60"
#define MEMORY_MIB "1024"
#define START_S 2			/* after which it is looked at */
#define ANSWER_S 0.050			/* of any key */
#define KEYS_MAX 1000

/* What a screen shows, by words that must be on it. */
static bool
has_help(const char *screen)
{
	return strstr(screen, "Keys");
}

static bool
has_legend(const char *screen)
{
	return strstr(screen, "Number of the process.");
}

static bool
has_menu(const char *screen)
{
	return strstr(screen, "─ Views");
}

/* Is there a row, which has a mark, in the view NAME? */
static bool
has_row(const char *screen, const char *name)
{
	const char *path = strchr(screen, '\n');

	return path && !strncmp(path + 2, name, strlen(name)) &&
	       !strncmp(path + 2 + strlen(name), "  ", 2) && strstr(path, "\n›");
}

static bool
has_processes(const char *screen)
{
	return has_row(screen, "Processes");
}

static bool
has_cpu(const char *screen)
{
	return has_row(screen, "Processes CPU");
}

static bool
has_threads(const char *screen)
{
	return strstr(screen, "› Threads");
}

static bool
has_events(const char *screen)
{
	return strstr(screen, " getppid") || strstr(screen, " read") || strstr(screen, " > ");
}

static const struct {
	const char *what;
	struct timed_step step;
} script[] = {
	{ "help", { NULL, NULL, "F1", has_help } },
	{ "close it", { NULL, NULL, "Backspace", has_processes } },
	{ "legend", { NULL, NULL, "F7", has_legend } },
	{ "close it", { NULL, NULL, "Backspace", has_processes } },
	{ "menu of views", { NULL, NULL, "F2", has_menu } },
	{ "another view", { NULL, NULL, "Down Enter", has_cpu } },
	{ "back", { NULL, NULL, "Backspace", has_processes } },
	{ "drill down", { NULL, NULL, "Enter", has_threads } },
	{ "back", { NULL, NULL, "Backspace", has_processes } },
	{ "dig", { NULL, NULL, "F6", has_events } },
	{ "back", { NULL, NULL, "Backspace", has_processes } },
};

struct figures {
	double seconds[KEYS_MAX];
	size_t n;
	double worst;
	const char *worst_what;
	size_t n_late;
};

static int
compare_doubles(const void *a, const void *b)
{
	double x = *(const double *)a, y = *(const double *)b;

	return (x > y) - (x < y);
}

static void
press_keys(struct timed *t, struct figures *f)
{
	for (size_t i = 0; i < ARRAY_LEN(script) && f->n < KEYS_MAX; i++) {
		double s = timed_until(t, &script[i].step);

		if (s < 0)
			timed_fail(t, script[i].what);
		f->seconds[f->n++] = s;
		f->n_late += s > ANSWER_S;
		if (s > f->worst) {
			f->worst = s;
			f->worst_what = script[i].what;
		}
		vt_settle(t->vt, 0);
	}
}

/* The most memory that it had, in MiB. */
static double
peak_mib(struct timed *t)
{
	char path[64], line[256];
	double kib = 0;
	FILE *f;

	snprintf(path, sizeof(path), "/proc/%d/status", (int)vt_pid(t->vt));
	f = fopen(path, "r");
	while (f && fgets(line, sizeof(line), f))
		if (!strncmp(line, "VmHWM:", 6))
			kib = strtod(line + 6, NULL);
	if (f)
		fclose(f);
	return kib / 1024;
}

int
main(int argc, char **argv)
{
	const char *rate = argc > 3 ? argv[3] : RATE, *seconds = argc > 4 ? argv[4] : SECONDS;
	const char *memory = argc > 5 ? argv[5] : MEMORY_MIB;
	const char *words[] = { "--memory", memory, "proc.name startswith calls_at", "--",
				argc > 2 ? argv[2] : "", rate, seconds, NULL };
	struct timed_program program = { "sysreel", argc > 1 ? argv[1] : "", { NULL }, false, 0 };
	static struct figures f;
	struct timed t;
	double start, end;
	long ticks;

	if (argc < 3) {
		fputs("usage: screens_live PROGRAM CALLS_AT_RATE [RATE [SECONDS [MEMORY_MIB]]]\n",
		      stderr);
		return 2;
	}
	timed_open(&t, &program, words);
	timed_wait(&t, START_S);
	start = timed_now();
	end = start + strtod(seconds, NULL) - 2 * START_S;
	ticks = timed_cpu(&t);
	while (timed_now() < end) {
		press_keys(&t, &f);
		timed_wait(&t, 1);
	}
	ticks = timed_cpu(&t) - ticks;
	qsort(f.seconds, f.n, sizeof(*f.seconds), compare_doubles);
	printf("%s calls/s for %s s: %.0f %% of a cpu, %.0f MiB at most of a budget of %s\n", rate,
	       seconds, 100.0 * (double)ticks / (double)sysconf(_SC_CLK_TCK) /
	       (timed_now() - start), peak_mib(&t), memory);
	printf("%zu keys: median %.1f ms, worst %.1f ms (%s), %zu later than %.0f ms\n", f.n,
	       f.n ? 1e3 * f.seconds[f.n / 2] : 0, 1e3 * f.worst, f.n ? f.worst_what : "", f.n_late,
	       1e3 * ANSWER_S);
	/* In the window, or anywhere on the timeline. */
	printf("%s\n%.*s\n", strstr(t.screen.p, " lost") || strstr(t.screen.p, "×")
		? "some are lost:" : "nothing is lost:",
	       (int)strcspn(t.screen.p, "\n"), t.screen.p);
	timed_end(&t);
	return 0;
}
