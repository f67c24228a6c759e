/*
 * What csysdig stumbles over: each of its crashes, dead ends and traps is a case here,
 * with the keys that lead there. weaknesses.md says which is where.
 *
 *	test_weak PROGRAM [TEXT]		only the cases with TEXT in their names
 *
 * A case is a list of orders, as those of play.c: key, type, wait, gone, size, end; row
 * NAME selects a row by searching it; still TEXT and none TEXT say that it is there, or not,
 * once nothing is drawn any more.
 */
#include <fcntl.h>
#include <signal.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/wait.h>
#include <time.h>
#include <unistd.h>

#include "engine/base/mem.h"
#include "engine/base/text.h"
#include "engine/event/event_type.h"
#include "tests/lib/check.h"
#include "tests/lib/scapbuild.h"
#include "tests/term/see.h"
#include "tests/term/vt.h"

#define START_NS 1767283200000000000ull
#define MS 1000000ull
#define ORDERS_MAX 40
#define UNKNOWN_EVENT 700		/* a type that nobody knows yet */
#define FRAME_MS 40
#define ESC "\033[27u"

static char folder[] = "/tmp/sysreel-weak-XXXXXX";
static char *program, *capture, *garbage, *cut;

/* The capture -------------------------------------------------------------------- */

static const char *const names[] = {
	"/etc/ho ts", "/tmp/q\"uote", "/tmp/back\\slash", "/tmp/it's", "/tmp/new\nline",
	"/tmp/\033[2Jclear", "/tmp/日本", "/tmp/CapitaL",
};

/* What TID does with the file of that name: it takes LATENCY_NS to read from it. */
static void
use_file(struct scap *b, int64_t tid, int64_t fd, const char *name, uint64_t latency_ns)
{
	char data[64];

	scap_at(b, b->ts_ns + MS, tid, 0);
	scap_event(b, EV_OPEN_E, SCAP_NOTHING);
	b->ts_ns += 1000;
	scap_event(b, EV_OPEN_X, scap_num(fd), scap_text(name), scap_num(1));
	b->ts_ns += 1000;
	scap_event(b, EV_READ_E, scap_num(fd), scap_num(64));
	b->ts_ns += latency_ns;
	snprintf(data, sizeof(data), "data of %d.%d\n", (int)tid, (int)fd);
	scap_event(b, EV_READ_X, scap_num((int64_t)strlen(data)), scap_bytes(data, strlen(data)));
}

static void
fail_open(struct scap *b, int64_t tid)
{
	scap_at(b, b->ts_ns + MS, tid, 0);
	scap_event(b, EV_OPEN_E, SCAP_NOTHING);
	b->ts_ns += 1000;
	scap_event(b, EV_OPEN_X, scap_num(-2), scap_text("/no/such"), scap_num(1));
}

static void
serve(struct scap *b, int64_t tid, unsigned i)
{
	scap_at(b, b->ts_ns + MS, tid, 0);
	scap_event(b, EV_ACCEPT_5_E, SCAP_NOTHING);
	b->ts_ns += 2000;
	scap_event(b, EV_ACCEPT_5_X, scap_num(10 + i),
		   scap_tuple("10.0.0.9", (uint16_t)(40000 + i), "10.0.0.1", 8080),
		   scap_num(50), scap_num(5), scap_num(10));
	b->ts_ns += 2000;
	scap_event(b, EV_READ_E, scap_num(10 + i), scap_num(64));
	b->ts_ns += 2000;
	scap_event(b, EV_READ_X, scap_num(4), scap_bytes("GET ", 4));
}

static void
put_procs(struct scap *b)
{
	static const struct {
		int64_t pid;
		const char *comm;
	} who[] = { { 101, "busy" }, { 202, "other" }, { 303, "server" } };
	struct proc_record procs[ARRAY_LEN(who)];

	for (size_t i = 0; i < ARRAY_LEN(who); i++)
		procs[i] = (struct proc_record){
			.tid = who[i].pid, .pid = who[i].pid, .vtid = who[i].pid,
			.vpid = who[i].pid, .ptid = 1, .comm = scap_span(who[i].comm),
			.exe = scap_span(who[i].comm), .exepath = SCAP_SPAN("/bin/x"),
			.args = SCAP_SPAN(""), .cwd = SCAP_SPAN("/"), .root = SCAP_SPAN("/"),
			.pfmajor = 3, .pfminor = 40,
		};
	scap_procs(b, 9, 76, procs, ARRAY_LEN(who));
}

