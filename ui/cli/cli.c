#include "ui/cli/cli.h"

#include <ctype.h>
#include <stdarg.h>
#include <stdio.h>
#include <string.h>
#include <unistd.h>

#include "engine/base/err.h"
#include "engine/base/explain.h"
#include "engine/base/text.h"
#include "engine/field/spelling.h"
#include "ui/cli/output.h"

#define HELP_COLUMN 24			/* where the explanations start */
#define HELP_WIDTH 78

void
cli_error(const char *fmt, ...)
{
	struct text line = { 0 };
	char words[2048];
	ssize_t written;
	va_list ap;

	va_start(ap, fmt);
	vsnprintf(words, sizeof(words), fmt, ap);
	va_end(ap);
	text_str(&line, "sysreel: ");
	text_safe(&line, words, strlen(words));
	text_char(&line, '\n');
	written = write(STDERR_FILENO, line.p, line.len);
	(void)written;			/* there is no better place to complain */
	text_fini(&line);
}

int
cli_usage(const char *self, const char *words, const char *what)
{
	cli_error("%s `%s`; `sysreel %s --help` tells more", words, what, self);
	return CLI_USAGE;
}

void
cli_explain(const char *context, const char *words, const struct err *err)
{
	struct text t = { 0 };
	ssize_t written;

	text_fmt(&t, "sysreel: %s", context);
	explain_error(words, err, &t);
	written = write(STDERR_FILENO, t.p, t.len);
	(void)written;
	text_fini(&t);
}

void
cli_explain_filter(const char *filter, const struct err *err)
{
	const char *at = filter + err->at;
	bool is_word = err->at > 0 && at[-1] == ' ' && at[0] == '-';

	cli_explain("", filter, err);
	if (is_word && at[1] == '-' && (!at[2] || at[2] == ' '))
		cli_error("a command is followed on the running system, not in a capture");
	else if (is_word && (at[1] == '-' || isalpha((unsigned char)at[1])))
		cli_error("options stand before the filter, not behind it");
}

static const struct cli_option *
find_letter(const struct cli_command *c, char letter)
{
	for (size_t i = 0; i < c->n_options; i++)
		if (c->options[i].key == (unsigned char)letter)
			return &c->options[i];
	return NULL;
}

/* What sysdig calls NAME, of LEN bytes; NULL: nothing. */
static const struct cli_known *
find_known(const struct cli_command *c, const char *name, size_t len)
{
	for (const struct cli_known *k = c->known; k && k->name; k++)
		if (!strncmp(k->name, name, len) && !k->name[len])
			return k;
	return NULL;
}

/* The option whose long name starts with LEN bytes of NAME, if only one does. */
static const struct cli_option *
find_name(const struct cli_command *c, const char *name, size_t len)
{
	const struct cli_known *known = find_known(c, name, len);
	const struct cli_option *found = NULL;
	bool is_clear = len;

	for (size_t i = 0; i < c->n_options; i++) {
		const char *own = c->options[i].name;

		if (!own || strncmp(own, name, len))
			continue;
		if (!own[len])
			return &c->options[i];
		is_clear &= !found;
		found = &c->options[i];
	}
	if (known && !known->where)
		return find_letter(c, (char)known->key);
	return is_clear && !known ? found : NULL;
}

/* Is WORD an option of sysdig for what is done elsewhere? Then say where. */
static bool
is_elsewhere(const struct cli_command *c, const char *word)
{
	const struct cli_known *k = c->known;

	if (word[1] == '-')
		k = find_known(c, word + 2, strcspn(word + 2, "="));
	else
		while (k && k->name && k->key != (unsigned char)word[1])
			k++;
	if (!k || !k->name || !k->where)
		return false;
	cli_error("`%s`: %s", word, k->where);
	return true;
}

static int
refuse(const struct cli_command *c, const char *what, const char *option)
{
	cli_error("%s `%s`; `sysreel %s --help` lists the options", what, option, c->name);
	return -1;
}

/* There is no option WORD, or several begin so: LEN bytes behind its "--" name it. */
static int
refuse_long(const struct cli_command *c, const char *word, size_t len)
{
	struct spelling meant = spelling_of(word + 2, len);
	const char *near = spelling_is_nearer(&meant, "help") ? "help" : NULL;

	for (size_t i = 0; i < c->n_options; i++)
		if (c->options[i].name && spelling_is_nearer(&meant, c->options[i].name))
			near = c->options[i].name;
	if (!near)
		return refuse(c, "unknown option", word);
	cli_error("unknown option `%.*s`, did you mean `--%s`?", (int)len + 2, word, near);
	return -1;
}

static int
take_long(const struct cli_command *c, int argc, char **argv, int *at, const char **arg)
{
	const char *word = argv[*at];
	const char *equals = strchr(word, '=');
	size_t len = (equals ? (size_t)(equals - word) : strlen(word)) - 2;
	const struct cli_option *o = find_name(c, word + 2, len);

	if (!o)
		return is_elsewhere(c, word) ? -1 : refuse_long(c, word, len);
	++*at;
	if (!o->arg) {
		if (equals)
			return refuse(c, "there is nothing to be set with", word);
		return o->key;
	}
	if (equals) {
		*arg = equals + 1;
		return o->key;
	}
	if (*at >= argc)
		return refuse(c, "something must follow", word);
	*arg = argv[(*at)++];
	return o->key;
}

