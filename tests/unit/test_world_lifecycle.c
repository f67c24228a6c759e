/* clone, exec and exit, as they are told by one side, the other, or both. */
#include "engine/world/world.h"

#include "engine/base/mem.h"
#include "tests/lib/check.h"
#include "tests/lib/stage.h"

enum {
	FILES = 0x1, NEWPID = 0x40, PARENT = 0x100, THREAD = 0x2000, VFORK = 0x8000000,
	CHILD_IN_PIDNS = 0x20000000,
};

/* Process 10 with a file open, child of 1. */
static void
begin(struct stage *s)
{
	stage_init(s, NULL, NULL);
	stage_proc(s, 1, 1, 0, "init");
	stage_proc(s, 10, 10, 1, "sh");
	stage_fd(s, 10, 3, FD_FILE, "/tmp/x");
	stage_tick(s);
}

static void
tell_parent(struct stage *s, uint32_t flags)
{
	stage_clone(s, &(struct stage_clone){ .by = 10, .res = 20, .ptid = 1, .flags = flags,
					      .comm = "sh" });
}

static void
tell_child(struct stage *s, uint32_t flags)
{
	bool is_thread = flags & THREAD;

	stage_clone(s, &(struct stage_clone){ .by = 20, .pid = is_thread ? 10 : 20,
					      .ptid = is_thread ? 1 : 10, .flags = flags,
					      .comm = "sh" });
}

/* What must be so, whoever told of the clone. */
static void
check_child(struct stage *s, uint32_t flags, const char *what)
{
	const struct thread *t = world_thread(s->world, 20);

	if (!CHECK(t != NULL, "%s: the child is there", what))
		return;
	CHECK_STR(stage_text(s, t->comm), "sh", "%s: its name", what);
	CHECK(t->vtid == 20, "%s: its vtid", what);
	CHECK_STR(stage_fd_name(s, 20, 3), "/tmp/x", "%s: its descriptor", what);
	if (flags & THREAD) {
		CHECK(t->proc == stage_process(s, 10), "%s: in its process", what);
		CHECK(t->proc->n_threads == 2, "%s: which has two", what);
		return;
	}
	CHECK(t->proc != stage_process(s, 10), "%s: a process of its own", what);
	CHECK(t->proc->pid == 20 && t->proc->ppid == 10 && t->proc->vpid == 20,
	      "%s: its numbers", what);
	CHECK(t->proc->parent == stage_process(s, 10), "%s: its parent", what);
	CHECK(t->proc->fdlimit == 1024, "%s: its limit", what);
	CHECK_STR(stage_text(s, t->proc->cwd), "/home/sh/", "%s: its folder", what);
	CHECK_STR(stage_text(s, t->proc->exepath), "/bin/listed", "%s: its file", what);
	CHECK((t->proc->fds == stage_process(s, 10)->fds) == !!(flags & FILES),
	      "%s: its table", what);
	stage_open(s, 20, 3, "/tmp/y");
	CHECK_STR(stage_fd_name(s, 10, 3), flags & FILES ? "/tmp/y" : "/tmp/x",
		  "%s: who sees what it opens", what);
}

static void
test_sides(void)
{
	static const struct {
		const char *what;
		uint32_t flags;
		const char *order;	/* p: the parent tells; c: the child */
	} cases[] = {
		{ "fork", 0, "pc" }, { "fork, child first", 0, "cp" },
		{ "fork, parent only", 0, "p" }, { "fork, child only", 0, "c" },
		{ "thread", THREAD, "pc" }, { "thread, child first", THREAD, "cp" },
		{ "thread, parent only", THREAD, "p" }, { "thread, child only", THREAD, "c" },
		{ "shared files", FILES, "pc" }, { "shared files, child first", FILES, "cp" },
		{ "vfork", VFORK, "cp" }, { "vfork, child only", VFORK, "c" },
		{ "fork told twice", 0, "pcp" },
	};

	for (size_t i = 0; i < ARRAY_LEN(cases); i++) {
		const char *side = cases[i].order;
		struct stage s;
		uint32_t id = 0;

		begin(&s);
		for (; *side; side++) {
			if (*side == 'p')
				tell_parent(&s, cases[i].flags);
			else
				tell_child(&s, cases[i].flags);
			if (side == cases[i].order)
				id = world_thread(s.world, 20)->id;
		}
		if (!strcmp(cases[i].order, "pcp"))
			id = world_thread(s.world, 20)->id;
		CHECK(world_thread(s.world, 20)->id == id, "%s: one entity", cases[i].what);
		check_child(&s, cases[i].flags, cases[i].what);
		stage_fini(&s);
	}
}

