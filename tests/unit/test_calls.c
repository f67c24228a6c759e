#include "engine/event/event_type.h"
#include "engine/event/syscall.h"
#include "probe/calls.h"
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

/* On x86, where there are the most. */
static const struct syscall *
find_any(const char *name)
{
	const struct syscall *s = find(SYSCALL_X86_64, name);

	return s ? s : find(SYSCALL_I386, name);
}

/* Does a parameter of KIND get a number? What varies in length is text, data, ... */
static bool
is_number(enum take_how how)
{
	switch (how) {
	case TAKE_RESULT: case TAKE_ARG: case TAKE_OFFSET:
	case TAKE_INT: case TAKE_CONVERTED: case TAKE_WORD:
	case TAKE_HALF: case TAKE_VECTOR_SIZE: case TAKE_MESSAGE_SIZE: case TAKE_QUEUE:
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
each_row_fits_its_events(void)
{
	for (size_t i = 0; i < calls_count(); i++) {
		const struct call *c = &calls[i];
		const struct syscall *s = find_any(c->name);
		const struct syscall *other = find(SYSCALL_AARCH64, c->name);
		size_t want;

		if (!CHECK(s && s->exit != EV_GENERIC_X, "%s has events of its own", c->name))
			continue;
		CHECK(!other || (other->enter == s->enter && other->exit == s->exit),
		      "%s: the same events on both machines", c->name);
		want = enter_length(c->name, &event_types[s->enter]);
		CHECK(length_of(c->enter) == want, "%s: enter has %zu of %zu parameters", c->name,
		      length_of(c->enter), want);
		CHECK(length_of(c->exit) == event_types[s->exit].n_params,
		      "%s: exit has %zu of %u parameters", c->name, length_of(c->exit),
		      event_types[s->exit].n_params);
		check_side(c, c->enter, s->enter);
		check_side(c, c->exit, s->exit);
		for (size_t j = 0; j < i; j++)
			if (!strcmp(calls[j].name, c->name))
				CHECK(false, "%s is one row only", c->name);
	}
}

/* Types that no call of these machines becomes. */
static const struct {
	uint16_t id;
	const char *reason;
} without_call[] = {
	{ EV_SEND_X, "programs of these machines send through sendto" },
	{ EV_RECV_X, "programs of these machines receive through recvfrom" },
};

static const char *
reason_without(uint16_t id)
{
	for (size_t i = 0; i < sizeof(without_call) / sizeof(without_call[0]); i++)
		if (without_call[i].id == id)
			return without_call[i].reason;
	return NULL;
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
		const char *reason = reason_without(id);

		if (type->source != ES_SYSCALL || type->flags & (EF_OLD | EF_UNUSED))
			continue;
		CHECK(!c == !!reason, "%s (%u) is a row, or it is said why not", type->name, id);
		printf("# %u %s:", id, type->name);
		for (size_t i = 0; c && c->exit[i].how != TAKE_END; i++)
			printf(" %s", type->params[i].name);
		printf(" %s\n", reason ? reason : "");
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
	static struct wire_spec specs[WIRE_CALLS];
	const struct wire_spec *s;

	calls_plan(plans, specs);
	s = spec_of(specs, "read");
	CHECK(s->n_enter == 0 && s->n_exit == 1 && s->exit[0].what == GRAB_RESULT &&
	      s->exit[0].arg == 1 && !s->is_state, "read: data, and no state");
	s = spec_of(specs, "openat");
	CHECK(s->n_enter == 0 && s->n_exit == 2 && s->exit[0].what == GRAB_TEXT &&
	      s->exit[0].arg == 1 && s->exit[1].what == GRAB_FILE &&
	      s->exit[1].arg == WIRE_NO_ARG && s->is_state, "openat: a name and a file");
	s = spec_of(specs, "execve");
	CHECK(s->n_enter == 1 && s->enter[0].what == GRAB_TEXT && s->n_exit == 2 &&
	      s->exit[0].what == GRAB_TASK && s->exit[0].more && s->exit[1].what == GRAB_TEXT,
	      "execve: its name first");
	s = spec_of(specs, "recvfrom");
	CHECK(s->n_exit == 3 && s->exit[2].what == GRAB_NAME && s->exit[2].arg == 4 &&
	      s->exit[2].more == 5 && s->exit[2].size, "recvfrom: the length is pointed to");
	s = spec_of(specs, "getppid");
	CHECK(!s->n_enter && !s->n_exit && !s->is_state, "getppid: nothing");
}

/* The kernel side has no answer to anything else there. */
static void
enter_asks_little(void)
{
	static struct call_plan plans[WIRE_CALLS];
	static struct wire_spec specs[WIRE_CALLS];
	unsigned n = 0;

	calls_plan(plans, specs);
	for (uint32_t number = 0; number < WIRE_CALLS; number++)
		for (unsigned i = 0; i < specs[number].n_enter; i++, n++) {
			unsigned what = specs[number].enter[i].what;

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
	each_type_has_its_row();
	what_is_copied_follows();
	enter_asks_little();
	return check_done();
}
