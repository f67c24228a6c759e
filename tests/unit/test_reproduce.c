/* Command lines that show a screen again: a shell takes them apart as they were meant. */
#include <stdio.h>
#include <stdlib.h>
#include <unistd.h>

#include "engine/base/text.h"
#include "engine/field/clock.h"
#include "tests/lib/check.h"
#include "ui/reproduce.h"

/* What a shell makes of COMMAND: its words, each with a | behind it. False: no shell. */
static bool
take_apart(const struct text *command, char *out, size_t size)
{
	struct text script = { 0 };
	FILE *f;
	size_t n;

	if (access("/bin/bash", X_OK))
		return false;
	setenv("WORDS", "", 1);
	text_str(&script, "exec /bin/bash -c 'sysreel() { printf \"%s|\" \"$@\"; }; "
			  "eval \"$WORDS\"'");
	text_char(&script, '\0');
	setenv("WORDS", command->p, 1);
	f = popen(script.p, "r");
	n = f ? fread(out, 1, size - 1, f) : 0;
	out[n] = '\0';
	if (f)
		pclose(f);
	text_fini(&script);
	return true;
}

enum what { EXPLORER, TABLE, EVENTS };

static void
check_words(const struct reproduce *r, enum what what, const char *want)
{
	struct text t = { 0 };
	char words[4096];

	if (what == TABLE)
		reproduce_table(r, &t);
	else if (what == EVENTS)
		reproduce_events(r, "print -A", &t);
	else
		reproduce_explorer(r, &t);
	text_char(&t, '\0');
	if (take_apart(&t, words, sizeof(words)))
		CHECK_STR(words, want, "%s", t.p);
	else
		check_skip("bash is not installed");
	text_fini(&t);
}

int
main(void)
{
	static const char *const one[] = { "proc.name = \"a b\"" };
	static const char *const hostile[] = {
		"fd.name = \"; touch x\"", "proc.name = \"it's $(reboot) `x` \\\\x1b !y\"",
		"proc.name = --help or fd.name = *",
	};
	struct clock clock;
	struct reproduce r = { .source = "-r 'my file.scap'", .variant = VIEW_PLAIN,
			       .view = "procs", .clock = &clock };

	clock_init(&clock, NULL);
	check_words(&r, EXPLORER, "-r|my file.scap|-v|procs|");
	check_words(&r, EVENTS, "print|-A|-r|my file.scap|");
	check_words(&r, TABLE, "view|procs|-r|my file.scap|");
	r.filters = one;
	r.n_filters = 1;
	r.variant = VIEW_CONTAINERS;
	r.sort = "CPU %";
	r.is_descending = true;
	check_words(&r, EXPLORER, "-r|my file.scap|-pc|-v|procs|--sort|CPU %:down|"
		    "proc.name = \"a b\"|");
	check_words(&r, TABLE, "view|procs|-r|my file.scap|-pc|--sort|CPU %:down|"
		    "proc.name = \"a b\"|");
	r.filters = hostile;
	r.n_filters = 3;
	r.source = "";
	r.sort = NULL;
	r.variant = VIEW_PODS;
	r.from_ns = 1700000000123456789u;
	r.to_ns = 1700000001000000000u;
	check_words(&r, EVENTS, "print|-A|-pk|(fd.name = \"; touch x\") and "
		    "(proc.name = \"it's $(reboot) `x` \\\\x1b !y\") and (proc.name = --help or "
		    "fd.name = *) and (evt.rawtime >= "
		    "1700000000123456789 and evt.rawtime <= 1700000001000000000)|");
	r.looks = "-n 5 --utc";
	r.is_utc = true;
	check_words(&r, EXPLORER, "-pk|-n|5|--utc|-v|procs|--from|2023-11-14 22:13:20.123456789|"
		    "--to|2023-11-14 22:13:21.000000000|(fd.name = \"; touch x\") and "
		    "(proc.name = \"it's $(reboot) `x` \\\\x1b !y\") and (proc.name = --help or "
		    "fd.name = *)|");
	check_words(&r, TABLE, "view|procs|-pk|--from|2023-11-14 22:13:20.123456789|--to|"
		    "2023-11-14 22:13:21.000000000|(fd.name = \"; touch x\") and "
		    "(proc.name = \"it's $(reboot) `x` \\\\x1b !y\") and (proc.name = --help or "
		    "fd.name = *)|");
	r = (struct reproduce){ .view = "echo", .variant = VIEW_PLAIN, .filters = one,
				.n_filters = 1, .clock = &clock,
				.more = "evt.is_io = true", .n_events = 5, .looks = "-n 5" };
	check_words(&r, EXPLORER, "-n|5|-v|echo|proc.name = \"a b\"|");
	check_words(&r, EVENTS, "print|-A|(proc.name = \"a b\") and (evt.is_io = true) and "
		    "(evt.num <= 5)|");
	check_words(&r, TABLE, "view|echo|--to|#5|proc.name = \"a b\"|");
	return check_done();
}
