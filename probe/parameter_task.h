/*
 * parameter_task - parameters that tell of the thread that made a call.
 */
#ifndef PROBE_PARAMETER_TASK_H
#define PROBE_PARAMETER_TASK_H

#include "probe/pieces.h"

/* Parameter I, of KIND. */
void parameter_task_put(struct text *out, const struct pieces *k, size_t i, enum task_part part,
			enum param_kind kind);
void parameter_task_size(struct text *out, const struct pieces *k, size_t i, enum size_part part,
			 enum param_kind kind);
void parameter_task_clone_flags(struct text *out, const struct pieces *k, size_t i,
				const struct take *t);
void parameter_task_filename(struct text *out, const struct pieces *k, size_t i);

/* What is known of the file of T's program, whose names NAMES are: flag set execve_flags. */
enum { EXE_WRITABLE = 1, EXE_UPPER_LAYER = 2, EXE_FROM_MEMFD = 4, EXE_LOWER_LAYER = 8 };
unsigned parameter_task_exe_flags(const struct wire_task *t, struct span names);

/* The path whose names NAMES are, as wire.h tells: the last one first. */
void parameter_task_path(struct text *out, struct span names);

#endif
