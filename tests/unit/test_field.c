#include "engine/field/field.h"

#include "engine/base/err.h"
#include "engine/base/mem.h"
#include "engine/field/clock.h"
#include "engine/field/format.h"
#include "tests/lib/check.h"
#include "tests/lib/scene.h"

static void
each_row_is_whole(void)
{
	for (size_t i = 0; i < n_domains; i++) {
		const struct domain *d = domains[i];

		for (size_t j = 0; j < d->n_fields; j++) {
			const struct field *f = &d->fields[j];
			size_t len = strlen(f->name);

			CHECK(field_find(f->name, len) == f, "%s is found, and only once", f->name);
			CHECK(!strncmp(f->name, d->name, strlen(d->name)), "%s: domain", f->name);
			CHECK((f->get != NULL) != (f->get_arg != NULL), "%s: one getter", f->name);
			CHECK((f->arg == ARG_NONE) == (f->get != NULL), "%s: argument", f->name);
			CHECK(f->type < T_COUNT && f->unit < U_COUNT && f->scope < OF_SCOPES,
			      "%s: type, unit, scope", f->name);
			CHECK((f->scope == OF_ENTITY) == (f->entity != ENT_NONE), "%s: entity",
			      f->name);
			CHECK(strlen(f->doc) > 10 && strlen(f->doc) < 90 &&
			      f->doc[strlen(f->doc) - 1] == '.', "%s: a sentence", f->name);
		}
	}
}

/* A field of an entity must do without an event, and without the entity. */
static void
entities_alone(struct scene *s)
{
	const struct thread *th = world_thread(s->world, 100);
	struct eval nothing = s->eval, alone = s->eval;

	nothing.m = alone.m = NULL;
	nothing.thread = NULL;
	nothing.proc = NULL;
	nothing.fd = NULL;
	alone.thread = th;
	alone.proc = th->proc;
	alone.fd = world_fd(th->proc, 7);
	for (size_t i = 0; i < n_domains; i++) {
		for (size_t j = 0; j < domains[i]->n_fields; j++) {
			struct field_use use = { .field = &domains[i]->fields[j] };
			struct value v;

			if (use.field->scope != OF_ENTITY && use.field->scope != OF_HISTORY)
				continue;
			CHECK(!field_get(&use, &nothing, &v), "%s of nothing", use.field->name);
			field_get(&use, &alone, &v);
		}
	}
}

static const struct {
	const char *pattern, *line;
} lines[] = {
	{ "%evt.num", "42" },
	{ "%evt.time", "17:35:48.514632619" },
	{ "%evt.time.s|%evt.datetime", "17:35:48|2018-08-17 17:35:48.514632619" },
	{ "%evt.time.iso8601", "2018-08-17T17:35:48.514632619+0000" },
	{ "%evt.rawtime.s.%evt.rawtime.ns", "1534527348.514632619" },
	{ "%evt.typex", "readx" },
	{ "%10evt.type|", "read      |" },
	{ "%2evt.type|", "re|" },
	{ "a\\tb\\n\\\\\\q", "a\tb\n\\\\q" },
	{ "%evt.dir %evt.category %evt.cpu", "< file 1" },
	{ "%evt.res %evt.rawres %evt.failed", "SUCCESS 3 false" },
	{ "%evt.buflen %evt.buffer", "3 a.b" },
	{ "%evt.args|", "res=3 data=a.b fd=3(<f>/etc/passwd) |" },
	{ "%evt.arg.fd %evt.arg[0] %evt.arg.resx", "<f>/etc/passwd 3 3x" },
	{ "%evt.arg.size", NULL },
	{ "*%evt.arg.size", "<NA>" },
	{ "%evt.is_io %evt.io_dir %evt.count", "true read 1" },
	{ "%evt.hostname", "testbed" },
	{ "%proc.name %proc.pid %thread.tid", "bash 100 100" },
	{ "%proc.cmdline|%proc.args|%proc.env", "bash -l a b|-l a b|A=1 B=2" },
	{ "%proc.cmdnargs %proc.cmdlenargs", "2 5" },
	{ "%proc.ppid %proc.pname %proc.cwd", "1 init /home/ann/" },
	{ "%proc.fdopencount %proc.fdusage", "5 0.5" },
	{ "%proc.loginshellid", "100" },
	{ "%user.uid %user.name %user.who %group.name", "1000 ann ann staff" },
	{ "%user.loginuid", "-1" },
	{ "%fd.num %fd.type %fd.typechar", "3 file f" },
	{ "%fd.name %fd.directory %fd.filename", "/etc/passwd /etc passwd" },
	{ "%fd.dev %fd.ino %fd.uid", "2D 77 1003" },
	{ "%fd.containername", ":/etc/passwd" },
	{ "%fd.cip", NULL },
	{ "*%container.id %container.image", "host <NA>" },
	{ "%container.image", NULL },
	{ "**%evt.num", "*42" },
	{ "%toupper(proc.name)%6len(fd.name)|", "BASH11    |" },
	{ "%join(\"+\", proc.args)x", "-l+a+bx" },
	{ "*", "" },
};

