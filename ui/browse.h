/*
 * browse - the main screen: source, path, timeline, table, keys.
 *
 * Its state and what is asked for are in browse.c, what keys do in browse_keys.c and,
 * by what it is about, in browse_filter.c, browse_search.c, browse_views.c,
 * browse_save.c and browse_typed.c; how it looks in browse_draw.c.
 */
#ifndef UI_BROWSE_H
#define UI_BROWSE_H

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

#include "ui/app.h"
#include "ui/ask.h"
#include "ui/drill.h"
#include "ui/grid.h"
#include "ui/kept.h"
#include "ui/key.h"
#include "ui/path.h"
#include "ui/timeline.h"

#define BROWSE_SLICES 512		/* of the timeline */
#define BROWSE_TYPED_MAX 32

struct browse {
	struct screen screen;
	struct drill drill;
	struct ask *ask_table, *ask_line;
	const struct view **prepared;	/* owned: see browse_prepare(); NULL: not yet */
	struct answer table;		/* the newest; .table may be NULL */
	struct answer line;
	struct kept kept;		/* those of before, once all has been read */
	/* What they are kept under, and so the answers that are waited for; NULL: not. */
	char *table_key, *line_key, *table_key_next, *line_key_next;
	size_t table_key_len, table_key_next_len;	/* without the order */
	uint64_t table_id, line_id;	/* of what was asked last */
	uint64_t table_asked_ns, line_asked_ns;		/* when, */
	uint64_t table_took_ns, line_took_ns;		/* how long the last one took, */
	uint64_t table_events, line_events;		/* and how many events there were */
	bool table_done, line_done;	/* the last question was put when all was read */
	bool is_lent;			/* .table is being written and has to stay */
	bool is_final;			/* the table is of all that there is */
	bool is_paused;
	uint64_t held_events;		/* paused: how many there were then */
	uint64_t from_ns, to_ns;	/* the window; 0, 0: all of a capture, or what slides */
	uint64_t since_ns;		/* live: where that window begins; 0: it slides as well */
	uint64_t slid_from_ns, slid_to_ns;	/* live: the window that slides, as of now */
	uint64_t length_ns;		/* how long it is then */
	enum slices_measure measure;	/* that the timeline is to show */
	bool has_focus_on_line;		/* keys act on the timeline */
	uint64_t cursor_ns;
	uint64_t anchor_ns;		/* the other end of the window while it is drawn */
	bool is_dragging;
	struct key typed[BROWSE_TYPED_MAX];	/* before there were rows */
	size_t n_typed;
	struct text host;		/* the machine it is about; empty: not known yet */
	char *filter_before;		/* the one before that of the level; NULL: none */
	size_t filtered_level;		/* how many levels there were then; 0: it is forgotten */
	char *search;			/* NULL: nothing is searched */
	struct grid_search finding;	/* .left 0: it is over; SIZE_MAX: it waits for rows */
	/* The columns that are shown: of the table, or of the view while there is none. */
	const struct view *shown_view;
	const struct view_column *shown[GRID_COLUMNS_MAX];
	size_t shown_cells[GRID_COLUMNS_MAX];		/* index of the cell in a row */
	struct grid_column columns[GRID_COLUMNS_MAX];
	size_t n_shown;
	/* Where things were drawn. */
	struct area grid_area, line_area, filter_area;
	struct path path;
	unsigned line_cols;		/* of the timeline's area */
	struct timeline line_drawn;
	char line_words[5][32];		/* its texts */
};

/* Open it on top; it is returned for browse_show_window(). */
struct screen *browse_open(struct app *a, const struct view *first);

/* Let BROWSE show what happened from FROM_NS to TO_NS. */
void browse_show_window(struct screen *browse, uint64_t from_ns, uint64_t to_ns);

/* All has been read: let what views at the top will need be found out while nobody asks. */
void browse_prepare(struct browse *b);

/* Ask for table and timeline anew, because what is asked has changed. */
void browse_ask(struct browse *b);

/* The same for the timeline alone. */
void browse_ask_line(struct browse *b);

/* Offer the views that there are at the present level. */
void browse_choose_view(void *browse);

/* Show V, a spectrogram, of all that is in the path of BROWSE. */
void browse_open_spectrogram(struct screen *browse, const struct view *v);

/* There is another view, level or condition: ask, and forget what was searched. */
void browse_changed(struct browse *b);

/* End all that is above, and go back to LEVEL. */
void browse_go_to(void *browse, size_t level);

/* Open the overview over B, what is on top. */
void browse_overview(void *browse);

/* Edit the filter; keep what has the value of the marked cell, or (IS_EXCLUDED) what has
 * not; take away the row of a level (SIZE_MAX: the filter), or ask which part. */
void browse_edit_filter(void *browse);
/* Let TEXT be the filter of the present level, "" none. */
void browse_set_filter(struct browse *b, const char *text);
void browse_narrow(struct browse *b, bool is_excluded);
void browse_include(void *browse);
void browse_exclude(void *browse);
void browse_remove_part(struct browse *b, size_t level);
void browse_choose_part(void *browse);

/* Ask to which level to go back. */
void browse_choose_level(void *browse);

/* Search the rows; go on with that, called when it is time. */
void browse_search(void *browse);
void browse_search_next(void *browse);
void browse_search_previous(void *browse);
void browse_search_on(struct browse *b);

/* Looking takes long: stop it, and let the filter be as it was before. False: it does not
 * take long, or there was no other filter. */
bool browse_stop_looking(struct browse *b);

/* A key for rows, and there are none yet: it is kept, and true. */
bool browse_type_ahead(struct browse *b, const struct key *k);

/* If there are rows now: do what was typed before. */
void browse_type_on(struct browse *b);

/* Show the command lines that show this again. */
void browse_show_command(void *browse);

/* Ask for a name, and write the table that is seen there, or the events that it is of. */
void browse_save(void *browse);
void browse_save_capture(void *browse);

/* The time of day, in ns since 1970. */
uint64_t browse_now(void);

/* Is the window the last seconds of the running system? */
bool browse_slides(const struct browse *b);

/* What the grid shows, as of now. */
void browse_data(struct browse *b, struct grid_data *d);

/* Has the table been looked for for a while? How far that is, from 0 to 1. */
bool browse_looks(const struct browse *b, double *part);

/* The level that is seen. */
static inline struct drill_level *
browse_level(struct browse *b)
{
	return drill_now(&b->drill);
}

/* Is the table that is there one of the view that is asked for? */
static inline bool
browse_has_table(const struct browse *b)
{
	return b->table.table && b->table.view == b->drill.levels[b->drill.n - 1].view;
}

void browse_draw(struct screen *s, struct area a);
bool browse_key(struct screen *s, const struct key *k);

extern const struct action browse_actions[];
extern const size_t n_browse_actions;

#endif
