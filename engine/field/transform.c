#include "engine/field/transform.h"

#include <stdlib.h>
#include <string.h>

#include "engine/base/mem.h"
#include "engine/field/spelling.h"

static bool
to_lower(struct span in, struct text *own, struct span *out)
{
	uint8_t *to = (uint8_t *)own->p + own->len;

	for (size_t i = 0; i < in.len; i++)
		to[i] = in.p[i] >= 'A' && in.p[i] <= 'Z' ? in.p[i] | 0x20 : in.p[i];
	*out = (struct span){ to, in.len };
	own->len += in.len;
	return true;
}

static bool
to_upper(struct span in, struct text *own, struct span *out)
{
	uint8_t *to = (uint8_t *)own->p + own->len;

	for (size_t i = 0; i < in.len; i++)
		to[i] = in.p[i] >= 'a' && in.p[i] <= 'z' ? in.p[i] & 0xDF : in.p[i];
	*out = (struct span){ to, in.len };
	own->len += in.len;
	return true;
}

/* The six bits that C stands for in base64, or -1. */
static int
sextet(uint8_t c)
{
	if (c >= 'A' && c <= 'Z')
		return c - 'A';
	if (c >= 'a' && c <= 'z')
		return c - 'a' + 26;
	if (c >= '0' && c <= '9')
		return c - '0' + 52;
	return c == '+' ? 62 : c == '/' ? 63 : -1;
}

/* Decode base64; "=" at the end may be left out. */
static bool
from_base64(struct span in, struct text *own, struct span *out)
{
	uint8_t *start = (uint8_t *)own->p + own->len, *to = start;
	uint32_t bits = 0;
	size_t len = in.len;

	while (len && in.len - len < 2 && in.p[len - 1] == '=')
		len--;
	if (len % 4 == 1 || (len < in.len && in.len % 4))
		return false;
	for (size_t i = 0; i < len; i++) {
		int six = sextet(in.p[i]);

		if (six < 0)
			return false;
		bits = bits << 6 | (uint32_t)six;
		if (i % 4)
			*to++ = (uint8_t)(bits >> (6 - 2 * (i % 4)));
	}
	*out = (struct span){ start, (size_t)(to - start) };
	own->len += out->len;
	return true;
}

/* What stands behind the last "/". */
static bool
base_name(struct span in, struct text *own, struct span *out)
{
	const uint8_t *slash = in.len ? memrchr(in.p, '/', in.len) : NULL;

	(void)own;
	*out = in;
	if (slash)
		*out = (struct span){ slash + 1, (size_t)(in.p + in.len - slash) - 1 };
	return true;
}

static bool
length(struct operand *o, const struct eval *ev, struct value *out)
{
	struct value v;

	if (!operand_get(o->args[0], ev, &v))
		return false;
	out->u = o->args[0]->many == FIELD_ONE ? v.s.len : v.list.n;
	return true;
}

/* Append V, a value of O, as it is, which is not as it is shown. */
static void
put_plain(const struct operand *o, const struct value *v, struct text *t)
{
	if (o->type == T_STR || o->type == T_DATA)
		text_bytes(t, v->s.p, v->s.len);
	else
		value_text(v, o->type, o->unit, SIZE_MAX, t);
}

static struct value *
new_item(struct operand *o)
{
	xgrow(&o->items, &o->cap_items, o->n_items + 1, sizeof(o->items[0]));
	return &o->items[o->n_items++];
}

/* Make a list of the words in TEXT, which are borrowed from it. */
static void
split_words(struct operand *o, struct span text, struct value *out)
{
	size_t at = 0, start;

	o->n_items = 0;
	while (at < text.len) {
		start = at;
		while (at < text.len && text.p[at] != ' ')
			at++;
		if (at > start)
			new_item(o)->s = (struct span){ text.p + start, at - start };
		at++;
	}
	out->list = (struct value_list){ o->items, o->n_items };
}

/* The list that argument I of O is; a text is the list of its words. */
static bool
list_arg(struct operand *o, size_t i, const struct eval *ev, struct value *out)
{
	struct operand *arg = o->args[i];
	struct value v;

	if (!operand_get(arg, ev, &v))
		return false;
	if (arg->many == FIELD_ONE)
		split_words(arg, v.s, out);
	else
		*out = v;
	return true;
}

