/* Fields of what a call did: results, data, files, messages, lists. */
#include "engine/base/mem.h"
#include "engine/field/operand.h"
#include "tests/lib/check.h"
#include "tests/lib/scene.h"

#define PARAMS_MAX 6
#define CWD (-100)

/* What thread 100 does, and what is shown of it. NULL: there is no line. */
static const struct {
	uint16_t id;
	struct bytes params[PARAMS_MAX];
	const char *pattern, *line;
} cases[] = {
	{ EV_OPEN_X, { N64(3), TEXT("/etc/passwd"), N32(1), N32(0) },
	  "%evt.is_open_read %evt.is_open_write %evt.is_open_exec %evt.is_open_create",
	  "true false false false" },
	{ EV_OPEN_X, { N64(3), TEXT("x"), N32(0x4007), N32(0755) },
	  "%evt.is_open_read %evt.is_open_write %evt.is_open_exec %evt.is_open_create",
	  "true true true true" },
	{ EV_OPEN_X, { N64(-13), TEXT("x"), N32(0x2002), N32(0644) },
	  "%evt.is_open_write %evt.is_open_exec %evt.is_open_create", "true false false" },
	{ EV_CREAT_X, { N64(3), TEXT("x"), N32(0100) }, "%evt.is_open_exec", "true" },
	{ EV_OPEN_X, { N64(3), TEXT("../x//y"), N32(1), N32(0) },
	  "%fs.path.name %fs.path.nameraw", "/home/x/y ../x//y" },
	{ EV_OPEN_X, { N64(-2), TEXT("x"), N32(1), N32(0) }, "%fs.path.name", NULL },
	{ EV_OPEN_X, { N64(-2), TEXT("x"), N32(1), N32(0) },
	  "*%evt.errno %evt.count.error %evt.count.error.file %evt.count.error.net",
	  "ENOENT 1 1 <NA>" },
	{ EV_OPENAT_2_X, { N64(4), N64(5), TEXT("a/../b"), N32(1), N32(0) },
	  "%evt.abspath %evt.abspath.src %fs.path.name", "/srv/b /srv/b /srv/b" },
	{ EV_OPENAT_2_X, { N64(4), N64(77), TEXT("b"), N32(1), N32(0) }, "%evt.abspath",
	  "<UNKNOWN>/b" },
	{ EV_OPENAT_2_X, { N64(4), N64(CWD), TEXT("/b"), N32(1), N32(0) }, "%evt.abspath", "/b" },
	{ EV_OPENAT_2_X, { N64(4), N64(CWD), NOTHING, N32(1), N32(0) }, "%evt.abspath", NULL },
	{ EV_RENAMEAT_X, { N64(0), N64(5), TEXT("a"), N64(CWD), TEXT("b") },
	  "%evt.abspath|%evt.abspath.dst|%fs.path.source|%fs.path.target|%fs.path.sourceraw",
	  "/srv/a|/home/ann/b|/srv/a|/home/ann/b|a" },
	{ EV_SYMLINK_X, { N64(0), TEXT("../to"), TEXT("from") },
	  "%fs.path.source %fs.path.target %fs.path.targetraw", "/home/ann/from ../to ../to" },
	{ EV_UNLINK_2_X, { N64(0), TEXT("x") }, "*%fs.path.source %fs.path.name",
	  "<NA> /home/ann/x" },
	{ EV_READ_X, { N64(3), BYTES("a\1b"), N64(3) },
	  "*%evt.buflen.in %evt.buflen.out %evt.buflen.file.in %evt.buflen.net", "3 <NA> 3 <NA>" },
	{ EV_READ_X, { N64(3), BYTES("a\1b"), N64(3) },
	  "*%evt.errno|%evt.count.error|%evt.count.exit|%evt.failed|%evt.rawarg.data",
	  "<NA>|<NA>|1|false|a.b" },
	{ EV_READ_X, { N64(0), NOTHING, N64(3) }, "%evt.rawarg.data|", "|" },
	{ EV_READ_X, { N64(-11), NOTHING, N64(7) },
	  "*%evt.rawarg.res %evt.res %evt.count.error.net %evt.count.error.file %evt.buflen",
	  "-11 EAGAIN 1 <NA> <NA>" },
	{ EV_GETUID_E, { NOTHING }, "%evt.failed %evt.is_io %evt.type.is.getuid", "false false 1" },
	{ EV_GETUID_E, { NOTHING }, "%evt.type.is.read|%evt.type.is.124|%evt.type.is.open",
	  "0|0|0" },
	{ EV_GETUID_E, { NOTHING }, "%evt.rawarg.res", NULL },
	{ EV_MMAP_X, { N64(-12), N32(1), N32(2), N32(3) },
	  "*%evt.count.error.memory %evt.count.error.other", "1 <NA>" },
	{ EV_SENDTO_X, { N64(9), BYTES("<14>hi\33"), N64(11) },
	  "%syslog.facility %syslog.facility.str %syslog.severity.str %syslog.message|"
	  "%evt.is_syslog", "1 user info hi\\x1b|true" },
	{ EV_SENDTO_X, { N64(9), BYTES("<8191>hi"), N64(11) }, "%syslog.message", NULL },
	{ EV_SENDTO_X, { N64(9), BYTES("<>hi"), N64(11) }, "%syslog.message", NULL },
	{ EV_SENDTO_X, { N64(9), BYTES("<1"), N64(11) }, "%syslog.message", NULL },
	{ EV_SENDTO_X, { N64(9), BYTES("<14>hi"), N64(7) }, "%syslog.message", NULL },
	{ EV_READ_X, { N64(9), BYTES("<14>hi"), N64(11) }, "%syslog.message", NULL },
	{ EV_POLL_X, { N64(1), BYTES("\3\0" "\3\0\0\0\0\0\0\0" "\1\0" "\7\0\0\0\0\0\0\0" "\1\0"
				     "\x63\0\0\0\0\0\0\0" "\1\0") },
	  "%fdlist.nums|%fdlist.names|%fdlist.cips|%fdlist.sports",
	  "3,7,99|/etc/passwd,10.0.0.1:4000->10.0.0.2:80,<NA>|10.0.0.1|80" },
	{ EV_POLL_X, { N64(1), BYTES("\xff\xff" "\3\0\0\0\0\0\0\0" "\1\0" "\7\0") },
	  "%fdlist.nums", "3" },
	{ EV_POLL_X, { N64(1), BYTES("\1") }, "%fdlist.nums", NULL },
	{ EV_READ_X, { N64(3), BYTES("\1\0\3\0\0\0\0\0\0\0\1\0"), N64(3) }, "%fdlist.nums", NULL },
	{ EV_INFRASTRUCTURE_EVENT_E,
	  { TEXT("docker"), TEXT("x"),
	    TEXT("Event: start; ID: 0123456789abcdef;Image: a@b;name=n") },
	  "%evt.infra.docker.name|%evt.infra.docker.container.id|"
	  "%evt.infra.docker.container.name|%evt.infra.docker.container.image",
	  "start|0123456789ab|n|a" },
	{ EV_INFRASTRUCTURE_EVENT_E, { TEXT("docker"), TEXT("x"), TEXT(";;ID;") },
	  "*%evt.infra.docker.name|%evt.infra.docker.container.id", "<NA>|" },
	{ EV_CLOSE_E, { N64(7) }, "%fd.ip %fd.port %fd.net %fd.proto",
	  "(10.0.0.1,10.0.0.2) (4000,80) (10.0.0.1,10.0.0.2) (4000,80)" },
	{ EV_CLOSE_E, { N64(7) }, "%fd.cnet %fd.snet %fd.lproto %fd.rproto",
	  "10.0.0.1 10.0.0.2 4000 80" },
	{ EV_CLOSE_E, { N64(8) }, "%fd.ip %fd.port", "(10.0.0.1) (8080)" },
	{ EV_CLOSE_E, { N64(3) }, "*%fd.ip|%fd.cproto|%fd.cip.name", "<NA>|<NA>|<NA>" },
	{ EV_CLOSE_E, { N64(3) }, "%fd.nameraw %fd.name_changed", "/etc/passwd false" },
	{ EV_OPEN_X, { N64(3), TEXT("../p\33"), N32(1), N32(0) }, "%evt.arg.name|%evt.rawarg.name",
	  "/home/p\\x1b|../p\\x1b" },
};

