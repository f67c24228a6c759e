#include "probe/probe.h"

#include <errno.h>
#include <poll.h>
#include <sched.h>
#include <stdatomic.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/eventfd.h>
#include <sys/resource.h>
#include <sys/stat.h>
#include <time.h>
#include <unistd.h>

#include "engine/base/err.h"
#include "engine/base/hash.h"
#include "engine/base/mem.h"
#include "engine/base/text.h"
#include "engine/event/scan.h"
#include "engine/event/source.h"
#include "probe/calls.h"
#include "probe/census.h"
#include "probe/cgroup_names.h"
#include "probe/cgroup_place.h"
#include "probe/demand.h"
#include "probe/encode.h"
#include "probe/heal.h"
#include "probe/launch.h"
#include "probe/loader.h"
#include "probe/losses.h"
#include "probe/merge.h"
#include "probe/proc_entry.h"
#include "probe/roster.h"
#include "probe/snapshot.h"
#include "probe/stash.h"
#include "probe/tree.h"

/* The kernel side may be interrupted between reading the clock and sending; what
 * takes longer than this is counted as late. */
#define SLACK_NS 2000000u

#define FIRST_PID_NAMESPACE 0xeffffffcu	/* its inode; the kernel never changes it */
#define PRIORITY (-20)
#define SAMPLE_EVERY_NS 1000000000u	/* how long threads have run */
#define WAIT_MIN_MS 1
#define WAIT_MAX_MS 10

enum phase { PHASE_SECTION, PHASE_STATE, PHASE_EVENTS };

struct probe {
	struct source source;
	enum phase phase;
	struct call_plan plans[WIRE_CALLS];
	struct wire_config config;
	struct loader *loader;
	struct merge *merge;
	struct stash *stash;		/* until what came meanwhile is handed out */
	struct encoder *encoder;
	struct snapshot *snapshot;
	struct launch launch;
	struct cgroup_place cgroup;
	struct proc_entry joined;	/* a process that came into it */
	struct text join_bytes;		/* of the event about that */
	int64_t root;			/* of the tree that is followed; or 0 */
	uint64_t wall_ns;		/* to be added to times since boot */
	uint64_t scan_end_ns;		/* since boot: earlier events are for the state */
	struct map listed;		/* by tid: threads that the state told of */
	uint64_t counted_ns;		/* since boot: later births are not among them */
	struct roster roster;		/* who was told of */
	struct map above;		/* by pid: of these, who are not in the cgroup */
	uint64_t end_ns;		/* since boot: what is followed has ended, or nobody
					 * wants more; or 0 */
	bool is_detached;		/* nothing is traced any more */
	uint64_t sample_ns;		/* since boot: when threads are asked next */
	uint64_t looked_ns;		/* since boot: at the rings, last */
	bool goes_first;		/* as in probe.h */
	bool has_started;		/* the command, if any, is itself by now */
	struct merge_item item;		/* taken, but not handed out yet */
	bool has_item;
	struct losses *losses;
	struct heal *heal;
	uint64_t n_lost_state;		/* events, when that was last looked at */
	uint64_t n_skipped;		/* likewise */
	uint64_t n_untold;		/* of these, to be told of */
	uint64_t skipped_ns;		/* since boot: when that was */
	struct loss_part parts[LOSS_PARTS];	/* of a gap that is being told of */
	size_t n_parts, part_at;
	struct loss_record gap;
	uint64_t n_taken;		/* records out of the rings */
	bool is_taken;			/* some of its events are handed out */
	int wait_ms;
	int cancel_fd;
	atomic_bool is_cancelled;	/* by any thread, or a signal handler */
	struct cgroup_names cgroup_names;
	struct source_stats stats;
	struct err trouble;
	void (*idle)(void *ctx);
	void *ctx;
};

static uint64_t
clock_ns(clockid_t clock)
{
	struct timespec t;

	clock_gettime(clock, &t);
	return (uint64_t)t.tv_sec * 1000000000u + (uint64_t)t.tv_nsec;
}

static struct probe *
probe_of(struct source *s)
{
	return (struct probe *)s;
}

static const struct probe *
probe_of_const(const struct source *s)
{
	return (const struct probe *)s;
}

static struct span
cgroups_of(void *ctx, int64_t tid, struct span places)
{
	struct probe *p = ctx;

	return cgroup_names_of(&p->cgroup_names, tid, places);
}

