#include <netinet/in.h>
#include <poll.h>
#include <stdlib.h>
#include <string.h>
#include <sys/socket.h>
#include <unistd.h>

#include "tests/story/kit.h"
#include "tests/story/roles.h"

#define REPORT_MS 1000

/* Count what programs measure, and write the sums into a log. */
int
role_statsd(int argc, char **argv)
{
	struct sockaddr_in a = { .sin_family = AF_INET, .sin_port = htons(ROLES_STATS_PORT) };
	int fd = socket(AF_INET, SOCK_DGRAM | SOCK_CLOEXEC, 0);
	unsigned long n = 0, failed = 0, slowest_ms = 0;
	int log = kit_open_log("/var/log/statsd.log");

	(void)argc;
	(void)argv;
	KIT_MUST(fd >= 0 && bind(fd, (struct sockaddr *)&a, sizeof(a)) == 0);
	kit_become(ROLES_UID_NOBODY, ROLES_UID_NOBODY);
	for (;;) {
		struct pollfd p = { .fd = fd, .events = POLLIN };
		struct sockaddr_in from;
		socklen_t from_len = sizeof(from);
		char text[256];
		ssize_t len;
		unsigned long ms;

		if (poll(&p, 1, REPORT_MS) == 0) {
			kit_log(log, "requests %lu failed %lu slowest %lu ms", n, failed,
				slowest_ms);
			n = failed = slowest_ms = 0;
			continue;
		}
		len = recvfrom(fd, text, sizeof(text) - 1, 0, (struct sockaddr *)&from,
			       &from_len);
		if (len <= 0)
			continue;
		text[len] = '\0';
		n++;
		failed += strstr(text, ".5") != NULL;
		ms = strtoul(strchr(text, ':') ? strchr(text, ':') + 1 : "0", NULL, 10);
		slowest_ms = ms > slowest_ms ? ms : slowest_ms;
	}
}
