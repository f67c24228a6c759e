/*
 * scapbuild - write .scap captures into memory, for tests and their tools.
 *
 * It can write everything that the format ever had, in both byte orders, and
 * it is independent of the reader: layouts are written down here once more, so
 * that the one checks the other.
 *
 *	struct scap b = { 0 };
 *
 *	scap_section(&b, 2);
 *	scap_procs(&b, 9, 76, &(struct proc_record){ .tid = 7, .pid = 7,
 *		.comm = SCAP_SPAN("cat") }, 1);
 *	scap_at(&b, 1700000000000000000, 7, 0);
 *	scap_event(&b, EV_OPEN_E, SCAP_NOTHING);
 *	scap_event(&b, EV_OPEN_X, scap_num(3), scap_text("/etc/hosts"), scap_num(1));
 *	... b.p, b.len ...
 *	scap_fini(&b);
 *
 * Values of events are checked against the registry: how many there are, and
 * whether each is of the kind that its parameter has. A test that builds
 * nonsense by mistake ends at once; nonsense on purpose is made with the
 * functions for raw bytes, or by changing b.p afterwards.
 */
#ifndef TESTS_LIB_SCAPBUILD_H
#define TESTS_LIB_SCAPBUILD_H

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>
#include <string.h>

#include "engine/event/source.h"

/* Block types, without those of before the first release (scap.old_ids). */
enum scap_block {
	SCAP_SECTION = 0x0A0D0D0A,
	SCAP_MACHINE = 0x201, SCAP_PROCS_V1 = 0x202, SCAP_FDS_V1 = 0x203,
	SCAP_EVENT_V1 = 0x204, SCAP_IFACES_V1 = 0x205, SCAP_USERS_V1 = 0x206,
	SCAP_PROCS_V2 = 0x207, SCAP_EVENT_FLAGS_V1 = 0x208, SCAP_PROCS_V3 = 0x209,
	SCAP_PROCS_V4 = 0x210, SCAP_PROCS_V5 = 0x211, SCAP_PROCS_V6 = 0x212,
	SCAP_PROCS_V7 = 0x213, SCAP_PROCS_V8 = 0x214, SCAP_PROCS_V9 = 0x215,
	SCAP_EVENT_V2 = 0x216, SCAP_EVENT_FLAGS_V2 = 0x217, SCAP_FDS_V2 = 0x218,
	SCAP_IFACES_V2 = 0x219, SCAP_USERS_V2 = 0x220, SCAP_EVENT_LARGE = 0x221,
	SCAP_EVENT_FLAGS_LARGE = 0x222,
};

#define SCAP_PROC_VERSIONS 9
#define SCAP_PROC_TAIL_MAX 76		/* the longest tail that any writer has */

/* Embedded: zeroes are an empty capture in this machine's byte order. The
 * members before BLOCK_AT may be set at any time, for what follows. */
struct scap {
	uint8_t *p;			/* the capture so far */
	size_t len;
	size_t cap;
	bool swap;			/* write in the other byte order */
	bool old_ids;			/* use the 0x8...ABCD ids where there are some */
	bool uncounted;			/* events as before 1.2: without a count */
	bool with_flags;		/* event blocks with dump flags, even with none */
	uint32_t dump_flags;		/* of events (enum event_dump_flag) */
	const char *comment;		/* pcapng comment of event blocks, or NULL */
	uint64_t ts_ns;			/* of events */
	int64_t tid;
	uint16_t cpu;
	size_t block_at;		/* where the newest block begins */
	size_t body_at;			/* of the open block; options align to it */
};

void scap_fini(struct scap *b);

/* A literal as a span, the NUL at its end left out: an initialiser, and as an
 * expression. A list of texts ends each with its own: SCAP_LIST("-l\0/tmp\0"). */
#define SCAP_SPAN(s) { (const uint8_t *)(s), sizeof(s) - 1 }
#define SCAP_LIST(s) ((struct span)SCAP_SPAN(s))
static inline struct span
scap_span(const char *s)
{
	return (struct span){ (const uint8_t *)s, strlen(s) };
}

/* Blocks by hand: between begin and end stands the body. end() pads to four
 * bytes and writes both lengths. Numbers are written in the chosen order. */
void scap_begin(struct scap *b, uint32_t type);
void scap_end(struct scap *b);
void scap_u8(struct scap *b, uint8_t v);
void scap_u16(struct scap *b, uint16_t v);
void scap_u32(struct scap *b, uint32_t v);
void scap_u64(struct scap *b, uint64_t v);
void scap_put(struct scap *b, const void *p, size_t len);
void scap_str16(struct scap *b, struct span s);		/* at most 65535 bytes */
/* A pcapng option, at the next multiple of four from the start of the body;
 * code 0 ends them. */
