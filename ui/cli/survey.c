#include "ui/cli/survey.h"

#include <stdlib.h>
#include <string.h>

#include "engine/base/mem.h"
#include "ui/cli/input.h"

struct pass {
	struct survey *s;
	const struct survey_options *options;
};

static void
note_block(void *ctx, const struct capture_block *block)
{
	struct pass *pass = ctx;
	struct survey *s = pass->s;
	size_t i;

	for (i = 0; i < s->n_blocks; i++)
		if (s->blocks[i].type == block->type)
			break;
	if (i == s->n_blocks) {
		/* Hostile captures may have a different type in each block. */
		if (s->n_blocks == 4096)
			return;
		xgrow(&s->blocks, &s->cap_blocks, i + 1, sizeof(*s->blocks));
		s->blocks[s->n_blocks++] = (struct survey_block){ .type = block->type };
	}
	s->blocks[i].n++;
	s->blocks[i].bytes += block->len;
	s->blocks[i].n_unusable += !block->usable;
	if (pass->options->block)
		pass->options->block(pass->options->ctx, block);
}

static struct survey_section *
begin_section(struct survey *s, const struct section_record *r)
{
	struct survey_section *section;

	xgrow(&s->sections, &s->cap_sections, s->n_sections + 1, sizeof(*s->sections));
	section = &s->sections[s->n_sections++];
	*section = (struct survey_section){
		.file = r->file, .offset = r->offset, .major = r->major, .minor = r->minor,
		.swapped = r->swapped,
	};
	return section;
}

/* The tables of SECTION are all in. */
static void
end_tables(struct survey_section *section, struct world *w)
{
	const struct machine_record *machine;
	struct world_size size;

	world_settle(w);
	world_size(w, &size);
	section->n_processes = size.n_processes;
	section->n_threads = size.n_threads;
	section->n_fds = size.n_fds;
	section->n_users = users_count(world_users(w), false);
	section->n_groups = users_count(world_users(w), true);
	section->n_ifaces = world_ifaces(w);
	section->n_containers = containers_count(world_containers(w));
	machine = world_machine(w);
	section->has_machine = machine != NULL;
	if (!machine)
		return;
	section->machine = *machine;
	memcpy(section->hostname, machine->hostname.p, machine->hostname.len);
	section->hostname[machine->hostname.len] = '\0';
}

static void
count_event(struct survey *s, struct survey_section *section, const struct moment *m)
{
	const struct event *ev = m->ev;
	uint16_t code = 0;

	if (!section->n_events++) {
		section->first_event = m->num;
		section->first_ns = ev->ts_ns;
		section->last_ns = ev->ts_ns;
	}
	/* Events about containers come first, and may be later than what follows. */
	if (ev->ts_ns < section->first_ns)
		section->first_ns = ev->ts_ns;
	if (ev->ts_ns < section->last_ns)
		s->n_backwards++;
	else
		section->last_ns = ev->ts_ns;
	s->n_events++;
	s->by_type[ev->id]++;
	s->by_category[ev->type->category]++;
	s->n_internal += m->is_internal;
	s->n_state_only += m->is_state_only;
	if ((ev->id == EV_GENERIC_E || ev->id == EV_GENERIC_X) && event_u16(ev, 0, &code) &&
	    code < SURVEY_CODES)
		s->by_code[code]++;
	if (ev->id == EV_DROP_E || ev->id == EV_DROP_X)
		section->n_drops++;
}

static void
read_all(struct survey *s, struct source *source, struct world *w, uint64_t stop_at)
{
	struct survey_section *section = NULL;
	bool in_tables = false;
	struct record rec;

	while (source_next(source, &rec) == 1) {
		const struct moment *m;

		if (rec.kind == RECORD_SECTION && in_tables)
			end_tables(section, w);
		if (rec.kind == RECORD_EVENT && in_tables) {
			end_tables(section, w);
			in_tables = false;
			if (stop_at == 0)
				break;
		}
		m = world_take(w, &rec);
		if (rec.kind == RECORD_SECTION) {
			section = begin_section(s, &rec.section);
			in_tables = true;
		} else if (m && m->num && section) {
			count_event(s, section, m);
			if (m->num == stop_at)
				break;
		} else if (rec.kind == RECORD_LOSS && section) {
			section->n_lost += rec.loss.count;
		}
	}
	if (in_tables)
		end_tables(section, w);
}

int
survey_read(struct survey *s, struct input *in, const struct survey_options *options,
	    struct world *w, struct err *err)
{
	struct pass pass = { s, options };
	struct capture_options how = { .block = note_block, .ctx = &pass };
	struct source *source;

	*s = (struct survey){ .input = in };
	source = input_open(in, &how, err);
	if (!source)
		return err->code;
	read_all(s, source, w, options->stop_at);
	source_stats(source, &s->stats);
	source_end(source, &s->end);
	s->storage = xzalloc(in->n * sizeof(*s->storage));
	for (size_t i = 0; i < in->n; i++)
		capture_storage(source, (uint32_t)i, &s->storage[i]);
	s->is_usable = input_report(source);
	source_close(source);
	return 0;
}

void
survey_fini(struct survey *s)
{
	free(s->sections);
	free(s->blocks);
	free(s->storage);
	*s = (struct survey){ 0 };
}
