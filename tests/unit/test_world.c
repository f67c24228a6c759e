/* What an event means at its moment, and what an observer is told of. */
#include "engine/world/world.h"

#include <inttypes.h>

#include "engine/base/intern.h"
#include "engine/base/mem.h"
#include "tests/lib/check.h"
#include "tests/lib/stage.h"

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
test_pairs(void)
{
	struct stage s;

	begin(&s);
	stage_event(&s, 10, EV_READ_E, scap_num(3), scap_num(100));
	CHECK(s.m->has_fd_num && s.m->fd_num == 3 && s.m->fd && !s.m->enter, "a call begins");
	/* What happens in between is no part of it. */
	stage_event(&s, 10, EV_SCHEDSWITCH_6_E, scap_num(0));
	CHECK(s.m->thread && !s.m->has_fd_num, "a switch is the thread's");
	stage_event(&s, 10, EV_SIGNALDELIVER_E, scap_num(1), scap_num(10), scap_num(9));
	stage_event(&s, 10, EV_PAGE_FAULT_E, scap_num(1), scap_num(2), scap_num(3));
	stage_event(&s, 1, EV_GETUID_E, SCAP_NOTHING);
	stage_event(&s, 10, EV_READ_X, scap_num(5), scap_bytes("hello", 5));
	CHECK(s.m->enter && s.m->enter->id == EV_READ_E && s.m->fd_num == 3 && s.m->fd,
	      "and ends, on the same descriptor");
	CHECK(s.m->has_latency && s.m->latency_ns == 5000, "after its time");
	stage_event(&s, 10, EV_READ_X, scap_num(5), scap_bytes("hello", 5));
	CHECK(!s.m->enter && !s.m->has_latency && !s.m->has_fd_num, "it ends once");
	stage_event(&s, 10, EV_READ_E, scap_num(3), scap_num(100));
	stage_event(&s, 10, EV_WRITE_X, scap_num(5), scap_empty(), scap_num(7));
	CHECK(!s.m->enter && s.m->fd_num == 7 && !s.m->fd, "another call's end is none");
	stage_event(&s, 10, EV_READ_X, scap_num(5), scap_bytes("hello", 5));
	CHECK(!s.m->enter, "and the call is given up");
	stage_event(&s, 10, EV_READ_E, scap_num(9), scap_num(1));
	stage_event(&s, 10, EV_READ_E, scap_num(3), scap_num(1));
	stage_event(&s, 10, EV_READ_X, scap_num(5), scap_empty());
	CHECK(s.m->enter && s.m->fd_num == 3, "an end that was lost");
	s.ts_ns -= 500000;
	stage_event(&s, 10, EV_READ_E, scap_num(3), scap_num(1));
	s.ts_ns -= 500000;
	stage_event(&s, 10, EV_READ_X, scap_num(5), scap_empty());
	CHECK(s.m->enter && !s.m->has_latency, "time that goes back is no duration");
	stage_event(&s, 10, EV_GENERIC_E, scap_num(5), scap_num(9));
	stage_event(&s, 10, EV_GENERIC_X, scap_num(6));
	CHECK(!s.m->enter, "two other calls are not the same");
	stage_event(&s, 10, EV_GENERIC_E, scap_num(5), scap_num(9));
	stage_event(&s, 10, EV_GENERIC_X, scap_num(5));
	CHECK(s.m->enter, "unless they are");
	stage_fini(&s);
}

static void
test_big_enter(void)
{
	static char big[6000];
	struct stage s;

	begin(&s);
	memset(big, 'x', sizeof(big) - 1);
	stage_event(&s, 10, EV_OPEN_E, scap_text(big), scap_num(1), scap_num(0));
	stage_event(&s, 10, EV_OPEN_X, scap_num(7), scap_text("/short"), scap_num(1));
	CHECK(s.m->enter && s.m->has_latency, "a start too big to keep still starts");
	CHECK_STR(stage_fd_name(&s, 10, 7), "/short", "but tells nothing");
	stage_event(&s, 10, EV_OPEN_X, scap_num(8), scap_text(big), scap_num(1));
	CHECK_STR(stage_fd_name(&s, 10, 8), "/DIR_TOO_LONG/FILENAME_TOO_LONG",
		  "a path too long to keep says so");
	stage_fini(&s);
}

