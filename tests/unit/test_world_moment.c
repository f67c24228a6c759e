/* What a moment tells besides its entities: times between events, and what the
 * event changed. */
#include "engine/world/world.h"

#include "engine/base/mem.h"
#include "tests/lib/check.h"
#include "tests/lib/stage.h"

enum { INET = 2, STREAM = 1 };

static void
test_before(void)
{
	struct stage s;

	stage_init(&s, NULL, NULL);
	stage_proc(&s, 10, 10, 1, "app");
	CHECK(stage_event(&s, 10, EV_GETUID_E, SCAP_NOTHING)->before_ns == 0,
	      "nothing is before the first");
	s.ts_ns = STAGE_START_NS + 5000000;
	CHECK(stage_event(&s, 10, EV_GETUID_X, scap_num(0))->before_ns == STAGE_START_NS,
	      "the event before");
	stage_section(&s);
	CHECK(stage_event(&s, 10, EV_GETUID_E, SCAP_NOTHING)->before_ns == 0,
	      "a section starts anew");
	stage_fini(&s);
}

/* Thread TID leaves the CPU at NS. How long it was there, as the world knows. */
static uint64_t
leaves(struct stage *s, int64_t tid, uint64_t ns)
{
	s->ts_ns = STAGE_START_NS + ns;
	return stage_event(s, tid, EV_SCHEDSWITCH_6_E, scap_num(1))->exec_ns;
}

/* The same, and thread NEXT gets it: whether that may be wrong. */
static uint64_t
hands_over(struct stage *s, int64_t tid, int64_t next)
{
	s->ts_ns += 100;
	return stage_event(s, tid, EV_SCHEDSWITCH_6_E, scap_num(next))->thread->n_unsure_execs;
}

static void
test_switches(void)
{
	struct stage s;

	stage_init(&s, NULL, NULL);
	stage_proc(&s, 10, 10, 1, "a");
	stage_proc(&s, 20, 20, 1, "b");
	CHECK(leaves(&s, 10, 1000) == 0, "nobody knows when the first one came");
	CHECK(leaves(&s, 20, 4000) == 3000, "the second came when the first left");
	CHECK(leaves(&s, 10, 4500) == 500, "and so on");
	CHECK(leaves(&s, 20, 4000) == 0, "time that goes back tells nothing");
	CHECK(leaves(&s, 20, 4100) == 100, "but counts from there");
	CHECK(s.m->thread->exec_ns == 3100, "the sum of a thread");
	CHECK(world_thread(s.world, 10)->exec_ns == 500, "and of the other");
	CHECK(stage_event(&s, 10, EV_GETUID_E, SCAP_NOTHING)->exec_ns == 0,
	      "no switch, no time");
	hands_over(&s, 20, 10);
	CHECK(hands_over(&s, 10, 20) == world_thread(s.world, 10)->n_unsure_execs,
	      "who got the CPU leaves it");
	CHECK(hands_over(&s, 20, 1) == 3 && hands_over(&s, 20, 1) == 4,
	      "who leaves it and did not get it may have been there for less");
	stage_section(&s);
	CHECK(leaves(&s, 10, 9000) == 0, "a section starts anew");
	stage_fini(&s);
}

static void
test_samples(void)
{
	const struct thread *t;
	struct stage s;

	stage_init(&s, NULL, NULL);
	stage_proc(&s, 10, 10, 1, "a");
	t = stage_event(&s, 10, EV_PROCINFO_E, scap_num(50), scap_num(7))->thread;
	CHECK(t && t->n_samples == 1, "the first sample is a base");
	stage_event(&s, 10, EV_PROCINFO_E, scap_num(65), scap_num(9));
	t = world_thread(s.world, 10);
	CHECK(t->user_step == 15 && t->system_step == 2 && t->n_samples == 2, "the second a step");
	stage_event(&s, 10, EV_PROCINFO_E, scap_num(5), scap_num(9));
	CHECK(t->user_step == 0 && t->system_step == 0, "a counter that falls is no step");
	stage_fini(&s);
}

static void
test_descriptors(void)
{
	struct scap_value tuple = scap_tuple("10.0.0.1", 5, "8.8.8.8", 53);
	struct stage s;

	stage_init(&s, NULL, NULL);
	stage_proc(&s, 10, 10, 1, "net");
	CHECK(!stage_event(&s, 10, EV_SOCKET_X, scap_num(3), scap_num(INET), scap_num(STREAM),
			   scap_num(0))->fd_changed, "what is new did not change");
	stage_event(&s, 10, EV_CONNECT_E, scap_num(3));
	stage_event(&s, 10, EV_CONNECT_X, scap_num(-111), tuple);
	CHECK(s.m->connect_failed && s.m->fd && !s.m->fd_changed, "it failed to connect");
	stage_event(&s, 10, EV_CONNECT_E, scap_num(3));
	stage_event(&s, 10, EV_CONNECT_X, scap_num(0), tuple);
	CHECK(!s.m->connect_failed && s.m->fd_changed, "it connected: it is another version");
	stage_event(&s, 10, EV_READ_E, scap_num(3), scap_num(10));
	CHECK(!s.m->fd_changed && !s.m->connect_failed, "reading changes nothing");
	stage_fini(&s);
}

