#include "ui/columns.h"

#include <stdint.h>
#include <stdlib.h>
#include <string.h>

#include "engine/base/mem.h"
#include "engine/base/text.h"

#define NAME_BYTES_MAX 256u

static void
view_fini(struct columns_view *v)
{
	for (size_t i = 0; i < v->n; i++)
		free(v->entries[i].name);
	free(v->entries);
	free(v->id);
	*v = (struct columns_view){ 0 };
}

void
columns_fini(struct columns *c)
{
	for (size_t i = 0; i < c->n; i++)
		view_fini(&c->views[i]);
	free(c->views);
	*c = (struct columns){ 0 };
}

static struct columns_view *
find(const struct columns *c, const char *id, size_t len)
{
	for (size_t i = 0; i < c->n; i++)
		if (strlen(c->views[i].id) == len && !memcmp(c->views[i].id, id, len))
			return &c->views[i];
	return NULL;
}

/* NULL: there are too many. */
static struct columns_view *
find_or_add(struct columns *c, const char *id, size_t len)
{
	struct columns_view *v = find(c, id, len);

	if (v || c->n == COLUMNS_VIEWS_MAX)
		return v;
	xgrow(&c->views, &c->cap, c->n + 1, sizeof(*c->views));
	v = &c->views[c->n++];
	*v = (struct columns_view){ .id = xstrndup(id, len) };
	return v;
}

static const struct columns_entry *
entry_of(const struct columns_view *v, const char *name, size_t len)
{
	for (size_t i = 0; i < v->n; i++)
		if (strlen(v->entries[i].name) == len && !memcmp(v->entries[i].name, name, len))
			return &v->entries[i];
	return NULL;
}

static void
add_entry(struct columns_view *v, const char *name, size_t len, struct columns_entry how)
{
	if (v->n == COLUMNS_ENTRIES_MAX || !len || len > NAME_BYTES_MAX || entry_of(v, name, len))
		return;
	xgrow(&v->entries, &v->cap, v->n + 1, sizeof(*v->entries));
	how.name = xstrndup(name, len);
	v->entries[v->n++] = how;
}

/* Text ------------------------------------------------------------------- */

/* The bytes of LINE behind WORD and a blank; NULL: it does not begin so. */
static const char *
behind(const char *line, size_t len, const char *word)
{
	size_t n = strlen(word);

	return len > n + 1 && !memcmp(line, word, n) && line[n] == ' ' ? line + n + 1 : NULL;
}

/* "12 NAME", "- NAME" */
static void
parse_entry(struct columns_view *v, const char *at, const char *end, bool is_shown)
{
	unsigned width = 0;

	if (*at == '-') {
		at++;
	} else {
		for (; at < end && *at >= '0' && *at <= '9' && width <= COLUMNS_WIDTH_MAX; at++)
			width = 10 * width + (unsigned)(*at - '0');
		if (!width || width > COLUMNS_WIDTH_MAX)
			return;
	}
	if (at < end && *at == ' ')
		add_entry(v, at + 1, (size_t)(end - at - 1),
			  (struct columns_entry){ NULL, width, is_shown });
}

/* A name that comes from a terminal or a file of somebody else is none of ours. */
static bool
is_harmless(const char *line, size_t len)
{
	struct text t = { 0 };
	bool is_same;

	text_safe(&t, line, len);
	is_same = t.len == len && (!len || !memcmp(t.p, line, len));
	text_fini(&t);
	return is_same;
}

void
columns_parse(struct columns *c, const char *text, size_t len)
{
	struct columns_view *v = NULL;

	while (len) {
		const char *nl = memchr(text, '\n', len), *at;
		size_t n = nl ? (size_t)(nl - text) : len;

		if (!is_harmless(text, n))
			v = NULL;
		else if ((at = behind(text, n, "view")))
			v = find_or_add(c, at, (size_t)(text + n - at));
		else if (v && (at = behind(text, n, "show")))
			parse_entry(v, at, text + n, true);
		else if (v && (at = behind(text, n, "hide")))
			parse_entry(v, at, text + n, false);
		n += nl != NULL;
		text += n;
		len -= n;
	}
}

void
columns_print(const struct columns *c, struct text *t)
{
	text_str(t, "# Columns that were chosen, by view. The explorer writes this file anew.\n");
	for (size_t i = 0; i < c->n; i++) {
		const struct columns_view *v = &c->views[i];

		text_fmt(t, "view %s\n", v->id);
		for (size_t k = 0; k < v->n; k++) {
			const struct columns_entry *e = &v->entries[k];

			text_str(t, e->is_shown ? "show " : "hide ");
			if (e->width_cols)
				text_fmt(t, "%u", e->width_cols);
			else
				text_char(t, '-');
			text_fmt(t, " %s\n", e->name);
		}
	}
}

