#include "tests/lib/check.h"
#include "tests/lib/screen.h"
#include "ui/grid.h"

static const struct grid_column columns[] = {
	{ "NAME", 8, false, false }, { "PID", 5, true, false }, { "BYTES", 6, true, false },
	{ "PATH", 0, false, false },
};

struct row {
	uint64_t id;
	const char *cells[4];
	unsigned level;
};

static struct row rows[] = {
	{ 1, { "nginx", "100", "12.3M", "/var/log/access.log" }, 0 },
	{ 2, { "日本語の名前", "101", "4.0K", "/srv" }, 1 },
	{ 3, { "sh\033[31m", "102", "0", "; touch x" }, 2 },
	{ 4, { "cat", "12345", "1.0K", "/etc/passwd" }, 0 },
	{ 5, { "db", "7", "9", "" }, 0 },
};

static void
cell(const void *ctx, size_t row, size_t column, struct text *t, enum style *s)
{
	const char *text = ((const struct row *)ctx)[row].cells[column];

	(void)s;
	text_safe(t, text, strlen(text));
}

static void
total(const void *ctx, size_t column, struct text *t)
{
	(void)ctx;
	if (column == 2)
		text_str(t, "12.3M");
}

static uint64_t
id(const void *ctx, size_t row)
{
	return ((const struct row *)ctx)[row].id;
}

static unsigned
level(const void *ctx, size_t row)
{
	return ((const struct row *)ctx)[row].level;
}

static struct grid_data data = {
	columns, 4, 5, 2, true, rows, cell, total, id, NULL, NULL, 0, false, "nothing here",
};

static bool
press(struct grid *g, const char *keys, struct area a)
{
	bool is_known = false;
	struct key k;

	while ((keys = key_parse(keys, &k)))
		is_known = grid_key(g, &data, &k, a);
	return is_known;
}

static void
redraw(struct grid *g, struct canvas *c, const char *lines, const char *what)
{
	canvas_clear(c);
	grid_draw(g, &data, canvas_area(c));
	screen_check(c, lines, what);
}

static void
test_draw(struct canvas *c)
{
	struct grid g = { 0 };

	redraw(&g, c,
	       " NAME       PID ▼BYTES PATH\n"
	       "›nginx      100  12.3M /var/log/acces…\n"
	       " 日本語 …   101   4.0K /srv\n"
	       " sh\\x1b[…   102      0 ; touch x\n"
	       " cat      12345   1.0K /etc/passwd\n"
	       "Σ                12.3M\n", "a table with its totals");
	press(&g, "End", canvas_area(c));
	redraw(&g, c,
	       " NAME       PID ▼BYTES PATH\n"
	       " 日本語 …   101   4.0K /srv\n"
	       " sh\\x1b[…   102      0 ; touch x\n"
	       " cat      12345   1.0K /etc/passwd\n"
	       "›db           7      9\n"
	       "Σ                12.3M\n", "its end");
	data.level = level;
	press(&g, "Home", canvas_area(c));
	g.search = "10";
	redraw(&g, c,
	       " NAME       PID ▼BYTES PATH\n"
	       "›nginx      100  12.3M /var/log/acces…\n"
	       " └ 日本 …   101   4.0K /srv\n"
	       "   └ sh\\…   102      0 ; touch x\n"
	       " cat      12345   1.0K /etc/passwd\n"
	       "Σ                12.3M\n", "as a tree");
	CHECK(c->cells[2 * 38 + 12].style == STYLE_MATCH &&
	      c->cells[2 * 38 + 11].style == STYLE_TEXT &&
	      c->cells[2 * 38 + 14].style == STYLE_TEXT, "what is searched is marked");
	data.level = NULL;
	data.n_rows = 0;
	redraw(&g, c, " NAME       PID ▼BYTES PATH\n\n  nothing here\n\n\nΣ                12.3M\n",
	       "no rows");
	data.n_rows = 5;
}

static void
test_columns(struct canvas *c)
{
	struct area a = area_part(canvas_area(c), 0, 0, 3, 20);
	struct grid g = { 0 };

	canvas_clear(c);
	grid_draw(&g, &data, a);
	screen_check(c, " NAME       PID    ›\n›nginx      100\n 日本語 …   101\n",
		     "columns that do not fit");
	press(&g, "Right Right", a);
	canvas_clear(c);
	grid_draw(&g, &data, a);
	screen_check(c, "‹NAME     PATH\n›nginx    /var/log/…\n 日本語 … /srv\n",
		     "scrolled: the first column stays");
	press(&g, "Right", a);
	CHECK(g.first == 2, "no further than to the last one");
	press(&g, "Left Left Left", a);
	CHECK(g.first == 0, "and back");
	CHECK(press(&g, "> > >", a) && g.mark == 3 && g.first == 2, "the mark is kept in sight");
	CHECK(press(&g, "> >", a) && g.mark == 3, "it ends at the last column");
	CHECK(press(&g, "<", a) && g.mark == 2, "the one before");
	canvas_clear(c);
	grid_draw(&g, &data, a);
	screen_check(c, "‹NAME     ▼BYTES   ›\n›nginx   [ 12.3M]\n 日本語 …   4.0K\n",
		     "a mark is seen without colours");
	CHECK(press(&g, "< < < <", a) && g.mark == 0, "and at the first");
}

