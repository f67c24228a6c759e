/* The path: what is shown where it does not fit, and what is pressed. */
#include "ui/path.h"

#include "engine/base/mem.h"
#include "tests/lib/screen.h"

#define COLS_MAX 60

/* The same path in less and less room. */
static const struct {
	unsigned n_cols;
	const char *line;
} cases[] = {
	{ 60, "Containers › web › Processes › 17 db › Threads\n" },
	{ 46, "Containers › web › Processes › 17 db › Threads\n" },
	{ 45, "… › web › Processes › 17 db › Threads\n" },
	{ 37, "… › web › Processes › 17 db › Threads\n" },
	{ 36, "… › Processes › 17 db › Threads\n" },
	{ 31, "… › Processes › 17 db › Threads\n" },
	{ 30, "… › 17 db › Threads\n" },
	{ 11, "… › Threads\n" },
	{ 10, "… › Threa…\n" },
	{ 6, "… › T…\n" },
	{ 3, "… ›\n" },
	{ 0, "\n" },
};

static void
fill(struct path *p)
{
	p->n = 0;
	path_add(p, "Containers", 0, false);
	path_add(p, "web", 0, true);
	path_add(p, "Processes", 1, false);
	path_add(p, "17 db", 1, true);
	path_add(p, "Threads", PATH_HERE, false);
}

static void
test_room(void)
{
	struct path p = { 0 };

	for (size_t i = 0; i < ARRAY_LEN(cases); i++) {
		struct canvas c = screen_new(1, COLS_MAX);

		fill(&p);
		path_draw(&p, area_line(canvas_area(&c), 0, 0, cases[i].n_cols));
		screen_check(&c, cases[i].line, cases[i].line);
		CHECK(screen_kept_inside(&c, 1, cases[i].n_cols), "  in %u columns",
		      cases[i].n_cols);
		canvas_fini(&c);
	}
}

/* A row with a long name is cut, rather than left out; what it is called does no harm. */
static void
test_long(void)
{
	struct path p = { 0 };
	struct canvas c = screen_new(1, COLS_MAX);

	path_add(&p, "Files", 0, false);
	path_add(&p, "/a/file with a long \033name.txt", 0, true);
	path_add(&p, "Processes", PATH_HERE, false);
	path_draw(&p, area_line(canvas_area(&c), 0, 0, 40));
	screen_check(&c, "… › /a/file with a long    … › Processes\n", "a long name is cut");
	canvas_clear(&c);
	path_draw(&p, area_line(canvas_area(&c), 0, 0, 50));
	screen_check(&c, "… › /a/file with a long \\x1bname.txt › Processes\n",
		     "what is in it is harmless");
	canvas_fini(&c);
}

static void
test_pressed(void)
{
	struct canvas c = screen_new(2, COLS_MAX);
	struct path p = { 0 };
	struct key k = screen_mouse(MOUSE_PRESS, 1, 0);
	const struct path_part *part;

	fill(&p);
	path_draw(&p, area_line(canvas_area(&c), 1, 2, 36));
	k.col = 2 + 4;
	part = path_pressed(&p, &k);
	CHECK(part && part->level == 1 && !part->is_row, "the first part that is shown");
	k.col = 2 + 4 + 8;
	CHECK(path_pressed(&p, &k) == part, "up to its end");
	k.col++;
	CHECK(!path_pressed(&p, &k), "nothing is between it and the next one");
	k.col += 3;
	part = path_pressed(&p, &k);
	CHECK(part && part->level == 1 && part->is_row, "the row behind it");
	k.row = 0;
	CHECK(!path_pressed(&p, &k), "another line is none of it");
	k.row = 1;
	k.col = 2 + 30;
	CHECK(!path_pressed(&p, &k), "where one is, is nowhere to go");
	k.col = 2;
	CHECK(!path_pressed(&p, &k), "what is not shown cannot be pressed");
	canvas_fini(&c);
}

int
main(void)
{
	test_room();
	test_long();
	test_pressed();
	return check_done();
}
