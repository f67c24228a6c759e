/*
 * role - find what a call says, whatever the version of its event.
 *
 * Old drivers put an argument into the enter event, newer ones into the exit
 * event; older types have it at another position, under the same name. A role
 * is such a name. One table, made once from the registry, tells for each event
 * type where each role stands; what uses it never counts parameters.
 */
#ifndef ENGINE_WORLD_ROLE_H
#define ENGINE_WORLD_ROLE_H

#include <stdbool.h>
#include <stdint.h>

#include "engine/event/event.h"

/* ROLE(symbol, name of the parameter) */
#define ROLES \
	ROLE(FD, "fd") ROLE(NAME, "name") ROLE(PATH, "path") ROLE(FILENAME, "filename") \
	ROLE(PATHNAME, "pathname") ROLE(FLAGS, "flags") ROLE(DIRFD, "dirfd") \
	ROLE(TUPLE, "tuple") ROLE(ADDR, "addr") ROLE(INO, "ino") ROLE(DEV, "dev") \
	ROLE(DOMAIN, "domain") ROLE(TYPE, "type") ROLE(PROTO, "proto") ROLE(FD1, "fd1") \
	ROLE(FD2, "fd2") ROLE(SOURCE, "source") ROLE(PEER, "peer") ROLE(CMD, "cmd") \
	ROLE(OLDFD, "oldfd") ROLE(ARG, "arg") ROLE(UID, "uid") ROLE(GID, "gid") \
	ROLE(EUID, "euid") ROLE(EGID, "egid") ROLE(RESOURCE, "resource") \
	ROLE(CUR, "cur") ROLE(NEWCUR, "newcur") ROLE(OLDCUR, "oldcur") ROLE(PID, "pid") \
	ROLE(TID, "tid") ROLE(PTID, "ptid") ROLE(EXE, "exe") ROLE(ARGS, "args") \
	ROLE(CWD, "cwd") ROLE(FDLIMIT, "fdlimit") ROLE(PGFT_MAJ, "pgft_maj") \
	ROLE(PGFT_MIN, "pgft_min") ROLE(VM_SIZE, "vm_size") ROLE(VM_RSS, "vm_rss") \
	ROLE(VM_SWAP, "vm_swap") ROLE(COMM, "comm") ROLE(CGROUPS, "cgroups") \
	ROLE(VTID, "vtid") ROLE(VPID, "vpid") ROLE(PIDNS_START, "pidns_init_start_ts") \
	ROLE(ENV, "env") ROLE(TTY, "tty") ROLE(VPGID, "vpgid") ROLE(PGID, "pgid") \
	ROLE(LOGINUID, "loginuid") ROLE(CAP_INHERITABLE, "cap_inheritable") \
	ROLE(CAP_PERMITTED, "cap_permitted") ROLE(CAP_EFFECTIVE, "cap_effective") \
	ROLE(EXE_INO, "exe_ino") ROLE(EXE_INO_CTIME, "exe_ino_ctime") \
	ROLE(EXE_INO_MTIME, "exe_ino_mtime") ROLE(TRUSTED_EXEPATH, "trusted_exepath") \
	ROLE(REAPER_TID, "reaper_tid") ROLE(OPTION, "option") ROLE(ARG2_INT, "arg2_int") \
	ROLE(FIRST, "first") ROLE(LAST, "last") ROLE(PID_FD, "pid_fd") \
	ROLE(TARGET_FD, "target_fd") ROLE(NSTYPE, "nstype") ROLE(CPU_USR, "cpu_usr") \
	ROLE(CPU_SYS, "cpu_sys") ROLE(JSON, "json") ROLE(HOME, "home") \
	ROLE(SHELL, "shell") ROLE(CONTAINER_ID, "container_id") ROLE(DATA, "data") \
	ROLE(ID, "id") ROLE(IMAGE, "image") ROLE(PPID, "ppid") ROLE(SID, "sid") \
	ROLE(ARGV, "argv") ROLE(EXEPATH, "exepath") ROLE(ROOT, "root") \
	ROLE(INO_NUM, "ino_num") ROLE(EXE_INO_NUM, "exe_ino_num") \
	ROLE(FD_TYPE, "fd_type") ROLE(SK_TYPE, "sk_type") \
	ROLE(SK_PROTO, "sk_proto") ROLE(LOCAL_IP, "local_ip") \
	ROLE(LOCAL_PORT, "local_port") ROLE(REMOTE_IP, "remote_ip") \
	ROLE(REMOTE_PORT, "remote_port") ROLE(SK_POINTER, "sk_pointer") \
	ROLE(SUN_PATH, "sun_path") ROLE(OP, "op") ROLE(OPERATION, "operation")

enum role {
#define ROLE(symbol, name) R_##symbol,
	ROLES
#undef ROLE
	R_COUNT,
};

struct role_table {
	int8_t at[EVENT_TYPES][R_COUNT];	/* -1: events of the type do not have it */
};

struct role_table *role_table_new(void);
void role_table_free(struct role_table *t);

/* The position of ROLE in events of type ID, or -1. */
int role_at(const struct role_table *t, uint16_t id, enum role role);

/* The bytes of ROLE in EV; empty when it is not there. EV may be NULL. */
static inline struct span
role_bytes(const struct role_table *t, const struct event *ev, enum role role)
{
	int at = ev ? t->at[ev->id][role] : -1;

	if (at < 0)
		return (struct span){ (const uint8_t *)"", 0 };
	return event_bytes(ev, (unsigned)at);
}

#endif
