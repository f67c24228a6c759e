#include <string.h>

#include "engine/base/mem.h"
#include "engine/base/text.h"
#include "engine/event/event.h"
#include "engine/field/domain.h"
#include "engine/world/world.h"

static const char *const capabilities[] = {
	"CAP_CHOWN", "CAP_DAC_OVERRIDE", "CAP_DAC_READ_SEARCH", "CAP_FOWNER", "CAP_FSETID",
	"CAP_KILL", "CAP_SETGID", "CAP_SETUID", "CAP_SETPCAP", "CAP_LINUX_IMMUTABLE",
	"CAP_NET_BIND_SERVICE", "CAP_NET_BROADCAST", "CAP_NET_ADMIN", "CAP_NET_RAW",
	"CAP_IPC_LOCK", "CAP_IPC_OWNER", "CAP_SYS_MODULE", "CAP_SYS_RAWIO",
	"CAP_SYS_CHROOT", "CAP_SYS_PTRACE", "CAP_SYS_PACCT", "CAP_SYS_ADMIN",
	"CAP_SYS_BOOT", "CAP_SYS_NICE", "CAP_SYS_RESOURCE", "CAP_SYS_TIME",
	"CAP_SYS_TTY_CONFIG", "CAP_MKNOD", "CAP_LEASE", "CAP_AUDIT_WRITE",
	"CAP_AUDIT_CONTROL", "CAP_SETFCAP", "CAP_MAC_OVERRIDE", "CAP_MAC_ADMIN",
	"CAP_SYSLOG", "CAP_WAKE_ALARM", "CAP_BLOCK_SUSPEND", "CAP_AUDIT_READ",
	"CAP_PERFMON", "CAP_BPF", "CAP_CHECKPOINT_RESTORE",
};

static bool
get_tid(const struct eval *ev, struct value *out)
{
	if (!ev->thread && !ev->m)
		return false;
	out->i = ev->thread ? ev->thread->tid : ev->m->ev->tid;
	return true;
}

static bool
get_vtid(const struct eval *ev, struct value *out)
{
	return ev->thread && value_known(ev->thread->vtid, out);
}

static bool
get_ismain(const struct eval *ev, struct value *out)
{
	if (!ev->thread || ev->thread->proc->pid == -1)
		return false;
	out->b = ev->thread->tid == ev->thread->proc->pid;
	return true;
}

static bool
get_nametid(const struct eval *ev, struct value *out)
{
	struct value name;

	if (!ev->thread || !value_name(ev, ev->thread->comm, &name))
		return false;
	text_bytes(ev->scratch, name.s.p, name.s.len);
	text_i64(ev->scratch, ev->thread->tid);
	return value_scratch(ev, out);
}

static bool
get_pfmajor(const struct eval *ev, struct value *out)
{
	if (!ev->thread)
		return false;
	out->u = ev->thread->pfmajor;
	return true;
}

static bool
get_pfminor(const struct eval *ev, struct value *out)
{
	if (!ev->thread)
		return false;
	out->u = ev->thread->pfminor;
	return true;
}

/* Memory belongs to the process: its first thread has it, the others none. */
static bool
of_main(const struct eval *ev, uint32_t kb, struct value *out)
{
	out->u = ev->thread->tid == ev->thread->proc->pid ? kb : 0;
	return true;
}

static bool
get_vmsize(const struct eval *ev, struct value *out)
{
	return ev->thread && of_main(ev, ev->thread->vmsize_kb, out);
}

static bool
get_vmrss(const struct eval *ev, struct value *out)
{
	return ev->thread && of_main(ev, ev->thread->vmrss_kb, out);
}

static bool
get_vmsize_b(const struct eval *ev, struct value *out)
{
	if (!get_vmsize(ev, out))
		return false;
	out->u *= 1024;
	return true;
}

static bool
get_vmrss_b(const struct eval *ev, struct value *out)
{
	if (!get_vmrss(ev, out))
		return false;
	out->u *= 1024;
	return true;
}

/* Of a switch: how long the thread ran that leaves its CPU. */
static bool
get_exectime(const struct eval *ev, struct value *out)
{
	out->u = ev->m ? ev->m->exec_ns : 0;
	return ev->m;
}

static bool
get_totexectime(const struct eval *ev, struct value *out)
{
	if (!ev->thread)
		return false;
	out->u = ev->thread->exec_ns;
	return true;
}

