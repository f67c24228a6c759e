/* Signals end a run in good order, two of them as one, and in the end they end it. */
#include <signal.h>
#include <sys/wait.h>
#include <time.h>
#include <unistd.h>

#include "engine/base/mem.h"
#include "engine/event/source.h"
#include "tests/lib/check.h"
#include "ui/cli/stop.h"

static int n_cancelled;

static void
cancel(struct source *s)
{
	(void)s;
	n_cancelled++;
}

static const struct source_ops ops = { .cancel = cancel };

/* Two at once stop the source once, which is said to FD; others end the process. */
static void
child(int number, int fd)
{
	struct source s = { .ops = &ops };

	stop_on_signals(&s);
	raise(number);
	raise(number);
	if (n_cancelled != 1 || write(fd, "1", 1) != 1)
		_exit(2);
	for (time_t end = time(NULL) + 30; time(NULL) < end;)
		raise(number);
	_exit(3);
}

int
main(void)
{
	static const int numbers[] = { SIGINT, SIGTERM, SIGHUP };

	for (size_t i = 0; i < ARRAY_LEN(numbers); i++) {
		int status, ends[2];
		char said = '0';
		pid_t pid;

		if (pipe(ends) < 0)
			die("cannot make a pipe");
		fflush(stdout);
		pid = fork();
		if (!pid)
			child(numbers[i], ends[1]);
		close(ends[1]);
		if (pid < 0 || waitpid(pid, &status, 0) != pid)
			die("cannot fork");
		CHECK(read(ends[0], &said, 1) == 1 && said == '1',
		      "signal %d: two at once stop once", numbers[i]);
		CHECK(WIFSIGNALED(status) && WTERMSIG(status) == numbers[i],
		      "  and another one ends it: %d", status);
		close(ends[0]);
	}
	return check_done();
}
