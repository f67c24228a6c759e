#include "tests/bench/timed.h"

#include <dirent.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <time.h>
#include <unistd.h>

#include "engine/base/mem.h"
#include "tests/term/vt.h"

#define LOOK_MS 4
#define LIMIT_S 120.0
#define PATH_LEN 80
#define WORDS_MAX 16

double
timed_now(void)
{
	struct timespec t;

	clock_gettime(CLOCK_MONOTONIC, &t);
	return (double)t.tv_sec + (double)t.tv_nsec / 1e9;
}

/* The words of a "stat" file behind the name, which may hold anything. False: it has
 * ended. */
static bool
read_stat(const char *path, char *bytes, size_t size, const char **words)
{
	FILE *f = fopen(path, "r");
	size_t n = f ? fread(bytes, 1, size - 1, f) : 0;
	const char *close;

	if (f)
		fclose(f);
	bytes[n] = '\0';
	close = strrchr(bytes, ')');
	*words = close ? close + 2 : bytes;
	return close != NULL;
}

/* Do all of its threads sleep? One that waits for a cpu does not. */
static bool
is_asleep(const struct timed *t)
{
	char path[PATH_LEN + 300], folder[PATH_LEN], bytes[1024];
	bool is = true;
	const char *words;
	struct dirent *e;
	DIR *d;

	snprintf(folder, sizeof(folder), "/proc/%d/task", (int)vt_pid(t->vt));
	d = opendir(folder);
	while (d && is && (e = readdir(d))) {
		snprintf(path, sizeof(path), "%s/%s/stat", folder, e->d_name);
		is = e->d_name[0] == '.' ||
		     !read_stat(path, bytes, sizeof(bytes), &words) || words[0] == 'S';
	}
	if (d)
		closedir(d);
	return is;
}

static bool
is_busy(const struct timed *t)
{
	for (size_t i = 0; i < ARRAY_LEN(t->program->busy) && t->program->busy[i]; i++)
		if (strstr(t->screen.p, t->program->busy[i]))
			return true;
	return t->program->sleeps && !is_asleep(t);
}

/* Look at the screen. Has it changed? */
static bool
look(struct timed *t)
{
	struct text was = t->screen;
	bool has_changed;

	t->screen = (struct text){ 0 };
	vt_screen(t->vt, &t->screen);
	text_char(&t->screen, '\0');
	has_changed = !was.p || strcmp(was.p, t->screen.p) != 0;
	text_fini(&was);
	return has_changed;
}

void
timed_fail(struct timed *t, const char *what)
{
	struct text screen = t->screen;
	const char *name = t->program->name;

	/* It must not go on. */
	vt_free(t->vt);
	die("%s: %s:\n%s", name, what, screen.p);
}

/* Wait until the screen is complete, which something asked for at START. */
static struct timed_span
settle(struct timed *t, double start, bool (*first)(const char *screen))
{
	struct timed_span span = { -1, -1 };
	double quiet_since = start, now;

	do {
		bool has_written = vt_take(t->vt, LOOK_MS);

		now = timed_now();
		if (has_written && look(t)) {
			span.done = now - start;
			if (span.first < 0 && (!first || first(t->screen.p)))
				span.first = span.done;
		}
		if (vt_is_over(t->vt))
			timed_fail(t, "it has ended");
		if (has_written || is_busy(t))
			quiet_since = now;
		if (now - start > LIMIT_S)
			timed_fail(t, "it does not come to rest");
	} while (now - quiet_since < t->program->quiet_ms / 1e3);
	return span;
}

void
timed_open(struct timed *t, const struct timed_program *program, const char *const *words)
{
	char *argv[WORDS_MAX + 2] = { xstrdup(program->path) };

	for (size_t n = 0; words[n] && n < WORDS_MAX; n++)
		argv[n + 1] = xstrdup(words[n]);
	*t = (struct timed){ .program = program };
	t->vt = vt_start(&(struct vt_start){ .n_rows = TIMED_ROWS, .n_cols = TIMED_COLS,
					      .argv = argv });
	for (char **word = argv; *word; word++)
		free(*word);
	if (!t->vt)
		die("%s cannot be started", program->path);
	look(t);
}

struct timed_span
timed_start(struct timed *t, const struct timed_program *program, const char *const *words,
	    bool (*first)(const char *screen))
{
	double start = timed_now();

	timed_open(t, program, words);
	return settle(t, start, first);
}

static void
press(struct timed *t, const char *keys)
{
	if (!vt_keys(t->vt, keys))
		timed_fail(t, "no such key");
}

struct timed_span
timed_press(struct timed *t, const struct timed_step *step)
{
	double start;

	if (step->prepare) {
		press(t, step->prepare);
		settle(t, timed_now(), NULL);
	}
	if (step->text) {
		vt_send(t->vt, step->text, strlen(step->text));
		settle(t, timed_now(), NULL);
	}
	start = timed_now();
	press(t, step->key);
	return settle(t, start, step->first);
}

double
timed_until(struct timed *t, const struct timed_step *step)
{
	double start, now;

	if (step->prepare)
		press(t, step->prepare);
	start = now = timed_now();
	for (press(t, step->key); now - start < LIMIT_S / 10; now = timed_now()) {
		if (vt_take(t->vt, LOOK_MS) && look(t) && step->first(t->screen.p))
			return timed_now() - start;
		if (vt_is_over(t->vt))
			break;
	}
	return -1;
}

void
timed_wait(struct timed *t, double seconds)
{
	double end = timed_now() + seconds;

	while (timed_now() < end)
		vt_take(t->vt, LOOK_MS);
	look(t);
}

long
timed_cpu(struct timed *t)
{
	char path[PATH_LEN], bytes[1024];
	long user = 0, system = 0;
	const char *words;

	snprintf(path, sizeof(path), "/proc/%d/stat", (int)vt_pid(t->vt));
	if (!read_stat(path, bytes, sizeof(bytes), &words) ||
	    sscanf(words, "%*c %*d %*d %*d %*d %*d %*u %*u %*u %*u %*u %ld %ld", &user,
		   &system) != 2)
		timed_fail(t, "it has ended");
	return user + system;
}

void
timed_end(struct timed *t)
{
	vt_free(t->vt);
	text_fini(&t->screen);
}
