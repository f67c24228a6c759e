/* What `sysreel list` prints, from its words. */
#include <fcntl.h>
#include <sys/mman.h>
#include <unistd.h>

#include "engine/field/field.h"
#include "engine/field/operand.h"
#include "engine/filter/filter.h"
#include "tests/lib/check.h"
#include "tests/lib/subcommand.h"
#include "ui/cli/cli.h"

#define GROUP "Parents, sessions and groups of processes"

static const struct {
	const char *words[SUBCOMMAND_WORDS_MAX];
	int status;
	const char *out, *err;
} cases[] = {
	{ { "fields", "proc.tree" }, 0,
	  GROUP ":\n"
	  "  proc.tree                 Names of all above and of the process: init > sshd\n"
	  "                            > bash.\n", "" },
	{ { "-v", "fields", "proc.tre?" }, 0,
	  GROUP ":\n"
	  "  proc.tree                 Names of all above and of the process: init > sshd\n"
	  "                            > bash.\n"
	  "                            type: text; of: processes; from: sysreel only\n", "" },
	{ { "fields", "--markdown", "evt.rawarg" }, 0,
	  "### What happened, with what result\n\n"
	  "| name | type | unit | argument | of | only in | from | meaning |\n"
	  "|---|---|---|---|---|---|---|---|\n"
	  "| `evt.rawarg` | text |  | .PARAMETER | data |  |  | One parameter by its name, as "
	  "it stands in the event: a number, not its name. |\n", "" },
	{ { "fields", "evtin.span.id", "--json" }, 0,
	  "[\n{\"name\":\"evtin.span.id\",\"group\":\"Events inside of spans\","
	  "\"type\":\"integer, list\",\"of\":\"history\",\"from\":\"old captures\","
	  "\"meaning\":\"Numbers of the open spans that the thread began, the newest "
	  "first.\"}\n]\n", "" },
	{ { "fields", "no.such", "--json" }, 1, "[\n]\n",
	  "sysreel: no name in the list of fields fits `no.such`\n" },
	{ { "events", "openat2", "-v" }, 0,
	  "  openat2                   > dirfd, name, flags, mode, resolve\n"
	  "                            id: 326; category: file\n"
	  "  openat2                   < fd, dirfd, name, flags, mode, resolve, dev, ino\n"
	  "                            id: 327; category: file\n", "" },
	{ { "syscalls", "personality" }, 0,
	  "  personality               Only its name and number are known.\n", "" },
	{ { "syscalls", "op[e]n", "-v" }, 0,
	  "  open                      Its parameters are known.\n"
	  "                            number: 2; category: file\n", "" },
	{ { "operators", "<=", "-v" }, 0,
	  "  <=                        It is less or equal.\n"
	  "                            compares: integer, number, text, time, span of time\n",
	  "" },
	{ { "operators", "exists", "--json" }, 0,
	  "[\n{\"name\":\"exists\",\"compares\":\"all\",\"meaning\":"
	  "\"There is a value.\"}\n]\n", "" },
	{ { "transformers", "tolower", "-v" }, 0,
	  "  tolower(TEXT)             Its capital letters A to Z as small ones.\n", "" },
	{ { "transformers", "tolower", "--markdown" }, 0,
	  "| name | meaning |\n|---|---|\n"
	  "| `tolower(TEXT)` | Its capital letters A to Z as small ones. |\n", "" },
	{ { "field" }, 2, "",
	  "sysreel: there is no list of `field`, did you mean `fields`?\n" },
	{ { "weather" }, 2, "",
	  "sysreel: there is no list of `weather`; `sysreel list --help` names them\n" },
	{ { NULL }, 2, "", "sysreel: a list of what? `sysreel list --help` names them\n" },
	{ { "fields", "a", "b" }, 2, "",
	  "sysreel: what is `b`? `sysreel list --help` tells more\n" },
	{ { "fields", "-z" }, 2, "",
	  "sysreel: unknown option `-z`; `sysreel list --help` lists the options\n" },
};

