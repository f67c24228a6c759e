#include "engine/capture/inflate.h"

#include <errno.h>
#include <libdeflate.h>
#include <pthread.h>
#include <stdlib.h>
#include <string.h>
#include <unistd.h>

#include "engine/base/err.h"
#include "engine/base/mem.h"

#define GZIP_BITS (15 + 16)		/* zlib's word for "a gzip member" */
#define RAW_BITS (-15)
#define TRAILER_LEN 8			/* checksum 4, length 4 */
#define MAGIC_LEN 4			/* identification 2, method 1, flags 1 */
#define FLAGS_MAX 31			/* the others are reserved (RFC 1952) */
#define WINDOW_LEN 32768u

/* A window for each of these distances costs 0.9 %. */
#define WINDOW_EVERY (3584u * 1024)
/* Members need none, so they may lie closer. */
#define MEMBER_EVERY (1024u * 1024)

#define READ_LEN 65536

struct checkpoint {
	uint64_t in;			/* the first stored byte that is not used up */
	uint64_t out;
	uint8_t *window;		/* NULL: a member begins here */
	uint32_t window_len;
	uint8_t n_bits;			/* of the byte before IN that are still to come */
	uint8_t last;			/* that byte */
};

struct inflate_index {
	pthread_mutex_t lock;
	struct checkpoint *points;
	size_t n, cap;
	size_t bytes;
};

struct inflate_index *
inflate_index_new(void)
{
	struct inflate_index *index = xzalloc(sizeof(*index));

	pthread_mutex_init(&index->lock, NULL);
	return index;
}

void
inflate_index_free(struct inflate_index *index)
{
	if (!index)
		return;
	for (size_t i = 0; i < index->n; i++)
		free(index->points[i].window);
	free(index->points);
	pthread_mutex_destroy(&index->lock);
	free(index);
}

size_t
inflate_index_bytes(const struct inflate_index *index)
{
	struct inflate_index *locked = (struct inflate_index *)(uintptr_t)index;
	size_t bytes;

	pthread_mutex_lock(&locked->lock);
	bytes = index->bytes;
	pthread_mutex_unlock(&locked->lock);
	return bytes;
}

/* The inflated distance between the last checkpoint and OUT. */
static uint64_t
distance(const struct inflate_index *index, uint64_t out)
{
	return index->n ? out - index->points[index->n - 1].out : UINT64_MAX;
}

static void
add_point(struct inflate_index *index, struct checkpoint point)
{
	pthread_mutex_lock(&index->lock);
	xgrow(&index->points, &index->cap, index->n + 1, sizeof(*index->points));
	index->points[index->n++] = point;
	index->bytes += sizeof(point) + point.window_len;
	pthread_mutex_unlock(&index->lock);
}

/* Note that a member begins here, when the last checkpoint is far enough, or cannot
 * lead here because of damage. */
static void
note_member(struct inflater *f)
{
	if (f->index && (f->seeks || distance(f->index, f->out_bytes) >= MEMBER_EVERY))
		add_point(f->index, (struct checkpoint){ .in = f->in_bytes,
							 .out = f->out_bytes });
}

/* Note that a deflate block begins here; LAST is the byte before. */
static void
note_block(struct inflater *f, uint8_t last)
{
	struct checkpoint point = { .in = f->in_bytes, .out = f->out_bytes, .last = last };
	uint8_t window[WINDOW_LEN];
	uInt len = 0;

	/* 128: at the end of a block; 64: it was the member's last. */
	if (!(f->z.data_type & 128) || (f->z.data_type & 64) ||
	    distance(f->index, f->out_bytes) < WINDOW_EVERY)
		return;
	if (inflateGetDictionary(&f->z, window, &len) != Z_OK)
		return;
	point.n_bits = f->z.data_type & 7;
	point.window = xmalloc(len);
	point.window_len = len;
	memcpy(point.window, window, len);
	add_point(f->index, point);
}

