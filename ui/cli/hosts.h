/*
 * hosts - names of addresses, and addresses of names, for who asks for them.
 *
 * The reader's own file of hosts is looked at first; what it lacks is asked of
 * the system's resolver, which may ask the network. A thread does that: who asks
 * waits a moment for each new address, and a few seconds for all of them
 * together; what comes later is known later. Nothing is asked twice.
 *
 * Only made when names of hosts are wanted: without it nothing asks the network.
 */
#ifndef UI_CLI_HOSTS_H
#define UI_CLI_HOSTS_H

#include <stdbool.h>
#include <stddef.h>

#include "engine/base/reader.h"
#include "engine/field/value.h"

struct hosts;

#define HOSTS_NAME_MAX 255		/* bytes of a name */

/* Where names come from. */
struct hosts_source {
	const char *file;		/* "ADDRESS NAME..." */
	/* The name of IP in NAME, of HOSTS_NAME_MAX + 1 bytes; false: none. May take long. */
	bool (*name_of)(const struct ip *ip, char *name);
	/* Up to MAX addresses of NAME: how many. May take long. */
	size_t (*addresses_of)(const char *name, struct ip *out, size_t max);
};

extern const struct hosts_source hosts_system;

/* The caller owns it. FROM outlives it. */
struct hosts *hosts_new(const struct hosts_source *from);
void hosts_free(struct hosts *h);	/* NULL is fine */

/* The name of IP in *OUT, which lives as long as HOSTS does; false: not known.
 * HOSTS is a struct hosts: an address_host_fn. */
bool hosts_name(void *hosts, const struct ip *ip, struct span *out);

/* From now on the addresses that NAME has are called so. False: it has none. */
bool hosts_learn(struct hosts *h, const char *name);

#endif
