#include "engine/capture/list.h"

#include <string.h>

#include "engine/capture/damage.h"
#include "engine/capture/framing.h"
#include "engine/capture/table.h"
#include "engine/event/source.h"

/* Fewer bytes than this at the end of a list are padding. */
#define ENTRY_MIN 4

/* Entries without a length are tried with this much first, then with more, but
 * no sane one has more than seven texts of 64 KiB. */
#define ENTRY_GUESS 1024
#define ENTRY_MAX (1u << 20)

/* Lists of more interfaces than that are not searched for their end. */
#define IFACES_MAX 4096
#define IFACE_LEN_MAX 4096u

/*
 * Interface lists v2 that were made from v1 count 4 bytes too few for each
 * entry in both of their lengths. The length of the body as it really is: found
 * by walking the entries to a place where the second length stands.
 */
static int64_t
iface_body_len(struct framing *f)
{
	struct cursor *c = &f->cursor;
	uint32_t claimed = f->block.len;
	size_t at = BLOCK_HEAD_LEN, body_len;

	if (claimed > ENTRY_MAX || framing_whole(f, &body_len))
		return claimed - BLOCK_LEN_MIN;
	for (size_t n = 1; n <= IFACES_MAX; n++) {
		size_t have = cursor_need(c, at + 4), end;
		struct reader r = reader_of(c->at, have, f->swap);
		uint32_t len;

		read_span(&r, at);
		len = read_u32(&r);
		if (r.failed || len < ENTRY_MIN || len > IFACE_LEN_MAX)
			break;
		at += 4 + len;
		end = (at + 3) & ~(size_t)3;
		if (end > claimed + 4 * n)
			break;
		if (end + 4 != claimed + 4 * n || cursor_need(c, end + 4) < end + 4)
			continue;
		if (!memcmp(c->at + 4, c->at + end, 4))
			return (int64_t)(end - BLOCK_HEAD_LEN);
	}
	return claimed - BLOCK_LEN_MIN;
}

static void
leave_lost(struct list *l)
{
	framing_leave_lost(l->framing, l->left > 0 ? (uint64_t)l->left : 0);
	l->framing = NULL;
}

static void
leave_short(struct list *l)
{
	framing_leave_short(l->framing);
	l->framing = NULL;
}

void
list_enter(struct list *l, struct framing *f)
{
	struct reader r;
	size_t got;

	l->framing = f;
	l->tid = 0;
	l->left = (int64_t)f->block.len - BLOCK_LEN_MIN;
	if (f->type->kind == BK_IFACES && f->type->has_len)
		l->left = iface_body_len(f);
	f->cursor.at += BLOCK_HEAD_LEN;
	if (f->type->kind != BK_FDS)
		return;
	if (l->left < 8) {
		damage_block(f->damage, &f->block, "no thread is named");
		leave_lost(l);
		return;
	}
	got = cursor_need(&f->cursor, 8);
	r = reader_of(f->cursor.at, got, f->swap);
	l->tid = read_i64(&r);
	if (r.failed) {
		leave_short(l);
		return;
	}
	f->cursor.at += 8;
	l->left -= 8;
}

/* Go behind LEN bytes of the list. */
static void
advance(struct list *l, size_t len)
{
	l->framing->cursor.at += len;
	l->left -= (int64_t)len;
}

/* Read an entry that says its length. False: the list was left. *OK: the entry
 * could be read. */
static bool
read_sized(struct list *l, struct record *rec, bool *ok)
{
	struct framing *f = l->framing;
	bool counts_itself = f->type->kind != BK_IFACES;
	size_t got = cursor_need(&f->cursor, 4);
	struct reader r = reader_of(f->cursor.at, got, f->swap);
	uint64_t len = (uint64_t)read_u32(&r) + (counts_itself ? 0 : 4);

	if (r.failed) {
		leave_short(l);
		return false;
	}
	if (len < 4 || len > (uint64_t)l->left || len > ENTRY_MAX) {
		damage_block(f->damage, &f->block, "an entry of %llu bytes, %lld are left",
			     (unsigned long long)len, (long long)l->left);
		leave_lost(l);
		return false;
	}
	got = cursor_need(&f->cursor, (size_t)len);
	if (got < len) {
		leave_short(l);
		return false;
	}
	r = reader_of(f->cursor.at + 4, (size_t)len - 4, f->swap);
	*ok = table_read(f->type, &r, rec);
	if (!*ok)
		damage_block(f->damage, &f->block, "an entry of %llu bytes makes no sense",
			     (unsigned long long)len);
	advance(l, (size_t)len);
	return true;
}

/* Read an entry whose length follows from what it holds. False: the list was
 * left. */
static bool
read_bare(struct list *l, struct record *rec)
{
	struct framing *f = l->framing;
	size_t most = l->left < (int64_t)ENTRY_MAX ? (size_t)l->left : ENTRY_MAX;
	size_t want = most < ENTRY_GUESS ? most : ENTRY_GUESS;

	for (;;) {
		size_t got = cursor_need(&f->cursor, want);
		struct reader r;

		if (got > want)
			got = want;
		r = reader_of(f->cursor.at, got, f->swap);
		if (table_read(f->type, &r, rec)) {
			advance(l, (size_t)(r.at - f->cursor.at));
			return true;
		}
		if (r.failed && got < want) {
			leave_short(l);
			return false;
		}
		if (!r.failed || want == most)
			break;
		want = want * 4 < most ? want * 4 : most;
	}
	damage_block(f->damage, &f->block, "an entry makes no sense");
	leave_lost(l);
	return false;
}

bool
list_next(struct list *l, struct record *rec)
{
	while (l->framing && l->left >= ENTRY_MIN) {
		bool ok = true;

		if (l->framing->type->has_len ? !read_sized(l, rec, &ok) : !read_bare(l, rec))
			return false;
		if (!ok)
			continue;
		if (rec->kind == RECORD_FD)
			rec->fd.tid = l->tid;
		return true;
	}
	if (!l->framing)
		return false;
	cursor_skip(&l->framing->cursor, (uint64_t)l->left);
	framing_leave_walked(l->framing);
	l->framing = NULL;
	return false;
}
