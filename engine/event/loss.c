#include "engine/event/loss.h"

#include <inttypes.h>
#include <stdio.h>
#include <string.h>

#include "engine/base/mem.h"
#include "engine/base/text.h"
#include "engine/event/source.h"

#define NAME "loss"
#define DATA_MAX 256			/* bytes: longer is none of ours */
#define WORD_MAX 16

static const char *const reasons[] = {
	[LOSS_FOR_UNKNOWN] = "unknown",
	[LOSS_FULL] = "full",
	[LOSS_RESERVED] = "reserved",
	[LOSS_SKIPPED] = "skipped",
};

static const char *const classes[] = {
	[LOSS_OF_ANY] = "any",
	[LOSS_OF_STATE] = "state",
	[LOSS_OF_DATA] = "data",
};

const char *
loss_reason_word(unsigned reason)
{
	return reasons[reason < ARRAY_LEN(reasons) ? reason : LOSS_FOR_UNKNOWN];
}

const char *
loss_class_word(unsigned class)
{
	return classes[class < ARRAY_LEN(classes) ? class : LOSS_OF_ANY];
}

/* Which of N WORDS is WORD? What a later version has to say is 0: not known. */
static uint8_t
find(const char *const *words, size_t n, const char *word)
{
	for (size_t i = 0; i < n; i++)
		if (!strcmp(words[i], word))
			return (uint8_t)i;
	return 0;
}

void
loss_event(const struct loss_record *loss, struct text *bytes, struct event *ev)
{
	static const uint32_t no_plugin;

	*ev = (struct event){ .type = &event_types[EV_ASYNCEVENT_E], .id = EV_ASYNCEVENT_E,
			      .ts_ns = loss->to_ns, .tid = -1,
			      .dump_flags = EVENT_STATE_ONLY | EVENT_RESTATED };
	text_bytes(bytes, &no_plugin, sizeof(no_plugin));
	ev->ends[0] = (uint32_t)bytes->len;
	text_bytes(bytes, NAME, sizeof(NAME));
	ev->ends[1] = (uint32_t)bytes->len;
	text_fmt(bytes, "cpu=%d reason=%s class=%s from_ns=%" PRIu64 " to_ns=%" PRIu64
		 " n=%" PRIu64, loss->cpu, loss_reason_word(loss->reason),
		 loss_class_word(loss->class), loss->from_ns, loss->to_ns, loss->count);
	ev->ends[2] = (uint32_t)bytes->len;
	ev->n_params = 3;
	ev->values = (const uint8_t *)bytes->p;
}

bool
loss_of_event(const struct event *ev, struct loss_record *loss)
{
	char text[DATA_MAX + 1], reason[WORD_MAX + 1], class[WORD_MAX + 1];
	struct loss_record l = { 0 };
	struct span name, data;
	int end = 0;

	if (ev->id != EV_ASYNCEVENT_E || ev->n_params < 3)
		return false;
	name = event_bytes(ev, 1);
	data = event_bytes(ev, 2);
	if (name.len != sizeof(NAME) || memcmp(name.p, NAME, sizeof(NAME)) ||
	    data.len > DATA_MAX)
		return false;
	memcpy(text, data.p, data.len);
	text[data.len] = '\0';
	if (sscanf(text, "cpu=%" SCNd32 " reason=%16[a-z] class=%16[a-z] from_ns=%" SCNu64
		   " to_ns=%" SCNu64 " n=%" SCNu64 "%n", &l.cpu, reason, class, &l.from_ns,
		   &l.to_ns, &l.count, &end) != 6 || (size_t)end != data.len)
		return false;
	l.reason = find(reasons, ARRAY_LEN(reasons), reason);
	l.class = find(classes, ARRAY_LEN(classes), class);
	*loss = l;
	return true;
}
