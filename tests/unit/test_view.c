/*
 * Views from files: what a file says is what the view is, and what is wrong with one
 * is named by its line and key.
 */
#include "engine/base/err.h"
#include "engine/base/mem.h"
#include "engine/query/show.h"
#include "engine/query/view.h"
#include "engine/query/view_build.h"
#include "engine/query/view_set.h"
#include "tests/lib/check.h"

static int
add(struct view_set *s, const char *name, const char *text)
{
	return view_set_add(s, name, (struct span){ (const uint8_t *)text, strlen(text) });
}

/* A view around what a case is about. */
#define VIEW(rest) "return {\nid = 'x', name = 'X', description = 'd',\n" rest "\n}"
#define KEYED(rest) VIEW("columns = { { name = 'P', field = 'proc.pid', aggregation = 'key' },\n" \
			 rest " },")
#define ACTION(rest) KEYED("{ name = 'N' } },\nactions = { { description = 'd', " rest " }")

static const struct {
	const char *text, *error;
} refused[] = {
	{ "", "x.lua: it must return a table, as in `return { id = \"mine\", ... }`" },
	{ "return 5", "x.lua: it must return a table, as in `return { id = \"mine\", ... }`" },
	{ "return {}", "x.lua:1: id: is missing" },
	{ "return { 1 }", "x.lua:1: a value without a key" },
	{ VIEW("colums = {}"), "x.lua:3: unknown key `colums`, did you mean `columns`?" },
	{ VIEW("weather = 1"), "x.lua:3: unknown key `weather`" },
	{ VIEW(""), "x.lua:1: columns: is missing" },
	{ VIEW("columns = {}"), "x.lua:3: columns: must be 1 to 64" },
	{ VIEW("columns = 'all'"), "x.lua:3: columns: must be a list of tables, not a text" },
	{ VIEW("columns = { {}, 'a' }"), "x.lua:3: columns: must be a list of tables, not a text" },
	{ VIEW("columns = { a = {} }"), "x.lua:3: columns: must be a list of tables, not a table" },
	{ VIEW("tags = { 1 },"), "x.lua:3: tags: must be a list of texts, not a number" },
	{ VIEW("is_root = 'yes',"), "x.lua:3: is_root: must be true or false, not a text" },
	{ VIEW("filter = {},"), "x.lua:3: filter: must be a text, not a table" },
	{ VIEW("filter = string.format,"), "x.lua:3: filter: must be a text, not function" },
	{ "return { id = 'a b', name = 'X', description = 'd', columns = {} }",
	  "x.lua:1: id: only letters, digits, _ - and . may be in it" },
	{ "return { id = '', name = 'X', description = 'd', columns = {} }",
	  "x.lua:1: id: must have 1 to 40 bytes" },
	{ "return { id = 'a', name = 'X\\27[2J', description = 'd', columns = {} }",
	  "x.lua:1: name: has characters that cannot be shown" },
	{ KEYED("{ name = 'N', feild = 'a' }"),
	  "x.lua:4: columns[2]: unknown key `feild`, did you mean `field`?" },
	{ KEYED("{ field = 'proc.name' }"), "x.lua:4: columns[2].name: is missing" },
	{ KEYED("{ name = 'N', field = 'proc.nmae' }"),
	  "x.lua:4: columns[2].field: unknown field `proc.nmae`, did you mean `proc.name`? "
	  "(at byte 1)" },
	{ KEYED("{ name = 'N', field = 'proc.pidd' }"),
	  "x.lua:4: columns[2].field: unknown field `proc.pidd`, did you mean `proc.pid`?" },
	{ KEYED("{ name = 'N', field = 'proc.name x' }"),
	  "x.lua:4: columns[2].field: what is ` x` behind the field?" },
	{ KEYED("{ name = 'N', field = 'fd.ip' }"),
	  "x.lua:4: columns[2].field: fd.ip is for filters, it has nothing to show" },
	{ KEYED("{ name = 'N', field = 'util.cnt' }"),
	  "x.lua:4: columns[2].field: util.cnt depends on which lines were shown before, of "
	  "which a table has none" },
	{ KEYED("{ name = 'N', field = 'proc.name', aggregation = 'sum' }"),
	  "x.lua:4: columns[2].field: proc.name has no sum, it is no number" },
	{ KEYED("{ name = 'N', field = 'evt.num', aggregation = 'age' }"),
	  "x.lua:4: columns[2].field: evt.num has no age: that is the event's" },
	{ KEYED("{ name = 'N', field = 'evt.buffer', aggregation = 'key' }"),
	  "x.lua:4: columns[2].field: evt.buffer is data, and cannot be a key" },
	{ KEYED("{ name = 'N', field = 'evt.rawarg.size', unit = 'MiB' }"),
	  "x.lua:4: columns[2].unit: must be bytes, KiB, ns, s or %" },
	{ KEYED("{ name = 'N', field = 'evt.buflen', unit = 's' }"),
	  "x.lua:4: columns[2].unit: is for numbers of fields that have no unit" },
	{ KEYED("{ name = 'N', unit = 's' }"),
	  "x.lua:4: columns[2].unit: is for numbers of fields" },
	{ KEYED("{ name = 'N', field = 'proc.name', unit = 's' }"),
	  "x.lua:4: columns[2].unit: is for numbers of fields" },
	{ KEYED("{ name = 'N', field = 'evt.buflen', aggregation = 'summ' }"),
	  "x.lua:4: columns[2].aggregation: there is no `summ`, did you mean `sum`?" },
	{ KEYED("{ name = 'N', aggregation = 'max' }"), "x.lua:4: columns[2].field: is missing" },
	{ KEYED("{ name = 'N', only = 'evt.failed = tru' }"), "x.lua:4: columns[2].only: " },
	{ KEYED("{ name = 'N', field = 'proc.aname', aggregation = 'key' }"),
	  "x.lua:4: columns[2].field: proc.aname may have several values at once" },
	{ KEYED("{ name = 'N', sort = 'sideways' }"),
	  "x.lua:4: columns[2].sort: must be `up` or `down`" },
	{ KEYED("{ name = 'N', sort = 'up' },\n{ name = 'M', sort = 'down' }"),
	  "x.lua:5: columns[3].sort: columns[2] has it" },
	{ KEYED("{ name = 'N', width = -1 }"),
	  "x.lua:4: columns[2].width: must be a whole number from 0 to 1000" },
	{ KEYED("{ name = 'N', width = 0/0 }"), "x.lua:4: columns[2].width: must be a whole" },
	{ KEYED("{ name = 'N', width = 1e300 }"), "x.lua:4: columns[2].width: must be a whole" },
	{ KEYED("{ name = 'N', width = 2.5 }"), "x.lua:4: columns[2].width: must be a whole" },
	{ KEYED("{ name = 'N', select = 'proc.pid' }"),
	  "x.lua:4: columns[2].select: only a key has" },
	{ KEYED("{ name = 'N', variant = 'pod' }"),
	  "x.lua:4: columns[2].variant: must be of plain, containers and pods" },
	{ KEYED("{ name = 'N', across = 'sum' }"), "x.lua:4: columns[2].across: is for numbers" },
	{ KEYED("{ name = 'P', field = 'proc.name' }"), "x.lua:3: columns: two are called `P`" },
	{ KEYED("{ name = '\\27', field = 'proc.name' }"),
	  "x.lua:4: columns[2].name: must be of ASCII" },
	{ KEYED("{ name = 'N', field = 'proc.vmrss', aggregation = 'change' }"),
	  "x.lua:4: columns[2].aggregation: change is for numbers of entities" },
	{ VIEW("rows = 'process', columns = { { name = 'N' } }"),
	  "x.lua:3: rows: `process` is none of its words, did you mean `processes`?" },
	{ VIEW("rows = 'all', columns = { { name = 'N' } }"), "x.lua:3: rows: must be events, "
	  "pending, processes, threads, containers or descriptors, not `all`" },
	{ VIEW("applies_to = { '', 'proc.pid', 'evt.arg.sig', 'span.tag',\n'procss' },\n"
	       "columns = { { name = 'N' } }"),
	  "x.lua:4: applies_to: `procss` is no place in a path, did you mean `process`?" },
	{ VIEW("rows = 'processes', columns = { { name = 'N' } }"),
	  "x.lua:3: rows: processes need a key" },
	{ VIEW("kind = 'spectrum', columns = { { name = 'N' } }"),
	  "x.lua:3: kind: must be table or spectrogram, not `spectrum`" },
	{ VIEW("kind = 'spectrogram', columns = { { name = 'N' } }"),
	  "x.lua:3: columns: the key of a spectrogram must be a span of time" },
	{ VIEW("columns = { { name = 'N' },\n{ name = 'S', field = 'evt.args',\n"
	       "aggregation = 'distinct' } }"),
	  "x.lua:5: columns[2].aggregation: without a key each event is a row, there is no "
	  "distinct" },
	{ VIEW("rows = 'pending', columns = { { name = 'N', aggregation = 'rate' } }"),
	  "x.lua:3: columns[1].aggregation: without a key" },
	{ VIEW("only_new = true, columns = { { name = 'N' } }"),
	  "x.lua:3: only_new: needs rows of events, and a key" },
	{ VIEW("parent = 'proc.ppid', columns = { { name = 'N' } }"),
	  "x.lua:3: parent: only entities have parents" },
	{ VIEW("rows = 'processes', parent = 'evt.deltatime.ns',\n"
	       "columns = { { name = 'N', field = 'proc.pid', aggregation = 'key' } }"),
	  "x.lua:3: parent: `evt.deltatime.ns` is nothing that processes are" },
	{ VIEW("rows = 'processes', parent = 'proc.ppid',\n"
	       "columns = { { name = 'N', field = 'proc.name', aggregation = 'key' } }"),
	  "x.lua:3: parent: `proc.ppid` is not of the type of the key N" },
	{ VIEW("columns = { { name = 'N', field = 'fd.num', aggregation = 'key',\n"
	       "variant = 'pods' }, { name = 'A' } }"), "x.lua:3: columns: a variant has no key" },
	{ VIEW("columns = { { name = 'N', variant = 'pods' } }"),
	  "x.lua:3: columns: a variant has none that is shown" },
	{ VIEW("filter = 'evt.type = opne',"), "x.lua:1: columns: is missing" },
	{ VIEW("filter = 'evt.tpye = open', columns = { { name = 'N' } }"),
	  "x.lua:3: filter: unknown field `evt.tpye`, did you mean `evt.type`? (at byte 1)" },
	{ VIEW("needs = { 'no.field' }, columns = { { name = 'N' } }"), "x.lua:3: needs: " },
	{ VIEW("needs = { 'k8s.pod.id',\n'fd.rip' }, columns = { { name = 'N' } }"),
	  "x.lua:4: needs: `fd.rip` is of no container, pod or span, and nothing else is looked "
	  "for" },
	{ ACTION("hotkey = 'ab', command = 'x'"),
	  "x.lua:5: actions[1].hotkey: must be one character" },
	{ ACTION("hotkey = '', command = 'x'"),
	  "x.lua:5: actions[1].hotkey: must be one character" },
	{ ACTION("hotkey = 'a', command = ' '"),
	  "x.lua:5: actions[1].command: is empty" },
	{ ACTION("hotkey = 'a', command = 'x \"y'"),
	  "x.lua:5: actions[1].command: a quote is not closed" },
	{ ACTION("hotkey = 'a', command = 'x %no.field'"),
	  "x.lua:5: actions[1].command: unknown field `no.field`" },
	{ ACTION("hotkey = 'a', command = 'kill %proc.pidd'"),
	  "x.lua:5: actions[1].command: letters right behind a field would be of its name" },
	{ ACTION("hotkey = 'a', command = 'less -- %fd.name'"), "x.lua:5: actions[1].command: "
	  "there must be a column of fd.name, hidden or not" },
	{ ACTION("hotkey = 'a', command = 'x' },\n"
		 "{ hotkey = 'a', command = 'y', description = 'd'"),
	  "x.lua:6: actions[2].hotkey: actions[1] has it" },
	{ "view_info = { id = 'x', name = 'X' }", "x.lua:1: columns: is missing" },
	{ "view_info = { id = 'x', name = 'X',\ncolumns = { { name = 'a' } } }",
	  "x.lua:2: columns[1].field: is missing" },
	{ "view_info = { id = 'x', name = 'X',\ncolumns = { { field = 'a.b' } } }",
	  "x.lua:2: columns[1].field: unknown field `a.b`" },
	{ "view_info = { id = 'x', name = 'X',\n"
	  "columns = { { field = 'evt.num', colsize = 'a' } } }",
	  "x.lua:2: columns[1].colsize: must be a number, not a text" },
	{ "view_info = { id = 'x', name = 'X',\n"
	  "columns = { { field = 'evt.num', aggregation = 'TIMEAVG' } } }",
	  "x.lua:2: columns[1].aggregation: there is no `TIMEAVG`, did you mean `TIME_AVG`?" },
};

