
#include "engine/event/event.h"
#include "engine/event/flags.h"
#include "engine/event/syscall.h"
#include "tests/lib/check.h"

static void
each_id_has_a_whole_row(void)
{
	for (int id = 0; id < EVENT_TYPES; id++) {
		const struct event_type *t = &event_types[id];

		if (!CHECK(t->name && t->symbol, "type %d has a row", id))
			continue;
		CHECK(t->n_params <= EVENT_PARAMS_MAX, "type %d: parameters fit", id);
		CHECK(t->fd_at < (int)t->n_params, "type %d: its fd is a parameter", id);
		if (t->fd_at >= 0)
			CHECK(t->params[t->fd_at].kind == PK_FD, "type %d: its fd is an fd", id);
		for (int i = 0; i < t->n_params; i++) {
			const struct param_type *p = &t->params[i];

			CHECK(p->name && p->dirfd_at < (int)t->n_params, "type %d: parameter %d",
			      id, i);
			CHECK(p->label_len == strlen(p->name) + 1 &&
			      !strncmp(p->label, p->name, p->label_len - 1u) &&
			      p->label[p->label_len - 1] == '=', "type %d: its label", id);
		}
	}
}

static void
each_code_has_a_name_and_a_category(void)
{
	for (uint32_t code = 0; code < syscall_codes(); code++)
		CHECK(syscall_code_name(code) && event_category_name(syscall_code_category(code)),
		      "code %u of generic events", code);
	CHECK(syscall_code_category((uint32_t)syscall_codes()) == EC_UNKNOWN, "no such code");
	CHECK(syscall_code_category(108) == EC_SIGNAL, "rt_sigprocmask is about signals");
	CHECK(syscall_code_category(75) == EC_MEMORY, "mprotect is about memory");
}

int
main(void)
{
	each_id_has_a_whole_row();
	each_code_has_a_name_and_a_category();
	CHECK_STR(syscall_find(SYSCALL_X86_64, 257)->name, "openat", "257 of x86-64");
	CHECK_STR(syscall_find(SYSCALL_AARCH64, 56)->name, "openat", "56 of aarch64");
	CHECK(!syscall_find(SYSCALL_X86_64, 100000), "no such number");
	CHECK_STR(errno_name(2), "ENOENT", "errno 2");
	CHECK_STR(signal_name(6), "SIGABRT", "signal 6");
	return check_done();
}
