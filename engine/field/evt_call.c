#include <string.h>

#include "engine/base/mem.h"
#include "engine/base/text.h"
#include "engine/event/event.h"
#include "engine/event/flags.h"
#include "engine/event/syscall.h"
#include "engine/field/call.h"
#include "engine/field/domain.h"
#include "engine/field/render.h"
#include "engine/world/world.h"

#define ERRORS 1024			/* none has a larger number */
#define SUCCESS "SUCCESS"
#define IPC "ipc"			/* of reads and writes; of calls it is "IPC" */
#define SHORT_ID_LEN 12			/* of a container's id */

static bool
get_dir(const struct eval *ev, struct value *out)
{
	return value_word(call_is_exit(ev) ? "<" : ">", out);
}

static bool
get_type(const struct eval *ev, struct value *out)
{
	render_type(ev->render, ev->m, ev->scratch);
	return value_scratch(ev, out);
}

static bool
get_syscall_type(const struct eval *ev, struct value *out)
{
	return ev->m->ev->type->source == ES_SYSCALL && get_type(ev, out);
}

/* What is read or written decides the category of a read or a write. */
static const char *
io_category(const struct descriptor *fd)
{
	if (!fd)
		return "unknown";
	switch (fd->kind) {
	case FD_FILE:
	case FD_DIRECTORY:
		return "file";
	case FD_IPV4:
	case FD_IPV6:
	case FD_IPV4_SERVER:
	case FD_IPV6_SERVER:
		return "net";
	case FD_FIFO:
	case FD_UNIX:
	case FD_EVENT:
	case FD_SIGNALFD:
	case FD_INOTIFY:
		return IPC;
	default:
		return "unknown";
	}
}

static const char *
category_word(size_t i)
{
	return i < EC_COUNT ? event_category_name((enum event_category)i) : IPC;
}

static bool
get_category(const struct eval *ev, struct value *out)
{
	const struct event_type *type = ev->m->ev->type;

	if (call_is_io(ev))
		return value_word(io_category(ev->m->fd), out);
	if (ev->m->ev->id == EV_GENERIC_E || ev->m->ev->id == EV_GENERIC_X) {
		uint16_t code = render_call_code(ev->render, ev->m);

		return value_word(event_category_name(syscall_code_category(code)), out);
	}
	return value_word(event_category_name(type->category), out);
}

/* Whether the type is the one that is named, or the one right behind the first
 * of that name: its exit. Later types of the same name are others. */
static bool
get_type_is(const struct eval *ev, const struct field_use *use, struct value *out)
{
	const uint8_t *name = use->arg_name.p;
	size_t len = use->arg_name.len, id = 0, i = 0;
	uint16_t own = ev->m->ev->id;

	for (; i < len && name[i] >= '0' && name[i] <= '9'; i++)
		id = id * 10 + (name[i] - '0');
	if (i == len) {
		out->u = id == own;
		return true;
	}
	for (id = 0; id < EVENT_TYPES; id++)
		if (!strncmp(event_types[id].name, (const char *)name, len) &&
		    !event_types[id].name[len])
			break;
	out->u = own == id || own == id + 1;
	return true;
}

static bool
get_args(const struct eval *ev, struct value *out)
{
	render_args(ev->render, ev->m, ev->scratch);
	return value_scratch(ev, out);
}

static bool
get_arg(const struct eval *ev, const struct field_use *use, struct value *out)
{
	const struct event *from = ev->m->ev;
	unsigned at = (unsigned)use->index;

	if (use->arg_name.len)
		from = call_event_with(ev->m, use->arg_name, &at);
	else if (at >= from->n_params || at >= from->type->n_params)
		from = NULL;
	if (!from)
		return false;
	render_param_short(ev->render, ev->m, from, at, ev->scratch);
	return value_scratch(ev, out);
}

/* What a parameter is as a value, by its kind. */
static enum value_type
type_of_kind(unsigned kind)
{
	switch (kind) {
	case PK_INT8: case PK_INT16: case PK_INT32: case PK_INT64: case PK_ERRNO:
	case PK_FD: case PK_FD32: case PK_PID: case PK_PID32:
		return T_INT;
	case PK_CHARBUF: case PK_FSPATH: case PK_FSRELPATH:
		return T_STR;
	case PK_RELTIME:
		return T_SPAN;
	case PK_ABSTIME:
		return T_TIME;
	case PK_IPV4ADDR: case PK_IPV6ADDR:
		return T_IP;
	case PK_BYTEBUF: case PK_FDLIST: case PK_SOCKADDR: case PK_SOCKTUPLE: case PK_DYN:
	case PK_CHARBUFARRAY: case PK_CHARBUF_PAIR_ARRAY:
		return T_DATA;
	default:
		return T_UINT;
	}
}

