#include "engine/event/event_type.h"
#include "engine/event/syscall.h"
#include "probe/calls.h"
#include "probe/calls_compat.h"
#include "tests/lib/check.h"

/* Enter events that are written with fewer parameters than they have by now: other
 * readers do not expect more from a call whose exit tells all. */
static const struct {
	const char *name;
	size_t n;
} short_enters[] = {
	{ "open", 0 }, { "openat", 0 }, { "openat2", 0 }, { "creat", 0 }, { "connect", 1 },
};

static size_t
length_of(const struct take *takes)
{
	size_t n = 0;

	while (takes[n].how != TAKE_END)
		n++;
	return n;
}

static size_t
enter_length(const char *name, const struct event_type *type)
{
	for (size_t i = 0; i < sizeof(short_enters) / sizeof(short_enters[0]); i++)
		if (!strcmp(short_enters[i].name, name))
			return short_enters[i].n;
	return type->flags & EF_UNUSED ? 0 : type->n_params;
}

static const struct syscall *
find(enum syscall_machine machine, const char *name)
{
	for (uint32_t i = 0; i < WIRE_COMPAT_CALLS; i++) {
		const struct syscall *s = syscall_find(machine, i);

		if (s && !strcmp(s->name, name))
			return s;
	}
	return NULL;
}

/* On x86, where there are the most, or where 32-bit programs run on aarch64. */
static const struct syscall *
find_any(const char *name)
{
	const struct syscall *s = find(SYSCALL_X86_64, name);

	if (!s)
		s = find(SYSCALL_I386, name);
	return s ? s : find(SYSCALL_ARM, name);
}

/* Does a parameter of KIND get a number? What varies in length is text, data, ... */
static bool
is_number(enum take_how how)
{
	switch (how) {
	case TAKE_RESULT: case TAKE_ARG: case TAKE_OFFSET:
	case TAKE_INT: case TAKE_CONVERTED: case TAKE_WORD:
	case TAKE_HALF: case TAKE_QUARTER:
	case TAKE_VECTOR_SIZE: case TAKE_MESSAGE_SIZE: case TAKE_QUEUE:
	case TAKE_SOCKET_SELF: case TAKE_FILE: case TAKE_OPEN_FLAGS: case TAKE_OPEN_MODE:
	case TAKE_OPTION_LEVEL: case TAKE_OPTION_NAME: case TAKE_SIZE:
	case TAKE_PIPE_INO: case TAKE_MESSAGE_RESULT: case TAKE_SEMAPHORE: case TAKE_QUOTA:
	case TAKE_TIMESPEC: case TAKE_CLONE_FLAGS:
		return true;
	default:
		return false;
	}
}

static void
check_side(const struct call *c, const struct take *takes, uint16_t id)
{
	const struct event_type *type = &event_types[id];

	for (size_t i = 0; takes[i].how != TAKE_END; i++) {
		bool is_fixed = i < type->n_params && param_kind_len(type->params[i].kind);

		if (takes[i].how != TAKE_TASK)
			CHECK(is_number((enum take_how)takes[i].how) == is_fixed,
			      "%s: %s is made as it is shown", c->name, type->params[i].name);
		CHECK(takes[i].how != TAKE_CONVERTED || takes[i].convert,
		      "%s: %s is converted by something", c->name, type->params[i].name);
	}
}

static void
check_row(const struct call *c, const struct syscall *s)
{
	size_t want = enter_length(c->name, &event_types[s->enter]);

	CHECK(length_of(c->enter) == want, "%s: enter has %zu of %zu parameters", c->name,
	      length_of(c->enter), want);
	CHECK(length_of(c->exit) == event_types[s->exit].n_params,
	      "%s: exit has %zu of %u parameters", c->name, length_of(c->exit),
	      event_types[s->exit].n_params);
	check_side(c, c->enter, s->enter);
	check_side(c, c->exit, s->exit);
}

static void
each_is_one_row(const struct call *rows, size_t n)
{
	for (size_t i = 0; i < n; i++)
		for (size_t j = 0; j < i; j++)
			if (!strcmp(rows[j].name, rows[i].name))
				CHECK(false, "%s is one row only", rows[i].name);
}

