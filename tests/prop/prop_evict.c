/* A store with a budget: events of twenty budgets come, of processes, descriptors and
 * names that are always new, and its memory levels off. Meanwhile others look at
 * snapshots of it: each row says what it said when it came, and tables can be made and
 * stopped at any moment. */
#include <pthread.h>
#include <stdatomic.h>
#include <time.h>

#include "engine/base/intern.h"
#include "engine/base/mem.h"
#include "engine/query/crew.h"
#include "engine/query/query.h"
#include "engine/query/view_set.h"
#include "engine/store/pyramid.h"
#include "engine/store/recall.h"
#include "engine/store/store.h"
#include "engine/world/world.h"
#include "tests/lib/alloc.h"
#include "tests/lib/check.h"
#include "tests/lib/passing.h"
#include "tests/lib/rng.h"
#include "tests/lib/scapbuild.h"

#if defined(__SANITIZE_ADDRESS__) || defined(__SANITIZE_THREAD__)
#define BUDGETS 6
#elif defined(__has_feature)
#if __has_feature(address_sanitizer) || __has_feature(thread_sanitizer)
#define BUDGETS 6
#endif
#endif
#ifndef BUDGETS
#define BUDGETS 20
#endif

#define BUDGET (24u << 20)
#define BYTES_OF_EVENT 130		/* about what one takes here, names and all */
#define PUBLISH_EVERY 64		/* processes */
#define ONLOOKERS 2
#define ROWS 200			/* of a snapshot that are looked at */
#define NODE_ROWS 2048			/* of a chunk, where many are added up, */
#define NODE_BUDGETS 5ull		/* in events of so many budgets */
#define PATIENCE_S 20			/* more than any reader needs */
#define HEAD_LEN (8 + 2)		/* of an event's block, before the event */

struct churn {
	struct store *s;
	struct scap b;			/* the events of one step */
	uint64_t n_events;
	unsigned n_reads;		/* that each process does */
	uint64_t kept;			/* events that were, on average */
};

/* Give the store the events that were built, and forget them. */
static void
feed(struct churn *c)
{
	struct record rec = { .kind = RECORD_EVENT };
	size_t at = 0;
	uint32_t len;

	for (; at < c->b.len; at += len) {
		memcpy(&len, c->b.p + at + 4, 4);
		memset(&rec.ev, 0, sizeof(rec.ev));
		if (event_decode(&rec.ev, c->b.p + at + HEAD_LEN, len - HEAD_LEN - 4, true, NULL))
			die("an event of our own is no event");
		c->n_events++;
		store_take(c->s, &rec);
	}
	c->b.len = 0;
}

/* Readers --------------------------------------------------------------- */

struct onlooker {
	struct store *s;
	const struct view_set *views;
	struct crew *crew;		/* all have the same */
	atomic_bool *stop;
	struct rng rng;
	pthread_t thread;
	size_t n_rows, n_wrong, n_tables, n_cancelled, n_parts, n_counts, n_miscounts;
	size_t n_torn;			/* nodes of which not all chunks were there */
	size_t n_summed;		/* chunks that answered by what they add up to, */
	size_t n_in_nodes;		/* and those that were parts of nodes that did; */
	size_t n_by_fd;			/* of both those that did by descriptor */
};

/* Does the name with ID end in "-NUMBER", or "/NUMBER.log"? */
static bool
names(const struct world *w, uint32_t id, int64_t number)
{
	const char *text = intern_text(world_names(w), id);
	char want[2][40];

	snprintf(want[0], sizeof(want[0]), "-%lld", (long long)number);
	snprintf(want[1], sizeof(want[1]), "/%lld.log", (long long)number);
	return strstr(text, want[0]) || strstr(text, want[1]);
}

/* Is what M says of itself true? */
static bool
is_true(const struct world *w, const struct moment *m)
{
	const struct process *parent;
	const struct thread *t;

	if (!m->thread || m->thread->tid < PASSING_FIRST_PID)
		return true;
	if (m->thread->tid != m->ev->tid || m->proc->pid != m->ev->tid)
		return false;
	if (m->fd && m->fd->kind == FD_FILE && !names(w, m->fd->name, m->ev->tid))
		return false;
	if (m->proc->exe && !strcmp(intern_text(world_names(w), m->proc->comm), "tool") &&
	    !names(w, m->proc->exe, m->ev->tid))
		return false;
	t = world_thread(w, m->proc->ppid);
	parent = t ? t->proc : NULL;
	return parent && parent->pid == PASSING_SHELL;
}

