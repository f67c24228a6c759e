#include "ui/cli/listing.h"

#include <string.h>

#include "engine/base/mem.h"
#include "engine/base/text.h"
#include "engine/event/event_type.h"
#include "engine/event/syscall.h"
#include "engine/field/field.h"
#include "engine/field/operand.h"
#include "engine/filter/filter.h"
#include "ui/cli/listing_views.h"

/* What a field's values count. */
static const char *const units[U_COUNT] = {
	[U_BYTES] = "bytes", [U_KB] = "KiB", [U_NS] = "ns", [U_NS9] = "ns", [U_S] = "s",
	[U_HEX] = "hexadecimal", [U_PERCENT] = "percent", [U_PORT] = "port",
	[U_EVENT_NAME] = "event name", [U_HOST] = "host",
};

/* On what a value depends. */
static const char *const scopes[OF_SCOPES] = {
	[OF_ROW] = "event", [OF_HISTORY] = "history", [OF_PAYLOAD] = "data",
	[OF_STREAM] = "output",
};

static const char *const entities[] = {
	[ENT_THREAD] = "thread", [ENT_PROCESS] = "process",
	[ENT_LINEAGE] = "processes", [ENT_FD] = "descriptor", [ENT_CONTAINER] = "container",
};

static const struct {
	unsigned arg;
	const char *words;
} arguments[] = {
	{ ARG_PARAM, ".PARAMETER" }, { ARG_EVENT, ".EVENT" }, { ARG_DOT_NAME, ".NAME" },
	{ ARG_LABEL, ".KEY" }, { ARG_INDEX, "[N]" }, { ARG_KEY, "[KEY]" }, { ARG_TIME, "[TIME]" },
};

/* ".KEY or [KEY]", or "none or [N]". */
static void
put_argument(const struct field *f, struct text *t)
{
	t->len = 0;
	if (f->arg && !(f->arg & ARG_NEEDED))
		text_str(t, "none");
	for (size_t i = 0; i < ARRAY_LEN(arguments); i++) {
		if (!(f->arg & arguments[i].arg))
			continue;
		if (t->len)
			text_str(t, " or ");
		text_str(t, arguments[i].words);
	}
	text_char(t, '\0');
}

static const char *
many_of(const struct field *f)
{
	switch (f->many) {
	case FIELD_LIST:
	case FIELD_ANCESTORS:
		return "list";
	case FIELD_ENDS:
		return "both ends";
	case FIELD_ONE:
		break;
	}
	return NULL;
}

static void
walk_fields(const struct listing_ask *ask, listing_take_fn *take, void *ctx)
{
	struct text argument = { 0 }, type = { 0 };

	(void)ask;
	for (size_t i = 0; i < n_domains; i++) {
		for (size_t j = 0; j < domains[i]->n_fields; j++) {
			const struct field *f = &domains[i]->fields[j];

			put_argument(f, &argument);
			type.len = 0;
			text_fmt(&type, "%s%s%s", value_type_name(f->type),
				 many_of(f) ? ", " : "", many_of(f) ? many_of(f) : "");
			text_char(&type, '\0');
			take(ctx, &(struct listing_entry){
				.group = domains[i]->doc, .name = f->name, .doc = f->doc,
				.facts = { type.p, units[f->unit],
					   f->arg ? argument.p : NULL,
					   f->scope == OF_ENTITY ? entities[f->entity] :
					   scopes[f->scope],
					   f->flags & FIELD_FILTER_ONLY ? "filters" :
					   f->flags & FIELD_OUTPUT_ONLY ? "formats" : NULL,
					   f->flags & FIELD_OURS ? "sysreel only" :
					   f->flags & FIELD_OLD ? "old captures" : NULL },
				.is_rare = f->flags & (FIELD_TABLE_ONLY | FIELD_OLD),
			});
		}
	}
	text_fini(&argument);
	text_fini(&type);
}

static void
put_parameters(const struct event_type *type, char direction, struct text *t)
{
	t->len = 0;
	text_char(t, direction);
	for (unsigned i = 0; i < type->n_params; i++) {
		text_str(t, i ? ", " : " ");
		text_str(t, type->params[i].name);
	}
	text_char(t, '\0');
}

