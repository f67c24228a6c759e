/*
 * container_table - the inside of struct containers, for its own files only.
 *
 * container.c keeps the table, container_json.c fills it, container_pod.c
 * reads across it. Everybody else includes container.h.
 */
#ifndef ENGINE_WORLD_CONTAINER_TABLE_H
#define ENGINE_WORLD_CONTAINER_TABLE_H

#include "engine/base/hash.h"
#include "engine/world/container.h"

/* Longer ids are no ids: a path component has 255 bytes, a rkt id 292. */
#define CONTAINER_ID_MAX 512u

struct container_entry {
	struct container c;
	struct container_entry *next_same_hash;
	/* Labels without those of the machinery, for lists. */
	struct container_pair *shown_labels;
	size_t n_shown_labels;
	struct container_pair *shown_pod_labels;
	size_t n_shown_pod_labels;
};

struct k8s;
struct memo;
struct told;

struct containers {
	struct intern *pool;			/* borrowed */
	struct container_entry **entries;	/* by index - 1, owned */
	size_t n;
	size_t cap;
	uint64_t n_completed;			/* times that an entry became another */
	struct map by_id;			/* hash of the id to struct container_entry */
	uint64_t seed;
	struct memo *memo;			/* slots of container.c */
	struct told *told;			/* slots of container_json.c; NULL: none yet */
	struct k8s *k8s;			/* owned; NULL until an event told of it */
};

/* The entry of ID, which is as shown or has 64 digits, and is not empty; a new
 * one when there is none. */
struct container_entry *container_entry_of(struct containers *c, struct span id);

/* Completing an entry with what an event tells. A placeholder is an event
 * that could not tell much: it completes, but replaces nothing that is known.
 * Nothing replaces what is known by "not known". */
struct container_merge {
	struct containers *all;
	struct container_entry *e;
	bool is_placeholder;
	bool changed;
};

struct container_merge container_merge_begin(struct containers *c, struct container_entry *e,
					     enum container_lookup lookup);
void container_merge_type(struct container_merge *m, uint32_t type);
/* *SLOT is a text of the entry. */
void container_merge_text(struct container_merge *m, uint32_t *slot, struct span text);
/* Count the completion, if it was one. */
void container_merge_end(struct container_merge *m);

/* For containers_free(). */
void container_told_free(struct told *told);

/* Old captures have this word for an image that was still being asked for. */
bool container_is_incomplete(struct span text);

/* Make the lists of labels that are shown, after labels have changed. */
void container_show_labels(struct containers *c, struct container_entry *e);

#endif
