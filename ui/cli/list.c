#include <fnmatch.h>
#include <string.h>
#include <sys/ioctl.h>
#include <unistd.h>

#include "engine/base/mem.h"
#include "engine/field/spelling.h"
#include "ui/cli/cli.h"
#include "ui/cli/json_out.h"
#include "ui/cli/listing.h"
#include "ui/cli/output.h"

enum { OPT_MARKDOWN = 256, OPT_JSON, OPT_VIEWS };
enum form { FORM_SHORT, FORM_LONG, FORM_MARKDOWN, FORM_JSON };

#define NAME_COLUMN 28			/* where the sentences start */
#define WIDTH_MIN 50
#define WIDTH_MAX 120
#define WIDTH_DEFAULT 80

/* One run. */
struct lister {
	const struct listing *listing;
	struct listing_ask ask;
	const char *pattern;		/* NULL: all */
	enum form form;
	size_t width_cols;
	struct output out;
	struct json_out json;
	const char *group;		/* of the entry before */
	size_t n_shown, n_rare;
};

static size_t
terminal_width(void)
{
	struct winsize size;
	size_t width = WIDTH_DEFAULT;

	if (!ioctl(STDOUT_FILENO, TIOCGWINSZ, &size) && size.ws_col)
		width = size.ws_col;
	return width < WIDTH_MIN ? WIDTH_MIN : width > WIDTH_MAX ? WIDTH_MAX : width;
}

/* A pattern with * ? or [ fits a whole name, another one a part of it. */
static bool
fits(const char *pattern, const char *name)
{
	if (!pattern)
		return true;
	return strpbrk(pattern, "*?[") ? !fnmatch(pattern, name, 0) :
					 strstr(name, pattern) != NULL;
}

/* Append WORDS, wrapped before column WIDTH, from COLUMN on; later lines start
 * at INDENT. */
static void
put_wrapped(struct lister *l, const char *words, size_t column, size_t indent)
{
	struct text *t = &l->out.text;
	bool is_first = true;

	while (*words) {
		size_t len = strcspn(words, " ");

		if (!is_first && column + 1 + len >= l->width_cols) {
			text_char(t, '\n');
			for (column = 0; column < indent; column++)
				text_char(t, ' ');
		} else if (!is_first) {
			text_char(t, ' ');
			column++;
		}
		is_first = false;
		text_bytes(t, words, len);
		column += len;
		words += len;
		words += *words == ' ';
	}
	text_char(t, '\n');
}

/* "type text, of thread, from sysdig" */
static void
put_facts(struct lister *l, const struct listing_entry *e)
{
	struct text facts = { 0 };

	if (!l->listing->facts[0])
		return;
	for (size_t i = 0; i < LISTING_FACTS_MAX && l->listing->facts[i]; i++)
		if (e->facts[i])
			text_fmt(&facts, "%s%s: %s", facts.len ? "; " : "",
				 l->listing->facts[i], e->facts[i]);
	text_char(&facts, '\0');
	text_fmt(&l->out.text, "%*s", NAME_COLUMN, "");
	put_wrapped(l, facts.p, NAME_COLUMN, NAME_COLUMN);
	text_fini(&facts);
}

static void
put_plain(struct lister *l, const struct listing_entry *e)
{
	struct text *t = &l->out.text;
	size_t column = 2 + strlen(e->name);

	if (e->group && e->group != l->group)
		text_fmt(t, "%s%s:\n", l->n_shown ? "\n" : "", e->group);
	text_fmt(t, "  %s", e->name);
	if (column + 2 > NAME_COLUMN) {
		text_char(t, '\n');
		column = 0;
	}
	for (; column < NAME_COLUMN; column++)
		text_char(t, ' ');
	put_wrapped(l, e->doc, NAME_COLUMN, NAME_COLUMN);
	if (l->form == FORM_LONG)
		put_facts(l, e);
}

/* Append S for a cell of a table. */
static void
put_cell(struct text *t, const char *s)
{
	text_str(t, " ");
	for (; *s; s++) {
		if (*s == '|' || *s == '<' || *s == '*' || *s == '[')
			text_char(t, '\\');
		text_char(t, *s);
	}
	text_str(t, " |");
}

static void
put_markdown(struct lister *l, const struct listing_entry *e)
{
	struct text *t = &l->out.text;
	const char *const *facts = l->listing->facts;

	if (!l->n_shown || e->group != l->group) {
		if (e->group)
			text_fmt(t, "%s### %s\n\n", l->n_shown ? "\n" : "", e->group);
		text_str(t, "| name |");
		for (size_t i = 0; i < LISTING_FACTS_MAX && facts[i]; i++)
			put_cell(t, facts[i]);
		text_str(t, " meaning |\n|---|---|");
		for (size_t i = 0; i < LISTING_FACTS_MAX && facts[i]; i++)
			text_str(t, "---|");
		text_char(t, '\n');
	}
	text_fmt(t, "| `%s` |", e->name);
	for (size_t i = 0; i < LISTING_FACTS_MAX && facts[i]; i++)
		put_cell(t, e->facts[i] ? e->facts[i] : "");
	put_cell(t, e->doc);
	text_char(t, '\n');
}

