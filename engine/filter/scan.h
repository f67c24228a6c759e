/*
 * scan - take the text of a filter apart: blanks, words, values.
 *
 * What is a word and what a value depends on where it stands, so there are no
 * tokens: the parser asks for what it expects. Positions are bytes of the
 * whole text.
 */
#ifndef ENGINE_FILTER_SCAN_H
#define ENGINE_FILTER_SCAN_H

#include <stdbool.h>
#include <stddef.h>

struct arena;
struct err;

/* A value as somebody wrote it: its bytes, without quotes and escapes. A NUL
 * that does not count stands behind them. */
struct word {
	const char *p;
	size_t len;
	int at;
	bool is_quoted;
};

struct scan {
	const char *text;
	const char *at;
	struct arena *arena;		/* borrowed: words live there */
	struct err *err;
};

/* Say that what stands at AT is wrong: -EINVAL. */
int scan_refuse(const struct scan *s, const char *at, const char *fmt, ...)
	__attribute__((format(printf, 3, 4)));

/* The same, with what stands there in the place of "%s". */
int scan_refuse_word(const struct scan *s, const char *at, const char *fmt);

bool scan_is_blank(char c);
bool scan_is_name(char c);		/* letters, digits, "_" and "." */
void scan_blanks(struct scan *s);

/* How many bytes of a name stand at AT. */
size_t scan_name_len(const char *at);

/* Take C, or WORD where no name goes on behind it, if it stands here. */
bool scan_char(struct scan *s, char c);
bool scan_keyword(struct scan *s, const char *word);

/* Take a value, quoted or bare. IN_LIST: a comma ends a bare one. */
int scan_value(struct scan *s, bool in_list, struct word *out);

#endif
