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


/* Values are asked for with their field, and what is typed of them. */
static const struct {
	const char *text, *field, *typed;
} values[] = {
	{ "proc.name = ", "proc.name", "" },
	{ "proc.name = ng", "proc.name", "ng" },
	{ "proc.name=ng", "proc.name", "ng" },
	{ "proc.name = \"a b", "proc.name", "\"a b" },
	{ "proc.aname[2] contains x", "proc.aname[2]", "x" },
	{ "fd.num = 3 and not fd.name startswith /e", "fd.name", "/e" },
	{ "proc.name in (", "proc.name", "" },
	{ "proc.name in (a", "proc.name", "a" },
	{ "proc.name in (a, \"b\",c", "proc.name", "c" },
	{ "proc.name in (a, ", "proc.name", "" },
	{ "(proc.name = a or (proc.name in (a, b) and fd.num = 1", "fd.num", "1" },
	{ "proc.name in (a) ", NULL, NULL },
	{ "proc.name = a ", NULL, NULL },
	{ "proc.name", NULL, NULL },
	{ "proc.name ex", NULL, NULL },
	{ "", NULL, NULL },
};

struct asked {
	size_t n;
	char field[64], typed[64];
};

static void
ask_values(void *ctx, const struct complete_value *v, struct prompt_candidates *out)
{
	struct asked *a = ctx;

	a->n++;
	snprintf(a->field, sizeof(a->field), "%.*s", (int)v->field_len, v->field);
	snprintf(a->typed, sizeof(a->typed), "%.*s", (int)v->typed_len, v->typed);
	prompt_offer(out, "value", "what it is");
}

static void
test_values(void)
{
	for (size_t i = 0; i < sizeof(values) / sizeof(values[0]); i++) {
		struct asked a = { 0 };
		struct complete_source source = { ask_values, &a };
		struct prompt_candidates c = { 0 };

		complete_filter(values[i].text, strlen(values[i].text), &source, &c);
		CHECK(a.n == (values[i].field != NULL), "`%s`", values[i].text);
		if (values[i].field) {
			CHECK_STR(a.field, values[i].field, "  the field");
			CHECK_STR(a.typed, values[i].typed, "  what is typed");
			CHECK(c.n == 1 && c.from == strlen(values[i].text) - strlen(a.typed),
			      "  from byte %zu", c.from);
		}
		prompt_forget(&c);
	}
}

int
main(int argc, char **argv)
{
	static const char likely[] = "proc.name =\"'()<>!~andortin, \\x";
	struct rng r = rng_from_args(argc, argv);
	struct asked asked = { 0 };
	struct complete_source source = { ask_values, &asked };
	bool is_good = true;

	for (size_t i = 0; i < sizeof(cases) / sizeof(cases[0]); i++) {
		struct prompt_candidates c = { 0 };
		bool is_there = false;

		complete_filter(cases[i].text, strlen(cases[i].text), NULL, &c);
		for (size_t k = 0; k < c.n && cases[i].candidate; k++)
			is_there |= !strcmp(c.texts[k], cases[i].candidate);
		CHECK(cases[i].candidate ? is_there : !c.n, "behind `%s`", cases[i].text);
		CHECK(c.from == cases[i].from && c.to == strlen(cases[i].text), "  from byte %zu",
		      c.from);
		prompt_forget(&c);
	}
	test_values();
	for (int i = 0; i < 20000; i++) {
		struct prompt_candidates c = { 0 };
		char text[32];
		size_t len = rng_below(&r, sizeof(text) - 1), cursor;

		for (size_t k = 0; k < len; k++)
			text[k] = likely[rng_below(&r, sizeof(likely) - 1)];
		text[len] = '\0';
		cursor = rng_below(&r, len + 1);
		complete_filter(text, cursor, &source, &c);
		is_good &= c.from <= c.to && c.to == cursor;
		prompt_forget(&c);
	}
	CHECK(is_good, "20,000 random texts");
	return check_done();
}