static void
start_zlib(struct inflater *f, int bits)
{
	memset(&f->z, 0, sizeof(f->z));
	if (inflateInit2(&f->z, bits) != Z_OK)
		die("out of memory (zlib)");
}

void
inflate_init(struct inflater *f, struct inflate_index *index)
{
	memset(f, 0, sizeof(*f));
	f->index = index;
	start_zlib(f, GZIP_BITS);
}

void
inflate_fini(struct inflater *f)
{
	inflateEnd(&f->z);
}

/* Go over what is left of a member's end. */
static void
skip_trailer(struct inflater *f, struct inflate_io *io)
{
	size_t n = f->skip < io->in_len ? f->skip : io->in_len;

	io->in += n;
	io->in_len -= n;
	f->in_bytes += n;
	f->skip -= (uint8_t)n;
}

/* After damage: go over what cannot be the start of a member. */
static void
seek_member(struct inflater *f, struct inflate_io *io)
{
	static const uint8_t magic[3] = { 0x1f, 0x8b, 8 };	/* 8: deflate */
	size_t n = 0;

	while (io->in_len - n >= MAGIC_LEN &&
	       (memcmp(io->in + n, magic, sizeof(magic)) || io->in[n + 3] > FLAGS_MAX))
		n++;
	io->in += n;
	io->in_len -= n;
	f->in_bytes += n;
}

/* Begin a member, if one is there; false: *STATUS says what is there. */
static bool
enter_member(struct inflater *f, const struct inflate_io *io, enum inflate_status *status)
{
	static const uint8_t magic[2] = { 0x1f, 0x8b };
	size_t n = io->in_len < 2 ? io->in_len : 2;

	*status = memcmp(io->in, magic, n) ? INFLATE_GARBAGE : INFLATE_MORE;
	if (n < 2 || *status == INFLATE_GARBAGE)
		return false;
	inflateReset2(&f->z, GZIP_BITS);
	memset(&f->head, 0, sizeof(f->head));
	inflateGetHeader(&f->z, &f->head);
	f->in_member = true;
	f->raw = false;
	f->is_summed = false;
	note_member(f);
	f->seeks = false;
	f->n_members++;
	return true;
}

/* zlib refuses what it was given. */
static enum inflate_status
refuse(struct inflater *f, struct err *err)
{
	if (f->n_members > 1 && !f->raw && f->head.done != 1 && !f->was_damaged) {
		f->in_member = false;
		f->n_members--;
		return INFLATE_GARBAGE;
	}
	err_set(err, -EBADMSG, "gzip data is damaged at byte %llu: %s",
		(unsigned long long)f->in_bytes, f->z.msg ? f->z.msg : "not to be inflated");
	f->in_member = false;
	f->was_damaged = f->seeks = true;
	return INFLATE_BROKEN;
}

/*
 * A member ends with the checksum and the length of what it holds. zlib's own
 * checksum is a fifth of all that inflating costs and libdeflate's next to
 * nothing, so zlib checks a member's head only, and we check its end.
 */

/* N more bytes are inflated, which end at END. */
static void
sum_up(struct inflater *f, const uint8_t *end, size_t n)
{
	if (!f->is_summed && f->head.done == 1) {
		inflateValidate(&f->z, 0);
		f->is_summed = true;
		f->sum = 0;
		f->member_bytes = 0;
	}
	if (!n)
		return;
	f->sum = libdeflate_crc32(f->sum, end - n, n);
	f->member_bytes += n;
}

/* N bytes of input were used, up to END: keep the last ones, with which a
 * member may end. */
static void
keep_tail(struct inflater *f, const uint8_t *end, size_t n)
{
	if (n > sizeof(f->tail))
		n = sizeof(f->tail);
	memmove(f->tail, f->tail + n, sizeof(f->tail) - n);
	memcpy(f->tail + sizeof(f->tail) - n, end - n, n);
}

static uint32_t
le32(const uint8_t *p)
{
	return (uint32_t)p[0] | (uint32_t)p[1] << 8 | (uint32_t)p[2] << 16 |
		(uint32_t)p[3] << 24;
}

