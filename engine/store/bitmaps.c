#include "engine/store/bitmaps.h"

#include <pthread.h>
#include <stdlib.h>
#include <string.h>

#include "engine/base/mem.h"

#define QUESTIONS_MAX 64

struct page {
	uint64_t first;
	struct bitmap *bits;		/* owned */
};

struct question {
	char *name;			/* owned; NULL: the place is free */
	size_t len;
	uint64_t age;
	uint64_t asked;			/* when it was asked last, by the clock of them all */
	struct page *pages;		/* owned, by first event */
	size_t n, cap;
};

struct bitmaps {
	pthread_mutex_t lock;
	struct question questions[QUESTIONS_MAX];
	uint64_t clock;
	uint64_t first;			/* chunks before it are gone */
	size_t bytes, max_bytes;
};

struct bitmaps *
bitmaps_new(size_t max_bytes)
{
	struct bitmaps *b = xzalloc(sizeof(*b));

	b->max_bytes = max_bytes;
	pthread_mutex_init(&b->lock, NULL);
	return b;
}

/* Forget the first N pages of Q. */
static void
drop_pages(struct bitmaps *b, struct question *q, size_t n)
{
	for (size_t i = 0; i < n; i++)
		free(q->pages[i].bits);
	if (n)
		memmove(q->pages, q->pages + n, (q->n - n) * sizeof(*q->pages));
	q->n -= n;
	b->bytes -= n * sizeof(struct bitmap);
}

static void
drop_question(struct bitmaps *b, struct question *q)
{
	drop_pages(b, q, q->n);
	free(q->pages);
	free(q->name);
	*q = (struct question){ 0 };
}

void
bitmaps_free(struct bitmaps *b)
{
	if (!b)
		return;
	for (size_t i = 0; i < QUESTIONS_MAX; i++)
		drop_question(b, &b->questions[i]);
	pthread_mutex_destroy(&b->lock);
	free(b);
}

/* The one that was not asked for longest; a free place, if there is one. */
static struct question *
oldest(struct bitmaps *b)
{
	struct question *best = &b->questions[0];

	for (size_t i = 1; i < QUESTIONS_MAX; i++)
		if (b->questions[i].asked < best->asked)
			best = &b->questions[i];
	return best;
}

static bool
is_about(const struct question *q, const struct bitmaps_question *wanted)
{
	return q->name && q->len == wanted->name.len &&
	       !memcmp(q->name, wanted->name.p, q->len);
}

/* What is kept of WANTED, or NULL: it is not, or only newer answers are. */
static struct question *
find(struct bitmaps *b, const struct bitmaps_question *wanted)
{
	for (size_t i = 0; i < QUESTIONS_MAX; i++) {
		struct question *q = &b->questions[i];

		if (!is_about(q, wanted))
			continue;
		if (q->age > wanted->age)
			return NULL;
		if (q->age < wanted->age)
			drop_pages(b, q, q->n);
		q->age = wanted->age;
		q->asked = ++b->clock;
		return q;
	}
	return NULL;
}

static bool
is_newer_kept(const struct bitmaps *b, const struct bitmaps_question *wanted)
{
	for (size_t i = 0; i < QUESTIONS_MAX; i++)
		if (is_about(&b->questions[i], wanted) && b->questions[i].age > wanted->age)
			return true;
	return false;
}

static struct question *
add(struct bitmaps *b, const struct bitmaps_question *wanted)
{
	struct question *q = oldest(b);

	drop_question(b, q);
	q->name = xstrndup((const char *)wanted->name.p, wanted->name.len);
	q->len = wanted->name.len;
	q->age = wanted->age;
	q->asked = ++b->clock;
	return q;
}

/* The place of the page of FIRST among those of Q, or where it belongs. */
static size_t
place_of(const struct question *q, uint64_t first)
{
	size_t low = 0, high = q->n;

	while (low < high) {
		size_t mid = low + (high - low) / 2;

		if (q->pages[mid].first < first)
			low = mid + 1;
		else
			high = mid;
	}
	return low;
}

void
bitmaps_get(struct bitmaps *b, const struct bitmaps_question *wanted, uint64_t first,
	    struct bitmap *out)
{
	struct question *q;
	bool is_there = false;
	size_t i;

	pthread_mutex_lock(&b->lock);
	q = find(b, wanted);
	if (q) {
		i = place_of(q, first);
		is_there = i < q->n && q->pages[i].first == first;
		if (is_there)
			*out = *q->pages[i].bits;
	}
	pthread_mutex_unlock(&b->lock);
	if (!is_there)
		memset(out, 0, sizeof(*out));
}

/* Room for one more page of Q, at the cost of others. False: there is none. */
static bool
make_room(struct bitmaps *b, const struct question *q)
{
	while (b->bytes + sizeof(struct bitmap) > b->max_bytes) {
		struct question *other = NULL;

		for (size_t i = 0; i < QUESTIONS_MAX; i++) {
			struct question *one = &b->questions[i];

			if (one != q && one->n && (!other || one->asked < other->asked))
				other = one;
		}
		if (!other)
			return false;
		drop_question(b, other);
	}
	return true;
}

static struct bitmap *
page_of(struct bitmaps *b, struct question *q, uint64_t first)
{
	size_t i = place_of(q, first);

	if (i < q->n && q->pages[i].first == first)
		return q->pages[i].bits;
	if (!make_room(b, q))
		return NULL;
	xgrow(&q->pages, &q->cap, q->n + 1, sizeof(*q->pages));
	memmove(q->pages + i + 1, q->pages + i, (q->n - i) * sizeof(*q->pages));
	q->pages[i] = (struct page){ first, xzalloc(sizeof(struct bitmap)) };
	q->n++;
	b->bytes += sizeof(struct bitmap);
	return q->pages[i].bits;
}

void
bitmaps_put(struct bitmaps *b, const struct bitmaps_question *wanted, uint64_t first,
	    const struct bitmap *found)
{
	struct question *q;
	struct bitmap *bits = NULL;

	pthread_mutex_lock(&b->lock);
	if (first >= b->first && !is_newer_kept(b, wanted)) {
		q = find(b, wanted);
		bits = page_of(b, q ? q : add(b, wanted), first);
	}
	for (size_t i = 0; bits && i < BITMAP_WORDS; i++) {
		bits->known[i] |= found->known[i];
		bits->yes[i] |= found->yes[i];
	}
	pthread_mutex_unlock(&b->lock);
}

void
bitmaps_forget(struct bitmaps *b, uint64_t first)
{
	pthread_mutex_lock(&b->lock);
	b->first = first;
	for (size_t i = 0; i < QUESTIONS_MAX; i++)
		if (b->questions[i].n)
			drop_pages(b, &b->questions[i], place_of(&b->questions[i], first));
	pthread_mutex_unlock(&b->lock);
}

uint64_t
bitmaps_bytes(struct bitmaps *b)
{
	uint64_t bytes;

	pthread_mutex_lock(&b->lock);
	bytes = b->bytes + sizeof(*b);
	pthread_mutex_unlock(&b->lock);
	return bytes;
}
