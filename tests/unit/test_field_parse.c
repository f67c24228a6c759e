/* Names of fields and what may stand behind them. */
#include "engine/base/err.h"
#include "engine/base/mem.h"
#include "engine/field/field.h"
#include "tests/lib/check.h"

#define LINE_MAX_LEN 4096

/* LEN: bytes taken; 0: refused, because of WHY. */
static const struct {
	const char *text;
	size_t len;
	const char *field, *arg;
	int index;
	const char *why;
} cases[] = {
	{ "proc.aname[2]x", 13, "proc.aname", NULL, 2, NULL },
	{ "proc.aname x", 10, "proc.aname", NULL, -1, NULL },
	{ "proc.anamex", 10, "proc.aname", NULL, -1, NULL },
	{ "proc.env[PATH]", 14, "proc.env", "PATH", -1, NULL },
	{ "proc.env[\"A ]B\"]=", 16, "proc.env", "A ]B", -1, NULL },
	{ "proc.env['A B']", 15, "proc.env", "A B", -1, NULL },
	{ "proc.aenv[3]", 12, "proc.aenv", NULL, 3, NULL },
	{ "proc.aenv[3x]", 13, "proc.aenv", "3x", -1, NULL },
	{ "span.tag[-2]", 12, "span.tag", NULL, -2, NULL },
	{ "evt.arg.fd1.x", 11, "evt.arg", "fd1", -1, NULL },
	{ "evt.arg.resx", 11, "evt.arg", "res", -1, NULL },
	{ "evt.rawarg.res", 14, "evt.rawarg", "res", -1, NULL },
	{ "evt.type.is.open ", 16, "evt.type.is", "open", -1, NULL },
	{ "evt.type.is.307", 15, "evt.type.is", "307", -1, NULL },
	{ "evt.abspath.src", 15, "evt.abspath.src", NULL, -1, NULL },
	{ "evt.abspath.srx", 11, "evt.abspath", NULL, -1, NULL },
	{ "evt.around[1534527348514682170]", 31, "evt.around", "1534527348514682170", -1, NULL },
	{ "thread.cgroup.cpu_x.y", 19, "thread.cgroup", "cpu_x", -1, NULL },
	{ "k8s.pod.label.app.kubernetes.io/name=", 36, "k8s.pod.label",
	  "app.kubernetes.io/name", -1, NULL },
	{ "k8s.pod.labels", 14, "k8s.pod.labels", NULL, -1, NULL },
	{ "kubernetes.pod.label[a]", 23, "k8s.pod.label", "a", -1, NULL },
	{ "kubernetes.ns.name", 18, "k8s.ns.name", NULL, -1, NULL },
	{ "container.mount[/var/*]", 23, "container.mount", "/var/*", -1, NULL },
	{ "container.mount.source[1]", 25, "container.mount.source", NULL, 1, NULL },
	{ "fs.path.nameraw", 15, "fs.path.nameraw", NULL, -1, NULL },
	{ "proc.aname[", 0, NULL, NULL, 0,
	  "field `proc.aname` wants a number of at most 1000 in [ ]" },
	{ "proc.aname[x]", 0, NULL, NULL, 0,
	  "field `proc.aname` wants a number of at most 1000 in [ ]" },
	{ "evt.around", 0, NULL, NULL, 0,
	  "field `evt.around` wants an argument: `evt.around[TIME]`" },
	{ "evt.around[x]", 0, NULL, NULL, 0, "field `evt.around` wants nanoseconds since the "
	  "epoch, as evt.rawtime has them, in [ ]" },
	{ "evt.around[12345678901234567890]", 0, NULL, NULL, 0, "field `evt.around` wants "
	  "nanoseconds since the epoch, as evt.rawtime has them, in [ ]" },
	{ "proc.env[]", 0, NULL, NULL, 0, "field `proc.env` wants a key in [ ]" },
	{ "proc.env[A", 0, NULL, NULL, 0, "field `proc.env` wants a key in [ ]" },
	{ "proc.env[\"A]", 0, NULL, NULL, 0, "field `proc.env` wants a key in [ ]" },
	{ "evt.type.is.opne", 0, NULL, NULL, 0,
	  "there is no event of that name, did you mean `open`?" },
	{ "evt.type.is", 0, NULL, NULL, 0,
	  "field `evt.type.is` wants an argument: `evt.type.is.NAME`" },
	{ "thread.cgroup.", 0, NULL, NULL, 0,
	  "field `thread.cgroup` wants an argument: `thread.cgroup.NAME`" },
	{ "span.tag", 0, NULL, NULL, 0, "field `span.tag` wants an argument: `span.tag[0]`" },
	{ "kubernetes.nothing", 0, NULL, NULL, 0, "unknown field `kubernetes.nothing`" },
};