static void
refusals(void)
{
	for (size_t i = 0; i < ARRAY_LEN(refused); i++) {
		struct view_set *s = view_set_new(NULL);
		size_t n = view_set_count(s);
		const char *got = "nothing";
		bool fits;

		CHECK(add(s, "x.lua", refused[i].text) < 0, "case %zu is refused", i);
		CHECK(view_set_count(s) == n, "  and costs no other view");
		if (view_set_n_problems(s))
			got = view_set_problem(s, 0);
		fits = !strncmp(got, refused[i].error, strlen(refused[i].error));
		CHECK(fits, "  with its reason");
		if (!fits)
			printf("# %s\n# got  %s\n# want %s\n", refused[i].text, got,
			       refused[i].error);
		view_set_free(s);
	}
}

#define NAMED(id, name) "return { id = '" id "', name = '" name "', description = 'd', " \
			"columns = { { name = 'N' } } }"

/* A later file takes the place of an earlier one; where a view leads to is checked. */
static void
sets(void)
{
	struct view_set *s = view_set_new(NULL);
	size_t n = view_set_count(s);
	const struct view *v;

	CHECK(!add(s, "mine.lua", "return { id = 'files', name = 'Mine', description = 'd',\n"
		   "drill_down = 'filse', columns = { { name = 'N' } } }"), "a view of one's own");
	CHECK(view_set_count(s) == n, "it takes the place of a built-in one");
	v = view_set_find(s, "files");
	CHECK_STR(v->name, "Mine", "it is found");
	CHECK_STR(v->file, "mine.lua", "it knows where it is from");
	CHECK(view_set_n_problems(s) == 0, "nothing is wrong yet");
	view_set_check(s);
	CHECK(view_set_n_problems(s) == 1, "it leads nowhere");
	CHECK_STR(view_set_problem(s, 0), "mine.lua:2: drill_down: there is no view `filse`, did "
		  "you mean `files`?", "that is told");
	CHECK(!add(s, "a/one.lua", NAMED("twice", "One")) &&
	      add(s, "a/two.lua", NAMED("twice", "Two")) < 0, "no second one in a folder");
	CHECK_STR(view_set_problem(s, 1), "a/two.lua:1: id: a/one.lua has the id `twice`, too",
		  "that is told");
	CHECK_STR(view_set_find(s, "twice")->name, "One", "the first one stays");
	CHECK(!add(s, "a/one.lua", NAMED("twice", "Again")) &&
	      !add(s, "b/two.lua", NAMED("twice", "Other")), "the file itself, another folder");
	CHECK_STR(view_set_find(s, "twice")->name, "Other", "take its place");
	CHECK(!add(s, "views/procs.lua", NAMED("threads", "Mine")), "views/ may be a folder, too");
	CHECK(!view_set_find(s, "nothing"), "what is not there is not found");
	CHECK_STR(view_set_nearest(s, "connectoins")->id, "connections", "what was meant is");
	CHECK_STR(view_set_nearest(s, "blocked now")->id, "blocked", "so is a name of a menu");
	CHECK(!view_set_nearest(s, "nothing of these"), "nothing is near");
	view_set_free(s);
}

