/*
 * passing - processes that come and go, each with a program, files and a connection of names
 * that nothing else has: the events of their lives.
 */
#ifndef TESTS_LIB_PASSING_H
#define TESTS_LIB_PASSING_H

#include <stdint.h>
#include <stdio.h>
#include <string.h>

#include "engine/event/event_type.h"
#include "engine/event/source.h"
#include "tests/lib/scapbuild.h"

#define PASSING_SHELL 100		/* the process that starts all others */
#define PASSING_FIRST_PID 1000
#define PASSING_AT_ONCE 8		/* so many of them live side by side */

/* What is told of the shell. */
static inline struct proc_record
passing_shell(void)
{
	return (struct proc_record){
		.tid = PASSING_SHELL, .pid = PASSING_SHELL, .ptid = 1, .comm = SCAP_SPAN("sh"),
		.exe = SCAP_SPAN("sh"), .exepath = SCAP_SPAN("/bin/sh"), .args = SCAP_SPAN(""),
		.env = SCAP_SPAN(""), .cgroups = SCAP_SPAN(""), .cwd = SCAP_SPAN("/"),
		.root = SCAP_SPAN("/"),
	};
}

/* Append the call that makes a process as TID, the old or the new one, sees it return. */
static inline void
passing_clone(struct scap *b, int64_t tid, int64_t res)
{
	struct scap_value nothing = scap_empty(), name = scap_text("sh"), id = scap_num(tid);
	struct scap_value no = scap_num(0);

	scap_at(b, b->ts_ns + 1000, tid, 0);
	scap_event(b, EV_CLONE_20_X, scap_num(res), name, nothing, id, id,
		   scap_num(PASSING_SHELL), scap_text("/"), scap_num(1024), no, no, no, no, no,
		   name, nothing, no, no, no, id, id);
}

/* Append the start of process PID: what it runs, opens and connects to. */
static inline void
passing_begin(struct scap *b, int64_t pid)
{
	struct scap_value nothing = scap_empty(), id = scap_num(pid), no = scap_num(0);
	char name[64];

	passing_clone(b, PASSING_SHELL, pid);
	passing_clone(b, pid, 0);
	snprintf(name, sizeof(name), "/usr/bin/tool-%lld", (long long)pid);
	scap_event(b, EV_EXECVE_19_E, scap_text(name));
	scap_event(b, EV_EXECVE_19_X, no, scap_text(name), scap_bytes(name, strlen(name) + 1), id,
		   id, scap_num(PASSING_SHELL), scap_text("/tmp"), scap_num(1024), no, no, no, no,
		   no, scap_text("tool"), nothing, scap_bytes("A=b", 4));
	snprintf(name, sizeof(name), "file-%lld", (long long)pid);
	scap_event(b, EV_OPENAT_2_E, scap_num(-100), scap_text(name), scap_num(1), no);
	scap_event(b, EV_OPENAT_2_X, scap_num(3), scap_num(-100), scap_text(name), scap_num(1), no,
		   scap_num(1));
	snprintf(name, sizeof(name), "/var/log/%lld.log", (long long)pid);
	scap_event(b, EV_OPEN_X, scap_num(4), scap_text(name), scap_num(6), scap_num(0644),
		   scap_num(1));
	/* What fails is told of, too. */
	snprintf(name, sizeof(name), "/no/such-%lld", (long long)pid);
	scap_event(b, EV_OPEN_X, scap_num(-2), scap_text(name), scap_num(1), no, no);
	scap_event(b, EV_SOCKET_X, scap_num(5));
	scap_event(b, EV_CONNECT_E, scap_num(5), scap_addr("192.0.2.9", 443));
	scap_event(b, EV_CONNECT_X, no,
		   scap_tuple("192.0.2.1", (uint16_t)(pid * 7), "192.0.2.9", 443));
}

/* Append its end, after N_READS reads. */
static inline void
passing_end(struct scap *b, int64_t pid, unsigned n_reads)
{
	struct scap_value no = scap_num(0);

	scap_at(b, b->ts_ns + 1000, pid, 0);
	while (n_reads--) {
		scap_event(b, EV_READ_E, scap_num(3), scap_num(100));
		scap_event(b, EV_READ_X, scap_num(2), scap_bytes("ok", 2));
	}
	scap_event(b, EV_CLOSE_E, scap_num(3));
	scap_event(b, EV_CLOSE_X, no);
	scap_event(b, EV_PROCEXIT_1_E, no, no, no, no);
}

#endif
