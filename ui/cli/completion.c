#include <stdio.h>
#include <string.h>
#include <unistd.h>

#include "engine/base/mem.h"
#include "ui/cli/cli.h"
#include "ui/cli/listing.h"
#include "ui/cli/output.h"

/*
 * A script for each shell. All words come from the tables of the program but views,
 * which a user may have more of: the script asks the program for those.
 */

enum kind { KIND_NONE, KIND_FILES, KIND_FOLDERS, KIND_VIEWS, KIND_FIELDS, KIND_LISTS, KIND_WORDS };

/* What can stand where an argument has this name. One with "|" in it names all. */
static const struct {
	const char *name;
	enum kind kind;
} kinds[] = {
	{ "FILE", KIND_FILES }, { "DIR", KIND_FOLDERS }, { "ID", KIND_VIEWS },
	{ "VIEW", KIND_VIEWS }, { "FILTER", KIND_FIELDS }, { "WHAT", KIND_LISTS },
};

static enum kind
kind_of(const char *arg)
{
	for (size_t i = 0; i < ARRAY_LEN(kinds); i++)
		if (!strcmp(kinds[i].name, arg))
			return kinds[i].kind;
	return strchr(arg + strspn(arg, "|"), '|') ? KIND_WORDS : KIND_NONE;
}

/* What can stand as words of a command. */
struct words {
	enum kind first, others;
	char names[2][32];		/* what its synopsis calls them */
};

/* The first two things in the synopsis of C that are known; the last one may come again
 * where dots or a filter say so. */
static void
words_of(const struct cli_command *c, struct words *w)
{
	const char *s = c->synopsis;
	size_t n = 0;

	*w = (struct words){ 0 };
	while (*s && n < ARRAY_LEN(w->names)) {
		size_t len = strcspn(s, " []"), name = strcspn(s, " [].");
		bool is_option = *s == '-';
		enum kind kind;

		snprintf(w->names[n], sizeof(w->names[n]), "%.*s", (int)name, s);
		kind = is_option ? KIND_NONE : kind_of(w->names[n]);
		if (kind != KIND_NONE && !n++)
			w->first = kind;
		if (kind != KIND_NONE && (n == 2 || name < len || kind == KIND_FIELDS))
			w->others = kind;
		s += len;
		/* What follows an option is its argument. */
		if (is_option && *s == ' ')
			s += 1 + strcspn(s + 1, " []");
		s += strspn(s, " []");
	}
	if (n < 2)
		memcpy(w->names[1], w->names[0], sizeof(w->names[1]));
}

/* May a command with words of its own stand at the end of C? */
static bool
takes_command(const struct cli_command *c)
{
	return strstr(c->synopsis, "-- COMMAND") != NULL;
}

/* Words ------------------------------------------------------------------------- */

/* Append S for the inside of '...': of zsh and bash, or of fish. */
static void
put_quoted(struct text *t, const char *s, bool is_fish)
{
	for (; *s; s++) {
		if (*s == '\'')
			text_str(t, is_fish ? "\\'" : "'\\''");
		else if (*s == '\\' && is_fish)
			text_str(t, "\\\\");
		else
			text_char(t, *s);
	}
}

/* The first sentence of DOC; what follows is for the manual. */
static void
first_sentence(const char *doc, struct text *out)
{
	const char *end = strstr(doc, ". ");

	out->len = 0;
	text_bytes(out, doc, end ? (size_t)(end - doc) : strlen(doc));
	if (out->len && out->p[out->len - 1] == '.')
		out->len--;
	text_char(out, '\0');
}

struct gathered {
	struct text *t;
	const char *before, *behind;
};

static void
take_name(void *ctx, const struct listing_entry *e)
{
	const struct gathered *g = ctx;

	if (!e->is_rare)
		text_fmt(g->t, "%s%s%s", g->before, e->name, g->behind);
}

/* Append the names of fields, or of lists, each with what stands before and behind. */
static void
put_names(struct text *t, enum kind kind, const char *before, const char *behind)
{
	struct listing_ask ask = { 0 };
	struct gathered g = { t, before, behind };

	for (size_t i = 0; i < n_listings; i++) {
		if (kind == KIND_LISTS)
			text_fmt(t, "%s%s%s", before, listings[i].name, behind);
		else if (!strcmp(listings[i].name, "fields"))
			listings[i].walk(&ask, take_name, &g);
	}
}

/* Append "a|b" as "a b". */
static void
put_choices(struct text *t, const char *arg)
{
	for (; *arg; arg++)
		text_char(t, *arg == '|' ? ' ' : *arg);
}

