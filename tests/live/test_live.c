#include <arpa/inet.h>
#include <errno.h>
#include <fcntl.h>
#include <ftw.h>
#include <linux/capability.h>
#include <poll.h>
#include <sched.h>
#include <signal.h>
#include <stdlib.h>
#include <string.h>
#include <sys/mount.h>
#include <sys/prctl.h>
#include <sys/socket.h>
#include <sys/syscall.h>
#include <sys/wait.h>
#include <time.h>
#include <unistd.h>

#include "engine/base/err.h"
#include "engine/base/hash.h"
#include "engine/base/intern.h"
#include "engine/base/text.h"
#include "engine/capture/capture.h"
#include "engine/event/source.h"
#include "engine/event/syscall.h"
#include "engine/field/clock.h"
#include "engine/field/render.h"
#include "engine/record/profile.h"
#include "engine/record/recorder.h"
#include "engine/world/world.h"
#include "probe/calls.h"
#include "probe/probe.h"
#include "probe/wire.h"
#include "tests/lib/check.h"
#include "tests/live/old_kernel.h"
#include "ui/cli/line.h"

/*
 * Run one scenario of the actor under the probe, and compare what is recorded with
 * what the actor says that it did. Only the actor and its children are recorded,
 * and nothing is written but into a folder that is removed at the end.
 */

#define LINES_MAX (64u << 20)		/* bytes that a scenario may print */
#define BURST_CALLS 100000		/* as in act_processes.c */
#define STORM_CHILDREN 100
#define STORM_THREADS 8
#define RING_SMALL 16384
#define NOBODY 65534

struct run {
	const char *actor, *scenario;
	char folder[64], expects[80];
	struct world *world;
	struct render render;
	struct text lines;		/* of the events that are shown */
	struct text fds;		/* what is open at the first getppid() */
	struct map sides;		/* by tid: what its last call event was */
	uint64_t n_events, n_getppid, n_lost, n_births, n_deaths, n_strangers, n_unpaired;
	uint64_t n_backwards, last_ns, began_ns, n_lost_data;
	bool has_seen[EVENT_TYPES];
};

static char ENTERED, RETURNED;		/* what SIDES points to */

static int32_t
no_offset(int64_t epoch_s)
{
	(void)epoch_s;
	return 0;
}

/* Everybody who is recorded descends from this process. */
static bool
is_ours(const struct moment *m)
{
	const struct process *p = m->proc;

	while (p && p->pid != getpid())
		p = p->parent;
	return p;
}

/* The calls of a thread are entered and return by turns. A thread's first return is
 * that of the clone that made it. */
static void
check_sides(struct run *r, const struct event *ev)
{
	bool is_exit = event_id_is_exit(ev->id);
	char *last = map_get(&r->sides, (uint64_t)ev->tid);

	/* Several messages are several returns of one call. */
	if (last == &RETURNED && (ev->id == EV_SENDMMSG_X || ev->id == EV_RECVMMSG_X))
		return;
	/* Late calls, close_range and keyctl, have no enter event. */
	if (ev->type->source != ES_SYSCALL || ev->tid <= 0 ||
	    event_types[ev->id & ~1].flags & EF_UNUSED)
		return;
	if (last && last == (is_exit ? &RETURNED : &ENTERED))
		r->n_unpaired++;
	map_put(&r->sides, (uint64_t)ev->tid, is_exit ? &RETURNED : &ENTERED);
}

/* As the actor tells of its own. */
static void
note_descriptors(struct run *r, const struct moment *m)
{
	size_t n;
	const struct descriptor **fds = world_fds(m->proc, &n);

	for (size_t i = 0; i < n; i++) {
		bool has_name = fds[i]->kind == FD_FILE || fds[i]->kind == FD_DIRECTORY;

		text_fmt(&r->fds, "fd %lld %s\n", (long long)fds[i]->num,
			 has_name ? intern_text(world_names(r->world), fds[i]->name) : "");
	}
	free(fds);
}

