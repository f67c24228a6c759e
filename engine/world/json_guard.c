#include "engine/world/json_guard.h"

#include <errno.h>

#include "engine/base/text.h"
#include "engine/base/utf8.h"

/* Count without parsing: brackets and commas outside of texts. */
static int
check_shape(struct span s, struct err *err)
{
	bool in_text = false;
	size_t depth = 0, n_values = 0;

	for (size_t i = 0; i < s.len; i++) {
		uint8_t c = s.p[i];

		if (c == '"')
			in_text = !in_text;
		else if (in_text && c == '\\')
			i++;
		if (in_text)
			continue;
		if (c == '[' || c == '{') {
			depth++;
			n_values++;
		} else if ((c == ']' || c == '}') && depth) {
			depth--;
		} else if (c == ',') {
			n_values++;
		}
		if (depth > JSON_GUARD_DEPTH_MAX)
			return err_set(err, -EFBIG, "JSON nested deeper than %u",
				       JSON_GUARD_DEPTH_MAX);
		if (n_values > JSON_GUARD_VALUES_MAX)
			return err_set(err, -EFBIG, "JSON with more than %u values",
				       JSON_GUARD_VALUES_MAX);
	}
	return 0;
}

static void
put_replacement(struct text *t)
{
	text_str(t, "\xEF\xBF\xBD");
}

/* The four hex digits after "\u", or -1. */
static int
escape_value(struct span s)
{
	int v = 0;

	if (s.len < 6 || s.p[0] != '\\' || s.p[1] != 'u')
		return -1;
	for (size_t i = 2; i < 6; i++) {
		uint8_t c = s.p[i];
		uint8_t letter = c | 0x20;

		if (c >= '0' && c <= '9')
			v = v << 4 | (c - '0');
		else if (letter >= 'a' && letter <= 'f')
			v = v << 4 | (letter - 'a' + 10);
		else
			return -1;
	}
	return v;
}

static bool
is_high_surrogate(int v)
{
	return v >= 0xD800 && v < 0xDC00;
}

static bool
is_low_surrogate(int v)
{
	return v >= 0xDC00 && v < 0xE000;
}

/* Append what the escape at S should have been. How much of S that took. */
static size_t
mend_escape(struct text *t, struct span s)
{
	int v = escape_value(s);
	size_t len = 6;

	if (v < 0) {
		if (s.len > 1 && s.p[1] && strchr("\"\\/bfnrt", s.p[1])) {
			text_bytes(t, s.p, 2);
			return 2;
		}
		text_str(t, "\\\\");
		return 1;
	}
	if (is_high_surrogate(v) &&
	    is_low_surrogate(escape_value((struct span){ s.p + 6, s.len - 6 })))
		len = 12;
	else if (!v || is_high_surrogate(v) || is_low_surrogate(v))
		len = 0;
	if (!len) {
		put_replacement(t);
		return 6;
	}
	text_bytes(t, s.p, len);
	return len;
}

/* Append a form of S that a strict parser takes, as far as texts go. */
static void
mend(struct text *t, struct span s)
{
	bool in_text = false;

	while (s.len) {
		size_t n = 1;
		uint32_t c = s.p[0];

		if (c == '"')
			in_text = !in_text;
		if (in_text && c == '\\') {
			n = mend_escape(t, s);
		} else if (in_text && !c) {
			put_replacement(t);
		} else if (in_text && c < 0x20) {
			text_fmt(t, "\\u%04x", (unsigned)c);
		} else if (in_text && !(n = utf8_decode(s.p, s.len, &c))) {
			put_replacement(t);
			n = 1;
		} else {
			text_bytes(t, s.p, n);
		}
		s = (struct span){ s.p + n, s.len - n };
	}
}

/* Strict first, then with large numbers as reals, then mended. */
static json_t *
parse(struct span s, struct err *err)
{
	struct text mended = { 0 };
	size_t flags = JSON_ALLOW_NUL;
	json_error_t why;
	json_t *root;

	while (!(root = json_loadb((const char *)s.p, s.len, flags, &why))) {
		bool is_number = json_error_code(&why) == json_error_numeric_overflow;

		if (is_number && !(flags & JSON_DECODE_INT_AS_REAL)) {
			flags |= JSON_DECODE_INT_AS_REAL;
		} else if (!mended.p) {
			mend(&mended, s);
			s = (struct span){ (const uint8_t *)mended.p, mended.len };
		} else {
			err_set(err, -EBADMSG, "no JSON from line %d, column %d on", why.line,
				why.column);
			break;
		}
	}
	text_fini(&mended);
	return root;
}

json_t *
json_guard_load(struct span text, struct err *err)
{
	while (text.len && !text.p[text.len - 1])
		text.len--;
	if (!text.len) {
		err_set(err, -EBADMSG, "no JSON, but nothing");
		return NULL;
	}
	if (text.len > JSON_GUARD_LEN_MAX) {
		err_set(err, -EFBIG, "JSON of %zu bytes, the most is %u", text.len,
			JSON_GUARD_LEN_MAX);
		return NULL;
	}
	if (check_shape(text, err) < 0)
		return NULL;
	return parse(text, err);
}
