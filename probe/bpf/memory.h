/*
 * memory - chunks of what a program has in its memory.
 *
 * Where a chunk would begin is handed in, where the next one begins comes back; it
 * is the same place when nothing could be read. A tag is the chunk's grab and part; NARROW
 * beside them says that it is of a 32-bit program, whose pointers are half as wide.
 */
#ifndef PROBE_BPF_MEMORY_H
#define PROBE_BPF_MEMORY_H

#include <stdbool.h>
#include <stdint.h>

#include "probe/bpf/kernel.h"
#include "probe/bpf/maps.h"

#define PAGE_BYTES 4096
#define VECTOR_MAX 1024			/* iovecs that the kernel takes */
#define VECTOR_HERE (WIRE_CHUNK_MAX / sizeof(struct user_iovec))
#define NARROW (1u << 16)

/* 1 or 0, of which the compiler knows so little that it counts with it. A branch would have
 * the kernel check twice what follows. */
static __always_inline uint32_t
is_narrow(uint32_t tag)
{
	return bounded(tag / NARROW, 1);
}

static __always_inline uint32_t
msghdr_bytes(uint32_t tag)
{
	return sizeof(struct user_msghdr) - is_narrow(tag) * sizeof(struct narrow_msghdr);
}

_Static_assert(2 * sizeof(struct narrow_iovec) == sizeof(struct user_iovec), "half as wide");
_Static_assert(2 * sizeof(struct narrow_msghdr) == sizeof(struct user_msghdr), "half as wide");
_Static_assert(2 * sizeof(struct narrow_mmsghdr) == sizeof(struct user_mmsghdr), "half as wide");

/* The chunk of LEN bytes at AT is complete: where the next begins. */
static __always_inline uint32_t
end_chunk(struct scratch *s, uint32_t at, uint32_t tag, uint32_t len)
{
	uint32_t *head = (uint32_t *)(s->bytes + (at & AT_MASK));

	*head = (len & 0xffff) | tag << 16;
	return at + ((sizeof(struct wire_chunk) + len + 3) & ~3u);
}

/* How much of LEN bytes is on the page of ADDRESS, if not all; 0: all. */
static __always_inline uint32_t
on_first_page(uint64_t address, uint32_t len)
{
	uint32_t left = PAGE_BYTES - (address & (PAGE_BYTES - 1));

	return left < len ? left : 0;
}

/* Copy LEN bytes of the program's memory. */
static __always_inline uint32_t
copy_user(struct scratch *s, uint32_t at, uint32_t tag, uint64_t address, uint32_t len)
{
	if (len > WIRE_CHUNK_MAX)
		len = WIRE_CHUNK_MAX;
	if (len && bpf_probe_read_user(s->bytes + at + sizeof(struct wire_chunk), len,
				       (void *)address) < 0) {
		/* What is on the first page, perhaps. */
		len = on_first_page(address, len);
		if (!len || bpf_probe_read_user(s->bytes + at + sizeof(struct wire_chunk), len,
						(void *)address) < 0)
			return at;
	}
	return end_chunk(s, at, tag, len);
}

__noinline uint32_t
put_user(uint32_t at, uint32_t tag, uint64_t address, uint32_t len)
{
	struct scratch *s = scratch_get();

	return !s || at > AT_MAX ? at : copy_user(s, at, tag, address, len);
}

__noinline uint32_t
put_text(uint32_t at, uint32_t tag, uint64_t address)
{
	struct scratch *s = scratch_get();
	long len;

	if (!s || at > AT_MAX)
		return at;
	len = bpf_probe_read_user_str(s->bytes + at + sizeof(struct wire_chunk),
				      WIRE_CHUNK_MAX, (void *)address);
	return len <= 0 ? at : end_chunk(s, at, tag, (uint32_t)len);
}

