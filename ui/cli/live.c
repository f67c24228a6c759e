#include "ui/cli/live.h"

#include <sys/wait.h>

#include "engine/event/source.h"
#include "probe/probe.h"
#include "ui/cli/cli.h"

#define STATUS_OF_SIGNAL 128		/* and its number, as shells have it */

struct source *
live_open(const struct live_options *o, struct err *err)
{
	struct probe_options options = { .command = o->command, .tree = o->tree,
					 .idle = o->idle, .ctx = o->ctx,
					 .snap_bytes = PROBE_SNAP_BYTES };

	if (o->data_bytes < PROBE_SNAP_MAX)
		options.snap_bytes = (uint32_t)o->data_bytes;
	else if (o->data_bytes < UINT64_MAX)
		options.snap_bytes = PROBE_SNAP_MAX;
	return probe_open(&options, err);
}

void
live_report(const struct source *s)
{
	struct probe_losses lost;
	uint64_t data;

	probe_losses(s, &lost);
	data = lost.full_data + lost.kept_data;
	if (data || lost.full_state)
		cli_error("lost: %llu events about data, %llu that change what is known of "
			  "processes and files; %llu were delivered",
			  (unsigned long long)data, (unsigned long long)lost.full_state,
			  (unsigned long long)lost.delivered);
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
