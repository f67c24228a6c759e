#include "ui/cli/services.h"

#include <pthread.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "engine/base/mem.h"

#define SERVICES_FILE "/etc/services"
#define BLANKS " \t\r\n"
#define PORTS 65536
#define LINES_MAX 100000u		/* of a file that may be anything */

enum { TCP, UDP, PROTOCOLS };

struct alias {
	char *name;
	uint16_t port;
};

/* Read by whoever asks first, which may be several threads at once. */
static pthread_once_t is_read = PTHREAD_ONCE_INIT;

static struct {
	char *names[PROTOCOLS][PORTS];
	struct alias *aliases;
	size_t n_aliases, cap_aliases;
} services;

static void
add_alias(const char *name, uint16_t port)
{
	xgrow(&services.aliases, &services.cap_aliases, services.n_aliases + 1,
	      sizeof(services.aliases[0]));
	services.aliases[services.n_aliases++] = (struct alias){ xstrdup(name), port };
}

/* "http  80/tcp  www  # World Wide Web" */
static void
take_line(char *line)
{
	char *rest, *name, *port, *end, *alias;
	unsigned long number;
	int protocol;

	line[strcspn(line, "#")] = '\0';
	name = strtok_r(line, BLANKS, &rest);
	port = name ? strtok_r(NULL, BLANKS, &rest) : NULL;
	if (!port)
		return;
	number = strtoul(port, &end, 10);
	if (end == port || number >= PORTS)
		return;
	add_alias(name, (uint16_t)number);
	while ((alias = strtok_r(NULL, BLANKS, &rest)))
		add_alias(alias, (uint16_t)number);
	protocol = !strcmp(end, "/tcp") ? TCP : !strcmp(end, "/udp") ? UDP : PROTOCOLS;
	if (protocol < PROTOCOLS && !services.names[protocol][number])
		services.names[protocol][number] = xstrdup(name);
}

static void
read_file(void)
{
	FILE *f = fopen(SERVICES_FILE, "re");
	char line[512];

	for (unsigned n = 0; f && n < LINES_MAX && fgets(line, sizeof(line), f); n++)
		take_line(line);
	if (f)
		fclose(f);
}

const char *
services_name(uint16_t port, bool is_udp)
{
	pthread_once(&is_read, read_file);
	return services.names[is_udp ? UDP : TCP][port];
}

int32_t
services_port(const char *name)
{
	pthread_once(&is_read, read_file);
	for (size_t i = 0; i < services.n_aliases; i++)
		if (!strcmp(services.aliases[i].name, name))
			return services.aliases[i].port;
	return -1;
}