static const struct view_column *
column(const struct view *v, const char *name)
{
	static const struct view_column none;

	for (size_t i = 0; i < v->n_columns; i++)
		if (!strcmp(v->columns[i].name, name))
			return &v->columns[i];
	CHECK(false, "there is a column %s", name);
	return &none;
}

/* From where columns have their numbers, and of which type these are. */
static const struct {
	const char *view, *column;
	enum view_source source;
	enum view_aggregation aggregation;
	enum value_type type;
	enum value_unit unit;
	enum view_entity entity;
	enum view_aggregation across;
} sources[] = {
	{ "procs", "PID", VIEW_FROM_ENTITY, VIEW_KEY, T_INT, U_NONE, 0, VIEW_SUM },
	{ "procs", "USER", VIEW_FROM_ENTITY, VIEW_LAST, T_STR, U_NONE, 0, VIEW_MAX },
	{ "procs", "CPU", VIEW_FROM_CPU, VIEW_AVG, T_DOUBLE, U_PERCENT, VIEW_THREAD, VIEW_SUM },
	{ "procs", "RES", VIEW_FROM_HISTORY, VIEW_LAST, T_UINT, U_KB, VIEW_PROCESS, VIEW_SUM },
	{ "procs", "FILE", VIEW_FROM_EVENTS, VIEW_SUM, T_UINT, U_BYTES, 0, VIEW_SUM },
	{ "procs", "FILE/S", VIEW_FROM_EVENTS, VIEW_RATE, T_DOUBLE, U_BYTES, 0, VIEW_SUM },
	{ "threads", "TID", VIEW_FROM_ENTITY, VIEW_KEY, T_INT, U_NONE, 0, VIEW_SUM },
	{ "threads", "CPU", VIEW_FROM_CPU, VIEW_AVG, T_DOUBLE, U_PERCENT, VIEW_THREAD, VIEW_SUM },
	{ "page_faults", "MAJOR", VIEW_FROM_HISTORY, VIEW_CHANGE, T_INT, U_NONE, VIEW_THREAD,
	  VIEW_SUM },
	{ "page_faults", "MAJ/S", VIEW_FROM_HISTORY, VIEW_RATE, T_DOUBLE, U_NONE, VIEW_THREAD,
	  VIEW_SUM },
	{ "procs_fd_usage", "USED", VIEW_FROM_HISTORY, VIEW_LAST, T_DOUBLE, U_PERCENT,
	  VIEW_PROCESS, VIEW_MAX },
	{ "syscalls", "CALLS", VIEW_FROM_EVENTS, VIEW_COUNT, T_UINT, U_NONE, 0, VIEW_SUM },
	{ "syscalls", "CALLS/S", VIEW_FROM_EVENTS, VIEW_RATE, T_DOUBLE, U_NONE, 0, VIEW_SUM },
	{ "syscalls", "AVG", VIEW_FROM_EVENTS, VIEW_AVG, T_DOUBLE, U_NS, 0, VIEW_MAX },
	{ "syscalls", "P99", VIEW_FROM_EVENTS, VIEW_P99, T_SPAN, U_NS, 0, VIEW_MAX },
	{ "files", "NAME", VIEW_FROM_EVENTS, VIEW_LAST, T_STR, U_NONE, 0, VIEW_MAX },
	{ "blocked", "AGE", VIEW_FROM_EVENTS, VIEW_AGE, T_SPAN, U_NS, 0, VIEW_SUM },
	{ "containers", "IMAGE", VIEW_FROM_ENTITY, VIEW_LAST, T_STR, U_NONE, 0, VIEW_MAX },
};

