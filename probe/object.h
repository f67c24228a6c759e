/*
 * object - the compiled BPF programs, as bytes (made by embed.py): the usual build, the
 * steady one for new kernels and the plain one for old ones (bpf/look.h).
 */
#ifndef PROBE_OBJECT_H
#define PROBE_OBJECT_H

#include <stddef.h>

extern const unsigned char probe_object[];
extern const size_t probe_object_len;

extern const unsigned char probe_steady_object[];
extern const size_t probe_steady_object_len;

extern const unsigned char probe_plain_object[];
extern const size_t probe_plain_object_len;

#endif
