#include "tests/lib/check.h"
#include "tests/lib/screen.h"
#include "ui/menu.h"

static const char *const names[] = { "Connections", "Containers", "Errors", "Files",
				     "Processes", "Threads" };

static const char *
name_of(const void *ctx, size_t i)
{
	return ((const char *const *)ctx)[i];
}

static const struct menu_entries entries = { 6, name_of, names };

static enum menu_answer
press(struct menu *m, const char *keys, struct area a)
{
	enum menu_answer answer = MENU_IGNORED;
	struct key k;

	while ((keys = key_parse(keys, &k)))
		answer = menu_key(m, &k, a);
	return answer;
}

int
main(void)
{
	struct canvas c = screen_new(4, 16);
	unsigned n_left = 0;
	struct area a = canvas_area(&c);
	struct menu m = { 0 };
	struct key k;

	menu_open(&m, &entries, 4);
	menu_draw(&m, a);
	screen_check(&c, " Errors\n Files\n›Processes\n Threads\n", "the selected one is seen");
	CHECK(press(&m, "Home Up", a) == MENU_MOVED && menu_selected(&m) == 0, "the first one");
	CHECK(press(&m, "c o n", a) == MENU_MOVED && m.scroll.n == 2,
	      "typing narrows, in any case");
	canvas_clear(&c);
	menu_draw(&m, a);
	screen_check(&c, "›Connections\n Containers\n\nsearch con\n", "what was typed is shown");
	CHECK(press(&m, "t", a) == MENU_MOVED && menu_selected(&m) == 1, "to one");
	CHECK(press(&m, "z Enter", a) == MENU_MOVED && menu_selected(&m) == SIZE_MAX,
	      "nothing is left, and nothing can be chosen");
	CHECK(press(&m, "Backspace Enter", a) == MENU_CHOSEN && menu_selected(&m) == 1,
	      "one letter back");
	CHECK(press(&m, "Esc", a) == MENU_LEFT, "Esc chooses nothing");
	CHECK(press(&m, "Backspace Backspace Backspace Backspace Backspace", a) == MENU_LEFT,
	      "nor does Backspace, once nothing is typed");
	CHECK(press(&m, "F5", a) == MENU_IGNORED, "other keys are for others");

	menu_open(&m, &entries, SIZE_MAX);
	menu_draw(&m, a);
	k = screen_mouse(MOUSE_PRESS, 2, 3);
	CHECK(menu_key(&m, &k, a) == MENU_MOVED && menu_selected(&m) == 2, "a click selects");
	k = screen_mouse(MOUSE_DOUBLE, 2, 3);
	CHECK(menu_key(&m, &k, a) == MENU_CHOSEN, "a double click chooses");
	k = screen_mouse(MOUSE_WHEEL_DOWN, 2, 3);
	CHECK(menu_key(&m, &k, a) == MENU_MOVED && menu_selected(&m) == 5, "the wheel moves");
	k = screen_mouse(MOUSE_PRESS, 9, 3);
	CHECK(menu_key(&m, &k, a) == MENU_IGNORED, "a click beside it is for others");
	m.is_fixed = true;
	CHECK(press(&m, "c", a) == MENU_IGNORED, "letters can be for others");

	for (unsigned n_rows = 0; n_rows < 4; n_rows++)
		for (unsigned n_cols = 0; n_cols < 4; n_cols++) {
			canvas_clear(&c);
			menu_draw(&m, area_part(a, 0, 0, n_rows, n_cols));
			n_left += !screen_kept_inside(&c, n_rows, n_cols);
		}
	CHECK(!n_left, "areas of any size are not left: %u were", n_left);
	menu_fini(&m);
	canvas_fini(&c);
	return check_done();
}