/* The first parameter of that name decides, whatever event it is in. */
static enum value_type
type_of_rawarg(const struct field_use *use)
{
	for (size_t id = 0; id < EVENT_TYPES; id++) {
		const struct event_type *type = &event_types[id];

		for (size_t i = 0; i < type->n_params; i++)
			if (arg_is(use, type->params[i].name))
				return type_of_kind(type->params[i].kind);
	}
	return T_STR;
}

static bool
is_text(enum value_type type)
{
	return type == T_STR || type == T_DATA;
}

static bool
take_ip(struct span s, struct value *out)
{
	if (s.len != 4 && s.len != 16)
		return false;
	memset(&out->ip, 0, sizeof(out->ip));
	out->ip.is_v6 = s.len == 16;
	memcpy(out->ip.bytes, s.p, s.len);
	return true;
}

/* The bytes of a parameter as a value of the type that the name stands for. */
static bool
get_rawarg(const struct eval *ev, const struct field_use *use, struct value *out)
{
	unsigned at;
	const struct event *from = call_event_with(ev->m, use->arg_name, &at);
	enum value_type wanted = use->type, type;
	struct span s;

	if (!from)
		return false;
	s = event_bytes(from, at);
	type = type_of_kind(from->type->params[at].kind);
	if (is_text(type) != is_text(wanted) || (type == T_IP) != (wanted == T_IP))
		return false;
	if (type == T_STR)
		s.len = strnlen((const char *)s.p, s.len);
	if (type == T_IP)
		return take_ip(s, out);
	if (is_text(type))
		out->s = s;
	else if (!s.len || s.len > 8)
		return false;
	else
		out->i = call_number_of(s, type == T_INT);
	return true;
}

static bool
get_rawres(const struct eval *ev, struct value *out)
{
	return call_result(ev, &out->i);
}

static bool
get_res(const struct eval *ev, struct value *out)
{
	int64_t res;
	const char *name;

	if (!call_result(ev, &res))
		return false;
	if (res >= 0)
		return value_word(SUCCESS, out);
	name = errno_name(0 - (uint64_t)res);
	if (name)
		return value_word(name, out);
	text_i64(ev->scratch, res);
	return value_scratch(ev, out);
}

static bool
get_unsure(const struct eval *ev, struct value *out)
{
	out->b = ev->m->is_unsure;
	return true;
}

static bool
get_failed(const struct eval *ev, struct value *out)
{
	int64_t res;

	out->b = call_result(ev, &res) && res < 0;
	return true;
}

/* What get_res() gives, but for numbers of errors without a name. */
static const char *
res_word(size_t i)
{
	return i ? errno_name(i) : SUCCESS;
}

static const char *
errno_word(size_t i)
{
	return i ? errno_name(i) : NULL;
}

/* The name of the error, for calls that failed. */
static bool
get_errno(const struct eval *ev, struct value *out)
{
	int64_t res;

	return call_result(ev, &res) && res < 0 && get_res(ev, out);
}

/* Calls whose paths start from a folder that they name. Of links the name
 * that there was already is the source. */
static const struct {
	uint16_t id;
	const char *path, *dirfd, *to, *to_dirfd;
} at_calls[] = {
	{ EV_RENAMEAT_X, "oldpath", "olddirfd", "newpath", "newdirfd" },
	{ EV_RENAMEAT2_X, "oldpath", "olddirfd", "newpath", "newdirfd" },
	{ EV_LINKAT_X, "oldpath", "olddir", "newpath", "newdir" },
	{ EV_LINKAT_2_X, "oldpath", "olddir", "newpath", "newdir" },
	{ EV_SYMLINKAT_X, "linkpath", "linkdirfd", NULL, NULL },
	{ EV_UNLINKAT_X, "name", "dirfd", NULL, NULL },
	{ EV_UNLINKAT_2_X, "name", "dirfd", NULL, NULL },
	{ EV_MKDIRAT_X, "path", "dirfd", NULL, NULL },
	{ EV_FCHMODAT_X, "filename", "dirfd", NULL, NULL },
	{ EV_FCHOWNAT_X, "pathname", "dirfd", NULL, NULL },
	{ EV_OPENAT_E, "name", "dirfd", NULL, NULL },
	{ EV_OPENAT_X, "name", "dirfd", NULL, NULL },
	{ EV_OPENAT_2_X, "name", "dirfd", NULL, NULL },
	{ EV_OPENAT2_X, "name", "dirfd", NULL, NULL },
	{ EV_OPEN_BY_HANDLE_AT_X, "path", "mountfd", NULL, NULL },
};

