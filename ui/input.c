#include "ui/input.h"

#include <string.h>

#include "engine/base/mem.h"
#include "engine/base/utf8.h"

#define ESC 0x1B
#define PARAMS_MAX 8
#define PARAM_MAX 0x10FFFFu
#define SEQUENCE_LEN_MAX 64
#define PASTE_NS 1000000000u

/* What the first bytes are. */
enum verdict {
	INCOMPLETE,			/* the start of something */
	IS_KEY,				/* a key */
	IS_NOTHING,			/* complete, and of no meaning to us */
};

/* CSI and SS3 sequences that end in a letter. */
static const struct {
	char final;
	uint32_t code;
} letters[] = {
	{ 'A', K_UP }, { 'B', K_DOWN }, { 'C', K_RIGHT }, { 'D', K_LEFT },
	{ 'H', K_HOME }, { 'F', K_END }, { 'P', K_F1 }, { 'Q', K_F2 }, { 'R', K_F3 },
	{ 'S', K_F4 }, { 'Z', K_BACKTAB }, { 'E', K_NONE },
	/* Keypads in application mode. */
	{ 'M', K_ENTER }, { 'X', '=' }, { 'j', '*' }, { 'k', '+' }, { 'l', ',' },
	{ 'm', '-' }, { 'n', '.' }, { 'o', '/' }, { 'p', '0' }, { 'q', '1' }, { 'r', '2' },
	{ 's', '3' }, { 't', '4' }, { 'u', '5' }, { 'v', '6' }, { 'w', '7' }, { 'x', '8' },
	{ 'y', '9' },
};

/* CSI n ~ */
static const struct {
	unsigned n;
	uint32_t code;
} numbers[] = {
	{ 1, K_HOME }, { 2, K_INSERT }, { 3, K_DELETE }, { 4, K_END }, { 5, K_PAGE_UP },
	{ 6, K_PAGE_DOWN }, { 7, K_HOME }, { 8, K_END }, { 11, K_F1 }, { 12, K_F2 },
	{ 13, K_F3 }, { 14, K_F4 }, { 15, K_F5 }, { 17, K_F6 }, { 18, K_F7 }, { 19, K_F8 },
	{ 20, K_F9 }, { 21, K_F10 }, { 23, K_F11 }, { 24, K_F12 },
};

static uint32_t
code_of_letter(char final)
{
	for (size_t i = 0; i < ARRAY_LEN(letters); i++)
		if (letters[i].final == final)
			return letters[i].code;
	return K_NONE;
}

static uint32_t
code_of_number(unsigned n)
{
	for (size_t i = 0; i < ARRAY_LEN(numbers); i++)
		if (numbers[i].n == n)
			return numbers[i].code;
	return K_NONE;
}

/* Modifiers as xterm writes them: 1 and bits for shift, alt, control. */
static unsigned
modifiers_of(unsigned n)
{
	return n > 1 ? (n - 1) & (K_SHIFT | K_ALT | K_CTRL) : 0;
}

void
input_learn(struct input *in, const char *sequence, uint32_t code)
{
	size_t len = strlen(sequence);

	if (len < 2 || len > INPUT_SEQUENCE_MAX || in->n_learned == INPUT_LEARNED_MAX ||
	    sequence[0] != ESC)
		return;
	memcpy(in->learned[in->n_learned].bytes, sequence, len + 1);
	in->learned[in->n_learned++].code = code;
}

void
input_bytes(struct input *in, const void *p, size_t len, uint64_t now_ns)
{
	if (len > INPUT_MAX - in->len)
		len = INPUT_MAX - in->len;
	if (!len)
		return;
	/* The end of a paste may have been lost. */
	if (in->in_paste && now_ns - in->last_ns > PASTE_NS)
		in->in_paste = false;
	memcpy(in->bytes + in->len, p, len);
	in->len += len;
	in->last_ns = now_ns;
}

static void
drop(struct input *in, size_t n)
{
	in->len -= n;
	memmove(in->bytes, in->bytes + n, in->len);
}

