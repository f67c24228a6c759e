#include "engine/world/fd_tree.h"

#include "engine/base/mem.h"
#include "engine/world/entity.h"
#include "tests/lib/check.h"
#include "tests/lib/rng.h"

#define TABLES 6
#define NUMBERS 40
#define STEPS 20000

/* Numbers of all sizes, with neighbours. */
static int64_t numbers[NUMBERS];

/* What each table should hold: the ino of each number, 0 for none. */
static uint64_t model[TABLES][NUMBERS];

static size_t n_gone;

static void
count_gone(struct descriptor *fd)
{
	(void)fd;
	n_gone++;
}

static void
make_numbers(struct rng *r)
{
	for (size_t i = 0; i < NUMBERS; i++) {
		unsigned bits = (unsigned)(i % 8 == 0 ? 63 : 1 + i % 16);

		numbers[i] = (int64_t)(rng_u64(r) >> (64 - bits));
		for (size_t j = 0; j < i; j++)
			if (numbers[j] == numbers[i])
				i--, j = i;
	}
	numbers[0] = INT64_MAX;
}

static bool
agrees(const struct fd_tree *t, const uint64_t *want)
{
	size_t n = 0, seen = 0;
	int64_t last = -1;

	for (size_t i = 0; i < NUMBERS; i++) {
		const struct descriptor *fd = fd_tree_get(t, numbers[i]);

		if ((fd ? fd->ino : 0) != want[i])
			return false;
		n += want[i] != 0;
	}
	for (int64_t num = 0; fd_tree_next(t, &num); num++, seen++) {
		if (num <= last || fd_tree_next(t, &num)->num != num)
			return false;
		last = num;
		if (num == INT64_MAX) {
			seen++;
			break;
		}
	}
	return seen == n && t->n == n;
}

static void
step(struct rng *r, struct fd_store *store, struct fd_tree *trees, uint64_t stamp)
{
	size_t at = rng_below(r, TABLES), i = rng_below(r, NUMBERS);
	size_t from = rng_below(r, TABLES);
	struct fd_tree *t = &trees[at];
	struct descriptor *fd, *old;

	switch (rng_below(r, 8)) {
	case 0:
		if (from == at)
			break;
		fd_tree_clear(store, t);
		fd_tree_share(t, &trees[from]);
		memcpy(model[at], model[from], sizeof(model[at]));
		break;
	case 1:
	case 2:
		fd_tree_del(store, t, numbers[i]);
		model[at][i] = 0;
		break;
	case 3:
		fd = fd_tree_own(store, t, numbers[i], &old);
		if (fd)
			fd->ino = model[at][i] = stamp;
		break;
	default:
		fd_tree_del(store, t, numbers[i]);
		fd = fd_tree_add(store, t, numbers[i]);
		fd->num = numbers[i];
		fd->ino = model[at][i] = stamp;
	}
}

/* Do A and B differ where fd_tree_differ() says, and nowhere else? */
static bool
differ_rightly(const struct fd_tree *a, const struct fd_tree *b)
{
	size_t n = 0, told = 0;
	int64_t last = -1;

	for (size_t i = 0; i < NUMBERS; i++)
		n += fd_tree_get(a, numbers[i]) != fd_tree_get(b, numbers[i]);
	for (int64_t num = 0; fd_tree_differ(a, b, &num); num++) {
		if (num <= last || fd_tree_get(a, num) == fd_tree_get(b, num))
			return false;
		last = num;
		told++;
		if (num == INT64_MAX)
			break;
	}
	return told == n;
}

int
main(int argc, char **argv)
{
	struct rng r = rng_from_args(argc, argv);
	struct fd_tree trees[TABLES] = { 0 };
	struct fd_store store;
	size_t wrong = 0;

	fd_store_init(&store, count_gone);
	make_numbers(&r);
	for (uint64_t i = 1; i <= STEPS && !wrong; i++) {
		step(&r, &store, trees, i);
		for (size_t t = 0; t < TABLES; t++)
			if (!agrees(&trees[t], model[t]))
				wrong = i;
		if (!differ_rightly(&trees[i % TABLES], &trees[i / TABLES % TABLES]))
			wrong = i;
	}
	CHECK(!wrong, "each of %d tables holds what it should (step %zu)", TABLES, wrong);
	CHECK(!fd_tree_get(&trees[0], -1) && !fd_tree_get(&trees[0], INT64_MIN),
	      "nothing has a negative number");
	CHECK(n_gone > 1000, "descriptors go when nobody has them");
	for (size_t t = 0; t < TABLES; t++)
		fd_tree_clear(&store, &trees[t]);
	CHECK(!store.fds.n && !store.nodes.n, "all is given back");
	fd_store_fini(&store);
	return check_done();
}
