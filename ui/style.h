/*
 * style - what a cell of the screen means, and how each theme shows that.
 *
 * Drawing code says what a cell is (a heading, the selection, an error), never
 * which colour it has. A theme has colours for each style; with fewer colours or
 * none the attributes alone must tell apart what has to be told apart, so no
 * meaning is carried by a colour alone. Hues are those that colour-blind people
 * can tell apart: blue and orange, never red against green.
 */
#ifndef UI_STYLE_H
#define UI_STYLE_H

#include <stdbool.h>

enum style {
	STYLE_TEXT,
	STYLE_DIM,			/* explanations, units, what has no value */
	STYLE_TITLE,			/* the name of what is looked at */
	STYLE_LINK,			/* what can be clicked */
	STYLE_HEADING,			/* over the columns of a table */
	STYLE_HEADING_SORTED,
	STYLE_SELECTED,			/* the row or entry that keys act on */
	STYLE_SELECTED_CELL,		/* the marked column of that row */
	STYLE_TOTAL,
	STYLE_KEY,			/* the name of a key in the key bar */
	STYLE_KEY_LABEL,		/* what it does */
	STYLE_MATCH,			/* what a search found */
	STYLE_ERROR,
	STYLE_WARNING,			/* losses, what is unsure */
	STYLE_GOOD,
	STYLE_READ,			/* data that came in */
	STYLE_WRITE,			/* data that went out */
	STYLE_BAR,			/* of a histogram */
	STYLE_BAR_OUTSIDE,		/* the same, outside of the window */
	STYLE_GAP,			/* a time of which events were lost */
	STYLE_WINDOW,			/* the window below a timeline */
	STYLE_CURSOR,			/* where keys act on a timeline */
	STYLE_INPUT,			/* what is being typed */
	STYLE_FRAME,
	STYLE_HEAT_1,			/* of a heat map: fewest to most */
	STYLE_HEAT_2,
	STYLE_HEAT_3,
	STYLE_HEAT_4,
	STYLE_HEAT_5,
	STYLE_HEAT_6,
	STYLE_HEAT_7,
	STYLE_HEAT_8,
	STYLES,
};

#define STYLE_HEATS 8

enum style_theme { STYLE_DARK, STYLE_LIGHT, STYLE_MONO, STYLE_THEMES };

/* Attributes, as bits. */
enum style_attribute {
	STYLE_BOLD = 1,
	STYLE_FAINT = 2,
	STYLE_UNDERLINE = 4,
	STYLE_REVERSE = 8,
};

/* How a style looks. Colours are indices of the terminal's palette; -1 is the
 * colour that the terminal has by default. */
struct style_look {
	int fg, bg;
	unsigned attributes;		/* enum style_attribute */
};

/* How S looks in THEME on a terminal of N_COLORS (0, 8, 16, 88, 256, ...). */
struct style_look style_look(enum style s, enum style_theme theme, int n_colors);

/* "dark", "light", "mono". False: NAME is none of them, *THEME is untouched. */
bool style_theme_find(const char *name, enum style_theme *theme);

const char *style_theme_name(enum style_theme theme);

#endif