uint64_t
input_deadline(const struct input *in)
{
	return in->len ? in->last_ns + INPUT_ESC_NS : UINT64_MAX;
}

/* A character that has a byte of its own below the printable ones. */
static struct key
control_key(uint8_t byte)
{
	switch (byte) {
	case 0x0D: case 0x0A:
		return (struct key){ .code = K_ENTER };
	case 0x09:
		return (struct key){ .code = K_TAB };
	case 0x08: case 0x7F:
		return (struct key){ .code = K_BACKSPACE };
	case 0x00:
		return (struct key){ .code = K_SPACE, .modifiers = K_CTRL };
	}
	return (struct key){ .code = byte + 0x40u, .modifiers = K_CTRL };
}

/* One character at P, with *USED its bytes. */
static enum verdict
plain(const uint8_t *p, size_t len, struct key *k, size_t *used)
{
	uint32_t c;

	*used = 1;
	if (p[0] < 0x20 || p[0] == 0x7F) {
		*k = control_key(p[0]);
		return IS_KEY;
	}
	*used = utf8_decode(p, len, &c);
	if (*used) {
		*k = (struct key){ .code = c };
		return utf8_is_harmless(c) ? IS_KEY : IS_NOTHING;
	}
	*used = 1;
	/* The first bytes of a longer one? */
	if (p[0] >= 0xC2 && p[0] < 0xF5 && len < (p[0] < 0xE0 ? 2u : p[0] < 0xF0 ? 3u : 4u)) {
		for (size_t i = 1; i < len; i++)
			if ((p[i] & 0xC0) != 0x80)
				return IS_NOTHING;
		return INCOMPLETE;
	}
	return IS_NOTHING;
}

/* A button's number as xterm codes it, with motion and wheel. */
static enum verdict
mouse(unsigned code, bool is_release, unsigned col, unsigned row, struct key *k)
{
	if (!row || !col)
		return IS_NOTHING;
	*k = (struct key){ .code = K_MOUSE, .row = row - 1, .col = col - 1 };
	k->modifiers = (code & 4 ? K_SHIFT : 0) | (code & 8 ? K_ALT : 0) | (code & 16 ? K_CTRL : 0);
	if (code & 64) {
		if ((code & 3) > 1)
			return IS_NOTHING;
		k->mouse = code & 1 ? MOUSE_WHEEL_DOWN : MOUSE_WHEEL_UP;
		return is_release ? IS_NOTHING : IS_KEY;
	}
	k->button = (code & 3) + 1;
	if (k->button == 4) {
		k->button = 1;
		is_release = !(code & 32);
	}
	k->mouse = is_release ? MOUSE_RELEASE : code & 32 ? MOUSE_DRAG : MOUSE_PRESS;
	return IS_KEY;
}

/* CSI with its parameters and last byte. */
static enum verdict
csi(char lead, const unsigned *v, char final, struct key *k)
{
	*k = (struct key){ .modifiers = modifiers_of(v[1]) };
	if (lead == '<' && (final == 'M' || final == 'm'))
		return mouse(v[0], final == 'm', v[1], v[2], k);
	if (lead)
		return IS_NOTHING;
	switch (final) {
	case '~':
		k->code = v[0] == 27 ? v[2] : code_of_number(v[0]);
		break;
	case '$': case '^': case '@':		/* rxvt */
		k->code = code_of_number(v[0]);
		k->modifiers = final == '$' ? K_SHIFT : final == '^' ? K_CTRL : K_SHIFT | K_CTRL;
		break;
	case 'u':
		k->code = v[0];
		break;
	case 'a': case 'b': case 'c': case 'd':	/* rxvt */
		k->code = code_of_letter((char)(final - 'a' + 'A'));
		k->modifiers = K_SHIFT;
		break;
	default:
		k->code = final >= 'A' && final <= 'Z' && final != 'M' && final != 'X'
			? code_of_letter(final) : K_NONE;
	}
	if (k->code < 0x20 && k->code != K_NONE && k->code != K_TAB && k->code != K_ENTER &&
	    k->code != K_ESC)
		k->code = K_NONE;
	if (k->code > K_F12 || (k->code >= 0x80 && k->code < K_UP && !utf8_is_harmless(k->code)))
		k->code = K_NONE;
	if (k->code > K_ESC && k->code < K_UP) {
		k->modifiers &= ~(unsigned)K_SHIFT;
		if (k->modifiers & K_CTRL && k->code >= 'a' && k->code <= 'z')
			k->code -= 'a' - 'A';
	}
	return k->code ? IS_KEY : IS_NOTHING;
}