static void
column_sources(void)
{
	struct view_set *s = view_set_new(NULL);

	for (size_t i = 0; i < ARRAY_LEN(sources); i++) {
		const struct view *v = view_set_find(s, sources[i].view);
		const struct view_column *c = column(v, sources[i].column);

		CHECK(c->source == sources[i].source && c->aggregation == sources[i].aggregation &&
		      c->type == sources[i].type && c->unit == sources[i].unit &&
		      c->entity == sources[i].entity && c->across == sources[i].across,
		      "%s: %s: source %d, type %d, unit %d, entity %d, across %d", v->id, c->name,
		      c->source, c->type, c->unit, c->entity, c->across);
	}
	CHECK(column(view_set_find(s, "procs"), "PID")->key_entity == VIEW_PROCESS,
	      "a process is a row, not its number");
	CHECK(view_set_find(s, "procs")->sort_descending, "the most CPU comes first");
	CHECK(view_is_list(view_set_find(s, "file_opens")), "a view without a key is a list");
	CHECK(view_set_find(s, "file_opens")->sort_column == SIZE_MAX,
	      "in the order of its events");
	view_set_free(s);
}

/* Where a view is offered. */
static void
places(void)
{
	static const struct {
		const char *view, *field;
		bool applies;
	} cases[] = {
		{ "files", "", true }, { "files", "proc.pid", true }, { "files", "evt.type", true },
		{ "files", "fd.directory", true }, { "files", "fd.sport", true },
		{ "spans_list", "", false }, { "spans_list", "span.tag[0]", true },
		{ "procs", "proc.pid", false }, { "procs", "container.id", true },
		{ "blocked", "", true }, { "blocked", "anything.at.all", true },
		{ "connections", "fd.connected", false }, { "connections", "fd.rip", true },
	};
	struct view_set *s = view_set_new(NULL);

	for (size_t i = 0; i < ARRAY_LEN(cases); i++)
		CHECK(view_applies(view_set_find(s, cases[i].view), cases[i].field) ==
		      cases[i].applies, "%s behind `%s`", cases[i].view, cases[i].field);
	view_set_free(s);
}

