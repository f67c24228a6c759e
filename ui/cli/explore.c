#include "ui/explore.h"

#include <errno.h>
#include <inttypes.h>
#include <poll.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <unistd.h>

#include "engine/base/err.h"
#include "engine/base/mem.h"
#include "engine/base/text.h"
#include "engine/capture/capture.h"
#include "engine/filter/filter.h"
#include "engine/query/cursor.h"
#include "engine/query/view_set.h"
#include "engine/store/ingest.h"
#include "probe/probe.h"
#include "ui/cli/bundled.h"
#include "ui/cli/cli.h"
#include "ui/cli/excerpt.h"
#include "ui/cli/input.h"
#include "ui/cli/live.h"
#include "ui/cli/narrowed.h"
#include "ui/cli/retained.h"
#include "ui/cli/services.h"
#include "ui/cli/table_save.h"
#include "ui/cli/view_files.h"
#include "ui/cli/when.h"
#include "ui/cli/whom.h"
#include "ui/cli/window.h"
#include "ui/cli/words.h"
#include "ui/cli/zone.h"
#include "ui/command.h"

#define MS 1000000u
#define REFRESH_MS 2000u
#define REFRESH_MS_MAX 3600000u
#define STALL_MS 500			/* of standard input, until it is said */
#define MIB_MAX (1u << 20)

enum { OPT_ASCII = 256, OPT_THEME, OPT_MEMORY, OPT_UTC, OPT_VIEWS, OPT_ACTIONS,
       OPT_FROM, OPT_TO, OPT_SORT };

/* What the words ask for. */
struct wishes {
	struct input input;
	struct whom whom;
	const char *view, *views_dir, *theme;
	enum view_variant variant;
	uint64_t refresh_ms, n_events, data_bytes, memory_mib;
	bool without_users, with_services, is_ascii, is_utc, acts;
	struct when from, to;		/* of the window */
	char *sort;			/* owned; NULL: the view's order */
	int sort_way;
	struct text filter;
};

static bool
take_variant(struct wishes *w, const char *arg)
{
	if (!strcmp(arg, "c") || !strcmp(arg, "container"))
		w->variant = VIEW_CONTAINERS;
	else if (!strcmp(arg, "k") || !strcmp(arg, "kubernetes"))
		w->variant = VIEW_PODS;
	else
		return false;
	return true;
}

static bool
take_number(const char *arg, uint64_t least, uint64_t most, uint64_t *out)
{
	uint64_t n;

	if (!words_count(arg, most, &n) || n < least)
		return false;
	*out = n;
	return true;
}

/* False: the option KEY cannot be this. */
static bool
take_option(struct wishes *w, int key, const char *arg)
{
	switch (key) {
	case 'r':
		input_add(&w->input, arg);
		return w->input.n <= INPUT_FILES_MAX;
	case 'v':
		w->view = arg;
		return true;
	case 'p':
		return take_variant(w, arg);
	case 'd':
		return take_number(arg, 100, REFRESH_MS_MAX, &w->refresh_ms);
	case 'n':
		return take_number(arg, 1, UINT64_MAX / 2, &w->n_events);
	case 's':
		return take_number(arg, 0, UINT32_MAX, &w->data_bytes);
	case 'E':
		return w->without_users = true;
	case 'R':
		return w->with_services = true;
	case OPT_ACTIONS:
		return w->acts = true;
	case OPT_ASCII:
		return w->is_ascii = true;
	case OPT_THEME:
		w->theme = arg;
		return true;
	case OPT_MEMORY:
		return take_number(arg, 16, MIB_MAX, &w->memory_mib);
	case OPT_UTC:
		return w->is_utc = true;
	case OPT_VIEWS:
		w->views_dir = arg;
		return true;
	case OPT_FROM:
		return when_read(arg, &w->from);
	case OPT_TO:
		return when_read(arg, &w->to);
	case OPT_SORT:
		words_sort(arg, &w->sort, &w->sort_way);
		return true;
	}
	return false;
}

