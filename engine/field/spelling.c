#include "engine/field/spelling.h"

#include <string.h>

#define LEN_MAX 48			/* of names that are compared */
#define MISTAKES_MAX 3

struct spelling
spelling_of(const char *name, size_t len)
{
	unsigned allowed = len < 2 * MISTAKES_MAX ? (unsigned)len / 2 : MISTAKES_MAX;

	return (struct spelling){ name, len, len <= LEN_MAX ? allowed + 1 : 0 };
}

static unsigned
least(unsigned a, unsigned b)
{
	return a < b ? a : b;
}

/* How many letters must be added, dropped, changed or swapped with their
 * neighbour to make B of A. */
static unsigned
distance(const char *a, size_t a_len, const char *b, size_t b_len)
{
	unsigned rows[3][LEN_MAX + 1];
	unsigned *before = rows[0], *last = rows[1], *now = rows[2], *spare;

	for (unsigned j = 0; j <= b_len; j++)
		before[j] = last[j] = j;
	for (size_t i = 1; i <= a_len; i++) {
		now[0] = (unsigned)i;
		for (size_t j = 1; j <= b_len; j++) {
			now[j] = least(least(last[j], now[j - 1]) + 1,
				       last[j - 1] + (a[i - 1] != b[j - 1]));
			if (i > 1 && j > 1 && a[i - 1] == b[j - 2] && a[i - 2] == b[j - 1])
				now[j] = least(now[j], before[j - 2] + 1);
		}
		spare = before;
		before = last;
		last = now;
		now = spare;
	}
	return last[b_len];
}

bool
spelling_is_nearer(struct spelling *s, const char *candidate)
{
	size_t len = strlen(candidate);
	unsigned d;

	if (!s->mistakes || len > LEN_MAX)
		return false;
	/* So many letters are added or dropped at least. */
	if (len >= s->len + s->mistakes || s->len >= len + s->mistakes)
		return false;
	d = distance(s->name, s->len, candidate, len);
	if (d >= s->mistakes)
		return false;
	s->mistakes = d;
	return true;
}
