/* Filters on fields of a special kind: several values, ends of a connection,
 * arguments, and answers that are remembered for an entity. */
#include "engine/filter/filter.h"

#include "engine/base/err.h"
#include "engine/base/mem.h"
#include "engine/base/text.h"
#include "tests/lib/check.h"
#include "tests/lib/scene.h"

static int32_t
port_of(const char *name)
{
	return !strcmp(name, "http") ? 80 : -1;
}

static const struct filter_options options = { .service_port = port_of };

/* A filter, and whether it matches. */
struct row {
	const char *filter;
	bool matches;
};

/* A close of 10.0.0.1:4000->10.0.0.2:80 in "bash", child of "init". */
static const struct row connection[] = {
	{ "fd.ip = 10.0.0.1", true },
	{ "fd.ip = 10.0.0.2", true },
	{ "fd.ip = 10.0.0.3", false },
	{ "fd.ip != 10.0.0.1", false },
	{ "fd.ip != 10.0.0.3", true },
	{ "not fd.ip = 10.0.0.3", true },
	{ "fd.ip in (10.0.0.2, ::1)", true },
	{ "fd.ip in (10.0.0.3, ::1)", false },
	{ "fd.ip intersects (10.0.0.2)", true },
	{ "fd.ip exists", true },
	{ "fd.ip = ::1", false },
	{ "fd.ip != ::1", true },
	{ "fd.ip = anyof (10.0.0.3, 10.0.0.2)", true },
	{ "fd.ip = allof (10.0.0.1, 10.0.0.2)", true },
	{ "fd.ip = oneof (10.0.0.1, 10.0.0.2)", false },
	{ "fd.ip != allof (10.0.0.3, 10.0.0.4)", true },
	{ "fd.ip != allof (10.0.0.3, 10.0.0.2)", false },
	{ "fd.cip = 10.0.0.1 and fd.sip = 10.0.0.2", true },
	{ "fd.port = 80", true },
	{ "fd.port = 4000", true },
	{ "fd.port = http", true },
	{ "fd.port != http", false },
	{ "fd.port in (1, 2, 3, 4, 5, 80)", true },
	{ "fd.port in (1, 2, 3, 4, 5, 6)", false },
	{ "fd.port < 81", true },
	{ "fd.port > 4000", false },
	{ "fd.port >= 4000", true },
	{ "fd.port <= 79", false },
	{ "fd.sport = http and fd.cport != 0x50", true },
	{ "fd.net = 10.0.0.0/8", true },
	{ "fd.net = 10.0.0.2/32", true },
	{ "fd.net = 10.0.0.2", true },
	{ "fd.net = 10.0.0.2/31", true },
	{ "fd.net = 10.0.0.8/29", false },
	{ "fd.net = 0.0.0.0/0", true },
	{ "fd.net != 10.0.0.0/8", false },
	{ "fd.net != 10.0.0.1/32", false },
	{ "fd.net != 192.168.0.0/16", true },
	{ "fd.net = 2001:db8::/32", false },
	{ "fd.net = 2001:db8::", false },
	{ "fd.net != ::/0", true },
	{ "fd.net in (192.168.0.0/16, 10.0.0.0/30)", true },
	{ "fd.net in (192.168.0.0/16)", false },
	{ "fd.cnet = 10.0.0.1/32 and not fd.snet = 10.0.0.1/32", true },
	{ "proc.aname = init", true },
	{ "proc.aname = bash", false },
	{ "proc.aname != init", false },
	{ "proc.aname != x", true },
	{ "proc.aname contains ini", true },
	{ "proc.aname in (x, init)", true },
	{ "proc.aname in (a, b, c, d, e, init)", true },
	{ "proc.aname intersects (x)", false },
	{ "proc.aname = anyof (x, init)", true },
	{ "proc.aname exists", true },
	{ "proc.aname[0] = bash", true },
	{ "proc.aname[1] = init", true },
	{ "proc.aname[2] exists", false },
	{ "proc.apid = 1", true },
	{ "proc.apid < 1", false },
	{ "fd.types in (file, directory, ipv4, pipe)", true },
	{ "fd.types in (file, directory)", false },
	{ "fd.types intersects (file, directory)", true },
	{ "fd.types intersects (event)", false },
	{ "fd.types exists", true },
	{ "fd.types in ()", false },
	{ "fd.types in val(fd.types)", true },
	{ "fd.types intersects val(fd.types)", true },
	{ "len(fd.types) = 4", true },
	{ "join(\",\", fd.types) contains pipe", true },
	{ "fd.types[3] in (file)", true },
	{ "proc.env[A] = 1", true },
	{ "proc.env[\"A\"] = 1", true },
	{ "proc.env[C] exists", false },
	{ "proc.args[0] = -l", true },
	{ "evt.around[1534527348514632619]=0", true },
	{ "evt.around[1534527348513632619] = 1", true },
	{ "evt.around[1534527348513632619] = 0", false },
	{ "evt.around[1534527348613632619] = 99", true },
	{ "evt.type.is.close = 1", true },
	{ "evt.type.is.open = 0", true },
	{ "evt.rawarg.fd = 7", true },
	{ "evt.rawarg.fd > 7", false },
	{ "evt.arg.fd contains 10.0.0.2", true },
	{ "evt.arg[0] startswith <4", true },
	{ "kubernetes.pod.name exists", false },
	{ "evt.dir = > and evt.type = close and fd.num = 7", true },
};

