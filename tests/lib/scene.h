/*
 * scene - a small system to ask things of, made by hand.
 *
 * On the machine "testbed" runs process 100, "bash", of user 1000, "ann", in
 * /home/ann, child of 1, "init". It has a file, a folder, a connection, a
 * socket that listens and a pipe open. Thread 666 has a name that means harm.
 */
#ifndef TESTS_LIB_SCENE_H
#define TESTS_LIB_SCENE_H

#include "engine/event/event.h"
#include "engine/field/field.h"
#include "engine/field/render.h"
#include "engine/world/world.h"

/* One parameter: its bytes. Numbers are in this machine's order. */
struct bytes {
	const void *p;
	size_t len;
};

#define BYTES(s) { s, sizeof(s) - 1 }
#define TEXT(s) { s, sizeof(s) }
#define N64(v) { &(const uint64_t){ (uint64_t)(v) }, 8 }
#define N32(v) { &(const uint32_t){ (uint32_t)(v) }, 4 }
#define N16(v) { &(const uint16_t){ (uint16_t)(v) }, 2 }
#define N8(v) { &(const uint8_t){ (uint8_t)(v) }, 1 }
#define NOTHING { "", 0 }

#define SCENE_NS 1534527348514632619u	/* 2018-08-17 17:35:48.514632619 UTC */

struct scene {
	struct world *world;
	struct clock clock;
	struct render render;
	struct text scratch, out;
	struct value list[FIELD_LIST_MAX];
	struct eval eval;
	struct event ev;
	struct moment m;
	uint8_t values[4096];
};

static inline struct span
scene_span(const char *s)
{
	return (struct span){ (const uint8_t *)s, strlen(s) };
}

static inline void
scene_proc(struct scene *s, int64_t pid, int64_t ppid, const char *comm, const char *cwd)
{
	struct record rec = { .kind = RECORD_PROC };

	rec.proc = (struct proc_record){
		.tid = pid, .pid = pid, .ptid = ppid, .vtid = pid, .vpid = pid, .sid = pid,
		.vpgid = pid, .pgid = pid, .comm = scene_span(comm), .exe = scene_span(comm),
		.exepath = scene_span("/usr/bin/prog"), .cwd = scene_span(cwd),
		.root = scene_span("/"), .args = { (const uint8_t *)"-l\0a b", 7 },
		.env = { (const uint8_t *)"A=1\0B=2", 8 }, .cgroups = scene_span(""),
		.fdlimit = 1024, .uid = 1000, .gid = 50, .loginuid = UINT32_MAX,
		.vmsize_kb = 20, .vmrss_kb = 10,
	};
	world_take(s->world, &rec);
}

/* As the kernel's own: nobody ever gave it arguments. */
static inline void
scene_kernel_proc(struct scene *s, int64_t pid, const char *comm)
{
	struct record rec = { .kind = RECORD_PROC };

	rec.proc = (struct proc_record){ .tid = pid, .pid = pid, .ptid = 2,
					 .comm = scene_span(comm), .exe = scene_span("") };
	world_take(s->world, &rec);
}

static inline void
scene_fd(struct scene *s, int64_t num, unsigned kind, const char *name, uint16_t port)
{
	struct record rec = { .kind = RECORD_FD };

	rec.fd = (struct fd_record){
		.tid = 100, .fd = num, .ino = 77, .kind = (uint8_t)kind, .l4 = L4_NONE,
		.src_ip = { 10, 0, 0, 1 }, .dst_ip = { 10, 0, 0, 2 }, .dev = 0x2D,
		.src_port = port, .dst_port = kind == FD_IPV4 ? 80 : 0, .name = scene_span(name),
	};
	if (kind == FD_IPV4 || kind == FD_IPV4_SERVER)
		rec.fd.l4 = L4_TCP;
	world_take(s->world, &rec);
}

