#include "engine/event/fd_label.h"

#include <stddef.h>
#include <string.h>

#include "engine/base/mem.h"
#include "engine/event/source.h"

/* The rows of a kind: first those that are part of the name, then the label that
 * is put before other names. A label of memory comes last for names that begin
 * as the one before it does. */
static const struct {
	uint8_t kind;
	bool belongs;			/* to the name: it stays there */
	const char *label;
} labels[] = {
	{ FD_BPF, true, "anon_inode:bpf" },
	{ FD_BPF, false, "[bpf]" },
	{ FD_USERFAULTFD, true, "anon_inode:[userfaultfd]" },
	{ FD_USERFAULTFD, false, "[userfaultfd]" },
	{ FD_IO_URING, true, "anon_inode:[io_uring]" },
	{ FD_IO_URING, false, "[io_uring]" },
	{ FD_MEMFD, false, "/memfd:" },
	{ FD_MEMFD, false, "[memfd]" },
	{ FD_PIDFD, true, "anon_inode:[pidfd]" },
	{ FD_PIDFD, false, "[pidfd]" },
};

static bool
starts_with(struct span s, const char *prefix)
{
	size_t len = strlen(prefix);

	return s.len >= len && !memcmp(s.p, prefix, len);
}

const char *
fd_label_for(uint8_t kind, struct span name)
{
	const char *label = NULL;

	for (size_t i = 0; i < ARRAY_LEN(labels); i++) {
		if (labels[i].kind != kind)
			continue;
		if (labels[i].belongs && starts_with(name, labels[i].label))
			return "";
		if (!labels[i].belongs && (!label || starts_with(name, label)))
			label = labels[i].label;
	}
	return label;
}

bool
fd_label_read(struct span *name, uint8_t *kind)
{
	for (size_t i = 0; i < ARRAY_LEN(labels); i++) {
		size_t len = strlen(labels[i].label);

		if (!starts_with(*name, labels[i].label))
			continue;
		*kind = labels[i].kind;
		if (!labels[i].belongs) {
			name->p += len;
			name->len -= len;
		}
		return true;
	}
	return false;
}
