/* Views of folders: a user's own, those that are named, and what is no view. */
#include <stdlib.h>
#include <sys/stat.h>
#include <unistd.h>

#include "engine/base/mem.h"
#include "engine/query/view.h"
#include "engine/query/view_set.h"
#include "tests/lib/check.h"
#include "tests/lib/tempdir.h"
#include "ui/cli/view_files.h"

static struct tempdir top, own, named;

static void
write_file(const struct tempdir *dir, const char *name, const char *text)
{
	char path[256];
	FILE *f = fopen(tempdir_path(dir, name, path), "w");

	if (!f || fputs(text, f) < 0 || fclose(f))
		printf("# cannot write %s\n", path);
}

#define VIEW(id, name) \
	"return { id = '" id "', name = '" name "', description = 'd',\n" \
	"columns = { { name = 'N' } } }"

static bool
has_problem(const struct view_set *s, const char *part)
{
	for (size_t i = 0; i < view_set_n_problems(s); i++)
		if (strstr(view_set_problem(s, i), part))
			return true;
	return false;
}

/* A folder NAME in TOP. */
static struct tempdir
folder(const char *name)
{
	struct tempdir d;

	snprintf(d.path, sizeof(d.path), "%.30s/%s", top.path, name);
	if (mkdir(d.path, 0700))
		printf("# cannot make %s\n", d.path);
	return d;
}

static void
link_to(const char *target, const char *name)
{
	char path[256];

	if (symlink(target, tempdir_path(&named, name, path)))
		printf("# cannot link %s\n", name);
}

static void
fill(void)
{
	char path[256];

	folder("sysreel");
	own = folder("sysreel/views");
	named = folder("named");
	write_file(&own, "files.lua", VIEW("files", "My files"));
	write_file(&own, "both.lua", VIEW("both", "Own"));
	write_file(&own, "notes.txt", "no view");
	write_file(&own, ".hidden.lua", "no view");
	write_file(&named, "both.lua", VIEW("both", "Named"));
	write_file(&named, "broken.lua", "return {");
	write_file(&named, "empty.lua", "");
	write_file(&named, "large.lua", "return {}\n");
	if (truncate(tempdir_path(&named, "large.lua", path), 1 << 30))
		printf("# cannot make it large\n");
	mkfifo(tempdir_path(&named, "pipe.lua", path), 0600);
	link_to("/dev/zero", "zero.lua");
	link_to("/nothing/there", "lost.lua");
	link_to("/", "folder.lua");
}

static void
empty(void)
{
	tempdir_fini(&own);
	tempdir_fini(&named);
	own = top;
	snprintf(own.path, sizeof(own.path), "%.30s/sysreel", top.path);
	tempdir_fini(&own);
	tempdir_fini(&top);
}

int
main(void)
{
	struct view_set *s;
	char *home;
	size_t n;

	tempdir_init(&top);
	home = realpath(top.path, NULL);
	unsetenv("XDG_CONFIG_HOME");
	unsetenv("HOME");
	s = view_files_load(NULL, NULL);
	n = view_set_count(s);
	CHECK(n > 40 && !view_set_n_problems(s), "without a home there are those built in");
	view_set_free(s);

	fill();
	setenv("XDG_CONFIG_HOME", home ? home : "", 1);
	s = view_files_load(NULL, NULL);
	CHECK(view_set_count(s) == n + 1 && !view_set_n_problems(s), "own views are found");
	CHECK_STR(view_set_find(s, "files")->name, "My files", "one in place of a built-in one");
	CHECK_STR(view_set_find(s, "both")->name, "Own", "a new one");
	view_set_free(s);

	s = view_files_load(named.path, NULL);
	CHECK_STR(view_set_find(s, "both")->name, "Named", "those of a named folder come last");
	CHECK(view_set_count(s) == n + 1, "what is no view costs no other");
	CHECK(view_set_n_problems(s) == 7, "each file that is none is told of");
	CHECK(has_problem(s, "broken.lua:1: "), "with its line");
	CHECK(has_problem(s, "empty.lua: it must return a table"), "an empty one");
	CHECK(has_problem(s, "pipe.lua: it is no regular file"), "a pipe, which would never end");
	CHECK(has_problem(s, "zero.lua: it is no regular file"), "a device");
	CHECK(has_problem(s, "lost.lua: No such file"), "a link to nothing");
	CHECK(has_problem(s, "folder.lua: it is no regular file"), "a folder");
	CHECK(has_problem(s, "large.lua: longer than 256 KiB"), "a file of 1 GiB");
	view_set_free(s);

	setenv("XDG_CONFIG_HOME", "relative", 1);
	setenv("HOME", "/nothing/there", 1);
	s = view_files_load("/nothing/there", NULL);
	CHECK(view_set_count(s) == n && view_set_n_problems(s) == 1, "a folder that is missing");
	view_set_free(s);
	empty();
	free(home);
	return check_done();
}