static void
take_event(struct run *r, const struct moment *m)
{
	const struct event *ev = m->ev;
	uint16_t code = 0;
	int64_t res;

	r->n_events++;
	r->has_seen[ev->id] = true;
	r->n_backwards += ev->ts_ns < r->last_ns;
	r->last_ns = ev->ts_ns;
	check_sides(r, ev);
	if (ev->id <= EV_GENERIC_X && event_u16(ev, 0, &code) &&
	    !strcmp(syscall_code_name(code), "getppid") && !r->n_getppid++)
		note_descriptors(r, m);
	if (ev->id == EV_PROCEXIT_1_E)
		r->n_deaths++;
	/* The birth of the actor itself, should it be seen, is for the state. */
	if ((ev->id == EV_CLONE_20_X || ev->id == EV_CLONE3_X) && event_result(ev, &res) && !res &&
	    !m->is_state_only)
		r->n_births++;
	r->n_strangers += !is_ours(m);
	if (!m->is_state_only && r->lines.len < LINES_MAX)
		line_put(&r->render, m, &r->lines);
}

static uint64_t
now_ns(void)
{
	struct timespec t;

	clock_gettime(CLOCK_REALTIME, &t);
	return (uint64_t)t.tv_sec * 1000000000u + (uint64_t)t.tv_nsec;
}

static void
take_loss(struct run *r, const struct loss_record *loss)
{
	r->n_lost += loss->count;
	if (loss->class == LOSS_OF_DATA && loss->reason != LOSS_FOR_UNKNOWN &&
	    loss->from_ns <= loss->to_ns && loss->from_ns >= r->began_ns)
		r->n_lost_data += loss->count;
}

/* A recording of what is shown. */
static struct recorder *
begin_recording(struct run *r, const char *path)
{
	struct recorder_options o = { .path = path, .profile = &record_profiles[0],
				      .cut_data = RECORDER_NO_CUT };
	struct err err = { 0 };
	struct recorder *recorder = recorder_open(r->world, &o, &err);

	CHECK(recorder, "%s: it is recorded: %s", r->scenario, err.text);
	return recorder;
}

/* Take all records until the source ends, and record them at PATH, which may be NULL. */
static void
take_all(struct run *r, struct source *s, const char *path)
{
	struct recorder *recorder;
	struct record rec;
	struct clock clock;
	struct err err = { 0 };

	r->world = world_new(NULL, NULL);
	clock_init(&clock, no_offset);
	render_init(&r->render, r->world, &clock);
	recorder = path ? begin_recording(r, path) : NULL;
	while (source_next(s, &rec) > 0) {
		const struct moment *m;

		if (recorder)
			recorder_before(recorder, &rec);
		m = world_take(r->world, &rec);
		if (recorder)
			recorder_take(recorder, &rec, m);
		if (rec.kind == RECORD_LOSS)
			take_loss(r, &rec.loss);
		if (m && m->num)
			take_event(r, m);
	}
	CHECK(recorder_close(recorder, NULL, &err) == 0, "%s: nothing is left to write: %s",
	      r->scenario, err.text);
}

static void
run_fini(struct run *r)
{
	render_fini(&r->render);
	world_free(r->world);
	text_fini(&r->lines);
	text_fini(&r->fds);
	map_fini(&r->sides);
}

/* What was recorded comes back as the lines that were shown. */
static void
check_replay(const struct run *r, const char *path)
{
	struct capture_input input = { path, open(path, O_RDONLY | O_CLOEXEC) };
	struct err err = { 0 };
	struct source *s = input.fd < 0 ? NULL : capture_open(&input, 1, NULL, &err);
	struct run again = { .scenario = r->scenario };
	size_t same = 0;

	if (!CHECK(s, "%s: the recording opens: %s", r->scenario, err.text))
		return;
	take_all(&again, s, NULL);
	while (same < r->lines.len && same < again.lines.len &&
	       r->lines.p[same] == again.lines.p[same])
		same++;
	CHECK(r->lines.len && r->lines.len == again.lines.len && same == r->lines.len,
	      "%s: and shows the same lines, number by number: %.120s", r->scenario,
	      same < again.lines.len ? again.lines.p + same : "");
	CHECK(again.n_lost == r->n_lost && again.n_lost_data == r->n_lost_data,
	      "%s: and the same losses", r->scenario);
	source_close(s);
	run_fini(&again);
}

static bool
make_folder(struct run *r)
{
	strcpy(r->folder, "/tmp/sysreel-live-XXXXXX");
	if (!mkdtemp(r->folder))
		return false;
	snprintf(r->expects, sizeof(r->expects), "%s/expects", r->folder);
	return true;
}

