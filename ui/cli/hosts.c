#include "ui/cli/hosts.h"

#include <arpa/inet.h>
#include <errno.h>
#include <netdb.h>
#include <pthread.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <time.h>

#include "engine/base/hash.h"
#include "engine/base/mem.h"

#define BLANKS " \t\r\n"
#define LINES_MAX 100000u		/* of a file that may be anything */
#define ASKED_MAX 10000u		/* addresses that are asked for at all */
#define ADDRESSES_MAX 64		/* of one name */
#define NS_PER_S 1000000000ull
#define WAIT_ONE_NS (NS_PER_S / 4)	/* for an address that is new */
#define WAIT_ALL_NS (2 * NS_PER_S)	/* for all of these together */
#define WAIT_NAME_NS (5 * NS_PER_S)	/* for a name in a filter */

/* An address, or a name, and what is known of it. */
struct host {
	struct ip ip;
	char *name;			/* owned; NULL: not known */
	bool is_asked;			/* the answer is on its way */
	bool by_name;			/* ADDRESSES of NAME are asked for */
	struct ip *addresses;		/* owned; BY_NAME only: room for ADDRESSES_MAX */
	size_t n_addresses;
};

/* The asking thread and the owner both hold it; who leaves last frees it. */
struct hosts {
	const struct hosts_source *from;
	pthread_mutex_t lock;		/* of all that follows */
	pthread_cond_t asked, answered;
	struct map by_ip;
	struct host **list;		/* owned, each */
	size_t n, cap;
	struct host *queue[64];		/* those to be asked for, a ring */
	size_t first, n_queued;
	uint64_t waited_ns;
	size_t n_asked;
	unsigned n_holders;
	bool has_thread, is_over;
};

static uint64_t
now_ns(void)
{
	struct timespec t;

	clock_gettime(CLOCK_MONOTONIC, &t);
	return (uint64_t)t.tv_sec * NS_PER_S + (uint64_t)t.tv_nsec;
}

static uint64_t
key_of(const struct hosts *h, const struct ip *ip)
{
	return hash_bytes(ip->bytes, ip->is_v6 ? 16 : 4, h->by_ip.seed);
}

static bool
is_same(const struct ip *a, const struct ip *b)
{
	return a->is_v6 == b->is_v6 && !memcmp(a->bytes, b->bytes, a->is_v6 ? 16 : 4);
}

static struct host *
find(const struct hosts *h, const struct ip *ip)
{
	struct host *host = map_get(&h->by_ip, key_of(h, ip));

	return host && is_same(&host->ip, ip) ? host : NULL;
}

static struct host *
add(struct hosts *h)
{
	struct host *host = xzalloc(sizeof(*host));

	xgrow(&h->list, &h->cap, h->n + 1, sizeof(h->list[0]));
	h->list[h->n++] = host;
	return host;
}

static struct host *
add_ip(struct hosts *h, const struct ip *ip)
{
	struct host *host = add(h);

	host->ip = *ip;
	map_put(&h->by_ip, key_of(h, ip), host);
	return host;
}

static bool
read_ip(const char *word, struct ip *ip)
{
	*ip = (struct ip){ .is_v6 = strchr(word, ':') };
	return inet_pton(ip->is_v6 ? AF_INET6 : AF_INET, word, ip->bytes) == 1;
}

/* "127.0.0.1  localhost  loopback  # always": the first name of an address is
 * the one that is shown, in the first line that has it. */
static void
take_line(struct hosts *h, char *line)
{
	char *rest, *address, *name;
	struct ip ip;

	line[strcspn(line, "#")] = '\0';
	address = strtok_r(line, BLANKS, &rest);
	name = address ? strtok_r(NULL, BLANKS, &rest) : NULL;
	if (name && strlen(name) <= HOSTS_NAME_MAX && read_ip(address, &ip) && !find(h, &ip))
		add_ip(h, &ip)->name = xstrdup(name);
}

static void
read_file(struct hosts *h)
{
	FILE *f = fopen(h->from->file, "re");
	char line[1024];

	for (unsigned n = 0; f && n < LINES_MAX && fgets(line, sizeof(line), f); n++)
		take_line(h, line);
	if (f)
		fclose(f);
}

