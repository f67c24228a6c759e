#include "probe/loader.h"

#include <bpf/bpf.h>
#include <bpf/btf.h>
#include <bpf/libbpf.h>
#include <errno.h>
#include <fcntl.h>
#include <linux/capability.h>
#include <signal.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/mman.h>
#include <sys/prctl.h>
#include <sys/syscall.h>
#include <unistd.h>

#include "engine/base/err.h"
#include "engine/base/mem.h"
#include "probe/kernel_names.h"
#include "probe/object.h"

#define KERNEL_TYPES "/sys/kernel/btf/vmlinux"
#define FIRST "on_"			/* how programs are called, and those that relieve them */
#define SECOND "again_"
#define EMPTY_TURNS 2			/* a fork may slip through one */
#define PIDFD_OF_THREAD O_EXCL		/* headers may be older than that flag */

/* Which programs: see bpf/look.h. */
enum build { BUILD_STEADY, BUILD_USUAL, BUILD_PLAIN };

struct loader {
	struct bpf_object *object;
	enum build build;
	struct kernel_names names;	/* until the programs are loaded */
	struct bpf_link **links;
	size_t n_links;
	struct ring *rings;
	int *ring_fds;
	uint16_t *cpus;
	size_t n_rings;
	const struct wire_cell *cells;	/* shared, one for each possible CPU */
	size_t cells_len, page;
	int seeds_fd, marks_fd;
	int sample_fd;			/* the link of the iterator over threads */
	unsigned n_empty;		/* times in a row that it found nobody of the tree */
	int listing_fd;			/* of the one over descriptors */
	int census_fd;			/* of the one that tells all of threads */
	struct wire_state *state;	/* shared with the programs */
	int n_possible;			/* CPUs that cells have room for */
};

static bool
has_capability(int number)
{
	struct __user_cap_header_struct head = { .version = _LINUX_CAPABILITY_VERSION_3 };
	struct __user_cap_data_struct data[2] = { 0 };

	return syscall(SYS_capget, &head, data) == 0 &&
	       data[number / 32].effective & 1u << number % 32;
}

static bool
has_types(void)
{
	return access(KERNEL_TYPES, R_OK) == 0;
}

static bool
may_trace(void)
{
	return has_capability(CAP_SYS_ADMIN) ||
	       (has_capability(CAP_BPF) && has_capability(CAP_PERFMON));
}

/* Why the kernel may have said CODE to the programs. */
static int
explain(int code, struct err *err)
{
	if (!has_types())
		return err_set(err, code, "this kernel does not describe its types: there is no "
			       "/sys/kernel/btf/vmlinux, which CONFIG_DEBUG_INFO_BTF makes");
	if (!may_trace())
		return err_set(err, code, "tracing needs CAP_BPF and CAP_PERFMON: run this as "
			       "root, or allow it once with `setcap cap_bpf,cap_perfmon,"
			       "cap_sys_ptrace,cap_dac_read_search+ep` on the program");
	return err_set(err, code, "the kernel refuses the tracing programs (%s): it has to be "
		       "Linux 5.8 or newer, and a container has to be allowed bpf()",
		       strerror(-code));
}

static int
quiet(enum libbpf_print_level level, const char *format, va_list args)
{
	(void)level;
	(void)format;
	(void)args;
	return 0;
}

/* Has the tracepoint of TYPE, which is one of the kernel's, N_ARGS arguments? */
static bool
has_arguments(const char *type, unsigned n_args)
{
	struct btf *types = btf__load_vmlinux_btf();
	int id = types ? btf__find_by_name_kind(types, type, BTF_KIND_TYPEDEF) : -ENOENT;
	const struct btf_type *t;
	bool has = false;

	if (id >= 0) {
		/* A pointer to a function, whose first argument is the tracepoint's own. */
		t = btf__type_by_id(types, btf__type_by_id(types, (uint32_t)id)->type);
		t = btf__type_by_id(types, t->type);
		has = btf_is_func_proto(t) && btf_vlen(t) == n_args + 1;
	}
	btf__free(types);
	return has;
}

