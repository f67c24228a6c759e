#include "engine/query/view_build.h"

#include <ctype.h>
#include <errno.h>
#include <stdint.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "engine/base/arena.h"
#include "engine/base/err.h"
#include "engine/base/mem.h"
#include "engine/base/text.h"
#include "engine/field/operand.h"
#include "engine/field/spelling.h"
#include "engine/filter/filter.h"
#include "engine/query/offer.h"
#include "engine/query/view_spec.h"

#define COLUMNS_MAX 64
#define ACTIONS_MAX 64
#define ID_MAX 40			/* bytes */
#define NAME_MAX_BYTES 80

struct view_owned {
	struct operand *operand;
	struct filter *filter;
	struct view_owned *next;
};

/* What view_free() gets is the first member of this. */
struct made {
	struct view view;
	struct arena arena;
	struct view_owned *owned;
};

static void
own(struct view_build *b, struct operand *operand, struct filter *filter)
{
	struct view_owned *o = arena_alloc(b->arena, sizeof(*o));

	*o = (struct view_owned){ operand, filter, *b->owned };
	*b->owned = o;
}

/* TEXT with the depth in place of "%depth" and "%depth+1". */
static const char *
at_depth(const struct view_build *b, const char *text)
{
	static const char word[] = "%depth";
	struct text t = { 0 };
	const char *made, *at;

	for (; (at = strstr(text, word)); text = at) {
		text_bytes(&t, text, (size_t)(at - text));
		at += sizeof(word) - 1;
		text_u64(&t, b->depth + !strncmp(at, "+1", 2));
		if (!strncmp(at, "+1", 2))
			at += 2;
	}
	text_str(&t, text);
	made = arena_strndup(b->arena, t.p, t.len);
	text_fini(&t);
	return made;
}

/* Say where the expression that *why tells of stands. */
static int
refuse_words(struct view_build *b, int line, const char *where, const struct err *why)
{
	spec_refuse(b->spec, line, b->err, "%s: %s (at byte %d)", where, why->text, why->at + 1);
	return -EINVAL;
}

/* Refuse what stands behind FIELD. */
static int
refuse_rest(struct view_build *b, int line, const char *where, struct span field)
{
	const char *rest = (const char *)field.p + field.len;
	size_t n = strcspn(rest, " ");

	if (isalnum((unsigned char)*rest) || *rest == '_' || *rest == '.')
		return spec_refuse(b->spec, line, b->err,
				   "%s: unknown field `%.*s%.*s`, did you mean `%.*s`?", where,
				   (int)field.len, field.p, n < 60 ? (int)n : 60, rest,
				   (int)field.len, field.p);
	return spec_refuse(b->spec, line, b->err, "%s: what is `%.60s` behind the field?", where,
			   rest);
}

int
build_operand(struct view_build *b, const char *text, int line, const char *where,
	      struct view_operand *to)
{
	const char *words = at_depth(b, text);
	struct err why = { 0 };
	struct operand *o;
	size_t len = 0;

	o = operand_parse(words, &len, &why);
	if (!o)
		return refuse_words(b, line, where, &why);
	own(b, o, NULL);
	if (words[len])
		return refuse_rest(b, line, where, (struct span){ (const uint8_t *)words, len });
	*to = (struct view_operand){ words, o };
	return 0;
}

int
build_filter(struct view_build *b, const char *text, int line, const char *where,
	     struct view_filter *to)
{
	const char *words = at_depth(b, text);
	struct err why = { 0 };
	struct filter *f = filter_compile(words, b->options, &why);

	if (!f)
		return refuse_words(b, line, where, &why);
	own(b, NULL, f);
	*to = (struct view_filter){ words, f };
	return 0;
}

static const char *const *
copy_texts(struct view_build *b, const struct spec_texts *from, size_t *n)
{
	const char **to = arena_alloc(b->arena, (from->n + 1) * sizeof(*to));

	for (size_t i = 0; i < from->n; i++)
		to[i] = arena_strdup(b->arena, from->items[i].text);
	*n = from->n;
	return to;
}

/* A word of a small set. */
struct word {
	const char *name;
	int value;
};

