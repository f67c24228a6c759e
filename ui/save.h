/*
 * save - write what is shown to a file.
 *
 * Asks for a name, and before a file that is there is replaced. Nothing is written through
 * a link, and a file has its name only once it is whole: until then it stands beside under
 * another one. A screen tells how far it is, and Esc stops it.
 */
#ifndef UI_SAVE_H
#define UI_SAVE_H

#include <stdatomic.h>
#include <stdbool.h>

struct app;
struct text;

/* What is to be written. */
struct save_job {
	/* In a thread: write all of it to FD; PATH tells the form. 0 or a negative errno; it
	 * stops once *CANCEL is set. */
	int (*write)(void *ctx, const char *path, int fd, const atomic_bool *cancel);
	/* How far that is, from 0 to 1. NULL: it is not known. */
	double (*progress)(void *ctx);
	/* Append what is to be said of it besides, or, where CODE is not 0, instead of what that
	 * means. NULL: nothing is. */
	void (*tell)(void *ctx, int code, struct text *t);
	void (*free)(void *ctx);	/* NULL: there is nothing to free */
	void *ctx;
};

/* Ask where to, NAME being offered, and write JOB there, which is taken. */
void save_open(struct app *a, const char *name, const struct save_job *job);

/* Write T to FD and empty it. 0 or a negative errno. */
int save_bytes(int fd, struct text *t);

struct save;

/* Give up what was begun. NULL is fine. */
void save_free(struct save *s);

#endif
