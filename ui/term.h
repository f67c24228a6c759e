/*
 * term - the terminal: the one place that knows curses.
 *
 * Opened, it is in its full-screen mode; on any exit, a crash or a signal
 * included, it is given back as it was. Screens are drawn on a canvas, and
 * term_draw() sends what differs from before. term_wait() is the heart of the
 * interface's loop: it sleeps until a key, a signal, a change of the size, a
 * deadline or another thread ends it, and takes no CPU until then.
 *
 * There is one terminal, so there is one struct term at a time.
 */
#ifndef UI_TERM_H
#define UI_TERM_H

#include <stdbool.h>
#include <stdint.h>

#include "ui/style.h"

struct canvas;
struct err;
struct key;
struct term;

struct term_options {
	bool is_ascii;			/* even where the locale is UTF-8 */
	const char *theme;		/* NULL: by NO_COLOR, COLORFGBG, else dark */
};

enum term_event {
	TERM_KEY,			/* *K was pressed, or is the mouse */
	TERM_RESIZED,			/* the size may have changed; draw anew */
	TERM_WOKEN,			/* the descriptor can be read */
	TERM_TIME,			/* the deadline has come */
	TERM_QUIT,			/* a signal ends the program, or the terminal is gone */
};

/* Owned by the caller. NULL: there is no terminal, or it cannot do it. Whoever
 * reads a capture from standard input still has the keys of the terminal. */
struct term *term_open(const struct term_options *o, struct err *err);

/* Give the terminal back and free T. NULL is fine. */
void term_close(struct term *t);

/* Die of the signal that gave TERM_QUIT, should one have; after term_close(). */
void term_die_of_signal(void);

/* Give C the terminal's size and character set. It is blank then. */
void term_fit(const struct term *t, struct canvas *c);

/* Show C. */
void term_draw(struct term *t, const struct canvas *c);

/* Assume nothing of what is on the screen: the next term_draw() sends all. */
void term_forget(struct term *t);

/* Wait. WAKE_FD is -1 or a descriptor; DEADLINE_NS is of CLOCK_MONOTONIC, and
 * UINT64_MAX never comes. */
enum term_event term_wait(struct term *t, int wake_fd, uint64_t deadline_ns, struct key *k);

/* CLOCK_MONOTONIC, in nanoseconds. */
uint64_t term_now_ns(void);

/* Give the terminal back for a while, so that a command may use it; take it again. */
void term_leave(struct term *t);
void term_return(struct term *t);

/* Between the two: its descriptor; write WORDS and wait for a key, any will do. */
int term_fd(const struct term *t);
void term_await_key(struct term *t, const char *words);

/* Until FD can be read, which is true, or the program is told to end. */
bool term_wait_for(struct term *t, int fd);

/* Has something told the program to end, as term_wait() would say next? */
bool term_is_ending(const struct term *t);

/* Stop, as Ctrl-Z does elsewhere, until the shell lets us go on. */
void term_suspend(struct term *t);

/* The theme that is in use, for what is said about it. */
enum style_theme term_theme(const struct term *t);

#endif