static const struct word kinds[] = {
	{ "table", VIEW_TABLE }, { "spectrogram", VIEW_SPECTROGRAM },
};

/* .value: entity << 8 | rows */
static const struct word row_words[] = {
	{ "events", VIEW_ROWS_EVENTS },
	{ "pending", VIEW_ROWS_PENDING },
	{ "processes", VIEW_PROCESS << 8 | VIEW_ROWS_ENTITIES },
	{ "threads", VIEW_THREAD << 8 | VIEW_ROWS_ENTITIES },
	{ "containers", VIEW_CONTAINER << 8 | VIEW_ROWS_ENTITIES },
	{ "descriptors", VIEW_DESCRIPTOR << 8 | VIEW_ROWS_ENTITIES },
};

static int
find_word(struct view_build *b, const struct spec_text *t, const char *where,
	  const struct word *words, size_t n)
{
	struct spelling meant = spelling_of(t->text, strlen(t->text));
	const char *near = NULL;
	struct text all = { 0 };
	int status;

	for (size_t i = 0; i < n; i++) {
		if (!strcmp(words[i].name, t->text))
			return words[i].value;
		if (spelling_is_nearer(&meant, words[i].name))
			near = words[i].name;
	}
	if (near)
		return spec_refuse(b->spec, t->line, b->err,
				   "%s: `%.40s` is none of its words, did you mean `%s`?", where,
				   t->text, near);
	for (size_t i = 0; i < n; i++)
		text_fmt(&all, "%s%s", !i ? "" : i + 1 < n ? ", " : " or ", words[i].name);
	text_char(&all, '\0');
	status = spec_refuse(b->spec, t->line, b->err, "%s: must be %s, not `%.40s`", where, all.p,
			     t->text);
	text_fini(&all);
	return status;
}

/* Names are shown as they are, on one line. */
static int
check_line(struct view_build *b, const struct spec_text *t, const char *where, size_t max)
{
	size_t len = strlen(t->text);
	struct text safe = { 0 };
	bool is_plain;

	text_safe(&safe, t->text, len);
	is_plain = safe.len == len && (!len || !memcmp(safe.p, t->text, len));
	text_fini(&safe);
	if (!is_plain)
		return spec_refuse(b->spec, t->line, b->err,
				   "%s: has characters that cannot be shown", where);
	if (!len || len > max)
		return spec_refuse(b->spec, t->line, b->err, "%s: must have 1 to %zu bytes", where,
				   max);
	return 0;
}

static int
build_names(struct view_build *b)
{
	const struct view_spec *spec = b->spec;
	struct view *v = b->view;

	if (check_line(b, &spec->id, "id", ID_MAX) < 0 ||
	    check_line(b, &spec->name, "name", NAME_MAX_BYTES) < 0)
		return -EINVAL;
	for (const char *p = spec->id.text; *p; p++)
		if (!isalnum((unsigned char)*p) && !strchr("_-.", *p))
			return spec_refuse(spec, spec->id.line, b->err,
					   "id: only letters, digits, _ - and . may be in it");
	v->id = arena_strdup(b->arena, spec->id.text);
	v->name = arena_strdup(b->arena, spec->name.text);
	v->description = arena_strdup(b->arena, spec->description.line ?
						spec->description.text : "");
	v->file = arena_strdup(b->arena, spec->file);
	v->tips = copy_texts(b, &spec->tips, &v->n_tips);
	v->tags = copy_texts(b, &spec->tags, &v->n_tags);
	if (spec->drill_down.line && *spec->drill_down.text)
		v->drill_down = arena_strdup(b->arena, spec->drill_down.text);
	return 0;
}

static int
build_kind(struct view_build *b)
{
	const struct view_spec *spec = b->spec;
	struct view *v = b->view;
	int word;

	if (spec->kind.line) {
		word = find_word(b, &spec->kind, "kind", kinds, ARRAY_LEN(kinds));
		if (word < 0)
			return word;
		v->kind = (enum view_kind)word;
	}
	if (spec->rows.line) {
		word = find_word(b, &spec->rows, "rows", row_words, ARRAY_LEN(row_words));
		if (word < 0)
			return word;
		v->rows = (enum view_rows)(word & 0xff);
		v->entity = (enum view_entity)(word >> 8);
	}
	return 0;
}

