/*
 * open_output - open a file to write a capture to, and be tricked by nobody.
 *
 * The rules stand in sink.h, for those who need to know them.
 */
#ifndef ENGINE_RECORD_OPEN_OUTPUT_H
#define ENGINE_RECORD_OPEN_OUTPUT_H

#include "engine/record/sink.h"

/* Open PATH, which is not "-". A descriptor, or a negative errno with *err set,
 * without PATH. */
int open_output(const char *path, const struct sink_options *options, struct err *err);

/* The words of the system for CODE, a positive errno, as a clause. *err is set;
 * -CODE. */
int open_output_failed(int code, struct err *err);

#endif
