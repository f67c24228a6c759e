#include "ui/later.h"

#include <pthread.h>
#include <signal.h>

#include "engine/base/mem.h"
#include "tests/lib/check.h"
#include "ui/worker.h"

#define TASKS 100

/* A task that holds all others up until it is let go. */
struct gate {
	pthread_mutex_t mutex;
	pthread_cond_t changed;
	bool is_open;
};

static struct {
	size_t order[TASKS], n;
	pthread_t by;
} done;

static size_t numbers[TASKS];

static void
wait_for_gate(void *ctx)
{
	struct gate *g = ctx;

	pthread_mutex_lock(&g->mutex);
	while (!g->is_open)
		pthread_cond_wait(&g->changed, &g->mutex);
	pthread_mutex_unlock(&g->mutex);
}

static void
note(void *ctx)
{
	done.by = pthread_self();
	done.order[done.n++] = *(size_t *)ctx;
}

static void
test_order(void)
{
	struct gate gate = { PTHREAD_MUTEX_INITIALIZER, PTHREAD_COND_INITIALIZER, false };
	struct later *l = later_new();
	size_t n_wrong = 0;

	later_do(l, wait_for_gate, &gate);
	for (size_t i = 0; i < TASKS; i++) {
		numbers[i] = i;
		later_do(l, note, &numbers[i]);
	}
	pthread_mutex_lock(&gate.mutex);
	CHECK(done.n == 0, "who hands over does not wait");
	gate.is_open = true;
	pthread_cond_signal(&gate.changed);
	pthread_mutex_unlock(&gate.mutex);
	later_free(l);
	for (size_t i = 0; i < TASKS; i++)
		n_wrong += done.order[i] != i;
	CHECK(done.n == TASKS && !n_wrong, "at the end all is done, in order");
	CHECK(!pthread_equal(done.by, pthread_self()), "by another thread");
}

static void
test_without(void)
{
	done.n = 0;
	later_do(NULL, note, &numbers[1]);
	CHECK(done.n == 1 && pthread_equal(done.by, pthread_self()), "without it: at once");
	later_free(NULL);
	later_free(later_new());
	CHECK(done.n == 1, "with nothing to do it ends");
}

static void *
ask_signals(void *ctx)
{
	pthread_sigmask(SIG_BLOCK, NULL, ctx);
	return NULL;
}

static void
test_signals(void)
{
	pthread_t thread;
	sigset_t theirs, ours;

	sigemptyset(&theirs);
	worker_start(&thread, ask_signals, &theirs);
	pthread_join(thread, NULL);
	pthread_sigmask(SIG_BLOCK, NULL, &ours);
	CHECK(sigismember(&theirs, SIGTERM) == 1 && sigismember(&theirs, SIGWINCH) == 1,
	      "a worker gets no signals");
	CHECK(sigismember(&ours, SIGTERM) == 0, "who starts it does");
}

int
main(void)
{
	test_order();
	test_without();
	test_signals();
	return check_done();
}
