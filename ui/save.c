#include "ui/save.h"

#include <errno.h>
#include <fcntl.h>
#include <pthread.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/stat.h>
#include <unistd.h>

#include "engine/base/mem.h"
#include "engine/base/text.h"
#include "ui/app.h"
#include "ui/choose.h"
#include "ui/key.h"
#include "ui/prompt.h"
#include "ui/term.h"
#include "ui/worker.h"

#define MODE 0600			/* what programs read and wrote is nobody else's */
#define MENU_COLS 44

struct save {
	struct app *app;
	struct save_job job;
	char *path;			/* NULL: it was not typed yet */
	char *beside;			/* where it is written */
	int fd;				/* -1: none */
	bool replaces;			/* a file of that name is to be replaced */
	uint64_t n_bytes;
	/* In a thread. */
	pthread_t thread;
	bool has_thread;
	atomic_bool cancel, is_done;
	int code;			/* of the thread; read once it is done */
};

/* The screen while it is written. */
struct saving {
	struct screen screen;
	struct save *save;
};

void
save_free(struct save *s)
{
	if (!s)
		return;
	if (s->has_thread) {
		atomic_store(&s->cancel, true);
		pthread_join(s->thread, NULL);
	}
	if (s->fd >= 0) {
		close(s->fd);
		unlink(s->beside);
	}
	if (s->job.free)
		s->job.free(s->job.ctx);
	free(s->path);
	free(s->beside);
	free(s);
}

/* End it, whatever became of it. */
static void
finish(struct app *a)
{
	save_free(a->saving);
	a->saving = NULL;
	/* What was held up for it goes on. */
	app_wake_at(a, term_now_ns());
}

/* Writing -------------------------------------------------------------------- */

int
save_bytes(int fd, struct text *t)
{
	const char *p = t->p;
	size_t left = t->len;

	while (left) {
		ssize_t n = write(fd, p, left);

		if (n < 0 && errno == EINTR)
			continue;
		if (n < 0)
			return -errno;
		p += n;
		left -= (size_t)n;
	}
	t->len = 0;
	return 0;
}

/* Give the file its name. */
static int
settle(struct save *s)
{
	struct stat st;

	if (fstat(s->fd, &st) == 0)
		s->n_bytes = (uint64_t)st.st_size;
	if (close(s->fd) < 0) {
		s->fd = -1;
		unlink(s->beside);
		return -errno;
	}
	s->fd = -1;
	/* Somebody may have made it meanwhile. */
	if (s->replaces ? !rename(s->beside, s->path)
			: !renameat2(AT_FDCWD, s->beside, AT_FDCWD, s->path, RENAME_NOREPLACE))
		return 0;
	/* Not all file systems have that. */
	if (!s->replaces && errno == EINVAL && !link(s->beside, s->path)) {
		unlink(s->beside);
		return 0;
	}
	unlink(s->beside);
	return -errno;
}

static void
tell(struct app *a, const struct save *s, int code)
{
	struct text t = { 0 }, more = { 0 };

	text_safe(&t, s->path, strlen(s->path));
	text_char(&t, '\0');
	if (s->job.tell)
		s->job.tell(s->job.ctx, code, &more);
	text_char(&more, '\0');
	if (code)
		app_note(a, STYLE_ERROR, "%s: %s", t.p, *more.p ? more.p : strerror(-code));
	else
		app_note(a, *more.p ? STYLE_WARNING : STYLE_GOOD, "saved to %s, %llu bytes%s", t.p,
			 (unsigned long long)s->n_bytes, more.p);
	text_fini(&more);
	text_fini(&t);
}

static void
end_saving(struct saving *w)
{
	struct app *a = w->screen.app;
	struct save *s = w->save;
	bool was_stopped = atomic_load(&s->cancel);
	int code = s->code;

	if (!code && !was_stopped)
		code = settle(s);
	app_pop(a);
	if (was_stopped)
		app_note(a, STYLE_WARNING, "stopped; nothing was saved");
	else
		tell(a, s, code);
	finish(a);
}

static void *
work(void *ctx)
{
	struct save *s = ctx;
	uint64_t one = 1;

	s->code = s->job.write(s->job.ctx, s->path, s->fd, &s->cancel);
	atomic_store(&s->is_done, true);
	if (write(s->app->wake_fd, &one, sizeof(one)) < 0 && errno != EAGAIN)
		die("the interface cannot be woken");
	return NULL;
}

static void
start_thread(struct save *s)
{
	worker_start(&s->thread, work, s);
	s->has_thread = true;
}

