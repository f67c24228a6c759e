/*
 * Any bytes as a capture: reader, decoder and world together. What an event
 * names is looked up as well, as printing would do.
 */
#include "engine/base/text.h"
#include "engine/world/world.h"
#include "tests/fuzz/fuzz.h"
#include "tests/lib/replay.h"

int
LLVMFuzzerTestOneInput(const uint8_t *data, size_t len)
{
	/* One for all runs: each section starts anew, and to make one takes
	 * longer than most runs. */
	static struct world *w;
	struct source *s = replay_open(data, len, NULL);
	struct text name = { 0 };
	struct source_end end;
	struct record rec;

	if (!s)
		return 0;
	if (!w)
		w = world_new(NULL, NULL);
	while (source_next(s, &rec)) {
		const struct moment *m = world_take(w, &rec);

		name.len = 0;
		if (m && m->fd)
			descriptor_name(w, m->fd, &name);
	}
	source_end(s, &end);
	source_close(s);
	text_fini(&name);
	return 0;
}
