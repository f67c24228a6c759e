#include <errno.h>
#include <signal.h>
#include <stdlib.h>
#include <string.h>
#include <time.h>
#include <unistd.h>

#include "engine/base/mem.h"
#include "engine/capture/capture.h"
#include "engine/field/field.h"
#include "engine/field/format.h"
#include "engine/field/render.h"
#include "engine/world/world.h"
#include "ui/cli/cli.h"
#include "ui/cli/input.h"
#include "ui/cli/line.h"
#include "ui/cli/output.h"
#include "ui/cli/progress.h"

enum { OPT_ALL = 256 };

#if defined(__aarch64__)
#define MACHINE SYSCALL_AARCH64
#else
#define MACHINE SYSCALL_X86_64
#endif

/* What the command line asks for. */
struct wishes {
	struct input input;
	const char *pattern;		/* NULL: the default line */
	uint64_t count;			/* lines to show; 0: all */
	uint64_t skip;			/* lines to leave out before */
	enum time_mode time_mode;
	bool follow, all, quiet;
};

/* One run. */
struct printer {
	const struct wishes *wishes;
	struct source *source;
	struct world *world;
	struct clock clock;
	struct render render;
	struct eval eval;
	struct text scratch;
	struct value list[FIELD_LIST_MAX];
	struct format *format;		/* NULL: the default line */
	struct output out;
	struct progress progress;
	uint64_t n_fit;			/* events that could be shown so far */
	uint64_t n_shown;
	bool has_first;
	bool is_watched;		/* standard output is a terminal */
};

/* For the signal handler: what to stop. */
static struct source *volatile running;

static void
on_signal(int number)
{
	(void)number;
	if (running)
		source_cancel(running);
}

/* The first signal ends reading; the next one has its usual effect, should
 * writing hang. */
static void
catch_signals(void)
{
	struct sigaction action = { .sa_handler = on_signal, .sa_flags = SA_RESETHAND };

	sigemptyset(&action.sa_mask);
	sigaction(SIGINT, &action, NULL);
	sigaction(SIGTERM, &action, NULL);
}

static int32_t
local_offset(int64_t epoch_s)
{
	time_t t = (time_t)epoch_s;
	struct tm tm;

	return localtime_r(&t, &tm) ? (int32_t)tm.tm_gmtoff : 0;
}

static int
usage(const char *words, const char *what)
{
	cli_error("%s `%s`; `sysreel print --help` tells more", words, what);
	return CLI_USAGE;
}

static bool
parse_count(const char *arg, uint64_t *out)
{
	char *end;
	unsigned long long v;

	if (arg[0] < '0' || arg[0] > '9')
		return false;
	errno = 0;
	v = strtoull(arg, &end, 10);
	if (*end || errno)
		return false;
	*out = v;
	return true;
}

static bool
parse_time_mode(const char *arg, enum time_mode *out)
{
	static const struct {
		char letter;
		enum time_mode mode;
	} modes[] = {
		{ 'h', TIME_LOCAL }, { 'a', TIME_ABSOLUTE }, { 'r', TIME_RELATIVE },
		{ 'd', TIME_SINCE_ENTER }, { 'D', TIME_SINCE_SHOWN },
	};

	for (size_t i = 0; i < ARRAY_LEN(modes); i++) {
		if (arg[0] != modes[i].letter || arg[1])
			continue;
		*out = modes[i].mode;
		return true;
	}
	return false;
}