static void
each_row_fits_its_events(void)
{
	for (size_t i = 0; i < calls_count(); i++) {
		const struct call *c = &calls[i];
		const struct syscall *s = find_any(c->name);
		const struct syscall *other = find(SYSCALL_AARCH64, c->name);

		if (!CHECK(s && s->exit != EV_GENERIC_X, "%s has events of its own", c->name))
			continue;
		CHECK(!other || (other->enter == s->enter && other->exit == s->exit),
		      "%s: the same events on both machines", c->name);
		check_row(c, s);
	}
	each_is_one_row(calls, calls_count());
}

/* The machines, and what 32-bit programs are there. */
static const struct {
	enum syscall_machine machine, narrow;
} machines[] = { { SYSCALL_X86_64, SYSCALL_I386 }, { SYSCALL_AARCH64, SYSCALL_ARM } };

static void
rows_of_32_bit_programs_fit_too(void)
{
	size_t n;

	for (size_t m = 0; m < 2; m++) {
		const struct call *rows = calls_compat_rows(machines[m].machine, &n);

		for (size_t i = 0; i < n; i++) {
			const struct syscall *s = find(machines[m].narrow, rows[i].name);

			/* That one is on x86 alone. */
			if (!s && !strcmp(rows[i].name, "getrlimit"))
				continue;
			if (CHECK(s && s->exit != EV_GENERIC_X, "%s is a call of theirs",
				  rows[i].name))
				check_row(&rows[i], s);
		}
		each_is_one_row(rows, n);
	}
}

/* Whatever has an event of its own has its parameters. */
static void
no_call_of_theirs_is_left_out(void)
{
	static struct call_plan plans[WIRE_CALLS];
	static struct wire_config config;

	for (size_t m = 0; m < 2; m++) {
		int n = 0;

		memset(plans, 0, sizeof(plans));
		memset(&config, 0, sizeof(config));
		calls_plan(machines[m].machine, plans, &config);
		for (uint32_t i = WIRE_COMPAT_CALLS; i < WIRE_CALLS; i++) {
			const struct call_plan *p = &plans[i];
			unsigned flags = p->syscall ? event_types[p->syscall->exit].flags : 0;

			if (!p->syscall || p->syscall->exit == EV_GENERIC_X || flags & EF_UNUSED)
				continue;
			n++;
			if (!p->call || length_of(p->call->exit) !=
					event_types[p->syscall->exit].n_params)
				CHECK(false, "%u %s has a row", i, p->syscall->name);
		}
		CHECK(n > 150, "%d calls of 32-bit programs on machine %zu", n, m);
	}
}

static const struct wire_inner *
inner(const struct wire_config *config, uint32_t outer, uint32_t key)
{
	const struct wire_spec *spec = &config->specs[WIRE_COMPAT_CALLS + outer];

	key &= spec->inner_mask;
	return key < spec->n_inner ? &config->inners[spec->inner + key] : &config->inners[0];
}

/* 102 is socketcall, 117 ipc, 90 mmap. */
static void
some_calls_are_several(void)
{
	static struct call_plan plans[WIRE_CALLS];
	static struct wire_config config;
	static const struct {
		uint32_t outer, key;
		const char *name;
		uint8_t words_at, n_words, from[6];
	} some[] = {
		{ 102, 1, "socket", 1, 3, { 8, 9, 10 } },
		{ 102, 5, "accept", 1, 3, { 8, 9, 10 } },
		{ 102, 9, "send", 1, 4, { 8, 9, 10, 11 } },
		{ 102, 11, "sendto", 1, 6, { 8, 9, 10, 11, 12, 13 } },
		{ 102, 17, "recvmsg", 1, 3, { 8, 9, 10 } },
		{ 102, 20, "sendmmsg", 1, 4, { 8, 9, 10, 11 } },
		{ 117, 1, "semop", 0, 0, { 1, 4, 2 } },
		{ 117, 0x10003, "semctl", 4, 1, { 1, 2, 3, 8 } },
		{ 90, 0x1000, "mmap", 0, 6, { 8, 9, 10, 11, 12, 13 } },
	};

	calls_plan(SYSCALL_X86_64, plans, &config);
	for (size_t i = 0; i < sizeof(some) / sizeof(some[0]); i++) {
		const struct wire_inner *got = inner(&config, some[i].outer, some[i].key);
		const struct syscall *s = calls_syscall(SYSCALL_X86_64, got->number);
		size_t n = some[i].n_words > 3 ? some[i].n_words : 3;

		CHECK(got->number >= WIRE_COMPAT_CALLS && s && !strcmp(s->name, some[i].name) &&
		      s->exit != EV_GENERIC_X, "%s in %u", some[i].name, some[i].outer);
		CHECK(got->n_words == some[i].n_words && got->words_at == some[i].words_at &&
		      !memcmp(got->from, some[i].from, n), "  and where its arguments are");
	}
	CHECK(!inner(&config, 102, 0)->number && !inner(&config, 102, 21)->number &&
	      !inner(&config, 117, 5)->number && !inner(&config, 117, 25)->number &&
	      !inner(&config, 3, 1)->number, "others are what they are");
}

