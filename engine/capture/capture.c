#include "engine/capture/capture.h"

#include <assert.h>
#include <errno.h>
#include <fcntl.h>
#include <stdatomic.h>
#include <stdlib.h>
#include <string.h>
#include <sys/eventfd.h>
#include <sys/stat.h>
#include <unistd.h>

#include "engine/base/mem.h"
#include "engine/capture/block_type.h"
#include "engine/capture/damage.h"
#include "engine/capture/framing.h"
#include "engine/capture/inflate.h"
#include "engine/capture/list.h"
#include "engine/capture/reread.h"
#include "engine/capture/stream.h"
#include "engine/event/layout.h"
#include "engine/event/loss.h"
#include "engine/event/quick.h"
#include "engine/event/source.h"

#define VERSION_MAJOR 1
#define SECTION_BODY_LEN 16
#define MACHINE_BODY_LEN 180
#define HOSTNAME_LEN 128

struct input {
	const char *name;		/* borrowed */
	int fd;				/* -1: the stream has it */
	int again_fd;			/* for reread(), or -1 */
	struct stream *stream;		/* NULL: not begun */
	uint64_t bytes;			/* its size; 0: no file */
};

struct capture {
	struct source source;		/* first: it is one */
	struct capture_options options;
	struct input *inputs;
	size_t n_inputs;
	size_t at;			/* the input that is read */
	atomic_bool cancelled;
	int cancel_fd;
	struct framing framing;
	struct list list;
	struct damage damage;
	uint8_t *turned;		/* an event of the other byte order */
	size_t turned_cap;
	uint64_t done_bytes, done_inflated;	/* of the inputs before */
	uint64_t n_events, n_unknown_events, n_tables;
};

static void
begin_input(struct capture *c)
{
	struct input *in = &c->inputs[c->at];
	struct stream_options options = {
		.follow = c->options.follow && c->at + 1 == c->n_inputs,
		.index = c->options.index,
		.cancel_fd = c->cancel_fd,
		.idle = c->options.idle,
		.ctx = c->options.ctx,
	};

	in->stream = stream_open(in->fd, &options);
	in->fd = -1;
	framing_init(&c->framing, in->stream, &c->damage);
	c->framing.block.file = (uint32_t)c->at;
	c->damage.name = in->name;
}

/* Why the input that was begun is no capture; 0 when it begins like one. */
static int
check_start(struct capture *c, struct err *err)
{
	static const uint8_t start[4] = { 0x0a, 0x0d, 0x0d, 0x0a };
	struct cursor *cursor = &c->framing.cursor;
	struct stream_status status;
	size_t n = cursor_need(cursor, sizeof(start));

	if (n > sizeof(start))
		n = sizeof(start);
	if (n && memcmp(cursor->at, start, n))
		return err_set(err, -EBADMSG, "not a capture");
	if (n)
		return 0;
	if (c->cancelled)
		return err_set(err, -ECANCELED, "interrupted before anything came");
	stream_status(c->inputs[c->at].stream, &status);
	if (status.broken)
		return err_set(err, status.damage.code, "%s", status.damage.text);
	if (status.cut_short)
		return 0;
	return err_set(err, -ENODATA, "empty");
}

/* Count what the current input had. */
static void
end_input(struct capture *c)
{
	struct stream_status status;

	stream_status(c->inputs[c->at].stream, &status);
	c->done_bytes += status.stored_bytes;
	c->done_inflated += status.inflated_bytes;
	framing_fini(&c->framing);
}

/* The current input is over: go to the next one that is a capture. */
static bool
next_input(struct capture *c)
{
	struct stream_status status;
	struct err err;

	if (c->at == c->n_inputs)
		return false;
	stream_status(c->inputs[c->at].stream, &status);
	damage_stream(&c->damage, &c->framing.block, &status);
	end_input(c);
	while (++c->at < c->n_inputs) {
		begin_input(c);
		if (!check_start(c, &err))
			return true;
		damage_input(&c->damage, (uint32_t)c->at, &err);
		end_input(c);
	}
	return false;
}

static void
report_block(struct capture *c)
{
	if (c->options.block)
		c->options.block(c->options.ctx, &c->framing.block);
}

/* Leave a block of which the first SEEN bytes were understood. */
static void
leave(struct framing *f, bool whole, size_t seen)
{
	if (whole)
		framing_leave(f);
	else
		framing_leave_torn(f, seen, ((seen + 3) & ~(size_t)3) + 4 == f->block.len);
}

