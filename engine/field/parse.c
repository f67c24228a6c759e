#include <errno.h>
#include <string.h>

#include "engine/base/err.h"
#include "engine/base/text.h"
#include "engine/event/event_type.h"
#include "engine/field/field.h"
#include "engine/field/spelling.h"

/*
 * A field as somebody writes it: a name, the longest that fits, and behind it
 * the argument that the field takes. What is left is somebody else's.
 */

#define NAME_SHOWN_MAX 48		/* of what is no field, in an error */
#define INDEX_MAX 1000
#define KEY_LEN_MAX 1024
#define TIME_DIGITS 19			/* until 2286, and less than 64 bits */

#define LETTERS "abcdefghijklmnopqrstuvwxyzABCDEFGHIJKLMNOPQRSTUVWXYZ"
#define DIGITS "0123456789"

/* How much of TEXT looks like the name of a field. */
static size_t
name_len(const char *text)
{
	return strspn(text, LETTERS DIGITS "_.");
}

/* Whether some event has a parameter called NAME. */
static bool
is_param(const char *name, size_t len)
{
	for (size_t id = 0; id < EVENT_TYPES; id++) {
		const struct event_type *type = &event_types[id];

		for (size_t i = 0; i < type->n_params; i++)
			if (!strncmp(type->params[i].name, name, len) &&
			    !type->params[i].name[len])
				return true;
	}
	return false;
}

/* Refuse NAME (LEN bytes), which starts with no parameter's or, with IS_EVENT, no
 * event's name. */
static int
refuse_name(const char *name, size_t len, bool is_event, struct err *err)
{
	struct spelling meant = spelling_of(name, len);
	const char *near = NULL;

	for (size_t id = 0; id < EVENT_TYPES; id++) {
		const struct event_type *type = &event_types[id];

		if (is_event && !(type->flags & EF_UNUSED) &&
		    spelling_is_nearer(&meant, type->name))
			near = type->name;
		for (size_t i = 0; !is_event && i < type->n_params; i++)
			if (spelling_is_nearer(&meant, type->params[i].name))
				near = type->params[i].name;
	}
	return err_set(err, -EINVAL, near ? "%s of that name, did you mean `%s`?" :
		       "%s of that name", is_event ? "there is no event" :
		       "no event has a parameter", near ? near : "");
}

/* Whether NAME is an event, or a number that may be the id of one. */
static bool
is_event(const char *name, size_t len)
{
	if (strspn(name, DIGITS) >= len)
		return len < 6;
	for (size_t id = 0; id < EVENT_TYPES; id++)
		if (!strncmp(event_types[id].name, name, len) && !event_types[id].name[len])
			return true;
	return false;
}

/* What may stand behind F's name, for an error. */
static int
refuse_argument(const struct field *f, struct err *err)
{
	bool has_name = f->arg & (ARG_DOT_NAME | ARG_PARAM | ARG_LABEL | ARG_EVENT);
	const char *bracket = f->arg & ARG_INDEX ? "[0]" : f->arg & ARG_KEY ? "[KEY]" :
			      f->arg & ARG_TIME ? "[TIME]" : NULL;

	if (has_name && bracket)
		return err_set(err, -EINVAL, "field `%s` wants an argument: `%s.NAME` or `%s%s`",
			       f->name, f->name, f->name, bracket);
	return err_set(err, -EINVAL, "field `%s` wants an argument: `%s%s`", f->name, f->name,
		       has_name ? ".NAME" : bracket);
}

/* [N]: 0 when it is no number. */
static int
parse_index(const char *text, struct field_use *use)
{
	bool is_negative = text[1] == '-';
	size_t n = is_negative ? 2 : 1, start = n;
	int32_t v = 0;

	for (; text[n] >= '0' && text[n] <= '9' && v <= INDEX_MAX; n++)
		v = v * 10 + (text[n] - '0');
	if (n == start || text[n] != ']' || v > INDEX_MAX)
		return 0;
	use->index = is_negative ? -v : v;
	use->has_index = true;
	return (int)n + 1;
}

