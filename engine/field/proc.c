#include <string.h>

#include "engine/base/intern.h"
#include "engine/base/mem.h"
#include "engine/base/text.h"
#include "engine/event/event.h"
#include "engine/field/domain.h"
#include "engine/world/world.h"

#define GENERATIONS_MAX 64		/* a chain of parents that is longer is damaged */

/* Getters of one member: NAME a name, ID a number with -1 for "not known",
 * NONZERO a number with 0 for that, TRUTH a flag. */
#define NAME(what, member) \
	static bool \
	what(const struct eval *ev, struct value *out) \
	{ \
		return ev->proc && value_name(ev, ev->proc->member, out); \
	}
#define ID(what, member) \
	static bool \
	what(const struct eval *ev, struct value *out) \
	{ \
		return ev->proc && value_known(ev->proc->member, out); \
	}
#define NONZERO(what, member) \
	static bool \
	what(const struct eval *ev, struct value *out) \
	{ \
		if (!ev->proc || !ev->proc->member) \
			return false; \
		out->u = ev->proc->member; \
		return true; \
	}
#define TRUTH(what, condition) \
	static bool \
	what(const struct eval *ev, struct value *out) \
	{ \
		const struct process *p = ev->proc; \
		\
		if (!p) \
			return false; \
		out->b = (condition); \
		return true; \
	}

NAME(get_exe, exe)
NAME(get_exepath, exepath)
NAME(get_cwd, cwd)
ID(get_pid, pid)
ID(get_ppid, ppid)
ID(get_vpid, vpid)
ID(get_sid, sid)
ID(get_vpgid, vpgid)
ID(get_pgid, pgid)
ID(get_fdlimit, fdlimit)
NONZERO(get_start, born_ns)
NONZERO(get_exe_ino, exe_ino)
NONZERO(get_exe_ctime, exe_ino_ctime_ns)
NONZERO(get_exe_mtime, exe_ino_mtime_ns)
NONZERO(get_pidns_start, pidns_start_ns)
NONZERO(get_nthreads, n_threads)
TRUTH(is_exe_writable, p->exe_writable)
TRUTH(is_exe_upper_layer, p->exe_upper_layer)
TRUTH(is_exe_lower_layer, p->exe_lower_layer)
TRUTH(is_exe_from_memfd, p->exe_from_memfd)
TRUTH(is_sid_leader, p->sid != -1 && p->sid == p->vpid)
TRUTH(is_pgid_leader, p->pgid != -1 && p->pgid == p->pid)
TRUTH(is_vpgid_leader, p->vpgid != -1 && p->vpgid == p->vpid)

/* Threads have names of their own. */
static bool
get_name(const struct eval *ev, struct value *out)
{
	if (ev->thread)
		return value_name(ev, ev->thread->comm, out);
	return ev->proc && value_name(ev, ev->proc->comm, out);
}

static bool
get_args(const struct eval *ev, struct value *out)
{
	if (!ev->proc || !ev->proc->args)
		return false;
	scratch_texts(ev, ev->proc->args);
	return value_scratch(ev, out);
}

static bool
get_env(const struct eval *ev, struct value *out)
{
	if (!ev->proc || !ev->proc->env)
		return false;
	scratch_texts(ev, ev->proc->env);
	return value_scratch(ev, out);
}

