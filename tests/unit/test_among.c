/* What is new in a window is what no event before it has: of files that are opened by two
 * programs, some again and again, some only at the beginning and in the end. */
#include "tests/lib/check.h"
#include "tests/lib/rng.h"
#include "tests/unit/query_kit.h"

#define ROWS 32				/* of a chunk */
#define OPENS 400
#define FILES 60
#define EVENTS_EACH 4			/* of a file that is opened and closed */

/* Who opened which file, one after the other: event 2 + EVENTS_EACH * i is the first that has
 * it. */
struct opens {
	unsigned file[OPENS];
	int64_t pid[OPENS];
};

/* A few files are used all the time, others far apart, and new ones come. */
static void
choose(struct opens *o, struct rng *rng)
{
	for (unsigned i = 0; i < OPENS; i++) {
		unsigned newest = i * FILES / OPENS;

		o->pid[i] = rng_below(rng, 3) ? 100 : 1;
		switch (rng_below(rng, 8)) {
		case 0:
			o->file[i] = newest;
			break;
		case 1:
			o->file[i] = (unsigned)rng_below(rng, newest + 1);
			break;
		default:
			o->file[i] = (unsigned)rng_below(rng, newest < 4 ? newest + 1 : 4);
		}
	}
}

static void
make(struct system *y, const struct opens *o)
{
	*y = (struct system){ .s = store_new(0) };
	store_set_chunks(y->s, ROWS, 1);
	store_take(y->s, &(struct record){ .kind = RECORD_SECTION, .section = { .name = "x" } });
	proc(y, 1, 0, "init");
	proc(y, 100, 1, "web");
	for (unsigned i = 0; i < OPENS; i++) {
		char name[16];

		snprintf(name, sizeof(name), "/f%u", o->file[i]);
		scap_at(&y->b, START_NS + 10 * i, o->pid[i], 0);
		scap_event(&y->b, EV_OPEN_E, SCAP_NOTHING);
		scap_event(&y->b, EV_OPEN_X, N(3), T(name), N(1), N(0), N(0), N(0));
		scap_event(&y->b, EV_CLOSE_E, N(3));
		scap_event(&y->b, EV_CLOSE_X, N(0));
	}
	feed(y);
}

/* Is open number I, of those of PID (0: anybody), the first one of its file? */
static bool
is_first(const struct opens *o, unsigned i, int64_t pid)
{
	if (pid && o->pid[i] != pid)
		return false;
	for (unsigned k = 0; k < i; k++)
		if (o->file[k] == o->file[i] && (!pid || o->pid[k] == pid))
			return false;
	return true;
}

/* The files that are new from open FROM to the one before TO: so many, and they are set in
 * ARE_NEW. */
static size_t
new_files(const struct opens *o, unsigned from, unsigned to, int64_t pid, bool *are_new)
{
	size_t n = 0;

	memset(are_new, 0, FILES * sizeof(*are_new));
	for (unsigned i = from; i < to; i++) {
		are_new[o->file[i]] |= is_first(o, i, pid);
		n += is_first(o, i, pid);
	}
	return n;
}

/* So many windows show other files than they should. */
static unsigned
count_wrong(const struct snapshot *snap, const struct view *v, const struct opens *o,
	    int64_t pid)
{
	static const char *const of_web = "proc.pid = 100";
	unsigned n_wrong = 0;
	bool are_new[FILES];

	for (unsigned from = 0; from < OPENS; from += 3) {
		unsigned to = from + 1 + from % 50 < OPENS ? from + 1 + from % 50 : OPENS;
		struct query q = { .view = v, .filters = &of_web, .n_filters = pid != 0,
				   .n_threads = 1 + from % 3,
				   .first = snap->first + EVENTS_EACH * from,
				   .end = snap->first + EVENTS_EACH * to };
		struct table *t = query_run(snap, &q, NULL);
		bool is_wrong = t->n_rows != new_files(o, from, to, pid, are_new);

		for (size_t i = 0; i < t->n_rows && !is_wrong; i++) {
			const struct cell *name = cell(t, i, "NAME");
			unsigned file = (unsigned)strtoul((const char *)name->value.s.p + 2, NULL,
							  10);

			is_wrong = file >= FILES || !are_new[file];
		}
		n_wrong += is_wrong;
		table_free(t);
	}
	return n_wrong;
}

static void
check_windows(const struct snapshot *snap, const struct view_set *views, const struct opens *o)
{
	const struct view *v = view_set_find(views, "new_files");
	struct query all = { .view = v };

	CHECK(snap->end - snap->first == EVENTS_EACH * OPENS && snap->n_chunks > 20,
	      "%zu chunks", snap->n_chunks);
	CHECK(!count_wrong(snap, v, o, 0), "windows show what is new");
	CHECK(!count_wrong(snap, v, o, 100), "  and what is to one of the programs");
	table_free(query_run(snap, &all, NULL));
	CHECK(!count_wrong(snap, v, o, 0), "  and once all were seen");
	CHECK(!count_wrong(snap, v, o, 100), "  by another one, too");
}

int
main(int argc, char **argv)
{
	struct view_set *views = view_set_new(NULL);
	struct rng rng = rng_from_args(argc, argv);
	struct snapshot *snap;
	struct opens o;
	struct system y;

	choose(&o, &rng);
	make(&y, &o);
	snap = store_snapshot(y.s);
	check_windows(snap, views, &o);
	snapshot_free(snap);
	store_end(y.s);
	store_publish(y.s);
	snap = store_snapshot(y.s);
	check_windows(snap, views, &o);
	snapshot_free(snap);
	scap_fini(&y.b);
	store_free(y.s);
	view_set_free(views);
	return check_done();
}