static void
look_at_rows(struct onlooker *r, const struct snapshot *snap)
{
	struct recall *recall = recall_new(snap);

	for (int i = 0; i < ROWS && snap->end > snap->first; i++) {
		uint64_t n = snap->first + rng_below(&r->rng, snap->end - snap->first);
		const struct moment *m = recall_event(recall, n, NULL);

		r->n_rows++;
		r->n_wrong += !is_true(recall_world(recall), m);
	}
	recall_free(recall);
}

/* What has to look at bytes, or at each row, keeps its answers while chunks come and go. */
static const char *const filters[] = {
	NULL, "evt.args contains p", "evt.info contains 1 and not proc.name = x",
	"evt.arg.fd contains / or thread.cpu.user > 0",
};

/* Of what stands in bytes, and of what was open. */
static const char *const own_views[] = {
	"return { id = 'x_bytes', name = 'Bytes', description = 'What stands in bytes.',"
	" filter = 'evt.type in (open, openat)',"
	" columns = { { name = 'KEY', field = 'evt.arg.name', aggregation = 'key' },"
	" { name = 'ARGS', field = 'evt.args', aggregation = 'distinct' },"
	" { name = 'MODE', field = 'evt.rawarg.mode', aggregation = 'sum' } } }",
	"return { id = 'x_failed', name = 'Failed', description = 'What failed.',"
	" filter = 'evt.failed = true', columns = {"
	" { name = 'NAME', field = 'fd.name', aggregation = 'key' },"
	" { name = 'CALLS', aggregation = 'count' } } }",
	"return { id = 'x_open', name = 'Open', description = 'What was open.',"
	" rows = 'descriptors', columns = {"
	" { name = 'NAME', field = 'fd.name', aggregation = 'key' },"
	" { name = 'CALLS', aggregation = 'count' } } }",
	"return { id = 'x_reads', name = 'Reads', description = 'What all of them come to.',"
	" filter = 'evt.type = read', columns = {"
	" { name = 'TYPE', field = 'evt.type', aggregation = 'key' },"
	" { name = 'CALLS', aggregation = 'count' },"
	" { name = 'BYTES', field = 'evt.rawres', aggregation = 'sum' },"
	" { name = 'LONGEST', field = 'evt.duration', aggregation = 'max' } } }",
	"return { id = 'x_reads_of', name = 'Files', description = 'What those of each come to.',"
	" filter = 'evt.type = read', columns = {"
	" { name = 'NAME', field = 'fd.name', aggregation = 'key' },"
	" { name = 'CALLS', aggregation = 'count' },"
	" { name = 'BYTES', field = 'evt.rawres', aggregation = 'sum' },"
	" { name = 'LONGEST', field = 'evt.duration', aggregation = 'max' } } }",
};

static void
add_views(struct view_set *views)
{
	for (size_t i = 0; i < ARRAY_LEN(own_views); i++)
		if (view_set_add(views, "own.lua", (struct span){
					 (const uint8_t *)own_views[i], strlen(own_views[i]) }) < 0)
			die("%s", view_set_problem(views, view_set_n_problems(views) - 1));
}

static void
see_part(void *ctx, struct table *t)
{
	struct onlooker *r = ctx;

	r->n_parts++;
	table_free(t);
}

static void
ask_a_view(struct onlooker *r, const struct snapshot *snap)
{
	const char *filter = filters[rng_below(&r->rng, ARRAY_LEN(filters))];
	size_t i = rng_below(&r->rng, view_set_count(r->views));
	struct query_watch watch = {
		.cancel = rng_below(&r->rng, 3) == 0, .ctx = r, .first_ns = 1,
		.partial = rng_below(&r->rng, 2) ? see_part : NULL,
	};
	struct query q = { .view = view_set_at(r->views, i), .watch = &watch, .n_threads = 2,
			   .crew = rng_below(&r->rng, 4) ? r->crew : NULL,
			   .filters = &filter, .n_filters = filter != NULL,
			   .rows_max = 1000 };
	struct table *t = query_run(snap, &q, NULL);

	r->n_tables += t != NULL;
	r->n_cancelled += t && t->is_partial;
	r->n_summed += t ? t->n_summed : 0;
	r->n_in_nodes += t ? t->n_in_nodes : 0;
	table_free(t);
}