static char *
save(const char *name, const struct scap *b, size_t len)
{
	struct text path = { 0 };
	int fd;

	text_fmt(&path, "%s/%s", folder, name);
	text_char(&path, '\0');
	fd = open(path.p, O_CREAT | O_TRUNC | O_WRONLY, 0600);
	if (fd < 0 || write(fd, b->p, len) != (ssize_t)len)
		abort();
	close(fd);
	return path.p;
}

static void
make_captures(void)
{
	struct machine_record machine = { .n_cpus = 2, .hostname = SCAP_SPAN("testbed") };
	const uint32_t lens[] = { 8, 2 };
	struct scap b = { 0 };

	scap_section(&b, 2);
	scap_machine(&b, &machine);
	put_procs(&b);
	scap_at(&b, START_NS, 101, 0);
	for (unsigned i = 0; i < ARRAY_LEN(names); i++) {
		use_file(&b, 101, 20 + i, names[i], 1000 * (i + 1));
		use_file(&b, 202, 40 + i, "/var/elsewhere", 5 * MS);
	}
	for (unsigned i = 0; i < 3; i++) {
		serve(&b, 303, i);
		fail_open(&b, 101);
	}
	scap_at(&b, b.ts_ns + 5000 * MS, 101, 0);
	scap_event_raw(&b, UNKNOWN_EVENT, lens, 2, "0123456789");
	/* A period in which nothing happened, then the last event. */
	use_file(&b, 101, 60, "/etc/ho ts", 1000);
	capture = save("weak.scap", &b, b.len);
	cut = save("cut.scap", &b, b.len - 7);
	memset(b.p, 'x', b.len);
	garbage = save("garbage.scap", &b, b.len);
	scap_fini(&b);
}

/* Orders -------------------------------------------------------------------------- */

static struct vt *
start(const char *const *words, const char *const *more_env)
{
	const char *env[16] = { "HOME", folder, "XDG_STATE_HOME", folder, "XDG_CONFIG_HOME",
				folder };
	char *argv[16] = { program };
	struct vt *v;
	size_t n = 1;

	for (size_t i = 0; more_env && more_env[i]; i++)
		env[6 + i] = more_env[i];
	for (; words[n - 1]; n++)
		argv[n] = xstrdup(strcmp(words[n - 1], "{}") ? words[n - 1] : capture);
	v = vt_start(&(struct vt_start){ .n_rows = 24, .n_cols = 80, .argv = argv, .env = env });
	while (n > 1)
		free(argv[--n]);
	return v;
}

/* Select the row that has TEXT in it. */
static bool
select_row(struct vt *v, const char *text)
{
	/* It is found in rows that are there. */
	if (!vt_wait(v, "as of"))
		return false;
	vt_keys(v, "/");
	if (!vt_wait(v, "search"))
		return false;
	vt_send(v, text, strlen(text));
	vt_keys(v, "Enter");
	return vt_wait(v, "F2 Views");
}

/* Press keys. Esc is sent as newer terminals do: what follows the byte of old at once
 * would be taken for a sequence. */
static bool
press(struct vt *v, const char *words)
{
	while (*(words += strspn(words, " "))) {
		size_t len = strcspn(words, " ");
		char key[32];

		snprintf(key, sizeof(key), "%.*s", (int)len, words);
		if (!strcmp(key, "Esc"))
			vt_send(v, ESC, strlen(ESC));
		else if (!vt_keys(v, key))
			return false;
		words += len;
	}
	return true;
}

