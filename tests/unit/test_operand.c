#include "engine/field/operand.h"

#include "engine/base/err.h"
#include "engine/base/mem.h"
#include "tests/lib/check.h"
#include "tests/lib/scene.h"

static const struct {
	const char *text;
	size_t len;			/* of it that is the operand */
	const char *value;		/* NULL: missing */
} cases[] = {
	{ "proc.name", 9, "bash" },
	{ "proc.namex", 9, "bash" },
	{ "tolower(proc.name) = x", 18, "bash" },
	{ "toupper(proc.name)", 18, "BASH" },
	{ "toupper( proc.name )", 20, "BASH" },
	{ "toupper(user.name)[0]", 18, "ANN" },
	{ "basename(fd.name)", 17, "passwd" },
	{ "basename(proc.cwd)", 18, "" },
	{ "basename(proc.name)", 19, "bash" },
	{ "len(fd.name)", 12, "11" },
	{ "len(basename(fd.name))", 22, "6" },
	{ "len(evt.buffer)", 15, "4" },
	{ "b64(evt.buffer)", 15, "hi." },
	{ "b64(proc.name)", 14, "m\\xab!" },
	{ "b64(proc.cmdline)", 17, NULL },
	{ "concat(proc.name, \"-\", proc.pid)", 32, "bash-100" },
	{ "concat(proc.name,toupper(fd.name))", 34, "bash/ETC/PASSWD" },
	{ "concat(proc.cmdline, proc.env, 7)", 33, "bash -l a bA=1 B=27" },
	{ "concat(fd.cip, \"x\")", 19, NULL },
	{ "concat('a\\'b\\x41\\n', \"\\\"\\\\\")", 28, "a'bA\\x0a\"\\" },
	{ "join(\", \", proc.cmdline)", 24, "bash, -l, a, b" },
	{ "join('/',(proc.name, 1, -2.5, len(proc.name)))", 46, "bash/1/-2.5/4" },
	{ "join('/', ())", 13, "" },
	{ "join(proc.name, ('a','b','c'))", 30, "abashbbashc" },
	{ "join('+', getopt(('-ab','-cx','-d','v','--long','-q','--','-a'), 'abc:d:'))", 75,
	  "a+b+c+x+d+v+?" },
	{ "getopt(('-ab','-cx','-b'), 'abc:')[c]", 37, "x" },
	{ "getopt(('-cx','-c','y','-c'), 'c:')[c]", 38, "" },
	{ "getopt(('-ab','z','-c'), 'abc')[b]", 34, "b" },
	{ "getopt(('-ab','z','-c'), 'abc')[c]", 34, NULL },
	{ "getopt(proc.args, 'l')[l]", 25, "l" },
	{ "len(concat(evt.buffer, evt.buffer))", 35, "8" },
};

static const struct {
	const char *text;
	int at;
	const char *why;
} refusals[] = {
	{ "", 0, "the name of a field is missing" },
	{ "tolowr(proc.name)", 0, "unknown transformer `tolowr`, did you mean `tolower`?" },
	{ "whatever(proc.name)", 0, "unknown transformer `whatever`" },
	{ "tolower(proc.nmae)", 8, "unknown field `proc.nmae`, did you mean `proc.name`?" },
	{ "tolower(proc.names)", 8, "unknown field `proc.names`, did you mean `proc.name`?" },
	{ "tolower(proc.pid)", 8, "a text must stand here, not integer" },
	{ "len(proc.pid)", 4, "a text, data or a list must stand here, not integer" },
	{ "tolower(evt.buffer)", 8, "a text must stand here, not data" },
	{ "tolower(\"x\")", 8, "a field or a transformer must stand here" },
	{ "tolower(proc.name", 17, "`)` must stand here: it is tolower(TEXT)" },
	{ "tolower(proc.name, proc.exe)", 17, "`)` must stand here: it is tolower(TEXT)" },
	{ "tolower()", 8, "the name of a field is missing" },
	{ "join(\",\")", 8, "more arguments must follow: it is join(SEPARATOR, LIST)" },
	{ "join(\",\", proc.pid)", 10, "a list or a text must stand here, not integer" },
	{ "join((\"a\"), proc.args)", 5, "a list cannot stand here" },
	{ "join(\",\", (\"a\",))", 15, "the name of a field is missing" },
	{ "join(\",\", (\"a\" \"b\"))", 15, "`,` or `)` must follow an element of a list" },
	{ "concat(\"a, proc.name)", 7, "the text that starts here has no end" },
	{ "concat(\"a\\q\", proc.name)", 9, "a backslash stands before one of b f n r t \\ \" ' / "
	  "or before x and two digits" },
	{ "concat(\"a\\x4\", proc.name)", 9, "a backslash stands before one of b f n r t \\ \" ' / "
	  "or before x and two digits" },
	{ "getopt(proc.args, \"a\")[ab]", 22, "one letter must stand in [ ]" },
	{ "tolower(tolower(tolower(tolower(tolower(tolower(tolower(tolower(tolower(tolower("
	  "tolower(tolower(tolower(tolower(tolower(tolower(tolower(proc.name", 128,
	  "there are more than 16 transformers in one another" },
};

