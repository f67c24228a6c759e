/* Calls that change what a process is. */
#include "engine/world/world.h"

#include "engine/base/mem.h"
#include "tests/lib/check.h"
#include "tests/lib/stage.h"

static void
begin(struct stage *s)
{
	stage_init(s, NULL, NULL);
	stage_proc(s, 1, 1, 0, "init");
	stage_proc(s, 10, 10, 1, "sh");
	stage_proc(s, 20, 20, 10, "ls");
	stage_tick(s);
}

static const char *
cwd(struct stage *s, int64_t tid)
{
	return stage_text(s, stage_process(s, tid)->cwd);
}

static void
test_folders(void)
{
	struct stage s;

	begin(&s);
	CHECK_STR(cwd(&s, 10), "/home/sh/", "the folder of the list");
	stage_event(&s, 10, EV_CHDIR_X, scap_num(0), scap_text("../a/./b//c"));
	CHECK_STR(cwd(&s, 10), "/home/a/b/c/", "chdir from there");
	stage_event(&s, 10, EV_CHDIR_X, scap_num(-2), scap_text("/nowhere"));
	CHECK_STR(cwd(&s, 10), "/home/a/b/c/", "a failed chdir changes nothing");
	stage_event(&s, 10, EV_CHDIR_X, scap_num(0), scap_text("/"));
	CHECK_STR(cwd(&s, 10), "/", "to the root");
	stage_fd(&s, 10, 5, FD_DIRECTORY, "/srv/x");
	stage_event(&s, 10, EV_FCHDIR_X, scap_num(0), scap_num(5));
	CHECK_STR(cwd(&s, 10), "/srv/x/", "to a descriptor");
	stage_event(&s, 10, EV_FCHDIR_E, scap_num(5));
	stage_event(&s, 10, EV_FCHDIR_X, scap_num(0));
	CHECK_STR(cwd(&s, 10), "/srv/x/", "told by the enter event");
	stage_event(&s, 10, EV_FCHDIR_X, scap_num(0), scap_num(99));
	CHECK_STR(cwd(&s, 10), "?", "to an unknown one: nobody knows where it is");
	stage_event(&s, 10, EV_CHDIR_X, scap_num(0), scap_text("sub"));
	CHECK_STR(cwd(&s, 10), "?", "below that neither");
	stage_open(&s, 10, 7, "file");
	CHECK_STR(stage_fd_name(&s, 10, 7), "file", "what it opens has no folder");
	stage_event(&s, 10, EV_GETCWD_X, scap_num(9), scap_text("/srv/y/z"));
	CHECK_STR(cwd(&s, 10), "/srv/y/z/", "until it is told");
	stage_event(&s, 10, EV_GETCWD_X, scap_num(9), scap_text("(unreachable)/x"));
	CHECK_STR(cwd(&s, 10), "/srv/y/z/", "outside of its root it has no name");
	CHECK_STR(cwd(&s, 20), "/home/ls/", "another process stays where it is");
	stage_event(&s, 20, EV_CHROOT_X, scap_num(0), scap_text("jail"));
	CHECK_STR(stage_text(&s, stage_process(&s, 20)->root), "/home/ls/jail", "chroot");
	stage_event(&s, 20, EV_CHROOT_X, scap_num(-1), scap_text("/no"));
	CHECK_STR(stage_text(&s, stage_process(&s, 20)->root), "/home/ls/jail", "it may fail");
	stage_fini(&s);
}

static void
test_threads_share(void)
{
	struct stage s;

	begin(&s);
	stage_clone(&s, &(struct stage_clone){ .by = 10, .res = 11, .flags = 0x2000 });
	stage_event(&s, 11, EV_CHDIR_X, scap_num(0), scap_text("/t"));
	stage_event(&s, 11, EV_SETUID_X, scap_num(0), scap_num(5));
	CHECK_STR(cwd(&s, 10), "/t/", "a thread moves all of its process");
	CHECK(stage_process(&s, 10)->uid == 5, "and is its user");
	stage_fini(&s);
}

