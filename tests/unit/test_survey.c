/* What `info` says of the order of sections. */
#include <fcntl.h>
#include <unistd.h>

#include "engine/base/err.h"
#include "engine/base/mem.h"
#include "engine/base/text.h"
#include "tests/lib/check.h"
#include "tests/lib/scapbuild.h"
#include "tests/lib/tempdir.h"
#include "ui/cli/input.h"
#include "ui/cli/survey.h"

#define START_NS 1700000000000000000u
#define SECOND_NS 1000000000u
#define N scap_num

/* A section of ten seconds, from second AT on. */
static void
section(struct scap *b, uint64_t at)
{
	scap_section(b, 2);
	for (uint64_t i = 0; i <= 10; i++) {
		scap_at(b, START_NS + (at + i) * SECOND_NS, 7, 0);
		scap_event(b, EV_CLOSE_E, N(3));
	}
}

static const struct {
	const char *what;
	uint64_t starts[3];		/* seconds */
	const char *says;		/* NULL: nothing */
} cases[] = {
	{ "one behind the other", { 0, 10, 30 }, NULL },
	{ "two at one time", { 0, 5, 30 }, "  Order       at one time with section 1\n" },
	{ "the last one is the earliest", { 20, 40, 0 },
	  "  Order       earlier than section 1 and 1 more\n" },
	{ "all at one time", { 0, 0, 0 }, "  Order       at one time with section 1 and 1 more\n" },
	{ "the second is earlier", { 60, 0, 80 }, "  Order       earlier than section 1\n" },
};

int
main(void)
{
	struct tempdir dir;
	char path[256];

	tempdir_init(&dir);
	tempdir_path(&dir, "x.scap", path);
	for (size_t i = 0; i < ARRAY_LEN(cases); i++) {
		int fd = open(path, O_WRONLY | O_CREAT | O_TRUNC | O_CLOEXEC, 0600);
		struct world *w = world_new(NULL, NULL);
		struct survey_options options = { .stop_at = UINT64_MAX };
		struct scap b = { 0 };
		struct input in = { 0 };
		struct survey s = { 0 };
		struct text t = { 0 };
		struct err err = { 0 };

		for (size_t k = 0; k < ARRAY_LEN(cases[i].starts); k++)
			section(&b, cases[i].starts[k]);
		if (fd < 0 || write(fd, b.p, b.len) != (ssize_t)b.len)
			die("cannot write %s", path);
		close(fd);
		input_add(&in, path);
		CHECK(survey_read(&s, &in, &options, w, &err) == 0, "%s: %s", cases[i].what,
		      err.text);
		survey_text(&s, &t);
		text_char(&t, '\0');
		CHECK(cases[i].says ? strstr(t.p, cases[i].says) != NULL : !strstr(t.p, "  Order"),
		      "  says %s", cases[i].says ? cases[i].says : "nothing");
		survey_fini(&s);
		input_fini(&in);
		world_free(w);
		text_fini(&t);
		scap_fini(&b);
	}
	tempdir_fini(&dir);
	return check_done();
}
