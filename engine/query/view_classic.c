#include <errno.h>
#include <stdio.h>
#include <string.h>

#include "engine/base/arena.h"
#include "engine/base/err.h"
#include "engine/base/mem.h"
#include "engine/base/text.h"
#include "engine/field/spelling.h"
#include "engine/lua/tree.h"
#include "engine/query/view_spec.h"

/*
 * Views that were written for csysdig. Their keys are taken as they are; what they
 * count is counted right: calls once, where they return, and means over calls. Where
 * csysdig merges in two steps (rows of a key, then of a group), there is one here.
 */

struct classic_column {
	int line;
	size_t number;
	struct spec_text name, description, field, filterfield, aggregation,
		groupby_aggregation;
	struct spec_number colsize;
	struct spec_flag is_key, is_groupby_key, is_sorting, filter_in_child_only;
	struct spec_texts tags;
};

struct classic_action {
	int line;
	struct spec_text hotkey, command, description;
	struct spec_flag ask_confirmation, wait_finish;
};

struct classic_view {
	struct spec_text id, name, description, view_type, drilldown_target, filter, spectro_type;
	struct spec_texts tags, tips, applies_to;
	struct spec_flag use_defaults, is_root, drilldown_increase_depth, propagate_filter;
	struct spec_tables columns, actions;
};

#define KEY(type, member, key_kind, needed) \
	{ .name = #member, .kind = key_kind, .offset = offsetof(struct type, member), \
	  .is_needed = needed, .doc = "As csysdig has it." }

static const struct spec_key view_rows[] = {
	KEY(classic_view, id, SPEC_TEXT, true),
	KEY(classic_view, name, SPEC_TEXT, true),
	KEY(classic_view, description, SPEC_TEXT, false),
	KEY(classic_view, view_type, SPEC_TEXT, false),
	KEY(classic_view, drilldown_target, SPEC_TEXT, false),
	KEY(classic_view, filter, SPEC_TEXT, false),
	KEY(classic_view, spectro_type, SPEC_TEXT, false),
	KEY(classic_view, tags, SPEC_TEXTS, false),
	KEY(classic_view, tips, SPEC_TEXTS, false),
	KEY(classic_view, applies_to, SPEC_TEXTS, false),
	KEY(classic_view, use_defaults, SPEC_FLAG, false),
	KEY(classic_view, is_root, SPEC_FLAG, false),
	KEY(classic_view, drilldown_increase_depth, SPEC_FLAG, false),
	KEY(classic_view, propagate_filter, SPEC_FLAG, false),
	KEY(classic_view, columns, SPEC_TABLES, true),
	KEY(classic_view, actions, SPEC_TABLES, false),
};

static const struct spec_key column_rows[] = {
	KEY(classic_column, name, SPEC_TEXT, false),
	KEY(classic_column, description, SPEC_TEXT, false),
	KEY(classic_column, field, SPEC_TEXT, true),
	KEY(classic_column, filterfield, SPEC_TEXT, false),
	KEY(classic_column, aggregation, SPEC_TEXT, false),
	KEY(classic_column, groupby_aggregation, SPEC_TEXT, false),
	KEY(classic_column, colsize, SPEC_NUMBER, false),
	KEY(classic_column, is_key, SPEC_FLAG, false),
	KEY(classic_column, is_groupby_key, SPEC_FLAG, false),
	KEY(classic_column, is_sorting, SPEC_FLAG, false),
	KEY(classic_column, filter_in_child_only, SPEC_FLAG, false),
	KEY(classic_column, tags, SPEC_TEXTS, false),
};

static const struct spec_key action_rows[] = {
	KEY(classic_action, hotkey, SPEC_TEXT, true),
	KEY(classic_action, command, SPEC_TEXT, true),
	KEY(classic_action, description, SPEC_TEXT, false),
	KEY(classic_action, ask_confirmation, SPEC_FLAG, false),
	KEY(classic_action, wait_finish, SPEC_FLAG, false),
};

static const struct spec_keys view_row_keys = { view_rows, ARRAY_LEN(view_rows), true };
static const struct spec_keys column_row_keys = { column_rows, ARRAY_LEN(column_rows), true };
static const struct spec_keys action_row_keys = { action_rows, ARRAY_LEN(action_rows), true };

#define OPENS "evt.type in (open, openat, openat2, creat, open_by_handle_at)"

/* Conditions that newer calls meet as well. */
static const struct {
	const char *call, *condition;
} elders[] = {
	{ "open", OPENS },
	{ "accept", "evt.type in (accept, accept4)" },
	{ "execve", "evt.type in (execve, execveat)" },
	{ "chdir", "evt.type in (chdir, fchdir)" },
};

