#include <string.h>

#include "engine/base/intern.h"
#include "engine/base/mem.h"
#include "engine/base/text.h"
#include "engine/field/domain.h"
#include "engine/world/world.h"

/*
 * Processes as a family: parents and all above them, sessions and groups. The
 * state may be damaged so that a process is above itself: each walk is bounded.
 */

#define ENV_GENERATIONS_MAX 20		/* how far up proc.aenv[NAME] looks */

static const struct process *
parent_of(const struct eval *ev)
{
	return ev->proc ? process_parent(ev, ev->proc) : NULL;
}

static bool
get_pname(const struct eval *ev, struct value *out)
{
	const struct process *p = parent_of(ev);

	return p && value_name(ev, p->comm, out);
}

static bool
get_pcmdline(const struct eval *ev, struct value *out)
{
	const struct process *p = parent_of(ev);

	return p && process_line(ev, p, p->comm, false, out);
}

static bool
get_pexe(const struct eval *ev, struct value *out)
{
	const struct process *p = parent_of(ev);

	return p && value_name(ev, p->exe, out);
}

static bool
get_pexepath(const struct eval *ev, struct value *out)
{
	const struct process *p = parent_of(ev);

	return p && value_name(ev, p->exepath, out);
}

static bool
get_pvpid(const struct eval *ev, struct value *out)
{
	const struct process *p = parent_of(ev);

	return p && value_known(p->vpid, out);
}

static bool
get_pstart(const struct eval *ev, struct value *out)
{
	const struct process *p = parent_of(ev);

	if (!p || !p->born_ns)
		return false;
	out->u = p->born_ns;
	return true;
}

/* The oldest process above, or this one, whose name ends in "sh". */
static bool
get_loginshellid(const struct eval *ev, struct value *out)
{
	const struct process *p = ev->proc;
	bool found = false;

	for (unsigned i = 0; p && i < GENERATIONS_MAX; i++, p = process_parent(ev, p)) {
		struct span s = intern_span(world_names(ev->world), p->comm);

		if (s.len < 2 || memcmp(s.p + s.len - 2, "sh", 2))
			continue;
		out->i = p->pid;
		found = true;
	}
	return found;
}

/* The leader of the session: the thread of that number, or the oldest process
 * above that is still of the session. */
static const struct process *
session_leader(const struct eval *ev)
{
	const struct process *p = ev->proc, *leader = p;
	const struct thread *t;

	if (!p || p->sid <= 0)
		return NULL;
	t = world_thread(ev->world, p->sid);
	if (t && t->known)
		return t->proc;
	for (unsigned i = 0; p && p->sid == leader->sid && i < GENERATIONS_MAX; i++) {
		leader = p;
		p = process_parent(ev, p);
	}
	return leader;
}

/* The leader of the group: the oldest process above that is still of it. */
static const struct process *
group_leader(const struct eval *ev)
{
	const struct process *p = ev->proc, *leader = p;

	if (!p || p->pgid <= 0)
		return NULL;
	for (unsigned i = 0; p && p->pgid == leader->pgid && i < GENERATIONS_MAX; i++) {
		leader = p;
		p = process_parent(ev, p);
	}
	return leader;
}

/* The same by what its own namespace sees. */
static const struct process *
vgroup_leader(const struct eval *ev)
{
	const struct process *p = ev->proc, *leader = p;

	if (!p || p->vpgid <= 0)
		return NULL;
	for (unsigned i = 0; p && p->vpgid == leader->vpgid && i < GENERATIONS_MAX; i++) {
		leader = p;
		p = process_parent(ev, p);
	}
	return leader;
}

/* Names of the process that FINDER finds. */
#define LEADER(prefix, finder) \
	static bool \
	prefix##_name(const struct eval *ev, struct value *out) \
	{ \
		const struct process *p = finder(ev); \
		\
		return p && value_name(ev, p->comm, out); \
	} \
	static bool \
	prefix##_exe(const struct eval *ev, struct value *out) \
	{ \
		const struct process *p = finder(ev); \
		\
		return p && value_name(ev, p->exe, out); \
	} \
	static bool \
	prefix##_exepath(const struct eval *ev, struct value *out) \
	{ \
		const struct process *p = finder(ev); \
		\
		return p && value_name(ev, p->exepath, out); \
	}

LEADER(session, session_leader)
LEADER(group, group_leader)
LEADER(vgroup, vgroup_leader)

static bool
get_ppid(const struct eval *ev, struct value *out)
{
	return ev->proc && value_known(ev->proc->ppid, out);
}

