#include <ctype.h>
#include <errno.h>
#include <stdio.h>
#include <string.h>

#include "engine/base/arena.h"
#include "engine/base/err.h"
#include "engine/base/mem.h"
#include "engine/base/text.h"
#include "engine/field/field.h"
#include "engine/query/view_build.h"
#include "engine/query/view_spec.h"

#define WORDS_MAX 64
#define PARTS_MAX 64			/* of one word */
#define COMMAND_MAX 1024		/* bytes */

/*
 * A command is taken apart here, once, so that no shell has to: words at blanks,
 * quotes around words, "%FIELD" anywhere in one. What needs a shell is given to one
 * as it stands, but with "$1", "$2" ... in place of fields, whose values follow as
 * words of their own. A value can then be anything and stays one word.
 */

/* The command in the making. */
struct command {
	struct view_build *b;
	const struct spec_action *from;
	const char *where;
	struct view_word words[WORDS_MAX];
	size_t n_words;
	struct view_word_part parts[PARTS_MAX];	/* of the word that is being read */
	size_t n_parts;
	struct text text;		/* of the part that is being read */
	bool has_word;
};

static int
refuse(struct command *c, const char *why)
{
	return spec_refuse(c->b->spec, c->from->command.line, c->b->err, "%s: %s", c->where, why);
}

/* "%%" is a percent sign, "%" and a letter a field. */
static bool
is_field(const char *s)
{
	return s[0] == '%' && isalpha((unsigned char)s[1]);
}

/* End the part that is being read. */
static int
end_text(struct command *c)
{
	if (!c->text.len)
		return 0;
	if (c->n_parts == PARTS_MAX)
		return refuse(c, "a word has too many parts");
	c->parts[c->n_parts++].text = arena_strndup(c->b->arena, c->text.p, c->text.len);
	c->text.len = 0;
	return 0;
}

static int
end_word(struct command *c)
{
	struct view_word_part *parts;

	if (!c->has_word)
		return 0;
	if (end_text(c) < 0)
		return -EINVAL;
	if (c->n_words == WORDS_MAX)
		return refuse(c, "too many words");
	parts = arena_alloc(c->b->arena, (c->n_parts + 1) * sizeof(*parts));
	memcpy(parts, c->parts, c->n_parts * sizeof(*parts));
	c->words[c->n_words++] = (struct view_word){ parts, c->n_parts };
	memset(c->parts, 0, sizeof(c->parts));
	c->n_parts = 0;
	c->has_word = false;
	return 0;
}

/* The field at S, behind "%"; *LEN bytes of it. */
static int
read_field(struct command *c, const char *s, size_t *len, struct view_operand *to)
{
	struct field_use use;
	struct err why = { 0 };
	int n = field_parse(s, &use, &why);

	*len = n < 0 ? 0 : (size_t)n;
	if (n < 0)
		return refuse(c, why.text);
	/* csysdig's are taken as they are. */
	if (!c->b->spec->is_classic && n > 0 && s[n - 1] != ']' &&
	    (isalnum((unsigned char)s[n]) || s[n] == '_'))
		return refuse(c, "letters right behind a field would be of its name; a word may "
			      "have `\"\"` between them");
	return build_operand(c->b, arena_strndup(c->b->arena, s, (size_t)n),
			     c->from->command.line, c->where, to);
}

/* Take the field at *S into the word. */
static int
take_field(struct command *c, const char **s)
{
	struct view_operand of;
	size_t len;

	if (end_text(c) < 0 || read_field(c, *s + 1, &len, &of) < 0)
		return -EINVAL;
	if (c->n_parts == PARTS_MAX)
		return refuse(c, "a word has too many parts");
	c->parts[c->n_parts++].of = of;
	c->has_word = true;
	*s += 1 + len;
	return 0;
}

