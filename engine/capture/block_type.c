#include "engine/capture/block_type.h"

#include <stddef.h>

#include "engine/base/mem.h"
#include "engine/capture/capture.h"

/* An ordinary event has a body of at most 64 KiB, but options may follow it. */
#define EVENT_LEN_MAX (1u << 20)
#define LARGE_LEN_MAX (64u << 20)
#define FIXED_LEN_MAX (1u << 20)
#define LIST_LEN_MAX (1u << 30)

const struct block_type block_types[BLOCK_TYPES] = {
	[0x01] = { .id = 0x201, .kind = BK_MACHINE, .len_max = FIXED_LEN_MAX,
		   .name = "machine info" },
	[0x02] = { .id = 0x202, .kind = BK_PROCS, .len_max = LIST_LEN_MAX, .version = 1,
		   .name = "process list v1" },
	[0x07] = { .id = 0x207, .kind = BK_PROCS, .len_max = LIST_LEN_MAX, .version = 2,
		   .name = "process list v2" },
	[0x09] = { .id = 0x209, .kind = BK_PROCS, .len_max = LIST_LEN_MAX, .version = 3,
		   .name = "process list v3" },
	[0x10] = { .id = 0x210, .kind = BK_PROCS, .len_max = LIST_LEN_MAX, .version = 4,
		   .name = "process list v4" },
	[0x11] = { .id = 0x211, .kind = BK_PROCS, .len_max = LIST_LEN_MAX, .version = 5,
		   .name = "process list v5" },
	[0x12] = { .id = 0x212, .kind = BK_PROCS, .len_max = LIST_LEN_MAX, .version = 6,
		   .name = "process list v6" },
	[0x13] = { .id = 0x213, .kind = BK_PROCS, .len_max = LIST_LEN_MAX, .version = 7,
		   .name = "process list v7" },
	[0x14] = { .id = 0x214, .kind = BK_PROCS, .len_max = LIST_LEN_MAX, .version = 8,
		   .name = "process list v8" },
	[0x15] = { .id = 0x215, .kind = BK_PROCS, .len_max = LIST_LEN_MAX, .version = 9,
		   .has_len = true, .name = "process list v9" },
	[0x03] = { .id = 0x203, .kind = BK_FDS, .len_max = LIST_LEN_MAX, .version = 1,
		   .name = "fd list v1" },
	[0x18] = { .id = 0x218, .kind = BK_FDS, .len_max = LIST_LEN_MAX, .version = 2,
		   .has_len = true, .name = "fd list v2" },
	[0x05] = { .id = 0x205, .kind = BK_IFACES, .len_max = LIST_LEN_MAX,
		   .version = 1, .name = "interface list v1" },
	[0x19] = { .id = 0x219, .kind = BK_IFACES, .len_max = LIST_LEN_MAX, .version = 2,
		   .has_len = true, .name = "interface list v2" },
	[0x06] = { .id = 0x206, .kind = BK_USERS, .len_max = LIST_LEN_MAX, .version = 1,
		   .name = "user list v1" },
	[0x20] = { .id = 0x220, .kind = BK_USERS, .len_max = LIST_LEN_MAX, .version = 2,
		   .has_len = true, .name = "user list v2" },
	[0x04] = { .id = 0x204, .kind = BK_EVENT, .len_max = EVENT_LEN_MAX,
		   .name = "event v1" },
	[0x08] = { .id = 0x208, .kind = BK_EVENT, .len_max = EVENT_LEN_MAX,
		   .has_flags = true, .name = "event v1 with flags" },
	[0x16] = { .id = BLOCK_EVENT_2, .kind = BK_EVENT, .len_max = EVENT_LEN_MAX,
		   .has_count = true, .name = "event v2" },
	[0x17] = { .id = BLOCK_EVENT_2_FLAGS, .kind = BK_EVENT, .len_max = EVENT_LEN_MAX,
		   .has_count = true, .has_flags = true, .name = "event v2 with flags" },
	[0x21] = { .id = 0x221, .kind = BK_EVENT, .len_max = LARGE_LEN_MAX,
		   .has_count = true, .name = "large event v2" },
	[0x22] = { .id = 0x222, .kind = BK_EVENT, .len_max = LARGE_LEN_MAX,
		   .has_count = true, .has_flags = true,
		   .name = "large event v2 with flags" },
};

/* The section header, and ids from before the first release. */
static const struct block_type sparse[] = {
	{ .id = BLOCK_SECTION, .kind = BK_SECTION, .len_max = FIXED_LEN_MAX,
	  .name = "section header" },
	{ .id = 0x8002ABCD, .kind = BK_MACHINE, .len_max = FIXED_LEN_MAX,
	  .name = "machine info" },
	{ .id = 0x8000ABCD, .kind = BK_PROCS, .len_max = LIST_LEN_MAX, .version = 1,
	  .name = "process list v1" },
	{ .id = 0x8013ABCD, .kind = BK_PROCS, .len_max = LIST_LEN_MAX, .version = 2,
	  .name = "process list v2" },
	{ .id = 0x8014ABCD, .kind = BK_PROCS, .len_max = LIST_LEN_MAX, .version = 3,
	  .name = "process list v3" },
	{ .id = 0x8001ABCD, .kind = BK_FDS, .len_max = LIST_LEN_MAX, .version = 1,
	  .name = "fd list v1" },
	{ .id = 0x8011ABCD, .kind = BK_IFACES, .len_max = LIST_LEN_MAX, .version = 1,
	  .name = "interface list v1" },
	{ .id = 0x8012ABCD, .kind = BK_USERS, .len_max = LIST_LEN_MAX, .version = 1,
	  .name = "user list v1" },
	{ .id = 0x8010ABCD, .kind = BK_EVENT, .len_max = EVENT_LEN_MAX,
	  .name = "event v1" },
};

const struct block_type *
block_type_find_sparse(uint32_t id)
{
	for (size_t i = 0; i < ARRAY_LEN(sparse); i++)
		if (sparse[i].id == id)
			return &sparse[i];
	return NULL;
}

const char *
capture_block_name(uint32_t type)
{
	const struct block_type *row = block_type_find(type);

	return row ? row->name : NULL;
}
