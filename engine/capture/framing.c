#include "engine/capture/framing.h"

#include <string.h>

#include "engine/capture/damage.h"

/* A search finds blocks of up to this length, and has no more than about twice as many bytes
 * at hand. */
#define SEARCH_LEN_MAX (1u << 19)

/* Up to here a block is read whole to see whether its length is right. */
#define CHECK_LEN_MAX (1u << 20)

static uint32_t
load_u32(const uint8_t *p, bool swap)
{
	uint32_t v;

	memcpy(&v, p, sizeof(v));
	return swap ? __builtin_bswap32(v) : v;
}

void
framing_init(struct framing *f, struct stream *stream, struct damage *damage)
{
	cursor_init(&f->cursor, stream);
	f->damage = damage;
	f->swap = false;
	f->torn = false;
	f->type = NULL;
}

void
framing_fini(struct framing *f)
{
	cursor_fini(&f->cursor);
}

/* The byte order of the section whose header is at P. */
static bool
section_swap(const uint8_t *p, size_t len, bool otherwise)
{
	uint32_t magic = len >= 12 ? load_u32(p + 8, false) : 0;

	if (magic == BLOCK_SECTION_MAGIC)
		return false;
	if (magic == __builtin_bswap32(BLOCK_SECTION_MAGIC))
		return true;
	return otherwise;
}

/* Read the head of what may be a block at P. False: it is none that is known,
 * or its length cannot be. */
static bool
read_head(const struct framing *f, const uint8_t *p, size_t len, uint32_t *block_len)
{
	bool swap = f->swap;
	uint32_t id = load_u32(p, swap);
	const struct block_type *type = block_type_find(id);

	if (!type)
		return false;
	if (type->kind == BK_SECTION)
		swap = section_swap(p, len, swap);
	*block_len = load_u32(p + 4, swap);
	return *block_len >= BLOCK_LEN_MIN && *block_len <= block_type_len_max(type);
}

/* A block at P, with its length at both ends, within LEN bytes. *WANT: it cannot be
 * told before there are as many. */
static bool
is_block(const struct framing *f, const uint8_t *p, size_t len, size_t *want)
{
	uint32_t block_len;

	*want = 0;
	if (!read_head(f, p, len, &block_len) || block_len > SEARCH_LEN_MAX)
		return false;
	if (block_len > len)
		*want = block_len;
	return block_len <= len && !memcmp(p + 4, p + block_len - 4, 4);
}

/* Find the next block from the cursor on. False: there is none. It waits for no more than
 * it takes to tell: a pipe may have nothing more for long. */
static bool
search(struct framing *f)
{
	struct cursor *c = &f->cursor;

	for (;;) {
		size_t n = (size_t)(c->end - c->at), want = 0, i;

		for (i = 0; i + BLOCK_LEN_MIN <= n && !want; i++) {
			if (!is_block(f, c->at + i, n - i, &want))
				continue;
			c->at += i;
			return true;
		}
		c->at += i;
		n -= i;
		if (want) {
			/* The last one may be one, if there is more. */
			c->at--;
			if (cursor_need(c, want) < want)
				c->at++;
		} else if (cursor_more(c) == n) {
			c->at = c->end;
			return false;
		}
	}
}

/* The input ends in the current block. */
static void
leave_cut(struct framing *f)
{
	f->cursor.at = f->cursor.end;
	damage_cut(f->damage, &f->block, cursor_offset(&f->cursor));
}

/* The input goes on at the cursor with something that looks like a block, or
 * it ends there. */
static bool
goes_on(struct framing *f, size_t ahead)
{
	size_t n = cursor_need(&f->cursor, ahead + BLOCK_LEN_MIN);
	uint32_t len;

	return n < ahead + BLOCK_LEN_MIN ? n <= ahead :
		read_head(f, f->cursor.at + ahead, n - ahead, &len);
}

void
framing_leave_short(struct framing *f)
{
	if (search(f))
		damage_block(f->damage, &f->block, "its length of %u bytes is wrong",
			     f->block.len);
	else
		leave_cut(f);
}

