/*
 * capture_kit - make captures byte by byte and see what is read of them.
 *
 * For the tests of the capture reader, which want every byte in their hand:
 * both byte orders, every version of a list, lengths that lie.
 */
#ifndef TESTS_UNIT_CAPTURE_KIT_H
#define TESTS_UNIT_CAPTURE_KIT_H

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

#include "engine/base/text.h"
#include "engine/capture/capture.h"
#include "engine/event/source.h"

#define KIT_TAILS 9
#define KIT_EVENTS 7

/* Bytes of a capture that is being made, in either byte order. */
struct kit_bytes {
	uint8_t p[3 << 20];
	size_t len;
	bool swap;
};

struct kit_tail {
	unsigned len;
	const char *shown;
};

/* The tails of process list v9, by their lengths. */
extern const struct kit_tail kit_tails[KIT_TAILS];

struct kit_event {
	uint32_t block;
	uint16_t id;
	bool has_flags, has_count, large;
};

/* Each kind of event block. */
extern const struct kit_event kit_events[KIT_EVENTS];

/* What a capture gives, as text, a line a record. */
struct kit_played {
	struct text text;
	struct text blocks;
	size_t n_records;
	size_t n_idle;
	struct source_end end;
	struct source_stats stats;
	struct capture_storage storage;
	struct err err;			/* it did not open */
};

/* Append V in WIDTH bytes, LEN bytes, a text with its length. */
void kit_put(struct kit_bytes *b, uint64_t v, size_t width);
void kit_put_raw(struct kit_bytes *b, const void *p, size_t len);
void kit_put_str16(struct kit_bytes *b, const char *s);

/* Write V of four bytes over what stands AT. */
void kit_patch(struct kit_bytes *b, size_t at, uint32_t v);

/* A block from its head, where it begins, to its second length. */
size_t kit_begin(struct kit_bytes *b, uint32_t type);
void kit_end(struct kit_bytes *b, size_t at);

void kit_put_section(struct kit_bytes *b, bool options);
void kit_put_machine(struct kit_bytes *b);

/* Two processes, 41 and 42. */
void kit_put_procs(struct kit_bytes *b, uint32_t type, unsigned version, unsigned tail_len);

/* One descriptor of each kind, of thread 41. */
void kit_put_fds(struct kit_bytes *b, bool has_len);

/* One interface of each kind. Both lengths of the block are MISSING too small. */
void kit_put_ifaces(struct kit_bytes *b, bool has_len, unsigned missing);

/* A user and a group. */
void kit_put_users(struct kit_bytes *b, bool has_len);

/* An event with a number and DATA. */
void kit_put_event(struct kit_bytes *b, const struct kit_event *e, const char *data,
		   bool options);

/* A capture with one of each; two events of each kind. */
void kit_put_all(struct kit_bytes *b);

/* LEN bytes as a gzip member in OUT: its length. */
size_t kit_gzip_of(const void *p, size_t len, uint8_t *out, size_t room);

/* A file without a name that holds LEN bytes. Owned by the caller. */
int kit_fd_of(const void *p, size_t len);

/* Read a whole capture, "web.scap" or several; end with kit_forget(). */
struct kit_played kit_play(const void *p, size_t len);
struct kit_played kit_play_inputs(const struct capture_input *inputs, size_t n);
void kit_forget(struct kit_played *played);

/* How often WHAT is in the text. */
size_t kit_count(const struct kit_played *played, const char *what);

#endif
