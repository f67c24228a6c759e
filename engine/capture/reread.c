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

/* Pieces are long where one event after the other is wanted, and short where they are far
 * apart: to copy GAP_LEN bytes takes as long as to read once more. */
#define PIECE_LEN (128u << 10)
#define PIECE_LEAST 1024u
#define GAP_LEN (8u << 10)
#define GZIP_PIECE_LEN (256u << 10)

/* What is read in one go is inflated in one go; a second one goes back to calls that were
 * entered long ago, so that the first need not. */
#define READERS 2u

/* Several are kept: those of calls that were entered long ago are in between, and others
 * were entered lately. */
#define PIECES 16u

struct piece {
	uint32_t file;
	uint64_t offset;		/* of its first byte */
	size_t len;			/* 0: there is none */
	size_t want;			/* what it was to have */
	uint64_t last;			/* where something was wanted last */
	uint8_t *bytes;			/* owned */
	size_t cap;
	uint64_t used;			/* when it was last: a count */
};

struct again {
	struct reread reread;		/* first: it is one */
	reread_find_input *find;
	const void *ctx;
	struct piece pieces[PIECES];
	struct piece *piece;		/* the one that was asked for last */
	uint64_t n_used;
	struct inflate_reader *readers[READERS];	/* owned; NULL: not needed yet */
	unsigned reader;		/* that was used last */
	uint8_t *turned[2];		/* the last events of the other byte order */
	size_t turned_cap[2];
	unsigned n_turned;
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

/* Inflate RANGE of IN: from where a reader stands, or else from a checkpoint, by the one that
 * was not used last. */
static int
read_gzip(struct again *a, const struct reread_input *in, const struct inflate_range *range,
	  struct err *err)
{
	unsigned next = (a->reader + 1) % READERS;

	for (unsigned i = 0; i < READERS; i++)
		if (a->readers[i] &&
		    inflate_reader_leads_to(a->readers[i], in->index, range->offset))
			next = i;
	if (!a->readers[next])
		a->readers[next] = inflate_reader_new();
	a->reader = next;
	return inflate_reader_read(a->readers[next], in->index, in->fd, range, err);
}

/* Has P LEN bytes from AT on? */
static bool
has_bytes(const struct piece *p, const struct event_place *at, size_t len)
{
	return p->len && p->file == at->file && at->offset >= p->offset &&
	       at->offset + len <= p->offset + p->len;
}

/* The piece that has LEN bytes from AT on, or else that is to be read next: what was lent
 * last, and lies behind AT, is in none of these. */
static struct piece *
find_piece(struct again *a, const struct event_place *at, size_t len)
{
	struct piece *oldest = &a->pieces[0], *before = NULL;

	if (a->piece && has_bytes(a->piece, at, len))
		return a->piece;
	for (size_t i = 0; i < PIECES; i++) {
		struct piece *p = &a->pieces[i];

		if (has_bytes(p, at, len))
			return p;
		if (p->len && p->file == at->file && at->offset >= p->last &&
		    at->offset - p->last < GAP_LEN)
			before = p;
		if (p->used < oldest->used)
			oldest = p;
	}
	if (before)
		return before;
	oldest->want = 0;
	return oldest;
}

/* How much to read of a plain file, after WAS bytes that it follows. */
static size_t
next_len(size_t was)
{
	return was < PIECE_LEAST ? PIECE_LEAST : 2 * was < PIECE_LEN ? 2 * was : PIECE_LEN;
}

/* Have at least LEN bytes from *AT on in the piece. */
static int
have(struct again *a, const struct event_place *at, size_t len, struct err *err)
{
	struct piece *p = a->piece = find_piece(a, at, len);
	struct reread_input in;
	size_t want;
	int rc;

	p->used = ++a->n_used;
	if (has_bytes(p, at, len)) {
		p->last = at->offset;
		return 0;
	}
	if (!a->find(a->ctx, at->file, &in))
		return err_set(err, -ENOENT, "there is no input %u", at->file);
	if (at->offset + len > in.bytes)
		return err_set(err, -ENODATA, "%s: ends before byte %llu", in.name,
			       (unsigned long long)(at->offset + len));
	p->want = want = in.index ? GZIP_PIECE_LEN : next_len(p->want);
	if (want > in.bytes - at->offset)
		want = (size_t)(in.bytes - at->offset);
	if (want < len)
		want = len;
	xgrow(&p->bytes, &p->cap, want, 1);
	p->len = 0;
	rc = in.index ? read_gzip(a, &in, &(struct inflate_range){ at->offset, want, p->bytes },
				  err) :
			read_plain(&in, at->offset, want, p->bytes, err);
	if (rc < 0)
		return err_in(err, "%s", in.name);
	p->file = at->file;
	p->offset = at->offset;
	p->len = want;
	p->last = at->offset;
	return 0;
}

static const uint8_t *
bytes_at(const struct again *a, const struct event_place *at)
{
	return a->piece->bytes + (at->offset - a->piece->offset);
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
		unsigned i = a->n_turned++ % 2;

		xgrow(&a->turned[i], &a->turned_cap[i], len, 1);
		memcpy(a->turned[i], p, len);
		event_swap(a->turned[i], len, type->has_count);
		p = a->turned[i];
	}
	return event_decode(ev, p, len, type->has_count, err);
}

static void
again_close(struct reread *r)
{
	struct again *a = (struct again *)r;

	for (size_t i = 0; i < PIECES; i++)
		free(a->pieces[i].bytes);
	for (size_t i = 0; i < READERS; i++)
		inflate_reader_free(a->readers[i]);
	free(a->turned[0]);
	free(a->turned[1]);
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
