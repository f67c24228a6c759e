#include "probe/parameter.h"

#include <string.h>
#include <sys/socket.h>

#include "probe/convert.h"
#include "probe/parameter_ipc.h"
#include "probe/parameter_socket.h"
#include "probe/parameter_task.h"
#include "probe/tuple.h"

#define O_HAS_MODE (0100 | 020000000)	/* open() makes a file: O_CREAT, O_TMPFILE's bit */
#define FLAG_F_CREATED 0x4000		/* of flag set file_flags */

/* How many bytes a word of T has. */
static size_t
word_bytes(const struct take *t)
{
	return t->how == TAKE_WORD ? 8 : t->how == TAKE_HALF ? 4 : 2;
}

/* The number of S that T says, through its CONVERT if there is one. */
static void
put_word(struct text *out, enum param_kind kind, struct span s, const struct take *t)
{
	size_t size = word_bytes(t), at = t->more * size;
	uint64_t v = 0;

	if (at + size > s.len)
		return;
	memcpy(&v, s.p + at, size);
	if (t->how == TAKE_HALF)
		v = (uint64_t)(int64_t)(int32_t)v;
	pieces_number(out, kind, t->convert ? t->convert(v) : v);
}

static void
put_vector_size(struct text *out, const struct pieces *k, size_t i)
{
	struct span iovs = pieces_part(k, i, 0), rest = pieces_part(k, i, 2);
	uint64_t sum = 0, len;

	if (!iovs.p)
		return;
	/* Of a message that is its name. */
	if (k->takes[i].how == TAKE_VECTOR_SIZE && rest.len == sizeof(sum))
		memcpy(&sum, rest.p, sizeof(sum));
	for (size_t at = 0; at + 16 <= iovs.len; at += 16) {
		memcpy(&len, iovs.p + at + 8, sizeof(len));
		sum += len;
	}
	pieces_number(out, PK_UINT32, sum);
}

static void
put_poll(struct text *out, struct span fds, bool is_exit)
{
	uint16_t n = (uint16_t)(fds.len / 8), events;
	int32_t fd32;
	int64_t fd;

	if (!fds.p)
		return;
	text_bytes(out, &n, sizeof(n));
	for (size_t i = 0; i < n; i++) {
		memcpy(&fd32, fds.p + 8 * i, sizeof(fd32));
		memcpy(&events, fds.p + 8 * i + (is_exit ? 6 : 4), sizeof(events));
		fd = fd32;
		events = (uint16_t)convert_poll_events(events);
		text_bytes(out, &fd, sizeof(fd));
		text_bytes(out, &events, sizeof(events));
	}
}

static void
put_time(struct text *out, const struct pieces *k, size_t i, const struct take *t)
{
	struct span s = pieces_part(k, i, 0);
	uint64_t ns = UINT64_MAX;
	int32_t narrow[2];
	int64_t v[2];

	if (!pieces_arg(k, t->arg)) {
		pieces_number(out, PK_UINT64, ns);
		return;
	}
	if (s.len < t->size)
		return;
	if (t->size == sizeof(narrow)) {
		memcpy(narrow, s.p, sizeof(narrow));
		v[0] = narrow[0];
		v[1] = narrow[1];
	} else {
		memcpy(v, s.p, sizeof(v));
	}
	ns = (uint64_t)v[0] * 1000000000u + (uint64_t)v[1];
	pieces_number(out, PK_UINT64, ns);
}

static void
put_file(struct text *out, const struct pieces *k, size_t i, const struct take *t,
	 enum param_kind kind)
{
	struct span s = pieces_part(k, i, 0);
	struct wire_file file = { 0 };
	bool is_there = s.len == sizeof(file);

	if (is_there)
		memcpy(&file, s.p, sizeof(file));
	if (t->how == TAKE_OPEN_FLAGS)
		pieces_number(out, kind, convert_open_flags(k->call->args[t->arg]) |
				      (file.was_created ? FLAG_F_CREATED : 0));
	else if (is_there && t->how == TAKE_FILE && t->more == FILE_DEV)
		pieces_number(out, kind, convert_device(file.dev));
	else if (is_there && t->how == TAKE_FILE && t->more == FILE_LAYER)
		pieces_number(out, kind, file.layer);
	else if (is_there)
		pieces_number(out, kind, file.ino);
}

/* The small ones, made from the registers alone. */
static void
put_register(struct text *out, const struct pieces *k, const struct take *t,
	     enum param_kind kind)
{
	uint64_t arg = pieces_arg(k, t->arg);

