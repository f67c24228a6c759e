#include "ui/cli/sieve.h"

#include <stdlib.h>
#include <string.h>
#include <unistd.h>

#include "engine/base/err.h"
#include "engine/base/intern.h"
#include "engine/filter/filter.h"
#include "engine/world/world.h"
#include "ui/cli/cli.h"
#include "ui/cli/hosts.h"
#include "ui/cli/print_options.h"
#include "ui/cli/services.h"
#include "ui/cli/zone.h"

/* Names of hosts in a filter: see filter_options. */
static const char *
find_host(void *hosts, const char *name)
{
	if (!hosts)
		return "names of hosts are only looked up by `sysreel print -R`";
	return !name || hosts_learn(hosts, name) ? NULL : "no address of that host is known";
}

bool
sieve_compile(struct sieve *s, const struct print_wishes *w)
{
	const struct filter_options options = { zone_offset, services_port, find_host,
						w->hosts };
	struct err err = { 0 };

	if (!w->filter.len)
		return true;
	s->filter = filter_compile(w->filter.p, &options, &err);
	if (!s->filter)
		cli_explain_filter(w->filter.p, &err);
	return s->filter;
}

void
sieve_begin(struct sieve *s, const struct print_wishes *w, const struct world *world,
	    struct clock *clock, enum syscall_machine machine)
{
	render_init(&s->render, world, clock);
	s->render.machine = machine;
	s->render.host = w->hosts ? hosts_name : NULL;
	s->render.host_ctx = w->hosts;
	if (w->verbose)
		s->render.data.dots_max = SIZE_MAX;
	s->suppressed = (const char *const *)w->suppressed;
	s->n_suppressed_names = w->n_suppressed;
	s->eval = (struct eval){ .world = world, .time_mode = w->time_mode,
				 .render = &s->render, .scratch = &s->scratch, .list = s->list };
}

void
sieve_fini(struct sieve *s)
{
	filter_free(s->filter);
	render_fini(&s->render);
	text_fini(&s->scratch);
}

void
sieve_report(const struct sieve *s)
{
	uint64_t n = s->filter ? filter_limits_hit(s->filter) : 0;

	if (n)
		cli_error("filter: %llu comparisons with a regular expression took too long and "
			  "count as false", (unsigned long long)n);
}

/* Does one of the suppressed programs do it? */
static bool
is_suppressed(const struct sieve *s, const struct moment *m)
{
	struct span comm;

	if (!m->thread || !m->thread->comm)
		return false;
	comm = intern_span(world_names(s->eval.world), m->thread->comm);
	for (size_t i = 0; i < s->n_suppressed_names; i++)
		if (strlen(s->suppressed[i]) == comm.len &&
		    !memcmp(s->suppressed[i], comm.p, comm.len))
			return true;
	return false;
}

bool
sieve_lets_pass(struct sieve *s, const struct moment *m)
{
	if (s->n_suppressed_names && is_suppressed(s, m)) {
		s->n_suppressed++;
		return false;
	}
	if (!s->filter)
		return true;
	eval_moment(&s->eval, m);
	return filter_match(s->filter, &s->eval);
}

bool
sieve_lets_process_pass(struct sieve *s, const struct process *p)
{
	const struct thread *t = p->leader ? p->leader : p->threads;
	struct event ev = { .tid = t ? t->tid : p->pid };
	struct moment m = { .ev = &ev, .num = 1, .thread = t, .proc = p,
			    .container = p->container, .thread_version = t ? t->version : 0,
			    .proc_version = p->version };

	if (!s->filter)
		return true;
	for (uint16_t id = 0; id < EVENT_TYPES; id++) {
		if (event_types[id].flags & EF_UNUSED || !filter_wants_type(s->filter, id))
			continue;
		ev.id = id;
		ev.type = &event_types[id];
		eval_moment(&s->eval, &m);
		if (filter_match(s->filter, &s->eval))
			return true;
	}
	return false;
}