static bool
obey(struct vt *v, const char *order)
{
	size_t len = strcspn(order, " ");
	const char *words = order[len] ? order + len + 1 : "";
	unsigned n_rows, n_cols;

	if (!strncmp(order, "key", len))
		return press(v, words);
	if (!strncmp(order, "type", len))
		return vt_send(v, words, strlen(words)), true;
	if (!strncmp(order, "wait", len))
		return vt_wait(v, words);
	if (!strncmp(order, "gone", len))
		return vt_wait_gone(v, words);
	if (!strncmp(order, "still", len)) {
		vt_settle(v, 2 * FRAME_MS);
		return vt_find(v, words, &n_rows, &n_cols);
	}
	if (!strncmp(order, "none", len)) {
		vt_settle(v, 2 * FRAME_MS);
		return !vt_find(v, words, &n_rows, &n_cols);
	}
	if (!strncmp(order, "row", len))
		return select_row(v, words);
	if (!strncmp(order, "size", len) && sscanf(words, "%ux%u", &n_cols, &n_rows) == 2)
		return vt_resize(v, n_rows, n_cols), true;
	if (!strncmp(order, "end", len))
		return vt_ended(v) == atoi(words) << 8 && vt_is_given_back(v);
	return false;
}

struct weak {
	const char *what;
	const char *words[8];		/* of the program; {} is the capture */
	const char *orders[ORDERS_MAX];
};

#define VIEW(id) { "-r", "{}", "--utc", "-v", id }
#define LEAVE "key q", "end 0"
#define CAPITAL_ROW "›    15    2.96       0         0       2    0.40      1      0 /tmp/CapitaL"

