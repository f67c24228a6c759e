#include "probe/ring.h"

#include <errno.h>
#include <string.h>
#include <sys/mman.h>
#include <unistd.h>

#include "engine/base/err.h"

/* The first word of a record: its length and two marks. */
#define HEAD_LEN 8
#define IS_BUSY (1u << 31)		/* still being written */
#define IS_DISCARDED (1u << 30)

int
ring_open(struct ring *r, int fd, size_t size, struct err *err)
{
	size_t page = (size_t)sysconf(_SC_PAGESIZE);
	void *own = mmap(NULL, page, PROT_READ | PROT_WRITE, MAP_SHARED, fd, 0);
	/* The data is mapped twice in a row, so that no record is split. */
	uint8_t *rest = mmap(NULL, page + 2 * size, PROT_READ, MAP_SHARED, fd, (off_t)page);

	if (own == MAP_FAILED || rest == MAP_FAILED) {
		int code = errno;

		if (own != MAP_FAILED)
			munmap(own, page);
		if (rest != MAP_FAILED)
			munmap(rest, page + 2 * size);
		return err_set(err, -code, "cannot map a ring of %zu bytes: %s", size,
			       strerror(code));
	}
	*r = (struct ring){ .consumed = own, .produced = (const uint64_t *)(const void *)rest,
			    .data = rest + page, .size = size, .page = page };
	return 0;
}

void
ring_close(struct ring *r)
{
	if (!r->consumed)
		return;
	munmap((void *)(uintptr_t)r->produced, r->page + 2 * r->size);
	munmap(r->consumed, r->page);
	*r = (struct ring){ 0 };
}

void
ring_look(struct ring *r)
{
	r->limit = __atomic_load_n(r->produced, __ATOMIC_ACQUIRE);
}

static size_t
room_of(size_t len)
{
	return (HEAD_LEN + len + 7) & ~(size_t)7;
}

bool
ring_peek(struct ring *r, const uint8_t **p, size_t *len)
{
	while (r->at < r->limit) {
		const uint8_t *head = r->data + (r->at & (r->size - 1));
		uint32_t word = __atomic_load_n((const uint32_t *)(const void *)head,
						__ATOMIC_ACQUIRE);

		if (word & IS_BUSY)
			return false;
		*len = word & ~(IS_BUSY | IS_DISCARDED);
		*p = head + HEAD_LEN;
		if (!(word & IS_DISCARDED))
			return true;
		ring_skip(r, *len);
	}
	return false;
}

void
ring_skip(struct ring *r, size_t len)
{
	r->at += room_of(len);
	/* Not each time: the kernel's side reads this line, too. */
	if (r->at - r->told > r->size / 64)
		ring_release(r);
}

void
ring_release(struct ring *r)
{
	if (r->told == r->at)
		return;
	r->told = r->at;
	__atomic_store_n(r->consumed, r->at, __ATOMIC_RELEASE);
}
