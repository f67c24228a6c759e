/*
 * stage - a world that is told of events one by one, and asked in between.
 *
 * Events are built by scapbuild and decoded as a capture's would be, but no
 * capture is around them. Time goes on by a microsecond an event.
 *
 *	struct stage s;
 *
 *	stage_init(&s, NULL, NULL);
 *	stage_proc(&s, 10, 10, 1, "sh");
 *	stage_event(&s, 10, EV_DUP_1_X, scap_num(5), scap_num(3));
 *	CHECK_STR(stage_fd_name(&s, 10, 5), "/tmp/x", "...");
 *	stage_fini(&s);
 */
#ifndef TESTS_LIB_STAGE_H
#define TESTS_LIB_STAGE_H

#include "engine/base/text.h"
#include "engine/world/world.h"
#include "tests/lib/scapbuild.h"

#define STAGE_START_NS 1700000000000000000u

struct stage {
	struct world *world;
	const struct moment *m;		/* of the newest event */
	uint64_t ts_ns;			/* of the next event */
	uint32_t dump_flags;		/* of the next events */
	struct scap built;
	struct record rec;
	struct text text;		/* what stage_fd_name() gave last */
};

/* Embedded. The world is in its first section. */
void stage_init(struct stage *s, const struct world_observer *observer, void *ctx);
void stage_fini(struct stage *s);

/* A new section begins. */
void stage_section(struct stage *s);

/* A row of the process list, in /home/COMM, with the arguments "-x". */
void stage_proc(struct stage *s, int64_t tid, int64_t pid, int64_t ptid, const char *comm);
/* The same, as given. */
void stage_proc_record(struct stage *s, const struct proc_record *p);
/* A row of a descriptor list. */
void stage_fd(struct stage *s, int64_t tid, int64_t num, enum fd_kind kind, const char *name);
void stage_fd_record(struct stage *s, const struct fd_record *fd);
/* An IPv4 interface. */
void stage_iface(struct stage *s, const char *ip, const char *netmask);

/* TID does an event: its moment, borrowed until the next one. */
#define stage_event(s, tid, id, ...) \
	stage_values((s), (tid), (id), (const struct scap_value[]){ __VA_ARGS__ }, \
		     sizeof((const struct scap_value[]){ __VA_ARGS__ }) / \
		     sizeof(struct scap_value))
const struct moment *stage_values(struct stage *s, int64_t tid, uint16_t id,
				  const struct scap_value *values, size_t n);

/* What one side of a clone tells. What is 0 or NULL becomes plain: PID the child's
 * tid, VTID and VPID the same as TID and PID, COMM "child". */
struct stage_clone {
	uint16_t id;			/* 0: EV_CLONE_20_X */
	int64_t by;			/* who tells: the tid of the event */
	int64_t res;			/* 0: the child's side */
	int64_t pid, ptid;
	uint32_t flags;
	int64_t vtid, vpid;
	const char *comm, *cgroups;
	uint32_t uid;
};
const struct moment *stage_clone(struct stage *s, const struct stage_clone *c);

/* TID, of process PID with parent PTID, has become COMM; the exit event alone. */
const struct moment *stage_exec(struct stage *s, int64_t tid, int64_t pid, int64_t ptid,
				const char *comm);
/* TID exits; an event of nobody follows, so that it is gone. */
void stage_exit(struct stage *s, int64_t tid, int64_t reaper_tid);
/* An event of nobody: what waited for the next event is done. */
void stage_tick(struct stage *s);
/* TID opens NAME as NUM, the exit event alone. */
const struct moment *stage_open(struct stage *s, int64_t tid, int64_t num, const char *name);

/* The process of thread TID, or NULL. */
const struct process *stage_process(const struct stage *s, int64_t tid);
/* The text of a name, "?" when it is not known. */
const char *stage_text(const struct stage *s, uint32_t name);
/* The descriptor NUM of thread TID, and its name; "(none)" without one. */
const struct descriptor *stage_fd_of(const struct stage *s, int64_t tid, int64_t num);
const char *stage_fd_name(struct stage *s, int64_t tid, int64_t num);

#endif
