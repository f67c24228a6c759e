#include "engine/field/seek.h"

#include <stdlib.h>
#include <string.h>

#include "engine/base/find.h"
#include "engine/base/intern.h"
#include "engine/base/mem.h"
#include "engine/event/event.h"
#include "engine/event/flags.h"
#include "engine/event/syscall.h"
#include "engine/field/call.h"
#include "engine/field/field.h"
#include "engine/field/render.h"
#include "engine/world/world.h"

#define PIECE_MIN 3			/* shorter ones stand everywhere */
#define NAMED_MAX 256			/* no error or signal has a larger number */

/* What may stand between two pieces: what the rendering puts between values,
 * and dots and backslashes, which it puts in the place of bytes. */
#define BREAKS " =()<>|.\\"

/* Of what numbers, times and addresses are made, as far as BREAKS leaves it. */
#define NUMBERS "0123456789abcdefABCDEF-+:?xnos"

/* Where to look in a parameter. */
enum place {
	IN_NOTHING,			/* it cannot stand there */
	IN_ANYTHING,			/* nobody can tell without showing it */
	IN_FD, IN_THREAD, IN_TEXT, IN_PATH, IN_DATA, IN_ADDRESS, IN_ERROR, IN_FLAGS,
};

/* A parameter where it may stand. */
struct spot {
	uint8_t param;
	uint8_t place;			/* enum place */
};

struct seek {
	struct find piece;
	bool may_touch_escape;		/* it may stand in "\x1b", without a backslash */
	bool is_in_error;		/* it stands in the name of an error */
	uint8_t in_name[EVENT_TYPES];	/* of a parameter */
	uint16_t first[EVENT_TYPES + 1];	/* in SPOTS, of the type */
	struct spot *spots;
	size_t n, cap;
};

/* The longest piece of TEXT without BREAKS. */
static struct span
piece_of(struct span text)
{
	struct span best = { text.p, 0 };
	size_t start = 0;

	for (size_t i = 0; i <= text.len; i++) {
		if (i < text.len && text.p[i] && !strchr(BREAKS, text.p[i]))
			continue;
		if (i - start > best.len)
			best = (struct span){ text.p + start, i - start };
		start = i + 1;
	}
	return best;
}

static bool
is_made_of(struct span s, const char *bytes)
{
	for (size_t i = 0; i < s.len; i++)
		if (!strchr(bytes, s.p[i]))
			return false;
	return true;
}

static bool
is_in(const struct seek *s, const char *name)
{
	return name && find_in(&s->piece, (struct span){ (const uint8_t *)name, strlen(name) });
}

static bool
is_in_names(const struct seek *s, const char *(*name)(uint64_t number))
{
	for (uint64_t i = 0; i < NAMED_MAX; i++)
		if (is_in(s, name(i)))
			return true;
	return false;
}

static bool
is_in_calls(const struct seek *s)
{
	for (uint32_t code = 0; code < syscall_codes(); code++)
		if (is_in(s, syscall_code_name(code)))
			return true;
	return false;
}

static bool
is_in_flags(const struct seek *s, const struct flag_set *set)
{
	for (size_t i = 0; set && i < set->n_flags; i++)
		if (is_in(s, set->flags[i].name))
			return true;
	return false;
}

/* Words in the place of values of any type. */
static bool
is_in_words(const struct seek *s)
{
	static const char *const words[] = {
		"NULL", "NONE", "none", "family", "INVALID", "IPv4", "IPv6",
	};

	for (size_t i = 0; i < ARRAY_LEN(words); i++)
		if (is_in(s, words[i]))
			return true;
	return false;
}

/* Letters in a list of descriptors stand alone: "4:f1 7:i0". */
static bool
is_like_list(struct span piece)
{
	size_t n_letters = 0;

	for (size_t i = 0; i < piece.len; i++)
		n_letters += !strchr("0123456789abcdef-:", piece.p[i]);
	return n_letters < 2;
}

static enum place
place_of_kind(const struct seek *s, unsigned kind, const struct flag_set *flags)
{
	switch (kind) {
	case PK_CHARBUF:
		return IN_TEXT;
	case PK_FSPATH: case PK_FSRELPATH:
		return IN_PATH;
	case PK_BYTEBUF:
		return IN_DATA;
	case PK_FD: case PK_FD32:
		return IN_FD;
	case PK_PID: case PK_PID32:
		return IN_THREAD;
	case PK_SOCKADDR: case PK_SOCKTUPLE:
		return IN_ADDRESS;
	case PK_ERRNO:
		return s->is_in_error ? IN_ERROR : IN_NOTHING;
	case PK_FLAGS8: case PK_FLAGS16: case PK_FLAGS32: case PK_MODE:
	case PK_ENUMFLAGS8: case PK_ENUMFLAGS16: case PK_ENUMFLAGS32:
		return is_in_flags(s, flags) ? IN_FLAGS : IN_NOTHING;
	case PK_FDLIST:
		return is_like_list(s->piece.needle) ? IN_ANYTHING : IN_NOTHING;
	case PK_SYSCALLID:
		return is_in_calls(s) ? IN_ANYTHING : IN_NOTHING;
	case PK_SIGTYPE: case PK_SIGSET:
		return is_in_names(s, signal_name) ? IN_ANYTHING : IN_NOTHING;
	case PK_INT8: case PK_INT16: case PK_INT32: case PK_INT64:
	case PK_UINT8: case PK_UINT16: case PK_UINT32: case PK_UINT64:
	case PK_RELTIME: case PK_ABSTIME: case PK_PORT: case PK_IPV4ADDR: case PK_IPV6ADDR:
		return IN_NOTHING;
	default:
		return IN_ANYTHING;
	}
}

