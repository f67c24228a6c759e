#include "ui/cli/print_options.h"

#include <stdlib.h>
#include <string.h>
#include <unistd.h>

#include "engine/base/mem.h"
#include "ui/cli/hosts.h"
#include "ui/cli/line.h"
#include "ui/cli/words.h"

enum { OPT_SKIP = 256, OPT_CSV, OPT_RAW, OPT_UNBUFFERED };

#define SECOND_NS 1000000000u
#define SECONDS_MAX (UINT64_MAX / SECOND_NS)

/* Patterns with a name. */
static const struct {
	const char *letter, *name, *pattern;
} patterns[] = {
	{ "c", "container", "*%evt.num %evt.outputtime %evt.cpu %container.name (%container.id) "
	  "%proc.name (%thread.tid:%thread.vtid) %evt.dir %evt.type %evt.info" },
	{ "k", "kubernetes", "*%evt.num %evt.outputtime %evt.cpu %k8s.pod.name (%container.id) "
	  "%proc.name (%thread.tid:%thread.vtid) %evt.dir %evt.type %evt.info" },
	{ "m", "mesos", "*%evt.num %evt.outputtime %evt.cpu %mesos.task.name (%container.id) "
	  "%proc.name (%thread.tid:%thread.vtid) %evt.dir %evt.type %evt.info" },
};

