#include "engine/base/find.h"

#include <string.h>

#define SHORT_MAX 32			/* longer needles are worth the preparation */

/* How often C stands in text, roughly: less is rarer. */
static unsigned
frequency(uint8_t c)
{
	if (c >= '0' && c <= '9')
		return 6;
	if (c == ' ' || c == '=' || c == '.' || c == '/')
		return 5;
	if (c >= 'a' && c <= 'z')
		return c == 'q' || c == 'x' || c == 'z' || c == 'j' || c == 'k' ? 1 : 4;
	return c >= 'A' && c <= 'Z' ? 2 : c >= 0x21 && c < 0x7F ? 1 : 0;
}

/* Where the rarest byte of NEEDLE stands in it. */
static size_t
rarest(struct span needle)
{
	size_t at = 0;

	for (size_t i = 1; i < needle.len; i++)
		if (frequency(needle.p[i]) < frequency(needle.p[at]))
			at = i;
	return at;
}

struct find
find_of(struct span needle)
{
	return (struct find){ needle, rarest(needle) };
}

bool
find_in_longer(const struct find *f, struct span hay)
{
	struct span needle = f->needle;
	const uint8_t *at, *end;

	if (!needle.len)
		return true;
	if (needle.len > SHORT_MAX)
		return memmem(hay.p, hay.len, needle.p, needle.len);
	at = hay.p + f->rare;
	end = hay.p + hay.len - (needle.len - f->rare - 1);
	while ((at = memchr(at, needle.p[f->rare], (size_t)(end - at)))) {
		if (!memcmp(at - f->rare, needle.p, needle.len))
			return true;
		at++;
	}
	return false;
}

bool
find_bytes(struct span hay, struct span needle)
{
	struct find f = find_of(needle);

	return find_in(&f, hay);
}
