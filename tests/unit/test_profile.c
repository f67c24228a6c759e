#include "engine/record/profile.h"

#include "engine/base/mem.h"
#include "engine/event/event.h"
#include "engine/event/fd_label.h"
#include "engine/event/source.h"
#include "tests/lib/check.h"
#include "tests/lib/scapbuild.h"

#define EVENT_AT (8 + 2)		/* behind the block's type, length and cpu */

static const struct record_profile *
old(void)
{
	return record_profile_find("0.29");
}

/* An event is built, and becomes IMAGE. B keeps its bytes. */
static void
build(struct scap *b, struct event_image *image, uint16_t id, const struct scap_value *values,
      size_t n)
{
	struct event ev = { 0 };
	struct err err = { 0 };

	b->len = 0;
	scap_at(b, 1000, 7, 1);
	scap_event_values(b, id, values, n);
	if (event_decode(&ev, b->p + EVENT_AT, b->len - EVENT_AT - 4, true, &err) < 0)
		die("%s", err.text);
	event_image_of(image, &ev);
}

static uint64_t
number_at(const struct event_image *image, uint32_t i)
{
	uint64_t v = 0;

	if (i < image->n_params && image->params[i].len <= 8)
		memcpy(&v, image->params[i].p, image->params[i].len);
	return v;
}

/* A call of a newer type, and what an old reader gets. */
static const struct {
	uint16_t id;
	struct scap_value values[6];
	size_t n_values;
	uint16_t old_id;
	uint64_t params[3];
	size_t widths[3];
	uint32_t n;
} calls[] = {
	{ EV_DUP2_E, { { SCAP_NUM, .num = 3 } }, 1, EV_DUP_E, { 3 }, { 8 }, 1 },
	{ EV_DUP3_X, { { SCAP_NUM, .num = 9 }, { SCAP_NUM, .num = 3 }, { SCAP_NUM, .num = 9 },
		       { SCAP_NUM, .num = 1 } }, 4, EV_DUP_X, { 9 }, { 8 }, 1 },
	{ EV_ACCEPT4_6_E, { { SCAP_NUM, .num = 0x800 } }, 1, EV_ACCEPT4_5_E, { 0x800 }, { 4 }, 1 },
	{ EV_EVENTFD2_E, { { SCAP_NUM, .num = 5 } }, 1, EV_EVENTFD_E, { 5, 0 }, { 8, 4 }, 2 },
	{ EV_SIGNALFD4_E, { { SCAP_NUM, .num = 4 }, { SCAP_NUM, .num = 6 } }, 2, EV_SIGNALFD_E,
	  { 4, 6, 0 }, { 8, 4, 1 }, 3 },
	{ EV_INOTIFY_INIT1_E, { { .form = SCAP_NONE } }, 1, EV_INOTIFY_INIT_E, { 0 }, { 1 }, 1 },
	{ EV_PIPE2_E, { { .form = SCAP_NONE } }, 1, EV_PIPE_E, { 0 }, { 0 }, 0 },
	{ EV_UMOUNT2_E, { { SCAP_NUM, .num = 2 } }, 1, EV_UMOUNT_E, { 2 }, { 4 }, 1 },
	{ EV_GENERIC_E, { { SCAP_NUM, .num = 328 }, { SCAP_NUM, .num = 435 } }, 2, EV_GENERIC_E,
	  { 328, 435 }, { 2, 2 }, 2 },
	{ EV_GENERIC_E, { { SCAP_NUM, .num = 329 }, { SCAP_NUM, .num = 304 } }, 2, EV_GENERIC_E,
	  { 0, 304 }, { 2, 2 }, 2 },
	{ EV_CLOSE_X, { { SCAP_NUM, .num = 0 }, { SCAP_NUM, .num = 3 } }, 2, EV_CLOSE_X, { 0 },
	  { 8 }, 1 },
	{ EV_EPOLL_CREATE1_X, { { SCAP_NUM, .num = 4 }, { SCAP_NUM, .num = 0 } }, 2,
	  EV_EPOLL_CREATE1_X, { 4, 0 }, { 8, 4 }, 2 },
};

static void
calls_take_their_old_form(void)
{
	struct scap b = { 0 };
	struct event_image image;

	for (size_t i = 0; i < ARRAY_LEN(calls); i++) {
		bool ok;

		build(&b, &image, calls[i].id, calls[i].values, calls[i].n_values);
		record_profile_apply(old(), &image);
		ok = image.id == calls[i].old_id && image.n_params == calls[i].n;
		for (uint32_t k = 0; ok && k < calls[i].n; k++)
			ok = image.params[k].len == calls[i].widths[k] &&
			     number_at(&image, k) == calls[i].params[k];
		CHECK(ok, "%s is %s, with %u parameters", event_types[calls[i].id].symbol,
		      event_types[image.id].symbol, image.n_params);
		build(&b, &image, calls[i].id, calls[i].values, calls[i].n_values);
		record_profile_apply(&record_profiles[0], &image);
		CHECK(image.id == calls[i].id, "  but not for the newest");
	}
	scap_fini(&b);
}

static void
bpf_says_what_its_result_is(void)
{
	static const struct {
		int64_t res, cmd;
		uint8_t selector;
	} rows[] = { { 5, 0, 0 }, { 6, 5, 0 }, { 0, 2, 1 }, { -1, 1, 1 } };
	struct scap b = { 0 };
	struct event_image image;

	for (size_t i = 0; i < ARRAY_LEN(rows); i++) {
		int64_t res = 0;

		build(&b, &image, EV_BPF_2_X, (struct scap_value[]){ scap_num(rows[i].res),
		      scap_num(rows[i].cmd) }, 2);
		record_profile_apply(old(), &image);
		if (image.params[0].len == 9)
			memcpy(&res, image.params[0].p + 1, 8);
		CHECK(image.id == EV_BPF_X && image.n_params == 1 && res == rows[i].res &&
		      image.params[0].p[0] == rows[i].selector, "bpf command %lld",
		      (long long)rows[i].cmd);
	}
	scap_fini(&b);
}