static void
depths(void)
{
	struct view_set *s = view_set_new(NULL);
	const struct view *v = view_set_find(s, "spans_summary");
	struct err err = { 0 };
	struct view *deeper = view_set_deeper(s, v, 3, &err);

	CHECK_STR(v->filter.text, "span.ntags >= 1", "the first depth is 0");
	if (!CHECK(deeper, "a view at another depth: %s", err.text))
		return;
	CHECK_STR(deeper->filter.text, "span.ntags >= 4", "%%depth+1 is a number");
	CHECK_STR(deeper->columns[0].of.text, "span.tag[3]", "%%depth is a number");
	view_free(deeper);
	CHECK(!view_set_deeper(s, v, 4000000, &err), "a depth beyond measure is refused");
	view_set_free(s);
}

/* Commands as words: "|" between words, "<field>" for values. */
static const struct {
	const char *command, *words;
} commands[] = {
	{ "kill -9 %proc.pid", "kill|-9|<proc.pid>" },
	{ "a  b\tc", "a|b|c" },
	{ "less -- \"%fd.name\"", "less|--|<fd.name>" },
	{ "x %fd.directory/%fd.filename y", "x|<fd.directory>/<fd.filename>|y" },
	{ "x --a=%proc.name", "x|--a=<proc.name>" },
	{ "x 'a b' \"c d\" ''", "x|a b|c d|" },
	{ "x 100%% %% %5", "x|100%|%|%5" },
	{ "x %evt.arg[2]z", "x|<evt.arg[2]>z" },
	{ "ls %fd.name | less", "sh|-c|ls \"${1}\" | less|sh|<fd.name>" },
	{ "echo '%proc.name' \"%proc.name\" > x",
	  "sh|-c|echo ''\"${1}\"'' \"${2}\" > x|sh|<proc.name>|<proc.name>" },
	{ "renice $(ps -o nice -p %proc.pid) x", "sh|-c|renice $(ps -o nice -p \"${1}\") x|sh|"
	  "<proc.pid>" },
	{ "echo \\\"%proc.name;", "sh|-c|echo \\\"\"${1}\";|sh|<proc.name>" },
};

