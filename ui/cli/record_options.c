#include "ui/cli/record_options.h"

#include <stdlib.h>
#include <string.h>
#include <sys/stat.h>

#include "engine/base/mem.h"
#include "engine/base/text.h"
#include "engine/record/file_names.h"
#include "engine/record/profile.h"
#include "ui/cli/words.h"

#define MEGABYTE 1000000u
#define SECOND_NS 1000000000u
#define RING_KIB_MIN 16u
#define RING_KIB_MAX 1048576u

enum {
	OPT_FORMAT = 256, OPT_NO_ENV, OPT_NO_ARGS, OPT_NO_STATE, OPT_ONLY, OPT_ANCESTORS,
	OPT_EXIT_ONLY, OPT_RING_SIZE,
};

static int
usage(const char *words, const char *what)
{
	return cli_usage("record", words, what);
}

/* Options that are followed by a number above 0. */
static const struct {
	int key;
	size_t offset;			/* of an uint64_t in struct recorder_options */
	uint64_t unit;
	const char *refusal;
} counts[] = {
	{ 'n', offsetof(struct recorder_options, most_events), 1,
	  "-n wants a number above 0, not" },
	{ 'M', offsetof(struct recorder_options, most_ns), SECOND_NS,
	  "-M wants seconds above 0, not" },
	{ 'C', offsetof(struct recorder_options, file_bytes), MEGABYTE,
	  "-C wants megabytes above 0, not" },
	{ 'G', offsetof(struct recorder_options, file_ns), SECOND_NS,
	  "-G wants seconds above 0, not" },
	{ 'e', offsetof(struct recorder_options, file_events), 1,
	  "-e wants a number above 0, not" },
};

/* -1: KEY is none of them. */
static int
take_count(struct record_wishes *w, int key, const char *arg)
{
	for (size_t i = 0; i < ARRAY_LEN(counts); i++) {
		uint64_t v;

		if (counts[i].key != key)
			continue;
		if (!words_count(arg, UINT64_MAX / counts[i].unit, &v) || !v)
			return usage(counts[i].refusal, arg);
		v *= counts[i].unit;
		memcpy((char *)&w->recorder + counts[i].offset, &v, sizeof(v));
		return CLI_OK;
	}
	return -1;
}

static int
take_format(struct record_wishes *w, const char *arg)
{
	struct text names = { 0 };
	int status = CLI_OK;

	w->recorder.profile = record_profile_find(arg);
	if (w->recorder.profile)
		return CLI_OK;
	for (size_t i = 0; i < n_record_profiles; i++)
		text_fmt(&names, "%s%s", i ? " or " : "", record_profiles[i].name);
	text_char(&names, '\0');
	cli_error("--format wants %s, not `%s`; `sysreel record --help` tells more", names.p, arg);
	status = CLI_USAGE;
	text_fini(&names);
	return status;
}

/* Options that say yes to something. */
static const struct {
	int key;
	size_t offset;			/* of a bool in struct record_wishes */
} switches[] = {
	{ 'z', offsetof(struct record_wishes, recorder.sink.gzip) },
	{ 'f', offsetof(struct record_wishes, follow) },
	{ 'v', offsetof(struct record_wishes, verbose) },
	{ OPT_EXIT_ONLY, offsetof(struct record_wishes, recorder.exit_only) },
	{ OPT_NO_ENV, offsetof(struct record_wishes, recorder.no_env) },
	{ OPT_NO_ARGS, offsetof(struct record_wishes, recorder.no_args) },
	{ OPT_NO_STATE, offsetof(struct record_wishes, recorder.no_state) },
	{ OPT_ONLY, offsetof(struct record_wishes, recorder.only) },
	{ OPT_ANCESTORS, offsetof(struct record_wishes, recorder.ancestors) },
};

static void
take_switch(struct record_wishes *w, int key)
{
	static const bool yes = true;

	for (size_t i = 0; i < ARRAY_LEN(switches); i++)
		if (switches[i].key == key)
			memcpy((char *)w + switches[i].offset, &yes, sizeof(yes));
}

/* A power of two between the smallest ring there is and one that is hardly ever
 * there. */
static int
take_ring_size(struct record_wishes *w, const char *arg)
{
	uint64_t v;

	if (!words_count(arg, RING_KIB_MAX, &v) || v < RING_KIB_MIN || v & (v - 1))
		return usage("--ring-size wants a power of two from 16 to 1048576, not", arg);
	w->ring_bytes = (size_t)v * 1024;
	return CLI_OK;
}

