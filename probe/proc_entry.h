/*
 * proc_entry - one thread, and one descriptor, as /proc tells of them.
 */
#ifndef PROBE_PROC_ENTRY_H
#define PROBE_PROC_ENTRY_H

#include <stdbool.h>
#include <stdint.h>

#include "engine/base/text.h"
#include "engine/event/source.h"

struct sockets;

/* Texts that a record borrows. Embedded: zeroes; proc_entry_fini() frees them. */
struct proc_entry {
	struct text file, comm, cmdline, env, cgroups, exepath, cwd, root, name;
};

void proc_entry_fini(struct proc_entry *e);

/* Thread TID of process PID in *P, borrowed from E until its next use. False when it
 * is gone, or has ended and waits for its parent only. */
bool proc_entry_read(struct proc_entry *e, int64_t pid, int64_t tid, struct proc_record *p);

/* Make *P one of which nothing is known but its numbers. */
void proc_entry_init(struct proc_record *p, int64_t pid, int64_t tid);

/* What the memory of a process has, and its links: program, arguments, environment, folder
 * and root of P, as far as they may be read. Borrowed as above. */
void proc_entry_texts(struct proc_entry *e, struct proc_record *p);

/* Its arguments only, which anybody may read. */
void proc_entry_arguments(struct proc_entry *e, struct proc_record *p);

/* Descriptor number NUMBER of process PID, likewise. */
bool proc_entry_fd(struct proc_entry *e, struct sockets *sockets, int64_t pid, int64_t number,
		   struct fd_record *fd);

/* The kind (enum fd_kind) of what the kernel calls LINK and has MODE; no socket. */
uint8_t proc_entry_kind(const char *link, uint32_t mode);

/* The cgroups of thread TID, as the format has them. */
void proc_entry_cgroups(struct text *file, int64_t tid, struct text *out);

/* The same of LINES, which are as the kernel has them and are taken apart. */
void proc_entry_take_cgroups(char *lines, struct text *out);

#endif