/* How long threads have run; without that of before, nobody could tell what they use. */
static void
sample(struct probe *p, uint64_t now_ns)
{
	if (!p->config.cpu_wants && !p->config.only_marked)
		return;
	loader_sample(p->loader);
	p->sample_ns = now_ns + SAMPLE_EVERY_NS;
}

/* Where the kernel shares out time to sessions first, as it does on desktops, niceness helps
 * within a session only. */
static void
go_first(void)
{
	const struct sched_param least = { .sched_priority = sched_get_priority_min(SCHED_RR) };

	sched_setscheduler(0, SCHED_RR, &least);
}

/* All that there was is told: from now on it is events. */
static int
begin_events(struct probe *p)
{
	snapshot_close(p->snapshot);
	p->snapshot = NULL;
	p->scan_end_ns = p->skipped_ns = clock_ns(CLOCK_BOOTTIME);
	stash_end(p->stash);
	p->n_taken = stash_taken(p->stash);
	p->phase = PHASE_EVENTS;
	if (p->goes_first)
		go_first();
	if (loader_drop_rights(&p->trouble) < 0)
		return 0;
	sample(p, p->scan_end_ns);
	if (p->launch.pid)
		launch_go(&p->launch);
	return 1;
}

static uint64_t
boot_ns(void)
{
	return clock_ns(CLOCK_BOOTTIME);
}

/* Read again what a loss made unsure, if it is time. */
static void
read_again(struct probe *p)
{
	uint64_t now_ns = boot_ns();

	struct heal_sources from;

	if (p->phase != PHASE_EVENTS || p->end_ns || !heal_is_due(p->heal, now_ns))
		return;
	from.threads_fd = loader_list_threads(p->loader);
	from.files_fd = loader_list_files(p->loader);
	heal_read(p->heal, &from, now_ns, boot_ns);
}

/* A gap shows only when something comes behind it: until then, the counters tell. */
static void
note_losses(struct probe *p)
{
	struct wire_losses lost;

	loader_losses(p->loader, &lost);
	if (lost.full_state != p->n_lost_state)
		heal_ask(p->heal);
	p->n_lost_state = lost.full_state;
}

/* What the kernel did not ask the programs about. Nobody knows where that was. */
static void
note_skipped(struct probe *p)
{
	uint64_t n = loader_skipped(p->loader);

	if (n <= p->n_skipped)
		return;
	p->n_untold += n - p->n_skipped;
	p->n_skipped = n;
	heal_ask(p->heal);
}

static void
look(struct probe *p)
{
	uint64_t now_ns = clock_ns(CLOCK_BOOTTIME);
	size_t waiting = merge_look(p->merge, now_ns, SLACK_NS);
	size_t ring = p->config.data_limit_bytes;

	p->looked_ns = now_ns;
	note_losses(p);
	if (p->phase == PHASE_EVENTS && now_ns >= p->sample_ns) {
		sample(p, now_ns);
		note_skipped(p);
	}
	p->wait_ms = waiting > ring / 16 ? WAIT_MIN_MS :
		     p->wait_ms * 2 < WAIT_MAX_MS ? p->wait_ms * 2 : WAIT_MAX_MS;
	if (!p->end_ns && p->config.only_marked && loader_all_ended(p->loader) &&
	    (!p->launch.pid || launch_has_ended(&p->launch)))
		p->end_ns = now_ns;
}

/* The user has seen enough: nothing more is traced, but what was is handed out. */
static void
note_cancel(struct probe *p)
{
	if (!p->is_cancelled || p->is_detached)
		return;
	note_skipped(p);
	loader_detach(p->loader);
	p->is_detached = true;
	if (!p->end_ns)
		p->end_ns = clock_ns(CLOCK_BOOTTIME);
}

/* Wait for more. False when there is nothing more to come. */
static bool
await(struct probe *p)
{
	struct pollfd cancel = { .fd = p->cancel_fd, .events = POLLIN };

	/* All that came before the end was complete at the last look. */
	if (p->end_ns && p->looked_ns > p->end_ns + SLACK_NS) {
		launch_has_ended(&p->launch);
		note_skipped(p);
		return false;
	}
	if (p->idle)
		p->idle(p->ctx);
	poll(&cancel, p->is_detached ? 0 : 1, p->wait_ms);
	note_cancel(p);
	read_again(p);
	look(p);
	return true;
}

