#include "ui/cli/table_save.h"

#include <stdbool.h>
#include <stddef.h>
#include <string.h>
#include <strings.h>

#include "engine/base/mem.h"
#include "ui/cli/output.h"
#include "ui/cli/table_out.h"

static const struct form {
	const char *end;
	void (*write)(const struct table *t, const struct table_look *look, struct output *out);
} forms[] = {
	{ ".csv", table_csv }, { ".json", table_json },
};

static bool
ends(const char *path, const char *end)
{
	size_t n = strlen(path), len = strlen(end);

	return n > len && !strcasecmp(path + n - len, end);
}

int
table_save(const struct table *t, const char *path, int fd, const atomic_bool *cancel)
{
	struct table_look look = { 0 };
	struct output out;
	size_t i = 0;
	int code;

	output_init(&out, fd);
	out.cancel = cancel;
	while (i < ARRAY_LEN(forms) && !ends(path, forms[i].end))
		i++;
	if (i < ARRAY_LEN(forms))
		forms[i].write(t, &look, &out);
	else
		table_text(t, &look, &out);
	output_flush(&out);
	code = -out.failed;
	output_fini(&out);
	return code;
}