/* A member is over, with its end. */
static enum inflate_status
end_member(struct inflater *f, struct err *err)
{
	bool sum_fits, length_fits;

	f->in_member = false;
	f->skip = f->raw ? TRAILER_LEN : 0;
	if (f->raw)
		return INFLATE_MORE;
	sum_fits = le32(f->tail) == f->sum;
	length_fits = le32(f->tail + 4) == (uint32_t)f->member_bytes;
	if (sum_fits && length_fits)
		return INFLATE_MORE;
	err_set(err, -EBADMSG, "gzip member %u has a wrong %s", f->n_members,
		sum_fits ? "length" : "checksum");
	return INFLATE_MISMATCH;
}

/* Stop at the next block of a member: where it is to be noted, and behind the
 * head, from where on what is inflated is summed up. */
static int
flush_mode(const struct inflater *f)
{
	return f->index || (!f->raw && !f->is_summed) ? Z_BLOCK : Z_NO_FLUSH;
}

/* One call of zlib, and what it moved. */
static int
step(struct inflater *f, struct inflate_io *io)
{
	uInt in_len = io->in_len < UINT32_MAX ? (uInt)io->in_len : UINT32_MAX;
	uInt out_len = io->out_len < UINT32_MAX ? (uInt)io->out_len : UINT32_MAX;
	size_t n_in, n_out;
	int rc;

	f->z.next_in = (Bytef *)(uintptr_t)io->in;
	f->z.avail_in = in_len;
	f->z.next_out = io->out;
	f->z.avail_out = out_len;
	rc = inflate(&f->z, flush_mode(f));
	n_in = in_len - f->z.avail_in;
	n_out = out_len - f->z.avail_out;
	io->in += n_in;
	io->in_len -= n_in;
	io->out += n_out;
	io->out_len -= n_out;
	f->in_bytes += n_in;
	f->out_bytes += n_out;
	if (!f->raw) {
		sum_up(f, io->out, n_out);
		keep_tail(f, io->in, n_in);
	}
	if (rc == Z_OK && f->index && n_in)
		note_block(f, io->in[-1]);
	return rc;
}

enum inflate_status
inflate_run(struct inflater *f, struct inflate_io *io, struct err *err)
{
	enum inflate_status status;

	/* Without input zlib may still hold the rest of a long match. */
	while (io->out_len) {
		int rc;

		skip_trailer(f, io);
		if (f->seeks)
			seek_member(f, io);
		if (!f->in_member && (!io->in_len || (f->seeks && io->in_len < MAGIC_LEN)))
			break;
		if (!f->in_member && !enter_member(f, io, &status))
			return status;
		rc = step(f, io);
		if (rc == Z_MEM_ERROR)
			die("out of memory (zlib)");
		if (rc == Z_STREAM_END) {
			status = end_member(f, err);
			if (status != INFLATE_MORE)
				return status;
		} else if (rc == Z_BUF_ERROR) {
			break;
		} else if (rc != Z_OK) {
			return refuse(f, err);
		}
	}
	return INFLATE_MORE;
}

/* The last checkpoint that is not behind OFFSET. */
static bool
find_point(const struct inflate_index *index, uint64_t offset, struct checkpoint *out)
{
	struct inflate_index *locked = (struct inflate_index *)(uintptr_t)index;
	size_t low = 0, high;

	pthread_mutex_lock(&locked->lock);
	high = index->n;
	while (low < high) {
		size_t mid = low + (high - low) / 2;

		if (index->points[mid].out <= offset)
			low = mid + 1;
		else
			high = mid;
	}
	if (low)
		*out = index->points[low - 1];
	pthread_mutex_unlock(&locked->lock);
	return low > 0;
}

