/*
 * listing_views - the views as a listing, and what can stand in a file of one.
 */
#ifndef UI_CLI_LISTING_VIEWS_H
#define UI_CLI_LISTING_VIEWS_H

#include "ui/cli/listing.h"

void listing_walk_views(const struct listing_ask *ask, listing_take_fn *take, void *ctx);
void listing_walk_view_keys(const struct listing_ask *ask, listing_take_fn *take, void *ctx);

#endif