/* N events of CPU are missing up to TO_NS, since boot. */
static void
begin_gap(struct probe *p, uint32_t cpu, uint64_t n, uint64_t from_ns, uint64_t to_ns)
{
	struct wire_losses counted;

	loader_cpu_losses(p->loader, cpu, &counted);
	p->n_parts = losses_split(p->losses, cpu, &counted, n, p->parts);
	p->part_at = 0;
	for (size_t i = 0; i < p->n_parts; i++)
		if (p->parts[i].class != LOSS_OF_DATA)
			heal_ask(p->heal);
	p->gap = (struct loss_record){ .cpu = (int32_t)cpu, .from_ns = from_ns + p->wall_ns,
				       .to_ns = to_ns + p->wall_ns };
}

/* What was lost behind the last records of a CPU. False when nothing was. */
static bool
find_last_gap(struct probe *p)
{
	for (uint32_t cpu = 0; cpu < loader_n_cpus(p->loader); cpu++) {
		struct wire_losses counted;
		uint64_t rest;

		loader_cpu_losses(p->loader, cpu, &counted);
		rest = losses_rest(p->losses, cpu, &counted);
		if (!rest)
			continue;
		begin_gap(p, cpu, rest, merge_last_ns(p->merge, cpu), p->looked_ns);
		return true;
	}
	return false;
}

/* What the kernel did not ask the programs about, up to TO_NS. False when that was nothing. */
static bool
find_skipped(struct probe *p, uint64_t to_ns)
{
	if (!p->n_untold)
		return false;
	p->parts[0] = (struct loss_part){ p->n_untold, LOSS_SKIPPED, LOSS_OF_ANY };
	p->part_at = 0;
	p->n_parts = 1;
	p->gap = (struct loss_record){ .cpu = -1, .from_ns = p->skipped_ns + p->wall_ns,
				       .to_ns = to_ns + p->wall_ns };
	p->n_untold = 0;
	p->skipped_ns = to_ns;
	return true;
}

static void
tell_loss(struct probe *p, struct record *rec)
{
	const struct loss_part *part = &p->parts[p->part_at++];

	*rec = (struct record){ .kind = RECORD_LOSS, .loss = p->gap };
	rec->loss.count = part->count;
	rec->loss.reason = part->reason;
	rec->loss.class = part->class;
}

/* Whose birth EV tells of. 0: it tells of none. */
static int64_t
born_by(const struct event *ev)
{
	int64_t res;

	switch (ev->id) {
	case EV_CLONE_20_X: case EV_FORK_20_X: case EV_VFORK_20_X: case EV_CLONE3_X:
		return !event_result(ev, &res) || res < 0 ? 0 : res ? res : ev->tid;
	default:
		return 0;
	}
}

/* Does EV, which is older than the end of the state, tell of the birth of a thread
 * that is in the state? What it had from its maker was read from the thread itself;
 * to make it anew from what the maker has by now would be wrong. */
static bool
is_known_birth(const struct probe *p, const struct event *ev)
{
	int64_t tid = born_by(ev);

	return p->item.ts_ns <= p->counted_ns && tid && map_get(&p->listed, (uint64_t)tid);
}

/* Keep in mind who was told of. */
static void
note_told(struct probe *p, const struct event *ev)
{
	int64_t tid = born_by(ev);

	roster_add(&p->roster, ev->tid, p->item.ts_ns, ev->cpu);
	if (tid)
		roster_add_new(&p->roster, tid, p->item.ts_ns);
	else if (ev->id == EV_PROCEXIT_1_E)
		roster_remove(&p->roster, ev->tid);
}

/* A thread comes into what is asked for: tell of its process, if it was not listed. What
 * that has open is read soon. False when there is nothing to tell. */
static bool
tell_join(struct probe *p, struct record *rec)
{
	struct proc_record proc;
	struct wire_head head;

	memcpy(&head, p->item.p, sizeof(head));
	p->has_item = false;
	if ((map_get(&p->listed, head.pid) && !map_del(&p->above, head.pid)) ||
	    !proc_entry_read(&p->joined, head.pid, head.pid, &proc))
		return false;
	heal_ask(p->heal);
	p->join_bytes.len = 0;
	*rec = (struct record){ .kind = RECORD_EVENT };
	scan_task_event(&proc, &p->join_bytes, &rec->ev);
	rec->ev.ts_ns = p->item.ts_ns + p->wall_ns;
	rec->ev.cpu = p->item.cpu;
	rec->ev.dump_flags = EVENT_STATE_ONLY | EVENT_RESTATED;
	return true;
}

