#include "ui/follow.h"

#include <string.h>

#include "engine/base/text.h"
#include "engine/event/event_type.h"
#include "engine/field/operand.h"
#include "engine/query/cursor.h"
#include "engine/store/store.h"
#include "ui/app.h"
#include "ui/dig.h"
#include "ui/events.h"
#include "ui/term.h"

#define PARTNER_MAX 1000000u		/* events behind an enter among which its exit is sought */
#define CLOSE_NS 15000000u		/* how long a close is looked for, each way */

uint64_t
follow_partner(struct cursor *c, uint64_t number, uint64_t end)
{
	uint64_t thread, back;

	cursor_go_to(c, number);
	back = cursor_value(c, COL_BACK);
	if (!(cursor_value(c, COL_FLAGS) & ROW_ENTER))
		return back && back != BACK_ASIDE && back < number ? number - back : 0;
	thread = cursor_value(c, COL_THREAD);
	for (uint64_t i = number + 1; i < end && i - number < PARTNER_MAX; i++) {
		cursor_go_to(c, i);
		if (cursor_value(c, COL_BACK) == i - number)
			return i;
		/* The thread's next call: this one has no exit. */
		if (cursor_value(c, COL_THREAD) == thread &&
		    cursor_value(c, COL_FLAGS) & ROW_ENTER)
			return 0;
	}
	return 0;
}

/* Append "NAME = VALUE" of EV. False: it has no such value. */
static bool
put_condition(const struct eval *ev, const char *name, struct text *t)
{
	size_t len;
	struct operand *o = operand_parse(name, &len, NULL);
	struct value v;
	bool has = o && operand_get(o, ev, &v);

	if (has) {
		text_fmt(t, "%s%s = ", t->len ? " and " : "", name);
		operand_text(o, &v, ev->render, t);
	}
	operand_free(o);
	return has;
}

/* What tells one descriptor from another, for as long as it is open. */
struct key {
	struct operand *fd, *pid;	/* owned */
	int64_t fd_is, pid_is;
};

static bool
get_number(const struct eval *ev, struct operand *o, int64_t *out)
{
	struct value v;

	if (!o || !operand_get(o, ev, &v))
		return false;
	*out = v.i;
	return true;
}

/* Does the event that C is at close that of K? Most are no close, or somebody else's, which
 * is known without their bytes. */
static bool
closes(struct cursor *c, const struct key *k)
{
	int64_t fd, pid;

	return cursor_value(c, COL_TYPE) == EV_CLOSE_X &&
	       get_number(cursor_eval(c, CURSOR_LIGHT), k->pid, &pid) && pid == k->pid_is &&
	       get_number(cursor_eval(c, CURSOR_EVENT), k->fd, &fd) && fd == k->fd_is;
}

/* The nearest event from FIRST on, to LAST, in steps of one, that closes the descriptor of K.
 * UINT64_MAX: none does, or it is too far for somebody who waits. */
static uint64_t
find_close(struct cursor *c, const struct key *k, uint64_t first, uint64_t last)
{
	uint64_t give_up = term_now_ns() + CLOSE_NS;

	for (uint64_t i = first, n = 0;; i += last > first ? 1 : -1ull, n++) {
		cursor_go_to(c, i);
		if (closes(c, k))
			return i;
		if (i == last || (n % 1024 == 0 && term_now_ns() > give_up))
			return UINT64_MAX;
	}
}

/* Its number is used again and again: keep to the one that it is at event NUMBER. */
static void
put_life(const struct events *e, uint64_t number, struct text *t)
{
	struct cursor *c = e->now.cursor;
	const struct snapshot *snap = e->now.snap;
	struct key k = { NULL, NULL, 0, 0 };
	uint64_t close = UINT64_MAX;
	size_t len;

	k.fd = operand_parse("fd.num", &len, NULL);
	k.pid = operand_parse("proc.pid", &len, NULL);
	cursor_go_to(c, number);
	if (get_number(cursor_eval(c, CURSOR_EVENT), k.fd, &k.fd_is) &&
	    get_number(cursor_eval(c, CURSOR_EVENT), k.pid, &k.pid_is)) {
		if (number > snap->first)
			close = find_close(c, &k, number - 1, snap->first);
		if (close != UINT64_MAX)
			text_fmt(t, " and evt.num > %llu", (unsigned long long)close);
		close = find_close(c, &k, number, snap->end - 1);
		if (close != UINT64_MAX)
			text_fmt(t, " and evt.num <= %llu", (unsigned long long)close);
	}
	operand_free(k.fd);
	operand_free(k.pid);
}

static void
open_list(const struct events *e, uint64_t number, struct text *filter, struct text *title)
{
	text_char(filter, '\0');
	text_char(title, '\0');
	/* Each list is a level to go back from. */
	if (e->q.n_filters == 1 && !strcmp(e->q.filters[0], filter->p) && !e->filter &&
	    !e->more) {
		app_note(e->app, STYLE_TEXT, "these are all of them");
		return;
	}
	dig_open(e->app, &(struct events_question){
		.filters = { filter->p }, .n_filters = 1, .from_ns = e->q.from_ns,
		.to_ns = e->q.to_ns, .title = title->p, .first = number });
}

void
follow_descriptor(const struct events *e, uint64_t number)
{
	struct text filter = { 0 }, title = { 0 };
	const struct eval *ev;

	cursor_go_to(e->now.cursor, number);
	ev = cursor_eval(e->now.cursor, CURSOR_EVENT);
	if (put_condition(ev, "fd.num", &filter) && put_condition(ev, "proc.pid", &filter)) {
		text_bytes(&title, filter.p, filter.len);
		put_life(e, number, &filter);
		open_list(e, number, &filter, &title);
	} else {
		app_note(e->app, STYLE_WARNING, "the event has no descriptor");
	}
	text_fini(&filter);
	text_fini(&title);
}

void
follow_thread(const struct events *e, uint64_t number)
{
	struct text filter = { 0 }, title = { 0 };
	const struct eval *ev;

	cursor_go_to(e->now.cursor, number);
	ev = cursor_eval(e->now.cursor, CURSOR_EVENT);
	if (put_condition(ev, "thread.tid", &filter)) {
		text_bytes(&title, filter.p, filter.len);
		open_list(e, number, &filter, &title);
	} else {
		app_note(e->app, STYLE_WARNING, "the event has no thread");
	}
	text_fini(&filter);
	text_fini(&title);
}