/* Take one option. An exit status when it is wrong, else CLI_OK. */
static int
take_option(struct record_wishes *w, int key, const char *arg)
{
	int status = take_count(w, key, arg);
	uint64_t v;

	if (status < 0)
		status = whom_take(&w->whom, "record", key, arg);
	if (status >= 0)
		return status;
	switch (key) {
	case 'r':
		return input_take(&w->input, "record", arg);
	case 'w':
		w->recorder.path = arg;
		break;
	case 'W':
		if (!words_count(arg, FILE_NAMES_RING_MAX, &v) || !v)
			return usage("-W wants a number of files above 0, not", arg);
		w->recorder.n_ring = (unsigned)v;
		break;
	case 's':
		if (!words_count(arg, RECORDER_NO_CUT - 1, &v))
			return usage("-s wants a number of bytes, not", arg);
		w->recorder.cut_data = (uint32_t)v;
		break;
	case OPT_RING_SIZE:
		return take_ring_size(w, arg);
	case OPT_FORMAT:
		return take_format(w, arg);
	default:
		take_switch(w, key);
		break;
	}
	return CLI_OK;
}

/* Which files must not be written to? */
static void
note_inputs(struct record_wishes *w)
{
	w->inputs = xreallocarray(NULL, w->input.n, sizeof(*w->inputs));
	for (size_t i = 0; i < w->input.n; i++) {
		const char *name = w->input.names[i];
		struct stat st;

		if (strcmp(name, "-") ? stat(name, &st) : fstat(0, &st))
			continue;	/* opening it will tell why */
		if (S_ISREG(st.st_mode))
			w->inputs[w->recorder.sink.n_inputs++] =
				(struct sink_input){ st.st_dev, st.st_ino };
	}
	w->recorder.sink.inputs = w->inputs;
}

/* Options that say where events come from. */
static int
check_source(const struct record_wishes *w)
{
	if (w->input.n && w->ring_bytes) {
		cli_error("--ring-size is for the running system, not for a capture");
		return CLI_USAGE;
	}
	if (!w->input.n && w->follow) {
		cli_error("-f is for a capture, and none is named; -r FILE does that");
		return CLI_USAGE;
	}
	return whom_check(&w->whom, w->input.n);
}

/* Options that say which events are written. */
static int
check_choice(const struct record_wishes *w)
{
	const struct recorder_options *o = &w->recorder;
	bool has_tree = w->whom.command || w->whom.tree || w->whom.cgroup;

	if ((o->only || o->no_state || o->ancestors) && !w->filter.len &&
	    (o->no_state || !has_tree)) {
		cli_error("%s asks what is wanted, and that is all: there is no FILTER",
			  o->only ? "--only" : o->ancestors ? "--ancestors" : "--no-state");
		return CLI_USAGE;
	}
	if (o->ancestors && !o->only) {
		cli_error("all processes are written, ancestors too, but with --only");
		return CLI_USAGE;
	}
	if (o->exit_only && o->profile->needs_enters) {
		cli_error("readers of format %s need what --exit-only leaves out",
			  o->profile->name);
		return CLI_USAGE;
	}
	return CLI_OK;
}

static int
check(struct record_wishes *w)
{
	const struct recorder_options *o = &w->recorder;
	bool is_split = o->file_bytes || o->file_ns || o->file_events;
	int status = check_source(w);

	if (status != CLI_OK)
		return status;
	if (!o->path || !o->path[0]) {
		cli_error("record where to? Name it with -w FILE");
		return CLI_USAGE;
	}
	if (is_split && !strcmp(o->path, "-")) {
		cli_error("standard output is one file: -C, -G and -e need a name");
		return CLI_USAGE;
	}
	if (o->n_ring && !is_split) {
		cli_error("-W keeps the last files, but nothing says when one is full: "
			  "-C, -G or -e");
		return CLI_USAGE;
	}
	return check_choice(w);
}

int
record_options_read(const struct cli_command *self, int argc, char **argv,
		    struct record_wishes *w)
{
	int at = 1, key, status;
	const char *arg;

	w->recorder.profile = &record_profiles[0];
	w->recorder.cut_data = RECORDER_NO_CUT;
	while ((key = cli_option(self, argc, argv, &at, &arg)) > 0) {
		status = take_option(w, key, arg);
		if (status != CLI_OK)
			return status;
	}
	if (key < 0)
		return CLI_USAGE;
	w->whom.command = words_split(argv, at, argc, !w->input.n, &w->filter);
	status = check(w);
	if (status == CLI_OK)
		note_inputs(w);
	return status;
}

void
record_options_fini(struct record_wishes *w)
{
	input_fini(&w->input);
	text_fini(&w->filter);
	free(w->inputs);
}

