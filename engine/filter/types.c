#include "engine/filter/types.h"

#include <stdlib.h>
#include <string.h>

#include "engine/base/mem.h"
#include "engine/event/event.h"
#include "engine/event/syscall.h"
#include "engine/filter/check.h"
#include "engine/world/world.h"

struct types {
	uint8_t by_id[EVENT_TYPES];	/* enum verdict */
	bool *by_code;			/* of generic events */
	size_t n_codes;
};

static bool
holds_for(const struct check *c, const char *name)
{
	struct value v;

	v.s = (struct span){ (const uint8_t *)name, strlen(name) };
	return check_value(c, &v);
}

bool
types_decide(const char *name)
{
	return !strcmp(name, "evt.type") || !strcmp(name, "evt.dir");
}

/* Of a generic event the code decides, of an asynchronous one its own name. */
static bool
names_itself(uint16_t id)
{
	return id == EV_GENERIC_E || id == EV_GENERIC_X || id == EV_ASYNCEVENT_E;
}

static void
ask_directions(struct types *t, const struct check *c)
{
	bool enters = holds_for(c, ">"), exits = holds_for(c, "<");

	for (uint16_t id = 0; id < EVENT_TYPES; id++)
		t->by_id[id] = (event_id_is_exit(id) ? exits : enters) ? VERDICT_YES : VERDICT_NO;
}

struct types *
types_new(const struct check *c)
{
	struct types *t = xzalloc(sizeof(*t));

	if (c->unit != U_EVENT_NAME) {
		ask_directions(t, c);
		return t;
	}
	t->n_codes = syscall_codes();
	t->by_code = xzalloc(t->n_codes * sizeof(t->by_code[0]));
	for (uint16_t id = 0; id < EVENT_TYPES; id++)
		t->by_id[id] = names_itself(id) ? VERDICT_MAYBE :
			       holds_for(c, event_types[id].name) ? VERDICT_YES : VERDICT_NO;
	for (uint32_t code = 0; code < t->n_codes; code++) {
		const char *name = syscall_code_name(code);

		t->by_code[code] = holds_for(c, name ? name : "unknown");
	}
	return t;
}

void
types_free(struct types *t)
{
	if (!t)
		return;
	free(t->by_code);
	free(t);
}

enum verdict
types_verdict(const struct types *t, uint16_t id, uint16_t code)
{
	enum verdict verdict = id < EVENT_TYPES ? (enum verdict)t->by_id[id] : VERDICT_MAYBE;

	if (verdict == VERDICT_MAYBE && id <= EV_GENERIC_X && code && code < t->n_codes)
		return t->by_code[code] ? VERDICT_YES : VERDICT_NO;
	return verdict;
}

bool
types_match(const struct types *t, const struct check *c, const struct eval *ev)
{
	const struct event *e = ev->m->ev;
	enum verdict verdict;
	uint16_t code = 0;

	/* Code 0 means that only the number is told. */
	if (e->id <= EV_GENERIC_X && !event_u16(e, 0, &code))
		code = 0;
	verdict = types_verdict(t, e->id, code);
	return verdict == VERDICT_MAYBE ? check_holds(c, ev) : verdict == VERDICT_YES;
}