static void
print_words(const struct view_action *a, char *to)
{
	*to = '\0';
	for (size_t i = 0; i < a->n_words; i++) {
		strcat(to, i ? "|" : "");
		for (size_t j = 0; j < a->words[i].n_parts; j++) {
			const struct view_word_part *p = &a->words[i].parts[j];

			strcat(to, p->text ? p->text : "<");
			if (!p->text)
				strcat(strcat(to, p->of.text), ">");
		}
	}
}

static void
words(void)
{
	for (size_t i = 0; i < ARRAY_LEN(commands); i++) {
		struct view_set *s = view_set_new(NULL);
		char text[1024], got[512];

		snprintf(text, sizeof(text), "return { id = 'x', name = 'X', description = 'd',\n"
			 "columns = { { name = 'A', field = 'proc.pid' },\n"
			 "{ name = 'B', field = 'proc.name' }, { name = 'C', field = 'fd.name' },\n"
			 "{ name = 'D', field = 'fd.directory' },\n"
			 "{ name = 'E', field = 'fd.filename' },\n"
			 "{ name = 'F', field = 'evt.arg[2]' } }, actions = { { hotkey = 'a',\n"
			 "command = [==[%s]==], description = 'd' } } }", commands[i].command);
		if (!CHECK(!add(s, "x.lua", text), "a command: %s", commands[i].command)) {
			printf("# %s\n", view_set_problem(s, 0));
		} else {
			print_words(&view_set_find(s, "x")->actions[0], got);
			CHECK_STR(got, commands[i].words, "  its words");
		}
		view_set_free(s);
	}
}