static void
test_selection(struct canvas *c)
{
	struct area a = canvas_area(c);
	struct grid g = { 0 };
	struct row first = rows[0];

	press(&g, "Down Down Down", a);
	CHECK(g.selected == 4, "a row is selected");
	data.n_rows = 4;
	memmove(rows, rows + 1, 4 * sizeof(*rows));
	grid_adopt(&g, &data, 3);
	CHECK(g.rows.at == 2, "it stays selected where it is now");
	data.n_rows = 1;
	grid_adopt(&g, &data, 3);
	CHECK(g.rows.at == 0, "when it is gone, one that is there");
	data.n_rows = 0;
	grid_adopt(&g, &data, 3);
	data.n_rows = 4;
	grid_adopt(&g, &data, 3);
	CHECK(g.rows.at == 2, "when it comes back, that one");
	memmove(rows + 1, rows, 4 * sizeof(*rows));
	rows[0] = first;
	data.n_rows = 5;
}

static void
test_mouse(struct canvas *c)
{
	struct area a = area_part(canvas_area(c), 1, 1, 5, 37);
	struct grid g = { 0 };
	struct key k = screen_mouse(MOUSE_PRESS, 3, 12);
	size_t found[2];

	CHECK(grid_key(&g, &data, &k, a) && g.selected == 2 && g.mark == 1,
	      "a click selects row and column");
	k = screen_mouse(MOUSE_PRESS, 1, 20);
	CHECK(grid_at(&g, &data, a, &k, found) == GRID_HEADING && found[1] == 2, "a heading");
	k = screen_mouse(MOUSE_PRESS, 5, 20);
	CHECK(grid_at(&g, &data, a, &k, found) == GRID_TOTAL, "the totals");
	k = screen_mouse(MOUSE_PRESS, 0, 20);
	CHECK(grid_at(&g, &data, a, &k, found) == GRID_NOTHING, "above it");
	k = screen_mouse(MOUSE_WHEEL_DOWN, 3, 12);
	CHECK(grid_key(&g, &data, &k, a) && g.rows.at == 4, "the wheel");
}

/* The row that has TEXT, from row FROM on. */
static size_t
found(const char *text, size_t from, bool is_backwards)
{
	struct grid_search s = { text, is_backwards, from, data.n_rows };
	size_t row = grid_find(&data, &s, 100);

	CHECK(!s.left, "the search is over");
	return row;
}

static void
test_search_in_pieces(void)
{
	struct grid_search s = { "sh", false, 0, data.n_rows };

	CHECK(grid_find(&data, &s, 2) == SIZE_MAX && s.left == 3 && s.at == 2, "two rows at once");
	CHECK(grid_find(&data, &s, 2) == 2 && !s.left, "it goes on there");
	s = (struct grid_search){ "sh", false, 99, 5 };
	CHECK(grid_find(&data, &s, 100) == 2, "from a row that is gone");
	data.n_rows = 0;
	s = (struct grid_search){ "sh", false, 3, 5 };
	CHECK(grid_find(&data, &s, 100) == SIZE_MAX && !s.left, "among none");
	data.n_rows = 5;
}

static void
test_find(struct canvas *c)
{
	struct grid g = { 0 };

	grid_select(&g, &data, 0, canvas_area(c));
	CHECK(found("10", 1, false) == 1, "numbers are found");
	CHECK(found("NGINX", 0, false) == 0, "in any case, from here");
	CHECK(found("10", 4, true) == 2, "backwards");
	CHECK(found("nginx", 3, false) == 0, "round the end");
	CHECK(found("nothing", 0, false) == SIZE_MAX, "what is not there");
	CHECK(found("\\x1b", 0, false) == 2, "as it is shown");
	test_search_in_pieces();
	g.first = 0;
	grid_show_hit(&g, &data, 4, "9", area_part(canvas_area(c), 0, 0, 6, 14));
	CHECK(g.rows.at == 4 && g.first == 1, "what was found is scrolled to: %zu", g.first);
	g.first = 0;
}

int
main(void)
{
	struct canvas c = screen_new(6, 38);
	unsigned n_left = 0;
	struct grid g = { 0 };

	test_draw(&c);
	test_columns(&c);
	test_selection(&c);
	test_mouse(&c);
	test_find(&c);
	for (unsigned n_rows = 0; n_rows <= 6; n_rows++)
		for (unsigned n_cols = 0; n_cols <= 38; n_cols++) {
			canvas_clear(&c);
			grid_draw(&g, &data, area_part(canvas_area(&c), 0, 0, n_rows, n_cols));
			n_left += !screen_kept_inside(&c, n_rows, n_cols);
			press(&g, "Down Right > PgDn Left <",
			      area_part(canvas_area(&c), 0, 0, n_rows, n_cols));
		}
	CHECK(!n_left, "areas of any size are not left: %u were", n_left);
	canvas_fini(&c);
	return check_done();
}
