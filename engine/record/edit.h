/*
 * edit - leave parts of events and processes out of a recording.
 *
 * Data that is cut, environment and arguments that are not to be told: which
 * parameters of which type these are follows from their names in the registry.
 */
#ifndef ENGINE_RECORD_EDIT_H
#define ENGINE_RECORD_EDIT_H

#include <stdbool.h>
#include <stdint.h>

#include "engine/event/event_type.h"

struct event_image;
struct proc_record;

/* Embedded: edit_init(). */
struct edit {
	uint32_t cut_data;		/* bytes kept; UINT32_MAX: all */
	bool no_env, no_args;
	bool is_idle;			/* there is nothing to do */
	/* By type: a bit for each parameter. */
	uint64_t data[EVENT_TYPES], hidden[EVENT_TYPES];
};

void edit_init(struct edit *e, uint32_t cut_data, bool no_env, bool no_args);
void edit_event(const struct edit *e, struct event_image *image);
void edit_proc(const struct edit *e, struct proc_record *p);

#endif
