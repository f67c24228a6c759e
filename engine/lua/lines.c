#include "engine/lua/lines.h"

#include <ctype.h>
#include <stdbool.h>
#include <stdlib.h>
#include <string.h>

#include "engine/base/mem.h"

#define DEPTH_MAX 64			/* brackets in each other, as far as lines are told */
#define ENTRIES_MAX 16384
#define OUTSIDE NO_LINES		/* as a constructor: that of globals */

/*
 * Words, names and brackets are all that matters of Lua here. The state is a stack
 * of open brackets; a field begins behind "{", "," or ";" right inside of braces.
 */

enum token { TOK_END, TOK_NAME, TOK_TEXT, TOK_NUMBER, TOK_MARK };

struct scan {
	const char *at, *end;
	int line;
	/* The token read last: */
	enum token token;
	char mark;			/* TOK_MARK: its first character */
	struct span word;		/* what stands there; texts without quotes */
	int word_line;
};

/* An open bracket. */
struct level {
	char bracket;			/* '{', '(' or '[' */
	size_t constructor;		/* of '{' */
	int64_t n_items;
	bool starts_field;		/* the next token begins one */
};

struct walk {
	struct lines *lines;
	struct scan scan;
	struct level levels[DEPTH_MAX];
	size_t depth;
};

static bool
looking_at(const struct scan *s, const char *word)
{
	size_t len = strlen(word);

	return (size_t)(s->end - s->at) >= len && !memcmp(s->at, word, len);
}

/* "[[" or "[==[": how many "=", or -1. */
static int
long_bracket(const struct scan *s, const char *at)
{
	const char *p = at + 1;

	if (at >= s->end || *at != '[')
		return -1;
	while (p < s->end && *p == '=')
		p++;
	return p < s->end && *p == '[' ? (int)(p - at - 1) : -1;
}

static void
step(struct scan *s)
{
	if (s->at < s->end && *s->at++ == '\n')
		s->line++;
}

/* Go on behind the "]==]" that ends what starts here. */
static void
skip_long(struct scan *s, int n_equal)
{
	const char *start;

	s->at += n_equal + 2;
	start = s->at;
	for (; s->at < s->end; step(s)) {
		const char *p = s->at + 1;

		if (*s->at != ']')
			continue;
		while (p < s->end && *p == '=')
			p++;
		if (p < s->end && *p == ']' && p - s->at - 1 == n_equal) {
			s->word = (struct span){ (const uint8_t *)start,
						 (size_t)(s->at - start) };
			s->at = p + 1;
			return;
		}
	}
}

static void
skip_text(struct scan *s, char quote)
{
	const char *start = ++s->at;

	while (s->at < s->end && *s->at != quote && *s->at != '\n') {
		if (*s->at == '\\')
			step(s);
		step(s);
	}
	s->word = (struct span){ (const uint8_t *)start, (size_t)(s->at - start) };
	if (s->at < s->end && *s->at == quote)
		s->at++;
}

static void
skip_blanks(struct scan *s)
{
	for (;;) {
		while (s->at < s->end && isspace((unsigned char)*s->at))
			step(s);
		if (!looking_at(s, "--"))
			return;
		s->at += 2;
		if (long_bracket(s, s->at) >= 0)
			skip_long(s, long_bracket(s, s->at));
		else
			while (s->at < s->end && *s->at != '\n')
				s->at++;
	}
}

static bool
in_name(char c)
{
	return isalnum((unsigned char)c) || c == '_';
}

static void
next_token(struct scan *s)
{
	const char *start;

	skip_blanks(s);
	start = s->at;
	s->word_line = s->line;
	s->word = (struct span){ (const uint8_t *)start, 0 };
	s->mark = '\0';
	if (s->at == s->end) {
		s->token = TOK_END;
	} else if (in_name(*s->at)) {
		s->token = isdigit((unsigned char)*s->at) ? TOK_NUMBER : TOK_NAME;
		while (s->at < s->end && in_name(*s->at))
			s->at++;
		s->word.len = (size_t)(s->at - start);
	} else if (*s->at == '"' || *s->at == '\'') {
		s->token = TOK_TEXT;
		skip_text(s, *s->at);
	} else if (long_bracket(s, s->at) >= 0) {
		s->token = TOK_TEXT;
		skip_long(s, long_bracket(s, s->at));
	} else {
		s->token = TOK_MARK;
		s->mark = *s->at++;
	}
}

/* Is a "=" next that is no "=="? It is read. */
static bool
takes_equals(struct scan *s)
{
	skip_blanks(s);
	if (!looking_at(s, "=") || looking_at(s, "=="))
		return false;
	s->at++;
	return true;
}