/* bash ---------------------------------------------------------------------------- */

static void
put_kind_bash(struct text *t, enum kind kind, const char *arg)
{
	static const char *const names[] = {
		[KIND_NONE] = "none", [KIND_FILES] = "files", [KIND_FOLDERS] = "folders",
		[KIND_VIEWS] = "views", [KIND_FIELDS] = "fields", [KIND_LISTS] = "lists",
	};

	text_str(t, "kind='");
	if (kind == KIND_WORDS)
		put_choices(t, arg);
	else
		text_str(t, names[kind]);
	text_str(t, "'");
}

/* Append a pattern that fits NAME of C, as "COMMAND OPTION". */
static void
put_pattern_bash(struct text *t, const struct cli_command *c, const struct cli_option *o)
{
	if (o->key < 256)
		text_fmt(t, "'%s -%c'", c->name, o->key);
	if (o->name)
		text_fmt(t, "%s'%s --%s'", o->key < 256 ? "|" : "", c->name, o->name);
}

static void
put_command_bash(struct text *t, const struct cli_command *c)
{
	struct words w;

	words_of(c, &w);
	text_fmt(t, "\t%s)\n\t\toptions='", c->name);
	for (size_t i = 0; i < c->n_options; i++) {
		if (c->options[i].key < 256)
			text_fmt(t, "-%c ", c->options[i].key);
		if (c->options[i].name)
			text_fmt(t, "--%s ", c->options[i].name);
	}
	text_str(t, "--help'\n\t\t");
	put_kind_bash(t, w.others, w.names[1]);
	if (w.first != w.others && w.first != KIND_NONE) {
		text_str(t, "\n\t\t((COMP_CWORD == 2)) && ");
		put_kind_bash(t, w.first, w.names[0]);
	}
	text_fmt(t, "\n\t\truns='%s' ;;\n", takes_command(c) ? "yes" : "");
}

static void
put_bash(struct text *t)
{
	text_str(t, "# bash completion for sysreel, made by `sysreel completion bash`.\n\n"
		 "_sysreel()\n{\n\tlocal cur=${COMP_WORDS[COMP_CWORD]} prev command=explore "
		 "commands options kind runs i\n\n\tCOMPREPLY=()\n"
		 "\tprev=${COMP_WORDS[COMP_CWORD-1]}\n"
		 "\t# --option=value comes as three words.\n"
		 "\tif [[ $cur == = ]]; then\n\t\tcur=\n"
		 "\telif [[ $prev == = ]] && ((COMP_CWORD > 1)); then\n"
		 "\t\tprev=${COMP_WORDS[COMP_CWORD-2]}\n\tfi\n\tcommands='");
	for (size_t i = 0; i < n_cli_commands; i++)
		text_fmt(t, "%s%s", i ? " " : "", cli_commands[i]->name);
	text_str(t, "'\n\tif ((COMP_CWORD > 1)) && "
		 "[[ \" $commands \" == *\" ${COMP_WORDS[1]} \"* ]]; "
		 "then\n\t\tcommand=${COMP_WORDS[1]}\n"
		 "\telif ((COMP_CWORD == 1)) && [[ $cur != -* ]]; then\n"
		 "\t\tmapfile -t COMPREPLY < <(compgen -W \"$commands\" -- \"$cur\")\n"
		 "\t\treturn\n\tfi\n\tcase $command in\n");
	for (size_t i = 0; i < n_cli_commands; i++)
		put_command_bash(t, cli_commands[i]);
	text_str(t, "\tesac\n\tfor ((i = 1; i < COMP_CWORD; i++)); do\n"
		 "\t\t[[ ${COMP_WORDS[i]} == -- && $runs ]] || continue\n"
		 "\t\tif ((i + 1 == COMP_CWORD)); then\n"
		 "\t\t\tmapfile -t COMPREPLY < <(compgen -c -- \"$cur\")\n\t\telse\n"
		 "\t\t\tcompopt -o filenames\n"
		 "\t\t\tmapfile -t COMPREPLY < <(compgen -f -- \"$cur\")\n\t\tfi\n"
		 "\t\treturn\n\tdone\n\tcase \"$command $prev\" in\n");
	for (size_t i = 0; i < n_cli_commands; i++) {
		const struct cli_command *c = cli_commands[i];

		for (size_t j = 0; j < c->n_options; j++) {
			if (!c->options[j].arg)
				continue;
			text_char(t, '\t');
			put_pattern_bash(t, c, &c->options[j]);
			text_str(t, ") ");
			put_kind_bash(t, kind_of(c->options[j].arg), c->options[j].arg);
			text_str(t, " ;;\n");
		}
	}
	text_str(t, "\t*)\n\t\tif [[ $cur == -* ]]; then\n\t\t\tkind=$options\n\t\tfi ;;\n"
		 "\tesac\n\tcase $kind in\n\tnone) ;;\n"
		 "\tfiles)\n\t\tcompopt -o filenames\n"
		 "\t\tmapfile -t COMPREPLY < <(compgen -f -- \"$cur\") ;;\n"
		 "\tfolders)\n\t\tcompopt -o filenames\n"
		 "\t\tmapfile -t COMPREPLY < <(compgen -d -- \"$cur\") ;;\n"
		 "\tviews)\n\t\tmapfile -t COMPREPLY < <(compgen -W \\\n"
		 "\t\t\t\"$(\"${COMP_WORDS[0]}\" list views 2> /dev/null | "
		 "sed -n 's/^  \\([A-Za-z0-9_.-]\\{1,\\}\\).*/\\1/p')\" -- \"$cur\") ;;\n"
		 "\tfields)\n\t\tmapfile -t COMPREPLY < <(compgen -W '");
	put_names(t, KIND_FIELDS, "\n", "");
	text_str(t, "' -- \"$cur\") ;;\n\tlists)\n\t\tmapfile -t COMPREPLY < <(compgen -W '");
	put_names(t, KIND_LISTS, " ", "");
	text_str(t, "' -- \"$cur\") ;;\n\t*)\n"
		 "\t\tmapfile -t COMPREPLY < <(compgen -W \"$kind\" -- \"$cur\") ;;\n\tesac\n}\n\n"
		 "complete -F _sysreel sysreel\n");
}

