#include <errno.h>
#include <stdlib.h>
#include <string.h>
#include <unistd.h>

#include "engine/base/mem.h"
#include "engine/base/text.h"
#include "ui/cli/cli.h"
#include "ui/cli/input.h"
#include "ui/cli/json_out.h"
#include "ui/cli/memory.h"
#include "ui/cli/output.h"
#include "ui/cli/survey.h"

/* `sysreel info`: what is in a capture. */

enum { KEY_JSON = 256, KEY_BLOCKS, KEY_PROCS, KEY_FDS, KEY_AT, KEY_MEMORY };

static const struct cli_option options[] = {
	{ KEY_JSON, "json", NULL, "Print JSON for programs." },
	{ KEY_BLOCKS, "blocks", NULL, "List every block of the file." },
	{ KEY_PROCS, "procs", NULL, "List the threads that are alive at the end." },
	{ KEY_FDS, "fds", NULL, "List the descriptors that are open at the end." },
	{ KEY_MEMORY, "memory", NULL,
	  "Load it as `view` does, and tell what takes how much memory then." },
	{ KEY_AT, "at", "N", "Stop after event number N; 0 is before the first." },
};

struct request {
	bool json;
	bool blocks, procs, fds, memory;
	uint64_t at;
	struct input input;
};

/* The list of blocks, printed as they are met. */
struct block_list {
	struct output output;
	struct json_out json;
	bool is_json;
};

static void
list_block(void *ctx, const struct capture_block *b)
{
	struct block_list *list = ctx;
	const char *name = capture_block_name(b->type);

	if (!list->is_json) {
		text_fmt(&list->output.text, "%10llu %14llu %10u  0x%08x  %s%s\n",
			 (unsigned long long)b->number, (unsigned long long)b->offset, b->len,
			 b->type, name ? name : "unknown", b->usable ? "" : " (unusable)");
	} else {
		json_open(&list->json, NULL, '{');
		json_u64(&list->json, "number", b->number);
		json_u64(&list->json, "offset", b->offset);
		json_u64(&list->json, "length", b->len);
		json_u64(&list->json, "type", b->type);
		json_str(&list->json, "name", name ? name : "unknown");
		json_bool(&list->json, "usable", b->usable);
		json_close(&list->json, '}');
	}
	output_settle(&list->output);
}

static void
begin_blocks(struct block_list *list)
{
	if (list->is_json)
		json_open(&list->json, NULL, '[');
	else
		text_fmt(&list->output.text, "%10s %14s %10s  %-10s  %s\n",
			 "BLOCK", "OFFSET", "LENGTH", "TYPE", "NAME");
}

static int
parse(const struct cli_command *self, int argc, char **argv, struct request *r)
{
	const char *arg;
	int key, at = 1;

	for (;;) {
		while ((key = cli_option(self, argc, argv, &at, &arg)) > 0) {
			char *end;

			switch (key) {
			case KEY_JSON:
				r->json = true;
				break;
			case KEY_BLOCKS:
				r->blocks = true;
				break;
			case KEY_PROCS:
				r->procs = true;
				break;
			case KEY_FDS:
				r->fds = true;
				break;
			case KEY_MEMORY:
				r->memory = true;
				break;
			case KEY_AT:
				errno = 0;
				r->at = strtoull(arg, &end, 10);
				if (errno || end == arg || *end || *arg == '-') {
					cli_error("--at %s: a number of an event is needed", arg);
					return CLI_USAGE;
				}
				break;
			}
		}
		if (key < 0)
			return CLI_USAGE;
		if (at >= argc)
			return CLI_OK;
		input_add(&r->input, argv[at++]);
	}
}

static void
show(const struct request *r, const struct survey *s, struct world *w,
     struct block_list *list)
{
	struct text *t = &list->output.text;

	if (r->blocks && list->is_json) {
		json_close(&list->json, ']');
		text_char(t, '\n');
	}
	world_settle(w);
	if (r->procs)
		(r->json ? survey_procs_json : survey_procs)(w, t);
	if (r->fds)
		(r->json ? survey_fds_json : survey_fds)(w, t);
	if (!r->blocks && !r->procs && !r->fds)
		(r->json ? survey_json : survey_text)(s, t);
}

static int
report(struct request *r)
{
	struct block_list list = { .is_json = r->json };
	struct survey_options how = { .stop_at = r->at, .ctx = &list };
	struct world *w = world_new(NULL, NULL);
	struct survey s = { 0 };
	struct err err = { 0 };
	int status = CLI_OK;

	output_init(&list.output, STDOUT_FILENO);
	list.json.t = &list.output.text;
	if (r->blocks) {
		how.block = list_block;
		begin_blocks(&list);
	}
	if (survey_read(&s, &r->input, &how, w, &err) < 0) {
		cli_error("%s", err.text);
		status = CLI_FAILED;
		goto out;
	}
	show(r, &s, w, &list);
	if (!output_end(&list.output))
		status = CLI_FAILED;
	if (!s.is_usable)
		status = CLI_FAILED;
out:
	survey_fini(&s);
	world_free(w);
	output_fini(&list.output);
	return status;
}

static int
report_memory(struct request *r)
{
	struct output output;
	struct err err = { 0 };
	bool is_usable = false;
	int status = CLI_OK;

	output_init(&output, STDOUT_FILENO);
	if (!memory_report(&r->input, r->json, &output.text, &is_usable, &err))
		cli_error("%s", err.text);
	if (!output_end(&output) || !is_usable)
		status = CLI_FAILED;
	output_fini(&output);
	return status;
}

static int
run_info(const struct cli_command *self, int argc, char **argv)
{
	struct request r = { .at = UINT64_MAX };
	int status = parse(self, argc, argv, &r);

	if (status == CLI_OK && !r.input.n) {
		cli_error("which capture? `sysreel info FILE`");
		status = CLI_USAGE;
	}
	if (status == CLI_OK)
		status = r.memory ? report_memory(&r) : report(&r);
	input_fini(&r.input);
	return status;
}

const struct cli_command info_command = {
	.name = "info",
	.synopsis = "FILE... [--json] [--blocks | --procs | --fds | --memory] [--at N]",
	.doc = "Tell what is in a capture.",
	.more = "Several files are read in their order, as one reel. FILE \"-\" is standard "
		"input.\n",
	.options = options,
	.n_options = ARRAY_LEN(options),
	.run = run_info,
};
