/* What chunks add up to by descriptor says the same as their rows: of tables of a server that
 * reads and writes a few files and connections, and does not find others. */
#include "engine/query/show.h"
#include "tests/lib/check.h"
#include "tests/lib/rng.h"
#include "tests/unit/query_kit.h"

#define ROUNDS 900
#define CHUNK 100			/* rows, */
#define MIXED_CHUNK 400			/* and where not all kinds of descriptors pay */
#define SOCKETS 4			/* from FIRST_FD on, and as many files behind them */
#define FIRST_FD 3
#define O_DIRECTORY 0x400		/* as captures have it */

/* What could not be opened has its name in its bytes. */
static const char *const own_views[] = {
	"return { id = \"names\", name = \"Names\", description = \"What each program used.\",\n"
	"  columns = {\n"
	"    { name = \"NAME\", field = \"proc.name\", aggregation = \"key\", width = 9,\n"
	"      description = \"The program.\" },\n"
	"    { name = \"FILES\", field = \"fd.name\", aggregation = \"distinct\", width = 9,\n"
	"      description = \"How many names there are.\" },\n"
	"    { name = \"LAST\", field = \"fd.name\", width = 9,\n"
	"      description = \"The last one.\" },\n"
	"    { name = \"P95\", field = \"evt.duration\", aggregation = \"p95\", width = 9,\n"
	"      description = \"How long calls took.\" } } }\n",
	"return { id = \"odd\", name = \"Odd\", description = \"Some of what it used.\",\n"
	"  columns = {\n"
	"    { name = \"NAME\", field = \"proc.name\", aggregation = \"key\", width = 9,\n"
	"      description = \"The program.\" },\n"
	"    { name = \"ODD\", aggregation = \"count\", width = 9,\n"
	"      only = \"fd.name contains 1\", description = \"Of some of them.\" } } }\n",
};

static const struct {
	const char *id, *filter;
	uint64_t first, end;		/* end 0: all */
	bool is_by_fd;
} questions[] = {
	{ "names", NULL, 0, 0, true },
	{ "odd", NULL, 0, 0, true },
	{ "connections", NULL, 0, 0, true },
	{ "connections", "fd.lport = 8001", 0, 0, true },
	{ "connections", NULL, 333, 1444, true },
	{ "connections", NULL, 401, 490, false },
	{ "sports", NULL, 0, 0, true },
	{ "peers", NULL, 0, 0, true },
	{ "files", NULL, 0, 0, true },
	{ "files", "evt.type = write and proc.name = web", 0, 0, true },
	{ "files", "evt.failed = true", 0, 0, true },
	{ "directories", NULL, 0, 0, true },
	{ "file_users", NULL, 0, 0, true },
	{ "syscalls", NULL, 0, 0, false },
	{ "syscalls", "fd.name contains 1", 0, 0, true },
};

static void
tell_fds(struct system *y)
{
	for (unsigned i = 0; i < 2 * SOCKETS; i++) {
		struct record rec = { .kind = RECORD_FD };
		char path[20];

		rec.fd = (struct fd_record){
			.tid = 100, .fd = FIRST_FD + i, .kind = FD_IPV4, .l4 = L4_TCP,
			.src_ip = { 10, 0, 0, 1 }, .src_port = (uint16_t)(8000 + i % 2),
			.dst_ip = { 10, 0, 1, (uint8_t)(1 + i) }, .dst_port = 40000 };
		snprintf(path, sizeof(path), "/srv/%u/data", i);
		if (i >= SOCKETS)
			rec.fd = (struct fd_record){ .tid = 100, .fd = FIRST_FD + i,
						     .kind = FD_FILE, .name = scap_span(path) };
		store_take(y->s, &rec);
	}
}

