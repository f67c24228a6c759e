#include "engine/record/sink.h"

#include <errno.h>
#include <fcntl.h>
#include <poll.h>
#include <pthread.h>
#include <sched.h>
#include <signal.h>
#include <stdlib.h>
#include <string.h>
#include <sys/resource.h>
#include <sys/stat.h>
#include <time.h>
#include <unistd.h>
#include <zlib.h>

#include "engine/base/err.h"
#include "engine/base/mem.h"
#include "engine/base/text.h"
#include "engine/record/open_output.h"
#include "engine/record/scap_writer.h"

#define PIECE_LEN (256u * 1024)		/* the thread is woken for as much as this */
#define DEFLATE_AT_ONCE (16u << 20)	/* less than uInt has room for */
#define DEFLATED_LEN (256u * 1024)
#define GZIP_LEVEL 3			/* twice as fast as 6, a tenth larger */
#define GZIP_WINDOW (15 + 16)		/* a gzip header, not zlib's */
#define SECOND_NS 1000000000u

/*
 * The caller fills QUEUE under the lock; the thread takes it as a whole, leaves
 * an empty one, and writes without the lock. Both texts keep their room.
 */
struct sink {
	int fd;
	bool is_gzip;
	size_t queue_bytes;
	bool may_cut;			/* an ordinary file */
	bool has_name;			/* and somebody can find it */
	off_t start;			/* of our part of it */
	pthread_t thread;
	bool is_running;		/* there is one */
	pthread_mutex_t lock;
	pthread_cond_t filled, emptied;

	/* Under the lock. */
	struct text queue;
	bool closing;
	int failed;			/* errno of the write that failed */
	struct sink_stats stats;

	/* The thread's own. */
	struct text piece;
	z_stream z;
	uint8_t *deflated;
	uint64_t written;		/* bytes, as stored */
	uint64_t whole;			/* of these, up to a place where it may be cut */
	bool is_unflushed;		/* gzip: something is still inside Z */
	uint64_t flushed_ns;
	uint64_t named_ns;		/* when the file was last seen to have a name */
};

static uint64_t
now_ns(void)
{
	struct timespec ts;

	clock_gettime(CLOCK_MONOTONIC, &ts);
	return (uint64_t)ts.tv_sec * SECOND_NS + (uint64_t)ts.tv_nsec;
}

/* The thread ----------------------------------------------------------- */

/* Write LEN bytes. 0, or the errno; S->written tells how far it came. */
static int
write_all(struct sink *s, const void *p, size_t len)
{
	const char *at = p;

	while (len) {
		ssize_t n = write(s->fd, at, len);
		struct pollfd wait = { .fd = s->fd, .events = POLLOUT };

		if (n > 0) {
			at += n;
			len -= (size_t)n;
			s->written += (uint64_t)n;
		} else if (n < 0 && errno == EAGAIN) {
			poll(&wait, 1, -1);
		} else if (n == 0 || errno != EINTR) {
			return n ? errno : EIO;
		}
	}
	return 0;
}

/* Deflate LEN bytes and write what comes out. */
static int
deflate_all(struct sink *s, const void *p, size_t len, int flush)
{
	int status;

	s->z.next_in = (Bytef *)(uintptr_t)p;
	s->z.avail_in = (uInt)len;
	do {
		s->z.next_out = s->deflated;
		s->z.avail_out = DEFLATED_LEN;
		deflate(&s->z, flush);
		status = write_all(s, s->deflated, DEFLATED_LEN - s->z.avail_out);
	} while (!status && !s->z.avail_out);
	return status;
}

static int
write_gzip(struct sink *s)
{
	bool is_due = now_ns() - s->flushed_ns >= SINK_FLUSH_NS;
	size_t done = 0;
	int status = 0;

	while (!status && done < s->piece.len) {
		size_t left = s->piece.len - done;
		size_t len = left < DEFLATE_AT_ONCE ? left : DEFLATE_AT_ONCE;

		status = deflate_all(s, s->piece.p + done, len, Z_NO_FLUSH);
		done += len;
		s->is_unflushed = true;
	}
	if (status || !is_due || !s->is_unflushed)
		return status;
	status = deflate_all(s, NULL, 0, Z_FULL_FLUSH);
	s->flushed_ns = now_ns();
	s->is_unflushed = false;
	if (!status)
		s->whole = s->written;
	return status;
}

