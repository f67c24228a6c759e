#include <ctype.h>
#include <string.h>
#include <unistd.h>

#include "engine/base/mem.h"
#include "engine/query/view.h"
#include "engine/query/view_set.h"
#include "ui/action.h"
#include "ui/cli/cli.h"
#include "ui/cli/listing.h"
#include "ui/cli/output.h"
#include "ui/keys.h"

#define LINE_BYTES 72

/* What is no row of any other table. */
static const struct {
	const char *name, *doc;
} variables[] = {
	{ "NO_COLOR", "Not empty: the explorer uses no colours." },
	{ "COLORFGBG", "Of some terminals: whether their ground is dark or light." },
	{ "TERM", "The type of the terminal. It must be able to move its cursor." },
	{ "TZ", "The zone of times that are shown." },
	{ "XDG_CONFIG_HOME", "The folder of configuration, else ~/.config." },
	{ "XDG_STATE_HOME", "The folder of what is kept between runs, else ~/.local/state." },
};

static const struct {
	const char *name, *doc;
} files[] = {
	{ "~/.config/sysreel/views/", "View files of your own; `sysreel list view-keys` tells "
	  "what can stand in them." },
	{ "~/.local/state/sysreel/", "What the explorer keeps between runs, such as the columns "
	  "that were chosen." },
	{ "/etc/services", "Names of ports, for -R." },
};

static const struct {
	const char *name, *doc;
} statuses[] = {
	{ "0", "All went well." }, { "1", "Something failed." },
	{ "2", "The command line was not understood." },
};

/* Text ------------------------------------------------------------------------ */

/* Append a character so that roff shows it and does not obey it. */
static void
put_char(struct text *t, char c)
{
	static const struct {
		char c;
		const char *name;
	} names[] = {
		{ '\\', "\\(rs" }, { '-', "\\-" }, { '^', "\\(ha" }, { '~', "\\(ti" },
		{ '`', "\\(ga" }, { '\'', "\\(aq" }, { '"', "\\(dq" },
	};

	for (size_t i = 0; i < ARRAY_LEN(names); i++) {
		if (names[i].c != c)
			continue;
		text_str(t, names[i].name);
		return;
	}
	text_char(t, c);
}

/* Append LEN bytes of a word; a dot at the start of a line would be an order. */
static void
put_word(struct text *t, const char *s, size_t len)
{
	if ((!t->len || t->p[t->len - 1] == '\n') && len && *s == '.')
		text_str(t, "\\&");
	for (size_t i = 0; i < len; i++)
		put_char(t, s[i]);
}

static void
put_font(struct text *t, char font, const char *s)
{
	text_fmt(t, "\\f%c", font);
	put_word(t, s, strlen(s));
	text_str(t, "\\fP");
}

/* Does a sentence end with the LEN bytes at S, before a blank? */
static bool
ends_sentence(const char *s, size_t len)
{
	return len > 1 && s[len - 1] == '.' && s[len] == ' ' && isupper((unsigned char)s[len + 1]);
}

/* Append prose, in short lines, sentences on lines of their own. What stands between
 * grave accents is bold. */
static void
put_prose(struct text *t, const char *s)
{
	size_t start = t->len;		/* of the line */
	bool is_bold = false;

	while (*s) {
		size_t len = strcspn(s, " \n");

		if (t->len > start && t->len - start + len > LINE_BYTES) {
			text_char(t, '\n');
			start = t->len;
		} else if (t->len > start) {
			text_char(t, ' ');
		}
		for (size_t i = 0; i < len; i++) {
			if (s[i] == '`') {
				is_bold = !is_bold;
				text_str(t, is_bold ? "\\fB" : "\\fP");
			} else {
				put_word(t, s + i, 1);
			}
		}
		if (ends_sentence(s, len)) {
			text_char(t, '\n');
			start = t->len;
		}
		s += len;
		if (*s == '\n' && s[strspn(s, " \n")]) {
			text_str(t, t->len > start ? "\n.PP\n" : ".PP\n");
			start = t->len;
		}
		s += strspn(s, " \n");
	}
	text_str(t, t->len > start ? "\n" : "");
}

/* Begin a row of a list, whose heading follows. */
static void
put_row(struct text *t, char font, const char *heading, const char *doc)
{
	text_str(t, ".TP\n");
	put_font(t, font, heading);
	text_char(t, '\n');
	put_prose(t, doc);
}

/* Sections -------------------------------------------------------------------- */

static void
put_option(struct text *t, const struct cli_command *c, const struct cli_option *o)
{
	char letter[] = { '-', (char)o->key, '\0' };
	struct text name = { 0 };

	text_str(t, ".TP\n");
	if (o->key < 256)
		put_font(t, 'B', letter);
	if (o->name) {
		text_fmt(&name, "--%s", o->name);
		text_char(&name, '\0');
		text_str(t, o->key < 256 ? ", " : "");
		put_font(t, 'B', name.p);
	}
	if (o->arg) {
		text_char(t, ' ');
		put_font(t, 'I', o->arg);
	}
	text_char(t, '\n');
	put_prose(t, o->doc);
	for (const struct cli_known *k = c->known; k && k->name; k++) {
		if (k->where || k->key != o->key)
			continue;
		text_str(t, "Also ");
		name.len = 0;
		text_fmt(&name, "--%s", k->name);
		text_char(&name, '\0');
		put_font(t, 'B', name.p);
		text_str(t, ".\n");
	}
	text_fini(&name);
}