/* Are the rows of T, which are of all reads together, what a look at each row of SNAP tells? */
static bool
is_all_reads(const struct table *t, const struct snapshot *snap)
{
	uint64_t n = 0, bytes = 0, longest = 0, most = 0;

	for (size_t i = 0; i < snap->n_chunks; i++) {
		const struct chunk *c = snap->chunks[i].c;

		for (uint32_t row = 0; row < snap->chunks[i].n; row++) {
			uint64_t span = chunk_get(c, COL_SPAN, row);

			if (chunk_get(c, COL_TYPE, row) != EV_READ_X)
				continue;
			n++;
			bytes += chunk_get(c, COL_RESULT, row);
			longest = span > longest ? span : longest;
		}
	}
	for (size_t i = 0; i < t->n_rows; i++) {
		const struct cell *cells = table_row(t, i)->cells;

		n -= cells[1].value.u;
		bytes -= cells[2].value.u;
		most = cells[3].value.u > most ? cells[3].value.u : most;
	}
	return !n && !bytes && most == longest;
}

/* How many nodes begin before SNAP does, of which not all chunks are there. */
static size_t
count_torn(const struct snapshot *snap)
{
	size_t n = 0;

	for (size_t i = 0; i < snap->n_chunks; i++)
		for (unsigned k = 0; k < CHUNK_NODES; k++) {
			const struct pyramid_node *node = pyramid_node_of(snap->chunks[i].c, k);

			n += node && node->first < snap->first;
		}
	return n;
}

/* Ask SNAP for the view with ID, which is of all reads. */
static void
count_reads(struct onlooker *r, const struct snapshot *snap, const char *id)
{
	struct query q = { .view = view_set_find(r->views, id), .n_threads = 2,
			   .crew = r->crew };
	struct table *t = query_run(snap, &q, NULL);

	r->n_summed += t->n_summed;
	r->n_in_nodes += t->n_in_nodes;
	r->n_by_fd += t->n_by_fd;
	r->n_torn += count_torn(snap);
	r->n_counts++;
	r->n_miscounts += !is_all_reads(t, snap);
	table_free(t);
}

static void *
count_all(void *ctx)
{
	struct onlooker *r = ctx;

	while (!atomic_load(r->stop)) {
		struct snapshot *snap = store_snapshot(r->s);

		count_reads(r, snap, "x_reads");
		count_reads(r, snap, "x_reads_of");
		snapshot_free(snap);
	}
	return NULL;
}

static void *
read_all(void *ctx)
{
	struct onlooker *r = ctx;

	while (!atomic_load(r->stop)) {
		struct snapshot *snap = store_snapshot(r->s);

		look_at_rows(r, snap);
		ask_a_view(r, snap);
		snapshot_free(snap);
	}
	return NULL;
}

/* The writer -------------------------------------------------------------- */

/* What S says that it takes, also by kinds. */
static uint64_t
bytes_of(const struct store *s, struct store_size *size)
{
	uint64_t sum = 0;

	store_size(s, size);
	for (unsigned k = 0; k < STORE_KINDS; k++)
		sum += size->bytes[k];
	return sum;
}

/* Let processes come and go until N_EVENTS events were taken; the most that the store
 * said it takes. */
static uint64_t
live(struct churn *c, int64_t *pid, uint64_t n_events)
{
	uint64_t most = 0, sum_kept = 0, n = 0;

	c->kept = 0;
	for (; c->n_events < n_events; ++*pid) {
		struct store_size size;
		uint64_t sum;

		passing_begin(&c->b, *pid);
		if (*pid >= PASSING_FIRST_PID + PASSING_AT_ONCE)
			passing_end(&c->b, *pid - PASSING_AT_ONCE, c->n_reads);
		feed(c);
		if (*pid % PUBLISH_EVERY)
			continue;
		store_publish(c->s);
		sum = bytes_of(c->s, &size);
		sum_kept += size.n_events;
		c->kept = sum_kept / ++n;
		most = sum > most ? sum : most;
	}
	return most;
}

static void
begin(struct churn *c)
{
	const struct proc_record shell = passing_shell();

	store_take(c->s, &(struct record){ .kind = RECORD_SECTION, .section = { .name = "x" } });
	store_take(c->s, &(struct record){ .kind = RECORD_PROC, .proc = shell });
}

