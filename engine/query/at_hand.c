#include "engine/query/at_hand.h"

#include <stdlib.h>
#include <string.h>

#include "engine/base/mem.h"
#include "engine/event/event.h"
#include "engine/field/operand.h"
#include "engine/store/aside.h"
#include "engine/world/world.h"

#define NUMBER_LEN 8u			/* of descriptors and results */

struct at_hand {
	bool is_raw;			/* what it means is not asked for */
	bool has_name;			/* an exit event knows its enter's, too */
	int8_t at[EVENT_TYPES];		/* where it stands in events of a type; -1: nowhere */
	bool is_aside[EVENT_TYPES];	/* there it is put aside */
	/* What is handed out: */
	struct eval eval;
	struct moment moment;
	struct event ev, enter;
	uint8_t number[NUMBER_LEN];
};

static int8_t
find(const struct field_use *use, const struct event_type *type)
{
	if (!use->arg_name.len)
		return use->index < type->n_params ? (int8_t)use->index : -1;
	for (int8_t i = 0; i < type->n_params; i++)
		if (type->params[i].label_len == use->arg_name.len + 1 &&
		    !memcmp(type->params[i].label, use->arg_name.p, use->arg_name.len))
			return i;
	return -1;
}

struct at_hand *
at_hand_new(const struct operand *o)
{
	const struct field_use *use = operand_field(o);
	bool is_raw = use && !strcmp(use->field->name, "evt.rawarg");
	struct at_hand *h;

	if (!use || use->index < 0 || (!is_raw && strcmp(use->field->name, "evt.arg") != 0))
		return NULL;
	h = xzalloc(sizeof(*h));
	h->is_raw = is_raw;
	h->has_name = use->arg_name.len;
	for (size_t id = 0; id < EVENT_TYPES; id++) {
		h->at[id] = find(use, &event_types[id]);
		h->is_aside[id] = aside_params_from((uint16_t)id) >= 0 &&
				  h->at[id] >= aside_params_from((uint16_t)id);
	}
	return h;
}

void
at_hand_free(struct at_hand *h)
{
	free(h);
}

/* A row, and where the parameter stands in its event. */
struct place {
	const struct chunk *chunk;	/* NULL: there is none */
	uint32_t row;
	uint16_t type;
	int8_t at;
};

/* Find the enter event of C's row. False: it is no row, but there. */
static bool
find_enter(const struct at_hand *h, struct cursor *c, struct place *enter)
{
	uint64_t back = cursor_value(c, COL_BACK), number = c->chunk->first + c->row - back;

	enter->chunk = NULL;
	if (back == BACK_ASIDE)
		return false;
	if (!back || number < c->snap->first)
		return true;
	enter->chunk = c->chunk;
	if (number < c->chunk->first)
		enter->chunk = c->snap->chunks[snapshot_chunk(c->snap, number)].c;
	enter->row = (uint32_t)(number - enter->chunk->first);
	enter->type = (uint16_t)chunk_get(enter->chunk, COL_TYPE, enter->row);
	enter->at = h->at[enter->type];
	return true;
}

static bool
has_type(const uint64_t *types, uint16_t type)
{
	return types[type / 64] >> type % 64 & 1;
}

/* Do events of the type at PLACE lack the parameter there, which older writers did not know? */
static bool
is_missing(const struct place *place)
{
	const struct fd_names *names = &place->chunk->fd_names;

	return place->at == event_types[place->type].fd_at && place->chunk->is_sealed &&
	       !has_type(names->there, place->type);
}

/* Which descriptor is named at PLACE? False: it takes the bytes to know. */
static bool
find_fd(const struct store *s, const struct place *place, int64_t *num)
{
	const struct event_type *type = &event_types[place->type];
	const struct chunk *c = place->chunk;
	struct event ev;
	uint32_t slot;

	if (place->at != type->fd_at || type->params[place->at].kind != PK_FD || !c->is_sealed ||
	    has_type(c->fd_names.missing, place->type) ||
	    has_type(c->fd_names.other, place->type))
		return false;
	if (has_type(c->fd_names.aside, place->type) &&
	    aside_get(c->aside, place->row, ASIDE_FD, &ev))
		return event_i64(&ev, (unsigned)place->at, num);
	slot = (uint32_t)chunk_get(c, COL_FD, place->row);
	*num = slot ? store_fd_version(s, slot)->num : c->fd_names.none;
	return true;
}

