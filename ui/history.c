#include "ui/history.h"

#include <stdbool.h>
#include <stdlib.h>
#include <string.h>

#include "engine/base/mem.h"
#include "engine/base/text.h"
#include "ui/editor.h"

/* Could it have been typed? */
static bool
is_line(const char *line, size_t len)
{
	struct text t = { 0 };
	bool is_same;

	if (!len || len > EDITOR_MAX)
		return false;
	text_safe(&t, line, len);
	is_same = t.len == len && !memcmp(t.p, line, len);
	text_fini(&t);
	return is_same;
}

void
history_parse(struct editor_history *h, const char *text, size_t len)
{
	struct editor *e = xzalloc(sizeof(*e));

	while (len) {
		const char *nl = memchr(text, '\n', len);
		size_t n = nl ? (size_t)(nl - text) : len;

		if (is_line(text, n)) {
			e->len = n;
			memcpy(e->text, text, n);
			e->text[n] = '\0';
			editor_remember(h, e);
		}
		n += nl != NULL;
		text += n;
		len -= n;
	}
	free(e);
}

void
history_print(const struct editor_history *h, struct text *t)
{
	for (size_t i = 0; i < h->n; i++) {
		if (!is_line(h->lines[i], strlen(h->lines[i])))
			continue;
		text_str(t, h->lines[i]);
		text_char(t, '\n');
	}
}
