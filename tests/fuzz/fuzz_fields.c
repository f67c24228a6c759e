/*
 * Any bytes as a capture, of which every field of every event is asked, with
 * and without arguments. What is shown holds nothing that a terminal obeys.
 */
#include <stdio.h>
#include <stdlib.h>

#include "engine/base/mem.h"
#include "engine/field/field.h"
#include "engine/field/render.h"
#include "engine/world/world.h"
#include "tests/fuzz/fuzz.h"
#include "tests/lib/replay.h"

#define EVENTS_MAX 200			/* of one capture */
#define USES_MAX 2000
#define TEXT_MAX 80

static const char *const arguments[] = {
	"", "[0]", "[2]", "[-1]", "[1000]", "[A*]", ".app", ".data", ".name", ".fd", ".tuple",
	".fds", ".env", ".flags", ".open", ".3",
};

/* Every field with each argument that it takes. */
static size_t
all_uses(struct field_use *uses)
{
	static char texts[USES_MAX][TEXT_MAX];
	size_t n = 0;

	for (size_t i = 0; i < n_domains; i++)
		for (size_t j = 0; j < domains[i]->n_fields; j++)
			for (size_t k = 0; k < ARRAY_LEN(arguments) && n < USES_MAX; k++) {
				int len = snprintf(texts[n], TEXT_MAX, "%s%s",
						   domains[i]->fields[j].name, arguments[k]);

				if (field_parse(texts[n], &uses[n], NULL) == len)
					n++;
			}
	return n;
}

static void
show(const struct field_use *use, const struct eval *ev, struct text *t)
{
	enum value_type type = field_type(use);
	enum value_unit unit = use->field->unit;
	struct value v;

	t->len = 0;
	if (!field_get(use, ev, &v))
		return;
	if (field_many(use) == FIELD_ONE)
		value_text(&v, type, unit, DATA_DOTS_MAX, t);
	else
		for (size_t i = 0; i < v.list.n; i++)
			value_text(&v.list.v[i], type, unit, DATA_DOTS_MAX, t);
	for (size_t i = 0; i < t->len; i++)
		if ((unsigned char)t->p[i] < ' ' || t->p[i] == 0x7F)
			abort();
}

int
LLVMFuzzerTestOneInput(const uint8_t *data, size_t len)
{
	static struct field_use uses[USES_MAX];
	static struct value list[FIELD_LIST_MAX];
	static size_t n_uses;
	static struct world *w;
	struct source *s = replay_open(data, len, NULL);
	struct text scratch = { 0 }, shown = { 0 };
	struct render render;
	struct clock clock;
	struct eval ev;
	struct record rec;
	size_t n = 0;

	if (!s)
		return 0;
	if (!w) {
		w = world_new(NULL, NULL);
		n_uses = all_uses(uses);
	}
	clock_init(&clock, NULL);
	render_init(&render, w, &clock);
	ev = (struct eval){ .world = w, .render = &render, .scratch = &scratch, .list = list };
	while (n < EVENTS_MAX && source_next(s, &rec)) {
		const struct moment *m = world_take(w, &rec);

		if (!m || !m->num)
			continue;
		eval_moment(&ev, m);
		for (size_t i = 0; i < n_uses; i++)
			show(&uses[i], &ev, &shown);
		n++;
	}
	source_close(s);
	render_fini(&render);
	text_fini(&scratch);
	text_fini(&shown);
	return 0;
}
