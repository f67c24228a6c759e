#include "engine/filter/filter.h"

#include <errno.h>
#include <stdlib.h>
#include <string.h>

#include "engine/base/arena.h"
#include "engine/base/err.h"
#include "engine/base/mem.h"
#include "engine/filter/expr.h"
#include "engine/filter/parse.h"
#include "engine/filter/print.h"
#include "engine/filter/program.h"
#include "engine/filter/values.h"
#include "engine/filter/zone.h"

#define TEXT_MAX 65536			/* bytes of a filter */

struct filter {
	struct arena arena;
	char *text;
	struct zone zone;
	struct checks checks;
	struct expr *expr;
	struct program *program;
};

static int
parse(struct filter *f, const struct filter_options *options, struct err *err)
{
	struct scan scan = { .text = f->text, .at = f->text, .arena = &f->arena, .err = err };
	struct settle with = { .scan = &scan, .options = options, .zone = &f->zone };

	if (strlen(f->text) > TEXT_MAX)
		return scan_refuse(&scan, f->text + TEXT_MAX, "a filter has at most %d bytes",
				   TEXT_MAX);
	f->zone.offset = options ? options->utc_offset : NULL;
	f->expr = parse_filter(&scan, &with, &f->checks);
	return f->expr ? 0 : -EINVAL;
}

struct filter *
filter_compile(const char *text, const struct filter_options *options, struct err *err)
{
	struct filter *f = xzalloc(sizeof(*f));

	f->text = arena_strdup(&f->arena, text);
	if (parse(f, options, err) < 0)
		goto fail;
	f->program = program_new(f->expr);
	return f;

fail:
	filter_free(f);
	return NULL;
}

void
filter_free(struct filter *f)
{
	if (!f)
		return;
	program_free(f->program);
	for (size_t i = 0; i < f->checks.n; i++)
		check_fini(f->checks.list[i]);
	free(f->checks.list);
	arena_fini(&f->arena);
	free(f);
}

bool
filter_match(struct filter *f, const struct eval *ev)
{
	return program_run(f->program, ev);
}

const char *
filter_text(const struct filter *f)
{
	return f->text;
}

void
filter_print(const struct filter *f, struct text *t)
{
	print_expr(f->expr, t);
}

bool
filter_wants_type(const struct filter *f, uint16_t id)
{
	return program_wants_type(f->program, id);
}

bool
filter_wants_call(const struct filter *f, uint16_t id, uint16_t code)
{
	return program_could_be(f->expr, id, code);
}

bool
filter_values(const struct filter *f, const char *field, struct filter_values *out)
{
	return values_of(f->expr, field, out);
}

uint64_t
filter_limits_hit(const struct filter *f)
{
	uint64_t n = 0;

	for (size_t i = 0; i < f->checks.n; i++)
		n += check_limits_hit(f->checks.list[i]);
	return n;
}

const struct expr *
filter_expr(const struct filter *f)
{
	return f->expr;
}
