#include "ui/command.h"

#include <ctype.h>
#include <errno.h>
#include <signal.h>
#include <stdbool.h>
#include <stdlib.h>
#include <string.h>

#include "engine/base/err.h"
#include "engine/base/mem.h"
#include "engine/base/text.h"
#include "engine/event/flags.h"
#include "engine/query/table.h"
#include "engine/query/view.h"

#define WORD_BYTES_MAX 32768
#define SIGNALS 65

/* The one field whose process is looked at before something is done to it. */
#define PID_FIELD "proc.pid"

/* Numbers of threads and processes that nobody can check: it is not done to them. */
static const char *const unchecked[] = {
	"thread.tid", "thread.vtid", "proc.vpid", "proc.ppid", "proc.apid", "proc.sid",
	"proc.pgid", "proc.vpgid", "proc.loginshellid",
};

/* The column of T that shows FIELD as it is for a row; SIZE_MAX: there is none. */
static size_t
column_of(const struct table *t, const char *field)
{
	for (size_t i = 0; i < t->n_columns; i++) {
		const struct view_column *c = t->columns[i];

		switch (c->aggregation) {
		case VIEW_KEY:
		case VIEW_LAST:
		case VIEW_FIRST:
			if (c->of.text && !strcmp(c->of.text, field))
				return i;
			break;
		default:
			break;
		}
	}
	return SIZE_MAX;
}

static bool
is_unchecked(const char *field)
{
	for (size_t i = 0; i < ARRAY_LEN(unchecked); i++) {
		size_t len = strlen(unchecked[i]);

		if (!strncmp(unchecked[i], field, len) && !isalnum((unsigned char)field[len]))
			return true;
	}
	return false;
}

/* Append the value of FIELD in ROW. */
static int
put_value(const char *field, const struct table *t, size_t row, struct text *out,
	  struct err *err)
{
	size_t i = column_of(t, field), before = out->len;
	const struct cell *cell;

	if (is_unchecked(field))
		return err_set(err, -EPERM, "nobody could tell whose number %%%s is by now; "
			       "%%" PID_FIELD " is looked at before", field);
	if (i == SIZE_MAX)
		return err_set(err, -ENOENT, "the view has no column of %%%s", field);
	cell = &table_row(t, row)->cells[i];
	if (cell->state == CELL_MISSING)
		return err_set(err, -ENOENT, "this row has no %%%s", field);
	if (t->columns[i]->type == T_STR || t->columns[i]->type == T_DATA)
		text_bytes(out, cell->value.s.p, cell->value.s.len);
	else
		value_text(&cell->value, t->columns[i]->type, U_NONE, SIZE_MAX, out);
	if (out->len == before)
		return err_set(err, -ENOENT, "the %%%s of this row is empty", field);
	if (memchr(out->p + before, '\0', out->len - before))
		return err_set(err, -EINVAL, "the %%%s of this row has a byte 0 in it, which no "
			       "word of a command can have", field);
	return 0;
}

static int
take_pid(struct command *c, const struct text *word, size_t start, struct err *err)
{
	int64_t pid = 0;

	for (size_t i = start; i < word->len && pid < INT32_MAX; i++) {
		if (!isdigit((unsigned char)word->p[i]))
			return err_set(err, -EINVAL, "the row's process has no number");
		pid = pid * 10 + (word->p[i] - '0');
	}
	if (pid <= 0 || pid > INT32_MAX)
		return err_set(err, -EINVAL, "the row's process has no number");
	if (c->pid && c->pid != pid)
		return err_set(err, -EINVAL, "it is about two processes");
	c->pid = pid;
	return 0;
}

/* Would a program take WORD, the next one of C, for an option, or for its own input?
 * Words behind "--" are no options. */
static bool
is_option(const struct command *c, const struct text *word)
{
	if (word->p[0] != '-' && word->p[0] != '+')
		return false;
	for (size_t i = 1; i < c->n_words; i++)
		if (!strcmp(c->words[i], "--"))
			return word->len == 1;
	return true;
}

/* Make the next word of C. */
static int
add_word(struct command *c, const struct view_word *w, const struct table *t, size_t row,
	 struct err *err)
{
	struct text word = { 0 };
	int status = 0;

