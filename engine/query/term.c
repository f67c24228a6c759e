#include "engine/query/term.h"

#include <stdlib.h>
#include <string.h>

#include "engine/base/arena.h"
#include "engine/base/err.h"
#include "engine/base/hash.h"
#include "engine/base/mem.h"
#include "engine/query/at_hand.h"
#include "engine/query/facts.h"
#include "engine/query/sheet.h"
#include "engine/world/world.h"

enum state { STATE_UNKNOWN, STATE_NONE, STATE_KNOWN };

/* Answers by slot. */
struct answers {
	uint8_t *states;		/* enum state */
	struct value *values;
	size_t n;
};

struct kind_answer {
	uint8_t source;			/* enum kind_source */
	bool is_there;			/* KIND_ASK: all rows of the kind have a value */
	bool is_of_result;		/* KIND_ASK: those with the same result have the same */
	struct value value;
};

struct pair_answer {
	bool there;
	struct value value;
};

struct term {
	char *own;			/* the text that OPERAND borrows */
	struct operand *operand;
	enum term_how how;
	enum cursor_level level;	/* TERM_BY_EVENT: what is needed */
	enum value_type type;
	bool is_list;
	bool needs_bytes;
	bool is_of_thread;		/* whichever event it has */
	bool is_of_writes;		/* what does not write has the value "no" */
	const struct facts *facts;	/* borrowed; NULL: none */
	struct at_hand *at_hand;	/* of what needs bytes; NULL: it always does */
	struct sheet *sheet;		/* of rows, where bytes are needed; else NULL */
	struct answers by_slot;
	uint32_t *lineages;		/* by slot: for which its answer holds */
	struct map by_pair;		/* to struct pair_answer, in ARENA */
	struct kind_answer *by_kind;	/* KINDS_MAX of them */
	struct arena arena;		/* of texts that are remembered */
	struct text text;		/* of a list */
};

/* Terms --------------------------------------------------------------- */

/* Fields of scope OF_ROW that no kind of row decides. */
static const struct {
	const char *name;
	enum term_how how;
} by_name[] = {
	{ "thread.tid", TERM_BY_THREAD },
	{ "evt.num", TERM_BY_NUMBER },
	{ "evt.rawtime", TERM_BY_TIME },
	{ "fd.uid", TERM_BY_PAIR },
	{ "fd.containername", TERM_BY_PAIR },
	{ "fd.containerdirectory", TERM_BY_PAIR },
	{ "evt.is_syslog", TERM_BY_FD },
	/* What is the same in a section, or depends on samples. */
	{ "evt.hostname", TERM_BY_ROW },
	{ "evt.count.procinfo", TERM_BY_ROW },
	{ "evt.count.threadinfo", TERM_BY_ROW },
	{ "thread.cpu", TERM_BY_ROW },
	{ "thread.cpu.user", TERM_BY_ROW },
	{ "thread.cpu.system", TERM_BY_ROW },
	/* What stands in parameters. */
	{ "evt.asynctype", TERM_BY_EVENT },
	{ "evt.pluginname", TERM_BY_EVENT },
	{ "evt.plugininfo", TERM_BY_EVENT },
};

static enum term_how
how_of_row(const struct operand *o)
{
	const struct field_use *use = operand_field(o);
	const char *name = use ? use->field->name : "";

	for (size_t i = 0; i < ARRAY_LEN(by_name); i++)
		if (!strcmp(name, by_name[i].name))
			return by_name[i].how;
	if (!strncmp(name, "evt.", 4) || !strncmp(name, "syscall.", 8) ||
	    !strcmp(name, "thread.exectime") || !strcmp(name, "fd.name_changed"))
		return TERM_BY_KIND;
	return TERM_BY_ROW;
}

enum term_how
term_how_of(const struct operand *o)
{
	switch (operand_scope(o)) {
	case OF_PAYLOAD:
		return TERM_BY_EVENT;
	case OF_HISTORY:
	case OF_STREAM:
		return TERM_BY_ROW;
	case OF_ENTITY:
		break;
	default:
		return how_of_row(o);
	}
	switch (operand_entity(o)) {
	case ENT_THREAD:
	case ENT_PROCESS:
	case ENT_CONTAINER:
		return TERM_BY_THREAD;
	case ENT_FD:
		return TERM_BY_FD;
	case ENT_LINEAGE:
		return TERM_BY_LINEAGE;
	default:
		return TERM_BY_ROW;
	}
}

