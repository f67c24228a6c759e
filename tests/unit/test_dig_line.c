/* A line of an event: colours tell what failed, what was read and what was written. */
#include "engine/query/cursor.h"
#include "tests/lib/check.h"
#include "tests/unit/query_kit.h"
#include "ui/dig_line.h"

static void
make(struct system *y)
{
	store_take(y->s, &(struct record){ .kind = RECORD_SECTION, .section = { .name = "x" } });
	proc(y, 7, 1, "app");
	scap_at(&y->b, START_NS, 7, 0);
	scap_event(&y->b, EV_OPEN_X, N(-2), T("/none"), N(1), N(0));
	scap_event(&y->b, EV_OPEN_X, N(3), T("/srv/a"), N(1), N(0));
	scap_event(&y->b, EV_READ_E, N(3), N(100));
	scap_event(&y->b, EV_READ_X, N(5), scap_bytes("hello", 5));
	scap_event(&y->b, EV_WRITE_E, N(3), N(100));
	scap_event(&y->b, EV_WRITE_X, N(5), scap_bytes("hello", 5));
	scap_event(&y->b, EV_WRITE_E, N(3), N(100));
	scap_event(&y->b, EV_WRITE_X, N(-28), scap_empty());
	feed(y);
}

/* The style of what L says of the call, and of who makes it. */
static void
check_styles(struct dig_line *l, struct cursor *c, uint64_t first)
{
	static const struct {
		unsigned event;		/* counted from 0 */
		const char *what;
		enum style style;
	} cases[] = {
		{ 0, "an open that failed", STYLE_ERROR }, { 1, "one that did not", STYLE_TEXT },
		{ 3, "a read", STYLE_READ }, { 5, "a write", STYLE_WRITE },
		{ 7, "a write that failed", STYLE_ERROR },
	};

	for (size_t i = 0; i < ARRAY_LEN(cases); i++) {
		enum style name = STYLE_TEXT, args = STYLE_TEXT;

		dig_line_load(l, c, first + cases[i].event);
		dig_line_cell(l, l->n_shown - 1, &args);
		dig_line_cell(l, 0, &name);
		CHECK(args == cases[i].style && name == STYLE_TEXT, "%s: %d, %d", cases[i].what,
		      (int)args, (int)name);
	}
}

int
main(void)
{
	struct system y = { .s = store_new(0) };
	struct dig_line l;
	struct snapshot *snap;
	struct cursor *c;

	make(&y);
	snap = store_snapshot(y.s);
	c = cursor_new(snap, NULL);
	dig_line_init(&l);
	dig_line_choose(&l, &(struct dig_choice){ .n_cols = 120 });
	check_styles(&l, c, snap->first);
	dig_line_fini(&l);
	cursor_free(c);
	snapshot_free(snap);
	store_free(y.s);
	scap_fini(&y.b);
	return check_done();
}