/* Does this kernel have tracepoint NAME, with N_ARGS arguments, or 0 for any number? */
static bool
has_tracepoint(const struct loader *l, const char *name, unsigned n_args)
{
	char type[64];

	snprintf(type, sizeof(type), "btf_trace_%s", name);
	return kernel_names_have(&l->names, type) && (!n_args || has_arguments(type, n_args));
}

/* From Linux 7.0 on a program of a tracepoint may be interrupted. That cannot be asked: it
 * is kernels that have the last of these. */
static bool
lets_others_in(const struct loader *l)
{
	return kernel_names_have(&l->names, "bpf_preempt_disable") &&
	       kernel_names_have(&l->names, "bpf_arena_alloc_pages_non_sleepable");
}

/* A program for what not every kernel has is left out where it is missing, and one for
 * what nobody asks for. */
static void
choose_optional(struct loader *l, const struct wire_config *config)
{
	const struct {
		const char *program, *tracepoint;
		unsigned n_args;
		bool is_wanted;
	} some[] = {
		{ "on_uring", "io_uring_submit_req", 0, config->uring_wants },
		/* So it was called in Linux 6.0 to 6.3. */
		{ "on_uring", "io_uring_submit_sqe", 2, config->uring_wants &&
						       l->build != BUILD_PLAIN },
		{ "on_switch", "sched_switch", 0, config->switch_wants },
		{ "on_fault", "page_fault_user", 0, config->fault_wants },
		{ "on_move", "cgroup_attach_task", 0, config->filter.has_cgroup ||
						      config->filter.has_container },
	};

	for (size_t i = 0; i < ARRAY_LEN(some); i++) {
		struct bpf_program *p =
			bpf_object__find_program_by_name(l->object, some[i].program);

		if (!p || !some[i].is_wanted)
			continue;
		if (!has_tracepoint(l, some[i].tracepoint, some[i].n_args))
			continue;
		bpf_program__set_autoload(p, true);
		if (l->build != BUILD_PLAIN)
			bpf_program__set_attach_target(p, 0, some[i].tracepoint);
	}
}

/* Open the programs of l->build, for l->n_possible CPUs. */
static int
open_object(struct loader *l, const struct wire_config *config, struct err *err)
{
	static const char *const per_cpu[] = { "rings", "cells" };
	const struct {
		const unsigned char *p;
		size_t len;
	} builds[] = {
		[BUILD_STEADY] = { probe_steady_object, probe_steady_object_len },
		[BUILD_USUAL] = { probe_object, probe_object_len },
		[BUILD_PLAIN] = { probe_plain_object, probe_plain_object_len },
	};
	struct bpf_map *map;

	bpf_object__close(l->object);
	l->object = bpf_object__open_mem(builds[l->build].p, builds[l->build].len, NULL);
	if (!l->object)
		return explain(-errno, err);
	map = bpf_object__find_map_by_name(l->object, ".rodata.config");
	if (!map || bpf_map__set_initial_value(map, config, sizeof(*config)) < 0)
		return err_set(err, -EINVAL, "the programs have no configuration");
	for (size_t i = 0; i < ARRAY_LEN(per_cpu); i++) {
		map = bpf_object__find_map_by_name(l->object, per_cpu[i]);
		if (!map || l->n_possible <= 0 ||
		    bpf_map__set_max_entries(map, (uint32_t)l->n_possible) < 0)
			return err_set(err, -EINVAL, "the CPUs cannot be counted");
	}
	choose_optional(l, config);
	return 0;
}

static int
new_ring(size_t ring_bytes)
{
	return bpf_map_create(BPF_MAP_TYPE_RINGBUF, "sysreel_ring", 0, 0, (uint32_t)ring_bytes,
			      NULL);
}

/* Load the plain programs. Before 5.10 all rings have to be as large as the one that the
 * map of them was made for. */
static int
load_plain(struct loader *l, const struct wire_config *config, size_t ring_bytes,
	   struct err *err)
{
	int code, fd;