enum cursor_level
term_level(const struct operand *o)
{
	const struct field_use *use = operand_field(o);

	return use && (!strcmp(use->field->name, "evt.rawarg") ||
		       !strcmp(use->field->name, "evt.buffer")) ? CURSOR_BYTES : CURSOR_EVENT;
}

bool
term_needs_bytes(const struct operand *o)
{
	const struct field_use *use = operand_field(o);

	return !use || use->field->flags & FIELD_OF_TRY;
}

bool
term_is_of_writes(const struct operand *o)
{
	const struct field_use *use = operand_field(o);

	return use && !strcmp(use->field->name, "evt.is_syslog");
}

bool
term_is_of_fd_kind(const struct operand *o)
{
	const struct field_use *use = operand_field(o);

	return use && (!strcmp(use->field->name, "fd.type") ||
		       !strcmp(use->field->name, "fd.typechar"));
}

struct term *
term_new(const char *text, struct err *err)
{
	struct term *t = xzalloc(sizeof(*t));
	size_t len;

	t->own = xstrdup(text);
	t->operand = operand_parse(t->own, &len, err);
	if (!t->operand) {
		term_free(t);
		return NULL;
	}
	t->how = term_how_of(t->operand);
	t->level = term_level(t->operand);
	t->needs_bytes = term_needs_bytes(t->operand);
	t->is_of_thread = t->how == TERM_BY_THREAD && operand_scope(t->operand) == OF_ENTITY;
	t->is_of_writes = term_is_of_writes(t->operand);
	t->is_list = operand_many(t->operand) != FIELD_ONE;
	t->type = t->is_list ? T_STR : operand_type(t->operand);
	if (t->how == TERM_BY_EVENT)
		t->sheet = sheet_new(t->operand, t->type);
	if (t->how == TERM_BY_EVENT)
		t->at_hand = at_hand_new(t->operand);
	return t;
}

void
term_free(struct term *t)
{
	if (!t)
		return;
	sheet_free(t->sheet);
	at_hand_free(t->at_hand);
	operand_free(t->operand);
	free(t->own);
	free(t->lineages);
	map_fini(&t->by_pair);
	free(t->by_slot.states);
	free(t->by_slot.values);
	free(t->by_kind);
	arena_fini(&t->arena);
	text_fini(&t->text);
	free(t);
}

/* Do versions of descriptors alone decide? */
static bool
has_facts(const struct term *t)
{
	return t->how == TERM_BY_FD && !t->is_of_writes && !t->is_list;
}

void
term_want_facts(const struct term *t, struct facts_list *l, bool is_worth)
{
	if (has_facts(t))
		facts_want(l, t->operand, is_worth);
}

void
term_want_there(const struct term *t, struct facts_list *l, uint8_t bit)
{
	if (has_facts(t))
		facts_want_there(l, t->operand, bit);
	else
		l->there = NULL;
}

void
term_use_facts(struct term *t, const struct facts_list *l)
{
	if (has_facts(t))
		t->facts = facts_of(l, t->operand);
}

const struct facts *
term_facts(const struct term *t)
{
	return t->facts;
}

enum term_how
term_how(const struct term *t)
{
	return t->how;
}

struct operand *
term_operand(const struct term *t)
{
	return t->operand;
}

enum value_type
term_type(const struct term *t)
{
	return t->type;
}

/* Asking -------------------------------------------------------------- */

static bool
ask(struct term *t, struct cursor *c, const struct eval *ev, struct value *out)
{
	struct value v;

	if (!operand_get(t->operand, ev, &v))
		return false;
	*out = v;
	if (!t->is_list)
		return true;
	t->text.len = 0;
	operand_text(t->operand, &v, &c->render, &t->text);
	out->s = (struct span){ (const uint8_t *)t->text.p, t->text.len };
	return true;
}

bool
term_ask(struct term *t, struct cursor *c, struct value *out)
{
	return ask(t, c, &c->ev, out);
}

/* V, with its bytes where they stay. */
static struct value
remember(struct term *t, const struct value *v)
{
	struct value kept = *v;

	if (t->type != T_STR && t->type != T_DATA)
		return kept;
	kept.s.p = (const uint8_t *)arena_strndup(&t->arena, (const char *)v->s.p, v->s.len);
	return kept;
}

