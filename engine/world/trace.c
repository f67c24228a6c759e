#include "engine/world/trace.h"

#include <jansson.h>
#include <stdlib.h>
#include <string.h>

#include "engine/base/intern.h"
#include "engine/base/mem.h"
#include "engine/base/text.h"
#include "engine/event/event.h"
#include "engine/world/json_guard.h"
#include "engine/world/world.h"

#define TEXT_MAX 65536			/* bytes of a mark */

struct traces {
	struct trace_mark mark;		/* of this event */
	struct text tags, args;		/* its texts */
	struct trace_span *beginning, *ending;	/* put off; ENDING is in LIST */
	struct trace_span **list;	/* open, the oldest first; owned, each */
	size_t n, cap;
	uint64_t n_begun;
};

struct traces *
traces_new(void)
{
	return xzalloc(sizeof(struct traces));
}

void
traces_clear(struct traces *t)
{
	for (size_t i = 0; i < t->n; i++)
		free(t->list[i]);
	free(t->beginning);
	t->beginning = t->ending = NULL;
	t->n = 0;
}

void
traces_free(struct traces *t)
{
	if (!t)
		return;
	traces_clear(t);
	free(t->list);
	text_fini(&t->tags);
	text_fini(&t->args);
	free(t);
}

/* Take what stands before the next colon of *S; false: there is none. */
static bool
take_part(struct span *s, struct span *part)
{
	const uint8_t *colon = s->len ? memchr(s->p, ':', s->len) : NULL;

	if (!colon)
		return false;
	*part = (struct span){ s->p, (size_t)(colon - s->p) };
	s->len -= part->len + 1;
	s->p = colon + 1;
	return true;
}

static bool
is_word(struct span s, const char *word)
{
	return s.len == strlen(word) && !memcmp(s.p, word, s.len);
}

/* An id: a number, nothing, or whose number it is. */
static bool
read_id(struct span s, const struct moment *m, int64_t *id)
{
	bool is_negative = s.len && s.p[0] == '-';
	uint64_t v = 0;

	*id = 0;
	if (!s.len)
		return true;
	if (is_word(s, "t") || is_word(s, "p") || is_word(s, "pp")) {
		*id = s.p[0] == 't' ? m->ev->tid : !m->proc ? -1 :
		      s.len == 1 ? m->proc->pid : m->proc->ppid;
		return true;
	}
	for (size_t i = is_negative; i < s.len; i++) {
		if (s.p[i] < '0' || s.p[i] > '9' || v > (INT64_MAX - 9) / 10)
			return false;
		v = v * 10 + (s.p[i] - '0');
	}
	*id = is_negative ? -(int64_t)v : (int64_t)v;
	return s.len > is_negative;
}

/* Append the texts of S that stand between SEPARATORs, each with a NUL. False:
 * one is empty. */
static bool
put_texts(struct span s, char separator, struct text *t)
{
	bool is_empty = !s.len;

	for (size_t i = 0; i <= s.len && !is_empty; i++) {
		bool is_last = i == s.len, ends = is_last || s.p[i] == (uint8_t)separator;

		is_empty = ends && (!t->len || !t->p[t->len - 1]);
		text_char(t, ends ? '\0' : (char)s.p[i]);
	}
	return !is_empty;
}

/* "name=value,name=value", or nothing. */
static bool
put_pairs(struct span s, struct text *t)
{
	while (s.len) {
		const uint8_t *comma = memchr(s.p, ',', s.len), *equals;
		size_t len = comma ? (size_t)(comma - s.p) : s.len;

		equals = memchr(s.p, '=', len);
		if (!equals || equals == s.p)
			return false;
		text_bytes(t, s.p, (size_t)(equals - s.p));
		text_char(t, '\0');
		text_bytes(t, equals + 1, len - (size_t)(equals - s.p) - 1);
		text_char(t, '\0');
		s.p += len + (comma != NULL);
		s.len -= len + (comma != NULL);
	}
	return true;
}

/* Read DATA, which was written to /dev/null. */
static bool
read_text(struct traces *t, struct span data, const struct moment *m)
{
	struct span direction, id, tags, args;

	while (data.len && (data.p[data.len - 1] == '\n' || !data.p[data.len - 1]))
		data.len--;
	if (data.len > TEXT_MAX || memchr(data.p, '\0', data.len))
		return false;
	if (!take_part(&data, &direction) || !take_part(&data, &id) ||
	    !take_part(&data, &tags) || !take_part(&data, &args) || data.len)
		return false;
	t->mark.is_end = is_word(direction, "<");
	t->tags.len = t->args.len = 0;
	return (t->mark.is_end || is_word(direction, ">")) && read_id(id, m, &t->mark.id) &&
	       put_texts(tags, '.', &t->tags) && put_pairs(args, &t->args);
}

/* Take the texts of LIST as tags. */
static bool
take_json_tags(const json_t *list, struct text *t)
{
	for (size_t i = 0; i < json_array_size(list); i++) {
		const char *tag = json_string_value(json_array_get(list, i));

		if (!tag || !*tag)
			return false;
		text_bytes(t, tag, strlen(tag) + 1);
	}
	return json_array_size(list);
}

/* Take what is in the objects of LIST as arguments. */
static bool
take_json_args(json_t *list, struct text *t)
{
	const char *name;
	json_t *value;

	for (size_t i = 0; i < json_array_size(list); i++) {
		json_object_foreach (json_array_get(list, i), name, value) {
			if (!json_is_string(value) || !*name)
				return false;
			text_bytes(t, name, strlen(name) + 1);
			text_bytes(t, json_string_value(value), json_string_length(value) + 1);
		}
	}
	return true;
}

