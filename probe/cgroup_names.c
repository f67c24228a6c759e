#include "probe/cgroup_names.h"

#include <stdlib.h>
#include <string.h>

#include "probe/parameter_task.h"
#include "probe/proc_entry.h"
#include "probe/proc_file.h"

#define KNOWN_MAX 4096			/* remembered; then it starts anew */
#define HIERARCHIES_MAX_BYTES 65536

void
cgroup_names_init(struct cgroup_names *n)
{
	*n = (struct cgroup_names){ .known = { .seed = hash_seed() }, .seed = hash_seed() };
}

void
cgroup_names_fini(struct cgroup_names *n)
{
	map_fini(&n->known);
	arena_fini(&n->texts);
	text_fini(&n->hierarchies);
	text_fini(&n->file);
	text_fini(&n->out);
}

/* The names at P, which has LEFT bytes, up to the empty one: how many bytes. */
static size_t
names_len(const uint8_t *p, size_t left)
{
	size_t len = 0;

	while (len < left && p[len]) {
		const uint8_t *nul = memchr(p + len, '\0', left - len);

		if (!nul)
			return left;
		len = (size_t)(nul - p) + 1;
	}
	return len;
}

/* The names that PLACES has of HIERARCHY. False: it has none. */
static bool
find_place(struct span places, uint32_t hierarchy, struct span *names)
{
	uint32_t number;
	size_t len;

	for (size_t at = 0; places.len - at > sizeof(number); at += len + 1) {
		memcpy(&number, places.p + at, sizeof(number));
		at += sizeof(number);
		len = names_len(places.p + at, places.len - at);
		if (len >= places.len - at)
			return false;
		if (number == hierarchy) {
			*names = (struct span){ places.p + at, len };
			return true;
		}
	}
	return false;
}

void
cgroup_names_lines(const char *lines, struct span places, struct text *out)
{
	const char *colon, *next;
	struct span names;

	for (; *lines; lines = next) {
		next = lines + strcspn(lines, "\n");
		next += *next != '\0';
		colon = memchr(lines, ':', (size_t)(next - lines));
		colon = colon ? memchr(colon + 1, ':', (size_t)(next - colon) - 1) : NULL;
		if (!colon || !find_place(places, (uint32_t)strtoul(lines, NULL, 10), &names))
			continue;
		text_bytes(out, lines, (size_t)(colon - lines) + 1);
		if (names.len) {
			parameter_task_path(out, names);
			out->len--;		/* its NUL */
		} else {
			text_char(out, '/');
		}
		text_char(out, '\n');
	}
	text_char(out, '\0');
	out->len--;
}

static void
forget(struct cgroup_names *n)
{
	map_fini(&n->known);
	n->known = (struct map){ .seed = hash_seed() };
	arena_fini(&n->texts);
}

struct span
cgroup_names_of(struct cgroup_names *n, int64_t tid, struct span places)
{
	uint64_t key = places.len ? hash_bytes(places.p, places.len, n->seed) : 0;
	struct span *known = places.len ? map_get(&n->known, key) : NULL;

	if (known)
		return *known;
	if (!places.len ||
	    !proc_read("/proc/self/cgroup", &n->hierarchies, HIERARCHIES_MAX_BYTES)) {
		proc_entry_cgroups(&n->file, tid, &n->out);
		return (struct span){ (const uint8_t *)n->out.p, n->out.len };
	}
	n->file.len = 0;
	cgroup_names_lines(n->hierarchies.p, places, &n->file);
	proc_entry_take_cgroups(n->file.p, &n->out);
	if (n->known.n >= KNOWN_MAX)
		forget(n);
	known = arena_alloc(&n->texts, sizeof(*known));
	*known = (struct span){ (const uint8_t *)(n->out.len ? arena_strndup(&n->texts, n->out.p,
									     n->out.len) : ""),
				n->out.len };
	map_put(&n->known, key, known);
	return *known;
}