static const struct {
	const char *filter;
	int at;
	const char *why;
} refusals[] = {
	{ "fd.net < 10.0.0.0/8", 7, "`<` does not compare `fd.net`, which is network; try = != "
	  "in intersects exists" },
	{ "fd.net = 10.0.0.0/33", 9, "`10.0.0.0/33` has a length that is not 0 to 32" },
	{ "fd.net = ::/129", 9, "`::/129` has a length that is not 0 to 128" },
	{ "fd.net = ::/", 9, "`::/` has a length that is not 0 to 128" },
	{ "fd.net = ten/8", 9, "`ten/8` is no network such as 10.0.0.0/8 or 2001:db8::/32" },
	{ "fd.types = file", 9, "`=` does not compare `fd.types`, which is a list: text; try in "
	  "intersects exists" },
	{ "fd.types in val(proc.name)", 12, "a list compares with a list, one value with one" },
	{ "proc.name in val(fd.types)", 13, "a list compares with a list, one value with one" },
	{ "fd.ip = val(fd.cip)", 0, "`fd.ip` compares with constants only" },
	{ "fd.cip = val(fd.ip)", 9, "`fd.ip` compares with constants only" },
	{ "proc.name = val(proc.aname)", 12, "`proc.aname` compares with constants only" },
	{ "evt.rawarg.fd = val(fd.num)", 0, "`evt.rawarg.fd` compares with constants only" },
	{ "evt.around[5] > 1", 14, "expected = and a number: `evt.around[5]` compares with "
	  "nothing else" },
	{ "evt.around[5] exists", 14, "expected = and a number: `evt.around[5]` compares with "
	  "nothing else" },
	{ "util.cnt = 1", 0, "`util.cnt` depends on what was shown before, so that no filter "
	  "can use it" },
	{ "len(evt.outputtime) = 1", 0, "`len(evt.outputtime)` depends on what was shown "
	  "before, so that no filter can use it" },
};

static void
check_rows(struct scene *s, const struct row *rows, size_t n)
{
	for (size_t i = 0; i < n; i++) {
		struct err err = { 0 };
		struct filter *f = filter_compile(rows[i].filter, &options, &err);

		if (!CHECK(f, "compiles: %s %s", rows[i].filter, err.text))
			continue;
		CHECK(filter_match(f, &s->eval) == rows[i].matches, "  it %s",
		      rows[i].matches ? "matches" : "does not match");
		filter_free(f);
	}
}

static void
refusing(void)
{
	for (size_t i = 0; i < ARRAY_LEN(refusals); i++) {
		struct err err = { 0 };

		CHECK(!filter_compile(refusals[i].filter, &options, &err), "refused: %s",
		      refusals[i].filter);
		CHECK_STR(err.text, refusals[i].why, "  it says why");
		CHECK(err.at == refusals[i].at, "  at byte %d", err.at);
	}
}

/* A read of process 100 with these versions. */
static void
at_version(struct scene *s, uint32_t proc, uint32_t fd)
{
	const struct bytes params[] = { N64(1), BYTES("x"), N64(3) };

	scene_event(s, EV_READ_X, 100, params, ARRAY_LEN(params));
	s->m.thread_version = s->m.proc_version = proc;
	s->m.fd_version = fd;
}

/* An answer is asked once for each version. That the world changes below it
 * without a new version is what no world does: here it shows. */
static void
remembering(struct scene *s)
{
	struct filter *f = filter_compile("proc.cwd = /home/ann/", NULL, NULL);
	struct filter *both = filter_compile("proc.cwd = /home/ann/ and proc.exe = bash", NULL,
					     NULL);

	at_version(s, 7, 0);
	CHECK(filter_match(f, &s->eval) && filter_match(both, &s->eval), "it is so");
	scene_proc(s, 100, 1, "sh", "/tmp");
	at_version(s, 7, 0);
	CHECK(filter_match(f, &s->eval) && filter_match(both, &s->eval),
	      "and stays so in that version");
	at_version(s, 8, 0);
	CHECK(!filter_match(f, &s->eval) && !filter_match(both, &s->eval), "not in another");
	at_version(s, 7 + 4096, 0);
	CHECK(!filter_match(f, &s->eval), "nor in one that takes its place");
	at_version(s, 7, 0);
	CHECK(!filter_match(f, &s->eval), "which forgets it");
	at_version(s, 0, 0);
	CHECK(!filter_match(f, &s->eval), "no version is asked each time");
	scene_proc(s, 100, 1, "bash", "/home/ann");
	at_version(s, 0, 0);
	CHECK(filter_match(f, &s->eval), "no version is asked each time");
	filter_free(f);
	filter_free(both);
}

