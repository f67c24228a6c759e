/*
 * memory - where the memory of a capture goes that was loaded: `info --memory`.
 */
#ifndef UI_CLI_MEMORY_H
#define UI_CLI_MEMORY_H

#include <stdbool.h>

struct err;
struct input;
struct text;

/* Load INPUT into a store and append what each kind of thing takes. False: *err says
 * why not. *IS_USABLE: all of it could be read. */
bool memory_report(struct input *input, bool as_json, struct text *out, bool *is_usable,
		   struct err *err);

#endif