/* Make F go on from POINT. */
static void
enter_point(struct inflater *f, const struct checkpoint *point)
{
	f->in_bytes = point->in;
	f->out_bytes = point->out;
	if (!point->window)
		return;
	f->in_member = true;
	f->raw = true;
	f->n_members = 1;
	inflateReset2(&f->z, RAW_BITS);
	if (point->n_bits)
		inflatePrime(&f->z, point->n_bits, point->last >> (8 - point->n_bits));
	inflateSetDictionary(&f->z, point->window, point->window_len);
}

/* Inflate from where F stands until all of RANGE is read. */
static int
read_from(struct inflater *f, int fd, const struct inflate_range *range, struct err *err)
{
	uint8_t in[READ_LEN], waste[READ_LEN];
	size_t held = 0, got = 0;
	uint64_t at = f->in_bytes;

	while (got < range->len) {
		uint64_t before = range->offset > f->out_bytes ? range->offset - f->out_bytes : 0;
		struct inflate_io io = { in, held, waste, sizeof(waste) };
		enum inflate_status status;
		struct err why;
		ssize_t n;

		if (before < sizeof(waste) && before)
			io.out_len = (size_t)before;
		if (!before)
			io = (struct inflate_io){ in, held, range->buf + got,
						  range->len - got };
		status = inflate_run(f, &io, &why);
		if (!before)
			got = (size_t)(f->out_bytes - range->offset);
		memmove(in, io.in, io.in_len);
		held = io.in_len;
		if (status == INFLATE_BROKEN)
			return err_set(err, why.code, "%s", why.text);
		if (status == INFLATE_GARBAGE)
			return err_set(err, -ENODATA, "gzip data ends before that");
		if (!io.out_len || status == INFLATE_MISMATCH)
			continue;
		n = pread(fd, in + held, sizeof(in) - held, (off_t)at);
		if (n < 0)
			return err_set(err, -errno, "cannot be read at byte %llu: %s",
				       (unsigned long long)at, strerror(errno));
		if (!n)
			return err_set(err, -ENODATA, "gzip data ends before that");
		held += (size_t)n;
		at += (uint64_t)n;
	}
	return 0;
}

struct inflate_reader {
	struct inflater f;
	const struct inflate_index *index;	/* of what F stands in; NULL: in nothing */
};

struct inflate_reader *
inflate_reader_new(void)
{
	return xzalloc(sizeof(struct inflate_reader));
}

static void
leave(struct inflate_reader *r)
{
	if (r->index)
		inflate_fini(&r->f);
	r->index = NULL;
}

void
inflate_reader_free(struct inflate_reader *r)
{
	if (!r)
		return;
	leave(r);
	free(r);
}

/* Does the inflater of R stand somewhere in INDEX, and not behind OFFSET? */
static bool
stands_before(const struct inflate_reader *r, const struct inflate_index *index,
	      uint64_t offset)
{
	return r->index == index && r->f.out_bytes <= offset;
}

bool
inflate_reader_leads_to(const struct inflate_reader *r, const struct inflate_index *index,
			uint64_t offset)
{
	struct checkpoint point;

	return stands_before(r, index, offset) && find_point(index, offset, &point) &&
	       point.out < r->f.out_bytes;
}

int
inflate_reader_read(struct inflate_reader *r, const struct inflate_index *index, int fd,
		    const struct inflate_range *range, struct err *err)
{
	struct checkpoint point;
	int rc;

	if (!find_point(index, range->offset, &point))
		return err_set(err, -ENODATA, "nothing was inflated yet");
	/* From the same place on, too: there may be damage, with the checkpoint behind it. */
	if (!stands_before(r, index, range->offset) || point.out >= r->f.out_bytes) {
		leave(r);
		inflate_init(&r->f, NULL);
		enter_point(&r->f, &point);
		r->index = index;
	}
	rc = read_from(&r->f, fd, range, err);
	if (rc < 0)
		leave(r);
	return rc;
}

int
inflate_index_read(const struct inflate_index *index, int fd,
		   const struct inflate_range *range, struct err *err)
{
	struct inflate_reader r = { .index = NULL };
	int rc = inflate_reader_read(&r, index, fd, range, err);

	leave(&r);
	return rc;
}
