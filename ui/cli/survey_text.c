#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <time.h>

#include "engine/base/intern.h"
#include "engine/base/mem.h"
#include "engine/base/text.h"
#include "engine/event/syscall.h"
#include "ui/cli/input.h"
#include "ui/cli/survey.h"

#define MOMENT_NS 100000000u
#define NS_PER_S 1000000000ull

static void
put_label(struct text *t, const char *label)
{
	text_fmt(t, "%-14s", label);
}

static void
put_time(struct text *t, uint64_t ns)
{
	time_t s = (time_t)(ns / NS_PER_S);
	struct tm tm;
	char words[64];

	if (!localtime_r(&s, &tm) || !strftime(words, sizeof(words), "%Y-%m-%d %H:%M:%S", &tm)) {
		text_u64(t, ns);
		return;
	}
	text_fmt(t, "%s.%09llu", words, (unsigned long long)(ns % NS_PER_S));
}

static void
put_bytes(struct text *t, uint64_t bytes)
{
	static const char *const units[] = { "B", "KiB", "MiB", "GiB", "TiB", "PiB", "EiB" };
	double v = (double)bytes;
	size_t unit = 0;

	for (; v >= 1024 && unit + 1 < ARRAY_LEN(units); unit++)
		v /= 1024;
	text_fmt(t, unit ? "%.1f %s" : "%.0f %s", v, units[unit]);
}

static void
put_files(const struct survey *s, struct text *t)
{
	for (size_t i = 0; i < s->input->n; i++) {
		const struct capture_storage *st = &s->storage[i];

		put_label(t, "File");
		text_safe(t, s->input->names[i], strlen(s->input->names[i]));
		text_str(t, "\n");
		put_label(t, "Stored");
		text_count(t, st->stored_bytes);
		if (!st->gzip) {
			text_str(t, " bytes, not compressed\n");
			continue;
		}
		text_fmt(t, " bytes, gzip (%u member%s), inflated ", st->n_members,
			 st->n_members == 1 ? "" : "s");
		text_count(t, st->inflated_bytes);
		text_str(t, " bytes\n");
	}
	put_label(t, "Whole");
	if (s->end.damage.code) {
		text_str(t, "no: ");
		text_safe(t, s->end.damage.text, strlen(s->end.damage.text));
		if (s->end.n_damages > 1) {
			text_str(t, " (and ");
			text_count(t, s->end.n_damages - 1);
			text_str(t, " more)");
		}
		text_char(t, '\n');
	} else {
		text_str(t, s->end.cut_short ? "no: it ends in the middle of a block\n" : "yes\n");
	}
}

static void
put_machine(const struct survey_section *section, struct text *t)
{
	const struct machine_record *m = &section->machine;

	put_label(t, "  Host");
	if (!section->has_machine) {
		text_str(t, "not recorded\n");
		return;
	}
	text_safe(t, section->hostname, strlen(section->hostname));
	text_fmt(t, ", %u cpu%s, ", m->n_cpus, m->n_cpus == 1 ? "" : "s");
	put_bytes(t, m->memory_bytes);
	text_str(t, " of memory");
	if (m->max_pid) {
		text_str(t, ", pids up to ");
		text_u64(t, m->max_pid);
	}
	text_char(t, '\n');
	if (m->boot_ns) {
		put_label(t, "  Booted");
		put_time(t, m->boot_ns);
		text_char(t, '\n');
	}
}

static void
put_state(const struct survey_section *section, struct text *t)
{
	const struct {
		const char *one, *many;
		size_t n;
	} counts[] = {
		{ " process", " processes", section->n_processes },
		{ " thread", " threads", section->n_threads },
		{ " fd", " fds", section->n_fds },
		{ " user", " users", section->n_users },
		{ " group", " groups", section->n_groups },
		{ " interface", " interfaces", section->n_ifaces },
		{ " container", " containers", section->n_containers },
	};

	put_label(t, "  At start");
	for (size_t i = 0; i < ARRAY_LEN(counts); i++) {
		if (i)
			text_str(t, ", ");
		text_count(t, counts[i].n);
		text_str(t, counts[i].n == 1 ? counts[i].one : counts[i].many);
	}
	text_char(t, '\n');
}

/* Does section I come before section K in time; or, with BOTH, is it there at one time with it?
 * By less than a moment times go back within a recording, too. */
static bool
is_out_of_order(const struct survey *s, size_t i, size_t k, bool both)
{
	const struct survey_section *this = &s->sections[i], *other = &s->sections[k];

	return this->n_events && other->n_events &&
	       this->first_ns + MOMENT_NS < other->last_ns &&
	       (this->last_ns >= other->first_ns) == both;
}