static void
woken(struct screen *screen)
{
	struct saving *w = (struct saving *)screen;
	struct save *s = w->save;

	if (!atomic_load(&s->is_done)) {
		app_wake_at(screen->app, term_now_ns() + APP_TOLD_NS);
		return;
	}
	pthread_join(s->thread, NULL);
	s->has_thread = false;
	end_saving(w);
}

static void
draw(struct screen *screen, struct area a)
{
	struct save *s = ((struct saving *)screen)->save;
	struct area line = area_line(a, a.n_rows - 1, 0, a.n_cols);
	struct text t = { 0 };

	area_fill(line, ' ', STYLE_TEXT);
	text_str(&t, atomic_load(&s->cancel) ? "stopping; saving to " : "saving to ");
	text_safe(&t, s->path, strlen(s->path));
	if (s->job.progress)
		text_fmt(&t, ", %.0f%%", 100 * s->job.progress(s->job.ctx));
	text_str(&t, atomic_load(&s->cancel) ? "" : "   Esc stops it");
	area_fit(area_line(line, 0, 1, a.n_cols - 1), CANVAS_LEFT, STYLE_TITLE,
		 (struct span){ (const uint8_t *)t.p, t.len });
	text_fini(&t);
}

/* The thread ends itself, and is not waited for. */
static void
stop(void *screen)
{
	atomic_store(&((struct saving *)screen)->save->cancel, true);
}

static const struct action actions[] = {
	{ "Esc", "Stop", "stop it; nothing is saved then", stop },
};

static const struct screen_ops ops = {
	.name = "Saving",
	.actions = actions,
	.n_actions = ARRAY_LEN(actions),
	.draw = draw,
	.woken = woken,
	.is_overlay = true,
};

/* Where to -------------------------------------------------------------------- */

/* Open what is written, beside where it will be. */
static int
open_beside(struct save *s)
{
	struct text t = { 0 };
	const char *slash = strrchr(s->path, '/');
	size_t folder = slash ? (size_t)(slash - s->path) + 1 : 0;

	text_bytes(&t, s->path, folder);
	text_fmt(&t, ".%.100s.%ld", s->path + folder, (long)getpid());
	text_char(&t, '\0');
	s->beside = t.p;
	s->fd = open(s->beside, O_WRONLY | O_CREAT | O_EXCL | O_NOFOLLOW | O_CLOEXEC, MODE);
	return s->fd < 0 ? -errno : 0;
}

static void
begin(struct app *a)
{
	struct saving *w;
	int code = open_beside(a->saving);

	if (code) {
		tell(a, a->saving, code);
		finish(a);
		return;
	}
	w = xzalloc(sizeof(*w));
	w->screen.ops = &ops;
	w->save = a->saving;
	app_push(a, &w->screen);
	start_thread(a->saving);
	app_wake_at(a, term_now_ns() + APP_TOLD_NS);
}

static const char *const answers[] = { "Keep it", "Replace it" };

static const char *
answer_name(const void *ctx, size_t i)
{
	(void)ctx;
	return answers[i];
}

static void
answered(void *owner, size_t i)
{
	struct app *a = owner;

	if (!i) {
		finish(a);
		app_note(a, STYLE_DIM, "nothing was saved");
		return;
	}
	a->saving->replaces = true;
	begin(a);
}

static void
left(void *owner)
{
	finish(owner);
}

static void
ask_to_replace(struct app *a)
{
	struct choose c = {
		.title = "There is such a file", .width_cols = MENU_COLS,
		.entries = { ARRAY_LEN(answers), answer_name, NULL }, .chosen = answered,
		.left = left, .owner = a,
	};

	choose_open(a, &c);
}

static void
entered(void *owner, const char *text)
{
	struct app *a = owner;
	struct save *s = a->saving;
	struct stat st;

	if (!*text) {
		finish(a);
		return;
	}
	s->path = xstrdup(text);
	if (lstat(text, &st) < 0) {
		begin(a);
	} else if (S_ISREG(st.st_mode)) {
		ask_to_replace(a);
	} else {
		app_note(a, STYLE_ERROR, "there is something of that name, which is no file");
		finish(a);
	}
}

void
save_open(struct app *a, const char *name, const struct save_job *job)
{
	struct prompt p = { .label = "save to", .text = name, .entered = entered, .left = left,
			    .owner = a };

	finish(a);
	a->saving = xzalloc(sizeof(*a->saving));
	a->saving->app = a;
	a->saving->job = *job;
	a->saving->fd = -1;
	prompt_open(a, &p);
}
