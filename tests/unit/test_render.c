#include "engine/field/address.h"
#include "engine/field/render.h"

#include "engine/base/mem.h"
#include "engine/field/value.h"
#include "tests/lib/check.h"
#include "tests/lib/scene.h"

#define CASE_PARAMS 9
#define X10 "xxxxxxxxxx"

static const struct {
	uint16_t id;
	uint32_t n;
	struct bytes params[CASE_PARAMS];
	const char *args;
} cases[] = {
	/* Descriptors and paths. */
	{ EV_OPEN_X, 4, { N64(3), TEXT("/etc/passwd"), N32(4097), N32(0) },
	  "fd=3(<f>/etc/passwd) name=/etc/passwd flags=4097(O_RDONLY|O_CLOEXEC) mode=0 " },
	{ EV_OPEN_X, 4, { N64(-2), TEXT("../x"), N32(1), N32(0644) },
	  "fd=-2(ENOENT) name=../x(/home/x) flags=1(O_RDONLY) mode=0644 " },
	{ EV_OPENAT_2_X, 3, { N64(-2), N64(5), TEXT("f") },
	  "fd=-2(ENOENT) dirfd=5(<d>/srv) name=f(/srv/f) " },
	{ EV_OPENAT_2_X, 3, { N64(-2), N64(-100), TEXT(".") },
	  "fd=-2(ENOENT) dirfd=-100(AT_FDCWD) name=.(/home/ann) " },
	{ EV_OPENAT_2_X, 3, { N64(-2), N64(77), TEXT("f") },
	  "fd=-2(ENOENT) dirfd=77 name=f(<UNKNOWN>/f) " },
	{ EV_OPENAT_2_X, 3, { N64(-2), N64(5), TEXT("") },
	  "fd=-2(ENOENT) dirfd=5(<d>/srv) name= " },
	{ EV_OPENAT_2_X, 3, { N64(-2), N64(5), TEXT("(NULL)") },
	  "fd=-2(ENOENT) dirfd=5(<d>/srv) name=<NA> " },
	{ EV_CLOSE_E, 1, { N64(1234) }, "fd=1234 " },
	{ EV_CLOSE_E, 1, { N64(4294967295) }, "fd=4294967295 " },
	{ EV_CLOSE_E, 1, { N64(7) }, "fd=7(<4t>10.0.0.1:4000->10.0.0.2:80) " },
	{ EV_CLOSE_E, 1, { N64(9) }, "fd=9(<p>pipe:[12]) " },
	{ EV_POLL_E, 2, { BYTES("\2\0" "\3\0\0\0\0\0\0\0\x41\0" "\x63\0\0\0\0\0\0\0\x04\0"),
			  N64(5000) }, "fds=3:f41 99:?4 timeout=5000 " },
	{ EV_POLL_E, 2, { BYTES("\0\0"), N64(-1) }, "fds= timeout=-1 " },
	/* A list that claims more than it has. */
	{ EV_POLL_E, 1, { BYTES("\xFF\xFF" "\3\0\0\0\0\0\0\0\x41\0\3") }, "fds=3:f41 " },
	{ EV_POLL_E, 1, { NOTHING }, "fds=NULL " },
	/* Buffers. */
	{ EV_READ_X, 2, { N64(3), BYTES("a\0\x1b") }, "res=3 data=a.. " },
	{ EV_READ_X, 2, { N64(-11), NOTHING }, "res=-11(EAGAIN) data=NULL " },
	{ EV_READ_X, 2, { N64(80), BYTES(X10 X10 X10 X10 X10 X10 X10 X10) },
	  "res=80 data=" X10 X10 X10 X10 X10 X10 X10 X10 " " },
	{ EV_READ_X, 2, { N64(81), BYTES(X10 X10 X10 X10 X10 X10 X10 X10 "y") },
	  "res=81 data=" X10 X10 X10 X10 X10 X10 X10 "xxxxxxx... " },
	/* Numbers. */
	{ EV_FUTEX_E, 3, { N64(0x7FA6955AF740), N16(129), N64(-1) },
	  "addr=7FA6955AF740 op=129(FUTEX_PRIVATE_FLAG|FUTEX_WAKE) val=-1 " },
	{ EV_MMAP_X, 2, { N64(0x7FA69774E000), N32(-1) }, "res=7FA69774E000 vm_size=-1 " },
	{ EV_MMAP_X, 1, { N64(-12) }, "res=FFFFFFFFFFFFFFF4(ENOMEM) " },
	{ EV_BRK_4_E, 1, { BYTES("\1\2") }, "addr=<NA> " },
	{ EV_BRK_4_E, 1, { NOTHING }, "addr=<NA> " },
	{ EV_BRK_4_E, 3, { N64(16), N64(1), N64(2) }, "addr=10 " },
	{ EV_NANOSLEEP_E, 1, { N64(1500000000) }, "interval=1500000000(1.5s) " },
	{ EV_NANOSLEEP_E, 1, { N64(-1) }, "interval=none " },
	/* Names of flags. */
	{ EV_SOCKET_E, 3, { N32(1), N32(2), N32(0) },
	  "domain=1(AF_LOCAL|AF_UNIX) type=2 proto=0 " },
	{ EV_ACCESS_E, 1, { N32(0) }, "mode=0(F_OK) " },
	{ EV_ACCESS_E, 1, { N32(6) }, "mode=6(R_OK|W_OK) " },
	/* People and threads. */
	{ EV_GETUID_X, 1, { N32(1000) }, "uid=1000(ann) " },
	{ EV_GETUID_X, 1, { N32(5) }, "uid=5(<NA>) " },
	{ EV_GETUID_X, 1, { N32(-1) }, "uid=-1(<NONE>) " },
	{ EV_GETGID_X, 1, { N32(50) }, "gid=50(staff) " },
	{ EV_KILL_E, 2, { N64(100), N8(15) }, "pid=100(bash) sig=15(SIGTERM) " },
	{ EV_KILL_E, 2, { N64(4711), N8(0) }, "pid=4711 sig=0 " },
	{ EV_KILL_E, 2, { N64(666), N8(9) }, "pid=666(e\\x1b[31mvil) sig=9(SIGKILL) " },
	/* Types that come with the value. */
	{ EV_SETSOCKOPT_X, 6, { N64(0), N64(3), N8(1), N8(2), BYTES("\2\1\0\0\0"), N32(4) },
	  "res=0 fd=3(<f>/etc/passwd) level=1(SOL_SOCKET) optname=2(SO_REUSEADDR) val=1 "
	  "optlen=4 " },
	{ EV_SETSOCKOPT_X, 5, { N64(0), N64(99), N8(1), N8(2), BYTES("\x63\1") },
	  "res=0 fd=99 level=1(SOL_SOCKET) optname=2(SO_REUSEADDR) val=NULL " },
	{ EV_SETSOCKOPT_X, 5, { N64(0), N64(99), N8(1), N8(2), BYTES("\2\1") },
	  "res=0 fd=99 level=1(SOL_SOCKET) optname=2(SO_REUSEADDR) val=<NA> " },
	/* What is not decoded has no parameters for people. */
	{ EV_GENERIC_E, 2, { N16(3), N16(0) }, "" },
	{ EV_CLOSE_X, 0, { NOTHING }, "" },
};

