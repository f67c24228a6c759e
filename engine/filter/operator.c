#include "engine/filter/operator.h"

#include <string.h>

#include "engine/base/mem.h"
#include "engine/field/spelling.h"
#include "engine/filter/check.h"
#include "engine/filter/filter.h"
#include "engine/filter/glob.h"
#include "engine/filter/regex.h"
#include "engine/filter/scan.h"

#define BIT(type) (1u << (type))
#define ALL_TYPES (BIT(T_COUNT) - 1)
#define TEXT BIT(T_STR)
#define BYTES (BIT(T_STR) | BIT(T_DATA))
#define ORDERED (BIT(T_INT) | BIT(T_UINT) | BIT(T_DOUBLE) | BIT(T_STR) | BIT(T_TIME) | \
		 BIT(T_SPAN))

static bool
same_bytes(struct span a, struct span b)
{
	return a.len == b.len && !memcmp(a.p, b.p, a.len);
}

/* Is IP in NET? */
static bool
in_net(const struct ip *ip, const struct net *net)
{
	size_t whole = net->len / 8, rest = net->len % 8;

	if (ip->is_v6 != net->ip.is_v6 || memcmp(ip->bytes, net->ip.bytes, whole) != 0)
		return false;
	return !rest || (uint8_t)((ip->bytes[whole] ^ net->ip.bytes[whole]) >> (8 - rest)) == 0;
}

bool
operator_equal(const struct value *v, const struct value *k, enum value_type type)
{
	switch (type) {
	case T_BOOL:
		return v->b == k->b;
	case T_DOUBLE:
		return !(v->d < k->d) && !(v->d > k->d);
	case T_STR:
	case T_DATA:
		return same_bytes(v->s, k->s);
	case T_IP:
		return v->ip.is_v6 == k->ip.is_v6 &&
		       !memcmp(v->ip.bytes, k->ip.bytes, v->ip.is_v6 ? 16 : 4);
	case T_NET:
		return in_net(&v->net.ip, &k->net);
	default:
		return v->u == k->u;
	}
}

static int
order_bytes(struct span a, struct span b)
{
	int c = memcmp(a.p, b.p, a.len < b.len ? a.len : b.len);

	return c ? c : (a.len > b.len) - (a.len < b.len);
}

/* Below 0, 0 or above it as V is less than K, the same or more. */
static int
order(const struct value *v, const struct value *k, enum value_type type)
{
	switch (type) {
	case T_INT:
		return (v->i > k->i) - (v->i < k->i);
	case T_DOUBLE:
		return (v->d > k->d) - (v->d < k->d);
	case T_STR:
		return order_bytes(v->s, k->s);
	default:
		return (v->u > k->u) - (v->u < k->u);
	}
}

bool
operator_equals(const struct value *v, const struct constant *k, enum value_type type)
{
	return operator_equal(v, &k->v, type);
}

static bool
differs(const struct value *v, const struct constant *k, enum value_type type)
{
	return !operator_equal(v, &k->v, type);
}

static bool
less(const struct value *v, const struct constant *k, enum value_type type)
{
	return order(v, &k->v, type) < 0;
}

static bool
less_or_equal(const struct value *v, const struct constant *k, enum value_type type)
{
	return order(v, &k->v, type) <= 0;
}

static bool
more(const struct value *v, const struct constant *k, enum value_type type)
{
	return order(v, &k->v, type) > 0;
}

static bool
more_or_equal(const struct value *v, const struct constant *k, enum value_type type)
{
	return order(v, &k->v, type) >= 0;
}

static bool
contains(const struct value *v, const struct constant *k, enum value_type type)
{
	(void)type;
	return find_in(&k->find, v->s);
}

static uint8_t
lower(uint8_t c)
{
	return c >= 'A' && c <= 'Z' ? (uint8_t)(c + 'a' - 'A') : c;
}

static bool
same_folded(const uint8_t *a, const uint8_t *b, size_t len)
{
	for (size_t i = 0; i < len; i++)
		if (lower(a[i]) != lower(b[i]))
			return false;
	return true;
}

static bool
contains_folded(const struct value *v, const struct constant *k, enum value_type type)
{
	(void)type;
	for (size_t i = 0; i + k->v.s.len <= v->s.len; i++)
		if (same_folded(v->s.p + i, k->v.s.p, k->v.s.len))
			return true;
	return false;
}

static bool
starts_with(const struct value *v, const struct constant *k, enum value_type type)
{
	(void)type;
	return v->s.len >= k->v.s.len && !memcmp(v->s.p, k->v.s.p, k->v.s.len);
}

static bool
ends_with(const struct value *v, const struct constant *k, enum value_type type)
{
	(void)type;
	return v->s.len >= k->v.s.len &&
	       !memcmp(v->s.p + (v->s.len - k->v.s.len), k->v.s.p, k->v.s.len);
}

static bool
globs(const struct value *v, const struct constant *k, enum value_type type)
{
	(void)type;
	return glob_match(k->v.s, v->s, false);
}

static bool
globs_folded(const struct value *v, const struct constant *k, enum value_type type)
{
	(void)type;
	return glob_match(k->v.s, v->s, true);
}

static bool
matches_regex(const struct value *v, const struct constant *k, enum value_type type)
{
	(void)type;
	return regex_match(k->regex, v->s);
}

#define VALUE_HOW(...) &(const struct filter_how){ .takes = TAKES_VALUE, __VA_ARGS__ }
#define LIST_HOW(...) &(const struct filter_how){ .takes = TAKES_LIST, __VA_ARGS__ }