/* Samples are taken each second and count in hundredths of one. The first has
 * nothing to be compared with. */
static bool
cpu_share(const struct eval *ev, uint64_t ticks, struct value *out)
{
	if (!ev->m || ev->m->ev->id != EV_PROCINFO_E || !ev->thread ||
	    ev->thread->n_samples < 2)
		return false;
	out->d = ticks < 100 ? (double)ticks : 100;
	return true;
}

static bool
get_cpu(const struct eval *ev, struct value *out)
{
	uint64_t ticks = ev->thread ? ev->thread->user_step + ev->thread->system_step : 0;

	return cpu_share(ev, ticks, out);
}

static bool
get_cpu_user(const struct eval *ev, struct value *out)
{
	return cpu_share(ev, ev->thread ? ev->thread->user_step : 0, out);
}

static bool
get_cpu_system(const struct eval *ev, struct value *out)
{
	return cpu_share(ev, ev->thread ? ev->thread->system_step : 0, out);
}

/* Subsystems have several spellings: "cpu_cgroup", "io" for "blkio". */
static void
put_subsystem(const uint8_t *name, size_t len, struct text *t)
{
	static const struct {
		const char *from, *to;
	} spellings[] = { { "perf", "perf_event" }, { "mem", "memory" }, { "io", "blkio" } };
	static const char suffix[] = "_cgroup";
	const uint8_t *at = memmem(name, len, suffix, sizeof(suffix) - 1);
	const uint8_t *rest = at ? at + sizeof(suffix) - 1 : name + len;
	size_t rest_len = (size_t)(name + len - rest);

	if (at)
		len = (size_t)(at - name);
	for (size_t i = 0; i < ARRAY_LEN(spellings); i++) {
		if (rest_len || strlen(spellings[i].from) != len ||
		    memcmp(spellings[i].from, name, len))
			continue;
		text_str(t, spellings[i].to);
		return;
	}
	text_bytes(t, name, len);
	text_bytes(t, rest, rest_len);
}

static bool
get_cgroups(const struct eval *ev, struct value *out)
{
	const uint8_t *at, *end;
	struct value all;

	if (!ev->proc || !value_name(ev, ev->proc->cgroups, &all) || !all.s.len)
		return false;
	for (at = all.s.p, end = at + all.s.len; at < end;) {
		size_t len = strnlen((const char *)at, (size_t)(end - at));
		const uint8_t *equals = memchr(at, '=', len);
		size_t name_len = equals ? (size_t)(equals - at) : len;

		if (at > all.s.p)
			text_char(ev->scratch, ' ');
		put_subsystem(at, name_len, ev->scratch);
		text_bytes(ev->scratch, at + name_len, len - name_len);
		at += len + 1;
	}
	return value_scratch(ev, out);
}

static bool
get_cgroup(const struct eval *ev, const struct field_use *use, struct value *out)
{
	struct text *t = ev->scratch;
	const uint8_t *at, *end;
	struct value all;

	if (!ev->proc || !value_name(ev, ev->proc->cgroups, &all))
		return false;
	for (at = all.s.p, end = at + all.s.len; at < end;) {
		size_t len = strnlen((const char *)at, (size_t)(end - at));
		const uint8_t *equals = memchr(at, '=', len);
		size_t name_len = equals ? (size_t)(equals - at) : len;

		t->len = 0;
		put_subsystem(at, name_len, t);
		if (equals && t->len == use->arg_name.len &&
		    !memcmp(t->p, use->arg_name.p, t->len)) {
			out->s = (struct span){ equals + 1, len - name_len - 1 };
			return true;
		}
		at += len + 1;
	}
	return false;
}

static bool
put_capabilities(const struct eval *ev, uint64_t set, struct value *out)
{
	for (size_t i = 0; i < ARRAY_LEN(capabilities); i++) {
		if (!(set >> i & 1))
			continue;
		if (ev->scratch->len)
			text_char(ev->scratch, ' ');
		text_str(ev->scratch, capabilities[i]);
	}
	return value_scratch(ev, out);
}

static bool
get_permitted(const struct eval *ev, struct value *out)
{
	return ev->proc && put_capabilities(ev, ev->proc->cap_permitted, out);
}

static bool
get_inheritable(const struct eval *ev, struct value *out)
{
	return ev->proc && put_capabilities(ev, ev->proc->cap_inheritable, out);
}