/* A list of operands from a list of texts. */
static int
build_needs(struct view_build *b)
{
	const struct spec_texts *from = &b->spec->needs;
	struct view_operand *to = arena_alloc(b->arena, (from->n + 1) * sizeof(*to));

	for (size_t i = 0; i < from->n; i++) {
		const struct spec_text *item = &from->items[i];

		if (build_operand(b, item->text, item->line, "needs", &to[i]) < 0)
			return -EINVAL;
		if (!offer_can_tell(to[i].operand))
			return spec_refuse(b->spec, item->line, b->err,
					   "needs: `%s` is of no container, pod or span, and "
					   "nothing else is looked for", item->text);
	}
	b->view->needs = to;
	b->view->n_needs = from->n;
	return 0;
}

/* Places that are none lead nobody to the view. csysdig's may be of other versions. */
static int
check_places(struct view_build *b)
{
	const struct spec_texts *from = &b->spec->applies_to;

	for (size_t i = 0; i < from->n && !b->spec->is_classic; i++) {
		const struct spec_text *item = &from->items[i];
		const char *near;

		if (view_is_place(item->text, &near))
			continue;
		return spec_refuse(b->spec, item->line, b->err,
				   "applies_to: `%.60s` is no place in a path%s%s%s", item->text,
				   near ? ", did you mean `" : "", near ? near : "",
				   near ? "`?" : "");
	}
	return 0;
}

static int
build_places(struct view_build *b)
{
	static const struct spec_text any = { "any", 1 };
	static const struct spec_texts everywhere = { &any, 1, 1 };
	const struct view_spec *spec = b->spec;
	struct view *v = b->view;

	v->applies_to = copy_texts(b, spec->applies_to.line ? &spec->applies_to : &everywhere,
				   &v->n_applies_to);
	if (check_places(b) < 0)
		return -EINVAL;
	v->only_new = spec->only_new.is_on;
	v->is_root = spec->is_root.is_on;
	v->passes_filter = !spec->pass_filter.line || spec->pass_filter.is_on;
	v->goes_deeper = spec->deeper.is_on;
	v->depth = b->depth;
	if (spec->filter.line && *spec->filter.text &&
	    build_filter(b, spec->filter.text, spec->filter.line, "filter", &v->filter) < 0)
		return -EINVAL;
	if (spec->parent.line &&
	    build_operand(b, spec->parent.text, spec->parent.line, "parent", &v->parent) < 0)
		return -EINVAL;
	return build_needs(b);
}

/* Columns are numbers of the file; keys come first in the view. */
static int
build_columns(struct view_build *b, size_t *sorted)
{
	const struct view_spec *spec = b->spec;
	struct view_column *to, *made;
	size_t n = 0;

	if (!spec->n_columns || spec->n_columns > COLUMNS_MAX)
		return spec_refuse(spec, spec->columns.line, b->err, "columns: must be 1 to %d",
				   COLUMNS_MAX);
	made = arena_alloc(b->arena, spec->n_columns * sizeof(*made));
	to = arena_alloc(b->arena, spec->n_columns * sizeof(*to));
	*sorted = SIZE_MAX;
	for (size_t i = 0; i < spec->n_columns; i++)
		if (build_column(b, &spec->column[i], &made[i]) < 0)
			return -EINVAL;
	for (int want_key = 1; want_key >= 0; want_key--) {
		for (size_t i = 0; i < spec->n_columns; i++) {
			if ((made[i].aggregation == VIEW_KEY) != want_key)
				continue;
			if (spec->column[i].sort.line && *sorted == SIZE_MAX)
				*sorted = n;
			to[n++] = made[i];
		}
		b->view->n_keys = want_key ? n : b->view->n_keys;
	}
	b->view->columns = to;
	b->view->n_columns = n;
	return 0;
}

