/* Run a fuzz target over files: each argument is a file or a folder of them. */
#include <dirent.h>
#include <stdio.h>
#include <stdlib.h>
#include <unistd.h>

#include "engine/base/mem.h"
#include "tests/fuzz/fuzz.h"
#include "tests/lib/check.h"

#define SECONDS_MAX 20			/* for one file; a hang ends the program */

/* Give the file at PATH to the target; false when it cannot be read. */
static bool
run_file(const char *path)
{
	FILE *f = fopen(path, "rb");
	uint8_t *p = NULL;
	size_t len = 0, cap = 0, n;

	if (!f)
		return false;
	do {
		xgrow(&p, &cap, len + 4096, 1);
		n = fread(p + len, 1, 4096, f);
		len += n;
	} while (n);
	fclose(f);
	printf("# %s, %zu bytes\n", path, len);
	fflush(stdout);
	alarm(SECONDS_MAX);
	/* In a block of exactly its size, so that reading behind it shows. */
	p = xrealloc(p, len ? len : 1);
	LLVMFuzzerTestOneInput(p, len);
	alarm(0);
	free(p);
	return true;
}

static size_t
run_folder(const char *path, DIR *dir)
{
	char file[4096];
	struct dirent *entry;
	size_t n = 0;

	while ((entry = readdir(dir)))
		if (entry->d_name[0] != '.') {
			snprintf(file, sizeof(file), "%s/%s", path, entry->d_name);
			n += run_file(file);
		}
	return n;
}

int
main(int argc, char **argv)
{
	for (int i = 1; i < argc; i++) {
		DIR *dir = opendir(argv[i]);
		size_t n = dir ? run_folder(argv[i], dir) : run_file(argv[i]);

		CHECK(n > 0, "%s: %zu files", argv[i], n);
		if (dir)
			closedir(dir);
	}
	return check_done();
}
