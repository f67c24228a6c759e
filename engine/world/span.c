#include "engine/world/span.h"

#include <string.h>

bool
span_starts_with(struct span s, const char *prefix)
{
	size_t len = strlen(prefix);

	return s.len >= len && !memcmp(s.p, prefix, len);
}

bool
span_ends_with(struct span s, const char *suffix)
{
	size_t len = strlen(suffix);

	return s.len >= len && !memcmp(span_end(s) - len, suffix, len);
}

const uint8_t *
span_find(struct span s, const char *text)
{
	return s.len ? memmem(s.p, s.len, text, strlen(text)) : NULL;
}

const uint8_t *
span_find_last(struct span s, const char *text)
{
	size_t len = strlen(text);

	while (s.len >= len && len) {
		const uint8_t *at = memrchr(s.p, text[0], s.len - len + 1);

		if (!at)
			return NULL;
		if (!memcmp(at, text, len))
			return at;
		s.len = (size_t)(at - s.p) + len - 1;
	}
	return NULL;
}

bool
span_after(struct span s, const char *text, struct span *rest)
{
	const uint8_t *at = span_find(s, text);

	if (!at)
		return false;
	*rest = span_between(at + strlen(text), span_end(s));
	return true;
}

bool
span_after_last(struct span s, const char *text, struct span *rest)
{
	const uint8_t *at = span_find_last(s, text);

	if (!at)
		return false;
	*rest = span_between(at + strlen(text), span_end(s));
	return true;
}

struct span
span_component(struct span s)
{
	const uint8_t *slash = s.len ? memchr(s.p, '/', s.len) : NULL;

	return slash ? span_between(s.p, slash) : s;
}

struct span
span_last_component(struct span s)
{
	const uint8_t *slash = s.len ? memrchr(s.p, '/', s.len) : NULL;

	return slash ? span_between(slash + 1, span_end(s)) : s;
}

bool
span_next_text(struct span *list, struct span *text)
{
	const uint8_t *nul;

	if (!list->len)
		return false;
	nul = memchr(list->p, '\0', list->len);
	*text = nul ? span_between(list->p, nul) : *list;
	*list = span_between(nul ? nul + 1 : span_end(*list), span_end(*list));
	return true;
}

int
span_hex_digit(uint8_t c)
{
	if (c >= '0' && c <= '9')
		return c - '0';
	c |= 0x20;
	return c >= 'a' && c <= 'f' ? c - 'a' + 10 : -1;
}
