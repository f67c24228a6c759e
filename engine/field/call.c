#include "engine/field/call.h"

#include <string.h>

#include "engine/base/intern.h"
#include "engine/base/text.h"
#include "engine/field/domain.h"
#include "engine/world/path.h"
#include "engine/world/world.h"

#define FD_CWD (-100)			/* "the current folder", in the place of a descriptor */

bool
call_is_exit(const struct eval *ev)
{
	return event_id_is_exit(ev->m->ev->id);
}

bool
call_result(const struct eval *ev, int64_t *res)
{
	const struct event *event = ev->m->ev;
	uint64_t address;

	if (event_result(event, res))
		return true;
	if (!call_is_exit(ev) || !event->type->n_params ||
	    event->type->params[0].kind != PK_UINT64 ||
	    strcmp(event->type->params[0].name, "res") || !event_u64(event, 0, &address))
		return false;
	*res = (int64_t)address;
	return true;
}

static int
param_at(const struct event *ev, struct span name)
{
	const struct event_type *type = ev->type;

	for (int i = 0; i < type->n_params; i++)
		if (type->params[i].label_len == name.len + 1 &&
		    !memcmp(type->params[i].label, name.p, name.len))
			return i;
	return -1;
}

const struct event *
call_event_with(const struct moment *m, struct span name, unsigned *at)
{
	int own = param_at(m->ev, name), at_enter;

	if (own >= 0 && event_bytes(m->ev, (unsigned)own).len) {
		*at = (unsigned)own;
		return m->ev;
	}
	at_enter = m->enter ? param_at(m->enter, name) : -1;
	if (at_enter >= 0 && event_bytes(moment_enter(m), (unsigned)at_enter).len) {
		*at = (unsigned)at_enter;
		return m->enter;
	}
	if (own < 0 || (unsigned)own >= m->ev->n_params)
		return NULL;
	*at = (unsigned)own;
	return m->ev;
}

struct span
call_param(const struct moment *m, const char *name)
{
	unsigned at;
	const struct event *from =
		call_event_with(m, (struct span){ (const uint8_t *)name, strlen(name) }, &at);

	return from ? event_bytes(from, at) : (struct span){ (const uint8_t *)"", 0 };
}

int64_t
call_number_of(struct span s, bool sign)
{
	uint64_t v = 0;
	unsigned unused_bits = 64 - 8 * (unsigned)s.len;

	if (!s.len || s.len > 8)
		return 0;
	memcpy(&v, s.p, s.len);
	return sign ? (int64_t)(v << unused_bits) >> unused_bits : (int64_t)v;
}

bool
call_number(const struct moment *m, const char *name, uint64_t *v)
{
	struct span s = call_param(m, name);

	if (!s.len || s.len > 8)
		return false;
	*v = (uint64_t)call_number_of(s, false);
	return true;
}

bool
call_is_io(const struct eval *ev)
{
	unsigned category = ev->m->ev->type->category;

	return category == EC_IO_READ || category == EC_IO_WRITE || category == EC_IO_OTHER;
}

bool
call_raw_path(const struct eval *ev, const char *path, struct value *out)
{
	struct span s = call_param(ev->m, path);

	s.len = strnlen((const char *)s.p, s.len);
	if (!s.len || (s.len == 6 && !memcmp(s.p, "(NULL)", 6)) ||
	    (s.len == 4 && !memcmp(s.p, "<NA>", 4)))
		return false;
	out->s = s;
	return true;
}

/* Put the folder that a relative path starts from behind what is in T. False:
 * it is not known. */
static bool
put_folder(const struct eval *ev, const char *dirfd, struct text *t)
{
	const struct process *p = ev->m->proc;
	const struct descriptor *fd;
	size_t before = t->len;
	uint64_t num = 0;
	struct span cwd;

	if (!p)
		return false;
	if (dirfd && call_number(ev->m, dirfd, &num) && (int64_t)num != FD_CWD) {
		fd = world_fd(p, (int64_t)num);
		if (fd)
			descriptor_name(ev->world, fd, t);
		return t->len > before;
	}
	cwd = intern_span(world_names(ev->world), p->cwd);
	text_bytes(t, cwd.p, cwd.len);
	return cwd.len;
}

bool
call_path(const struct eval *ev, const char *path, const char *dirfd, struct value *out)
{
	struct text *t = ev->scratch;
	struct span base = { (const uint8_t *)"", 0 };
	size_t start;

	if (!call_raw_path(ev, path, out))
		return false;
	if (out->s.p[0] != '/' && !put_folder(ev, dirfd, t)) {
		text_str(t, "<UNKNOWN>/");
		text_bytes(t, out->s.p, out->s.len);
		return value_scratch(ev, out);
	}
	/* The folder stands in the scratch: make room before it is pointed to. */
	start = base.len = t->len;
	text_room(t, base.len + out->s.len + PATH_LEN_MAX);
	base.p = (const uint8_t *)t->p;
	path_join(t, base, out->s);
	out->s = (struct span){ (const uint8_t *)t->p + start, t->len - start };
	return true;
}
