#include <stdlib.h>
#include <string.h>

#include "engine/base/intern.h"
#include "engine/event/syscall.h"
#include "ui/cli/input.h"
#include "ui/cli/json_out.h"
#include "ui/cli/survey.h"

static void
put_files(const struct survey *s, struct json_out *j)
{
	json_open(j, "files", '[');
	for (size_t i = 0; i < s->input->n; i++) {
		const struct capture_storage *st = &s->storage[i];

		json_open(j, NULL, '{');
		json_str(j, "name", s->input->names[i]);
		json_str(j, "compression", st->gzip ? "gzip" : "none");
		if (st->gzip)
			json_u64(j, "gzip_members", st->n_members);
		json_u64(j, "stored_bytes", st->stored_bytes);
		json_u64(j, "inflated_bytes", st->inflated_bytes);
		json_close(j, '}');
	}
	json_close(j, ']');
	json_bool(j, "whole", !s->end.damage.code && !s->end.cut_short);
	json_u64(j, "damages", s->end.n_damages);
	if (s->end.damage.code)
		json_str(j, "first_damage", s->end.damage.text);
}

static void
put_machine(const struct survey_section *section, struct json_out *j)
{
	const struct machine_record *m = &section->machine;

	if (!section->has_machine) {
		json_null(j, "machine");
		return;
	}
	json_open(j, "machine", '{');
	json_str(j, "hostname", section->hostname);
	json_u64(j, "cpus", m->n_cpus);
	json_u64(j, "memory_bytes", m->memory_bytes);
	json_u64(j, "max_pid", m->max_pid);
	json_u64(j, "boot_ns", m->boot_ns);
	json_close(j, '}');
}

static void
put_section(const struct survey *s, const struct survey_section *section,
	    struct json_out *j)
{
	json_open(j, NULL, '{');
	json_str(j, "file", s->input->names[section->file]);
	json_u64(j, "offset", section->offset);
	json_u64(j, "major", section->major);
	json_u64(j, "minor", section->minor);
	json_bool(j, "swapped", section->swapped);
	put_machine(section, j);
	json_open(j, "at_start", '{');
	json_u64(j, "processes", section->n_processes);
	json_u64(j, "threads", section->n_threads);
	json_u64(j, "fds", section->n_fds);
	json_u64(j, "users", section->n_users);
	json_u64(j, "groups", section->n_groups);
	json_u64(j, "interfaces", section->n_ifaces);
	json_u64(j, "containers", section->n_containers);
	json_close(j, '}');
	json_u64(j, "events", section->n_events);
	json_u64(j, "first_event", section->first_event);
	json_u64(j, "first_ns", section->first_ns);
	json_u64(j, "last_ns", section->last_ns);
	json_u64(j, "lost", section->n_lost);
	json_u64(j, "sampling_switches", section->n_drops);
	json_close(j, '}');
}

static void
put_blocks(const struct survey *s, struct json_out *j)
{
	json_open(j, "blocks", '[');
	for (size_t i = 0; i < s->n_blocks; i++) {
		const struct survey_block *b = &s->blocks[i];
		const char *name = capture_block_name(b->type);

		json_open(j, NULL, '{');
		json_u64(j, "type", b->type);
		if (name)
			json_str(j, "name", name);
		else
			json_null(j, "name");
		json_u64(j, "count", b->n);
		json_u64(j, "bytes", b->bytes);
		json_u64(j, "unusable", b->n_unusable);
		json_close(j, '}');
	}
	json_close(j, ']');
}

static void
put_counts(const struct survey *s, struct json_out *j)
{
	json_open(j, "by_category", '{');
	for (size_t i = 0; i < EC_COUNT; i++)
		if (s->by_category[i])
			json_u64(j, event_category_name((enum event_category)i),
				 s->by_category[i]);
	json_close(j, '}');
	json_open(j, "by_type", '[');
	for (size_t id = 0; id < EVENT_TYPES; id++) {
		if (!s->by_type[id])
			continue;
		json_open(j, NULL, '{');
		json_u64(j, "id", id);
		json_str(j, "name", event_types[id].name);
		json_str(j, "direction", event_id_is_exit((uint16_t)id) ? "exit" : "enter");
		json_u64(j, "count", s->by_type[id]);
		json_close(j, '}');
	}
	json_close(j, ']');
	json_open(j, "generic_by_syscall", '{');
	for (uint32_t code = 0; code < SURVEY_CODES; code++)
		if (s->by_code[code] && syscall_code_name(code))
			json_u64(j, syscall_code_name(code), s->by_code[code]);
	json_close(j, '}');
}