static int
write_plain(struct sink *s)
{
	uint64_t before = s->written;
	int status = write_all(s, s->piece.p, s->piece.len);

	if (!status)
		s->whole = s->written;
	else
		s->whole = before + scap_whole_blocks(s->piece.p, s->written - before);
	return status;
}

/* Wait until there is a piece, or the time to flush has come, or the end. Under the
 * lock. */
static void
wait_for_work(struct sink *s)
{
	struct timespec until;
	int status = 0;

	clock_gettime(CLOCK_MONOTONIC, &until);
	until.tv_nsec += SINK_FLUSH_NS;
	until.tv_sec += until.tv_nsec / SECOND_NS;
	until.tv_nsec %= SECOND_NS;
	while (!s->closing && s->queue.len < PIECE_LEN && !status)
		status = pthread_cond_timedwait(&s->filled, &s->lock, &until);
}

static void
take_queue(struct sink *s)
{
	struct text empty = s->piece;

	s->piece = s->queue;
	s->queue = empty;
	s->queue.len = 0;
	pthread_cond_signal(&s->emptied);
}

/* Is the file that is written gone? Asked now and then. */
static int
check_name(struct sink *s)
{
	uint64_t now = now_ns();
	struct stat st;

	if (!s->has_name || now - s->named_ns < SINK_FLUSH_NS)
		return 0;
	s->named_ns = now;
	return fstat(s->fd, &st) == 0 && !st.st_nlink ? ENOENT : 0;
}

/* Whoever hands over may be in a hurry. To write takes little and has to keep up with
 * it; to compress takes all that there is, which would be somebody else's. */
static void
take_turns(const struct sink *s)
{
	static const struct sched_param none = { 0 };

	if (!s->is_gzip)
		return;
	if (sched_getscheduler(0) == SCHED_RR)
		sched_setscheduler(0, SCHED_OTHER, &none);
	if (getpriority(PRIO_PROCESS, 0) < 0)
		setpriority(PRIO_PROCESS, 0, 0);
}

static void *
run(void *ctx)
{
	struct sink *s = ctx;
	bool is_last = false;
	int status = 0;

	take_turns(s);
	while (!is_last && !status) {
		pthread_mutex_lock(&s->lock);
		wait_for_work(s);
		is_last = s->closing;
		take_queue(s);
		pthread_mutex_unlock(&s->lock);
		status = s->is_gzip ? write_gzip(s) : write_plain(s);
		if (!status)
			status = check_name(s);
		if (!status && is_last && s->is_gzip)
			status = deflate_all(s, NULL, 0, Z_FINISH);
		pthread_mutex_lock(&s->lock);
		s->failed = status;
		s->stats.bytes_written = s->written;
		s->stats.bytes_done += s->piece.len;
		pthread_cond_signal(&s->emptied);
		pthread_mutex_unlock(&s->lock);
	}
	return NULL;
}

/* The caller's side ---------------------------------------------------- */

static int
open_path(const char *path, const struct sink_options *options, struct err *err)
{
	int fd;

	if (strcmp(path, "-") && !options->has_fd)
		return open_output(path, options, err);
	if (!options->has_fd && isatty(STDOUT_FILENO))
		return err_set(err, -ENOTTY, "a capture is nothing for a terminal to show");
	fd = fcntl(options->has_fd ? options->fd : STDOUT_FILENO, F_DUPFD_CLOEXEC, 3);
	return fd < 0 ? open_output_failed(errno, err) : fd;
}

/* The thread gets no signals: they are for those who can act on them. */
static void
start_thread(struct sink *s)
{
	sigset_t all, old;
	int status;

	sigfillset(&all);
	pthread_sigmask(SIG_SETMASK, &all, &old);
	status = pthread_create(&s->thread, NULL, run, s);
	pthread_sigmask(SIG_SETMASK, &old, NULL);
	s->is_running = !status;
	if (status)
		s->failed = status;
}