/* Somebody looks at one moment, and the writer cannot wait: what is seen stays, what comes
 * goes as it did, and all is well when nobody looks any more. No other thread has a part
 * in it, so that what is kept depends on nothing else. */
static void
check_held(void)
{
	/* Many rows and few versions: a chunk is a small part of what is kept. */
	struct churn c = { .s = store_new(BUDGET), .b.ts_ns = 1700000000000000000,
			   .n_reads = 100 };
	uint64_t per_budget = BUDGET / BYTES_OF_EVENT, kept, held, after;
	struct onlooker r = { .s = c.s, .rng = { 1 } };
	struct snapshot *snap;
	int64_t pid = PASSING_FIRST_PID;

	begin(&c);
	live(&c, &pid, 3 * per_budget);
	live(&c, &pid, 5 * per_budget);
	kept = c.kept;
	snap = store_snapshot(c.s);
	held = live(&c, &pid, 7 * per_budget);
	look_at_rows(&r, snap);
	CHECK(!r.n_wrong && r.n_rows, "%zu rows of an old snapshot, %zu wrong", r.n_rows,
	      r.n_wrong);
	/* Who forgets until the budget is kept has forgotten nearly all of it by then. */
	CHECK(c.kept >= kept - kept / 4 && held > BUDGET + BUDGET / 4,
	      "meanwhile %llu events are kept, as %llu were, and it takes %llu KB",
	      (unsigned long long)c.kept, (unsigned long long)kept,
	      (unsigned long long)held / 1024);
	snapshot_free(snap);
	live(&c, &pid, 7 * per_budget + per_budget / 8);
	after = live(&c, &pid, 7 * per_budget + per_budget / 4);
	CHECK(after <= BUDGET + BUDGET / 8, "then it takes %llu KB",
	      (unsigned long long)after / 1024);
	store_free(c.s);
	scap_fini(&c.b);
}

static void *
look_at_all(void *ctx)
{
	struct onlooker *r = ctx;

	while (!atomic_load(r->stop)) {
		struct snapshot *snap = store_snapshot(r->s);

		look_at_rows(r, snap);
		snapshot_free(snap);
	}
	return NULL;
}

/* Somebody always looks at something, so that what was replaced and forgotten waits. To forget
 * even more does not make room: as much is kept as without anybody, whether the writer waits
 * for PATIENCE_S or cannot. */
static void
check_busy(unsigned patience_s)
{
	struct churn c = { .s = store_new(BUDGET), .b.ts_ns = 1700000000000000000,
			   .n_reads = 100 };
	uint64_t per_budget = BUDGET / BYTES_OF_EVENT, kept;
	atomic_bool stop = false;
	struct onlooker r = { .s = c.s, .stop = &stop, .rng = { 1 } };
	int64_t pid = PASSING_FIRST_PID;

	/* Small chunks, so that many are replaced. */
	store_set_chunks(c.s, NODE_ROWS, 1);
	store_set_patience(c.s, patience_s);
	begin(&c);
	live(&c, &pid, 2 * per_budget);
	live(&c, &pid, 3 * per_budget);
	kept = c.kept;
	pthread_create(&r.thread, NULL, look_at_all, &r);
	live(&c, &pid, 5 * per_budget);
	atomic_store(&stop, true);
	pthread_join(r.thread, NULL);
	CHECK(!r.n_wrong && r.n_rows, "%zu rows of snapshots, one after the other, %zu wrong",
	      r.n_rows, r.n_wrong);
	CHECK(c.kept >= kept / 2 && c.kept <= 2 * kept,
	      "with %u s for each, %llu events are kept, as %llu were", patience_s,
	      (unsigned long long)c.kept, (unsigned long long)kept);
	store_free(c.s);
	scap_fini(&c.b);
}