/* NAME and the arguments of P behind it. */
static bool
command_line(const struct eval *ev, const struct process *p, uint32_t name, bool blank,
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

static bool
get_cmdline(const struct eval *ev, struct value *out)
{
	if (!ev->proc)
		return false;
	return command_line(ev, ev->proc, ev->thread ? ev->thread->comm : ev->proc->comm,
			    false, out);
}

static bool
get_exeline(const struct eval *ev, struct value *out)
{
	return ev->proc && command_line(ev, ev->proc, ev->proc->exe, true, out);
}

static bool
count_args(const struct eval *ev, uint64_t *n, uint64_t *len)
{
	struct span s;

	if (!ev->proc || !ev->proc->args)
		return false;
	s = intern_span(world_names(ev->world), ev->proc->args);
	*n = *len = 0;
	for (size_t i = 0; i < s.len; i++) {
		*len += s.p[i] != 0;
		*n += !s.p[i] || i + 1 == s.len;
	}
	return true;
}

static bool
get_cmdnargs(const struct eval *ev, struct value *out)
{
	uint64_t n, len;

	if (!count_args(ev, &n, &len))
		return false;
	out->u = n;
	return true;
}

static bool
get_cmdlenargs(const struct eval *ev, struct value *out)
{
	uint64_t n, len;

	if (!count_args(ev, &n, &len))
		return false;
	out->u = len;
	return true;
}

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

	return p && command_line(ev, p, p->comm, false, out);
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

/* How long P has lived at this moment. */
static bool
age_of(const struct eval *ev, const struct process *p, struct value *out)
{
	if (!p || !p->born_ns || !ev->m || ev->m->ev->ts_ns < p->born_ns)
		return false;
	out->u = ev->m->ev->ts_ns - p->born_ns;
	return true;
}

static bool
get_duration(const struct eval *ev, struct value *out)
{
	return age_of(ev, ev->proc, out);
}

static bool
get_pduration(const struct eval *ev, struct value *out)
{
	return age_of(ev, parent_of(ev), out);
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

static bool
get_sname(const struct eval *ev, struct value *out)
{
	const struct process *p = session_leader(ev);

	return p && value_name(ev, p->comm, out);
}

static bool
get_sid_exe(const struct eval *ev, struct value *out)
{
	const struct process *p = session_leader(ev);

	return p && value_name(ev, p->exe, out);
}

static bool
get_sid_exepath(const struct eval *ev, struct value *out)
{
	const struct process *p = session_leader(ev);

	return p && value_name(ev, p->exepath, out);
}

static bool
get_nchilds(const struct eval *ev, struct value *out)
{
	if (!ev->proc || !ev->proc->n_threads)
		return false;
	out->u = ev->proc->n_threads - 1;
	return true;
}

static bool
get_tty(const struct eval *ev, struct value *out)
{
	if (!ev->proc || ev->proc->pid == -1)
		return false;
	out->u = ev->proc->tty;
	return true;
}

static bool
get_fdopencount(const struct eval *ev, struct value *out)
{
	if (!ev->proc)
		return false;
	out->u = ev->proc->fds->fds.n;
	return true;
}

static bool
get_fdusage(const struct eval *ev, struct value *out)
{
	if (!ev->proc)
		return false;
	out->d = 0;
	if (ev->proc->fdlimit > 0)
		out->d = 100.0 * (double)ev->proc->fds->fds.n / (double)ev->proc->fdlimit;
	return true;
}

static bool
get_vmsize(const struct eval *ev, struct value *out)
{
	if (!ev->thread)
		return false;
	out->u = ev->thread->vmsize_kb;
	return true;
}

static bool
get_vmrss(const struct eval *ev, struct value *out)
{
	if (!ev->thread)
		return false;
	out->u = ev->thread->vmrss_kb;
	return true;
}

static bool
get_vmswap(const struct eval *ev, struct value *out)
{
	if (!ev->thread)
		return false;
	out->u = ev->thread->vmswap_kb;
	return true;
}

static bool
std_type(const struct eval *ev, int64_t num, struct value *out)
{
	const struct descriptor *fd = ev->proc ? world_fd(ev->proc, num) : NULL;

	return fd && value_word(fd_kind_word(fd->kind), out);
}

static bool
std_name(const struct eval *ev, int64_t num, struct value *out)
{
	const struct descriptor *fd = ev->proc ? world_fd(ev->proc, num) : NULL;

	if (!fd)
		return false;
	descriptor_name(ev->world, fd, ev->scratch);
	return value_scratch(ev, out);
}

#define STD(num) \
	static bool \
	get_std##num##_type(const struct eval *ev, struct value *out) \
	{ \
		return std_type(ev, num, out); \
	} \
	static bool \
	get_std##num##_name(const struct eval *ev, struct value *out) \
	{ \
		return std_name(ev, num, out); \
	}

STD(0)
STD(1)
STD(2)

static const struct field fields[] = {
	{ .name = "proc.name", .type = T_STR, ON(THREAD), .get = get_name,
	  .doc = "Name of the thread, at most 15 characters; often that of its program." },
	{ .name = "proc.pid", .type = T_INT, ON(PROCESS), .get = get_pid,
	  .doc = "Number of the process." },
	{ .name = "proc.vpid", .type = T_INT, ON(PROCESS), .get = get_vpid,
	  .doc = "Number of the process as it is seen in its own namespace." },
	{ .name = "proc.ppid", .type = T_INT, ON(PROCESS), .get = get_ppid,
	  .doc = "Number of the parent process." },
	{ .name = "proc.pname", .type = T_STR, ON(LINEAGE), .get = get_pname,
	  .doc = "Name of the parent process." },
	{ .name = "proc.pcmdline", .type = T_STR, ON(LINEAGE), .get = get_pcmdline,
	  .doc = "Command line of the parent process." },
	{ .name = "proc.pexe", .type = T_STR, ON(LINEAGE), .get = get_pexe,
	  .doc = "First word of the parent's command line." },
	{ .name = "proc.pexepath", .type = T_STR, ON(LINEAGE), .get = get_pexepath,
	  .doc = "Path of the parent's program." },
	{ .name = "proc.pvpid", .type = T_INT, ON(LINEAGE), .get = get_pvpid,
	  .doc = "Number of the parent as it is seen in its own namespace." },
	{ .name = "proc.exe", .type = T_STR, ON(PROCESS), .get = get_exe,
	  .doc = "First word of the command line, as it was given." },
	{ .name = "proc.exepath", .type = T_STR, ON(PROCESS), .get = get_exepath,
	  .doc = "Path of the program." },
	{ .name = "proc.args", .type = T_STR, ON(PROCESS), .get = get_args,
	  .doc = "The arguments, with blanks between them." },
	{ .name = "proc.cmdline", .type = T_STR, ON(THREAD), .get = get_cmdline,
	  .doc = "The name and the arguments." },
	{ .name = "proc.exeline", .type = T_STR, ON(PROCESS), .get = get_exeline,
	  .doc = "The first word of the command line and the arguments." },
	{ .name = "proc.cmdnargs", .type = T_UINT, ON(PROCESS), .get = get_cmdnargs,
	  .doc = "Number of arguments." },
	{ .name = "proc.cmdlenargs", .type = T_UINT, .unit = U_BYTES, ON(PROCESS),
	  .get = get_cmdlenargs, .doc = "Length of all arguments together." },
	{ .name = "proc.env", .type = T_STR, ON(PROCESS), .get = get_env,
	  .doc = "The environment, NAME=value with blanks between them." },
	{ .name = "proc.cwd", .type = T_STR, ON(PROCESS), .get = get_cwd,
	  .doc = "The folder in which the process works." },
	{ .name = "proc.sid", .type = T_INT, ON(PROCESS), .get = get_sid,
	  .doc = "Number of the session." },
	{ .name = "proc.sname", .type = T_STR, ON(LINEAGE), .get = get_sname,
	  .doc = "Name of the session's leader." },
	{ .name = "proc.sid.exe", .type = T_STR, ON(LINEAGE), .get = get_sid_exe,
	  .doc = "First word of the command line of the session's leader." },
	{ .name = "proc.sid.exepath", .type = T_STR, ON(LINEAGE), .get = get_sid_exepath,
	  .doc = "Path of the program of the session's leader." },
	{ .name = "proc.pgid", .type = T_INT, ON(PROCESS), .get = get_pgid,
	  .doc = "Number of the process group." },
	{ .name = "proc.vpgid", .type = T_INT, ON(PROCESS), .get = get_vpgid,
	  .doc = "Number of the process group as it is seen in its own namespace." },
	{ .name = "proc.is_sid_leader", .type = T_BOOL, ON(PROCESS), .get = is_sid_leader,
	  .doc = "Whether the process leads its session." },
	{ .name = "proc.is_pgid_leader", .type = T_BOOL, ON(PROCESS), .get = is_pgid_leader,
	  .doc = "Whether the process leads its group." },
	{ .name = "proc.is_vpgid_leader", .type = T_BOOL, ON(PROCESS), .get = is_vpgid_leader,
	  .doc = "Whether the process leads its group, as its own namespace sees it." },
	{ .name = "proc.loginshellid", .type = T_INT, ON(LINEAGE), .get = get_loginshellid,
	  .doc = "Number of the oldest process above whose name ends in sh." },
	{ .name = "proc.tty", .type = T_UINT, ON(PROCESS), .get = get_tty,
	  .doc = "Number of the controlling terminal; 0 for none." },
	{ .name = "proc.pid.ts", .type = T_TIME, ON(PROCESS), .get = get_start,
	  .doc = "When the process started, if that was seen." },
	{ .name = "proc.ppid.ts", .type = T_TIME, ON(LINEAGE), .get = get_pstart,
	  .doc = "When the parent process started, if that was seen." },
	{ .name = "proc.duration", .type = T_SPAN, .unit = U_NS, .scope = OF_HISTORY,
	  .get = get_duration, .doc = "Nanoseconds since the process started." },
	{ .name = "proc.ppid.duration", .type = T_SPAN, .unit = U_NS, .scope = OF_HISTORY,
	  .get = get_pduration, .doc = "Nanoseconds since the parent process started." },
	{ .name = "proc.nthreads", .type = T_UINT, .scope = OF_HISTORY, .get = get_nthreads,
	  .doc = "Number of threads of the process." },
	{ .name = "proc.nchilds", .type = T_UINT, .scope = OF_HISTORY, .get = get_nchilds,
	  .doc = "Number of threads of the process besides the first." },
	{ .name = "proc.fdopencount", .type = T_UINT, .scope = OF_HISTORY,
	  .get = get_fdopencount, .doc = "Number of open descriptors." },
	{ .name = "proc.fdlimit", .type = T_INT, .scope = OF_HISTORY, .get = get_fdlimit,
	  .doc = "How many descriptors the process may have open." },
	{ .name = "proc.fdusage", .type = T_DOUBLE, .unit = U_PERCENT, .scope = OF_HISTORY,
	  .get = get_fdusage, .doc = "Open descriptors in percent of the limit." },
	{ .name = "proc.vmsize", .type = T_UINT, .unit = U_KB, .scope = OF_HISTORY,
	  .get = get_vmsize, .doc = "Size of the address space." },
	{ .name = "proc.vmrss", .type = T_UINT, .unit = U_KB, .scope = OF_HISTORY,
	  .get = get_vmrss, .doc = "Memory that is in RAM." },
	{ .name = "proc.vmswap", .type = T_UINT, .unit = U_KB, .scope = OF_HISTORY,
	  .get = get_vmswap, .doc = "Memory that is swapped out." },
	{ .name = "proc.is_exe_writable", .type = T_BOOL, ON(PROCESS), .get = is_exe_writable,
	  .doc = "Whether who started the program may write to its file." },
	{ .name = "proc.is_exe_upper_layer", .type = T_BOOL, ON(PROCESS),
	  .get = is_exe_upper_layer,
	  .doc = "Whether the program is in the upper layer of an overlay file system." },
	{ .name = "proc.is_exe_lower_layer", .type = T_BOOL, ON(PROCESS),
	  .get = is_exe_lower_layer,
	  .doc = "Whether the program is in the lower layer of an overlay file system." },
	{ .name = "proc.is_exe_from_memfd", .type = T_BOOL, ON(PROCESS),
	  .get = is_exe_from_memfd,
	  .doc = "Whether the program has no file but is in memory." },
	{ .name = "proc.exe_ino", .type = T_UINT, ON(PROCESS), .get = get_exe_ino,
	  .doc = "Inode of the program's file." },
	{ .name = "proc.exe_ino.ctime", .type = T_TIME, ON(PROCESS), .get = get_exe_ctime,
	  .doc = "When the inode of the program last changed." },
	{ .name = "proc.exe_ino.mtime", .type = T_TIME, ON(PROCESS), .get = get_exe_mtime,
	  .doc = "When the program's file was last written." },
	{ .name = "proc.pidns_init_start_ts", .type = T_TIME, ON(PROCESS),
	  .get = get_pidns_start, .doc = "When the pid namespace of the process started." },
	{ .name = "proc.stdin.type", .type = T_STR, .scope = OF_HISTORY,
	  .get = get_std0_type, .doc = "What standard input is, as fd.type says it." },
	{ .name = "proc.stdin.name", .type = T_STR, .scope = OF_HISTORY,
	  .get = get_std0_name, .doc = "Name of standard input." },
	{ .name = "proc.stdout.type", .type = T_STR, .scope = OF_HISTORY,
	  .get = get_std1_type, .doc = "What standard output is, as fd.type says it." },
	{ .name = "proc.stdout.name", .type = T_STR, .scope = OF_HISTORY,
	  .get = get_std1_name, .doc = "Name of standard output." },
	{ .name = "proc.stderr.type", .type = T_STR, .scope = OF_HISTORY,
	  .get = get_std2_type, .doc = "What standard error is, as fd.type says it." },
	{ .name = "proc.stderr.name", .type = T_STR, .scope = OF_HISTORY,
	  .get = get_std2_name, .doc = "Name of standard error." },
};

const struct domain proc_domain = { "proc", fields, ARRAY_LEN(fields) };
