#include <string.h>

#include "engine/base/intern.h"
#include "engine/base/mem.h"
#include "engine/base/text.h"
#include "engine/event/event.h"
#include "engine/field/call.h"
#include "engine/field/domain.h"
#include "engine/field/render.h"
#include "engine/world/world.h"

#define OPEN_UPPER_LAYER (1u << 15)	/* of flag set file_flags */
#define OPEN_LOWER_LAYER (1u << 16)

static bool
get_num(const struct eval *ev, struct value *out)
{
	if (ev->fd) {
		out->i = ev->fd->num;
		return true;
	}
	if (!ev->m || !ev->m->has_fd_num)
		return false;
	out->i = ev->m->fd_num;
	return true;
}

static bool
get_type(const struct eval *ev, struct value *out)
{
	return ev->fd && value_word(fd_kind_word(ev->fd->kind), out);
}

static bool
get_typechar(const struct eval *ev, struct value *out)
{
	if (!ev->fd)
		return false;
	text_char(ev->scratch, fd_kind_letter(ev->fd->kind));
	return value_scratch(ev, out);
}

/* A call that failed to make a descriptor, or to connect one, still tells of
 * what it was for. */
static bool
put_failure(const struct eval *ev, bool only_path)
{
	const struct event *event = ev->m ? ev->m->ev : NULL;
	int64_t res;

	if (!event || !event_result(event, &res) || res >= 0)
		return false;
	if (!(event->type->flags & EF_CREATES_FD) && event->id != EV_CONNECT_X)
		return false;
	for (unsigned i = 0; i < event->type->n_params && i < event->n_params; i++) {
		unsigned kind = event->type->params[i].kind;
		const char *name = event->type->params[i].name;
		bool is_path = (kind == PK_FSPATH || kind == PK_FSRELPATH) &&
			       !strcmp(name, "name");

		if (!is_path && (only_path || kind != PK_SOCKTUPLE))
			continue;
		render_param_short(ev->render, ev->m, event, i, ev->scratch);
		return true;
	}
	return false;
}

static bool
put_name(const struct eval *ev)
{
	bool is_failed = ev->m && ev->m->connect_failed;

	if ((!ev->fd || is_failed) && put_failure(ev, false))
		return true;
	if (!ev->fd)
		return false;
	render_fd_bytes(ev->render, ev->fd, ev->scratch);
	return true;
}

/* Files are called what they are called: their names need not be put together. */
static bool
get_name(const struct eval *ev, struct value *out)
{
	const struct descriptor *fd = ev->fd;

	if (fd && fd->name && (fd->kind == FD_FILE || fd->kind == FD_DIRECTORY)) {
		out->s = intern_span(world_names(ev->world), fd->name);
		return true;
	}
	return put_name(ev) && value_scratch(ev, out);
}

static bool
is_kind(const struct eval *ev, unsigned kind)
{
	return ev->fd && ev->fd->kind == kind;
}

/* The bytes of the path up to its last slash; -1: there is none. */
static int64_t
last_slash(struct span path)
{
	const uint8_t *slash = path.len ? memrchr(path.p, '/', path.len) : NULL;

	return slash ? slash - path.p : -1;
}

/* The path of a file: of the descriptor, or what could not be opened. */
static bool
get_path(const struct eval *ev, struct value *out)
{
	if (!ev->fd)
		return put_failure(ev, true) && value_scratch(ev, out);
	return is_kind(ev, FD_FILE) && value_name(ev, ev->fd->name, out);
}

static bool
get_directory(const struct eval *ev, struct value *out)
{
	int64_t slash;

	if (is_kind(ev, FD_DIRECTORY))
		return value_name(ev, ev->fd->name, out);
	if (!get_path(ev, out))
		return false;
	slash = last_slash(out->s);
	if (slash >= 0 && (size_t)slash + 1 == out->s.len)
		return true;
	if (slash <= 0)
		return value_word("/", out);
	out->s.len = (size_t)slash;
	return true;
}

static bool
get_filename(const struct eval *ev, struct value *out)
{
	int64_t slash;

	if (!is_kind(ev, FD_FILE) || !value_name(ev, ev->fd->name, out))
		return false;
	slash = last_slash(out->s);
	if (slash < 0)
		return value_word("/", out);
	if ((size_t)slash + 1 == out->s.len)
		return true;
	out->s.p += slash + 1;
	out->s.len -= (size_t)slash + 1;
	return true;
}

