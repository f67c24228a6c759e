/*
 * Random keys, clicks, sizes and bytes: the explorer neither crashes nor hangs, and
 * gives the terminal back. What it saves stays in a folder of the test: it may be given any
 * path, so that for root it runs as somebody who may write nowhere else.
 *
 *	test_random PROGRAM CAPTURE [SEED [KEYS]]
 */
#include <dirent.h>
#include <ftw.h>
#include <signal.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/stat.h>
#include <sys/wait.h>
#include <time.h>
#include <unistd.h>

#include "engine/base/mem.h"
#include "engine/base/text.h"
#include "tests/lib/check.h"
#include "tests/lib/rng.h"
#include "tests/lib/tempdir.h"
#include "tests/term/vt.h"

#define KEYS 3000			/* 100,000 take a few minutes */
#define BURST 20
#define PASTE_MS 1200
#define NOBODY 65534
#define PATH_LEN 128

static const char *const keys[] = {
	"Up", "Down", "Left", "Right", "PgUp", "PgDn", "Home", "End", "Enter", "Enter", "Enter",
	"Esc", "Esc", "Backspace", "Tab", "BackTab", "Shift-Left", "Shift-Right", "Ctrl-Left",
	"F1", "F2", "F3", "F4", "F5", "F6", "F7", "F8", "F9", "F11", "F12", "Del", "Ins", "^F",
	"^L", "^U", "^W", "^A", "Alt-x", "a", "c", "d", "e", "f", "h", "l", "n", "N", "o", "p",
	"s", "t", "v", "y", "z", "C", "T", "g", "S", "x", "u", "r",
	"0", "1", "2", "5", "9", "+", "-", "<", ">", "/", "?", "\\",
	"Space", "=", "'", "(", ")", "[", "]", "{", "}", ".", "é", "日",
};

static const char *const texts[] = {
	"proc.name = nginx", "fd.type = ipv4", "\"; touch x", "evt.", "(", "not ", "and ", "con",
	"\033[200~pasted q\033[201~", "\033[<0;5;5M", "\xFF\xFE", "\033[99~", "\033O",
};

static void
act(struct vt *v, struct rng *r, unsigned size[2])
{
	switch (rng_below(r, 14)) {
	case 0:
		vt_click(v, (unsigned)rng_below(r, size[0]), (unsigned)rng_below(r, size[1]));
		break;
	case 1:
		vt_press(v, (unsigned)rng_below(r, size[0]), (unsigned)rng_below(r, size[1]),
			 1 + (int)rng_below(r, 5));
		vt_release(v, (unsigned)rng_below(r, size[0]),
			   (unsigned)rng_below(r, size[1]), 1);
		break;
	case 2: {
		const char *text = texts[rng_below(r, sizeof(texts) / sizeof(texts[0]))];

		vt_send(v, text, strlen(text));
		break;
	}
	case 3:
		if (rng_below(r, 8))
			break;
		size[0] = 1 + (unsigned)rng_bits(r, 6);
		size[1] = 1 + (unsigned)rng_bits(r, 8);
		vt_resize(v, size[0], size[1]);
		break;
	default:
		vt_keys(v, keys[rng_below(r, sizeof(keys) / sizeof(keys[0]))]);
	}
}

/* It shows that it is there: after enough of Esc there is the main screen. */
static bool
answers(struct vt *v)
{
	vt_resize(v, 24, 80);
	/* A paste whose end was lost ends when nothing comes for a second. */
	vt_settle(v, PASTE_MS);
	for (int i = 0; i < 200; i++) {
		unsigned row, col;

		vt_settle(v, 20);
		if (vt_is_over(v))	/* the last click was on "Quit" */
			return vt_ended(v) == 0;
		if (vt_find(v, "F2 Views", &row, &col) ||
		    vt_find(v, "this is the top", &row, &col))
			return true;
		vt_keys(v, "Esc");
		vt_settle(v, 60);
	}
	return false;
}

/* A place ----------------------------------------------------------------- */

/* Where the program runs: a folder in a folder, for what it writes to "../x", in one that has
 * what it needs. */
struct place {
	char top[PATH_LEN], around[PATH_LEN], inner[PATH_LEN];
	char program[PATH_LEN], capture[PATH_LEN];
	uid_t uid;			/* 0: it has no more rights than are wanted */
	time_t since;
};

static void
copy_file(const char *from, const char *to, mode_t mode)
{
	size_t len;
	uint8_t *bytes = tempdir_read(from, &len);
	FILE *f = fopen(to, "wb");

	if (!bytes || !f || fwrite(bytes, 1, len, f) != len || fclose(f) || chmod(to, mode) < 0)
		die("%s cannot be copied to %s", from, to);
	free(bytes);
}

