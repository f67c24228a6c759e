#include "tests/lib/replay.h"

#include <stdlib.h>

#include "engine/base/hash.h"
#include "engine/base/mem.h"
#include "engine/capture/capture.h"
#include "tests/lib/scapbuild.h"

static void
put_hex(struct text *t, const char *name, const void *p, size_t len)
{
	static const char digits[] = "0123456789abcdef";
	const uint8_t *at = p;
	char *to;

	text_char(t, ' ');
	text_str(t, name);
	text_char(t, '=');
	to = text_room(t, 2 * len);
	for (size_t i = 0; i < len; i++) {
		*to++ = digits[at[i] >> 4];
		*to++ = digits[at[i] & 15];
	}
	t->len += 2 * len;
}

static void
put_span(struct text *t, const char *name, struct span s)
{
	put_hex(t, name, s.p, s.len);
}

static void
put_num(struct text *t, const char *name, int64_t v)
{
	text_char(t, ' ');
	text_str(t, name);
	text_char(t, '=');
	text_i64(t, v);
}

static void
put_proc(struct text *t, const struct proc_record *p)
{
	text_fmt(t, "proc tid=%lld pid=%lld ptid=%lld sid=%lld vpgid=%lld pgid=%lld vtid=%lld "
		 "vpid=%lld", (long long)p->tid, (long long)p->pid, (long long)p->ptid,
		 (long long)p->sid, (long long)p->vpgid, (long long)p->pgid,
		 (long long)p->vtid, (long long)p->vpid);
	put_span(t, "comm", p->comm);
	put_span(t, "exe", p->exe);
	put_span(t, "exepath", p->exepath);
	put_span(t, "args", p->args);
	put_span(t, "env", p->env);
	put_span(t, "cgroups", p->cgroups);
	put_span(t, "cwd", p->cwd);
	put_span(t, "root", p->root);
	text_fmt(t, " fdlimit=%lld flags=%x uid=%u gid=%u loginuid=%u vm=%u,%u,%u pf=%llu,%llu",
		 (long long)p->fdlimit, p->flags, p->uid, p->gid, p->loginuid, p->vmsize_kb,
		 p->vmrss_kb, p->vmswap_kb, (unsigned long long)p->pfmajor,
		 (unsigned long long)p->pfminor);
	text_fmt(t, " pidns=%llu tty=%u exe=%d%d%d%d caps=%llx,%llx,%llx ino=%llu,%llu,%llu",
		 (unsigned long long)p->pidns_start_ns, p->tty, p->exe_writable,
		 p->exe_upper_layer, p->exe_lower_layer, p->exe_from_memfd,
		 (unsigned long long)p->cap_inheritable, (unsigned long long)p->cap_permitted,
		 (unsigned long long)p->cap_effective, (unsigned long long)p->exe_ino,
		 (unsigned long long)p->exe_ino_ctime_ns,
		 (unsigned long long)p->exe_ino_mtime_ns);
}

static void
put_fd(struct text *t, const struct fd_record *f)
{
	text_fmt(t, "fd tid=%lld fd=%lld ino=%llu kind=%u l4=%u ports=%u,%u unix=%llx,%llx "
		 "flags=%x dev=%x", (long long)f->tid, (long long)f->fd,
		 (unsigned long long)f->ino, f->kind, f->l4, f->src_port, f->dst_port,
		 (unsigned long long)f->unix_src, (unsigned long long)f->unix_dst,
		 f->open_flags, f->dev);
	put_hex(t, "src", f->src_ip, sizeof(f->src_ip));
	put_hex(t, "dst", f->dst_ip, sizeof(f->dst_ip));
	put_span(t, "name", f->name);
	if (f->is_restated)
		text_fmt(t, " restated role=%u is=%d%d%d pidfd=%lld", f->role, f->connected,
			 f->cloexec, f->has_tuple, (long long)f->pidfd_pid);
}

static void
put_iface(struct text *t, const struct iface_record *f)
{
	text_fmt(t, "iface v6=%d", f->is_v6);
	put_span(t, "name", f->name);
	put_hex(t, "addr", f->addr, sizeof(f->addr));
	put_hex(t, "mask", f->netmask, sizeof(f->netmask));
	put_hex(t, "bcast", f->broadcast, sizeof(f->broadcast));
	text_fmt(t, " speed=%llu", (unsigned long long)f->speed);
}

