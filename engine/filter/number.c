#include "engine/filter/number.h"

#include <math.h>
#include <stdint.h>
#include <string.h>

#include "engine/base/hash.h"
#include "engine/base/mem.h"
#include "engine/world/span.h"

#define FRACTION_DIGITS 18
#define EXPONENT_MAX 400
#define NS_S 1000000000ull

enum dimension { DIM_NONE, DIM_TIME, DIM_BYTES, DIM_PERCENT };

static const struct suffix {
	const char *name;
	enum dimension dimension;
	uint64_t factor;		/* ns, bytes */
} suffixes[] = {
	{ "ns", DIM_TIME, 1 },
	{ "us", DIM_TIME, 1000 },
	{ "ms", DIM_TIME, 1000000 },
	{ "s", DIM_TIME, NS_S },
	{ "m", DIM_TIME, 60 * NS_S },
	{ "h", DIM_TIME, 3600 * NS_S },
	{ "d", DIM_TIME, 86400 * NS_S },
	{ "B", DIM_BYTES, 1 },
	{ "k", DIM_BYTES, 1ull << 10 }, { "kB", DIM_BYTES, 1ull << 10 },
	{ "K", DIM_BYTES, 1ull << 10 }, { "KB", DIM_BYTES, 1ull << 10 },
	{ "Ki", DIM_BYTES, 1ull << 10 }, { "KiB", DIM_BYTES, 1ull << 10 },
	{ "M", DIM_BYTES, 1ull << 20 }, { "MB", DIM_BYTES, 1ull << 20 },
	{ "Mi", DIM_BYTES, 1ull << 20 }, { "MiB", DIM_BYTES, 1ull << 20 },
	{ "G", DIM_BYTES, 1ull << 30 }, { "GB", DIM_BYTES, 1ull << 30 },
	{ "Gi", DIM_BYTES, 1ull << 30 }, { "GiB", DIM_BYTES, 1ull << 30 },
	{ "T", DIM_BYTES, 1ull << 40 }, { "TB", DIM_BYTES, 1ull << 40 },
	{ "Ti", DIM_BYTES, 1ull << 40 }, { "TiB", DIM_BYTES, 1ull << 40 },
	{ "%", DIM_PERCENT, 1 },
};

/* What a field's own unit is made of. FACTOR: how many of the smallest one. */
static const struct suffix own_units[U_COUNT] = {
	[U_NONE] = { "", DIM_NONE, 1 },
	[U_BYTES] = { "", DIM_BYTES, 1 },
	[U_KB] = { "", DIM_BYTES, 1024 },
	[U_NS] = { "", DIM_TIME, 1 },
	[U_NS9] = { "", DIM_TIME, 1 },
	[U_S] = { "", DIM_TIME, NS_S },
	[U_PERCENT] = { "", DIM_PERCENT, 1 },
};

static const char *const not_a_number[] = {
	[DIM_NONE] = "is no integer",
	[DIM_TIME] = "is no span of time such as 500, 1.5ms, 20s or 3m",
	[DIM_BYTES] = "is no size such as 500, 4K or 1.5M",
	[DIM_PERCENT] = "is no number",
};

/* A number taken apart: (-1)^is_negative * DIGITS / 10^N_FRACTION, then REST. */
struct parts {
	bool is_negative;
	bool is_hex;
	bool overflows;
	uint64_t digits;
	unsigned n_digits;
	unsigned n_fraction;
	const char *rest;
};

static void
add_digit(struct parts *p, unsigned base, unsigned digit)
{
	p->overflows |= p->digits > (UINT64_MAX - digit) / base;
	p->digits = p->digits * base + digit;
	p->n_digits++;
}

static bool
is_digit(char c)
{
	return c >= '0' && c <= '9';
}

static struct parts
take_apart(const char *at)
{
	struct parts p = { .is_negative = *at == '-' };

	at += *at == '-' || *at == '+';
	if (at[0] == '0' && (at[1] == 'x' || at[1] == 'X')) {
		p.is_hex = true;
		for (at += 2; span_hex_digit((uint8_t)*at) >= 0; at++)
			add_digit(&p, 16, (unsigned)span_hex_digit((uint8_t)*at));
		p.rest = at;
		return p;
	}
	for (; is_digit(*at); at++)
		add_digit(&p, 10, (unsigned)(*at - '0'));
	if (*at == '.' && p.n_digits && is_digit(at[1])) {
		for (at++; is_digit(*at); at++) {
			add_digit(&p, 10, (unsigned)(*at - '0'));
			p.n_fraction++;
		}
	}
	p.overflows |= p.n_fraction > FRACTION_DIGITS;
	p.rest = at;
	return p;
}