/* The user gave the option KEY a value that it cannot have. */
static int
refuse(const char *self, int key, const char *arg)
{
	const char *wants = key == 'r'	      ? "-r was given too often, beginning with" :
			    key == 'p'	      ? "-p wants c (containers) or k (pods), not" :
			    key == 'd'	      ? "-d wants milliseconds, 100 to 3600000, not" :
			    key == 'n'	      ? "-n wants a number above 0, not" :
			    key == 's'	      ? "-s wants a number of bytes, not" :
			    key == OPT_MEMORY ? "--memory wants a number of MiB, 16 or more, not" :
						"--from and --to want a time such as "
						"10:02:05.25, +3s, -2m or #12345, not";

	return cli_usage(self, wants, arg);
}

static int
read_words(const struct cli_command *self, int argc, char **argv, struct wishes *w)
{
	const char *arg;
	int at = 1, key, status;

	while ((key = cli_option(self, argc, argv, &at, &arg)) > 0) {
		status = whom_take(&w->whom, self->name, key, arg);
		if (status == CLI_OK || (status < 0 && take_option(w, key, arg)))
			continue;
		return status < 0 ? refuse(self->name, key, arg) : status;
	}
	if (key < 0)
		return CLI_USAGE;
	if (!w->input.n && (w->from.kind || w->to.kind)) {
		cli_error("--from and --to are about a capture (-r), which has an end");
		return CLI_USAGE;
	}
	w->whom.command = words_split(argv, at, argc, !w->input.n, &w->filter);
	return whom_check(&w->whom, w->input.n != 0);
}

/* Whoever sends the capture may take a while to begin, and there is no screen before. */
static void
wait_for_input(const struct wishes *w)
{
	struct pollfd in = { .fd = STDIN_FILENO, .events = POLLIN };

	if (!w->input.n || strcmp(w->input.names[0], "-") != 0)
		return;
	if (poll(&in, 1, STALL_MS) == 0)
		fputs("sysreel: waiting for a capture from standard input; ^C ends that\n",
		      stderr);
}

static struct source *
open_source(void *ctx, struct ingest *in, struct err *err)
{
	struct wishes *w = ctx;
	struct capture_options files = { .reread = true, .idle = ingest_idle, .ctx = in };
	struct live_options live = { .whom = &w->whom, .command_apart = true,
				     .data_bytes = w->data_bytes,
				     .idle = ingest_idle, .ctx = in,
				     .ask = { .switches = w->whom.switches,
					      .page_faults = w->whom.page_faults } };
	struct source *s;

	wait_for_input(w);
	s = w->input.n ? input_open(&w->input, &files, err)
		       : live_open(&live, err);

	if (!s || (!w->n_events && !w->without_users))
		return s;
	return narrowed_new(s, w->n_events, w->without_users);
}

/* Only who reads the probe needs its rights, and gives them up when tracing has begun. */
static int
give_up_rights(void *ctx, struct err *err)
{
	const struct wishes *w = ctx;

	return w->input.n || w->acts ? 0 : probe_give_up_rights(err);
}

static int
find_window(void *ctx, const struct snapshot *snap, bool is_all, struct explore_window *out,
	    struct err *err)
{
	const struct wishes *w = ctx;

	if (!is_all && !window_is_fixed(&w->from, &w->to))
		return 0;
	if (!window_times(&w->from, &w->to, snap, &out->from_ns, &out->to_ns))
		return err_set(err, -EINVAL, "the window ends before it begins: --to is before "
			       "--from");
	return 1;
}

static int
write_capture(void *ctx, const char *filter, const char *path, int fd, const atomic_bool *cancel)
{
	return excerpt_write(&((struct wishes *)ctx)->input, filter, path, fd, cancel);
}

