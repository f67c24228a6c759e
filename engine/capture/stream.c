#include "engine/capture/stream.h"

#include <errno.h>
#include <poll.h>
#include <pthread.h>
#include <signal.h>
#include <stdlib.h>
#include <string.h>
#include <sys/eventfd.h>
#include <sys/stat.h>
#include <unistd.h>

#include "engine/base/mem.h"
#include "engine/capture/inflate.h"

/*
 * The ring. The thread fills pieces[head], the caller reads pieces[tail]; a
 * piece stays the caller's until it asks for the next one.
 */
#define PIECES 6
#define PIECE_LEN (256u * 1024)
#define STORED_LEN (64u * 1024)		/* gzip: what is read at once */

/* Waking the caller costs as much as inflating 2 KiB, so it is woken for several
 * pieces, or when the thread is about to wait itself. */
#define WAKE_FULL 3

#define FOLLOW_MS 50			/* how often a file is asked for more */

struct piece {
	uint8_t *p;			/* PIECE_LEN bytes, or NULL before its first use */
	size_t len;
	uint64_t stored_end;		/* stored bytes read when it was filled */
};

enum got { GOT_BYTES, GOT_NOTHING, GOT_END };

struct stream {
	struct stream_options options;
	int fd;
	int wake_fd;			/* readable: stream_close() waits */
	bool is_file;
	pthread_t thread;
	struct inflate_index *index;

	pthread_mutex_t lock;		/* for what follows */
	pthread_cond_t changed;
	struct piece pieces[PIECES];
	unsigned head, n_full;
	bool stop;			/* nobody will take any more */
	bool ended;			/* nothing will be filled any more */
	struct stream_status status;

	/* The caller's. */
	bool holds_piece;
	unsigned tail;
	uint64_t taken_stored;
};

static void
note_damage(struct stream *s, bool broken, const struct err *err)
{
	pthread_mutex_lock(&s->lock);
	if (!s->status.n_damages++) {
		s->status.damage = *err;
		s->status.damage_offset = s->status.inflated_bytes;
	}
	s->status.broken |= broken;
	pthread_mutex_unlock(&s->lock);
}

/* Sleep until there may be input, or for at most FOLLOW_MS in a file. False:
 * the stream shall end. With NO_WAIT only look. */
static bool
wait_input(struct stream *s, bool no_wait, bool *ready)
{
	struct pollfd fds[3] = {
		{ .fd = s->options.cancel_fd, .events = POLLIN },
		{ .fd = s->wake_fd, .events = POLLIN },
		{ .fd = s->fd, .events = POLLIN },
	};
	int ms = s->is_file ? FOLLOW_MS : -1;

	fds[2].fd = s->is_file ? -1 : s->fd;
	while (poll(fds, 3, no_wait ? 0 : ms) < 0)
		if (errno != EINTR && errno != EAGAIN)
			return false;
	*ready = s->is_file || fds[2].revents;
	return !fds[0].revents && !fds[1].revents;
}

/* A file that is followed has no more now. False when it became shorter: what
 * stands in it is no continuation of what was read. */
static bool
still_grows(struct stream *s)
{
	struct stat st;
	off_t at = lseek(s->fd, 0, SEEK_CUR);
	struct err err;

	if (fstat(s->fd, &st) < 0 || at <= st.st_size)
		return true;
	err_set(&err, -ESTALE, "became shorter while it was followed");
	note_damage(s, true, &err);
	return false;
}

/* Read what there is now. */
static enum got
read_now(struct stream *s, uint8_t *p, size_t len, size_t *n)
{
	struct err err;
	bool ready = true;
	ssize_t got;

	if (!s->is_file || s->options.follow)
		if (!wait_input(s, true, &ready))
			return GOT_END;
	if (!ready)
		return GOT_NOTHING;
	do
		got = read(s->fd, p, len);
	while (got < 0 && errno == EINTR);
	if (got < 0 && errno == EAGAIN)
		return GOT_NOTHING;
	if (got < 0) {
		err_set(&err, -errno, "cannot be read: %s", strerror(errno));
		note_damage(s, true, &err);
		return GOT_END;
	}
	if (!got)
		return s->is_file && s->options.follow && still_grows(s) ?
			GOT_NOTHING : GOT_END;
	pthread_mutex_lock(&s->lock);
	s->status.stored_bytes += (uint64_t)got;
	pthread_mutex_unlock(&s->lock);
	*n = (size_t)got;
	return GOT_BYTES;
}

