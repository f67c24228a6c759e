#include <stdio.h>

#include "engine/base/text.h"
#include "tests/lib/check.h"
#include "tests/lib/rng.h"
#include "ui/input.h"

/* What the bytes are, as names of keys; mouse events with what, row and column. */
static const struct {
	const char *what;
	const char *bytes;
	const char *keys;
} cases[] = {
	{ "letters", "aZ5", "a Z 5 " },
	{ "UTF-8", "é日", "é 日 " },
	{ "control characters", "\001\006\032", "^A ^F ^Z " },
	{ "enter, tab, backspace", "\r\n\t\177\b", "Enter Enter Tab Backspace Backspace " },
	{ "Esc alone", "\033", "Esc " },
	{ "Esc twice", "\033\033", "Esc Esc " },
	{ "Esc before a sequence", "\033\033[A", "Esc Up " },
	{ "Alt with a letter", "\033x", "Alt-x " },
	{ "Alt with a bracket", "\033[", "Alt-[ " },
	{ "cursor keys", "\033[A\033[B\033[C\033[D", "Up Down Right Left " },
	{ "cursor keys of the application mode", "\033OA\033OB\033OC\033OD",
	  "Up Down Right Left " },
	{ "xterm's F1 to F4", "\033OP\033OQ\033OR\033OS", "F1 F2 F3 F4 " },
	{ "PuTTY's and rxvt's", "\033[11~\033[12~\033[13~\033[14~", "F1 F2 F3 F4 " },
	{ "the Linux console's", "\033[[A\033[[B\033[[C\033[[D\033[[E", "F1 F2 F3 F4 F5 " },
	{ "kitty's and gnome's", "\033[P\033[Q\033[R\033[S", "F1 F2 F3 F4 " },
	{ "F5 to F12", "\033[15~\033[17~\033[18~\033[19~\033[20~\033[21~\033[23~\033[24~",
	  "F5 F6 F7 F8 F9 F10 F11 F12 " },
	{ "Home and End, in six ways", "\033[H\033[F\033OH\033OF\033[1~\033[4~\033[7~\033[8~",
	  "Home End Home End Home End Home End " },
	{ "paging", "\033[5~\033[6~\033[2~\033[3~", "PgUp PgDn Ins Del " },
	{ "with modifiers", "\033[1;2C\033[1;5D\033[1;3A\033[5;5~\033[15;2~",
	  "Shift-Right Ctrl-Left Alt-Up Ctrl-PgUp Shift-F5 " },
	{ "rxvt's modifiers", "\033[7^\033[5$\033[a\033Oa",
	  "Ctrl-Home Shift-PgUp Shift-Up Ctrl-Up " },
	{ "shift and tab", "\033[Z", "BackTab " },
	{ "keypad", "\033OM\033Oj\033Oy", "Enter * 9 " },
	{ "keys as numbers", "\033[97u\033[97;5u\033[27;5;102~", "a ^A ^F " },
	{ "a sequence that nobody knows", "\033[99;99;99q" "a", "a " },
	{ "a function key that we have not", "\033[34~b", "b " },
	{ "an answer of the terminal", "\033[?1;2c", "" },
	{ "an unknown letter behind ESC O", "\033Ozc", "c " },
	{ "a sequence that breaks off", "\033[12", "" },
	{ "a number that is too large", "\033[99999999999999999999~d", "d " },
	{ "a character beyond all", "\033[4294967295u\033[55296ue", "e " },
	{ "a new sequence within one", "\033[1\033[A", "Up " },
	{ "no UTF-8", "\xFF\xFEg", "g " },
	{ "half a character", "\xC3", "" },
	{ "mouse: press and release", "\033[<0;3;5M\033[<0;3;5m", "press@4,2 release@4,2 " },
	{ "mouse: wheel", "\033[<64;1;1M\033[<65;1;1M", "up@0,0 down@0,0 " },
	{ "mouse: drag", "\033[<0;1;1M\033[<32;2;1M\033[<0;2;1m",
	  "press@0,0 drag@0,1 release@0,1 " },
	{ "mouse: twice is a double click", "\033[<0;3;5M\033[<0;3;5m\033[<0;3;5M",
	  "press@4,2 release@4,2 double@4,2 " },
	{ "mouse: twice elsewhere is none", "\033[<0;3;5M\033[<0;3;5m\033[<0;4;5M",
	  "press@4,2 release@4,2 press@4,3 " },
	{ "mouse: three times", "\033[<0;1;1M\033[<0;1;1M\033[<0;1;1M",
	  "press@0,0 double@0,0 press@0,0 " },
	{ "mouse: beyond column 223", "\033[<0;300;80M", "press@79,299 " },
	{ "mouse: no place", "\033[<0;0;0M", "" },
	{ "the mouse of old", "\033[M #%\033[M##%", "press@4,2 release@4,2 " },
	{ "a paste", "\033[200~q\033[A\rx\033[201~q",
	  "paste:q paste:[ paste:A paste:  paste:x q " },
};

