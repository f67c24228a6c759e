#include "engine/base/mem.h"
#include "engine/base/text.h"
#include "engine/event/event.h"
#include "engine/field/domain.h"
#include "engine/world/world.h"

/*
 * What changes of a process without making another one of it: its age, its
 * memory, what it has open.
 */

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
	return age_of(ev, ev->proc ? process_parent(ev, ev->proc) : NULL, out);
}

static bool
get_proc_count(const struct eval *ev, struct value *out)
{
	out->u = 1;
	return ev->proc != NULL;
}

static bool
get_nthreads(const struct eval *ev, struct value *out)
{
	if (!ev->proc || !ev->proc->n_threads)
		return false;
	out->u = ev->proc->n_threads;
	return true;
}

static bool
get_fdlimit(const struct eval *ev, struct value *out)
{
	return ev->proc && value_known(ev->proc->fdlimit, out);
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
	{ .name = "proc.duration", .type = T_SPAN, .unit = U_NS, .scope = OF_HISTORY,
	  .get = get_duration, .doc = "Nanoseconds since the process started." },
	{ .name = "proc.ppid.duration", .type = T_SPAN, .unit = U_NS, .scope = OF_HISTORY,
	  .get = get_pduration, .doc = "Nanoseconds since the parent process started." },
	{ .name = "proc.count", .type = T_UINT, .scope = OF_HISTORY,
	  .flags = FIELD_TABLE_ONLY | FIELD_OURS, .get = get_proc_count,
	  .doc = "1 for each process, so that a sum of it counts those of a group." },
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
	{ .name = "proc.stdin.type", .type = T_STR, .scope = OF_HISTORY,
	  ONE_OF(word_of_fd_type, FD_KINDS), .get = get_std0_type,
	  .doc = "What standard input is, as fd.type says it." },
	{ .name = "proc.stdin.name", .type = T_STR, .scope = OF_HISTORY,
	  .get = get_std0_name, .doc = "Name of standard input." },
	{ .name = "proc.stdout.type", .type = T_STR, .scope = OF_HISTORY,
	  ONE_OF(word_of_fd_type, FD_KINDS), .get = get_std1_type,
	  .doc = "What standard output is, as fd.type says it." },
	{ .name = "proc.stdout.name", .type = T_STR, .scope = OF_HISTORY,
	  .get = get_std1_name, .doc = "Name of standard output." },
	{ .name = "proc.stderr.type", .type = T_STR, .scope = OF_HISTORY,
	  ONE_OF(word_of_fd_type, FD_KINDS), .get = get_std2_type,
	  .doc = "What standard error is, as fd.type says it." },
	{ .name = "proc.stderr.name", .type = T_STR, .scope = OF_HISTORY,
	  .get = get_std2_name, .doc = "Name of standard error." },
};

const struct domain proc_size_domain = {
	"proc", fields, ARRAY_LEN(fields), "Age, memory and standard streams of processes",
};