/* A view as csysdig has them, with all of its keys. */
static const char classic[] =
	"--[[ some words\nabout it ]]\n"
	"view_info =\n{\n"
	"\tid = \"classic\",\n\tname = \"Classic\",\n\tdescription = \"d\",\n"
	"\ttips = {\"one\", \"two\"},\n\ttags = {\"Default\", \"wsysdig\"},\n"
	"\tview_type = \"table\",\n\tapplies_to = {\"\", \"container.id\"},\n"
	"\tfilter = \"evt.type!=switch\",\n\tuse_defaults = true,\n\tis_root = true,\n"
	"\tdrilldown_target = \"threads\",\n\tpropagate_filter = false,\n"
	"\tsomething_new = { 1, 2 },\n"
	"\tcolumns =\n\t{\n"
	"\t\t{ name = \"NA\", field = \"thread.tid\", is_key = true },\n"
	"\t\t{ name = \"NA\", field = \"proc.pid\", is_groupby_key = true },\n"
	"\t\t{ name = \"PID\", field = \"proc.pid\", colsize = 7 },\n"
	"\t\t{ name = \"CPU\", field = \"thread.cpu\", aggregation = \"AVG\",\n"
	"\t\t  groupby_aggregation = \"SUM\", colsize = 8, is_sorting = true },\n"
	"\t\t{ name = \"VIRT\", field = \"thread.vmsize.b\", aggregation = \"MAX\",\n"
	"\t\t  groupby_aggregation = \"MAX\" },\n"
	"\t\t{ name = \"FILE\", field = \"evt.buflen.file\", aggregation = \"TIME_AVG\",\n"
	"\t\t  groupby_aggregation = \"SUM\" },\n"
	"\t\t{ name = \"OPENS\", field = \"evt.type.is.3\", aggregation = \"SUM\" },\n"
	"\t\t{ name = \"CALLS\", field = \"evt.count\", aggregation = \"TIME_AVG\" },\n"
	"\t\t{ name = \"BAD\", field = \"evt.count.error\", aggregation = \"SUM\" },\n"
	"\t\t{ tags = {\"containers\"}, name = \"CONTAINER\", field = \"container.name\" },\n"
	"\t\t{ name = \"Command\", field = \"proc.exeline\", aggregation = \"MAX\" },\n"
	"\t},\n"
	"\tactions =\n\t{\n"
	"\t\t{ hotkey = \"9\", command = \"kill -9 %proc.pid\", ask_confirmation = true,\n"
	"\t\t  wait_finish = false },\n"
	"\t},\n}\n";

static void
classic_views(void)
{
	struct view_set *s = view_set_new(NULL);
	const struct view *v;
	const struct view_column *c;

	if (!CHECK(!add(s, "v.lua", classic), "a view of csysdig")) {
		printf("# %s\n", view_set_problem(s, 0));
		return;
	}
	v = view_set_find(s, "classic");
	CHECK(v->rows == VIEW_ROWS_ENTITIES && v->entity == VIEW_PROCESS, "its rows are processes");
	CHECK(v->n_keys == 1 && v->columns[0].key_entity == VIEW_PROCESS &&
	      v->columns[0].is_hidden, "the group is its key");
	CHECK(!v->passes_filter && v->is_root && v->n_tips == 2, "its flags");
	CHECK_STR(v->columns[v->sort_column].name, "CPU", "it is sorted");
	c = column(v, "VIRT");
	CHECK(c->source == VIEW_FROM_HISTORY && c->across == VIEW_MAX && c->unit == U_KB,
	      "memory is of processes");
	CHECK(column(v, "FILE")->aggregation == VIEW_RATE, "TIME_AVG is a rate");
	c = column(v, "OPENS");
	CHECK(c->aggregation == VIEW_COUNT && c->only.filter, "opens are counted by a filter");
	CHECK(strstr(c->only.text, "openat2") != NULL, "newer calls count, too");
	c = column(v, "CALLS");
	CHECK(c->aggregation == VIEW_RATE && !c->of.operand && c->is_per_second,
	      "events are counted");
	CHECK_STR(column(v, "BAD")->only.text, "evt.failed = true", "errors are counted");
	CHECK(column(v, "CONTAINER")->variants == (VIEW_CONTAINERS | VIEW_PODS), "its variants");
	CHECK(column(v, "Command")->aggregation == VIEW_LAST, "MAX of a text is the last one");
	CHECK(v->actions[0].asks && !v->actions[0].waits, "its action");
	view_set_free(s);
}