static bool
get_by_pair(struct term *t, struct cursor *c, struct value *out)
{
	uint64_t key = cursor_value(c, COL_THREAD) << 32 | cursor_value(c, COL_FD);
	struct pair_answer *a;
	struct value v;

	if (t->needs_bytes && cursor_value(c, COL_FLAGS) & ROW_NEEDS_BYTES)
		return ask(t, c, cursor_eval(c, CURSOR_ROW), out);
	a = map_get(&t->by_pair, key);
	if (!a) {
		a = arena_alloc(&t->arena, sizeof(*a));
		a->there = ask(t, c, cursor_eval(c, CURSOR_LIGHT), &v);
		if (a->there)
			a->value = remember(t, &v);
		map_put(&t->by_pair, key, a);
	}
	*out = a->value;
	return a->there;
}

/* What decides the value of SLOT, which is the row's. */
static const struct eval *
eval_of_slot(const struct term *t, struct cursor *c, uint32_t slot)
{
	if (t->how == TERM_BY_FD && !t->is_of_writes && cursor_fd(c, slot))
		return &c->ev;
	if (t->is_of_thread && cursor_thread_light(c, slot))
		return &c->ev;
	return cursor_eval(c, t->how == TERM_BY_LINEAGE ? CURSOR_ROW : CURSOR_LIGHT);
}

static bool
get_by_slot(struct term *t, struct cursor *c, uint32_t slot, struct value *out)
{
	struct answers *a = &t->by_slot;
	uint32_t id = facts_id(t->facts, slot);
	struct value v;

	if (id > FACTS_NONE)
		*out = *bag_get(&t->facts->values, id - 1);
	if (id)
		return id != FACTS_NONE;
	if (slot >= a->n) {
		size_t n = 1 + (t->how == TERM_BY_FD ? c->snap->n_fd_versions :
				c->snap->n_thread_versions);

		a->states = xzalloc(n);
		a->values = xzalloc(n * sizeof(*a->values));
		a->n = n;
	}
	if (a->states[slot] == STATE_UNKNOWN) {
		a->states[slot] = STATE_NONE;
		if (ask(t, c, eval_of_slot(t, c, slot), &v)) {
			a->values[slot] = remember(t, &v);
			a->states[slot] = STATE_KNOWN;
		}
	}
	*out = a->values[slot];
	return a->states[slot] == STATE_KNOWN;
}

static bool
get_by_lineage(struct term *t, struct cursor *c, struct value *out)
{
	uint32_t slot = (uint32_t)cursor_value(c, COL_THREAD);
	uint32_t lineage = cursor_lineage(c);

	if (!t->lineages)
		t->lineages = xzalloc((c->snap->n_thread_versions + 1u) * sizeof(uint32_t));
	if (t->by_slot.states && t->lineages[slot] != lineage)
		t->by_slot.states[slot] = STATE_UNKNOWN;
	t->lineages[slot] = lineage;
	return get_by_slot(t, c, slot, out);
}

/* Trying ---------------------------------------------------------------- */

/* The moment that is varied. */
struct trial {
	struct moment m;
	struct event ev;
	struct thread t;
	struct process p;
	struct descriptor fd;
	uint8_t result[8];
	struct eval eval;
};

static void
trial_begin(struct trial *x, const struct eval *ev)
{
	x->m = *ev->m;
	x->ev = *ev->m->ev;
	x->m.ev = &x->ev;
	if (x->ev.n_params && x->ev.ends[0] == 8) {
		memcpy(x->result, x->ev.values, 8);
		x->ev.values = x->result;
	}
	x->eval = *ev;
	eval_moment(&x->eval, &x->m);
}

static void
trial_change_result(struct trial *x, int64_t *to)
{
	memcpy(to, x->result, 8);
	/* Another one of the same sign; where that wraps, the answer is to ask. */
	*to = (int64_t)((uint64_t)*to * 3 + (*to < 0 ? -(uint64_t)1000003 : 1000003));
	memcpy(x->result, to, 8);
}

/* Another number than V, which may be any: of a capture that makes no sense, too. */
static int64_t
another(int64_t v)
{
	return (int64_t)((uint64_t)v * 3 + 1009);
}