static const struct weak cases[] = {
	{ "echo of a file with a blank in its name", VIEW("files"),
	  { "row ho ts", "key F5", "wait Data › Files › /etc/ho ts", "wait data of 101.20",
	    "none data of 202", LEAVE } },
	{ "dig into a file with a blank in its name", VIEW("files"),
	  { "row ho ts", "key F6", "wait Events › Files › /etc/ho ts", "size 160x24",
	    "wait data of 101.20",
	    "none /var/elsewhere", LEAVE } },
	{ "Enter on a file with a double quote in its name", VIEW("files"),
	  { "row q\"uote", "key Enter", "wait Files › /tmp/q\"uote › Processes", "wait 101",
	    "none 202", "key F6", "size 160x24", "wait data of 101.21",
	    LEAVE } },
	{ "Enter on a file with a backslash in its name", VIEW("files"),
	  { "row back", "key Enter", "wait Processes", "wait 101", "none 202", LEAVE } },
	{ "Enter on a file with a single quote in its name", VIEW("files"),
	  { "row it's", "key Enter", "wait Processes", "wait 101", "none 202", LEAVE } },
	{ "Enter on a file with a line end in its name", VIEW("files"),
	  { "row new", "key Enter", "wait \\x0a", "wait 101", "none 202", LEAVE } },
	{ "Enter on a file with an escape sequence in its name", VIEW("files"),
	  { "row clear", "key Enter", "wait \\x1b[2J", "wait 101", "none 202", LEAVE } },
	{ "include a value with quotes", VIEW("files"),
	  { "row q\"uote", "key > > > > > > > > > > +", "wait filter", "wait uote",
	    "gone /var/elsewhere", LEAVE } },
	{ "keys of other screens in the spectrogram", VIEW("procs"),
	  { "row busy", "key F12", "wait Latencies", "wait 100us", "key F9 ^F / F2 F4 F8 n N",
	    "wait Latencies", "key Esc", "wait F2 Views", LEAVE } },
	{ "menus in a terminal of 15x5", VIEW("procs"),
	  { "wait busy", "size 15x5", "wait needs 20x5", "key F2 Down Up Esc F9 Esc F8 Esc",
	    "key F12 Esc F6 Esc", "size 80x24", "wait busy", "wait F2 Views", LEAVE } },
	{ "menus in a terminal of 20x5", VIEW("procs"),
	  { "wait busy", "size 20x5", "gone F8", "none needs", "key F2 Down Up", "wait ─ Views",
	    "key Esc F9", "wait ─ Sort by", "key Esc F8", "wait ─ Actions", "key Esc F12",
	    "wait Latencies", "key Esc F6", "wait Events", "key Esc C", "wait ─ Columns",
	    "key Esc F7", "wait ─ Processes", "key Esc", "size 80x24", "wait busy", LEAVE } },
	{ "dig as the first view, without a filter", VIEW("dig"),
	  { "wait Events › all", "wait open", LEAVE } },
	{ "echo as the first view, without a filter", VIEW("echo"),
	  { "wait Data › all", "wait data of", LEAVE } },
	{ "an area of the spectrogram stays in the selection", VIEW("procs"),
	  { "row busy", "key F12", "wait Latencies › ", "wait 101 busy", "wait 100us",
	    "key PgDn Home Shift-End Shift-PgUp Enter", "wait Events › Processes › 101 busy",
	    "size 160x24", "wait data of 101", "none data of 202", LEAVE } },
	{ "a filter survives the spectrogram", VIEW("procs"),
	  { "wait other", "key F4", "wait filter", "type proc.name = busy", "key Enter",
	    "wait filter  proc.name = busy", "gone other", "key F12", "wait Latencies",
	    "key Backspace", "wait filter  proc.name = busy", "wait busy", "none other",
	    LEAVE } },
	{ "a filter and that of the view survive the spectrogram", VIEW("files"),
	  { "wait /etc/ho ts", "key F4", "wait filter", "type proc.name != other", "key Enter",
	    "wait filter  proc.name != other", "gone elsewhere", "key F12", "wait Latencies",
	    "key Backspace", "wait filter  proc.name != other", "wait /etc/ho ts",
	    "none 10.0.0.9", "none elsewhere", LEAVE } },
	{ "a filter leaves another view its own", VIEW("procs"),
	  { "wait busy", "key F4", "wait filter", "type evt.type != close", "key Enter",
	    "wait filter  evt.type != close", "key F2", "wait ─ Views", "type Files",
	    "key Enter", "wait /etc/ho ts", "wait filter  evt.type != close", "none 10.0.0.9",
	    "none 8080", LEAVE } },
	{ "a filter can be taken away", VIEW("procs"),
	  { "wait other", "key F4", "wait filter", "type proc.name = busy", "key Enter",
	    "wait filter  proc.name = busy", "gone other", "key F4", "wait filter", "key ^U",
	    "key Enter", "gone proc.name", "wait other", LEAVE } },
	{ "a filter of the command line can be taken away",
	  { "-r", "{}", "--utc", "-v", "procs", "proc.name=busy" },
	  { "wait busy", "none other", "key x", "wait Take away", "wait filter", "key Enter",
	    "wait other", LEAVE } },
	{ "Esc in the menu of views changes nothing", VIEW("procs"),
	  { "wait busy", "key F2", "wait ─ Views", "key Down Down Esc", "wait busy",
	    "wait Processes", "key Esc", "wait this is the top", LEAVE } },
	{ "Backspace in the menu of views changes nothing", VIEW("procs"),
	  { "wait busy", "key F2", "wait ─ Views", "key Down Down Backspace", "wait busy",
	    "wait Processes", "key Esc", "wait this is the top", LEAVE } },
	{ "another size in the spectrogram", VIEW("procs"),
	  { "row busy", "key F12", "wait Latencies", "wait 100us", "size 100x30",
	    "wait 1us", "wait Latencies", "size 50x12", "wait Latencies", "wait │1ms", LEAVE } },
	{ "another size with a menu open", VIEW("procs"),
	  { "wait busy", "key F2", "wait ─ Views", "size 100x30", "still ─ Views", "still Each",
	    "wait from        views/procs.lua", "size 60x15", "still ─ Views", "key Esc",
	    "gone ─ Views", "still 101 ", "still 202 ", "still 303 ", "none Each", LEAVE } },
	{ "drill, and drill again", VIEW("files"),
	  { "row ho ts", "key Enter", "wait › Processes", "wait ›    101", "key Enter",
	    "wait 101 busy › Threads", "still Σ      1 ", "key Esc", "gone Threads",
	    "key Esc", "wait elsewhere", LEAVE } },
	{ "from a call to those who make it", VIEW("syscalls"),
	  { "row accept", "key Enter", "wait accept ›", "wait ›    303        3     0.59",
	    "none  202 ",
	    "key Enter", "wait Syscall Threads", "wait ›    303", "none nothing of this", LEAVE } },
	{ "from queues of sockets to connections", VIEW("backlog"),
	  { "row 8080", "key Enter", "wait Connections",
	    "wait 10.0.0.9        40001     4", LEAVE } },
	{ "from page faults to threads", VIEW("page_faults"),
	  { "row busy", "key Enter", "wait Threads",
	    "wait 101       busy               135", LEAVE } },
	{ "a type of events that nobody knows: processes", VIEW("procs"),
	  { "wait busy", "wait server", LEAVE } },
	{ "a type of events that nobody knows: threads", VIEW("threads"),
	  { "wait busy", "wait server", LEAVE } },
	{ "a type of events that nobody knows: system calls", VIEW("syscalls"),
	  { "wait accept", "wait read", LEAVE } },
	{ "search finds numbers", VIEW("procs"),
	  { "wait other", "key / 3 0 3 Enter", "wait ›    303", LEAVE } },
	{ "search takes any case", VIEW("files"),
	  { "row capital", "wait " CAPITAL_ROW, "key Home", "gone " CAPITAL_ROW, "row CAPITAL",
	    "wait " CAPITAL_ROW, LEAVE } },
	{ "search goes on and back, in the order of the screen", VIEW("procs"),
	  { "wait other", "still other", "key 1", "wait ▼PID", "still ▼PID", "key Home /",
	    "wait search", "type er", "key Enter", "wait ›    303", "key n", "wait ›    202",
	    "key n", "wait ›    303", "key N", "wait ›    202", "key 1", "wait ▲PID",
	    "still ▲PID", "key Home", "wait ›    101", "key n", "wait ›    202", "key n",
	    "wait ›    303", "key N", "wait ›    202", LEAVE } },
	{ "search that finds nothing says so", VIEW("files"),
	  { "wait as of", "key /", "wait search", "type nowhere", "key Enter",
	    "wait not found: nowhere", LEAVE } },
	{ "a filter finds numbers", VIEW("procs"),
	  { "wait other", "key F4", "wait filter", "type proc.pid = 303", "key Enter",
	    "gone other", "wait server", LEAVE } },
	{ "a filter that is none says why, and where", VIEW("procs"),
	  { "wait other", "key F4", "wait filter", "type proc.nmae = x", "wait proc.name",
	    "wait ^", "key Enter", "wait filter", "key Esc", "wait other", LEAVE } },
	{ "sorting by each column, and the other way", VIEW("procs"),
	  { "wait other", "key 1", "wait ▼PID", "key 1", "wait ▲PID", "key F9", "wait Sort by",
	    "key Down Enter", "none ▲PID", LEAVE } },
	{ "a sorted table comes back sorted", VIEW("procs"),
	  { "wait other", "key 1", "wait ▼PID", "key Enter", "wait Threads", "key Esc",
	    "gone Threads", "wait ▼PID", LEAVE } },
	{ "another view, and the first one again: its order is kept", VIEW("procs"),
	  { "wait other", "key 1", "wait ▼PID", "key v", "wait ─ Views", "type files",
	    "key Enter", "gone Processes", "key v", "wait ─ Views", "type processes",
	    "key Home Enter", "wait VIRT", "wait ▼PID", LEAVE } },
	{ "the first column stays while others scroll", VIEW("procs"),
	  { "wait F8 Actions", "size 40x12", "gone F8 Actions", "still CPU", "key Right Right",
	    "wait ‹", "gone CPU", "still ›101 ", "still  303 ", LEAVE } },
	{ "a part of the path can be gone to at once", VIEW("procs"),
	  { "row busy", "key Enter", "wait ›    101     101", "key Enter", "wait Threads › 101",
	    "key b", "wait Go back to", "key Home Enter", "gone Threads", LEAVE } },
	{ "an event with all of its fields", VIEW("dig"),
	  { "wait 1 of 86", "key Down Enter", "wait evt.latency", "key End", "wait fd.",
	    "key Esc", "wait Events", LEAVE } },
	{ "dig has a filter and a search", VIEW("dig"),
	  { "wait Events", "key F4", "wait filter", "type proc.name = server", "key Enter",
	    "gone 101.20", "wait accept", "key / G E T Enter", "wait 4 of",
	    "size 160x24", "wait data=GET", LEAVE } },
	{ "dig counts times from the first event", VIEW("dig"),
	  { "wait 16:00:00.001", "key t", "wait SINCE START", "gone 16:00:00.001",
	    "wait 0.000", LEAVE } },
	{ "no letter is an action outside of the menu", VIEW("procs"),
	  { "row busy", "key [ ] k g c 9", "none Is this to be done", "none Not possible",
	    LEAVE } },
	{ "the legend is there on a list", VIEW("file_opens"),
	  { "wait ho ts", "key F7", "wait Columns", "key Esc", "wait ho ts", LEAVE } },
	{ "what retired sources would fill is not in the menu", VIEW("procs"),
	  { "wait busy", "key F2", "wait ─ Views", "type mesos", "wait none has that", "key ^U",
	    "key Esc Esc", "wait busy", LEAVE } },
	{ "the first events of a file are shown", { "-r", "{}", "--utc", "-v", "procs", "-n", "6" },
	  { "wait 6 events", "wait busy", LEAVE } },
	{ "other characters than ASCII", VIEW("files"), { "wait 日本", LEAVE } },
	{ "the key bar is cut between keys", VIEW("procs"),
	  { "wait busy", "size 45x12", "wait F1 Help", "wait F5 Echo", "wait F6 Dig",
	    "none F12", LEAVE } },
	{ "pausing is said, and let go", VIEW("procs"),
	  { "wait busy", "key p", "wait paused", "key p", "gone paused", LEAVE } },
	{ "the next view keeps the selection", VIEW("procs"),
	  { "row busy", "key Enter", "wait 101 busy › Threads", "key F2", "wait ─ Views",
	    "type Files", "key Enter", "wait /etc/ho ts", "none /var/elsewhere", LEAVE } },
};