/* Read DATA, which is the same as [">", 12, ["shop", "checkout"], [{"user": "7"}]]. */
static bool
read_json(struct traces *t, struct span data, const struct moment *m)
{
	json_t *all = data.len <= TEXT_MAX ? json_guard_load(data, NULL) : NULL;
	const char *direction = json_string_value(json_array_get(all, 0));
	const json_t *id = json_array_get(all, 1);
	const char *word = json_string_value(id);
	bool is_mark = direction && (!strcmp(direction, ">") || !strcmp(direction, "<"));

	t->tags.len = t->args.len = 0;
	t->mark.is_end = is_mark && direction[0] == '<';
	t->mark.id = json_integer_value(id);
	if (word)
		is_mark &= read_id((struct span){ (const uint8_t *)word, strlen(word) }, m,
				   &t->mark.id);
	is_mark = is_mark && (word || json_is_integer(id)) &&
		  take_json_tags(json_array_get(all, 2), &t->tags) &&
		  take_json_args(json_array_get(all, 3), &t->args);
	json_decref(all);
	return is_mark;
}

/* Texts that each end with a NUL, none of which is empty or holds control
 * characters, go to T: writers of tracer events left addresses in their place. */
static void
take_texts(struct span s, struct text *t)
{
	bool is_fine = s.len && !s.p[s.len - 1] && s.len <= TEXT_MAX;

	for (size_t i = 0; is_fine && i < s.len; i++)
		is_fine = s.p[i] ? s.p[i] >= ' ' : i && s.p[i - 1];
	t->len = 0;
	if (is_fine)
		text_bytes(t, s.p, s.len);
}

static bool
read_event(struct traces *t, const struct moment *m)
{
	t->mark.is_end = false;
	take_texts(event_bytes(m->ev, 1), &t->tags);
	take_texts(event_bytes(m->ev, 2), &t->args);
	return event_i64(m->ev, 0, &t->mark.id);
}

static bool
is_dev_null(const struct world *w, const struct descriptor *fd)
{
	return fd && fd->name && is_word(intern_span(world_names(w), fd->name), "/dev/null");
}

/* Does the event of M mark a span? Most writes do not begin like that. */
static bool
read_mark(struct traces *t, const struct world *w, const struct moment *m)
{
	struct span data;

	if (m->ev->id == EV_TRACER_E)
		return read_event(t, m);
	if (m->ev->id != EV_WRITE_X)
		return false;
	data = event_bytes(m->ev, 1);
	if (data.len < 3 || !memchr("><[", data.p[0], 3) || !memchr(":\" ", data.p[1], 3) ||
	    !is_dev_null(w, m->fd))
		return false;
	return data.p[0] == '[' ? read_json(t, data, m) : read_text(t, data, m);
}

static bool
same_bytes(struct span a, struct span b)
{
	return a.len == b.len && (!a.len || !memcmp(a.p, b.p, a.len));
}

/* The newest open span of that id and those tags, or NULL. */
static struct trace_span *
find(const struct traces *t, int64_t id, struct span tags)
{
	for (size_t i = t->n; i > 0; i--)
		if (t->list[i - 1]->id == id && same_bytes(t->list[i - 1]->tags, tags))
			return t->list[i - 1];
	return NULL;
}

/* TAGS without the last one. */
static struct span
tags_around(struct span tags)
{
	if (tags.len)
		tags.len--;
	while (tags.len && tags.p[tags.len - 1])
		tags.len--;
	return tags;
}

static struct trace_span *
new_span(struct traces *t, const struct moment *m)
{
	const struct trace_mark *k = &t->mark;
	struct trace_span *s = xzalloc(sizeof(*s) + k->tags.len + k->args.len);
	uint8_t *room = (uint8_t *)(s + 1);

	if (k->tags.len)
		memcpy(room, k->tags.p, k->tags.len);
	if (k->args.len)
		memcpy(room + k->tags.len, k->args.p, k->args.len);
	s->serial = ++t->n_begun;
	s->id = k->id;
	s->tags = (struct span){ room, k->tags.len };
	s->args = (struct span){ room + k->tags.len, k->args.len };
	s->start_ns = m->ev->ts_ns;
	s->tid = m->ev->tid;
	s->pid = m->proc ? m->proc->pid : -1;
	return s;
}

void
traces_take(struct traces *t, const struct world *w, struct moment *m)
{
	struct span around;

	if (!read_mark(t, w, m))
		return;
	t->mark.tags = (struct span){ (const uint8_t *)t->tags.p, t->tags.len };
	t->mark.args = (struct span){ (const uint8_t *)t->args.p, t->args.len };
	m->mark = &t->mark;
	if (t->mark.is_end)
		m->span = t->ending = find(t, t->mark.id, t->mark.tags);
	else
		m->span = t->beginning = new_span(t, m);
	around = tags_around(t->mark.tags);
	m->span_around = around.len ? find(t, t->mark.id, around) : NULL;
}

static void
remove_span(struct traces *t, const struct trace_span *s)
{
	size_t i = 0;

	while (t->list[i] != s)
		i++;
	free(t->list[i]);
	memmove(&t->list[i], &t->list[i + 1], (--t->n - i) * sizeof(t->list[0]));
}

void
traces_settle(struct traces *t)
{
	if (t->ending)
		remove_span(t, t->ending);
	t->ending = NULL;
	if (!t->beginning)
		return;
	if (t->n == TRACE_OPEN_MAX)
		remove_span(t, t->list[0]);
	xgrow(&t->list, &t->cap, t->n + 1, sizeof(t->list[0]));
	t->list[t->n++] = t->beginning;
	t->beginning = NULL;
}

const struct trace_span *const *
traces_open(const struct traces *t, size_t *n)
{
	*n = t->n;
	return (const struct trace_span *const *)t->list;
}