/* Put the text that argument I of O is where the others cannot touch it. */
static bool
keep_aside(struct operand *o, size_t i, const struct eval *ev)
{
	struct value v;

	if (!operand_get(o->args[i], ev, &v))
		return false;
	o->aside.len = 0;
	put_plain(o->args[i], &v, &o->aside);
	return true;
}

static bool
own_text(struct operand *o, struct value *out)
{
	text_room(&o->own, 1);
	out->s = (struct span){ (const uint8_t *)o->own.p, o->own.len };
	return true;
}

static bool
join(struct operand *o, const struct eval *ev, struct value *out)
{
	struct value v;

	if (!keep_aside(o, 0, ev) || !list_arg(o, 1, ev, &v))
		return false;
	o->own.len = 0;
	for (size_t i = 0; i < v.list.n; i++) {
		if (i)
			text_bytes(&o->own, o->aside.p, o->aside.len);
		put_plain(o->args[1], &v.list.v[i], &o->own);
	}
	return own_text(o, out);
}

static bool
concat(struct operand *o, const struct eval *ev, struct value *out)
{
	struct value v;

	o->own.len = 0;
	for (size_t i = 0; i < o->n_args; i++) {
		if (!operand_get(o->args[i], ev, &v))
			return false;
		put_plain(o->args[i], &v, &o->own);
	}
	return own_text(o, out);
}

/* How many values follow LETTER, 0 or 1, or -1 when there is no such option. */
static int
option_values(const struct text *letters, uint8_t letter)
{
	const char *at = letter == ':' ? NULL : memchr(letters->p, letter, letters->len);

	if (!at)
		return -1;
	return at + 1 < letters->p + letters->len && at[1] == ':';
}

/* An option was found: its LETTER ("?": unknown), its VALUE. */
struct found {
	struct span letter;
	struct span value;
	bool has_value;
};

/* Note F in the list of O, or keep its value in *LAST when it is the one. */
static void
note_option(struct operand *o, const struct found *f, struct value *last, bool *any)
{
	if (!o->letter) {
		new_item(o)->s = f->letter;
		if (f->has_value)
			new_item(o)->s = f->value;
		return;
	}
	if (f->letter.p[0] != (uint8_t)o->letter)
		return;
	last->s = f->has_value ? f->value : f->letter;
	*any = true;
}

/* The letters of one word ("-ab"). The last option may take word NEXT, which is
 * NULL when there is none: true when it did. */
static bool
take_word(struct operand *o, struct span word, const struct value *next, struct value *last,
	  bool *any)
{
	static const struct span unknown = { (const uint8_t *)"?", 1 };

	for (size_t i = 1; i < word.len; i++) {
		int n = option_values(&o->aside, word.p[i]);
		struct found f = { { word.p + i, 1 }, { word.p + i + 1, word.len - i - 1 }, n > 0 };
		bool takes_next = n > 0 && !f.value.len && next;

		if (n < 0)
			f.letter = unknown;
		if (takes_next)
			f.value = next->s;
		note_option(o, &f, last, any);
		if (n > 0)
			return takes_next;
	}
	return false;
}

/* Short options as getopt(3) finds them. */
static bool
options(struct operand *o, const struct eval *ev, struct value *out)
{
	struct value v, last = { 0 };
	bool any = false;

	if (!keep_aside(o, 1, ev) || !list_arg(o, 0, ev, &v))
		return false;
	o->n_items = 0;
	for (size_t i = 0; i < v.list.n; i++) {
		struct span word = v.list.v[i].s;
		const struct value *next = i + 1 < v.list.n ? &v.list.v[i + 1] : NULL;

		if (word.len < 2 || word.p[0] != '-')
			break;
		if (word.p[1] == '-' && word.len == 2)
			break;
		if (word.p[1] != '-' && take_word(o, word, next, &last, &any))
			i++;
	}
	if (!o->letter)
		last.list = (struct value_list){ o->items, o->n_items };
	if (o->letter && !any)
		return false;
	*out = last;
	return true;
}

#define TEXTS (TAKES_TEXT | TAKES_TEXTS)
#define ANY_ONE (TAKES_SINGLE | TAKES_QUOTED)
#define LISTS (TAKES_LIST | TAKES_WORDS)