static const struct {
	const char *pattern, *why;
	int at;
} refusals[] = {
	{ "", "the format is empty", 0 },
	{ "ab%", "a field must follow the %", 3 },
	{ "%20", "a field must follow the %", 3 },
	{ "%99999evt.num", "a width is at most 10000", 5 },
	{ "x %proc.nmae", "unknown field `proc.nmae`, did you mean `proc.name`?", 3 },
	{ "%evtt.num", "unknown field `evtt.num`, did you mean `evt.num`?", 1 },
	{ "%nothing.like.it", "unknown field `nothing.like.it`", 1 },
	{ "% x", "the name of a field is missing", 1 },
	{ "%evt.arg.", "no event has a parameter of that name", 9 },
	{ "%evt.arg.nmae", "no event has a parameter of that name, did you mean `name`?", 9 },
	{ "%evt.type.is.opne", "there is no event of that name, did you mean `open`?", 13 },
	{ "%evt.arg[x]", "field `evt.arg` wants a number of at most 1000 in [ ]", 8 },
	{ "%evt.arg[99999]", "field `evt.arg` wants a number of at most 1000 in [ ]", 8 },
	{ "%evt.arg", "field `evt.arg` wants an argument: `evt.arg.NAME` or "
	  "`evt.arg[0]`", 1 },
	{ "%evt.num %10toupper(proc.nam)", "unknown field `proc.nam`, did you mean `proc.name`?",
	  20 },
};

static void
check_line(struct scene *s, const char *pattern, const char *line)
{
	struct err err = { 0 };
	struct format *f = format_compile(pattern, &err);

	if (!CHECK(f, "compiles: %s %s", pattern, err.text))
		return;
	if (format_line(f, &s->eval, &s->out))
		CHECK_STR(scene_take(s), line ? line : "(no line)", "%s", pattern);
	else
		CHECK(!line && !s->out.len, "no line: %s", pattern);
	format_free(f);
}

static const struct {
	const char *pattern, *json, *csv;
} objects[] = {
	{ "%evt.num then %20proc.name", "{\"evt.num\":42,\"proc.name\":\"bash\"}", "42,bash" },
	{ "%proc.name %evt.num %proc.name", "{\"evt.num\":42,\"proc.name\":\"bash\"}",
	  "bash,42,bash" },
	{ "%evt.time %evt.datetime.s", "{\"evt.datetime.s\":1534527348514632619,"
	  "\"evt.time\":1534527348514632619}", "17:35:48.514632619,2018-08-17 17:35:48" },
	{ "%evt.time.iso8601", "{\"evt.time.iso8601\":1534527348514632619}",
	  "2018-08-17T17:35:48.514632619+0000" },
	{ "%fd.dev %fd.num %evt.failed",
	  "{\"evt.failed\":false,\"fd.dev\":\"2D\",\"fd.num\":3}", "2D,3,false" },
	{ "%evt.num %evt.arg.size", NULL, NULL },
	{ "*%evt.num %evt.arg.size", "{\"evt.arg.size\":null,\"evt.num\":42}", "42," },
	{ "%concat(proc.name, \"\\\"\", \"\\x1b,\\xff\\n\")",
	  "{\"concat(proc.name, \\\"\\\\\\\"\\\", \\\"\\\\x1b,\\\\xff\\\\x0a\\\")\":"
	  "\"bash\\\"\\u001b,\xEF\xBF\xBD\\n\"}", "\"bash\"\"\\x1b,\\xff\\x0a\"" },
	{ "%getopt(proc.args, \"l\")", "{\"getopt(proc.args, \\\"l\\\")\":[\"l\"]}", "(l)" },
	{ "nothing", "{}", "" },
};