/* Is the filter one? The user was told if not. */
static bool
check_filter(const struct wishes *w, const struct filter_options *options)
{
	struct filter *f;
	struct err err;

	if (!w->filter.len)
		return true;
	f = filter_compile(w->filter.p, options, &err);
	if (!f)
		cli_explain_filter(w->filter.p, &err);
	filter_free(f);
	return f != NULL;
}

/* The name of the capture as the screen shows it: without folders. */
static const char *
short_name(const struct wishes *w)
{
	const char *name = w->input.n ? w->input.names[0] : NULL;
	const char *slash = name ? strrchr(name, '/') : NULL;

	if (name && !strcmp(name, "-"))
		return "standard input";
	return slash && slash[1] ? slash + 1 : name;
}

/* Append where the explorer keeps what it does from one run to the next. */
static const char *
state_folder(struct text *t)
{
	const char *state = getenv("XDG_STATE_HOME"), *home = getenv("HOME");

	/* Relative ones are to be ignored, says whoever made the variable up. */
	if (state && state[0] == '/')
		text_fmt(t, "%s/sysreel", state);
	else if (home && home[0] == '/')
		text_fmt(t, "%s/.local/state/sysreel", home);
	else
		return NULL;
	text_char(t, '\0');
	return t->p;
}

static void
put_word(struct text *t, const char *option, const char *value)
{
	text_str(t, t->len ? " " : "");
	text_str(t, option);
	command_word(value, t);
}

/* Append the options that look at the same again. */
static const char *
put_source(const struct wishes *w, struct text *t)
{
	char number[32];

	for (size_t i = 0; i < w->input.n; i++)
		put_word(t, "-r ", w->input.names[i]);
	if (w->whom.tree) {
		snprintf(number, sizeof(number), "%" PRId64, w->whom.tree);
		put_word(t, "--tree ", number);
	}
	if (w->whom.cgroup)
		put_word(t, "--cgroup ", w->whom.cgroup);
	if (w->whom.switches)
		put_word(t, "", "--switches");
	if (w->whom.page_faults)
		put_word(t, "", "--page-faults");
	if (w->views_dir)
		put_word(t, "--views ", w->views_dir);
	text_char(t, '\0');
	return t->p;
}

/* Append the options that show it so, which commands that print do not have. */
static const char *
put_looks(const struct wishes *w, struct text *t)
{
	char number[32];

	if (w->n_events) {
		snprintf(number, sizeof(number), "%" PRIu64, w->n_events);
		put_word(t, "-n ", number);
	}
	if (w->without_users)
		put_word(t, "", "-E");
	if (w->with_services)
		put_word(t, "", "-R");
	if (w->is_utc)
		put_word(t, "", "--utc");
	text_char(t, '\0');
	return t->p;
}

static int
explore(struct wishes *w)
{
	struct text state = { 0 }, source = { 0 }, looks = { 0 };
	struct filter_options filters = { .utc_offset = w->is_utc ? NULL : zone_offset,
					  .service_port = services_port };
	struct query_style style = { .utc_offset = filters.utc_offset,
				     .service = w->with_services ? services_name : NULL };
	struct explore_options o = {
		.name = short_name(w), .view = w->view, .variant = w->variant,
		.filter = w->filter.len ? w->filter.p : NULL,
		.budget_bytes = w->memory_mib   ? w->memory_mib << 20 :
				w->input.n ? 0 : live_memory_bytes(),
		.refresh_ns = w->refresh_ms * MS,
		.acts_on_captures = w->acts,
		.sort = w->sort, .sort_way = w->sort_way,
		.window = w->from.kind || w->to.kind ? find_window : NULL,
		.n_events = w->n_events, .source = put_source(w, &source),
		.looks = put_looks(w, &looks),
		.state_dir = state_folder(&state),
		.term = { w->is_ascii, w->theme }, .style = &style, .filter_options = &filters,
		.write_table = table_save,
		.write_capture = excerpt_is_possible(&w->input) ? write_capture : NULL,
		.write_part = retained_write,
		.open = open_source,
		.begun = give_up_rights, .ctx = w,
	};
	struct view_set *views;
	struct err err = { 0 };
	int status = CLI_USAGE;

	if (check_filter(w, &filters)) {
		views = view_files_load(w->views_dir, &filters);
		o.views = views;
		status = explore_run(&o, &err) < 0 ? CLI_FAILED : CLI_OK;
		view_set_free(views);
	}
	if (status == CLI_FAILED) {
		cli_error("%s", err.text);
		if (!w->input.n)
			bundled_offer("sysreel -r");
	}
	text_fini(&state);
	text_fini(&source);
	text_fini(&looks);
	return status;
}

