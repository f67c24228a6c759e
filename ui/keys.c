#include "ui/keys.h"

#include "engine/base/mem.h"
#include "ui/actions.h"
#include "ui/app.h"
#include "ui/browse.h"
#include "ui/choose.h"
#include "ui/columns_edit.h"
#include "ui/detail.h"
#include "ui/dig.h"
#include "ui/echo.h"
#include "ui/overview.h"
#include "ui/prompt.h"
#include "ui/read.h"
#include "ui/spectro.h"

const struct keys_table keys_tables[] = {
	{ "Everywhere", app_actions, &n_app_actions },
	{ "In a table", browse_actions, &n_browse_actions },
	{ "Overview", overview_actions, &n_overview_actions },
	{ "Events, one by one (dig)", dig_actions, &n_dig_actions },
	{ "One event", detail_actions, &n_detail_actions },
	{ "Data (echo)", echo_actions, &n_echo_actions },
	{ "Spectrogram", spectro_actions, &n_spectro_actions },
	{ "Actions", actions_actions, &n_actions_actions },
	{ "Columns", columns_edit_actions, &n_columns_edit_actions },
	{ "In a menu", choose_actions, &n_choose_actions },
	{ "Where something is typed", prompt_actions, &n_prompt_actions },
	{ "In a text", read_actions, &n_read_actions },
};
const size_t n_keys_tables = ARRAY_LEN(keys_tables);
