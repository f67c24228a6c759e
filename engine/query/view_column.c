#include <errno.h>
#include <stdio.h>
#include <string.h>

#include "engine/base/arena.h"
#include "engine/base/err.h"
#include "engine/base/mem.h"
#include "engine/field/operand.h"
#include "engine/field/spelling.h"
#include "engine/query/view_build.h"
#include "engine/query/view_spec.h"

#define WIDTH_MAX 1000
#define HEADING_MAX 80			/* bytes */

/*
 * One column: what its operand and its aggregation make of each other, and from
 * where the numbers come.
 */

/* The column that is made. */
struct making {
	struct view_build *b;
	const struct spec_column *from;
	struct view_column *to;
	const struct field *field;	/* NULL: a transformer, or no operand */
};

/* "columns[3].KEY" */
static const char *
place(const struct making *m, const char *key)
{
	char where[48];

	snprintf(where, sizeof(where), "columns[%zu]%s%s", m->from->number, *key ? "." : "", key);
	return arena_strdup(m->b->arena, where);
}

/* Bits 1 << enum value_type that an aggregation takes. */
#define OF(type) (1u << (type))
#define NUMBERS (OF(T_INT) | OF(T_UINT) | OF(T_DOUBLE) | OF(T_SPAN))
#define ANYTHING (~0u)

static const unsigned takes[VIEW_AGGREGATIONS] = {
	[VIEW_KEY] = ANYTHING & ~OF(T_DATA), [VIEW_LAST] = ANYTHING, [VIEW_FIRST] = ANYTHING,
	[VIEW_COUNT] = ANYTHING, [VIEW_SUM] = NUMBERS, [VIEW_RATE] = NUMBERS,
	[VIEW_AVG] = NUMBERS, [VIEW_MIN] = NUMBERS | OF(T_TIME),
	[VIEW_MAX] = NUMBERS | OF(T_TIME), [VIEW_CHANGE] = NUMBERS, [VIEW_DISTINCT] = ANYTHING,
	[VIEW_P50] = NUMBERS, [VIEW_P95] = NUMBERS, [VIEW_P99] = NUMBERS, [VIEW_AGE] = 0,
};

static int
find_aggregation(struct making *m)
{
	const struct spec_text *t = &m->from->aggregation;
	struct spelling meant = spelling_of(t->text, strlen(t->text));
	const char *near = NULL;

	for (int i = 0; i < VIEW_AGGREGATIONS; i++) {
		if (!strcmp(view_aggregations[i].name, t->text)) {
			m->to->aggregation = (enum view_aggregation)i;
			return 0;
		}
		if (spelling_is_nearer(&meant, view_aggregations[i].name))
			near = view_aggregations[i].name;
	}
	return spec_refuse(m->b->spec, t->line, m->b->err, "%s: there is no `%.40s`%s%s%s",
			   place(m, "aggregation"), t->text, near ? ", did you mean `" : "",
			   near ? near : "", near ? "`?" : "");
}

static int
build_field(struct making *m)
{
	const struct spec_text *t = &m->from->field;
	const struct field_use *use;

	m->to->aggregation = t->line ? VIEW_LAST : VIEW_COUNT;
	if (m->from->aggregation.line && find_aggregation(m) < 0)
		return -EINVAL;
	if (!t->line) {
		if (m->to->aggregation == VIEW_COUNT || m->to->aggregation == VIEW_RATE ||
		    m->to->aggregation == VIEW_AGE)
			return 0;
		return spec_refuse(m->b->spec, m->from->line, m->b->err, "%s: is missing",
				   place(m, "field"));
	}
	if (build_operand(m->b, t->text, t->line, place(m, "field"), &m->to->of) < 0)
		return -EINVAL;
	use = operand_field(m->to->of.operand);
	m->field = use ? use->field : NULL;
	return 0;
}