/* Lists -------------------------------------------------------------------- */

/* The name of C, one of V, as entries have it: "ID", the next one of that name "ID#2". */
static void
put_name(const struct view *v, const struct view_column *c, struct text *t)
{
	unsigned n = 1;

	t->len = 0;
	text_safe(t, c->name, strlen(c->name));
	for (const struct view_column *other = v->columns; other < c; other++)
		n += (other->variants & c->variants) && !strcmp(other->name, c->name);
	if (n > 1)
		text_fmt(t, "#%u", n);
	if (t->len > NAME_BYTES_MAX)
		t->len = NAME_BYTES_MAX;
}

/* The columns as the view has them. */
static size_t
list_own(const struct view *v, enum view_variant variant, struct column_choice *out, size_t max)
{
	size_t n = 0;

	for (size_t i = 0; i < v->n_columns && n < max; i++) {
		const struct view_column *c = &v->columns[i];

		if (!view_shows(c, variant))
			continue;
		out[n] = (struct column_choice){ c, n, c->width_cols, !c->is_hidden };
		n++;
	}
	return n;
}

/* Move entry FROM of LIST to where TO is. */
static void
move(struct column_choice *list, size_t from, size_t to)
{
	struct column_choice moved = list[from];

	if (from > to)
		memmove(&list[to + 1], &list[to], (from - to) * sizeof(*list));
	else
		memmove(&list[from], &list[from + 1], (to - from) * sizeof(*list));
	list[to] = moved;
}

/* Give OUT[I] its place among the I before it, which have theirs: those that the list
 * knows in its order, others behind what they stand behind in the view. */
static void
place(struct column_choice *out, size_t i, const size_t *ranks)
{
	size_t rank = ranks[out[i].cell], to = i;

	if (rank == SIZE_MAX) {
		while (to > 0 && out[to - 1].cell + 1 != out[i].cell)
			to--;
		move(out, i, to);
		return;
	}
	while (to > 0 && (ranks[out[to - 1].cell] == SIZE_MAX || ranks[out[to - 1].cell] > rank))
		to--;
	/* What belongs to the one before stays with it. */
	while (to > 0 && to < i && ranks[out[to].cell] == SIZE_MAX)
		to++;
	move(out, i, to);
}

size_t
columns_list(const struct columns *c, const struct view *v, enum view_variant variant,
	     struct column_choice *out, size_t max)
{
	const struct columns_view *kept = find(c, v->id, strlen(v->id));
	size_t n, ranks[COLUMNS_ENTRIES_MAX];
	struct text name = { 0 };

	n = list_own(v, variant, out, max < COLUMNS_ENTRIES_MAX ? max : COLUMNS_ENTRIES_MAX);
	if (!kept)
		return n;
	for (size_t i = 0; i < n; i++) {
		const struct columns_entry *e;

		put_name(v, out[i].column, &name);
		e = entry_of(kept, name.p, name.len);
		ranks[i] = e ? (size_t)(e - kept->entries) : SIZE_MAX;
		if (!e)
			continue;
		out[i].is_shown = e->is_shown;
		if (e->width_cols)
			out[i].width_cols = e->width_cols;
	}
	for (size_t i = 0; i < n; i++)
		place(out, i, ranks);
	text_fini(&name);
	return n;
}

bool
columns_set(struct columns *c, const struct view *v, const struct column_choice *list, size_t n)
{
	struct columns_view *kept = find_or_add(c, v->id, strlen(v->id)), old;
	struct text name = { 0 };

	if (!kept)
		return false;
	old = *kept;
	*kept = (struct columns_view){ .id = xstrdup(v->id) };
	for (size_t i = 0; i < n; i++) {
		struct columns_entry e = { NULL, list[i].width_cols, list[i].is_shown };

		if (e.width_cols == list[i].column->width_cols)
			e.width_cols = 0;
		put_name(v, list[i].column, &name);
		add_entry(kept, name.p, name.len, e);
	}
	/* What is not there in this variant stays as it was. */
	for (size_t i = 0; i < old.n; i++)
		add_entry(kept, old.entries[i].name, strlen(old.entries[i].name), old.entries[i]);
	view_fini(&old);
	text_fini(&name);
	return true;
}

void
columns_reset(struct columns *c, const struct view *v)
{
	struct columns_view *kept = find(c, v->id, strlen(v->id));

	if (!kept)
		return;
	view_fini(kept);
	*kept = c->views[--c->n];
}

bool
columns_has(const struct columns *c, const struct view *v)
{
	return find(c, v->id, strlen(v->id)) != NULL;
}