static void
test_moments(void)
{
	struct stage s;
	struct record unknown = { .kind = RECORD_EVENT, .ev = { .id = 999, .tid = 10 } };

	begin(&s);
	stage_event(&s, -1, EV_GETUID_X, scap_num(0));
	CHECK(!s.m->thread && !s.m->proc && s.m->num == 2, "an event of nobody");
	stage_event(&s, -1, EV_CLOSE_X, scap_num(0), scap_num(3));
	CHECK(!s.m->thread && s.m->fd_num == 3 && !s.m->fd, "nobody has no descriptors");
	stage_event(&s, 77, EV_GETUID_E, SCAP_NOTHING);
	CHECK(s.m->thread && !s.m->thread->known && s.m->thread_version && s.m->proc_version,
	      "an event tells of a thread");
	stage_event(&s, 78, EV_SCHEDSWITCH_6_E, scap_num(0));
	CHECK(!s.m->thread, "a switch does not");
	stage_event(&s, 10, EV_DROP_E, scap_num(1));
	CHECK(s.m->is_internal && !s.m->thread, "bookkeeping");
	s.dump_flags = EVENT_STATE_ONLY;
	stage_open(&s, 10, 5, "/state");
	CHECK(s.m->is_state_only && s.m->num == 7, "an event for the state is counted");
	s.dump_flags = 0;
	CHECK_STR(stage_fd_name(&s, 10, 5), "/state", "and changes it");
	CHECK(world_take(s.world, &unknown)->num == 0, "an unknown type is not counted");
	stage_tick(&s);
	CHECK(s.m->num == 8, "the next one is");
	s.dump_flags = EVENT_STATE_ONLY | EVENT_RESTATED;
	stage_open(&s, 10, 6, "/again");
	CHECK(s.m->num == 0 && s.m->fd, "nor is what another file told before");
	s.dump_flags = 0;
	CHECK_STR(stage_fd_name(&s, 10, 6), "/again", "which is so all the same");
	stage_tick(&s);
	CHECK(s.m->num == 9, "the next one is");
	stage_fini(&s);
}

/* A list may tell of a descriptor what only events could. */
static void
test_restated(void)
{
	struct fd_record told = {
		.tid = 10, .fd = 4, .kind = FD_IPV4, .l4 = L4_TCP, .src_ip = { 10, 0, 0, 1 },
		.dst_ip = { 10, 0, 0, 2 }, .src_port = 80, .dst_port = 5000, .role = 2,
		.is_restated = true, .cloexec = true, .has_tuple = true, .open_flags = 2,
	};
	struct stage s;
	const struct descriptor *fd;

	stage_init(&s, NULL, NULL);
	stage_proc(&s, 10, 10, 1, "server");
	stage_fd_record(&s, &told);
	told.fd = 5;
	told.is_restated = false;
	stage_fd_record(&s, &told);
	world_settle(s.world);
	fd = stage_fd_of(&s, 10, 4);
	CHECK(fd && fd->role == ROLE_SERVER && fd->cloexec && !fd->connected,
	      "what is told again counts");
	CHECK_STR(stage_fd_name(&s, 10, 4), "10.0.0.1:80->10.0.0.2:5000", "with the ends as told");
	fd = stage_fd_of(&s, 10, 5);
	CHECK(fd && fd->role == ROLE_CLIENT && !fd->cloexec && fd->connected,
	      "else it is found out");
	stage_fini(&s);
}

/* What the last event ended is shown with it, and no longer. */
static void
test_settle(void)
{
	struct stage s;

	begin(&s);
	stage_open(&s, 10, 6, "/x");
	stage_event(&s, 10, EV_CLOSE_X, scap_num(0), scap_num(6));
	CHECK(stage_fd_of(&s, 10, 6), "a descriptor is there while its end is told");
	world_settle(s.world);
	CHECK(!stage_fd_of(&s, 10, 6), "and gone when the event is over");
	stage_event(&s, 10, EV_PROCEXIT_1_E, scap_num(0), scap_num(0), scap_num(0), scap_num(0));
	CHECK(world_thread(s.world, 10), "so is a thread");
	world_settle(s.world);
	CHECK(!world_thread(s.world, 10), "and gone");
	stage_fini(&s);
}

