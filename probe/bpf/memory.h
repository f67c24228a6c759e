/*
 * memory - chunks of what a program has in its memory.
 *
 * Where a chunk would begin is handed in, where the next one begins comes back; it
 * is the same place when nothing could be read.
 */
#ifndef PROBE_BPF_MEMORY_H
#define PROBE_BPF_MEMORY_H

#include <stdint.h>

#include "probe/bpf/kernel.h"
#include "probe/bpf/maps.h"

/* The chunk of LEN bytes at AT is complete: where the next begins. */
static __always_inline uint32_t
end_chunk(struct scratch *s, uint32_t at, uint32_t tag, uint32_t len)
{
	uint32_t *head = (uint32_t *)(s->bytes + (at & AT_MASK));

	*head = (len & 0xffff) | tag << 16;
	return at + ((sizeof(struct wire_chunk) + len + 3) & ~3u);
}

/* Copy LEN bytes of the program's memory. TAG is the chunk's grab and part. */
static __always_inline uint32_t
copy_user(struct scratch *s, uint32_t at, uint32_t tag, uint64_t address, uint32_t len)
{
	if (len > WIRE_CHUNK_MAX)
		len = WIRE_CHUNK_MAX;
	if (len && bpf_probe_read_user(s->bytes + at + sizeof(struct wire_chunk), len,
				       (void *)address) < 0)
		return at;
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
	uint32_t got = 0, len;

	if (!s || at > AT_MAX)
		return at;
	if (want > WIRE_CHUNK_MAX)
		want = WIRE_CHUNK_MAX;
	for (uint32_t i = 0; i < WIRE_IOVS; i++) {
		if (i >= n || got >= want || got >= WIRE_CHUNK_MAX)
			break;
		v = (struct user_iovec *)(s->bytes + ((iov_at + i * sizeof(*v)) & AT_MASK));
		len = v->len > want - got ? want - got : (uint32_t)v->len;
		if (len > WIRE_CHUNK_MAX)
			break;
		if (len && bpf_probe_read_user(s->bytes + at + sizeof(struct wire_chunk) + got,
					       len, (void *)v->base) < 0)
			break;
		got += len;
	}
	return end_chunk(s, at, tag, got);
}

/* Iovecs, and what WANT bytes of them hold. */
static __always_inline uint32_t
put_vector(uint32_t at, uint32_t tag, uint64_t iov, uint64_t n, uint32_t want)
{
	uint32_t iov_at = at + sizeof(struct wire_chunk);
	uint32_t n_here = n > WIRE_CHUNK_MAX / sizeof(struct user_iovec) ?
			  WIRE_CHUNK_MAX / sizeof(struct user_iovec) : (uint32_t)n;
	uint32_t end = put_user(at, tag, iov, n_here * sizeof(struct user_iovec));

	return end == at ? at : put_gathered(end, tag | 1 << 8, iov_at, n_here, want);
}

__noinline uint32_t
put_message(uint32_t at, uint32_t tag, uint64_t address, uint32_t want)
{
	struct user_msghdr m;
	uint32_t len;

	if (bpf_probe_read_user(&m, sizeof(m), (void *)address) < 0)
		return at;
	at = put_vector(at, tag, m.iov, m.iov_len, want);
	len = m.name_len > 128 ? 128 : m.name_len;
	if (m.name && len)
		at = put_user(at, tag | 2 << 8, m.name, len);
	if (m.control && m.control_len)
		at = put_user(at, tag | 3 << 8, m.control,
			      m.control_len > 1024 ? 1024 : (uint32_t)m.control_len);
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
