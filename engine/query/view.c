#include "engine/query/view.h"

#include <string.h>

#include "engine/base/mem.h"
#include "engine/field/field.h"
#include "engine/field/spelling.h"

const struct view_aggregation_row view_aggregations[VIEW_AGGREGATIONS] = {
	[VIEW_KEY] = { "key", "One row for each value of it." },
	[VIEW_LAST] = { "last", "What it is at the end of the window; the last that was seen." },
	[VIEW_FIRST] = { "first", "What it was at the start of the window; the first seen." },
	[VIEW_COUNT] = { "count", "How many events there are, or how many that have it." },
	[VIEW_SUM] = { "sum", "All of them together." },
	[VIEW_RATE] = { "rate", "How much, or without a field how many events, per second." },
	[VIEW_AVG] = { "avg", "The mean." },
	[VIEW_MIN] = { "min", "The smallest." },
	[VIEW_MAX] = { "max", "The largest." },
	[VIEW_CHANGE] = { "change", "How much more it is at the end than at the start." },
	[VIEW_DISTINCT] = { "distinct", "How many different ones there are." },
	[VIEW_P50] = { "p50", "The median: half of them are not larger." },
	[VIEW_P95] = { "p95", "95 % of them are not larger." },
	[VIEW_P99] = { "p99", "99 % of them are not larger." },
	[VIEW_AGE] = { "age", "How long before the end of the window the event was." },
};

/* Words that stand for several fields of a path: those that start with one of
 * the prefixes. */
static const struct {
	const char *word;
	const char *prefixes[8];
} places[] = {
	{ "process", { "proc.", "thread." } },
	{ "user", { "user.", "group." } },
	{ "container", { "container.", "k8s.", "mesos.", "marathon." } },
	{ "file", { "fd.name", "fd.containername", "fd.directory", "fd.containerdirectory" } },
	{ "socket", { "fd.name", "fd.containername", "fd.ip", "fd.port", "fd.proto",
		      "fd.l4proto" } },
	{ "server", { "fd.sip", "fd.sport", "fd.sproto", "fd.snet" } },
	{ "client", { "fd.cip", "fd.cport", "fd.cproto", "fd.cnet" } },
	{ "local", { "fd.lip", "fd.lport", "fd.lproto", "fd.lnet" } },
	{ "remote", { "fd.rip", "fd.rport", "fd.rproto", "fd.rnet" } },
	{ "event", { "evt.", "syscall." } },
	{ "span", { "span." } },
};

static bool
is_in_place(const char *word, const char *field)
{
	for (size_t i = 0; i < ARRAY_LEN(places); i++) {
		const char *const *p = places[i].prefixes;

		if (strcmp(places[i].word, word))
			continue;
		for (; *p; p++)
			if (!strncmp(*p, field, strlen(*p)))
				return true;
	}
	return false;
}

bool
view_is_place(const char *word, const char **near)
{
	struct spelling meant = spelling_of(word, strlen(word));
	const struct field *f;
	struct field_use use;

	*near = NULL;
	if (!*word || !strcmp(word, "any") || field_find(word, strlen(word)))
		return true;
	for (size_t i = 0; i < ARRAY_LEN(places); i++)
		if (!strcmp(places[i].word, word))
			return true;
	/* Also without the argument that it needs: it stands for all of them. */
	if (field_parse(word, &use, NULL) == (int)strlen(word))
		return true;
	f = field_nearest(word, strlen(word));
	*near = f ? f->name : NULL;
	for (size_t i = 0; i < ARRAY_LEN(places); i++)
		if (spelling_is_nearer(&meant, places[i].word))
			*near = places[i].word;
	return false;
}

bool
view_applies(const struct view *v, const char *field)
{
	size_t len = strcspn(field, "[");

	for (size_t i = 0; i < v->n_applies_to; i++) {
		const char *word = v->applies_to[i];

		if (!strcmp(word, "any") || (*field && is_in_place(word, field)))
			return true;
		if (strlen(word) == len && !memcmp(word, field, len))
			return true;
	}
	return false;
}