static void
name_of(const struct key *k, struct text *t)
{
	static const char *const what[] = {
		[MOUSE_PRESS] = "press", [MOUSE_RELEASE] = "release", [MOUSE_DRAG] = "drag",
		[MOUSE_DOUBLE] = "double", [MOUSE_WHEEL_UP] = "up", [MOUSE_WHEEL_DOWN] = "down",
	};
	struct key plain = { .code = k->pasted };

	if (k->code == K_MOUSE) {
		text_fmt(t, "%s@%u,%u ", what[k->mouse], k->row, k->col);
		return;
	}
	if (k->code == K_PASTE) {
		text_str(t, "paste:");
		if (k->pasted == ' ')
			text_char(t, ' ');
		else
			key_label(&plain, t);
	} else {
		key_label(k, t);
	}
	text_char(t, ' ');
}

/* All keys of BYTES, which come in pieces of STEP bytes at once. */
static void
keys_of(struct input *in, const char *bytes, size_t step, struct text *t)
{
	size_t len = strlen(bytes);
	uint64_t now = 1000000000;
	struct key k;

	for (size_t at = 0; at < len; at += step) {
		input_bytes(in, bytes + at, step < len - at ? step : len - at, now);
		while (input_next(in, now, &k))
			name_of(&k, t);
		now += 1000000;
	}
	now += INPUT_ESC_NS;
	while (input_next(in, now, &k))
		name_of(&k, t);
	text_char(t, '\0');
}

static void
test_sequences(void)
{
	for (size_t i = 0; i < sizeof(cases) / sizeof(cases[0]); i++)
		for (size_t step = 1; step < 100; step += 98) {
			struct input in = { 0 };
			struct text t = { 0 };

			keys_of(&in, cases[i].bytes, step, &t);
			CHECK_STR(t.p, cases[i].keys, "%s%s", cases[i].what,
				  step == 1 ? ", byte by byte" : "");
			text_fini(&t);
		}
}

static void
test_time(void)
{
	struct input in = { 0 };
	struct key k;

	CHECK(input_deadline(&in) == UINT64_MAX, "nothing is waited for");
	input_bytes(&in, "\033", 1, 1000);
	CHECK(!input_next(&in, 1000, &k), "ESC may be the start of something");
	CHECK(input_deadline(&in) == 1000 + INPUT_ESC_NS, "  for a short time");
	CHECK(!input_next(&in, 999 + INPUT_ESC_NS, &k), "  not over yet");
	CHECK(input_next(&in, 1000 + INPUT_ESC_NS, &k) && k.code == K_ESC, "  then it is Esc");
	input_bytes(&in, "\033[200~abc", 9, 2000);
	while (input_next(&in, 2000, &k))
		;
	input_bytes(&in, "q", 1, 3000000000u);
	CHECK(input_next(&in, 3000000000u, &k) && k.code == 'q',
	      "a paste whose end was lost ends by itself");
}

static void
test_learned(void)
{
	struct input in = { 0 };
	struct text t = { 0 };

	input_learn(&in, "\033Y", K_F1);
	input_learn(&in, "\033[zz", K_F2);
	input_learn(&in, "x", K_F3);
	input_learn(&in, "\0330123456789abcdefghi", K_F4);
	CHECK(in.n_learned == 2, "only sequences are learned, of a reasonable length");
	keys_of(&in, "\033Yx\033[zz", 1, &t);
	CHECK_STR(t.p, "F1 x F2 ", "what the terminal's description says is known");
	text_fini(&t);
}

static void
test_names(void)
{
	static const char *const good[] = {
		"F2", "v", "^F", "Shift-Left", "Ctrl-PgUp", "Alt-x", "\\", "+", "-", "<", "?",
		"Space", "BackTab", "Backspace", "^L",
	};
	struct key k;

	for (size_t i = 0; i < sizeof(good) / sizeof(good[0]); i++) {
		struct text t = { 0 };

		CHECK(key_parse(good[i], &k), "`%s` is a key", good[i]);
		key_label(&k, &t);
		text_char(&t, '\0');
		CHECK_STR(t.p, good[i], "  and called so");
		text_fini(&t);
	}
	CHECK(!key_parse("", &k) && !key_parse("  ", &k) && !key_parse("F99", &k),
	      "others are none");
	k = (struct key){ .code = 'v' };
	CHECK(key_is_in(&k, "F2 v") && !key_is_in(&k, "F2 V"), "a key is found in a list");
}

/* No bytes do harm, and none of them is kept for ever. */
static void
test_random(struct rng *r)
{
	static const char likely[] = "\033[O<;0123456789MmuAZ~$^ \xC3\xA9";
	struct input *in = malloc(sizeof(*in));
	uint64_t now = 1;
	bool is_good = true;
	struct key k;

	*in = (struct input){ 0 };
	for (int i = 0; i < 200000; i++) {
		char c = rng_below(r, 4) ? likely[rng_below(r, sizeof(likely) - 1)]
					 : (char)rng_u64(r);

		input_bytes(in, &c, 1, now);
		while (input_next(in, now, &k))
			is_good &= k.code && (k.code != K_MOUSE || (k.button <= 3));
		is_good &= in->len < 128;
		now += rng_below(r, 50) ? 1000 : 2 * INPUT_ESC_NS;
	}
	while (input_next(in, now + INPUT_ESC_NS, &k))
		;
	CHECK(is_good && !in->len, "200,000 random bytes");
	free(in);
}

int
main(int argc, char **argv)
{
	struct rng r = rng_from_args(argc, argv);

	test_sequences();
	test_time();
	test_learned();
	test_names();
	test_random(&r);
	return check_done();
}
