/*
 * paths - which of many folders a path is in.
 *
 * A path is in a folder when all components of the folder stand at its start:
 * "/etc" has "/etc/passwd" and itself, not "/etcetera". Slashes at the start,
 * at the end or next to each other do not count; "/" has every path. A component
 * of a folder may have wildcards (glob.h), which do not reach over a slash.
 *
 * The folders are a tree of components, so that many cost as much as one.
 */
#ifndef ENGINE_FILTER_PATHS_H
#define ENGINE_FILTER_PATHS_H

#include <stdbool.h>

#include "engine/base/reader.h"

struct paths;

/* The caller owns it. */
struct paths *paths_new(void);
void paths_free(struct paths *p);	/* NULL is fine */

/* Add FOLDER, whose bytes must outlive P. */
void paths_add(struct paths *p, struct span folder);

/* After the last one was added and before the first question. */
void paths_finish(struct paths *p);

bool paths_match(struct paths *p, struct span path);

#endif
