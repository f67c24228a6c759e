/* Cells of tables as text, and paths as conditions. */
#include <math.h>

#include "engine/base/err.h"
#include "engine/base/mem.h"
#include "engine/base/text.h"
#include "engine/filter/filter.h"
#include "engine/query/path.h"
#include "engine/query/show.h"
#include "engine/query/table.h"
#include "engine/query/view.h"
#include "tests/lib/check.h"

static const struct {
	double v;
	enum value_unit unit;
	unsigned width;
	const char *text;
} numbers[] = {
	{ 0, U_BYTES, 6, "0" },
	{ 1023, U_BYTES, 6, "1023" },
	{ 1024, U_BYTES, 6, "1.00K" },
	{ 1953, U_BYTES, 6, "1.91K" },
	{ 1048575, U_BYTES, 6, "1.00M" },
	{ 10.0 * 1024 * 1024, U_BYTES, 6, "10.0M" },
	{ 999.0 * 1024, U_BYTES, 6, "999K" },
	{ 1000.0 * 1024, U_BYTES, 6, "1000K" },
	{ 161.5, U_BYTES, 6, "162" },
	{ 2.25, U_BYTES, 6, "2.25" },
	{ 2.25, U_BYTES, 3, "2.2" },
	{ 1234567, U_BYTES, 4, "1.2M" },
	{ 12345678, U_BYTES, 3, "12M" },
	{ -2048, U_BYTES, 6, "-2.00K" },
	{ -2048, U_BYTES, 5, "-2.0K" },
	{ 1e300, U_BYTES, 6, NULL },
	{ 2048, U_KB, 6, "2.00M" },
	{ 0, U_NS, 8, "0ns" },
	{ 812, U_NS, 8, "812ns" },
	{ 3.64, U_NS, 8, "3.64ns" },
	{ 3640, U_NS, 8, "3.64us" },
	{ 12500000, U_NS, 8, "12.5ms" },
	{ 12500000, U_NS, 5, "12ms" },
	{ 999999999, U_NS, 8, "1.00s" },
	{ 59.96e9, U_NS, 8, "1m00s" },
	{ 125e9, U_NS, 8, "2m05s" },
	{ 3599.6e9, U_NS, 8, "1h00m" },
	{ 3600e9 * 3 + 420e9, U_NS, 8, "3h07m" },
	{ 86400e9 * 5 + 10800e9, U_NS, 8, "5d03h" },
	{ -5000, U_NS, 8, "-5.00us" },
	{ 12.34, U_PERCENT, 5, "12.3" },
	{ 1234.5, U_PERCENT, 5, "1234" },
	{ 1234567, U_NONE, 7, "1234567" },
	{ 12345678, U_NONE, 7, "12.3M" },
	{ 27.54, U_NONE, 7, "27.5" },
	{ 0.004, U_NONE, 7, "0.00" },
	{ 1234.5, U_NONE, 7, "1234" },
	{ 999.7, U_NONE, 7, "1.00K" },
};

static void
for_people(void)
{
	struct text t = { 0 };

	for (size_t i = 0; i < ARRAY_LEN(numbers); i++) {
		struct view_column c = { .type = T_DOUBLE, .unit = numbers[i].unit,
					 .aggregation = VIEW_RATE };
		struct cell cell = { CELL_KNOWN, { .d = numbers[i].v } };

		t.len = 0;
		show_cell(&c, &cell, numbers[i].width, &t);
		text_char(&t, '\0');
		if (numbers[i].text)
			CHECK_STR(t.p, numbers[i].text, "%g in %u columns", numbers[i].v,
				  numbers[i].width);
		else
			CHECK(t.len < 400, "%g is bounded", numbers[i].v);
	}
	text_fini(&t);
}

/* Whatever the number, six columns are enough for it, but not for a sign. */
static void
widths(void)
{
	static const enum value_unit units[] = { U_BYTES, U_KB, U_NS, U_NONE };
	struct text t = { 0 };
	size_t too_wide = 0;

	for (size_t u = 0; u < ARRAY_LEN(units); u++) {
		for (double v = 0.001; v < 1e15; v *= 1.37) {
			struct view_column c = { .type = T_DOUBLE, .unit = units[u],
						 .aggregation = VIEW_RATE };
			struct cell cell = { CELL_KNOWN, { .d = v } };

			t.len = 0;
			show_cell(&c, &cell, 6, &t);
			if (t.len > 6 && v < 86400e9 * 99 && too_wide++ == 0)
				printf("# %g in unit %d: %.*s\n", v, units[u], (int)t.len, t.p);
		}
	}
	CHECK(too_wide == 0, "numbers fit six columns");
	text_fini(&t);
}

static const char *
shown(const struct view_column *c, struct cell cell, bool exact, struct text *t)
{
	t->len = 0;
	if (exact)
		show_exact(c, &cell, t);
	else
		show_cell(c, &cell, 10, t);
	text_char(t, '\0');
	return t->p;
}