/* Leave an event block; its event begins PREFIX bytes behind the head. */
static void
leave_event(struct framing *f, bool whole, size_t prefix, size_t body_len)
{
	size_t start = BLOCK_HEAD_LEN + prefix;
	uint32_t len;

	if (whole) {
		framing_leave(f);
		return;
	}
	if (body_len < prefix + EVENT_HEADER_LEN) {
		framing_leave_torn(f, BLOCK_HEAD_LEN, true);
		return;
	}
	len = layout_u32(f->cursor.at + start + EVENT_LEN_AT, f->swap);
	if (((start + len + 3) & ~(size_t)3) + 4 == f->block.len)
		framing_leave_torn(f, BLOCK_HEAD_LEN + body_len, true);
	else if (len <= body_len - prefix)
		framing_leave_torn(f, start + len, false);
	else
		framing_leave_torn(f, BLOCK_HEAD_LEN, false);
}

/* The event that is the current block. False: there is none to hand out. */
static bool
take_event(struct capture *c, struct record *rec)
{
	struct framing *f = &c->framing;
	size_t prefix = f->type->has_flags ? 6 : 2, body_len;
	bool whole = framing_whole(f, &body_len);
	struct event *ev = &rec->ev;
	const uint8_t *p = f->cursor.at + BLOCK_HEAD_LEN;
	struct reader r = reader_of(p, body_len, f->swap);
	size_t event_len = body_len > prefix ? body_len - prefix : 0;
	struct loss_record loss;
	struct err err;

	rec->kind = RECORD_EVENT;
	ev->offset = f->block.offset;
	ev->cpu = read_u16(&r);
	ev->dump_flags = f->type->has_flags ? read_u32(&r) : 0;
	p += event_len ? prefix : 0;
	if (f->swap) {
		xgrow(&c->turned, &c->turned_cap, event_len + 1, 1);
		memcpy(c->turned, p, event_len);
		event_swap(c->turned, event_len, f->type->has_count);
		p = c->turned;
	}
	f->block.usable = !event_decode(ev, p, event_len, f->type->has_count, &err);
	if (!f->block.usable && whole)
		damage_block(&c->damage, &f->block, "%s", err.text);
	report_block(c);
	leave_event(f, whole, prefix, body_len);
	if (!f->block.usable)
		return false;
	if (!ev->type) {
		c->n_unknown_events++;
		return false;
	}
	if (loss_of_event(ev, &loss)) {
		*rec = (struct record){ .kind = RECORD_LOSS, .loss = loss };
		return true;
	}
	c->n_events++;
	return true;
}

static bool
take_section(struct capture *c, struct record *rec)
{
	struct framing *f = &c->framing;
	struct section_record *section = &rec->section;
	size_t body_len;
	bool whole = framing_whole(f, &body_len);
	struct reader r = reader_of(f->cursor.at + BLOCK_HEAD_LEN, body_len, f->swap);
	uint32_t magic = read_u32(&r);

	rec->kind = RECORD_SECTION;
	section->name = c->inputs[c->at].name;
	section->offset = f->block.offset;
	section->file = (uint32_t)c->at;
	section->major = read_u16(&r);
	section->minor = read_u16(&r);
	section->swapped = f->swap;
	f->block.usable = !r.failed && magic == BLOCK_SECTION_MAGIC &&
		section->major <= VERSION_MAJOR;
	if (!r.failed && magic != BLOCK_SECTION_MAGIC)
		damage_block(&c->damage, &f->block, "its byte order mark is %08X", magic);
	else if (!r.failed && section->major > VERSION_MAJOR)
		damage_block(&c->damage, &f->block, "format version %u.%u is not known",
			     section->major, section->minor);
	else if (whole && r.failed)
		damage_block(&c->damage, &f->block, "a section header of %u bytes",
			     f->block.len);
	report_block(c);
	leave(f, whole, body_len < SECTION_BODY_LEN ? BLOCK_HEAD_LEN :
	      BLOCK_HEAD_LEN + SECTION_BODY_LEN);
	return !r.failed;
}

static bool
take_machine(struct capture *c, struct record *rec)
{
	struct framing *f = &c->framing;
	struct machine_record *machine = &rec->machine;
	size_t body_len;
	bool whole = framing_whole(f, &body_len);
	struct reader r = reader_of(f->cursor.at + BLOCK_HEAD_LEN, body_len, f->swap);
	const uint8_t *nul;

	rec->kind = RECORD_MACHINE;
	machine->n_cpus = read_u32(&r);
	machine->memory_bytes = read_u64(&r);
	machine->max_pid = read_u64(&r);
	machine->hostname = read_span(&r, HOSTNAME_LEN);
	nul = memchr(machine->hostname.p, '\0', machine->hostname.len);
	if (nul)
		machine->hostname.len = (size_t)(nul - machine->hostname.p);
	f->block.usable = !r.failed;
	machine->boot_ns = read_u64(&r);
	machine->flags = read_u64(&r);
	f->block.usable &= whole || !r.failed;
	if (whole && !f->block.usable)
		damage_block(&c->damage, &f->block, "machine info of %u bytes",
			     f->block.len);
	report_block(c);
	leave(f, whole, BLOCK_HEAD_LEN + (body_len < MACHINE_BODY_LEN ? body_len :
					  MACHINE_BODY_LEN));
	return f->block.usable;
}