static void
make_folder(const char *path, uid_t uid)
{
	if (mkdir(path, 0700) < 0 || (uid && chown(path, uid, uid) < 0))
		die("%s cannot be made", path);
}

static void
place_init(struct place *p, const char *program, const char *capture)
{
	*p = (struct place){ .uid = geteuid() ? 0 : NOBODY, .since = time(NULL) };
	snprintf(p->top, sizeof(p->top), "/tmp/sysreel-random-XXXXXX");
	if (!mkdtemp(p->top) || chmod(p->top, 0755) < 0)
		die("cannot make a folder");
	snprintf(p->around, sizeof(p->around), "%.60s/around", p->top);
	snprintf(p->inner, sizeof(p->inner), "%.60s/around/inner", p->top);
	snprintf(p->program, sizeof(p->program), "%.60s/program", p->top);
	snprintf(p->capture, sizeof(p->capture), "%.60s/capture", p->top);
	/* The originals may be where nobody else can look. */
	copy_file(program, p->program, 0755);
	copy_file(capture, p->capture, 0644);
	make_folder(p->around, p->uid);
	make_folder(p->inner, p->uid);
}

static int
remove_one(const char *path, const struct stat *st, int kind, struct FTW *at)
{
	(void)st;
	(void)kind;
	(void)at;
	return remove(path);
}

/* How many files in FOLDER belong to UID, and changed after SINCE. */
static size_t
count_new(const char *folder, uid_t uid, time_t since)
{
	DIR *dir = opendir(folder);
	const struct dirent *e;
	size_t n = 0;

	while (dir && (e = readdir(dir))) {
		char path[PATH_LEN + 300];
		struct stat st;

		snprintf(path, sizeof(path), "%s/%s", folder, e->d_name);
		if (lstat(path, &st) < 0 || st.st_uid != uid || st.st_ctime < since)
			continue;
		printf("# %s\n", path);
		n++;
	}
	if (dir)
		closedir(dir);
	return n;
}

/* Nothing was written anywhere else; then the place goes. */
static void
place_fini(const struct place *p)
{
	static const char *const open_to_all[] = { "/tmp", "/var/tmp", "/dev/shm" };
	size_t n = 0;

	for (size_t i = 0; p->uid && i < ARRAY_LEN(open_to_all); i++)
		n += count_new(open_to_all[i], p->uid, p->since);
	if (p->uid)
		CHECK(!n, "nothing was saved where anybody may");
	else
		check_skip("files elsewhere: they could be of the same user");
	nftw(p->top, remove_one, 16, FTW_DEPTH | FTW_PHYS);
}

static struct vt *
start(char **words, const struct place *p)
{
	struct vt *v = vt_start(&(struct vt_start){ 24, 80, .argv = words, .dir = p->inner,
						    .uid = p->uid });

	CHECK(vt_wait(v, "F2 Views"), "it is there");
	return v;
}

int
main(int argc, char **argv)
{
	struct rng r = rng_from_args(argc - 2, argv + 2);
	char read[] = "-r";
	long n = argc > 4 ? strtol(argv[4], NULL, 10) : KEYS;
	unsigned size[2] = { 24, 80 };
	struct place place;
	struct vt *v;
	int status;

	if (argc < 3)
		return 2;
	place_init(&place, argv[1], argv[2]);
	char *words[] = { place.program, read, place.capture, NULL };
	v = start(words, &place);
	for (long i = 0; i < n; i++) {
		/* "Quit" in the key bar can be clicked. */
		if (vt_is_over(v)) {
			status = vt_ended(v);
			if (status || !vt_is_given_back(v))
				CHECK(false, "key %ld ends it: status %#x", i, (unsigned)status);
			vt_free(v);
			v = start(words, &place);
			size[0] = 24;
			size[1] = 80;
		}
		act(v, &r, size);
		if (i % BURST == 0)
			vt_settle(v, 1);
	}
	if (!CHECK(answers(v), "after %ld random keys it answers", n)) {
		struct text t = { 0 };

		vt_screen(v, &t);
		text_char(&t, '\0');
		for (char *line = strtok(t.p, "\n"); line; line = strtok(NULL, "\n"))
			printf("# |%s\n", line);
	}
	if (!vt_is_over(v))
		kill(vt_pid(v), SIGTERM);
	status = vt_ended(v);
	CHECK(status == 0 || (WIFSIGNALED(status) && WTERMSIG(status) == SIGTERM),
	      "it can be ended: status %#x", (unsigned)status);
	CHECK(vt_is_given_back(v), "the terminal is as it was");
	vt_free(v);
	place_fini(&place);
	return check_done();
}
