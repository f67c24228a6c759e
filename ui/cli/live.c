#include "ui/cli/live.h"

#include <errno.h>
#include <stdlib.h>
#include <string.h>
#include <sys/stat.h>
#include <sys/sysinfo.h>
#include <sys/wait.h>
#include <time.h>
#include <unistd.h>

#include "engine/base/err.h"
#include "engine/base/mem.h"
#include "engine/base/text.h"
#include "engine/event/source.h"
#include "engine/world/world.h"
#include "probe/probe.h"
#include "ui/cli/cli.h"
#include "ui/cli/whom.h"

#define MEMORY_MAX (2ull << 30)		/* bytes of a store, unless something is said, */
#define MEMORY_PART 8			/* or so much of the machine's */
#define STATUS_OF_SIGNAL 128		/* and its number, as shells have it */

/* Is GID one of ours? */
static bool
is_in_group(gid_t gid)
{
	int n = getgroups(0, NULL);
	gid_t *groups = xreallocarray(NULL, n > 0 ? (size_t)n : 1, sizeof(*groups));
	bool is_in = gid == getegid();

	n = n > 0 ? getgroups(n, groups) : 0;
	for (int i = 0; i < n && !is_in; i++)
		is_in = groups[i] == gid;
	free(groups);
	return is_in;
}

bool
live_may_write_later(const char *path, struct err *err)
{
	const char *slash = strrchr(path, '/');
	int len = slash ? (int)(slash - path) : 0;
	struct text folder = { 0 };
	struct stat st;
	bool may = true;

	text_fmt(&folder, "%.*s", slash ? (len ? len : 1) : 1, slash ? path : ".");
	text_char(&folder, '\0');
	/* That there is none will be told when the first file is made. */
	if (stat(folder.p, &st) == 0)
		may = st.st_mode & (st.st_uid == geteuid() ? S_IWUSR :
				    is_in_group(st.st_gid) ? S_IWGRP : S_IWOTH);
	if (!may)
		err_set(err, -EACCES, "%s: no later file could be made here, because the rights to "
			"do so are given up when recording begins; choose a folder of your own",
			folder.p);
	text_fini(&folder);
	return may;
}

int64_t
live_root(const struct source *s)
{
	return probe_root(s);
}

bool
live_is_above(const struct source *s, const struct process *p)
{
	/* Numbers are used again. */
	return !p->born && probe_is_above(s, p->pid);
}

uint64_t
live_memory_bytes(void)
{
	struct sysinfo info;
	uint64_t bytes = MEMORY_MAX;

	if (sysinfo(&info) == 0)
		bytes = (uint64_t)info.totalram * info.mem_unit / MEMORY_PART;
	return bytes < MEMORY_MAX ? bytes : MEMORY_MAX;
}

uint64_t
live_now_ns(void)
{
	struct timespec t;

	clock_gettime(CLOCK_REALTIME, &t);
	return (uint64_t)t.tv_sec * 1000000000u + (uint64_t)t.tv_nsec;
}

static uint32_t
snap_bytes(const struct live_options *o)
{
	if (o->data_bytes == UINT64_MAX)
		return PROBE_SNAP_BYTES;
	return o->data_bytes < PROBE_SNAP_MAX ? (uint32_t)o->data_bytes : PROBE_SNAP_MAX;
}

/* Say what is left to the kernel. */
static void
tell_pushdown(const struct pushdown *p, const struct source *s)
{
	struct demand_count count;
	struct text t = { 0 };

	probe_demand(s, &count);
	pushdown_tell(p, &count, &t);
	text_char(&t, '\0');
	cli_error("%s", t.p);
	text_fini(&t);
}

struct source *
live_open(const struct live_options *o, struct err *err)
{
	struct probe_options options = { .command = o->whom->command,
					 .command_apart = o->command_apart,
					 .goes_first = o->goes_first,
					 .tree = o->whom->tree,
					 .idle = o->idle, .ctx = o->ctx,
					 .ring_bytes = o->ring_bytes,
					 .snap_bytes = snap_bytes(o) };
	struct pushdown_options ask = o->ask;
	struct pushdown pushdown;
	struct source *s;

	ask.cgroup = o->whom->cgroup;
	ask.switches = o->whom->switches;
	ask.page_faults = o->whom->page_faults;
	pushdown_init(&pushdown, &ask);
	options.demand = &pushdown.demand;
	s = probe_open(&options, err);
	if (s && o->verbose)
		tell_pushdown(&pushdown, s);
	return s;
}

void
live_announce(const struct live_options *o, const char *verb)
{
	size_t ring_bytes = o->ring_bytes ? o->ring_bytes : PROBE_RING_BYTES;
	struct text t = { 0 };

	if (o->whom->command) {
		text_str(&t, "the command");
		for (char *const *word = o->whom->command; *word; word++)
			text_fmt(&t, " %s", *word);
	} else if (o->whom->tree) {
		text_fmt(&t, "process %lld", (long long)o->whom->tree);
	} else {
		text_str(&t, "all processes");
	}
	text_str(&t, o->whom->command || o->whom->tree ? ", with all that it starts" : "");
	text_char(&t, '\0');
	cli_error("%s %s; %u bytes of data, a ring of %zu KiB for each CPU", verb, t.p,
		  snap_bytes(o), ring_bytes / 1024);
	text_fini(&t);
}

void
live_report(const struct source *s)
{
	struct probe_losses lost;

	probe_losses(s, &lost);
	if (lost.unmarked)
		cli_error("not followed: %llu threads, for want of memory in the kernel",
			  (unsigned long long)lost.unmarked);
	if (lost.late)
		cli_error("late: %llu events came after their turn and have a later time than "
			  "they should", (unsigned long long)lost.late);
}

int
live_status(const struct source *s, int status)
{
	int code;

	if (!probe_status(s, &code))
		return status;
	return WIFSIGNALED(code) ? STATUS_OF_SIGNAL + WTERMSIG(code) : WEXITSTATUS(code);
}
