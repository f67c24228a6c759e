#include "engine/field/operand.h"

#include <errno.h>
#include <stdarg.h>
#include <stdio.h>
#include <string.h>

#include "engine/base/err.h"
#include "engine/base/mem.h"
#include "engine/base/text.h"
#include "engine/field/transform.h"

#define DEPTH_MAX 16			/* of calls in calls */
#define SHOWN_MAX 48			/* of what is wrong, in an error */
#define BLANKS " \t\r\n"
#define NAME_CHARS "abcdefghijklmnopqrstuvwxyzABCDEFGHIJKLMNOPQRSTUVWXYZ0123456789_"

struct parser {
	const char *text;		/* all of it */
	const char *at;
	unsigned depth;
	struct err *err;
};

static struct operand *parse_any(struct parser *p);
static struct operand *parse_arg(struct parser *p, unsigned takes);

/* Refuse what stands at AT. FMT is in our own words. NULL, for the caller. */
__attribute__((format(printf, 3, 4))) static void *
refuse(struct parser *p, const char *at, const char *fmt, ...)
{
	char words[ERR_TEXT_MAX];
	va_list ap;

	va_start(ap, fmt);
	vsnprintf(words, sizeof(words), fmt, ap);
	va_end(ap);
	err_set(p->err, -EINVAL, "%s", words);
	if (p->err)
		p->err->at = (int)(at - p->text);
	return NULL;
}

static void
skip_blanks(struct parser *p)
{
	p->at += strspn(p->at, BLANKS);
}

/* Take C and the blanks before it. */
static bool
take(struct parser *p, char c)
{
	skip_blanks(p);
	if (*p->at != c)
		return false;
	p->at++;
	return true;
}

/* What depends on A and on B depends on this. */
static enum field_entity
both_entities(enum field_entity a, enum field_entity b)
{
	if (a == b || b == ENT_NONE)
		return a;
	if (a == ENT_NONE)
		return b;
	if ((a == ENT_PROCESS && b == ENT_LINEAGE) || (a == ENT_LINEAGE && b == ENT_PROCESS))
		return ENT_LINEAGE;
	return ENT_NONE;
}

/* O depends on what its argument ARG depends on. Constants say nothing. */
static void
widen(struct operand *o, const struct operand *arg, bool is_first)
{
	enum field_entity entity = both_entities(o->entity, arg->entity);

	if (is_first) {
		o->scope = arg->scope;
		o->entity = arg->entity;
		return;
	}
	if (o->scope == OF_ENTITY && arg->scope == OF_ENTITY && entity != ENT_NONE) {
		o->entity = entity;
		return;
	}
	o->entity = ENT_NONE;
	if (o->scope == OF_ENTITY)
		o->scope = OF_ROW;
	if (arg->scope != OF_ENTITY && arg->scope > o->scope)
		o->scope = arg->scope;
}

/* Take O's scope from its arguments. */
static void
settle_scope(struct operand *o)
{
	bool is_first = true;

	for (size_t i = 0; i < o->n_args; i++) {
		const struct operand *arg = o->args[i];

		if (arg->is_constant)
			continue;
		widen(o, arg, is_first);
		is_first = false;
	}
	o->is_constant = is_first;
}

static struct operand *
new_operand(enum operand_kind kind)
{
	struct operand *o = xzalloc(sizeof(*o));

	o->kind = kind;
	o->type = T_STR;
	return o;
}

static struct operand *
new_constant(void)
{
	struct operand *o = new_operand(OPERAND_CONSTANT);

	o->is_constant = true;
	text_room(&o->own, 1);
	return o;
}

static void
add_arg(struct operand *o, struct operand *arg)
{
	xgrow(&o->args, &o->cap_args, o->n_args + 1, sizeof(struct operand *));
	o->args[o->n_args++] = arg;
}

static struct operand *
parse_field(struct parser *p)
{
	struct err err = { 0 };
	struct field_use use;
	int len = field_parse(p->at, &use, &err);
	struct operand *o;

	if (len < 0)
		return refuse(p, p->at + err.at, "%s", err.text);
	o = new_operand(OPERAND_FIELD);
	o->use = use;
	o->source = (struct span){ (const uint8_t *)p->at, (size_t)len };
	o->type = field_type(&use);
	o->unit = use.field->unit;
	o->many = field_many(&use);
	o->scope = use.field->scope;
	o->entity = use.field->entity;
	o->keeps = o->type == T_STR || o->type == T_DATA || o->many != FIELD_ONE;
	if (o->many != FIELD_ONE)
		o->items = xreallocarray(NULL, FIELD_LIST_MAX, sizeof(o->items[0]));
	p->at += len;
	return o;
}

