/*
 * zone - the reader's time zone.
 */
#ifndef UI_CLI_ZONE_H
#define UI_CLI_ZONE_H

#include <stdint.h>

/* Seconds to add to UTC for local time at EPOCH_S. */
int32_t zone_offset(int64_t epoch_s);

#endif