static const struct call *
row_for(uint16_t id)
{
	for (size_t i = 0; i < calls_count(); i++) {
		const struct syscall *s = find_any(calls[i].name);

		if (s && s->exit == id)
			return &calls[i];
	}
	return NULL;
}

/* The table of what is filled in: all parameters of each type that calls return with. */
static void
each_type_has_its_row(void)
{
	int n_types = 0, n_params = 0;

	for (uint16_t id = EV_GENERIC_X + 2; id < EVENT_TYPES; id += 2) {
		const struct event_type *type = &event_types[id];
		const struct call *c = row_for(id);

		if (type->source != ES_SYSCALL || type->flags & (EF_OLD | EF_UNUSED))
			continue;
		CHECK(c, "%s (%u) is a row", type->name, id);
		printf("# %u %s:", id, type->name);
		for (size_t i = 0; c && c->exit[i].how != TAKE_END; i++)
			printf(" %s", type->params[i].name);
		printf("\n");
		n_types += !!c;
		n_params += c ? type->n_params : 0;
	}
	CHECK(n_types > 150, "%d types, %d parameters, all of them filled in", n_types, n_params);
}

static const struct wire_spec *
spec_of(const struct wire_spec *specs, const char *name)
{
	for (uint32_t i = 0; i < WIRE_COMPAT_CALLS; i++) {
		const struct syscall *s = syscall_find(calls_machine(), i);

		if (s && !strcmp(s->name, name))
			return &specs[i];
	}
	return NULL;
}

static void
what_is_copied_follows(void)
{
	static struct call_plan plans[WIRE_CALLS];
	static struct wire_config config;
	const struct wire_spec *s;

	calls_plan(calls_machine(), plans, &config);
	s = spec_of(config.specs, "read");
	CHECK(s->n_enter == 0 && s->n_exit == 1 && s->exit[0].what == GRAB_RESULT &&
	      s->exit[0].arg == 1 && !s->is_state, "read: data, and no state");
	s = spec_of(config.specs, "openat");
	CHECK(s->n_enter == 0 && s->n_exit == 2 && s->exit[0].what == GRAB_TEXT &&
	      s->exit[0].arg == 1 && s->exit[1].what == GRAB_FILE &&
	      s->exit[1].arg == WIRE_NO_ARG && s->is_state, "openat: a name and a file");
	s = spec_of(config.specs, "execve");
	CHECK(s->n_enter == 1 && s->enter[0].what == GRAB_TEXT && s->n_exit == 2 &&
	      s->exit[0].what == GRAB_TASK && s->exit[0].more && s->exit[1].what == GRAB_TEXT,
	      "execve: its name first");
	s = spec_of(config.specs, "recvfrom");
	CHECK(s->n_exit == 3 && s->exit[2].what == GRAB_NAME && s->exit[2].arg == 4 &&
	      s->exit[2].more == 5 && s->exit[2].size, "recvfrom: the length is pointed to");
	s = spec_of(config.specs, "getppid");
	CHECK(!s->n_enter && !s->n_exit && !s->is_state, "getppid: nothing");
}

/* The kernel side has no answer to anything else there. */
static void
enter_asks_little(void)
{
	static struct call_plan plans[WIRE_CALLS];
	static struct wire_config config;
	unsigned n = 0;

	calls_plan(calls_machine(), plans, &config);
	for (uint32_t number = 0; number < WIRE_CALLS; number++)
		for (unsigned i = 0; i < config.specs[number].n_enter; i++, n++) {
			unsigned what = config.specs[number].enter[i].what;

			if (!(WIRE_ENTER_GRABS >> what & 1))
				CHECK(false, "call %u asks for %u when it is entered", number,
				      what);
		}
	CHECK(n > 20, "%u questions when calls are entered", n);
}

int
main(void)
{
	each_row_fits_its_events();
	rows_of_32_bit_programs_fit_too();
	no_call_of_theirs_is_left_out();
	some_calls_are_several();
	each_type_has_its_row();
	what_is_copied_follows();
	enter_asks_little();
	return check_done();
}
