/* Threads that several queries share. */
#include "engine/query/crew.h"

#include <pthread.h>
#include <stdatomic.h>
#include <stddef.h>

#include "tests/lib/check.h"

#define PARTS 50u
#define ROUNDS 200
#define ASKERS 4

struct job {
	atomic_uint times[PARTS];
	struct crew *crew;
	unsigned n_inner;		/* each part asks for so many more; 0: none */
	atomic_uint n_inner_done;
};

static void
count_inner(void *ctx, unsigned i)
{
	struct job *j = ctx;

	(void)i;
	atomic_fetch_add(&j->n_inner_done, 1);
}

static void
do_part(void *ctx, unsigned i)
{
	struct job *j = ctx;

	atomic_fetch_add(&j->times[i], 1);
	if (j->n_inner)
		crew_run(j->crew, j->n_inner, count_inner, j);
}

/* How many parts of N were not done exactly once, or done though there are fewer. */
static unsigned
count_wrong(struct crew *c, unsigned n, unsigned n_inner)
{
	struct job j = { .crew = c, .n_inner = n_inner };
	unsigned n_wrong = 0;

	crew_run(c, n, do_part, &j);
	for (unsigned i = 0; i < PARTS; i++)
		n_wrong += atomic_load(&j.times[i]) != (i < n);
	return n_wrong + (atomic_load(&j.n_inner_done) != n * n_inner);
}

struct asker {
	struct crew *crew;
	unsigned n_wrong;
};

static void *
ask(void *ctx)
{
	struct asker *a = ctx;

	for (unsigned i = 0; i < ROUNDS; i++)
		a->n_wrong += count_wrong(a->crew, i % (PARTS + 1), i % 7 ? 0 : 3);
	return NULL;
}

static void
check_together(struct crew *c, const char *which)
{
	struct asker askers[ASKERS];
	pthread_t threads[ASKERS];
	unsigned n_wrong = 0;

	for (size_t i = 0; i < ASKERS; i++) {
		askers[i] = (struct asker){ .crew = c };
		CHECK(!pthread_create(&threads[i], NULL, ask, &askers[i]), "thread %zu", i);
	}
	for (size_t i = 0; i < ASKERS; i++) {
		pthread_join(threads[i], NULL);
		n_wrong += askers[i].n_wrong;
	}
	CHECK(!n_wrong, "%s, asked by several: %u parts are wrong", which, n_wrong);
}

int
main(void)
{
	struct crew *all = crew_new(false), *some = crew_new(true);

	CHECK(crew_size(all) == crew_size(NULL), "all cpus: %u", crew_size(all));
	CHECK(crew_size(some) == (crew_size(all) + 1) / 2, "half of %u cpus: %u", crew_size(all),
	      crew_size(some));
	for (unsigned n = 0; n <= PARTS; n++) {
		CHECK(!count_wrong(NULL, n, 0), "%u parts without a crew", n);
		CHECK(!count_wrong(all, n, 0), "%u parts", n);
		CHECK(!count_wrong(some, n, 2), "%u parts that have some, of a polite one", n);
	}
	check_together(all, "all cpus");
	check_together(some, "a polite crew");
	crew_free(all);
	crew_free(some);
	crew_free(NULL);
	return check_done();
}
