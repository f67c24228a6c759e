#include <signal.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/stat.h>
#include <sys/wait.h>
#include <time.h>
#include <unistd.h>

#include "tests/story/kit.h"
#include "tests/story/roles.h"

#define CRONTAB "/etc/crontab"
#define JOBS_MAX 16
#define DAY_S 86400

struct job {
	long at_s;			/* of the day */
	char command[256];
};

struct crontab {
	struct timespec mtime;
	struct job jobs[JOBS_MAX];
	size_t n;
};

/* Lines are "HH:MM:SS root COMMAND". */
static void
load(struct crontab *c)
{
	FILE *f = fopen(CRONTAB, "re");
	char line[300];

	KIT_MUST(f);
	c->n = 0;
	while (c->n < JOBS_MAX && fgets(line, sizeof(line), f)) {
		struct job *j = &c->jobs[c->n];
		unsigned hour, minute, second;

		if (sscanf(line, "%u:%u:%u root %255[^\n]", &hour, &minute, &second,
			   j->command) != 4)
			continue;
		j->at_s = (long)(hour * 3600 + minute * 60 + second);
		c->n++;
	}
	fclose(f);
}

static void
load_if_new(struct crontab *c)
{
	struct stat st;

	if (stat(CRONTAB, &st) < 0)
		return;
	if (st.st_mtim.tv_sec == c->mtime.tv_sec && st.st_mtim.tv_nsec == c->mtime.tv_nsec)
		return;
	c->mtime = st.st_mtim;
	load(c);
}

static void
run(const struct job *j, int log)
{
	char shell[] = "/bin/sh", option[] = "-c", command[256];
	pid_t child = fork();

	KIT_MUST(child >= 0);
	if (child) {
		kit_log(log, "(root) CMD (%s)", j->command);
		return;
	}
	setsid();
	signal(SIGCHLD, SIG_DFL);
	kit_copy(command, sizeof(command), j->command);
	execv(shell, (char *[]){ shell, option, command, NULL });
	kit_give_up(shell);
}

/* Run jobs at their second of the day. */
int
role_crond(int argc, char **argv)
{
	static struct crontab tab;
	int log = kit_open_log("/var/log/cron.log");

	(void)argc;
	(void)argv;
	signal(SIGCHLD, SIG_IGN);	/* they are nobody's to wait for */
	for (;;) {
		struct timespec now;

		clock_gettime(CLOCK_REALTIME, &now);
		now.tv_nsec = 1000000000 - now.tv_nsec;
		now.tv_sec = 0;
		clock_nanosleep(CLOCK_MONOTONIC, 0, &now, NULL);
		load_if_new(&tab);
		clock_gettime(CLOCK_REALTIME, &now);
		for (size_t i = 0; i < tab.n; i++)
			if (tab.jobs[i].at_s == now.tv_sec % DAY_S)
				run(&tab.jobs[i], log);
	}
}
