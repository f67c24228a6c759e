#include "engine/field/field.h"

#include <errno.h>
#include <string.h>

#include "engine/base/err.h"
#include "engine/base/intern.h"
#include "engine/base/mem.h"
#include "engine/base/text.h"
#include "engine/event/event_type.h"
#include "engine/field/domain.h"
#include "engine/field/spelling.h"
#include "engine/world/world.h"

#define NAME_SHOWN_MAX 48		/* of what is no field, in an error */
#define INDEX_MAX 1000

const struct domain *const domains[] = {
	&evt_domain, &syscall_domain, &proc_domain, &thread_domain, &user_domain,
	&group_domain, &fd_domain, &container_domain, &k8s_domain,
};
const size_t n_domains = ARRAY_LEN(domains);

void
eval_moment(struct eval *ev, const struct moment *m)
{
	ev->m = m;
	ev->thread = m->thread;
	ev->proc = m->proc;
	ev->fd = m->fd;
	ev->container = m->container;
}

/* The domain that NAME is in: its name and a dot. */
static const struct domain *
domain_of(const char *name, size_t len)
{
	for (size_t i = 0; i < n_domains; i++) {
		size_t n = strlen(domains[i]->name);

		if (len > n && name[n] == '.' && !memcmp(domains[i]->name, name, n))
			return domains[i];
	}
	return NULL;
}

const struct field *
field_find(const char *name, size_t len)
{
	const struct domain *d = domain_of(name, len);

	for (size_t i = 0; d && i < d->n_fields; i++)
		if (!strncmp(d->fields[i].name, name, len) && !d->fields[i].name[len])
			return &d->fields[i];
	return NULL;
}

const struct field *
field_nearest(const char *name, size_t len)
{
	struct spelling best = spelling_of(name, len);
	const struct field *found = NULL;

	for (size_t i = 0; i < n_domains; i++)
		for (size_t j = 0; j < domains[i]->n_fields; j++)
			if (spelling_is_nearer(&best, domains[i]->fields[j].name))
				found = &domains[i]->fields[j];
	return found;
}

/* How much of TEXT looks like the name of a field. */
static size_t
name_len(const char *text)
{
	return strspn(text, "abcdefghijklmnopqrstuvwxyzABCDEFGHIJKLMNOPQRSTUVWXYZ0123456789_.");
}

static int
parse_index(const char *text, struct field_use *use, struct err *err)
{
	size_t n = 1;
	uint32_t v = 0;

	for (; text[n] >= '0' && text[n] <= '9' && v <= INDEX_MAX; n++)
		v = v * 10 + (uint32_t)(text[n] - '0');
	if (n == 1 || text[n] != ']' || v > INDEX_MAX)
		return err_set(err, -EINVAL, "field `%s` wants a number from 0 to %d in [ ]",
			       use->field->name, INDEX_MAX);
	use->index = v;
	use->has_index = true;
	return (int)n + 1;
}

/* Whether some event has a parameter called NAME. */
static bool
is_param(const char *name, size_t len)
{
	for (size_t id = 0; id < EVENT_TYPES; id++) {
		const struct event_type *type = &event_types[id];

		for (size_t i = 0; i < type->n_params; i++)
			if (!strncmp(type->params[i].name, name, len) &&
			    !type->params[i].name[len])
				return true;
	}
	return false;
}

static int
parse_arg(const char *text, struct field_use *use, struct err *err)
{
	size_t len;

	if (text[0] == '[')
		return parse_index(text, use, err);
	len = text[0] == '.' ? name_len(text + 1) : 0;
	while (len && !is_param(text + 1, len))
		len--;
	if (!len && text[0] == '.')
		return err_set(err, -EINVAL, "no event has a parameter of that name");
	if (!len)
		return err_set(err, -EINVAL, "field `%s` wants a name or a number: `%s.NAME` "
			       "or `%s[0]`", use->field->name, use->field->name,
			       use->field->name);
	use->arg_name = (struct span){ (const uint8_t *)text + 1, len };
	return (int)len + 1;
}

static int
refuse(const char *text, size_t len, struct err *err)
{
	const struct field *near = field_nearest(text, len);
	struct text shown = { 0 };

	if (!len)
		return err_set(err, -EINVAL, "the name of a field is missing");
	text_safe(&shown, text, len < NAME_SHOWN_MAX ? len : NAME_SHOWN_MAX);
	text_char(&shown, '\0');
	err_set(err, -EINVAL, near ? "unknown field `%s`, did you mean `%s`?" :
		"unknown field `%s`", shown.p, near ? near->name : "");
	text_fini(&shown);
	return -EINVAL;
}

int
field_parse(const char *text, struct field_use *use, struct err *err)
{
	size_t all = name_len(text), len = all;
	struct field_use found = { 0 };
	int arg_len = 0;

	while (len && !found.field) {
		found.field = field_find(text, len);
		if (!found.field)
			len--;
	}
	if (!found.field)
		return refuse(text, all, err);
	if (found.field->arg != ARG_NONE)
		arg_len = parse_arg(text + len, &found, err);
	if (arg_len < 0)
		return arg_len;
	*use = found;
	return (int)len + arg_len;
}

enum value_type
field_type(const struct field_use *use)
{
	return use->field->type_of ? use->field->type_of(use) : use->field->type;
}

bool
field_get(const struct field_use *use, const struct eval *ev, struct value *out)
{
	ev->scratch->len = 0;
	if (use->field->get_arg)
		return use->field->get_arg(ev, use, out);
	return use->field->get(ev, out);
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

void
scratch_texts(const struct eval *ev, uint32_t id)
{
	struct span s = intern_span(world_names(ev->world), id);
	const uint8_t *at = s.p, *end = s.p + s.len;

	while (at < end) {
		size_t len = strnlen((const char *)at, (size_t)(end - at));

		if (at > s.p)
			text_char(ev->scratch, ' ');
		text_bytes(ev->scratch, at, len);
		at += len + 1;
	}
}

const struct process *
process_parent(const struct eval *ev, const struct process *p)
{
	const struct thread *t = p->ppid > 0 ? world_thread(ev->world, p->ppid) : NULL;

	return t && t->known ? t->proc : NULL;
}
