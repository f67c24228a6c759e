/*
 * app - what all screens of the explorer share: the store, the terminal, the loop.
 *
 * Screens are a stack. The top one sees a key first; what it does not know is looked
 * up in its table of actions, then in the table of what works everywhere. Screens
 * that do not fill the terminal are drawn over the one below. No screen waits,
 * reads a key or knows another one; whoever opens one hands in what to call.
 */
#ifndef UI_APP_H
#define UI_APP_H

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

#include "engine/base/text.h"
#include "engine/field/clock.h"
#include "engine/store/ingest.h"
#include "ui/action.h"
#include "ui/canvas.h"
#include "ui/columns.h"
#include "ui/editor.h"
#include "ui/explore.h"


#define APP_TOLD_NS 50000000u		/* how often one looks at how far reading is */

struct app;
struct key;
struct term;

struct ask;
struct crew;
struct screen;
struct later;
struct save;
struct seen;

struct screen_ops {
	const char *name;		/* for help */
	const struct action *actions;	/* run with the screen */
	size_t n_actions;
	void (*draw)(struct screen *s, struct area a);
	/* A key before the actions are looked up; NULL, or false: not known. */
	bool (*key)(struct screen *s, const struct key *k);
	/* Something was published, answered, or the time has come; NULL: nothing. */
	void (*woken)(struct screen *s);
	void (*free)(struct screen *s);	/* NULL: free() */
	bool is_overlay;		/* the screen below is seen around it */
	bool ends_late;			/* .free waits for threads: another one calls it */
};

/* The first member of all screens. */
struct screen {
	const struct screen_ops *ops;
	struct app *app;
	struct screen *below;
	struct area bar;		/* where its key bar was drawn */
};

struct app {
	const struct explore_options *o;
	struct term *term;		/* NULL: in tests */
	struct canvas canvas;
	struct screen *top;
	struct ingest *ingest;
	struct store *store;
	struct crew *crew;		/* threads that help to answer; NULL: none are kept */
	struct ingest_progress progress;
	uint64_t start_ns;		/* term_now_ns() when reading began */
	bool was_stopped;		/* reading, by somebody */
	uint64_t told_ns;		/* the reading thread's: when it woke us last */
	int wake_fd;
	struct clock clock;
	struct editor_history filters, searches;
	struct columns columns;		/* that were chosen for views */
	struct later *later;		/* NULL: in tests */
	struct save *saving;		/* what is being saved; NULL: nothing */
	struct seen *seen;		/* values, for filters; NULL: nobody asked yet */
	struct {
		void (*entered)(void *owner, const char *text);
		void *owner;
	} filtering;			/* who waits for the filter that is typed */
	bool cannot_keep;		/* somebody was told that nothing is kept */
	uint64_t next_id;		/* of questions */
	uint64_t wake_ns;		/* when screens want to be woken at the latest */
	int nice;			/* what commands have, which sysreel itself may not */
	bool is_over;
	struct text farewell;		/* what is printed once the terminal is given back */
	char note[512];			/* said in the last line until the next key */
	enum style note_style;
};

/* Put S, which is taken, on top. */
void app_push(struct app *a, struct screen *s);

/* End the top screen. */
void app_pop(struct app *a);

/* What keys of screens do: end the top one, end the explorer. */
void app_leave(void *screen);
void app_quit(void *screen);

/* Say something in the last line. */
void app_note(struct app *a, enum style s, const char *fmt, ...)
	__attribute__((format(printf, 3, 4)));

/* Take what was kept of earlier runs. */
void app_remember(struct app *a);

/* Keep the columns, or H, for the next run. */
void app_keep_columns(struct app *a);
void app_keep_history(struct app *a, const struct editor_history *h);

/* Screens are to be woken at NS at the latest. */
void app_wake_at(struct app *a, uint64_t ns);

/* What K does. */
void app_key(struct app *a, const struct key *k);

/* Who answers questions about what is read. The caller owns it. */
struct ask *app_ask(const struct app *a);

/* Something happened in another thread, or time has gone by. */
void app_woken(struct app *a);

/* Draw all that is seen on a->canvas, which has its size. */
void app_draw(struct app *a);

/* Draw the key bar of S, or the note. */
void app_draw_bar(struct screen *s, struct area a);

/* End all screens. */
void app_fini(struct app *a);

/* What works on every screen, for help. */
extern const struct action app_actions[];
extern const size_t n_app_actions;

#endif
