/*
 * services - names of ports, from the reader's own file of them.
 *
 * /etc/services is read when the first name is asked for, and nothing else: no
 * directory service, no network. Both answers are for the life of the program.
 */
#ifndef UI_CLI_SERVICES_H
#define UI_CLI_SERVICES_H

#include <stdbool.h>
#include <stdint.h>

/* The name of PORT, or NULL. */
const char *services_name(uint16_t port, bool is_udp);

/* The port called NAME, or one of its aliases, with any protocol; -1: none. */
int32_t services_port(const char *name);

#endif