/* Take one option. An exit status when it is wrong, else CLI_OK. */
static int
take_option(struct wishes *w, int key, const char *arg)
{
	switch (key) {
	case 'r':
		if (w->input.n == INPUT_FILES_MAX)
			return usage("too many files, beginning with", arg);
		input_add(&w->input, arg);
		break;
	case 'n':
		if (!parse_count(arg, &w->count) || !w->count)
			return usage("-n wants a number above 0, not", arg);
		break;
	case 's':
		if (!parse_count(arg, &w->skip))
			return usage("-s wants a number, not", arg);
		break;
	case 't':
		if (!parse_time_mode(arg, &w->time_mode))
			return usage("-t wants one of h, a, r, d and D, not", arg);
		break;
	case 'p':
		w->pattern = arg;
		break;
	case 'f':
		w->follow = true;
		break;
	case 'q':
		w->quiet = true;
		break;
	case OPT_ALL:
		w->all = true;
		break;
	}
	return CLI_OK;
}

static int
read_options(const struct cli_command *self, int argc, char **argv, struct wishes *w)
{
	int at = 1, key, status;
	const char *arg;

	while ((key = cli_option(self, argc, argv, &at, &arg)) > 0) {
		status = take_option(w, key, arg);
		if (status != CLI_OK)
			return status;
	}
	if (key < 0)
		return CLI_USAGE;
	if (at < argc)
		return usage("files follow -r; what is", argv[at]);
	if (!w->input.n) {
		cli_error("which capture? Name it with -r FILE");
		return CLI_USAGE;
	}
	return CLI_OK;
}

static bool
make_format(struct printer *p)
{
	const char *pattern = p->wishes->pattern;
	struct err err = { 0 };

	if (!pattern && p->wishes->time_mode != TIME_LOCAL)
		pattern = LINE_FORMAT;
	if (!pattern)
		return true;
	p->format = format_compile(pattern, &err);
	if (!p->format)
		cli_error("format, at character %d: %s", err.at + 1, err.text);
	return p->format;
}

/* Reading has to wait: show what there is. Files on disk never wait long, and
 * nobody watches another file grow. */
static void
on_idle(void *ctx)
{
	struct printer *p = ctx;

	if (p->wishes->follow || p->wishes->input.may_stall || p->is_watched)
		output_flush(&p->out);
}

static void
show(struct printer *p, const struct moment *m)
{
	if (!p->format) {
		line_put(&p->render, m, &p->out.text);
		return;
	}
	eval_moment(&p->eval, m);
	if (!format_line(p->format, &p->eval, &p->out.text))
		return;
	text_char(&p->out.text, '\n');
	p->eval.shown_ns = m->ev->ts_ns;
	p->eval.n_shown++;
}

/* Does an event of this type tell of what there was already? Its time is when
 * that was found out, which may be after the first thing that happened. */
static bool
tells_of_state(uint16_t id)
{
	switch (id) {
	case EV_CONTAINER_E: case EV_CONTAINER_JSON_E: case EV_CONTAINER_JSON_2_E:
	case EV_USER_ADDED_E: case EV_GROUP_ADDED_E: case EV_ASYNCEVENT_E:
		return true;
	default:
		return false;
	}
}

/* Take the event that M tells of. False when no more are wanted. */
static bool
take_event(struct printer *p, const struct moment *m)
{
	const struct wishes *w = p->wishes;

	if (!p->has_first) {
		p->has_first = !tells_of_state(m->ev->id);
		p->eval.first_ns = m->ev->ts_ns;
	}
	if (!w->all && (m->is_internal || m->is_state_only))
		return true;
	if (p->n_fit++ < w->skip)
		return true;
	if (!w->quiet)
		show(p, m);
	p->n_shown++;
	return output_settle(&p->out) && p->n_shown != w->count;
}

static void
read_all(struct printer *p)
{
	struct record rec;
	const struct moment *m;

	while (source_next(p->source, &rec) > 0) {
		m = world_take(p->world, &rec);
		progress_step(&p->progress, p->source);
		if (m && m->num && !take_event(p, m))
			break;
	}
}

