/*
 * format - lines of text from a pattern of words and fields.
 *
 *	*%evt.num %-free text %20proc.name\t(%thread.tid)
 *
 * "%field" stands for the field's value, "%20field" for exactly 20 bytes of
 * it, cut or filled with blanks. Without a "*" at its start the pattern gives
 * no line for an event that lacks one of the fields; with it, "<NA>" stands
 * for what is missing. \n \t \e \\ mean what they mean elsewhere.
 */
#ifndef ENGINE_FIELD_FORMAT_H
#define ENGINE_FIELD_FORMAT_H

#include <stdbool.h>

struct err;
struct eval;
struct format;
struct text;

/* Compile PATTERN. The caller owns the format. NULL when it is no pattern:
 * *err says why, and err->at is the first byte that does not fit. */
struct format *format_compile(const char *pattern, struct err *err);

/* Free F. NULL is fine. */
void format_free(struct format *f);

/* Append the line for EV, without a line end. False, and nothing appended,
 * when there is none. */
bool format_line(const struct format *f, const struct eval *ev, struct text *t);

/* Whether its own words hold the ESC character. */
bool format_has_escape(const struct format *f);

#endif
