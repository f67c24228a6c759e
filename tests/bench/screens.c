/*
 * screens - how long the explorer takes from a key to a complete screen, beside csysdig,
 * which is driven by the same keys:
 *
 *	screens PROGRAM CAPTURE [ROUNDS [CSYSDIG]]
 *
 * Each figure is printed as it comes, then medians, where what is not as it should be is
 * marked. Then, of ours alone, the same keys in every view that the menu offers; with 0
 * ROUNDS that is all.
 */
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <unistd.h>

#include "engine/base/mem.h"
#include "tests/bench/timed.h"

#define ROUNDS 3
#define ROUNDS_MAX 20
#define VIEWS_MAX 100
#define NAME_MAX_LEN 40
#define LEVELS_MAX 12			/* that are gone into at most */
#define IDLE_S 10
#define FIRST_S 0.3			/* the first rows of a capture */
#define RATIO 3.0			/* how much sooner all of it is there */
#define RATIO_GZIP 2.5
#define MEDIAN_S 0.050			/* of any key */
#define WORST_S 0.150

static const char filter[] = "evt.is_io = true";

/* Is there a row under the heading that has PID in it? */
static bool
has_process(const char *screen)
{
	const char *line = strstr(screen, "PID ");

	line = line ? strchr(line, '\n') : NULL;
	if (!line)
		return false;
	/* Ours has a mark before the selected row, which is not ASCII. */
	for (line++; *line == ' ' || *line & 0x80; line++)
		;
	return *line >= '0' && *line <= '9';
}

/* Is there a line that tells of an event? */
static bool
has_event(const char *screen)
{
	return strstr(screen, " > ") || strstr(screen, " < ");
}

/* The scripts: how both are started, and what they are asked for one after the other. */
static const struct {
	const char *what;
	struct timed_step ours, theirs;
} script[] = {
	{ "switch view", { "F2 Down", NULL, "Enter", NULL }, { "F2 Down", NULL, "Enter", NULL } },
	{ "back", { NULL, NULL, "Backspace", NULL }, { NULL, NULL, "Backspace", NULL } },
	{ "drill down", { NULL, NULL, "Enter", NULL }, { NULL, NULL, "Enter", NULL } },
	{ "back", { NULL, NULL, "Backspace", NULL }, { NULL, NULL, "Backspace", NULL } },
	{ "re-sort", { NULL, NULL, "1", NULL }, { NULL, NULL, "!", NULL } },
	/* Theirs begins with the view's own condition, which cannot be dropped at once. */
	{ "set a filter", { "F4", "evt.is_io=true", "Enter", NULL },
	  { "F4 F2", " and evt.is_io=true", "Enter", NULL } },
	{ "dig into a row", { NULL, NULL, "F6", has_event }, { NULL, NULL, "F6", has_event } },
};

static const struct timed_step last_page = { NULL, NULL, "End", NULL };
static const struct timed_step first_page = { NULL, NULL, "Home", NULL };

enum { FIRST_ROWS, COMPLETE, DIG_FIRST, DIG_COMPLETE, LAST_PAGE, FIRST_PAGE, SCRIPT,
       N_FIGURES = SCRIPT + ARRAY_LEN(script) };
static const char *const names[SCRIPT] = {
	"first rows", "complete", "dig all, first rows", "dig all, complete", "  last page",
	"  first page",
};

static int
compare_doubles(const void *a, const void *b)
{
	double x = *(const double *)a, y = *(const double *)b;

	return (x > y) - (x < y);
}

/* The median of those that are there; less than 0: none is. */
static double
median(double *v, size_t n)
{
	size_t first = 0;

	qsort(v, n, sizeof(*v), compare_doubles);
	while (first < n && v[first] < 0)
		first++;
	return first < n ? v[first + (n - first) / 2] : -1;
}

/* What does it take when there is nothing to do? */
static void
stay_idle(struct timed *t)
{
	long ticks = timed_cpu(t);

	timed_wait(t, IDLE_S);
	printf("idle: %ld ticks of the cpu in %d s\n", timed_cpu(t) - ticks, IDLE_S);
}

static bool
ends_with(const char *text, const char *end)
{
	size_t n = strlen(text), m = strlen(end);

	return n >= m && !strcmp(text + n - m, end);
}

/* csysdig reads all of a capture again for each key, and inflates it: of such a one it is
 * only asked how long the opening takes. */
static bool
is_short(bool is_ours, const char *capture)
{
	return !is_ours && ends_with(capture, ".gz");
}

static const char *
figure_name(size_t i)
{
	return i < SCRIPT ? names[i] : script[i - SCRIPT].what;
}

static void
print_seconds(double s)
{
	if (s < 0)
		printf(" %10s", "-");
	else
		printf(" %8.1f ms", s * 1e3);
}