/*
 * Fields that counted by being summed, and fields that are the same under another
 * name here. A call that opens a file is one whichever call it is.
 */
static const struct {
	const char *theirs;
	const char *field;		/* NULL: events are counted */
	const char *only;		/* which of them */
} fields[] = {
	{ "evt.count", NULL, NULL },
	{ "evt.count.exit", NULL, NULL },
	{ "evt.count.error", NULL, "evt.failed = true" },
	{ "evt.type.is.3", NULL, OPENS },
	{ "evt.count.procinfo", "proc.count", NULL },
	{ "evt.count.threadinfo", "proc.nthreads", NULL },
	{ "thread.vmsize.b", "proc.vmsize", NULL },
	{ "thread.vmrss.b", "proc.vmrss", NULL },
	{ "evt.latency", "evt.duration", NULL },
	{ "evt.latency.quantized", "evt.duration", NULL },
	{ "span.duration.quantized", "span.duration", NULL },
};

/* One view, on its way from theirs to ours. */
struct bending {
	const struct spec_reading *r;
	const struct classic_view *from;
	struct classic_column *column;
	struct view_spec *to;
	bool is_list, is_grouped;
};

static bool
is_text(const struct spec_text *t, const char *word)
{
	return t->line && !strcmp(t->text, word);
}

static struct spec_text
made(const char *text, int line)
{
	return (struct spec_text){ text, line ? line : 1 };
}

static bool
is_ours(const struct bending *b, const struct classic_column *c)
{
	return b->is_grouped ? c->is_groupby_key.is_on : c->is_key.is_on;
}

/* Numbers of entities are sampled, not summed. */
static bool
is_sampled(const char *field)
{
	return !strncmp(field, "proc.", 5) || !strncmp(field, "thread.", 7);
}

static const char *
aggregation_of(const struct classic_column *c, const char *field)
{
	static const struct {
		const char *theirs, *ours;
	} words[] = {
		{ "SUM", "sum" }, { "TIME_AVG", "rate" }, { "AVG", "avg" }, { "MIN", "min" },
		{ "MAX", "max" },
	};
	bool is_cpu = field && !strncmp(field, "thread.cpu", 10);

	if (!field)
		return is_text(&c->aggregation, "TIME_AVG") ? "rate" : "count";
	if (is_cpu)
		return "avg";
	if (is_sampled(field))
		return is_text(&c->aggregation, "MAX") &&
		       !is_text(&c->groupby_aggregation, "SUM") ? "max" : "last";
	for (size_t i = 0; i < ARRAY_LEN(words); i++)
		if (is_text(&c->aggregation, words[i].theirs))
			return words[i].ours;
	return "last";
}

/* Is T an aggregation of csysdig? */
static int
check_aggregation(const struct bending *b, const struct classic_column *c,
		  const struct spec_text *t, const char *key)
{
	static const char *const words[] = { "NONE", "SUM", "TIME_AVG", "AVG", "MIN", "MAX" };
	struct spelling meant;
	const char *near = NULL;

	if (!t->line || !*t->text)
		return 0;
	meant = spelling_of(t->text, strlen(t->text));
	for (size_t i = 0; i < ARRAY_LEN(words); i++) {
		if (!strcmp(words[i], t->text))
			return 0;
		if (spelling_is_nearer(&meant, words[i]))
			near = words[i];
	}
	return spec_refuse(b->to, t->line, b->r->err, "columns[%zu].%s: there is no `%.40s`%s%s%s",
			   c->number, key, t->text, near ? ", did you mean `" : "",
			   near ? near : "", near ? "`?" : "");
}

static const char *
across_of(const struct classic_column *c)
{
	if (is_text(&c->groupby_aggregation, "MAX"))
		return "max";
	if (is_text(&c->groupby_aggregation, "MIN"))
		return "min";
	return is_text(&c->groupby_aggregation, "SUM") ? "sum" : NULL;
}

/* "containers" and "default" say in which variant a column is there. */
static struct spec_texts
variants_of(const struct bending *b, const struct classic_column *c)
{
	struct spec_texts none = { NULL, 0, 0 };
	struct spec_text *items;

	for (size_t i = 0; i < c->tags.n; i++) {
		if (is_text(&c->tags.items[i], "default")) {
			items = arena_alloc(b->r->arena, sizeof(*items));
			items[0] = made("plain", c->line);
			return (struct spec_texts){ items, 1, c->line };
		}
		if (is_text(&c->tags.items[i], "containers")) {
			items = arena_alloc(b->r->arena, 2 * sizeof(*items));
			items[0] = made("containers", c->line);
			items[1] = made("pods", c->line);
			return (struct spec_texts){ items, 2, c->line };
		}
	}
	return none;
}