static const struct {
	const char *text;
	enum field_scope scope;
	enum value_type type;
	enum field_many many;
} types[] = {
	{ "tolower(proc.name)", OF_ENTITY, T_STR, FIELD_ONE },
	{ "concat(fd.name, proc.exe)", OF_ROW, T_STR, FIELD_ONE },
	{ "concat(fd.name, \"x\")", OF_ENTITY, T_STR, FIELD_ONE },
	{ "concat(\"x\", fd.name)", OF_ENTITY, T_STR, FIELD_ONE },
	{ "concat(fd.name, evt.buffer)", OF_PAYLOAD, T_STR, FIELD_ONE },
	{ "concat(fd.name, evt.num)", OF_ROW, T_STR, FIELD_ONE },
	{ "len(fd.name)", OF_ENTITY, T_UINT, FIELD_ONE },
	{ "b64(evt.buffer)", OF_PAYLOAD, T_DATA, FIELD_ONE },
	{ "getopt((fd.name), 'a')", OF_ENTITY, T_STR, FIELD_LIST },
	{ "getopt((fd.name), 'a')[a]", OF_ENTITY, T_STR, FIELD_ONE },
};

/* Printed and parsed again, O is the same; what is printed is in T afterwards. */
static void
check_print(const struct operand *o, const char *text)
{
	struct text first = { 0 }, second = { 0 };
	struct operand *again;
	size_t len;

	operand_print(o, &first);
	text_char(&first, '\0');
	again = operand_parse(first.p, &len, NULL);
	if (CHECK(again && len == first.len - 1, "%s: printed, it can be parsed", text)) {
		operand_print(again, &second);
		text_char(&second, '\0');
		CHECK_STR(second.p, first.p, "%s: printed twice, it is the same", text);
	}
	operand_free(again);
	text_fini(&first);
	text_fini(&second);
}

static void
values(struct scene *s)
{
	for (size_t i = 0; i < ARRAY_LEN(cases); i++) {
		struct err err = { 0 };
		size_t len = 0;
		struct operand *o = operand_parse(cases[i].text, &len, &err);
		struct value v;

		if (!CHECK(o, "parses: %s %s", cases[i].text, err.text))
			continue;
		CHECK(len == cases[i].len, "%s: %zu bytes of it", cases[i].text, len);
		for (int twice = 0; twice < 2; twice++) {
			if (!operand_get(o, &s->eval, &v)) {
				CHECK(!cases[i].value, "%s: missing", cases[i].text);
				continue;
			}
			value_text(&v, operand_type(o), operand_unit(o), 80, &s->out);
			CHECK_STR(scene_take(s), cases[i].value ? cases[i].value : "(missing)",
				  "%s", cases[i].text);
		}
		check_print(o, cases[i].text);
		operand_free(o);
	}
}

static void
refused(void)
{
	for (size_t i = 0; i < ARRAY_LEN(refusals); i++) {
		struct err err = { 0 };
		size_t len;

		CHECK(!operand_parse(refusals[i].text, &len, &err), "refused: %s",
		      refusals[i].text);
		CHECK_STR(err.text, refusals[i].why, "  it says why");
		CHECK(err.at == refusals[i].at, "  at byte %d", err.at);
	}
}

static void
settled(void)
{
	for (size_t i = 0; i < ARRAY_LEN(types); i++) {
		size_t len;
		struct operand *o = operand_parse(types[i].text, &len, NULL);

		if (!CHECK(o, "parses: %s", types[i].text))
			continue;
		CHECK(operand_scope(o) == types[i].scope, "  scope %d", (int)operand_scope(o));
		CHECK(operand_type(o) == types[i].type && operand_many(o) == types[i].many,
		      "  type %s", value_type_name(operand_type(o)));
		operand_free(o);
	}
}

/* A value stays while another operand is asked. */
static void
values_stay(struct scene *s)
{
	size_t len;
	struct operand *one = operand_parse("proc.cmdline", &len, NULL);
	struct operand *two = operand_parse("proc.env", &len, NULL);
	struct value a, b;

	CHECK(operand_get(one, &s->eval, &a) && operand_get(two, &s->eval, &b), "two texts");
	value_text(&a, T_STR, U_NONE, 80, &s->out);
	CHECK_STR(scene_take(s), "bash -l a b", "the first is still there");
	CHECK(operand_field(one) && operand_field(one)->field == field_find("proc.cmdline", 12),
	      "it is a field");
	operand_free(one);
	operand_free(two);
	operand_free(NULL);
}

static void
each_row_is_whole(void)
{
	for (size_t i = 0; i < n_transformers; i++) {
		const struct transformer *t = &transformers[i];
		size_t n = strlen(t->doc);

		CHECK(!strncmp(t->synopsis, t->name, strlen(t->name)), "%s: synopsis", t->name);
		CHECK(n > 10 && t->doc[n - 1] == '.', "%s: a sentence", t->name);
		for (size_t j = 0; j < i; j++)
			CHECK(strcmp(transformers[j].name, t->name), "%s: once", t->name);
	}
}

int
main(void)
{
	const struct bytes read[] = { N64(4), BYTES("aGkB"), N64(3) };
	static struct scene s;

	scene_init(&s);
	scene_event(&s, EV_READ_X, 100, read, ARRAY_LEN(read));
	each_row_is_whole();
	values(&s);
	refused();
	settled();
	values_stay(&s);
	scene_fini(&s);
	return check_done();
}