/* Words, quotes and fields. */
static int
split(struct command *c, const char *s)
{
	char quote = '\0';

	while (*s) {
		if (is_field(s)) {
			if (take_field(c, &s) < 0)
				return -EINVAL;
			continue;
		}
		if (*s == '%' && s[1] == '%')
			s++;
		if (quote ? *s == quote : *s == '"' || *s == '\'') {
			quote = quote ? '\0' : *s;
			c->has_word = true;
		} else if (!quote && isspace((unsigned char)*s)) {
			if (end_word(c) < 0)
				return -EINVAL;
		} else {
			text_char(&c->text, *s);
			c->has_word = true;
		}
		s++;
	}
	if (quote)
		return refuse(c, "a quote is not closed");
	return end_word(c);
}

static void
add_word(struct command *c, const char *text)
{
	text_str(&c->text, text);
	c->has_word = true;
	end_word(c);
}

/* Append how the shell gets at argument N from where QUOTE (NUL: none) is open. */
static void
put_argument(struct text *t, char quote, size_t n)
{
	const char *close = quote == '\'' ? "'\"" : quote ? "" : "\"";
	const char *open = quote == '\'' ? "\"'" : quote ? "" : "\"";

	text_fmt(t, "%s${%zu}%s", close, n, open);
}

/* For a shell: sh -c SCRIPT sh VALUE... */
static int
wrap(struct command *c, const char *s)
{
	struct view_operand values[WORDS_MAX - 4];
	struct text script = { 0 };
	char quote = '\0';
	size_t n = 0, len = 0;
	int status = 0;

	while (*s && !status) {
		if (is_field(s)) {
			if (n == ARRAY_LEN(values))
				status = refuse(c, "too many fields");
			else
				status = read_field(c, s + 1, &len, &values[n]);
			if (status)
				break;
			put_argument(&script, quote, ++n);
			s += 1 + len;
			continue;
		}
		if (*s == '\\' && quote != '\'' && s[1])
			text_char(&script, *s++);
		else if (quote ? *s == quote : *s == '"' || *s == '\'')
			quote = quote ? '\0' : *s;
		else if (*s == '%' && s[1] == '%')
			s++;
		text_char(&script, *s++);
	}
	if (!status && quote)
		status = refuse(c, "a quote is not closed");
	if (!status) {
		text_char(&script, '\0');
		add_word(c, "sh");
		add_word(c, "-c");
		add_word(c, script.p);
		add_word(c, "sh");
	}
	text_fini(&script);
	for (size_t i = 0; i < n && !status; i++) {
		c->parts[c->n_parts++].of = values[i];
		c->has_word = true;
		status = end_word(c);
	}
	return status;
}

/* Whether it has what only a shell understands. */
static bool
needs_shell(const char *s)
{
	return strpbrk(s, "|&;<>$`()*?~#\\\n") != NULL;
}

static int
build_words(struct view_build *b, const struct spec_action *from, struct view_action *to)
{
	char where[48];
	struct command c = { .b = b, .from = from, .where = where };
	const char *s = from->command.text;
	struct view_word *words;
	int status;

	snprintf(where, sizeof(where), "actions[%zu].command", from->number);
	if (strlen(s) > COMMAND_MAX)
		return refuse(&c, "longer than 1024 bytes");
	status = needs_shell(s) ? wrap(&c, s) : split(&c, s);
	text_fini(&c.text);
	if (status < 0)
		return status;
	if (!c.n_words)
		return refuse(&c, "is empty");
	words = arena_alloc(b->arena, c.n_words * sizeof(*words));
	memcpy(words, c.words, c.n_words * sizeof(*words));
	to->words = words;
	to->n_words = c.n_words;
	return 0;
}

int
build_action(struct view_build *b, const struct spec_action *from, struct view_action *to)
{
	const char *key = from->hotkey.text;

	if (strlen(key) != 1 || *key <= ' ' || *key > '~')
		return spec_refuse(b->spec, from->hotkey.line, b->err,
				   "actions[%zu].hotkey: must be one character", from->number);
	to->hotkey = *key;
	to->command = arena_strdup(b->arena, from->command.text);
	to->description = arena_strdup(b->arena, from->description.line ?
						 from->description.text : from->command.text);
	to->asks = from->asks.is_on;
	to->waits = !from->waits.line || from->waits.is_on;
	to->needs_live = !from->live.line || from->live.is_on;
	return build_words(b, from, to);
}