static void
sink_free(struct sink *s)
{
	if (s->is_gzip)
		deflateEnd(&s->z);
	pthread_cond_destroy(&s->filled);
	pthread_cond_destroy(&s->emptied);
	pthread_mutex_destroy(&s->lock);
	text_fini(&s->queue);
	text_fini(&s->piece);
	free(s->deflated);
	free(s);
}

struct sink *
sink_open(const char *path, const struct sink_options *options, struct err *err)
{
	int fd = open_path(path, options, err);
	pthread_condattr_t attr;
	struct sink *s;
	struct stat st;

	if (fd < 0)
		return NULL;
	s = xzalloc(sizeof(*s));
	s->fd = fd;
	s->is_gzip = options->gzip;
	s->queue_bytes = options->queue_bytes ? options->queue_bytes : SINK_QUEUE_BYTES;
	s->may_cut = !fstat(fd, &st) && S_ISREG(st.st_mode);
	s->has_name = s->may_cut && st.st_nlink;
	s->start = s->may_cut ? lseek(fd, 0, SEEK_CUR) : 0;
	s->flushed_ns = s->named_ns = now_ns();
	pthread_mutex_init(&s->lock, NULL);
	pthread_condattr_init(&attr);
	pthread_condattr_setclock(&attr, CLOCK_MONOTONIC);
	pthread_cond_init(&s->filled, &attr);
	pthread_cond_init(&s->emptied, &attr);
	pthread_condattr_destroy(&attr);
	if (s->is_gzip) {
		s->deflated = xmalloc(DEFLATED_LEN);
		if (deflateInit2(&s->z, GZIP_LEVEL, Z_DEFLATED, GZIP_WINDOW, 8,
				 Z_DEFAULT_STRATEGY) != Z_OK)
			die("out of memory");
	}
	return s;
}

bool
sink_put(struct sink *s, struct text *t)
{
	bool ok;

	if (!s->is_running && !s->failed && t->len)
		start_thread(s);
	pthread_mutex_lock(&s->lock);
	if (s->queue.len > s->queue_bytes && !s->failed) {
		uint64_t start_ns = now_ns();

		while (s->queue.len > s->queue_bytes && !s->failed)
			pthread_cond_wait(&s->emptied, &s->lock);
		s->stats.waited_ns += now_ns() - start_ns;
	}
	ok = !s->failed;
	if (ok) {
		text_bytes(&s->queue, t->p, t->len);
		s->stats.bytes_put += t->len;
		if (s->queue.len >= PIECE_LEN)
			pthread_cond_signal(&s->filled);
	}
	pthread_mutex_unlock(&s->lock);
	t->len = 0;
	return ok;
}

bool
sink_has_failed(struct sink *s)
{
	bool has_failed;

	pthread_mutex_lock(&s->lock);
	has_failed = s->failed;
	pthread_mutex_unlock(&s->lock);
	return has_failed;
}

void
sink_stats(struct sink *s, struct sink_stats *out)
{
	pthread_mutex_lock(&s->lock);
	*out = s->stats;
	pthread_mutex_unlock(&s->lock);
}

int
sink_close(struct sink *s, struct sink_stats *stats, struct err *err)
{
	int status = 0;

	/* A gzip file that is empty has a head and a tail all the same. */
	if (!s->is_running && !s->failed)
		start_thread(s);
	pthread_mutex_lock(&s->lock);
	s->closing = true;
	pthread_cond_signal(&s->filled);
	pthread_mutex_unlock(&s->lock);
	if (s->is_running)
		pthread_join(s->thread, NULL);
	if (s->failed == ENOENT)
		status = err_set(err, -ENOENT, "it was removed while it was written");
	else if (s->failed)
		status = open_output_failed(s->failed, err);
	if (s->failed && s->may_cut && ftruncate(s->fd, s->start + (off_t)s->whole) < 0)
		err_in(err, "what is written ends in the middle of a block");
	*stats = s->stats;
	if (close(s->fd) < 0 && !status)
		status = open_output_failed(errno, err);
	sink_free(s);
	return status;
}
