#include "probe/cgroup_place.h"

#include <dirent.h>
#include <errno.h>
#include <limits.h>
#include <stdbool.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/stat.h>
#include <unistd.h>

#include "engine/base/err.h"
#include "probe/proc_file.h"
#include "probe/tree.h"

#define MOUNTS_MAX_BYTES (4u << 20)
#define CGROUPS_MAX_BYTES 65536
#define PROCS_MAX_BYTES (16u << 20)
#define FOLDERS_DEPTH 32

/* A line of /proc/self/mountinfo about cgroups. */
struct mount {
	char *point;
	char *options;			/* of its file system: names of controllers */
	bool is_v2;
};

/* Take the line at *AT apart, which is moved to the next. False: it is about something
 * else. */
static bool
parse_mount(char **at, struct mount *m)
{
	char *line = *at, *end = strchr(line, '\n'), *type, *words[5], *save = NULL;

	*at = end ? end + 1 : line + strlen(line);
	if (end)
		*end = '\0';
	type = strstr(line, " - ");
	if (!type)
		return false;
	*type = '\0';
	type += 3;
	m->is_v2 = !strncmp(type, "cgroup2 ", 8);
	if (!m->is_v2 && strncmp(type, "cgroup ", 7) != 0)
		return false;
	m->options = strrchr(type, ' ');
	for (size_t i = 0; i < 5; i++) {
		words[i] = strtok_r(i ? NULL : line, " ", &save);
		if (!words[i])
			return false;
	}
	m->point = words[4];
	return m->options;
}

/* Is the word of N bytes at WORD in LIST, between commas? */
static bool
has_word(const char *list, const char *word, size_t n)
{
	while (*list) {
		size_t len = strcspn(list, ", ");

		if (len == n && !memcmp(list, word, n))
			return true;
		list += len + (list[len] != '\0');
	}
	return false;
}

/* The number of the hierarchy of version 1 that was mounted with OPTIONS; 0: it has no
 * controller, or there is none. */
static uint32_t
hierarchy_of(const char *options)
{
	struct text file = { 0 };
	uint32_t found = 0;
	char *line;

	proc_read("/proc/self/cgroup", &file, CGROUPS_MAX_BYTES);
	for (line = file.p; line && *line && !found; ) {
		char *colon = strchr(line, ':'), *end = strchr(line, '\n');

		if (colon && has_word(options, colon + 1, strcspn(colon + 1, ",:\n")))
			found = (uint32_t)strtoul(line, NULL, 10);
		line = end ? end + 1 : NULL;
	}
	text_fini(&file);
	return found;
}

/* Is FOLDER a cgroup? Then C is it. */
static bool
is_here(struct cgroup_place *c, const struct mount *m, const struct text *folder)
{
	uint32_t hierarchy = m->is_v2 ? 0 : hierarchy_of(m->options);
	struct stat st;
	char file[PATH_MAX];

	snprintf(file, sizeof(file), "%s/cgroup.procs", folder->p);
	if ((!m->is_v2 && !hierarchy) || access(file, F_OK) < 0 || stat(folder->p, &st) < 0)
		return false;
	c->hierarchy = hierarchy;
	c->id = st.st_ino;
	c->folder.len = 0;
	text_bytes(&c->folder, folder->p, folder->len);
	return true;
}

/* Does PATH lead into what is mounted at POINT? */
static bool
is_below(const char *path, const char *point)
{
	size_t n = strlen(point);

	return !strncmp(path, point, n) && (!path[n] || path[n] == '/');
}

/* Look for PATH in one place where cgroups are mounted. */
static bool
look_in(struct cgroup_place *c, const struct mount *m, const char *path)
{
	struct text folder = { 0 };
	bool found;

	if (!is_below(path, m->point))
		text_str(&folder, m->point);
	text_str(&folder, path);
	text_char(&folder, '\0');
	found = is_here(c, m, &folder);
	text_fini(&folder);
	return found;
}

int
cgroup_place_find(struct cgroup_place *c, const char *path, struct err *err)
{
	struct text file = { 0 };
	bool found = false;

	if (path[0] != '/' || strlen(path) >= PATH_MAX / 2)
		return err_set(err, -EINVAL, "%.200s: the path of a cgroup begins with /", path);
	for (int v2 = 1; v2 >= 0 && !found; v2--) {
		struct mount m;
		char *at;

		proc_read("/proc/self/mountinfo", &file, MOUNTS_MAX_BYTES);
		for (at = file.p; at && *at && !found; )
			if (parse_mount(&at, &m) && m.is_v2 == v2)
				found = look_in(c, &m, path);
	}
	text_fini(&file);
	if (found)
		return 0;
	return err_set(err, -ENOENT, "%s: there is no such cgroup, neither of version 2 nor of a "
		       "controller of version 1", path);
}

void
cgroup_place_fini(struct cgroup_place *c)
{
	text_fini(&c->folder);
}

static void
list_processes(const char *folder, struct tree *t)
{
	struct text file = { 0 }, path = { 0 };
	char *at, *end;

	text_fmt(&path, "%s/cgroup.procs", folder);
	text_char(&path, '\0');
	if (proc_read(path.p, &file, PROCS_MAX_BYTES))
		for (at = file.p; *at; at = end) {
			long long pid = strtoll(at, &end, 10);

			if (end == at)
				break;
			if (pid > 0)
				tree_add(t, pid);
			end += strspn(end, "\n");
		}
	text_fini(&file);
	text_fini(&path);
}

static void
list_below(const char *folder, struct tree *t, unsigned depth)
{
	DIR *dir = depth < FOLDERS_DEPTH ? opendir(folder) : NULL;
	struct dirent *d;

	list_processes(folder, t);
	while (dir && (d = readdir(dir))) {
		struct text path = { 0 };

		if (d->d_type != DT_DIR || d->d_name[0] == '.')
			continue;
		text_fmt(&path, "%s/%s", folder, d->d_name);
		text_char(&path, '\0');
		list_below(path.p, t, depth + 1);
		text_fini(&path);
	}
	if (dir)
		closedir(dir);
}

void
cgroup_place_list(const struct cgroup_place *c, struct tree *t)
{
	list_below(c->folder.p, t, 0);
}
