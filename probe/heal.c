#include "probe/heal.h"

#include <stdlib.h>

#include "engine/base/mem.h"
#include "engine/base/text.h"
#include "engine/event/event.h"
#include "engine/event/scan.h"
#include "engine/event/source.h"
#include "probe/listed.h"

#define EVERY_NS 1000000000u
#define SHARE 50			/* of the time, at most one part in so many */

struct heal {
	bool is_asked;
	uint64_t next_ns;		/* not before */
	struct listed listed;		/* what is still to be told */
	uint64_t read_ns;		/* when reading began */
	int64_t pid;			/* whose descriptors are being told; 0: nobody's */
	struct scan_range *ranges;	/* what it has, so far */
	size_t n_ranges;
	struct text bytes;		/* of the event */
};

struct heal *
heal_new(void)
{
	struct heal *h = xzalloc(sizeof(*h));

	h->ranges = xreallocarray(NULL, SCAN_RANGES_MAX, sizeof(*h->ranges));
	return h;
}

void
heal_free(struct heal *h)
{
	if (!h)
		return;
	listed_fini(&h->listed);
	text_fini(&h->bytes);
	free(h->ranges);
	free(h);
}

void
heal_ask(struct heal *h)
{
	h->is_asked = true;
}

bool
heal_is_due(const struct heal *h, uint64_t now_ns)
{
	return h->is_asked && now_ns >= h->next_ns;
}

void
heal_read(struct heal *h, int fd, uint64_t now_ns, uint64_t (*then_ns)(void))
{
	uint64_t took_ns;

	h->is_asked = false;
	h->read_ns = now_ns;
	h->pid = 0;
	listed_read(&h->listed, fd);
	took_ns = then_ns() - now_ns;
	h->next_ns = now_ns + (took_ns * SHARE > EVERY_NS ? took_ns * SHARE : EVERY_NS);
}

bool
heal_has(const struct heal *h, uint64_t ns)
{
	return (listed_pid(&h->listed) || h->pid) && h->read_ns < ns;
}

/* Telling ---------------------------------------------------------------- */

/* Descriptors come in the order of their numbers. When there are too many pieces
 * the last one takes all: nothing is said to be closed that is not. */
static void
note(struct heal *h, int64_t num)
{
	struct scan_range *last = h->n_ranges ? &h->ranges[h->n_ranges - 1] : NULL;

	if (last && (num == last->to + 1 || h->n_ranges == SCAN_RANGES_MAX))
		last->to = num;
	else
		h->ranges[h->n_ranges++] = (struct scan_range){ num, num };
}

bool
heal_next(struct heal *h, struct event *ev)
{
	int64_t pid = listed_pid(&h->listed);
	struct fd_record fd;

	h->bytes.len = 0;
	if (h->pid && pid != h->pid) {
		scan_end_event(h->pid, h->ranges, h->n_ranges, &h->bytes, ev);
		h->pid = 0;
	} else if (pid) {
		if (!h->pid)
			h->n_ranges = 0;
		h->pid = pid;
		listed_next(&h->listed, &fd);
		note(h, fd.fd);
		scan_fd_event(&fd, &h->bytes, ev);
	} else {
		return false;
	}
	ev->ts_ns = h->read_ns;
	ev->dump_flags = EVENT_STATE_ONLY | EVENT_RESTATED;
	return true;
}
