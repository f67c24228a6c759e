/*
 * listing - what `sysreel list` can list, as rows, made from the registries.
 *
 * A listing walks its registry and hands out one entry after the other, in
 * groups. How they are shown is not its business.
 */
#ifndef UI_CLI_LISTING_H
#define UI_CLI_LISTING_H

#include <stdbool.h>
#include <stddef.h>

#define LISTING_FACTS_MAX 6

/* All text is borrowed until the next one. */
struct listing_entry {
	const char *group;		/* a heading, or NULL */
	const char *name;
	const char *facts[LISTING_FACTS_MAX];	/* one a column of the listing; may be NULL */
	const char *doc;
	bool is_rare;			/* left out of short lists */
};

typedef void listing_take_fn(void *ctx, const struct listing_entry *e);

/* What a list may have to know of the command line. */
struct listing_ask {
	const char *views_dir;		/* --views, or NULL */
};

struct listing {
	const char *name;
	const char *doc;		/* a sentence */
	const char *facts[LISTING_FACTS_MAX];	/* names of the columns, then NULL */
	void (*walk)(const struct listing_ask *ask, listing_take_fn *take, void *ctx);
};

extern const struct listing listings[];
extern const size_t n_listings;

#endif