static void
begin(struct printer *p)
{
	catch_signals();
	p->world = world_new(NULL, NULL);
	clock_init(&p->clock, local_offset);
	render_init(&p->render, p->world, &p->clock);
	p->render.machine = MACHINE;
	p->eval = (struct eval){ .world = p->world, .time_mode = p->wishes->time_mode,
				 .render = &p->render, .scratch = &p->scratch,
				 .list = p->list, .is_output = true };
	p->is_watched = isatty(STDOUT_FILENO);
	progress_init(&p->progress);
}

static void
end(struct printer *p)
{
	running = NULL;
	source_close(p->source);
	format_free(p->format);
	render_fini(&p->render);
	world_free(p->world);
	text_fini(&p->scratch);
	output_fini(&p->out);
}

/* Print the open source. The exit status. */
static int
run_printer(struct printer *p)
{
	bool is_usable;

	begin(p);
	read_all(p);
	if (p->format && format_has_escape(p->format) && p->n_shown)
		text_str(&p->out.text, "\033[00m");
	output_flush(&p->out);
	progress_end(&p->progress);
	is_usable = input_report(p->source);
	if (p->out.failed && p->out.failed != EPIPE) {
		cli_error("cannot write: %s", strerror(p->out.failed));
		return CLI_FAILED;
	}
	return is_usable ? CLI_OK : CLI_FAILED;
}

static int
run(const struct cli_command *self, int argc, char **argv)
{
	struct wishes wishes = { 0 };
	struct printer p = { .wishes = &wishes };
	struct capture_options options = { .idle = on_idle, .ctx = &p };
	struct err err = { 0 };
	int status = read_options(self, argc, argv, &wishes);

	output_init(&p.out, STDOUT_FILENO);
	if (status == CLI_OK && !make_format(&p))
		status = CLI_USAGE;
	if (status != CLI_OK)
		goto out;
	options.follow = wishes.follow;
	p.source = input_open(&wishes.input, &options, &err);
	running = p.source;
	if (p.source) {
		status = run_printer(&p);
	} else {
		cli_error("%s", err.text);
		status = CLI_FAILED;
	}

out:
	end(&p);
	input_fini(&wishes.input);
	return status;
}

static const struct cli_option options[] = {
	{ 'r', "read", "FILE", "Read the capture FILE; - is standard input. Given several "
	  "times, the files are read one after the other." },
	{ 'n', "count", "N", "Stop after N lines." },
	{ 's', "skip", "N", "Leave out the first N lines." },
	{ 'p', "format", "FORMAT", "Show each event as FORMAT says." },
	{ 't', "time", "MODE", "Show the time as h: time of day (this is so without the "
	  "option), a: seconds since the epoch, r: since the first event, d: since the call "
	  "was entered, D: since the line before." },
	{ 'f', "follow", NULL, "Wait for more at the end of the last file, until Ctrl-C." },
	{ OPT_ALL, "all", NULL, "Show all events, also those that only keep the state true." },
	{ 'q', "quiet", NULL, "Show nothing, but read everything." },
};

const struct cli_command print_command = {
	.name = "print",
	.synopsis = "-r FILE [OPTION]...",
	.doc = "Print the events of a capture as lines of text.",
	.more = "A line is, from left to right: number of the event, time, CPU, name of the "
		"thread, its number, > for a call that is entered or < for one that returns, "
		"name of the event, and its parameters.\n\n"
		"In a FORMAT, %FIELD stands for a field (%evt.type, %proc.name, %fd.name, ...) "
		"and %20FIELD for exactly 20 bytes of it. \\n, \\t, \\e and \\\\ mean a new "
		"line, a tab, ESC and a backslash. An event that lacks one of the fields gives "
		"no line, unless the FORMAT starts with *: then <NA> stands for what is "
		"missing.\n\n"
		"A damaged or cut capture is printed as far as it can be read, and one line on "
		"standard error tells what is wrong with it. The exit status is 0 when "
		"something could be read, 1 when nothing could or writing failed, 2 when the "
		"command line was not understood.",
	.options = options,
	.n_options = ARRAY_LEN(options),
	.run = run,
};