static void
test_users(void)
{
	static const struct {
		const char *what;
		uint16_t id;
		int64_t values[3];
		size_t n;
		uint32_t uid, gid;
	} cases[] = {
		{ "setuid", EV_SETUID_X, { 7 }, 1, 7, 0 },
		{ "setgid", EV_SETGID_X, { 7 }, 1, 0, 7 },
		{ "setresuid", EV_SETRESUID_X, { 1, 2, 3 }, 3, 2, 0 },
		{ "setresuid, unchanged", EV_SETRESUID_X, { 1, -1, 3 }, 3, 0, 0 },
		{ "setresgid", EV_SETRESGID_X, { 1, 2, 3 }, 3, 0, 2 },
		{ "setreuid", EV_SETREUID_X, { 1, 2 }, 2, 2, 0 },
		{ "setregid", EV_SETREGID_X, { 1, 2 }, 2, 0, 2 },
	};

	for (size_t i = 0; i < ARRAY_LEN(cases); i++) {
		struct scap_value v[4] = { scap_num(-1) };
		struct stage s;
		const struct process *p;

		begin(&s);
		for (size_t k = 0; k < cases[i].n; k++)
			v[k + 1] = scap_num(cases[i].values[k]);
		stage_values(&s, 10, cases[i].id, v, cases[i].n + 1);
		p = stage_process(&s, 10);
		CHECK(p->uid == 0 && p->gid == 0, "%s: may fail", cases[i].what);
		v[0] = scap_num(0);
		stage_values(&s, 10, cases[i].id, v, cases[i].n + 1);
		CHECK(p->uid == cases[i].uid && p->gid == cases[i].gid, "%s", cases[i].what);
		stage_fini(&s);
	}
}

static void
test_old_users(void)
{
	struct stage s;

	begin(&s);
	stage_event(&s, 10, EV_SETUID_E, scap_num(9));
	stage_event(&s, 10, EV_SETUID_X, scap_num(0));
	CHECK(stage_process(&s, 10)->uid == 9, "setuid as its enter event tells it");
	stage_event(&s, 10, EV_SETUID_X, scap_num(0));
	CHECK(stage_process(&s, 10)->uid == 9, "and as nobody does");
	stage_fini(&s);
}

static void
test_rights(void)
{
	struct stage s;
	const struct process *p;

	begin(&s);
	p = stage_process(&s, 10);
	stage_event(&s, 10, EV_CAPSET_X, scap_num(0), scap_num(1), scap_num(2), scap_num(3));
	CHECK(p->cap_inheritable == 1 && p->cap_permitted == 2 && p->cap_effective == 3,
	      "capset");
	stage_event(&s, 10, EV_UNSHARE_X, scap_num(0), scap_num(0x400));
	CHECK(p->cap_effective == 3, "unshare of something else");
	stage_event(&s, 10, EV_UNSHARE_X, scap_num(-1), scap_num(0x100000));
	CHECK(p->cap_effective == 3, "unshare that failed");
	stage_event(&s, 10, EV_UNSHARE_X, scap_num(0), scap_num(0x100000));
	CHECK(p->cap_effective == UINT64_MAX && p->cap_inheritable == UINT64_MAX,
	      "a user namespace gives all rights");
	stage_event(&s, 20, EV_SETNS_X, scap_num(0), scap_num(4), scap_num(0x100000));
	CHECK(stage_process(&s, 20)->cap_permitted == UINT64_MAX, "so does setns");
	stage_event(&s, 20, EV_SETSID_X, scap_num(20));
	CHECK(stage_process(&s, 20)->sid == 20, "setsid");
	stage_fini(&s);
}

static void
test_unshare_files(void)
{
	struct stage s;

	begin(&s);
	stage_fd(&s, 10, 3, FD_FILE, "/a");
	stage_clone(&s, &(struct stage_clone){ .by = 10, .res = 30, .flags = 1 });
	stage_open(&s, 30, 4, "/b");
	CHECK_STR(stage_fd_name(&s, 10, 4), "/b", "two processes with one table");
	stage_event(&s, 30, EV_UNSHARE_X, scap_num(0), scap_num(1));
	stage_open(&s, 30, 4, "/c");
	CHECK_STR(stage_fd_name(&s, 10, 4), "/b", "unshare parts them");
	CHECK_STR(stage_fd_name(&s, 30, 3), "/a", "with what there was");
	stage_fini(&s);
}

