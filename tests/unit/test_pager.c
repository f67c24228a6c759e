#include "tests/lib/check.h"
#include "tests/lib/screen.h"
#include "ui/pager.h"

int
main(void)
{
	struct canvas c = screen_new(6, 20);
	unsigned n_left = 0;
	struct area a = canvas_area(&c);
	struct pager p = { 0 };
	struct key k;

	pager_add(&p, STYLE_TITLE, 0, "Keys");
	pager_add(&p, STYLE_TEXT, 0, "");
	pager_add_row(&p, 8, "F2 v", "choose another view");
	pager_add_row(&p, 8, "Backspace", "up");
	pager_draw(&p, a);
	screen_check(&c, "Keys\n\nF2 v    choose\n        another view\nBackspace\n        up\n",
		     "rows are wrapped beside their heading, or below a long one");
	CHECK(c.cells[0].style == STYLE_TITLE, "paragraphs have a style");

	pager_add(&p, STYLE_TEXT, 0, "aaaaaaaaaaaaaaaaaaaaaaaaabbb ccc");
	canvas_clear(&c);
	k = screen_key("End");
	CHECK(pager_key(&p, &k, a), "End");
	pager_draw(&p, a);
	screen_check(&c, "F2 v    choose\n        another view\nBackspace\n        up\n"
		     "aaaaaaaaaaaaaaaaaaaa\naaaaabbb ccc   100%\n",
		     "a long word is cut, and the end can be seen");
	k = screen_key("PgUp");
	pager_key(&p, &k, a);
	CHECK(p.top == 0, "PgUp");
	k = screen_mouse(MOUSE_WHEEL_DOWN, 0, 0);
	CHECK(pager_key(&p, &k, a) && p.top == 2, "the wheel, no further than there is text");
	k = screen_key("x");
	CHECK(!pager_key(&p, &k, a), "other keys are for others");

	for (unsigned n_cols = 0; n_cols < 20; n_cols++) {
		canvas_clear(&c);
		pager_draw(&p, area_part(a, 0, 0, n_cols % 6, n_cols));
		n_left += !screen_kept_inside(&c, n_cols % 6, n_cols);
	}
	CHECK(!n_left, "areas of any size are not left: %u were", n_left);
	pager_fini(&p);
	canvas_fini(&c);
	return check_done();
}