	l->build = BUILD_PLAIN;
	if (open_object(l, config, err) < 0)
		return err->code;
	fd = new_ring(ring_bytes);
	if (fd < 0)
		return explain(-errno, err);
	code = bpf_map__set_inner_map_fd(bpf_object__find_map_by_name(l->object, "rings"), fd);
	if (code == 0)
		code = bpf_object__load(l->object);
	close(fd);
	return code < 0 ? explain(code, err) : 0;
}

/* Put the programs into the kernel: those for it or, where it does not take these, others. */
static int
load_object(struct loader *l, const struct wire_config *config, size_t ring_bytes,
	    struct err *err)
{
	int code;

	libbpf_set_print(quiet);
	l->n_possible = libbpf_num_possible_cpus();
	l->build = lets_others_in(l) ? BUILD_STEADY : BUILD_USUAL;
	for (; l->build < BUILD_PLAIN; l->build++) {
		if (open_object(l, config, err) < 0)
			return err->code;
		code = bpf_object__load(l->object);
		if (code == 0)
			return 0;
		if (!may_trace() || !has_types())
			return explain(code, err);
	}
	return load_plain(l, config, ring_bytes, err);
}

/* The CPUs of "0-3,8", at most MAX. */
static size_t
parse_cpus(const char *text, uint16_t *cpus, size_t max)
{
	size_t n = 0;

	while (*text >= '0' && *text <= '9') {
		char *end;
		unsigned long from = strtoul(text, &end, 10), to = from;

		if (*end == '-')
			to = strtoul(end + 1, &end, 10);
		for (; from <= to && n < max; from++)
			cpus[n++] = (uint16_t)from;
		text = *end == ',' ? end + 1 : end;
	}
	return n;
}

static size_t
online_cpus(uint16_t *cpus, size_t max)
{
	char line[4096] = "";
	FILE *f = fopen("/sys/devices/system/cpu/online", "re");
	size_t n = 0;

	if (f && fgets(line, sizeof(line), f))
		n = parse_cpus(line, cpus, max);
	if (f)
		fclose(f);
	for (; !n && n < max; n++)
		cpus[n] = (uint16_t)n;
	return n;
}

static int
make_ring(struct loader *l, size_t i, size_t ring_bytes, struct err *err)
{
	l->ring_fds[i] = new_ring(ring_bytes);
	if (l->ring_fds[i] < 0)
		return err_set(err, -errno, "no room for a ring of %zu bytes for each CPU: %s",
			       ring_bytes, strerror(errno));
	return ring_open(&l->rings[i], l->ring_fds[i], ring_bytes, err);
}

/* Give the programs the rings. All at once: the kernel waits 10 ms and more until nobody
 * can see what was there before, and one by one it does so for each CPU. */
static int
hand_over_rings(const struct loader *l, int outer_fd, struct err *err)
{
	uint32_t *cpus = xzalloc((l->n_rings ? l->n_rings : 1) * sizeof(*cpus));
	uint32_t n = (uint32_t)l->n_rings;
	int code;

	for (size_t i = 0; i < l->n_rings; i++)
		cpus[i] = l->cpus[i];
	code = bpf_map_update_batch(outer_fd, cpus, l->ring_fds, &n, NULL);
	/* Kernels before 5.17 take them one by one only. */
	for (size_t i = 0; code < 0 && i < l->n_rings; i++)
		if (bpf_map_update_elem(outer_fd, &cpus[i], &l->ring_fds[i], BPF_ANY) < 0) {
			err_set(err, -errno, "the ring of CPU %u is refused: %s", cpus[i],
				strerror(errno));
			free(cpus);
			return err->code;
		}
	free(cpus);
	return 0;
}