static void
run_case(const struct weak *w)
{
	struct vt *v = start(w->words, NULL);
	size_t i = 0;
	bool is_good = true;

	while (i < ORDERS_MAX && w->orders[i] && is_good)
		is_good = obey(v, w->orders[i++]);
	if (!CHECK(is_good, "%s", w->what)) {
		printf("# at `%s`%s\n", w->orders[i - 1], vt_is_over(v) ? ", ended" : "");
		if (vt_is_over(v))
			printf("# status %#x\n", (unsigned)vt_ended(v));
		see_screen(v);
	}
	vt_free(v);
}

/* Ends ----------------------------------------------------------------------------- */

/* What is printed when there is nothing to explore. */
static void
test_files(void)
{
	static const struct {
		const char *what;
		char **path;
		const char *said;
	} bad[] = {
		{ "a file of garbage is refused in words", &garbage, "garbage.scap" },
	};
	const char *const missing[] = { "-r", "/no/such.scap", NULL };
	const char *words[] = { "-r", NULL, "-v", "procs", NULL };
	struct vt *v;

	for (size_t i = 0; i < ARRAY_LEN(bad); i++) {
		words[1] = *bad[i].path;
		v = start(words, NULL);
		CHECK(vt_wait(v, bad[i].said) && vt_ended(v) == 1 << 8 && vt_is_given_back(v),
		      "%s", bad[i].what);
		vt_free(v);
	}
	v = start(missing, NULL);
	CHECK(vt_wait(v, "/no/such.scap: ") && vt_ended(v) == 1 << 8, "so is one that is missing");
	vt_free(v);
	words[1] = cut;
	v = start(words, NULL);
	CHECK(vt_wait(v, "busy") && vt_wait(v, "cut"), "one that is cut is shown, and that it is");
	vt_keys(v, "q");
	CHECK(vt_ended(v) == 0, "  to its end");
	vt_free(v);
}

