/* `info --memory` accounts for what a loaded capture takes. */
#include <fcntl.h>
#include <unistd.h>

#include "engine/base/mem.h"
#include "tests/lib/check.h"
#include "tests/lib/rng.h"
#include "tests/lib/sample.h"
#include "tests/lib/tempdir.h"
#include "engine/base/err.h"
#include "engine/base/text.h"
#include "ui/cli/input.h"
#include "ui/cli/memory.h"

static void
write_capture(const char *path, struct rng *rng)
{
	struct scap b = { 0 };
	int fd = open(path, O_WRONLY | O_CREAT | O_TRUNC | O_CLOEXEC, 0600);

	sample_everything(&b, rng);
	if (fd < 0 || write(fd, b.p, b.len) != (ssize_t)b.len)
		die("cannot write %s", path);
	close(fd);
	scap_fini(&b);
}

int
main(int argc, char **argv)
{
	struct rng rng = rng_from_args(argc, argv);
	struct text t = { 0 };
	struct tempdir dir;
	char path[256];

	tempdir_init(&dir);
	tempdir_path(&dir, "x.scap", path);
	write_capture(path, &rng);
	for (int as_json = 0; as_json < 2; as_json++) {
		struct input in = { 0 };
		struct err err = { 0 };
		bool usable = false;

		input_add(&in, path);
		t.len = 0;
		CHECK(memory_report(&in, as_json, &t, &usable, &err) && usable,
		      "a capture is loaded: %s", err.text);
		text_char(&t, '\0');
		CHECK(strstr(t.p, as_json ? "\"columns\":" : "columns ") &&
		      strstr(t.p, as_json ? "\"events\":" : "all "), "and accounted for");
		input_fini(&in);
	}
	{
		struct input in = { 0 };
		struct err err = { 0 };
		bool usable = false;

		input_add(&in, "there-is-no-such-file");
		CHECK(!memory_report(&in, false, &t, &usable, &err) && err.code && !usable,
		      "refused: %s", err.text);
		input_fini(&in);
	}
	text_fini(&t);
	tempdir_fini(&dir);
	return check_done();
}