/* The parent's side of these names nobody that we could know. */
static void
test_left_to_child(void)
{
	static const struct {
		const char *what;
		struct stage_clone c;
	} cases[] = {
		{ "vfork by its flag", { .by = 10, .res = 20, .flags = VFORK } },
		{ "vfork by its name", { .id = EV_VFORK_20_X, .by = 10, .res = 20 } },
		{ "new pid namespace", { .by = 10, .res = 20, .flags = NEWPID } },
		{ "in a pid namespace", { .by = 10, .res = 20, .flags = CHILD_IN_PIDNS } },
		{ "CLONE_PARENT", { .by = 10, .res = 20, .flags = PARENT } },
		{ "failed", { .by = 10, .res = -11 } },
		{ "itself", { .by = 10, .res = 10 } },
	};

	for (size_t i = 0; i < ARRAY_LEN(cases); i++) {
		struct stage s;
		struct world_size size;

		begin(&s);
		stage_clone(&s, &cases[i].c);
		world_size(s.world, &size);
		CHECK(size.n_threads == 2, "%s: the parent's side makes nobody", cases[i].what);
		stage_fini(&s);
	}
}

static void
test_pid_namespace(void)
{
	struct stage s;
	const struct thread *t;

	begin(&s);
	stage_clone(&s, &(struct stage_clone){ .by = 30, .ptid = 10, .vtid = 1, .vpid = 1,
					       .flags = NEWPID | CHILD_IN_PIDNS });
	stage_clone(&s, &(struct stage_clone){ .by = 31, .ptid = 30, .vtid = 7, .vpid = 7,
					       .flags = CHILD_IN_PIDNS });
	/* Told by 31, in numbers of its namespace: 8 is nobody we know. */
	stage_clone(&s, &(struct stage_clone){ .by = 31, .ptid = 30, .res = 8, .vtid = 7,
					       .vpid = 7 });
	CHECK(!world_thread(s.world, 8), "a number of a namespace makes nobody");
	stage_clone(&s, &(struct stage_clone){ .by = 32, .ptid = 31, .vtid = 8, .vpid = 8,
					       .flags = CHILD_IN_PIDNS });
	t = world_thread(s.world, 32);
	CHECK(t && t->vtid == 8 && t->proc->vpid == 8, "the child tells both numbers");
	CHECK(stage_process(&s, 30)->is_reaper, "the first of a namespace takes orphans");
	stage_exit(&s, 31, 0);
	CHECK(stage_process(&s, 32)->parent == stage_process(&s, 30), "and gets them");
	CHECK(stage_process(&s, 32)->ppid == 30, "under its number outside");
	stage_fini(&s);
}