static void
walk_events(const struct listing_ask *ask, listing_take_fn *take, void *ctx)
{
	struct text id = { 0 }, parameters = { 0 };

	(void)ask;
	for (unsigned i = 0; i < EVENT_TYPES; i++) {
		const struct event_type *type = &event_types[i];
		char direction = event_id_is_exit((uint16_t)i) ? '<' : '>';

		if (type->flags & EF_UNUSED)
			continue;
		id.len = 0;
		text_u64(&id, i);
		text_char(&id, '\0');
		put_parameters(type, direction, &parameters);
		take(ctx, &(struct listing_entry){
			.name = type->name, .doc = parameters.p,
			.facts = { id.p, event_category_name(type->category),
				   type->flags & EF_OLD ? "old captures" : NULL },
			.is_rare = type->flags & EF_OLD,
		});
	}
	text_fini(&id);
	text_fini(&parameters);
}

#define CALL_NUMBERS 1024		/* more than any machine has */

static void
walk_syscalls(const struct listing_ask *ask, listing_take_fn *take, void *ctx)
{
	struct text number = { 0 };

	(void)ask;
	for (uint32_t i = 0; i < CALL_NUMBERS; i++) {
		const struct syscall *call = syscall_find(SYSCALL_X86_64, i);
		bool is_generic;

		if (!call || !call->name)
			continue;
		is_generic = call->exit == EV_GENERIC_X;
		number.len = 0;
		text_u64(&number, i);
		text_char(&number, '\0');
		take(ctx, &(struct listing_entry){
			.name = call->name,
			.facts = { number.p, event_category_name(is_generic ?
					     syscall_code_category(call->code) :
					     event_types[call->exit].category) },
			.doc = is_generic ? "Only its name and number are known." :
					    "Its parameters are known.",
		});
	}
	text_fini(&number);
}

/* "text, data", or "all" for every type; some types share a name. */
static void
put_types(unsigned types, struct text *t)
{
	const char *last = "";

	t->len = 0;
	if (types == (1u << T_COUNT) - 1) {
		text_bytes(t, "all", 4);
		return;
	}
	for (unsigned type = 0; type < T_COUNT; type++) {
		const char *name = value_type_name((enum value_type)type);

		if (!(types & 1u << type) || !strcmp(name, last))
			continue;
		text_fmt(t, "%s%s", t->len ? ", " : "", name);
		last = name;
	}
	text_char(t, '\0');
}

static void
walk_operators(const struct listing_ask *ask, listing_take_fn *take, void *ctx)
{
	struct text types = { 0 };

	(void)ask;
	for (size_t i = 0; i < n_filter_operators; i++) {
		const struct filter_operator *op = &filter_operators[i];

		put_types(op->types, &types);
		take(ctx, &(struct listing_entry){ .name = op->name, .doc = op->doc,
						   .facts = { types.p } });
	}
	text_fini(&types);
}

static void
walk_transformers(const struct listing_ask *ask, listing_take_fn *take, void *ctx)
{
	(void)ask;
	for (size_t i = 0; i < n_transformers; i++)
		take(ctx, &(struct listing_entry){ .name = transformers[i].synopsis,
						   .doc = transformers[i].doc });
}

const struct listing listings[] = {
	{ "fields", "What can be shown and asked of an event.",
	  { "type", "unit", "argument", "of", "only in", "from" }, walk_fields },
	{ "events", "Types of events: > enter or < exit, and parameters.",
	  { "id", "category", "from" }, walk_events },
	{ "operators", "How filters compare a field with a value.", { "compares" },
	  walk_operators },
	{ "syscalls", "System calls of x86-64.", { "number", "category" }, walk_syscalls },
	{ "transformers", "What is made of fields, in filters and formats.", { NULL },
	  walk_transformers },
	{ "views", "Tables that can be shown.",
	  { "title", "rows", "filter", "columns", "leads to", "file" }, listing_walk_views },
	{ "view-keys", "What can stand in the file of a view.", { "value", "needed" },
	  listing_walk_view_keys },
};
const size_t n_listings = ARRAY_LEN(listings);