static void
put_json(struct lister *l, const struct listing_entry *e)
{
	const char *const *facts = l->listing->facts;

	text_str(&l->out.text, l->n_shown ? ",\n" : "\n");
	l->json.needs_comma = false;
	json_open(&l->json, NULL, '{');
	json_str(&l->json, "name", e->name);
	if (e->group)
		json_str(&l->json, "group", e->group);
	for (size_t i = 0; i < LISTING_FACTS_MAX && facts[i]; i++)
		if (e->facts[i])
			json_str(&l->json, facts[i], e->facts[i]);
	json_str(&l->json, "meaning", e->doc);
	json_close(&l->json, '}');
}

static void
take(void *ctx, const struct listing_entry *e)
{
	struct lister *l = ctx;

	if (!fits(l->pattern, e->name))
		return;
	if (e->is_rare && !l->pattern && l->form == FORM_SHORT) {
		l->n_rare++;
		return;
	}
	if (l->form == FORM_JSON)
		put_json(l, e);
	else if (l->form == FORM_MARKDOWN)
		put_markdown(l, e);
	else
		put_plain(l, e);
	l->group = e->group;
	l->n_shown++;
	output_settle(&l->out);
}

/* The exit status. */
static int
show(struct lister *l)
{
	bool is_written;

	output_init(&l->out, STDOUT_FILENO);
	l->json.t = &l->out.text;
	if (l->form == FORM_JSON)
		json_open(&l->json, NULL, '[');
	l->listing->walk(&l->ask, take, l);
	if (l->form == FORM_JSON) {
		text_char(&l->out.text, '\n');
		json_close(&l->json, ']');
		text_char(&l->out.text, '\n');
	}
	if (l->n_rare)
		text_fmt(&l->out.text, "\n%zu more that are rare: sysreel list %s -v\n",
			 l->n_rare, l->listing->name);
	is_written = output_end(&l->out);
	output_fini(&l->out);
	if (l->n_shown)
		return is_written ? CLI_OK : CLI_FAILED;
	cli_error("no name in the list of %s fits `%s`", l->listing->name, l->pattern);
	return CLI_FAILED;
}

static const struct listing *
find_listing(const char *name)
{
	struct spelling meant = spelling_of(name, strlen(name));
	const struct listing *near = NULL;

	for (size_t i = 0; i < n_listings; i++) {
		if (!strcmp(listings[i].name, name))
			return &listings[i];
		if (spelling_is_nearer(&meant, listings[i].name))
			near = &listings[i];
	}
	if (near)
		cli_error("there is no list of `%s`, did you mean `%s`?", name, near->name);
	else
		cli_error("there is no list of `%s`; `sysreel list --help` names them", name);
	return NULL;
}

static int
run(const struct cli_command *self, int argc, char **argv)
{
	struct lister l = { .width_cols = terminal_width() };
	const char *words[2] = { NULL, NULL }, *arg;
	int at = 1, key = 0;
	size_t n = 0;

	while (at < argc) {
		key = cli_option(self, argc, argv, &at, &arg);
		if (key < 0)
			return CLI_USAGE;
		if (key == 'v')
			l.form = FORM_LONG;
		else if (key == OPT_MARKDOWN)
			l.form = FORM_MARKDOWN;
		else if (key == OPT_JSON)
			l.form = FORM_JSON;
		else if (key == OPT_VIEWS)
			l.ask.views_dir = arg;
		else if (at < argc && n < ARRAY_LEN(words))
			words[n++] = argv[at++];
		else if (at < argc)
			break;
	}
	if (at < argc || !n) {
		cli_error(n ? "what is `%s`? `sysreel list --help` tells more" :
			  "a list of what? `sysreel list --help` names them", argv[argc - 1]);
		return CLI_USAGE;
	}
	l.pattern = words[1];
	l.listing = find_listing(words[0]);
	return l.listing ? show(&l) : CLI_USAGE;
}

static const struct cli_option options[] = {
	{ 'v', "verbose", NULL, "Tell more of each: type, unit, argument and so on." },
	{ OPT_MARKDOWN, "markdown", NULL, "As tables in Markdown." },
	{ OPT_JSON, "json", NULL, "As JSON." },
	{ OPT_VIEWS, "views", "DIR", "List the views of this folder, too." },
};

const struct cli_command list_command = {
	.name = "list",
	.synopsis = "WHAT [OPTION]... [PATTERN]",
	.doc = "List fields, operators, events and more, with what they mean.",
	.more = "WHAT is one of these. `fields`: what can be shown and asked of an event. "
		"`operators`: how filters compare fields with values. `transformers`: what "
		"filters and formats can make of fields. `events`: types of events (> enter, "
		"< exit) with the names of their parameters. `syscalls`: the system calls of "
		"x86-64. `views`: tables that can be shown. `view-keys`: what can stand in the "
		"file of a view.\n\n"
		"Only names that PATTERN fits are listed: a part of the name, or, with * ? or "
		"[ ] in it, all of it.\n\n"
		"What -v and the other forms tell of a field: its type and unit; the argument "
		"that it takes behind its name; of what it is: of the event, its data, the "
		"thread, the process, several processes, the descriptor, the container, of "
		"what these were at the moment (history), or of what was shown before "
		"(output); whether it makes sense only in filters or formats; and whether only "
		"old captures or only sysreel have it. Of an operator: which types of fields it "
		"compares.",
	.options = options,
	.n_options = ARRAY_LEN(options),
	.run = run,
};
