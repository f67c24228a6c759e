#include "probe/tree.h"

#include <dirent.h>
#include <stdio.h>
#include <stdlib.h>

#include "engine/base/mem.h"
#include "engine/base/text.h"
#include "probe/census.h"
#include "probe/proc_file.h"

#define STATUS_MAX_BYTES 16384

void
tree_init(struct tree *t)
{
	*t = (struct tree){ 0 };
}

void
tree_fini(struct tree *t)
{
	free(t->pids);
	free(t->tids);
	*t = (struct tree){ 0 };
}

static bool
holds(const int64_t *ids, size_t n, int64_t id)
{
	for (size_t i = 0; i < n; i++)
		if (ids[i] == id)
			return true;
	return false;
}

void
tree_add(struct tree *t, int64_t pid)
{
	if (holds(t->pids, t->n_pids, pid))
		return;
	xgrow(&t->pids, &t->cap_pids, t->n_pids + 1, sizeof(t->pids[0]));
	t->pids[t->n_pids++] = pid;
}

static void
add_thread(struct tree *t, int64_t tid)
{
	if (holds(t->tids, t->n_tids, tid))
		return;
	xgrow(&t->tids, &t->cap_tids, t->n_tids + 1, sizeof(t->tids[0]));
	t->tids[t->n_tids++] = tid;
}

static void
add_threads(struct tree *t, int64_t pid)
{
	char path[PROC_PATH_MAX];
	struct dirent *d;
	DIR *dir;

	snprintf(path, sizeof(path), "/proc/%lld/task", (long long)pid);
	dir = opendir(path);
	while (dir && (d = readdir(dir)))
		if (d->d_name[0] != '.')
			add_thread(t, strtoll(d->d_name, NULL, 10));
	if (dir)
		closedir(dir);
}

/* Processes whose parent belongs to the tree belong to it. */
static void
add_children(struct tree *t)
{
	DIR *dir = opendir("/proc");
	struct text file = { 0 };
	char path[PROC_PATH_MAX];
	struct dirent *d;

	while (dir && (d = readdir(dir))) {
		long long pid = strtoll(d->d_name, NULL, 10);

		snprintf(path, sizeof(path), "/proc/%lld/status", pid);
		if (pid > 0 && !holds(t->pids, t->n_pids, pid) &&
		    proc_read(path, &file, STATUS_MAX_BYTES) &&
		    holds(t->pids, t->n_pids,
			  (int64_t)proc_number(file.p, "PPid", 10, UINT64_MAX)))
			tree_add(t, pid);
	}
	if (dir)
		closedir(dir);
	text_fini(&file);
}

/* All of CENSUS that belongs to it. A child comes before its parent where numbers began
 * again. */
static void
add_counted(struct tree *t, const struct census *census)
{
	size_t n_before;

	do {
		n_before = t->n_pids;
		for (size_t i = 0; i < census_count(census); i++) {
			const struct wire_task *task = &census_thread(census, i)->task;

			if (task->tid == task->pid && holds(t->pids, t->n_pids, task->ptid))
				tree_add(t, task->pid);
		}
	} while (t->n_pids > n_before);
	for (size_t i = 0; i < census_count(census); i++) {
		const struct wire_thread *thread = census_thread(census, i);

		if (!thread->has_ended && holds(t->pids, t->n_pids, thread->task.pid))
			add_thread(t, thread->task.tid);
	}
}

bool
tree_search(struct tree *t, const struct census *census)
{
	t->first_new = t->n_tids;
	if (census_count(census)) {
		add_counted(t, census);
	} else {
		add_children(t);
		for (size_t i = 0; i < t->n_pids; i++)
			add_threads(t, t->pids[i]);
	}
	return t->n_tids > t->first_new;
}

const int64_t *
tree_new_threads(const struct tree *t, size_t *n)
{
	*n = t->n_tids - t->first_new;
	return t->tids + t->first_new;
}

const int64_t *
tree_processes(const struct tree *t)
{
	return t->pids;
}

size_t
tree_n_processes(const struct tree *t)
{
	return t->n_pids;
}
