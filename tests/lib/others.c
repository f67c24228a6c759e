#include "tests/lib/others.h"

#include <dirent.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <zlib.h>

#include "tests/lib/scapbuild.h"

bool
others_read(struct scap *b, const char *path)
{
	gzFile f = gzopen(path, "rb");
	uint8_t piece[65536];
	int n;

	if (!f)
		return false;
	while ((n = gzread(f, piece, sizeof(piece))) > 0)
		scap_put(b, piece, (size_t)n);
	gzclose(f);
	return b->len > 0;
}

size_t
others_each(void (*see)(void *ctx, const char *name, const struct scap *b), void *ctx)
{
	const char *folder = getenv("SYSREEL_CAPTURES");
	struct dirent **entries;
	int n = folder ? scandir(folder, &entries, NULL, alphasort) : -1;
	size_t n_seen = 0;

	for (int i = 0; i < n; i++) {
		struct scap b = { 0 };
		char path[4096];

		snprintf(path, sizeof(path), "%s/%s", folder, entries[i]->d_name);
		if (strstr(entries[i]->d_name, ".scap") && others_read(&b, path)) {
			see(ctx, entries[i]->d_name, &b);
			n_seen++;
		}
		scap_fini(&b);
		free(entries[i]);
	}
	if (n >= 0)
		free(entries);
	return n_seen;
}