static void
lose(struct stage *s, uint8_t class)
{
	struct record rec = { .kind = RECORD_LOSS };

	rec.loss = (struct loss_record){ .count = 1, .cpu = -1, .class = class };
	world_take(s->world, &rec);
}

static bool
unsure(struct stage *s, int64_t tid, int64_t fd)
{
	return stage_event(s, tid, EV_READ_E, scap_num(fd), scap_num(10))->is_unsure;
}

static void
test_unsure(void)
{
	struct stage s;

	stage_init(&s, NULL, NULL);
	stage_proc(&s, 10, 10, 1, "a");
	stage_proc(&s, 20, 20, 1, "b");
	stage_fd(&s, 10, 3, FD_FILE, "/tmp/x");
	CHECK(!unsure(&s, 10, 3), "nothing is missing");
	lose(&s, LOSS_OF_DATA);
	CHECK(!unsure(&s, 10, 3), "nothing that would change it");
	lose(&s, LOSS_OF_STATE);
	CHECK(unsure(&s, 10, 3) && unsure(&s, 20, 3), "now that may be another one");
	stage_event(&s, 10, EV_CHDIR_X, scap_num(0), scap_text("/tmp"));
	CHECK(!stage_event(&s, 10, EV_GETUID_X, scap_num(0))->is_unsure,
	      "until it says where it is");
	CHECK(unsure(&s, 10, 3), "of its descriptors that says nothing");
	stage_event(&s, 10, EV_OPEN_X, scap_num(4), scap_text("/tmp/y"), scap_num(1));
	CHECK(!unsure(&s, 10, 4) && unsure(&s, 10, 3), "but of new ones");
	stage_event(&s, 10, EV_ITER_TASK_FILE_PIPE_E, scap_num(5), scap_text("pipe:[77]"),
		    scap_num(77));
	CHECK(!unsure(&s, 10, 3), "all were listed");
	lose(&s, LOSS_OF_ANY);
	CHECK(unsure(&s, 10, 4), "who knows what was lost?");
	stage_section(&s);
	stage_proc(&s, 10, 10, 1, "a");
	CHECK(!unsure(&s, 10, 3), "a section starts anew");
	stage_fini(&s);
}

/* Whether a call of type ENTER with VALUE as its parameter waits otherwise than such calls do:
 * bit 1, when it is entered, bit 0, once it returned, with no such parameter. */
static unsigned
waits_otherwise(struct stage *s, uint16_t enter, uint64_t value)
{
	unsigned is;

	if (enter == EV_FUTEX_E)
		is = stage_event(s, 10, enter, scap_num(1), scap_num(value),
				 scap_num(0))->waits_otherwise;
	else
		is = stage_event(s, 10, enter, scap_num(3), scap_num(value))->waits_otherwise;
	return is << 1 | stage_event(s, 10, enter + 1u, scap_num(0))->waits_otherwise;
}

static void
test_waits(void)
{
	static const struct {
		const char *what;
		uint16_t enter;
		uint64_t value;
		bool otherwise;
	} cases[] = {
		{ "FUTEX_WAIT", EV_FUTEX_E, 0, false },
		{ "FUTEX_WAIT, private", EV_FUTEX_E, 128, false },
		{ "FUTEX_WAKE", EV_FUTEX_E, 1, true },
		{ "FUTEX_WAKE, private", EV_FUTEX_E, 129, true },
		{ "FUTEX_CMP_REQUEUE", EV_FUTEX_E, 4, true },
		{ "FUTEX_LOCK_PI", EV_FUTEX_E, 6, false },
		{ "FUTEX_TRYLOCK_PI", EV_FUTEX_E, 8, true },
		{ "FUTEX_WAIT_BITSET by the clock", EV_FUTEX_E, 0x109, false },
		{ "FUTEX_WAKE_BITSET", EV_FUTEX_E, 10, true },
		{ "no command of futex", EV_FUTEX_E, 0x7f, true },
		{ "LOCK_EX", EV_FLOCK_E, 2, false },
		{ "LOCK_EX, or not at all", EV_FLOCK_E, 6, true },
		{ "LOCK_UN", EV_FLOCK_E, 8, true },
		{ "F_SETLKW", EV_FCNTL_E, 9, true },
		{ "F_SETLK", EV_FCNTL_E, 8, false },
		{ "F_OFD_SETLKW", EV_FCNTL_E, 0x20, true },
		{ "F_GETFD", EV_FCNTL_E, 2, false },
		{ "it is not known what it does", EV_READ_E, 1, false },
	};
	struct stage s;

	stage_init(&s, NULL, NULL);
	stage_proc(&s, 10, 10, 1, "app");
	for (size_t i = 0; i < ARRAY_LEN(cases); i++) {
		unsigned is = waits_otherwise(&s, cases[i].enter, cases[i].value);

		CHECK(is == (cases[i].otherwise ? 3u : 0u), "%s: %u", cases[i].what, is);
	}
	CHECK(!stage_event(&s, 10, EV_FUTEX_X, scap_num(0))->waits_otherwise,
	      "a futex of which nothing is known waits");
	CHECK(stage_event(&s, 10, EV_FUTEX_X, scap_num(0), scap_num(1), scap_num(1),
			  scap_num(0))->waits_otherwise, "what the exit event tells");
	stage_fini(&s);
}

int
main(void)
{
	test_unsure();
	test_before();
	test_switches();
	test_samples();
	test_descriptors();
	test_waits();
	return check_done();
}