	switch ((enum take_how)t->how) {
	case TAKE_RESULT:
		pieces_number(out, kind, (uint64_t)k->call->result);
		break;
	case TAKE_ARG:
		pieces_number(out, kind, arg);
		break;
	case TAKE_INT:
		pieces_number(out, kind, (uint64_t)(int64_t)(int32_t)arg);
		break;
	case TAKE_OFFSET:
		pieces_number(out, kind, arg << 32 | (uint32_t)k->call->args[t->more]);
		break;
	case TAKE_CONVERTED:
		pieces_number(out, kind, t->convert(arg));
		break;
	case TAKE_OPTION_LEVEL:
		pieces_number(out, kind, convert_option_level(arg));
		break;
	case TAKE_OPTION_NAME:
		pieces_number(out, kind, k->call->args[t->more] == SOL_SOCKET ?
				      convert_option_name(arg) : 0);
		break;
	case TAKE_OPEN_MODE:
		pieces_number(out, kind, k->call->args[t->more] & O_HAS_MODE ? arg & 07777 : 0);
		break;
	default:
		break;
	}
}

/* Of a call with several messages: what one of them has, or why there is none. */
static void
put_message_result(struct text *out, const struct pieces *k, size_t i)
{
	struct span s = pieces_part(k, i, 4);
	uint32_t len = 0;

	if (s.len == sizeof(len))
		memcpy(&len, s.p, sizeof(len));
	pieces_number(out, PK_ERRNO, k->call->result < 0 ? (uint64_t)k->call->result : len);
}

void
parameter_put(struct text *out, const struct pieces *k, size_t i, const struct take *t,
	      enum param_kind kind)
{
	bool is_exit = k->call->head.kind == WIRE_EXIT;

	if (t->when && !t->when(k->call))
		return;
	switch ((enum take_how)t->how) {
	case TAKE_TEXT:
		pieces_text(out, pieces_part(k, i, 0));
		break;
	case TAKE_DATA: case TAKE_BUFFER:
		text_bytes(out, pieces_part(k, i, 0).p, pieces_part(k, i, 0).len);
		break;
	case TAKE_VECTOR_DATA: case TAKE_MESSAGE_DATA:
		text_bytes(out, pieces_part(k, i, 1).p, pieces_part(k, i, 1).len);
		break;
	case TAKE_VECTOR_SIZE: case TAKE_MESSAGE_SIZE:
		put_vector_size(out, k, i);
		break;
	case TAKE_MESSAGE_CONTROL:
		parameter_socket_control(out, k, i);
		break;
	case TAKE_NAME:
		tuple_put_address(out, pieces_part(k, i, 0));
		break;
	case TAKE_TUPLE: case TAKE_MESSAGE_TUPLE:
		parameter_socket_tuple(out, k, i, t);
		break;
	case TAKE_OPTION_VALUE:
		parameter_socket_option(out, k, i);
		break;
	case TAKE_QUEUE: case TAKE_SOCKET_SELF:
		parameter_socket_put(out, k, i, t);
		break;
	case TAKE_FILE_PATH:
		parameter_task_path(out, pieces_part(k, i, 1));
		break;
	case TAKE_FILENAME:
		parameter_task_filename(out, k, i);
		break;
	case TAKE_SEMAPHORE:
		parameter_ipc_semaphore(out, k, i, t);
		break;
	case TAKE_PTRACE:
		parameter_ipc_ptrace(out, k, i, t);
		break;
	case TAKE_KEYCTL:
		parameter_ipc_keyctl(out, k, i, t);
		break;
	case TAKE_QUOTA:
		parameter_ipc_quota(out, k, i, t, kind);
		break;
	case TAKE_MESSAGE_RESULT:
		put_message_result(out, k, i);
		break;
	case TAKE_FILE: case TAKE_OPEN_FLAGS: case TAKE_PIPE_INO:
		put_file(out, k, i, t, kind);
		break;
	case TAKE_POLL:
		put_poll(out, pieces_part(k, i, 0), is_exit);
		break;
	case TAKE_TIMESPEC:
		put_time(out, k, i, t);
		break;
	case TAKE_WORD: case TAKE_HALF: case TAKE_QUARTER:
		put_word(out, kind, pieces_part(k, i, 0), t);
		break;
	case TAKE_TASK:
		parameter_task_put(out, k, i, (enum task_part)t->more, kind);
		break;
	case TAKE_SIZE:
		parameter_task_size(out, k, i, (enum size_part)t->more, kind);
		break;
	case TAKE_CLONE_FLAGS:
		parameter_task_clone_flags(out, k, i, t);
		break;
	default:
		put_register(out, k, t, kind);
	}
}

