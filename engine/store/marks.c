#include "engine/store/marks.h"

#include <stdlib.h>
#include <string.h>

#include "engine/base/intern.h"
#include "engine/base/mem.h"
#include "engine/event/event.h"
#include "engine/store/inside.h"
#include "engine/world/trace.h"
#include "engine/world/world.h"

#define MARKS_OF_BASE 1024u		/* marks from one base to the next */

/* A span as it was begun; SERIAL 0: there is none. Names are of the world's pool. */
struct kept_span {
	uint64_t serial;
	int64_t id;
	uint64_t start_ns;
	int64_t tid, pid;
	uint32_t tags, args;
};

/* A mark: an entry of store.marks. */
struct kept_mark {
	uint64_t from;
	int64_t id;
	uint32_t tags, args;		/* of the mark itself */
	uint64_t is_end;
	struct kept_span span;		/* that it begins or ends */
	struct kept_span around;
};

/* A span that was open at FROM: an entry of store.open_spans. All of one position are a
 * base; of none an empty one is there. */
struct kept_open {
	uint64_t from;
	struct kept_span span;
};

/* Writing --------------------------------------------------------------- */

static uint32_t
name_of(struct store *s, struct span text)
{
	return text.len ? intern(world_names(s->world), (const char *)text.p, text.len) : 0;
}

static struct kept_span
keep_span(struct store *s, const struct trace_span *from)
{
	if (!from)
		return (struct kept_span){ 0 };
	return (struct kept_span){ from->serial, from->id, from->start_ns, from->tid, from->pid,
				   name_of(s, from->tags), name_of(s, from->args) };
}

/* What is open at event NUMBER becomes a base. */
static void
add_base(struct store *s, uint64_t number)
{
	struct kept_open open = { .from = number };
	size_t n;
	const struct trace_span *const *list = world_spans(s->world, &n);

	for (size_t i = 0; i < n; i++) {
		open.span = keep_span(s, list[i]);
		trail_push(&s->open_spans, &s->grave, &open, sizeof(open));
	}
	if (!n)
		trail_push(&s->open_spans, &s->grave, &open, sizeof(open));
}

void
marks_take(struct store *s, const struct moment *m, uint64_t number)
{
	struct kept_mark mark = {
		.from = number, .id = m->mark->id, .is_end = m->mark->is_end,
		.tags = name_of(s, m->mark->tags), .args = name_of(s, m->mark->args),
		.span = keep_span(s, m->span), .around = keep_span(s, m->span_around),
	};

	if (s->n_marks++ % MARKS_OF_BASE == 0)
		add_base(s, number);
	trail_append(&s->marks, &s->grave, &mark, sizeof(mark));
}

void
marks_cut(struct store *s, uint64_t position)
{
	const struct kept_open *base = trail_at(&s->open_spans, position, sizeof(*base));
	uint64_t first = base ? base->from : 0;

	if (first < 2)
		return;
	trail_drop(&s->open_spans, &s->grave, first - 1, sizeof(struct kept_open));
	trail_drop(&s->marks, &s->grave, first - 1, sizeof(struct kept_mark));
}

static void
mark_span(const struct kept_span *span, struct intern *names)
{
	intern_mark(names, span->tags);
	intern_mark(names, span->args);
}

void
marks_names(const struct store *s, struct intern *names)
{
	size_t n, n_open;
	const struct kept_mark *marks = trail_all(&s->marks, &n);
	const struct kept_open *open = trail_all(&s->open_spans, &n_open);

	for (size_t i = 0; i < n; i++) {
		intern_mark(names, marks[i].tags);
		intern_mark(names, marks[i].args);
		mark_span(&marks[i].span, names);
		mark_span(&marks[i].around, names);
	}
	for (size_t i = 0; i < n_open; i++)
		mark_span(&open[i].span, names);
}

void
marks_fini(struct store *s)
{
	trail_fini(&s->marks, &s->grave);
	trail_fini(&s->open_spans, &s->grave);
}

/* Reading --------------------------------------------------------------- */

static const struct kept_mark *
find_mark(const struct store *s, uint64_t number)
{
	const struct kept_mark *mark = trail_at(&s->marks, number, sizeof(*mark));

	return mark && mark->from == number ? mark : NULL;
}

bool
marks_has(const struct store *s, uint64_t number)
{
	return find_mark(s, number) != NULL;
}