static void
bend_field(struct bending *b, const struct classic_column *c, struct spec_column *to)
{
	const char *field = c->field.text;

	to->field = c->field;
	for (size_t i = 0; i < ARRAY_LEN(fields); i++) {
		if (strcmp(fields[i].theirs, field) != 0)
			continue;
		field = fields[i].field;
		to->field = field ? made(field, c->field.line) : (struct spec_text){ NULL, 0 };
		if (fields[i].only)
			to->only = made(fields[i].only, c->field.line);
		break;
	}
	if (b->is_list)
		to->aggregation = made(field ? "last" : "count", c->line);
	else
		to->aggregation = made(is_ours(b, c) ? "key" : aggregation_of(c, field), c->line);
	if (field && is_sampled(field) && across_of(c))
		to->across = made(across_of(c), c->line);
}

static void
bend_column(struct bending *b, const struct classic_column *c, struct spec_column *to)
{
	bool is_key = is_ours(b, c) && !b->is_list;

	to->line = c->line;
	to->number = c->number;
	to->name = c->name.line && *c->name.text ? c->name : made("NA", c->line);
	to->description = c->description;
	to->width = c->colsize;
	to->variant = variants_of(b, c);
	bend_field(b, c, to);
	if (is_key)
		to->hidden = (struct spec_flag){ true, c->line };
	if (is_key && c->filterfield.line)
		to->select = c->filterfield;
	/* Numbers downwards, all else upwards. */
	if (c->is_sorting.is_on)
		to->sort = made("", c->line);
}

/* Columns without those that only were a step to the groups. */
static int
bend_columns(struct bending *b)
{
	struct view_spec *to = b->to;
	size_t n = b->from->columns.n;

	to->columns = b->from->columns;
	to->column = arena_alloc(b->r->arena, (n + 1) * sizeof(*to->column));
	for (size_t i = 0; i < n; i++) {
		const struct classic_column *c = &b->column[i];

		if (c->is_key.is_on && (b->is_grouped || b->is_list) && !c->is_groupby_key.is_on)
			continue;
		bend_column(b, c, &to->column[to->n_columns++]);
	}
	return 0;
}

static int
read_columns(struct bending *b)
{
	size_t n = b->from->columns.n;
	char where[32];

	b->column = arena_alloc(b->r->arena, (n + 1) * sizeof(*b->column));
	for (size_t i = 0; i < n; i++) {
		struct classic_column *c = &b->column[i];

		c->line = b->from->columns.items[i].line;
		c->number = i + 1;
		snprintf(where, sizeof(where), "columns[%zu]", i + 1);
		if (spec_take(b->r, &b->from->columns.items[i], &column_row_keys, where, c) < 0)
			return -EINVAL;
		if (check_aggregation(b, c, &c->aggregation, "aggregation") < 0 ||
		    check_aggregation(b, c, &c->groupby_aggregation, "groupby_aggregation") < 0)
			return -EINVAL;
		b->is_grouped |= c->is_groupby_key.is_on;
		/* The time as a key is how a table was made to have a row an event. */
		if (c->is_key.is_on && is_text(&c->field, "evt.rawtime"))
			b->is_list = true;
	}
	b->is_list &= !b->is_grouped;
	return 0;
}

static int
bend_actions(struct bending *b)
{
	struct view_spec *to = b->to;
	char where[32];

	to->actions = b->from->actions;
	to->action = arena_alloc(b->r->arena, (to->actions.n + 1) * sizeof(*to->action));
	for (size_t i = 0; i < to->actions.n; i++) {
		struct classic_action a = { .line = to->actions.items[i].line };

		snprintf(where, sizeof(where), "actions[%zu]", i + 1);
		if (spec_take(b->r, &to->actions.items[i], &action_row_keys, where, &a) < 0)
			return -EINVAL;
		to->action[to->n_actions++] = (struct spec_action){
			.line = a.line, .number = i + 1, .hotkey = a.hotkey,
			.command = a.command, .description = a.description,
			.asks = a.ask_confirmation, .waits = a.wait_finish,
		};
	}
	return 0;
}

/* csysdig asks each thread once more whether the filter wants it, so that idle ones
 * have a row: only filters that ask nothing of an event let it pass. */
static bool
wants_idle(const char *filter)
{
	static const char *const events[] = {
		"evt.", "syscall.", "fd.", "fs.", "span.", "syslog.",
	};

	if (!strcmp(filter, "evt.type!=switch"))
		return true;
	for (size_t i = 0; i < ARRAY_LEN(events); i++)
		if (strstr(filter, events[i]))
			return false;
	return true;
}

