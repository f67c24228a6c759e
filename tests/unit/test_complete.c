#include <stdlib.h>

#include "tests/lib/check.h"
#include "tests/lib/rng.h"
#include "ui/complete.h"
#include "ui/prompt.h"

/* What is offered behind TEXT: one of the candidates, or none (NULL), from where on. */
static const struct {
	const char *text, *candidate;
	size_t from;
} cases[] = {
	{ "", "proc.", 0 },
	{ "pro", "proc.", 0 },
	{ "proc.na", "proc.name", 0 },
	{ "proc.name ", "contains", 10 },
	{ "proc.name sta", "startswith", 10 },
	{ "proc.name=", "==", 9 },
	{ "proc.name = ", NULL, 12 },
	{ "proc.name = sh ", "and", 15 },
	{ "proc.name = sh a", "and", 15 },
	{ "proc.name = sh and fd.ty", "fd.type", 19 },
	{ "not (proc.pi", "proc.pid", 5 },
	{ "proc.name = \"a b\" o", "or", 18 },
	{ "proc.name in (a, b) an", "and", 20 },
	{ "fd.name exists a", "and", 15 },
};

static void
forget(struct prompt_candidates *c)
{
	while (c->n)
		free(c->texts[--c->n]);
}

int
main(int argc, char **argv)
{
	static const char likely[] = "proc.name =\"'()<>!~andortin, \\x";
	struct rng r = rng_from_args(argc, argv);
	bool is_good = true;

	for (size_t i = 0; i < sizeof(cases) / sizeof(cases[0]); i++) {
		struct prompt_candidates c = { 0 };
		bool is_there = false;

		complete_filter(cases[i].text, strlen(cases[i].text), &c);
		for (size_t k = 0; k < c.n && cases[i].candidate; k++)
			is_there |= !strcmp(c.texts[k], cases[i].candidate);
		CHECK(cases[i].candidate ? is_there : !c.n, "behind `%s`", cases[i].text);
		CHECK(c.from == cases[i].from && c.to == strlen(cases[i].text), "  from byte %zu",
		      c.from);
		forget(&c);
	}
	for (int i = 0; i < 20000; i++) {
		struct prompt_candidates c = { 0 };
		char text[32];
		size_t len = rng_below(&r, sizeof(text) - 1), cursor;

		for (size_t k = 0; k < len; k++)
			text[k] = likely[rng_below(&r, sizeof(likely) - 1)];
		text[len] = '\0';
		cursor = rng_below(&r, len + 1);
		complete_filter(text, cursor, &c);
		is_good &= c.from <= c.to && c.to == cursor;
		forget(&c);
	}
	CHECK(is_good, "20,000 random texts");
	return check_done();
}