static bool
get_sid(const struct eval *ev, struct value *out)
{
	return ev->proc && value_known(ev->proc->sid, out);
}

static bool
get_pgid(const struct eval *ev, struct value *out)
{
	return ev->proc && value_known(ev->proc->pgid, out);
}

static bool
get_vpgid(const struct eval *ev, struct value *out)
{
	return ev->proc && value_known(ev->proc->vpgid, out);
}

static bool
leads(const struct eval *ev, int64_t what, int64_t own, struct value *out)
{
	out->b = what != -1 && what == own;
	return ev->proc;
}

static bool
is_sid_leader(const struct eval *ev, struct value *out)
{
	return ev->proc && leads(ev, ev->proc->sid, ev->proc->vpid, out);
}

static bool
is_pgid_leader(const struct eval *ev, struct value *out)
{
	return ev->proc && leads(ev, ev->proc->pgid, ev->proc->pid, out);
}

static bool
is_vpgid_leader(const struct eval *ev, struct value *out)
{
	return ev->proc && leads(ev, ev->proc->vpgid, ev->proc->vpid, out);
}

/* What an ancestor's field puts into the scratch; false: nothing. */
typedef bool put_fn(const struct eval *ev, const struct process *p);

static bool
put_name(const struct eval *ev, uint32_t id)
{
	struct span s = intern_span(world_names(ev->world), id);

	text_bytes(ev->scratch, s.p, s.len);
	return id != INTERN_UNKNOWN;
}

static bool
put_comm(const struct eval *ev, const struct process *p)
{
	return put_name(ev, p->comm);
}

static bool
put_exe(const struct eval *ev, const struct process *p)
{
	return put_name(ev, p->exe);
}

static bool
put_exepath(const struct eval *ev, const struct process *p)
{
	return put_name(ev, p->exepath);
}

static bool
put_line(const struct eval *ev, const struct process *p)
{
	struct value v;

	return process_line(ev, p, p->comm, false, &v);
}

static bool
put_args(const struct eval *ev, const struct process *p)
{
	scratch_texts(ev, p->args);
	return p->args != INTERN_UNKNOWN;
}

static bool
put_env(const struct eval *ev, const struct process *p)
{
	scratch_env(ev, p->env);
	return p->env != INTERN_UNKNOWN;
}

/* N generations up from the process; NULL: nobody is known there. */
static const struct process *
ancestor(const struct eval *ev, int32_t n)
{
	const struct process *p = n >= 0 ? ev->proc : NULL;

	for (; p && n > 0; n--)
		p = process_parent(ev, p);
	return p;
}

/* What PUT puts: of the one ancestor that USE names, or of all above, nearest
 * first. */
static bool
of_ancestors(const struct eval *ev, const struct field_use *use, put_fn *put,
	     struct value *out)
{
	const struct process *p = ev->proc;
	struct list list;

	if (use->has_index) {
		p = ancestor(ev, use->index);
		return p && put(ev, p) && value_scratch(ev, out);
	}
	list_begin(ev, &list);
	for (unsigned i = 0; p && i < GENERATIONS_MAX; i++) {
		p = process_parent(ev, p);
		if (p == ev->proc)
			break;
		if (p && put(ev, p))
			list_add(&list);
	}
	return list_end(&list, out);
}

#define ANCESTORS(what, put) \
	static bool \
	what(const struct eval *ev, const struct field_use *use, struct value *out) \
	{ \
		return of_ancestors(ev, use, put, out); \
	}

ANCESTORS(get_aname, put_comm)
ANCESTORS(get_aexe, put_exe)
ANCESTORS(get_aexepath, put_exepath)
ANCESTORS(get_acmdline, put_line)
ANCESTORS(get_aargs, put_args)

/* [NAME]: the nearest value of that variable that is not empty. */
static bool
get_aenv(const struct eval *ev, const struct field_use *use, struct value *out)
{
	const struct process *p = ev->proc;

	if (!use->arg_name.len)
		return of_ancestors(ev, use, put_env, out);
	for (unsigned i = 0; p && i < ENV_GENERATIONS_MAX; i++) {
		p = process_parent(ev, p);
		if (p && text_of_key(ev, p->env, use->arg_name, &out->s) && out->s.len)
			return true;
	}
	return false;
}