void
survey_json(const struct survey *s, struct text *t)
{
	struct json_out j = { t, false };

	json_open(&j, NULL, '{');
	put_files(s, &j);
	json_u64(&j, "events", s->n_events);
	json_u64(&j, "internal", s->n_internal);
	json_u64(&j, "state_only", s->n_state_only);
	json_u64(&j, "unknown_types", s->stats.n_unknown_events);
	json_u64(&j, "out_of_order", s->n_backwards);
	json_open(&j, "sections", '[');
	for (size_t i = 0; i < s->n_sections; i++)
		put_section(s, &s->sections[i], &j);
	json_close(&j, ']');
	put_blocks(s, &j);
	put_counts(s, &j);
	json_close(&j, '}');
	text_char(t, '\n');
}

/* Tables -------------------------------------------------------------- */

static void
put_name(const struct world *w, struct json_out *j, const char *key, uint32_t id)
{
	if (id)
		json_span(j, key, intern_span(world_names(w), id));
	else
		json_null(j, key);
}

void
survey_procs_json(const struct world *w, struct text *t)
{
	struct json_out j = { t, false };
	size_t n;
	const struct thread **threads = world_threads(w, &n);

	json_open(&j, NULL, '[');
	for (size_t i = 0; i < n; i++) {
		const struct thread *th = threads[i];
		const struct process *p = th->proc;
		const struct user *u = users_find(world_users(w), p->container, p->uid, false);
		const struct container *c = containers_get(world_containers(w), p->container);

		json_open(&j, NULL, '{');
		json_i64(&j, "tid", th->tid);
		json_i64(&j, "pid", p->pid);
		json_i64(&j, "ppid", p->ppid);
		json_i64(&j, "vtid", th->vtid);
		json_i64(&j, "vpid", p->vpid);
		put_name(w, &j, "comm", th->comm);
		put_name(w, &j, "exe", p->exe);
		put_name(w, &j, "exepath", p->exepath);
		put_name(w, &j, "cwd", p->cwd);
		json_i64(&j, "uid", p->uid == NO_UID ? -1 : (int64_t)p->uid);
		json_i64(&j, "gid", p->gid == NO_UID ? -1 : (int64_t)p->gid);
		put_name(w, &j, "user", u ? u->name : 0);
		put_name(w, &j, "container", c ? c->id : 0);
		json_u64(&j, "vmsize_kb", th->vmsize_kb);
		json_u64(&j, "vmrss_kb", th->vmrss_kb);
		json_i64(&j, "fdlimit", p->fdlimit);
		json_close(&j, '}');
	}
	json_close(&j, ']');
	text_char(t, '\n');
	free(threads);
}

static void
put_fds_of(const struct world *w, const struct process *p, struct text *name,
	   struct json_out *j)
{
	size_t n;
	const struct descriptor **fds = world_fds(p, &n);

	for (size_t i = 0; i < n; i++) {
		char l4[2] = { l4_letter((enum l4_proto)fds[i]->l4), '\0' };

		name->len = 0;
		descriptor_name(w, fds[i], name);
		json_open(j, NULL, '{');
		json_i64(j, "pid", p->pid);
		put_name(w, j, "comm", p->comm);
		json_i64(j, "fd", fds[i]->num);
		json_str(j, "type", fd_kind_word((enum fd_kind)fds[i]->kind));
		json_str(j, "proto", l4);
		json_span(j, "name", (struct span){ (const uint8_t *)name->p, name->len });
		json_u64(j, "ino", fds[i]->ino);
		json_close(j, '}');
	}
	free(fds);
}

void
survey_fds_json(const struct world *w, struct text *t)
{
	struct json_out j = { t, false };
	struct text name = { 0 };
	size_t n;
	const struct thread **threads = world_threads(w, &n);

	json_open(&j, NULL, '[');
	for (size_t i = 0; i < n; i++)
		if (threads[i]->tid == threads[i]->proc->pid || threads[i]->proc->pid < 0)
			put_fds_of(w, threads[i]->proc, &name, &j);
	json_close(&j, ']');
	text_char(t, '\n');
	text_fini(&name);
	free(threads);
}