static int
make_rings(struct loader *l, size_t ring_bytes, struct err *err)
{
	size_t max = (size_t)l->n_possible < WIRE_CPUS ? (size_t)l->n_possible : WIRE_CPUS;
	int code = 0;

	l->cpus = xzalloc(max * sizeof(*l->cpus));
	l->n_rings = online_cpus(l->cpus, max);
	l->rings = xzalloc(l->n_rings * sizeof(*l->rings));
	l->ring_fds = xzalloc(l->n_rings * sizeof(*l->ring_fds));
	for (size_t i = 0; i < l->n_rings; i++)
		l->ring_fds[i] = -1;
	for (size_t i = 0; i < l->n_rings && code == 0; i++)
		code = make_ring(l, i, ring_bytes, err);
	return code < 0 ? code : hand_over_rings(l,
			bpf_object__find_map_fd_by_name(l->object, "rings"), err);
}

/* Map N bytes of the map NAME, which is then shared with the programs. */
static void *
share(struct loader *l, const char *name, size_t n, int protection, struct err *err)
{
	int fd = bpf_object__find_map_fd_by_name(l->object, name);
	void *p = fd < 0 ? MAP_FAILED : mmap(NULL, n, protection, MAP_SHARED, fd, 0);

	if (p != MAP_FAILED)
		return p;
	err_set(err, -errno, "cannot map %s of the programs: %s", name, strerror(errno));
	return NULL;
}

static int
find_shared(struct loader *l, struct err *err)
{
	size_t page = (size_t)sysconf(_SC_PAGESIZE);

	l->page = page;
	l->cells_len = ((size_t)l->n_possible * sizeof(*l->cells) + page - 1) & ~(page - 1);
	l->seeds_fd = bpf_object__find_map_fd_by_name(l->object, "seeds");
	l->marks_fd = bpf_object__find_map_fd_by_name(l->object, "marks");
	l->state = share(l, ".data.state", page, PROT_READ | PROT_WRITE, err);
	if (l->state)
		l->cells = share(l, "cells", l->cells_len, PROT_READ, err);
	return l->cells ? 0 : -EINVAL;
}

struct loader *
loader_open(struct wire_config *config, size_t ring_bytes, struct err *err)
{
	struct loader *l = xzalloc(sizeof(*l));
	int code;

	l->sample_fd = l->listing_fd = l->census_fd = -1;
	config->own_tgid = (uint32_t)getpid();
	config->data_limit_bytes = (uint32_t)(ring_bytes / 4 * 3);
	kernel_names_init(&l->names, KERNEL_TYPES);
	code = load_object(l, config, ring_bytes, err);
	kernel_names_fini(&l->names);
	if (code < 0 || make_rings(l, ring_bytes, err) < 0 ||
	    find_shared(l, err) < 0) {
		loader_close(l);
		return NULL;
	}
	return l;
}

void
loader_detach(struct loader *l)
{
	for (size_t i = 0; i < l->n_links; i++)
		bpf_link__destroy(l->links[i]);
	l->n_links = 0;
}

void
loader_close(struct loader *l)
{
	if (!l)
		return;
	loader_detach(l);
	for (size_t i = 0; l->rings && i < l->n_rings; i++) {
		ring_close(&l->rings[i]);
		if (l->ring_fds[i] >= 0)
			close(l->ring_fds[i]);
	}
	if (l->state)
		munmap(l->state, l->page);
	if (l->cells)
		munmap((void *)(uintptr_t)l->cells, l->cells_len);
	bpf_object__close(l->object);
	free(l->links);
	free(l->rings);
	free(l->ring_fds);
	free(l->cpus);
	free(l);
}

/* Let the iterator see all threads once. */
static bool
iterate(struct loader *l)
{
	int fd = bpf_iter_create(l->sample_fd);
	char nothing[64];
	ssize_t n = 0;

	if (fd < 0)
		return false;
	while ((n = read(fd, nothing, sizeof(nothing))) > 0)
		;
	close(fd);
	return n == 0;
}

