/*
 * path - file names as the kernel would resolve them, as far as text can.
 */
#ifndef ENGINE_WORLD_PATH_H
#define ENGINE_WORLD_PATH_H

#include "engine/base/reader.h"

struct text;

/* A longer path than this is not kept; what is kept says so. */
#define PATH_LEN_MAX 1024

/* Append PATH, made absolute with BASE (a folder, with or without a slash at
 * its end) unless it is so already, without ".", ".." and double slashes. The
 * result has no slash at its end but for "/". Symbolic links are not known. */
void path_join(struct text *t, struct span base, struct span path);

#endif