static void
arguments(void)
{
	for (size_t i = 0; i < ARRAY_LEN(cases); i++) {
		struct field_use use = { 0 };
		struct err err = { 0 };
		int len = field_parse(cases[i].text, &use, &err);

		if (cases[i].why) {
			CHECK(len < 0, "refused: %s", cases[i].text);
			CHECK_STR(err.text, cases[i].why, "  it says why");
			continue;
		}
		if (!CHECK(len == (int)cases[i].len, "%s: takes %zu bytes, %d", cases[i].text,
			   cases[i].len, len))
			continue;
		CHECK_STR(use.field->name, cases[i].field, "  the field");
		CHECK(cases[i].arg ? use.arg_name.len == strlen(cases[i].arg) &&
		      !memcmp(use.arg_name.p, cases[i].arg, use.arg_name.len) :
		      !use.arg_name.len, "  the name behind it");
		CHECK(use.has_index == (!cases[i].arg && cases[i].index != -1), "  a number?");
		CHECK(!use.has_index || use.index == cases[i].index, "  which");
	}
}

/* How many values a field has depends on its argument, as its type may. */
static void
kinds(void)
{
	static const struct {
		const char *text;
		enum value_type type;
		enum field_many many;
	} uses[] = {
		{ "proc.aname", T_STR, FIELD_ANCESTORS }, { "proc.aname[1]", T_STR, FIELD_ONE },
		{ "proc.aenv[A]", T_STR, FIELD_ONE }, { "fd.types", T_STR, FIELD_LIST },
		{ "fd.types[0]", T_STR, FIELD_ONE }, { "fd.net", T_NET, FIELD_ENDS },
		{ "evt.rawarg.res", T_INT, FIELD_ONE }, { "evt.rawarg.name", T_STR, FIELD_ONE },
		{ "evt.rawarg.data", T_DATA, FIELD_ONE }, { "evt.rawarg.flags", T_UINT, FIELD_ONE },
		{ "evt.rawarg.pid", T_INT, FIELD_ONE },
	};

	for (size_t i = 0; i < ARRAY_LEN(uses); i++) {
		struct field_use use;

		CHECK(field_parse(uses[i].text, &use, NULL) == (int)strlen(uses[i].text),
		      "%s", uses[i].text);
		CHECK(field_type(&use) == uses[i].type, "  its type");
		CHECK(field_many(&use) == uses[i].many, "  how many");
	}
}

/* sysdig's list of its fields, where somebody has it: one a line, the name in
 * the second column. */
static void
none_is_missing(void)
{
	const char *folder = getenv("SYSREEL_CAPTURES");
	char path[LINE_MAX_LEN], line[LINE_MAX_LEN];
	size_t n = 0;
	FILE *in;

	snprintf(path, sizeof(path), "%s/../reference/fields.tsv", folder ? folder : "");
	in = folder ? fopen(path, "r") : NULL;
	if (!in) {
		check_skip("no list of sysdig's fields next to $SYSREEL_CAPTURES");
		return;
	}
	while (fgets(line, sizeof(line), in)) {
		char *name = strchr(line, '\t');
		char *end = name ? strchr(name + 1, '\t') : NULL;

		if (line[0] == '#' || !end || !strncmp(name + 1, "static.", 7))
			continue;
		*end = '\0';
		CHECK(field_find(name + 1, strlen(name + 1)), "%s", name + 1);
		n++;
	}
	fclose(in);
	CHECK(n > 300, "there are many: %zu", n);
}

int
main(void)
{
	arguments();
	kinds();
	none_is_missing();
	return check_done();
}
