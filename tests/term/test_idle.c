/*
 * Who looks at a capture that has been read takes no CPU: whatever the screen, none of its
 * threads wakes.
 *
 *	test_idle PROGRAM CAPTURE
 */
#include <dirent.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "engine/base/mem.h"
#include "tests/term/see.h"
#include "tests/term/vt.h"

#define REST_MS 500			/* without a switch of threads: it has come to rest */
#define RESTS 40			/* that are waited for */
#define LOOK_MS 1500			/* how long nothing may happen then */
#define WORDS_MAX 4

/* How it is started, what is pressed, and what is seen then. */
static const struct {
	const char *words[WORDS_MAX], *key, *seen;
} screens[] = {
	{ { NULL }, NULL, "as of" },
	{ { "-pc" }, NULL, "as of" },
	{ { "-v", "process_tree" }, NULL, "as of" },
	{ { "-v", "overview" }, NULL, "13.00 s" },
	{ { "-v", "dig" }, NULL, "1 of 2,904" },
	{ { "-v", "echo" }, NULL, "1 of 524" },
	{ { NULL }, "F12", "0 calls" },
	{ { NULL }, "F2", "Views" },
	{ { NULL }, "F4", "filter" },
};

/* How often threads of PID left a cpu so far. */
static unsigned long
count_switches(pid_t pid)
{
	char folder[64], path[400], line[128];
	unsigned long sum = 0;
	const struct dirent *e;
	DIR *dir;

	snprintf(folder, sizeof(folder), "/proc/%d/task", (int)pid);
	dir = opendir(folder);
	while (dir && (e = readdir(dir))) {
		FILE *f;

		snprintf(path, sizeof(path), "%s/%s/status", folder, e->d_name);
		f = fopen(path, "r");
		while (f && fgets(line, sizeof(line), f)) {
			const char *at = strstr(line, "voluntary_ctxt_switches:");

			sum += at ? strtoul(strchr(at, ':') + 1, NULL, 10) : 0;
		}
		if (f)
			fclose(f);
	}
	if (dir)
		closedir(dir);
	return sum;
}

/* How many switches there are within MS. */
static unsigned long
switches_in(struct vt *v, int ms)
{
	unsigned long before = count_switches(vt_pid(v));

	vt_settle(v, ms);
	return count_switches(vt_pid(v)) - before;
}

int
main(int argc, char **argv)
{
	if (argc < 3)
		return 2;
	for (size_t i = 0; i < ARRAY_LEN(screens); i++) {
		char *words[WORDS_MAX + 4] = { argv[1], xstrdup("-r"), argv[2] };
		unsigned long n = 1;
		struct vt *v;

		for (size_t k = 0; k < WORDS_MAX && screens[i].words[k]; k++)
			words[3 + k] = xstrdup(screens[i].words[k]);
		v = vt_start(&(struct vt_start){ 24, 80, .argv = words });
		see(v, screens[i].key ? "as of" : screens[i].seen, "it is there");
		if (screens[i].key && vt_keys(v, screens[i].key))
			see(v, screens[i].seen, screens[i].key);
		for (int rest = 0; rest < RESTS && n; rest++)
			n = switches_in(v, REST_MS);
		CHECK(!n, "it comes to rest");
		n = switches_in(v, LOOK_MS);
		CHECK(!n, "and stays there: %lu switches in %d ms", n, LOOK_MS);
		vt_free(v);
		free(words[1]);
		for (size_t k = 3; words[k]; k++)
			free(words[k]);
	}
	return check_done();
}
