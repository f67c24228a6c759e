/*
 * survey - read a capture once and count what is in it.
 *
 * What `sysreel info` shows, as numbers; survey_text.c and survey_json.c show
 * them.
 */
#ifndef UI_CLI_SURVEY_H
#define UI_CLI_SURVEY_H

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

#include "engine/capture/capture.h"
#include "engine/event/event_type.h"
#include "engine/event/source.h"
#include "engine/world/world.h"

struct input;
struct text;

/* How many blocks of one type there are. */
struct survey_block {
	uint32_t type;
	uint64_t n;
	uint64_t n_unusable;
	uint64_t bytes;			/* as the blocks claim */
};

struct survey_section {
	uint32_t file;
	uint64_t offset;		/* in the inflated stream of its file */
	uint16_t major, minor;
	bool swapped;
	bool has_machine;
	struct machine_record machine;	/* hostname points to HOSTNAME */
	char hostname[128];
	/* The state before the first event. */
	size_t n_processes, n_threads, n_fds, n_users, n_groups, n_ifaces, n_containers;
	uint64_t first_event;		/* its number; 0: there is none */
	uint64_t n_events;		/* numbered ones */
	uint64_t first_ns, last_ns;
	uint64_t n_drops;		/* `drop` events: sampling went on or off */
	uint64_t n_lost;		/* events that the capture says are missing */
};

struct survey {
	const struct input *input;	/* borrowed: for its names */
	struct capture_storage *storage;	/* one an input */
	struct survey_section *sections;
	size_t n_sections, cap_sections;
	struct survey_block *blocks;
	size_t n_blocks, cap_blocks;
	uint64_t by_type[EVENT_TYPES];
	uint64_t by_code[1024];		/* generic events, by system call code */
	uint64_t by_category[EC_COUNT];
	uint64_t n_events, n_internal, n_state_only, n_backwards;
	struct source_stats stats;
	struct source_end end;
	bool is_usable;			/* something of it could be read */
};

struct survey_options {
	uint64_t stop_at;		/* after the event of this number; UINT64_MAX: never */
	/* Called for each block as it is met, or NULL. */
	void (*block)(void *ctx, const struct capture_block *block);
	void *ctx;
};

/* Open and read IN, which must outlive S, into S, which is filled anew, and
 * into W. A negative errno when it could not be opened. What was damaged is
 * said on standard error. */
int survey_read(struct survey *s, struct input *in, const struct survey_options *options,
		struct world *w, struct err *err);
void survey_fini(struct survey *s);

/* Append what S tells, for people and for programs. */
void survey_text(const struct survey *s, struct text *t);
void survey_json(const struct survey *s, struct text *t);

/* The name of a generic event's system call, by its code. */
#define SURVEY_CODES 1024

/* Append the table of processes (threads, by tid) or of descriptors of W. */
void survey_procs(const struct world *w, struct text *t);
void survey_procs_json(const struct world *w, struct text *t);
void survey_fds(const struct world *w, struct text *t);
void survey_fds_json(const struct world *w, struct text *t);

#endif