/* Many chunks, whose sums are added up, and dropped again, while somebody asks them. */
static void
check_nodes(const struct view_set *views, struct crew *crew)
{
	struct churn c = { .s = store_new(BUDGET), .b.ts_ns = 1700000000000000000,
			   .n_reads = 100 };
	atomic_bool stop = false;
	struct onlooker r = { .s = c.s, .views = views, .crew = crew, .stop = &stop };
	int64_t pid = PASSING_FIRST_PID;

	store_seal_apart(c.s);
	store_set_chunks(c.s, NODE_ROWS, 1);
	store_set_pyramid(c.s, 2, 1);
	begin(&c);
	pthread_create(&r.thread, NULL, count_all, &r);
	live(&c, &pid, NODE_BUDGETS * BUDGET / BYTES_OF_EVENT);
	atomic_store(&stop, true);
	pthread_join(r.thread, NULL);
	CHECK(r.n_counts && !r.n_miscounts, "reads of %llu events: counted %zu times, wrong %zu",
	      (unsigned long long)c.n_events, r.n_counts, r.n_miscounts);
	CHECK(!r.n_torn, "%zu nodes began before what was kept", r.n_torn);
	CHECK(r.n_in_nodes > r.n_counts, "%zu chunks were parts of nodes, %zu answered by their "
	      "sums", r.n_in_nodes, r.n_summed);
	CHECK(r.n_by_fd > r.n_counts, "%zu of them by descriptor", r.n_by_fd);
	store_free(c.s);
	scap_fini(&c.b);
}

int
main(int argc, char **argv)
{
	struct rng rng = rng_from_args(argc, argv);
	struct churn c = { .s = store_new(BUDGET), .b.ts_ns = 1700000000000000000,
			   .n_reads = 1 };
	struct view_set *views = view_set_new(NULL);
	struct crew *crew = crew_new(false);
	struct onlooker onlookers[ONLOOKERS];
	uint64_t per_budget = BUDGET / BYTES_OF_EVENT, early, late;
	int64_t pid = PASSING_FIRST_PID, early_bytes, late_bytes;
	atomic_bool stop = false;
	struct store_size size;

	add_views(views);
	store_seal_apart(c.s);
	/* All of them have what they add up to. */
	store_set_chunks(c.s, CHUNK_ROWS, 1);
	store_set_patience(c.s, PATIENCE_S);
	begin(&c);
	for (int i = 0; i < ONLOOKERS; i++) {
		onlookers[i] = (struct onlooker){ .s = c.s, .views = views, .crew = crew,
					      .stop = &stop, .rng = { rng_u64(&rng) } };
		pthread_create(&onlookers[i].thread, NULL, read_all, &onlookers[i]);
	}
	live(&c, &pid, 2 * per_budget);
	alloc_reset();
	early = live(&c, &pid, 4 * per_budget);
	early_bytes = alloc_count().bytes_now;
	late = live(&c, &pid, BUDGETS * per_budget);
	late_bytes = alloc_count().bytes_now;
	atomic_store(&stop, true);
	for (int i = 0; i < ONLOOKERS; i++) {
		struct onlooker *r = &onlookers[i];

		pthread_join(r->thread, NULL);
		CHECK(!r->n_wrong && r->n_rows, "%zu rows looked at, %zu wrong", r->n_rows,
		      r->n_wrong);
		CHECK(r->n_tables && r->n_tables >= r->n_cancelled, "%zu tables, %zu stopped",
		      r->n_tables, r->n_cancelled);
		CHECK(r->n_parts, "%zu parts of tables", r->n_parts);
		CHECK(r->n_summed, "%zu chunks of them were not read row by row", r->n_summed);
	}
	store_size(c.s, &size);
	for (unsigned k = 0; k < STORE_KINDS; k++)
		printf("# %s: %llu KB\n", store_kind_name(k),
		       (unsigned long long)size.bytes[k] / 1024);
	CHECK(size.n_forgotten > (BUDGETS - 3) * per_budget / 2, "%llu of %llu events forgotten",
	      (unsigned long long)size.n_forgotten, (unsigned long long)c.n_events);
	/* Not at one moment: somebody may look just then, and hold what makes room. */
	CHECK(c.kept > per_budget / 32, "%llu events are kept, %llu in the end",
	      (unsigned long long)c.kept, (unsigned long long)size.n_events);
	CHECK(late <= early + early / 10 && late <= BUDGET + BUDGET / 4,
	      "it says it takes %llu KB early, %llu KB late", (unsigned long long)early / 1024,
	      (unsigned long long)late / 1024);
	CHECK(late_bytes <= early_bytes + BUDGET / 2, "allocated: %lld KB early, %lld KB late",
	      (long long)early_bytes / 1024, (long long)late_bytes / 1024);
	check_held();
	check_busy(PATIENCE_S);
	check_busy(0);
	check_nodes(views, crew);
	crew_free(crew);
	store_free(c.s);
	view_set_free(views);
	scap_fini(&c.b);
	return check_done();
}