/* What a command says of a row must be a column of it. */
static int
check_values(struct view_build *b, const struct view_action *a, size_t number, int line)
{
	for (size_t i = 0; i < a->n_words; i++) {
		for (size_t k = 0; k < a->words[i].n_parts; k++) {
			const char *field = a->words[i].parts[k].of.text;
			bool is_shown = !field;

			for (size_t c = 0; c < b->view->n_columns && !is_shown; c++)
				is_shown = b->view->columns[c].of.text &&
					   !strcmp(b->view->columns[c].of.text, field);
			if (!is_shown)
				return spec_refuse(b->spec, line, b->err, "actions[%zu].command: "
						   "there must be a column of %s, hidden or not",
						   number, field);
		}
	}
	return 0;
}

static int
build_actions(struct view_build *b)
{
	const struct view_spec *spec = b->spec;
	struct view_action *to;

	if (spec->n_actions > ACTIONS_MAX)
		return spec_refuse(spec, spec->actions.line, b->err, "actions: at most %d",
				   ACTIONS_MAX);
	to = arena_alloc(b->arena, (spec->n_actions + 1) * sizeof(*to));
	for (size_t i = 0; i < spec->n_actions; i++) {
		if (build_action(b, &spec->action[i], &to[i]) < 0 ||
		    (!spec->is_classic &&
		     check_values(b, &to[i], i + 1, spec->action[i].command.line) < 0))
			return -EINVAL;
		for (size_t j = 0; j < i; j++)
			if (to[j].hotkey == to[i].hotkey)
				return spec_refuse(spec, spec->action[i].hotkey.line, b->err,
						   "actions[%zu].hotkey: actions[%zu] has it",
						   i + 1, j + 1);
	}
	b->view->actions = to;
	b->view->n_actions = spec->n_actions;
	return 0;
}

static bool
is_number(enum value_type type)
{
	return type == T_INT || type == T_UINT || type == T_DOUBLE || type == T_SPAN;
}

/* By which column, in which direction: the one that says so; else of a table the
 * first that is shown and no key. */
static int
settle_sort(struct view_build *b, size_t sorted)
{
	struct view *v = b->view;
	const char *way = NULL;
	size_t first = 0;

	for (size_t i = 0; i < b->spec->n_columns; i++) {
		const struct spec_text *t = &b->spec->column[i].sort;

		if (!t->line)
			continue;
		if (strcmp(t->text, "up") != 0 && strcmp(t->text, "down") != 0 &&
		    !(b->spec->is_classic && !*t->text))
			return spec_refuse(b->spec, t->line, b->err,
					   "columns[%zu].sort: must be `up` or `down`", i + 1);
		if (way && !b->spec->is_classic)
			return spec_refuse(b->spec, t->line, b->err,
					   "columns[%zu].sort: columns[%zu] has it", i + 1,
					   first + 1);
		if (!way) {
			way = t->text;
			first = i;
		}
	}
	if (sorted == SIZE_MAX && !view_is_list(v))
		for (sorted = v->n_keys; sorted < v->n_columns && v->columns[sorted].is_hidden;)
			sorted++;
	if (sorted >= v->n_columns)
		sorted = view_is_list(v) ? SIZE_MAX : 0;
	v->sort_column = sorted;
	if (sorted < v->n_columns)
		v->sort_descending = way && *way ? !strcmp(way, "down") :
						   is_number(v->columns[sorted].type);
	return 0;
}

/* Two columns that are shown together may not be called the same. */
static int
check_headings(struct view_build *b)
{
	const struct view *v = b->view;

	for (size_t i = 0; i < v->n_columns && !b->spec->is_classic; i++) {
		for (size_t j = i + 1; j < v->n_columns; j++) {
			const struct view_column *x = &v->columns[i], *y = &v->columns[j];

			if (x->is_hidden || y->is_hidden || !(x->variants & y->variants) ||
			    strcmp(x->name, y->name) != 0)
				continue;
			return spec_refuse(b->spec, b->spec->columns.line, b->err,
					   "columns: two are called `%s`", x->name);
		}
	}
	return 0;
}