/* Before waiting for input: what there is is the caller's. */
static void
wake_caller(struct stream *s)
{
	pthread_mutex_lock(&s->lock);
	if (s->n_full)
		pthread_cond_signal(&s->changed);
	pthread_mutex_unlock(&s->lock);
}

/* Read at least one byte: how many, 0 at the end. */
static size_t
read_some(struct stream *s, uint8_t *p, size_t len)
{
	bool ready;
	size_t n = 0;
	enum got got;

	while ((got = read_now(s, p, len, &n)) == GOT_NOTHING) {
		wake_caller(s);
		if (!wait_input(s, false, &ready))
			return 0;
	}
	return got == GOT_BYTES ? n : 0;
}

/* The next piece to fill; NULL when the stream shall end. */
static uint8_t *
next_piece(struct stream *s)
{
	uint8_t **p;

	pthread_mutex_lock(&s->lock);
	while (s->n_full == PIECES && !s->stop)
		pthread_cond_wait(&s->changed, &s->lock);
	p = s->stop ? NULL : &s->pieces[s->head].p;
	pthread_mutex_unlock(&s->lock);
	if (!p)
		return NULL;
	if (!*p)
		*p = xmalloc(PIECE_LEN);
	return *p;
}

/* Hand LEN bytes of the piece at the head to the caller. */
static void
publish(struct stream *s, size_t len)
{
	struct piece *piece = &s->pieces[s->head];

	pthread_mutex_lock(&s->lock);
	piece->len = len;
	piece->stored_end = s->status.stored_bytes;
	s->status.inflated_bytes += len;
	s->head = (s->head + 1) % PIECES;
	s->n_full++;
	if (s->n_full >= WAKE_FULL)
		pthread_cond_signal(&s->changed);
	pthread_mutex_unlock(&s->lock);
}

/* Hand on stored bytes as they are; the first N are in the piece already. */
static void
copy_plain(struct stream *s, size_t n)
{
	uint8_t *p;

	while (n) {
		publish(s, n);
		p = next_piece(s);
		n = p ? read_some(s, p, PIECE_LEN) : 0;
	}
}

/* Stored bytes on their way to the inflater, and the piece that it fills. */
struct inflating {
	struct inflater f;
	uint8_t in[STORED_LEN];
	size_t in_len;
	uint8_t *p;
	size_t len;
};

/* Hand on what was inflated and go to the next piece. */
static bool
flush(struct stream *s, struct inflating *g)
{
	if (!g->len)
		return true;
	publish(s, g->len);
	g->len = 0;
	g->p = next_piece(s);
	return g->p;
}

/* Get more stored bytes. Before waiting for any, hand on what there is. */
static bool
refill(struct stream *s, struct inflating *g)
{
	size_t n = 0;
	enum got got = read_now(s, g->in + g->in_len, sizeof(g->in) - g->in_len, &n);

	if (got == GOT_NOTHING) {
		if (!flush(s, g))
			return false;
		n = read_some(s, g->in + g->in_len, sizeof(g->in) - g->in_len);
	}
	g->in_len += n;
	return n > 0;
}

/* Inflate what is in G; false when that was the end. */
static bool
inflate_held(struct stream *s, struct inflating *g)
{
	for (;;) {
		struct inflate_io io = { g->in, g->in_len, g->p + g->len,
					 PIECE_LEN - g->len };
		struct err err;
		enum inflate_status status = inflate_run(&g->f, &io, &err);

		memmove(g->in, io.in, io.in_len);
		g->in_len = io.in_len;
		g->len = PIECE_LEN - io.out_len;
		pthread_mutex_lock(&s->lock);
		s->status.n_members = g->f.n_members;
		pthread_mutex_unlock(&s->lock);
		if (status == INFLATE_MORE && io.out_len)
			return true;
		if (status == INFLATE_GARBAGE || !flush(s, g))
			return false;
		if (status != INFLATE_MORE)
			note_damage(s, status == INFLATE_BROKEN, &err);
	}
}

/* Inflate; the first N stored bytes are in the piece P. */
static void
copy_gzip(struct stream *s, uint8_t *p, size_t n)
{
	struct inflating *g = xmalloc(sizeof(*g));

	inflate_init(&g->f, s->index);
	memcpy(g->in, p, n);
	g->in_len = n;
	g->p = p;
	g->len = 0;
	while (inflate_held(s, g) && refill(s, g))
		;
	if (g->p)
		flush(s, g);
	pthread_mutex_lock(&s->lock);
	s->status.cut_short = g->f.in_member && !s->status.broken;
	pthread_mutex_unlock(&s->lock);
	inflate_fini(&g->f);
	free(g);
}