/* What P, which starts with ESC [, says. */
static enum verdict
parse_csi(const uint8_t *p, size_t len, struct key *k, size_t *used)
{
	unsigned v[PARAMS_MAX] = { 0 }, n = 0;
	char lead = 0;
	size_t at = 2;

	if (at < len && p[at] == 'M') {			/* the mouse of old */
		*used = 6;
		return len < 6 ? INCOMPLETE
			: mouse((p[3] - 32u) & 0xFF, false, (p[4] - 32u) & 0xFF,
				(p[5] - 32u) & 0xFF, k);
	}
	if (at < len && p[at] == '[') {			/* the Linux console */
		*used = 4;
		if (len < 4)
			return INCOMPLETE;
		*k = (struct key){ .code = K_F1 + (p[3] - (uint32_t)'A') };
		return p[3] >= 'A' && p[3] <= 'E' ? IS_KEY : IS_NOTHING;
	}
	if (at < len && p[at] >= '<' && p[at] <= '?')
		lead = (char)p[at++];
	for (; at < len && at < SEQUENCE_LEN_MAX; at++) {
		if (p[at] >= '0' && p[at] <= '9') {
			v[n] = v[n] * 10 + (p[at] - (unsigned)'0');
			v[n] = v[n] < PARAM_MAX ? v[n] : PARAM_MAX;
		} else if (p[at] == ';') {
			n += n + 1 < PARAMS_MAX;
		} else if ((p[at] == '$' && !lead) || (p[at] >= 0x40 && p[at] < 0x7F)) {
			*used = at + 1;
			return csi(lead, v, (char)p[at], k);
		} else if (p[at] < 0x20 || p[at] >= 0x7F) {
			*used = at;
			return IS_NOTHING;
		}
	}
	*used = at;
	return at < SEQUENCE_LEN_MAX ? INCOMPLETE : IS_NOTHING;
}

/* What P, which starts with ESC O, says. */
static enum verdict
parse_ss3(const uint8_t *p, size_t len, struct key *k, size_t *used)
{
	unsigned modifiers = 0;
	size_t at = 2;

	if (at < len && p[at] >= '2' && p[at] <= '8')
		modifiers = modifiers_of(p[at++] - (unsigned)'0');
	*used = at + 1;
	if (at >= len)
		return INCOMPLETE;
	if (p[at] < 0x20 || p[at] >= 0x7F) {
		*used = at;
		return IS_NOTHING;
	}
	*k = (struct key){ .code = code_of_letter((char)p[at]), .modifiers = modifiers };
	if (p[at] >= 'a' && p[at] <= 'd')		/* rxvt */
		*k = (struct key){ code_of_letter((char)(p[at] - 'a' + 'A')), .modifiers = K_CTRL };
	return k->code ? IS_KEY : IS_NOTHING;
}

/* What the terminal's description says of P, which starts with ESC. */
static enum verdict
parse_learned(const struct input *in, struct key *k, size_t *used)
{
	enum verdict v = IS_NOTHING;

	for (size_t i = 0; i < in->n_learned; i++) {
		const char *s = in->learned[i].bytes;
		size_t len = strlen(s), n = len < in->len ? len : in->len;

		if (memcmp(s, in->bytes, n))
			continue;
		if (len > in->len) {
			v = INCOMPLETE;
			continue;
		}
		*k = (struct key){ .code = in->learned[i].code };
		*used = len;
		return IS_KEY;
	}
	return v;
}

