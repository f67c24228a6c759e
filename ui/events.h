/*
 * events - those that a question asks for, one by one, and files of them.
 *
 * Of each event only its number is kept, which a thread finds, and it is read when it is
 * seen; so a million lines are there as fast as a page. Screens embed it.
 */
#ifndef UI_EVENTS_H
#define UI_EVENTS_H

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

#include "engine/base/arena.h"
#include "ui/app.h"
#include "ui/find.h"
#include "ui/path.h"
#include "ui/search.h"

struct cursor;
struct err;
struct text;

#define EVENTS_FILTERS_MAX 128

struct events_question {
	const char *filters[EVENTS_FILTERS_MAX];	/* all must hold */
	size_t n_filters;
	uint64_t from_ns, to_ns;	/* 0, 0: of all times */
	const char *title;		/* what is looked into; NULL: the last level of .way, */
	const char *row;		/* or a row of it; NULL: not */
	struct path_way way;
	/* Of a spectrogram: the operand that tells how long; NULL: that of calls. */
	const char *span;
	uint64_t first;			/* the event that is selected at first; 0: the first one */
	const char *view;		/* its id, borrowed for good; NULL: the usual one's */
};

/* What is looked through. */
struct events_look {
	struct snapshot *snap;
	struct cursor *cursor;		/* the screen's */
	struct find *find;		/* numbers; NULL: none are looked for */
	uint64_t began_ns, took_ns;	/* 0: it is not done */
	bool is_complete;		/* all had been read when the snapshot was taken */
};

/* Embedded; ended by events_close(). */
struct events {
	struct app *app;
	struct events_question q;
	struct arena arena;		/* its texts */
	char *filter;			/* that was typed besides; NULL: none */
	const char *more;		/* borrowed: what else must hold; NULL: nothing */
	struct events_look now;		/* what is seen, */
	struct events_look next;	/* and what takes its place once it has as many */
	bool is_held;			/* a file is being written of .now */
};

/* The first member of screens that show events. */
struct events_screen {
	struct screen screen;
	struct events events;
	struct search search;		/* among them */
	struct path path;
};

/* What Q has, for as long as A is there; its filters alone stay where they are. */
void events_keep_words(struct events_question *q, struct arena *a);

/* Draw the way to what Q asks for, from its levels on; was it pressed? Then the screen that
 * asks has ended. */
unsigned events_draw_path(const struct events_question *q, struct path *p, struct area line);
bool events_press_path(const struct events_question *q, const struct path *p,
		       const struct key *k);

/* The first line: which kind of screen it is, the path, more about it (NULL: nothing), and
 * where one is of all. */
struct events_head {
	const char *kind, *label, *words;
	size_t at;
};
void events_draw_head(struct events_screen *s, const struct events_head *h, struct area line);

/* What keys of such screens do: ask for a text, look for the next one, the one before. */
void events_search(void *screen);
void events_search_next(void *screen);
void events_search_previous(void *screen);

/* Let S, whose operations are OPS, search with SEARCH_OPS, to whom it is handed. */
void events_screen_init(struct events_screen *s, const struct screen_ops *ops,
			const struct search_ops *search_ops, struct app *a);

/* Ask for what Q wants, which is copied, and for which MORE holds (NULL: nothing more).
 * False: *err says why not, and E is to be closed all the same. */
bool events_open(struct events *e, struct app *a, const struct events_question *q,
		 const char *more, struct err *err);
void events_close(struct events *e);

/* Another filter; NULL: none. False: it is none, and the old one stays. */
bool events_set_filter(struct events *e, const char *filter, struct err *err);

/* While a capture is read, and once it was, look for events in all that there is. True:
 * they were found in more than before, and the cursor is another one. */
bool events_catch_up(struct events *e);

/* Show the command lines that show them again, by the list VIEW. */
void events_show_command(const struct events *e, const char *view);

/* Ask where to, and write them as a capture. */
void events_save_capture(const struct events *e);

/* How events are written to a file. CTX is that of one file, and of one thread. */
struct events_lines {
	/* Append what is written of event NUMBER, which C can go to. */
	void (*put)(void *ctx, struct cursor *c, uint64_t number, struct text *t);
	void (*free)(void *ctx);
};

/* Ask where to, NAME being offered, and write all of them there. CTX is taken. */
void events_save(struct events *e, const char *name, const struct events_lines *lines,
		 void *ctx);

#endif
