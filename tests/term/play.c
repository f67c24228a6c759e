/*
 * play - do with the explorer what a file says, and compare what is seen.
 *
 *	play PROGRAM CAPTURE [--bless] NAME.keys...
 *
 * A line is an order:
 *
 *	run 80x24 WORDS...	start it; {} stands for the capture
 *	env NAME VALUE		before that: set a variable
 *	key NAMES		press keys
 *	type TEXT		type it
 *	click TEXT		click on the first place where it stands; double, right: so
 *	drag ROW,COL ROW,COL	with the first button
 *	wait TEXT		until it is seen; gone TEXT: until it is not
 *	size 40x10		the terminal has another size
 *	shot WORDS		what is seen now must stand in NAME.screen under WORDS
 *	file NAME		what is in that file, the same
 *	link NAME TARGET	make a symbolic link of that name; {} as above
 *	end STATUS		it has ended so, and the terminal is as it was
 *
 * It works in a folder of its own, which is empty at first and lasts for all runs of
 * a file. --bless writes NAME.screen anew, for a person to look at.
 */
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/wait.h>

#include "engine/base/mem.h"
#include "engine/base/text.h"
#include "tests/lib/check.h"
#include "tests/lib/tempdir.h"
#include "tests/term/vt.h"

#define WORDS_MAX 32
#define ENV_MAX 16
#define SETTLE_MS 120
#define TRIES 200			/* looks at a screen before it is taken for wrong */

struct play {
	char *program, *capture;	/* owned */
	const char *name;
	struct tempdir dir;
	char *dir_path;			/* absolute; owned */
	struct vt *vt;
	char *env[ENV_MAX + 1];
	size_t n_env;
	struct text seen;		/* as the file of screens has it */
	char *want;			/* that file; NULL: it is written */
	int line;
	bool is_bad;
};

static void
fail(struct play *p, const char *what)
{
	CHECK(false, "%s:%d: %s", p->name, p->line, what);
	if (p->vt) {
		struct text t = { 0 };

		vt_screen(p->vt, &t);
		text_char(&t, '\0');
		for (char *line = strtok(t.p, "\n"); line; line = strtok(NULL, "\n"))
			printf("# |%s\n", line);
		text_fini(&t);
	}
	p->is_bad = true;
}

/* "80x24" */
static bool
parse_size(const char *words, unsigned *n_rows, unsigned *n_cols)
{
	return sscanf(words, "%ux%u", n_cols, n_rows) == 2 && *n_rows && *n_cols;
}

static void
run(struct play *p, char *words)
{
	char *argv[WORDS_MAX + 2] = { xstrdup(p->program) };
	struct vt_start start = { .argv = argv, .env = (const char *const *)p->env,
				  .dir = p->dir_path };
	size_t n = 1;

	vt_free(p->vt);
	p->vt = NULL;
	if (!parse_size(words, &start.n_rows, &start.n_cols)) {
		fail(p, "no size");
		return;
	}
	strtok(words, " ");
	for (char *word = strtok(NULL, " "); word && n <= WORDS_MAX; word = strtok(NULL, " ")) {
		struct text t = { 0 };
		char *at = strstr(word, "{}");

		text_bytes(&t, word, at ? (size_t)(at - word) : strlen(word));
		if (at) {
			text_str(&t, p->capture);
			text_str(&t, at + 2);
		}
		text_char(&t, '\0');
		argv[n++] = t.p;
	}
	p->vt = vt_start(&start);
	while (n)
		free(argv[--n]);
}

static void
set_env(struct play *p, char *words)
{
	char *space = strchr(words, ' ');

	if (p->n_env + 2 > ENV_MAX) {
		fail(p, "too many variables");
		return;
	}
	if (space)
		*space = '\0';
	p->env[p->n_env++] = xstrdup(words);
	p->env[p->n_env++] = space ? xstrdup(space + 1) : NULL;
}

static void
click(struct play *p, const char *what, int button, unsigned times)
{
	unsigned row, col;

	if (!vt_wait(p->vt, what) || !vt_find(p->vt, what, &row, &col)) {
		fail(p, "nothing to click on");
		return;
	}
	while (times--) {
		vt_press(p->vt, row, col, button);
		vt_release(p->vt, row, col, button);
	}
}

static void
drag(struct play *p, const char *words)
{
	unsigned r1, c1, r2, c2;

	if (sscanf(words, "%u,%u %u,%u", &r1, &c1, &r2, &c2) != 4) {
		fail(p, "two places are needed");
		return;
	}
	vt_press(p->vt, r1, c1, 1);
	vt_release(p->vt, r2, c2, 1);
}

/* Is what was seen so far the start of what is wanted? */
static bool
is_as_wanted(const struct play *p)
{
	return p->want && strlen(p->want) >= p->seen.len &&
	       !memcmp(p->want, p->seen.p, p->seen.len);
}

/* What is wanted may take a while to come; what is blessed has to be at rest. */
static void
shoot(struct play *p, const char *title)
{
	size_t before;

	text_fmt(&p->seen, "== %s\n", title);
	before = p->seen.len;
	for (int i = 0; i < TRIES; i++) {
		p->seen.len = before;
		vt_settle(p->vt, p->want ? SETTLE_MS / 4 : 4 * SETTLE_MS);
		vt_screen(p->vt, &p->seen);
		if (!p->want || is_as_wanted(p))
			return;
	}
}

static void
show_file(struct play *p, const char *name)
{
	char path[256];
	size_t len;
	uint8_t *bytes = tempdir_read(tempdir_path(&p->dir, name, path), &len);

	if (!bytes) {
		fail(p, "there is no such file");
		return;
	}
	text_fmt(&p->seen, "== file %s\n", name);
	text_bytes(&p->seen, bytes, len);
	free(bytes);
}