static int
remove_one(const char *path, const struct stat *st, int kind, struct FTW *place)
{
	(void)st;
	(void)kind;
	(void)place;
	return remove(path);
}

static void
remove_folder(const struct run *r)
{
	nftw(r->folder, remove_one, 10, FTW_DEPTH | FTW_PHYS | FTW_MOUNT);
}

/* Find EXPECTED, of LEN bytes, in the line that starts at LINE. */
static bool
line_shows(const char *line, size_t line_len, const char *expected, size_t len)
{
	const char *at = memchr(line, '(', line_len);

	/* The name of a thread may hold a bracket, the actor's does not. */
	return at && line_len - (size_t)(at - line) >= len && !memcmp(at, expected, len);
}

/* Both tell the same descriptors, in whatever order. */
static void
check_descriptor(struct run *r, const char *line, size_t len)
{
	char *at = memmem(r->fds.p, r->fds.len, line, len);

	CHECK(at, "%s: %.*s", r->scenario, (int)len - 1, line);
	if (!at)
		return;
	/* Found, so gone: what is left in the end was not open. */
	memmove(at, at + len, (size_t)(r->fds.p + r->fds.len - (at + len)));
	r->fds.len -= len;
}

/* Each expectation must be found behind the one of its thread before it. */
static void
check_expectations(struct run *r)
{
	FILE *f = fopen(r->expects, "re");
	size_t at = 0;
	char *line = NULL, *words;
	struct span last = { NULL, 0 };
	size_t cap = 0;
	ssize_t len;

	CHECK(f, "%s: the actor says what it did", r->scenario);
	while (f && (len = getline(&line, &cap, f)) > 0) {
		size_t from = at;
		bool is_found = false;

		if (!strncmp(line, "fd ", 3)) {
			check_descriptor(r, line, (size_t)len);
			continue;
		}
		words = strstr(line, ") ~ ");
		if (words) {
			words += 4;
			is_found = memmem(last.p, last.len, words, strlen(words) - 1);
		}
		while (from < r->lines.len && !is_found && !words) {
			const char *p = r->lines.p + from;
			const char *nl = memchr(p, '\n', r->lines.len - from);

			is_found = line_shows(p, (size_t)(nl - p), line, (size_t)len - 1);
			from = (size_t)(nl - r->lines.p) + 1;
			last = (struct span){ (const uint8_t *)p, is_found ? (size_t)(nl - p) : 0 };
		}
		CHECK(is_found, "%s: %.*s", r->scenario, (int)len - 1, line);
		/* Threads run side by side: only a thread's own lines have an order. */
		if (is_found && !words && strcmp(r->scenario, "processes") &&
		    strcmp(r->scenario, "exec"))
			at = from;
	}
	free(line);
	if (f)
		fclose(f);
}

static void
check_rights(void)
{
	char line[128];
	unsigned long long v;
	int n = 0;
	FILE *f = fopen("/proc/self/status", "re");

	while (f && fgets(line, sizeof(line), f)) {
		if (sscanf(line, "CapEff: %llx", &v) == 1 || sscanf(line, "CapPrm: %llx", &v) == 1)
			n += v == 0;
		if (sscanf(line, "NoNewPrivs: %llu", &v) == 1)
			n += v == 1;
	}
	if (f)
		fclose(f);
	CHECK(n == 3, "it records although all rights were given up");
}

/* Whatever the scenario. */
static void
check_stream(const struct run *r, const struct probe_losses *lost)
{
	CHECK(r->n_events > 0, "%s: %llu events", r->scenario, (unsigned long long)r->n_events);
	CHECK(!r->n_strangers, "%s: nobody else is recorded", r->scenario);
	CHECK(!r->n_backwards, "%s: times never go back", r->scenario);
	if (lost->late)
		printf("# %s: %llu came after their turn\n", r->scenario,
		       (unsigned long long)lost->late);
	if (lost->skipped)
		printf("# %s: of %llu the kernel did not ask\n", r->scenario,
		       (unsigned long long)lost->skipped);
	if (lost->full_state + lost->full_data + lost->kept_data + lost->skipped)
		return;
	CHECK(!r->n_unpaired, "%s: calls are entered and return by turns", r->scenario);
	CHECK(!r->n_lost, "%s: no loss is told where there was none", r->scenario);
}