static void
objects_and_rows(struct scene *s)
{
	for (size_t i = 0; i < ARRAY_LEN(objects); i++) {
		struct format *f = format_compile(objects[i].pattern, NULL);
		const char *json = objects[i].json;

		if (!CHECK(f, "compiles: %s", objects[i].pattern))
			continue;
		CHECK(format_json(f, &s->eval, &s->out) == (json != NULL), "  JSON, or none");
		CHECK_STR(scene_take(s), json ? json : "", "  %s", json ? json : "(none)");
		CHECK(format_csv(f, &s->eval, &s->out) == (json != NULL), "  CSV, or none");
		CHECK_STR(scene_take(s), json ? objects[i].csv : "", "  as CSV");
		format_free(f);
	}
}

static void
heads(struct scene *s)
{
	struct format *f = format_compile("*%evt.num-%5concat(proc.name, \"\")%fd.name", NULL);

	format_csv_head(f, &s->out);
	CHECK_STR(scene_take(s), "evt.num,\"concat(proc.name, \"\"\"\")\",fd.name", "head of CSV");
	CHECK(format_fields(f) == 3, "three fields");
	format_free(f);
}

static void
formats(struct scene *s)
{
	const struct bytes read[] = { N64(3), BYTES("a\0b"), N64(3) };

	scene_event(s, EV_READ_X, 100, read, ARRAY_LEN(read));
	for (size_t i = 0; i < ARRAY_LEN(lines); i++)
		check_line(s, lines[i].pattern, lines[i].line);
	for (size_t i = 0; i < ARRAY_LEN(refusals); i++) {
		struct err err = { 0 };

		CHECK(!format_compile(refusals[i].pattern, &err), "refused: %s",
		      refusals[i].pattern);
		CHECK_STR(err.text, refusals[i].why, "  it says why");
		CHECK(err.at == refusals[i].at, "  at byte %d", err.at);
	}
	objects_and_rows(s);
	heads(s);
}

/* What an exit event lacks is told by its enter event. */
static void
enter_and_exit(struct scene *s)
{
	const struct bytes enter[] = { N64(3), N32(4096) }, old_exit[] = { N64(5) };
	static uint8_t bytes[64];
	struct event entered;

	scene_event(s, EV_READ_E, 100, enter, 2);
	entered = s->ev;
	memcpy(bytes, s->values, sizeof(bytes));
	entered.values = bytes;
	scene_event(s, EV_READ_X, 100, old_exit, 1);
	s->m.enter = &entered;
	s->m.has_latency = true;
	s->m.latency_ns = 1250000;
	check_line(s, "%evt.arg.size %evt.arg.fd %evt.arg.res", "4096 <f>/etc/passwd 5");
	check_line(s, "%evt.latency %evt.latency.ns %evt.latency.human",
		   "1250000 001250000 1.25ms");
	check_line(s, "%evt.args|", "res=5 |");
	check_line(s, "%evt.arg.name", NULL);
}