/* The list is in any order; links are made when all of it is in. */
static void
test_lists(void)
{
	struct stage s;
	const struct process *p;
	struct world_size size;
	size_t n;
	const struct thread **threads;

	stage_init(&s, NULL, NULL);
	stage_proc(&s, 30, 30, 20, "child");
	stage_proc(&s, 21, 20, 10, "thread");
	stage_proc(&s, 20, 20, 10, "parent");
	stage_proc(&s, 10, 10, 40, "ring");
	stage_proc(&s, 40, 40, 10, "ring2");
	stage_proc(&s, -5, -5, 10, "nobody");
	stage_fd(&s, 21, 6, FD_FILE, "/t");
	stage_fd(&s, 99, 6, FD_FILE, "/nobody");
	world_settle(s.world);
	p = stage_process(&s, 20);
	CHECK(stage_process(&s, 30)->parent == p && stage_process(&s, 30)->ppid == 20,
	      "parents may come after their children");
	CHECK(stage_process(&s, 21) == p && p->n_threads == 2 && p->leader->tid == 20,
	      "leaders after their threads");
	CHECK_STR(stage_text(&s, p->comm), "parent", "the leader names the process");
	CHECK_STR(stage_text(&s, p->cwd), "/home/parent/", "and is where it is");
	CHECK_STR(stage_fd_name(&s, 20, 6), "/t", "a thread's descriptors are all's");
	CHECK(!stage_process(&s, 10)->parent || !stage_process(&s, 40)->parent, "no rings");
	threads = world_threads(s.world, &n);
	CHECK(n == 5 && threads[0]->tid == 10 && threads[4]->tid == 40, "all, by tid");
	free(threads);
	world_size(s.world, &size);
	CHECK(size.n_threads == 5 && size.n_processes == 4 && size.n_fds == 1, "counts");
	stage_tick(&s);
	/* More of the list, late: what events told since stays. */
	stage_event(&s, 20, EV_CHDIR_X, scap_num(0), scap_text("/moved"));
	stage_exit(&s, 10, 0);
	stage_proc(&s, 22, 20, 10, "late");
	stage_proc(&s, 50, 50, 30, "late2");
	stage_tick(&s);
	CHECK_STR(stage_text(&s, p->cwd), "/moved/", "a late thread does not move its process");
	CHECK(p->ppid == 0 && p->n_threads == 3, "nor give it a parent");
	CHECK(stage_process(&s, 50)->parent == stage_process(&s, 30), "a late process has one");
	stage_section(&s);
	threads = world_threads(s.world, &n);
	CHECK(n == 0, "nothing of this is true in the next section");
	free(threads);
	stage_fini(&s);
}

static void
test_leading(void)
{
	struct stage s;
	static const char json[] = "{\"container\":{\"id\":\"aabbccddeeff\",\"name\":\"c\","
				   "\"type\":0,\"lookup_state\":1}}";

	stage_init(&s, NULL, NULL);
	stage_proc(&s, 10, 10, 1, "sh");
	world_settle(s.world);
	stage_event(&s, -1, EV_CONTAINER_JSON_E, scap_text(json));
	CHECK(s.m->is_internal && s.m->container, "what completes the lists is not asked for");
	stage_event(&s, 10, EV_GETUID_E, SCAP_NOTHING);
	stage_event(&s, -1, EV_CONTAINER_JSON_E, scap_text(json));
	CHECK(!s.m->is_internal, "later it is");
	stage_proc(&s, 11, 11, 1, "late");
	stage_event(&s, -1, EV_CONTAINER_JSON_E, scap_text(json));
	CHECK(!s.m->is_internal, "behind late lists as well");
	stage_fini(&s);
}

#define ID64 "0123456789abcdef0123456789abcdef0123456789abcdef0123456789abcdef"

