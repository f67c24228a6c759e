/*
 * A program that does what ui/term.c has to be good at, for test_term.c: it
 * shows the last key, its size and a text that its words name, and ends in all
 * the ways in which a program can.
 */
#include <pthread.h>
#include <signal.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/eventfd.h>
#include <unistd.h>

#include "engine/base/err.h"
#include "engine/base/mem.h"
#include "engine/base/text.h"
#include "ui/canvas.h"
#include "ui/key.h"
#include "ui/term.h"

struct state {
	struct text last;
	const char *shown;
	unsigned n_draws, n_woken, n_times;
	uint64_t deadline_ns;
	bool is_busy;			/* the deadline has always passed */
	int wake_fd;
};

static void
draw(struct term *t, struct state *s)
{
	struct canvas c = { 0 };
	char line[64];
	struct area a;

	term_fit(t, &c);
	a = canvas_area(&c);
	snprintf(line, sizeof(line), "size %ux%u", a.n_cols, a.n_rows);
	area_text(a, 0, 0, STYLE_TITLE, line);
	area_text(a, 0, a.n_cols > 1 ? a.n_cols - 1 : 0, STYLE_ERROR, "X");
	area_bytes(a, 1, area_text(a, 1, 0, STYLE_TEXT, "key "), STYLE_SELECTED,
		   (struct span){ (const uint8_t *)s->last.p, s->last.len });
	area_text(a, 2, 0, STYLE_WARNING, s->shown);
	snprintf(line, sizeof(line), "woken %u times %u", s->n_woken, s->n_times);
	area_text(a, 3, 0, STYLE_DIM, line);
	area_fill(area_line(a, a.n_rows - 1, 0, a.n_cols), 0x2588, STYLE_BAR);
	term_draw(t, &c);
	canvas_fini(&c);
}

static void *
fail_elsewhere(void *unused)
{
	(void)unused;
	die("no memory for this test");
}

static void *
wake(void *p)
{
	const struct state *s = p;
	uint64_t one = 1;

	if (write(s->wake_fd, &one, sizeof(one)) < 0)
		abort();
	return NULL;
}

static void
start_thread(void *(*f)(void *), struct state *s)
{
	pthread_t thread;

	if (!pthread_create(&thread, NULL, f, s))
		pthread_detach(thread);
}

/* False: it is the end. */
static bool
obey(struct term *t, struct state *s, const struct key *k)
{
	static const char *const mice[] = { "press", "release", "drag", "double", "up", "down" };

	s->last.len = 0;
	if (k->code == K_MOUSE)
		text_fmt(&s->last, "%s %u,%u", mice[k->mouse], k->row, k->col);
	else if (k->code == K_PASTE)
		text_fmt(&s->last, "pasted %c", (int)k->pasted);
	else
		key_label(k, &s->last);
	if (k->modifiers & K_CTRL && k->code == 'Z')
		term_suspend(t);
	switch (k->modifiers ? 0 : k->code) {
	case 'q':
		return false;
	case 'a':
		abort();
	case 's':
		raise(SIGSEGV);
		break;
	case 'd':
		start_thread(fail_elsewhere, s);
		for (;;)
			pause();
	case 'w':
		start_thread(wake, s);
		break;
	case 't':
		s->deadline_ns = term_now_ns() + 1000000;
		break;
	case 'b':
		s->is_busy = !s->is_busy;
		s->deadline_ns = s->is_busy ? 0 : UINT64_MAX;
		break;
	case 'l':
		term_leave(t);
		puts("outside");
		fflush(stdout);
		term_return(t);
		break;
	}
	return true;
}

static void
live(struct term *t, struct state *s)
{
	for (;;) {
		uint64_t ticks;
		struct key k;

		draw(t, s);
		switch (term_wait(t, s->wake_fd, s->deadline_ns, &k)) {
		case TERM_KEY:
			if (!obey(t, s, &k))
				return;
			break;
		case TERM_WOKEN:
			s->n_woken += read(s->wake_fd, &ticks, sizeof(ticks)) > 0;
			break;
		case TERM_TIME:
			s->n_times++;
			s->deadline_ns = s->is_busy ? 0 : UINT64_MAX;
			break;
		case TERM_RESIZED:
			break;
		case TERM_QUIT:
			return;
		}
	}
}

int
main(int argc, char **argv)
{
	struct term_options o = { .is_ascii = argc > 1 && !strcmp(argv[1], "--ascii") };
	struct state s = { .deadline_ns = UINT64_MAX, .shown = argc > 1 ? argv[argc - 1] : "" };
	struct err err = { 0 };
	struct term *t = term_open(&o, &err);

	if (!t) {
		fprintf(stderr, "%s\n", err.text);
		return 1;
	}
	s.wake_fd = eventfd(0, EFD_CLOEXEC);
	live(t, &s);
	term_close(t);
	close(s.wake_fd);
	text_fini(&s.last);
	term_die_of_signal();
	return 0;
}
