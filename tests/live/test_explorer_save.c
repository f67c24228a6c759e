/*
 * What was seen of the running system is saved after it happened: the tables of the file are
 * those that were on the screen. The explorer follows a command of the test, and nobody else is
 * asked for. If sysdig is there it reads the file, too, once it is written in its form.
 *
 *	test_explorer_save PROGRAM
 */
#include <signal.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/stat.h>
#include <sys/wait.h>
#include <unistd.h>

#include "engine/base/mem.h"
#include "engine/base/text.h"
#include "tests/lib/check.h"
#include "tests/live/may_trace.h"
#include "tests/term/see.h"
#include "tests/term/vt.h"

#define MARKER "saved_by_test"
#define FILTER "proc.name in (sh, cat, sleep)"
/* Its words and the names of its files mean harm to whoever shows them as they are. */
#define SCRIPT \
	"d=$(printf '\\033]0;evil\\007.d'); mkdir \"$d\"; i=0; exec 7<>kept_open; while :; do " \
	"echo harm >\"$d/f$i\"; cat \"$d/f$i\" /etc/hostname >/dev/null; read x <&7; " \
	"i=$(((i + 1) % 5)); sleep 0.02; done"

static char *program;
static char dir[] = "/tmp/sysreel-save-XXXXXX";

/* What COMMAND, run in the folder, prints. Owned by the caller. */
static char *
output(const char *command)
{
	struct text t = { 0 }, words = { 0 };
	char buffer[4096];
	size_t n;
	FILE *f;

	text_fmt(&words, "cd %s && %s 2>&1", dir, command);
	text_char(&words, '\0');
	f = popen(words.p, "r");
	while (f && (n = fread(buffer, 1, sizeof(buffer), f)) > 0)
		text_bytes(&t, buffer, n);
	if (f)
		pclose(f);
	text_char(&t, '\0');
	text_fini(&words);
	return t.p;
}

/* What `sysreel WORDS` prints, as above. */
static char *
sysreel(const char *words)
{
	struct text t = { 0 };
	char *out;

	text_fmt(&t, "TZ=UTC '%s' %s", program, words);
	text_char(&t, '\0');
	out = output(t.p);
	text_fini(&t);
	return out;
}

/* Write what is seen to NAME by KEY. */
static void
save(struct vt *v, const char *key, const char *name)
{
	vt_keys(v, key);
	see(v, "save to", "where to");
	vt_keys(v, "^U");
	vt_send(v, name, strlen(name));
	vt_keys(v, "Enter");
	see(v, "saved to", "it is saved");
	vt_keys(v, "Home");
	CHECK(vt_wait_gone(v, "saved to"), "the next key takes that away");
}

/* The columns NAMES of the table in CSV that is in the file PATH, a row a line: the caller's. */
static char *
columns_of(const char *path, const char *names)
{
	struct text t = { 0 };
	char *out;

	text_fmt(&t, "python3 -c 'import csv,sys\n"
		 "names = sys.argv[2].split(\",\")\n"
		 "rows = list(csv.DictReader(open(sys.argv[1], newline=\"\")))\n"
		 "for row in sorted(tuple(r[n] for n in names) for r in rows): print(row)' %s '%s'",
		 path, names);
	text_char(&t, '\0');
	out = output(t.p);
	text_fini(&t);
	return out;
}

/* View ID of the file says the same in the columns NAMES as was saved of the screen. */
static void
compare(const char *id, const char *capture, const char *names)
{
	struct text words = { 0 }, seen = { 0 };
	char *a, *b, *said;

	text_fmt(&words, "view %s -r %s --format csv '" FILTER "' >%s.again.csv", id, capture, id);
	text_char(&words, '\0');
	said = sysreel(words.p);
	CHECK(!*said, "%s of %s: %s", id, capture, said);
	text_fmt(&seen, "%s.csv", id);
	text_char(&seen, '\0');
	a = columns_of(seen.p, names);
	seen.len = 0;
	text_fmt(&seen, "%s.again.csv", id);
	text_char(&seen, '\0');
	b = columns_of(seen.p, names);
	if (!CHECK(strlen(a) > 10 && !strcmp(a, b), "%s: the same", id))
		printf("# %s\n# --\n# %s\n", a, b);
	free(a);
	free(b);
	free(said);
	text_fini(&words);
	text_fini(&seen);
}

/* Choose the view NAME, and save its table as ID. */
static void
save_view(struct vt *v, const char *name, const char *id)
{
	struct text file = { 0 };

	vt_keys(v, "v");
	vt_send(v, name, strlen(name));
	vt_keys(v, "Enter");
	vt_settle(v, 400);
	text_fmt(&file, "%s.csv", id);
	text_char(&file, '\0');
	save(v, "S", file.p);
	text_fini(&file);
}

