#include "engine/capture/cursor.h"

#include <stdlib.h>
#include <string.h>

#include "engine/base/mem.h"
#include "engine/capture/stream.h"

void
cursor_init(struct cursor *c, struct stream *stream)
{
	*c = (struct cursor){ .stream = stream };
}

void
cursor_fini(struct cursor *c)
{
	free(c->scratch);
	*c = (struct cursor){ .stream = NULL };
}

/* Take the next buffer of the stream; nothing may point into the last one. */
static size_t
take(struct cursor *c)
{
	size_t n = stream_take(c->stream, &c->more);

	c->more_end = n ? c->more + n : c->more;
	return n;
}

/* Nothing is at hand: go on in the stream's buffer itself. */
static size_t
switch_over(struct cursor *c)
{
	if (c->more == c->more_end && !take(c))
		return 0;
	c->in_scratch = false;
	c->at = c->more;
	c->end = c->more = c->more_end;
	c->end_offset += (uint64_t)(c->end - c->at);
	return (size_t)(c->end - c->at);
}

/* Make room in the scratch for N bytes behind what is at hand, and bring that
 * there. */
static void
move_to_scratch(struct cursor *c, size_t n)
{
	size_t have = (size_t)(c->end - c->at);
	bool inside = c->in_scratch;
	size_t at = inside ? (size_t)(c->at - c->scratch) : 0;

	if (inside && at + have + n <= c->scratch_cap)
		return;
	if (inside)
		memmove(c->scratch, c->at, have);
	xgrow(&c->scratch, &c->scratch_cap, have + n, 1);
	if (!inside)
		memcpy(c->scratch, c->at, have);
	c->at = c->scratch;
	c->end = c->scratch + have;
	c->in_scratch = true;
}

size_t
cursor_fill(struct cursor *c, size_t n)
{
	size_t have = (size_t)(c->end - c->at);

	while (have < n) {
		size_t part;

		if (!have) {
			have = switch_over(c);
			if (!have)
				return 0;
			continue;
		}
		/* The stream's buffer may be given back by take(). */
		move_to_scratch(c, 0);
		if (c->more == c->more_end && !take(c))
			break;
		part = (size_t)(c->more_end - c->more);
		if (part > n - have)
			part = n - have;
		move_to_scratch(c, part);
		memcpy(c->scratch + (c->end - c->scratch), c->more, part);
		c->more += part;
		c->end += part;
		c->end_offset += part;
		have += part;
	}
	return have;
}

size_t
cursor_more(struct cursor *c)
{
	size_t have = (size_t)(c->end - c->at);

	if (!have)
		return switch_over(c);
	move_to_scratch(c, 0);
	if (c->more == c->more_end && !take(c))
		return have;
	return cursor_fill(c, have + (size_t)(c->more_end - c->more));
}

uint64_t
cursor_skip(struct cursor *c, uint64_t n)
{
	uint64_t left = n;

	while (left) {
		size_t have = cursor_need(c, 1);

		if (!have)
			break;
		if (have > left)
			have = (size_t)left;
		c->at += have;
		left -= have;
	}
	return n - left;
}