int
loader_attach(struct loader *l, struct err *err)
{
	struct bpf_program *program;
	size_t n = 0;

	bpf_object__for_each_program(program, l->object)
		n++;
	l->links = xzalloc((n ? n : 1) * sizeof(*l->links));
	bpf_object__for_each_program(program, l->object) {
		struct bpf_link *link;

		if (!bpf_program__autoload(program))
			continue;
		link = bpf_program__attach(program);
		if (!link)
			return err_set(err, -errno, "the kernel does not let %s begin: %s",
				       bpf_program__name(program), strerror(errno));
		l->links[l->n_links++] = link;
		if (!strcmp(bpf_program__name(program), "on_sample"))
			l->sample_fd = bpf_link__fd(link);
		if (!strcmp(bpf_program__name(program), "on_file"))
			l->listing_fd = bpf_link__fd(link);
		if (!strcmp(bpf_program__name(program), "on_thread"))
			l->census_fd = bpf_link__fd(link);
	}
	__atomic_store_n(&l->state->asks_roots, 1, __ATOMIC_RELEASE);
	iterate(l);
	__atomic_store_n(&l->state->asks_roots, 0, __ATOMIC_RELEASE);
	return 0;
}

/* How often the kernel left PROGRAM out. */
static uint64_t
misses_of(const struct bpf_program *program)
{
	struct bpf_prog_info info = { 0 };
	uint32_t len = sizeof(info);

	if (!bpf_program__autoload(program) ||
	    bpf_obj_get_info_by_fd(bpf_program__fd(program), &info, &len) < 0)
		return 0;
	return info.recursion_misses;
}

/* The one that relieves PROGRAM, or NULL. */
static const struct bpf_program *
second_of(const struct loader *l, const struct bpf_program *program)
{
	char name[64];

	snprintf(name, sizeof(name), SECOND "%s",
		 bpf_program__name(program) + strlen(FIRST));
	return bpf_object__find_program_by_name(l->object, name);
}

uint64_t
loader_skipped(const struct loader *l)
{
	uint64_t alone = 0, first = 0, second = 0;
	struct bpf_program *program;

	if (l->build != BUILD_STEADY || !l->n_links)
		return 0;
	bpf_object__for_each_program(program, l->object) {
		const struct bpf_program *other;

		if (strncmp(bpf_program__name(program), FIRST, strlen(FIRST)) != 0)
			continue;
		other = second_of(l, program);
		*(other ? &first : &alone) += misses_of(program);
		second += other ? misses_of(other) : 0;
	}
	for (int i = 0; i < l->n_possible; i++)
		first -= __atomic_load_n(&l->cells[i].relieved, __ATOMIC_RELAXED);
	/* What both programs of a pair missed is lost; what one of them did is that at most. */
	if ((int64_t)first < 0)
		return alone;
	return alone + (first < second ? first : second);
}

int
loader_list_files(const struct loader *l)
{
	return bpf_iter_create(l->listing_fd);
}

int
loader_list_threads(const struct loader *l)
{
	return bpf_iter_create(l->census_fd);
}

void
loader_sample(struct loader *l)
{
	__atomic_store_n(&l->state->living, 0, __ATOMIC_RELEASE);
	if (!iterate(l))
		return;
	l->n_empty = __atomic_load_n(&l->state->living, __ATOMIC_ACQUIRE) ? 0 : l->n_empty + 1;
}

/* Mark the thread TID in the table of the plain programs. */
static bool
mark_by_number(struct loader *l, uint32_t tid)
{
	struct wire_mark mark = { .flags = WIRE_MARK_TREE | WIRE_MARK_TOLD };

	if (bpf_map_update_elem(l->marks_fd, &tid, &mark, BPF_NOEXIST) < 0)
		return errno == EEXIST;
	__atomic_add_fetch(&l->state->alive, 1, __ATOMIC_RELEASE);
	/* If it is gone, whoever gets its number is not meant; what ended meanwhile has
	 * taken its mark along. */
	if (kill((pid_t)tid, 0) < 0 && errno == ESRCH &&
	    bpf_map_delete_elem(l->marks_fd, &tid) == 0)
		__atomic_sub_fetch(&l->state->alive, 1, __ATOMIC_RELEASE);
	return true;
}

/* Mark the thread TID at once, where the kernel lets us name it: since 6.9, before
 * that threads that are a process's first. */