static void
test_containers(void)
{
	struct stage s;
	uint32_t in;
	static const char json[] = "{\"container\":{\"id\":\"0123456789ab\",\"name\":\"web\","
				   "\"type\":0}}";

	begin(&s);
	stage_clone(&s, &(struct stage_clone){ .by = 20, .ptid = 10,
					       .cgroups = "cpu=/docker/" ID64 });
	in = stage_process(&s, 20)->container;
	CHECK(in != 0 && s.m->container == in, "a process is born in a container");
	stage_clone(&s, &(struct stage_clone){ .by = 20, .res = 21, .ptid = 10,
					       .cgroups = "" });
	CHECK(stage_process(&s, 21)->container == in, "its child is too");
	stage_event(&s, -1, EV_CONTAINER_JSON_2_E, scap_text(json));
	CHECK(s.m->container == in && !s.m->thread, "an event tells of it");
	CHECK_STR(stage_text(&s, containers_get(world_containers(s.world), in)->name), "web",
		  "its name");
	stage_event(&s, -1, EV_USER_ADDED_E, scap_num(7), scap_num(8), scap_text("ann"),
		    scap_text("/h"), scap_text("/s"), scap_text("0123456789ab"));
	CHECK(users_find(world_users(s.world), in, 7, false), "a user of it");
	CHECK(!users_find(world_users(s.world), 0, 7, false), "is none of the host");
	stage_event(&s, -1, EV_USER_ADDED_E, scap_num(9), scap_num(8), scap_text("eve"),
		    scap_text("/h"), scap_text("/s"), scap_text("ffffffffffff"));
	CHECK(!users_find(world_users(s.world), 0, 9, false), "nor is one of an unknown one");
	stage_event(&s, -1, EV_GROUP_ADDED_E, scap_num(8), scap_text("staff"), scap_text(""));
	CHECK(users_find(world_users(s.world), 0, 8, true), "a group of the host");
	stage_event(&s, -1, EV_GROUP_DELETED_E, scap_num(8), scap_text("staff"), scap_text(""));
	CHECK(!users_find(world_users(s.world), 0, 8, true), "no more");
	stage_fini(&s);
}

/* What an observer is told, a word each. */
struct diary {
	struct text t;
	uint32_t versions[2];		/* of fd 3 of process 10: the last two */
};

static void
say(struct diary *d, uint64_t position, const char *what, int64_t id)
{
	char word[64];

	snprintf(word, sizeof(word), "%" PRIu64 ":%s%" PRId64 " ", position, what, id);
	text_str(&d->t, word);
}

static void
see_process(void *ctx, uint64_t position, const struct process *p)
{
	say(ctx, position, "p", p->pid);
}

static void
see_process_end(void *ctx, uint64_t position, const struct process *p)
{
	say(ctx, position, "-p", p->pid);
}

static void
see_thread(void *ctx, uint64_t position, const struct thread *t)
{
	say(ctx, position, "t", t->tid);
}

static void
see_thread_end(void *ctx, uint64_t position, const struct thread *t)
{
	say(ctx, position, "-t", t->tid);
}

static void
see_fd(void *ctx, uint64_t position, const struct process *p, const struct descriptor *fd)
{
	struct diary *d = ctx;

	(void)p;
	d->versions[0] = d->versions[1];
	d->versions[1] = fd->version;
	say(ctx, position, "f", fd->num);
}

static void
see_fd_end(void *ctx, uint64_t position, const struct process *p, const struct descriptor *fd)
{
	(void)p;
	say(ctx, position, "-f", fd->num);
}

static void
see_fork(void *ctx, uint64_t position, const struct process *parent,
	 const struct process *child)
{
	(void)parent;
	say(ctx, position, "fork", child->pid);
}

static void
learn_process(void *ctx, const struct process *p)
{
	say(ctx, 0, "?p", p->pid);
}

static void
learn_fd(void *ctx, const struct process *p, const struct descriptor *fd)
{
	(void)p;
	say(ctx, 0, "?f", fd->num);
}

static const struct world_observer watcher = {
	.process = see_process, .process_end = see_process_end, .thread = see_thread,
	.thread_end = see_thread_end, .fd = see_fd, .fd_end = see_fd_end, .fd_fork = see_fork,
	.learned_process = learn_process, .learned_fd = learn_fd,
};

/* What was told since the last time. */
static const char *
told(struct diary *d)
{
	text_char(&d->t, '\0');
	d->t.len = 0;
	return d->t.p;
}

