/*
 * view_files - the views that there are on this machine: those that are built in, the
 * user's own, and those of a folder that was named.
 */
#ifndef UI_CLI_VIEW_FILES_H
#define UI_CLI_VIEW_FILES_H

#include <stdbool.h>

struct filter_options;
struct view_set;

/* Read them all; a later one with the same id takes the place of an earlier one. The
 * user's own stand in $XDG_CONFIG_HOME/sysreel/views (~/.config if that is not set).
 * DIR, which may be NULL, comes last. The user is told of files that are no views.
 * The caller owns the set; OPTIONS (NULL: none) must outlive it. */
struct view_set *view_files_load(const char *dir, const struct filter_options *options);

#endif
