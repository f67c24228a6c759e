#include "probe/merge.h"

#include <stdlib.h>
#include <string.h>

#include "engine/base/mem.h"
#include "probe/ring.h"
#include "probe/wire.h"

/*
 * Why events of one thread never change places, however long the kernel side takes:
 * the clock is read before the rings are looked at. Should a thread send one record
 * to a ring after that was looked at, move, and send the next one to a ring that is
 * looked at later, then the next one is younger than the clock, and waits.
 */

struct lane {
	struct ring *ring;
	const uint8_t *p;		/* its next record; NULL: none was seen */
	size_t len;
	uint64_t ts_ns;
	uint64_t last_ns;		/* of the last record handed out */
	uint32_t seq;			/* of the last one */
	uint16_t cpu;
};

struct merge {
	struct lane *lanes;
	size_t n;
	struct lane *taken;		/* whose record is with the caller */
	uint64_t complete_ns;		/* what is older is complete */
	uint64_t start_ns, last_ns;
	uint64_t n_late;
};

struct merge *
merge_new(struct ring *rings, const uint16_t *cpus, size_t n, uint64_t start_ns)
{
	struct merge *m = xzalloc(sizeof(*m));

	m->lanes = xzalloc((n ? n : 1) * sizeof(*m->lanes));
	m->n = n;
	m->start_ns = m->last_ns = start_ns;
	for (size_t i = 0; i < n; i++)
		m->lanes[i] = (struct lane){ .ring = &rings[i], .cpu = cpus[i],
					     .last_ns = start_ns };
	return m;
}

void
merge_free(struct merge *m)
{
	if (!m)
		return;
	free(m->lanes);
	free(m);
}

static void
peek(struct lane *l)
{
	struct wire_head head;

	l->p = NULL;
	while (ring_peek(l->ring, &l->p, &l->len)) {
		if (l->len >= sizeof(head)) {
			memcpy(&head, l->p, sizeof(head));
			l->ts_ns = head.ts_ns;
			return;
		}
		ring_skip(l->ring, l->len);
	}
	l->p = NULL;
}

/* The caller is done with the record that it got last. */
static void
settle(struct merge *m)
{
	struct lane *l = m->taken;

	if (!l)
		return;
	m->taken = NULL;
	ring_skip(l->ring, l->len);
	peek(l);
}

size_t
merge_look(struct merge *m, uint64_t now_ns, uint64_t slack_ns)
{
	size_t most = 0;

	settle(m);
	m->complete_ns = now_ns > slack_ns ? now_ns - slack_ns : 0;
	for (size_t i = 0; i < m->n; i++) {
		struct lane *l = &m->lanes[i];
		size_t waiting;

		ring_release(l->ring);
		ring_look(l->ring);
		waiting = (size_t)(l->ring->limit - l->ring->at);
		if (waiting > most)
			most = waiting;
		if (!l->p)
			peek(l);
	}
	return most;
}

bool
merge_next(struct merge *m, struct merge_item *out)
{
	struct lane *first = NULL;
	struct wire_head head;

	settle(m);
	for (size_t i = 0; i < m->n; i++)
		if (m->lanes[i].p && (!first || m->lanes[i].ts_ns < first->ts_ns))
			first = &m->lanes[i];
	if (!first || first->ts_ns >= m->complete_ns)
		return false;
	memcpy(&head, first->p, sizeof(head));
	*out = (struct merge_item){ .p = first->p, .len = first->len, .ts_ns = head.ts_ns,
				    .cpu = first->cpu, .lost_from_ns = first->last_ns };
	if (head.flags & WIRE_UNNUMBERED)
		head.seq = first->seq;
	if ((int32_t)(head.seq - first->seq) > 1)
		out->n_lost = head.seq - first->seq - 1;
	if ((int32_t)(head.seq - first->seq) > 0)
		first->seq = head.seq;
	if (out->ts_ns < m->last_ns) {
		out->ts_ns = m->last_ns;
		m->n_late++;
	}
	m->last_ns = out->ts_ns;
	first->last_ns = out->ts_ns;
	m->taken = first;
	return true;
}

uint64_t
merge_late(const struct merge *m)
{
	return m->n_late;
}

uint64_t
merge_last_ns(const struct merge *m, uint32_t cpu)
{
	for (size_t i = 0; i < m->n; i++)
		if (m->lanes[i].cpu == cpu)
			return m->lanes[i].last_ns;
	return m->start_ns;
}
