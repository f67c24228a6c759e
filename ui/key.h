/*
 * key - what a person did: pressed a key, or used the mouse.
 *
 * Keys are numbers: a character, or one of enum key_code, with modifiers. Tables
 * of actions name them as people do ("F2", "^F", "Shift-Left", "v"), and the same
 * names are shown in help and key bars.
 */
#ifndef UI_KEY_H
#define UI_KEY_H

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

struct text;

/* Beyond all characters. Names begin with K_, because curses has the longer one. */
enum key_code {
	K_NONE = 0,
	K_ENTER = 0x0D,
	K_TAB = 0x09,
	K_ESC = 0x1B,
	K_SPACE = 0x20,
	K_BACKSPACE = 0x7F,
	K_UP = 0x110000, K_DOWN, K_LEFT, K_RIGHT, K_HOME, K_END, K_PAGE_UP, K_PAGE_DOWN,
	K_INSERT, K_DELETE,
	K_BACKTAB,
	K_F1, K_F2, K_F3, K_F4, K_F5, K_F6, K_F7, K_F8, K_F9, K_F10, K_F11, K_F12,
	K_MOUSE,
	K_PASTE,			/* a character that was pasted, never an order */
};

enum key_modifier { K_SHIFT = 1, K_ALT = 2, K_CTRL = 4 };

enum key_mouse {
	MOUSE_PRESS, MOUSE_RELEASE, MOUSE_DRAG, MOUSE_DOUBLE, MOUSE_WHEEL_UP, MOUSE_WHEEL_DOWN,
};

struct key {
	uint32_t code;			/* a character or enum key_code */
	unsigned modifiers;		/* enum key_modifier; of characters only K_ALT, K_CTRL */
	/* K_MOUSE: what, where, with which button (1 to 3). K_PASTE: .pasted. */
	enum key_mouse mouse;
	unsigned row, col, button;
	uint32_t pasted;
};

/* The key that the first word of NAMES means. Where the next word begins; NULL:
 * there is no word, or it is no key. */
const char *key_parse(const char *names, struct key *k);

/* Is K one of the keys in NAMES? */
bool key_is_in(const struct key *k, const char *names);

/* Are they the same key? */
bool key_equal(const struct key *a, const struct key *b);

/* Append the name of K, as key_parse() takes it. */
void key_label(const struct key *k, struct text *t);

/* A character that can be typed into a text. */
bool key_is_text(const struct key *k);

#endif
