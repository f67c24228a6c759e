/*
 * profile - for which readers a capture is written.
 *
 * One row a format: what its readers understand of processes, descriptors,
 * codes of generic events, and which types of events they know by an older
 * one. Everything that --format means is in these tables.
 */
#ifndef ENGINE_RECORD_PROFILE_H
#define ENGINE_RECORD_PROFILE_H

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

#include "engine/base/reader.h"
#include "engine/event/event_type.h"

struct event;
struct old_form;

struct record_profile {
	const char *name;		/* as --format names it */
	const char *doc;		/* who reads it, a clause */
	size_t proc_tail;		/* bytes behind the root of a process, at most */
	uint8_t fd_kind_max;		/* kinds above become "unsupported", with a label */
	uint16_t syscall_code_max;	/* larger codes of generic events become 0 */
	bool absent_is_told;		/* what is not available is not left empty: a text is
					 * "<NA>", a number 0, or -1 for ids and limits */
	bool needs_enters;		/* what a call was given is in its enter event only */
	const struct old_form *forms;	/* by type: those that have an older one; or NULL */
	const uint8_t *known;		/* by type: parameters that are known, and 1 more; 0:
					 * all of them are. Or NULL */
};

extern const struct record_profile record_profiles[];
extern const size_t n_record_profiles;

/* The one called NAME, or NULL. The first is the default. */
const struct record_profile *record_profile_find(const char *name);

/* An event on its way into a capture: its parameters can be cut and replaced
 * without a copy of them. Embedded; what it points to is the event's. */
struct event_image {
	uint64_t ts_ns;
	int64_t tid;
	uint32_t dump_flags;
	uint16_t id;
	uint16_t cpu;
	uint32_t n_params;
	struct span params[EVENT_PARAMS_MAX];
	uint8_t own[EVENT_PARAMS_MAX * 9];	/* bytes of values that were made anew */
	size_t n_own;
};

/* IMAGE becomes EV. */
void event_image_of(struct event_image *image, const struct event *ev);

/* Make IMAGE what a reader of PROFILE understands. */
void record_profile_apply(const struct record_profile *profile, struct event_image *image);

/* IMAGE, an exit event as it was recorded, becomes the enter event that a reader of
 * PROFILE wants to have seen before. False: it can do without. */
bool record_profile_enter(const struct record_profile *profile, struct event_image *image);

#endif