/* The thread. */
static void *
run(void *arg)
{
	struct stream *s = arg;
	uint8_t *p = next_piece(s);
	size_t n = 0, more;
	bool gzip;

	/* Two bytes tell how the rest is stored. */
	while (p && n < 2 && (more = read_some(s, p + n, STORED_LEN - n)) > 0)
		n += more;
	gzip = n >= 1 && p[0] == 0x1f && (n < 2 || p[1] == 0x8b);
	pthread_mutex_lock(&s->lock);
	s->status.gzip = gzip;
	pthread_mutex_unlock(&s->lock);
	if (gzip)
		copy_gzip(s, p, n);
	else if (p)
		copy_plain(s, n);
	pthread_mutex_lock(&s->lock);
	s->ended = true;
	pthread_cond_signal(&s->changed);
	pthread_mutex_unlock(&s->lock);
	return NULL;
}

struct stream *
stream_open(int fd, const struct stream_options *options)
{
	struct stream *s = xzalloc(sizeof(*s));
	sigset_t all, old;
	struct stat st;
	int rc;

	s->options = *options;
	s->fd = fd;
	s->is_file = !fstat(fd, &st) && S_ISREG(st.st_mode);
	s->wake_fd = eventfd(0, EFD_CLOEXEC);
	if (s->wake_fd < 0)
		die("no more file descriptors");
	if (options->index)
		s->index = inflate_index_new();
	pthread_mutex_init(&s->lock, NULL);
	pthread_cond_init(&s->changed, NULL);
	/* Signals are for the thread that asked for the stream. */
	sigfillset(&all);
	pthread_sigmask(SIG_SETMASK, &all, &old);
	rc = pthread_create(&s->thread, NULL, run, s);
	pthread_sigmask(SIG_SETMASK, &old, NULL);
	if (rc)
		die("no more threads");
	return s;
}

static void
free_pieces(struct stream *s)
{
	for (unsigned i = 0; i < PIECES; i++) {
		free(s->pieces[i].p);
		s->pieces[i].p = NULL;
	}
}

void
stream_close(struct stream *s)
{
	uint64_t one = 1;

	if (!s)
		return;
	pthread_mutex_lock(&s->lock);
	s->stop = true;
	pthread_cond_signal(&s->changed);
	pthread_mutex_unlock(&s->lock);
	while (write(s->wake_fd, &one, sizeof(one)) < 0 && errno == EINTR)
		;
	pthread_join(s->thread, NULL);
	free_pieces(s);
	inflate_index_free(s->index);
	pthread_cond_destroy(&s->changed);
	pthread_mutex_destroy(&s->lock);
	close(s->wake_fd);
	close(s->fd);
	free(s);
}

/* Give back what was taken last. The lock is held. */
static void
release(struct stream *s)
{
	if (!s->holds_piece)
		return;
	s->holds_piece = false;
	s->tail = (s->tail + 1) % PIECES;
	s->n_full--;
	pthread_cond_signal(&s->changed);
}

size_t
stream_take(struct stream *s, const uint8_t **p)
{
	size_t len = 0;

	pthread_mutex_lock(&s->lock);
	release(s);
	if (!s->n_full && !s->ended && s->options.idle) {
		pthread_mutex_unlock(&s->lock);
		s->options.idle(s->options.ctx);
		pthread_mutex_lock(&s->lock);
	}
	while (!s->n_full && !s->ended)
		pthread_cond_wait(&s->changed, &s->lock);
	if (s->n_full) {
		*p = s->pieces[s->tail].p;
		len = s->pieces[s->tail].len;
		s->taken_stored = s->pieces[s->tail].stored_end;
		s->holds_piece = true;
	} else {
		free_pieces(s);
	}
	pthread_mutex_unlock(&s->lock);
	return len;
}

void
stream_status(const struct stream *s, struct stream_status *out)
{
	struct stream *locked = (struct stream *)(uintptr_t)s;

	pthread_mutex_lock(&locked->lock);
	*out = s->status;
	pthread_mutex_unlock(&locked->lock);
}

uint64_t
stream_stored_bytes(const struct stream *s)
{
	return s->taken_stored;
}

const struct inflate_index *
stream_index(const struct stream *s)
{
	return s->index;
}
