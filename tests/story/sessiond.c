#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/socket.h>
#include <sys/stat.h>
#include <sys/un.h>
#include <unistd.h>

#include "tests/story/kit.h"
#include "tests/story/roles.h"

#define PATIENCE_MS 500

/* Say who a session belongs to, over a socket of the file system. */
int
role_sessiond(int argc, char **argv)
{
	static const char *const customers[] = { "mara", "jonas", "edith", "carlos", "yuki" };
	struct sockaddr_un a = { .sun_family = AF_UNIX, .sun_path = ROLES_SESSION_SOCKET };
	int listener = socket(AF_UNIX, SOCK_STREAM | SOCK_CLOEXEC, 0);
	unsigned n = 0;

	(void)argc;
	(void)argv;
	unlink(a.sun_path);
	KIT_MUST(listener >= 0 && bind(listener, (struct sockaddr *)&a, sizeof(a)) == 0 &&
		 chmod(a.sun_path, 0666) == 0 && listen(listener, 16) == 0);
	kit_become(ROLES_UID_NOBODY, ROLES_UID_NOBODY);
	for (;;) {
		int fd = accept4(listener, NULL, NULL, SOCK_CLOEXEC);
		char text[128];

		if (fd < 0)
			continue;
		if (kit_read_until(fd, text, sizeof(text), "\n", PATIENCE_MS) > 0)
			kit_send(fd, "%s\n", customers[n++ % 5]);
		close(fd);
	}
}
