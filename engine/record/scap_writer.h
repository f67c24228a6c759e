/*
 * scap_writer - records and events as the blocks of a .scap capture.
 *
 * Everything is appended to a text, always whole blocks: a section header of
 * format 1.2, the tables of its state, then events. What a block looks like,
 * and which limits readers have, is in scap_writer.c and nowhere else here;
 * whom it is written for is a row of profile.h. Texts that are longer than
 * readers take are cut, between characters or between the texts of a list.
 * Numbers are in this machine's byte order, as everywhere in the format.
 */
#ifndef ENGINE_RECORD_SCAP_WRITER_H
#define ENGINE_RECORD_SCAP_WRITER_H

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

#include "engine/base/text.h"

struct event_image;
struct record;
struct record_profile;

enum scap_list_kind {
	SCAP_LIST_MACHINE, SCAP_LIST_IFACES, SCAP_LIST_USERS, SCAP_LIST_PROCS, SCAP_LIST_FDS,
	SCAP_LISTS,
};

/* Blocks of one kind, of which the last one may still grow. */
struct scap_list {
	struct text blocks;
	bool is_open;
	size_t block_at;		/* where the open block begins */
	int64_t tid;			/* descriptors: whose block it is */
};

/* The tables of a section, gathered in any order. Embedded: zeroes. */
struct scap_tables {
	struct scap_list lists[SCAP_LISTS];
};

void scap_tables_fini(struct scap_tables *t);

/* Add REC, which is no section, event or loss. */
void scap_tables_add(struct scap_tables *t, const struct record_profile *profile,
		     const struct record *rec);

/* Append a section header and all that T holds to OUT, in the order that readers
 * want; T is empty afterwards. */
void scap_put_section(struct text *out, struct scap_tables *t);

/* Append the event IMAGE. The longest parameter of one that is larger than readers
 * take is cut. */
void scap_put_event(struct text *out, const struct event_image *image);

/* The length of the whole blocks at the start of the LEN bytes at P. */
size_t scap_whole_blocks(const void *p, size_t len);

#endif
