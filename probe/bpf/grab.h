/*
 * grab - answer what a call's row asks for, one chunk or several for each question.
 */
#ifndef PROBE_BPF_GRAB_H
#define PROBE_BPF_GRAB_H

#include <stdbool.h>
#include <stdint.h>

#include "probe/bpf/descriptor.h"
#include "probe/bpf/maps.h"
#include "probe/bpf/memory.h"
#include "probe/bpf/task.h"

static __always_inline uint64_t
arg_of(const struct scratch *s, uint32_t i)
{
	return i < 6 ? s->call.args[i] : (uint64_t)s->call.result;
}

/* How many bytes of data: what was moved or, of a call that failed, asked for. */
static __always_inline uint32_t
data_len(const struct scratch *s, const struct wire_grab *g)
{
	uint64_t len = s->call.result >= 0 ? (uint64_t)s->call.result :
		       g->more < 6 ? s->call.args[g->more & 7] : 0;
	uint32_t max = g->max ? g->max : config.snap_bytes;

	return len > max ? max : (uint32_t)len;
}

/* The same where the vector tells what was asked for: all there is IF_FAILED. */
static __always_inline uint32_t
moved_len(const struct scratch *s, bool if_failed)
{
	uint32_t max = config.snap_bytes;

	if (s->call.result < 0)
		return if_failed ? max : 0;
	return (uint64_t)s->call.result > max ? max : (uint32_t)s->call.result;
}

/* A descriptor, or the one that ARG points to. */
static __always_inline int
fd_of(uint64_t arg, uint32_t is_pointer)
{
	int fd;

	if (!is_pointer)
		return (int)arg;
	/* What cannot be read is left as zeroes. */
	return bpf_probe_read_user(&fd, sizeof(fd), (void *)arg) < 0 ? -1 : fd;
}

static __always_inline uint32_t
counted_len(const struct scratch *s, const struct wire_grab *g)
{
	uint32_t max = g->max ? g->max : config.snap_bytes;
	uint64_t n = arg_of(s, g->more);

	return n * g->size > max || n > WIRE_CHUNK_MAX ? max : (uint32_t)(n * g->size);
}

/* The tag of grab I, and whose memory it is. */
static __always_inline uint32_t
narrow_tag(const struct scratch *s, uint32_t i)
{
	return s->call.head.flags & WIRE_COMPAT ? i | NARROW : i;
}

/* Answer what may be asked on both sides (WIRE_ENTER_GRABS). */
static __always_inline uint32_t
answer(struct scratch *s, const struct wire_grab *g, uint32_t i, uint32_t at, const bool is_exit)
{
	uint64_t arg = arg_of(s, g->arg);
	uint32_t tag = narrow_tag(s, i);

	switch (g->what) {
	case GRAB_TEXT:
		return put_text(at, i, arg);
	case GRAB_FIXED:
		return arg ? put_user(at, i, arg, g->max) : at;
	case GRAB_COUNTED:
		return arg ? put_user(at, i, arg, counted_len(s, g)) : at;
	case GRAB_VECTOR:
		at = is_exit ? put_vector(at, tag, arg, arg_of(s, g->more),
					  moved_len(s, !g->size)) :
			       put_vector_alone(at, tag, arg, arg_of(s, g->more));
		return arg_of(s, g->more) > VECTOR_HERE ?
		       put_rest(at, tag | 2 << 8, arg, arg_of(s, g->more)) : at;
	case GRAB_MESSAGE:
		return is_exit ? put_message(at, tag, arg, moved_len(s, false)) :
				 put_message_alone(at, tag, arg);
	case GRAB_SOCKET:
		return put_socket(at, i, fd_of(arg, g->size));
	case GRAB_NAME:
		return put_name(at, i, arg, arg_of(s, g->more), g->size);
	}
	return at;
}

/* And what only a call that returns may be asked. */
static __always_inline uint32_t
answer_exit(struct scratch *s, const struct wire_grab *g, uint32_t i, uint32_t at)
{
	uint64_t arg = arg_of(s, g->arg);

	switch (g->what) {
	case GRAB_RESULT:
		return put_user(at, i, arg, data_len(s, g));
	case GRAB_MESSAGES:
		return put_messages(at, narrow_tag(s, i), arg, s->call.result);
	case GRAB_FILE:
		at = put_file(at, i, fd_of(arg, g->size));
		return g->more ? put_file_path(at, i | 1 << 8, fd_of(arg, g->size)) : at;
	case GRAB_TASK:
		return g->more && s->call.result < 0 ?
		       put_task(at, i, TASK_NOT_STARTED, arg, arg_of(s, g->arg + 1)) :
		       put_task(at, i, g->more, 0, 0);
	case GRAB_MEMORY:
		return put_size(at, i);
	}
	return answer(s, g, i, at, true);
}

/* Answer grab I of the call in the scratch, which is entered: where the next chunk begins.
 * The kernel checks each function for each program that it is in, so the two sides do not
 * share one: what only the other side is asked would take as long again to load. */
__noinline uint32_t
grab_enter(uint32_t number, uint32_t i, uint32_t at)
{
	struct scratch *s = scratch_get();
	struct wire_grab g;

	if (!s || number >= WIRE_CALLS || i >= WIRE_GRABS)
		return at;
	g = spec_of(number)->enter[bounded(i, WIRE_GRABS - 1)];
	return answer(s, &g, i, at, false);
}

/* The same of one that returns. */
__noinline uint32_t
grab_exit(uint32_t number, uint32_t i, uint32_t at)
{
	struct scratch *s = scratch_get();
	struct wire_grab g;

	if (!s || number >= WIRE_CALLS || i >= WIRE_GRABS)
		return at;
	g = spec_of(number)->exit[bounded(i, WIRE_GRABS - 1)];
	return answer_exit(s, &g, i, at);
}

#endif
