/*
 * json_out - write JSON as it comes, with commas and quotes in their places.
 *
 *	json_open(&j, NULL, '{');
 *	json_u64(&j, "events", 12);
 *	json_close(&j, '}');
 *
 * A key of NULL is for elements of a list. Text from outside is made harmless.
 */
#ifndef UI_CLI_JSON_OUT_H
#define UI_CLI_JSON_OUT_H

#include <stdbool.h>
#include <stdint.h>

#include "engine/base/reader.h"
#include "engine/base/text.h"

struct json_out {
	struct text *t;
	bool needs_comma;
};

static inline void
json_key(struct json_out *j, const char *key)
{
	if (j->needs_comma)
		text_char(j->t, ',');
	j->needs_comma = true;
	if (!key)
		return;
	text_json(j->t, key, strlen(key));
	text_char(j->t, ':');
}

static inline void
json_open(struct json_out *j, const char *key, char bracket)
{
	json_key(j, key);
	text_char(j->t, bracket);
	j->needs_comma = false;
}

static inline void
json_close(struct json_out *j, char bracket)
{
	text_char(j->t, bracket);
	j->needs_comma = true;
}

static inline void
json_u64(struct json_out *j, const char *key, uint64_t v)
{
	json_key(j, key);
	text_u64(j->t, v);
}

static inline void
json_i64(struct json_out *j, const char *key, int64_t v)
{
	json_key(j, key);
	text_i64(j->t, v);
}

static inline void
json_bool(struct json_out *j, const char *key, bool v)
{
	json_key(j, key);
	text_str(j->t, v ? "true" : "false");
}

static inline void
json_span(struct json_out *j, const char *key, struct span s)
{
	json_key(j, key);
	text_json(j->t, s.p, s.len);
}

static inline void
json_str(struct json_out *j, const char *key, const char *s)
{
	json_span(j, key, (struct span){ (const uint8_t *)s, strlen(s) });
}

static inline void
json_null(struct json_out *j, const char *key)
{
	json_key(j, key);
	text_str(j->t, "null");
}

#endif
