#include "ui/alive.h"

#include <errno.h>
#include <inttypes.h>
#include <poll.h>
#include <stdatomic.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/syscall.h>
#include <time.h>
#include <unistd.h>

#include "engine/base/err.h"
#include "engine/base/mem.h"
#include "engine/query/table.h"
#include "engine/query/view.h"
#include "engine/store/store.h"

#define NS 1000000000u
#define MS 1000000u
#define START_FIELD 22			/* of stat, counted from 1 */
#define STATE_FIELD 3
/* What is told of a birth comes after it, and later on a busy system; stat tells it in
 * ticks, so it may seem to be earlier. Who has the number next starts after its end. */
#define BORN_BEFORE_NS (1000 * MS)
#define BORN_AFTER_NS (20 * MS)
#define BOOT_NS_MAX (2000 * MS)		/* clocks are set */

/* What is known ------------------------------------------------------------- */

/* The process whose row it is, by the entity that the row is of; NULL: it is of none. */
static const struct kept_process *
process_of_row(struct store *s, const struct table *t, size_t row)
{
	const struct kept_thread *thread;

	for (size_t i = 0; i < t->n_columns; i++) {
		if (t->columns[i]->key_entity == VIEW_PROCESS)
			return store_process(s, table_row(t, row)->entity);
		if (t->columns[i]->key_entity != VIEW_THREAD)
			continue;
		thread = store_thread(s, table_row(t, row)->entity);
		return thread ? atomic_load_explicit(&thread->proc, memory_order_acquire) : NULL;
	}
	return NULL;
}

/* The only process PID that was ever seen; NULL: there is none, or several. */
static const struct kept_process *
only_process(struct store *s, int64_t pid)
{
	const struct kept_process *k = store_find_process(s, pid, KEPT_ALIVE - 1), *next;

	for (next = k; next;) {
		next = atomic_load_explicit(&next->next_of_pid, memory_order_acquire);
		if (next && next->pid == pid)
			return NULL;
	}
	return k;
}

static int
claim_of(const struct snapshot *snap, const struct kept_process *k, struct alive_claim *c,
	 struct err *err)
{
	uint64_t position = k->from > snap->first ? k->from : snap->first;
	const struct store_section *section = snapshot_section(snap, position);

	if (atomic_load_explicit(&k->to, memory_order_relaxed) != KEPT_ALIVE)
		return err_set(err, -ESRCH, "process %" PRId64 " has ended", c->pid);
	c->born_ns = k->born_ns;
	c->there_ns = section ? section->first_ns : 0;
	if (!c->is_here)
		c->boot_ns = section && section->facts.has_machine ?
			     section->facts.machine.boot_ns : 0;
	if (!c->born_ns && (!c->there_ns || (!c->is_here && !c->boot_ns)))
		return err_set(err, -EPERM, "it is not known when process %" PRId64 " was there, "
			       "so it cannot be told from another one of that number", c->pid);
	return 0;
}

int
alive_claim(struct store *s, const struct table *t, size_t row, struct alive_claim *c,
	    struct err *err)
{
	struct snapshot *snap = store_snapshot(s);
	const struct kept_process *k = process_of_row(s, t, row);
	int status;

	/* What is kept of those that ended may have given its place to another one. */
	if (!k || k->pid != c->pid || (t->last_event && k->from > t->last_event + 1))
		k = only_process(s, c->pid);
	status = k ? claim_of(snap, k, c, err) :
		 err_set(err, -EPERM, "the number %" PRId64 " was that of several processes, or "
			 "none that is known", c->pid);
	snapshot_free(snap);
	return status;
}

/* What runs ----------------------------------------------------------------- */

static uint64_t
clock_ns(clockid_t clock)
{
	struct timespec t;

	clock_gettime(clock, &t);
	return (uint64_t)t.tv_sec * NS + (uint64_t)t.tv_nsec;
}

/* When this system was started, in ns since the epoch. */
static uint64_t
boot_ns(void)
{
	return clock_ns(CLOCK_REALTIME) - clock_ns(CLOCK_BOOTTIME);
}

/* When PID was started, in ns since the epoch; 0: that cannot be found out. */
static uint64_t
start_ns(int64_t pid)
{
	char path[64], line[2048], *at;
	unsigned long long ticks;
	long per_second = sysconf(_SC_CLK_TCK);
	FILE *f;

	snprintf(path, sizeof(path), "/proc/%" PRId64 "/stat", pid);
	f = fopen(path, "re");
	if (!f)
		return 0;
	line[fread(line, 1, sizeof(line) - 1, f)] = '\0';
	fclose(f);
	/* Its name may hold anything, brackets too. */
	at = strrchr(line, ')');
	for (int field = STATE_FIELD - 1; at && field < START_FIELD; field++)
		at = strchr(at + 1, ' ');
	if (!at || sscanf(at, "%llu", &ticks) != 1 || per_second <= 0)
		return 0;
	return boot_ns() + ticks * (NS / (uint64_t)per_second);
}

static int
compare(const struct alive_claim *c, uint64_t start, struct err *err)
{
	uint64_t boot = boot_ns(), off = c->boot_ns > boot ? c->boot_ns - boot : boot - c->boot_ns;

	if (c->boot_ns && off > BOOT_NS_MAX)
		return err_set(err, -ESRCH, "the capture is of another system, or of before this "
			       "one was started");
	if (c->born_ns && (start + BORN_BEFORE_NS < c->born_ns ||
			   start > c->born_ns + BORN_AFTER_NS))
		return err_set(err, -ESRCH, "process %" PRId64 " is another one by now: it was not "
			       "started when that of the row was", c->pid);
	if (!c->born_ns && start > c->there_ns + BORN_AFTER_NS)
		return err_set(err, -ESRCH, "process %" PRId64 " is another one by now: it was "
			       "started after that of the row", c->pid);
	return 0;
}

int
alive_open(const struct alive_claim *c, struct err *err)
{
	uint64_t start;
	int fd, status;

	if (c->pid <= 0 || c->pid > INT32_MAX)
		return err_set(err, -EINVAL, "%" PRId64 " is the number of no process", c->pid);
	fd = (int)syscall(SYS_pidfd_open, (pid_t)c->pid, 0);
	if (fd < 0 && errno == ESRCH)
		return err_set(err, -ESRCH, "process %" PRId64 " has ended", c->pid);
	if (fd < 0)
		return err_set(err, -errno, "process %" PRId64 " cannot be held on to: %s", c->pid,
			       strerror(errno));
	start = start_ns(c->pid);
	/* It is the same one as long as it has not ended. */
	if (!alive_still(fd))
		status = err_set(err, -ESRCH, "process %" PRId64 " has ended", c->pid);
	else if (!start)
		status = err_set(err, -EPERM, "process %" PRId64 " cannot be looked at", c->pid);
	else
		status = compare(c, start, err);
	if (!status)
		return fd;
	close(fd);
	return status;
}

bool
alive_still(int pidfd)
{
	struct pollfd p = { .fd = pidfd, .events = POLLIN };

	return poll(&p, 1, 0) == 0;
}

int
alive_signal(int pidfd, int signal, struct err *err)
{
	if (!syscall(SYS_pidfd_send_signal, pidfd, signal, NULL, 0))
		return 0;
	if (errno == ESRCH)
		return err_set(err, -ESRCH, "it has ended");
	if (errno == EPERM)
		return err_set(err, -EPERM, "it is somebody else's process, and sysreel has no "
			       "right to send it signals; with the option --actions it keeps those "
			       "that it was started with");
	return err_set(err, -errno, "the signal could not be sent: %s", strerror(errno));
}