	for (size_t i = 0; i < w->n_parts && !status; i++) {
		const struct view_word_part *p = &w->parts[i];
		size_t start = word.len;

		if (!p->of.operand) {
			text_str(&word, p->text);
			continue;
		}
		status = put_value(p->of.text, t, row, &word, err);
		if (!status && !strcmp(p->of.text, PID_FIELD))
			status = take_pid(c, &word, start, err);
		if (!status && !start && is_option(c, &word))
			status = err_set(err, -EPERM, "the %%%s of this row begins with \"%c\" and "
					 "would be taken for an option", p->of.text, word.p[0]);
		if (!status && word.len > WORD_BYTES_MAX)
			status = err_set(err, -E2BIG, "the %%%s of this row is too long",
					 p->of.text);
	}
	if (!status)
		c->words[c->n_words++] = xstrndup(word.len ? word.p : "", word.len);
	text_fini(&word);
	return status;
}

/* The signal that is called NAME, as kill(1) has it; 0: none. */
static int
signal_of(const char *name)
{
	char *end;
	long number = strtol(name, &end, 10);

	if (end != name)
		return !*end && number > 0 && number < SIGNALS ? (int)number : 0;
	for (int i = 1; i < SIGNALS; i++) {
		const char *full = signal_name((uint64_t)i);

		if (full && (!strcmp(full, name) ||
			     (!strncmp(full, "SIG", 3) && !strcmp(full + 3, name))))
			return i;
	}
	return 0;
}

/* The signal that C sends, when it is "kill PID", "kill -SIGNAL PID" or "kill -s SIGNAL
 * PID"; 0: it is something else. */
static int
signal_sent(const struct command *c, const struct view_action *a)
{
	const struct view_word *last = &a->words[a->n_words - 1];

	if (!c->pid || strcmp(c->words[0], "kill") || last->n_parts != 1 ||
	    !last->parts[0].of.operand)
		return 0;
	if (c->n_words == 2)
		return SIGTERM;
	if (c->n_words == 3 && c->words[1][0] == '-')
		return signal_of(c->words[1] + 1);
	if (c->n_words == 4 && !strcmp(c->words[1], "-s"))
		return signal_of(c->words[2]);
	return 0;
}

int
command_make(struct command *c, const struct view_action *a, const struct table *t, size_t row,
	     struct err *err)
{
	struct command made = { .words = xzalloc((a->n_words + 1) * sizeof(*made.words)) };
	int status = 0;

	for (size_t i = 0; i < a->n_words && !status; i++)
		status = add_word(&made, &a->words[i], t, row, err);
	if (status) {
		command_fini(&made);
		return status;
	}
	made.signal = signal_sent(&made, a);
	*c = made;
	return 0;
}

void
command_fini(struct command *c)
{
	for (size_t i = 0; i < c->n_words; i++)
		free(c->words[i]);
	free(c->words);
	*c = (struct command){ 0 };
}

/* Can it stand in a line of a shell as it is? */
static bool
is_plain(const char *s)
{
	const char *at = s;

	while (isalnum((unsigned char)*at) || (*at && strchr("-_./:=@%+,", *at)))
		at++;
	return *s && !*at;
}

/* Append S in quotes. Bytes that a terminal could obey become \xNN, which the shell's
 * $'...' means as well. */
static void
put_quoted(const char *s, struct text *t)
{
	struct text safe = { 0 };
	bool is_harmful;

	text_safe(&safe, s, strlen(s));
	is_harmful = safe.len != strlen(s);
	text_str(t, is_harmful ? "$'" : "'");
	while (*s) {
		size_t len = strcspn(s, "'\\");

		text_safe(t, s, len);
		s += len;
		if (!*s)
			break;
		if (*s == '\'')
			text_str(t, is_harmful ? "\\'" : "'\\''");
		else
			text_str(t, is_harmful ? "\\\\" : "\\");
		s++;
	}
	text_char(t, '\'');
	text_fini(&safe);
}

void
command_word(const char *word, struct text *t)
{
	if (is_plain(word))
		text_str(t, word);
	else
		put_quoted(word, t);
}

void
command_show(const struct command *c, struct text *t)
{
	for (size_t i = 0; i < c->n_words; i++) {
		if (i)
			text_char(t, ' ');
		command_word(c->words[i], t);
	}
}
