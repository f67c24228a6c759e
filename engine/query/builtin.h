/*
 * builtin - the files of views/, inside of the program.
 */
#ifndef ENGINE_QUERY_BUILTIN_H
#define ENGINE_QUERY_BUILTIN_H

#include <stddef.h>

struct builtin_view {
	const char *name;		/* "views/files.lua" */
	const unsigned char *text;
	size_t len;
};

extern const struct builtin_view builtin_views[];
extern const size_t n_builtin_views;

#endif
