#include "ui/cli/line.h"

#include "engine/base/intern.h"
#include "engine/base/text.h"
#include "engine/field/render.h"
#include "engine/world/world.h"

#define NOBODY "<NA>"

static void
put_thread(const struct render *r, const struct thread *th, struct text *t)
{
	struct span comm;

	if (!th || !th->comm) {
		text_bytes(t, NOBODY, sizeof(NOBODY) - 1);
		return;
	}
	comm = intern_span(world_names(r->world), th->comm);
	render_text(r, comm, t);
}

void
line_put(struct render *r, const struct moment *m, struct text *t)
{
	const struct event *ev = m->ev;

	text_u64(t, m->num);
	text_char(t, ' ');
	clock_time(r->clock, ev->ts_ns, t);
	text_char(t, ' ');
	text_u64(t, ev->cpu);
	text_char(t, ' ');
	put_thread(r, m->thread, t);
	text_bytes(t, " (", 2);
	text_i64(t, ev->tid);
	text_bytes(t, event_id_is_exit(ev->id) ? ") < " : ") > ", 4);
	render_type(r, m, t);
	text_char(t, ' ');
	render_args(r, m, t);
	text_char(t, '\n');
}