/* zsh ------------------------------------------------------------------------------ */

static void
put_kind_zsh(struct text *t, enum kind kind, const char *arg)
{
	static const char *const names[] = {
		[KIND_NONE] = " ", [KIND_FILES] = "_files", [KIND_FOLDERS] = "_files -/",
		[KIND_VIEWS] = "_sysreel_views", [KIND_FIELDS] = "_sysreel_fields",
		[KIND_LISTS] = "_sysreel_lists",
	};

	if (kind == KIND_WORDS) {
		text_str(t, "(");
		put_choices(t, arg);
		text_str(t, ")");
	} else {
		text_str(t, names[kind]);
	}
}

/* Append S, in which _arguments takes some characters for its own. */
static void
put_doc_zsh(struct text *t, const char *s)
{
	struct text escaped = { 0 };

	for (; *s; s++) {
		if (*s == '[' || *s == ']' || *s == ':' || *s == '\\')
			text_char(&escaped, '\\');
		text_char(&escaped, *s);
	}
	text_char(&escaped, '\0');
	put_quoted(t, escaped.p, false);
	text_fini(&escaped);
}

static void
put_option_zsh(struct text *t, const struct cli_option *o)
{
	struct text doc = { 0 };
	bool has_letter = o->key < 256, has_both = has_letter && o->name;

	first_sentence(o->doc, &doc);
	text_str(t, " \\\n\t\t\t'*'");
	text_str(t, has_both ? "{" : "");
	if (has_letter)
		text_fmt(t, "-%c%s", o->key, o->arg ? "+" : "");
	text_str(t, has_both ? "," : "");
	if (o->name)
		text_fmt(t, "--%s%s", o->name, o->arg ? "=" : "");
	text_str(t, has_both ? "}'[" : "'[");
	put_doc_zsh(t, doc.p);
	text_char(t, ']');
	if (o->arg) {
		text_char(t, ':');
		put_doc_zsh(t, o->arg);
		text_char(t, ':');
		put_kind_zsh(t, kind_of(o->arg), o->arg);
	}
	text_char(t, '\'');
	text_fini(&doc);
}

static void
put_word_zsh(struct text *t, const char *which, enum kind kind, const char *name)
{
	text_fmt(t, " \\\n\t\t\t'%s:", which);
	put_doc_zsh(t, kind == KIND_WORDS ? "NAME" : name);
	text_char(t, ':');
	put_kind_zsh(t, kind, name);
	text_char(t, '\'');
}