const struct filter_operator filter_operators[] = {
	{ "=", "The values are equal; a network has the address.", ALL_TYPES,
	  VALUE_HOW(.flags = HOW_RIGHT | HOW_MODIFIERS | HOW_NAMES, .orders = ORDER_EQUAL,
		    .test = operator_equals) },
	{ "==", "Another way to write =.", ALL_TYPES,
	  VALUE_HOW(.flags = HOW_RIGHT | HOW_MODIFIERS | HOW_NAMES, .same_as = "=",
		    .orders = ORDER_EQUAL, .test = operator_equals) },
	{ "!=", "The value is there and another one; of a connection both ends are.", ALL_TYPES,
	  VALUE_HOW(.flags = HOW_RIGHT | HOW_MODIFIERS | HOW_NAMES, .quorum = QUORUM_ENDS,
		    .orders = ORDER_LESS | ORDER_MORE, .test = differs) },
	{ "<", "It is less, or comes before; texts go byte by byte.", ORDERED,
	  VALUE_HOW(.flags = HOW_RIGHT, .orders = ORDER_LESS, .test = less) },
	{ "<=", "It is less or equal.", ORDERED,
	  VALUE_HOW(.flags = HOW_RIGHT, .orders = ORDER_LESS | ORDER_EQUAL,
		    .test = less_or_equal) },
	{ ">", "It is more, or comes after.", ORDERED,
	  VALUE_HOW(.flags = HOW_RIGHT, .orders = ORDER_MORE, .test = more) },
	{ ">=", "It is more or equal.", ORDERED,
	  VALUE_HOW(.flags = HOW_RIGHT, .orders = ORDER_MORE | ORDER_EQUAL,
		    .test = more_or_equal) },
	{ "contains", "The text stands somewhere in it.", BYTES,
	  VALUE_HOW(.flags = HOW_RIGHT | HOW_MODIFIERS | HOW_HOLDS, .test = contains) },
	{ "icontains", "As contains, but capital letters are as good as small ones.", TEXT,
	  VALUE_HOW(.flags = HOW_RIGHT | HOW_MODIFIERS, .test = contains_folded) },
	{ "bcontains", "The bytes, given as hex digits, stand somewhere in it.", BIT(T_DATA),
	  VALUE_HOW(.flags = HOW_RIGHT | HOW_MODIFIERS | HOW_HEX, .test = contains) },
	{ "startswith", "It starts with the text.", BYTES,
	  VALUE_HOW(.flags = HOW_RIGHT | HOW_MODIFIERS | HOW_HOLDS, .test = starts_with) },
	{ "bstartswith", "It starts with the bytes, given as hex digits.", BIT(T_DATA),
	  VALUE_HOW(.flags = HOW_RIGHT | HOW_MODIFIERS | HOW_HEX, .test = starts_with) },
	{ "endswith", "It ends with the text.", BYTES,
	  VALUE_HOW(.flags = HOW_RIGHT | HOW_MODIFIERS | HOW_HOLDS, .test = ends_with) },
	{ "glob", "All of it matches a pattern with * ? [a-z] [!a-z].", TEXT,
	  VALUE_HOW(.flags = HOW_RIGHT | HOW_MODIFIERS, .test = globs) },
	{ "iglob", "As glob, but capital letters are as good as small ones.", TEXT,
	  VALUE_HOW(.flags = HOW_RIGHT | HOW_MODIFIERS, .test = globs_folded) },
	{ "regex", "All of it matches a regular expression, as Perl's.", TEXT,
	  VALUE_HOW(.flags = HOW_MODIFIERS | HOW_REGEX, .test = matches_regex) },
	{ "~", "A short way to write regex.", TEXT,
	  VALUE_HOW(.flags = HOW_MODIFIERS | HOW_REGEX, .same_as = "regex",
		    .test = matches_regex) },
	{ "in", "It is one of the values; of a list all are.", ALL_TYPES,
	  LIST_HOW(.flags = HOW_RIGHT | HOW_LISTS | HOW_NAMES, .quorum = QUORUM_ALL) },
	{ "intersects", "It is one of the values; of a list at least one is.", ALL_TYPES,
	  LIST_HOW(.flags = HOW_RIGHT | HOW_LISTS | HOW_NAMES) },
	{ "pmatch", "It is a path in one of the folders, which may have wildcards.", TEXT,
	  LIST_HOW(.flags = HOW_PATHS) },
	{ "exists", "There is a value.", ALL_TYPES,
	  &(const struct filter_how){ .takes = TAKES_NOTHING, .flags = HOW_LISTS } },
};
const size_t n_filter_operators = ARRAY_LEN(filter_operators);

/* Words must end where the name does; only what takes no value may have more
 * letters behind it. */
static bool
is_at(const struct filter_operator *op, const char *text)
{
	size_t len = strlen(op->name);

	if (strncmp(text, op->name, len) != 0)
		return false;
	return !scan_is_name(op->name[0]) || op->how->takes == TAKES_NOTHING ||
	       !scan_is_name(text[len]);
}

const struct filter_operator *
operator_find(const char *text)
{
	const struct filter_operator *found = NULL;

	for (size_t i = 0; i < n_filter_operators; i++) {
		const struct filter_operator *op = &filter_operators[i];

		if (is_at(op, text) && (!found || strlen(op->name) > strlen(found->name)))
			found = op;
	}
	return found;
}

const struct filter_operator *
operator_nearest(const char *text, size_t len)
{
	struct spelling best = spelling_of(text, len);
	const struct filter_operator *found = NULL;

	for (size_t i = 0; i < n_filter_operators; i++)
		if (spelling_is_nearer(&best, filter_operators[i].name))
			found = &filter_operators[i];
	return found;
}