static struct line_entry *
add_entry(struct lines *l, size_t constructor, struct span key, int line)
{
	if (l->n_entries == ENTRIES_MAX)
		return NULL;
	xgrow(&l->entries, &l->cap, l->n_entries + 1, sizeof(*l->entries));
	l->entries[l->n_entries] = (struct line_entry){
		constructor, key, 0, line, NO_LINES,
	};
	return &l->entries[l->n_entries++];
}

/* Behind the key of E (or at the start of an entry without one): when its value is
 * a constructor, it is the next one. */
static void
expect_value(struct walk *w, struct line_entry *e)
{
	skip_blanks(&w->scan);
	if (e && w->scan.at < w->scan.end && *w->scan.at == '{')
		e->value = w->lines->n_constructors;
}

static void
push(struct walk *w, char bracket)
{
	size_t constructor = bracket == '{' ? w->lines->n_constructors++ : NO_LINES;

	if (w->depth < DEPTH_MAX)
		w->levels[w->depth] = (struct level){ bracket, constructor, 0, bracket == '{' };
	w->depth++;
}

static struct level *
top(struct walk *w)
{
	return w->depth && w->depth <= DEPTH_MAX ? &w->levels[w->depth - 1] : NULL;
}

/* The current token begins a field of T. */
static void
take_field(struct walk *w, struct level *t)
{
	struct scan *s = &w->scan, before = *s;
	struct line_entry *e;

	t->starts_field = false;
	if (s->token == TOK_MARK && s->mark == '[') {
		next_token(s);
		before.word = s->word;
		if (s->token == TOK_TEXT && (next_token(s), s->mark == ']') && takes_equals(s)) {
			expect_value(w, add_entry(w->lines, t->constructor, before.word,
						  before.word_line));
			return;
		}
		*s = before;
		push(w, '[');
		return;
	}
	if (s->token == TOK_NAME && takes_equals(s)) {
		expect_value(w, add_entry(w->lines, t->constructor, s->word, s->word_line));
		return;
	}
	*s = before;
	e = add_entry(w->lines, t->constructor, (struct span){ s->word.p, 0 }, s->word_line);
	if (e)
		e->index = ++t->n_items;
	if (e && s->mark == '{')
		e->value = w->lines->n_constructors;
	if (s->mark == '{' || s->mark == '(')
		push(w, s->mark);
}

/* Outside of all brackets: "NAME = " and "return". */
static void
take_outside(struct walk *w)
{
	struct scan *s = &w->scan;
	struct span word = s->word;
	int line = s->word_line;

	if (s->token != TOK_NAME)
		return;
	if (word.len == 6 && !memcmp(word.p, "return", 6)) {
		skip_blanks(s);
		w->lines->returned = s->at < s->end && *s->at == '{' ?
				     w->lines->n_constructors : NO_LINES;
	} else if (takes_equals(s)) {
		expect_value(w, add_entry(w->lines, OUTSIDE, word, line));
	}
}

static void
take_token(struct walk *w)
{
	struct level *t = top(w);
	char mark = w->scan.mark;

	if (mark == '}' || mark == ')' || mark == ']')
		w->depth -= w->depth > 0;
	else if (t && t->starts_field)
		take_field(w, t);
	else if (mark == '{' || mark == '(' || mark == '[')
		push(w, mark);
	else if (t && t->bracket == '{')
		t->starts_field = mark == ',' || mark == ';';
	else if (!w->depth)
		take_outside(w);
}

void
lines_read(struct lines *l, struct span text)
{
	struct walk w = { .lines = l, .scan = {
		.at = (const char *)text.p, .end = (const char *)text.p + text.len, .line = 1,
	} };

	l->returned = NO_LINES;
	for (next_token(&w.scan); w.scan.token != TOK_END; next_token(&w.scan))
		take_token(&w);
}

void
lines_fini(struct lines *l)
{
	free(l->entries);
	*l = (struct lines){ .returned = NO_LINES };
}

const struct line_entry *
lines_find(const struct lines *l, size_t constructor, const char *key, int64_t index)
{
	size_t len = key ? strlen(key) : 0;

	for (size_t i = l->n_entries; i-- > 0;) {
		const struct line_entry *e = &l->entries[i];

		if (e->constructor != constructor)
			continue;
		if (key ? e->key.len == len && !memcmp(e->key.p, key, len) :
			  !e->key.len && e->index == index)
			return e;
	}
	return NULL;
}

size_t
lines_global(const struct lines *l, const char *name)
{
	const struct line_entry *e = lines_find(l, OUTSIDE, name, 0);

	return e ? e->value : NO_LINES;
}
