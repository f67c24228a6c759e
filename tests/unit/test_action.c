#include "tests/lib/check.h"
#include "tests/lib/screen.h"
#include "ui/action.h"
#include "ui/pager.h"

static void
nothing(void *screen)
{
	(void)screen;
}

static const struct action rows[] = {
	{ "F1 ?", "Help", "all keys", nothing },
	{ "F2 v", "Views", "choose another view", nothing },
	{ "Up Down", NULL, "move the selection", NULL },
	{ "/ ^F", "Search", "find a text", nothing },
};

int
main(void)
{
	struct canvas c = screen_new(3, 40);
	struct area a = canvas_area(&c);
	struct pager p = { 0 };
	struct key k = screen_key("v");

	CHECK(action_find(rows, 4, &k) == &rows[1], "a key is found");
	k = screen_key("^F");
	CHECK(action_find(rows, 4, &k) == &rows[3], "each of them");
	k = screen_key("Up");
	CHECK(!action_find(rows, 4, &k), "what widgets know is not dispatched");
	action_draw_bar(rows, 4, a);
	screen_check(&c, "F1 Help F2 Views / Search\n", "the bar");
	canvas_clear(&c);
	action_draw_bar(rows, 4, area_part(a, 0, 0, 1, 15));
	screen_check(&c, "F1 Help\n", "what does not fit is left out whole");
	k = screen_mouse(MOUSE_PRESS, 0, 9);
	CHECK(action_at(rows, 4, a, &k) == &rows[1], "its labels can be clicked");
	k = screen_mouse(MOUSE_PRESS, 0, 7);
	CHECK(!action_at(rows, 4, a, &k), "not what is between them");
	k = screen_mouse(MOUSE_PRESS, 1, 9);
	CHECK(!action_at(rows, 4, a, &k), "nor another row");
	action_explain(rows, 2, &p);
	canvas_clear(&c);
	pager_draw(&p, a);
	screen_check(&c,
		     "F1 ?                    all keys\nF2 v                    choose another\n"
		     "                        view\n", "help");
	pager_fini(&p);
	canvas_fini(&c);
	return check_done();
}
