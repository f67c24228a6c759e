#include "engine/store/payload.h"

#include <assert.h>
#include <libdeflate.h>
#include <stdlib.h>
#include <string.h>

#include "engine/base/mem.h"
#include "engine/event/event.h"

/*
 * Pieces of 64 KiB, or of one event that is larger. Where an event is: the index
 * of its piece and its place in it, in units of 8 bytes:
 *
 *	piece 19 bits | place 13 bits
 *
 *	tid 8 | values 4 | flags 2 | count 2 | ends 4 each | values
 */
#define PIECE_LEN (64u << 10)
#define PLACE_BITS 13u
#define HEAD_LEN 16u

struct piece {
	uint8_t *p;
	size_t len;
	size_t packed_len;		/* bytes at P that LEN were packed into; 0: they were not */
};

struct payload {
	struct piece *pieces;		/* PIECES_MAX of them: they do not move */
	size_t n;
	size_t room;			/* left in the last one */
	size_t len, bytes;
	bool is_packed;
};

/* As many as PAYLOAD_MAX can need, were each large event in its own. */
#define PIECES_MAX (4 * PAYLOAD_MAX / PIECE_LEN)

struct payload *
payload_new(void)
{
	struct payload *p = xzalloc(sizeof(*p));

	p->pieces = xzalloc(PIECES_MAX * sizeof(*p->pieces));
	p->bytes = sizeof(*p) + PIECES_MAX * sizeof(*p->pieces);
	return p;
}

void
payload_free(struct payload *p)
{
	if (!p)
		return;
	for (size_t i = 0; i < p->n; i++)
		free(p->pieces[i].p);
	free(p->pieces);
	free(p);
}

static void
add_piece(struct payload *p, size_t need)
{
	size_t len = need > PIECE_LEN ? need : PIECE_LEN;

	p->pieces[p->n++] = (struct piece){ xmalloc(len), 0, 0 };
	p->room = len;
	p->bytes += len;
}

uint32_t
payload_add(struct payload *p, const struct event *ev)
{
	uint32_t n = ev->n_params, values = n ? ev->ends[n - 1] : 0, place;
	size_t len = (HEAD_LEN + 4 * (size_t)n + values + 7) & ~(size_t)7;
	uint16_t flags = (uint16_t)ev->dump_flags, count = (uint16_t)n;
	struct piece *piece;
	uint8_t *at;

	if (len > p->room)
		add_piece(p, len);
	piece = &p->pieces[p->n - 1];
	at = piece->p + piece->len;
	place = (uint32_t)(p->n - 1) << PLACE_BITS | (uint32_t)(piece->len / 8);
	memcpy(at, &ev->tid, 8);
	memcpy(at + 8, &values, 4);
	memcpy(at + 12, &flags, 2);
	memcpy(at + 14, &count, 2);
	memcpy(at + HEAD_LEN, ev->ends, 4 * (size_t)n);
	if (values)
		memcpy(at + HEAD_LEN + 4 * (size_t)n, ev->values, values);
	piece->len += len;
	p->room -= len;
	p->len += len;
	return place;
}

/* Pack FROM into ROOM, which has as many bytes, where that makes it smaller by a part that
 * is worth the way back. */
static struct piece
pack_piece(const struct piece *from, struct libdeflate_compressor *with, uint8_t *room)
{
	size_t most = from->len - from->len / 8;
	size_t n = libdeflate_deflate_compress(with, from->p, from->len, room, most);
	struct piece to = { xmalloc(n ? n : from->len), from->len, n };

	memcpy(to.p, n ? room : from->p, n ? n : from->len);
	return to;
}

struct payload *
payload_pack(const struct payload *p, struct libdeflate_compressor *with)
{
	struct payload *to = xzalloc(sizeof(*to));
	uint8_t *room = NULL;
	size_t cap = 0;

	to->pieces = xzalloc((p->n + 1) * sizeof(*to->pieces));
	to->n = p->n;
	to->len = p->len;
	to->is_packed = true;
	to->bytes = sizeof(*to) + (p->n + 1) * sizeof(*to->pieces);
	for (size_t i = 0; i < p->n; i++) {
		xgrow(&room, &cap, p->pieces[i].len + 1, 1);
		to->pieces[i] = pack_piece(&p->pieces[i], with, room);
		to->bytes += to->pieces[i].packed_len ? to->pieces[i].packed_len :
							to->pieces[i].len;
	}
	free(room);
	return to;
}

bool
payload_is_packed(const struct payload *p)
{
	return p->is_packed;
}

void
payload_view_fini(struct payload_view *v)
{
	libdeflate_free_decompressor(v->inflate);
	free(v->bytes);
	*v = (struct payload_view){ .of = NULL };
}

/* Piece I of P as it was before it was packed. */
static const uint8_t *
unpacked(const struct payload *p, size_t i, struct payload_view *v)
{
	const struct piece *piece = &p->pieces[i];
	enum libdeflate_result result;

	if (v->of == p && v->piece == i)
		return v->bytes;
	if (!v->inflate)
		v->inflate = libdeflate_alloc_decompressor();
	if (!v->inflate)
		die("out of memory (to unpack events)");
	xgrow(&v->bytes, &v->cap, piece->len, 1);
	result = libdeflate_deflate_decompress(v->inflate, piece->p, piece->packed_len, v->bytes,
					       piece->len, NULL);
	assert(result == LIBDEFLATE_SUCCESS);
	(void)result;
	v->of = p;
	v->piece = i;
	return v->bytes;
}

void
payload_get(const struct payload *p, uint32_t at, struct payload_view *v, struct event *ev)
{
	size_t i = at >> PLACE_BITS;
	const uint8_t *from = p->pieces[i].packed_len ? unpacked(p, i, v) : p->pieces[i].p;
	uint16_t flags, count;

	from += 8 * (size_t)(at & ((1u << PLACE_BITS) - 1));
	memcpy(&ev->tid, from, 8);
	memcpy(&flags, from + 12, 2);
	memcpy(&count, from + 14, 2);
	ev->dump_flags = flags;
	ev->n_params = count;
	memcpy(ev->ends, from + HEAD_LEN, 4 * (size_t)count);
	ev->values = from + HEAD_LEN + 4 * (size_t)count;
}

size_t
payload_len(const struct payload *p)
{
	return p->len;
}

size_t
payload_bytes(const struct payload *p)
{
	return p->bytes;
}
