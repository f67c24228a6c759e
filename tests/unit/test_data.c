#include "engine/field/data.h"

#include "engine/base/mem.h"
#include "engine/base/text.h"
#include "tests/lib/check.h"

#define SPAN(s) { (const uint8_t *)(s), sizeof(s) - 1 }

static const struct {
	enum data_form form;
	struct span data;
	const char *text;
} cases[] = {
	{ DATA_DOTS, SPAN("a\0b\n\x1b[c"), "a.b..[c" },
	{ DATA_DOTS, SPAN("0123456789"), "0123456789" },
	{ DATA_DOTS, SPAN("0123456789a"), "0123456..." },
	{ DATA_DOTS, SPAN(""), "" },
	{ DATA_TEXT, SPAN("GET /\r\nHost: x\r\n\r\n"), "\nGET /\nHost: x\n\n" },
	{ DATA_TEXT, SPAN("\na\n\nb\rc\x1b[31m\xC3\xA4"), "\na\n\nb\nc[31m" },
	{ DATA_TEXT, SPAN(""), "" },
	{ DATA_HEX, SPAN(""), "" },
	{ DATA_HEX, SPAN("\x01"), "\n\t0x0000: 01\n" },
	{ DATA_HEX, SPAN("0123456789abcdefg"),
	  "\n\t0x0000: 3031 3233 3435 3637 3839 6162 6364 6566\n\t0x0010: 67\n" },
	{ DATA_HEX_TEXT, SPAN("0123456789abcdef\x1b[a"),
	  "\n\t0x0000: 3031 3233 3435 3637 3839 6162 6364 6566  0123456789abcdef"
	  "\n\t0x0010: 1b5b 61                                  .[a\n" },
	{ DATA_BASE64, SPAN(""), "" },
	{ DATA_BASE64, SPAN("f"), "Zg==" },
	{ DATA_BASE64, SPAN("fo"), "Zm8=" },
	{ DATA_BASE64, SPAN("foobar\xff\xfe\xfb"), "Zm9vYmFy//77" },
	{ DATA_RAW, SPAN("\x1b[31m"), "\x1b[31m" },
};

int
main(void)
{
	static const uint8_t zeroes[70000];
	struct data_style style = { DATA_DOTS, 10, SIZE_MAX };
	struct text t = { 0 };

	for (size_t i = 0; i < ARRAY_LEN(cases); i++) {
		t.len = 0;
		style.form = cases[i].form;
		data_text(&style, cases[i].data, &t);
		text_char(&t, '\0');
		CHECK_STR(t.p, cases[i].text, "case %zu, form %d", i, (int)style.form);
	}
	for (int form = DATA_DOTS; form <= DATA_RAW; form++) {
		t.len = 0;
		style = (struct data_style){ (enum data_form)form, 10, 3 };
		data_text(&style, (struct span){ (const uint8_t *)"abcdef", 6 }, &t);
		CHECK(!memchr(t.p, 'd', t.len), "form %d: cut to its first bytes", form);
	}
	style = (struct data_style){ DATA_HEX, 10, SIZE_MAX };
	t.len = 0;
	data_text(&style, (struct span){ zeroes, sizeof(zeroes) }, &t);
	text_char(&t, '\0');
	CHECK(strstr(t.p, "\t0xfff0: ") && strstr(t.p, "\t0x00011160: "), "long offsets");
	text_fini(&t);
	return check_done();
}