/* Figure I is S seconds. */
static void
set(const struct timed_program *p, double figures[N_FIGURES], size_t i, double s)
{
	figures[i] = s;
	printf("  %s %-22s", p->name, figure_name(i));
	print_seconds(s);
	printf("\n");
}

static void
play(const struct timed_program *p, bool is_ours, const char *capture, double figures[N_FIGURES])
{
	const char *const words[] = { "-r", capture, NULL };
	const char *const dig[] = { "-r", capture, "-v", "dig", "evt.num>0", NULL };
	struct timed t;
	struct timed_span span = timed_start(&t, p, words, has_process);

	for (size_t i = 0; i < N_FIGURES; i++)
		figures[i] = -1;
	set(p, figures, FIRST_ROWS, span.first);
	set(p, figures, COMPLETE, span.done);
	for (size_t i = 0; i < ARRAY_LEN(script); i++) {
		if (is_short(is_ours, capture))
			continue;
		span = timed_press(&t, is_ours ? &script[i].ours : &script[i].theirs);
		set(p, figures, SCRIPT + i, script[i].ours.first ? span.first : span.done);
	}
	if (is_ours)
		stay_idle(&t);
	timed_end(&t);
	span = timed_start(&t, p, dig, has_event);
	set(p, figures, DIG_FIRST, span.first);
	set(p, figures, DIG_COMPLETE, span.done);
	if (!is_short(is_ours, capture)) {
		set(p, figures, LAST_PAGE, timed_press(&t, &last_page).done);
		set(p, figures, FIRST_PAGE, timed_press(&t, &first_page).done);
	}
	timed_end(&t);
}

/* What is wrong with figure I, if anything. */
static const char *
verdict(size_t i, double ours, double theirs, bool is_gzip)
{
	double ratio = is_gzip ? RATIO_GZIP : RATIO;

	if (ours < 0)
		return "  nothing came";
	if (i == FIRST_ROWS || i == DIG_FIRST)
		return ours > FIRST_S ? "  too late" : "";
	if (i == COMPLETE || i == DIG_COMPLETE)
		return theirs > 0 && theirs < ratio * ours ? "  too late" : "";
	return ours > MEDIAN_S ? "  too late" : "";
}

static void
beside(const struct timed_program programs[2], const char *capture, size_t n_rounds)
{
	static double seconds[2][N_FIGURES][ROUNDS_MAX];
	size_t n_programs = programs[1].path ? 2 : 1;

	for (size_t round = 0; round < n_rounds; round++) {
		printf("round %zu of %zu\n", round + 1, n_rounds);
		for (size_t p = 0; p < n_programs; p++) {
			double figures[N_FIGURES];

			play(&programs[p], !p, capture, figures);
			for (size_t i = 0; i < N_FIGURES; i++)
				seconds[p][i][round] = figures[i];
		}
	}
	printf("%-22s %11s %11s %7s\n", "", programs[0].name, programs[1].name, "ratio");
	for (size_t i = 0; i < N_FIGURES; i++) {
		double ours = median(seconds[0][i], n_rounds);
		double theirs = n_programs > 1 ? median(seconds[1][i], n_rounds) : -1;

		printf("%-22s", figure_name(i));
		print_seconds(ours);
		print_seconds(theirs);
		if (ours > 0 && theirs > 0)
			printf(" %7.1f", theirs / ours);
		else
			printf(" %7s", "");
		puts(verdict(i, ours, theirs, ends_with(capture, ".gz")));
	}
}

/* Every view -------------------------------------------------------------- */

/* The same keys in each of them. */
static const struct {
	const char *what;
	struct timed_step step;
} each[] = {
	{ "re-sort", { NULL, NULL, "2", NULL } },
	{ "set a filter", { "F4 ^U", filter, "Enter", NULL } },
	{ "drop the filter", { "F4 ^U", NULL, "Enter", NULL } },
	{ "drill down", { "Home", NULL, "Enter", NULL } },
	{ "back", { NULL, NULL, "Backspace", NULL } },
};

enum { SWITCH, EACH, N_KINDS = EACH + ARRAY_LEN(each) };

struct kind {
	double seconds[VIEWS_MAX];
	size_t n;
	double worst;
	char worst_view[NAME_MAX_LEN];
};

static void
note(struct kind *k, double s, const char *view)
{
	print_seconds(s);
	/* What changes nothing on the screen is no figure. */
	if (s < 0 || k->n == VIEWS_MAX)
		return;
	k->seconds[k->n++] = s;
	if (s <= k->worst)
		return;
	k->worst = s;
	snprintf(k->worst_view, sizeof(k->worst_view), "%s", view);
}

/* Is the view NAME seen, and nothing gone into? The path, on the second line, has it. */
static bool
is_in(const struct timed *t, const char *name)
{
	const char *line = strchr(t->screen.p, '\n');
	size_t n = strlen(name);

	line += 1 + strspn(line + 1, " ");
	return !strncmp(line, name, n) && (line[n] == '\n' || !strncmp(line + n, "  ", 2));
}