/* Add the addresses that the file has for NAME to HOST. */
static void
find_in_file(const struct hosts *h, struct host *host)
{
	FILE *f = fopen(h->from->file, "re");
	char line[1024], *rest, *address, *name;

	for (unsigned n = 0; f && n < LINES_MAX && fgets(line, sizeof(line), f); n++) {
		line[strcspn(line, "#")] = '\0';
		address = strtok_r(line, BLANKS, &rest);
		while (address && (name = strtok_r(NULL, BLANKS, &rest)))
			if (!strcmp(name, host->name) && host->n_addresses < ADDRESSES_MAX &&
			    read_ip(address, &host->addresses[host->n_addresses]))
				host->n_addresses++;
	}
	if (f)
		fclose(f);
}

struct hosts *
hosts_new(const struct hosts_source *from)
{
	struct hosts *h = xzalloc(sizeof(*h));
	pthread_condattr_t attr;

	h->from = from;
	h->by_ip.seed = hash_seed();
	h->n_holders = 1;
	pthread_mutex_init(&h->lock, NULL);
	pthread_condattr_init(&attr);
	pthread_condattr_setclock(&attr, CLOCK_MONOTONIC);
	pthread_cond_init(&h->asked, NULL);
	pthread_cond_init(&h->answered, &attr);
	pthread_condattr_destroy(&attr);
	read_file(h);
	return h;
}

/* One of those who hold H, and its lock, leaves. */
static void
leave(struct hosts *h)
{
	bool is_last = !--h->n_holders;

	pthread_mutex_unlock(&h->lock);
	if (!is_last)
		return;
	for (size_t i = 0; i < h->n; i++) {
		free(h->list[i]->name);
		free(h->list[i]->addresses);
		free(h->list[i]);
	}
	free(h->list);
	map_fini(&h->by_ip);
	pthread_cond_destroy(&h->asked);
	pthread_cond_destroy(&h->answered);
	pthread_mutex_destroy(&h->lock);
	free(h);
}

void
hosts_free(struct hosts *h)
{
	if (!h)
		return;
	pthread_mutex_lock(&h->lock);
	h->is_over = true;
	pthread_cond_signal(&h->asked);
	leave(h);
}

/* Ask for HOST, with the lock of H put down meanwhile. */
static void
ask(struct hosts *h, struct host *host)
{
	struct ip ip = host->ip, addresses[ADDRESSES_MAX];
	char name[HOSTS_NAME_MAX + 1] = "";
	size_t n = 0;
	bool found = false;

	if (host->by_name)
		strcpy(name, host->name);
	pthread_mutex_unlock(&h->lock);
	if (host->by_name)
		n = h->from->addresses_of(name, addresses, ADDRESSES_MAX);
	else
		found = h->from->name_of(&ip, name);
	pthread_mutex_lock(&h->lock);
	if (n)
		memcpy(host->addresses, addresses, n * sizeof(addresses[0]));
	host->n_addresses = n;
	if (found)
		host->name = xstrdup(name);
	host->is_asked = false;
	pthread_cond_broadcast(&h->answered);
}

static void *
asking_thread(void *arg)
{
	struct hosts *h = arg;

	pthread_mutex_lock(&h->lock);
	while (!h->is_over) {
		if (!h->n_queued) {
			pthread_cond_wait(&h->asked, &h->lock);
			continue;
		}
		h->n_queued--;
		ask(h, h->queue[h->first++ % ARRAY_LEN(h->queue)]);
	}
	leave(h);
	return NULL;
}

static bool
has_thread(struct hosts *h)
{
	pthread_t thread;

	if (h->has_thread)
		return true;
	h->n_holders++;
	if (pthread_create(&thread, NULL, asking_thread, h)) {
		h->n_holders--;
		return false;
	}
	pthread_detach(thread);
	h->has_thread = true;
	return true;
}

/* Have HOST asked for. False: so many are under way already, or were. */
static bool
put_in_queue(struct hosts *h, struct host *host)
{
	if (h->n_queued == ARRAY_LEN(h->queue) || h->n_asked >= ASKED_MAX || !has_thread(h))
		return false;
	h->n_asked++;
	host->is_asked = true;
	h->queue[(h->first + h->n_queued++) % ARRAY_LEN(h->queue)] = host;
	pthread_cond_signal(&h->asked);
	return true;
}

