#include "tests/lib/stage.h"

#include <arpa/inet.h>
#include <stdio.h>
#include <stdlib.h>

#include "engine/base/intern.h"
#include "engine/base/mem.h"

/* In a block: behind its type, its length, the cpu, and the dump flags. */
#define EVENT_AT (8 + 2 + 4)

void
stage_init(struct stage *s, const struct world_observer *observer, void *ctx)
{
	memset(s, 0, sizeof(*s));
	s->world = world_new(observer, ctx);
	s->ts_ns = STAGE_START_NS;
	s->built.with_flags = true;
	stage_section(s);
}

void
stage_fini(struct stage *s)
{
	world_free(s->world);
	scap_fini(&s->built);
	text_fini(&s->text);
}

static void
take(struct stage *s, const struct record *rec)
{
	world_take(s->world, rec);
	s->m = NULL;
}

void
stage_section(struct stage *s)
{
	take(s, &(struct record){ .kind = RECORD_SECTION });
}

void
stage_proc_record(struct stage *s, const struct proc_record *p)
{
	take(s, &(struct record){ .kind = RECORD_PROC, .proc = *p });
}

void
stage_proc(struct stage *s, int64_t tid, int64_t pid, int64_t ptid, const char *comm)
{
	char cwd[64];
	int len = snprintf(cwd, sizeof(cwd), "/home/%s", comm);

	stage_proc_record(s, &(struct proc_record){
		.tid = tid, .pid = pid, .ptid = ptid, .vtid = tid, .vpid = pid,
		.sid = pid, .pgid = pid, .vpgid = pid, .comm = scap_span(comm),
		.exe = scap_span(comm), .exepath = scap_span("/bin/listed"),
		.args = SCAP_LIST("-x\0"), .env = SCAP_LIST("HOME=/\0"),
		.cgroups = scap_span(""), .cwd = { (const uint8_t *)cwd, (size_t)len },
		.root = scap_span("/"),
		.fdlimit = 1024, .loginuid = UINT32_MAX,
	});
}

void
stage_fd_record(struct stage *s, const struct fd_record *fd)
{
	take(s, &(struct record){ .kind = RECORD_FD, .fd = *fd });
}

void
stage_fd(struct stage *s, int64_t tid, int64_t num, enum fd_kind kind, const char *name)
{
	stage_fd_record(s, &(struct fd_record){
		.tid = tid, .fd = num, .kind = (uint8_t)kind, .name = scap_span(name),
	});
}

void
stage_iface(struct stage *s, const char *ip, const char *netmask)
{
	struct record rec = { .kind = RECORD_IFACE };

	rec.iface.name = scap_span("eth0");
	inet_pton(AF_INET, ip, rec.iface.addr);
	inet_pton(AF_INET, netmask, rec.iface.netmask);
	take(s, &rec);
}

const struct moment *
stage_values(struct stage *s, int64_t tid, uint16_t id, const struct scap_value *values,
	     size_t n)
{
	uint32_t len;
	struct err err;

	s->built.len = 0;
	s->built.dump_flags = s->dump_flags;
	scap_at(&s->built, s->ts_ns, tid, 0);
	s->ts_ns += 1000;
	scap_event_values(&s->built, id, values, n);
	memcpy(&len, s->built.p + EVENT_AT + 16, sizeof(len));
	memset(&s->rec, 0, sizeof(s->rec));
	s->rec.kind = RECORD_EVENT;
	if (event_decode(&s->rec.ev, s->built.p + EVENT_AT, len, true, &err) < 0) {
		fprintf(stderr, "stage: event %u: %s\n", id, err.text);
		abort();
	}
	s->rec.ev.dump_flags = s->dump_flags;
	s->m = world_take(s->world, &s->rec);
	return s->m;
}

const struct moment *
stage_clone(struct stage *s, const struct stage_clone *c)
{
	int64_t pid = c->pid ? c->pid : c->by;
	const char *comm = c->comm ? c->comm : "child";
	struct span cgroups = scap_span(c->cgroups ? c->cgroups : "");

	return stage_event(s, c->by, c->id ? c->id : EV_CLONE_20_X, scap_num(c->res),
			   scap_text(comm), scap_bytes("-c", 3), scap_num(c->by),
			   scap_num(pid), scap_num(c->ptid), scap_text(""), scap_num(1024),
			   scap_num(1), scap_num(2), scap_num(30), scap_num(20), scap_num(0),
			   scap_text(comm), scap_bytes(cgroups.p, cgroups.len),
			   scap_num(c->flags), scap_num(c->uid), scap_num(c->uid),
			   scap_num(c->vtid ? c->vtid : c->by),
			   scap_num(c->vpid ? c->vpid : pid), scap_num(0));
}

const struct moment *
stage_exec(struct stage *s, int64_t tid, int64_t pid, int64_t ptid, const char *comm)
{
	return stage_event(s, tid, EV_EXECVE_19_X, scap_num(0), scap_text(comm),
			   scap_bytes("-e", 3), scap_num(tid), scap_num(pid), scap_num(ptid),
			   scap_text(""), scap_num(1024), scap_num(1), scap_num(2),
			   scap_num(30), scap_num(20), scap_num(0), scap_text(comm),
			   scap_empty(), scap_bytes("A=1", 4));
}

void
stage_tick(struct stage *s)
{
	stage_event(s, -1, EV_DROP_E, scap_num(1));
}

void
stage_exit(struct stage *s, int64_t tid, int64_t reaper_tid)
{
	stage_event(s, tid, EV_PROCEXIT_1_E, scap_num(0), scap_num(0), scap_num(0),
		    scap_num(0), scap_num(reaper_tid));
	stage_tick(s);
}

const struct moment *
stage_open(struct stage *s, int64_t tid, int64_t num, const char *name)
{
	return stage_event(s, tid, EV_OPEN_X, scap_num(num), scap_text(name), scap_num(1),
			   scap_num(0), scap_num(5), scap_num(77));
}

const struct process *
stage_process(const struct stage *s, int64_t tid)
{
	const struct thread *t = world_thread(s->world, tid);

	return t ? t->proc : NULL;
}

const char *
stage_text(const struct stage *s, uint32_t name)
{
	return name ? intern_text(world_names(s->world), name) : "?";
}

const struct descriptor *
stage_fd_of(const struct stage *s, int64_t tid, int64_t num)
{
	const struct process *p = stage_process(s, tid);

	return p ? world_fd(p, num) : NULL;
}

const char *
stage_fd_name(struct stage *s, int64_t tid, int64_t num)
{
	const struct descriptor *fd = stage_fd_of(s, tid, num);

	if (!fd)
		return "(none)";
	s->text.len = 0;
	descriptor_name(s->world, fd, &s->text);
	text_char(&s->text, '\0');
	return s->text.p;
}
