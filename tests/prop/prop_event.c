/* Events of every type, written and decoded: the same values come back, with
 * and without a count, and from the other byte order. */
#include "engine/event/event.h"

#include "tests/lib/check.h"
#include "tests/lib/rng.h"
#include "tests/lib/scapbuild.h"

#define ROUNDS 40
#define EVENT_AT (8 + 2)		/* behind the block's type, length and cpu */

/* What the values of one event point to. */
struct scratch {
	char text[EVENT_PARAMS_MAX][24];
	struct scap_poll polls[EVENT_PARAMS_MAX][3];
	struct scap_value values[EVENT_PARAMS_MAX];
};

static const char *
some_text(struct rng *r, char *out)
{
	size_t len = rng_below(r, 20);

	for (size_t i = 0; i < len; i++)
		out[i] = (char)(1 + rng_below(r, 255));
	out[len] = '\0';
	return out;
}

static struct scap_value
some_address(struct rng *r, bool tuple, char *text)
{
	uint16_t a = (uint16_t)rng_u64(r), b = (uint16_t)rng_u64(r);

	switch (rng_below(r, 3)) {
	case 0:
		return tuple ? scap_tuple("192.0.2.7", a, "198.51.100.9", b) :
			       scap_addr("203.0.113.5", a);
	case 1:
		return tuple ? scap_tuple("2001:db8::7", a, "2001:db8:1::9", b) :
			       scap_addr("2001:db8::5", a);
	default:
		some_text(r, text);
		return tuple ? scap_unix_tuple(rng_u64(r), rng_u64(r), text) :
			       scap_unix_addr(text);
	}
}

static struct scap_value
some_value(struct rng *r, const struct param_type *type, struct scratch *s, size_t i)
{
	size_t width = param_kind_len((enum param_kind)type->kind);
	const struct dyn_alt *alt;

	switch (type->kind) {
	case PK_CHARBUF:
	case PK_FSPATH:
	case PK_FSRELPATH:
		return scap_text(some_text(r, s->text[i]));
	case PK_SOCKADDR:
	case PK_SOCKTUPLE:
		return some_address(r, type->kind == PK_SOCKTUPLE, s->text[i]);
	case PK_FDLIST:
		for (size_t k = 0; k < 3; k++)
			s->polls[i][k] = (struct scap_poll){ (int64_t)rng_u64(r),
							     (uint16_t)rng_u64(r) };
		return scap_polls(s->polls[i], rng_below(r, 4));
	case PK_DYN:
		alt = &type->alts[rng_below(r, type->n_alts)];
		width = param_kind_len((enum param_kind)alt->kind);
		if (width)
			return scap_dyn(alt->selector,
					(int64_t)(rng_u64(r) >> (64 - 8 * width)));
		return scap_bytes(s->text[i], 0);
	case PK_IPV4ADDR:
	case PK_IPV6ADDR:
		rng_fill(r, s->text[i], 16);
		return scap_bytes(s->text[i], width);
	default:
		if (width)
			return scap_num((int64_t)(rng_u64(r) >> (64 - 8 * width)));
		rng_fill(r, s->text[i], sizeof(s->text[i]));
		return scap_bytes(s->text[i], rng_below(r, sizeof(s->text[i])));
	}
}

/* Are the parameters of A and B the same, byte by byte? */
static bool
same(const struct event *a, const struct event *b)
{
	if (a->id != b->id || a->ts_ns != b->ts_ns || a->tid != b->tid ||
	    a->n_params != b->n_params)
		return false;
	for (unsigned i = 0; i < a->n_params; i++) {
		struct span x = event_bytes(a, i), y = event_bytes(b, i);

		if (x.len != y.len || memcmp(x.p, y.p, x.len))
			return false;
	}
	return true;
}

/* Do the numbers and texts of EV say what was put in? */
static bool
says(const struct event *ev, const struct scap_value *values, size_t n)
{
	if (ev->n_params != n)
		return false;
	for (unsigned i = 0; i < n; i++) {
		struct span s = event_bytes(ev, i);
		uint64_t num = 0;

		if (values[i].form == SCAP_NUM) {
			memcpy(&num, s.p, s.len);
			if (num != values[i].num)
				return false;
		} else if (values[i].form == SCAP_TEXT || values[i].form == SCAP_BYTES) {
			if (s.len != values[i].len || memcmp(s.p, values[i].p, s.len))
				return false;
		}
	}
	return true;
}

/* Write an event of type ID in both orders and decode both. */
static bool
holds(struct rng *r, uint16_t id, bool uncounted, struct scratch *s)
{
	const struct event_type *type = &event_types[id];
	size_t n = rng_below(r, (size_t)type->n_params + 1);
	struct scap own = { .uncounted = uncounted };
	struct scap other = { .uncounted = uncounted, .swap = true };
	struct event a, b;
	bool ok;

	for (size_t i = 0; i < n; i++)
		s->values[i] = some_value(r, &type->params[i], s, i);
	scap_at(&own, rng_u64(r), (int64_t)rng_u64(r), 1);
	scap_at(&other, own.ts_ns, own.tid, 1);
	scap_event_values(&own, id, s->values, n);
	scap_event_values(&other, id, s->values, n);
	event_swap(other.p + EVENT_AT, other.len - EVENT_AT - 4, !uncounted);
	ok = !event_decode(&a, own.p + EVENT_AT, own.len - EVENT_AT - 4, !uncounted, NULL) &&
	     !event_decode(&b, other.p + EVENT_AT, other.len - EVENT_AT - 4, !uncounted, NULL);
	/* Without a count the number of parameters is a guess: the largest that
	 * fits. It may take zeroes at the end for empty parameters. */
	ok = ok && same(&a, &b) && (uncounted || says(&a, s->values, n));
	scap_fini(&own);
	scap_fini(&other);
	return ok;
}

int
main(int argc, char **argv)
{
	struct rng r = rng_from_args(argc, argv);
	static struct scratch s;

	for (int uncounted = 0; uncounted < 2; uncounted++) {
		int bad = -1;

		for (int id = 0; id < EVENT_TYPES && bad < 0; id++)
			for (int i = 0; i < ROUNDS && bad < 0; i++)
				if (!holds(&r, (uint16_t)id, uncounted, &s))
					bad = id;
		CHECK(bad < 0, "%s count, every type comes back as written (not: %d)",
		      uncounted ? "without a" : "with a", bad);
	}
	return check_done();
}