static void
put_command_zsh(struct text *t, const struct cli_command *c)
{
	struct words w;

	words_of(c, &w);
	text_fmt(t, "\t%s)\n\t\t_arguments -s", c->name);
	for (size_t i = 0; i < c->n_options; i++)
		put_option_zsh(t, &c->options[i]);
	text_str(t, " \\\n\t\t\t'--help[Show the help of this command]'");
	if (w.first != w.others)
		put_word_zsh(t, "1", w.first, w.names[0]);
	if (w.others != KIND_NONE)
		put_word_zsh(t, "*", w.others, w.names[1]);
	text_str(t, " ;;\n");
}

static void
put_zsh(struct text *t)
{
	text_str(t, "#compdef sysreel\n# Made by `sysreel completion zsh`.\n\n"
		 "_sysreel_views()\n{\n\tlocal -a views\n"
		 "\tviews=(${(f)\"$(_call_program views sysreel list views 2> /dev/null | "
		 "sed -n 's/^  \\([A-Za-z0-9_.-]\\{1,\\}\\).*/\\1/p')\"})\n"
		 "\tcompadd -a views\n}\n\n_sysreel_fields()\n{\n\tcompadd --");
	put_names(t, KIND_FIELDS, " \\\n\t\t", "");
	text_str(t, "\n}\n\n_sysreel_lists()\n{\n\tcompadd --");
	put_names(t, KIND_LISTS, " ", "");
	text_str(t, "\n}\n\n_sysreel()\n{\n\tlocal command=explore i\n\tlocal -a commands names\n\n"
		 "\tnames=(");
	for (size_t i = 0; i < n_cli_commands; i++)
		text_fmt(t, "%s%s", i ? " " : "", cli_commands[i]->name);
	text_str(t, ")\n\tcommands=(");
	for (size_t i = 0; i < n_cli_commands; i++) {
		struct text doc = { 0 };

		first_sentence(cli_commands[i]->doc, &doc);
		text_fmt(t, "\n\t\t'%s:", cli_commands[i]->name);
		put_quoted(t, doc.p, false);
		text_char(t, '\'');
		text_fini(&doc);
	}
	text_str(t, "\n\t)\n\tif (( CURRENT == 2 )) && [[ $words[2] != -* ]]; then\n"
		 "\t\t_describe command commands\n\t\treturn\n\tfi\n"
		 "\tif (( ${names[(Ie)$words[2]]} )); then\n\t\tcommand=$words[2]\n"
		 "\t\tshift words\n\t\t(( CURRENT-- ))\n\tfi\n"
		 "\ti=${words[(i)--]}\n\tcase $command in\n\t");
	for (size_t i = 0, n = 0; i < n_cli_commands; i++)
		if (takes_command(cli_commands[i]))
			text_fmt(t, "%s%s", n++ ? "|" : "", cli_commands[i]->name);
	text_str(t, ")\n\t\tif (( i < CURRENT )); then\n\t\t\tshift $i words\n"
		 "\t\t\t(( CURRENT -= i ))\n\t\t\t_normal\n\t\t\treturn\n\t\tfi ;;\n\tesac\n"
		 "\tcase $command in\n");
	for (size_t i = 0; i < n_cli_commands; i++)
		put_command_zsh(t, cli_commands[i]);
	text_str(t, "\tesac\n}\n\n_sysreel \"$@\"\n");
}

/* fish ------------------------------------------------------------------------------ */

static void
put_kind_fish(struct text *t, enum kind kind, const char *arg)
{
	static const char *const words[] = {
		[KIND_NONE] = "-x", [KIND_FILES] = "-r -F",
		[KIND_FOLDERS] = "-x -a '(__fish_complete_directories)'",
		[KIND_VIEWS] = "-x -a '(__sysreel_views)'",
		[KIND_FIELDS] = "-x -a '(__sysreel_fields)'",
		[KIND_LISTS] = "-x -a '(__sysreel_lists)'",
	};

	if (kind == KIND_WORDS) {
		text_str(t, "-x -a '");
		put_choices(t, arg);
		text_str(t, "'");
	} else {
		text_str(t, words[kind]);
	}
}

/* Append the condition under which the words are those of C. */
static void
put_condition_fish(struct text *t, const struct cli_command *c)
{
	text_fmt(t, "complete -c sysreel -n '__sysreel_is %s' ", c->name);
}

/* Append what can be there as words, where their number and 2 COMPARE so. */
static void
put_words_fish(struct text *t, const struct cli_command *c, const char *compare, enum kind kind,
	       const char *name)
{
	text_fmt(t, "complete -c sysreel -n '__sysreel_is %s; and test (count (commandline -opc)) "
		 "-%s 2' ", c->name, compare);
	if (kind == KIND_FILES)
		text_str(t, "-F");
	else
		put_kind_fish(t, kind, name);
	text_char(t, '\n');
}