void scap_option(struct scap *b, uint16_t code, const char *text);
/* Change what was written: a number of four bytes, AT bytes from the start. */
void scap_patch_u32(struct scap *b, size_t at, uint32_t v);

/* A section header of version 1.MINOR, without and with pcapng options. */
void scap_section(struct scap *b, uint16_t minor);
void scap_section_with(struct scap *b, uint16_t minor, const char *comment,
		       const char *application);

void scap_machine(struct scap *b, const struct machine_record *m);

/* Interfaces, version 1 or 2. Without a speed (0) an entry has the shorter
 * form that tells none. */
void scap_ifaces(struct scap *b, int version, const struct iface_record *list, size_t n);

/* Users and groups, version 1 or 2. */
struct scap_people {
	const struct user_record *users;
	size_t n_users;
	const struct user_record *groups;
	size_t n_groups;
};
void scap_users(struct scap *b, int version, const struct scap_people *people);

/* Processes, version 1 to 9. TAIL_LEN is for version 9: how many bytes of the
 * tail are written; writers had 4, 5, 29, 66, 67, 68 and 76. More than 76 adds
 * bytes that no reader knows. */
void scap_procs(struct scap *b, int version, size_t tail_len,
		const struct proc_record *list, size_t n);

/* The descriptors of TID, version 1 or 2; list[i].tid is not looked at. */
void scap_fds(struct scap *b, int version, int64_t tid, const struct fd_record *list,
	      size_t n);

/* One value of an event. Made by the functions below; text is borrowed until
 * the event is written. */
enum scap_form {
	SCAP_NONE, SCAP_EMPTY, SCAP_NUM, SCAP_TEXT, SCAP_BYTES, SCAP_ADDR, SCAP_TUPLE,
	SCAP_POLLS, SCAP_DYN,
};

struct scap_end {
	uint8_t ip[16];
	uint16_t port;
};

struct scap_poll {
	int64_t fd;
	uint16_t events;
};

struct scap_value {
	enum scap_form form;
	uint8_t family;			/* ADDR, TUPLE: 1 unix, 2, 10; DYN: its selector */
	uint64_t num, num2;		/* NUM, DYN; kernel addresses of a unix TUPLE */
	const void *p;			/* TEXT, BYTES, POLLS, unix path */
	size_t len;
	struct scap_end src, dst;	/* ADDR: src only */
};

/* In place of the values of an event that has none. */
#define SCAP_NOTHING ((struct scap_value){ .form = SCAP_NONE })

struct scap_value scap_empty(void);			/* a value that is not available */
struct scap_value scap_num(int64_t v);			/* the width is the registry's */
struct scap_value scap_text(const char *s);		/* a NUL is added */
struct scap_value scap_bytes(const void *p, size_t len);
struct scap_value scap_addr(const char *ip, uint16_t port);
struct scap_value scap_unix_addr(const char *path);
struct scap_value scap_tuple(const char *src, uint16_t sport, const char *dst,
			     uint16_t dport);
struct scap_value scap_unix_tuple(uint64_t src, uint64_t dst, const char *path);
struct scap_value scap_polls(const struct scap_poll *list, size_t n);
struct scap_value scap_dyn(uint8_t selector, int64_t v);

/* Where and when the next event happens. */
void scap_at(struct scap *b, uint64_t ts_ns, int64_t tid, uint16_t cpu);

/* An event of type ID with these values. Fewer than the type has is what an
 * older writer wrote. */
#define scap_event(b, id, ...) \
	scap_event_values((b), (id), (const struct scap_value[]){ __VA_ARGS__ }, \
			  sizeof((const struct scap_value[]){ __VA_ARGS__ }) / \
			  sizeof(struct scap_value))
void scap_event_values(struct scap *b, uint16_t id, const struct scap_value *values,
		       size_t n);

/* An event of any id, with N parameters of the given lengths that stand at P:
 * nothing is checked. */
void scap_event_raw(struct scap *b, uint16_t id, const uint32_t *lens, uint32_t n,
		    const void *p);

/* How to compress. */
struct scap_gzip {
	int level;			/* 1 to 9; 0: 6 */
	size_t flush_every;		/* a full flush after so many bytes; 0: none */
	size_t member_every;		/* a new member after so many bytes; 0: one */
};

/* Append the LEN bytes at P to OUT, compressed. HOW may be NULL. */
void scap_gzip(struct scap *out, const void *p, size_t len, const struct scap_gzip *how);

/* A file in memory with LEN bytes from P, to be read from its start. The caller
 * closes it. */
int scap_memfd(const void *p, size_t len);

#endif