static bool
get_apid(const struct eval *ev, const struct field_use *use, struct value *out)
{
	const struct process *p = ev->proc;
	size_t n = 0;

	if (use->has_index) {
		p = ancestor(ev, use->index);
		return p && value_known(p->pid, out);
	}
	for (unsigned i = 0; p && ev->list && n < FIELD_LIST_MAX && i < GENERATIONS_MAX; i++) {
		p = process_parent(ev, p);
		if (p == ev->proc)
			break;
		if (p)
			ev->list[n++].i = p->pid;
	}
	out->list.v = ev->list;
	out->list.n = n;
	return n;
}

/* "systemd > sshd > bash > curl". */
static bool
get_tree(const struct eval *ev, struct value *out)
{
	const struct process *line[GENERATIONS_MAX];
	const struct process *p = ev->proc;
	size_t n = 0;

	while (p && n < GENERATIONS_MAX) {
		line[n++] = p;
		p = process_parent(ev, p);
		if (p == ev->proc)
			break;
	}
	while (n) {
		if (!put_name(ev, line[--n]->comm))
			text_char(ev->scratch, '?');
		if (n)
			text_str(ev->scratch, " > ");
	}
	return ev->proc && ev->proc->comm && value_scratch(ev, out);
}

/* Does P, or one above it in its container, run what PROBE runs? */
static bool
runs_probe(const struct eval *ev, const struct container_probe *probe)
{
	const struct process *p = ev->proc;

	for (unsigned i = 0; probe->exe && p && p->container == ev->proc->container &&
	     i < GENERATIONS_MAX; i++, p = process_parent(ev, p))
		if (p->exe == probe->exe && p->args == probe->args)
			return true;
	return false;
}

#define PROBE(what, member) \
	static bool \
	what(const struct eval *ev, struct value *out) \
	{ \
		const struct container *c; \
		\
		if (!ev->proc) \
			return false; \
		c = containers_get(world_containers(ev->world), ev->proc->container); \
		out->b = c && runs_probe(ev, &c->member); \
		return true; \
	}

PROBE(is_healthcheck, healthcheck)
PROBE(is_liveness_probe, liveness)
PROBE(is_readiness_probe, readiness)

