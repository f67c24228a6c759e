#include "engine/filter/glob.h"

#include <ctype.h>

#include "engine/base/mem.h"

static uint8_t
folded(uint8_t c, bool fold)
{
	return fold && c >= 'A' && c <= 'Z' ? (uint8_t)(c + 'a' - 'A') : c;
}

static bool
is_alnum(uint8_t c)
{
	return (c >= '0' && c <= '9') || ((c | 32) >= 'a' && (c | 32) <= 'z');
}

/* Whether C is in the class [:NAME:], whose name has LEN bytes. */
static bool
in_class(const uint8_t *name, size_t len, uint8_t c)
{
	static const struct {
		const char *name;
		int (*is)(int);
	} classes[] = {
		{ "alnum", isalnum }, { "alpha", isalpha }, { "blank", isblank },
		{ "cntrl", iscntrl }, { "digit", isdigit }, { "graph", isgraph },
		{ "lower", islower }, { "print", isprint }, { "punct", ispunct },
		{ "space", isspace }, { "upper", isupper }, { "xdigit", isxdigit },
	};

	/* What is no ASCII is in no class, whatever the locale. */
	for (size_t i = 0; c < 0x80 && i < ARRAY_LEN(classes); i++)
		if (strlen(classes[i].name) == len && !memcmp(classes[i].name, name, len))
			return classes[i].is(c);
	return false;
}

/* The length of "[:name:]" at AT, or 0. */
static size_t
class_len(const uint8_t *at, const uint8_t *end)
{
	size_t n = 2;

	if (end - at < 4 || at[0] != '[' || at[1] != ':')
		return 0;
	while (at + n < end && is_alnum(at[n]))
		n++;
	return end - (at + n) >= 2 && at[n] == ':' && at[n + 1] == ']' ? n + 2 : 0;
}

/* One member of a set at *AT: a byte, behind a backslash perhaps. */
static uint8_t
take_member(const uint8_t **at, const uint8_t *end)
{
	if (**at == '\\' && *at + 1 < end)
		++*at;
	return *(*at)++;
}

/* Whether C is in the set at AT, right behind its "[". Where it ends; NULL: it
 * is not closed, so it is no set. */
static const uint8_t *
match_set(const uint8_t *at, const uint8_t *end, uint8_t c, bool fold, bool *matches)
{
	bool negated = at < end && (*at == '!' || *at == '^'), found = false;
	const uint8_t *first = at += negated;

	while (at < end && (*at != ']' || at == first)) {
		size_t len = class_len(at, end);
		uint8_t from, to;

		if (len) {
			found |= in_class(at + 2, len - 4, c);
			at += len;
			continue;
		}
		from = to = take_member(&at, end);
		if (end - at >= 2 && at[0] == '-' && at[1] != ']') {
			at++;
			to = take_member(&at, end);
		}
		found |= c >= from && c <= to;
		found |= fold && folded(c, true) >= folded(from, true) &&
			 folded(c, true) <= folded(to, true);
	}
	*matches = found != negated;
	return at < end ? at + 1 : NULL;
}

/* Match the one byte C with what stands at AT, which is no star. The rest of
 * the pattern, or NULL. */
static const uint8_t *
match_one(const uint8_t *at, const uint8_t *end, uint8_t c, bool fold)
{
	const uint8_t *next;
	bool matches;

	if (*at == '?')
		return at + 1;
	if (*at == '[') {
		next = match_set(at + 1, end, c, fold, &matches);
		if (next)
			return matches ? next : NULL;
	}
	if (*at == '\\' && ++at == end)
		return NULL;
	return folded(*at, fold) == folded(c, fold) ? at + 1 : NULL;
}

bool
glob_match(struct span pattern, struct span text, bool fold)
{
	const uint8_t *p = pattern.p, *p_end = p + pattern.len;
	const uint8_t *t = text.p, *t_end = t + text.len;
	const uint8_t *star = NULL, *star_t = NULL, *next;

	while (t < t_end) {
		if (p < p_end && *p == '*') {
			star = ++p;
			star_t = t;
			continue;
		}
		next = p < p_end ? match_one(p, p_end, *t, fold) : NULL;
		if (next) {
			p = next;
			t++;
		} else if (star) {
			/* Only the last star ever needs to take more. */
			p = star;
			t = ++star_t;
		} else {
			return false;
		}
	}
	while (p < p_end && *p == '*')
		p++;
	return p == p_end;
}

bool
glob_has_wildcard(struct span pattern)
{
	for (size_t i = 0; i < pattern.len; i++)
		if (memchr("*?[\\", pattern.p[i], 4))
			return true;
	return false;
}
