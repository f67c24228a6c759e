/*
 * What takes long is shown as far as it is, and Esc stops it: the filter that it was asked with
 * goes, and the table of before is there. What decides how long it takes is a gate.
 *
 *	test_slow SLOW_TERM
 */
#include <fcntl.h>
#include <string.h>
#include <sys/mman.h>
#include <unistd.h>

#include "engine/query/query.h"
#include "tests/lib/check.h"
#include "tests/lib/gated.h"
#include "tests/term/see.h"
#include "tests/term/vt.h"

#define ESC "\033[27u"			/* which needs no waiting for what follows */
#define IDLE_MS 300

static void
set_filter(struct vt *v, const char *text)
{
	vt_keys(v, "F4 ^U");
	vt_send(v, text, strlen(text));
	vt_keys(v, "Enter");
}

static void
stop(struct vt *v)
{
	vt_send(v, ESC, strlen(ESC));
}

/* Nothing was found yet. */
static void
test_early(struct vt *v, struct gate *g)
{
	gate_close(g);
	set_filter(v, "evt.buffer contains hell");
	CHECK(gate_await(g), "bytes have to be read");
	see(v, "looking 0%, Esc stops", "it takes long");
	see(v, "contains hell", "what is asked");
	stop(v);
	CHECK(vt_wait_gone(v, "contains hell"), "Esc takes the filter away");
	see(v, "2000", "the table of before");
	CHECK(vt_wait_gone(v, "looking"), "nobody looks for it any more");
	gate_open(g, SIZE_MAX);
	vt_settle(v, IDLE_MS);
	see(v, "2000", "where it stays");
	see_not(v, "contains hell", "without a filter");
}

/* A part was found. */
static void
test_late(struct vt *v, struct gate *g)
{
	gate_close(g);
	set_filter(v, "evt.buffer contains ello");
	CHECK(gate_await(g), "bytes have to be read");
	gate_sleep(QUERY_FIRST_NS);
	gate_open(g, GATED_PACK);
	see(v, "256", "a part of it");
	see(v, "Esc stops", "which is not all");
	stop(v);
	CHECK(vt_wait_gone(v, "contains ello"), "Esc takes the filter away");
	see(v, "2000", "and has the table of before");
	CHECK(vt_wait_gone(v, "256"), "instead of the part");
	gate_open(g, SIZE_MAX);
	vt_settle(v, IDLE_MS);
	see_not(v, "256", "which does not come back");
}

/* It ends by itself. */
static void
test_whole(struct vt *v, struct gate *g)
{
	gate_close(g);
	set_filter(v, "evt.buffer contains lo and evt.num > 20");
	CHECK(gate_await(g), "bytes have to be read");
	gate_sleep(QUERY_FIRST_NS);
	gate_open(g, GATED_PACK);
	see(v, "Esc stops", "it takes long");
	see_not(v, "1990", "and is not all there");
	gate_open(g, SIZE_MAX);
	see(v, "1990", "then it is all there");
	CHECK(vt_wait_gone(v, "Esc stops"), "and nobody is asked");
	stop(v);
	see(v, "contains lo", "Esc stops nothing that is over");
	see(v, "this is the top", "but goes up, where there is something above");
}

int
main(int argc, char **argv)
{
	char path[] = "/tmp/sysreel-slow-XXXXXX";
	int fd = mkstemp(path);
	char *words[] = { argc > 1 ? argv[1] : NULL, path, NULL };
	struct gate *g;
	struct vt *v;

	if (argc < 2 || fd < 0 || ftruncate(fd, sizeof(*g)) < 0)
		return 2;
	g = mmap(NULL, sizeof(*g), PROT_READ | PROT_WRITE, MAP_SHARED, fd, 0);
	if (g == MAP_FAILED)
		return 2;
	gate_open(g, SIZE_MAX);
	v = vt_start(&(struct vt_start){ .n_rows = 24, .n_cols = 100, .argv = words });
	see(v, "2000", "all calls");
	vt_settle(v, IDLE_MS);
	/* Nor for this timeline, whatever is asked for: the table alone reads. */
	vt_keys(v, "M M M M");
	see(v, "no samples", "another measure");
	CHECK(!atomic_load(&g->n_reads), "no bytes are needed for that, nor beforehand");
	test_early(v, g);
	test_late(v, g);
	test_whole(v, g);
	vt_keys(v, "q");
	CHECK(vt_ended(v) == 0 && vt_is_given_back(v), "it ends, and gives the terminal back");
	vt_free(v);
	munmap(g, sizeof(*g));
	close(fd);
	unlink(path);
	return check_done();
}