/* What is learned drops all answers. */
static void
learning(struct scene *s)
{
	const struct bytes bob[] = { N32(1000), N32(50), TEXT("bob"), TEXT("/"), TEXT("/bin/sh"),
				     TEXT("") };
	struct filter *f = filter_compile("user.name = bob", NULL, NULL);
	uint64_t before = world_age(s->world)->generation;
	struct record rec = { .kind = RECORD_EVENT };

	at_version(s, 9, 1);
	CHECK(!filter_match(f, &s->eval), "user 1000 is ann");
	scene_event(s, EV_USER_ADDED_E, 1, bob, ARRAY_LEN(bob));
	rec.ev = s->ev;
	world_take(s->world, &rec);
	at_version(s, 9, 1);
	CHECK(world_age(s->world)->generation != before, "the world learned something");
	CHECK(filter_match(f, &s->eval), "now it is bob");
	filter_free(f);
}

/* Thread TID does event ID, and the world takes it. */
static void
happens(struct scene *s, uint16_t id, int64_t tid, const struct bytes *params, uint32_t n)
{
	static struct record rec;

	rec.kind = RECORD_EVENT;
	scene_event(s, id, tid, params, n);
	rec.ev = s->ev;
	eval_moment(&s->eval, world_take(s->world, &rec));
}

/* Of a connection that was there before, a message tells the ends: they were
 * so before, in the same version. */
static void
learning_ends(struct scene *s)
{
	static const uint8_t tuple[] = { 2, 10, 0, 0, 1, 0xA0, 0x0F, 10, 0, 0, 2, 80, 0 };
	const struct bytes socket[] = { N64(20), N32(2), N32(1), N32(0) };
	const struct bytes data[] = { N64(1), BYTES("x"), N64(20), N32(1) };
	const struct bytes message[] = { N64(1), BYTES("x"), N64(20), N32(1),
					 { tuple, sizeof(tuple) } };
	struct filter *f = filter_compile("fd.name contains 10.0.0.2", NULL, NULL);
	uint32_t version;

	happens(s, EV_SOCKET_X, 100, socket, ARRAY_LEN(socket));
	happens(s, EV_WRITE_X, 100, data, ARRAY_LEN(data));
	version = s->eval.m->fd_version;
	CHECK(version && !filter_match(f, &s->eval), "its ends are not known");
	happens(s, EV_SENDTO_X, 100, message, ARRAY_LEN(message));
	CHECK(s->eval.m->fd_version == version, "they are told, in the same version");
	CHECK(filter_match(f, &s->eval), "and no old answer is given");
	filter_free(f);
}

/* Whose process it is may be told late, by its clone, in the same version. */
static void
learning_owner(struct scene *s)
{
	const struct bytes clone[] = { N64(501), TEXT("x"), NOTHING, N64(500), N64(500), N64(1),
				       TEXT("/"), N64(9), N64(0), N64(0), N32(0), N32(0), N32(0),
				       TEXT("x"), NOTHING, N32(0), N32(1000), N32(50), N64(500),
				       N64(500) };
	struct record rec = { .kind = RECORD_PROC };
	struct filter *f = filter_compile("user.name exists", NULL, NULL);
	uint32_t version;

	rec.proc = (struct proc_record){
		.tid = 500, .pid = 500, .ptid = 1, .comm = scene_span("x"), .exe = scene_span("x"),
		.exepath = scene_span("/x"), .cwd = scene_span("/"), .root = scene_span("/"),
		.args = scene_span(""), .env = scene_span(""), .cgroups = scene_span(""),
		.uid = NO_UID, .gid = NO_UID,
	};
	world_take(s->world, &rec);
	happens(s, EV_GETUID_E, 500, NULL, 0);
	version = s->eval.m->proc_version;
	CHECK(version && !filter_match(f, &s->eval), "its owner is not known");
	happens(s, EV_CLONE_20_X, 500, clone, ARRAY_LEN(clone));
	CHECK(s->eval.m->proc_version == version, "it is told, in the same version");
	CHECK(filter_match(f, &s->eval), "and no old answer is given");
	filter_free(f);
}

int
main(void)
{
	static struct scene s;
	const struct bytes fd[] = { N64(7) };

	scene_init(&s);
	scene_event(&s, EV_CLOSE_E, 100, fd, 1);
	check_rows(&s, connection, ARRAY_LEN(connection));
	refusing();
	remembering(&s);
	learning(&s);
	learning_ends(&s);
	learning_owner(&s);
	scene_fini(&s);
	return check_done();
}
