/*
 * summary - how often each kind of event came, for the end of the output.
 */
#ifndef UI_CLI_SUMMARY_H
#define UI_CLI_SUMMARY_H

struct moment;
struct render;
struct summary;
struct text;

/* The caller owns it; it ends with summary_free(). */
struct summary *summary_new(void);
void summary_free(struct summary *s);	/* NULL is fine */

/* Count the event of M. R tells the names of calls that are not decoded. */
void summary_add(struct summary *s, struct render *r, const struct moment *m);

/* Append the table, the most frequent first. */
void summary_print(struct summary *s, struct text *t);

#endif
