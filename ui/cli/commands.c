#include "engine/base/mem.h"
#include "ui/cli/cli.h"

const struct cli_command *const cli_commands[] = {
	&explore_command, &print_command, &view_command, &info_command, &record_command,
	&list_command, &completion_command, &manual_command,
};
const size_t n_cli_commands = ARRAY_LEN(cli_commands);