static bool
is_join(const struct probe *p)
{
	struct wire_head head;

	memcpy(&head, p->item.p, sizeof(head));
	return head.kind == WIRE_JOIN;
}

static bool
tell_event(struct probe *p, struct record *rec)
{
	struct encoder_input in = { p->item.p, p->item.len, p->item.ts_ns, p->item.cpu };
	struct event *ev = &rec->ev;
	bool is_there;

	if (is_join(p))
		return tell_join(p, rec);
	*rec = (struct record){ .kind = RECORD_EVENT };
	is_there = p->is_taken ? encoder_more(p->encoder, ev) :
		   encoder_take(p->encoder, &in, ev);
	/* A call that is several events stays until all are told. */
	p->has_item = p->is_taken = is_there && encoder_has_more(p->encoder);
	if (!is_there)
		return false;
	if (!p->has_started && ev->tid == p->launch.pid && ev->id == EV_EXECVE_19_E)
		p->has_started = true;
	if (p->item.ts_ns <= p->scan_end_ns && is_known_birth(p, ev))
		return false;
	note_told(p, ev);
	if (!p->has_started || p->item.ts_ns <= p->scan_end_ns)
		ev->dump_flags |= EVENT_STATE_ONLY;
	p->stats.n_events++;
	return true;
}

/* What was read again, right before the first record that is younger. */
static bool
tell_scan(struct probe *p, struct record *rec)
{
	uint64_t next_ns = p->has_item ? p->item.ts_ns :
			   p->looked_ns > SLACK_NS ? p->looked_ns - SLACK_NS : 0;

	if (!heal_has(p->heal, next_ns))
		return false;
	*rec = (struct record){ .kind = RECORD_EVENT };
	if (!heal_next(p->heal, &rec->ev))
		return false;
	rec->ev.ts_ns += p->wall_ns;
	return true;
}

/* The next record, if there is one: first what came while the state was read. */
static bool
next_item(struct probe *p)
{
	if (p->stash) {
		if (stash_next(p->stash, &p->item))
			return true;
		stash_free(p->stash);
		p->stash = NULL;
	}
	if (!merge_next(p->merge, &p->item))
		return false;
	p->n_taken++;
	return true;
}

static int
next_event(struct probe *p, struct record *rec)
{
	note_cancel(p);
	for (;;) {
		if (p->part_at < p->n_parts) {
			tell_loss(p, rec);
			return 1;
		}
		if (!p->has_item)
			p->has_item = next_item(p);
		if (!p->is_taken && tell_scan(p, rec))
			return 1;
		if (!p->has_item) {
			if (!await(p) && !find_last_gap(p) && !find_skipped(p, p->looked_ns))
				return 0;
		} else if (!p->is_taken && find_skipped(p, p->item.ts_ns)) {
			continue;
		} else if (p->item.n_lost) {
			begin_gap(p, p->item.cpu, p->item.n_lost, p->item.lost_from_ns,
				  p->item.ts_ns);
			p->item.n_lost = 0;
			p->has_item = p->item.len;
		} else if (tell_event(p, rec)) {
			return 1;
		}
	}
}

static void
note_listed(struct probe *p, const struct proc_record *proc)
{
	map_put(&p->listed, (uint64_t)proc->tid, p);
	roster_add_new(&p->roster, proc->tid, p->scan_end_ns);
	if (p->config.filter.has_cgroup && proc->tid == proc->pid &&
	    !snapshot_has_all(p->snapshot, proc->pid))
		map_put(&p->above, (uint64_t)proc->pid, p);
}

static int
probe_next(struct source *s, struct record *rec)
{
	struct probe *p = probe_of(s);

	switch (p->phase) {
	case PHASE_SECTION:
		*rec = (struct record){ .kind = RECORD_SECTION };
		rec->section = (struct section_record){ .name = "live", .major = 1, .minor = 2 };
		p->phase = PHASE_STATE;
		return 1;
	case PHASE_STATE:
		if (p->is_cancelled)
			return 0;
		if (snapshot_next(p->snapshot, rec)) {
			if (rec->kind == RECORD_PROC)
				note_listed(p, &rec->proc);
			return 1;
		}
		if (!begin_events(p))
			return 0;
		break;
	case PHASE_EVENTS:
		break;
	}
	return next_event(p, rec);
}

