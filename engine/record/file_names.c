#include "engine/record/file_names.h"

#include <stdlib.h>
#include <string.h>
#include <time.h>

#include "engine/base/mem.h"
#include "engine/base/text.h"

#define SECOND_NS 1000000000u
#define NAME_MAX_LEN 4096

void
file_names_fini(struct file_names *n)
{
	for (unsigned i = 0; n->ring && i < n->n_ring; i++)
		free(n->ring[i]);
	free(n->ring);
	free(n->last);
	n->ring = NULL;
	n->last = NULL;
}

bool
file_names_want_time(const struct file_names *n)
{
	return n->by_time && strchr(n->given, '%');
}

static bool
put_time(const struct file_names *n, uint64_t ns, struct text *t)
{
	char name[NAME_MAX_LEN];
	time_t when = (time_t)(ns / SECOND_NS);
	struct tm tm;
	size_t len;

	if (n->utc_offset)
		when += n->utc_offset(when);
	if (!gmtime_r(&when, &tm))
		return false;
	len = strftime(name, sizeof(name), n->given, &tm);
	text_bytes(t, name, len);
	return len;
}

static unsigned
digits_of(unsigned v)
{
	return v < 10 ? 1 : 1 + digits_of(v / 10);
}

static void
put_index(const struct file_names *n, struct text *t)
{
	uint64_t index = n->n_ring ? n->n_named % n->n_ring : n->n_named;

	text_dec_padded(t, index, n->by_size && n->n_ring ? digits_of(n->n_ring) : 1);
}

/* Remember NAME in the ring; what was in its place is *OLD. */
static void
remember(struct file_names *n, const char *name, char **old)
{
	char **slot;

	if (!n->ring)
		n->ring = xzalloc(n->n_ring * sizeof(*n->ring));
	slot = &n->ring[n->n_named % n->n_ring];
	*old = *slot;
	*slot = xstrdup(name);
}

char *
file_names_next(struct file_names *n, uint64_t ns, char **old)
{
	bool is_timed = file_names_want_time(n);
	struct text t = { 0 };

	*old = NULL;
	if (is_timed && !put_time(n, ns, &t)) {
		text_fini(&t);
		return NULL;
	}
	if (!is_timed)
		text_str(&t, n->given);
	text_char(&t, '\0');
	if (n->by_size || n->by_events || (n->by_time && !is_timed) ||
	    (n->last && !strcmp(n->last, t.p))) {
		t.len--;
		put_index(n, &t);
		text_char(&t, '\0');
	} else if (is_timed) {
		free(n->last);
		n->last = xstrdup(t.p);
	}
	if (is_timed && n->n_ring)
		remember(n, t.p, old);
	n->n_named++;
	return t.p;
}