static int
hex_digit(char c)
{
	static const char digits[] = "0123456789abcdef";
	const char *at = c ? strchr(digits, c >= 'A' && c <= 'F' ? c | 0x20 : c) : NULL;

	return at ? (int)(at - digits) : -1;
}

/* Take what a backslash at p->at - 1 stands for. */
static bool
take_escape(struct parser *p, struct text *to)
{
	static const char from[] = "bfnrt\\\"'/", means[] = "\b\f\n\r\t\\\"'/";
	const char *known = *p->at ? strchr(from, *p->at) : NULL;
	int high, low;

	if (known) {
		text_char(to, means[known - from]);
		p->at++;
		return true;
	}
	high = *p->at == 'x' ? hex_digit(p->at[1]) : -1;
	low = high >= 0 ? hex_digit(p->at[2]) : -1;
	if (low < 0) {
		refuse(p, p->at - 1, "a backslash stands before one of b f n r t \\ \" ' / or "
		       "before x and two digits");
		return false;
	}
	text_char(to, (char)(high << 4 | low));
	p->at += 3;
	return true;
}

/* "..." or '...' */
static struct operand *
parse_quoted(struct parser *p)
{
	struct operand *o = new_constant();
	const char *start = p->at;
	char quote = *p->at++;

	while (*p->at && *p->at != quote) {
		char c = *p->at++;

		if (c != '\\')
			text_char(&o->own, c);
		else if (!take_escape(p, &o->own))
			goto fail;
	}
	if (!*p->at) {
		refuse(p, start, "the text that starts here has no end");
		goto fail;
	}
	p->at++;
	return o;

fail:
	operand_free(o);
	return NULL;
}

/* A number is the text of its digits. */
static struct operand *
parse_number(struct parser *p)
{
	struct operand *o = new_constant();
	size_t len = strspn(p->at, "+-");

	len += strspn(p->at + len, "0123456789.");
	text_bytes(&o->own, p->at, len);
	p->at += len;
	return o;
}

static bool
is_number(const char *at)
{
	at += *at == '+' || *at == '-';
	return *at >= '0' && *at <= '9';
}

/* ( "a", proc.name, 3 ), behind its first bracket. */
static struct operand *
parse_list(struct parser *p)
{
	struct operand *o = new_operand(OPERAND_LIST), *arg;

	o->many = FIELD_LIST;
	o->is_constant = true;
	if (take(p, ')'))
		return o;
	do {
		if (o->n_args == TRANSFORM_ARGS_MAX) {
			refuse(p, p->at, "a list has at most %d elements", TRANSFORM_ARGS_MAX);
			goto fail;
		}
		arg = parse_arg(p, TAKES_SINGLE | TAKES_QUOTED);
		if (!arg)
			goto fail;
		add_arg(o, arg);
	} while (take(p, ','));
	if (!take(p, ')')) {
		refuse(p, p->at, "`,` or `)` must follow an element of a list");
		goto fail;
	}
	settle_scope(o);
	return o;

fail:
	operand_free(o);
	return NULL;
}

static bool
is_taken(const struct operand *o, unsigned takes)
{
	bool is_one = o->many == FIELD_ONE, is_text = o->type == T_STR;

	return (takes & TAKES_SINGLE && is_one) || (takes & TAKES_TEXT && is_one && is_text) ||
		(takes & TAKES_WORDS && is_one && is_text) ||
		(takes & TAKES_DATA && is_one && o->type == T_DATA) ||
		(takes & TAKES_TEXTS && !is_one && is_text) || (takes & TAKES_LIST && !is_one);
}

static const char *
wanted(unsigned takes)
{
	if (takes & TAKES_SINGLE)
		return "one value";
	if (takes & TAKES_LIST)
		return takes & TAKES_TEXT ? "a text, data or a list" : "a list or a text";
	if (takes & TAKES_DATA)
		return "a text or data";
	return takes & TAKES_WORDS ? "texts" : "a text";
}

/* Behind a field that is an argument, its name must be over. */
static bool
check_end(struct parser *p, const char *start)
{
	size_t len = strspn(start, NAME_CHARS "."), n;
	const struct field *near;

	n = strspn(p->at, NAME_CHARS ".");
	if (!n)
		return true;
	near = field_nearest(start, len);
	n = len < SHOWN_MAX ? len : SHOWN_MAX;
	if (near)
		refuse(p, start, "unknown field `%.*s`, did you mean `%s`?", (int)n, start,
		       near->name);
	else
		refuse(p, start, "unknown field `%.*s`", (int)n, start);
	return false;
}