static void
put_user(struct text *t, const struct user_record *u, bool is_group)
{
	text_fmt(t, "%s uid=%u gid=%u", is_group ? "group" : "user", is_group ? 0 : u->uid,
		 u->gid);
	put_span(t, "name", u->name);
	put_span(t, "home", u->home);
	put_span(t, "shell", u->shell);
}

static void
put_event(struct text *t, const struct event *ev)
{
	text_str(t, "event");
	put_num(t, "id", ev->id);
	put_num(t, "ts", (int64_t)ev->ts_ns);
	put_num(t, "tid", ev->tid);
	put_num(t, "cpu", ev->cpu);
	put_num(t, "flags", ev->dump_flags);
	put_num(t, "at", (int64_t)ev->offset);
	for (unsigned i = 0; i < ev->n_params; i++)
		put_span(t, "", event_bytes(ev, i));
}

void
replay_line(struct text *t, const struct record *rec)
{
	const struct machine_record *m = &rec->machine;

	switch (rec->kind) {
	case RECORD_SECTION:
		text_fmt(t, "section %u.%u file=%u at=%llu", rec->section.major,
			 rec->section.minor, rec->section.file,
			 (unsigned long long)rec->section.offset);
		return;
	case RECORD_MACHINE:
		text_fmt(t, "machine cpus=%u mem=%llu maxpid=%llu boot=%llu flags=%llx",
			 m->n_cpus, (unsigned long long)m->memory_bytes,
			 (unsigned long long)m->max_pid, (unsigned long long)m->boot_ns,
			 (unsigned long long)m->flags);
		put_span(t, "host", m->hostname);
		return;
	case RECORD_IFACE:
		put_iface(t, &rec->iface);
		return;
	case RECORD_USER:
	case RECORD_GROUP:
		put_user(t, &rec->user, rec->kind == RECORD_GROUP);
		return;
	case RECORD_PROC:
		put_proc(t, &rec->proc);
		return;
	case RECORD_FD:
		put_fd(t, &rec->fd);
		return;
	case RECORD_EVENT:
		put_event(t, &rec->ev);
		return;
	case RECORD_LOSS:
		text_str(t, "loss");
		put_num(t, "count", (int64_t)rec->loss.count);
		put_num(t, "cpu", rec->loss.cpu);
		put_num(t, "reason", rec->loss.reason);
		put_num(t, "class", rec->loss.class);
		put_num(t, "from", (int64_t)rec->loss.from_ns);
		put_num(t, "to", (int64_t)rec->loss.to_ns);
		return;
	}
}

struct source *
replay_open(const void *p, size_t len, struct err *err)
{
	struct capture_input input = { "memory", scap_memfd(p, len) };

	return capture_open(&input, 1, NULL, err);
}

void
replay_bytes(struct replay *r, const void *p, size_t len)
{
	struct record rec;
	struct source *s;
	size_t line_at;

	r->n = r->n_events = 0;
	r->end = (struct source_end){ 0 };
	r->refused = (struct err){ 0 };
	r->lines.len = 0;
	s = replay_open(p, len, &r->refused);
	r->opened = s;
	if (!s)
		return;
	while (source_next(s, &rec)) {
		line_at = r->lines.len;
		replay_line(&r->lines, &rec);
		xgrow(&r->hashes, &r->cap, r->n + 1, sizeof(*r->hashes));
		r->hashes[r->n++] = hash_bytes(r->lines.p + line_at, r->lines.len - line_at, 1);
		r->last = rec.kind;
		r->n_events += rec.kind == RECORD_EVENT;
		if (r->keep_lines)
			text_char(&r->lines, '\n');
		else
			r->lines.len = 0;
	}
	source_end(s, &r->end);
	source_close(s);
}

void
replay_fini(struct replay *r)
{
	free(r->hashes);
	text_fini(&r->lines);
	*r = (struct replay){ 0 };
}

size_t
replay_common(const struct replay *a, const struct replay *b)
{
	size_t n = 0;

	while (n < a->n && n < b->n && a->hashes[n] == b->hashes[n])
		n++;
	return n;
}