/* Append PATTERN as a format would, also with fields that are for filters only.
 * False when it has no line. */
static bool
put_line(struct scene *s, const char *pattern)
{
	bool shows_missing = *pattern == '*', is_there;
	size_t len;

	for (pattern += shows_missing; *pattern; pattern += len) {
		struct operand *o;
		struct value v;

		len = 1;
		if (*pattern != '%') {
			text_char(&s->out, *pattern);
			continue;
		}
		o = operand_parse(++pattern, &len, NULL);
		if (!o)
			return CHECK(false, "an operand: %s", pattern);
		is_there = operand_get(o, &s->eval, &v);
		if (is_there)
			operand_text(o, &v, &s->render, &s->out);
		else
			text_str(&s->out, "<NA>");
		operand_free(o);
		if (!is_there && !shows_missing)
			return false;
	}
	return true;
}

static void
check_line(struct scene *s, const char *pattern, const char *line)
{
	s->out.len = 0;
	if (put_line(s, pattern))
		CHECK_STR(scene_take(s), line ? line : "(no line)", "%s", pattern);
	else
		CHECK(!line, "no line: %s", pattern);
}

static void
calls(struct scene *s)
{
	for (size_t i = 0; i < ARRAY_LEN(cases); i++) {
		uint32_t n = PARAMS_MAX;

		while (n && !cases[i].params[n - 1].p)
			n--;
		scene_event(s, cases[i].id, 100, cases[i].params, n);
		/* Old types name their descriptor in the enter event, or last. */
		for (uint32_t j = 0; j < n && !s->m.fd && s->ev.type->flags & EF_USES_FD; j++)
			s->m.fd = cases[i].params[j].len == 8 ?
				  world_fd(s->m.proc, *(const int64_t *)cases[i].params[j].p) :
				  NULL;
		eval_moment(&s->eval, &s->m);
		check_line(s, cases[i].pattern, cases[i].line);
	}
}

