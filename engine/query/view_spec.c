#include "engine/query/view_spec.h"

#include <assert.h>
#include <errno.h>
#include <stdarg.h>
#include <stdio.h>
#include <string.h>

#include "engine/base/arena.h"
#include "engine/base/err.h"
#include "engine/base/mem.h"
#include "engine/field/spelling.h"
#include "engine/lua/tree.h"

#define SPEC_KEYS_MAX 64

#define KEY(type, member, key_kind, needed, words) \
	{ .name = #member, .kind = key_kind, .offset = offsetof(struct type, member), \
	  .is_needed = needed, .doc = words }

static const struct spec_key view_rows[] = {
	KEY(view_spec, id, SPEC_TEXT, true,
	    "How it is called on command lines: letters, digits, _ - and ."),
	KEY(view_spec, name, SPEC_TEXT, true, "How it is called in menus."),
	KEY(view_spec, description, SPEC_TEXT, true, "What it shows, in a sentence."),
	KEY(view_spec, tips, SPEC_TEXTS, false, "What is good to know when reading it."),
	KEY(view_spec, tags, SPEC_TEXTS, false, "Words to find it by."),
	KEY(view_spec, kind, SPEC_TEXT, false,
	    "table, or spectrogram, whose key is a span of time. Else it is a table."),
	KEY(view_spec, rows, SPEC_TEXT, false,
	    "What becomes rows: events; pending, calls that have not returned; or entities, "
	    "idle ones too: processes, threads, containers; or descriptors, those in use. Else it "
	    "is events."),
	KEY(view_spec, filter, SPEC_TEXT, false, "Which events count."),
	KEY(view_spec, only_new, SPEC_FLAG, false,
	    "Only rows that nothing before the window has."),
	KEY(view_spec, needs, SPEC_TEXTS, false,
	    "Fields of containers, pods or spans, one of which must have a value somewhere; else "
	    "it is not offered."),
	KEY(view_spec, applies_to, SPEC_TEXTS, false,
	    "After which fields of a path it is offered: names of fields, \"\" for the top, "
	    "or process, user, container, file, socket, server, client, local, remote, event, "
	    "span, any. Else it is any."),
	KEY(view_spec, is_root, SPEC_FLAG, false, "Whether it is a good first view."),
	KEY(view_spec, drill_down, SPEC_TEXT, false, "The id of the view that Enter leads to."),
	KEY(view_spec, pass_filter, SPEC_FLAG, false,
	    "Whether its filter stays in force below it. Else it does."),
	KEY(view_spec, deeper, SPEC_FLAG, false,
	    "Whether %depth is one more in the view below it."),
	KEY(view_spec, parent, SPEC_TEXT, false,
	    "The field that has the key of the row's parent: makes a tree."),
	KEY(view_spec, columns, SPEC_TABLES, true, "What it shows of each row."),
	KEY(view_spec, actions, SPEC_TABLES, false, "What can be done with a row."),
};

static const struct spec_key column_rows[] = {
	KEY(spec_column, name, SPEC_TEXT, true, "Its heading."),
	KEY(spec_column, field, SPEC_TEXT, false,
	    "A field, or a transformer of one. Without it, events are counted."),
	KEY(spec_column, description, SPEC_TEXT, false, "What it shows, in a sentence."),
	KEY(spec_column, aggregation, SPEC_TEXT, false,
	    "What becomes of the many values of a row. Else it is last."),
	KEY(spec_column, across, SPEC_TEXT, false,
	    "What becomes of the numbers of a row's several entities: sum, avg, min or max."),
	KEY(spec_column, only, SPEC_TEXT, false, "A filter: which events count for it."),
	KEY(spec_column, sort, SPEC_TEXT, false, "up or down: the table is sorted by it."),
	KEY(spec_column, select, SPEC_TEXT, false,
	    "Of a key: the field that selects the row when it becomes part of a path."),
	KEY(spec_column, unit, SPEC_TEXT, false, "What its numbers are where the field does not "
	    "tell, as evt.rawarg does not: bytes, KiB, ns, s or %."),
	KEY(spec_column, width, SPEC_NUMBER, false,
	    "Columns of the terminal; 0: the rest of the line. Else by its type."),
	KEY(spec_column, variant, SPEC_TEXTS, false,
	    "In which of plain, containers (-pc) and pods (-pk) it is there. Else in all."),
	KEY(spec_column, hidden, SPEC_FLAG, false, "Not shown: a key that "
	    "another column shows better, or what only commands need."),
};