static void
probe_stats(const struct source *s, struct source_stats *out)
{
	*out = probe_of_const(s)->stats;
}

static void
probe_end(const struct source *s, struct source_end *out)
{
	const struct probe *p = probe_of_const(s);

	*out = (struct source_end){ .interrupted = p->is_cancelled, .damage = p->trouble,
				    .n_damages = p->trouble.code ? 1 : 0 };
}

static void
probe_cancel(struct source *s)
{
	struct probe *p = probe_of(s);
	uint64_t one = 1;
	ssize_t n;

	p->is_cancelled = true;
	n = write(p->cancel_fd, &one, sizeof(one));
	(void)n;
}

static void
probe_close(struct source *s)
{
	struct probe *p = probe_of(s);

	stash_free(p->stash);
	merge_free(p->merge);
	losses_free(p->losses);
	heal_free(p->heal);
	loader_close(p->loader);
	encoder_free(p->encoder);
	snapshot_close(p->snapshot);
	launch_fini(&p->launch);
	cgroup_place_fini(&p->cgroup);
	proc_entry_fini(&p->joined);
	text_fini(&p->join_bytes);
	map_fini(&p->listed);
	map_fini(&p->above);
	roster_fini(&p->roster);
	cgroup_names_fini(&p->cgroup_names);
	if (p->cancel_fd >= 0)
		close(p->cancel_fd);
	free(p);
}

static const struct source_ops ops = {
	.next = probe_next,
	.stats = probe_stats,
	.end = probe_end,
	.cancel = probe_cancel,
	.close = probe_close,
};

/* Find who belongs to FOUND by now; false: nobody else. */
static bool
search(struct probe *p, struct tree *found, struct census *census)
{
	if (!tree_n_processes(found))
		return false;
	census_read(census, loader_list_threads(p->loader));
	return tree_search(found, census);
}

/* Mark what is to be followed, while tracing already goes on. */
static int
mark(struct probe *p, int64_t tree, struct tree *found, struct err *err)
{
	struct census census = { 0 };
	int code = 0;

	tree_init(found);
	if (p->launch.pid)
		tree_add(found, p->launch.pid);
	else if (tree)
		tree_add(found, tree);
	/* What they start meanwhile, once they are marked, is marked by the kernel
	 * side; what they started before is found when the search begins again. */
	while (code == 0 && search(p, found, &census)) {
		size_t n;
		const int64_t *tids = tree_new_threads(found, &n);

		for (size_t i = 0; i < n && code == 0; i++)
			code = loader_mark(p->loader, (uint32_t)tids[i], err);
	}
	census_fini(&census);
	if (code == 0 && tree && !p->launch.pid && !found->n_tids)
		code = err_set(err, -ESRCH, "there is no process %lld", (long long)tree);
	return code;
}

/* Whoever reads the rings late loses: it goes before all others, if it may. */
static void
hurry(void)
{
	setpriority(PRIO_PROCESS, 0, PRIORITY);
}

/* Say in the configuration what is asked for. */
static int
ask(struct probe *p, const struct probe_options *o, struct err *err)
{
	static const struct demand everything = { 0 };
	const struct demand *d = o->demand ? o->demand : &everything;

	if (d->cgroup && cgroup_place_find(&p->cgroup, d->cgroup, err) < 0)
		return err->code;
	demand_apply(d, &p->cgroup, &p->config);
	return 0;
}

/* Begin to tell of what there is: of those in FOUND, if not all are asked for. */
static void
look_around(struct probe *p, const struct tree *found)
{
	struct snapshot_choice choice = {
		.threads_fd = loader_list_threads(p->loader),
		.files_fd = loader_list_files(p->loader),
	};

	if (p->config.only_marked || p->config.filter.has_cgroup) {
		choice.pids = tree_processes(found);
		choice.n_pids = tree_n_processes(found);
	}
	p->snapshot = snapshot_new(&choice);
	p->counted_ns = snapshot_is_counted(p->snapshot) ? boot_ns() : UINT64_MAX;
}

/* The kernel side has the numbers of the first pid namespace. Elsewhere they are those of
 * other processes, if of any: what is to be followed would not be, nor we left out. */
