#include "engine/store/payload.h"

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
};

struct payload {
	struct piece *pieces;		/* PIECES_MAX of them: they do not move */
	size_t n;
	size_t room;			/* left in the last one */
	size_t len, bytes;
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

	p->pieces[p->n++] = (struct piece){ xmalloc(len), 0 };
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

void
payload_get(const struct payload *p, uint32_t at, struct event *ev)
{
	const uint8_t *from = p->pieces[at >> PLACE_BITS].p +
			      8 * (size_t)(at & ((1u << PLACE_BITS) - 1));
	uint16_t flags, count;

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
