/*
 * Random keys, clicks, sizes and bytes: the explorer neither crashes nor hangs, and
 * gives the terminal back.
 *
 *	test_random PROGRAM CAPTURE [SEED [KEYS]]
 */
#include <signal.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/wait.h>
#include <unistd.h>

#include "engine/base/text.h"
#include "tests/lib/check.h"
#include "tests/lib/rng.h"
#include "tests/lib/tempdir.h"
#include "tests/term/vt.h"

#define KEYS 3000			/* 100,000 take a few minutes */
#define BURST 20
#define PASTE_MS 1200

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

static struct vt *
start(char **words, const char *dir)
{
	struct vt *v = vt_start(&(struct vt_start){ 24, 80, .argv = words, .dir = dir });

	CHECK(vt_wait(v, "F2 Views"), "it is there");
	return v;
}

int
main(int argc, char **argv)
{
	struct rng r = rng_from_args(argc - 2, argv + 2);
	char read[] = "-r", *words[] = { NULL, read, NULL, NULL }, *dir;
	struct tempdir here, state;
	long n = argc > 4 ? strtol(argv[4], NULL, 10) : KEYS;
	unsigned size[2] = { 24, 80 };
	struct vt *v;
	int status;

	if (argc < 3)
		return 2;
	/* What it keeps or saves stays in a folder that goes with the test. */
	tempdir_init(&here);
	snprintf(state.path, sizeof(state.path), "%.40s/sysreel", here.path);
	dir = realpath(here.path, NULL);
	words[0] = realpath(argv[1], NULL);
	words[2] = realpath(argv[2], NULL);
	v = start(words, dir);
	for (long i = 0; i < n; i++) {
		/* "Quit" in the key bar can be clicked. */
		if (vt_is_over(v)) {
			status = vt_ended(v);
			if (status || !vt_is_given_back(v))
				CHECK(false, "key %ld ends it: status %#x", i, (unsigned)status);
			vt_free(v);
			v = start(words, dir);
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
	tempdir_fini(&state);
	tempdir_fini(&here);
	free(words[0]);
	free(words[2]);
	free(dir);
	return check_done();
}