/* What a column cannot show. */
static int
check_field(struct making *m)
{
	const struct operand *o = m->to->of.operand;
	enum value_type type = operand_many(o) == FIELD_ONE ? operand_type(o) : T_STR;
	bool fits = takes[m->to->aggregation] & OF(type);
	const char *why = NULL;
	char buf[64];

	if (!fits && m->b->spec->is_classic) {
		m->to->aggregation = VIEW_LAST;		/* csysdig keeps some value, too */
		fits = true;
	}
	if (operand_scope(o) == OF_STREAM)
		why = "depends on which lines were shown before, of which a table has none";
	else if (m->field && m->field->flags & FIELD_FILTER_ONLY)
		why = "is for filters, it has nothing to show";
	else if (m->to->aggregation == VIEW_KEY && operand_many(o) != FIELD_ONE)
		why = "may have several values at once, a key needs one";
	if (!fits && !why) {
		snprintf(buf, sizeof(buf), "has no %s, it is no number",
			 view_aggregations[m->to->aggregation].name);
		why = m->to->aggregation == VIEW_KEY ? "is data, and cannot be a key" :
		      m->to->aggregation == VIEW_AGE ? "has no age: that is the event's" : buf;
	}
	if (!why)
		return 0;
	return spec_refuse(m->b->spec, m->from->field.line, m->b->err, "%s: %.60s %s",
			   place(m, "field"), m->from->field.text, why);
}

/* Whose number a field is that changes while its entity stays the same. */
static enum view_entity
owner_of(const struct field *f)
{
	if (f && !strncmp(f->name, "thread.", 7))
		return VIEW_THREAD;
	if (f && (!strncmp(f->name, "container.", 10) || !strncmp(f->name, "k8s.", 4)))
		return VIEW_CONTAINER;
	return VIEW_PROCESS;
}

static bool
is_cpu(const struct field *f)
{
	return f && (!strcmp(f->name, "thread.cpu") || !strcmp(f->name, "thread.cpu.user") ||
		     !strcmp(f->name, "thread.cpu.system"));
}

/* Does an entity of KIND have one value of an operand that is of OF? A process has
 * the names of its first thread. */
static bool
has_one(enum view_entity kind, enum field_entity of)
{
	switch (of) {
	case ENT_CONTAINER:
		return kind == VIEW_CONTAINER || kind == VIEW_PROCESS || kind == VIEW_THREAD;
	case ENT_THREAD: case ENT_PROCESS: case ENT_LINEAGE:
		return kind == VIEW_PROCESS || kind == VIEW_THREAD;
	case ENT_FD:
		return kind == VIEW_DESCRIPTOR;
	default:
		return false;
	}
}

/* The number of a thread is told of events, too, whose thread is not known. */
bool
build_is_of_rows(const struct view *v, const struct operand *o)
{
	const struct field_use *use = operand_field(o);

	if (use && !strcmp(use->field->name, "thread.tid"))
		return v->entity == VIEW_THREAD;
	return operand_scope(o) == OF_ENTITY && has_one(v->entity, operand_entity(o));
}

static void
settle_source(struct making *m)
{
	const struct view *v = m->b->view;
	struct view_column *c = m->to;
	const struct operand *o = c->of.operand;

	c->source = VIEW_FROM_EVENTS;
	if (!o || v->rows != VIEW_ROWS_ENTITIES)
		return;
	if (is_cpu(m->field)) {
		c->source = VIEW_FROM_CPU;
		c->entity = VIEW_THREAD;
	} else if (operand_scope(o) == OF_HISTORY) {
		c->source = VIEW_FROM_HISTORY;
		c->entity = owner_of(m->field);
	} else if (build_is_of_rows(v, o) &&
		   (c->aggregation == VIEW_LAST || c->aggregation == VIEW_KEY)) {
		c->source = VIEW_FROM_ENTITY;
	}
}

/* Only some aggregations mean something for what is sampled. */
static int
check_source(struct making *m)
{
	const char *why = NULL;

	if (m->to->source == VIEW_FROM_CPU && m->to->aggregation != VIEW_AVG)
		why = "must be avg: CPU time is known for the whole window";
	else if (m->to->source == VIEW_FROM_HISTORY) {
		switch (m->to->aggregation) {
		case VIEW_LAST: case VIEW_FIRST: case VIEW_MAX: case VIEW_MIN: case VIEW_CHANGE:
		case VIEW_RATE:
			break;
		default:
			why = "must be last, first, max, min, change or rate for such a field";
		}
	} else if (m->to->aggregation == VIEW_CHANGE) {
		why = "change is for numbers of entities, in a view whose rows are such";
	}
	if (!why)
		return 0;
	return spec_refuse(m->b->spec, m->from->aggregation.line ? m->from->aggregation.line :
			   m->from->line, m->b->err, "%s: %s", place(m, "aggregation"), why);
}

