/*
 * Options of the explorer that matter on the running system only: what each changes, on a
 * command of this test.
 *
 *	test_explorer_options PROGRAM
 */
#include <stdlib.h>
#include <unistd.h>

#include "tests/live/may_trace.h"
#include "tests/term/see.h"

#define WORDS_MAX 16
#define DATA "0123456789abcdef"
#define SCRIPT \
	"i=0; while [ $((i += 1)) -lt 1000 ]; do echo " DATA " >/dev/null;" \
	" cat /etc/hostname >/dev/null; sleep 0.05; done"

static char *program;

#define ECHO_TRIES 20u
#define ECHO_MS 300u

/* Explore a shell and what it starts, with the OPTIONS, whose last is NULL. */
static struct vt *
explore(const char *const *options)
{
	static const char *const command[] = { "--", "/bin/sh", "-c", SCRIPT };
	char *argv[WORDS_MAX + 1] = { program };
	struct vt *v;
	size_t n = 1;

	for (; *options && n < WORDS_MAX; options++)
		argv[n++] = strdup(*options);
	for (size_t i = 0; i < sizeof(command) / sizeof(command[0]) && n < WORDS_MAX; i++)
		argv[n++] = strdup(command[i]);
	v = vt_start(&(struct vt_start){ .n_rows = 24, .n_cols = 120, .argv = argv });
	while (--n)
		free(argv[n]);
	return v;
}

static void
leave(struct vt *v)
{
	vt_keys(v, "q");
	CHECK(vt_ended(v) == 0, "  it ends");
	vt_free(v);
}

/* How long the window is, which stands below the timeline. */
static void
test_window(void)
{
	const char *const usual[] = { "proc.name = sh", NULL };
	const char *const other[] = { "-d", "700", "proc.name = sh", NULL };
	struct vt *v = explore(usual);

	see(v, " 2.00 s ", "without -d: the last two seconds");
	leave(v);
	v = explore(other);
	see(v, " 700 ms ", "-d 700: so much less");
	leave(v);
}

/* Select the shell, and show its data. */
static void
echo(struct vt *v)
{
	see(v, "/bin/sh -c", "the command");
	vt_keys(v, "/");
	vt_send(v, "while", 5);
	vt_keys(v, "Enter e");
	/* It has what the table had when it was opened, which may be too early for any data. */
	for (unsigned i = 0; i < ECHO_TRIES && vt_wait(v, "Data ›"); i++) {
		unsigned row, column;

		vt_settle(v, ECHO_MS);
		if (!vt_find(v, "no data was", &row, &column))
			return;
		vt_keys(v, "Backspace");
		vt_wait_gone(v, "Data ›");
		usleep(1000 * ECHO_MS);
		vt_keys(v, "e");
	}
}

/* The data that is kept of a write. */
static void
test_data(void)
{
	const char *const usual[] = { "proc.name = sh", NULL };
	const char *const less[] = { "-s", "10", "proc.name = sh", NULL };
	struct vt *v = explore(usual);

	echo(v);
	see(v, DATA, "without -s: all of it");
	vt_keys(v, "Backspace");
	leave(v);
	v = explore(less);
	echo(v);
	see(v, "writes 17 bytes", "-s 10: what was written");
	see(v, "  0123456789", "its beginning");
	see_not(v, "89ab", "and not what is behind");
	vt_keys(v, "Backspace");
	leave(v);
}

/* Events that are not there without the option. */
static void
test_faults(void)
{
	const char *const without[] = { "-v", "dig", "evt.type = page_fault", NULL };
	const char *const with[] = { "--page-faults", "-v", "page_faults", "proc.name = cat",
				     NULL };
	struct vt *v = explore(with);

	see(v, "cat /etc/hostname", "--page-faults: who has some");
	vt_keys(v, "d");
	see(v, " page_fault ", "and each of them");
	vt_keys(v, "Backspace");
	leave(v);
	v = explore(without);
	vt_settle(v, 1000);
	see(v, "no such event", "without it there are none");
	vt_keys(v, "Backspace");
	see(v, "Processes", "the table");
	leave(v);
}

/* What was followed has ended: its last moments stay, however long one looks at them. */
static void
test_ended(void)
{
	const char *const short_one[] = { "-d", "200", "--", "/bin/sh", "-c",
					  "cat /etc/hostname; exit 0", "once", NULL };
	struct vt *v = explore(short_one);

	see(v, "ended", "it is said that it ended");
	vt_settle(v, 600);
	see(v, "cat /etc/hostname", "what it did is seen");
	see_not(v, "nothing of this", "for good");
	vt_keys(v, "Enter");
	see(v, "Threads", "one can go into it");
	see_not(v, "nothing of this", "where something is");
	vt_keys(v, "w");
	see(v, "save to events.scap.gz", "they can still be written as a capture");
	vt_keys(v, "Esc");
	CHECK(vt_wait_gone(v, "save to"), "or not");
	vt_keys(v, "Backspace");
	leave(v);
}

int
main(int argc, char **argv)
{
	int status;

	program = traced_program(argc, argv, &status);
	if (!program)
		return status;
	test_window();
	test_data();
	test_faults();
	test_ended();
	free(program);
	return check_done();
}
