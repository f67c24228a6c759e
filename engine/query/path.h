/*
 * path - what has been selected so far, as conditions.
 *
 *	container.name=web/proc.name=nginx/fd.name=/etc/passwd
 *
 * A "/" begins the next part only when a field and "=" stand behind it, so that
 * values may be paths of files. A value in quotes is written as in filters: what is in
 * them is its own, "/" and "=" as well, and a backslash begins an escape.
 */
#ifndef ENGINE_QUERY_PATH_H
#define ENGINE_QUERY_PATH_H

#include <stddef.h>

struct cell;
struct err;
struct text;
struct view_column;

struct path_part {
	char *field;			/* "proc.aname[2]" */
	char *filter;			/* `proc.aname[2] = "sshd"` */
};

/* Embedded: zeroes are the top. */
struct path {
	struct path_part *parts;	/* owned */
	size_t n, cap;
};

#define PATH_PARTS_MAX 64

/* Read TEXT into P, which is empty. 0, or a negative errno: *err says why, err->at
 * where. */
int path_read(struct path *p, const char *text, struct err *err);
void path_fini(struct path *p);

/* Append LEN bytes as a quoted value of a filter, whatever they are. */
void path_quote(const void *value, size_t len, struct text *t);

/* Append the condition that selects rows whose key C has CELL, which is not missing:
 * a filter that compiles, whatever the value is. */
void path_condition(const struct view_column *c, const struct cell *cell, struct text *t);

#endif
