/* Spectrograms as text, on terminals of any width. */
#include <fcntl.h>
#include <unistd.h>

#include "engine/filter/filter.h"
#include "engine/query/slices.h"
#include "tests/lib/check.h"
#include "tests/lib/tempdir.h"
#include "tests/unit/query_kit.h"
#include "ui/cli/output.h"
#include "ui/cli/spectrum_out.h"

#define PID 100
#define CALLS 10u
#define SLICES 3u

/* Calls that take 1 ns, 10 ns and so on up to 1 s. */
static void
make(struct system *y)
{
	uint64_t took_ns = 1;

	*y = (struct system){ .s = store_new(0) };
	store_take(y->s, &(struct record){ .kind = RECORD_SECTION, .section = { .name = "x" } });
	proc(y, PID, 1, "app");
	scap_at(&y->b, START_NS, PID, 0);
	for (size_t i = 0; i < CALLS; i++, took_ns *= 10) {
		scap_event(&y->b, EV_CLOSE_E, N(9));
		y->b.ts_ns += took_ns;
		scap_event(&y->b, EV_CLOSE_X, N(0));
	}
	feed(y);
	store_end(y->s);
}

static const struct {
	size_t width_cols;
	size_t line_cols;		/* of the picture */
	const char *scale;
} cases[] = {
	{ 0, 80, "             1ns   10ns  100ns 1us   10us  100us 1ms   10ms  100ms 1s      "
		 "CALLS\n" },
	{ 200, 80, "             1ns   10ns  100ns 1us " },
	{ 80, 80, "             1ns   10ns  100ns 1us " },
	{ 79, 50, "             1ns   100ns 10us  1ms   100ms   CALLS\n" },
	{ 50, 50, "             1ns   100ns 10us  1ms " },
	{ 49, 40, "             1ns 100ns 100us   1s  CALLS\n" },
	{ 30, 30, "             1ns 10us    CALLS\n" },
	{ 1, 30, "             1ns 10us    CALLS\n" },
};

static void
show(const struct system *y, const struct view_set *views, size_t width_cols, int fd)
{
	struct snapshot *snap = store_snapshot(y->s);
	const struct view *view = view_set_find(views, "spectro_all");
	const char *filters[] = { view->filter.text };
	struct slices_question q = { .filters = filters, .n_filters = 1,
				     .span = view->columns[0].of.text };
	struct spectrum_look look = { .view = view, .n_slices = SLICES,
				      .width_cols = width_cols };
	struct output out;
	struct err err = { 0 };

	output_init(&out, fd);
	CHECK(spectrum_out(snap, &q, &look, &out, &err) == 0 && output_end(&out),
	      "%zu columns are shown: %s", width_cols, err.text);
	output_fini(&out);
	snapshot_free(snap);
}

/* All lines but the last are of so many columns, and no call is missing. */
static void
check_lines(const char *text, size_t line_cols)
{
	unsigned long n_calls = 0;
	size_t n = 0;

	for (const char *end; n < SLICES + 1 && (end = strchr(text, '\n')); text = end + 1, n++) {
		CHECK((size_t)(end - text) == line_cols, "  line %zu has %zu columns", n,
		      (size_t)(end - text));
		if (n)
			n_calls += strtoul(end - 6, NULL, 10);
	}
	CHECK(n == SLICES + 1 && n_calls == CALLS, "  %zu lines of %lu calls", n, n_calls);
}

int
main(void)
{
	static struct filter_options options;
	struct view_set *views = view_set_new(&options);
	struct system y;
	struct tempdir dir;
	char path[256];

	make(&y);
	tempdir_init(&dir);
	tempdir_path(&dir, "out", path);
	for (size_t i = 0; i < ARRAY_LEN(cases); i++) {
		int fd = open(path, O_RDWR | O_CREAT | O_TRUNC | O_CLOEXEC, 0600);
		char text[4096];
		ssize_t n;

		if (fd < 0)
			die("cannot write %s", path);
		show(&y, views, cases[i].width_cols, fd);
		n = pread(fd, text, sizeof(text) - 1, 0);
		text[n > 0 ? n : 0] = '\0';
		CHECK(!strncmp(text, cases[i].scale, strlen(cases[i].scale)), "  scale: %.*s",
		      (int)strcspn(text, "\n"), text);
		check_lines(text, cases[i].line_cols);
		close(fd);
	}
	tempdir_fini(&dir);
	view_set_free(views);
	store_free(y.s);
	scap_fini(&y.b);
	return check_done();
}
