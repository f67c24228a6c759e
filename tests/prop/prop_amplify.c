/* What a capture costs follows from what stands in it: forks of a process with
 * many descriptors, and the first change in each child, take no more memory
 * than a small multiple of the events' bytes. */
#include "engine/base/mem.h"
#include "tests/lib/alloc.h"
#include "tests/lib/check.h"
#include "tests/lib/stage.h"

#define FDS 4000
#define FORKS 3000
#define PARENT 7
#define FIRST_CHILD 1000

/* Bytes of memory for an event, and for a child with what it changes: far below
 * a copy of the parent's table, which would take some hundred thousand. */
#define CHILD_BYTES 8192

static void
fork_child(struct stage *s, int64_t pid)
{
	stage_clone(s, &(struct stage_clone){ .by = pid, .pid = pid, .ptid = PARENT });
}

int
main(void)
{
	struct stage s;
	int64_t before, forked, changed;
	struct world_size size;
	size_t wrong = 0;

	stage_init(&s, NULL, NULL);
	stage_proc(&s, PARENT, PARENT, 1, "many");
	for (int64_t num = 0; num < FDS; num++)
		stage_fd(&s, PARENT, num, FD_EPOLL, "");
	fork_child(&s, FIRST_CHILD - 1);
	alloc_reset();
	before = alloc_count().bytes_peak;
	for (int64_t i = 0; i < FORKS; i++)
		fork_child(&s, FIRST_CHILD + i);
	forked = alloc_count().bytes_peak - before;
	for (int64_t i = 0; i < FORKS; i++) {
		stage_event(&s, FIRST_CHILD + i, EV_EVENTFD_X, scap_num(i % FDS));
		stage_event(&s, FIRST_CHILD + i, EV_CLOSE_X, scap_num(0), scap_num(FDS - 1));
	}
	stage_event(&s, PARENT, EV_CLOSE_X, scap_num(0), scap_num(0));
	changed = alloc_count().bytes_peak - before;
	world_size(s.world, &size);
	CHECK(size.n_fds > (size_t)FORKS * (FDS - 2), "each child has what its parent had");
	CHECK(forked < (int64_t)FORKS * CHILD_BYTES, "%d forks take %lld bytes", FORKS,
	      (long long)forked);
	CHECK(changed < (int64_t)FORKS * CHILD_BYTES, "a change in each takes %lld bytes",
	      (long long)changed);
	for (int64_t i = 0; i < FORKS; i++) {
		const struct process *p = world_thread(s.world, FIRST_CHILD + i)->proc;
		int64_t num = i % FDS, other = (num + 1) % (FDS - 1);

		wrong += world_fd(p, num)->kind != FD_EVENT && num != FDS - 1;
		wrong += world_fd(p, other)->kind != FD_EPOLL;
	}
	CHECK(!wrong, "and changes only in its own table (%zu do not)", wrong);
	stage_fini(&s);
	return check_done();
}
