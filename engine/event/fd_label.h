/*
 * fd_label - names that tell the kind of a descriptor.
 *
 * Older readers of captures refuse kinds above FD_FILE_V2. In a capture made
 * for them such a descriptor is "unsupported", and its name says what it is:
 * as the links in /proc do ("anon_inode:[io_uring]", "/memfd:x"), or with the
 * kind in brackets before it ("[pidfd]/proc/7"). The reader here understands
 * both, and gives kind and name back as they were.
 */
#ifndef ENGINE_EVENT_FD_LABEL_H
#define ENGINE_EVENT_FD_LABEL_H

#include <stdbool.h>
#include <stdint.h>

#include "engine/base/reader.h"

/* What to put before a NAME of a descriptor of KIND, for a reader that lacks the
 * kind; "" when the name tells it already. NULL: every reader has the kind. */
const char *fd_label_for(uint8_t kind, struct span name);

/* An unsupported descriptor's *NAME may tell a kind: true, with the kind in
 * *KIND and the label taken off *NAME. */
bool fd_label_read(struct span *name, uint8_t *kind);

#endif