/* One argument, which must be of a kind in TAKES. */
static struct operand *
parse_arg(struct parser *p, unsigned takes)
{
	struct operand *o;
	const char *start;

	skip_blanks(p);
	start = p->at;
	if (*p->at == '"' || *p->at == '\'' || is_number(p->at)) {
		if (!(takes & TAKES_QUOTED))
			return refuse(p, start, "a field or a transformer must stand here");
		return *p->at == '"' || *p->at == '\'' ? parse_quoted(p) : parse_number(p);
	}
	if (*p->at == '(') {
		if (!(takes & (TAKES_LIST | TAKES_TEXTS)) || !(takes & TAKES_WORDS))
			return refuse(p, start, "a list cannot stand here");
		p->at++;
		return parse_list(p);
	}
	o = parse_any(p);
	if (!o)
		return NULL;
	if (o->kind == OPERAND_FIELD && !check_end(p, start))
		goto fail;
	if (o->kind == OPERAND_FIELD && o->use.field->flags & FIELD_PLAIN) {
		refuse(p, start, "field `%s` takes no transformer", o->use.field->name);
		goto fail;
	}
	if (is_taken(o, takes))
		return o;
	refuse(p, start, "%s must stand here, not %s%s", wanted(takes),
	       o->many == FIELD_ONE ? "" : "a list: ", value_type_name(o->type));

fail:
	operand_free(o);
	return NULL;
}

/* The letter behind getopt(...): "[c]". */
static bool
take_letter(struct parser *p, struct operand *o)
{
	if (p->at[0] != '[')
		return true;
	if (p->at[1] <= ' ' || p->at[1] >= 0x7F || p->at[2] != ']') {
		refuse(p, p->at, "one letter must stand in [ ]");
		return false;
	}
	o->letter = p->at[1];
	p->at += 3;
	return true;
}

/* Give O, whose arguments are there, its type. */
static bool
settle_type(struct parser *p, struct operand *o)
{
	settle_scope(o);
	switch (o->call->how->gives) {
	case GIVES_SAME:
		o->type = o->args[0]->type;
		o->many = o->args[0]->many;
		break;
	case GIVES_COUNT:
		o->type = T_UINT;
		break;
	case GIVES_TEXT:
		break;
	case GIVES_OPTIONS:
		if (!take_letter(p, o))
			return false;
		o->many = o->letter ? FIELD_ONE : FIELD_LIST;
		break;
	}
	return true;
}

/* The arguments of O and its closing bracket. */
static bool
take_args(struct parser *p, struct operand *o)
{
	const struct transform *how = o->call->how;
	struct operand *arg;

	do {
		unsigned takes = o->n_args == 0 ? how->first :
			o->n_args == 1 ? how->second : how->more;

		if (o->n_args == how->max_args)
			return refuse(p, p->at - 1, "`)` must stand here: it is %s",
				      o->call->synopsis);
		arg = parse_arg(p, takes);
		if (!arg)
			return false;
		add_arg(o, arg);
	} while (take(p, ','));
	if (o->n_args < how->min_args)
		return refuse(p, p->at, "more arguments must follow: it is %s", o->call->synopsis);
	if (!take(p, ')'))
		return refuse(p, p->at, "`)` must stand here: it is %s", o->call->synopsis);
	return true;
}

/* NAME(...), where LEN bytes are the name. */
static struct operand *
parse_call(struct parser *p, size_t len)
{
	const struct transformer *call = transformer_find(p->at, len), *near;
	struct operand *o;
	int shown = (int)(len < SHOWN_MAX ? len : SHOWN_MAX);

	if (!call) {
		near = transformer_nearest(p->at, len);
		return refuse(p, p->at, "unknown transformer `%.*s`%s%s%s", shown, p->at,
			      near ? ", did you mean `" : "", near ? near->name : "",
			      near ? "`?" : "");
	}
	if (p->depth == DEPTH_MAX)
		return refuse(p, p->at, "there are more than %d transformers in one another",
			      DEPTH_MAX);
	o = new_operand(OPERAND_CALL);
	o->call = call;
	p->at += len + 1;
	p->depth++;
	if (!take_args(p, o) || !settle_type(p, o)) {
		operand_free(o);
		return NULL;
	}
	p->depth--;
	return o;
}

static struct operand *
parse_any(struct parser *p)
{
	size_t len = strspn(p->at, NAME_CHARS);

	return len && p->at[len] == '(' ? parse_call(p, len) : parse_field(p);
}

struct operand *
operand_parse(const char *text, size_t *len, struct err *err)
{
	struct parser p = { .text = text, .at = text, .err = err };
	struct operand *o = parse_any(&p);

	if (o)
		*len = (size_t)(p.at - text);
	return o;
}