/* Another thread, descriptor, time: all that is no matter of the kind. */
static void
trial_change_rest(struct trial *x)
{
	x->ev.ts_ns = x->ev.ts_ns * 3 + 1000000007;
	x->ev.tid = another(x->ev.tid);
	x->ev.cpu = (uint16_t)(x->ev.cpu + 1);
	x->m.num = x->m.num * 3 + 1000003;
	x->m.before_ns = x->m.before_ns / 2;
	x->m.fd_num = another(x->m.fd_num);
	x->eval.first_ns /= 2;
	if (x->m.fd) {
		x->fd = (struct descriptor){ .kind = x->m.fd->kind, .num = x->m.fd_num,
					     .connected = x->m.fd->connected };
		x->m.fd = &x->fd;
	}
	if (x->m.thread) {
		x->p = *x->m.proc;
		x->p.pid = another(x->p.pid);
		x->p.comm = x->p.exe = x->p.args = 0;
		x->p.container++;
		x->t = *x->m.thread;
		x->t.tid = x->ev.tid;
		x->t.comm = 0;
		x->t.proc = &x->p;
		x->m.thread = &x->t;
		x->m.proc = &x->p;
		x->m.container++;
	}
	eval_moment(&x->eval, &x->m);
}

static bool
is_text(enum value_type type)
{
	return type == T_STR || type == T_DATA;
}

static bool
is_same(enum value_type type, const struct value *a, const struct value *b)
{
	switch (type) {
	case T_STR:
	case T_DATA:
		return a->s.len == b->s.len && !memcmp(a->s.p, b->s.p, a->s.len);
	case T_BOOL:
		return a->b == b->b;
	case T_IP:
	case T_NET:
		return false;
	default:
		return a->u == b->u;
	}
}

/* What the value is for other rows of the kind; THERE and V: what it is here. */
static enum kind_source
try(struct term *t, struct cursor *c, bool there, const struct value *v)
{
	const struct eval *ev = cursor_eval(c, CURSOR_LIGHT);
	struct trial x;
	struct value other;
	int64_t result = 0;
	uint64_t span;
	bool follows_result, follows_span, numeric = !is_text(t->type) && t->type != T_BOOL &&
						     t->type != T_DOUBLE;

	trial_begin(&x, ev);
	trial_change_rest(&x);
	if (ask(t, c, &x.eval, &other) != there || (there && !is_same(t->type, v, &other)))
		return KIND_ASK;
	trial_begin(&x, ev);
	trial_change_result(&x, &result);
	if (ask(t, c, &x.eval, &other) != there)
		return KIND_ASK;
	follows_result = there && !is_same(t->type, v, &other);
	if (follows_result && (!numeric || other.i != result ||
			       v->u != cursor_value(c, COL_RESULT)))
		return KIND_ASK;
	trial_begin(&x, ev);
	span = x.m.latency_ns = x.m.latency_ns * 3 + 1000003;
	x.m.exec_ns = x.m.exec_ns * 3 + 1000003;
	span = x.m.has_latency ? span : x.m.exec_ns;
	if (ask(t, c, &x.eval, &other) != there)
		return KIND_ASK;
	follows_span = there && !is_same(t->type, v, &other);
	if (follows_span && (follows_result || !numeric || other.u != span ||
			     v->u != cursor_value(c, COL_SPAN)))
		return KIND_ASK;
	if (!there)
		return KIND_NONE;
	return follows_result ? KIND_RESULT : follows_span ? KIND_SPAN : KIND_CONSTANT;
}

/* Does SOURCE hold for results and durations of nothing, too? */
static bool
holds_for_nothing(struct term *t, struct cursor *c, enum kind_source source,
		  const struct value *v)
{
	const struct eval *ev = cursor_eval(c, CURSOR_LIGHT);
	bool there = source != KIND_NONE;
	struct trial x;
	struct value other;

	trial_begin(&x, ev);
	if (!(cursor_value(c, COL_FLAGS) & ROW_FAILED))
		memset(x.result, 0, sizeof(x.result));
	if (ask(t, c, &x.eval, &other) != there)
		return false;
	if (source == KIND_RESULT && !(cursor_value(c, COL_FLAGS) & ROW_FAILED) && other.u)
		return false;
	if (there && source != KIND_RESULT && !is_same(t->type, v, &other))
		return false;
	trial_begin(&x, ev);
	x.m.latency_ns = x.m.exec_ns = 0;
	if (ask(t, c, &x.eval, &other) != there)
		return false;
	if (source == KIND_SPAN)
		return !other.u;
	return !there || is_same(t->type, v, &other);
}

