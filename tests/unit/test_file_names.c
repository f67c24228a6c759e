#include "engine/record/file_names.h"

#include "engine/base/mem.h"
#include "tests/lib/check.h"

#define NOON_NS 1700049600000000000u	/* 2023-11-15 12:00:00 UTC */
#define FILES 4

static int32_t
an_hour_east(int64_t epoch_s)
{
	return epoch_s ? 3600 : 0;
}

/* The names of files that begin a minute after each other. OLD: what is removed. */
static const struct {
	struct file_names how;
	const char *names[FILES];
	const char *old[FILES];
} cases[] = {
	{ { .given = "o.scap" }, { "o.scap" }, { NULL } },
	{ { .given = "%H" }, { "%H" }, { NULL } },
	{ { .given = "o", .by_size = true }, { "o0", "o1", "o2", "o3" }, { NULL } },
	{ { .given = "o", .by_size = true, .n_ring = 3 }, { "o0", "o1", "o2", "o0" }, { NULL } },
	{ { .given = "o", .by_size = true, .n_ring = 12 }, { "o00", "o01", "o02", "o03" },
	  { NULL } },
	{ { .given = "o", .by_events = true, .n_ring = 12 }, { "o0", "o1", "o2", "o3" },
	  { NULL } },
	{ { .given = "o", .by_events = true, .n_ring = 2 }, { "o0", "o1", "o0", "o1" }, { NULL } },
	{ { .given = "o", .by_time = true }, { "o0", "o1", "o2", "o3" }, { NULL } },
	{ { .given = "o%H%M", .by_time = true }, { "o1200", "o1201", "o1202", "o1203" },
	  { NULL } },
	{ { .given = "o%H%M", .by_time = true, .utc_offset = an_hour_east },
	  { "o1300", "o1301", "o1302", "o1303" }, { NULL } },
	{ { .given = "o%H%M", .by_time = true, .n_ring = 2 },
	  { "o1200", "o1201", "o1202", "o1203" }, { NULL, NULL, "o1200", "o1201" } },
	{ { .given = "o%H%M", .by_time = true, .by_size = true },
	  { "o12000", "o12011", "o12022", "o12033" }, { NULL } },
	{ { .given = "o%H%M", .by_events = true }, { "o%H%M0", "o%H%M1" }, { NULL } },
	{ { .given = "o%Y", .by_time = true }, { "o2023", "o20231", "o20232", "o20233" },
	  { NULL } },
	{ { .given = "%%", .by_time = true }, { "%", "%1" }, { NULL } },
};

static bool
are_same(const char *a, const char *b)
{
	return a && b ? !strcmp(a, b) : a == b;
}

static void
names_follow(void)
{
	for (size_t i = 0; i < ARRAY_LEN(cases); i++) {
		struct file_names n = cases[i].how;

		for (size_t k = 0; k < FILES && cases[i].names[k]; k++) {
			char *old, *name = file_names_next(&n, NOON_NS + k * 60000000000u, &old);

			CHECK(are_same(name, cases[i].names[k]) && are_same(old, cases[i].old[k]),
			      "%zu: %s is called %s, %s", i, n.given, name, old ? old : "-");
			free(name);
			free(old);
		}
		file_names_fini(&n);
	}
}

static void
some_want_time(void)
{
	struct file_names n = { .given = "%H", .by_time = true };

	CHECK(file_names_want_time(&n), "a name of the time wants to know it");
	n.by_time = false;
	n.by_size = true;
	CHECK(!file_names_want_time(&n), "but only if there is a file for each time");
}

int
main(void)
{
	names_follow();
	some_want_time();
	return check_done();
}