static const struct spec_key action_rows[] = {
	KEY(spec_action, hotkey, SPEC_TEXT, true, "The key that does it: one character."),
	KEY(spec_action, command, SPEC_TEXT, true,
	    "What is run. %FIELD is the row's value, as one word, never seen by a shell."),
	KEY(spec_action, description, SPEC_TEXT, true, "What it does, in a few words."),
	KEY(spec_action, asks, SPEC_FLAG, false, "Whether it asks before. Else it does not."),
	KEY(spec_action, waits, SPEC_FLAG, false,
	    "Whether it waits for a key afterwards. Else it does."),
	KEY(spec_action, live, SPEC_FLAG, false,
	    "Whether it makes sense only for the running system. Else it does."),
};

const struct spec_keys view_keys = { view_rows, ARRAY_LEN(view_rows), false };
const struct spec_keys column_keys = { column_rows, ARRAY_LEN(column_rows), false };
const struct spec_keys action_keys = { action_rows, ARRAY_LEN(action_rows), false };

int
spec_refuse(const struct view_spec *spec, int line, struct err *err, const char *fmt, ...)
{
	char why[ERR_TEXT_MAX];
	va_list ap;

	va_start(ap, fmt);
	vsnprintf(why, sizeof(why), fmt, ap);
	va_end(ap);
	if (line)
		return err_set(err, -EINVAL, "%s:%d: %s", spec->file, line, why);
	return err_set(err, -EINVAL, "%s: %s", spec->file, why);
}

/* The table that is taken apart. */
struct taking {
	const struct spec_reading *r;
	const char *where;
};

/* "FILE:3: columns[1].width: why" */
static int
refuse(const struct taking *t, int line, const char *key, const char *why)
{
	const char *dot = *t->where && *key ? "." : "";
	const char *colon = *t->where || *key ? ": " : "";

	return err_set(t->r->err, -EINVAL, "%s:%d: %s%s%s%s%s", t->r->file, line ? line : 1,
		       t->where, dot, key, colon, why);
}

static int
refuse_kind(const struct taking *t, const struct spec_key *key, const struct tree_value *v)
{
	static const char *const wanted[] = {
		[SPEC_TEXT] = "a text", [SPEC_FLAG] = "true or false", [SPEC_NUMBER] = "a number",
		[SPEC_TEXTS] = "a list of texts", [SPEC_TABLES] = "a list of tables",
	};
	char why[128];

	snprintf(why, sizeof(why), "must be %s, not %s", wanted[key->kind], tree_kind_name(v));
	return refuse(t, v->line, key->name, why);
}

/* A list that is written as one value is a list of one. */
static int
take_texts(const struct taking *t, const struct spec_key *key, const struct tree_value *v,
	   struct spec_texts *to)
{
	const struct tree_value *items = v->kind == TREE_TABLE ? v->table->items : v;
	size_t n = v->kind == TREE_TABLE ? v->table->n_items : 1;
	struct spec_text *texts;

	if (v->kind == TREE_TABLE && v->table->n_entries)
		return refuse_kind(t, key, v);
	texts = arena_alloc(t->r->arena, (n + 1) * sizeof(*texts));
	for (size_t i = 0; i < n; i++) {
		if (items[i].kind != TREE_TEXT)
			return refuse_kind(t, key, &items[i]);
		texts[i] = (struct spec_text){ items[i].text, items[i].line };
	}
	*to = (struct spec_texts){ texts, n, v->line };
	return 0;
}

static int
take_tables(const struct taking *t, const struct spec_key *key, const struct tree_value *v,
	    struct spec_tables *to)
{
	if (v->kind != TREE_TABLE || v->table->n_entries)
		return refuse_kind(t, key, v);
	for (size_t i = 0; i < v->table->n_items; i++)
		if (v->table->items[i].kind != TREE_TABLE)
			return refuse_kind(t, key, &v->table->items[i]);
	*to = (struct spec_tables){ v->table->items, v->table->n_items, v->line };
	return 0;
}

