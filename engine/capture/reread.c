#include "engine/capture/reread.h"

#include <errno.h>
#include <stdlib.h>
#include <string.h>
#include <unistd.h>

#include "engine/base/mem.h"
#include "engine/capture/block_type.h"
#include "engine/capture/framing.h"
#include "engine/capture/inflate.h"
#include "engine/event/layout.h"
#include "engine/event/source.h"

#define PIECE_LEN (128u << 10)
#define GZIP_PIECE_LEN (1u << 20)	/* each costs the way from a checkpoint */

struct again {
	struct reread reread;		/* first: it is one */
	reread_find_input *find;
	const void *ctx;
	uint32_t file;			/* of the piece */
	uint64_t offset;		/* of its first byte */
	size_t len;			/* 0: there is none */
	uint8_t *piece;
	size_t cap;
	uint8_t *turned;		/* an event of the other byte order */
	size_t turned_cap;
};

/* Read LEN bytes at OFFSET of a plain file. */
static int
read_plain(const struct reread_input *in, uint64_t offset, size_t len, uint8_t *buf,
	   struct err *err)
{
	size_t got = 0;

	while (got < len) {
		ssize_t n = pread(in->fd, buf + got, len - got, (off_t)(offset + got));

		if (n < 0 && errno == EINTR)
			continue;
		if (n < 0)
			return err_set(err, -errno, "cannot be read again: %s", strerror(errno));
		if (!n)
			return err_set(err, -ESTALE, "became shorter after it was read");
		got += (size_t)n;
	}
	return 0;
}

/* Have at least LEN bytes from *AT on in the piece. */
static int
have(struct again *a, const struct event_place *at, size_t len, struct err *err)
{
	struct reread_input in;
	size_t want;
	int rc;

	if (a->len && a->file == at->file && at->offset >= a->offset &&
	    at->offset + len <= a->offset + a->len)
		return 0;
	if (!a->find(a->ctx, at->file, &in))
		return err_set(err, -ENOENT, "there is no input %u", at->file);
	if (at->offset + len > in.bytes)
		return err_set(err, -ENODATA, "%s: ends before byte %llu", in.name,
			       (unsigned long long)(at->offset + len));
	want = in.index ? GZIP_PIECE_LEN : PIECE_LEN;
	if (want > in.bytes - at->offset)
		want = (size_t)(in.bytes - at->offset);
	if (want < len)
		want = len;
	xgrow(&a->piece, &a->cap, want, 1);
	a->len = 0;
	rc = in.index ? inflate_index_read(in.index, in.fd, &(struct inflate_range){
						   at->offset, want, a->piece }, err) :
			read_plain(&in, at->offset, want, a->piece, err);
	if (rc < 0)
		return err_in(err, "%s", in.name);
	a->file = at->file;
	a->offset = at->offset;
	a->len = want;
	return 0;
}

static const uint8_t *
bytes_at(const struct again *a, const struct event_place *at)
{
	return a->piece + (at->offset - a->offset);
}

/* The kind of the block whose id is stored as ID; *SWAP: in the other byte order. */
static const struct block_type *
event_block(uint32_t id, bool *swap)
{
	const struct block_type *type = block_type_find(id);

	*swap = !type;
	if (*swap)
		type = block_type_find(__builtin_bswap32(id));
	return type && type->kind == BK_EVENT ? type : NULL;
}

static int
again_event(struct reread *r, const struct event_place *at, struct event *ev, struct err *err)
{
	struct again *a = (struct again *)r;
	const struct block_type *type;
	size_t prefix, start;
	const uint8_t *p;
	uint32_t len;
	bool swap;

	if (have(a, at, BLOCK_HEAD_LEN + 6 + EVENT_HEADER_LEN, err) < 0)
		return err->code;
	p = bytes_at(a, at);
	type = event_block(layout_u32(p, false), &swap);
	if (!type)
		return err_set(err, -ESTALE, "there is no event any more");
	prefix = type->has_flags ? 6 : 2;
	start = BLOCK_HEAD_LEN + prefix;
	len = layout_event_len(layout_u16(p + start + EVENT_ID_AT, swap),
			       layout_u32(p + start + EVENT_LEN_AT, swap), type->has_count);
	if (len < EVENT_HEADER_LEN || len > type->len_max)
		return err_set(err, -ESTALE, "there is another event now");
	if (have(a, at, start + len, err) < 0)
		return err->code;
	p = bytes_at(a, at);
	ev->offset = at->offset;
	ev->cpu = layout_u16(p + BLOCK_HEAD_LEN, swap);
	ev->dump_flags = type->has_flags ? layout_u32(p + BLOCK_HEAD_LEN + 2, swap) : 0;
	p += start;
	if (swap) {
		xgrow(&a->turned, &a->turned_cap, len, 1);
		memcpy(a->turned, p, len);
		event_swap(a->turned, len, type->has_count);
		p = a->turned;
	}
	return event_decode(ev, p, len, type->has_count, err);
}

static void
again_close(struct reread *r)
{
	struct again *a = (struct again *)r;

	free(a->piece);
	free(a->turned);
	free(a);
}

static const struct reread_ops again_ops = { .event = again_event, .close = again_close };

struct reread *
capture_reread_new(reread_find_input *find, const void *ctx)
{
	struct again *a = xzalloc(sizeof(*a));

	a->reread.ops = &again_ops;
	a->find = find;
	a->ctx = ctx;
	return &a->reread;
}