static void
test_limits(void)
{
	struct stage s;

	begin(&s);
	stage_event(&s, 10, EV_SETRLIMIT_X, scap_num(0), scap_num(55), scap_num(99), scap_num(7));
	CHECK(stage_process(&s, 10)->fdlimit == 55, "setrlimit");
	stage_event(&s, 10, EV_SETRLIMIT_X, scap_num(0), scap_num(1), scap_num(9), scap_num(3));
	CHECK(stage_process(&s, 10)->fdlimit == 55, "of something else");
	stage_event(&s, 10, EV_GETRLIMIT_E, scap_num(7));
	stage_event(&s, 10, EV_GETRLIMIT_X, scap_num(0), scap_num(66), scap_num(99));
	CHECK(stage_process(&s, 10)->fdlimit == 66, "getrlimit");
	stage_event(&s, 10, EV_PRLIMIT_X, scap_num(0), scap_num(77), scap_num(99), scap_num(66),
		    scap_num(99), scap_num(20), scap_num(7));
	CHECK(stage_process(&s, 20)->fdlimit == 77 && stage_process(&s, 10)->fdlimit == 66,
	      "prlimit of another process");
	stage_event(&s, 10, EV_PRLIMIT_X, scap_num(0), scap_num(-1), scap_num(-1), scap_num(44),
		    scap_num(99), scap_num(0), scap_num(7));
	CHECK(stage_process(&s, 10)->fdlimit == 44, "prlimit that only asks");
	stage_fini(&s);
}

static void
test_memory(void)
{
	struct stage s;
	const struct thread *t;

	begin(&s);
	stage_clone(&s, &(struct stage_clone){ .by = 10, .res = 11, .flags = 0x2000 });
	stage_event(&s, 11, EV_SCHEDSWITCH_6_E, scap_num(0), scap_num(5), scap_num(6),
		    scap_num(700), scap_num(70), scap_num(7));
	t = world_thread(s.world, 11);
	CHECK(t->pfmajor == 5 && t->pfminor == 6, "faults are the thread's");
	t = world_thread(s.world, 10);
	CHECK(t->vmsize_kb == 700 && t->vmrss_kb == 70 && t->vmswap_kb == 7,
	      "memory is all of the process's");
	stage_event(&s, 10, EV_BRK_4_X, scap_num(0), scap_num(800), scap_num(80), scap_num(8));
	CHECK(t->vmsize_kb == 800 && t->vmrss_kb == 80 && t->vmswap_kb == 8, "brk");
	stage_event(&s, 10, EV_PROCINFO_E, scap_num(3), scap_num(4));
	CHECK(t->cpu_user == 3 && t->cpu_system == 4 && t->n_samples == 1, "procinfo");
	stage_event(&s, 10, EV_ASYNCEVENT_E, scap_num(0), scap_text("cpu"),
		    scap_bytes("user_ns=31234567 system_ns=4", 28));
	CHECK(t->cpu_user_ns == 31234567 && t->cpu_system_ns == 4, "and exactly");
	stage_event(&s, 10, EV_ASYNCEVENT_E, scap_num(0), scap_text("cpu"),
		    scap_bytes("user_ns=5", 9));
	stage_event(&s, 999, EV_ASYNCEVENT_E, scap_num(0), scap_text("cpu"),
		    scap_bytes("user_ns=1 system_ns=1", 21));
	CHECK(t->cpu_user_ns == 31234567, "what makes no sense is left out");
	stage_event(&s, 999, EV_PROCINFO_E, scap_num(3), scap_num(4));
	stage_event(&s, 998, EV_SCHEDSWITCH_6_E, scap_num(0), scap_num(5), scap_num(6),
		    scap_num(700), scap_num(70), scap_num(7));
	CHECK(!world_thread(s.world, 999) && !world_thread(s.world, 998),
	      "neither makes a thread");
	stage_fini(&s);
}

int
main(void)
{
	test_folders();
	test_threads_share();
	test_users();
	test_old_users();
	test_rights();
	test_unshare_files();
	test_limits();
	test_memory();
	return check_done();
}
