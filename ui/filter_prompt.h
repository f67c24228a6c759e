/*
 * filter_prompt - the line in which a filter is typed: checked, and completed with
 * fields, operators and the values that were seen.
 */
#ifndef UI_FILTER_PROMPT_H
#define UI_FILTER_PROMPT_H

struct app;

/* Open it with TEXT (NULL: none). ENTERED gets a filter, or "". */
void filter_prompt_open(struct app *a, const char *text,
			void (*entered)(void *owner, const char *text), void *owner);

#endif
