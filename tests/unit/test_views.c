/*
 * The views that are built in: they load, lead to each other, and fit a terminal.
 */
#include "engine/base/mem.h"
#include "engine/event/event_type.h"
#include "engine/field/operand.h"
#include "engine/filter/filter.h"
#include "engine/query/builtin.h"
#include "engine/query/view.h"
#include "engine/query/view_build.h"
#include "engine/query/view_set.h"
#include "tests/lib/check.h"

#define TERMINAL_COLUMNS 80
#define REST_COLUMNS 6			/* as many should be left for the last column */

static bool
is_sentence(const char *s)
{
	size_t len = strlen(s);

	return len > 2 && s[0] >= '%' && s[len - 1] == '.' && !strchr(s, '\n');
}

/* How wide the table is without containers: a blank between two columns. */
static unsigned
width_of(const struct view *v)
{
	unsigned width = 0;

	for (size_t i = 0; i < v->n_columns; i++) {
		const struct view_column *c = &v->columns[i];

		if (view_shows(c, VIEW_PLAIN) && !c->is_hidden)
			width += (c->width_cols ? c->width_cols : REST_COLUMNS) + (width > 0);
	}
	return width;
}

static void
columns(const struct view *v)
{
	for (size_t i = 0; i < v->n_columns; i++) {
		const struct view_column *c = &v->columns[i];

		CHECK(is_sentence(c->description), "%s: %s is described", v->id, c->name);
		if (c->width_cols)
			CHECK(c->width_cols >= strlen(c->name) || c->is_hidden,
			      "%s: %s has room for its heading", v->id, c->name);
		CHECK((c->aggregation == VIEW_KEY) == (i < v->n_keys), "%s: keys come first",
		      v->id);
	}
	CHECK(width_of(v) <= TERMINAL_COLUMNS, "%s fits a terminal: %u columns", v->id,
	      width_of(v));
}

/* Does C do harm? */
static bool
is_harmful(const char *c)
{
	static const char *const words[] = {
		"kill ", " delete ", " stop ", " pause ", " attach ", "gdb ", "gcore ", "rm ",
	};

	for (size_t i = 0; i < ARRAY_LEN(words); i++)
		if (!strncmp(c, words[i], strlen(words[i])) || strstr(c, words[i]))
			return true;
	return false;
}

/* A row's values can only be given to a command when the row has them. */
static void
actions(const struct view *v)
{
	for (size_t i = 0; i < v->n_actions; i++) {
		const struct view_action *a = &v->actions[i];

		CHECK(a->n_words > 0 && a->words[0].n_parts == 1 && a->words[0].parts[0].text &&
		      strcmp(a->words[0].parts[0].text, "sh") != 0,
		      "%s: %s is a command without a shell", v->id, a->command);
		CHECK(a->asks || !is_harmful(a->command), "%s: %s is asked before", v->id,
		      a->command);
	}
}

static void
one(const struct view_set *s, const struct view *v)
{
	CHECK(is_sentence(v->description), "%s is described", v->id);
	CHECK(!strncmp(v->file, "views/", 6) && !strncmp(v->file + 6, v->id, strlen(v->id)) &&
	      !strcmp(v->file + 6 + strlen(v->id), ".lua"), "%s stands in a file of that name",
	      v->id);
	CHECK(!v->drill_down || view_set_find(s, v->drill_down), "%s leads somewhere", v->id);
	for (size_t i = 0; i < v->n_applies_to; i++) {
		struct view only = *v;

		only.applies_to = &v->applies_to[i];
		only.n_applies_to = 1;
		CHECK(view_applies(&only, v->applies_to[i]) || strlen(v->applies_to[i]) < 10,
		      "%s: %s is a place", v->id, v->applies_to[i]);
	}
	columns(v);
	actions(v);
}

/* Ids that people know from csysdig, and what is new. */
static const char *const needed[] = {
	"backlog", "connections", "containers", "containers_errors", "directories", "errors",
	"file_opens", "files", "incoming_connections", "io_by_type", "kubernetes_controllers",
	"kubernetes_deployments", "kubernetes_namespaces", "kubernetes_pods",
	"kubernetes_replicasets", "kubernetes_services", "marathon_apps", "marathon_groups",
	"mesos_frameworks", "mesos_tasks", "page_faults", "port_bindings", "procs", "procs_cpu",
	"procs_errors", "procs_fd_usage", "slow_io", "spans_list", "spans_summary",
	"spectro_all", "spectro_file", "spectro_traces", "sports", "spy_syslog", "spy_users",
	"syscall_procs", "syscalls", "threads", "traces_list", "traces_summary",
	"blocked", "file_users", "lock_waits", "new_files", "new_peers", "new_programs", "peers",
	"process_summary", "process_tree", "signals",
};

