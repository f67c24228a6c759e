/* Fields of processes and those around them: parents, sessions, lists. */
#include "engine/base/err.h"
#include "engine/base/mem.h"
#include "engine/field/format.h"
#include "tests/lib/check.h"
#include "tests/lib/scene.h"

static const struct {
	const char *pattern, *line;
} lines[] = {
	{ "%proc.name %proc.ppid %proc.pname", "ls 300 sh" },
	{ "%proc.aname", "sh bash init" },
	{ "%proc.apid", "300 100 1" },
	{ "%proc.aname[0] %proc.aname[1] %proc.aname[2] %proc.aname[3]", "ls sh bash init" },
	{ "%proc.aname[4]", NULL },
	{ "*%proc.apid[3] %proc.apid[4]", "1 <NA>" },
	{ "%proc.aexe", "sh bash init" },
	{ "%proc.aexepath[1]", "/usr/bin/prog" },
	{ "%proc.acmdline", "sh -l a b bash -l a b init -l a b" },
	{ "%proc.acmdline[1]", "sh -l a b" },
	{ "%proc.aargs[2]", "-l a b" },
	{ "%proc.aenv[1]|%proc.aenv[A]", "A=1 B=2|1" },
	{ "%proc.aenv[NO]", NULL },
	{ "%proc.command", "ls -l a b" },
	{ "%proc.tree", "init > bash > sh > ls" },
	{ "%proc.args[0] %proc.args[1]", "-l a b" },
	{ "%proc.args[2]", NULL },
	{ "%proc.args[-1]", NULL },
	{ "%proc.env[B] %proc.env[A]", "2 1" },
	{ "%proc.env[C]", NULL },
	{ "%proc.env['A']", "1" },
	{ "%proc.sid %proc.sname %proc.sid.exe", "400 ls ls" },
	{ "%proc.pgid %proc.pgid.name %proc.vpgid.exepath", "400 ls /usr/bin/prog" },
	{ "%proc.is_sid_leader %proc.is_pgid_leader", "true true" },
	{ "%proc.is_container_healthcheck", "false" },
	{ "%proc.loginshellid", "100" },
	{ "%thread.exectime %thread.vmsize.b", "0 20480" },
	{ "%thread.cpu", NULL },
	{ "%thread.cgroup.cpuset", NULL },
	{ "%proc.stdin.type", NULL },
	{ "%container.start_ts", NULL },
	{ "%fd.types", NULL },
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

static void
family(struct scene *s)
{
	scene_proc(s, 300, 100, "sh", "/");
	scene_proc(s, 400, 300, "ls", "/");
	scene_start(s);
	scene_event(s, EV_GETUID_E, 400, NULL, 0);
	for (size_t i = 0; i < ARRAY_LEN(lines); i++)
		check_line(s, lines[i].pattern, lines[i].line);
	scene_event(s, EV_GETUID_E, 100, NULL, 0);
	check_line(s, "%fd.types", "(file,directory,ipv4,pipe)");
	check_line(s, "%fd.types[9] %fd.types[3]", "pipe file");
	check_line(s, "%fd.types[4]", NULL);
	scene_kernel_proc(s, 402, "kworker/0:1");
	scene_event(s, EV_GETUID_E, 402, NULL, 0);
	check_line(s, "%proc.command", "[kworker/0:1]");
}

/* Processes that are above themselves, and very many above one. */
static void
damaged_families(struct scene *s)
{
	static const char *const patterns[] = {
		"*%proc.aname|%proc.apid|%proc.acmdline|%proc.aenv|%proc.aenv[X]",
		"*%proc.tree|%proc.aname[1000]|%proc.loginshellid|%proc.sname|%proc.pgid.name",
	};

	scene_proc(s, 501, 502, "a", "/");
	scene_proc(s, 502, 501, "b", "/");
	scene_proc(s, 510, 510, "self", "/");
	for (int64_t pid = 1000; pid < 1200; pid++)
		scene_proc(s, pid, pid - 1, "n", "/");
	scene_start(s);
	for (int64_t pid = 501; pid < 1200; pid++) {
		if (!world_thread(s->world, pid))
			continue;
		scene_event(s, EV_GETUID_E, pid, NULL, 0);
		for (size_t i = 0; i < ARRAY_LEN(patterns); i++) {
			struct format *f = format_compile(patterns[i], NULL);

			CHECK(f && format_line(f, &s->eval, &s->out) && s->out.len < 4096,
			      "%d: %zu bytes", (int)pid, s->out.len);
			scene_take(s);
			format_free(f);
		}
	}
	scene_event(s, EV_GETUID_E, 1199, NULL, 0);
	check_line(s, "%proc.aname[64] %proc.apid[64]", "n 1135");
}

/* Without room for a list there is none; operands bring their own. */
static void
no_room(struct scene *s)
{
	static const char *const names[] = { "proc.aname", "proc.apid" };

	s->eval.list = NULL;
	scene_event(s, EV_GETUID_E, 400, NULL, 0);
	for (size_t i = 0; i < ARRAY_LEN(names); i++) {
		struct field_use use = { .field = field_find(names[i], strlen(names[i])) };
		struct value v;

		CHECK(!field_get(&use, &s->eval, &v), "no list: %s", names[i]);
	}
	check_line(s, "%proc.aname", "sh bash init");
	check_line(s, "%proc.aname[1]", "sh");
}

int
main(void)
{
	static struct scene s;

	scene_init(&s);
	family(&s);
	damaged_families(&s);
	no_room(&s);
	scene_fini(&s);
	return check_done();
}