/* Take the block that framing_next() found. False: nothing to hand out yet. */
static bool
take_block(struct capture *c, struct record *rec)
{
	const struct block_type *type = c->framing.type;

	if (type && type->kind == BK_EVENT && c->framing.block.usable)
		return take_event(c, rec);
	if (!c->framing.block.usable || !type) {
		bool has_head = c->framing.block.usable;

		c->framing.block.usable = false;
		report_block(c);
		if (has_head)
			framing_leave_unknown(&c->framing);
		return false;
	}
	switch ((enum block_kind)type->kind) {
	case BK_SECTION:
		return take_section(c, rec);
	case BK_MACHINE:
		return take_machine(c, rec);
	default:
		report_block(c);
		list_enter(&c->list, &c->framing);
		return false;
	}
}

#define PLAIN_LEN_MAX (1u << 20)	/* what is longer has a second look */

/* The next event, where it is like nearly all of them: whole and at hand, in this machine's
 * byte order, with a count of short parameters. False: nothing was taken. */
static bool
take_plain(struct capture *c, struct record *rec)
{
	struct framing *f = &c->framing;
	const uint8_t *p = f->cursor.at;
	size_t have = (size_t)(f->cursor.end - p);
	uint32_t type, len, len_again, prefix;

	if (have < BLOCK_LEN_MIN || c->list.framing || f->torn || f->swap || c->options.block)
		return false;
	type = layout_u32(p, false);
	len = layout_u32(p + 4, false);
	if (type != BLOCK_EVENT_2 && type != BLOCK_EVENT_2_FLAGS)
		return false;
	prefix = type == BLOCK_EVENT_2_FLAGS ? 6 : 2;
	if (len < BLOCK_LEN_MIN + prefix || len > have || len > PLAIN_LEN_MAX)
		return false;
	len_again = layout_u32(p + len - 4, false);
	if (len_again != len ||
	    !event_decode_quick(&rec->ev, p + BLOCK_HEAD_LEN + prefix,
				len - BLOCK_LEN_MIN - prefix) ||
	    rec->ev.id == EV_ASYNCEVENT_E)
		return false;
	rec->kind = RECORD_EVENT;
	rec->ev.cpu = layout_u16(p + BLOCK_HEAD_LEN, false);
	rec->ev.dump_flags = prefix == 6 ? layout_u32(p + BLOCK_HEAD_LEN + 2, false) : 0;
	f->block.number++;
	rec->ev.offset = f->block.offset = cursor_offset(&f->cursor);
	f->block.type = type;
	f->block.len = len;
	f->block.usable = true;
	f->cursor.at = p + len;
	c->n_events++;
	return true;
}

static int
capture_next(struct source *s, struct record *rec)
{
	struct capture *c = (struct capture *)s;

	while (!atomic_load_explicit(&c->cancelled, memory_order_relaxed)) {
		if (take_plain(c, rec))
			return 1;
		if (c->list.framing) {
			if (list_next(&c->list, rec)) {
				c->n_tables++;
				return 1;
			}
		} else if (c->at < c->n_inputs && framing_next(&c->framing)) {
			if (take_block(c, rec)) {
				c->n_tables += rec->kind == RECORD_MACHINE;
				return 1;
			}
		} else if (!next_input(c)) {
			return 0;
		}
	}
	return 0;
}

static void
capture_stats(const struct source *s, struct source_stats *out)
{
	const struct capture *c = (const struct capture *)s;

	*out = (struct source_stats){
		.n_events = c->n_events,
		.n_tables = c->n_tables,
		.n_unknown_events = c->n_unknown_events,
		.bytes_done = c->done_bytes,
		.bytes_inflated = c->done_inflated,
	};
	if (c->at < c->n_inputs) {
		out->bytes_done += stream_stored_bytes(c->inputs[c->at].stream);
		out->bytes_inflated += cursor_offset(&c->framing.cursor);
	}
	for (size_t i = 0; i < c->n_inputs && !c->options.follow; i++) {
		if (!c->inputs[i].bytes) {
			out->bytes_all = 0;
			return;
		}
		out->bytes_all += c->inputs[i].bytes;
	}
}