static void
put_command(struct text *t, const struct cli_command *c)
{
	text_fmt(t, ".SS sysreel %s\n", c->name);
	text_str(t, ".B sysreel ");
	text_str(t, c->name);
	text_str(t, "\n");
	put_prose(t, c->synopsis);
	text_str(t, *c->synopsis ? ".PP\n" : ".br\n");
	put_prose(t, c->doc);
	for (size_t i = 0; i < c->n_options; i++)
		put_option(t, c, &c->options[i]);
	put_row(t, 'B', "--help", "Show the help of this command.");
	if (c->more) {
		text_str(t, ".PP\n");
		put_prose(t, c->more);
	}
	if (c->n_examples)
		text_str(t, ".PP\nFor example:\n");
	for (size_t i = 0; i < c->n_examples; i++)
		put_row(t, 'B', c->examples[i].words, c->examples[i].doc);
}

static void
put_keys(struct text *t)
{
	text_str(t, ".SH KEYS\n");
	for (size_t i = 0; i < n_keys_tables; i++) {
		text_str(t, ".SS ");
		put_word(t, keys_tables[i].title, strlen(keys_tables[i].title));
		text_char(t, '\n');
		for (size_t k = 0; k < *keys_tables[i].n_rows; k++)
			put_row(t, 'B', keys_tables[i].rows[k].keys, keys_tables[i].rows[k].doc);
	}
}

struct listed {
	struct text *t;
	const char *group;
};

static void
take(void *ctx, const struct listing_entry *e)
{
	struct listed *l = ctx;

	if (e->group && e->group != l->group) {
		text_str(l->t, ".SS ");
		put_word(l->t, e->group, strlen(e->group));
		text_char(l->t, '\n');
	}
	l->group = e->group;
	put_row(l->t, 'B', e->name, e->doc);
}

/* The list called NAME, under TITLE. */
static void
put_list(struct text *t, const char *name, const char *title)
{
	struct listing_ask ask = { 0 };
	struct listed l = { t, NULL };

	for (size_t i = 0; i < n_listings; i++) {
		if (strcmp(listings[i].name, name))
			continue;
		text_fmt(t, ".SH %s\n", title);
		put_prose(t, listings[i].doc);
		listings[i].walk(&ask, take, &l);
	}
}

/* Those of the program itself: what a user has is not for a manual. */
static void
put_views(struct text *t)
{
	struct view_set *views = view_set_new(NULL);

	text_str(t, ".SH VIEWS\n");
	put_prose(t, "Tables and spectrograms by their ids.");
	for (size_t i = 0; i < view_set_count(views); i++) {
		const struct view *v = view_set_at(views, i);
		struct text doc = { 0 };

		text_fmt(&doc, "%s. %s", v->name, v->description);
		text_char(&doc, '\0');
		put_row(t, 'B', v->id, doc.p);
		text_fini(&doc);
	}
	view_set_free(views);
}

static void
put_start(struct text *t)
{
	text_str(t, ".\\\" Made by `sysreel manual` of the program's own tables.\n"
		 ".TH SYSREEL 1 \"\" \"sysreel " SYSREEL_VERSION "\" \"User Commands\"\n"
		 ".SH NAME\nsysreel \\- explore what a Linux system does\n.SH SYNOPSIS\n"
		 ".B sysreel\n[\\fIOPTION\\fP]... [\\fIFILTER\\fP]\n.br\n"
		 ".B sysreel\n\\fICOMMAND\\fP [\\fIOPTION\\fP]...\n.SH DESCRIPTION\n");
	put_prose(t, "sysreel shows which process did which system call, on which file or "
		  "connection, with what result and how long it took: from the running system, "
		  "or from a capture of one. Without a command it is an explorer on the whole "
		  "screen, with the options and the filter of `sysreel explore`.\nIt reads "
		  "captures of sysdig (.scap files) and writes such.");
	text_str(t, ".SH COMMANDS\n");
	for (size_t i = 0; i < n_cli_commands; i++)
		put_command(t, cli_commands[i]);
}

static void
put_end(struct text *t)
{
	text_str(t, ".SH FILES\n");
	for (size_t i = 0; i < ARRAY_LEN(files); i++)
		put_row(t, 'I', files[i].name, files[i].doc);
	text_str(t, ".SH ENVIRONMENT\n");
	for (size_t i = 0; i < ARRAY_LEN(variables); i++)
		put_row(t, 'B', variables[i].name, variables[i].doc);
	text_str(t, ".SH EXIT STATUS\n");
	for (size_t i = 0; i < ARRAY_LEN(statuses); i++)
		put_row(t, 'B', statuses[i].name, statuses[i].doc);
	text_str(t, ".SH SEE ALSO\n.BR strace (1),\n.BR bpf (2),\n.BR capabilities (7)\n");
}

static int
run(const struct cli_command *self, int argc, char **argv)
{
	struct output out;
	const char *arg;
	bool is_written;
	int at = 1, key = cli_option(self, argc, argv, &at, &arg);

	if (key < 0)
		return CLI_USAGE;
	if (at < argc)
		return cli_usage(self->name, "what is", argv[at]);
	output_init(&out, STDOUT_FILENO);
	put_start(&out.text);
	put_keys(&out.text);
	put_list(&out.text, "operators", "OPERATORS OF FILTERS");
	put_list(&out.text, "transformers", "TRANSFORMERS");
	put_list(&out.text, "fields", "FIELDS");
	put_views(&out.text);
	put_end(&out.text);
	is_written = output_end(&out);
	output_fini(&out);
	return is_written ? CLI_OK : CLI_FAILED;
}

static const struct cli_example examples[] = {
	{ "| man -l -", "reads it" },
};

const struct cli_command manual_command = {
	.name = "manual",
	.synopsis = "",
	.doc = "Print the manual page, for man.",
	.examples = examples,
	.n_examples = ARRAY_LEN(examples),
	.run = run,
};
