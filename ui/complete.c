#include "ui/complete.h"

#include <stdbool.h>
#include <string.h>

#include "engine/base/mem.h"
#include "engine/field/field.h"
#include "engine/filter/filter.h"
#include "ui/prompt.h"

/* What is expected next. */
enum place { AT_FIELD, AT_OPERATOR, AT_VALUE, AT_JOINT };

static const char *const joints[] = { "and", "or" };

static bool
is_blank(char c)
{
	return c == ' ' || c == '\t' || c == '\n';
}

/* The end of what stands at AT: a quoted text, a bracket, or a word. */
static size_t
token_end(const char *text, size_t at, size_t end)
{
	char quote = text[at];
	size_t start = at;

	if (quote == '"' || quote == '\'') {
		for (at++; at < end && text[at] != quote; at++)
			at += text[at] == '\\' && at + 1 < end;
		return at < end ? at + 1 : end;
	}
	if (strchr("()", quote))
		return at + 1;
	if (strchr("=<>!~", quote)) {
		while (at < end && strchr("=<>!~", text[at]))
			at++;
		return at;
	}
	while (at < end && !is_blank(text[at]) && !strchr("()=<>!~\"", text[at]))
		at++;
	return at > start ? at : start + 1;
}

static bool
is_word(const char *text, size_t len, const char *word)
{
	return strlen(word) == len && !memcmp(text, word, len);
}

static enum place
place_after(enum place now, const char *token, size_t len)
{
	if (is_word(token, len, "and") || is_word(token, len, "or"))
		return AT_FIELD;
	if (is_word(token, len, "not") || is_word(token, len, "("))
		return now == AT_VALUE ? AT_VALUE : AT_FIELD;
	if (is_word(token, len, ")") || is_word(token, len, "exists"))
		return AT_JOINT;
	switch (now) {
	case AT_FIELD:
		return AT_OPERATOR;
	case AT_OPERATOR:
		return AT_VALUE;
	default:
		return AT_JOINT;
	}
}

static bool
begins(const char *word, const char *typed, size_t len)
{
	return !strncmp(word, typed, len) && strlen(word) > len;
}

static void
offer_fields(const char *typed, size_t len, struct prompt_candidates *out)
{
	for (size_t d = 0; d < n_domains; d++) {
		/* Until a domain is typed, domains are enough. */
		if (!memchr(typed, '.', len)) {
			char name[64];
			size_t n = strlen(domains[d]->name);
			bool is_new = true;

			if (n + 2 > sizeof(name))
				continue;
			memcpy(name, domains[d]->name, n);
			memcpy(name + n, ".", 2);
			for (size_t i = 0; i < out->n; i++)
				is_new &= strcmp(out->texts[i], name) != 0;
			if (is_new && begins(name, typed, len))
				prompt_offer(out, name, domains[d]->doc);
			continue;
		}
		for (size_t i = 0; i < domains[d]->n_fields; i++) {
			const struct field *f = &domains[d]->fields[i];

			if (!(f->flags & (FIELD_OUTPUT_ONLY | FIELD_OLD)) &&
			    begins(f->name, typed, len))
				prompt_offer(out, f->name, f->doc);
		}
	}
}

void
complete_filter(const char *text, size_t cursor, struct prompt_candidates *out)
{
	enum place place = AT_FIELD;
	size_t at = 0, start = cursor;

	while (at < cursor) {
		size_t end;

		if (is_blank(text[at])) {
			at++;
			continue;
		}
		end = token_end(text, at, cursor);
		if (end >= cursor && !strchr("()", text[at])) {
			start = at;
			break;
		}
		place = place_after(place, text + at, end - at);
		at = end;
	}
	out->from = start;
	out->to = cursor;
	switch (place) {
	case AT_FIELD:
		offer_fields(text + start, cursor - start, out);
		break;
	case AT_OPERATOR:
		for (size_t i = 0; i < n_filter_operators; i++)
			if (begins(filter_operators[i].name, text + start, cursor - start))
				prompt_offer(out, filter_operators[i].name,
					     filter_operators[i].doc);
		break;
	case AT_JOINT:
		for (size_t i = 0; i < ARRAY_LEN(joints); i++)
			if (begins(joints[i], text + start, cursor - start))
				prompt_offer(out, joints[i], NULL);
		break;
	case AT_VALUE:
		break;
	}
}
