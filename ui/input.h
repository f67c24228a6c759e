/*
 * input - the bytes that a terminal sends, as keys.
 *
 * Knows the sequences of all common terminals, so that a function key works where
 * the terminal's description is wrong or too modest, and learns those that the
 * description has on top. A lone ESC is the key Esc once INPUT_ESC_NS have passed
 * without more. A sequence that nobody knows is dropped whole: its letters never
 * become orders. Nor does what is pasted.
 */
#ifndef UI_INPUT_H
#define UI_INPUT_H

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

#include "ui/key.h"

#define INPUT_ESC_NS 40000000u		/* 40 ms */
#define INPUT_DOUBLE_NS 400000000u	/* two clicks within this are one double click */
#define INPUT_MAX 1024			/* bytes that are held */
#define INPUT_LEARNED_MAX 64
#define INPUT_SEQUENCE_MAX 15

/* Embedded: zeroes are a good start. */
struct input {
	uint8_t bytes[INPUT_MAX];
	size_t len;
	uint64_t last_ns;		/* when the last bytes came */
	bool in_paste;
	struct {
		char bytes[INPUT_SEQUENCE_MAX + 1];
		uint32_t code;
	} learned[INPUT_LEARNED_MAX];
	size_t n_learned;
	struct key click;		/* the last press of a button, */
	uint64_t click_ns;		/* and when it was; 0: none that counts */
};

/* From here on SEQUENCE, as a terminal's description has it, is the key CODE. */
void input_learn(struct input *in, const char *sequence, uint32_t code);

/* LEN bytes came at NOW_NS. What does not fit is dropped. */
void input_bytes(struct input *in, const void *p, size_t len, uint64_t now_ns);

/* Take the next key; false: none is complete as of NOW_NS. */
bool input_next(struct input *in, uint64_t now_ns, struct key *k);

/* When input_next() can say more without further bytes; UINT64_MAX: never. */
uint64_t input_deadline(const struct input *in);

#endif
