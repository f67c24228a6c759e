#include "ui/cli/narrowed.h"

#include <stdlib.h>

#include "engine/base/mem.h"
#include "engine/event/source.h"

struct narrowed {
	struct source source;
	struct source *inner;
	uint64_t left;
	bool without_users;
};

static int
next(struct source *s, struct record *rec)
{
	struct narrowed *n = (struct narrowed *)s;

	while (n->left && source_next(n->inner, rec)) {
		if (n->without_users &&
		    (rec->kind == RECORD_USER || rec->kind == RECORD_GROUP))
			continue;
		n->left -= rec->kind == RECORD_EVENT;
		return 1;
	}
	return 0;
}

static void
stats(const struct source *s, struct source_stats *out)
{
	source_stats(((const struct narrowed *)s)->inner, out);
}

static void
end(const struct source *s, struct source_end *out)
{
	source_end(((const struct narrowed *)s)->inner, out);
}

static void
cancel(struct source *s)
{
	source_cancel(((struct narrowed *)s)->inner);
}

static struct reread *
reread(const struct source *s)
{
	return source_reread(((const struct narrowed *)s)->inner);
}

static void
close_all(struct source *s)
{
	source_close(((struct narrowed *)s)->inner);
	free(s);
}

struct source *
narrowed_new(struct source *s, uint64_t most, bool without_users)
{
	static const struct source_ops ops = {
		.next = next, .stats = stats, .end = end, .cancel = cancel, .reread = reread,
		.close = close_all,
	};
	struct narrowed *n = xzalloc(sizeof(*n));

	n->source.ops = &ops;
	n->inner = s;
	n->left = most ? most : UINT64_MAX;
	n->without_users = without_users;
	return &n->source;
}