/* Rows are found by what the parent is: it is compared with the first key of each variant. */
static int
check_parent(struct view_build *b)
{
	const struct view *v = b->view;
	const struct operand *o = v->parent.operand;
	int line = b->spec->parent.line;

	if (!o)
		return 0;
	if (v->rows != VIEW_ROWS_ENTITIES)
		return spec_refuse(b->spec, line, b->err, "parent: only entities have parents");
	if (!build_is_of_rows(v, o))
		return spec_refuse(b->spec, line, b->err, "parent: `%.60s` is nothing that %s are",
				   v->parent.text, b->spec->rows.text);
	for (int variant = VIEW_PLAIN; variant <= VIEW_PODS; variant *= 2) {
		size_t key = 0;

		while (!view_shows(&v->columns[key], (enum view_variant)variant))
			key++;
		if (operand_many(o) != FIELD_ONE || operand_type(o) != v->columns[key].type)
			return spec_refuse(b->spec, line, b->err, "parent: `%.60s` is not of the "
					   "type of the key %s", v->parent.text,
					   v->columns[key].name);
	}
	return 0;
}

/* Where each row is one event there is nothing to make one number of. */
static int
check_list(struct view_build *b)
{
	const struct view *v = b->view;

	for (size_t i = 0; i < v->n_columns && !v->n_keys; i++) {
		const struct view_column *c = &v->columns[i];
		const struct spec_column *from = &b->spec->column[i];

		if (c->aggregation == VIEW_LAST || c->aggregation == VIEW_FIRST ||
		    c->aggregation == VIEW_AGE || (c->aggregation == VIEW_COUNT && !c->of.operand))
			continue;
		return spec_refuse(b->spec, from->aggregation.line ? from->aggregation.line :
				   from->line, b->err, "columns[%zu].aggregation: without a key "
				   "each event is a row, there is no %s", from->number,
				   view_aggregations[c->aggregation].name);
	}
	return 0;
}

/* What the parts must be together. */
static int
check_whole(struct view_build *b)
{
	const struct view_spec *spec = b->spec;
	const struct view *v = b->view;

	for (int variant = VIEW_PLAIN; variant <= VIEW_PODS; variant *= 2) {
		size_t n = 0, n_keys = 0;

		for (size_t i = 0; i < v->n_columns; i++) {
			const struct view_column *c = &v->columns[i];

			if (!view_shows(c, (enum view_variant)variant))
				continue;
			n_keys += c->aggregation == VIEW_KEY;
			n += !c->is_hidden;
		}
		if (v->n_keys && !n_keys)
			return spec_refuse(spec, spec->columns.line, b->err,
					   "columns: a variant has no key");
		if (!n)
			return spec_refuse(spec, spec->columns.line, b->err,
					   "columns: a variant has none that is shown");
	}
	if (v->rows == VIEW_ROWS_ENTITIES && !v->n_keys)
		return spec_refuse(spec, spec->rows.line, b->err, "rows: %s need a key",
				   spec->rows.text);
	if (v->only_new && (!v->n_keys || v->rows != VIEW_ROWS_EVENTS))
		return spec_refuse(spec, spec->only_new.line, b->err,
				   "only_new: needs rows of events, and a key");
	if (v->kind == VIEW_SPECTROGRAM && (!v->n_keys || v->columns[0].type != T_SPAN))
		return spec_refuse(spec, spec->columns.line, b->err,
				   "columns: the key of a spectrogram must be a span of time");
	return check_parent(b) < 0 || check_list(b) < 0 ? -EINVAL : check_headings(b);
}

struct view *
view_build(const struct view_spec *spec, const struct filter_options *options, unsigned depth,
	   struct err *err)
{
	struct made *m = xzalloc(sizeof(*m));
	struct view_build b = { spec, options, depth, &m->view, &m->arena, &m->owned, err };
	size_t sorted = SIZE_MAX;

	if (build_names(&b) == 0 && build_kind(&b) == 0 && build_places(&b) == 0 &&
	    build_columns(&b, &sorted) == 0 && build_actions(&b) == 0 &&
	    settle_sort(&b, sorted) == 0 && check_whole(&b) == 0)
		return &m->view;
	view_free(&m->view);
	return NULL;
}

void
view_free(struct view *v)
{
	struct made *m = (struct made *)v;

	if (!m)
		return;
	for (struct view_owned *o = m->owned; o; o = o->next) {
		operand_free(o->operand);
		filter_free(o->filter);
	}
	arena_fini(&m->arena);
	free(m);
}
