#include "engine/record/profile.h"

#include <string.h>

#include "engine/base/mem.h"
#include "engine/event/event.h"
#include "engine/event/source.h"

#define FORM_PARAMS 5
#define ZERO "0"			/* a parameter that is 0 in the old form */

/* Commands of bpf() whose result is a descriptor, to old readers. */
#define BPF_MAP_CREATE 0
#define BPF_PROG_LOAD 5

/* A call that older readers know by another type. A parameter of the old form is
 * the one that the new form has by the name FROM, as wide as the old form's. */
struct old_form {
	uint16_t old_id;		/* what is written; EV_GENERIC_E: there is no such form */
	bool result_is_dyn;		/* bpf: the first one says what it is */
	const char *from[FORM_PARAMS];	/* NULL: no more */
};

static const uint8_t known_0_29[EVENT_TYPES] = {
#define KNOWN(id, n) [id] = n + 1,
#include "engine/record/params_0_29.def"
#undef KNOWN
};

static const struct old_form forms_0_29[EVENT_TYPES] = {
	[EV_DUP_1_E] = { EV_DUP_E, false, { "fd" } },
	[EV_DUP_1_X] = { EV_DUP_X, false, { "res" } },
	[EV_DUP2_E] = { EV_DUP_E, false, { "fd" } },
	[EV_DUP2_X] = { EV_DUP_X, false, { "res" } },
	[EV_DUP3_E] = { EV_DUP_E, false, { "fd" } },
	[EV_DUP3_X] = { EV_DUP_X, false, { "res" } },
	[EV_ACCEPT4_6_E] = { EV_ACCEPT4_5_E, false, { "flags" } },
	[EV_ACCEPT4_6_X] = { EV_ACCEPT4_5_X, false,
	  { "fd", "tuple", "queuepct", "queuelen", "queuemax" } },
	[EV_PIPE2_E] = { EV_PIPE_E, false, { NULL } },
	[EV_PIPE2_X] = { EV_PIPE_X, false, { "res", "fd1", "fd2", "ino" } },
	[EV_EVENTFD2_E] = { EV_EVENTFD_E, false, { "initval", ZERO } },
	[EV_EVENTFD2_X] = { EV_EVENTFD_X, false, { "res" } },
	[EV_SIGNALFD4_E] = { EV_SIGNALFD_E, false, { "fd", "mask", ZERO } },
	[EV_SIGNALFD4_X] = { EV_SIGNALFD_X, false, { "res" } },
	[EV_INOTIFY_INIT1_E] = { EV_INOTIFY_INIT_E, false, { ZERO } },
	[EV_INOTIFY_INIT1_X] = { EV_INOTIFY_INIT_X, false, { "res" } },
	[EV_BPF_2_E] = { EV_BPF_E, false, { "cmd" } },
	[EV_BPF_2_X] = { EV_BPF_X, true, { "fd" } },
	[EV_UMOUNT_1_E] = { EV_UMOUNT_E, false, { ZERO } },
	[EV_UMOUNT_1_X] = { EV_UMOUNT_X, false, { "res", "name" } },
	[EV_UMOUNT2_E] = { EV_UMOUNT_E, false, { "flags" } },
	[EV_UMOUNT2_X] = { EV_UMOUNT_X, false, { "res", "name" } },
};

const struct record_profile record_profiles[] = {
	{ .name = "newest", .doc = "everything that is known", .proc_tail = 76,
	  .fd_kind_max = FD_KINDS - 1, .syscall_code_max = UINT16_MAX },
	{ .name = "0.29", .doc = "what sysdig 0.29 (Debian 12) can carry", .proc_tail = 29,
	  .fd_kind_max = FD_FILE_V2, .syscall_code_max = 328,
	  .absent_is_told = true, .needs_enters = true,
	  .forms = forms_0_29, .known = known_0_29 },
};

const size_t n_record_profiles = ARRAY_LEN(record_profiles);

const struct record_profile *
record_profile_find(const char *name)
{
	for (size_t i = 0; i < n_record_profiles; i++)
		if (!strcmp(record_profiles[i].name, name))
			return &record_profiles[i];
	return NULL;
}

void
event_image_of(struct event_image *image, const struct event *ev)
{
	uint32_t start = 0;

	image->ts_ns = ev->ts_ns;
	image->tid = ev->tid;
	image->dump_flags = ev->dump_flags;
	image->id = ev->id;
	image->cpu = ev->cpu;
	image->n_params = ev->n_params;
	image->n_own = 0;
	for (uint32_t i = 0; i < ev->n_params; i++) {
		image->params[i] = (struct span){ ev->values + start, ev->ends[i] - start };
		start = ev->ends[i];
	}
}

/* The number in S, of any width; sign and all when its kind has one. */
static uint64_t
number_of(struct span s, uint8_t kind)
{
	uint64_t v = 0;
	uint32_t v4;
	uint16_t v2;

	switch (s.len) {
	case 8:
		memcpy(&v, s.p, 8);
		return v;
	case 4:
		memcpy(&v4, s.p, 4);
		return kind == PK_INT32 || kind == PK_FD32 ? (uint64_t)(int32_t)v4 : v4;
	case 2:
		memcpy(&v2, s.p, 2);
		return v2;
	case 1:
		return s.p[0];
	default:
		return v;
	}
}

/* WIDTH bytes of V, kept in IMAGE. */
static struct span
own_number(struct event_image *image, uint64_t v, size_t width)
{
	uint8_t *p = image->own + image->n_own;
	uint32_t v4 = (uint32_t)v;
	uint16_t v2 = (uint16_t)v;
	uint8_t v1 = (uint8_t)v;

	memcpy(p, width == 8 ? (void *)&v : width == 4 ? (void *)&v4 :
		  width == 2 ? (void *)&v2 : (void *)&v1, width);
	image->n_own += width;
	return (struct span){ p, width };
}