/* How section I lies to those that were read before it, where it is not behind them. */
static void
put_order(const struct survey *s, size_t i, struct text *t)
{
	for (int both = 1; both >= 0; both--) {
		size_t n = 0;

		for (size_t k = 0; k < i; k++) {
			if (!is_out_of_order(s, i, k, both) || n++)
				continue;
			put_label(t, "  Order");
			text_fmt(t, "%s section %zu", both ? "at one time with" : "earlier than",
				 k + 1);
		}
		if (n > 1)
			text_fmt(t, " and %zu more", n - 1);
		text_str(t, n ? "\n" : "");
	}
}

static void
put_section(const struct survey *s, size_t i, struct text *t)
{
	const struct survey_section *section = &s->sections[i];

	text_fmt(t, "\nSection %-6zuformat %u.%u, %s-endian", i + 1, section->major,
		 section->minor,
		 section->swapped == (__BYTE_ORDER__ == __ORDER_LITTLE_ENDIAN__) ? "big" :
										   "little");
	text_fmt(t, ", at byte %llu", (unsigned long long)section->offset);
	if (s->input->n > 1) {
		text_str(t, " of ");
		text_safe(t, s->input->names[section->file],
			  strlen(s->input->names[section->file]));
	}
	text_char(t, '\n');
	put_machine(section, t);
	put_state(section, t);
	put_label(t, "  Events");
	text_count(t, section->n_events);
	if (section->n_events) {
		uint64_t span = section->last_ns - section->first_ns;

		text_str(t, ", the first is number ");
		text_count(t, section->first_event);
		text_char(t, '\n');
		put_label(t, "  From");
		put_time(t, section->first_ns);
		text_char(t, '\n');
		put_label(t, "  To");
		put_time(t, section->last_ns);
		text_fmt(t, "  (%llu.%09llu s)", (unsigned long long)(span / NS_PER_S),
			 (unsigned long long)(span % NS_PER_S));
	}
	text_char(t, '\n');
	put_order(s, i, t);
	put_label(t, "  Lost");
	text_count(t, section->n_lost);
	text_str(t, " events");
	if (section->n_drops) {
		text_str(t, ", sampling switched ");
		text_count(t, section->n_drops);
		text_str(t, " times");
	}
	text_char(t, '\n');
}

struct named_count {
	const char *name;
	uint64_t n;
};

static int
by_count(const void *a, const void *b)
{
	const struct named_count *x = a, *y = b;

	if (x->n != y->n)
		return x->n < y->n ? 1 : -1;
	return strcmp(x->name, y->name);
}

static void
add_count(struct named_count *all, size_t *n, const char *name, uint64_t count)
{
	size_t i;

	if (!count)
		return;
	for (i = 0; i < *n; i++)
		if (!strcmp(all[i].name, name))
			break;
	if (i == *n)
		all[(*n)++] = (struct named_count){ name, 0 };
	all[i].n += count;
}

static void
put_types(const struct survey *s, struct text *t)
{
	struct named_count *all = xzalloc((EVENT_TYPES + SURVEY_CODES) * sizeof(*all));
	size_t n = 0;

	for (size_t id = 0; id < EVENT_TYPES; id++)
		if (id != EV_GENERIC_E && id != EV_GENERIC_X)
			add_count(all, &n, event_types[id].name, s->by_type[id]);
	for (uint32_t code = 0; code < SURVEY_CODES; code++)
		add_count(all, &n, syscall_code_name(code) ? syscall_code_name(code) : "unknown",
			  s->by_code[code]);
	qsort(all, n, sizeof(*all), by_count);
	if (n)
		text_str(t, "\nEvents by type\n");
	for (size_t i = 0; i < n; i++)
		text_fmt(t, "  %-24s %12llu\n", all[i].name, (unsigned long long)all[i].n);
	free(all);
}

static void
put_categories(const struct survey *s, struct text *t)
{
	bool has_title = false;

	for (size_t i = 0; i < EC_COUNT; i++) {
		if (!s->by_category[i])
			continue;
		if (!has_title)
			text_str(t, "\nEvents by category\n");
		has_title = true;
		text_fmt(t, "  %-24s %12llu\n", event_category_name((enum event_category)i),
			 (unsigned long long)s->by_category[i]);
	}
}