static int
usage(const char *words, const char *what)
{
	return cli_usage("print", words, what);
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

static void
take_pattern(struct print_wishes *w, const char *arg)
{
	w->pattern = arg;
	for (size_t i = 0; i < ARRAY_LEN(patterns); i++)
		if (!strcmp(arg, patterns[i].letter) || !strcmp(arg, patterns[i].name))
			w->pattern = patterns[i].pattern;
	if (strcmp(arg, "p"))
		return;
	w->pattern = NULL;
	w->show_format = true;
}

static int
take_data_form(struct print_wishes *w, enum data_form form)
{
	if (w->has_data_form && w->data.form != form) {
		cli_error("data is shown in one way: only one of -A, -b, -x and -X");
		return CLI_USAGE;
	}
	w->data.form = form;
	w->has_data_form = true;
	return CLI_OK;
}

static int
take_form(struct print_wishes *w, enum print_form form)
{
	if (w->form != PRINT_LINES && w->form != form) {
		cli_error("the output has one form: only one of -j and --csv");
		return CLI_USAGE;
	}
	w->form = form;
	return CLI_OK;
}

/* Take an option that needs a number. */
static int
take_number(struct print_wishes *w, int key, const char *arg)
{
	uint64_t n;
	bool is_number = words_count(arg, UINT64_MAX, &n);

	switch (key) {
	case 'n':
		if (!is_number || !n)
			return usage("-n wants a number above 0, not", arg);
		w->count = n;
		break;
	case 's':
		if (!is_number)
			return usage("-s wants a number of bytes, not", arg);
		w->data.bytes_max = n > SIZE_MAX ? SIZE_MAX : (size_t)n;
		break;
	case OPT_SKIP:
		if (!is_number)
			return usage("--skip wants a number, not", arg);
		w->skip = n;
		break;
	case 'M':
		if (!is_number || !n || n > SECONDS_MAX)
			return usage("-M wants a number of seconds above 0, not", arg);
		w->duration_ns = n * SECOND_NS;
		break;
	}
	return CLI_OK;
}

static int
take_argument(struct print_wishes *w, int key, const char *arg)
{
	switch (key) {
	case 'r':
		return input_take(&w->input, "print", arg);
	case 't':
		if (!parse_time_mode(arg, &w->time_mode))
			return usage("-t wants one of h, a, r, d and D, not", arg);
		break;
	case 'p':
		take_pattern(w, arg);
		break;
	case 'U':
		xgrow(&w->suppressed, &w->cap_suppressed, w->n_suppressed + 1,
		      sizeof(w->suppressed[0]));
		w->suppressed[w->n_suppressed++] = arg;
		break;
	default:
		return take_number(w, key, arg);
	}
	return CLI_OK;
}

/* What an option without an argument switches on, or NULL. */
static bool *
switch_of(struct print_wishes *w, int key)
{
	switch (key) {
	case 'f':
		return &w->follow;
	case 'q':
		return &w->quiet;
	case 'D':
		return &w->all;
	case 'S':
		return &w->summary;
	case 'v':
		return &w->verbose;
	case 'R':
		return &w->resolve_names;
	case 'E':
		return &w->no_owners;
	case 'N':
		return &w->numbers;
	case 'd':
		return &w->filter_only_hides;
	case 'P':
		return &w->progress;
	case OPT_RAW:
		return &w->raw;
	case OPT_UNBUFFERED:
		return &w->unbuffered;
	default:
		return NULL;
	}
}

/* Take one option. An exit status when it is wrong, else CLI_OK. */
static int
take_option(struct print_wishes *w, int key, const char *arg)
{
	int status = whom_take(&w->whom, "print", key, arg);
	bool *on = switch_of(w, key);

	if (status >= 0)
		return status;
	if (on) {
		*on = true;
		return CLI_OK;
	}
	switch (key) {
	case 'A':
		return take_data_form(w, DATA_TEXT);
	case 'b':
		return take_data_form(w, DATA_BASE64);
	case 'x':
		return take_data_form(w, DATA_HEX);
	case 'X':
		return take_data_form(w, DATA_HEX_TEXT);
	case 'j':
		return take_form(w, PRINT_JSON);
	case OPT_CSV:
		return take_form(w, PRINT_CSV);
	default:
		return take_argument(w, key, arg);
	}
}

/* Are colours wanted on standard output? https://no-color.org asks for a way
 * to do without them everywhere. */
static bool
wants_colours(void)
{
	const char *no_color = getenv("NO_COLOR"), *term = getenv("TERM");

	if (!isatty(STDOUT_FILENO) || (no_color && *no_color))
		return false;
	return term && strcmp(term, "dumb") != 0;
}

/* What the options leave open. */
static void
settle(struct print_wishes *w)
{
	if (w->verbose || w->form == PRINT_JSON)
		w->data.dots_max = SIZE_MAX;
	if (w->raw && !w->has_data_form)
		w->data.form = DATA_RAW;
	if (w->numbers) {
		w->no_owners = true;
		w->resolve_names = false;
	}
	if (w->resolve_names)
		w->hosts = hosts_new(&hosts_system);
	if (!w->pattern && w->form == PRINT_LINES && wants_colours())
		w->pattern = LINE_FORMAT_COLOURS;
	if (!w->pattern && (w->time_mode != TIME_LOCAL || w->form != PRINT_LINES))
		w->pattern = LINE_FORMAT;
}

/* Are there wishes that contradict each other? */
static int
check(const struct print_wishes *w)
{
	if (!w->input.n && w->follow) {
		cli_error("-f is for a capture, and none is named; -r FILE does that");
		return CLI_USAGE;
	}
	return whom_check(&w->whom, w->input.n);
}

int
print_options_read(const struct cli_command *self, int argc, char **argv, struct print_wishes *w)
{
	int at = 1, key, status;
	const char *arg;

	w->data = (struct data_style){ DATA_DOTS, DATA_DOTS_MAX, SIZE_MAX };
	while ((key = cli_option(self, argc, argv, &at, &arg)) > 0) {
		status = take_option(w, key, arg);
		if (status != CLI_OK)
			return status;
	}
	if (key < 0)
		return CLI_USAGE;
	w->whom.command = words_split(argv, at, argc, !w->input.n, &w->filter);
	settle(w);
	return check(w);
}

void
print_options_fini(struct print_wishes *w)
{
	hosts_free(w->hosts);
	input_fini(&w->input);
	text_fini(&w->filter);
	free(w->suppressed);
}

static const struct cli_option options[] = {
	{ 'r', "read", "FILE", "Read the capture FILE; - is standard input. Given several "
	  "times, the files are read one after the other." },
	WHOM_OPTIONS,
	{ 'n', "count", "N", "Stop after N events." },
	{ OPT_SKIP, "skip", "N", "Leave out the first N events." },
	{ 'M', "seconds", "S", "Stop S seconds after the first event that is shown." },
	{ 'p', "format", "FORMAT", "Show each event as FORMAT says. c (container), k "
	  "(kubernetes) and m (mesos) add columns to the usual line; p shows the usual format "
	  "and ends." },
	{ 't', "time", "h|a|r|d|D", "Show the time as h: time of day (this is so without the "
	  "option), a: seconds since the epoch, r: since the first event, d: since the call "
	  "was entered, D: since the line before." },
	{ 'j', "json", NULL, "One JSON object a line, of the fields of the format." },
	{ OPT_CSV, "csv", NULL, "Comma separated values, of the fields of the format; the first "
	  "line has their names." },
	{ 'A', "print-ascii", NULL, "Show data as the text in it, with its line ends." },
	{ 'x', "print-hex", NULL, "Show data as rows of hexadecimal digits." },
	{ 'X', "print-hex-ascii", NULL, "Show data as rows of hexadecimal digits and text." },
	{ 'b', "print-base64", NULL, "Show data as base64." },
	{ OPT_RAW, "raw", NULL, "Show texts and data from the capture byte by byte as they are. "
	  "Not for a terminal: they may hold commands for it." },
	{ 's', "snaplen", "N", "Show at most N bytes of each piece of data. Without -r these "
	  "are also what is taken from the kernel: 80, if the option is not given." },
	{ 'v', "verbose", NULL, "Do not shorten data, and tell at the end how much was read." },
	{ 'S', "summary", NULL, "Show at the end how often each kind of event came." },
	{ 'R', "resolve-ports", NULL, "Names of ports, from the file /etc/services, and of "
	  "hosts, in fd.sip.name and the like, from /etc/hosts and the resolver. Nothing else "
	  "asks the network." },
	{ 'N', "numbers", NULL, "No names of users, groups, ports and hosts: their numbers only." },
	{ 'E', "exclude-users", NULL, "Do without the users and groups in the capture." },
	{ 'U', "suppress-comm", "NAME", "Leave out all events of the program NAME. May be given "
	  "several times." },
	{ 'd', "displayflt", NULL, "The filter only hides events: -n counts the hidden ones, "
	  "too." },
	{ 'D', "all", NULL, "Show all events, also those that only keep the state true." },
	{ 'q', "quiet", NULL, "Show nothing, but read everything." },
	{ 'f', "follow", NULL, "Wait for more at the end of the last file, until Ctrl-C." },
	{ OPT_UNBUFFERED, "unbuffered", NULL, "Write each line as soon as it is complete." },
	{ 'P', "progress", NULL, "Show the progress on standard error, whoever reads it." },
};

#define TO_RECORD "captures are written by `sysreel record`, which has this option"

static const struct cli_known known[] = {
	{ 'r', "readfile", NULL },
	{ 'n', "numevents", NULL },
	{ 'p', "print", NULL },
	{ 't', "timetype", NULL },
	{ 'D', "debug", NULL },
	{ 'w', "writefile", TO_RECORD },
	{ 'z', "compress", TO_RECORD },
	{ 'C', "file-size", TO_RECORD },
	{ 'G', "file-seconds", TO_RECORD },
	{ 'W', "limit", TO_RECORD },
	{ 'e', "event-limit", TO_RECORD },
	{ 'F', "fatfile", "`sysreel record` writes what the state needs by itself" },
	{ 'l', "list", "`sysreel list fields` shows the fields" },
	{ 'L', "list-events", "`sysreel list events` shows the events" },
	{ 'h', "help", "`sysreel print --help` shows the options" },
	{ 0, "list-markdown", "`sysreel list fields --markdown` makes tables of the fields" },
	{ 0, "version", "`sysreel --version` shows the version" },
	{ 0, NULL, NULL },
};

static const struct cli_example examples[] = {
	{ "evt.type=open and evt.failed=true", "Files that could not be opened." },
	{ "proc.name in (sh, bash) or proc.aname=sshd", "Shells, and all that somebody does "
	  "through ssh." },
	{ "fd.name pmatch (/etc, /var/*/log) and not proc.name=cron", "Use of files in these "
	  "folders, but not by cron." },
	{ "evt.latency > 10ms", "Calls that took longer." },
	{ "fd.port=http and evt.buffer contains \"GET /\"", "Requests to a web server." },
	{ "fd.net=10.0.0.0/8 and evt.buflen >= 4K", "Large pieces of data from or to a "
	  "network." },
	{ "evt.time >= 10:02:05.25 and evt.time < 10:03", "What happened then." },
	{ "proc.cmdline ~ \".*--port[= ][0-9]+.*\"", "By a regular expression, which must fit "
	  "all of the text." },
	{ "fd.name endswith anyof (.conf, .ini)", "By one of several ends." },
	{ "tolower(proc.name) = val(proc.pname)", "Processes that are called like their "
	  "parents." },
};

const struct cli_command print_command = {
	.name = "print",
	.synopsis = "[-r FILE] [OPTION]... [FILTER] [-- COMMAND [WORD]...]",
	.doc = "Print the events of a capture or of the running system as lines of text.",
	.more = "Without -r, events come from the running kernel: of all processes, of those "
		"that belong to --tree PID or --cgroup PATH, or of COMMAND, which is run and "
		"followed with all that it starts, from its first instruction to the end. "
		"Tracing needs root or "
		"the capabilities CAP_BPF and CAP_PERFMON; they are given up once it runs.\n\n"
		"A line is, from left to right: number of the event, time, CPU, name of the "
		"thread, its number, > for a call that is entered or < for one that returns, "
		"name of the event, and its parameters. On a terminal it has colours, unless "
		"NO_COLOR is set, and the number of the process before the thread's.\n\n"
		"In a FORMAT, %FIELD stands for a field (%evt.type, %proc.name, %fd.name, ...) "
		"and %20FIELD for exactly 20 bytes of it. \\n, \\t, \\e and \\\\ mean a new "
		"line, a tab, ESC and a backslash. An event that lacks one of the fields gives "
		"no line, unless the FORMAT starts with *: then <NA> stands for what is "
		"missing.\n\n"
		"%toupper(proc.name), %len(fd.name) and other transformers stand where a field "
		"may stand.\n\n"
		"The FILTER is all that follows the options; quote it for the shell. With -r, `--` "
		"only ends the options. It compares fields with values: proc.name=nginx and "
		"evt.type=open. "
		"`and` binds closer than `or`, `not` closer than both; brackets go before. A "
		"comparison with what is missing is false. A value with blanks or brackets in it "
		"stands in quotes. Units are ns, us, ms, s, m, h and d, and K, M, G and T of 1024. "
		"oneof, anyof or allof behind an operator compare with each value of a list; "
		"val(FIELD) is the value of another field.\n\n"
		"`sysreel list fields`, `sysreel list operators` and `sysreel list transformers` "
		"show all that there is.\n\n"
		"Texts of traced programs are made harmless: control characters appear as \\x1b, "
		"in data as a dot.\n\n"
		"A damaged or cut capture is printed as far as it can be read, and one line on "
		"standard error tells what is wrong with it. The exit status is 0 when "
		"something could be read, 1 when nothing could or writing failed, 2 when the "
		"command line was not understood; with a COMMAND it is the COMMAND's own.",
	.options = options,
	.n_options = ARRAY_LEN(options),
	.known = known,
	.examples = examples,
	.n_examples = ARRAY_LEN(examples),
	.run = print_run,
};