static bool
get_connected(const struct eval *ev, struct value *out)
{
	if (!ev->fd)
		return false;
	out->b = ev->fd->connected;
	return true;
}

static bool
get_uid(const struct eval *ev, struct value *out)
{
	struct value num;

	if (!ev->thread || !get_num(ev, &num))
		return false;
	text_i64(ev->scratch, ev->thread->tid);
	text_i64(ev->scratch, num.i);
	return value_scratch(ev, out);
}

static void
put_container(const struct eval *ev)
{
	const struct container *c =
		containers_get(world_containers(ev->world), ev->container);
	struct span id;

	if (c) {
		id = intern_span(world_names(ev->world), c->id);
		text_bytes(ev->scratch, id.p, id.len);
	}
	text_char(ev->scratch, ':');
}

static bool
get_containername(const struct eval *ev, struct value *out)
{
	put_container(ev);
	return put_name(ev) && value_scratch(ev, out);
}

static bool
get_containerdirectory(const struct eval *ev, struct value *out)
{
	struct text *t = ev->scratch;
	struct value folder;
	size_t start, at;
	uintptr_t place;
	bool moves;

	if (!get_directory(ev, &folder))
		return false;
	/* What could not be opened stands in the scratch, which may move; the folder of
	 * something in no folder does not. */
	start = t->len;
	place = (uintptr_t)folder.s.p - (uintptr_t)t->p;
	moves = place < start;
	at = moves ? (size_t)place : 0;
	put_container(ev);
	text_room(t, folder.s.len);
	text_bytes(t, moves ? t->p + at : (const char *)folder.s.p, folder.s.len);
	out->s = (struct span){ (const uint8_t *)t->p + start, t->len - start };
	return true;
}

static bool
get_dev(const struct eval *ev, struct value *out)
{
	if (!ev->fd)
		return false;
	out->u = ev->fd->dev;
	return true;
}

static bool
get_dev_major(const struct eval *ev, struct value *out)
{
	if (!ev->fd)
		return false;
	out->u = (ev->fd->dev & 0xFFF00) >> 8;
	return true;
}

static bool
get_dev_minor(const struct eval *ev, struct value *out)
{
	if (!ev->fd)
		return false;
	out->u = (ev->fd->dev & 0xFF) | ((ev->fd->dev >> 12) & 0xFFF00);
	return true;
}

static bool
get_ino(const struct eval *ev, struct value *out)
{
	if (!ev->fd)
		return false;
	out->u = ev->fd->ino;
	return true;
}

static bool
has_open_flag(const struct eval *ev, uint32_t flag, struct value *out)
{
	if (!ev->fd)
		return false;
	out->b = ev->fd->open_flags & flag;
	return true;
}

static bool
get_is_upper_layer(const struct eval *ev, struct value *out)
{
	return has_open_flag(ev, OPEN_UPPER_LAYER, out);
}

static bool
get_is_lower_layer(const struct eval *ev, struct value *out)
{
	return has_open_flag(ev, OPEN_LOWER_LAYER, out);
}

/* A socket that stays the same, but has another peer than before. */
static bool
get_name_changed(const struct eval *ev, struct value *out)
{
	if (!ev->fd || !ev->m)
		return false;
	out->b = ev->m->fd_changed && ev->m->ev->type->flags & (EF_READS | EF_WRITES);
	return true;
}

/* The path as the call gave it that opens, else what it is called. */
static bool
get_nameraw(const struct eval *ev, struct value *out)
{
	if (!ev->fd)
		return false;
	if (ev->m && ev->m->ev->type->flags & EF_CREATES_FD && call_is_exit(ev) &&
	    (call_raw_path(ev, "name", out) || call_raw_path(ev, "path", out)))
		return true;
	descriptor_name(ev->world, ev->fd, ev->scratch);
	return value_scratch(ev, out);
}

/* [N]: of descriptor N. Else: what there is among all of the process. */
static bool
get_types(const struct eval *ev, const struct field_use *use, struct value *out)
{
	bool seen[FD_KINDS] = { false };
	const struct descriptor *fd;
	struct list list;

	if (!ev->proc)
		return false;
	if (use->has_index) {
		fd = world_fd(ev->proc, use->index);
		return fd && value_word(fd_kind_word(fd->kind), out);
	}
	for (int64_t num = 0; (fd = world_next_fd(ev->proc, &num)); num++)
		seen[fd->kind] = true;
	list_begin(ev, &list);
	for (unsigned kind = 0; kind < FD_KINDS; kind++) {
		const char *word = seen[kind] ? fd_kind_word(kind) : NULL;

		if (!word || (kind == FD_IPV4_SERVER && seen[FD_IPV4]) ||
		    (kind == FD_IPV6_SERVER && seen[FD_IPV6]))
			continue;
		text_str(ev->scratch, word);
		list_add(&list);
	}
	return list_end(&list, out);
}