static int
run(const struct cli_command *self, int argc, char **argv)
{
	struct wishes w = { .variant = VIEW_PLAIN, .refresh_ms = REFRESH_MS,
			    .data_bytes = UINT64_MAX };
	int status = read_words(self, argc, argv, &w);

	if (status == CLI_OK)
		status = explore(&w);
	input_fini(&w.input);
	text_fini(&w.filter);
	free(w.sort);
	return status;
}

static const struct cli_option options[] = {
	{ 'r', "read", "FILE", "Look at the capture FILE; - is standard input. Given several "
	  "times, the files are one after the other." },
	{ 'v', "view", "ID", "Begin with the view ID; `sysreel list views` has them. dig shows "
	  "events one by one, echo what was read and written, overview how much of what." },
	{ 'p', "columns", "c|k", "c: with columns for containers; k: for pods, too." },
	WHOM_OPTIONS,
	{ 'd', "refresh", "MS", "Without -r: show the last MS milliseconds, 2000 without the "
	  "option." },
	{ 'n', "count", "N", "Read the first N events." },
	{ 's', "snaplen", "BYTES", "Without -r: keep so many bytes of what a call reads or "
	  "writes." },
	{ 'E', "exclude-users", NULL, "Do without the names of users and groups." },
	{ 'R', "resolve-ports", NULL, "Show names of services in place of numbers of ports." },
	{ OPT_FROM, "from", "TIME", "With -r: where the window begins, as for `sysreel view`: "
	  "10:02:05.25, 2026-01-01 10:02, +3s, -2m or #12345." },
	{ OPT_TO, "to", "TIME", "Where it ends." },
	{ OPT_SORT, "sort", "COLUMN", "Sort the first view by this column; behind it :up or "
	  ":down." },
	{ OPT_VIEWS, "views", "DIR", "Use the view files in DIR, too." },
	{ OPT_ACTIONS, "actions", NULL, "Let the actions of views (F8) do more. On captures they "
	  "are done at all, to what is the same on this system now; on the running system "
	  "commands have the rights that sysreel was started with, which it gives up otherwise." },
	{ OPT_MEMORY, "memory", "MIB", "Forget the oldest events beyond so much memory. Without "
	  "the option captures are kept whole, and the running system has an eighth of the "
	  "machine's memory, at most 2 GiB." },
	{ OPT_UTC, "utc", NULL, "Show times in UTC." },
	{ OPT_ASCII, "ascii", NULL, "Draw with ASCII only." },
	{ OPT_THEME, "theme", "dark|light|mono", "Colours: for a dark or a light ground, or "
	  "none." },
};

const struct cli_command explore_command = {
	.name = "explore",
	.synopsis = "[OPTION]... [FILTER] [-- COMMAND [ARGUMENT]...]",
	.doc = "Browse a capture, or the running system, on the whole screen. This is what sysreel "
	       "does without a command.",
	.more = "FILTER is in force from the start; F4 changes it, x takes it away. F1 shows the "
		"keys. COMMAND is run and followed with all that it starts. The screen is not its "
		"own: it reads nothing, what it writes is dropped, and it is hung up when the "
		"explorer ends.",
	.options = options,
	.n_options = ARRAY_LEN(options),
	.run = run,
};