static void
test_observer(void)
{
	struct diary d = { 0 };
	struct stage s;

	stage_init(&s, &watcher, &d);
	stage_proc(&s, 10, 10, 1, "sh");
	stage_fd(&s, 10, 3, FD_FILE, "/a");
	stage_fd(&s, 10, 3, FD_FILE, "/b");
	stage_event(&s, 10, EV_GETUID_E, SCAP_NOTHING);
	CHECK_STR(told(&d), "0:p10 0:f3 1:t10 ", "lists, then who acts");
	stage_event(&s, 10, EV_GETUID_X, scap_num(0));
	stage_event(&s, 10, EV_SETSID_X, scap_num(10));
	CHECK_STR(told(&d), "", "nothing new");
	stage_event(&s, 10, EV_SETUID_X, scap_num(0), scap_num(5));
	CHECK_STR(told(&d), "4:p10 4:t10 ", "a change");
	stage_clone(&s, &(struct stage_clone){ .by = 10, .res = 20, .ptid = 1 });
	CHECK_STR(told(&d), "5:p20 5:fork20 ", "a child, then what it has");
	stage_exec(&s, 20, 20, 10, "ls");
	CHECK_STR(told(&d), "6:p20 6:t20 ", "it becomes somebody");
	stage_open(&s, 20, 4, "/c");
	CHECK_STR(told(&d), "7:f4 ", "opens");
	stage_event(&s, 20, EV_CLOSE_X, scap_num(0), scap_num(4));
	stage_tick(&s);
	CHECK_STR(told(&d), "8:-f4 ", "closes, at that event");
	stage_clone(&s, &(struct stage_clone){ .by = 20, .res = 30, .ptid = 10 });
	told(&d);
	stage_exit(&s, 20, 10);
	CHECK_STR(told(&d), "11:-t20 11:-f3 11:-p20 11:p30 ",
		  "and goes; its child has another parent");
	stage_fini(&s);
	CHECK(strstr(told(&d), "-p10 ") != NULL, "the end of the world ends all");
	text_fini(&d.t);
}

static void
test_learned(void)
{
	struct diary d = { 0 };
	struct stage s;
	uint32_t version;

	stage_init(&s, &watcher, &d);
	stage_event(&s, 10, EV_SOCKET_X, scap_num(3), scap_num(2), scap_num(1), scap_num(0));
	CHECK_STR(told(&d), "1:p-1 1:f3 1:t10 ", "somebody makes a socket");
	version = stage_process(&s, 10)->version;
	stage_clone(&s, &(struct stage_clone){ .by = 10, .res = 20, .ptid = 1, .comm = "me" });
	CHECK_STR(told(&d), "0:?p10 2:p20 2:fork20 2:t10 ", "who it is was so before");
	CHECK(stage_process(&s, 10)->version == version, "it is no change");
	version = stage_fd_of(&s, 10, 3)->version;
	stage_event(&s, 10, EV_SENDTO_X, scap_num(1), scap_empty(), scap_num(3), scap_num(1),
		    scap_tuple("10.0.0.1", 5, "10.0.0.2", 6));
	CHECK_STR(told(&d), "0:?f3 ", "nor are the ends of a connection");
	CHECK(stage_fd_of(&s, 10, 3)->version == version, "that was one all the time");
	stage_fini(&s);
	text_fini(&d.t);
}

