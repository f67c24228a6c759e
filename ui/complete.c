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

/* The end of what stands at AT: a quoted text, a bracket, or a word, which in a list
 * ends before a comma. */
static size_t
token_end(const char *text, size_t at, size_t end, bool is_list)
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
	while (at < end && !is_blank(text[at]) && !strchr("()=<>!~\"", text[at]) &&
	       !(is_list && text[at] == ','))
		at++;
	return at > start ? at : start + 1;
}

static bool
is_word(const char *text, size_t len, const char *word)
{
	return strlen(word) == len && !memcmp(text, word, len);
}

/* Where the reading of a filter is. */
struct reading {
	enum place place;
	size_t field, field_len;	/* the last one that was read */
	bool is_list;			/* within the brackets behind "in" and its like */
};

static void
read_token(struct reading *r, const char *text, size_t at, size_t len)
{
	const char *token = text + at;
	enum place now = r->place;

	if (r->is_list) {
		r->is_list = !is_word(token, len, ")");
		r->place = r->is_list ? AT_VALUE : AT_JOINT;
	} else if (is_word(token, len, "(") && now == AT_VALUE) {
		r->is_list = true;
	} else if (is_word(token, len, "and") || is_word(token, len, "or") ||
		   is_word(token, len, "not") || is_word(token, len, "(")) {
		r->place = now == AT_VALUE ? AT_JOINT : AT_FIELD;
	} else if (is_word(token, len, ")") || is_word(token, len, "exists")) {
		r->place = AT_JOINT;
	} else if (now == AT_FIELD) {
		r->field = at;
		r->field_len = len;
		r->place = AT_OPERATOR;
	} else {
		r->place = now == AT_OPERATOR ? AT_VALUE : AT_JOINT;
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

static void
offer_operators(const char *typed, size_t len, struct prompt_candidates *out)
{
	for (size_t i = 0; i < n_filter_operators; i++)
		if (begins(filter_operators[i].name, typed, len))
			prompt_offer(out, filter_operators[i].name, filter_operators[i].doc);
}

static void
offer_joints(const char *typed, size_t len, struct prompt_candidates *out)
{
	for (size_t i = 0; i < ARRAY_LEN(joints); i++)
		if (begins(joints[i], typed, len))
			prompt_offer(out, joints[i], NULL);
}

void
complete_filter(const char *text, size_t cursor, const struct complete_source *source,
		struct prompt_candidates *out)
{
	struct reading r = { .place = AT_FIELD };
	size_t at = 0, start = cursor;

	while (at < cursor) {
		size_t end;

		if (is_blank(text[at]) || (r.is_list && text[at] == ',')) {
			at++;
			continue;
		}
		end = token_end(text, at, cursor, r.is_list);
		/* What is ended by nothing yet is still being typed. */
		if (end >= cursor && !strchr("()", text[at])) {
			start = at;
			break;
		}
		read_token(&r, text, at, end - at);
		at = end;
	}
	out->from = start;
	out->to = cursor;
	switch (r.place) {
	case AT_FIELD:
		offer_fields(text + start, cursor - start, out);
		break;
	case AT_OPERATOR:
		offer_operators(text + start, cursor - start, out);
		break;
	case AT_JOINT:
		offer_joints(text + start, cursor - start, out);
		break;
	case AT_VALUE:
		if (source)
			source->values(source->ctx, &(struct complete_value){
				text + r.field, r.field_len, text + start, cursor - start }, out);
		break;
	}
}
