/*
 * table - the entries of process, descriptor, interface and user lists.
 *
 * Each call reads one entry, of whatever version of its list, into a record.
 * Layouts: the .scap format's process list v1 to v9, fd list, interface list
 * and user list v1 and v2.
 */
#ifndef ENGINE_CAPTURE_TABLE_H
#define ENGINE_CAPTURE_TABLE_H

#include <stdbool.h>

struct block_type;
struct reader;
struct record;

/* Read one entry of a list of TYPE. Where entries say their length, R holds
 * one entry, from behind the length on, and what is not known of its end is
 * left; else R may hold more than one. *REC is of no use when the entry cannot
 * be read (false); then either R has failed, because it has too few bytes, or
 * the entry is of an unknown kind. */
bool table_read(const struct block_type *type, struct reader *r, struct record *rec);

#endif