static int
check_namespace(struct err *err)
{
	struct stat st;

	if (stat("/proc/self/ns/pid", &st) < 0 || st.st_ino == FIRST_PID_NAMESPACE)
		return 0;
	return err_set(err, -EXDEV, "processes have other numbers here than the kernel has for "
		       "them: run this outside of the container, or with the host's pid "
		       "namespace (docker run --pid=host)");
}

static int
start(struct probe *p, const struct probe_options *o, struct err *err)
{
	size_t n, ring_bytes = o->ring_bytes ? o->ring_bytes : PROBE_RING_BYTES;
	const uint16_t *cpus;
	struct ring *rings;
	struct tree found;
	int code;

	if (check_namespace(err) < 0)
		return err->code;
	/* First, so that it has none of the descriptors that come below. */
	if (o->command && launch_start(&p->launch, o->command, o->command_apart, err) < 0)
		return err->code;
	calls_plan(calls_machine(), p->plans, &p->config);
	p->config.only_marked = o->command || o->tree;
	p->config.snap_bytes = o->snap_bytes < PROBE_SNAP_MAX ? o->snap_bytes : PROBE_SNAP_MAX;
	if (ask(p, o, err) < 0)
		return err->code;
	p->loader = loader_open(&p->config, ring_bytes, err);
	if (!p->loader)
		return err->code;
	p->wall_ns = clock_ns(CLOCK_REALTIME) - clock_ns(CLOCK_BOOTTIME);
	p->encoder = encoder_new(p->plans, p->wall_ns);
	encoder_on_cgroups(p->encoder, cgroups_of, p);
	rings = loader_rings(p->loader, &n, &cpus);
	p->merge = merge_new(rings, cpus, n, clock_ns(CLOCK_BOOTTIME));
	p->losses = losses_new(loader_n_cpus(p->loader));
	p->heal = heal_new(&p->roster);
	hurry();
	code = loader_attach(p->loader, err);
	if (code < 0)
		return code;
	p->stash = stash_begin(p->merge, p->config.specs, SLACK_NS, err);
	if (!p->stash)
		return err->code;
	p->root = o->command ? p->launch.pid : o->tree;
	code = mark(p, o->tree, &found, err);
	if (p->config.filter.has_cgroup && !p->config.only_marked)
		cgroup_place_list(&p->cgroup, &found);
	look_around(p, &found);
	tree_fini(&found);
	return code;
}

struct source *
probe_open(const struct probe_options *o, struct err *err)
{
	struct probe *p = xzalloc(sizeof(*p));

	p->source.ops = &ops;
	p->idle = o->idle;
	p->ctx = o->ctx;
	p->goes_first = o->goes_first;
	p->wait_ms = WAIT_MIN_MS;
	p->launch.go_fd = -1;
	p->has_started = !o->command;
	cgroup_names_init(&p->cgroup_names);
	p->listed.seed = hash_seed();
	p->above.seed = hash_seed();
	roster_init(&p->roster);
	p->cancel_fd = eventfd(0, EFD_CLOEXEC | EFD_NONBLOCK);
	if (p->cancel_fd < 0) {
		err_set(err, -errno, "no eventfd: %s", strerror(errno));
		goto fail;
	}
	if (start(p, o, err) < 0)
		goto fail;
	return &p->source;

fail:
	probe_close(&p->source);
	return NULL;
}

int64_t
probe_root(const struct source *s)
{
	return probe_of_const(s)->root;
}

bool
probe_is_above(const struct source *s, int64_t pid)
{
	return map_get(&probe_of_const(s)->above, (uint64_t)pid);
}

void
probe_demand(const struct source *s, struct demand_count *out)
{
	demand_count(&probe_of_const(s)->config, out);
}

bool
probe_status(const struct source *s, int *status)
{
	const struct probe *p = probe_of_const(s);

	if (!p->launch.has_ended)
		return false;
	*status = p->launch.status;
	return true;
}

int
probe_give_up_rights(struct err *err)
{
	return loader_drop_rights(err);
}

void
probe_losses(const struct source *s, struct probe_losses *out)
{
	const struct probe *p = probe_of_const(s);
	struct wire_losses lost;

	loader_losses(p->loader, &lost);
	*out = (struct probe_losses){ .full_state = lost.full_state, .full_data = lost.full_data,
				      .kept_data = lost.kept_data, .sent = lost.sent,
				      .skipped = p->n_skipped,
				      .taken = p->n_taken, .delivered = p->stats.n_events,
				      .late = merge_late(p->merge),
				      .unmarked = loader_unmarked(p->loader) };
}
