/*
 * format - lines of text from a pattern of words and fields.
 *
 *	*%evt.num %-free text %20proc.name\t(%toupper(fd.name))
 *
 * "%field" stands for the field's value, "%20field" for exactly 20 bytes of
 * it, cut or filled with blanks; a transformer may stand where a field may.
 * Without a "*" at its start the pattern gives no line for an event that lacks
 * one of the fields; with it, "<NA>" stands for what is missing. \n \t \e \\
 * mean what they mean elsewhere.
 *
 * The same pattern gives a JSON object or a line of CSV: of its fields; the
 * words and widths do not count there.
 */
#ifndef ENGINE_FIELD_FORMAT_H
#define ENGINE_FIELD_FORMAT_H

#include <stdbool.h>
#include <stddef.h>

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

/* The same as a JSON object: `{"evt.num":1,"proc.name":"sh"}`, sorted by key.
 * Numbers are numbers, times are nanoseconds; bytes that are no UTF-8 become
 * U+FFFD, what is missing null. EV's render should be raw: JSON has its own
 * ways to make texts harmless. */
bool format_json(const struct format *f, const struct eval *ev, struct text *t);

/* The same as a line of CSV (RFC 4180, but LF ends it); what is missing is
 * empty. The head has the names of the fields. */
bool format_csv(const struct format *f, const struct eval *ev, struct text *t);
void format_csv_head(const struct format *f, struct text *t);

/* How many fields it has. */
size_t format_fields(const struct format *f);

/* Whether its own words hold the ESC character. */
bool format_has_escape(const struct format *f);

#endif
