#include <arpa/inet.h>
#include <stdlib.h>
#include <string.h>

#include "engine/base/mem.h"
#include "engine/world/state.h"

static const struct {
	char letter;
	const char *word;
} kinds[FD_KINDS] = {
	[FD_UNKNOWN] = { 'o', "other" },
	[FD_FILE] = { 'f', "file" },
	[FD_DIRECTORY] = { 'd', "directory" },
	[FD_IPV4] = { '4', "ipv4" },
	[FD_IPV6] = { '6', "ipv6" },
	[FD_IPV4_SERVER] = { '4', "ipv4" },
	[FD_IPV6_SERVER] = { '6', "ipv6" },
	[FD_FIFO] = { 'p', "pipe" },
	[FD_UNIX] = { 'u', "unix" },
	[FD_EVENT] = { 'e', "event" },
	[FD_UNSUPPORTED] = { 'X', "unsupported" },
	[FD_SIGNALFD] = { 's', "signalfd" },
	[FD_EPOLL] = { 'l', "eventpoll" },
	[FD_INOTIFY] = { 'i', "inotify" },
	[FD_TIMERFD] = { 't', "timerfd" },
	[FD_NETLINK] = { 'n', "netlink" },
	[FD_FILE_V2] = { 'f', "file" },
	[FD_BPF] = { 'b', "bpf" },
	[FD_USERFAULTFD] = { 'u', "userfaultfd" },
	[FD_IO_URING] = { 'r', "io_uring" },
	[FD_MEMFD] = { 'm', "memfd" },
	[FD_PIDFD] = { 'P', "pidfd" },
};

char
fd_kind_letter(enum fd_kind kind)
{
	return (unsigned)kind < FD_KINDS ? kinds[kind].letter : '?';
}

const char *
fd_kind_word(enum fd_kind kind)
{
	return (unsigned)kind < FD_KINDS ? kinds[kind].word : "other";
}

char
l4_letter(enum l4_proto l4)
{
	static const char letters[] = { [L4_TCP] = 't', [L4_UDP] = 'u', [L4_ICMP] = 'i',
					[L4_RAW] = 'r' };

	return (unsigned)l4 < sizeof(letters) ? letters[l4] : 0;
}

struct descriptor *
fd_own(struct world *w, struct process *p, int64_t num)
{
	struct descriptor *old, *fd = fd_tree_own(&w->fd_store, &p->fds->fds, num, &old);

	if (!old)
		return fd;
	fd->changed_at = 0;
	/* The versions that it had stay with who made them. */
	if (old->owner == p->id)
		old->memo = NULL;
	else
		fd->memo = NULL;
	fd->owner = p->id;
	return fd;
}

bool
fd_is_inet(const struct descriptor *fd)
{
	return fd->kind >= FD_IPV4 && fd->kind <= FD_IPV6_SERVER;
}

void
fd_changed(struct world *w, struct process *p, struct descriptor *fd)
{
	if (fd->changed_at)
		return;
	fd->was = fd->version;
	fd->version = 0;
	xgrow(&w->changed_fds, &w->cap_changed_fds, w->n_changed_fds + 1,
	      sizeof(*w->changed_fds));
	w->changed_fds[w->n_changed_fds++] = (struct changed_fd){ p, fd };
	fd->changed_at = (uint32_t)w->n_changed_fds;
}

/* Give FD, which changed, its old version back. */
static void
take_back_change(struct world *w, struct descriptor *fd)
{
	struct changed_fd last;

	if (!fd->changed_at)
		return;
	last = w->changed_fds[--w->n_changed_fds];
	w->changed_fds[fd->changed_at - 1] = last;
	last.fd->changed_at = fd->changed_at;
	fd->changed_at = 0;
	fd->version = fd->was;
}

void
fd_learned(struct world *w, struct process *p, struct descriptor *fd)
{
	if (!fd->was || !fd->changed_at)
		return;		/* nobody was told otherwise */
	take_back_change(w, fd);
	version_remember(w, &fd->memo, version_of_fd(fd), fd->version);
	w->age.generation++;
	if (w->observer && w->observer->learned_fd)
		w->observer->learned_fd(w->ctx, p, fd);
}

void
fd_forget(struct world *w, struct process *p, struct descriptor *fd)
{
	take_back_change(w, fd);
	if (fd->version && w->observer && w->observer->fd_end)
		w->observer->fd_end(w->ctx, w->n_events, p, fd);
}