static void
states(void)
{
	struct view_column count = { .type = T_UINT, .aggregation = VIEW_COUNT };
	struct view_column rate = { .type = T_DOUBLE, .aggregation = VIEW_RATE, .unit = U_BYTES,
				    .is_per_second = true };
	struct view_column name = { .type = T_STR, .aggregation = VIEW_LAST };
	struct cell missing = { CELL_MISSING, { .u = 0 } };
	struct cell unsure = { CELL_UNSURE, { .u = 12 } };
	struct cell nan = { CELL_KNOWN, { .d = NAN } };
	struct cell third = { CELL_KNOWN, { .d = 1.0 / 3 } };
	struct cell evil = { CELL_KNOWN, { .s = { (const uint8_t *)"a\033[2Jb", 6 } } };
	struct text t = { 0 };

	CHECK_STR(shown(&count, missing, false, &t), "", "what is missing is blank");
	CHECK_STR(shown(&count, missing, true, &t), "", "for programs, too");
	CHECK_STR(shown(&count, unsure, false, &t), "12?", "what is unsure is marked");
	CHECK_STR(shown(&rate, nan, false, &t), "-", "no number");
	CHECK_STR(shown(&rate, nan, true, &t), "", "no number for programs");
	CHECK_STR(shown(&rate, third, true, &t), "0.33333333333333331", "all digits");
	CHECK_STR(shown(&name, evil, false, &t), "a\\x1b[2Jb", "texts are harmless");
	CHECK_STR(shown(&name, evil, true, &t), "a\\x1b[2Jb", "for programs, too");
	CHECK_STR(show_unit(&rate), "bytes/s", "the unit of a rate");
	CHECK_STR(show_unit(&count), "", "a count has no unit");
	text_fini(&t);
}

static void
cut(void)
{
	CHECK(show_width("ab\xc3\xa9", 4) == 3, "two bytes are one column");
	CHECK(show_width("\xe4\xb8\xad", 3) == 2, "one character is two columns");
	CHECK(show_fit("\xe4\xb8\xad\xe4\xb8\xad", 6, 3) == 3, "half a character does not fit");
	CHECK(!show_width(NULL, 0) && !show_fit(NULL, 0, 9), "nothing has no width");
	CHECK(show_fit("abc", 3, 9) == 3, "what fits is taken whole");
}

static const struct {
	const char *path;
	size_t n;
	const char *field, *filter;	/* of the last part */
} paths[] = {
	{ "", 0, NULL, NULL },
	{ "proc.name=nginx", 1, "proc.name", "proc.name = \"nginx\"" },
	{ "container.name=web/proc.name=nginx", 2, "proc.name", "proc.name = \"nginx\"" },
	{ "fd.name=/etc/passwd", 1, "fd.name", "fd.name = \"/etc/passwd\"" },
	{ "fd.name=/etc/passwd/proc.pid=12", 2, "proc.pid", "proc.pid = \"12\"" },
	{ "fd.name=/a/b=c/d", 1, "fd.name", "fd.name = \"/a/b=c/d\"" },
	{ "proc.aname[2] = x y", 1, "proc.aname[2]", "proc.aname[2] = \" x y\"" },
	{ "fd.name=a\"b\\c", 1, "fd.name", "fd.name = \"a\\\"b\\\\c\"" },
	{ "fd.name=", 1, "fd.name", "fd.name = \"\"" },
	{ "proc.name=\"a b\"", 1, "proc.name", "proc.name = \"a b\"" },
	{ "fd.name=\"/a/proc.name=x\"", 1, "fd.name", "fd.name = \"/a/proc.name=x\"" },
	{ "fd.name='/a\\\\b\\x0a\\'c'/proc.name=d", 2, "proc.name", "proc.name = \"d\"" },
	{ "proc.name=d/fd.name='a\\'b'", 2, "fd.name", "fd.name = 'a\\'b'" },
	{ "fd.name=\"a\"b", 1, "fd.name", "fd.name = \"\\\"a\\\"b\"" },
	{ "fd.name=\"a\\", 1, "fd.name", "fd.name = \"\\\"a\\\\\"" },
};

static void
conditions(void)
{
	for (size_t i = 0; i < ARRAY_LEN(paths); i++) {
		struct path p = { 0 };
		struct err err = { 0 };

		CHECK(!path_read(&p, paths[i].path, &err), "a path: %s %s", paths[i].path,
		      err.text);
		CHECK(p.n == paths[i].n, "  its parts");
		if (p.n && paths[i].n) {
			struct filter *f = filter_compile(p.parts[p.n - 1].filter, NULL, &err);

			CHECK_STR(p.parts[p.n - 1].field, paths[i].field, "  its field");
			CHECK_STR(p.parts[p.n - 1].filter, paths[i].filter, "  its filter");
			CHECK(f, "  it is one: %s", err.text);
			filter_free(f);
		}
		path_fini(&p);
	}
}

static void
wrong_paths(void)
{
	static const struct {
		const char *path;
		int at;
	} cases[] = {
		{ "nginx", 0 }, { "proc.name", 9 }, { "proc.nmae=x", 0 }, { "proc.name!=x", 9 },
		{ "/proc.name=x", 0 },
	};

	for (size_t i = 0; i < ARRAY_LEN(cases); i++) {
		struct path p = { 0 };
		struct err err = { 0 };

		CHECK(path_read(&p, cases[i].path, &err) < 0 && err.text[0], "no path: %s",
		      cases[i].path);
		CHECK(err.at == cases[i].at, "  at byte %d: %s", err.at, err.text);
		path_fini(&p);
	}
}

/* Any bytes in a cell make a condition that compiles. */
static void
any_value(void)
{
	static const uint8_t bytes[] = "\"'\\\033\xff)(,= or proc.pid=1\n\xe2\x80\xae";
	struct view_column c = { .type = T_STR, .select = { "proc.name", NULL } };
	struct text t = { 0 };
	struct err err = { 0 };

	for (size_t len = 0; len < sizeof(bytes); len++) {
		struct cell cell = { CELL_KNOWN, { .s = { bytes, len } } };
		struct filter *f;

		t.len = 0;
		path_condition(&c, &cell, &t);
		text_char(&t, '\0');
		f = filter_compile(t.p, NULL, &err);
		CHECK(f, "%zu bytes of nonsense: %s", len, err.text);
		filter_free(f);
	}
	text_fini(&t);
}

int
main(void)
{
	for_people();
	widths();
	states();
	cut();
	conditions();
	wrong_paths();
	any_value();
	return check_done();
}