/* However it ends, the terminal is as it was. */
static void
test_ends(void)
{
	static const int signals[] = { SIGTERM, SIGINT, SIGHUP, SIGSEGV, SIGABRT, SIGBUS };
	static const char *const words[] = { "-r", "{}", "-v", "procs", NULL };

	for (size_t i = 0; i < ARRAY_LEN(signals); i++) {
		struct vt *v = start(words, NULL);
		int status;

		vt_wait(v, "busy");
		kill(vt_pid(v), signals[i]);
		status = vt_ended(v);
		CHECK(status != -1 && status != 0 && vt_is_given_back(v),
		      "%s: it ends, and the terminal is as it was", strsignal(signals[i]));
		vt_free(v);
	}
}

static void
test_stop(void)
{
	static const char *const words[] = { "-r", "{}", "-v", "procs", NULL };
	struct vt *v = start(words, NULL);

	vt_wait(v, "busy");
	vt_keys(v, "^Z");
	CHECK(vt_stopped(v) && vt_is_given_back(v), "Ctrl-Z: it stops, the terminal is as it was");
	vt_go_on(v);
	CHECK(vt_wait(v, "busy") && !vt_is_given_back(v), "  and it comes back");
	vt_keys(v, "Enter");
	CHECK(vt_wait(v, "Threads"), "  and goes on");
	vt_keys(v, "q");
	CHECK(vt_ended(v) == 0 && vt_is_given_back(v), "  to its end");
	vt_free(v);
}

