#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "tests/story/roles.h"

static const struct {
	const char *name;
	int (*role)(int argc, char **argv);
} cast[] = {
	{ "boot", role_boot },
	{ "crond", role_crond },
	{ "httpd", role_httpd },
	{ "init", role_init },
	{ "ordersdb", role_db },
	{ "pkill", role_pkill },
	{ "sessiond", role_sessiond },
	{ "shop-api", role_api },
	{ "sshd", role_sshd },
	{ "statsd", role_statsd },
	{ "sudo", role_sudo },
	{ "volsnap", role_volsnap },
};

/* Be who you are called. "--roles": say who there is. */
int
main(int argc, char **argv)
{
	const char *slash = strrchr(argv[0], '/');
	const char *name = slash ? slash + 1 : argv[0];

	for (size_t i = 0; i < sizeof(cast) / sizeof(cast[0]); i++) {
		if (argc == 2 && !strcmp(argv[1], "--roles"))
			puts(cast[i].name);
		else if (!strcmp(cast[i].name, name))
			return cast[i].role(argc, argv);
	}
	return argc == 2 && !strcmp(argv[1], "--roles") ? 0 : 2;
}