/* Who lives in a pid namespace goes on before its child runs. */
static void
test_late_child(void)
{
	static const struct {
		const char *what;
		bool child_first;
		int64_t vtid;
		const char *three, *five;	/* what the child has; NULL: nothing */
	} cases[] = {
		{ "told by its parent first", false, 8, "/tmp/x", NULL },
		{ "the first to tell", true, 8, "/tmp/x", NULL },
		{ "of another fork", false, 9, NULL, "/tmp/new" },
	};

	for (size_t i = 0; i < ARRAY_LEN(cases); i++) {
		struct stage_clone parent = { .by = 10, .res = 8, .ptid = 1, .vtid = 7, .vpid = 7,
					      .flags = CHILD_IN_PIDNS };
		struct stage_clone child = { .by = 32, .ptid = 10, .vtid = cases[i].vtid,
					     .vpid = cases[i].vtid, .flags = CHILD_IN_PIDNS };
		const char *what = cases[i].what;
		struct stage s;

		begin(&s);
		stage_fd(&s, 10, 4, FD_FILE, "/tmp/kept");
		stage_clone(&s, cases[i].child_first ? &child : &parent);
		if (cases[i].child_first)
			stage_clone(&s, &parent);
		stage_event(&s, 10, EV_CLOSE_E, scap_num(3));
		stage_event(&s, 10, EV_CLOSE_X, scap_num(0));
		stage_open(&s, 10, 5, "/tmp/new");
		stage_tick(&s);
		if (!cases[i].child_first)
			stage_clone(&s, &child);
		CHECK(!world_fd(stage_process(&s, 10), 3), "%s: the parent's is closed", what);
		CHECK(!!world_fd(stage_process(&s, 32), 3) == !!cases[i].three &&
		      !!world_fd(stage_process(&s, 32), 5) == !!cases[i].five,
		      "%s: the child has what there was when it was made", what);
		if (cases[i].three)
			CHECK_STR(stage_fd_name(&s, 32, 3), cases[i].three, "%s: by name", what);
		CHECK_STR(stage_fd_name(&s, 32, 4), "/tmp/kept", "%s: and the rest", what);
		stage_fini(&s);
	}
}

static void
test_unknown_parents(void)
{
	struct stage s;
	const struct process *p;

	stage_init(&s, NULL, NULL);
	stage_clone(&s, &(struct stage_clone){ .by = 50, .res = 51, .pid = 50, .ptid = 9,
					       .comm = "who" });
	p = stage_process(&s, 50);
	CHECK(p && p->pid == 50 && p->ppid == 9, "clone tells who its caller is");
	CHECK_STR(p ? stage_text(&s, p->comm) : "", "who", "and its name");
	CHECK(stage_process(&s, 51) && stage_process(&s, 51)->parent == p, "and its child");
	stage_clone(&s, &(struct stage_clone){ .by = 61, .ptid = 60 });
	CHECK(stage_process(&s, 61)->ppid == 60 && !stage_process(&s, 61)->cwd,
	      "a child of nobody known has nothing from it");
	stage_clone(&s, &(struct stage_clone){ .by = 71, .pid = 70, .ptid = 1,
					       .flags = THREAD });
	p = stage_process(&s, 71);
	CHECK(p->pid == 70 && p->leader && p->leader->tid == 70, "a thread tells of its leader");
	stage_clone(&s, &(struct stage_clone){ .by = 81, .ptid = -1 });
	CHECK(stage_process(&s, 81) && !world_thread(s.world, -1), "nobody is -1");
	stage_clone(&s, &(struct stage_clone){ .by = -1, .res = 90 });
	stage_clone(&s, &(struct stage_clone){ .by = -1, .pid = 91 });
	CHECK(!world_thread(s.world, 90) && !world_thread(s.world, -1),
	      "an event of nobody makes nobody");
	stage_fini(&s);
}

