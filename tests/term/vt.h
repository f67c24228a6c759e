/*
 * vt - a program in a terminal of its own, as a person would see and use it.
 *
 * The terminal is libvterm behind a pseudo terminal: what the program writes
 * becomes cells, keys and the mouse become what a real terminal sends. Whoever
 * waits says what for; nothing sleeps.
 */
#ifndef TESTS_TERM_VT_H
#define TESTS_TERM_VT_H

#include <stdbool.h>
#include <stddef.h>
#include <sys/types.h>

struct text;
struct vt;

#define VT_WAIT_MS 20000		/* what takes longer has failed */

struct vt_start {
	unsigned n_rows, n_cols;
	char *const *argv;		/* the program and its words */
	const char *const *env;		/* pairs of name and value (NULL: unset), then NULL */
	int in_fd;			/* its standard input; 0: the terminal */
	const char *dir;		/* where it works and keeps its state; NULL: here */
	uid_t uid;			/* as whom it runs; 0: as who starts it */
};

/* Owned by the caller. NULL: it could not be started. */
struct vt *vt_start(const struct vt_start *s);

/* End the program, should it still run, and free V. */
void vt_free(struct vt *v);

/* Press keys, as key_parse() names them; false: one is none. */
bool vt_keys(struct vt *v, const char *names);

/* Send bytes as they are. */
void vt_send(struct vt *v, const char *bytes, size_t len);

/* Use the mouse: button 1 to 3, 4 and 5 are the wheel. */
void vt_press(struct vt *v, unsigned row, unsigned col, int button);
void vt_release(struct vt *v, unsigned row, unsigned col, int button);
void vt_click(struct vt *v, unsigned row, unsigned col);

void vt_resize(struct vt *v, unsigned n_rows, unsigned n_cols);

/* Wait until TEXT is on the screen, or no more. False: that did not happen. */
bool vt_wait(struct vt *v, const char *text);
bool vt_wait_gone(struct vt *v, const char *text);

/* Wait until the program has written nothing for MS. */
void vt_settle(struct vt *v, int ms);

/* Take what it writes within MS. False: it wrote nothing. */
bool vt_take(struct vt *v, int ms);

/* Wait until it ended. Its status as of waitpid(); -1: it runs on. */
int vt_ended(struct vt *v);

/* Has it ended by now? */
bool vt_is_over(struct vt *v);

/* Wait until it is stopped; let it go on, and wait until it does. */
bool vt_stopped(struct vt *v);
bool vt_go_on(struct vt *v);

/* Close the terminal, as a window that is closed: nothing can be read or written any
 * more. Did the program end of that? */
bool vt_vanish(struct vt *v);

pid_t vt_pid(const struct vt *v);

/* How many bytes it has written so far. */
size_t vt_n_bytes(const struct vt *v);

/* Append the screen: a line a row, without blanks at the ends. */
void vt_screen(struct vt *v, struct text *t);

/* Append how a cell looks: "fg=3 bg=- bold underline reverse". */
void vt_look(struct vt *v, unsigned row, unsigned col, struct text *t);

/* Where TEXT begins. */
bool vt_find(struct vt *v, const char *text, unsigned *row, unsigned *col);

/* Is the terminal as it was before the program: lines, echo, no mouse, a cursor,
 * the screen that was there? */
bool vt_is_given_back(struct vt *v);

#endif
