/* What was read again after a loss: threads that begin, change and are gone untold. */
#include "engine/world/world.h"

#include <string.h>

#include "engine/base/mem.h"
#include "engine/base/text.h"
#include "engine/event/scan.h"
#include "tests/lib/check.h"
#include "tests/lib/stage.h"

/* Process 10 with thread 11 and a file open, and process 12, children of 1. */
static void
begin(struct stage *s)
{
	stage_init(s, NULL, NULL);
	stage_proc(s, 1, 1, 0, "init");
	stage_proc(s, 10, 10, 1, "sh");
	stage_proc(s, 11, 10, 1, "sh");
	stage_proc(s, 12, 12, 1, "cat");
	stage_fd(s, 10, 3, FD_FILE, "/tmp/x");
	stage_tick(s);
}

/* The world is told EV, as if it stood in a capture. Has anything changed? */
static bool
tell(struct stage *s, struct event *ev)
{
	struct record rec = { .kind = RECORD_EVENT, .ev = *ev };

	rec.ev.ts_ns = s->ts_ns;
	rec.ev.dump_flags = EVENT_STATE_ONLY | EVENT_RESTATED;
	s->m = world_take(s->world, &rec);
	CHECK(!s->m->num, "it has no number");
	return s->m->has_changed;
}

static bool
tell_thread(struct stage *s, int64_t tid, int64_t pid, int64_t ptid, const char *comm)
{
	struct scan_thread t = { pid, ptid, { (const uint8_t *)comm, strlen(comm) } };
	struct text bytes = { 0 };
	struct event ev;
	bool changed;

	scan_thread_event(tid, &t, &bytes, &ev);
	changed = tell(s, &ev);
	text_fini(&bytes);
	return changed;
}

static bool
tell_gone(struct stage *s, int64_t tid)
{
	struct text bytes = { 0 };
	struct event ev;
	bool changed;

	scan_gone_event(tid, &bytes, &ev);
	changed = tell(s, &ev);
	stage_tick(s);
	text_fini(&bytes);
	return changed;
}

static struct span
span_of(const char *s)
{
	return (struct span){ (const uint8_t *)s, strlen(s) };
}

/* Process PID as a list has it, in /home/COMM. */
static bool
tell_process(struct stage *s, int64_t pid, int64_t ptid, const char *comm, uint32_t uid)
{
	struct proc_record p = { .tid = pid, .pid = pid, .ptid = ptid, .comm = span_of(comm),
				 .exe = span_of(comm), .exepath = span_of("/bin/x"), .uid = uid,
				 .gid = 7, .vpid = pid, .vtid = pid, .loginuid = UINT32_MAX,
				 .args = { (const uint8_t *)"-y", 3 },
				 .env = span_of(""), .cgroups = span_of(""),
				 .cwd = span_of("/home"), .root = span_of("/") };
	struct text bytes = { 0 };
	struct event ev;
	bool changed;

	scan_task_event(&p, &bytes, &ev);
	changed = tell(s, &ev);
	text_fini(&bytes);
	return changed;
}

static void
names_change(void)
{
	struct stage s;

	begin(&s);
	CHECK(!tell_thread(&s, 11, 10, -1, "sh"), "the name that it has is nothing new");
	CHECK(tell_thread(&s, 11, 10, -1, "worker"), "another one is");
	CHECK_STR(stage_text(&s, world_thread(s.world, 11)->comm), "worker", "of the thread");
	CHECK_STR(stage_text(&s, stage_process(&s, 10)->comm), "sh", "not of its process");
	CHECK(tell_thread(&s, 10, 10, -1, "main"), "that of the first");
	CHECK_STR(stage_text(&s, stage_process(&s, 10)->comm), "main", "is its process's");
	CHECK(!tell_thread(&s, 99, 10, -1, "who"), "nobody is made of a name");
	CHECK(!world_thread(s.world, 99), "and is not there");
	stage_fini(&s);
}

static void
threads_come_and_go(void)
{
	struct stage s;

	begin(&s);
	CHECK(tell_thread(&s, 13, 10, 1, "new"), "a thread that was not known");
	CHECK(world_thread(s.world, 13) && world_thread(s.world, 13)->proc ==
	      stage_process(&s, 10), "is in its process");
	CHECK(!tell_thread(&s, 13, 10, 1, "new"), "and known from now on");
	stage_values(&s, 14, EV_GETCWD_E, NULL, 0);
	CHECK(tell_thread(&s, 14, 10, 1, "met"), "one of which only the number was known");
	CHECK(world_thread(s.world, 14)->proc == stage_process(&s, 10), "is in it too");
	CHECK(tell_thread(&s, 12, 10, 1, "again"), "a number that was used again");
	CHECK(world_thread(s.world, 12)->proc == stage_process(&s, 10) &&
	      stage_process(&s, 10)->n_threads == 5, "is another thread");
	CHECK(tell_gone(&s, 11) && !world_thread(s.world, 11), "one that is gone");
	CHECK(!tell_gone(&s, 11), "is gone once");
	CHECK(tell_gone(&s, 10) && stage_process(&s, 13), "the others stay without the first");
	CHECK(!tell_gone(&s, 4711), "nobody has that number");
	stage_fini(&s);
}

static void
processes_change(void)
{
	struct stage s;

	begin(&s);
	CHECK(tell_process(&s, 10, 1, "ls", 5), "it is another program by now");
	CHECK_STR(stage_text(&s, stage_process(&s, 10)->comm), "ls", "its name");
	CHECK_STR(stage_text(&s, stage_process(&s, 10)->exepath), "/bin/x", "its file");
	CHECK_STR(stage_text(&s, stage_process(&s, 10)->cwd), "/home/", "its folder");
	CHECK(stage_process(&s, 10)->uid == 5, "its user");
	CHECK_STR(stage_fd_name(&s, 10, 3), "/tmp/x", "what it has open is not asked for");
	CHECK(!tell_process(&s, 10, 1, "ls", 5), "that is nothing new");
	CHECK(tell_process(&s, 10, 12, "ls", 5) &&
	      stage_process(&s, 10)->parent == stage_process(&s, 12), "another parent");
	CHECK(tell_process(&s, 20, 10, "child", 5) && stage_process(&s, 20)->parent ==
	      stage_process(&s, 10), "one that was not known");
	stage_values(&s, 30, EV_GETCWD_E, NULL, 0);
	CHECK(tell_process(&s, 30, 1, "met", 5) && stage_process(&s, 30)->pid == 30,
	      "one of which only the number was known");
	stage_fini(&s);
}

int
main(void)
{
	names_change();
	threads_come_and_go();
	processes_change();
	return check_done();
}
