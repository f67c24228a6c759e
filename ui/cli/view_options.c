#include "ui/cli/view_options.h"

#include <stdlib.h>
#include <string.h>

#include "engine/base/err.h"
#include "engine/base/mem.h"
#include "ui/cli/words.h"

enum { OPT_FROM = 256, OPT_TO, OPT_SORT, OPT_PATH, OPT_LIMIT, OPT_FORMAT, OPT_VIEWS, OPT_MEMORY };

#define SECOND_NS 1000000000u
#define SECONDS_MAX 1000000000u
#define MILLISECOND_NS 1000000u
#define EVERY_MS_MIN 10			/* between two tables */
#define MIB (1u << 20)
#define MEMORY_MIB_MIN 16

static int
usage(const char *words, const char *what)
{
	return cli_usage("view", words, what);
}

static int
take_when(const char *option, const char *arg, struct when *out)
{
	if (when_read(arg, out))
		return CLI_OK;
	cli_error("%s wants a time such as 10:02:05.25, +3s, -2m or #12345, not `%s`", option, arg);
	return CLI_USAGE;
}

static int
take_path(struct view_wishes *w, const char *arg)
{
	struct err err = { 0 };

	path_fini(&w->path);
	if (path_read(&w->path, arg, &err) == 0)
		return CLI_OK;
	cli_explain("path: ", arg, &err);
	return CLI_USAGE;
}

static int
take_word(const char *arg, const char *const *words, size_t n)
{
	for (size_t i = 0; i < n; i++)
		if (!strcmp(arg, words[i]))
			return (int)i;
	return -1;
}

static int
take_form(struct view_wishes *w, const char *arg)
{
	static const char *const forms[] = { "text", "csv", "json" };
	int form = take_word(arg, forms, ARRAY_LEN(forms));

	if (form < 0)
		return usage("--format wants text, csv or json, not", arg);
	w->form = (enum view_form)form;
	return CLI_OK;
}

static int
take_variant(struct view_wishes *w, const char *arg)
{
	static const char *const words[] = { "c", "container", "k", "kubernetes" };
	int word = take_word(arg, words, ARRAY_LEN(words));

	if (word < 0)
		return usage("-p wants c (containers) or k (pods), not", arg);
	w->variant = word < 2 ? VIEW_CONTAINERS : VIEW_PODS;
	return CLI_OK;
}

static int
take_number(struct view_wishes *w, int key, const char *arg)
{
	uint64_t n;
	bool is_number = words_count(arg, UINT64_MAX, &n);

	switch (key) {
	case OPT_LIMIT:
		if (!is_number || !n || n > SIZE_MAX)
			return usage("--limit wants a number of rows above 0, not", arg);
		w->limit = (size_t)n;
		break;
	case 'M':
		if (!is_number || !n || n > SECONDS_MAX)
			return usage("-M wants a number of seconds above 0, not", arg);
		w->seconds_ns = n * SECOND_NS;
		break;
	case 'd':
		if (!is_number || n < EVERY_MS_MIN || n > SECONDS_MAX)
			return usage("-d wants a number of milliseconds, 10 or more, not", arg);
		w->every_ns = n * MILLISECOND_NS;
		break;
	default:
		if (!is_number || n < MEMORY_MIB_MIN || n > UINT64_MAX / MIB)
			return usage("--memory wants a number of MiB, 16 or more, not", arg);
		w->memory_bytes = n * MIB;
	}
	return CLI_OK;
}

static int
take_option(struct view_wishes *w, int key, const char *arg)
{
	int status = whom_take(&w->whom, "view", key, arg);

	if (status >= 0)
		return status;
	switch (key) {
	case 'r':
		return input_take(&w->input, "view", arg);
	case 'p':
		return take_variant(w, arg);
	case OPT_FROM:
		return take_when("--from", arg, &w->from);
	case OPT_TO:
		return take_when("--to", arg, &w->to);
	case OPT_SORT:
		words_sort(arg, &w->sort, &w->sort_way);
		return CLI_OK;
	case OPT_PATH:
		return take_path(w, arg);
	case OPT_FORMAT:
		return take_form(w, arg);
	case OPT_VIEWS:
		w->views_dir = arg;
		return CLI_OK;
	default:
		return take_number(w, key, arg);
	}
}

