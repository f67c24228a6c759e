/*
 * data - buffers of traced programs as text: dots, characters, rows of hex.
 *
 * Nothing but DATA_RAW lets a byte through that a terminal could obey.
 */
#ifndef ENGINE_FIELD_DATA_H
#define ENGINE_FIELD_DATA_H

#include <stddef.h>

#include "engine/base/reader.h"

struct text;

#define DATA_DOTS_MAX 80		/* as sysdig cuts them */

enum data_form {
	DATA_DOTS,			/* "GET /..": one line */
	DATA_TEXT,			/* its printable characters and its line ends */
	DATA_HEX,			/* "\n\t0x0000: 4745 5420" and so on, 16 bytes a row */
	DATA_HEX_TEXT,			/* that, and the characters behind it */
	DATA_BASE64,
	DATA_RAW,			/* as it is: for files only */
};

struct data_style {
	enum data_form form;
	size_t dots_max;		/* DATA_DOTS: characters of it, at least 3 */
	size_t bytes_max;		/* bytes of a buffer that are looked at at all */
};

/* Append DATA as STYLE says. */
void data_text(const struct data_style *style, struct span data, struct text *t);

#endif