/* Has T a value for the row, whatever its result, its duration and the rest are? */
static bool
is_always_there(struct term *t, struct cursor *c)
{
	const struct eval *ev = cursor_eval(c, CURSOR_LIGHT);
	bool failed = cursor_value(c, COL_FLAGS) & ROW_FAILED;
	struct trial x;
	struct value v;
	int64_t result;

	trial_begin(&x, ev);
	trial_change_rest(&x);
	if (!ask(t, c, &x.eval, &v))
		return false;
	trial_begin(&x, ev);
	trial_change_result(&x, &result);
	if (!ask(t, c, &x.eval, &v))
		return false;
	trial_begin(&x, ev);
	if (!failed)
		memset(x.result, 0, sizeof(x.result));
	x.m.latency_ns = x.m.exec_ns = 0;
	if (!ask(t, c, &x.eval, &v))
		return false;
	trial_begin(&x, ev);
	x.m.latency_ns = x.m.latency_ns * 3 + 1000003;
	x.m.exec_ns = x.m.exec_ns * 3 + 1000003;
	return ask(t, c, &x.eval, &v);
}

/* Do neither the duration nor the rest change what the value is, which THERE and V are? */
static bool
is_of_result(struct term *t, struct cursor *c, bool there, const struct value *v)
{
	const struct eval *ev = cursor_eval(c, CURSOR_LIGHT);
	struct trial x;
	struct value other;

	trial_begin(&x, ev);
	trial_change_rest(&x);
	if (ask(t, c, &x.eval, &other) != there || (there && !is_same(t->type, v, &other)))
		return false;
	trial_begin(&x, ev);
	x.m.latency_ns = x.m.latency_ns * 3 + 1000003;
	x.m.exec_ns = x.m.exec_ns * 3 + 1000003;
	return ask(t, c, &x.eval, &other) == there && (!there || is_same(t->type, v, &other));
}

static bool
find_out(struct term *t, struct cursor *c, struct kind_answer *a, struct value *out)
{
	struct value v = { 0 }, kept = { 0 };
	bool there = ask(t, c, cursor_eval(c, CURSOR_LIGHT), &v);

	if (there)
		kept = remember(t, &v);
	a->source = (uint8_t)try(t, c, there, &kept);
	if (a->source != KIND_ASK && !holds_for_nothing(t, c, a->source, &kept))
		a->source = KIND_ASK;
	a->is_there = there && a->source == KIND_ASK && is_always_there(t, c);
	a->is_of_result = a->source == KIND_ASK && is_of_result(t, c, there, &kept);
	a->value = kept;
	*out = kept;
	return there;
}

static bool
get_by_kind(struct term *t, struct cursor *c, struct value *out)
{
	uint32_t kind = cursor_kind(c);
	struct kind_answer *a;

	if (kind == KINDS_MAX)
		return ask(t, c, cursor_eval(c, CURSOR_LIGHT), out);
	if (!t->by_kind)
		t->by_kind = xzalloc(KINDS_MAX * sizeof(*t->by_kind));
	a = &t->by_kind[kind];
	switch (a->source) {
	case KIND_UNKNOWN:
		return find_out(t, c, a, out);
	case KIND_NONE:
		return false;
	case KIND_CONSTANT:
		*out = a->value;
		return true;
	case KIND_RESULT:
		out->u = cursor_value(c, COL_RESULT);
		return true;
	case KIND_SPAN:
		out->u = cursor_value(c, COL_SPAN);
		return true;
	default:
		return ask(t, c, cursor_eval(c, CURSOR_LIGHT), out);
	}
}

/* What needs bytes is not asked twice of a row. */
static bool
get_by_event(struct term *t, struct cursor *c, struct value *out)
{
	uint32_t number = sheet_get(t->sheet, c, out);
	enum at_hand_answer answer;
	const struct eval *ev;
	bool there;

	if (number)
		return number != SHEET_NONE;
	answer = t->at_hand ? at_hand_look(t->at_hand, c, &ev) : AT_HAND_NOT;
	if (answer == AT_HAND_NOT)
		ev = cursor_eval(c, t->level);
	there = answer != AT_HAND_NOTHING && ask(t, c, ev, out);
	sheet_put(t->sheet, c, there ? out : NULL);
	return there;
}