void
survey_text(const struct survey *s, struct text *t)
{
	put_files(s, t);
	for (size_t i = 0; i < s->n_sections; i++)
		put_section(s, i, t);
	text_str(t, "\nBlocks\n");
	for (size_t i = 0; i < s->n_blocks; i++) {
		const struct survey_block *b = &s->blocks[i];
		const char *name = capture_block_name(b->type);

		text_fmt(t, "  %-24s 0x%08x %12llu %14llu bytes", name ? name : "unknown", b->type,
			 (unsigned long long)b->n, (unsigned long long)b->bytes);
		if (b->n_unusable)
			text_fmt(t, ", %llu unusable", (unsigned long long)b->n_unusable);
		text_char(t, '\n');
	}
	put_categories(s, t);
	put_types(s, t);
	text_str(t, "\n");
	put_label(t, "Hidden");
	text_count(t, s->n_internal);
	text_str(t, " internal, ");
	text_count(t, s->n_state_only);
	text_str(t, " for the state only\n");
	if (s->stats.n_unknown_events) {
		put_label(t, "Unknown");
		text_count(t, s->stats.n_unknown_events);
		text_str(t, " events of types that this version does not know\n");
	}
	if (s->n_backwards) {
		put_label(t, "Out of order");
		text_count(t, s->n_backwards);
		text_str(t, " events are earlier than one before them\n");
	}
}

/* Tables -------------------------------------------------------------- */

/* Bytes that go on with a character of UTF-8. */
static bool
goes_on(char c)
{
	return ((uint8_t)c & 0xC0) == 0x80;
}

/* LEN characters at most, padded with blanks to that and one more. */
static void
put_cell(struct text *t, struct span s, size_t len)
{
	size_t at = t->len, n = 0;

	text_safe(t, s.p, s.len);
	for (size_t i = at; i < t->len; i++) {
		if (goes_on(t->p[i]))
			continue;
		if (n == len) {
			t->len = i;
			break;
		}
		n++;
	}
	for (; n < len; n++)
		text_char(t, ' ');
	text_char(t, ' ');
}

static struct span
span_of(const char *s)
{
	return (struct span){ (const uint8_t *)s, strlen(s) };
}

/* The name of user UID in CONTAINER, or the number in NUMBER. */
static struct span
user_name(const struct world *w, uint32_t container, uint32_t uid, char *number, size_t size)
{
	const struct user *u = users_find(world_users(w), container, uid, false);

	if (u && u->name > INTERN_EMPTY)
		return intern_span(world_names(w), u->name);
	snprintf(number, size, uid == NO_UID ? "-" : "%u", uid);
	return span_of(number);
}

static void
put_kb(struct text *t, uint32_t kb)
{
	size_t at = t->len;

	put_bytes(t, (uint64_t)kb * 1024);
	while (t->len - at < 11)
		text_char(t, ' ');
}

void
survey_procs(const struct world *w, struct text *t)
{
	size_t n;
	const struct thread **threads = world_threads(w, &n);
	char number[16];

	text_fmt(t, "%-9s%-9s%-13s%-11s%-11s%-11s%s\n", "TID", "PID", "USER", "VIRT", "RES",
		 "FDLIMIT", "COMMAND");
	for (size_t i = 0; i < n; i++) {
		const struct thread *th = threads[i];
		const struct process *p = th->proc;
		struct span comm = intern_span(world_names(w), th->comm);

		if (!th->known)
			comm = span_of("<NA>");
		text_fmt(t, "%-9lld", (long long)th->tid);
		text_fmt(t, "%-9lld", (long long)p->pid);
		put_cell(t, user_name(w, p->container, p->uid, number, sizeof(number)), 12);
		put_kb(t, th->vmsize_kb);
		put_kb(t, th->vmrss_kb);
		text_fmt(t, "%-11lld", (long long)p->fdlimit);
		text_safe(t, comm.p, comm.len);
		text_char(t, '\n');
	}
	free(threads);
}

static void
put_fds_of(const struct world *w, const struct process *p, struct text *name, struct text *t)
{
	size_t n;
	const struct descriptor **fds = world_fds(p, &n);
	struct span comm = p->comm ? intern_span(world_names(w), p->comm) : span_of("<NA>");

	for (size_t i = 0; i < n; i++) {
		char l4 = l4_letter((enum l4_proto)fds[i]->l4);

		put_cell(t, comm, 16);
		text_fmt(t, "%-9lld%-7lld%-12s%c ", (long long)p->pid, (long long)fds[i]->num,
			 fd_kind_word((enum fd_kind)fds[i]->kind), l4 ? l4 : ' ');
		name->len = 0;
		descriptor_name(w, fds[i], name);
		text_safe(t, name->p, name->len);
		text_char(t, '\n');
	}
	free(fds);
}

void
survey_fds(const struct world *w, struct text *t)
{
	size_t n;
	const struct thread **threads = world_threads(w, &n);
	struct text name = { 0 };

	text_fmt(t, "%-17s%-9s%-7s%-14s%s\n", "COMMAND", "PID", "FD", "TYPE", "NAME");
	for (size_t i = 0; i < n; i++)
		if (threads[i]->tid == threads[i]->proc->pid || threads[i]->proc->pid < 0)
			put_fds_of(w, threads[i]->proc, &name, t);
	text_fini(&name);
	free(threads);
}
