#include "probe/probe.h"

#include <errno.h>

#include "engine/base/err.h"
#include "probe/demand.h"

/* What stands for the probe in a build without it. */

struct source *
probe_open(const struct probe_options *options, struct err *err)
{
	(void)options;
	err_set(err, -ENOSYS, "this build has no probe: it was made without clang, libbpf or "
		"libelf, or with -Dprobe=disabled");
	return NULL;
}

bool
probe_is_above(const struct source *s, int64_t pid)
{
	(void)s;
	(void)pid;
	return false;
}

int64_t
probe_root(const struct source *s)
{
	(void)s;
	return 0;
}

int
probe_give_up_rights(struct err *err)
{
	(void)err;
	return 0;
}

void
probe_demand(const struct source *s, struct demand_count *out)
{
	(void)s;
	*out = (struct demand_count){ 0 };
}

bool
probe_status(const struct source *s, int *status)
{
	(void)s;
	(void)status;
	return false;
}

void
probe_losses(const struct source *s, struct probe_losses *out)
{
	(void)s;
	*out = (struct probe_losses){ 0 };
}
