#include "engine/event/cpu_time.h"

#include <inttypes.h>
#include <stdio.h>
#include <string.h>

#include "engine/base/text.h"
#include "engine/event/event.h"

#define DATA_MAX 200			/* bytes: longer is none of ours */

struct cpu_time
cpu_time_split(uint64_t run_ns, uint64_t user_ns, uint64_t system_ns)
{
	struct cpu_time t = { .user_ns = run_ns };
	double both = (double)user_ns + (double)system_ns;

	if (system_ns)
		t.system_ns = user_ns ? (uint64_t)((double)run_ns * ((double)system_ns / both)) :
			      run_ns;
	if (t.system_ns > run_ns)
		t.system_ns = run_ns;
	t.user_ns = run_ns - t.system_ns;
	return t;
}

void
cpu_time_put(struct text *out, const struct cpu_time *time)
{
	text_fmt(out, "user_ns=%" PRIu64 " system_ns=%" PRIu64, time->user_ns, time->system_ns);
	if (time->has_faults)
		text_fmt(out, " pgft_maj=%" PRIu64 " pgft_min=%" PRIu64, time->pf_major,
			 time->pf_minor);
	if (time->has_memory)
		text_fmt(out, " vm_size=%" PRIu32 " vm_rss=%" PRIu32 " vm_swap=%" PRIu32,
			 time->vmsize_kb, time->vmrss_kb, time->vmswap_kb);
	text_char(out, '\0');
}

static void
begin(uint16_t id, int64_t tid, uint64_t ns, struct event *ev)
{
	*ev = (struct event){ .type = &event_types[id], .id = id, .ts_ns = ns, .tid = tid,
			      .dump_flags = EVENT_STATE_ONLY | EVENT_RESTATED };
}

static void
end_param(const struct text *bytes, struct event *ev)
{
	ev->ends[ev->n_params++] = (uint32_t)bytes->len;
	ev->values = (const uint8_t *)bytes->p;
}

void
cpu_time_event(int64_t tid, uint64_t ns, const struct cpu_time *time, struct text *bytes,
	       struct event *ev)
{
	static const uint32_t no_plugin;

	begin(EV_ASYNCEVENT_E, tid, ns, ev);
	text_bytes(bytes, &no_plugin, sizeof(no_plugin));
	end_param(bytes, ev);
	text_bytes(bytes, CPU_TIME_NAME, sizeof(CPU_TIME_NAME));
	end_param(bytes, ev);
	cpu_time_put(bytes, time);
	end_param(bytes, ev);
}

void
cpu_sample_event(int64_t tid, uint64_t ns, const struct cpu_time *time, struct text *bytes,
		 struct event *ev)
{
	uint64_t user = time->user_ns / CPU_TIME_TICK_NS;
	uint64_t system = time->system_ns / CPU_TIME_TICK_NS;

	begin(EV_PROCINFO_E, tid, ns, ev);
	text_bytes(bytes, &user, sizeof(user));
	end_param(bytes, ev);
	text_bytes(bytes, &system, sizeof(system));
	end_param(bytes, ev);
}

static uint32_t
bounded(uint64_t kb)
{
	return kb < UINT32_MAX ? (uint32_t)kb : UINT32_MAX;
}

bool
cpu_time_parse(struct span data, struct cpu_time *out)
{
	char text[DATA_MAX + 1];
	struct cpu_time t = { .user_ns = 0 };
	uint64_t kb[3] = { 0, 0, 0 };
	int ends[3] = { 0, 0, 0 };
	size_t end;

	if (data.len && !data.p[data.len - 1])
		data.len--;
	if (data.len > DATA_MAX)
		return false;
	memcpy(text, data.p, data.len);
	text[data.len] = '\0';
	if (sscanf(text, "user_ns=%20" SCNu64 " system_ns=%20" SCNu64 "%n pgft_maj=%20" SCNu64
		   " pgft_min=%20" SCNu64 "%n vm_size=%20" SCNu64 " vm_rss=%20" SCNu64
		   " vm_swap=%20" SCNu64 "%n", &t.user_ns, &t.system_ns, &ends[0], &t.pf_major,
		   &t.pf_minor, &ends[1], &kb[0], &kb[1], &kb[2], &ends[2]) < 2)
		return false;
	t.vmsize_kb = bounded(kb[0]);
	t.vmrss_kb = bounded(kb[1]);
	t.vmswap_kb = bounded(kb[2]);
	t.has_faults = ends[1] > 0;
	t.has_memory = ends[2] > 0;
	end = (size_t)(t.has_memory ? ends[2] : t.has_faults ? ends[1] : ends[0]);
	if (!end || end != data.len)
		return false;
	*out = t;
	return true;
}