static void
check_storm(const struct run *r, const struct probe_losses *lost)
{
	if (lost->skipped)
		return;
	CHECK(r->n_births == STORM_CHILDREN + STORM_THREADS, "storm: %llu births",
	      (unsigned long long)r->n_births);
	CHECK(r->n_deaths == STORM_CHILDREN + STORM_THREADS + 1, "storm: %llu deaths",
	      (unsigned long long)r->n_deaths);
}

/* Each call that has parameters of its own was made. */
static void
check_every(const struct run *r)
{
	const struct syscall *s;
	int n = 0;

	for (uint32_t number = 0; number < WIRE_COMPAT_CALLS; number++) {
		s = syscall_find(calls_machine(), number);
		if (!s || s->exit == EV_GENERIC_X || event_types[s->exit].flags & EF_UNUSED)
			continue;
		CHECK(r->has_seen[s->exit], "every: %s is recorded", s->name);
		n++;
	}
	CHECK(n > 120, "every: %d kinds of calls", n);
}

/* Whatever was sent arrived, whatever was not is told. */
static void
check_accounts(const struct run *r, const struct probe_losses *lost)
{
	uint64_t n_lost = lost->full_state + lost->full_data + lost->kept_data + lost->skipped;

	CHECK(lost->taken == lost->sent, "%s: %llu were sent, %llu taken", r->scenario,
	      (unsigned long long)lost->sent, (unsigned long long)lost->taken);
	CHECK(r->n_lost == n_lost, "%s: %llu were lost, of %llu it is told where", r->scenario,
	      (unsigned long long)n_lost, (unsigned long long)r->n_lost);
}

static void
check_burst(const struct run *r, const struct probe_losses *lost)
{
	uint64_t n_lost = lost->full_state + lost->full_data + lost->kept_data;
	uint64_t missing = 2 * BURST_CALLS - r->n_getppid;

	CHECK(lost->kept_data > 0 && n_lost >= missing && n_lost - missing < 100,
	      "burst: %llu of %d events are missing, %llu are counted as lost",
	      (unsigned long long)missing, 2 * BURST_CALLS, (unsigned long long)n_lost);
	CHECK(r->n_lost_data == n_lost, "burst: and what they were about: %llu",
	      (unsigned long long)r->n_lost_data);
	CHECK(!lost->full_state, "burst: none of them changes the state");
	CHECK(r->n_deaths == 1, "burst: the end is not lost");
}

static void
check_all(struct run *r, struct source *s)
{
	struct probe_losses lost;
	struct source_end end;
	char path[96];
	int status = -1;

	snprintf(path, sizeof(path), "%s/recording", r->folder);
	r->began_ns = now_ns() - 10000000000u;
	take_all(r, s, path);
	check_replay(r, path);
	probe_losses(s, &lost);
	source_end(s, &end);
	CHECK(!end.damage.code, "%s: no trouble: %s", r->scenario, end.damage.text);
	check_stream(r, &lost);
	check_accounts(r, &lost);
	if (strcmp(r->scenario, "inherited")) {
		bool has_ended = probe_status(s, &status);

		CHECK(has_ended && status == 0, "%s: the actor ends with %d", r->scenario,
		      status);
	}
	check_expectations(r);
	check_rights();
	if (!strcmp(r->scenario, "state"))
		CHECK(!r->fds.len, "state: nothing else is open: %.*s", (int)r->fds.len, r->fds.p);
	if (!strcmp(r->scenario, "storm"))
		check_storm(r, &lost);
	if (!strcmp(r->scenario, "every"))
		check_every(r);
	if (!strcmp(r->scenario, "burst"))
		check_burst(r, &lost);
	source_close(s);
	run_fini(r);
}

/* Two ends of a connection over the loopback. */
static bool
connect_pair(int fds[2])
{
	struct sockaddr_in a = { .sin_family = AF_INET, .sin_addr = { htonl(INADDR_LOOPBACK) } };
	socklen_t len = sizeof(a);
	int server = socket(AF_INET, SOCK_STREAM | SOCK_CLOEXEC, 0);

	fds[0] = socket(AF_INET, SOCK_STREAM | SOCK_CLOEXEC, 0);
	if (bind(server, (struct sockaddr *)&a, len) < 0 || listen(server, 1) < 0 ||
	    getsockname(server, (struct sockaddr *)&a, &len) < 0 ||
	    connect(fds[0], (struct sockaddr *)&a, len) < 0)
		return false;
	fds[1] = accept4(server, NULL, NULL, SOCK_CLOEXEC);
	close(server);
	return fds[1] >= 0;
}