static void
capture_end(const struct source *s, struct source_end *out)
{
	const struct capture *c = (const struct capture *)s;

	*out = (struct source_end){
		.n_damages = c->damage.n,
		.cut_short = c->damage.cut_short,
		.interrupted = atomic_load(&c->cancelled),
		.damage = c->damage.first,
	};
}

static void
capture_cancel(struct source *s)
{
	struct capture *c = (struct capture *)s;
	uint64_t one = 1;
	int was = errno;
	ssize_t n;

	atomic_store(&c->cancelled, true);
	n = write(c->cancel_fd, &one, sizeof(one));
	(void)n;
	errno = was;
}

static void
capture_close(struct source *s)
{
	struct capture *c = (struct capture *)s;

	if (c->at < c->n_inputs && c->inputs[c->at].stream)
		framing_fini(&c->framing);
	for (size_t i = 0; i < c->n_inputs; i++) {
		stream_close(c->inputs[i].stream);
		if (c->inputs[i].fd >= 0)
			close(c->inputs[i].fd);
		if (c->inputs[i].again_fd >= 0)
			close(c->inputs[i].again_fd);
	}
	if (c->cancel_fd >= 0)
		close(c->cancel_fd);
	free(c->inputs);
	free(c->turned);
	free(c);
}

static bool
find_input(const void *ctx, uint32_t file, struct reread_input *out)
{
	const struct capture *c = ctx;
	struct stream_status status;

	if (file >= c->n_inputs || !c->inputs[file].stream)
		return false;
	stream_status(c->inputs[file].stream, &status);
	out->name = c->inputs[file].name;
	out->fd = c->inputs[file].again_fd;
	out->bytes = status.inflated_bytes;
	out->index = status.gzip ? stream_index(c->inputs[file].stream) : NULL;
	return true;
}

static struct reread *
capture_reread(const struct source *s)
{
	const struct capture *c = (const struct capture *)s;

	for (size_t i = 0; i < c->n_inputs; i++)
		if (c->inputs[i].again_fd < 0)
			return NULL;
	return capture_reread_new(find_input, c);
}

static const struct source_ops capture_ops = {
	.next = capture_next,
	.stats = capture_stats,
	.end = capture_end,
	.cancel = capture_cancel,
	.reread = capture_reread,
	.close = capture_close,
};

struct source *
capture_open(const struct capture_input *inputs, size_t n,
	     const struct capture_options *options, struct err *err)
{
	struct capture *c = xzalloc(sizeof(*c));

	assert(n > 0);
	c->source.ops = &capture_ops;
	c->damage.cancelled = &c->cancelled;
	if (options)
		c->options = *options;
	c->options.index |= c->options.reread;
	c->inputs = xreallocarray(NULL, n, sizeof(*c->inputs));
	c->n_inputs = n;
	for (size_t i = 0; i < n; i++) {
		struct stat st;

		c->inputs[i] = (struct input){ .name = inputs[i].name, .fd = inputs[i].fd,
					       .again_fd = -1 };
		if (fstat(inputs[i].fd, &st) || !S_ISREG(st.st_mode))
			continue;
		c->inputs[i].bytes = (uint64_t)st.st_size;
		if (c->options.reread)
			c->inputs[i].again_fd = fcntl(inputs[i].fd, F_DUPFD_CLOEXEC, 0);
	}
	c->cancel_fd = eventfd(0, EFD_CLOEXEC);
	if (c->cancel_fd < 0) {
		err_set(err, -errno, "no more file descriptors");
		goto fail;
	}
	if (c->options.opening)
		c->options.opening(&c->source);
	begin_input(c);
	if (check_start(c, err) < 0)
		goto fail;
	return &c->source;

fail:
	capture_close(&c->source);
	return NULL;
}

const struct inflate_index *
capture_index(const struct source *s, uint32_t file)
{
	const struct capture *c = (const struct capture *)s;

	return file < c->n_inputs && c->inputs[file].stream ?
		stream_index(c->inputs[file].stream) : NULL;
}

void
capture_storage(const struct source *s, uint32_t file, struct capture_storage *out)
{
	const struct capture *c = (const struct capture *)s;
	struct stream_status status;

	*out = (struct capture_storage){ .gzip = false };
	if (file >= c->n_inputs || !c->inputs[file].stream)
		return;
	stream_status(c->inputs[file].stream, &status);
	out->gzip = status.gzip;
	out->n_members = status.n_members;
	out->stored_bytes = status.stored_bytes;
	out->inflated_bytes = status.inflated_bytes;
	if (capture_index(s, file))
		out->checkpoint_bytes = inflate_index_bytes(capture_index(s, file));
}