static void
is_private(const char *name)
{
	struct text path = { 0 };
	struct stat st;

	text_fmt(&path, "%s/%s", dir, name);
	text_char(&path, '\0');
	CHECK(stat(path.p, &st) == 0 && (st.st_mode & 0777) == 0600, "%s is nobody else's", name);
	text_fini(&path);
}

/* The same of events one by one: the lines are those of the file. */
static void
save_events(struct vt *v)
{
	char *seen, *again;

	vt_keys(v, "d");
	see(v, "Events ›", "events of a row");
	save(v, "S", "events.txt");
	save(v, "w", "events.scap.gz");
	vt_keys(v, "Esc");
	CHECK(vt_wait_gone(v, "Events ›"), "the list is left");
	seen = output("wc -l <events.txt");
	again = sysreel("print -r events.scap.gz | wc -l");
	CHECK(atoi(seen) > 10 && atoi(seen) == atoi(again), "%d lines, %d", atoi(seen),
	      atoi(again));
	free(seen);
	free(again);
}

/* The file holds what it says, for us and for others. */
static void
read_it(void)
{
	char *said = sysreel("info part.scap.gz >info; echo $?");

	CHECK(!strcmp(said, "0\n"), "it can be read: %d", atoi(said));
	free(said);
	said = sysreel("print -r part.scap.gz | grep -c .");
	CHECK(atoi(said) > 100, "%d lines of it", atoi(said));
	free(said);
	said = sysreel("print -r part.scap.gz | LC_ALL=C grep -c '[[:cntrl:]]'");
	CHECK(atoi(said) == 0, "nothing of it does harm: %d", atoi(said));
	free(said);
}

static void
read_by_sysdig(void)
{
	char *said = output("command -v sysdig");
	bool is_there = *said;

	free(said);
	if (!is_there) {
		check_skip("sysdig is not installed");
		return;
	}
	said = sysreel("record -r part.scap.gz --format 0.29 -w old.scap");
	free(said);
	said = output("sysdig -r old.scap proc.cmdline contains " MARKER " | grep -c .");
	CHECK(atoi(said) > 10, "sysdig reads it: %d lines", atoi(said));
	free(said);
	said = output("TZ=UTC sysdig -r old.scap -p '%proc.name %fd.name' evt.type=read | "
		      "grep -c 'cat /etc/hostname'");
	CHECK(atoi(said) > 0, "with names of processes and files: %d", atoi(said));
	free(said);
}

int
main(int argc, char **argv)
{
	char filter[] = FILTER;
	char refresh[] = "-d", ms[] = "3000";
	char end[] = "--", shell[] = "/bin/sh", c[] = "-c", script[] = SCRIPT, name[] = MARKER;
	int status;
	char *words[] = { NULL, refresh, ms, filter, end, shell, c, script, name, NULL };
	struct vt *v;

	words[0] = program = traced_program(argc, argv, &status);
	if (!program)
		return status;
	if (!mkdtemp(dir))
		return 2;
	v = vt_start(&(struct vt_start){ .n_rows = 40, .n_cols = 170, .argv = words, .dir = dir });
	if (see(v, "kept_open", "what the test started")) {
		/* For as long as the window is, and something before. */
		vt_settle(v, 1);
		for (int i = 0; i < 40; i++)
			vt_take(v, 100);
		vt_keys(v, "p");
		see(v, "paused", "held");
		vt_settle(v, 300);
		/* The first table lacks what had not arrived by then. */
		save_view(v, "Files", "files");
		save_view(v, "System Calls", "syscalls");
		save_view(v, "Processes", "procs");
		save(v, "w", "part.scap.gz");
		is_private("part.scap.gz");
		save_events(v);
		read_it();
	}
	vt_keys(v, "q");
	CHECK(vt_ended(v) == 0, "it ends");
	vt_free(v);
	compare("syscalls", "part.scap.gz", "CALL,CALLS,TIME (ns),P99 (ns),ERRORS");
	compare("files", "part.scap.gz", "READ (bytes),WRITTEN (bytes),CALLS,OPENS,ERRORS,NAME");
	compare("procs", "part.scap.gz", "PID,USER,TH,VIRT (KiB),RES (KiB),FILE (bytes),COMMAND");
	read_by_sysdig();
	free(output("rm -r -- *"));
	rmdir(dir);
	free(program);
	return check_done();
}
