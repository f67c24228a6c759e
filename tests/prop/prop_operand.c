/* Operands of random fields and transformers: printed and parsed again, they
 * print the same, have the same type, and the same value. */
#include "engine/base/err.h"
#include "engine/base/mem.h"
#include "engine/field/operand.h"
#include "tests/lib/check.h"
#include "tests/lib/rng.h"
#include "tests/lib/scene.h"

#define ROUNDS 20000
#define DEPTH 4

static const char *const args[] = { "", ".name", ".fd", ".res", "[0]", "[1]", "[x]", "[\"a b\"]" };

static void
put_field(struct rng *r, struct text *t)
{
	const struct domain *d = domains[rng_below(r, n_domains)];
	const struct field *f = &d->fields[rng_below(r, d->n_fields)];

	text_str(t, f->name);
	if (f->arg != ARG_NONE)
		text_str(t, args[rng_below(r, ARRAY_LEN(args))]);
}

static void
put_quoted(struct rng *r, struct text *t)
{
	static const char *const texts[] = {
		"\"\"", "'a b'", "\"\\x00\\xff\\n\"", "'\\\\\\''", "-17", "2.5", "\"ab:c\"",
	};

	text_str(t, texts[rng_below(r, ARRAY_LEN(texts))]);
}

static void put_operand(struct rng *r, unsigned depth, struct text *t);

static void
put_arg(struct rng *r, unsigned depth, struct text *t)
{
	switch (rng_below(r, 4)) {
	case 0:
		put_quoted(r, t);
		break;
	case 1:
		text_char(t, '(');
		for (size_t i = rng_below(r, 4); i; i--) {
			put_operand(r, depth + 2, t);
			text_str(t, i > 1 ? "," : "");
		}
		text_char(t, ')');
		break;
	default:
		put_operand(r, depth + 1, t);
	}
}

static void
put_operand(struct rng *r, unsigned depth, struct text *t)
{
	const struct transformer *call = &transformers[rng_below(r, n_transformers)];
	size_t n = strchr(call->synopsis, ',') ? 2 : 1;

	if (depth >= DEPTH || rng_below(r, depth + 2)) {
		put_field(r, t);
		return;
	}
	text_str(t, call->name);
	text_char(t, '(');
	for (size_t i = 0; i < n; i++) {
		text_str(t, i ? ", " : "");
		put_arg(r, depth, t);
	}
	text_char(t, ')');
	if (!strcmp(call->name, "getopt") && rng_below(r, 2))
		text_str(t, "[c]");
}

/* The value of O as text; "(missing)". The caller owns it. */
static struct text
value_of(struct operand *o, struct scene *s)
{
	struct text t = { 0 };
	struct value v;

	if (operand_get(o, &s->eval, &v))
		operand_text(o, &v, &s->render, &t);
	else
		text_str(&t, "(missing)");
	text_char(&t, '\0');
	return t;
}

/* What differs between A and B, or NULL. */
static const char *
difference(struct operand *a, struct operand *b, struct scene *s)
{
	struct text one = value_of(a, s), two = value_of(b, s), again = value_of(a, s);
	const char *what = NULL;

	if (strcmp(one.p, two.p))
		what = "another value";
	else if (strcmp(one.p, again.p))
		what = "another value the second time";
	else if (operand_type(a) != operand_type(b) || operand_many(a) != operand_many(b))
		what = "another type";
	else if (operand_scope(a) != operand_scope(b) || operand_entity(a) != operand_entity(b))
		what = "another scope";
	text_fini(&one);
	text_fini(&two);
	text_fini(&again);
	return what;
}

/* Print and parse the operand in TEXT. NULL when all is well, or it is none. */
static const char *
round_trip(const char *text, struct scene *s, size_t *n_parsed)
{
	struct text first = { 0 }, second = { 0 };
	struct err err = { 0 };
	size_t len, again_len = 0;
	struct operand *o = operand_parse(text, &len, &err), *again;
	const char *what = NULL;

	if (!o)
		return err.at < 0 || (size_t)err.at > strlen(text) ? "an error outside" : NULL;
	++*n_parsed;
	operand_print(o, &first);
	text_char(&first, '\0');
	again = operand_parse(first.p, &again_len, NULL);
	if (!again || again_len != first.len - 1) {
		what = "not parsed again";
	} else {
		operand_print(again, &second);
		text_char(&second, '\0');
		what = strcmp(first.p, second.p) ? "printed otherwise" : difference(o, again, s);
	}
	operand_free(again);
	operand_free(o);
	text_fini(&first);
	text_fini(&second);
	return what;
}

int
main(int argc, char **argv)
{
	const struct bytes read[] = { N64(3), BYTES("aGVsbG8="), N64(3) };
	struct rng r = rng_from_args(argc, argv);
	static struct scene s;
	struct text text = { 0 };
	size_t n_wrong = 0, n_parsed = 0;

	scene_init(&s);
	scene_event(&s, EV_READ_X, 100, read, ARRAY_LEN(read));
	for (unsigned i = 0; i < ROUNDS; i++) {
		const char *what;

		text.len = 0;
		put_operand(&r, 0, &text);
		text_char(&text, '\0');
		what = round_trip(text.p, &s, &n_parsed);
		if (what && ++n_wrong <= 5)
			CHECK(false, "%s: %s", text.p, what);
	}
	CHECK(!n_wrong, "printed and parsed again, %zu operands are the same", n_parsed);
	CHECK(n_parsed > ROUNDS / 4, "enough of them are operands");
	text_fini(&text);
	scene_fini(&s);
	return check_done();
}
