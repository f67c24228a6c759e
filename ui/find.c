#include "ui/find.h"

#include <pthread.h>
#include <stdatomic.h>
#include <stdlib.h>
#include <unistd.h>

#include "engine/base/mem.h"
#include "engine/query/matches.h"
#include "ui/term.h"
#include "ui/worker.h"

/* Events that are looked at in one go: few at first, so that there is a page soon. */
#define FIRST_PIECE 4096u
#define PIECE 65536u
/* Whoever asks looks at so many at a time, and stops once there is something. */
#define GLANCE_PIECE 512u
#define GLANCE_NS 1000000u

struct find {
	struct matches *matches;
	int wake_fd;
	pthread_t thread;
	bool has_thread;
	uint64_t **pieces;		/* of PIECE numbers each; they never move */
	size_t n_pieces;		/* how many there can be */
	_Atomic size_t n;		/* numbers that can be read */
	_Atomic uint64_t n_done;
	atomic_bool is_over;		/* it is to stop */
	atomic_bool is_done;
	uint64_t n_all;
};

static void
put(struct find *f, const uint64_t *numbers, size_t n)
{
	size_t at = atomic_load_explicit(&f->n, memory_order_relaxed);

	for (size_t i = 0; i < n; i++, at++) {
		uint64_t **piece = &f->pieces[at / PIECE];

		if (!*piece)
			*piece = xreallocarray(NULL, PIECE, sizeof(**piece));
		(*piece)[at % PIECE] = numbers[i];
	}
	atomic_store_explicit(&f->n, at, memory_order_release);
}

/* Look at N more, for which there is room at NUMBERS. How many were found. */
static size_t
look_on(struct find *f, size_t n, uint64_t *numbers)
{
	bool is_done;
	size_t found = matches_more(f->matches, n, numbers, &is_done);

	put(f, numbers, found);
	atomic_store(&f->n_done, matches_done(f->matches));
	atomic_store(&f->is_done, is_done);
	return found;
}

static void *
work(void *ctx)
{
	struct find *f = ctx;
	uint64_t *numbers = xreallocarray(NULL, PIECE, sizeof(*numbers)), one = 1;
	size_t piece = FIRST_PIECE;

	while (!atomic_load(&f->is_done) && !atomic_load(&f->is_over)) {
		look_on(f, piece, numbers);
		piece = 2 * piece < PIECE ? 2 * piece : PIECE;
		/* A counter that is full wakes as well. */
		if (write(f->wake_fd, &one, sizeof(one)) < 0)
			piece = PIECE;
	}
	free(numbers);
	return NULL;
}

/* The first page, where it is found in no time: then nobody waits for a thread that waits for
 * a cpu. */
static void
glance(struct find *f)
{
	uint64_t numbers[GLANCE_PIECE], end = term_now_ns() + GLANCE_NS;

	if (matches_needs_bytes(f->matches))
		return;
	while (!look_on(f, GLANCE_PIECE, numbers) && !atomic_load(&f->is_done) &&
	       term_now_ns() < end)
		;
}

struct find *
find_new(const struct snapshot *snap, const struct matches_question *q, int wake_fd,
	 struct err *err)
{
	struct matches *m = matches_new(snap, q, err);
	struct find *f;

	if (!m)
		return NULL;
	f = xzalloc(sizeof(*f));
	f->matches = m;
	f->wake_fd = wake_fd;
	f->n_all = matches_all(m);
	f->n_pieces = (size_t)(f->n_all / PIECE) + 1;
	f->pieces = xzalloc(f->n_pieces * sizeof(*f->pieces));
	glance(f);
	f->has_thread = !atomic_load(&f->is_done);
	if (f->has_thread)
		worker_start(&f->thread, work, f);
	return f;
}

void
find_free(struct find *f)
{
	if (!f)
		return;
	atomic_store(&f->is_over, true);
	if (f->has_thread)
		pthread_join(f->thread, NULL);
	for (size_t i = 0; i < f->n_pieces; i++)
		free(f->pieces[i]);
	free(f->pieces);
	matches_free(f->matches);
	free(f);
}

size_t
find_count(const struct find *f)
{
	return atomic_load_explicit(&f->n, memory_order_acquire);
}

uint64_t
find_number(const struct find *f, size_t i)
{
	return f->pieces[i / PIECE][i % PIECE];
}

size_t
find_index(const struct find *f, uint64_t number)
{
	size_t low = 0, high = find_count(f);

	while (low < high) {
		size_t mid = low + (high - low) / 2;

		if (find_number(f, mid) < number)
			low = mid + 1;
		else
			high = mid;
	}
	return low;
}

double
find_progress(const struct find *f)
{
	if (atomic_load(&f->is_done) || !f->n_all)
		return 1;
	return (double)atomic_load(&f->n_done) / (double)f->n_all;
}
