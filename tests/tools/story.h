/*
 * story - tell what programs do, one system call at a time, as a capture.
 *
 * Each actor is a thread with a clock of its own; its calls write an enter and
 * an exit event and move that clock. Actors may be told one after the other:
 * story_write() puts all events into the order of time.
 *
 * Events have the parameters that sysdig 0.29.3 wrote, so that it reads them.
 */
#ifndef TESTS_TOOLS_STORY_H
#define TESTS_TOOLS_STORY_H

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

#include "engine/event/source.h"
#include "tests/lib/scapbuild.h"

#define USEC 1000ull
#define MSEC 1000000ull
#define SEC 1000000000ull

/* Flags of open(), in the numbers of the format. */
enum story_open {
	SO_READ = 0x1, SO_WRITE = 0x2, SO_CREATE = 0x4, SO_APPEND = 0x8, SO_NONBLOCK = 0x40,
	SO_TRUNCATE = 0x100, SO_DIRECTORY = 0x400, SO_CLOEXEC = 0x1000,
};

struct story_event {
	uint64_t ts_ns;
	size_t at, len;			/* of its block */
};

/* Embedded: zeroes are an empty story. */
struct story {
	struct scap blocks;		/* events in the order they were told */
	struct story_event *events;
	size_t n_events;
	size_t events_cap;
	uint16_t n_cpus;		/* each actor has its own, so that switches are its own */
};

/* A thread, and what its process looks like. PROC is what a process list or a
 * clone says of it. */
struct actor {
	struct story *story;
	struct proc_record proc;
	uint64_t now_ns;
	uint16_t cpu;
	bool in_pidns;			/* clones of it happen in a pid namespace */
};

void story_fini(struct story *s);

/* Append the events, by time, to B. */
void story_write(const struct story *s, struct scap *b);

/* Write an event of A, now. Checked like scap_event(). */
#define story_event(a, id, ...) \
	story_event_values((a), (id), (const struct scap_value[]){ __VA_ARGS__ }, \
			   sizeof((const struct scap_value[]){ __VA_ARGS__ }) / \
			   sizeof(struct scap_value))
void story_event_values(struct actor *a, uint16_t id, const struct scap_value *values,
			size_t n);

/* Time passes for A: it computes, or (story_block) it waits off its cpu. */
void story_compute(struct actor *a, uint64_t ns);
void story_block(struct actor *a, uint64_t ns);
/* Wait until the time of OTHER, if that is later. */
void story_wait_for(struct actor *a, const struct actor *other);

/* System calls. RES is what they return: a number, or a negative errno. */
void story_open(struct actor *a, int64_t res, const char *path, uint32_t flags);
void story_openat(struct actor *a, int64_t res, int64_t dirfd, const char *path,
		  uint32_t flags);
void story_close(struct actor *a, int64_t fd);
void story_fstat(struct actor *a, int64_t fd);
void story_stat(struct actor *a, int64_t res, const char *path);
/* Data is text; a read or write of SIZE returns its length. The call takes NS. */
void story_read(struct actor *a, int64_t fd, uint32_t size, const char *data, uint64_t ns);
void story_write_to(struct actor *a, int64_t fd, const char *data);
/* A page of 4096 bytes. */
void story_pread(struct actor *a, int64_t fd, uint64_t pos, const char *data, uint64_t ns);
void story_mmap(struct actor *a, int64_t fd, uint64_t len);
void story_socket(struct actor *a, int64_t fd, int domain, int type);
void story_connect(struct actor *a, int64_t res, int64_t fd, struct scap_value addr,
		   struct scap_value tuple);
void story_accept(struct actor *a, int64_t fd, struct scap_value tuple);
void story_sendto(struct actor *a, int64_t fd, const char *data, struct scap_value tuple);
void story_recvfrom(struct actor *a, int64_t fd, const char *data,
		    struct scap_value tuple, uint64_t ns);
void story_sendfile(struct actor *a, int64_t out, int64_t in, uint64_t size);
void story_epoll_wait(struct actor *a, uint64_t ns);
void story_futex_wait(struct actor *a, uint64_t addr, uint64_t ns);
void story_futex_wake(struct actor *a, uint64_t addr);	/* one thread */
void story_pipe(struct actor *a, int64_t fd1, int64_t fd2, uint64_t ino);
void story_dup(struct actor *a, int64_t fd, int64_t res);
void story_nanosleep(struct actor *a, uint64_t ns);
void story_chdir(struct actor *a, const char *path);
void story_setuid(struct actor *a, uint32_t uid, uint32_t gid);
void story_rename(struct actor *a, const char *from, const char *to);
void story_unlink(struct actor *a, int64_t res, const char *path);
/* A call that the format has no event type for, by its number on x86-64. */
void story_generic(struct actor *a, uint16_t number, uint64_t ns);
/* Send SIG to the process of OTHER; the kernel delivers it. */
void story_kill(struct actor *a, struct actor *other, int sig);
void story_signal(struct actor *a, int64_t from, int sig);
void story_procinfo(struct actor *a, uint64_t user, uint64_t system);

/* A forks, or starts a thread: the child begins where its parent is. */
struct actor story_clone(struct actor *a, int64_t tid, int64_t vtid, uint32_t flags);
/* A becomes the program at PATH, called with ARGS (each ended by a NUL). */
void story_exec(struct actor *a, const char *path, const char *comm, struct span args);
/* The thread ends: with exit status STATUS, or by signal SIG. */
void story_exit(struct actor *a, int status, int sig);

#endif
