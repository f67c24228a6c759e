#include "ui/key.h"

#include <string.h>

#include "engine/base/mem.h"
#include "engine/base/text.h"
#include "engine/base/utf8.h"

static const struct {
	const char *name;
	uint32_t code;
} names[] = {
	{ "Enter", K_ENTER }, { "Tab", K_TAB }, { "Esc", K_ESC }, { "Space", K_SPACE },
	{ "Backspace", K_BACKSPACE }, { "Up", K_UP }, { "Down", K_DOWN }, { "Left", K_LEFT },
	{ "Right", K_RIGHT }, { "Home", K_HOME }, { "End", K_END }, { "PgUp", K_PAGE_UP },
	{ "PgDn", K_PAGE_DOWN }, { "Ins", K_INSERT }, { "Del", K_DELETE },
	{ "BackTab", K_BACKTAB }, { "F1", K_F1 }, { "F2", K_F2 }, { "F3", K_F3 },
	{ "F4", K_F4 }, { "F5", K_F5 }, { "F6", K_F6 }, { "F7", K_F7 }, { "F8", K_F8 },
	{ "F9", K_F9 }, { "F10", K_F10 }, { "F11", K_F11 }, { "F12", K_F12 },
};

static const struct {
	const char *name;
	unsigned modifier;
} prefixes[] = {
	{ "Ctrl-", K_CTRL }, { "Alt-", K_ALT }, { "Shift-", K_SHIFT },
};

/* The code that the LEN bytes at NAME are called, or 0. */
static uint32_t
code_of(const char *name, size_t len)
{
	uint32_t c;

	for (size_t i = 0; i < ARRAY_LEN(names); i++)
		if (strlen(names[i].name) == len && !memcmp(names[i].name, name, len))
			return names[i].code;
	if (len && utf8_decode((const uint8_t *)name, len, &c) == len && utf8_is_harmless(c))
		return c;
	return 0;
}

const char *
key_parse(const char *from, struct key *k)
{
	size_t len, cut;
	const char *end;

	*k = (struct key){ 0 };
	from += strspn(from, " ");
	len = strcspn(from, " ");
	end = from + len;
	for (size_t i = 0; i < ARRAY_LEN(prefixes); i++) {
		cut = strlen(prefixes[i].name);
		if (len <= cut || memcmp(from, prefixes[i].name, cut))
			continue;
		k->modifiers |= prefixes[i].modifier;
		from += cut;
		len -= cut;
	}
	if (len == 2 && from[0] == '^') {
		k->modifiers |= K_CTRL;
		from++;
		len--;
	}
	k->code = code_of(from, len);
	return k->code ? end : NULL;
}

bool
key_equal(const struct key *a, const struct key *b)
{
	return a->code == b->code && a->modifiers == b->modifiers;
}

bool
key_is_in(const struct key *k, const char *list)
{
	struct key one;

	while ((list = key_parse(list, &one)))
		if (key_equal(k, &one))
			return true;
	return false;
}

void
key_label(const struct key *k, struct text *t)
{
	if (k->modifiers & K_CTRL && k->code < K_UP) {
		text_char(t, '^');
	} else if (k->modifiers & K_CTRL) {
		text_str(t, "Ctrl-");
	}
	if (k->modifiers & K_ALT)
		text_str(t, "Alt-");
	if (k->modifiers & K_SHIFT)
		text_str(t, "Shift-");
	for (size_t i = 0; i < ARRAY_LEN(names); i++) {
		if (names[i].code != k->code)
			continue;
		text_str(t, names[i].name);
		return;
	}
	text_room(t, UTF8_MAX);
	t->len += utf8_encode(k->code, t->p + t->len);
}

bool
key_is_text(const struct key *k)
{
	return k->code >= 0x20 && k->code < K_UP && k->code != K_BACKSPACE && !k->modifiers;
}
