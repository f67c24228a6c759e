#include <errno.h>
#include <fcntl.h>
#include <signal.h>
#include <stdbool.h>
#include <stdio.h>
#include <string.h>
#include <unistd.h>

#include "ui/cli/cli.h"

static bool
wants_help(int argc, char **argv)
{
	for (int i = 1; i < argc && strcmp(argv[i], "--"); i++)
		if (!strcmp(argv[i], "--help"))
			return true;
	return argc > 1 && !strcmp(argv[1], "-h");
}

/* Names of commands are letters only; what else a word can be, a filter has. */
static bool
is_command(const char *word)
{
	return word[strspn(word, "abcdefghijklmnopqrstuvwxyz")] == '\0' && strcmp(word, "not") != 0;
}

/* A file alone is the commonest wish, and no filter: say how it is opened. */
static bool
is_file(const char *word)
{
	if (!strpbrk(word, "./") || access(word, F_OK) < 0)
		return false;
	cli_error("`%s` is a file, not a command; `sysreel -r FILE` explores it", word);
	return true;
}

static int
tell_version(void)
{
	puts("sysreel " SYSREEL_VERSION);
	if (fflush(stdout) == 0 || errno == EPIPE)
		return CLI_OK;
	cli_error("cannot write: %s", strerror(errno));
	return CLI_FAILED;
}

/* A standard stream that is closed must not become one of our files, or a message would be
 * written into it. Programs that we run find it closed, still. */
static void
hold_streams(void)
{
	int fd;

	do
		fd = open("/dev/null", O_RDONLY | O_CLOEXEC);
	while (fd >= 0 && fd <= STDERR_FILENO);
	if (fd >= 0)
		close(fd);
}

int
main(int argc, char **argv)
{
	const struct cli_command *c;

	hold_streams();
	/* A reader that goes away is an error of write(), no reason to die. */
	signal(SIGPIPE, SIG_IGN);
	if (argc > 1 && (!strcmp(argv[1], "--help") || !strcmp(argv[1], "-h")))
		return cli_list(cli_commands, n_cli_commands);
	if (argc > 1 && !strcmp(argv[1], "--version"))
		return tell_version();
	/* Options and filters without a command are those of the explorer, as csysdig has
	 * them. */
	if (argc < 2 || argv[1][0] == '-' || !is_command(argv[1]))
		return argc > 1 && is_file(argv[1]) ? CLI_USAGE
			: explore_command.run(&explore_command, argc, argv);
	c = cli_find(cli_commands, n_cli_commands, argv[1]);
	if (!c)
		return CLI_USAGE;
	if (wants_help(argc - 1, argv + 1))
		return cli_help(c);
	return c->run(c, argc - 1, argv + 1);
}