static const struct field fields[] = {
	{ .name = "fd.num", .type = T_INT, ON(FD), .get = get_num,
	  .doc = "Number of the descriptor that the call used or made." },
	{ .name = "fd.type", .type = T_STR, ON(FD), .get = get_type,
	  ONE_OF(word_of_fd_type, FD_KINDS),
	  .doc = "What it is: file, directory, ipv4, ipv6, unix, pipe, event and so on." },
	{ .name = "fd.typechar", .type = T_STR, ON(FD), .get = get_typechar,
	  .doc = "What it is, in one letter." },
	{ .name = "fd.name", .type = T_STR, ON(FD), .flags = FIELD_OF_TRY, .get = get_name,
	  .doc = "Its path, or both ends of its connection." },
	{ .name = "fd.nameraw", .type = T_STR, .scope = OF_PAYLOAD, .flags = FIELD_OF_TRY,
	  .get = get_nameraw,
	  .doc = "The path as the call gave it that opens it; else as fd.name." },
	{ .name = "fd.directory", .type = T_STR, ON(FD), .flags = FIELD_OF_TRY,
	  .get = get_directory,
	  .doc = "The folder in which the file is." },
	{ .name = "fd.filename", .type = T_STR, ON(FD), .flags = FIELD_OF_TRY, .get = get_filename,
	  .doc = "The name of the file without its folder." },
	{ .name = "fd.uid", .type = T_STR, .scope = OF_ROW, .get = get_uid,
	  .doc = "Number of the thread and of the descriptor, joined." },
	{ .name = "fd.containername", .type = T_STR, .scope = OF_ROW, .flags = FIELD_OF_TRY,
	  .get = get_containername,
	  .doc = "Container, a colon, and fd.name." },
	{ .name = "fd.containerdirectory", .type = T_STR, .scope = OF_ROW, .flags = FIELD_OF_TRY,
	  .get = get_containerdirectory, .doc = "Container, a colon, and fd.directory." },
	{ .name = "fd.types", .type = T_STR, .scope = OF_HISTORY, .arg = ARG_INDEX,
	  .many = FIELD_LIST, .get_arg = get_types, ONE_OF(word_of_fd_type, FD_KINDS),
	  .doc = "What kinds of descriptors the process has; [N]: of which kind number N is." },
	{ .name = "fd.dev", .type = T_UINT, .unit = U_HEX, ON(FD), .get = get_dev,
	  .max = UINT32_MAX,
	  .doc = "Number of the device that the file is on." },
	{ .name = "fd.dev.major", .type = T_UINT, ON(FD), .get = get_dev_major,
	  .max = 0xFFF,
	  .doc = "Major part of fd.dev." },
	{ .name = "fd.dev.minor", .type = T_UINT, ON(FD), .get = get_dev_minor,
	  .max = 0xFFFFF,
	  .doc = "Minor part of fd.dev." },
	{ .name = "fd.ino", .type = T_UINT, ON(FD), .get = get_ino,
	  .doc = "Inode of the file." },
	{ .name = "fd.is_upper_layer", .type = T_BOOL, ON(FD), .get = get_is_upper_layer,
	  .doc = "Whether the file is in the upper layer of an overlay file system." },
	{ .name = "fd.is_lower_layer", .type = T_BOOL, ON(FD), .get = get_is_lower_layer,
	  .doc = "Whether the file is in the lower layer of an overlay file system." },
	{ .name = "fd.connected", .type = T_BOOL, .scope = OF_HISTORY, .get = get_connected,
	  .doc = "Whether the socket is connected." },
	{ .name = "fd.name_changed", .type = T_BOOL, .scope = OF_ROW, .get = get_name_changed,
	  .doc = "Whether this event changed what it is, such as the peer of a datagram socket." },
};

const struct domain fd_domain = {
	"fd", fields, ARRAY_LEN(fields), "Descriptors: files, sockets, pipes",
};