/* Wait until HOST is answered, for MAX_NS. */
static void
wait_for(struct hosts *h, const struct host *host, uint64_t max_ns)
{
	uint64_t start = now_ns(), until = start + max_ns;
	struct timespec t = { (time_t)(until / NS_PER_S), (long)(until % NS_PER_S) };

	while (host->is_asked && max_ns)
		if (pthread_cond_timedwait(&h->answered, &h->lock, &t) == ETIMEDOUT)
			break;
	h->waited_ns += now_ns() - start;
}

static struct host *
ask_for_ip(struct hosts *h, const struct ip *ip)
{
	uint64_t left_ns = h->waited_ns < WAIT_ALL_NS ? WAIT_ALL_NS - h->waited_ns : 0;
	struct host *host;

	if (h->n_queued == ARRAY_LEN(h->queue) || h->n_asked >= ASKED_MAX)
		return NULL;
	host = add_ip(h, ip);
	if (put_in_queue(h, host))
		wait_for(h, host, left_ns < WAIT_ONE_NS ? left_ns : WAIT_ONE_NS);
	return host;
}

bool
hosts_name(void *hosts, const struct ip *ip, struct span *out)
{
	struct hosts *h = hosts;
	const struct host *host;
	bool is_known;

	pthread_mutex_lock(&h->lock);
	host = find(h, ip);
	if (!host)
		host = ask_for_ip(h, ip);
	is_known = host && !host->is_asked && host->name;
	if (is_known)
		*out = (struct span){ (const uint8_t *)host->name, strlen(host->name) };
	pthread_mutex_unlock(&h->lock);
	return is_known;
}

/* Call IP so, whatever it was called. Names that were handed out stay. */
static void
call_so(struct hosts *h, const struct ip *ip, const char *name)
{
	add_ip(h, ip)->name = xstrdup(name);
}

bool
hosts_learn(struct hosts *h, const char *name)
{
	struct host *host;
	bool has_some;

	if (strlen(name) > HOSTS_NAME_MAX)
		return false;
	pthread_mutex_lock(&h->lock);
	host = add(h);
	host->by_name = true;
	host->name = xstrdup(name);
	host->addresses = xzalloc(ADDRESSES_MAX * sizeof(host->addresses[0]));
	find_in_file(h, host);
	if (!host->n_addresses && put_in_queue(h, host))
		wait_for(h, host, WAIT_NAME_NS);
	has_some = !host->is_asked && host->n_addresses;
	for (size_t i = 0; has_some && i < host->n_addresses; i++)
		call_so(h, &host->addresses[i], name);
	h->waited_ns = 0;		/* only events that wait are counted */
	pthread_mutex_unlock(&h->lock);
	return has_some;
}

static bool
system_name_of(const struct ip *ip, char *name)
{
	struct sockaddr_in v4 = { .sin_family = AF_INET };
	struct sockaddr_in6 v6 = { .sin6_family = AF_INET6 };
	const void *address = ip->is_v6 ? (const void *)&v6 : (const void *)&v4;

	memcpy(&v4.sin_addr, ip->bytes, sizeof(v4.sin_addr));
	memcpy(&v6.sin6_addr, ip->bytes, sizeof(v6.sin6_addr));
	return !getnameinfo(address, ip->is_v6 ? sizeof(v6) : sizeof(v4), name,
			    HOSTS_NAME_MAX + 1, NULL, 0, NI_NAMEREQD);
}

static size_t
system_addresses_of(const char *name, struct ip *out, size_t max)
{
	struct addrinfo hints = { .ai_socktype = SOCK_STREAM }, *list = NULL;
	size_t n = 0;

	if (getaddrinfo(name, NULL, &hints, &list))
		return 0;
	for (const struct addrinfo *at = list; at && n < max; at = at->ai_next) {
		struct ip *ip = &out[n++];

		*ip = (struct ip){ .is_v6 = at->ai_family == AF_INET6 };
		if (ip->is_v6)
			memcpy(ip->bytes, (const uint8_t *)at->ai_addr +
			       offsetof(struct sockaddr_in6, sin6_addr), 16);
		else if (at->ai_family == AF_INET)
			memcpy(ip->bytes, (const uint8_t *)at->ai_addr +
			       offsetof(struct sockaddr_in, sin_addr), 4);
		else
			n--;
	}
	freeaddrinfo(list);
	return n;
}

const struct hosts_source hosts_system = {
	"/etc/hosts", system_name_of, system_addresses_of,
};
