#include "probe/pieces.h"

#include <string.h>

void
pieces_take(struct pieces *k, const uint8_t *p, size_t at, size_t len)
{
	size_t first = (size_t)k->message * WIRE_PARTS, part;
	struct wire_chunk c;

	memset(k->parts, 0, k->n_grabs * sizeof(k->parts[0]));
	k->n_messages = 0;
	while (len - at >= sizeof(c)) {
		memcpy(&c, p + at, sizeof(c));
		at += sizeof(c);
		if (c.len > len - at)
			return;
		part = c.part - first;
		if (c.grab < k->n_grabs && c.part >= first && part < WIRE_PARTS)
			k->parts[c.grab][part] = (struct span){ p + at, c.len };
		if (k->plan->has_messages && c.part / WIRE_PARTS >= k->n_messages)
			k->n_messages = (uint8_t)(c.part / WIRE_PARTS + 1);
		at += ((size_t)c.len + 3) & ~(size_t)3;
		if (at > len)
			return;
	}
}

void
pieces_text(struct text *out, struct span s)
{
	if (!s.p || !s.len)
		return;
	text_bytes(out, s.p, s.len);
	if (s.p[s.len - 1])
		text_char(out, '\0');
}