static const struct field fields[] = {
	{ .name = "proc.ppid", .type = T_INT, ON(PROCESS), .get = get_ppid,
	  .doc = "Number of the parent process." },
	{ .name = "proc.pname", .type = T_STR, ON(LINEAGE), .get = get_pname,
	  .doc = "Name of the parent process." },
	{ .name = "proc.pexe", .type = T_STR, ON(LINEAGE), .get = get_pexe,
	  .doc = "First word of the parent's command line." },
	{ .name = "proc.pexepath", .type = T_STR, ON(LINEAGE), .get = get_pexepath,
	  .doc = "Path of the parent's program." },
	{ .name = "proc.pcmdline", .type = T_STR, ON(LINEAGE), .get = get_pcmdline,
	  .doc = "Command line of the parent process." },
	{ .name = "proc.pvpid", .type = T_INT, ON(LINEAGE), .get = get_pvpid,
	  .doc = "Number of the parent as it is seen in its own namespace." },
	{ .name = "proc.ppid.ts", .type = T_TIME, ON(LINEAGE), .get = get_pstart,
	  .doc = "When the parent process started, if that was seen." },
	{ .name = "proc.apid", .type = T_INT, ON(LINEAGE), .arg = ARG_INDEX,
	  .many = FIELD_ANCESTORS, .flags = FIELD_PLAIN, .get_arg = get_apid,
	  .doc = "Numbers of the parent and all above; [N]: of the one N generations up." },
	{ .name = "proc.aname", .type = T_STR, ON(LINEAGE), .arg = ARG_INDEX,
	  .many = FIELD_ANCESTORS, .flags = FIELD_PLAIN, .get_arg = get_aname,
	  .doc = "Names of the parent and all above; [N]: of the one N generations up." },
	{ .name = "proc.aexe", .type = T_STR, ON(LINEAGE), .arg = ARG_INDEX,
	  .many = FIELD_ANCESTORS, .flags = FIELD_PLAIN, .get_arg = get_aexe,
	  .doc = "First words of the command lines of those above; [N]: of one." },
	{ .name = "proc.aexepath", .type = T_STR, ON(LINEAGE), .arg = ARG_INDEX,
	  .many = FIELD_ANCESTORS, .flags = FIELD_PLAIN, .get_arg = get_aexepath,
	  .doc = "Paths of the programs of those above; [N]: of one." },
	{ .name = "proc.acmdline", .type = T_STR, ON(LINEAGE), .arg = ARG_INDEX,
	  .many = FIELD_ANCESTORS, .flags = FIELD_PLAIN, .get_arg = get_acmdline,
	  .doc = "Command lines of those above; [N]: of one." },
	{ .name = "proc.aargs", .type = T_STR, ON(LINEAGE), .arg = ARG_INDEX,
	  .many = FIELD_ANCESTORS, .flags = FIELD_PLAIN, .get_arg = get_aargs,
	  .doc = "Arguments of those above; [N]: of one." },
	{ .name = "proc.aenv", .type = T_STR, ON(LINEAGE), .arg = ARG_INDEX | ARG_KEY,
	  .many = FIELD_ANCESTORS, .flags = FIELD_PLAIN, .get_arg = get_aenv,
	  .doc = "Environments of those above; [N]: of one; [NAME]: the nearest value of NAME." },
	{ .name = "proc.tree", .type = T_STR, ON(LINEAGE), .flags = FIELD_OURS,
	  .get = get_tree, .doc = "Names of all above and of the process: init > sshd > bash." },
	{ .name = "proc.loginshellid", .type = T_INT, ON(LINEAGE), .get = get_loginshellid,
	  .doc = "Number of the oldest process above whose name ends in sh." },
	{ .name = "proc.sid", .type = T_INT, ON(PROCESS), .get = get_sid,
	  .doc = "Number of the session." },
	{ .name = "proc.sname", .type = T_STR, ON(LINEAGE), .get = session_name,
	  .doc = "Name of the session's leader." },
	{ .name = "proc.sid.exe", .type = T_STR, ON(LINEAGE), .get = session_exe,
	  .doc = "First word of the command line of the session's leader." },
	{ .name = "proc.sid.exepath", .type = T_STR, ON(LINEAGE), .get = session_exepath,
	  .doc = "Path of the program of the session's leader." },
	{ .name = "proc.is_sid_leader", .type = T_BOOL, ON(PROCESS), .get = is_sid_leader,
	  .doc = "Whether the process leads its session." },
	{ .name = "proc.pgid", .type = T_INT, ON(PROCESS), .get = get_pgid,
	  .doc = "Number of the process group." },
	{ .name = "proc.pgid.name", .type = T_STR, ON(LINEAGE), .get = group_name,
	  .doc = "Name of the leader of the process group." },
	{ .name = "proc.pgid.exe", .type = T_STR, ON(LINEAGE), .get = group_exe,
	  .doc = "First word of the command line of the group's leader." },
	{ .name = "proc.pgid.exepath", .type = T_STR, ON(LINEAGE), .get = group_exepath,
	  .doc = "Path of the program of the group's leader." },
	{ .name = "proc.is_pgid_leader", .type = T_BOOL, ON(PROCESS), .get = is_pgid_leader,
	  .doc = "Whether the process leads its group." },
	{ .name = "proc.vpgid", .type = T_INT, ON(PROCESS), .get = get_vpgid,
	  .doc = "Number of the process group as it is seen in its own namespace." },
	{ .name = "proc.vpgid.name", .type = T_STR, ON(LINEAGE), .get = vgroup_name,
	  .doc = "Name of the group's leader, by what its own namespace sees." },
	{ .name = "proc.vpgid.exe", .type = T_STR, ON(LINEAGE), .get = vgroup_exe,
	  .doc = "First word of the command line of that leader." },
	{ .name = "proc.vpgid.exepath", .type = T_STR, ON(LINEAGE), .get = vgroup_exepath,
	  .doc = "Path of the program of that leader." },
	{ .name = "proc.is_vpgid_leader", .type = T_BOOL, ON(PROCESS), .get = is_vpgid_leader,
	  .doc = "Whether the process leads its group, as its own namespace sees it." },
	{ .name = "proc.is_container_healthcheck", .type = T_BOOL, ON(LINEAGE),
	  .get = is_healthcheck, .doc = "Whether it runs a health check of its container." },
	{ .name = "proc.is_container_liveness_probe", .type = T_BOOL, ON(LINEAGE),
	  .get = is_liveness_probe, .doc = "Whether it runs a liveness probe of its container." },
	{ .name = "proc.is_container_readiness_probe", .type = T_BOOL, ON(LINEAGE),
	  .get = is_readiness_probe, .doc = "Whether it runs a readiness probe of its container." },
};

const struct domain proc_tree_domain = {
	"proc", fields, ARRAY_LEN(fields), "Parents, sessions and groups of processes",
};