/* A thread that only acted, until something tells whose it is. */
static void
test_learned_threads(void)
{
	struct stage s;
	const struct process *p;

	begin(&s);
	stage_open(&s, 15, 7, "/tmp/7");
	stage_open(&s, 15, 3, "/tmp/3");
	CHECK(stage_process(&s, 15)->pid == -1 && !world_thread(s.world, 15)->known,
	      "of an unknown thread only its tid is known");
	CHECK_STR(stage_fd_name(&s, 15, 7), "/tmp/7", "and what it opened");
	stage_clone(&s, &(struct stage_clone){ .by = 15, .res = 16, .pid = 10, .ptid = 1,
					       .flags = THREAD, .comm = "sh" });
	p = stage_process(&s, 10);
	CHECK(stage_process(&s, 15) == p && stage_process(&s, 16) == p && p->n_threads == 3,
	      "it turns out to be of a known process");
	CHECK_STR(stage_fd_name(&s, 10, 7), "/tmp/7", "which has what it opened");
	CHECK_STR(stage_fd_name(&s, 10, 3), "/tmp/x", "but for what it had itself");
	stage_fini(&s);
}

static void
test_reuse(void)
{
	struct stage s;
	uint32_t id;
	const struct thread *t;

	begin(&s);
	tell_parent(&s, 0);
	tell_child(&s, 0);
	id = stage_process(&s, 20)->id;
	stage_fd(&s, 20, 9, FD_FILE, "/tmp/old");
	s.ts_ns += 3000000000u;
	tell_parent(&s, 0);
	CHECK(stage_process(&s, 20)->id != id, "a pid told again is another process");
	CHECK(!stage_fd_of(&s, 20, 9), "without the descriptors of the old one");
	id = stage_process(&s, 20)->id;
	s.ts_ns += 3000000000u;
	stage_clone(&s, &(struct stage_clone){ .by = 20, .ptid = 1 });
	CHECK(stage_process(&s, 20)->id != id && stage_process(&s, 20)->ppid == 1,
	      "the same from the child's side");
	/* A thread of 10 had tid 21; its end was lost, and 21 is a process now. */
	stage_clone(&s, &(struct stage_clone){ .by = 10, .res = 21, .flags = THREAD });
	stage_clone(&s, &(struct stage_clone){ .by = 21, .ptid = 20 });
	t = world_thread(s.world, 21);
	CHECK(t && t->proc->pid == 21 && stage_process(&s, 10)->n_threads == 1,
	      "a tid of a thread may become a process");
	/* And back: a tid used twice inside one process. */
	stage_clone(&s, &(struct stage_clone){ .by = 21, .res = 22, .pid = 21, .flags = THREAD });
	id = world_thread(s.world, 22)->id;
	s.ts_ns += 3000000000u;
	stage_clone(&s, &(struct stage_clone){ .by = 21, .res = 22, .pid = 21, .flags = THREAD });
	CHECK(world_thread(s.world, 22)->id != id && stage_process(&s, 21)->n_threads == 2,
	      "a tid used twice in a process");
	stage_exit(&s, 22, 0);
	stage_clone(&s, &(struct stage_clone){ .by = 21, .res = 22, .pid = 21, .ptid = 20,
					       .flags = THREAD });
	CHECK(!world_thread(s.world, 22), "the parent's side comes after the child's end");
	stage_fini(&s);
}

static void
test_clock_goes_back(void)
{
	struct stage s;
	uint32_t id;

	begin(&s);
	tell_parent(&s, 0);
	id = world_thread(s.world, 20)->id;
	s.ts_ns -= 1000000;
	tell_child(&s, 0);
	CHECK(world_thread(s.world, 20)->id == id, "two cpus need not agree on the time");
	stage_fini(&s);
}