void
fd_remove(struct world *w, struct process *p, int64_t num)
{
	struct descriptor *fd = fd_tree_get(&p->fds->fds, num);

	if (!fd)
		return;
	fd_forget(w, p, fd);
	fd_tree_del(&w->fd_store, &p->fds->fds, num);
	w->n_fds--;
}

struct descriptor *
fd_add(struct world *w, struct process *p, int64_t num, uint8_t kind)
{
	struct descriptor *fd;

	if (num < 0)
		return NULL;
	fd_remove(w, p, num);
	fd = fd_tree_add(&w->fd_store, &p->fds->fds, num);
	fd->id = ++w->last_entity;
	fd->owner = p->id;
	fd->born = w->n_events;
	fd->num = num;
	fd->kind = kind;
	w->n_fds++;
	fd_changed(w, p, fd);
	return fd;
}

void
fd_take(struct descriptor *fd, const struct descriptor *from)
{
	struct descriptor is = *fd;

	*fd = *from;
	fd->id = is.id;
	fd->version = is.version;
	fd->born = is.born;
	fd->num = is.num;
	fd->memo = is.memo;
	fd->changed_at = is.changed_at;
	fd->was = is.was;
	fd->refs = is.refs;
	fd->owner = is.owner;
}

struct descriptor *
fd_make(struct call *c, int64_t num, uint8_t kind)
{
	struct descriptor *fd = fd_add(c->w, c->t->proc, num, kind);

	if (fd)
		c->made_fd = num;
	return fd;
}

/* Names --------------------------------------------------------------- */

/* Write V at AT: where it ends. */
static char *
put_octet(char *at, uint8_t v)
{
	if (v >= 100)
		*at++ = (char)('0' + v / 100);
	if (v >= 10)
		*at++ = (char)('0' + v / 10 % 10);
	*at++ = (char)('0' + v % 10);
	return at;
}

static void
append_ip(struct text *t, const uint8_t *ip, bool is_v6)
{
	char words[INET6_ADDRSTRLEN], *at;

	if (is_v6) {
		text_str(t, inet_ntop(AF_INET6, ip, words, sizeof(words)));
		return;
	}
	at = put_octet(text_room(t, INET_ADDRSTRLEN), ip[0]);
	for (int i = 1; i < 4; i++) {
		*at++ = '.';
		at = put_octet(at, ip[i]);
	}
	t->len = (size_t)(at - t->p);
}

static void
append_end(struct text *t, const uint8_t *ip, uint16_t port, bool is_v6, bool has_port)
{
	append_ip(t, ip, is_v6);
	if (!has_port)
		return;
	text_char(t, ':');
	text_u64(t, port);
}

static void
append_inet_name(const struct descriptor *fd, struct text *t)
{
	bool is_v6 = fd->kind == FD_IPV6 || fd->kind == FD_IPV6_SERVER;
	bool is_server = fd->kind == FD_IPV4_SERVER || fd->kind == FD_IPV6_SERVER;
	bool has_port = fd->l4 != L4_ICMP && fd->l4 != L4_RAW;
	const struct tuple *p = &fd->tuple;

	if (!fd->has_tuple)
		return;
	append_end(t, p->src_ip, p->src_port, is_v6, has_port);
	/* Bound, but with no other end yet. */
	if (is_server || (!p->dst_port && !fd->connected && is_zero(p->dst_ip, 16)))
		return;
	text_str(t, "->");
	append_end(t, p->dst_ip, p->dst_port, is_v6, has_port);
}

static void
append_address(struct text *t, uint64_t address)
{
	size_t at;

	if (!address) {
		text_char(t, '0');
		return;
	}
	at = t->len;
	text_hex(t, address);
	for (; at < t->len; at++)
		if (t->p[at] >= 'A')
			t->p[at] = (char)(t->p[at] | 0x20);
}

void
descriptor_name(const struct world *w, const struct descriptor *fd, struct text *t)
{
	struct span name = name_span(w, fd->name);

	if (fd_is_inet(fd)) {
		append_inet_name(fd, t);
		return;
	}
	if (fd->kind == FD_UNIX && fd->has_tuple) {
		append_address(t, fd->tuple.unix_src);
		text_str(t, "->");
		append_address(t, fd->tuple.unix_dst);
		text_char(t, ' ');
	}
	text_bytes(t, name.p, name.len);
}
