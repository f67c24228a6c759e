#include "tests/lib/check.h"
#include "ui/style.h"

/* Styles that mean different things on one screen must differ without colours. */
static const struct {
	enum style a, b;
} apart[] = {
	{ STYLE_SELECTED, STYLE_TEXT }, { STYLE_SELECTED_CELL, STYLE_SELECTED },
	{ STYLE_HEADING_SORTED, STYLE_HEADING }, { STYLE_HEADING, STYLE_TEXT },
	{ STYLE_TOTAL, STYLE_TEXT }, { STYLE_KEY_LABEL, STYLE_KEY }, { STYLE_MATCH, STYLE_TEXT },
	{ STYLE_MATCH, STYLE_SELECTED }, { STYLE_ERROR, STYLE_TEXT }, { STYLE_LINK, STYLE_TEXT },
	{ STYLE_INPUT, STYLE_TEXT }, { STYLE_CURSOR, STYLE_BAR },
};

static bool
is_same(struct style_look a, struct style_look b)
{
	return a.fg == b.fg && a.bg == b.bg && a.attributes == b.attributes;
}

int
main(void)
{
	enum style_theme theme = STYLE_DARK;
	bool fits = true, is_plain = true;

	for (unsigned s = 0; s < STYLES; s++)
		for (unsigned t = 0; t < STYLE_THEMES; t++) {
			struct style_look full = style_look(s, t, 256), few = style_look(s, t, 8);
			struct style_look none = style_look(s, t, 0);

			fits &= full.fg < 256 && full.bg < 256 && few.fg < 8 && few.bg < 8;
			is_plain &= none.fg == -1 && none.bg == -1;
			fits &= few.fg < 0 || few.fg != few.bg;
			fits &= full.fg < 0 || full.fg != full.bg;
		}
	CHECK(fits, "colours are in the palette, and text differs from its ground");
	CHECK(is_plain, "without colours there are none");
	for (size_t i = 0; i < sizeof(apart) / sizeof(apart[0]); i++)
		for (unsigned t = 0; t < STYLE_THEMES; t++) {
			CHECK(!is_same(style_look(apart[i].a, t, 0), style_look(apart[i].b, t, 0)),
			      "%u and %u differ in %s without colours", apart[i].a, apart[i].b,
			      style_theme_name(t));
			CHECK(!is_same(style_look(apart[i].a, t, 8), style_look(apart[i].b, t, 8)),
			      "  and with eight");
		}
	CHECK(style_theme_find("light", &theme) && theme == STYLE_LIGHT, "themes have names");
	CHECK(!style_theme_find("pink", &theme) && theme == STYLE_LIGHT, "there is no other");
	return check_done();
}