/* Time since: the line before, the event before. */
static void
times(struct scene *s)
{
	scene_event(s, EV_GETUID_E, 100, NULL, 0);
	s->m.before_ns = SCENE_NS - 1500000000u;
	s->eval.shown_ns = SCENE_NS - 2;
	s->eval.n_shown = 6;
	check_line(s, "%evt.deltatime %evt.deltatime.s %evt.deltatime.ns",
		   "1500000000 1 500000000");
	s->eval.is_output = true;
	check_line(s, "%evt.deltatime %util.cnt", "2 7");
	check_line(s, "%evt.around[1534527348514632619]", "0");
	check_line(s, "%evt.around[1534527348514632618]", "1");
	check_line(s, "%evt.around[1534527348512632619]", "2");
	s->m.has_latency = true;
	s->m.latency_ns = 99999;
	check_line(s, "%evt.latency.quantized", "37");
	s->m.latency_ns = UINT64_MAX;
	check_line(s, "%evt.latency.quantized", "81");
	s->m.latency_ns = 0;
	check_line(s, "%evt.latency.quantized", NULL);
}

int
main(void)
{
	static struct scene s;
	struct record rec = { .kind = RECORD_FD };

	scene_init(&s);
	rec.fd = (struct fd_record){ .tid = 100, .fd = 11, .kind = FD_UNIX,
				     .name = scene_span("/dev/log") };
	world_take(s.world, &rec);
	scene_start(&s);
	calls(&s);
	times(&s);
	scene_fini(&s);
	return check_done();
}
