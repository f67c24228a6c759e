#include "ui/style.h"

#include <string.h>

enum { PLAIN = -1 };

/* Colours of one theme: of 256, and of the eight that every palette has. */
struct shade {
	short fg, bg, fg8, bg8;
};

struct row {
	struct shade dark, light;
	/* With colours and without them. What is only ever beside its like (a heat
	 * map, bars) shows by its characters when there are no colours. */
	unsigned colored, mono;
};

enum { BLACK, RED, GREEN, YELLOW, BLUE, MAGENTA, CYAN, WHITE };

#define BOLD  STYLE_BOLD
#define FAINT STYLE_FAINT
#define UNDER STYLE_UNDERLINE
#define REV   STYLE_REVERSE

static const struct row rows[STYLES] = {
	[STYLE_TEXT] = { { PLAIN, PLAIN, PLAIN, PLAIN }, { PLAIN, PLAIN, PLAIN, PLAIN }, 0, 0 },
	[STYLE_DIM] = { { 245, PLAIN, PLAIN, PLAIN }, { 242, PLAIN, PLAIN, PLAIN }, 0, 0 },
	[STYLE_TITLE] = { { 117, PLAIN, CYAN, PLAIN }, { 25, PLAIN, BLUE, PLAIN }, BOLD, BOLD },
	[STYLE_LINK] = { { 117, PLAIN, CYAN, PLAIN }, { 25, PLAIN, BLUE, PLAIN }, UNDER, UNDER },
	[STYLE_HEADING] = { { 252, 238, WHITE, BLUE }, { 235, 252, WHITE, BLUE }, 0, UNDER },
	[STYLE_HEADING_SORTED] = { { 16, 117, BLACK, CYAN }, { 231, 25, BLACK, CYAN }, BOLD,
				   BOLD | UNDER },
	[STYLE_SELECTED] = { { 231, 25, BLACK, CYAN }, { 16, 153, BLACK, CYAN }, BOLD, REV },
	[STYLE_SELECTED_CELL] = { { 16, 215, BLACK, YELLOW }, { 16, 215, BLACK, YELLOW }, BOLD,
				  REV | BOLD | UNDER },
	[STYLE_TOTAL] = { { 252, 238, PLAIN, PLAIN }, { 235, 254, PLAIN, PLAIN }, BOLD, BOLD },
	[STYLE_KEY] = { { 252, PLAIN, PLAIN, PLAIN }, { 237, PLAIN, PLAIN, PLAIN }, BOLD, BOLD },
	[STYLE_KEY_LABEL] = { { 16, 109, BLACK, CYAN }, { 16, 152, BLACK, CYAN }, 0, REV },
	[STYLE_MATCH] = { { 16, 222, BLACK, YELLOW }, { 16, 222, BLACK, YELLOW }, 0, REV | UNDER },
	[STYLE_ERROR] = { { 215, PLAIN, RED, PLAIN }, { 124, PLAIN, RED, PLAIN }, BOLD, BOLD },
	[STYLE_WARNING] = { { 222, PLAIN, YELLOW, PLAIN }, { 130, PLAIN, MAGENTA, PLAIN }, BOLD,
			    BOLD },
	[STYLE_GOOD] = { { 117, PLAIN, CYAN, PLAIN }, { 25, PLAIN, BLUE, PLAIN }, 0, 0 },
	[STYLE_READ] = { { 215, PLAIN, YELLOW, PLAIN }, { 130, PLAIN, MAGENTA, PLAIN }, 0, 0 },
	[STYLE_WRITE] = { { 117, PLAIN, CYAN, PLAIN }, { 25, PLAIN, BLUE, PLAIN }, 0, 0 },
	[STYLE_BAR] = { { 117, PLAIN, CYAN, PLAIN }, { 25, PLAIN, BLUE, PLAIN }, 0, 0 },
	[STYLE_BAR_OUTSIDE] = { { 242, PLAIN, PLAIN, PLAIN }, { 248, PLAIN, PLAIN, PLAIN }, 0, 0 },
	[STYLE_GAP] = { { 222, PLAIN, YELLOW, PLAIN }, { 130, PLAIN, MAGENTA, PLAIN }, BOLD, BOLD },
	[STYLE_WINDOW] = { { 252, PLAIN, PLAIN, PLAIN }, { 237, PLAIN, PLAIN, PLAIN }, 0, 0 },
	[STYLE_CURSOR] = { { 16, 222, BLACK, YELLOW }, { 231, 130, BLACK, YELLOW }, BOLD, REV },
	[STYLE_INPUT] = { { PLAIN, PLAIN, PLAIN, PLAIN }, { PLAIN, PLAIN, PLAIN, PLAIN }, UNDER,
			  UNDER },
	[STYLE_FRAME] = { { 245, PLAIN, PLAIN, PLAIN }, { 242, PLAIN, PLAIN, PLAIN }, 0, 0 },
	/* Dark blue over violet and orange to a pale yellow: brighter is more (on a
	 * light ground darker is more), for every kind of eye. */
	[STYLE_HEAT_1] = { { 18, PLAIN, BLUE, PLAIN }, { 229, PLAIN, BLUE, PLAIN }, 0, 0 },
	[STYLE_HEAT_2] = { { 19, PLAIN, BLUE, PLAIN }, { 222, PLAIN, BLUE, PLAIN }, 0, 0 },
	[STYLE_HEAT_3] = { { 55, PLAIN, BLUE, PLAIN }, { 215, PLAIN, BLUE, PLAIN }, 0, 0 },
	[STYLE_HEAT_4] = { { 91, PLAIN, MAGENTA, PLAIN }, { 209, PLAIN, MAGENTA, PLAIN }, 0, 0 },
	[STYLE_HEAT_5] = { { 133, PLAIN, MAGENTA, PLAIN }, { 168, PLAIN, MAGENTA, PLAIN }, 0, 0 },
	[STYLE_HEAT_6] = { { 173, PLAIN, YELLOW, PLAIN }, { 126, PLAIN, RED, PLAIN }, 0, 0 },
	[STYLE_HEAT_7] = { { 215, PLAIN, YELLOW, PLAIN }, { 54, PLAIN, RED, PLAIN }, BOLD, BOLD },
	[STYLE_HEAT_8] = { { 229, PLAIN, WHITE, PLAIN }, { 17, PLAIN, BLACK, PLAIN }, BOLD, BOLD },
};

static const char *const theme_names[STYLE_THEMES] = {
	[STYLE_DARK] = "dark",
	[STYLE_LIGHT] = "light",
	[STYLE_MONO] = "mono",
};

struct style_look
style_look(enum style s, enum style_theme theme, int n_colors)
{
	const struct row *r = &rows[s];
	const struct shade *c = theme == STYLE_LIGHT ? &r->light : &r->dark;

	if (theme == STYLE_MONO || n_colors < 8)
		return (struct style_look){ PLAIN, PLAIN, r->mono };
	if (n_colors < 256)
		return (struct style_look){ c->fg8, c->bg8, r->colored };
	return (struct style_look){ c->fg, c->bg, r->colored };
}

bool
style_theme_find(const char *name, enum style_theme *theme)
{
	for (unsigned i = 0; i < STYLE_THEMES; i++) {
		if (strcmp(theme_names[i], name))
			continue;
		*theme = (enum style_theme)i;
		return true;
	}
	return false;
}

const char *
style_theme_name(enum style_theme theme)
{
	return theme_names[theme];
}