static enum place
place_of(const struct seek *s, const struct param_type *type)
{
	enum place place = IN_NOTHING;

	if (type->kind != PK_DYN)
		return place_of_kind(s, type->kind, type->flags);
	for (unsigned i = 0; i < type->n_alts && !place; i++)
		if (place_of_kind(s, type->alts[i].kind, type->flags))
			place = IN_ANYTHING;
	return place;
}

static void
learn_type(struct seek *s, uint16_t id)
{
	const struct event_type *type = &event_types[id];

	s->first[id] = (uint16_t)s->n;
	if (id == EV_GENERIC_E || id == EV_GENERIC_X)
		return;
	for (unsigned i = 0; i < type->n_params; i++) {
		enum place place = place_of(s, &type->params[i]);

		s->in_name[id] |= is_in(s, type->params[i].name);
		if (!place)
			continue;
		xgrow(&s->spots, &s->cap, s->n + 1, sizeof(s->spots[0]));
		s->spots[s->n++] = (struct spot){ (uint8_t)i, (uint8_t)place };
	}
}

struct seek *
seek_new(struct span text)
{
	struct span piece = piece_of(text);
	struct seek *s;

	if (piece.len < PIECE_MIN || is_made_of(piece, NUMBERS))
		return NULL;
	s = xzalloc(sizeof(*s));
	s->piece = find_of(piece);
	if (is_in_words(s)) {
		seek_free(s);
		return NULL;
	}
	s->may_touch_escape = strchr("0123456789abcdefx", piece.p[0]);
	s->is_in_error = is_in_names(s, errno_name) || is_in(s, "AT_FDCWD");
	for (uint16_t id = 0; id < EVENT_TYPES; id++)
		learn_type(s, id);
	s->first[EVENT_TYPES] = (uint16_t)s->n;
	return s;
}

void
seek_free(struct seek *s)
{
	if (!s)
		return;
	free(s->spots);
	free(s);
}

bool
seek_in_type(const struct seek *s, uint16_t id)
{
	return s->in_name[id] || s->first[id] < s->first[id + 1];
}

static bool
has_unprintable(struct span s)
{
	bool has = false;

	for (size_t i = 0; i < s.len; i++)
		has |= (uint8_t)(s.p[i] - 0x20) >= 0x5F;
	return has;
}

/* A text is shown as it is, but for escapes. */
static bool
is_in_text(const struct seek *s, struct span text)
{
	return find_in(&s->piece, text) || (s->may_touch_escape && has_unprintable(text));
}

static bool
is_in_fd(const struct seek *s, const struct eval *ev, int64_t num)
{
	const struct descriptor *fd;

	if (num < 0)
		return s->is_in_error;
	fd = render_find_fd(ev->m, num);
	if (!fd)
		return false;
	switch (fd->kind) {
	case FD_IPV4: case FD_IPV4_SERVER: case FD_IPV6: case FD_IPV6_SERVER:
		return false;
	default:
		return fd->name && is_in_text(s, intern_span(world_names(ev->world), fd->name));
	}
}

static bool
is_in_thread(const struct seek *s, const struct eval *ev, int64_t tid)
{
	const struct thread *t = world_thread(ev->world, tid);

	return t && t->comm && is_in_text(s, intern_span(world_names(ev->world), t->comm));
}

/* Only a relative path is shown a second time, with what it starts from. */
static bool
is_in_path(const struct seek *s, struct span path)
{
	return path.len && (path.p[0] != '/' || is_in_text(s, path));
}

/* A flag is shown when all of its bits are set, or the value is just that. */
static bool
is_in_set(const struct seek *s, const struct flag_set *set, uint32_t v)
{
	for (size_t i = 0; i < set->n_flags; i++) {
		const struct flag *f = &set->flags[i];

		if ((v & f->value) == f->value && (f->value || !v) && is_in(s, f->name))
			return true;
	}
	return false;
}

static bool
is_in_spot(const struct seek *s, const struct eval *ev, struct spot spot)
{
	struct span bytes = event_bytes(ev->m->ev, spot.param);
	size_t max = ev->render->data.dots_max;

	switch (spot.place) {
	case IN_FD:
		return is_in_fd(s, ev, call_number_of(bytes, true));
	case IN_THREAD:
		return is_in_thread(s, ev, call_number_of(bytes, true));
	case IN_PATH:
		return is_in_path(s, bytes);
	case IN_DATA:
		return find_in(&s->piece, (struct span){ bytes.p,
							   bytes.len < max ? bytes.len : max });
	case IN_TEXT:
	case IN_ADDRESS:		/* the path of a unix socket is all the text in it */
		return is_in_text(s, bytes);
	case IN_FLAGS:
		return is_in_set(s, ev->m->ev->type->params[spot.param].flags,
				 (uint32_t)call_number_of(bytes, false));
	case IN_ERROR:
		return call_number_of(bytes, true) < 0;
	default:
		return true;
	}
}

bool
seek_in_event(const struct seek *s, const struct eval *ev)
{
	uint16_t id = ev->m->ev->id;

	/* Names in the place of numbers, and other forms of data, are not foreseen. */
	if (id >= EVENT_TYPES || s->in_name[id] || ev->render->service ||
	    ev->render->data.form != DATA_DOTS)
		return true;
	for (size_t i = s->first[id]; i < s->first[id + 1]; i++)
		if (is_in_spot(s, ev, s->spots[i]))
			return true;
	return false;
}