/* Are there wishes that contradict each other? */
static int
check(const struct view_wishes *w)
{
	const char *only_live = w->every_ns ? "-d" : w->seconds_ns ? "-M" :
				w->memory_bytes ? "--memory" : NULL;

	if (!w->view) {
		cli_error("which view? `sysreel list views` names them");
		return CLI_USAGE;
	}
	if (w->input.n && only_live) {
		cli_error("%s is for the running system, -r names a capture", only_live);
		return CLI_USAGE;
	}
	if (w->every_ns && (w->from.kind || w->to.kind)) {
		cli_error("with -d each table has a window of its own, without --from and --to");
		return CLI_USAGE;
	}
	return whom_check(&w->whom, w->input.n);
}

int
view_options_read(const struct cli_command *self, int argc, char **argv, struct view_wishes *w)
{
	int at = 1, key, status;
	const char *arg;

	w->variant = VIEW_PLAIN;
	/* The name may stand before the options and between them. */
	while (at < argc) {
		key = cli_option(self, argc, argv, &at, &arg);
		if (key < 0)
			return CLI_USAGE;
		if (key > 0) {
			status = take_option(w, key, arg);
			if (status != CLI_OK)
				return status;
		} else if (at < argc && !w->view) {
			w->view = argv[at++];
		} else {
			break;
		}
	}
	w->whom.command = words_split(argv, at, argc, !w->input.n, &w->filter);
	return check(w);
}

void
view_options_fini(struct view_wishes *w)
{
	input_fini(&w->input);
	path_fini(&w->path);
	text_fini(&w->filter);
	free(w->sort);
}

static const struct cli_option options[] = {
	{ 'r', "read", "FILE", "Read the capture FILE; - is standard input. Given several "
	  "times, the files are read one after the other." },
	WHOM_OPTIONS,
	{ 'M', "seconds", "S", "Without -r: stop after S seconds." },
	{ 'd', "every", "MS", "Without -r: a table every MS milliseconds, of what happened in "
	  "them. Else there is one, at the end, of all." },
	{ OPT_MEMORY, "memory", "MIB", "Without -r: how much memory events may take; the oldest "
	  "are forgotten. Else an eighth of the machine's, at most 2 GiB." },
	{ OPT_FROM, "from", "TIME", "Where the window begins: a local time of day (10:02:05.25) "
	  "or date (2026-01-01 10:02), +3s behind the first event, -2m before the last one, "
	  "#12345 an event's number." },
	{ OPT_TO, "to", "TIME", "Where it ends, which is a part of it." },
	{ OPT_SORT, "sort", "COLUMN", "Sort by this column; behind it :up or :down." },
	{ OPT_PATH, "path", "PATH", "Only what was selected, such as "
	  "container.name=web/proc.name=nginx. A value in quotes is as in filters." },
	{ OPT_LIMIT, "limit", "N", "Show the first N rows." },
	{ OPT_FORMAT, "format", "text|csv|json", "Numbers in csv and json are not rounded; the "
	  "headings have their units." },
	{ 'p', "print", "c|k", "Show columns for c: containers, or k: pods of Kubernetes." },
	{ OPT_VIEWS, "views", "DIR", "Know the views of this folder, too." },
};

static const struct cli_example examples[] = {
	{ "procs -r FILE", "what each process did and used" },
	{ "files -r FILE --from +3s --to +5s proc.name=nginx", "its files, in two seconds" },
	{ "syscalls -r FILE --sort ERRORS --limit 5", "the calls that fail most" },
	{ "connections -M 10 --format csv", "those of the next ten seconds" },
};

const struct cli_command view_command = {
	.name = "view",
	.synopsis = "VIEW [OPTION]... [FILTER] [-- COMMAND [ARGUMENT]...]",
	.doc = "Print a table: processes, files, connections and more.",
	.more = "VIEW is one of `sysreel list views`. Only events that FILTER wants count; what "
		"entities have and use (memory, CPU) is theirs whichever events are wanted.\n\n"
		"A call counts once, in the window in which it returns. Columns ending in /S are "
		"per second of the window. A `?` stands behind numbers that lost events may have "
		"made wrong; blank is what is not known.",
	.options = options,
	.n_options = ARRAY_LEN(options),
	.examples = examples,
	.n_examples = ARRAY_LEN(examples),
	.run = view_run,
};