static bool
get_abspath(const struct eval *ev, struct value *out)
{
	for (size_t i = 0; i < ARRAY_LEN(at_calls); i++)
		if (at_calls[i].id == ev->m->ev->id)
			return call_path(ev, at_calls[i].path, at_calls[i].dirfd, out);
	return false;
}

static bool
get_abspath_dst(const struct eval *ev, struct value *out)
{
	for (size_t i = 0; i < ARRAY_LEN(at_calls); i++)
		if (at_calls[i].id == ev->m->ev->id && at_calls[i].to)
			return call_path(ev, at_calls[i].to, at_calls[i].to_dirfd, out);
	return get_abspath(ev, out);
}

/* The item of an infrastructure event's description that starts with NAME:
 * "Event: start;ID: 697956520d89...;". */
static bool
infra_item(const struct eval *ev, const char *name, struct value *out)
{
	struct span s = { NULL, 0 };
	size_t len = strlen(name);

	if (ev->m->ev->id == EV_INFRASTRUCTURE_EVENT_E)
		s = event_text(ev->m->ev, 2);
	while (s.len) {
		const uint8_t *end = memchr(s.p, ';', s.len);
		size_t n = end ? (size_t)(end - s.p) : s.len, at = 0;
		struct span item = { s.p, n };

		s.p += n + (end != NULL);
		s.len -= n + (end != NULL);
		for (; at < n && item.p[at] == ' '; at++)
			;
		if (n - at < len || memcmp(item.p + at, name, len))
			continue;
		for (at += len; at < n && strchr(" :=", item.p[at]) && item.p[at]; at++)
			;
		out->s = (struct span){ item.p + at, n - at };
		return true;
	}
	return false;
}

static bool
get_infra_name(const struct eval *ev, struct value *out)
{
	return infra_item(ev, "Event", out);
}

static bool
get_infra_id(const struct eval *ev, struct value *out)
{
	if (!infra_item(ev, "ID", out))
		return false;
	if (out->s.len > SHORT_ID_LEN)
		out->s.len = SHORT_ID_LEN;
	return true;
}

static bool
get_infra_container(const struct eval *ev, struct value *out)
{
	return infra_item(ev, "name", out);
}

/* Without the digest behind it, unless that is all there is. */
static bool
get_infra_image(const struct eval *ev, struct value *out)
{
	const uint8_t *at;

	if (!infra_item(ev, "Image", out))
		return false;
	at = memchr(out->s.p, '@', out->s.len);
	if (at && at > out->s.p)
		out->s.len = (size_t)(at - out->s.p);
	return true;
}