static void
put_command_fish(struct text *t, const struct cli_command *c)
{
	struct text doc = { 0 };
	struct words w;

	words_of(c, &w);
	first_sentence(c->doc, &doc);
	text_fmt(t, "complete -c sysreel -n '__fish_is_first_token' -a %s -d '", c->name);
	put_quoted(t, doc.p, true);
	text_str(t, "'\n");
	for (size_t i = 0; i < c->n_options; i++) {
		const struct cli_option *o = &c->options[i];

		put_condition_fish(t, c);
		if (o->key < 256)
			text_fmt(t, "-s %c ", o->key);
		if (o->name)
			text_fmt(t, "-l %s ", o->name);
		if (o->arg) {
			put_kind_fish(t, kind_of(o->arg), o->arg);
			text_char(t, ' ');
		}
		first_sentence(o->doc, &doc);
		text_str(t, "-d '");
		put_quoted(t, doc.p, true);
		text_str(t, "'\n");
	}
	put_condition_fish(t, c);
	text_str(t, "-l help -d 'Show the help of this command'\n");
	if (w.first != KIND_NONE && w.first != w.others)
		put_words_fish(t, c, "eq", w.first, w.names[0]);
	if (w.others != KIND_NONE)
		put_words_fish(t, c, w.first == w.others ? "ge" : "gt", w.others, w.names[1]);
	text_fini(&doc);
}

static void
put_fish(struct text *t)
{
	text_str(t, "# fish completion for sysreel, made by `sysreel completion fish`.\n\n"
		 "function __sysreel_views\n\tsysreel list views 2> /dev/null | "
		 "string match -rg '^  ([A-Za-z0-9_.-]+)'\nend\n\n"
		 "function __sysreel_fields\n\tprintf '%s\\n'");
	put_names(t, KIND_FIELDS, " \\\n\t\t", "");
	text_str(t, "\nend\n\nfunction __sysreel_lists\n\tprintf '%s\\n'");
	put_names(t, KIND_LISTS, " ", "");
	text_str(t, "\nend\n\n# Is this the command that is typed? Without one it is explore.\n"
		 "function __sysreel_is\n\tset -l words (commandline -opc)\n"
		 "\tset -l command explore\n\tif contains -- \"$words[2]\"");
	for (size_t i = 0; i < n_cli_commands; i++)
		text_fmt(t, " %s", cli_commands[i]->name);
	text_str(t, "\n\t\tset command $words[2]\n\tend\n\ttest $argv[1] = $command\nend\n\n"
		 "complete -c sysreel -f\n");
	for (size_t i = 0; i < n_cli_commands; i++)
		put_command_fish(t, cli_commands[i]);
}

/* The command ------------------------------------------------------------------------ */

static const struct {
	const char *name;
	void (*put)(struct text *t);
} shells[] = {
	{ "bash", put_bash }, { "zsh", put_zsh }, { "fish", put_fish },
};

static int
run(const struct cli_command *self, int argc, char **argv)
{
	struct output out;
	const char *arg;
	bool is_written;
	int at = 1, key = cli_option(self, argc, argv, &at, &arg);
	size_t i = 0;

	if (key < 0)
		return CLI_USAGE;
	if (at + 1 != argc)
		return cli_usage(self->name, "the name of one shell must follow", self->name);
	while (i < ARRAY_LEN(shells) && strcmp(shells[i].name, argv[at]))
		i++;
	if (i == ARRAY_LEN(shells))
		return cli_usage(self->name, "there is no script for", argv[at]);
	output_init(&out, STDOUT_FILENO);
	shells[i].put(&out.text);
	is_written = output_end(&out);
	output_fini(&out);
	return is_written ? CLI_OK : CLI_FAILED;
}

static const struct cli_example examples[] = {
	{ "bash > /etc/bash_completion.d/sysreel", "for all users of bash" },
	{ "zsh > ~/.zfunc/_sysreel", "where ~/.zfunc is in your fpath" },
	{ "fish > ~/.config/fish/completions/sysreel.fish", "for you" },
};

const struct cli_command completion_command = {
	.name = "completion",
	.synopsis = "bash|zsh|fish",
	.doc = "Print what makes a shell complete the words of sysreel.",
	.examples = examples,
	.n_examples = ARRAY_LEN(examples),
	.run = run,
};