const struct transformer transformers[] = {
	{ "tolower", "tolower(TEXT)", "Its capital letters A to Z as small ones.",
	  &(const struct transform){ TEXTS, 0, 0, 1, 1, GIVES_SAME, to_lower, NULL } },
	{ "toupper", "toupper(TEXT)", "Its small letters a to z as capital ones.",
	  &(const struct transform){ TEXTS, 0, 0, 1, 1, GIVES_SAME, to_upper, NULL } },
	{ "b64", "b64(TEXT)", "What it says in base64; missing when it is no base64.",
	  &(const struct transform){ TEXTS | TAKES_DATA, 0, 0, 1, 1, GIVES_SAME, from_base64,
				     NULL } },
	{ "basename", "basename(TEXT)", "What stands behind its last slash.",
	  &(const struct transform){ TEXTS, 0, 0, 1, 1, GIVES_SAME, base_name, NULL } },
	{ "len", "len(TEXT or LIST)", "How many bytes, or how many elements, it has.",
	  &(const struct transform){ TAKES_TEXT | TAKES_DATA | TAKES_LIST, 0, 0, 1, 1,
				     GIVES_COUNT, NULL, length } },
	{ "join", "join(SEPARATOR, LIST)", "The elements of a list, or the words of a text, "
	  "with a separator between them.",
	  &(const struct transform){ ANY_ONE, LISTS, 0, 2, 2, GIVES_TEXT, NULL, join } },
	{ "concat", "concat(TEXT, TEXT, ...)", "Several texts, one behind the other.",
	  &(const struct transform){ ANY_ONE, ANY_ONE, ANY_ONE, 2, TRANSFORM_ARGS_MAX, GIVES_TEXT,
				     NULL, concat } },
	{ "getopt", "getopt(LIST, LETTERS)[LETTER]", "The short options in a list or in the words "
	  "of a text: all with their values, or the last value of one.",
	  &(const struct transform){ TAKES_TEXTS | TAKES_WORDS, TAKES_TEXT | TAKES_QUOTED, 0, 2, 2,
				     GIVES_OPTIONS, NULL, options } },
};
const size_t n_transformers = ARRAY_LEN(transformers);

/* Element by element; a list that lacks one is missing. */
static bool
run_each(struct operand *o, const struct eval *ev, struct value *out)
{
	const struct transform *how = o->call->how;
	struct value v;
	size_t room = 1;

	if (!operand_get(o->args[0], ev, &v))
		return false;
	o->own.len = 0;
	if (o->many == FIELD_ONE) {
		text_room(&o->own, v.s.len + 1);
		return how->each(v.s, &o->own, &out->s);
	}
	for (size_t i = 0; i < v.list.n; i++)
		room += v.list.v[i].s.len;
	text_room(&o->own, room);
	o->n_items = 0;
	for (size_t i = 0; i < v.list.n; i++)
		if (!how->each(v.list.v[i].s, &o->own, &new_item(o)->s))
			return false;
	out->list = (struct value_list){ o->items, o->n_items };
	return true;
}

bool
transform_run(struct operand *o, const struct eval *ev, struct value *out)
{
	if (o->call->how->each)
		return run_each(o, ev, out);
	return o->call->how->run(o, ev, out);
}

bool
transform_list(struct operand *o, const struct eval *ev, struct value *out)
{
	const uint8_t *at;
	struct value v;
	size_t start;

	o->own.len = 0;
	o->n_items = 0;
	text_room(&o->own, 1);
	for (size_t i = 0; i < o->n_args; i++) {
		if (!operand_get(o->args[i], ev, &v))
			return false;
		start = o->own.len;
		put_plain(o->args[i], &v, &o->own);
		new_item(o)->s.len = o->own.len - start;
	}
	/* Now the bytes stay where they are. */
	at = (const uint8_t *)o->own.p;
	for (size_t i = 0; i < o->n_items; i++) {
		o->items[i].s.p = at;
		at += o->items[i].s.len;
	}
	out->list = (struct value_list){ o->items, o->n_items };
	return true;
}

const struct transformer *
transformer_find(const char *name, size_t len)
{
	for (size_t i = 0; i < n_transformers; i++)
		if (!strncmp(transformers[i].name, name, len) && !transformers[i].name[len])
			return &transformers[i];
	return NULL;
}

const struct transformer *
transformer_nearest(const char *name, size_t len)
{
	struct spelling best = spelling_of(name, len);
	const struct transformer *found = NULL;

	for (size_t i = 0; i < n_transformers; i++)
		if (spelling_is_nearer(&best, transformers[i].name))
			found = &transformers[i];
	return found;
}