static bool
mark_now(struct loader *l, uint32_t tid)
{
	struct wire_mark mark = { .flags = WIRE_MARK_TREE | WIRE_MARK_TOLD };
	int fd = (int)syscall(SYS_pidfd_open, tid, PIDFD_OF_THREAD);
	bool is_marked;

	if (fd < 0)
		fd = (int)syscall(SYS_pidfd_open, tid, 0);
	if (fd < 0)
		return false;
	/* One that has a mark by now got it from who started it, or by its number. */
	is_marked = bpf_map_update_elem(l->marks_fd, &fd, &mark, BPF_NOEXIST) == 0;
	if (is_marked)
		__atomic_add_fetch(&l->state->alive, 1, __ATOMIC_RELEASE);
	else
		is_marked = errno == EEXIST;
	close(fd);
	return is_marked;
}

int
loader_mark(struct loader *l, uint32_t tid, struct err *err)
{
	uint32_t one = 1;

	bool is_marked = l->build == BUILD_PLAIN ? mark_by_number(l, tid) : mark_now(l, tid);

	if (!is_marked && bpf_map_update_elem(l->seeds_fd, &tid, &one, BPF_ANY) < 0)
		return err_set(err, -errno, "thread %u cannot be marked: %s", tid,
			       strerror(errno));
	if (!is_marked)
		__atomic_add_fetch(&l->state->n_seeds, 1, __ATOMIC_RELEASE);
	__atomic_add_fetch(&l->state->turn, 1, __ATOMIC_RELEASE);
	return 0;
}

struct ring *
loader_rings(struct loader *l, size_t *n, const uint16_t **cpus)
{
	*n = l->n_rings;
	*cpus = l->cpus;
	return l->rings;
}

bool
loader_all_ended(const struct loader *l)
{
	uint64_t n_seeds = __atomic_load_n(&l->state->n_seeds, __ATOMIC_ACQUIRE);

	/* One that ended while it was marked is counted for ever; but nobody is found. */
	return l->n_empty >= EMPTY_TURNS ||
	       (__atomic_load_n(&l->state->n_taken, __ATOMIC_ACQUIRE) >= n_seeds &&
		!__atomic_load_n(&l->state->alive, __ATOMIC_ACQUIRE));
}

uint64_t
loader_unmarked(const struct loader *l)
{
	return __atomic_load_n(&l->state->unmarked, __ATOMIC_RELAXED);
}

uint32_t
loader_n_cpus(const struct loader *l)
{
	return (uint32_t)l->n_possible;
}

void
loader_cpu_losses(const struct loader *l, uint32_t cpu, struct wire_losses *out)
{
	const struct wire_losses *one = &l->cells[cpu].losses;

	out->full_state = __atomic_load_n(&one->full_state, __ATOMIC_RELAXED);
	out->full_data = __atomic_load_n(&one->full_data, __ATOMIC_RELAXED);
	out->kept_data = __atomic_load_n(&one->kept_data, __ATOMIC_RELAXED);
	out->sent = __atomic_load_n(&one->sent, __ATOMIC_RELAXED);
}

void
loader_losses(const struct loader *l, struct wire_losses *out)
{
	*out = (struct wire_losses){ 0 };
	for (uint32_t i = 0; i < loader_n_cpus(l); i++) {
		struct wire_losses one;

		loader_cpu_losses(l, i, &one);
		out->full_state += one.full_state;
		out->full_data += one.full_data;
		out->kept_data += one.kept_data;
		out->sent += one.sent;
	}
}

int
loader_drop_rights(struct err *err)
{
	struct __user_cap_header_struct head = { .version = _LINUX_CAPABILITY_VERSION_3 };
	struct __user_cap_data_struct none[2] = { 0 };

	if (prctl(PR_SET_NO_NEW_PRIVS, 1, 0, 0, 0) < 0 || syscall(SYS_capset, &head, none) < 0)
		return err_set(err, -errno, "capabilities cannot be dropped: %s",
			       strerror(errno));
	return 0;
}
