#include "probe/heal.h"

#include <errno.h>
#include <netinet/in.h>
#include <stdlib.h>
#include <string.h>
#include <sys/socket.h>
#include <unistd.h>

#include "engine/base/mem.h"
#include "engine/base/text.h"
#include "engine/event/event.h"
#include "engine/event/scan.h"
#include "engine/event/source.h"
#include "probe/convert.h"
#include "probe/proc_entry.h"
#include "probe/wire.h"

#define EVERY_NS 1000000000u
#define SHARE 50			/* of the time, at most one part in so many */
#define BYTES_MAX (256u << 20)		/* of what is listed */
#define READ_BYTES (64u << 10)

struct heal {
	bool is_asked;
	uint64_t next_ns;		/* not before */
	struct text listed;		/* struct wire_listed, one after the other */
	size_t at;			/* what is told next */
	uint64_t read_ns;		/* when reading began */
	int64_t pid;			/* whose descriptors are being told; 0: nobody's */
	struct scan_range *ranges;	/* what it has, so far */
	size_t n_ranges;
	struct text bytes;		/* of the event */
};

struct heal *
heal_new(void)
{
	struct heal *h = xzalloc(sizeof(*h));

	h->ranges = xreallocarray(NULL, SCAN_RANGES_MAX, sizeof(*h->ranges));
	return h;
}

void
heal_free(struct heal *h)
{
	if (!h)
		return;
	text_fini(&h->listed);
	text_fini(&h->bytes);
	free(h->ranges);
	free(h);
}

void
heal_ask(struct heal *h)
{
	h->is_asked = true;
}

bool
heal_is_due(const struct heal *h, uint64_t now_ns)
{
	return h->is_asked && now_ns >= h->next_ns;
}

void
heal_read(struct heal *h, int fd, uint64_t now_ns, uint64_t (*then_ns)(void))
{
	char piece[READ_BYTES];
	uint64_t took_ns;
	ssize_t n = 0;

	h->is_asked = false;
	h->read_ns = now_ns;
	h->listed.len = h->at = 0;
	h->pid = 0;
	while (fd >= 0 && h->listed.len < BYTES_MAX &&
	       ((n = read(fd, piece, sizeof(piece))) > 0 || (n < 0 && errno == EINTR)))
		if (n > 0)
			text_bytes(&h->listed, piece, (size_t)n);
	if (fd >= 0)
		close(fd);
	took_ns = then_ns() - now_ns;
	h->next_ns = now_ns + (took_ns * SHARE > EVERY_NS ? took_ns * SHARE : EVERY_NS);
}

bool
heal_has(const struct heal *h, uint64_t ns)
{
	return (h->at < h->listed.len || h->pid) && h->read_ns < ns;
}

/* Telling ---------------------------------------------------------------- */

static void
take_socket(const struct wire_socket *s, struct fd_record *fd)
{
	bool is_v4 = s->family == AF_INET;

	fd->name = (struct span){ (const uint8_t *)"", 0 };
	switch (s->family) {
	case AF_INET: case AF_INET6:
		fd->kind = is_v4 ? FD_IPV4 : FD_IPV6;
		fd->l4 = s->protocol == IPPROTO_TCP ? L4_TCP : s->protocol == IPPROTO_UDP ?
			 L4_UDP : s->protocol == IPPROTO_ICMP ? L4_ICMP : L4_RAW;
		memcpy(fd->src_ip, s->local, sizeof(fd->src_ip));
		memcpy(fd->dst_ip, s->remote, sizeof(fd->dst_ip));
		fd->src_port = s->local_port;
		fd->dst_port = s->remote_port;
		return;
	case AF_UNIX:
		fd->kind = FD_UNIX;
		fd->unix_src = s->self;
		if (s->path_len && s->path_len <= sizeof(s->path) && s->path[0])
			fd->name = (struct span){ s->path, strnlen((const char *)s->path,
								   s->path_len) };
		return;
	case AF_NETLINK:
		fd->kind = FD_NETLINK;
		return;
	default:
		fd->kind = FD_UNSUPPORTED;
	}
}

/* What L lists, with PATH behind it. */
static void
take_listed(const struct wire_listed *l, const char *path, struct fd_record *fd)
{
	size_t len = l->path_len ? strnlen(path, l->path_len - 1) : 0;

	*fd = (struct fd_record){ .tid = l->pid, .fd = l->fd, .ino = l->file.ino,
				  .name = { (const uint8_t *)path, len } };
	fd->open_flags = (uint32_t)convert_open_flags(l->file.open_flags);
	if (l->socket.family)
		take_socket(&l->socket, fd);
	else
		fd->kind = proc_entry_kind(len ? path : "", l->file.mode);
}

/* The next entry in *L. False when there is none that is whole. */
static bool
peek(const struct heal *h, struct wire_listed *l)
{
	if (h->listed.len - h->at < sizeof(*l))
		return false;
	memcpy(l, h->listed.p + h->at, sizeof(*l));
	return l->len >= sizeof(*l) && l->len <= h->listed.len - h->at &&
	       l->path_len <= l->len - sizeof(*l);
}

/* Descriptors come in the order of their numbers. When there are too many pieces
 * the last one takes all: nothing is said to be closed that is not. */
static void
note(struct heal *h, int64_t num)
{
	struct scan_range *last = h->n_ranges ? &h->ranges[h->n_ranges - 1] : NULL;

	if (last && (num == last->to + 1 || h->n_ranges == SCAN_RANGES_MAX))
		last->to = num;
	else
		h->ranges[h->n_ranges++] = (struct scan_range){ num, num };
}

bool
heal_next(struct heal *h, struct event *ev)
{
	struct wire_listed l;
	bool is_there = peek(h, &l);
	struct fd_record fd;

	h->bytes.len = 0;
	if (h->pid && (!is_there || l.pid != h->pid)) {
		scan_end_event(h->pid, h->ranges, h->n_ranges, &h->bytes, ev);
		h->pid = 0;
	} else if (is_there) {
		if (!h->pid)
			h->n_ranges = 0;
		h->pid = l.pid;
		take_listed(&l, h->listed.p + h->at + sizeof(l), &fd);
		note(h, fd.fd);
		scan_fd_event(&fd, &h->bytes, ev);
		h->at += l.len;
	} else {
		h->listed.len = h->at = 0;
		return false;
	}
	ev->ts_ns = h->read_ns;
	ev->dump_flags = EVENT_STATE_ONLY | EVENT_RESTATED;
	return true;
}