/* [KEY] or ["KEY"]: 0 when it is neither. */
static int
parse_key(const char *text, struct field_use *use)
{
	char quote = text[1] == '"' || text[1] == '\'' ? text[1] : '\0';
	const char *start = text + (quote ? 2 : 1);
	const char *end = strchr(start, quote ? quote : ']');

	if (!end || end == start || end - start > KEY_LEN_MAX || (quote && end[1] != ']'))
		return 0;
	use->arg_name = (struct span){ (const uint8_t *)start, (size_t)(end - start) };
	return (int)(end - text) + (quote ? 2 : 1);
}

/* [TIME]: 0 when it is no number of nanoseconds. */
static int
parse_time(const char *text, struct field_use *use)
{
	size_t len = strspn(text + 1, DIGITS);

	if (!len || len > TIME_DIGITS || text[len + 1] != ']')
		return 0;
	use->arg_name = (struct span){ (const uint8_t *)text + 1, len };
	return (int)len + 2;
}

static int
parse_bracket(const char *text, struct field_use *use, struct err *err)
{
	unsigned arg = use->field->arg;
	int len = arg & ARG_INDEX ? parse_index(text, use) : 0;

	if (arg & ARG_TIME)
		len = parse_time(text, use);
	if (!len && arg & ARG_KEY)
		len = parse_key(text, use);
	if (len)
		return len;
	if (arg & ARG_TIME)
		return err_set(err, -EINVAL, "field `%s` wants nanoseconds since the epoch, as "
			       "evt.rawtime has them, in [ ]", use->field->name);
	return err_set(err, -EINVAL, arg & ARG_KEY ? "field `%s` wants a key in [ ]" :
		       "field `%s` wants a number of at most 1000 in [ ]", use->field->name);
}

/* .NAME, the longest that fits. */
static int
parse_name(const char *text, struct field_use *use, struct err *err)
{
	unsigned arg = use->field->arg;
	size_t all = strspn(text + 1, arg & ARG_LABEL ? LETTERS DIGITS "_-./" :
			    LETTERS DIGITS "_");
	size_t len = all;

	while (len && ((arg & ARG_PARAM && !is_param(text + 1, len)) ||
		       (arg & ARG_EVENT && !is_event(text + 1, len))))
		len--;
	if (len) {
		use->arg_name = (struct span){ (const uint8_t *)text + 1, len };
		return (int)len + 1;
	}
	if (!(arg & ARG_NEEDED))
		return 0;
	if (arg & (ARG_PARAM | ARG_EVENT))
		return refuse_name(text + 1, all, arg & ARG_EVENT, err);
	return refuse_argument(use->field, err);
}

static int
parse_arg(const char *text, struct field_use *use, struct err *err)
{
	unsigned arg = use->field->arg;

	if (text[0] == '[' && arg & (ARG_INDEX | ARG_KEY | ARG_TIME))
		return parse_bracket(text, use, err);
	if (text[0] == '.' && arg & (ARG_DOT_NAME | ARG_PARAM | ARG_LABEL | ARG_EVENT))
		return parse_name(text, use, err);
	return arg & ARG_NEEDED ? refuse_argument(use->field, err) : 0;
}

static int
refuse(const char *text, size_t len, struct err *err)
{
	const struct field *near = field_nearest(text, len);
	struct text shown = { 0 };

	if (!len)
		return err_set(err, -EINVAL, "the name of a field is missing");
	text_safe(&shown, text, len < NAME_SHOWN_MAX ? len : NAME_SHOWN_MAX);
	text_char(&shown, '\0');
	err_set(err, -EINVAL, near ? "unknown field `%s`, did you mean `%s`?" :
		"unknown field `%s`", shown.p, near ? near->name : "");
	text_fini(&shown);
	return -EINVAL;
}

int
field_parse(const char *text, struct field_use *use, struct err *err)
{
	size_t all = name_len(text), len = all;
	struct field_use found = { 0 };
	int arg_len = 0;

	while (len && !found.field) {
		found.field = field_find(text, len);
		if (!found.field)
			len--;
	}
	if (!found.field)
		return refuse(text, all, err);
	if (found.field->arg != ARG_NONE)
		arg_len = parse_arg(text + len, &found, err);
	if (arg_len < 0) {
		/* The argument is wrong, or the whole lacks one. */
		if (err && text[len] == '[')
			err->at = (int)len;
		else if (err && text[len] == '.')
			err->at = (int)len + 1;
		return arg_len;
	}
	*use = found;
	use->type = field_type(use);
	return (int)len + arg_len;
}