/* Has a row or a list of events been gone into? Then the first or second line has a path. */
static bool
is_below(const struct timed *t)
{
	const char *sign = strstr(t->screen.p, " › ");
	const char *end = strchr(t->screen.p, '\n');

	end = end ? strchr(end + 1, '\n') : NULL;
	return sign && end && sign < end;
}

/* Go back to where the menu offers all views. */
static void
to_top(struct timed *t)
{
	static const struct timed_step back = { NULL, NULL, "Backspace", NULL };

	for (unsigned i = 0; is_below(t); i++) {
		if (i == LEVELS_MAX)
			timed_fail(t, "there is no way back");
		timed_press(t, &back);
	}
}

/* Open the menu, and note the NAME of entry I of it, which is selected; false: there are
 * fewer, and the one before is the last. */
static bool
select_view(struct timed *t, size_t i, char name[NAME_MAX_LEN])
{
	static const char mark[] = "│ ›";
	struct timed_step go = { "F2", NULL, NULL, NULL };
	struct text keys = { 0 };
	char before[NAME_MAX_LEN];
	const char *at, *end;

	snprintf(before, sizeof(before), "%s", name);
	text_str(&keys, "Home");
	for (size_t n = 0; n < i; n++)
		text_str(&keys, " Down");
	text_char(&keys, '\0');
	go.key = keys.p;
	timed_press(t, &go);
	text_fini(&keys);
	at = strstr(t->screen.p, mark);
	end = at ? strstr(at, "  ") : NULL;
	if (!end)
		timed_fail(t, "no view is selected");
	at += strlen(mark);
	snprintf(name, NAME_MAX_LEN, "%.*s", (int)(end - at), at);
	return !i || strcmp(name, before) != 0;
}

/* Choose the view NAME, which is selected, and press the keys of each view in it. */
static void
in_view(struct timed *t, const char *name, struct kind kinds[N_KINDS])
{
	static const struct timed_step go = { NULL, NULL, "Enter", NULL };

	printf("%-26s", name);
	note(&kinds[SWITCH], timed_press(t, &go).done, name);
	/* Spectrograms have other keys. */
	for (size_t k = 0; k < ARRAY_LEN(each) && is_in(t, name); k++) {
		note(&kinds[EACH + k], timed_press(t, &each[k].step).done, name);
		if (strcmp(each[k].what, "drill down") != 0 || is_in(t, name))
			continue;
		k++;
		note(&kinds[EACH + k], timed_press(t, &each[k].step).done, name);
	}
	printf("\n");
}

static void
all_views(const struct timed_program *p, const char *capture)
{
	static struct kind kinds[N_KINDS];
	const char *const words[] = { "-r", capture, NULL };
	char name[NAME_MAX_LEN] = "";
	struct timed t;
	size_t n = 0;

	printf("\n%-26s", "in each of the views");
	for (size_t i = 0; i < N_KINDS; i++)
		printf(" %11.11s", i < EACH ? "switch view" : each[i - EACH].what);
	printf("\n");
	timed_start(&t, p, words, has_process);
	for (; n < VIEWS_MAX && select_view(&t, n, name); n++) {
		in_view(&t, name, kinds);
		to_top(&t);
	}
	timed_end(&t);
	printf("\n%-22s %11s %11s\n", "in each of the views", "median", "worst");
	for (size_t i = 0; i < N_KINDS; i++) {
		struct kind *k = &kinds[i];
		double m = median(k->seconds, k->n);

		printf("%-22s", i < EACH ? "switch view" : each[i - EACH].what);
		print_seconds(m);
		print_seconds(k->worst);
		printf("  of %zu; %s%s\n", k->n, k->worst_view,
		       m > MEDIAN_S || k->worst > WORST_S ? "  too late" : "");
	}
	printf("%zu views\n", n);
}

int
main(int argc, char **argv)
{
	char csysdig[] = "/usr/bin/csysdig";
	struct timed_program programs[2] = {
		{ "sysreel", argc > 1 ? argv[1] : NULL, { "reading" }, true, 60 },
		{ "csysdig", argc > 4 ? argv[4] : csysdig, { "Processing File", "Progress:" },
		  false, 1500 },
	};
	long n = argc > 3 ? strtol(argv[3], NULL, 10) : ROUNDS;

	if (argc < 3 || n < 0 || n > ROUNDS_MAX) {
		fputs("usage: screens PROGRAM CAPTURE [ROUNDS [CSYSDIG]]\n", stderr);
		return 2;
	}
	if (access(programs[1].path, X_OK) < 0)
		programs[1].path = NULL;
	/* Whoever looks on sees each line as it comes, in a file as well. */
	setvbuf(stdout, NULL, _IONBF, 0);
	if (n)
		beside(programs, argv[2], (size_t)n);
	all_views(&programs[0], argv[2]);
	return 0;
}