static const struct {
	struct bytes bytes;
	const char *text;
} sockaddrs[] = {
	{ NOTHING, "NULL" },
	{ BYTES("\2\x7f\0\0\1\x50\0"), "127.0.0.1:80" },
	{ BYTES("\2\x7f\0"), "INVALID IPv4" },
	{ BYTES("\x0a\x20\1\x0d\xb8\0\0\0\0\0\0\0\0\0\0\0\3\x35\0"), "2001:db8::3:53" },
	{ BYTES("\x0a"), "INVALID IPv6" },
	{ BYTES("\1/run/x\0junk"), "/run/x" },
	{ BYTES("\1/run/\033x"), "/run/\\x1bx" },
	{ BYTES("\x11"), "family 17" },
};

static const struct {
	struct bytes bytes;
	const char *text;
} socktuples[] = {
	{ NOTHING, "NULL" },
	{ BYTES("\2\x7f\0\0\1\x50\0\x0a\0\0\1\1\0"), "127.0.0.1:80->10.0.0.1:1" },
	{ BYTES("\2\x7f\0\0\1\x50\0\x0a\0\0\1\1"), "INVALID IPv4" },
	{ BYTES("\x0a\0\0\0\0\0\0\0\0\0\0\xff\xff\1\2\3\4\1\0"
		"\0\0\0\0\0\0\0\0\0\0\xff\xff\5\6\7\x08\2\0"), "1.2.3.4:1->5.6.7.8:2" },
	{ BYTES("\x0a\0\0\0\0\0\0\0\0\0\0\0\0\0\0\0\1\1\0"
		"\0\0\0\0\0\0\0\0\0\0\xff\xff\5\6\7\x08\2\0"), "::1:1->::ffff:5.6.7.8:2" },
	{ BYTES("\1\0\0\0\0\0\0\0\0\x00\xab\0\0\0\0\0\0/x"), "0->ab00 /x" },
	{ BYTES("\1\0\0\0"), "NULL" },
	{ BYTES("\0"), "family 0" },
};

