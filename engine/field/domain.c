#include "engine/field/domain.h"

#include <string.h>

#include "engine/base/intern.h"
#include "engine/base/text.h"
#include "engine/world/world.h"

const char *
word_of_fd_type(size_t i)
{
	return fd_kind_word((enum fd_kind)i);
}

bool
value_name(const struct eval *ev, uint32_t id, struct value *out)
{
	if (id == INTERN_UNKNOWN)
		return false;
	out->s = intern_span(world_names(ev->world), id);
	return true;
}

bool
value_known(int64_t v, struct value *out)
{
	if (v == -1)
		return false;
	out->i = v;
	return true;
}

bool
value_word(const char *word, struct value *out)
{
	if (!word)
		return false;
	out->s = (struct span){ (const uint8_t *)word, strlen(word) };
	return true;
}

bool
value_scratch(const struct eval *ev, struct value *out)
{
	out->s = (struct span){ (const uint8_t *)ev->scratch->p, ev->scratch->len };
	return true;
}

static void
put_texts(const struct eval *ev, uint32_t id, bool with_empty)
{
	struct span s = intern_span(world_names(ev->world), id);
	const uint8_t *at = s.p, *end = s.p + s.len;
	size_t start = ev->scratch->len;

	while (at < end) {
		size_t len = strnlen((const char *)at, (size_t)(end - at));

		if (with_empty ? at > s.p : len && ev->scratch->len > start)
			text_char(ev->scratch, ' ');
		text_bytes(ev->scratch, at, len);
		at += len + 1;
	}
}

void
scratch_texts(const struct eval *ev, uint32_t id)
{
	put_texts(ev, id, true);
}

void
scratch_env(const struct eval *ev, uint32_t id)
{
	put_texts(ev, id, false);
}

const struct process *
process_parent(const struct eval *ev, const struct process *p)
{
	const struct thread *t = p->ppid > 0 ? world_thread(ev->world, p->ppid) : NULL;

	return t && t->known ? t->proc : NULL;
}

bool
arg_is(const struct field_use *use, const char *name)
{
	return use->arg_name.len == strlen(name) &&
	       !memcmp(use->arg_name.p, name, use->arg_name.len);
}

bool
text_at(const struct eval *ev, uint32_t id, size_t i, struct span *out)
{
	struct span s = intern_span(world_names(ev->world), id);
	const uint8_t *at = s.p, *end = s.p + s.len;

	for (; at < end; i--) {
		size_t len = strnlen((const char *)at, (size_t)(end - at));

		if (!i) {
			*out = (struct span){ at, len };
			return true;
		}
		at += len + 1;
	}
	return false;
}

bool
text_of_key(const struct eval *ev, uint32_t id, struct span key, struct span *out)
{
	struct span s = intern_span(world_names(ev->world), id);
	const uint8_t *at = s.p, *end = s.p + s.len;

	while (at < end) {
		size_t len = strnlen((const char *)at, (size_t)(end - at));

		if (len > key.len && at[key.len] == '=' && !memcmp(at, key.p, key.len)) {
			*out = (struct span){ at + key.len + 1, len - key.len - 1 };
			return true;
		}
		at += len + 1;
	}
	return false;
}

void
list_begin(const struct eval *ev, struct list *l)
{
	*l = (struct list){ .ev = ev, .start = ev->scratch->len };
}

/* The scratch may move while it grows: only lengths are kept until the end. */
bool
list_add(struct list *l)
{
	const struct text *t = l->ev->scratch;

	if (!l->ev->list || l->n >= FIELD_LIST_MAX)
		return false;
	l->ev->list[l->n++].s = (struct span){ NULL, t->len - l->start };
	l->start = t->len;
	return true;
}

bool
list_end(struct list *l, struct value *out)
{
	struct value *v = l->ev->list;
	const uint8_t *at;
	size_t all = 0;

	for (size_t i = 0; i < l->n; i++)
		all += v[i].s.len;
	text_room(l->ev->scratch, 1);
	at = (const uint8_t *)l->ev->scratch->p + l->start - all;
	for (size_t i = 0; i < l->n; i++) {
		v[i].s.p = at;
		at += v[i].s.len;
	}
	out->list.v = v;
	out->list.n = l->n;
	return l->n;
}

bool
process_line(const struct eval *ev, const struct process *p, uint32_t name, bool blank,
	     struct value *out)
{
	struct span s;

	if (!name)
		return false;
	s = intern_span(world_names(ev->world), name);
	text_bytes(ev->scratch, s.p, s.len);
	if (blank || p->args > INTERN_EMPTY)
		text_char(ev->scratch, ' ');
	scratch_texts(ev, p->args);
	return value_scratch(ev, out);
}

bool
value_none(const struct eval *ev, struct value *out)
{
	(void)ev;
	(void)out;
	return false;
}

bool
value_none_for(const struct eval *ev, const struct field_use *use, struct value *out)
{
	(void)use;
	return value_none(ev, out);
}
