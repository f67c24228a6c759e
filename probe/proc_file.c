#include "probe/proc_file.h"

#include <errno.h>
#include <fcntl.h>
#include <stdlib.h>
#include <string.h>
#include <unistd.h>

#include "engine/base/text.h"

#define LINK_MAX_BYTES 4096

static void
end_with_nul(struct text *out)
{
	*text_room(out, 1) = '\0';
}

bool
proc_read(const char *path, struct text *out, size_t max)
{
	int fd = open(path, O_RDONLY | O_CLOEXEC | O_NOCTTY);
	bool is_read = fd >= 0;

	out->len = 0;
	while (is_read && out->len < max) {
		size_t want = max - out->len < 4096 ? max - out->len : 4096;
		ssize_t n = read(fd, text_room(out, want), want);

		if (n < 0 && errno == EINTR)
			continue;
		is_read = n >= 0;
		if (n <= 0)
			break;
		out->len += (size_t)n;
	}
	if (fd >= 0)
		close(fd);
	end_with_nul(out);
	return is_read;
}

bool
proc_link(const char *path, struct text *out)
{
	ssize_t n;

	out->len = 0;
	n = readlink(path, text_room(out, LINK_MAX_BYTES), LINK_MAX_BYTES);
	if (n > 0)
		out->len = (size_t)n;
	end_with_nul(out);
	return n > 0;
}

const char *
proc_value(const char *text, const char *key)
{
	size_t n = strlen(key);

	for (const char *line = text; line; line = strchr(line, '\n')) {
		line += *line == '\n';
		if (!strncmp(line, key, n) && line[n] == ':')
			return line + n + 1 + strspn(line + n + 1, " \t");
	}
	return NULL;
}

uint64_t
proc_number(const char *text, const char *key, int base, uint64_t without)
{
	const char *value = proc_value(text, key);

	return value ? strtoull(value, NULL, base) : without;
}
