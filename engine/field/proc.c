#include <string.h>

#include "engine/base/intern.h"
#include "engine/base/mem.h"
#include "engine/base/text.h"
#include "engine/event/event.h"
#include "engine/field/domain.h"
#include "engine/world/world.h"

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
ID(get_vpid, vpid)
NONZERO(get_start, born_ns)
NONZERO(get_exe_ino, exe_ino)
NONZERO(get_exe_ctime, exe_ino_ctime_ns)
NONZERO(get_exe_mtime, exe_ino_mtime_ns)
NONZERO(get_pidns_start, pidns_start_ns)
TRUTH(is_exe_writable, p->exe_writable)
TRUTH(is_exe_upper_layer, p->exe_upper_layer)
TRUTH(is_exe_lower_layer, p->exe_lower_layer)
TRUTH(is_exe_from_memfd, p->exe_from_memfd)

/* Threads have names of their own. */
static bool
get_name(const struct eval *ev, struct value *out)
{
	if (ev->thread)
		return value_name(ev, ev->thread->comm, out);
	return ev->proc && value_name(ev, ev->proc->comm, out);
}

/* [N]: argument N, from 0, behind the first word. */
static bool
get_args(const struct eval *ev, const struct field_use *use, struct value *out)
{
	if (!ev->proc || !ev->proc->args)
		return false;
	if (use->has_index)
		return use->index >= 0 &&
		       text_at(ev, ev->proc->args, (size_t)use->index, &out->s);
	scratch_texts(ev, ev->proc->args);
	return value_scratch(ev, out);
}

/* [KEY]: the value of variable KEY. */
static bool
get_env(const struct eval *ev, const struct field_use *use, struct value *out)
{
	if (!ev->proc || !ev->proc->env)
		return false;
	if (use->arg_name.len)
		return text_of_key(ev, ev->proc->env, use->arg_name, &out->s);
	scratch_env(ev, ev->proc->env);
	return value_scratch(ev, out);
}

static bool
get_cmdline(const struct eval *ev, struct value *out)
{
	if (!ev->proc)
		return false;
	return process_line(ev, ev->proc, ev->thread ? ev->thread->comm : ev->proc->comm,
			    false, out);
}

static bool
get_exeline(const struct eval *ev, struct value *out)
{
	return ev->proc && process_line(ev, ev->proc, ev->proc->exe, true, out);
}

/* Threads of the kernel have no command line; ps shows their names like this, too. */
static bool
get_command(const struct eval *ev, struct value *out)
{
	const struct process *p = ev->proc;
	struct span name;

	if (!p)
		return false;
	if (p->exe > INTERN_EMPTY || p->args > INTERN_EMPTY)
		return process_line(ev, p, p->exe, false, out);
	if (p->comm <= INTERN_EMPTY)
		return false;
	name = intern_span(world_names(ev->world), p->comm);
	text_char(ev->scratch, '[');
	text_bytes(ev->scratch, name.p, name.len);
	text_char(ev->scratch, ']');
	return value_scratch(ev, out);
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

static bool
get_tty(const struct eval *ev, struct value *out)
{
	if (!ev->proc || ev->proc->pid == -1)
		return false;
	out->u = ev->proc->tty;
	return true;
}

/* How long before its process started the program's inode last changed. */
static bool
get_ctime_proc_start(const struct eval *ev, struct value *out)
{
	const struct process *p = ev->proc;

	if (!p || !p->exe_ino_ctime_ns || p->born_ns <= p->exe_ino_ctime_ns)
		return false;
	out->u = p->born_ns - p->exe_ino_ctime_ns;
	return true;
}

/* How long after the start of its pid namespace that was. */
static bool
get_ctime_pidns_start(const struct eval *ev, struct value *out)
{
	const struct process *p = ev->proc;

	if (!p || !p->pidns_start_ns || p->exe_ino_ctime_ns <= p->pidns_start_ns)
		return false;
	out->u = p->exe_ino_ctime_ns - p->pidns_start_ns;
	return true;
}

static const struct field fields[] = {
	{ .name = "proc.name", .type = T_STR, ON(THREAD), .get = get_name,
	  .doc = "Name of the thread, at most 15 characters; often that of its program." },
	{ .name = "proc.pid", .type = T_INT, ON(PROCESS), .get = get_pid,
	  .doc = "Number of the process." },
	{ .name = "proc.vpid", .type = T_INT, ON(PROCESS), .get = get_vpid,
	  .doc = "Number of the process as it is seen in its own namespace." },
	{ .name = "proc.exe", .type = T_STR, ON(PROCESS), .get = get_exe,
	  .doc = "First word of the command line, as it was given." },
	{ .name = "proc.exepath", .type = T_STR, ON(PROCESS), .get = get_exepath,
	  .doc = "Path of the program." },
	{ .name = "proc.args", .type = T_STR, ON(PROCESS), .arg = ARG_INDEX,
	  .get_arg = get_args,
	  .doc = "The arguments, with blanks between them; [N]: argument N, from 0." },
	{ .name = "proc.cmdline", .type = T_STR, ON(THREAD), .get = get_cmdline,
	  .doc = "The name and the arguments." },
	{ .name = "proc.exeline", .type = T_STR, ON(PROCESS), .get = get_exeline,
	  .doc = "The first word of the command line and the arguments." },
	{ .name = "proc.command", .type = T_STR, ON(PROCESS), .get = get_command,
	  .doc = "The command line, or [NAME] without one, as for threads of the kernel." },
	{ .name = "proc.cmdnargs", .type = T_UINT, ON(PROCESS), .get = get_cmdnargs,
	  .doc = "Number of arguments." },
	{ .name = "proc.cmdlenargs", .type = T_UINT, .unit = U_BYTES, ON(PROCESS),
	  .get = get_cmdlenargs, .doc = "Length of all arguments together." },
	{ .name = "proc.env", .type = T_STR, ON(PROCESS), .arg = ARG_KEY, .get_arg = get_env,
	  .doc = "The environment, NAME=value with blanks between them; [NAME]: one value." },
	{ .name = "proc.cwd", .type = T_STR, ON(PROCESS), .get = get_cwd,
	  .doc = "The folder in which the process works." },
	{ .name = "proc.tty", .type = T_UINT, ON(PROCESS), .get = get_tty,
	  .doc = "Number of the controlling terminal; 0 for none." },
	{ .name = "proc.pid.ts", .type = T_TIME, ON(PROCESS), .get = get_start,
	  .doc = "When the process started, if that was seen." },
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
	{ .name = "proc.exe_ino.ctime_duration_proc_start", .type = T_SPAN, .unit = U_NS,
	  ON(PROCESS), .get = get_ctime_proc_start,
	  .doc = "How long before the process started the program's inode last changed." },
	{ .name = "proc.exe_ino.ctime_duration_pidns_start", .type = T_SPAN, .unit = U_NS,
	  ON(PROCESS), .get = get_ctime_pidns_start,
	  .doc = "How long after the start of its pid namespace that inode last changed." },
	{ .name = "proc.pidns_init_start_ts", .type = T_TIME, ON(PROCESS),
	  .get = get_pidns_start, .doc = "When the pid namespace of the process started." },
};

const struct domain proc_domain = {
	"proc", fields, ARRAY_LEN(fields), "Processes",
};