static void
do_something(struct system *y, struct rng *r, unsigned round)
{
	int64_t fd = FIRST_FD + (int64_t)rng_below(r, 2 * SOCKETS);
	char path[20];

	y->b.ts_ns += rng_bits(r, 9);
	switch (rng_below(r, 6)) {
	case 0:
		snprintf(path, sizeof(path), "/none-%u", round);
		scap_event(&y->b, EV_OPENAT_2_E, N(-100), T(path), N(1), N(0));
		y->b.ts_ns += rng_bits(r, 14);
		scap_event(&y->b, EV_OPENAT_2_X, N(-2), N(-100), T(path), N(1), N(0), N(1));
		break;
	case 1:
		/* Folders are used once. */
		snprintf(path, sizeof(path), "/some/%u", round);
		scap_event(&y->b, EV_OPENAT_2_E, N(-100), T(path), N(O_DIRECTORY), N(0));
		y->b.ts_ns += rng_bits(r, 14);
		scap_event(&y->b, EV_OPENAT_2_X, N(100), N(-100), T(path), N(O_DIRECTORY), N(0),
			   N(1));
		break;
	case 2:
		scap_event(&y->b, EV_WRITE_E, N(fd), N(8));
		y->b.ts_ns += rng_bits(r, 18);
		scap_event(&y->b, EV_WRITE_X, N(8), scap_empty());
		break;
	default:
		scap_event(&y->b, EV_READ_E, N(fd), N(100));
		y->b.ts_ns += rng_bits(r, 14);
		scap_event(&y->b, EV_READ_X, N(rng_below(r, 6) ? 7 : -11), scap_empty());
	}
}

/* The same each time, but for how many rows chunks have, and pay for a group of sums. */
static void
make(struct system *y, uint32_t n_rows, unsigned pays)
{
	struct rng r = { 1 };

	*y = (struct system){ .s = store_new(0) };
	store_set_chunks(y->s, n_rows, pays);
	store_set_pyramid(y->s, 3, 1);
	store_take(y->s, &(struct record){ .kind = RECORD_SECTION, .section = { .name = "x" } });
	proc(y, 1, 0, "init");
	proc(y, 100, 1, "web");
	tell_fds(y);
	scap_at(&y->b, START_NS, 100, 0);
	for (unsigned i = 0; i < ROUNDS; i++)
		do_something(y, &r, i);
	feed(y);
	store_end(y->s);
	store_publish(y->s);
}

/* All of T, exactly. */
static struct text
print(const struct table *t)
{
	struct text out = { 0 };

	for (size_t i = 0; i < t->n_rows; i++) {
		for (size_t k = 0; k < t->n_columns; k++) {
			show_exact(t->columns[k], &table_row(t, i)->cells[k], &out);
			text_char(&out, ' ');
		}
		text_char(&out, '\n');
	}
	return out;
}

/* Question I. */
static void
check_question(const struct snapshot *summed, const struct snapshot *plain,
	       const struct view_set *views, size_t i)
{
	struct query q = { .filters = &questions[i].filter,
			   .n_filters = questions[i].filter != NULL,
			   .first = questions[i].first, .end = questions[i].end };
	struct table *a = ask(summed, views, questions[i].id, &q);
	struct table *b = ask(plain, views, questions[i].id, &q);
	struct text x = print(a), y = print(b);

	CHECK(x.len && x.len == y.len && !memcmp(x.p, y.p, x.len), "%s where %s, %llu to %llu: "
	      "%zu rows", questions[i].id, q.n_filters ? q.filters[0] : "-",
	      (unsigned long long)q.first, (unsigned long long)q.end, a->n_rows);
	CHECK(!a->n_by_fd == !questions[i].is_by_fd && !b->n_by_fd && !b->n_summed,
	      "  %zu chunks by descriptor, %zu by other sums, %zu in nodes", a->n_by_fd,
	      a->n_summed, a->n_in_nodes);
	text_fini(&x);
	text_fini(&y);
	table_free(a);
	table_free(b);
}

/* All questions to a store with so many rows in a chunk, of which PAYS pay for a group. */
static void
check_all(const struct view_set *views, uint32_t n_rows, unsigned pays)
{
	struct snapshot *summed, *plain;
	struct system a, b;

	make(&a, n_rows, pays);
	make(&b, n_rows, UINT16_MAX);
	summed = store_snapshot(a.s);
	plain = store_snapshot(b.s);
	for (size_t i = 0; i < sizeof(questions) / sizeof(questions[0]); i++)
		check_question(summed, plain, views, i);
	snapshot_free(summed);
	snapshot_free(plain);
	store_free(a.s);
	store_free(b.s);
	scap_fini(&a.b);
	scap_fini(&b.b);
}

int
main(void)
{
	struct view_set *views = view_set_new(NULL);

	for (size_t i = 0; i < sizeof(own_views) / sizeof(own_views[0]); i++)
		if (view_set_add(views, "own.lua", (struct span){ (const uint8_t *)own_views[i],
								  strlen(own_views[i]) }) < 0)
			die("%s", view_set_problem(views, 0));
	check_all(views, CHUNK, 1);
	check_all(views, MIXED_CHUNK, 2);
	view_set_free(views);
	return check_done();
}
