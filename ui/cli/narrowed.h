/*
 * narrowed - a source that hands out a part of what another one has.
 */
#ifndef UI_CLI_NARROWED_H
#define UI_CLI_NARROWED_H

#include <stdbool.h>
#include <stdint.h>

struct source;

/* S, which is taken, up to MOST events (0: all), without names of users and groups if
 * WITHOUT_USERS. The caller owns it. */
struct source *narrowed_new(struct source *s, uint64_t most, bool without_users);

#endif