int
cli_option(const struct cli_command *c, int argc, char **argv, int *at, const char **arg)
{
	const struct cli_option *o;
	char *word;

	*arg = NULL;
	if (*at >= argc || argv[*at][0] != '-' || !argv[*at][1])
		return 0;
	word = argv[*at];
	if (!strcmp(word, "--")) {
		++*at;
		return 0;
	}
	if (word[1] == '-')
		return take_long(c, argc, argv, at, arg);
	o = find_letter(c, word[1]);
	if (!o)
		return is_elsewhere(c, word) ? -1 : refuse(c, "unknown option", word);
	if (!o->arg && word[2]) {
		/* Letters in one word are taken apart in place: -qf is -q, then -f. */
		word[1] = '-';
		argv[*at]++;
		return o->key;
	}
	++*at;
	if (!o->arg)
		return o->key;
	if (word[2])
		*arg = word + 2;
	else if (*at < argc)
		*arg = argv[(*at)++];
	else
		return refuse(c, "something must follow", word);
	return o->key;
}

/* Append WORDS in lines of HELP_WIDTH; T stands at column COLUMN, later lines
 * start at column INDENT. */
static void
put_wrapped(struct text *t, const char *words, size_t column, size_t indent)
{
	while (*words) {
		size_t len = strcspn(words, " \n");

		if (column > indent && column + 1 + len > HELP_WIDTH) {
			text_char(t, '\n');
			for (column = 0; column < indent; column++)
				text_char(t, ' ');
		} else if (column > indent) {
			text_char(t, ' ');
			column++;
		}
		text_bytes(t, words, len);
		column += len;
		words += len;
		if (words[0] == '\n') {
			text_char(t, '\n');
			column = 0;
		}
		words += *words != 0;
	}
	text_char(t, '\n');
}

/* "  LEFT        DOC" */
static void
put_row(struct text *t, const char *left, const char *doc)
{
	size_t column = 2 + strlen(left);

	text_str(t, "  ");
	text_str(t, left);
	if (column + 2 > HELP_COLUMN) {
		text_char(t, '\n');
		column = 0;
	}
	for (; column < HELP_COLUMN; column++)
		text_char(t, ' ');
	put_wrapped(t, doc, HELP_COLUMN, HELP_COLUMN);
}

/* Append the explanation of O, and what else it is called. */
static void
put_doc(struct text *t, const struct cli_command *c, const struct cli_option *o)
{
	text_str(t, o->doc);
	for (const struct cli_known *k = c->known; k && k->name; k++)
		if (!k->where && k->key == o->key)
			text_fmt(t, " Also --%s.", k->name);
	text_char(t, '\0');
}

static void
put_option(struct text *t, const struct cli_command *c, const struct cli_option *o)
{
	struct text left = { 0 }, doc = { 0 };

	if (o->key < 256)
		text_fmt(&left, "-%c", o->key);
	else
		text_str(&left, "  ");
	if (o->name)
		text_fmt(&left, "%s--%s", o->key < 256 ? ", " : "  ", o->name);
	if (o->arg)
		text_fmt(&left, " %s", o->arg);
	text_char(&left, '\0');
	put_doc(&doc, c, o);
	put_row(t, left.p, doc.p);
	text_fini(&left);
	text_fini(&doc);
}

/* Print T on standard output and free it. */
static int
print_text(struct text *t)
{
	struct output out = { .text = *t, .fd = STDOUT_FILENO };
	bool ok = output_end(&out);

	output_fini(&out);
	return ok ? CLI_OK : CLI_FAILED;
}

int
cli_help(const struct cli_command *c)
{
	struct text t = { 0 };

	text_fmt(&t, "Usage: sysreel %s %s\n\n", c->name, c->synopsis);
	put_wrapped(&t, c->doc, 0, 0);
	text_str(&t, "\nOptions:\n");
	for (size_t i = 0; i < c->n_options; i++)
		put_option(&t, c, &c->options[i]);
	put_row(&t, "    --help", "Show this help.");
	if (c->more) {
		text_char(&t, '\n');
		put_wrapped(&t, c->more, 0, 0);
	}
	if (c->n_examples)
		text_str(&t, "\nFor example:\n");
	for (size_t i = 0; i < c->n_examples; i++)
		put_row(&t, c->examples[i].words, c->examples[i].doc);
	return print_text(&t);
}

int
cli_list(const struct cli_command *const *commands, size_t n)
{
	struct text t = { 0 };

	text_str(&t, "Usage: sysreel [OPTION]... [FILTER]\n       sysreel COMMAND [OPTION]...\n\n"
		 "Explore what a Linux system does, as it runs or from a capture of its system "
		 "calls.\nWithout a command this is `sysreel explore`.\n\nCommands:\n");
	for (size_t i = 0; i < n; i++)
		put_row(&t, commands[i]->name, commands[i]->doc);
	text_char(&t, '\n');
	put_row(&t, "COMMAND --help", "Show the help of a command.");
	put_row(&t, "--help", "Show this help.");
	put_row(&t, "--version", "Show the version.");
	text_str(&t, "\nExit status: 0 when all went well, 1 when something failed, 2 when the "
		 "command\nline was not understood.\n");
	return print_text(&t);
}

const struct cli_command *
cli_find(const struct cli_command *const *commands, size_t n, const char *name)
{
	struct spelling meant = spelling_of(name, strlen(name));
	const struct cli_command *near = NULL;

	for (size_t i = 0; i < n; i++) {
		if (!strcmp(commands[i]->name, name))
			return commands[i];
		if (spelling_is_nearer(&meant, commands[i]->name))
			near = commands[i];
	}
	if (near)
		cli_error("unknown command `%s`, did you mean `%s`?", name, near->name);
	else
		cli_error("unknown command `%s`; `sysreel --help` lists the commands", name);
	return NULL;
}
