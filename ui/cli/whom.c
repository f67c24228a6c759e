#include "ui/cli/whom.h"

#include <stddef.h>

#include "ui/cli/cli.h"
#include "ui/cli/words.h"

int
whom_take(struct whom *w, int key, const char *arg)
{
	uint64_t v;

	switch (key) {
	case WHOM_TREE:
		if (!words_count(arg, INT32_MAX, &v) || !v) {
			cli_error("--tree wants the number of a process, not `%s`", arg);
			return CLI_USAGE;
		}
		w->tree = (int64_t)v;
		return CLI_OK;
	case WHOM_CGROUP:
		if (arg[0] != '/') {
			cli_error("--cgroup wants a path that begins with /, not `%s`", arg);
			return CLI_USAGE;
		}
		w->cgroup = arg;
		return CLI_OK;
	default:
		return -1;
	}
}

int
whom_check(const struct whom *w, bool has_input)
{
	if (has_input && (w->tree || w->cgroup)) {
		cli_error("%s is for the running system, not for a capture",
			  w->tree ? "--tree" : "--cgroup");
		return CLI_USAGE;
	}
	if (w->command && w->tree) {
		cli_error("either a command is followed or, with --tree, a process");
		return CLI_USAGE;
	}
	return CLI_OK;
}