static int
take_value(const struct taking *t, const struct spec_key *key, const struct tree_value *v,
	   void *to)
{
	static const enum tree_kind kinds[] = {
		[SPEC_TEXT] = TREE_TEXT, [SPEC_FLAG] = TREE_BOOL, [SPEC_NUMBER] = TREE_NUMBER,
	};

	if (key->kind == SPEC_TEXTS)
		return take_texts(t, key, v, to);
	if (key->kind == SPEC_TABLES)
		return take_tables(t, key, v, to);
	if (v->kind != kinds[key->kind])
		return refuse_kind(t, key, v);
	if (key->kind == SPEC_TEXT)
		*(struct spec_text *)to = (struct spec_text){ v->text, v->line };
	else if (key->kind == SPEC_FLAG)
		*(struct spec_flag *)to = (struct spec_flag){ v->is_true, v->line };
	else
		*(struct spec_number *)to = (struct spec_number){ v->number, v->line };
	return 0;
}

static int
refuse_unknown(const struct taking *t, const struct spec_keys *keys, const struct tree_entry *e)
{
	struct spelling meant = spelling_of(e->key, strlen(e->key));
	const char *near = NULL;
	char why[256];

	for (size_t i = 0; i < keys->n; i++)
		if (spelling_is_nearer(&meant, keys->keys[i].name))
			near = keys->keys[i].name;
	if (near)
		snprintf(why, sizeof(why), "unknown key `%s`, did you mean `%s`?", e->key, near);
	else
		snprintf(why, sizeof(why), "unknown key `%s`", e->key);
	return refuse(t, e->value.line, "", why);
}

static const struct spec_key *
find_key(const struct spec_keys *keys, const char *name)
{
	for (size_t i = 0; i < keys->n; i++)
		if (!strcmp(keys->keys[i].name, name))
			return &keys->keys[i];
	return NULL;
}

int
spec_take(const struct spec_reading *r, const struct tree_value *v,
	  const struct spec_keys *keys, const char *where, void *to)
{
	struct taking t = { r, where };
	bool has[SPEC_KEYS_MAX] = { false };

	assert(keys->n <= SPEC_KEYS_MAX);
	for (size_t i = 0; i < v->table->n_entries; i++) {
		const struct tree_entry *e = &v->table->entries[i];
		const struct spec_key *key = find_key(keys, e->key);

		if (!key && keys->takes_others)
			continue;
		if (!key)
			return refuse_unknown(&t, keys, e);
		if (take_value(&t, key, &e->value, (char *)to + key->offset) < 0)
			return -EINVAL;
		has[key - keys->keys] = true;
	}
	if (v->table->n_items && !keys->takes_others)
		return refuse(&t, v->table->items[0].line, "", "a value without a key");
	for (size_t i = 0; i < keys->n; i++)
		if (keys->keys[i].is_needed && !has[i])
			return refuse(&t, v->line, keys->keys[i].name, "is missing");
	return 0;
}

static int
read_columns(const struct spec_reading *r, struct view_spec *spec)
{
	char where[32];

	spec->n_columns = spec->columns.n;
	spec->column = arena_alloc(r->arena, (spec->n_columns + 1) * sizeof(*spec->column));
	for (size_t i = 0; i < spec->n_columns; i++) {
		spec->column[i].line = spec->columns.items[i].line;
		spec->column[i].number = i + 1;
		snprintf(where, sizeof(where), "columns[%zu]", i + 1);
		if (spec_take(r, &spec->columns.items[i], &column_keys, where,
			      &spec->column[i]) < 0)
			return -EINVAL;
	}
	return 0;
}

int
spec_read(const struct spec_reading *r, const struct tree_value *v, struct view_spec *spec)
{
	char where[32];

	*spec = (struct view_spec){ .file = r->file };
	if (spec_take(r, v, &view_keys, "", spec) < 0 || read_columns(r, spec) < 0)
		return -EINVAL;
	spec->n_actions = spec->actions.n;
	spec->action = arena_alloc(r->arena, (spec->n_actions + 1) * sizeof(*spec->action));
	for (size_t i = 0; i < spec->n_actions; i++) {
		spec->action[i].line = spec->actions.items[i].line;
		spec->action[i].number = i + 1;
		snprintf(where, sizeof(where), "actions[%zu]", i + 1);
		if (spec_take(r, &spec->actions.items[i], &action_keys, where,
			      &spec->action[i]) < 0)
			return -EINVAL;
	}
	return 0;
}
