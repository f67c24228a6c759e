#include "engine/field/field.h"

#include <string.h>

#include "engine/base/mem.h"
#include "engine/base/text.h"
#include "engine/field/domain.h"
#include "engine/field/spelling.h"
#include "engine/world/world.h"

const struct domain *const domains[] = {
	&evt_domain, &evt_call_domain, &evt_io_domain, &evt_sum_domain, &syscall_domain,
	&fs_path_domain, &proc_domain, &proc_tree_domain, &proc_size_domain,
	&thread_domain, &user_domain, &group_domain, &fd_domain, &fd_net_domain,
	&fdlist_domain, &syslog_domain, &container_domain, &k8s_domain, &k8s_old_domain,
	&mesos_domain, &marathon_domain, &span_domain, &evtin_domain, &util_domain,
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

/* Does NAME start with the name of D and a dot? */
static bool
is_in(const struct domain *d, const char *name, size_t len)
{
	size_t n = strlen(d->name);

	return len > n && name[n] == '.' && !memcmp(d->name, name, n);
}

/* The field of D that ends in REST, its domain's name left out. */
static const struct field *
find_rest(const struct domain *d, const char *rest, size_t len)
{
	size_t n = strlen(d->name);

	for (size_t i = 0; i < d->n_fields; i++) {
		const char *own = d->fields[i].name + n;

		if (!strncmp(own, rest, len) && !own[len])
			return &d->fields[i];
	}
	return NULL;
}

const struct field *
field_find(const char *name, size_t len)
{
	static const struct domain alias = { .name = "kubernetes" };
	const struct field *f = NULL;

	for (size_t i = 0; i < n_domains && !f; i++) {
		const struct domain *d = domains[i];
		size_t n = strlen(d->name);

		if (is_in(d, name, len))
			f = find_rest(d, name + n, len - n);
		else if (is_in(&alias, name, len) && !strcmp(d->name, "k8s"))
			f = find_rest(d, name + strlen(alias.name),
				      len - strlen(alias.name));
	}
	return f;
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

enum value_type
field_type(const struct field_use *use)
{
	return use->field->type_of ? use->field->type_of(use) : use->field->type;
}

enum field_many
field_many(const struct field_use *use)
{
	bool is_one = (use->has_index || use->arg_name.len) &&
		      !(use->field->flags & FIELD_EACH);

	return is_one ? FIELD_ONE : use->field->many;
}

bool
field_get(const struct field_use *use, const struct eval *ev, struct value *out)
{
	ev->scratch->len = 0;
	if (use->field->get_arg)
		return use->field->get_arg(ev, use, out);
	return use->field->get(ev, out);
}