/* Drilling from one view to its target must be offered there. */
static void
ways(const struct view_set *s, const struct view *v)
{
	const struct view *to = v->drill_down ? view_set_find(s, v->drill_down) : NULL;
	const struct field_use *use;

	if (!to || !v->n_keys)
		return;
	use = operand_field(v->columns[0].select.operand);
	CHECK(use && view_applies(to, use->field->name), "%s leads to a view that applies: %s",
	      v->id, to->id);
}

/* Calls that do what another one did before them; that one comes first. */
static const char *const families[][8] = {
	{ "open", "openat", "openat2", "creat", "open_by_handle_at" },
	{ "accept", "accept4" },
	{ "execve", "execveat" },
	{ "clone", "clone3", "fork", "vfork" },
	{ "chdir", "fchdir" },
	{ "read", "readv", "pread", "preadv" },
	{ "write", "writev", "pwrite", "pwritev" },
	{ "recv", "recvfrom", "recvmsg", "recvmmsg" },
	{ "send", "sendto", "sendmsg", "sendmmsg" },
	{ "poll", "ppoll", "select", "epoll_wait" },
	{ "pipe", "pipe2" },
	{ "dup", "dup2", "dup3" },
	{ "mkdir", "mkdirat" },
	{ "rename", "renameat", "renameat2" },
	{ "unlink", "unlinkat" },
	{ "link", "linkat" },
	{ "symlink", "symlinkat" },
	{ "chmod", "fchmod", "fchmodat" },
	{ "chown", "lchown", "fchown", "fchownat" },
	{ "kill", "tkill", "tgkill" },
	{ "eventfd", "eventfd2" },
	{ "signalfd", "signalfd4" },
	{ "inotify_init", "inotify_init1" },
	{ "epoll_create", "epoll_create1" },
	{ "umount", "umount2" },
	{ "setuid", "setresuid" },
};

/* Does F want the return of a call NAME, in any of its versions? */
static bool
wants(const struct filter *f, const char *name, bool *exists)
{
	bool wanted = false;

	*exists = false;
	for (uint16_t id = 1; id < EVENT_TYPES; id += 2) {
		const struct event_type *type = &event_types[id];

		if (type->flags & EF_UNUSED || strcmp(type->name, name) != 0)
			continue;
		*exists = true;
		wanted |= f && filter_wants_type(f, id);
	}
	return wanted;
}

static void
families_exist(void)
{
	bool exists;

	for (size_t i = 0; i < ARRAY_LEN(families); i++)
		for (size_t k = 0; families[i][k]; k++) {
			wants(NULL, families[i][k], &exists);
			CHECK(exists, "there is %s", families[i][k]);
		}
}

static void
family(const struct view *v, const char *what, const struct filter *f)
{
	bool exists;

	for (size_t i = 0; f && i < ARRAY_LEN(families); i++)
		for (size_t k = 1; families[i][k]; k++)
			CHECK(wants(f, families[i][k], &exists) ==
			      wants(f, families[i][0], &exists),
			      "%s: %s of %s counts as %s does", v->id, what, families[i][k],
			      families[i][0]);
}

static void
newer_calls(const struct view *v)
{
	family(v, "filter", v->filter.filter);
	for (size_t i = 0; i < v->n_columns; i++)
		family(v, v->columns[i].name, v->columns[i].only.filter);
}

int
main(void)
{
	struct view_set *s = view_set_new(NULL);

	view_set_check(s);
	families_exist();
	CHECK(view_set_n_problems(s) == 0, "all files are views");
	for (size_t i = 0; i < view_set_n_problems(s); i++)
		printf("# %s\n", view_set_problem(s, i));
	CHECK(view_set_count(s) == n_builtin_views, "no two have one id");
	for (size_t i = 0; i < ARRAY_LEN(needed); i++)
		CHECK(view_set_find(s, needed[i]), "there is %s", needed[i]);
	for (size_t i = 0; i < view_set_count(s); i++) {
		one(s, view_set_at(s, i));
		ways(s, view_set_at(s, i));
		newer_calls(view_set_at(s, i));
		if (i)
			CHECK(strcmp(view_set_at(s, i - 1)->name, view_set_at(s, i)->name) < 0,
			      "%s stands where its name belongs", view_set_at(s, i)->id);
	}
	view_set_free(s);
	return check_done();
}