static void
test_exit(void)
{
	struct stage s;
	const struct process *init;

	begin(&s);
	init = stage_process(&s, 1);
	tell_parent(&s, 0);
	stage_clone(&s, &(struct stage_clone){ .by = 20, .res = 30, .ptid = 10 });
	stage_event(&s, 20, EV_PROCEXIT_1_E, scap_num(0), scap_num(0), scap_num(0), scap_num(0),
		    scap_num(0));
	CHECK(s.m->thread && s.m->thread->dead && s.m->proc->pid == 20,
	      "an exit shows who exits");
	stage_tick(&s);
	CHECK(!world_thread(s.world, 20), "who is gone at the next event");
	CHECK(stage_process(&s, 30)->parent == init && stage_process(&s, 30)->ppid == 1,
	      "its child goes to init");
	stage_clone(&s, &(struct stage_clone){ .by = 30, .res = 40, .ptid = 1 });
	stage_exit(&s, 30, 10);
	CHECK(stage_process(&s, 40)->parent == stage_process(&s, 10) &&
	      stage_process(&s, 40)->ppid == 10, "or to whom the exit tells");
	CHECK(stage_process(&s, 10)->is_reaper, "who takes orphans from then on");
	stage_exit(&s, 999, 0);
	stage_exit(&s, -1, 0);
	CHECK(s.m && stage_process(&s, 10), "the end of nobody known ends nobody");
	stage_exit(&s, 1, 0);
	CHECK(!stage_process(&s, 10)->parent && stage_process(&s, 10)->ppid == 0,
	      "without anybody to go to there is no parent");
	stage_fini(&s);
}

static void
test_subreaper(void)
{
	struct stage s;

	begin(&s);
	stage_event(&s, 10, EV_PRCTL_X, scap_num(0), scap_num(36), scap_text(""), scap_num(1));
	tell_parent(&s, 0);
	stage_clone(&s, &(struct stage_clone){ .by = 20, .res = 30, .ptid = 10 });
	stage_exit(&s, 20, 0);
	CHECK(stage_process(&s, 30)->ppid == 10, "a subreaper takes orphans");
	stage_event(&s, 10, EV_PRCTL_X, scap_num(0), scap_num(36), scap_text(""), scap_num(0));
	stage_clone(&s, &(struct stage_clone){ .by = 30, .res = 40, .ptid = 10 });
	stage_exit(&s, 30, 0);
	CHECK(stage_process(&s, 40)->ppid == 1, "until it does so no more");
	stage_fini(&s);
}

static void
test_leader_first(void)
{
	struct stage s;
	uint32_t id;
	struct world_size size;

	begin(&s);
	stage_clone(&s, &(struct stage_clone){ .by = 10, .res = 11, .pid = 10, .flags = THREAD });
	stage_clone(&s, &(struct stage_clone){ .by = 10, .res = 12, .pid = 10, .flags = THREAD });
	id = stage_process(&s, 10)->id;
	stage_exit(&s, 10, 0);
	CHECK(stage_process(&s, 11)->id == id && stage_process(&s, 11)->n_threads == 2,
	      "a process outlives its leader");
	CHECK_STR(stage_fd_name(&s, 11, 3), "/tmp/x", "with its descriptors");
	CHECK_STR(stage_text(&s, stage_process(&s, 11)->comm), "sh", "and its name");
	stage_exit(&s, 11, 0);
	CHECK(stage_process(&s, 12)->n_threads == 1 && stage_process(&s, 12)->leader,
	      "until its last thread");
	stage_exit(&s, 12, 0);
	world_size(s.world, &size);
	CHECK(size.n_threads == 1 && size.n_processes == 1 && size.n_fds == 0,
	      "with which all of it goes");
	stage_fini(&s);
}

