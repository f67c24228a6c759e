#include "engine/record/edit.h"

#include <string.h>

#include "engine/event/source.h"
#include "engine/record/profile.h"

_Static_assert(EVENT_PARAMS_MAX <= 64, "a bit for each parameter");

static uint64_t
params_called(const struct event_type *type, const char *name)
{
	int at = event_type_param(type, name);

	return at < 0 ? 0 : (uint64_t)1 << at;
}

void
edit_init(struct edit *e, uint32_t cut_data, bool no_env, bool no_args)
{
	*e = (struct edit){ .cut_data = cut_data, .no_env = no_env, .no_args = no_args };
	e->is_idle = cut_data == UINT32_MAX && !no_env && !no_args;
	for (size_t i = 0; i < EVENT_TYPES; i++) {
		const struct event_type *type = &event_types[i];
		int at = event_type_param(type, "data");
		bool is_call = type->category == EC_PROCESS || type->source == ES_ITER;

		if (at >= 0 && type->params[at].kind == PK_BYTEBUF && type->source == ES_SYSCALL)
			e->data[i] = (uint64_t)1 << at;
		if (no_env && is_call)
			e->hidden[i] |= params_called(type, "env");
		if (no_args && is_call)
			e->hidden[i] |= params_called(type, "args") | params_called(type, "argv");
	}
}

void
edit_event(const struct edit *e, struct event_image *image)
{
	uint64_t data = e->data[image->id], hidden = e->hidden[image->id];

	if (e->is_idle)
		return;
	for (uint32_t i = 0; i < image->n_params; i++) {
		if (hidden >> i & 1)
			image->params[i].len = 0;
		if ((data >> i & 1) && image->params[i].len > e->cut_data)
			image->params[i].len = e->cut_data;
	}
}

void
edit_proc(const struct edit *e, struct proc_record *p)
{
	if (e->no_env)
		p->env.len = 0;
	if (e->no_args)
		p->args.len = 0;
}