static void
addresses(void)
{
	static const struct address_style plain = { 0 };
	struct text t = { 0 };

	for (size_t i = 0; i < ARRAY_LEN(sockaddrs); i++) {
		t.len = 0;
		address_sockaddr((struct span){ sockaddrs[i].bytes.p, sockaddrs[i].bytes.len },
				 &plain, &t);
		text_char(&t, '\0');
		CHECK_STR(t.p, sockaddrs[i].text, "address: %s", sockaddrs[i].text);
	}
	for (size_t i = 0; i < ARRAY_LEN(socktuples); i++) {
		t.len = 0;
		address_socktuple((struct span){ socktuples[i].bytes.p,
						 socktuples[i].bytes.len }, &plain, &t);
		text_char(&t, '\0');
		CHECK_STR(t.p, socktuples[i].text, "tuple: %s", socktuples[i].text);
	}
	text_fini(&t);
}

static void
short_forms(struct scene *s)
{
	const struct bytes params[] = { N64(3), TEXT("x"), N32(1), N32(0) };

	scene_event(s, EV_OPEN_X, 100, params, ARRAY_LEN(params));
	render_param_short(&s->render, &s->m, &s->ev, 0, &s->out);
	CHECK_STR(scene_take(s), "<f>/etc/passwd", "short form of a descriptor");
	render_param_short(&s->render, &s->m, &s->ev, 3, &s->out);
	CHECK_STR(scene_take(s), "0", "short form of what means nothing more");
	render_param_short(&s->render, &s->m, &s->ev, 4, &s->out);
	CHECK_STR(scene_take(s), "<NA>", "short form of what is absent");
}

static void
names_of_types(struct scene *s)
{
	const struct bytes known[] = { N16(3), N16(0) }, number[] = { N16(0), N16(221) },
		alien[] = { N16(0), N16(60000) }, async[] = { N32(0), TEXT("con\ttainer"),
							       NOTHING };

	scene_event(s, EV_GENERIC_E, 100, known, 2);
	render_type(&s->render, &s->m, &s->out);
	CHECK_STR(scene_take(s), syscall_code_name(3), "a call by its code");
	CHECK(render_call_code(&s->render, &s->m) == 3, "  which is the one it carries");
	scene_event(s, EV_GENERIC_E, 100, number, 2);
	render_type(&s->render, &s->m, &s->out);
	CHECK_STR(scene_take(s), "fadvise64", "a call by its number");
	CHECK_STR(syscall_code_name(render_call_code(&s->render, &s->m)), "fadvise64",
		  "  which has a code too");
	scene_event(s, EV_GENERIC_E, 100, alien, 2);
	render_type(&s->render, &s->m, &s->out);
	CHECK_STR(scene_take(s), "unknown", "a call that nobody knows");
	CHECK(render_call_code(&s->render, &s->m) == 0, "  has none");
	scene_event(s, EV_ASYNCEVENT_E, -1, async, 3);
	render_type(&s->render, &s->m, &s->out);
	CHECK_STR(scene_take(s), "con\\x09tainer", "an event that names itself");
}

static void
names_are_short(void)
{
	for (size_t id = 0; id < EVENT_TYPES; id++)
		for (size_t i = 0; i < event_types[id].n_params; i++)
			if (strlen(event_types[id].params[i].name) > RENDER_NAME_MAX)
				CHECK(false, "a short name: %s", event_types[id].params[i].name);
}

int
main(void)
{
	static struct scene s;

	scene_init(&s);
	for (size_t i = 0; i < ARRAY_LEN(cases); i++) {
		scene_event(&s, cases[i].id, 100, cases[i].params, cases[i].n);
		render_args(&s.render, &s.m, &s.out);
		CHECK_STR(scene_take(&s), cases[i].args, "%s: %s", s.ev.type->name,
			  cases[i].args);
	}
	names_are_short();
	short_forms(&s);
	names_of_types(&s);
	addresses();
	scene_fini(&s);
	return check_done();
}