static bool
get_effective(const struct eval *ev, struct value *out)
{
	return ev->proc && put_capabilities(ev, ev->proc->cap_effective, out);
}

static const struct field fields[] = {
	{ .name = "thread.tid", .type = T_INT, .scope = OF_ROW, .get = get_tid,
	  .doc = "Number of the thread." },
	{ .name = "thread.vtid", .type = T_INT, ON(THREAD), .get = get_vtid,
	  .doc = "Number of the thread as it is seen in its own namespace." },
	{ .name = "thread.ismain", .type = T_BOOL, ON(THREAD), .get = get_ismain,
	  .doc = "Whether it is the first thread of its process." },
	{ .name = "thread.nametid", .type = T_STR, ON(THREAD), .get = get_nametid,
	  .doc = "Name and number of the thread, joined." },
	{ .name = "thread.pfmajor", .type = T_UINT, .scope = OF_HISTORY, .get = get_pfmajor,
	  .flags = FIELD_GROWS,
	  .doc = "Page faults that had to read from disk." },
	{ .name = "thread.pfminor", .type = T_UINT, .scope = OF_HISTORY, .get = get_pfminor,
	  .flags = FIELD_GROWS,
	  .doc = "Page faults that did not read from disk." },
	{ .name = "thread.vmsize", .type = T_UINT, .unit = U_KB, .scope = OF_HISTORY,
	  .get = get_vmsize,
	  .doc = "Address space of the process, told of its first thread only." },
	{ .name = "thread.vmrss", .type = T_UINT, .unit = U_KB, .scope = OF_HISTORY,
	  .get = get_vmrss,
	  .doc = "Memory of the process in RAM, told of its first thread only." },
	{ .name = "thread.vmsize.b", .type = T_UINT, .unit = U_BYTES, .scope = OF_HISTORY,
	  .flags = FIELD_TABLE_ONLY, .get = get_vmsize_b, .doc = "thread.vmsize in bytes." },
	{ .name = "thread.vmrss.b", .type = T_UINT, .unit = U_BYTES, .scope = OF_HISTORY,
	  .flags = FIELD_TABLE_ONLY, .get = get_vmrss_b, .doc = "thread.vmrss in bytes." },
	{ .name = "thread.exectime", .type = T_SPAN, .unit = U_NS, .scope = OF_ROW,
	  .get = get_exectime,
	  .doc = "On a switch: how long the thread that leaves the CPU ran; else 0." },
	{ .name = "thread.totexectime", .type = T_SPAN, .unit = U_NS, .scope = OF_HISTORY,
	  .get = get_totexectime, .doc = "How long the thread ran so far, as its switches tell." },
	{ .name = "thread.cpu", .type = T_DOUBLE, .unit = U_PERCENT, .scope = OF_ROW,
	  .get = get_cpu, .doc = "On a sample: CPU time since the sample before, in percent." },
	{ .name = "thread.cpu.user", .type = T_DOUBLE, .unit = U_PERCENT, .scope = OF_ROW,
	  .get = get_cpu_user, .doc = "The part of thread.cpu that the program itself took." },
	{ .name = "thread.cpu.system", .type = T_DOUBLE, .unit = U_PERCENT, .scope = OF_ROW,
	  .get = get_cpu_system, .doc = "The part of thread.cpu that the kernel took for it." },
	{ .name = "thread.cgroups", .type = T_STR, ON(PROCESS), .get = get_cgroups,
	  .doc = "The control groups, subsystem=path with blanks between them." },
	{ .name = "thread.cgroup", .type = T_STR, ON(PROCESS),
	  .arg = ARG_DOT_NAME | ARG_NEEDED, .get_arg = get_cgroup,
	  .doc = "The control group of one subsystem, such as thread.cgroup.cpuset." },
	{ .name = "thread.cap_permitted", .type = T_STR, ON(PROCESS), .get = get_permitted,
	  .doc = "Capabilities that it may use." },
	{ .name = "thread.cap_inheritable", .type = T_STR, ON(PROCESS), .get = get_inheritable,
	  .doc = "Capabilities that a program it starts may get." },
	{ .name = "thread.cap_effective", .type = T_STR, ON(PROCESS), .get = get_effective,
	  .doc = "Capabilities that it has in use." },
};

const struct domain thread_domain = {
	"thread", fields, ARRAY_LEN(fields), "Threads",
};