/* Start the actor before anybody looks, with a pipe as 3, a file as 4, a connection
 * as 5. A byte into *GO_FD lets it go on. */
static pid_t
start_before(struct run *r, int *go_fd)
{
	char path[96];
	int fds[2], ends[2], file;
	pid_t child;

	snprintf(path, sizeof(path), "%s/before", r->folder);
	file = open(path, O_RDWR | O_CREAT | O_CLOEXEC, 0600);
	if (file < 0 || pipe2(ends, O_CLOEXEC) < 0 || !connect_pair(fds))
		return -1;
	*go_fd = ends[1];
	child = fork();
	if (child)
		return child;
	/* Out of the way first: the numbers may be taken. */
	file = fcntl(file, F_DUPFD_CLOEXEC, 10);
	fds[0] = fcntl(fds[0], F_DUPFD_CLOEXEC, 10);
	ends[0] = fcntl(ends[0], F_DUPFD_CLOEXEC, 10);
	dup2(ends[0], 3);
	dup2(file, 4);
	dup2(fds[0], 5);
	execl(r->actor, "actor", r->scenario, r->folder, r->expects, (char *)NULL);
	_exit(98);
}

/* Wait until PID has become the actor and waits for its byte. */
static void
wait_for_actor(pid_t pid)
{
	char path[64], what[64];

	snprintf(path, sizeof(path), "/proc/%d/syscall", pid);
	for (int i = 0; i < 5000; i++) {
		FILE *f = fopen(path, "re");
		bool is_waiting = f && fgets(what, sizeof(what), f) &&
				  strtol(what, NULL, 10) == SYS_read && strstr(what, " 0x3 ");

		if (f)
			fclose(f);
		if (is_waiting)
			return;
		poll(NULL, 0, 1);
	}
}

/* All that there was has been read: the actor may go on. */
static void
let_go(void *ctx)
{
	int *go_fd = ctx;

	if (*go_fd < 0)
		return;
	CHECK(write(*go_fd, "g", 1) == 1, "it may go on");
	close(*go_fd);
	*go_fd = -1;
}

static void
run_tree(struct run *r)
{
	int go_fd = -1, status = -1;
	pid_t child = start_before(r, &go_fd);
	struct probe_options options = { .snap_bytes = PROBE_SNAP_BYTES, .tree = child,
					 .idle = let_go, .ctx = &go_fd };
	struct err err = { 0 };
	struct source *s;

	if (!CHECK(child > 0, "an actor is started"))
		return;
	wait_for_actor(child);
	s = probe_open(&options, &err);
	if (!CHECK(s, "its tree is followed: %s", err.text)) {
		kill(child, SIGKILL);
		waitpid(child, &status, 0);
		return;
	}
	check_all(r, s);
	CHECK(waitpid(child, &status, 0) == child && status == 0, "the actor ends with %d",
	      status);
}

static void
run_command(struct run *r)
{
	char *const command[] = { (char *)(uintptr_t)r->actor, (char *)(uintptr_t)r->scenario,
				  r->folder, r->expects, NULL };
	struct probe_options options = { .command = command, .snap_bytes = PROBE_SNAP_BYTES };
	struct err err = { 0 };
	struct source *s;

	if (!strcmp(r->scenario, "burst"))
		options.ring_bytes = RING_SMALL;
	s = probe_open(&options, &err);
	if (CHECK(s, "the command is followed: %s", err.text))
		check_all(r, s);
}

/* Become a user without rights but those in CAPS. */
static bool
keep_only(uint64_t caps)
{
	struct __user_cap_header_struct head = { .version = _LINUX_CAPABILITY_VERSION_3 };
	struct __user_cap_data_struct data[2] = {
		{ .effective = (uint32_t)caps, .permitted = (uint32_t)caps },
		{ .effective = (uint32_t)(caps >> 32), .permitted = (uint32_t)(caps >> 32) },
	};

	return prctl(PR_SET_KEEPCAPS, 1, 0, 0, 0) == 0 && setresgid(NOBODY, NOBODY, NOBODY) == 0 &&
	       setresuid(NOBODY, NOBODY, NOBODY) == 0 && syscall(SYS_capset, &head, data) == 0;
}