static void
classic_lists(void)
{
	static const char text[] =
		"view_info = { id = 'l', name = 'L', view_type = 'table', use_defaults = true,\n"
		"filter = 'evt.is_io = true', columns = {\n"
		"{ name = 'NA', field = 'evt.rawtime', is_key = true },\n"
		"{ name = 'A', field = 'evt.latency', is_sorting = true },\n"
		"{ name = 'N', field = 'evt.count', aggregation = 'TIME_AVG' },\n"
		"{ name = 'A', field = 'fd.name', aggregation = 'SUM' } } }";
	struct view_set *s = view_set_new(NULL);
	const struct view *v;

	if (!CHECK(!add(s, "v.lua", text), "the time as a key")) {
		printf("# %s\n", view_set_problem(s, 0));
		return;
	}
	v = view_set_find(s, "l");
	CHECK(view_is_list(v) && v->n_columns == 3, "makes a list");
	CHECK(v->sort_column == 0 && v->sort_descending, "that may be sorted");
	view_set_free(s);
}

/* csysdig's lists begin with the first event, or the largest number. */
static void
classic_orders(void)
{
	static const struct {
		const char *field;
		bool descending;
	} cases[] = {
		{ "evt.time", false }, { "proc.name", false }, { "proc.pid", true },
		{ "evt.latency", true },
	};

	for (size_t i = 0; i < ARRAY_LEN(cases); i++) {
		struct view_set *s = view_set_new(NULL);
		char text[200];

		snprintf(text, sizeof(text), "view_info = { id = 'o', name = 'O', view_type = "
			 "'list', columns = { { name = 'A', field = '%s', is_sorting = true } } }",
			 cases[i].field);
		if (CHECK(!add(s, "v.lua", text), "a list by %s", cases[i].field))
			CHECK(view_set_find(s, "o")->sort_column == 0 &&
			      view_set_find(s, "o")->sort_descending == cases[i].descending,
			      "  in its order");
		view_set_free(s);
	}
}

/* A unit that only the file can tell is that of sums, means and rates. */
static void
units(void)
{
	static const char *const how[] = { "last", "max", "avg", "sum", "rate" };

	for (size_t i = 0; i < ARRAY_LEN(how); i++) {
		struct view_set *s = view_set_new(NULL);
		char text[300];

		snprintf(text, sizeof(text), KEYED("{ name = 'N', field = 'evt.rawarg.size', "
			 "aggregation = '%s', unit = 'bytes' }"), how[i]);
		if (CHECK(!add(s, "x.lua", text), "a unit with %s: %s", how[i],
			  view_set_n_problems(s) ? view_set_problem(s, 0) : ""))
			CHECK_STR(show_unit(column(view_set_find(s, "x"), "N")),
				  i == 4 ? "bytes/s" : "bytes", "  it has it");
		view_set_free(s);
	}
}

/* Newer calls meet the conditions of their elders, and nothing else is touched. */
static void
classic_filters(void)
{
	static const struct {
		const char *theirs, *ours;
	} cases[] = {
		{ "evt.type=open and evt.dir=<",
		  "evt.type in (open, openat, openat2, creat, open_by_handle_at) and evt.dir=<" },
		{ "fd.num=3 and (evt.type = accept)",
		  "fd.num=3 and (evt.type in (accept, accept4))" },
		{ "(evt.type=execve) or (evt.type=chdir and evt.dir=<)",
		  "(evt.type in (execve, execveat)) or "
		  "(evt.type in (chdir, fchdir) and evt.dir=<)" },
		{ "evt.type=openat", "evt.type=openat" },
		{ "evt.type!=open", "evt.type!=open" },
		{ "proc.args='evt.type=open'", "proc.args='evt.type=open'" },
		{ "evt.arg.name=evt.type=open", "evt.arg.name=evt.type=open" },
		{ "", "" },
	};

	for (size_t i = 0; i < ARRAY_LEN(cases); i++) {
		struct view_set *s = view_set_new(NULL);
		char text[300];

		snprintf(text, sizeof(text), "view_info = { id = 'o', name = 'O', view_type = "
			 "'list', filter = \"%s\", columns = { { name = 'A', field = "
			 "'evt.num' } } }", cases[i].theirs);
		if (CHECK(!add(s, "v.lua", text), "a filter of csysdig: %s", cases[i].theirs)) {
			const char *ours = view_set_find(s, "o")->filter.text;

			CHECK_STR(ours ? ours : "", cases[i].ours, "  asks for newer calls, too");
		}
		view_set_free(s);
	}
}

int
main(void)
{
	refusals();
	sets();
	column_sources();
	places();
	depths();
	words();
	classic_views();
	classic_lists();
	classic_orders();
	classic_filters();
	units();
	return check_done();
}
