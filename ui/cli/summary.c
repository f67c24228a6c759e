#include "ui/cli/summary.h"

#include <stdlib.h>
#include <string.h>

#include "engine/base/intern.h"
#include "engine/base/mem.h"
#include "engine/base/text.h"
#include "engine/event/event.h"
#include "engine/event/event_type.h"
#include "engine/field/render.h"
#include "engine/world/world.h"

#define RULE "----------------------\n"
#define NAME_WIDTH 16

struct row {
	const char *name;		/* "< open" */
	uint64_t n;
};

struct summary {
	uint64_t by_id[EVENT_TYPES];
	struct intern *names;
	uint64_t *by_name;		/* by the id of the name */
	size_t n_names, cap_names;	/* elements of BY_NAME */
	struct text scratch;
};

struct summary *
summary_new(void)
{
	struct summary *s = xzalloc(sizeof(*s));

	s->names = intern_new();
	return s;
}

void
summary_free(struct summary *s)
{
	if (!s)
		return;
	intern_free(s->names);
	free(s->by_name);
	text_fini(&s->scratch);
	free(s);
}

/* N more of what the scratch has the name of. */
static void
count_name(struct summary *s, uint64_t n)
{
	uint32_t id = intern(s->names, s->scratch.p, s->scratch.len);

	if (id >= s->n_names) {
		xgrow(&s->by_name, &s->cap_names, id + 1, sizeof(s->by_name[0]));
		memset(s->by_name + s->n_names, 0,
		       (id + 1 - s->n_names) * sizeof(s->by_name[0]));
		s->n_names = id + 1;
	}
	s->by_name[id] += n;
}

static void
begin_name(struct summary *s, uint16_t id)
{
	s->scratch.len = 0;
	text_str(&s->scratch, event_id_is_exit(id) ? "< " : "> ");
}

void
summary_add(struct summary *s, struct render *r, const struct moment *m)
{
	switch (m->ev->id) {
	case EV_GENERIC_E:
	case EV_GENERIC_X:
	case EV_ASYNCEVENT_E:
		begin_name(s, m->ev->id);
		render_type(r, m, &s->scratch);
		count_name(s, 1);
		break;
	default:
		s->by_id[m->ev->id]++;
	}
}

/* Several types may have one name. */
static void
name_types(struct summary *s)
{
	for (size_t id = 0; id < EVENT_TYPES; id++) {
		const struct event_type *type = event_type_find((uint16_t)id);

		if (!s->by_id[id])
			continue;
		begin_name(s, (uint16_t)id);
		text_str(&s->scratch, type ? type->name : "unknown");
		count_name(s, s->by_id[id]);
		s->by_id[id] = 0;
	}
}

static int
most_first(const void *a, const void *b)
{
	const struct row *x = a, *y = b;

	if (x->n != y->n)
		return x->n < y->n ? 1 : -1;
	return strcmp(x->name, y->name);
}

void
summary_print(struct summary *s, struct text *t)
{
	struct row *rows;
	size_t n = 0;

	name_types(s);
	rows = xreallocarray(NULL, s->n_names + 1, sizeof(rows[0]));
	for (size_t id = 0; id < s->n_names; id++)
		if (s->by_name[id])
			rows[n++] = (struct row){ intern_text(s->names, (uint32_t)id),
						  s->by_name[id] };
	qsort(rows, n, sizeof(rows[0]), most_first);
	text_str(t, RULE "Event           #Calls\n" RULE);
	for (size_t i = 0; i < n; i++)
		text_fmt(t, "%-*s%s%llu\n", NAME_WIDTH + 2, rows[i].name,
			 strlen(rows[i].name) > NAME_WIDTH + 1 ? " " : "",
			 (unsigned long long)rows[i].n);
	free(rows);
}
