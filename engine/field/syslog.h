/*
 * syslog - messages to the system log, taken out of what programs write.
 */
#ifndef ENGINE_FIELD_SYSLOG_H
#define ENGINE_FIELD_SYSLOG_H

#include <stdbool.h>

struct eval;

/* Does the event write to the system log? */
bool syslog_is_target(const struct eval *ev);

#endif
