#include "ui/cli/view_files.h"

#include <dirent.h>
#include <errno.h>
#include <fcntl.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/stat.h>
#include <unistd.h>

#include "engine/base/mem.h"
#include "engine/base/text.h"
#include "engine/lua/tree.h"
#include "engine/query/view_set.h"
#include "ui/cli/cli.h"

#define FILES_MAX 1000			/* of one folder */

static bool
is_lua(const char *name)
{
	size_t len = strlen(name);

	return name[0] != '.' && len > 4 && !strcmp(name + len - 4, ".lua");
}

static int
pick(const struct dirent *e)
{
	return is_lua(e->d_name);
}

/* Append what is in FD, up to one byte more than a view may have. NULL, or why not. */
static const char *
read_all(int fd, struct text *t)
{
	while (t->len <= TREE_FILE_MAX) {
		ssize_t n = read(fd, text_room(t, 4096), 4096);

		if (n < 0 && errno == EINTR)
			continue;
		if (n <= 0)
			return n ? strerror(errno) : NULL;
		t->len += (size_t)n;
	}
	return NULL;
}

/* The same for PATH. What is no file (a pipe, a device) could keep us for ever. */
static const char *
read_file(const char *path, struct text *t)
{
	int fd = open(path, O_RDONLY | O_NONBLOCK | O_CLOEXEC | O_NOCTTY);
	const char *why;
	struct stat st;

	if (fd < 0)
		return strerror(errno);
	if (fstat(fd, &st) == 0 && S_ISREG(st.st_mode))
		why = read_all(fd, t);
	else
		why = "it is no regular file";
	close(fd);
	return why;
}

static void
add_file(struct view_set *s, const char *dir, const char *name)
{
	struct text path = { 0 }, t = { 0 };
	const char *why;

	text_fmt(&path, "%s/%s", dir, name);
	text_char(&path, '\0');
	why = read_file(path.p, &t);
	if (why)
		view_set_note(s, path.p, why);
	else
		view_set_add(s, path.p, (struct span){ (const uint8_t *)t.p, t.len });
	text_fini(&path);
	text_fini(&t);
}

static void
add_folder(struct view_set *s, const char *dir, bool may_be_missing)
{
	struct dirent **names;
	int n = scandir(dir, &names, pick, alphasort);

	if (n < 0) {
		if (!may_be_missing || errno != ENOENT)
			view_set_note(s, dir, strerror(errno));
		return;
	}
	if (n > FILES_MAX)
		view_set_note(s, dir, "more than 1000 files, the others are left out");
	for (int i = 0; i < n; i++) {
		if (i < FILES_MAX)
			add_file(s, dir, names[i]->d_name);
		free(names[i]);
	}
	free(names);
}

struct view_set *
view_files_load(const char *dir, const struct filter_options *options)
{
	const char *config = getenv("XDG_CONFIG_HOME"), *home = getenv("HOME");
	struct view_set *s = view_set_new(options);
	struct text own = { 0 };

	/* Relative ones are to be ignored, says whoever made the variable up. */
	if (config && config[0] == '/')
		text_fmt(&own, "%s/sysreel/views", config);
	else if (home && home[0] == '/')
		text_fmt(&own, "%s/.config/sysreel/views", home);
	text_char(&own, '\0');
	if (own.len > 1)
		add_folder(s, own.p, true);
	if (dir)
		add_folder(s, dir, false);
	view_set_check(s);
	for (size_t i = 0; i < view_set_n_problems(s); i++)
		cli_error("%s", view_set_problem(s, i));
	text_fini(&own);
	return s;
}