/* Esc is answered at once: within a tenth of the second that csysdig takes. */
static void
test_escape(void)
{
	static const char *const words[] = { "-r", "{}", "-v", "procs", NULL };
	struct vt *v = start(words, NULL);
	struct timespec before, after;
	long least_ms = VT_WAIT_MS;

	vt_wait(v, "busy");
	for (int i = 0; i < 5; i++) {
		long ms;

		vt_keys(v, "F7");
		vt_wait(v, "Columns");
		clock_gettime(CLOCK_MONOTONIC, &before);
		vt_keys(v, "Esc");
		vt_wait_gone(v, "Columns");
		clock_gettime(CLOCK_MONOTONIC, &after);
		ms = (after.tv_sec - before.tv_sec) * 1000 +
		     (after.tv_nsec - before.tv_nsec) / 1000000;
		least_ms = ms < least_ms ? ms : least_ms;
	}
	CHECK(least_ms < 100, "Esc is answered in %ld ms", least_ms);
	vt_free(v);
}

/* Its terminal is closed: nobody can ever end it by a key again. */
static void
test_vanished(void)
{
	static const char *const words[] = { "-r", "{}", "-v", "procs", NULL };
	struct vt *v = start(words, NULL);

	vt_wait(v, "busy");
	CHECK(vt_vanish(v), "without its terminal it ends");
	vt_free(v);
}

/* The greatest number of a colour on the screen; -1: there is none. */
static int
most_color(struct vt *v)
{
	int most = -1;

	for (unsigned i = 0; i < 24 * 80; i++) {
		struct text look = { 0 };
		const char *fg, *bg;

		vt_look(v, i / 80, i % 80, &look);
		text_char(&look, '\0');
		fg = strstr(look.p, "fg=") + 3;
		bg = strstr(look.p, "bg=") + 3;
		most = *fg != '-' && atoi(fg) > most ? atoi(fg) : most;
		most = *bg != '-' && atoi(bg) > most ? atoi(bg) : most;
		text_fini(&look);
	}
	return most;
}

/* The first line has the colours of its theme, and the map is drawn in as many as there are;
 * what it says is the same everywhere. */
