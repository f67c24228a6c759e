/*
 * prompt - a line at the bottom of the screen to type an answer into.
 */
#ifndef UI_PROMPT_H
#define UI_PROMPT_H

#include <stdbool.h>
#include <stddef.h>

#include "ui/action.h"
#include "ui/editor.h"

struct app;
struct err;

#define PROMPT_CANDIDATES_MAX 200

/* What could stand in place of bytes FROM to TO of a text. */
struct prompt_candidates {
	size_t from, to;
	size_t n;
	char *texts[PROMPT_CANDIDATES_MAX];	/* owned */
	char *docs[PROMPT_CANDIDATES_MAX];	/* a sentence, or NULL; owned */
};

struct prompt {
	const char *label;
	const char *text;		/* to start with */
	struct editor_history *history;	/* NULL: none */
	/* Is TEXT an answer? *ERR says why not, and at which byte. NULL: anything is. */
	bool (*check)(void *owner, const char *text, struct err *err);
	/* What could stand at the cursor. NULL: nothing is offered. */
	void (*complete)(void *owner, const char *text, size_t cursor,
			 struct prompt_candidates *out);
	/* Something came from elsewhere: could other things stand at the cursor now? NULL:
	 * what is offered depends on the text alone. */
	bool (*news)(void *owner);
	/* The text changed; NULL: nobody cares before Enter. */
	void (*changed)(void *owner, const char *text);
	/* Enter; the prompt is closed. LEFT: Esc; NULL: nothing happens. */
	void (*entered)(void *owner, const char *text);
	void (*left)(void *owner);
	void *owner;
};

/* Open it. P is copied, its texts are. */
void prompt_open(struct app *a, const struct prompt *p);

/* Add a candidate; its texts are copied. DOC may be NULL. */
void prompt_offer(struct prompt_candidates *c, const char *text, const char *doc);

/* Free all candidates. */
void prompt_forget(struct prompt_candidates *c);

/* What its keys do, for the manual. */
extern const struct action prompt_actions[];
extern const size_t n_prompt_actions;

#endif
