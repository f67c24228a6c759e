/* Files that are kept: whole or not at all, and none of somebody else's. */
#include <errno.h>
#include <sys/stat.h>

#include "engine/base/err.h"
#include "engine/base/text.h"
#include "tests/lib/check.h"
#include "tests/lib/tempdir.h"
#include "ui/state.h"

static struct text
text_of(const char *s)
{
	struct text t = { 0 };

	text_str(&t, s);
	return t;
}

static bool
reads(const char *dir, const char *want)
{
	struct text t = { 0 };
	bool is_same = state_read(dir, "x", &t) && t.len == strlen(want) &&
		       !memcmp(t.p ? t.p : "", want, t.len);

	text_fini(&t);
	return is_same;
}

/* What stands in FOLDER is NAME alone. */
static bool
has_only(const char *folder, const char *name)
{
	DIR *d = opendir(folder);
	const struct dirent *e;
	bool is_only = d != NULL;

	while (d && (e = readdir(d)))
		is_only &= e->d_name[0] == '.' ? !strcmp(e->d_name, ".") || !strcmp(e->d_name, "..")
					       : !strcmp(e->d_name, name);
	if (d)
		closedir(d);
	return is_only;
}

int
main(void)
{
	struct text one = text_of("one\n"), two = text_of("two\n"), big = { 0 };
	struct tempdir top, inner;
	struct err err = { 0 };
	char deep[128], path[160];
	struct stat st;

	tempdir_init(&top);
	snprintf(deep, sizeof(deep), "%s/a", top.path);
	snprintf(inner.path, sizeof(inner.path), "%.50s/a/b", top.path);
	CHECK(!reads(inner.path, ""), "there is none at first");
	CHECK(!state_write(inner.path, "x", &one, &err), "its folders are made: %s", err.text);
	CHECK(reads(inner.path, "one\n"), "  and it is there");
	CHECK(stat(inner.path, &st) == 0 && (st.st_mode & 0777) == 0700, "for nobody else");
	snprintf(path, sizeof(path), "%s/x", inner.path);
	CHECK(stat(path, &st) == 0 && (st.st_mode & 0777) == 0600, "  nor the file");
	CHECK(!state_write(inner.path, "x", &two, &err) && reads(inner.path, "two\n"), "anew");
	CHECK(has_only(inner.path, "x"), "nothing else is left there");

	CHECK(!state_read(NULL, "x", &big) && !state_write(NULL, "x", &one, &err),
	      "without a folder nothing is kept");
	CHECK(state_write("/dev/null/x", "x", &one, &err) == -ENOTDIR &&
	      strstr(err.text, "/dev/null"),
	      "what cannot be is said: %s", err.text);

	unlink(path);
	CHECK(!symlink("/dev/zero", path) && !reads(inner.path, ""), "a device is not read");
	CHECK(!state_write(inner.path, "x", &one, &err) && reads(inner.path, "one\n") &&
	      lstat(path, &st) == 0 && S_ISREG(st.st_mode), "nor written through");
	unlink(path);
	CHECK(!mkfifo(path, 0600) && !reads(inner.path, ""), "a pipe keeps nobody waiting");
	unlink(path);
	text_grow(&big, STATE_BYTES_MAX + 1);
	memset(big.p, 'x', STATE_BYTES_MAX + 1);
	big.len = STATE_BYTES_MAX + 1;
	CHECK(!state_write(inner.path, "x", &big, &err) && !reads(inner.path, ""),
	      "what is too large is none of ours");
	if (geteuid() == 0 && !chown(inner.path, 65534, 65534))
		CHECK(state_write(inner.path, "x", &one, &err) == -EPERM,
		      "nothing is left with somebody else: %s", err.text);
	else
		check_skip("a folder of somebody else: only root can make one");
	tempdir_fini(&inner);
	rmdir(deep);
	tempdir_fini(&top);
	text_fini(&one);
	text_fini(&two);
	text_fini(&big);
	return check_done();
}