static void
make_link(struct play *p, char *words)
{
	char *target = strchr(words, ' '), path[256];

	if (!target) {
		fail(p, "no target");
		return;
	}
	*target++ = '\0';
	if (!strcmp(target, "{}"))
		target = p->capture;
	if (symlink(target, tempdir_path(&p->dir, words, path)) < 0)
		fail(p, "it cannot be made");
}

static void
end(struct play *p, const char *words)
{
	int status = vt_ended(p->vt);

	if (!WIFEXITED(status) || WEXITSTATUS(status) != atoi(words))
		fail(p, "it did not end so");
	else if (!vt_is_given_back(p->vt))
		fail(p, "the terminal was not given back");
}

static void
obey(struct play *p, char *order)
{
	char *words = order + strcspn(order, " ");
	unsigned n_rows, n_cols;

	if (*words)
		*words++ = '\0';
	if (!strcmp(order, "run")) {
		run(p, words);
	} else if (!strcmp(order, "env")) {
		set_env(p, words);
	} else if (!strcmp(order, "link")) {
		make_link(p, words);
	} else if (!p->vt) {
		fail(p, "nothing runs");
	} else if (!strcmp(order, "key")) {
		if (!vt_keys(p->vt, words))
			fail(p, "no such key");
	} else if (!strcmp(order, "type")) {
		vt_send(p->vt, words, strlen(words));
	} else if (!strcmp(order, "click") || !strcmp(order, "double")) {
		click(p, words, 1, order[0] == 'd' ? 2 : 1);
	} else if (!strcmp(order, "right")) {
		click(p, words, 3, 1);
	} else if (!strcmp(order, "drag")) {
		drag(p, words);
	} else if (!strcmp(order, "wait")) {
		if (!vt_wait(p->vt, words))
			fail(p, "it does not come");
	} else if (!strcmp(order, "gone")) {
		if (!vt_wait_gone(p->vt, words))
			fail(p, "it does not go");
	} else if (!strcmp(order, "size") && parse_size(words, &n_rows, &n_cols)) {
		vt_resize(p->vt, n_rows, n_cols);
	} else if (!strcmp(order, "shot")) {
		shoot(p, words);
	} else if (!strcmp(order, "file")) {
		show_file(p, words);
	} else if (!strcmp(order, "end")) {
		end(p, words);
	} else {
		fail(p, "no such order");
	}
}

static char *
read_file(const char *path)
{
	FILE *f = fopen(path, "r");
	struct text t = { 0 };
	char bytes[4096];
	size_t n;

	if (!f)
		return NULL;
	while ((n = fread(bytes, 1, sizeof(bytes), f)))
		text_bytes(&t, bytes, n);
	fclose(f);
	text_char(&t, '\0');
	return t.p;
}

/* Compare what was seen with what the file has, screen by screen. */
static void
compare(struct play *p, const char *path)
{
	char *want = p->want, *got, *w, *g;
	int line = 1, told = 0;

	text_char(&p->seen, '\0');
	p->seen.len--;
	if (!want) {
		CHECK(false, "%s is there", path);
		return;
	}
	if (CHECK(!strcmp(want, p->seen.p), "%s: what is seen is what was seen", p->name))
		return;
	for (w = want, g = got = p->seen.p; (*w || *g) && told < 30; line++) {
		size_t wl = strcspn(w, "\n"), gl = strcspn(g, "\n");

		if (wl != gl || memcmp(w, g, wl)) {
			printf("# line %d want |%.*s\n", line, (int)wl, w);
			printf("# line %d got  |%.*s\n", line, (int)gl, g);
			told++;
		}
		w += wl + (w[wl] != '\0');
		g += gl + (g[gl] != '\0');
	}
}

/* The folder, with what the explorer kept in it. */
static void
end_folder(struct play *p)
{
	struct tempdir state;

	snprintf(state.path, sizeof(state.path), "%.40s/sysreel", p->dir.path);
	tempdir_fini(&state);
	tempdir_fini(&p->dir);
	free(p->dir_path);
}

static void
play(const char *program, const char *capture, const char *path, bool is_blessed)
{
	char *orders = read_file(path), *screens = xstrdup(path);
	const char *slash = strrchr(path, '/');
	struct play p = { .program = realpath(program, NULL), .capture = realpath(capture, NULL),
			  .name = slash ? slash + 1 : path };

	if (!p.program || !p.capture)
		die("the program or the capture is not there");
	tempdir_init(&p.dir);
	p.dir_path = realpath(p.dir.path, NULL);
	screens = xrealloc(screens, strlen(path) + sizeof("screen"));
	strcpy(screens + strlen(path) - strlen("keys"), "screen");
	p.want = is_blessed ? NULL : read_file(screens);
	for (char *at = orders, *next; at && *at && !p.is_bad; at = next) {
		next = at + strcspn(at, "\n");
		if (*next)
			*next++ = '\0';
		p.line++;
		if (*at && *at != '#')
			obey(&p, at);
	}
	if (is_blessed && !p.is_bad) {
		FILE *f = fopen(screens, "w");

		if (f) {
			fwrite(p.seen.p, 1, p.seen.len, f);
			fclose(f);
		}
	} else if (!p.is_bad) {
		compare(&p, screens);
	}
	vt_free(p.vt);
	while (p.n_env)
		free(p.env[--p.n_env]);
	text_fini(&p.seen);
	end_folder(&p);
	free(p.program);
	free(p.capture);
	free(p.want);
	free(orders);
	free(screens);
}

int
main(int argc, char **argv)
{
	bool is_blessed = argc > 3 && !strcmp(argv[3], "--bless");

	for (int i = 3 + is_blessed; i < argc; i++)
		play(argv[1], argv[2], argv[i], is_blessed);
	return check_done();
}
