/*
 * Any bytes as a format, and any bytes as what a traced program read: the first
 * line is the format, the rest is the data. Whatever is shown as text must be
 * harmless to a terminal.
 */
#include <stdlib.h>
#include <string.h>

#include "engine/base/err.h"
#include "engine/base/mem.h"
#include "engine/field/format.h"
#include "tests/fuzz/fuzz.h"
#include "tests/lib/scene.h"

#define DATA_MAX 2048

/* Is there a byte in T that a terminal could obey? Line ends and tabs are not. */
static bool
is_harmful(const struct text *t)
{
	for (size_t i = 0; i < t->len; i++) {
		uint8_t c = (uint8_t)t->p[i];

		if ((c < 0x20 && c != '\n' && c != '\t') || c == 0x7F)
			return true;
	}
	return false;
}

static void
check(const struct text *t, bool has_own)
{
	if (!has_own && is_harmful(t))
		abort();
}

static void
show_all(struct scene *s, const struct format *f, bool has_own)
{
	for (int form = DATA_DOTS; form < DATA_RAW; form++) {
		s->render.data.form = (enum data_form)form;
		s->render.is_raw = false;
		s->out.len = 0;
		format_line(f, &s->eval, &s->out);
		check(&s->out, has_own);
		s->out.len = 0;
		format_csv_head(f, &s->out);
		format_csv(f, &s->eval, &s->out);
		check(&s->out, has_own);
		s->render.is_raw = true;
		s->out.len = 0;
		format_json(f, &s->eval, &s->out);
		check(&s->out, false);
	}
}

int
LLVMFuzzerTestOneInput(const uint8_t *data, size_t len)
{
	static struct scene s;
	const uint8_t *end = len ? memchr(data, '\n', len) : NULL;
	size_t pattern_len = end ? (size_t)(end - data) : len;
	size_t rest = end ? len - pattern_len - 1 : 0;
	struct bytes read[] = { N64(3), { end ? end + 1 : data, 0 }, N64(3) };
	char *pattern = xstrndup((const char *)data, pattern_len);
	struct err err = { 0 };
	struct format *f;

	if (!s.world)
		scene_init(&s);
	read[1].len = rest < DATA_MAX ? rest : DATA_MAX;
	scene_event(&s, EV_READ_X, 100, read, ARRAY_LEN(read));
	f = format_compile(pattern, &err);
	if (f)
		show_all(&s, f, pattern_len != strcspn(pattern, "\\\x1b") || is_harmful(
			 &(struct text){ .p = pattern, .len = strlen(pattern) }));
	else if (err.at < 0 || (size_t)err.at > strlen(pattern))
		abort();
	format_free(f);
	free(pattern);
	return 0;
}