/* The first WANT bytes that the N iovecs at byte IOV_AT point to. */
__noinline uint32_t
put_gathered(uint32_t at, uint32_t tag, uint32_t iov_at, uint32_t n, uint32_t want)
{
	struct scratch *s = scratch_get();
	struct user_iovec *v;
	uint32_t got, len;

	if (!s || at > AT_MAX)
		return at;
	/* Out of memory a number is the same to the verifier, whichever of two it was. */
	s->len = want > WIRE_CHUNK_MAX ? WIRE_CHUNK_MAX : want;
	want = s->len;
	s->got = 0;
	for (uint32_t i = 0; i < WIRE_IOVS; i++) {
		got = s->got;
		if (i >= n || got >= want || got >= WIRE_CHUNK_MAX)
			break;
		v = (struct user_iovec *)(s->bytes + ((iov_at + i * sizeof(*v)) & AT_MASK));
		s->len = v->len > want - got ? want - got : (uint32_t)v->len;
		len = s->len;
		if (len > WIRE_CHUNK_MAX ||
		    bpf_probe_read_user(s->bytes + at + sizeof(struct wire_chunk) + got, len,
					(void *)v->base) < 0)
			break;
		s->got = got + len;
	}
	got = s->got;
	return end_chunk(s, at, tag, got);
}

/* The lengths of the N iovecs that were copied to byte AT, or the lower halves of them. */
__noinline uint64_t
sum_lengths(uint32_t at, uint64_t n, uint32_t tag)
{
	uint32_t width = sizeof(uint64_t) - is_narrow(tag) * sizeof(uint32_t);
	struct scratch *s = scratch_get();
	uint64_t sum = 0;

	if (!s || at > AT_MAX)
		return 0;
	for (uint32_t i = 0; i < VECTOR_HERE; i++) {
		if (i >= n)
			break;
		sum += *(uint32_t *)(s->bytes + at +
				     bounded((2 * i + 1) * width, WIRE_CHUNK_MAX - 1));
	}
	return sum;
}

/* How many bytes the iovecs from VECTOR_HERE to N hold. They are read to where the chunk will
 * stand, as many at once as have room there. */
__noinline uint32_t
put_rest(uint32_t at, uint32_t tag, uint64_t iov, uint64_t n)
{
	uint32_t width = sizeof(uint64_t) - is_narrow(tag) * sizeof(uint32_t);
	struct scratch *s = scratch_get();
	uint64_t rest = 0, left, here;

	if (!s || at > AT_MAX || n > VECTOR_MAX)
		return at;
	for (uint32_t i = VECTOR_HERE; i < VECTOR_MAX; i += VECTOR_HERE) {
		if (i >= n)
			break;
		left = n - i;
		here = left < VECTOR_HERE ? left : VECTOR_HERE;
		here = bounded(here * 2 * width, 2 * WIRE_CHUNK_MAX - 1);
		if (bpf_probe_read_user(s->bytes + at, here, (void *)(iov + i * 2 * width)) < 0)
			break;
		rest += sum_lengths(at, left, tag);
	}
	__builtin_memcpy(s->bytes + at + sizeof(struct wire_chunk), &rest, sizeof(rest));
	return end_chunk(s, at, tag, sizeof(rest));
}

/* The N iovecs of a 32-bit program, as if they were of a 64-bit one. They are read into the
 * upper half of their room. */
__noinline uint32_t
put_narrow_iovecs(uint32_t at, uint32_t tag, uint64_t iov, uint32_t n)
{
	struct scratch *s = scratch_get();
	uint32_t from, to = at + sizeof(struct wire_chunk);
	struct narrow_iovec v;

	if (!s || at > AT_MAX || n > VECTOR_HERE)
		return at;
	from = to + n * sizeof(v);
	if (n && bpf_probe_read_user(s->bytes + from, n * sizeof(v), (void *)iov) < 0)
		return at;
	for (uint32_t i = 0; i < VECTOR_HERE; i++) {
		if (i >= n)
			break;
		v = *(struct narrow_iovec *)(s->bytes + from + i * sizeof(v));
		*(struct user_iovec *)(s->bytes + to + i * sizeof(struct user_iovec)) =
			(struct user_iovec){ v.base, v.len };
	}
	return end_chunk(s, at, tag, n * sizeof(struct user_iovec));
}

static __always_inline uint32_t
put_iovecs(uint32_t at, uint32_t tag, uint64_t iov, uint64_t n)
{
	uint32_t n_here = n > VECTOR_HERE ? VECTOR_HERE : (uint32_t)n;

	return tag & NARROW ? put_narrow_iovecs(at, tag, iov, n_here) :
			      put_user(at, tag, iov, n_here * sizeof(struct user_iovec));
}

