#include "probe/kernel_names.h"

#include <fcntl.h>
#include <linux/btf.h>
#include <stdint.h>
#include <stdlib.h>
#include <string.h>
#include <unistd.h>

#include "engine/base/mem.h"

#define NAMES_MAX (64u << 20)		/* bytes; the kernel's are two million */
#define NAME_MAX_LEN 128

/* Read LEN bytes at OFFSET, all of them or none. */
static bool
read_at(int fd, void *p, size_t len, uint64_t offset)
{
	size_t done = 0;

	while (done < len) {
		ssize_t n = pread(fd, (char *)p + done, len - done, (off_t)(offset + done));

		if (n <= 0)
			return false;
		done += (size_t)n;
	}
	return true;
}

void
kernel_names_init(struct kernel_names *k, const char *path)
{
	int fd = open(path, O_RDONLY | O_CLOEXEC);
	struct btf_header head;

	*k = (struct kernel_names){ 0 };
	if (fd < 0)
		return;
	if (read_at(fd, &head, sizeof(head), 0) && head.magic == BTF_MAGIC &&
	    head.str_len <= NAMES_MAX) {
		k->p = xzalloc((size_t)head.str_len + 1);
		if (read_at(fd, k->p, head.str_len, (uint64_t)head.hdr_len + head.str_off))
			k->len = head.str_len;
	}
	close(fd);
}

void
kernel_names_fini(struct kernel_names *k)
{
	free(k->p);
	*k = (struct kernel_names){ 0 };
}

bool
kernel_names_have(const struct kernel_names *k, const char *name)
{
	char between[NAME_MAX_LEN + 2] = "";
	size_t len = strlen(name);

	if (!k->len || !len || len > NAME_MAX_LEN)
		return false;
	memcpy(between + 1, name, len);
	return memmem(k->p, k->len, between, len + 2) != NULL;
}
