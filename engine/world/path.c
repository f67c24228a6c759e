#include "engine/world/path.h"

#include <string.h>

#include "engine/base/text.h"

#define TOO_LONG "/DIR_TOO_LONG/FILENAME_TOO_LONG"

/* Append the components of PATH behind the root that stands at START. */
static void
append_components(struct text *t, size_t start, struct span path)
{
	const uint8_t *at = path.p, *end = path.p + path.len;

	while (at < end) {
		const uint8_t *slash = memchr(at, '/', (size_t)(end - at));
		size_t len = (size_t)((slash ? slash : end) - at);

		if (len == 2 && at[0] == '.' && at[1] == '.') {
			while (t->len > start && t->p[--t->len] != '/')
				continue;
		} else if (len && !(len == 1 && at[0] == '.')) {
			text_char(t, '/');
			text_bytes(t, at, len);
		}
		at += len + 1;
	}
}

void
path_join(struct text *t, struct span base, struct span path)
{
	size_t start = t->len;

	if (!path.len || path.p[0] != '/')
		append_components(t, start, base);
	append_components(t, start, path);
	if (t->len == start)
		text_char(t, '/');
	if (t->len - start > PATH_LEN_MAX) {
		t->len = start;
		text_str(t, TOO_LONG);
	}
}