/* Let the parameter of H be the number that stands in it, and none before it. */
static void
put_number(struct at_hand *h, struct event *ev, int8_t at)
{
	for (int8_t i = 0; i < at; i++)
		ev->ends[i] = 0;
	ev->ends[at] = NUMBER_LEN;
	ev->n_params = (uint32_t)at + 1;
	ev->values = h->number;
}

/* Make H's moment that of C's row, with all that is needed to say what NUM means, which is of
 * KIND. */
static void
begin(struct at_hand *h, struct cursor *c, unsigned kind, int64_t num)
{
	const struct eval *ev = cursor_eval(c, CURSOR_LIGHT);
	bool is_of_fd = num < 0 || (ev->m->fd && ev->m->fd_num == num);

	/* Which threads there are, and what its process has open, is history. */
	if (!h->is_raw && (kind == PK_PID || (kind == PK_FD && !is_of_fd)))
		ev = cursor_eval(c, CURSOR_ROW);
	h->eval = *ev;
	h->moment = *ev->m;
	h->ev = *ev->m->ev;
	h->moment.ev = &h->ev;
	memcpy(h->number, &num, NUMBER_LEN);
}

static enum at_hand_answer
give(struct at_hand *h, const struct eval **ev)
{
	eval_moment(&h->eval, &h->moment);
	*ev = &h->eval;
	return AT_HAND_HERE;
}

static enum at_hand_answer
give_result(struct at_hand *h, struct cursor *c, uint16_t type, const struct eval **ev)
{
	begin(h, c, event_types[type].params[0].kind, (int64_t)cursor_value(c, COL_RESULT));
	put_number(h, &h->ev, 0);
	return give(h, ev);
}

/* The same of the descriptor that is named at PLACE, of the row or of its enter event. */
static enum at_hand_answer
give_fd(struct at_hand *h, struct cursor *c, const struct place *place, const struct eval **ev)
{
	int64_t num;

	if (!find_fd(c->snap->store, place, &num))
		return AT_HAND_NOT;
	begin(h, c, PK_FD, num);
	if (place->chunk == c->chunk && place->row == c->row) {
		put_number(h, &h->ev, place->at);
		return give(h, ev);
	}
	h->enter = h->ev;
	h->enter.id = place->type;
	h->enter.type = event_type_find(place->type);
	h->moment.enter = &h->enter;
	h->moment.read_enter = NULL;
	put_number(h, &h->enter, place->at);
	return give(h, ev);
}

/* The same of a parameter that is put aside of C's row, which is of TYPE. */
static enum at_hand_answer
give_aside(struct at_hand *h, struct cursor *c, uint16_t type, const struct eval **ev)
{
	struct event put;

	if (!aside_get(c->chunk->aside, c->row, ASIDE_PARAMS, &put))
		return AT_HAND_NOT;
	if ((uint32_t)h->at[type] >= put.n_params)
		return AT_HAND_NOTHING;
	begin(h, c, event_types[type].params[h->at[type]].kind, 0);
	h->ev.n_params = put.n_params;
	memcpy(h->ev.ends, put.ends, put.n_params * sizeof(*put.ends));
	h->ev.values = put.values;
	return give(h, ev);
}

enum at_hand_answer
at_hand_look(struct at_hand *h, struct cursor *c, const struct eval **ev)
{
	uint16_t type = (uint16_t)cursor_value(c, COL_TYPE);
	struct place place = { c->chunk, c->row, type, h->at[type] };

	if (!place.at && cursor_value(c, COL_FLAGS) & ROW_HAS_RESULT)
		return give_result(h, c, type, ev);
	if (h->is_aside[type])
		return give_aside(h, c, type, ev);
	if (place.at >= 0 && !is_missing(&place))
		return give_fd(h, c, &place, ev);
	if (!h->has_name)
		return AT_HAND_NOTHING;
	if (!find_enter(h, c, &place))
		return AT_HAND_NOT;
	if (!place.chunk || place.at < 0 || is_missing(&place))
		return AT_HAND_NOTHING;
	return give_fd(h, c, &place, ev);
}
