#include "ui/cli/words.h"

#include <errno.h>
#include <stdlib.h>
#include <string.h>

#include "engine/base/mem.h"
#include "engine/base/text.h"

bool
words_count(const char *arg, uint64_t most, uint64_t *out)
{
	char *end;
	unsigned long long v;

	if (arg[0] < '0' || arg[0] > '9')
		return false;
	errno = 0;
	v = strtoull(arg, &end, 10);
	if (*end || errno || v > most)
		return false;
	*out = v;
	return true;
}

/* Where the command begins; END when there is none. */
static int
command_at(char **argv, int at, int end)
{
	if (!strcmp(argv[at - 1], "--"))
		return at;
	for (int i = at; i < end; i++)
		if (!strcmp(argv[i], "--"))
			return i + 1;
	return end;
}

void
words_join(char **argv, int at, int end, struct text *out)
{
	for (int i = at; i < end; i++) {
		if (i > at)
			text_char(out, ' ');
		text_str(out, argv[i]);
	}
	if (out->len)
		text_char(out, '\0');
}

char **
words_split(char **argv, int at, int end, bool if_live, struct text *out)
{
	int command = if_live ? command_at(argv, at, end) : end;

	words_join(argv, at, command < end ? command - 1 : end, out);
	return command < end ? argv + command : NULL;
}

void
words_sort(const char *arg, char **column, int *way)
{
	const char *colon = strrchr(arg, ':');
	bool has_way = colon && (!strcmp(colon, ":up") || !strcmp(colon, ":down"));

	free(*column);
	*column = xstrndup(arg, has_way ? (size_t)(colon - arg) : strlen(arg));
	*way = !has_way ? 0 : colon[1] == 'u' ? 1 : -1;
}
