/*
 * json_guard - hand JSON of unknown origin to the parser, safely.
 *
 * What is too large, too deep or has too many values is refused before the
 * parser sees it, so that memory and stack stay small whatever comes. What a
 * strict parser refuses for one bad text (bytes that are no UTF-8, raw control
 * characters, half surrogates, a NUL in a key) is mended and tried again: a
 * container is not lost because of one label.
 */
#ifndef ENGINE_WORLD_JSON_GUARD_H
#define ENGINE_WORLD_JSON_GUARD_H

#include <jansson.h>

#include "engine/base/err.h"
#include "engine/base/reader.h"

/* Older events end at 64 KiB. The newer exceed it because of Kubernetes, which
 * allows 256 KiB of annotations for a pod; the rest is a small part of that. */
#define JSON_GUARD_LEN_MAX (1024u * 1024)
/* Real ones have 4: the arguments of a health check. */
#define JSON_GUARD_DEPTH_MAX 16u
/* Labels, environment, mounts: hundreds. At some 250 bytes for each, 4 MiB. */
#define JSON_GUARD_VALUES_MAX 16384u

/* The object or array in TEXT, which may end in NULs; the caller owns it
 * (json_decref). NULL with *err set when it is none, or more than is sane. */
json_t *json_guard_load(struct span text, struct err *err);

#endif