static enum verdict
parse_known(const struct input *in, struct key *k, size_t *used)
{
	enum verdict v;

	if (in->len < 2)
		return INCOMPLETE;
	if (in->bytes[1] == '[')
		return parse_csi(in->bytes, in->len, k, used);
	if (in->bytes[1] == 'O')
		return parse_ss3(in->bytes, in->len, k, used);
	if (in->bytes[1] == ESC) {
		*used = 1;
		*k = (struct key){ .code = K_ESC };
		return IS_KEY;
	}
	v = plain(in->bytes + 1, in->len - 1, k, used);
	*used += 1;
	k->modifiers |= K_ALT;
	return v;
}

static enum verdict
parse_escape(const struct input *in, struct key *k, size_t *used)
{
	enum verdict learned = parse_learned(in, k, used), known;

	if (learned == IS_KEY)
		return IS_KEY;
	known = parse_known(in, k, used);
	return known == IS_NOTHING && learned == INCOMPLETE ? INCOMPLETE : known;
}

/* No more came: what do the bytes mean that are there? */
static enum verdict
give_up(const struct input *in, struct key *k, size_t *used)
{
	*used = in->len;
	if (in->bytes[0] != ESC || in->in_paste)
		return IS_NOTHING;
	if (in->len == 1) {
		*k = (struct key){ .code = K_ESC };
		return IS_KEY;
	}
	if (in->len == 2) {
		*k = (struct key){ .code = in->bytes[1], .modifiers = K_ALT };
		return IS_KEY;
	}
	return IS_NOTHING;
}

static void
note_click(struct input *in, uint64_t now_ns, struct key *k)
{
	if (k->mouse != MOUSE_PRESS) {
		if (k->mouse == MOUSE_DRAG)
			in->click_ns = 0;
		return;
	}
	if (in->click_ns && now_ns - in->click_ns < INPUT_DOUBLE_NS && in->click.row == k->row &&
	    in->click.col == k->col && in->click.button == k->button) {
		k->mouse = MOUSE_DOUBLE;
		in->click_ns = 0;
		return;
	}
	in->click = *k;
	in->click_ns = now_ns;
}

/* Inside of a paste: characters, until its end. */
static enum verdict
parse_paste(struct input *in, struct key *k, size_t *used)
{
	static const char end[] = "\033[201~";
	size_t n = in->len < sizeof(end) - 1 ? in->len : sizeof(end) - 1;
	enum verdict v;

	if (!memcmp(in->bytes, end, n)) {
		*used = n;
		in->in_paste = n < sizeof(end) - 1;
		return in->in_paste ? INCOMPLETE : IS_NOTHING;
	}
	v = plain(in->bytes, in->len, k, used);
	if (v == IS_KEY) {
		uint32_t c = k->code == K_ENTER || k->code == K_TAB ? ' ' : k->code;

		*k = (struct key){ .code = K_PASTE, .pasted = c };
		if (in->bytes[0] < 0x20 && c != ' ')
			return IS_NOTHING;
	}
	return v;
}

bool
input_next(struct input *in, uint64_t now_ns, struct key *k)
{
	static const char paste[] = "\033[200~";

	while (in->len) {
		size_t used = 0;
		enum verdict v;

		if (!in->in_paste && in->len >= sizeof(paste) - 1 &&
		    !memcmp(in->bytes, paste, sizeof(paste) - 1)) {
			drop(in, sizeof(paste) - 1);
			in->in_paste = true;
			continue;
		}
		if (in->in_paste) {
			v = parse_paste(in, k, &used);
		} else if (in->bytes[0] == ESC) {
			v = parse_escape(in, k, &used);
		} else {
			v = plain(in->bytes, in->len, k, &used);
		}
		if (v == INCOMPLETE) {
			if (now_ns < input_deadline(in) && in->len < INPUT_MAX)
				return false;
			v = give_up(in, k, &used);
		}
		drop(in, used);
		if (v == IS_NOTHING)
			continue;
		if (k->code == K_MOUSE)
			note_click(in, now_ns, k);
		return true;
	}
	return false;
}