static void
sockets_and_failures(struct scene *s)
{
	const struct bytes conn[] = { N64(7) }, server[] = { N64(8) },
		failed[] = { N64(-2), TEXT("x"), N32(1), N32(0) };

	scene_event(s, EV_CLOSE_E, 100, conn, 1);
	check_line(s, "%fd.cip:%fd.cport %fd.sip:%fd.sport %fd.l4proto",
		   "10.0.0.1:4000 10.0.0.2:80 tcp");
	check_line(s, "%fd.lip:%fd.lport %fd.rip:%fd.rport %fd.is_server %fd.sockfamily",
		   "10.0.0.1:4000 10.0.0.2:80 false ip");
	check_line(s, "%fd.directory", NULL);
	check_line(s, "%evt.latency", "0");
	scene_event(s, EV_CLOSE_E, 100, server, 1);
	check_line(s, "%fd.sip:%fd.sport %fd.is_server", "10.0.0.1:8080 true");
	check_line(s, "%fd.rip", NULL);
	scene_event(s, EV_OPEN_X, 100, failed, 4);
	check_line(s, "%fd.name %evt.res %evt.failed", "/home/ann/x ENOENT true");
	scene_event(s, EV_CLOSE_E, 31337, conn, 1);
	check_line(s, "*%proc.name %proc.pid %thread.tid %user.name", "<NA> <NA> 31337 <NA>");
}

static void
harmless(struct scene *s)
{
	scene_event(s, EV_GETUID_E, 666, NULL, 0);
	check_line(s, "%proc.name", "e\\x1b[31mvil");
	check_line(s, "%proc.cmdline", "e\\x1b[31mvil -l a b");
}

/* Half an hour east before SCENE_NS, two hours from then on. */
static int32_t
zone(int64_t epoch_s)
{
	return epoch_s < 1534527000 ? 1800 : 7200;
}

static void
clocks(void)
{
	struct text t = { 0 };
	struct clock c;

	clock_init(&c, zone);
	clock_time(&c, 1534526999000000001u, &t);
	text_char(&t, ' ');
	clock_time(&c, 1534527000000000000u, &t);
	text_char(&t, ' ');
	clock_datetime(&c, 1534526999999999999u, &t);
	text_char(&t, ' ');
	clock_datetime_s(&c, 951782400000000000u, &t);	/* 2000-02-29 00:00:00 UTC */
	text_char(&t, ' ');
	clock_datetime_s(&c, UINT64_MAX, &t);
	text_char(&t, ' ');
	clock_span(1000000005, &t);
	text_char(&t, '\0');
	CHECK_STR(t.p, "17:59:59.000000001 19:30:00.000000000 2018-08-17 17:59:59.999999999 "
		  "2000-02-29 00:30:00 2554-07-22 01:34:33 1.000000005", "times of day");
	text_fini(&t);
}

static int32_t
west(int64_t epoch_s)
{
	(void)epoch_s;
	return -(9 * 3600 + 30 * 60);
}

static void
zones(void)
{
	struct text t = { 0 };
	struct clock c;

	clock_init(&c, zone);
	clock_zone(&c, 1534526999000000000u, &t);
	clock_zone(&c, 1534527000000000000u, &t);
	CHECK(clock_is_same_day(&c, 1534527000000000000u, 1534543199999999999u),
	      "up to midnight it is a day");
	CHECK(!clock_is_same_day(&c, 1534527000000000000u, 1534543200000000000u),
	      "behind midnight it is another");
	clock_init(&c, west);
	clock_zone(&c, 1534527000000000000u, &t);
	clock_init(&c, NULL);
	clock_zone(&c, 1534527000000000000u, &t);
	text_char(&t, '\0');
	CHECK_STR(t.p, "+00:30+02:00-09:30UTC", "zones");
	text_fini(&t);
}

int
main(void)
{
	static struct scene s;

	scene_init(&s);
	each_row_is_whole();
	formats(&s);
	enter_and_exit(&s);
	sockets_and_failures(&s);
	harmless(&s);
	entities_alone(&s);
	clocks();
	zones();
	scene_fini(&s);
	return check_done();
}