static const struct field fields[] = {
	{ .name = "evt.type", .type = T_STR, .unit = U_EVENT_NAME, .scope = OF_ROW,
	  .get = get_type,
	  .doc = "Name of the event; of the system call where there is one." },
	{ .name = "evt.type.is", .type = T_UINT, .scope = OF_ROW,
	  .arg = ARG_EVENT | ARG_NEEDED, .get_arg = get_type_is, .max = 1,
	  .doc = "1 for events of the type that is named, also by its number; else 0." },
	{ .name = "evt.dir", .type = T_STR, .scope = OF_ROW, .get = get_dir,
	  .doc = "\">\" when a call is entered, \"<\" when it returns." },
	{ .name = "evt.category", .type = T_STR, .scope = OF_ROW, .get = get_category,
	  ONE_OF(category_word, EC_COUNT + 1),
	  .doc = "Kind of the event: file, net, process and so on." },
	{ .name = "evt.args", .type = T_STR, .unit = U_HARMLESS, .scope = OF_PAYLOAD,
	  .flags = FIELD_ALL_ARGS, .get = get_args,
	  .doc = "All parameters, with what they mean." },
	{ .name = "evt.info", .type = T_STR, .unit = U_HARMLESS, .scope = OF_PAYLOAD,
	  .flags = FIELD_ALL_ARGS, .get = get_args,
	  .doc = "Another name of evt.args." },
	{ .name = "evt.arg", .type = T_STR, .unit = U_HARMLESS, .scope = OF_PAYLOAD,
	  .arg = ARG_PARAM | ARG_INDEX | ARG_NEEDED, .get_arg = get_arg,
	  .doc = "One parameter, by its name or position; an exit event knows its enter's too." },
	{ .name = "evt.rawarg", .type = T_STR, .scope = OF_PAYLOAD,
	  .arg = ARG_PARAM | ARG_NEEDED, .flags = FIELD_PLAIN, .get_arg = get_rawarg,
	  .type_of = type_of_rawarg,
	  .doc = "One parameter by its name, as it stands in the event: a number, not its name." },
	{ .name = "evt.res", .type = T_STR, .scope = OF_ROW, .get = get_res,
	  ONE_OF(res_word, ERRORS), .flags = FIELD_OR_NUMBER,
	  .doc = "SUCCESS, or the name of the error with which the call returned." },
	{ .name = "evt.rawres", .type = T_INT, .scope = OF_ROW, .get = get_rawres,
	  .doc = "What the call returned, as a number." },
	{ .name = "evt.failed", .type = T_BOOL, .scope = OF_ROW, .get = get_failed,
	  .doc = "Whether the call returned an error." },
	{ .name = "evt.unsure", .type = T_BOOL, .scope = OF_ROW, .flags = FIELD_OURS,
	  .get = get_unsure,
	  .doc = "Whether lost events may have changed who did it, or on what descriptor." },
	{ .name = "evt.errno", .type = T_STR, .scope = OF_ROW,
	  .flags = FIELD_OURS | FIELD_OR_NUMBER, .get = get_errno,
	  ONE_OF(errno_word, ERRORS),
	  .doc = "Name of the error with which the call returned; nothing when it worked." },
	{ .name = "evt.abspath", .type = T_STR, .scope = OF_PAYLOAD, .get = get_abspath,
	  .doc = "Path from the root, for calls that name a folder to start from." },
	{ .name = "evt.abspath.src", .type = T_STR, .scope = OF_PAYLOAD, .get = get_abspath,
	  .doc = "Another name of evt.abspath: what is renamed or linked." },
	{ .name = "evt.abspath.dst", .type = T_STR, .scope = OF_PAYLOAD,
	  .get = get_abspath_dst,
	  .doc = "Where renameat and linkat put it; for other calls as evt.abspath." },
	{ .name = "evt.infra.docker.name", .type = T_STR, .scope = OF_PAYLOAD,
	  .flags = FIELD_TABLE_ONLY | FIELD_OLD, .get = get_infra_name,
	  .doc = "What happened to a container, told by docker." },
	{ .name = "evt.infra.docker.container.id", .type = T_STR, .scope = OF_PAYLOAD,
	  .flags = FIELD_TABLE_ONLY | FIELD_OLD, .get = get_infra_id,
	  .doc = "Short id of the container to which it happened." },
	{ .name = "evt.infra.docker.container.name", .type = T_STR, .scope = OF_PAYLOAD,
	  .flags = FIELD_TABLE_ONLY | FIELD_OLD, .get = get_infra_container,
	  .doc = "Name of the container to which it happened." },
	{ .name = "evt.infra.docker.container.image", .type = T_STR, .scope = OF_PAYLOAD,
	  .flags = FIELD_TABLE_ONLY | FIELD_OLD, .get = get_infra_image,
	  .doc = "Image of the container to which it happened." },
};

const struct domain evt_call_domain = {
	"evt", fields, ARRAY_LEN(fields), "What happened, with what result",
};

static const struct field syscall_rows[] = {
	{ .name = "syscall.type", .type = T_STR, .unit = U_EVENT_NAME, .scope = OF_ROW,
	  .get = get_syscall_type,
	  .doc = "Name of the system call; nothing for what is none." },
};

const struct domain syscall_domain = {
	"syscall", syscall_rows, ARRAY_LEN(syscall_rows), "System calls",
};