static void
test_versions(void)
{
	struct diary d = { 0 };
	struct stage s;
	uint32_t p1, p2, t1, f1;

	stage_init(&s, &watcher, &d);
	stage_proc(&s, 10, 10, 1, "sh");
	stage_event(&s, 10, EV_SETUID_X, scap_num(0), scap_num(1));
	p1 = s.m->proc_version;
	t1 = s.m->thread_version;
	stage_event(&s, 10, EV_SETUID_X, scap_num(0), scap_num(2));
	p2 = s.m->proc_version;
	CHECK(p1 != p2 && t1 != s.m->thread_version, "a change is another version");
	told(&d);
	stage_event(&s, 10, EV_SETUID_X, scap_num(0), scap_num(1));
	CHECK(s.m->proc_version == p1 && s.m->thread_version == t1, "back is the old one");
	CHECK_STR(told(&d), "3:p10 3:t10 ", "and told again");
	stage_event(&s, 10, EV_BRK_4_X, scap_num(0), scap_num(7), scap_num(7), scap_num(7));
	CHECK(s.m->proc_version == p1, "memory makes none");
	stage_event(&s, 10, EV_SOCKET_X, scap_num(3), scap_num(2), scap_num(2), scap_num(0));
	for (int round = 0; round < 2; round++)
		for (uint16_t peer = 1; peer <= 9; peer++)
			stage_event(&s, 10, EV_SENDTO_X, scap_num(1), scap_empty(), scap_num(3),
				    scap_num(1), scap_tuple("10.0.0.1", 5, "10.0.0.2", peer));
	f1 = s.m->fd_version;
	stage_event(&s, 10, EV_SENDTO_X, scap_num(1), scap_empty(), scap_num(3), scap_num(1),
		    scap_tuple("10.0.0.1", 5, "10.0.0.2", 3));
	stage_event(&s, 10, EV_SENDTO_X, scap_num(1), scap_empty(), scap_num(3), scap_num(1),
		    scap_tuple("10.0.0.1", 5, "10.0.0.2", 9));
	CHECK(s.m->fd_version == f1 && f1 == d.versions[1] && f1 != d.versions[0],
	      "nine peers are nine versions");
	CHECK(f1 - p2 < 20, "of which none is made twice");
	stage_fini(&s);
	text_fini(&d.t);
}

/* Names that nothing has any more are swept, those in use are not. */
static void
test_sweeps(void)
{
	struct stage s;
	struct world_size size;
	char name[40];

	begin(&s);
	stage_clone(&s, &(struct stage_clone){ .by = 10, .res = 11, .flags = 0x2000,
					       .comm = "worker" });
	stage_event(&s, 11, EV_GETUID_E, SCAP_NOTHING);
	for (int i = 0; i < 300000; i++) {
		snprintf(name, sizeof(name), "/tmp/file-%d-of-many", i);
		stage_open(&s, 10, 9, name);
	}
	world_size(s.world, &size);
	CHECK(size.n_names < 200000, "%zu names are left", size.n_names);
	CHECK_STR(stage_text(&s, world_thread(s.world, 11)->comm), "worker", "a thread's");
	CHECK_STR(stage_text(&s, stage_process(&s, 10)->comm), "sh", "a process's");
	CHECK_STR(stage_text(&s, stage_process(&s, 10)->exepath), "/bin/listed", "its file");
	CHECK_STR(stage_text(&s, stage_process(&s, 10)->cwd), "/home/sh/", "its folder");
	CHECK_STR(stage_text(&s, stage_process(&s, 10)->env), "HOME=/", "its environment");
	CHECK_STR(stage_fd_name(&s, 10, 3), "/tmp/x", "a descriptor's");
	stage_fini(&s);
}

/* Thousands of everything must not take long; a quadratic walk would. */
static void
test_many(void)
{
	enum { N = 60000 };
	struct stage s;
	struct world_size size;

	stage_init(&s, NULL, NULL);
	stage_proc(&s, 1, 1, 0, "init");
	stage_proc(&s, 2, 2, 1, "a");
	for (int64_t i = 3; i < N; i++)
		stage_clone(&s, &(struct stage_clone){ .by = i - 1, .res = i, .pid = i - 1 });
	for (int64_t i = 0; i < N; i++)
		stage_clone(&s, &(struct stage_clone){ .by = 2, .res = N + i, .pid = 2,
						       .flags = 0x2000 });
	for (int64_t i = 0; i < N; i++)
		stage_fd(&s, 1, i % 7, FD_FILE, "/again");
	for (int64_t i = 3; i < N; i += 2)
		stage_exit(&s, i, 0);
	for (int64_t i = 0; i < N; i++)
		stage_exit(&s, N + i, 0);
	world_size(s.world, &size);
	CHECK(size.n_threads == N / 2 && size.n_fds == 7, "%zu threads", size.n_threads);
	stage_section(&s);
	world_size(s.world, &size);
	CHECK(size.n_threads == 0 && size.n_fds == 0 && size.n_processes == 0, "all gone");
	stage_fini(&s);
}

int
main(void)
{
	test_pairs();
	test_big_enter();
	test_moments();
	test_restated();
	test_settle();
	test_lists();
	test_leading();
	test_containers();
	test_observer();
	test_learned();
	test_versions();
	test_sweeps();
	test_many();
	return check_done();
}
