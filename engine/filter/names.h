/*
 * names - what events and system calls are called.
 */
#ifndef ENGINE_FILTER_NAMES_H
#define ENGINE_FILTER_NAMES_H

#include <stddef.h>

/* All names that an event can have: event_name(0) and so on, below
 * event_names(). NULL: none has that place. Some stand in several. */
size_t event_names(void);
const char *event_name(size_t i);

#endif