/* Find the end of the torn block, at whose first byte the cursor is. */
static void
settle(struct framing *f)
{
	struct cursor *c = &f->cursor;
	uint32_t len = f->block.len;
	size_t seen_len = ((f->seen + 3) & ~(size_t)3) + 4;
	size_t n = cursor_need(c, len);

	f->torn = false;
	if (n < len && f->fits) {
		leave_cut(f);
		return;
	}
	/* What was understood may end in a length of its own. */
	if (n >= seen_len && load_u32(c->at + seen_len - 4, f->swap) == seen_len) {
		damage_block(f->damage, &f->block, "its length of %u bytes is wrong", len);
		c->at += seen_len;
		return;
	}
	if (n < len) {
		c->at += f->seen;
		framing_leave_short(f);
		return;
	}
	damage_block(f->damage, &f->block, "its two lengths differ, %u and %u", len,
		     load_u32(c->at + len - 4, f->swap));
	if (goes_on(f, len)) {
		c->at += len;
		return;
	}
	c->at += f->seen;
	search(f);
}

/* The head of the current block cannot be: look for another one. */
static void
refuse_head(struct framing *f)
{
	f->block.usable = false;
	damage_block(f->damage, &f->block, "a length of %u bytes cannot be", f->block.len);
	f->cursor.at++;
	search(f);
}

bool
framing_next(struct framing *f)
{
	struct cursor *c = &f->cursor;
	size_t n;

	if (f->torn)
		settle(f);
	n = cursor_need(c, BLOCK_HEAD_LEN);
	if (!n)
		return false;
	f->block.number++;
	f->block.offset = cursor_offset(c);
	if (n < BLOCK_HEAD_LEN) {
		leave_cut(f);
		return false;
	}
	f->block.type = load_u32(c->at, f->swap);
	if (f->block.type == BLOCK_SECTION) {
		n = cursor_need(c, BLOCK_LEN_MIN);
		f->swap = section_swap(c->at, n, f->swap);
	}
	f->block.len = load_u32(c->at + 4, f->swap);
	f->block.usable = true;
	f->type = block_type_find(f->block.type);
	if (f->block.len < BLOCK_LEN_MIN || f->block.len > block_type_len_max(f->type))
		refuse_head(f);
	return true;
}

bool
framing_whole(struct framing *f, size_t *body_len)
{
	uint32_t len = f->block.len;
	size_t n = cursor_need(&f->cursor, len);

	if (n >= len && !memcmp(f->cursor.at + 4, f->cursor.at + len - 4, 4)) {
		*body_len = len - BLOCK_LEN_MIN;
		return true;
	}
	if (n > len - 4)
		n = len - 4;
	*body_len = n - BLOCK_HEAD_LEN;
	return false;
}

void
framing_leave_torn(struct framing *f, size_t seen, bool fits)
{
	f->torn = true;
	f->seen = seen;
	f->fits = fits;
}

void
framing_leave_unknown(struct framing *f)
{
	size_t body_len;

	if (f->block.len > CHECK_LEN_MAX) {
		cursor_skip(&f->cursor, f->block.len - 4);
		framing_leave_walked(f);
	} else if (framing_whole(f, &body_len)) {
		framing_leave(f);
	} else {
		framing_leave_torn(f, BLOCK_HEAD_LEN, false);
	}
}

void
framing_leave_walked(struct framing *f)
{
	size_t n = cursor_need(&f->cursor, 4);
	uint32_t len;

	if (n < 4) {
		leave_cut(f);
		return;
	}
	len = load_u32(f->cursor.at, f->swap);
	if (len == f->block.len) {
		f->cursor.at += 4;
		return;
	}
	damage_block(f->damage, &f->block, "its two lengths differ, %u and %u",
		     f->block.len, len);
	if (goes_on(f, 4))
		f->cursor.at += 4;
	else
		search(f);
}

void
framing_leave_lost(struct framing *f, uint64_t left)
{
	if (left <= CHECK_LEN_MAX) {
		size_t n = cursor_need(&f->cursor, (size_t)left + 4);

		if (n >= left + 4 &&
		    load_u32(f->cursor.at + left, f->swap) == f->block.len) {
			f->cursor.at += left + 4;
			return;
		}
	}
	search(f);
}