/* Iovecs, and what WANT bytes of them hold. */
static __always_inline uint32_t
put_vector(uint32_t at, uint32_t tag, uint64_t iov, uint64_t n, uint32_t want)
{
	uint32_t iov_at = at + sizeof(struct wire_chunk);
	uint32_t n_here = n > VECTOR_HERE ? VECTOR_HERE : (uint32_t)n;
	uint32_t end = put_iovecs(at, tag, iov, n);

	return end == at ? at : put_gathered(end, tag + (1 << 8), iov_at, n_here, want);
}

/* Iovecs, and no data: nothing has been moved. What gathers it would take the kernel long
 * to check. */
static __always_inline uint32_t
put_vector_alone(uint32_t at, uint32_t tag, uint64_t iov, uint64_t n)
{
	uint32_t end = put_iovecs(at, tag, iov, n);

	return end == at ? at : put_user(end, tag + (1 << 8), 0, 0);
}

/* Name and control data of M. */
static __always_inline uint32_t
put_message_ends(uint32_t at, uint32_t tag, const struct user_msghdr *m)
{
	uint32_t len = m->name_len > 128 ? 128 : m->name_len;

	if (m->name && len)
		at = put_user(at, tag + (2 << 8), m->name, len);
	if (m->control && m->control_len)
		at = put_user(at, tag + (3 << 8), m->control,
			      m->control_len > 1024 ? 1024 : (uint32_t)m->control_len);
	return at;
}

static __always_inline bool
read_message(struct user_msghdr *m, uint32_t tag, uint64_t address)
{
	struct narrow_msghdr narrow;

	if (!(tag & NARROW))
		return bpf_probe_read_user(m, sizeof(*m), (void *)address) == 0;
	if (bpf_probe_read_user(&narrow, sizeof(narrow), (void *)address) < 0)
		return false;
	*m = (struct user_msghdr){
		.name = narrow.name, .name_len = narrow.name_len,
		.iov = narrow.iov, .iov_len = narrow.iov_len,
		.control = narrow.control, .control_len = narrow.control_len,
	};
	return true;
}

__noinline uint32_t
put_message(uint32_t at, uint32_t tag, uint64_t address, uint32_t want)
{
	struct user_msghdr m;

	if (!read_message(&m, tag, address))
		return at;
	at = put_vector(at, tag, m.iov, m.iov_len, want);
	return put_message_ends(at, tag, &m);
}

/* Of a call that is entered. */
__noinline uint32_t
put_message_alone(uint32_t at, uint32_t tag, uint64_t address)
{
	struct user_msghdr m;

	if (!read_message(&m, tag, address))
		return at;
	at = put_vector_alone(at, tag, m.iov, m.iov_len);
	return put_message_ends(at, tag, &m);
}

/* The mmsghdrs at ADDRESS, as many as RESULT says, of each the data that was moved. */
__noinline uint32_t
put_messages(uint32_t at, uint32_t tag, uint64_t address, int64_t result)
{
	uint32_t n = result < 0 ? 1 : result > WIRE_MESSAGES ? WIRE_MESSAGES : (uint32_t)result;
	uint32_t step = sizeof(struct user_mmsghdr) -
			is_narrow(tag) * sizeof(struct narrow_mmsghdr);
	uint32_t max = config.snap_bytes, len;

	for (uint32_t i = 0; i < WIRE_MESSAGES; i++) {
		uint32_t here = tag | i * WIRE_PARTS << 8;
		uint64_t one = address + i * step;

		if (i >= n || at > AT_MAX)
			break;
		len = 0;
		if (result >= 0)
			bpf_probe_read_user(&len, sizeof(len), (void *)(one + msghdr_bytes(tag)));
		at = put_user(at, here + (4 << 8), one + msghdr_bytes(tag), sizeof(len));
		at = put_message(at, here, one, len > max ? max : len);
	}
	return at;
}

__noinline uint32_t
put_name(uint32_t at, uint32_t tag, uint64_t address, uint64_t len, uint32_t is_pointer)
{
	int n = (int)len;

	if (is_pointer && bpf_probe_read_user(&n, sizeof(n), (void *)len) < 0)
		return at;
	if (!address || n <= 0)
		return at;
	return put_user(at, tag, address, n > 128 ? 128 : (uint32_t)n);
}

#endif
