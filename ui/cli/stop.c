#include "ui/cli/stop.h"

#include <signal.h>
#include <stdatomic.h>
#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>
#include <time.h>

#include "engine/base/mem.h"
#include "engine/event/source.h"

#define AGAIN_NS 300000000u		/* from one signal to one that is meant for itself */

static struct source *volatile running;
static _Atomic uint64_t first_ns;	/* when a signal came; 0: none has */

static void
on_signal(int number)
{
	struct timespec now = { 0, 0 };
	uint64_t now_ns, none = 0;

	clock_gettime(CLOCK_MONOTONIC, &now);
	now_ns = (uint64_t)now.tv_sec * 1000000000u + (uint64_t)now.tv_nsec;
	if (atomic_compare_exchange_strong(&first_ns, &none, now_ns)) {
		if (running)
			source_cancel(running);
	} else if (now_ns - none > AGAIN_NS) {
		signal(number, SIG_DFL);
		raise(number);
	}
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
	struct sigaction action = { .sa_handler = on_signal };

	running = s;
	if (!s)
		return;
	first_ns = 0;
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
