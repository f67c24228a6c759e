#include "ui/follow.h"

#include "engine/base/text.h"
#include "engine/event/event_type.h"
#include "engine/field/operand.h"
#include "engine/query/cursor.h"
#include "engine/store/store.h"
#include "ui/app.h"
#include "ui/dig.h"
#include "ui/events.h"

#define PARTNER_MAX 1000000u		/* events behind an enter among which its exit is sought */
#define CLOSE_MAX 1000000u		/* those that are looked at for a close */

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

static bool
get_number(struct cursor *c, const char *name, int64_t *out)
{
	const struct eval *ev = cursor_eval(c, CURSOR_EVENT);
	size_t len;
	struct operand *o = operand_parse(name, &len, NULL);
	struct value v;
	bool has = o && operand_get(o, ev, &v);

	if (has)
		*out = v.i;
	operand_free(o);
	return has;
}

/* Does event NUMBER close descriptor FD of process PID? */
static bool
closes(struct cursor *c, uint64_t number, int64_t fd, int64_t pid)
{
	int64_t of_fd, of_pid;

	cursor_go_to(c, number);
	if (cursor_value(c, COL_TYPE) != EV_CLOSE_X)
		return false;
	return get_number(c, "fd.num", &of_fd) && get_number(c, "proc.pid", &of_pid) &&
	       of_fd == fd && of_pid == pid;
}

/* Its number is used again and again: keep to the one that it is at event NUMBER. */
static void
put_life(const struct events *e, uint64_t number, struct text *t)
{
	struct cursor *c = e->now.cursor;
	const struct snapshot *snap = e->now.snap;
	uint64_t first = number > snap->first + CLOSE_MAX ? number - CLOSE_MAX : snap->first;
	uint64_t end = snap->end - number > CLOSE_MAX ? number + CLOSE_MAX : snap->end;
	int64_t fd, pid;

	cursor_go_to(c, number);
	if (!get_number(c, "fd.num", &fd) || !get_number(c, "proc.pid", &pid))
		return;
	for (uint64_t i = number; i-- > first;) {
		if (!closes(c, i, fd, pid))
			continue;
		text_fmt(t, " and evt.num > %llu", (unsigned long long)i);
		break;
	}
	for (uint64_t i = number; i < end; i++) {
		if (!closes(c, i, fd, pid))
			continue;
		text_fmt(t, " and evt.num <= %llu", (unsigned long long)i);
		break;
	}
}

static void
open_list(const struct events *e, uint64_t number, struct text *filter, struct text *title)
{
	text_char(filter, '\0');
	text_char(title, '\0');
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