static bool
ends_word(char c)
{
	return !c || c == ' ' || c == '\t' || c == '\n' || c == '(' || c == ')';
}

/* The condition that stands for "evt.type=CALL" at AT of FILTER, whose length goes to *LEN; NULL:
 * there is none. */
static const char *
condition_at(const char *filter, size_t at, size_t *len)
{
	const char *name = filter + at + strlen("evt.type");
	size_t n;

	if (strncmp(filter + at, "evt.type", strlen("evt.type")) != 0 ||
	    (at && !ends_word(filter[at - 1])))
		return NULL;
	name += strspn(name, " ");
	if (*name++ != '=')
		return NULL;
	name += strspn(name, " ");
	for (size_t i = 0; i < ARRAY_LEN(elders); i++) {
		n = strlen(elders[i].call);
		if (!strncmp(name, elders[i].call, n) && ends_word(name[n])) {
			*len = (size_t)(name + n - filter) - at;
			return elders[i].condition;
		}
	}
	return NULL;
}

/* FILTER, which asks for newer calls as well as for their elders. */
static struct spec_text
bend_filter(const struct bending *b, const struct spec_text *filter)
{
	struct text t = { 0 };
	struct spec_text bent = *filter;
	char quote = '\0';

	for (size_t at = 0; filter->line && filter->text[at];) {
		char c = filter->text[at];
		size_t len = 1;
		const char *condition = quote ? NULL : condition_at(filter->text, at, &len);

		if (c == '"' || c == '\'')
			quote = !quote ? c : quote == c ? '\0' : quote;
		if (condition)
			text_str(&t, condition);
		else
			text_char(&t, c);
		at += len;
	}
	if (t.len)
		bent.text = arena_strndup(b->r->arena, t.p, t.len);
	text_fini(&t);
	return bent;
}

/* A view of what few captures have is offered where it is. */
static void
need(struct bending *b, const char *key)
{
	static const char *const rare[] = { "k8s.", "mesos.", "marathon.", "span." };

	for (size_t i = 0; i < ARRAY_LEN(rare); i++) {
		struct spec_text *item;

		if (strncmp(key, rare[i], strlen(rare[i])) != 0)
			continue;
		item = arena_alloc(b->r->arena, sizeof(*item));
		*item = made(key, 1);
		b->to->needs = (struct spec_texts){ item, 1, 1 };
	}
}

static void
bend_rows(struct bending *b)
{
	struct view_spec *to = b->to;
	const char *key = "", *rows = "events";

	for (size_t i = 0; i < b->from->columns.n; i++)
		if (is_ours(b, &b->column[i]))
			key = b->column[i].field.text;
	if (b->is_list || !b->from->use_defaults.is_on ||
	    !wants_idle(b->from->filter.line ? b->from->filter.text : ""))
		rows = "events";
	else if (!strcmp(key, "proc.pid"))
		rows = "processes";
	else if (!strcmp(key, "thread.tid"))
		rows = "threads";
	else if (!strncmp(key, "container.", 10))
		rows = "containers";
	else if (!strncmp(key, "k8s.", 4) || !strncmp(key, "mesos.", 6) ||
		 !strncmp(key, "marathon.", 9))
		rows = "processes";
	to->rows = made(rows, 1);
	need(b, key);
}

static int
bend_view(struct bending *b)
{
	const struct classic_view *from = b->from;
	struct view_spec *to = b->to;

	to->id = from->id;
	to->name = from->name;
	to->description = from->description.line ? from->description : made("", 1);
	to->filter = bend_filter(b, &from->filter);
	to->drill_down = from->drilldown_target;
	to->tips = from->tips;
	to->tags = from->tags;
	to->applies_to = from->applies_to;
	to->is_root = from->is_root;
	to->pass_filter = from->propagate_filter;
	to->deeper = from->drilldown_increase_depth;
	if (from->view_type.line && strcmp(from->view_type.text, "table") != 0) {
		if (is_text(&from->view_type, "list"))
			b->is_list = true;
		else
			to->kind = from->view_type;
	}
	return read_columns(b) < 0 || bend_columns(b) < 0 || bend_actions(b) < 0 ? -EINVAL : 0;
}

int
spec_read_classic(const struct spec_reading *r, const struct tree_value *v,
		  struct view_spec *to)
{
	struct classic_view from = { .id.line = 0 };
	struct bending b = { .r = r, .from = &from, .to = to };

	*to = (struct view_spec){ .file = r->file, .is_classic = true };
	if (spec_take(r, v, &view_row_keys, "", &from) < 0 || bend_view(&b) < 0)
		return -EINVAL;
	bend_rows(&b);
	return 0;
}
