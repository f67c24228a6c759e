#include "probe/sockets.h"

#include <arpa/inet.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/stat.h>

#include "engine/base/arena.h"
#include "engine/base/hash.h"
#include "engine/base/mem.h"
#include "engine/base/text.h"
#include "engine/event/source.h"
#include "probe/proc_file.h"

#define TABLE_MAX_BYTES (256u << 20)	/* of one file: a million sockets and more */
#define TCP_LISTEN 10

struct sockets {
	struct map spaces;		/* inode of a namespace: that it was read */
	struct map by_ino;		/* struct fd_record */
	struct arena arena;
	struct text file;
};

/* One file of a namespace. */
struct table {
	const char *name;
	uint8_t l4;
	bool is_v6;
	bool (*take)(struct sockets *s, const struct table *t, char *line);
};

struct sockets *
sockets_new(void)
{
	struct sockets *s = xzalloc(sizeof(*s));

	s->spaces.seed = hash_seed();
	s->by_ino.seed = hash_seed();
	return s;
}

void
sockets_free(struct sockets *s)
{
	if (!s)
		return;
	map_fini(&s->spaces);
	map_fini(&s->by_ino);
	arena_fini(&s->arena);
	text_fini(&s->file);
	free(s);
}

static struct fd_record *
add(struct sockets *s, uint64_t ino)
{
	struct fd_record *fd = map_get(&s->by_ino, ino);

	if (fd || !ino)
		return fd;
	fd = arena_alloc(&s->arena, sizeof(*fd));
	*fd = (struct fd_record){ .ino = ino, .name = { (const uint8_t *)"", 0 } };
	map_put(&s->by_ino, ino, fd);
	return fd;
}

/* "0100007F:1F90": words in this machine's order, a port. */
static bool
take_end(const char *text, bool is_v6, uint8_t *ip, uint16_t *port)
{
	const char *colon = strchr(text, ':');
	char word[9] = "";
	uint32_t v;

	if (!colon || colon - text != (is_v6 ? 32 : 8))
		return false;
	for (int i = 0; i < (is_v6 ? 4 : 1); i++) {
		memcpy(word, text + 8 * i, 8);
		v = (uint32_t)strtoul(word, NULL, 16);
		memcpy(ip + 4 * i, &v, 4);
	}
	*port = (uint16_t)strtoul(colon + 1, NULL, 16);
	return true;
}

static bool
take_inet(struct sockets *s, const struct table *t, char *line)
{
	char local[64], remote[64];
	unsigned state;
	unsigned long long ino;
	struct fd_record *fd;
	bool is_server;

	if (sscanf(line, " %*d: %63s %63s %x %*s %*s %*s %*u %*u %llu", local, remote, &state,
		   &ino) != 4)
		return false;
	fd = add(s, ino);
	if (!fd || !take_end(local, t->is_v6, fd->src_ip, &fd->src_port) ||
	    !take_end(remote, t->is_v6, fd->dst_ip, &fd->dst_port))
		return false;
	is_server = t->l4 == L4_TCP ? state == TCP_LISTEN : !fd->dst_port;
	fd->l4 = t->l4;
	fd->kind = t->is_v6 ? (is_server ? FD_IPV6_SERVER : FD_IPV6) :
			      (is_server ? FD_IPV4_SERVER : FD_IPV4);
	return true;
}

static bool
take_unix(struct sockets *s, const struct table *t, char *line)
{
	unsigned long long self, ino;
	struct fd_record *fd;
	int path_at = 0;

	(void)t;
	if (sscanf(line, "%llx: %*x %*x %*x %*x %*x %llu%n", &self, &ino, &path_at) != 2)
		return false;
	fd = add(s, ino);
	if (!fd)
		return false;
	fd->kind = FD_UNIX;
	fd->unix_src = self;
	line += path_at;
	if (*line == ' ')
		fd->name = (struct span){ (uint8_t *)arena_strdup(&s->arena, line + 1),
					  strlen(line + 1) };
	return true;
}

/* The inode is the last word. */
static bool
take_netlink(struct sockets *s, const struct table *t, char *line)
{
	char *end = line + strlen(line);
	struct fd_record *fd;

	(void)t;
	while (end > line && end[-1] == ' ')
		*--end = '\0';
	end = strrchr(line, ' ');
	fd = end ? add(s, strtoull(end + 1, NULL, 10)) : NULL;
	if (fd)
		fd->kind = FD_NETLINK;
	return fd;
}

static const struct table tables[] = {
	{ "tcp", L4_TCP, false, take_inet }, { "tcp6", L4_TCP, true, take_inet },
	{ "udp", L4_UDP, false, take_inet }, { "udp6", L4_UDP, true, take_inet },
	{ "raw", L4_RAW, false, take_inet }, { "raw6", L4_RAW, true, take_inet },
	{ "icmp", L4_ICMP, false, take_inet }, { "icmp6", L4_ICMP, true, take_inet },
	{ "unix", L4_UNKNOWN, false, take_unix },
	{ "netlink", L4_UNKNOWN, false, take_netlink },
};

static void
read_table(struct sockets *s, int64_t pid, const struct table *t)
{
	char path[PROC_PATH_MAX], *line, *next;

	snprintf(path, sizeof(path), "/proc/%lld/net/%s", (long long)pid, t->name);
	if (!proc_read(path, &s->file, TABLE_MAX_BYTES))
		return;
	line = strchr(s->file.p, '\n');
	for (line = line ? line + 1 : NULL; line && *line; line = next) {
		next = strchr(line, '\n');
		if (next)
			*next++ = '\0';
		t->take(s, t, line);
	}
}

static void
read_space(struct sockets *s, int64_t pid)
{
	char path[PROC_PATH_MAX];
	struct stat st;

	snprintf(path, sizeof(path), "/proc/%lld/ns/net", (long long)pid);
	if (stat(path, &st) < 0 || map_get(&s->spaces, st.st_ino))
		return;
	map_put(&s->spaces, st.st_ino, s);
	for (size_t i = 0; i < ARRAY_LEN(tables); i++)
		read_table(s, pid, &tables[i]);
}

bool
sockets_find(struct sockets *s, int64_t pid, struct fd_record *fd)
{
	const struct fd_record *found;

	read_space(s, pid);
	found = map_get(&s->by_ino, fd->ino);
	if (!found)
		return false;
	fd->kind = found->kind;
	fd->l4 = found->l4;
	memcpy(fd->src_ip, found->src_ip, sizeof(fd->src_ip));
	memcpy(fd->dst_ip, found->dst_ip, sizeof(fd->dst_ip));
	fd->src_port = found->src_port;
	fd->dst_port = found->dst_port;
	fd->unix_src = found->unix_src;
	fd->name = found->name;
	return true;
}