/* The world puts the lists in order when the first event comes. */
static inline void
scene_start(struct scene *s)
{
	struct record rec = { .kind = RECORD_EVENT };

	rec.ev = (struct event){ .type = event_type_find(EV_GETUID_E), .id = EV_GETUID_E,
				 .ts_ns = SCENE_NS, .tid = 1, .values = s->values };
	world_take(s->world, &rec);
}

static inline void
scene_user(struct scene *s, enum record_kind kind, uint32_t id, const char *name)
{
	struct record rec = { .kind = kind };

	rec.user = (struct user_record){ .uid = id, .gid = id, .name = scene_span(name),
					 .home = scene_span("/home/ann"),
					 .shell = scene_span("/bin/sh") };
	world_take(s->world, &rec);
}

/* Make S. It is too big and too full of pointers to be copied. */
static inline void
scene_init(struct scene *s)
{
	struct record rec = { .kind = RECORD_SECTION };

	memset(s, 0, sizeof(*s));
	s->world = world_new(NULL, NULL);
	rec.section = (struct section_record){ .name = "test", .major = 1, .minor = 2 };
	world_take(s->world, &rec);
	rec.kind = RECORD_MACHINE;
	rec.machine = (struct machine_record){ .n_cpus = 2, .hostname = scene_span("testbed") };
	world_take(s->world, &rec);
	scene_user(s, RECORD_USER, 1000, "ann");
	scene_user(s, RECORD_GROUP, 50, "staff");
	scene_proc(s, 1, 0, "init", "/");
	scene_proc(s, 100, 1, "bash", "/home/ann");
	scene_proc(s, 666, 1, "e\033[31mvil", "/");
	scene_fd(s, 3, FD_FILE, "/etc/passwd", 0);
	scene_fd(s, 5, FD_DIRECTORY, "/srv", 0);
	scene_fd(s, 7, FD_IPV4, "", 4000);
	scene_fd(s, 8, FD_IPV4_SERVER, "", 8080);
	scene_fd(s, 9, FD_FIFO, "pipe:[12]", 0);
	scene_start(s);
	clock_init(&s->clock, NULL);
	render_init(&s->render, s->world, &s->clock);
	s->eval = (struct eval){ .world = s->world, .render = &s->render,
				 .scratch = &s->scratch, .list = s->list };
}

static inline void
scene_fini(struct scene *s)
{
	render_fini(&s->render);
	text_fini(&s->scratch);
	text_fini(&s->out);
	world_free(s->world);
}

/* Thread TID does event ID with N parameters: S->m is its moment. */
static inline void
scene_event(struct scene *s, uint16_t id, int64_t tid, const struct bytes *params, uint32_t n)
{
	const struct thread *th = world_thread(s->world, tid);
	uint32_t at = 0;
	uint64_t fd_num;

	s->ev = (struct event){ .type = event_type_find(id), .id = id, .ts_ns = SCENE_NS,
				.tid = tid, .cpu = 1, .n_params = n, .values = s->values };
	for (uint32_t i = 0; i < n; i++) {
		memcpy(s->values + at, params[i].p, params[i].len);
		at += (uint32_t)params[i].len;
		s->ev.ends[i] = at;
	}
	s->m = (struct moment){ .ev = &s->ev, .num = 42, .thread = th,
				.proc = th ? th->proc : NULL };
	if (s->ev.type->fd_at >= 0 && th &&
	    event_u64(&s->ev, (unsigned)s->ev.type->fd_at, &fd_num)) {
		s->m.has_fd_num = true;
		s->m.fd_num = (int64_t)fd_num;
		s->m.fd = world_fd(th->proc, (int64_t)fd_num);
	}
	eval_moment(&s->eval, &s->m);
}

/* What was appended to S->out, as a string; the next one starts anew. */
static inline const char *
scene_take(struct scene *s)
{
	text_char(&s->out, '\0');
	s->out.len = 0;
	return s->out.p;
}

#endif