/* Where IMAGE has the parameter NAME, or -1. What dup() is given has two names. */
static int
param_called(const struct event_image *image, const char *name)
{
	const struct event_type *type = &event_types[image->id];
	int at = event_type_param(type, name);

	if (at < 0 && !strcmp(name, "fd"))
		at = event_type_param(type, "oldfd");
	return at;
}

/* The parameter of IMAGE called NAME, as one of the type TO. */
static struct span
param_as(struct event_image *image, const char *name, const struct param_type *to)
{
	int at = param_called(image, name);
	size_t width = param_kind_len((enum param_kind)to->kind);
	struct span s = { (const uint8_t *)"", 0 };

	if (at < 0)
		return own_number(image, 0, width);
	if ((uint32_t)at < image->n_params)
		s = image->params[at];
	if (!s.len || !width || s.len == width)
		return s;
	return own_number(image, number_of(s, event_types[image->id].params[at].kind), width);
}

/* The result of bpf() with a byte before it that says whether it is a descriptor. */
static struct span
bpf_result(struct event_image *image)
{
	struct span cmd = image->n_params > 1 ? image->params[1] : (struct span){ NULL, 0 };
	uint64_t number = number_of(cmd, PK_UINT32);
	bool makes_fd = !cmd.len || number == BPF_MAP_CREATE || number == BPF_PROG_LOAD;
	uint8_t *p = image->own + image->n_own;

	if (!image->n_params || image->params[0].len != 8)
		return (struct span){ p, 0 };
	p[0] = makes_fd ? 0 : 1;
	memcpy(p + 1, image->params[0].p, 8);
	image->n_own += 9;
	return (struct span){ p, 9 };
}

static const struct old_form *
find_form(const struct record_profile *profile, uint16_t id)
{
	const struct old_form *form = profile->forms ? &profile->forms[id] : NULL;

	return form && form->old_id ? form : NULL;
}

static void
take_form(struct event_image *image, const struct old_form *form)
{
	const struct event_type *old = &event_types[form->old_id];
	struct span params[FORM_PARAMS];
	uint32_t n = 0;

	for (; n < FORM_PARAMS && form->from[n]; n++)
		params[n] = form->result_is_dyn ? bpf_result(image) :
						  param_as(image, form->from[n], &old->params[n]);
	image->id = form->old_id;
	image->n_params = n;
	for (uint32_t i = 0; i < n; i++)
		image->params[i] = params[i];
}

static void
cut_params(const struct record_profile *profile, struct event_image *image)
{
	uint8_t most = profile->known ? profile->known[image->id] : 0;

	if (most && image->n_params >= most)
		image->n_params = most - 1u;
}

/* Old readers take what stands behind an empty text for it. */
static void
fill_texts(struct event_image *image)
{
	const struct event_type *type = &event_types[image->id];

	for (uint32_t i = 0; i < image->n_params && i < type->n_params; i++) {
		uint8_t kind = type->params[i].kind;

		if (!image->params[i].len &&
		    (kind == PK_CHARBUF || kind == PK_FSPATH || kind == PK_FSRELPATH))
			image->params[i] = (struct span){ (const uint8_t *)"<NA>", 5 };
	}
}

/* Numbers that are not available, for a reader that takes what comes next for them. */
static void
fill_numbers(struct event_image *image)
{
	const struct event_type *type = &event_types[image->id];
	bool is_limit = image->id == EV_GETRLIMIT_X || image->id == EV_SETRLIMIT_X ||
			image->id == EV_PRLIMIT_X;

	for (uint32_t i = 0; i < image->n_params && i < type->n_params; i++) {
		uint8_t kind = type->params[i].kind;
		size_t width = param_kind_len(kind);
		bool is_none = is_limit || kind == PK_FD || kind == PK_UID || kind == PK_GID;

		if (!image->params[i].len && width)
			image->params[i] = own_number(image, is_none ? UINT64_MAX : 0, width);
	}
}

void
record_profile_apply(const struct record_profile *profile, struct event_image *image)
{
	const struct old_form *form = find_form(profile, image->id);
	uint16_t code;

	if (form)
		take_form(image, form);
	cut_params(profile, image);
	if (profile->absent_is_told) {
		fill_texts(image);
		fill_numbers(image);
	}
	if (image->id > EV_GENERIC_X || !image->n_params || image->params[0].len != 2)
		return;
	memcpy(&code, image->params[0].p, 2);
	if (code > profile->syscall_code_max)
		image->params[0] = own_number(image, 0, 2);
}

bool
record_profile_enter(const struct record_profile *profile, struct event_image *image)
{
	const struct old_form *form = find_form(profile, image->id);
	uint16_t id = (uint16_t)((form ? form->old_id : image->id) - 1);
	const struct event_type *enter = &event_types[id];
	struct span params[EVENT_PARAMS_MAX];
	bool is_useful = false;

	if (!profile->needs_enters || enter->source != ES_SYSCALL || id <= EV_GENERIC_X)
		return false;
	for (uint32_t i = 0; i < enter->n_params; i++) {
		const char *name = enter->params[i].name;

		is_useful |= param_called(image, name) >= 0;
		params[i] = param_as(image, name, &enter->params[i]);
	}
	image->id = id;
	image->n_params = enter->n_params;
	for (uint32_t i = 0; i < enter->n_params; i++)
		image->params[i] = params[i];
	cut_params(profile, image);
	fill_texts(image);
	return is_useful;
}