bool
marks_has_any(const struct store *s)
{
	size_t n;

	trail_all(&s->marks, &n);
	return n;
}

bool
marks_has_within(const struct store *s, uint64_t first, uint64_t end)
{
	const struct kept_mark *last = end > first ?
		trail_at(&s->marks, end - 1, sizeof(*last)) : NULL;

	return last && last->from >= first;
}

struct walk {
	const struct snapshot *snap;
	uint64_t position;		/* of OPEN; 0: nothing was asked */
	size_t n;
	struct trace_span open[TRACE_OPEN_MAX];
	const struct trace_span *list[TRACE_OPEN_MAX];
	struct trace_mark mark;		/* of the moment */
	struct trace_span span, around;
};

struct walk *
walk_new(const struct snapshot *snap)
{
	struct walk *w = xzalloc(sizeof(*w));

	w->snap = snap;
	return w;
}

void
walk_free(struct walk *w)
{
	free(w);
}

static struct span
text_of(const struct walk *w, uint32_t name)
{
	return name ? intern_span(store_names(w->snap->store), name) : (struct span){ 0 };
}

static struct trace_span
span_of(const struct walk *w, const struct kept_span *k)
{
	return (struct trace_span){ k->serial, k->id, text_of(w, k->tags), text_of(w, k->args),
				    k->start_ns, k->tid, k->pid };
}

static void
begin(struct walk *w, const struct kept_span *span)
{
	if (w->n == TRACE_OPEN_MAX)
		memmove(&w->open[0], &w->open[1], --w->n * sizeof(w->open[0]));
	w->open[w->n++] = span_of(w, span);
}

static void
end(struct walk *w, uint64_t serial)
{
	size_t i = 0;

	while (i < w->n && w->open[i].serial != serial)
		i++;
	if (i < w->n)
		memmove(&w->open[i], &w->open[i + 1], (--w->n - i) * sizeof(w->open[0]));
}

/* Of N entries, each of SIZE bytes: how many are before POSITION. */
static size_t
count_before(const void *entries, size_t n, size_t size, uint64_t position)
{
	size_t low = 0;

	while (low < n) {
		size_t mid = low + (n - low) / 2;
		uint64_t from;

		memcpy(&from, (const char *)entries + mid * size, sizeof(from));
		if (from < position)
			low = mid + 1;
		else
			n = mid;
	}
	return low;
}

/* Begin at the newest base that is of use at POSITION, which is in a section that begins
 * at FIRST. */
static void
take_base(struct walk *w, uint64_t position, uint64_t first)
{
	size_t n;
	const struct kept_open *all = trail_all(&w->snap->store->open_spans, &n);

	n = count_before(all, n, sizeof(*all), position + 1);
	w->n = 0;
	w->position = first;
	if (!n || all[n - 1].from < first)
		return;
	w->position = all[n - 1].from;
	for (size_t i = count_before(all, n, sizeof(*all), w->position); i < n; i++)
		if (all[i].span.serial)
			begin(w, &all[i].span);
}

const struct trace_span *const *
walk_open(struct walk *w, uint64_t position, size_t *n)
{
	const struct store_section *section = snapshot_section(w->snap, position);
	uint64_t first = section ? section->first : 0;
	size_t n_marks;
	const struct kept_mark *marks = trail_all(&w->snap->store->marks, &n_marks);

	if (!w->position || position < w->position || w->position < first)
		take_base(w, position, first);
	for (size_t i = count_before(marks, n_marks, sizeof(*marks), w->position);
	     i < n_marks && marks[i].from < position; i++) {
		if (marks[i].is_end)
			end(w, marks[i].span.serial);
		else
			begin(w, &marks[i].span);
	}
	w->position = position;
	for (size_t i = 0; i < w->n; i++)
		w->list[i] = &w->open[i];
	*n = w->n;
	return w->list;
}

void
walk_mark(struct walk *w, struct moment *m)
{
	const struct kept_mark *mark = find_mark(w->snap->store, m->num);

	if (!mark)
		return;
	w->mark = (struct trace_mark){ mark->is_end, mark->id, text_of(w, mark->tags),
				       text_of(w, mark->args) };
	m->mark = &w->mark;
	if (mark->span.serial) {
		w->span = span_of(w, &mark->span);
		m->span = &w->span;
	}
	if (mark->around.serial) {
		w->around = span_of(w, &mark->around);
		m->span_around = &w->around;
	}
}
