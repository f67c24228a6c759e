#include "ui/cli/bundled.h"

#include <limits.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <unistd.h>

#include "engine/base/mem.h"
#include "engine/base/text.h"
#include "ui/cli/cli.h"

/* From the folder of the program: installed, or in a build folder of a checkout. */
static const char *const places[] = {
	"/../share/sysreel/" SYSREEL_BUNDLED,
	"/../captures/" SYSREEL_BUNDLED,
};

/* Append FOLDER and REST, in the shortest form. False: nobody can read what is there. */
static bool
try(const char *folder, const char *rest, struct text *path)
{
	char joined[PATH_MAX], *real;
	int len = snprintf(joined, sizeof(joined), "%s%s", folder, rest);

	if (len < 0 || (size_t)len >= sizeof(joined) || access(joined, R_OK) < 0)
		return false;
	real = realpath(joined, NULL);
	if (!real)
		return false;
	text_str(path, real);
	free(real);
	return true;
}

bool
bundled_find_from(const char *folder, struct text *path)
{
	for (size_t i = 0; i < ARRAY_LEN(places); i++)
		if (try(folder, places[i], path))
			return true;
	return try(SYSREEL_DATADIR, "/" SYSREEL_BUNDLED, path);
}

bool
bundled_find(struct text *path)
{
	char self[PATH_MAX];
	ssize_t len = readlink("/proc/self/exe", self, sizeof(self) - 1);
	char *slash;

	self[len > 0 ? len : 0] = '\0';
	slash = strrchr(self, '/');
	if (!slash)
		return false;
	*slash = '\0';
	return bundled_find_from(self, path);
}

void
bundled_offer(const char *command)
{
	struct text path = { 0 };

	if (bundled_find(&path))
		cli_error("there is a recording to look at: %s %.*s", command, (int)path.len,
			  path.p);
	text_fini(&path);
}