static int
run(const char *const *words, int out, int err)
{
	return subcommand_run(&list_command, words, STDIN_FILENO, out, err);
}

static void
words_give_lists(void)
{
	for (size_t i = 0; i < ARRAY_LEN(cases); i++) {
		int out = memfd_create("out", 0), err = memfd_create("err", 0);
		char buf[8192];

		CHECK(run(cases[i].words, out, err) == cases[i].status,
		      "case %zu: exit status %d", i, cases[i].status);
		CHECK_STR(subcommand_said(out, buf, sizeof(buf)), cases[i].out, "  list");
		CHECK_STR(subcommand_said(err, buf, sizeof(buf)), cases[i].err, "  errors");
	}
}

/* The whole list of FORM (an option, or NULL). */
static const char *
list_all(const char *form, char *buf, size_t size)
{
	const char *words[] = { "fields", form, NULL };
	int out = memfd_create("out", 0), err = memfd_create("err", 0);

	CHECK(!run(words, out, err), "fields %s", form ? form : "");
	close(err);
	return subcommand_said(out, buf, size);
}

/* Each field is in each list, but rare ones are not in the short one. */
static void
all_are_listed(void)
{
	static char shorter[1 << 18], longer[1 << 18], markdown[1 << 18], json[1 << 18];
	size_t n_rare = 0;
	char end[64];

	list_all(NULL, shorter, sizeof(shorter));
	list_all("-v", longer, sizeof(longer));
	list_all("--markdown", markdown, sizeof(markdown));
	list_all("--json", json, sizeof(json));
	for (size_t i = 0; i < n_domains; i++) {
		for (size_t j = 0; j < domains[i]->n_fields; j++) {
			const struct field *f = &domains[i]->fields[j];
			bool is_rare = f->flags & (FIELD_TABLE_ONLY | FIELD_OLD);
			char line[64], row[64], member[64];

			snprintf(line, sizeof(line), "\n  %s%s", f->name,
				 strlen(f->name) + 4 > 28 ? "\n" : " ");
			snprintf(row, sizeof(row), "\n| `%s` |", f->name);
			snprintf(member, sizeof(member), "{\"name\":\"%s\",", f->name);
			CHECK(!strstr(shorter, line) == is_rare, "%s: short list", f->name);
			CHECK(strstr(longer, line), "  long list");
			CHECK(strstr(markdown, row), "  table");
			CHECK(strstr(json, member), "  JSON");
			n_rare += is_rare;
		}
	}
	snprintf(end, sizeof(end), "\n%zu more that are rare: ", n_rare);
	CHECK(strstr(shorter, end), "the short list tells how many are missing");
}

/* Each operator and transformer is in its list. */
static void
language_is_listed(void)
{
	const char *operators[] = { "operators", NULL }, *calls[] = { "transformers", NULL };
	int out = memfd_create("out", 0), err = memfd_create("err", 0);
	static char list[1 << 16];
	char line[64];

	CHECK(!run(operators, out, err) && !run(calls, out, err), "operators, transformers");
	subcommand_said(out, list, sizeof(list));
	close(err);
	for (size_t i = 0; i < n_filter_operators; i++) {
		snprintf(line, sizeof(line), "  %s ", filter_operators[i].name);
		CHECK(strstr(list, line), "operator %s", filter_operators[i].name);
	}
	for (size_t i = 0; i < n_transformers; i++) {
		snprintf(line, sizeof(line), "  %s", transformers[i].synopsis);
		CHECK(strstr(list, line), "transformer %s", transformers[i].name);
	}
}

static void
writing_fails(void)
{
	const char *words[] = { "syscalls", NULL };
	int full = open("/dev/full", O_WRONLY), err = memfd_create("err", 0);
	char told[256];

	CHECK(run(words, full, err) == CLI_FAILED, "a full disk is a failure");
	CHECK_STR(subcommand_said(err, told, sizeof(told)),
		  "sysreel: cannot write: No space left on device\n", "  and is told");
}

int
main(void)
{
	writing_fails();
	words_give_lists();
	language_is_listed();
	all_are_listed();
	return check_done();
}