static int
settle_across(struct making *m)
{
	static const enum view_aggregation allowed[] = {
		VIEW_SUM, VIEW_AVG, VIEW_MIN, VIEW_MAX,
	};
	const struct spec_text *t = &m->from->across;
	struct view_column *c = m->to;
	bool is_sampled = c->source == VIEW_FROM_HISTORY || c->source == VIEW_FROM_CPU;
	enum value_type type = c->of.operand ? operand_type(c->of.operand) : T_UINT;

	c->across = type == T_INT || type == T_UINT || c->source == VIEW_FROM_CPU ? VIEW_SUM :
										 VIEW_MAX;
	if (!t->line)
		return 0;
	if (!is_sampled)
		return spec_refuse(m->b->spec, t->line, m->b->err,
				   "%s: is for numbers that entities have, not for events",
				   place(m, "across"));
	for (size_t i = 0; i < ARRAY_LEN(allowed); i++) {
		if (!strcmp(t->text, view_aggregations[allowed[i]].name)) {
			c->across = allowed[i];
			return 0;
		}
	}
	return spec_refuse(m->b->spec, t->line, m->b->err, "%s: must be sum, avg, min or max",
			   place(m, "across"));
}

/* What is shown in the end. */
static void
settle_type(struct view_column *c)
{
	const struct operand *o = c->of.operand;

	/* Several values at once are one text. */
	c->type = !o ? T_UINT : operand_many(o) == FIELD_ONE ? operand_type(o) : T_STR;
	c->unit = o && operand_many(o) == FIELD_ONE ? operand_unit(o) : U_NONE;
	switch (c->aggregation) {
	case VIEW_COUNT: case VIEW_DISTINCT:
		c->type = T_UINT;
		c->unit = U_NONE;
		break;
	case VIEW_RATE: case VIEW_AVG:
		c->unit = c->type == T_SPAN ? U_NS : c->unit;
		c->type = T_DOUBLE;
		c->is_per_second = c->aggregation == VIEW_RATE;
		break;
	case VIEW_CHANGE:
		c->type = c->type == T_UINT || c->type == T_SPAN ? T_INT : c->type;
		break;
	case VIEW_AGE:
		c->type = T_SPAN;
		c->unit = U_NS;
		break;
	default:
		break;
	}
}

/* The unit that the file says: of numbers that have none of their own. */
static int
settle_unit(struct making *m)
{
	static const struct {
		const char *name;
		enum value_unit unit;
	} units[] = {
		{ "bytes", U_BYTES }, { "KiB", U_KB }, { "ns", U_NS }, { "s", U_S },
		{ "%", U_PERCENT },
	};
	const struct spec_text *t = &m->from->unit;
	struct view_column *c = m->to;
	bool is_number = c->type == T_INT || c->type == T_UINT || c->type == T_DOUBLE;

	if (!t->line)
		return 0;
	if (!c->of.operand || !is_number || c->unit != U_NONE || c->aggregation == VIEW_COUNT ||
	    c->aggregation == VIEW_DISTINCT)
		return spec_refuse(m->b->spec, t->line, m->b->err,
				   "%s: is for numbers of fields that have no unit",
				   place(m, "unit"));
	for (size_t i = 0; i < ARRAY_LEN(units); i++) {
		if (!strcmp(t->text, units[i].name)) {
			c->unit = units[i].unit;
			return 0;
		}
	}
	return spec_refuse(m->b->spec, t->line, m->b->err, "%s: must be bytes, KiB, ns, s or %%",
			   place(m, "unit"));
}

static unsigned
default_width(const struct view_column *c)
{
	switch (c->type) {
	case T_BOOL:
		return 5;
	case T_INT: case T_UINT:
		return c->unit == U_PORT ? 6 : 8;
	case T_DOUBLE: case T_SPAN:
		return 9;
	case T_IP:
		return 16;
	case T_NET: case T_TIME:
		return 19;
	default:
		return 20;
	}
}

