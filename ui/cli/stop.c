#include "ui/cli/stop.h"

#include <signal.h>
#include <stddef.h>

#include "engine/event/source.h"

static struct source *volatile running;

static void
on_signal(int number)
{
	(void)number;
	if (running)
		source_cancel(running);
}

void
stop_on_signals(struct source *s)
{
	struct sigaction action = { .sa_handler = on_signal, .sa_flags = SA_RESETHAND };

	running = s;
	if (!s)
		return;
	sigemptyset(&action.sa_mask);
	sigaction(SIGINT, &action, NULL);
	sigaction(SIGTERM, &action, NULL);
	sigaction(SIGHUP, &action, NULL);
}