static const struct cli_option options[] = {
	{ 'r', "read", "FILE", "Read the capture FILE; - is standard input. Given several "
	  "times, the files are read one after the other." },
	{ 'w', "write", "FILE", "Write the capture FILE; - is standard output." },
	WHOM_OPTIONS,
	{ 'z', "gzip", NULL, "Compress what is written." },
	{ 'n', "count", "N", "Stop after N events." },
	{ 'M', "seconds", "S", "Stop S seconds after the first event, by the time of events; "
	  "without -r, S seconds after events began to be recorded." },
	{ 'C', "file-size", "MB", "Go on in a new file when one is larger than MB million "
	  "bytes; about so large, with -z." },
	{ 'G', "file-seconds", "S", "Go on in a new file S seconds after the first event of "
	  "one, by the time of events." },
	{ 'e', "file-events", "N", "Go on in a new file after N events." },
	{ 'W', "files", "N", "With -C, -G or -e: keep only the last N files." },
	{ 's', "snaplen", "N", "Keep only the first N bytes of data that was read, written, "
	  "sent or received. Without -r these are also what is taken from the kernel: 80, if "
	  "the option is not given, and at most 4096." },
	{ OPT_NO_STATE, "no-state", NULL, "Write nothing but what FILTER lets through. Names of "
	  "files, users and processes may be missing then." },
	{ OPT_ONLY, "only", NULL, "Of processes that FILTER does not let through write nothing: "
	  "for a capture that is to be shown to others." },
	{ OPT_ANCESTORS, "ancestors", NULL, "With --only: but the names of processes above "
	  "those that are written." },
	{ OPT_EXIT_ONLY, "exit-only", NULL, "Write calls when they return, not when they are "
	  "entered: half as many events, but nothing tells how long a call took, nor of one "
	  "that does not return." },
	{ OPT_NO_ENV, "no-env", NULL, "Leave out the environment of processes." },
	{ OPT_NO_ARGS, "no-args", NULL, "Leave out the arguments of processes." },
	{ OPT_FORMAT, "format", "newest|0.29", "Write for other readers: newest (this is so "
	  "without the option), or 0.29 for sysdig 0.29, which is in Debian 12." },
	{ OPT_RING_SIZE, "ring-size", "K", "Without -r: room for events of each CPU until they "
	  "are read, in units of 1024 bytes; a power of two, 8192 if the option is not "
	  "given." },
	{ 'v', "verbose", NULL, "Tell what is recorded, and at the end how much it was." },
	{ 'f', "follow", NULL, "Wait for more at the end of the last file, until Ctrl-C." },
};

const struct cli_command record_command = {
	.name = "record",
	.synopsis = "[-r FILE] -w FILE [OPTION]... [FILTER] [-- COMMAND [WORD]...]",
	.doc = "Write events of the running system, or of a capture, into a capture.",
	.more = "Without -r, events come from the running kernel: of all processes, of those "
		"that belong to --tree PID or --cgroup PATH, or of COMMAND, which is run and "
		"followed with all that it starts, from its first instruction to the end. "
		"Tracing needs root or "
		"the capabilities CAP_BPF and CAP_PERFMON; they are given up once it runs. "
		"Ctrl-C, SIGTERM and SIGHUP end the recording in good order.\n\n"
		"FILTER says which events are wanted, as for `sysreel print`. Events that it does "
		"not let through, but that change what is known (which files are open, which "
		"processes there are), are written as well, for that alone: they do not show. "
		"So is the call of a return that is wanted. With --only, the list of processes "
		"has those of which FILTER can be true whatever the parameters of an event "
		"are, and with --tree or COMMAND none but those; others are told of when an "
		"event of theirs passes.\n\n"
		"With -C or -e, files are called FILE0, FILE1, and so on; with -W, numbers start "
		"again from 0 when there are N files. With -G, the name may have the % of "
		"strftime() in it, for the local time of a file's first event (%H%M%S); without "
		"any, numbers are appended, too. Each file begins with the state of the system "
		"at that moment, and can be read alone.\n\n"
		"FILE gets mode 0600. One that is there is written over, but only if it is an "
		"ordinary file of yours with no other name; a symbolic link is not followed. "
		"A capture holds much that is private: names of files and programs with their "
		"arguments and environment, and the data that they read and write. See -s, "
		"--no-env and --no-args.\n\n"
		"What is written reaches the file within a second. A file that cannot be "
		"written to its end is cut behind the last whole block. The exit status is 0 "
		"when all was written, 1 when something failed or nothing could be read, 2 when "
		"the command line was not understood; with a COMMAND that has ended it is the "
		"COMMAND's own, if all was written.",
	.options = options,
	.n_options = ARRAY_LEN(options),
	.run = record_run,
};
