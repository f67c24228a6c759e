#include "ui/cli/stop.h"

#include <signal.h>
#include <stdbool.h>
#include <stddef.h>

#include "engine/base/mem.h"
#include "engine/event/source.h"

static struct source *volatile running;

static void
on_signal(int number)
{
	(void)number;
	if (running)
		source_cancel(running);
}

static const int signals[] = { SIGINT, SIGTERM, SIGHUP };

static bool
is_ignored(int number)
{
	struct sigaction now;

	return sigaction(number, NULL, &now) == 0 && now.sa_handler == SIG_IGN;
}

void
stop_on_signals(struct source *s)
{
	struct sigaction action = { .sa_handler = on_signal, .sa_flags = SA_RESETHAND };

	running = s;
	if (!s)
		return;
	sigemptyset(&action.sa_mask);
	for (size_t i = 0; i < ARRAY_LEN(signals); i++)
		if (signals[i] != SIGHUP || !is_ignored(SIGHUP))
			sigaction(signals[i], &action, NULL);
}

void
stop_as_usual(void)
{
	struct sigaction now;

	for (size_t i = 0; i < ARRAY_LEN(signals); i++)
		if (sigaction(signals[i], NULL, &now) == 0 && now.sa_handler == on_signal)
			signal(signals[i], SIG_DFL);
	running = NULL;
}