uint32_t
term_number(struct term *t, struct cursor *c, uint64_t *age)
{
	struct value v;
	uint32_t number = t->sheet ? sheet_get(t->sheet, c, &v) : 0;

	*age = t->sheet ? sheet_age(t->sheet) : 0;
	return number;
}

bool
term_get(struct term *t, struct cursor *c, struct value *out)
{
	uint32_t slot;

	switch (t->how) {
	case TERM_BY_THREAD:
		return get_by_slot(t, c, (uint32_t)cursor_value(c, COL_THREAD), out);
	case TERM_BY_FD:
		if (t->needs_bytes && cursor_value(c, COL_FLAGS) & ROW_NEEDS_BYTES)
			return ask(t, c, cursor_eval(c, CURSOR_NAMED), out);
		slot = (uint32_t)cursor_value(c, COL_FD);
		if (t->is_of_writes && (!slot || !(cursor_value(c, COL_FLAGS) & ROW_WRITES))) {
			out->b = false;
			return true;
		}
		return slot && get_by_slot(t, c, slot, out);
	case TERM_BY_PAIR:
		return get_by_pair(t, c, out);
	case TERM_BY_LINEAGE:
		return get_by_lineage(t, c, out);
	case TERM_BY_KIND:
		return get_by_kind(t, c, out);
	case TERM_BY_TIME:
		out->u = cursor_value(c, COL_TIME);
		return true;
	case TERM_BY_NUMBER:
		out->u = cursor_number(c);
		return true;
	case TERM_BY_ROW:
		return ask(t, c, cursor_eval(c, CURSOR_ROW), out);
	default:
		return get_by_event(t, c, out);
	}
}

bool
term_get_once(struct term *t, struct cursor *c, struct value *out)
{
	uint32_t slot;

	if (!has_facts(t) || (t->needs_bytes && cursor_value(c, COL_FLAGS) & ROW_NEEDS_BYTES))
		return term_get(t, c, out);
	slot = (uint32_t)cursor_value(c, COL_FD);
	return !slot || facts_id(t->facts, slot) || !cursor_fd(c, slot) ? term_get(t, c, out) :
									  term_ask(t, c, out);
}

enum kind_source
term_source(const struct term *t, uint32_t kind, struct value *out)
{
	if (t->how != TERM_BY_KIND || !t->by_kind || kind >= KINDS_MAX)
		return KIND_UNKNOWN;
	*out = t->by_kind[kind].value;
	return (enum kind_source)t->by_kind[kind].source;
}

bool
term_is_always(const struct term *t, uint32_t kind)
{
	return t->how == TERM_BY_KIND && t->by_kind && kind < KINDS_MAX &&
	       t->by_kind[kind].is_there;
}

bool
term_is_of_result(const struct term *t, uint32_t kind)
{
	return t->how == TERM_BY_KIND && t->by_kind && kind < KINDS_MAX &&
	       t->by_kind[kind].is_of_result;
}

bool
term_has_value(const struct term *t, uint32_t kind)
{
	uint8_t source;

	if (t->how != TERM_BY_KIND || !t->by_kind || kind >= KINDS_MAX)
		return false;
	source = t->by_kind[kind].source;
	return source == KIND_RESULT || source == KIND_SPAN || source == KIND_CONSTANT ||
	       t->by_kind[kind].is_there;
}

bool
term_is_never(const struct term *t, uint32_t kind)
{
	return t->how == TERM_BY_KIND && t->by_kind && kind < KINDS_MAX &&
	       t->by_kind[kind].source == KIND_NONE;
}

bool
term_is_constant(const struct term *t, uint32_t kind, bool *there, struct value *out)
{
	const struct kind_answer *a;

	if (t->how != TERM_BY_KIND || !t->by_kind || kind >= KINDS_MAX)
		return false;
	a = &t->by_kind[kind];
	*there = a->source == KIND_CONSTANT;
	*out = a->value;
	return a->source == KIND_CONSTANT || a->source == KIND_NONE;
}