static const struct suffix *
suffix_of(const char *text, enum dimension dimension)
{
	for (size_t i = 0; i < ARRAY_LEN(suffixes); i++)
		if (suffixes[i].dimension == dimension && !strcmp(suffixes[i].name, text))
			return &suffixes[i];
	return NULL;
}

/* DIGITS * FACTOR / (10^N_FRACTION * OWN), which must be whole: to *OUT. */
static const char *
scale(const struct parts *p, uint64_t factor, uint64_t own, uint64_t *out)
{
	hash_u128 v = (hash_u128)p->digits * factor, by = own;

	for (unsigned i = 0; i < p->n_fraction; i++)
		by *= 10;
	if (v % by)
		return own == 1 ? "is no whole number in the unit of the field" :
		       "is too fine: the field has whole units only";
	if (v / by > UINT64_MAX)
		return "is too large";
	*out = (uint64_t)(v / by);
	return NULL;
}

static const char *
fit(bool is_negative, uint64_t v, enum value_type type, struct value *out)
{
	if (type != T_INT) {
		if (is_negative && v)
			return "is negative, which the field never is";
		out->u = v;
		return NULL;
	}
	if (v > (uint64_t)INT64_MAX + (is_negative ? 1 : 0))
		return "is too large";
	out->i = is_negative ? (int64_t)(0 - v) : (int64_t)v;
	return NULL;
}

static const char *
read_integer(const char *text, enum value_type type, enum value_unit unit, struct value *out)
{
	enum value_unit own_unit = type == T_SPAN && unit == U_NONE ? U_NS : unit;
	const struct suffix *own = &own_units[own_unit], *suffix = own;
	uint64_t own_factor = own->factor ? own->factor : 1, v;
	struct parts p = take_apart(text);
	const char *why;

	if (*p.rest && !p.is_hex)
		suffix = own->dimension ? suffix_of(p.rest, own->dimension) : NULL;
	if (!p.n_digits || !suffix || (*p.rest && suffix == own))
		return not_a_number[own->dimension];
	if (p.n_fraction && suffix == own)
		return own->dimension == DIM_TIME ?
		       "needs a unit, as in 1.5ms: without one it would be whole ns or s" :
		       not_a_number[own->dimension];
	if (p.overflows)
		return "is too large";
	why = scale(&p, suffix == own ? own_factor : suffix->factor, own_factor, &v);
	return why ? why : fit(p.is_negative, v, type, out);
}

/* Decimal fractions and exponents, whatever the locale. */
static const char *
read_double(const char *text, enum value_unit unit, struct value *out)
{
	struct parts p = take_apart(text);
	const char *at = p.rest;
	int exponent = 0, sign;

	if (!p.n_digits || p.is_hex)
		return "is no number";
	if (*at == 'e' || *at == 'E') {
		sign = at[1] == '-' ? -1 : 1;
		at += at[1] == '-' || at[1] == '+' ? 2 : 1;
		if (!is_digit(*at))
			return "is no number";
		for (; is_digit(*at); at++)
			if (exponent < EXPONENT_MAX)
				exponent = exponent * 10 + (*at - '0');
		exponent *= sign;
	}
	if (*at && !(unit == U_PERCENT && !strcmp(at, "%")))
		return "is no number";
	if (p.overflows)
		return "has too many digits";
	out->d = (double)p.digits * pow(10, exponent - (int)p.n_fraction);
	if (!isfinite(out->d))
		return "is too large";
	if (p.is_negative)
		out->d = -out->d;
	return NULL;
}

const char *
number_read(const struct word *w, enum value_type type, enum value_unit unit,
	    struct value *out)
{
	struct value v = { 0 };
	const char *why;

	if (strlen(w->p) != w->len)
		return "is no number";
	why = type == T_DOUBLE ? read_double(w->p, unit, &v) :
				 read_integer(w->p, type, unit, &v);
	if (!why)
		*out = v;
	return why;
}