/* With the two rights that tracing needs it records; the actor may stand where
 * nobody else can go. */
static void
run_with_fewest(struct run *r)
{
	int fd = open(r->actor, O_RDONLY);

	r->scenario = "files";
	r->actor = "/proc/self/fd/9";
	CHECK(fd >= 0 && dup2(fd, 9) == 9 && chown(r->folder, NOBODY, NOBODY) == 0 &&
	      keep_only(1ull << CAP_BPF | 1ull << CAP_PERFMON), "only two rights are left");
	run_command(r);
}

/* Without, it says what is missing. */
static void
be_refused(const struct run *r)
{
	struct probe_options options = { .snap_bytes = PROBE_SNAP_BYTES };
	struct err err = { 0 };
	struct source *s;

	CHECK(chown(r->folder, NOBODY, NOBODY) == 0 && keep_only(1ull << CAP_BPF),
	      "only one right is left");
	s = probe_open(&options, &err);
	CHECK(!s && strstr(err.text, "CAP_PERFMON") && !strchr(err.text, '\n'), "refused: %s",
	      err.text);
	source_close(s);
}

/* Why this cannot run here, or NULL. */
static const char *
why_not(void)
{
	static struct err err;
	struct probe_options options = { .tree = getpid() };
	struct source *s;
	int status;
	pid_t child;

	/* In a child: opening gives up the rights for good. */
	child = fork();
	if (!child) {
		s = probe_open(&options, &err);
		_exit(s || (err.code != -EPERM && err.code != -ENOENT && err.code != -ENOSYS &&
			    err.code != -EXDEV) ? 0 : 1);
	}
	if (waitpid(child, &status, 0) == child && status == 0)
		return NULL;
	s = probe_open(&options, &err);
	source_close(s);
	return err.text;
}

/* Where no program can be loaded, it says what there has to be. */
static void
find_too_old(void)
{
	struct probe_options options = { .snap_bytes = PROBE_SNAP_BYTES };
	struct err err = { 0 };
	struct source *s = probe_open(&options, &err);

	CHECK(!s && strstr(err.text, "Linux 5.8 or newer") && !strchr(err.text, '\n'),
	      "too old: %s", err.text);
	source_close(s);
}

/* Nor where the kernel does not describe its types. */
static void
find_no_types(void)
{
	struct probe_options options = { .snap_bytes = PROBE_SNAP_BYTES };
	struct err err = { 0 };
	struct source *s;

	if (unshare(CLONE_NEWNS) < 0 || mount(NULL, "/", NULL, MS_REC | MS_PRIVATE, NULL) < 0 ||
	    mount("none", "/sys/kernel/btf", "tmpfs", 0, NULL) < 0) {
		check_skip("nothing can be mounted over /sys/kernel/btf");
		return;
	}
	s = probe_open(&options, &err);
	CHECK(!s && strstr(err.text, "CONFIG_DEBUG_INFO_BTF") && !strchr(err.text, '\n'),
	      "no types: %s", err.text);
	source_close(s);
}

/* test_live ACTOR SCENARIO [KERNEL] */
int
main(int argc, char **argv)
{
	const char *kernel = argc == 4 ? argv[3] : NULL;
	enum old_kernel which = OLD_KERNEL_NOTHING;
	struct run r = { 0 };
	const char *reason;

	if (argc < 3 || argc > 4 || (kernel && !old_kernel_find(kernel, &which)))
		return 2;
	r.actor = argv[1];
	r.scenario = argv[2];
	reason = why_not();
	if (reason) {
		check_skip("%s", reason);
		return check_done();
	}
	if (kernel && !old_kernel_begin(which)) {
		check_skip("seccomp cannot notify here");
		return check_done();
	}
	if (!CHECK(make_folder(&r), "there is a folder to work in"))
		return check_done();
	if (!strcmp(r.scenario, "inherited"))
		run_tree(&r);
	else if (!strcmp(r.scenario, "fewest"))
		run_with_fewest(&r);
	else if (!strcmp(r.scenario, "refused"))
		be_refused(&r);
	else if (!strcmp(r.scenario, "too-old"))
		find_too_old();
	else if (!strcmp(r.scenario, "no-types"))
		find_no_types();
	else
		run_command(&r);
	remove_folder(&r);
	CHECK(!kernel || old_kernel_refused(), "something was refused as by an older kernel");
	return check_done();
}
