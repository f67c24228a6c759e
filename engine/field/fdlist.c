#include "engine/base/mem.h"
#include "engine/base/text.h"
#include "engine/event/event.h"
#include "engine/field/address.h"
#include "engine/field/call.h"
#include "engine/field/domain.h"
#include "engine/world/world.h"

/*
 * The descriptors that poll and ppoll wait for, with commas between them.
 */

#define ENTRY_LEN 10			/* number 8, events 2 */

/* Put what is wanted of descriptor NUM (FD: NULL when it is not known) into the
 * scratch. False: there is nothing of it. */
typedef bool put_fn(const struct eval *ev, int64_t num, const struct descriptor *fd);

static bool
is_poll(uint16_t id)
{
	return id == EV_POLL_E || id == EV_POLL_X || id == EV_PPOLL_E || id == EV_PPOLL_X;
}

static bool
list_all(const struct eval *ev, put_fn *put, struct value *out)
{
	struct span s = { (const uint8_t *)"", 0 };
	struct reader in;
	unsigned n;
	bool any = false;

	if (is_poll(ev->m->ev->id))
		s = call_param(ev->m, "fds");
	in = reader_of(s.p, s.len, false);
	n = read_u16(&in);
	for (unsigned i = 0; i < n && reader_left(&in) >= ENTRY_LEN; i++) {
		int64_t num = read_i64(&in);
		size_t before = ev->scratch->len;

		read_u16(&in);
		if (any)
			text_char(ev->scratch, ',');
		if (put(ev, num, ev->m->proc ? world_fd(ev->m->proc, num) : NULL))
			any = true;
		else
			ev->scratch->len = before;
	}
	return any && value_scratch(ev, out);
}

static bool
put_num(const struct eval *ev, int64_t num, const struct descriptor *fd)
{
	(void)fd;
	text_i64(ev->scratch, num);
	return true;
}

static bool
put_name(const struct eval *ev, int64_t num, const struct descriptor *fd)
{
	size_t before = ev->scratch->len;

	(void)num;
	if (fd)
		descriptor_name(ev->world, fd, ev->scratch);
	if (ev->scratch->len == before)
		text_str(ev->scratch, "<NA>");
	return true;
}

static bool
is_connection(const struct descriptor *fd)
{
	return fd && fd->has_tuple && (fd->kind == FD_IPV4 || fd->kind == FD_IPV6);
}

static bool
is_server(const struct descriptor *fd)
{
	return fd && fd->has_tuple &&
	       (fd->kind == FD_IPV4_SERVER || fd->kind == FD_IPV6_SERVER);
}

static bool
put_cip(const struct eval *ev, int64_t num, const struct descriptor *fd)
{
	(void)num;
	if (!is_connection(fd))
		return false;
	address_ip(fd->tuple.src_ip, fd->kind == FD_IPV6, ev->scratch);
	return true;
}

static bool
put_cport(const struct eval *ev, int64_t num, const struct descriptor *fd)
{
	(void)num;
	if (!is_connection(fd))
		return false;
	text_u64(ev->scratch, fd->tuple.src_port);
	return true;
}

static bool
put_sip(const struct eval *ev, int64_t num, const struct descriptor *fd)
{
	(void)num;
	if (is_server(fd))
		address_ip(fd->tuple.src_ip, fd->kind == FD_IPV6_SERVER, ev->scratch);
	else if (is_connection(fd))
		address_ip(fd->tuple.dst_ip, fd->kind == FD_IPV6, ev->scratch);
	else
		return false;
	return true;
}

static bool
put_sport(const struct eval *ev, int64_t num, const struct descriptor *fd)
{
	(void)num;
	if (!is_server(fd) && !is_connection(fd))
		return false;
	text_u64(ev->scratch, is_server(fd) ? fd->tuple.src_port : fd->tuple.dst_port);
	return true;
}

#define LIST(what, put) \
	static bool \
	what(const struct eval *ev, struct value *out) \
	{ \
		return list_all(ev, put, out); \
	}

LIST(get_nums, put_num)
LIST(get_names, put_name)
LIST(get_cips, put_cip)
LIST(get_sips, put_sip)
LIST(get_cports, put_cport)
LIST(get_sports, put_sport)

static const struct field fields[] = {
	{ .name = "fdlist.nums", .type = T_STR, .scope = OF_PAYLOAD, .get = get_nums,
	  .may_have = is_poll,
	  .doc = "Numbers of the descriptors that poll waits for, with commas." },
	{ .name = "fdlist.names", .type = T_STR, .scope = OF_PAYLOAD, .get = get_names,
	  .may_have = is_poll, .doc = "Their names." },
	{ .name = "fdlist.cips", .type = T_STR, .scope = OF_PAYLOAD, .get = get_cips,
	  .may_have = is_poll, .doc = "Addresses of the clients of the connections among them." },
	{ .name = "fdlist.sips", .type = T_STR, .scope = OF_PAYLOAD, .get = get_sips,
	  .may_have = is_poll, .doc = "Addresses of the servers of the connections among them." },
	{ .name = "fdlist.cports", .type = T_STR, .scope = OF_PAYLOAD, .get = get_cports,
	  .may_have = is_poll, .doc = "Ports of the clients of the connections among them." },
	{ .name = "fdlist.sports", .type = T_STR, .scope = OF_PAYLOAD, .get = get_sports,
	  .may_have = is_poll, .doc = "Ports of the servers of the connections among them." },
};

const struct domain fdlist_domain = {
	"fdlist", fields, ARRAY_LEN(fields), "Descriptors that poll waits for",
};
