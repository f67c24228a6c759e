#include "ui/cli/whom.h"

#include <stddef.h>

#include "ui/cli/cli.h"
#include "ui/cli/words.h"

int
whom_take(struct whom *w, const char *self, int key, const char *arg)
{
	uint64_t v;

	switch (key) {
	case WHOM_TREE:
		if (!words_count(arg, INT32_MAX, &v) || !v)
			return cli_usage(self, "--tree wants the number of a process, not", arg);
		w->tree = (int64_t)v;
		return CLI_OK;
	case WHOM_CGROUP:
		if (arg[0] != '/')
			return cli_usage(self, "--cgroup wants a path that begins with /, not",
					 arg);
		w->cgroup = arg;
		return CLI_OK;
	case WHOM_SWITCHES:
		w->switches = true;
		return CLI_OK;
	case WHOM_PAGE_FAULTS:
		w->page_faults = true;
		return CLI_OK;
	default:
		return -1;
	}
}

int
whom_check(const struct whom *w, bool has_input)
{
	const char *live = w->tree ? "--tree" : w->cgroup ? "--cgroup" :
			   w->switches ? "--switches" : w->page_faults ? "--page-faults" : NULL;

	if (has_input && live) {
		cli_error("%s is for the running system, not for a capture", live);
		return CLI_USAGE;
	}
	if (w->command && w->tree) {
		cli_error("either a command is followed or, with --tree, a process");
		return CLI_USAGE;
	}
	return CLI_OK;
}
