#include "engine/filter/possible.h"

#include <errno.h>
#include <string.h>

#include "engine/base/text.h"
#include "engine/field/operand.h"
#include "engine/field/spelling.h"
#include "engine/filter/check.h"
#include "engine/filter/filter.h"
#include "engine/filter/names.h"
#include "engine/filter/operator.h"

#define WORD_SHOWN_MAX 48
#define LISTED_MAX 100			/* bytes of all words, to be listed in an error */

/* All values that a field can have. Some places have none, some the same. */
struct words {
	const char *(*word)(size_t i);
	size_t n;
	bool or_number;
};

/* Those of the left side of C. N is 0: it may be anything. */
static struct words
words_of(const struct check *c)
{
	const struct field_use *use = operand_field(c->left);

	if (c->unit == U_EVENT_NAME)
		return (struct words){ event_name, event_names(), false };
	if (!use || !use->field->word)
		return (struct words){ NULL, 0, false };
	return (struct words){ use->field->word, use->field->n_words,
			       use->field->flags & FIELD_OR_NUMBER };
}

static struct span
span_of(const char *word)
{
	return (struct span){ (const uint8_t *)word, strlen(word) };
}

static bool
is_number(struct span s)
{
	size_t sign = s.len && s.p[0] == '-';

	for (size_t i = sign; i < s.len; i++)
		if (s.p[i] < '0' || s.p[i] > '9')
			return false;
	return s.len > sign;
}

/* The word that stands for the number S, whatever its sign. NULL: S is no number, or
 * one without a word, which is shown as itself. */
static const char *
word_of_number(const struct words *w, struct span s)
{
	size_t n = 0;

	if (!w->or_number || !is_number(s))
		return NULL;
	for (size_t i = s.p[0] == '-'; i < s.len && n < w->n; i++)
		n = n * 10 + (s.p[i] - (unsigned)'0');
	return n < w->n ? w->word(n) : NULL;
}

static bool
is_word(const struct words *w, struct span s)
{
	if (w->or_number && is_number(s))
		return !word_of_number(w, s);
	for (size_t i = 0; i < w->n; i++) {
		const char *word = w->word(i);

		if (word && strlen(word) == s.len && !memcmp(word, s.p, s.len))
			return true;
	}
	return false;
}

static const char *
nearest(const struct words *w, struct span s)
{
	struct spelling best = spelling_of((const char *)s.p, s.len);
	const char *found = word_of_number(w, s);

	if (found)
		return found;
	for (size_t i = 0; i < w->n; i++)
		if (w->word(i) && spelling_is_nearer(&best, w->word(i)))
			found = w->word(i);
	return found;
}

static bool
was_before(const struct words *w, size_t i)
{
	for (size_t j = 0; j < i; j++)
		if (w->word(j) && !strcmp(w->word(j), w->word(i)))
			return true;
	return false;
}

/* Append all words, if these are few. */
static void
list_words(const struct words *w, struct text *t)
{
	size_t start = t->len;

	for (size_t i = 0; i < w->n && t->len - start < LISTED_MAX; i++)
		if (w->word(i) && !was_before(w, i))
			text_fmt(t, t->len == start ? "; it is one of %s" : " %s", w->word(i));
	if (t->len - start >= LISTED_MAX)
		t->len = start;
}

/* Say that K is no value of C's left side. */
static int
refuse_word(const struct check *c, const struct constant *k, const struct words *w,
	    const struct settle *with)
{
	const char *near = nearest(w, k->v.s);
	size_t len = k->v.s.len < WORD_SHOWN_MAX ? k->v.s.len : WORD_SHOWN_MAX;
	struct text why = { 0 };

	if (c->unit == U_EVENT_NAME) {
		text_str(&why, "no event is called `");
	} else {
		text_char(&why, '`');
		operand_print(c->left, &why);
		text_str(&why, "` is never `");
	}
	text_safe(&why, k->v.s.p, len);
	text_char(&why, '`');
	if (near)
		text_fmt(&why, ", did you mean `%s`?", near);
	else if (c->unit != U_EVENT_NAME)
		list_words(w, &why);
	text_char(&why, '\0');
	scan_refuse(with->scan, with->scan->text + k->word.at, "%s", why.p);
	text_fini(&why);
	return -EINVAL;
}

/* Does one of the words pass C, whatever that asks? */
static bool
has_passing(const struct check *c, const struct words *w)
{
	for (size_t i = 0; i < w->n; i++) {
		struct value v;

		if (!w->word(i))
			continue;
		v.s = span_of(w->word(i));
		if (check_value(c, &v))
			return true;
	}
	return false;
}

/* Operators that look at parts of a text need one word that passes. */
static int
check_words(const struct check *c, const struct words *w, const struct settle *with)
{
	struct text why = { 0 };

	if (c->op->how->flags & HOW_NAMES) {
		for (size_t i = 0; i < c->n_constants; i++)
			if (!is_word(w, c->constants[i].v.s))
				return refuse_word(c, &c->constants[i], w, with);
		return 0;
	}
	if (w->or_number || has_passing(c, w))
		return 0;
	if (c->unit == U_EVENT_NAME) {
		text_fmt(&why, "no name of an event passes `%s` with this", c->op->name);
	} else {
		text_str(&why, "no value of `");
		operand_print(c->left, &why);
		text_fmt(&why, "` passes `%s` with this", c->op->name);
		list_words(w, &why);
	}
	text_char(&why, '\0');
	scan_refuse(with->scan, with->scan->text + c->constants[0].word.at, "%s", why.p);
	text_fini(&why);
	return -EINVAL;
}

/* Can a number up to MAX be what C asks of it and K? */
static bool
is_reached(const struct check *c, uint64_t k, uint64_t max)
{
	unsigned orders = c->op->how->orders;

	if (orders == ORDER_LESS || orders == (ORDER_LESS | ORDER_EQUAL))
		return true;
	return orders == ORDER_MORE ? k < max : k <= max;
}

static int
check_number(const struct check *c, const struct constant *k, uint64_t max,
	     const struct settle *with)
{
	struct text why = { 0 };

	if (is_reached(c, k->v.u, max))
		return 0;
	text_char(&why, '`');
	operand_print(c->left, &why);
	text_fmt(&why, "` is at most %llu, and never negative", (unsigned long long)max);
	text_char(&why, '\0');
	scan_refuse(with->scan, with->scan->text + k->word.at, "%s", why.p);
	text_fini(&why);
	return -EINVAL;
}

int
possible_check(const struct check *c, const struct settle *with)
{
	const struct field_use *use = operand_field(c->left);
	struct words w = words_of(c);
	int rc = 0;

	if (!c->n_constants)
		return 0;
	if (w.n)
		return check_words(c, &w, with);
	for (size_t i = 0; use && use->field->max && i < c->n_constants && !rc; i++)
		rc = check_number(c, &c->constants[i], use->field->max, with);
	return rc;
}
