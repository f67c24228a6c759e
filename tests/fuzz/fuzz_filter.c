/*
 * Any bytes as a filter. What compiles is asked of an event, printed and
 * compiled again, which must give the same filter; what does not is explained.
 */
#include <stdlib.h>

#include "engine/base/err.h"
#include "engine/base/explain.h"
#include "engine/base/mem.h"
#include "engine/base/text.h"
#include "engine/filter/filter.h"
#include "tests/fuzz/fuzz.h"
#include "tests/lib/scene.h"

static int32_t
port_of(const char *name)
{
	return !strcmp(name, "http") ? 80 : -1;
}

static const struct filter_options options = { .service_port = port_of };

static struct scene *
make_scene(void)
{
	const struct bytes read[] = { N64(6), BYTES("GET /\0"), N64(3) };
	static struct scene s;

	scene_init(&s);
	scene_event(&s, EV_READ_X, 100, read, ARRAY_LEN(read));
	return &s;
}

/* F as it prints, with a NUL. */
static const char *
print(const struct filter *f, struct text *t)
{
	t->len = 0;
	filter_print(f, t);
	text_char(t, '\0');
	return t->p;
}

static void
explain(const char *text, const struct err *err, struct text *t)
{
	if (err->at < 0 || (size_t)err->at > strlen(text) || !err->text[0])
		die("an error without a place or a reason");
	explain_error(text, err, t);
	for (size_t i = 0; i < t->len; i++)
		if ((uint8_t)t->p[i] < ' ' && t->p[i] != '\n')
			die("an explanation with a control character");
}

int
LLVMFuzzerTestOneInput(const uint8_t *data, size_t len)
{
	static struct scene *s;
	char *text = xstrndup((const char *)data, len);
	struct text first = { 0 }, second = { 0 };
	struct err err = { 0 };
	struct filter *f, *again;

	if (!s)
		s = make_scene();
	f = filter_compile(text, &options, &err);
	if (!f) {
		explain(text, &err, &first);
	} else {
		again = filter_compile(print(f, &first), &options, &err);
		if (!again && first.len < 60000)
			die("no filter any more: %s: %s", first.p, err.text);
		if (again && strcmp(first.p, print(again, &second)) != 0)
			die("another filter: %s, %s", first.p, second.p);
		if (again && filter_match(f, &s->eval) != filter_match(again, &s->eval))
			die("another answer: %s", first.p);
		filter_free(again);
	}
	filter_free(f);
	text_fini(&first);
	text_fini(&second);
	free(text);
	return 0;
}
