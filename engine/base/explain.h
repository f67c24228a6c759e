/*
 * explain - show where in a text the error is that an err tells of.
 *
 *	unknown field `proc.nmae`, did you mean `proc.name`?
 *	  evt.type=open and proc.nmae=sh
 *	                    ^
 */
#ifndef ENGINE_BASE_EXPLAIN_H
#define ENGINE_BASE_EXPLAIN_H

struct err;
struct text;

/* Append what is wrong with WORDS, which somebody wrote in one of our
 * languages: the message, WORDS (or what stands around the error) and a caret
 * under the byte err->at. Harmless to a terminal, and at most 80 columns wide. */
void explain_error(const char *words, const struct err *err, struct text *t);

#endif