static void
test_colors(void)
{
	static const struct {
		const char *what, *env[5];
		const char *title;
		int least, most;	/* greatest number of a colour */
	} looks[] = {
		{ "no colours", { "NO_COLOR", "1" }, "fg=- bg=- bold ", -1, -1 },
		{ "eight colours", { "TERM", "xterm" }, "fg=6 bg=- bold ", 0, 15 },
		{ "no colours in the terminal", { "TERM", "vt100" }, "fg=- bg=- bold ", -1, -1 },
		{ "a light ground", { "COLORFGBG", "0;15" }, "fg=25 bg=- bold ", 16, 255 },
		{ "a dark ground", { "COLORFGBG", "15;0" }, "fg=117 bg=- bold ", 16, 255 },
	};
	static const char *const words[] = { "-r", "{}", "--utc", "-v", "procs", NULL };
	char first[4096] = "";

	for (size_t i = 0; i < ARRAY_LEN(looks); i++) {
		struct vt *v = start(words, looks[i].env);
		struct text t = { 0 }, title = { 0 };
		int most;

		vt_wait(v, "as of");
		vt_look(v, 1, 1, &title);
		text_char(&title, '\0');
		CHECK_STR(title.p, looks[i].title, "the title");
		text_fini(&title);
		vt_keys(v, "F12");
		CHECK(vt_wait(v, "Latencies") && vt_wait(v, "100us"), "the spectrogram with %s",
		      looks[i].what);
		vt_settle(v, 10 * FRAME_MS);
		most = most_color(v);
		CHECK(most >= looks[i].least && most <= looks[i].most, "  in colours up to %d",
		      most);
		vt_screen(v, &t);
		text_char(&t, '\0');
		if (!i)
			snprintf(first, sizeof(first), "%s", t.p);
		else
			CHECK(!strncmp(first, t.p, sizeof(first) - 1),
			      "  says the same by its characters");
		vt_keys(v, "q");
		CHECK(vt_ended(v) == 0 && vt_is_given_back(v), "  and leaves no trace");
		text_fini(&t);
		vt_free(v);
	}
}

/* Every kind of terminal shows the table, takes keys and gets its screen back. */
static void
test_terminals(void)
{
	static const struct {
		const char *type, *selected;	/* what marks the selected row */
	} types[] = {
		{ "xterm", "›    101" }, { "xterm-256color", "›    101" }, { "vt100", "›    101" },
		{ "linux", ">    101" }, { "tmux-256color", "›    101" }, { "screen", "›    101" },
		{ "screen-256color", "›    101" }, { "rxvt", "›    101" },
	};
	static const char *const words[] = { "-r", "{}", "-v", "procs", NULL };

	for (size_t i = 0; i < ARRAY_LEN(types); i++) {
		const char *const env[] = { "TERM", types[i].type, NULL };
		struct vt *v = start(words, env);

		if (!vt_wait(v, "PID") && vt_is_over(v)) {
			check_skip("%s: its description is not installed", types[i].type);
			vt_free(v);
			continue;
		}
		CHECK(vt_wait(v, types[i].selected), "%s: the table", types[i].type);
		vt_keys(v, "F2");
		CHECK(vt_wait(v, "Views"), "  F2");
		press(v, "Esc");
		CHECK(vt_wait_gone(v, "Each process"), "  Esc");
		vt_keys(v, "v");
		CHECK(vt_wait(v, "Each process"), "  v does the same");
		press(v, "Esc q");
		CHECK(vt_ended(v) == 0 && vt_is_given_back(v), "  and it is as it was");
		vt_free(v);
	}
}

static void
clean(void)
{
	unlink(capture);
	unlink(cut);
	unlink(garbage);
	rmdir(folder);
	free(capture);
	free(cut);
	free(garbage);
}

int
main(int argc, char **argv)
{
	if (argc < 2 || !mkdtemp(folder))
		return 2;
	program = argv[1];
	make_captures();
	for (size_t i = 0; i < ARRAY_LEN(cases); i++)
		if (argc < 3 || strstr(cases[i].what, argv[2]))
			run_case(&cases[i]);
	if (argc > 2) {
		clean();
		return check_done();
	}
	test_files();
	test_ends();
	test_stop();
	test_escape();
	test_vanished();
	test_colors();
	test_terminals();
	clean();
	return check_done();
}