static void
test_exec(void)
{
	struct stage s;
	const struct process *p;
	const struct descriptor *fd;

	begin(&s);
	stage_event(&s, 10, EV_OPEN_X, scap_num(4), scap_text("/tmp/c"), scap_num(0x1001));
	fd = stage_fd_of(&s, 10, 4);
	CHECK(fd && fd->cloexec, "O_CLOEXEC is known");
	stage_clone(&s, &(struct stage_clone){ .by = 10, .res = 11, .pid = 10, .flags = THREAD });
	tell_parent(&s, FILES);
	stage_event(&s, 10, EV_EXECVE_19_E, scap_text("bin/ls"));
	stage_exec(&s, 10, 10, 1, "ls");
	p = stage_process(&s, 10);
	CHECK(s.m->enter && s.m->has_latency && s.m->latency_ns == 1000, "exec is one call");
	CHECK_STR(stage_text(&s, p->comm), "ls", "it has a new name");
	CHECK_STR(stage_text(&s, p->exepath), "/home/sh/bin/ls", "and a new file");
	CHECK(!memcmp(stage_text(&s, p->env), "A=1", 4), "a new environment");
	CHECK(p->exec_ns == s.ts_ns - 1000, "the time of it");
	CHECK(!world_thread(s.world, 11) && p->n_threads == 1, "and no other threads");
	CHECK(!stage_fd_of(&s, 10, 4), "what is to be closed on exec is");
	CHECK_STR(stage_fd_name(&s, 10, 3), "/tmp/x", "nothing else is");
	CHECK_STR(stage_fd_name(&s, 20, 4), "/tmp/c", "nothing of who shared the table");
	stage_event(&s, 10, EV_EXECVE_19_E, scap_text("/bin/no"));
	stage_event(&s, 10, EV_EXECVE_19_X, scap_num(-2), scap_text("no"));
	CHECK_STR(stage_text(&s, stage_process(&s, 10)->comm), "ls", "a failed exec is none");
	stage_fini(&s);
}

static void
test_exec_by_others(void)
{
	struct stage s;
	const struct process *p;

	begin(&s);
	stage_exec(&s, 40, 40, 10, "new");
	p = stage_process(&s, 40);
	CHECK(p->pid == 40 && p->parent == stage_process(&s, 10), "exec tells who it is");
	CHECK_STR(stage_text(&s, p->comm), "new", "and its name");
	CHECK(p->exepath == 0, "but not its file when nothing does");
	/* Thread 11 runs a program: the call ends as the leader's. */
	stage_clone(&s, &(struct stage_clone){ .by = 10, .res = 11, .pid = 10, .flags = THREAD });
	stage_exit(&s, 10, 0);
	stage_event(&s, 11, EV_EXECVE_19_E, scap_text("/bin/other"));
	stage_exec(&s, 10, 10, 1, "other");
	p = stage_process(&s, 10);
	CHECK(p->n_threads == 1 && p->leader && !p->leader->dead && !world_thread(s.world, 11),
	      "a thread that runs a program becomes the leader");
	CHECK_STR(stage_text(&s, p->exepath), "/bin/other", "with the file it asked for");
	stage_fini(&s);
}

static void
test_execveat(void)
{
	static const struct {
		const char *what;
		int64_t dirfd;
		const char *path;
		const char *want;
	} cases[] = {
		{ "absolute", 99, "/bin/a", "/bin/a" },
		{ "of the folder", -100, "a", "/home/sh/a" },
		{ "of a descriptor", 5, "../a", "/a" },
		{ "a descriptor itself", 3, "", "/tmp/x" },
		{ "of nobody knows what", 99, "a", "?" },
		{ "not told", 5, "<NA>", "?" },
	};

	for (size_t i = 0; i < ARRAY_LEN(cases); i++) {
		struct stage s;

		begin(&s);
		stage_fd(&s, 10, 5, FD_DIRECTORY, "/opt");
		stage_event(&s, 10, EV_EXECVEAT_E, scap_num(cases[i].dirfd),
			    scap_text(cases[i].path), scap_num(0x1000));
		stage_exec(&s, 10, 10, 1, "a");
		CHECK(s.m->enter, "execveat, %s: returns through execve", cases[i].what);
		CHECK_STR(stage_text(&s, stage_process(&s, 10)->exepath), cases[i].want,
			  "execveat, %s: its file", cases[i].what);
		stage_fini(&s);
	}
}

int
main(void)
{
	test_sides();
	test_left_to_child();
	test_pid_namespace();
	test_late_child();
	test_unknown_parents();
	test_learned_threads();
	test_reuse();
	test_clock_goes_back();
	test_exit();
	test_subreaper();
	test_leader_first();
	test_exec();
	test_exec_by_others();
	test_execveat();
	return check_done();
}