/* A key that is nothing but the number of an entity has rows of entities. */
static enum view_entity
key_entity(const struct making *m)
{
	static const struct {
		const char *field;
		enum view_entity entity;
	} numbers[] = {
		{ "proc.pid", VIEW_PROCESS }, { "thread.tid", VIEW_THREAD },
		{ "container.id", VIEW_CONTAINER }, { "fd.num", VIEW_DESCRIPTOR },
	};

	for (size_t i = 0; i < ARRAY_LEN(numbers); i++)
		if (m->field && !strcmp(m->field->name, numbers[i].field))
			return numbers[i].entity;
	return VIEW_NO_ENTITY;
}

static int
build_key(struct making *m)
{
	const struct spec_text *select = &m->from->select;
	struct view_column *c = m->to;

	c->is_hidden = m->from->hidden.is_on;
	if (c->aggregation != VIEW_KEY) {
		if (select->line)
			return spec_refuse(m->b->spec, m->from->line, m->b->err,
					   "%s: only a key has that", place(m, "select"));
		return 0;
	}
	c->key_entity = key_entity(m);
	c->select = c->of;
	if (!select->line)
		return 0;
	return build_operand(m->b, select->text, select->line, place(m, "select"), &c->select);
}

static int
build_variants(struct making *m)
{
	static const struct {
		const char *name;
		unsigned bit;
	} variants[] = {
		{ "plain", VIEW_PLAIN }, { "containers", VIEW_CONTAINERS }, { "pods", VIEW_PODS },
	};
	const struct spec_texts *from = &m->from->variant;

	m->to->variants = from->n ? 0 : VIEW_ALL_VARIANTS;
	for (size_t i = 0; i < from->n; i++) {
		unsigned bit = 0;

		for (size_t j = 0; j < ARRAY_LEN(variants); j++)
			if (!strcmp(variants[j].name, from->items[i].text))
				bit = variants[j].bit;
		if (!bit)
			return spec_refuse(m->b->spec, from->items[i].line, m->b->err,
					   "%s: must be of plain, containers and pods",
					   place(m, "variant"));
		m->to->variants |= bit;
	}
	return 0;
}

static int
build_looks(struct making *m)
{
	const struct spec_number *width = &m->from->width;
	struct view_column *c = m->to;
	size_t len = strlen(m->from->name.text);

	if (!len || len > HEADING_MAX)
		return spec_refuse(m->b->spec, m->from->name.line, m->b->err,
				   "%s: must have 1 to %d bytes", place(m, "name"), HEADING_MAX);
	for (const char *p = m->from->name.text; *p; p++)
		if (*p < ' ' || *p > '~')
			return spec_refuse(m->b->spec, m->from->name.line, m->b->err,
					   "%s: must be of ASCII", place(m, "name"));
	c->name = arena_strdup(m->b->arena, m->from->name.text);
	c->description = arena_strdup(m->b->arena, m->from->description.line ?
						   m->from->description.text : "");
	c->width_cols = default_width(c);
	if (!width->line)
		return 0;
	if (!(width->number >= 0 && width->number <= WIDTH_MAX) ||
	    width->number != (double)(unsigned)width->number)
		return spec_refuse(m->b->spec, width->line, m->b->err,
				   "%s: must be a whole number from 0 to %d", place(m, "width"),
				   WIDTH_MAX);
	c->width_cols = (unsigned)width->number;
	return 0;
}

int
build_column(struct view_build *b, const struct spec_column *from, struct view_column *to)
{
	struct making m = { b, from, to, NULL };

	if (build_field(&m) < 0)
		return -EINVAL;
	if (to->of.operand && check_field(&m) < 0)
		return -EINVAL;
	settle_source(&m);
	settle_type(to);
	if (check_source(&m) < 0 || settle_unit(&m) < 0 || settle_across(&m) < 0 ||
	    build_key(&m) < 0 || build_variants(&m) < 0 || build_looks(&m) < 0)
		return -EINVAL;
	if (!from->only.line || !*from->only.text)
		return 0;
	if (to->source != VIEW_FROM_EVENTS || to->aggregation == VIEW_KEY)
		return spec_refuse(b->spec, from->only.line, b->err,
				   "%s: is for columns that are made of events",
				   place(&m, "only"));
	return build_filter(b, from->only.text, from->only.line, place(&m, "only"), &to->only);
}