static void
absent_texts_are_said_to_be(void)
{
	struct scap b = { 0 };
	struct event_image image;

	build(&b, &image, EV_CHDIR_X, (struct scap_value[]){ scap_num(-2), scap_empty() }, 2);
	record_profile_apply(old(), &image);
	CHECK(image.n_params == 2 && image.params[1].len == 5 &&
	      !memcmp(image.params[1].p, "<NA>", 5), "an absent path is <NA>");
	b.len = 0;
	build(&b, &image, EV_OPENAT_2_X, (struct scap_value[]){
		scap_num(-2), scap_num(-100), scap_text("x"), scap_num(1), scap_num(0),
		scap_empty(), scap_empty() }, 7);
	record_profile_apply(&record_profiles[0], &image);
	CHECK(!image.params[5].len, "an absent number is left so for the newest");
	record_profile_apply(old(), &image);
	CHECK(image.n_params > 5 && image.params[5].len == 4 && !number_at(&image, 5),
	      "for others it is 0");
	b.len = 0;
	build(&b, &image, EV_PRLIMIT_X, (struct scap_value[]){
		scap_num(0), scap_empty(), scap_empty(), scap_num(7), scap_num(8) }, 5);
	record_profile_apply(old(), &image);
	CHECK(image.params[1].len == 8 && number_at(&image, 1) == UINT64_MAX, "a limit is -1");
	scap_fini(&b);
}

/* Exit events, and the enter events that old readers want before them. */
static void
enters_are_made(void)
{
	struct scap b = { 0 };
	struct event_image image;

	build(&b, &image, EV_CLOSE_X, (struct scap_value[]){ scap_num(0), scap_num(3) }, 2);
	CHECK(!record_profile_enter(&record_profiles[0], &image), "the newest needs no enter");
	CHECK(record_profile_enter(old(), &image) && image.id == EV_CLOSE_E &&
	      image.n_params == 1 && number_at(&image, 0) == 3, "close of 3");
	build(&b, &image, EV_DUP2_X, (struct scap_value[]){ scap_num(9), scap_num(3),
	      scap_num(9) }, 3);
	CHECK(record_profile_enter(old(), &image) && image.id == EV_DUP_E &&
	      image.n_params == 1 && number_at(&image, 0) == 3, "dup2 of 3 is dup of 3");
	build(&b, &image, EV_EVENTFD2_X, (struct scap_value[]){ scap_num(4), scap_num(0x40),
	      scap_num(1) }, 3);
	CHECK(record_profile_enter(old(), &image) && image.id == EV_EVENTFD_E &&
	      number_at(&image, 0) == 1 && number_at(&image, 1) == 0x40 &&
	      image.params[1].len == 4, "eventfd2 has flags of 32 bits");
	build(&b, &image, EV_GETUID_X, (struct scap_value[]){ scap_num(0) }, 1);
	CHECK(!record_profile_enter(old(), &image), "who is given nothing needs no enter");
	scap_fini(&b);
}

static const struct {
	uint8_t kind;
	const char *name, *label;
} labels[] = {
	{ FD_BPF, "", "[bpf]" },
	{ FD_BPF, "anon_inode:bpf-map", "" },
	{ FD_USERFAULTFD, "", "[userfaultfd]" },
	{ FD_USERFAULTFD, "anon_inode:[userfaultfd]", "" },
	{ FD_IO_URING, "", "[io_uring]" },
	{ FD_IO_URING, "anon_inode:[io_uring]", "" },
	{ FD_MEMFD, "x", "/memfd:" },
	{ FD_MEMFD, "", "/memfd:" },
	{ FD_MEMFD, "/memfd:x (deleted)", "[memfd]" },
	{ FD_PIDFD, "/proc/7", "[pidfd]" },
	{ FD_PIDFD, "anon_inode:[pidfd]", "" },
	{ FD_FILE, "/memfd:x", NULL },
	{ FD_EVENT, "", NULL },
};

static void
kinds_are_told_by_name(void)
{
	for (size_t i = 0; i < ARRAY_LEN(labels); i++) {
		const char *label = fd_label_for(labels[i].kind, scap_span(labels[i].name));
		uint8_t kind = FD_UNSUPPORTED;
		char told[64];
		struct span back;

		if (!label || !labels[i].label) {
			CHECK(label == labels[i].label, "kind %d has no label", labels[i].kind);
			continue;
		}
		snprintf(told, sizeof(told), "%s%s", label, labels[i].name);
		back = scap_span(told);
		CHECK_STR(label, labels[i].label, "`%s`: kind %d", told, labels[i].kind);
		CHECK(fd_label_read(&back, &kind) && kind == labels[i].kind &&
		      back.len == strlen(labels[i].name) &&
		      !memcmp(back.p, labels[i].name, back.len), "  and back");
	}
	for (int kind = FD_FILE_V2 + 1; kind < FD_KINDS; kind++)
		CHECK(fd_label_for((uint8_t)kind, scap_span("")), "kind %d has a label", kind);
}

int
main(void)
{
	CHECK(!record_profile_find("0.28") && record_profile_find("newest") == record_profiles,
	      "formats by name");
	calls_take_their_old_form();
	bpf_says_what_its_result_is();
	absent_texts_are_said_to_be();
	enters_are_made();
	kinds_are_told_by_name();
	return check_done();
}
