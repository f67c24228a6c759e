/*
 * sink - where the blocks of a capture go: a file, gzip or plain, or a pipe.
 *
 * A thread of its own compresses and writes, and lets nothing wait longer than
 * SINK_FLUSH_NS: whoever kills the program, or reads the file while it grows,
 * lacks at most the last second. A gzip file is one member with full-flush
 * points, each behind a whole block. When the thread cannot keep up for long,
 * sink_put() waits for it; the statistics tell.
 *
 * The thread is not there before there is something to write: what its maker has
 * given up by then, it does not have either.
 *
 * A file that cannot be written any further is cut behind its last whole
 * block (gzip: flush point), where the file can be cut. One that somebody removes
 * meanwhile counts as such: nobody would ever see what is written.
 *
 * What is opened, and what is not:
 *   - a new file is made with mode 0600, and only if there is none (O_EXCL);
 *   - a file that is there is taken over and emptied only if it is an ordinary
 *     file of the effective user with no other name (link count 1); its mode
 *     becomes 0600. So nobody can have planted it, and nobody else is left
 *     with a way to read it but who has it open already;
 *   - a pipe or device is written to if it belongs to that user or to root;
 *   - a symbolic link at the end of the path is never followed, whoever made
 *     it. Links in folders before it are: who may change those folders may
 *     change the file as well.
 *   - a file that is among those being read is refused.
 */
#ifndef ENGINE_RECORD_SINK_H
#define ENGINE_RECORD_SINK_H

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>
#include <sys/types.h>

struct err;
struct sink;
struct text;

/* Whole blocks leave for the disk at the latest after this time, nearly. */
#define SINK_FLUSH_NS 500000000u

/* sink_put() waits behind more than this. */
#define SINK_QUEUE_BYTES (16u << 20)

/* A file that must not be written to. */
struct sink_input {
	dev_t dev;
	ino_t ino;
};

struct sink_options {
	bool gzip;
	bool has_fd;			/* FD, which stays the caller's, is written to: the path */
	int fd;				/* is but what it is called */
	size_t queue_bytes;		/* what may wait; 0: SINK_QUEUE_BYTES */
	const struct sink_input *inputs;	/* borrowed until sink_open() returns */
	size_t n_inputs;
};

struct sink_stats {
	uint64_t bytes_put;		/* taken from sink_put() */
	uint64_t bytes_done;		/* of these, compressed if need be, and written */
	uint64_t bytes_written;		/* to the file, as stored */
	uint64_t waited_ns;		/* by sink_put(), because the thread was slow */
};

/* Open PATH, or standard output for "-". The caller owns the sink. NULL when it
 * cannot be: *err says why, without PATH. */
struct sink *sink_open(const char *path, const struct sink_options *options, struct err *err);

/* Hand over the bytes of T, whole blocks, and empty it. False once writing has
 * failed: then nothing is taken any more, and sink_close() tells why. */
bool sink_put(struct sink *s, struct text *t);

/* Has writing failed? For who has nothing to put. */
bool sink_has_failed(struct sink *s);

void sink_stats(struct sink *s, struct sink_stats *out);

/* Write what is left and close; the last *STATS. A negative errno with *err set
 * when not all could be written. */
int sink_close(struct sink *s, struct sink_stats *stats, struct err *err);

#endif
