#include "engine/field/render.h"

#include <string.h>

#include "engine/base/intern.h"
#include "engine/base/mem.h"
#include "engine/event/event.h"
#include "engine/event/flags.h"
#include "engine/field/address.h"
#include "engine/field/value.h"
#include "engine/world/path.h"
#include "engine/world/world.h"

#define FD_CWD (-100)			/* "the current folder", in the place of a descriptor */
#define SCRATCH_MIN 4096
#define NAME_OF_INET_MAX 256	/* two IPv6 addresses with ports, and room */

/* One value on its way to text. */
struct job {
	struct render *r;
	const struct moment *m;
	const struct event *ev;
	const struct param_type *type;
	uint8_t kind;			/* of TYPE, or of its chosen alternative */
	uint8_t format;
	struct span bytes;
	struct text *t;
};

/* How a kind of parameter is shown. */
struct shape {
	/* Append the value. */
	void (*value)(const struct job *j);
	/* Append what it means; false, and nothing appended that counts, when it
	 * means nothing more. NULL: it never does. */
	bool (*meaning)(const struct job *j);
	/* In the place of an empty value; NULL: "<NA>". */
	const char *empty;
	bool is_signed;
};

static const struct shape shapes[PK_COUNT];

void
render_init(struct render *r, const struct world *w, struct clock *clock)
{
	*r = (struct render){ .world = w, .clock = clock,
			      .data = { DATA_DOTS, DATA_DOTS_MAX, SIZE_MAX } };
	text_room(&r->scratch, SCRATCH_MIN);
}

void
render_fini(struct render *r)
{
	text_fini(&r->scratch);
}

/* The bytes of J as a number, with its sign when it is one of a signed kind or
 * SIGN is set. The usual lengths are told apart because memcpy() of a length
 * that is not known is a call. */
static int64_t
number(const struct job *j, bool sign)
{
	uint64_t v = 0;
	unsigned unused_bits = 64 - 8 * (unsigned)j->bytes.len;

	switch (j->bytes.len) {
	case 8:
		memcpy(&v, j->bytes.p, 8);
		return (int64_t)v;
	case 4:
		memcpy(&v, j->bytes.p, 4);
		break;
	case 2:
		memcpy(&v, j->bytes.p, 2);
		break;
	case 1:
		v = j->bytes.p[0];
		break;
	default:
		if (!j->bytes.len || j->bytes.len > 8)
			return 0;
		memcpy(&v, j->bytes.p, j->bytes.len);
	}
	return sign ? (int64_t)(v << unused_bits) >> unused_bits : (int64_t)v;
}

/* Decimal numbers are shown signed, whatever they are, as sysdig does. */
static void
put_number(const struct job *j)
{
	switch (j->format) {
	case FMT_HEX:
		text_hex(j->t, (uint64_t)number(j, false));
		break;
	case FMT_OCT:
		text_oct(j->t, (uint64_t)number(j, false));
		break;
	default:
		text_i64(j->t, number(j, true));
	}
}

static void
put_decimal(const struct job *j)
{
	text_i64(j->t, number(j, shapes[j->kind].is_signed));
}

static void
put_mode(const struct job *j)
{
	if (j->format == FMT_OCT)
		text_oct(j->t, (uint64_t)number(j, false));
	else
		text_i64(j->t, number(j, false));
}

static bool
mean_errno(const struct job *j)
{
	int64_t v = number(j, true);
	const char *name = v < 0 ? errno_name(0 - (uint64_t)v) : NULL;

	if (name)
		text_str(j->t, name);
	return name;
}

const struct descriptor *
render_find_fd(const struct moment *m, int64_t num)
{
	if (m->fd && m->has_fd_num && m->fd_num == num)
		return m->fd;
	return m->proc ? world_fd(m->proc, num) : NULL;
}

static struct address_style
address_style(const struct render *r, const struct descriptor *fd)
{
	return (struct address_style){ r->service, fd && fd->l4 == L4_UDP, r->is_raw };
}

static bool
has_named_ports(const struct render *r, const struct descriptor *fd)
{
	bool is_inet = fd->kind == FD_IPV4 || fd->kind == FD_IPV6 ||
		fd->kind == FD_IPV4_SERVER || fd->kind == FD_IPV6_SERVER;

	return r->service && is_inet && (fd->l4 == L4_TCP || fd->l4 == L4_UDP);
}

void
render_port(const struct render *r, const struct descriptor *fd, uint16_t port, struct text *t)
{
	struct address_style style = address_style(r, fd);

	address_port(port, &style, t);
}

/* The name of a connection, which T has behind START: names in the place of the
 * numbers of its ports. */
static void
name_ports(const struct render *r, const struct descriptor *fd, size_t start, struct text *t)
{
	char name[NAME_OF_INET_MAX];
	const char *at = name, *end = name + (t->len - start);

	if (t->len == start || t->len - start > sizeof(name))
		return;
	memcpy(name, t->p + start, t->len - start);
	t->len = start;
	while (at < end) {
		const char *arrow = memmem(at, (size_t)(end - at), "->", 2);
		size_t len = (size_t)((arrow ? arrow : end) - at), n = len;
		unsigned port = 0, unit = 1;

		for (; n && at[n - 1] >= '0' && at[n - 1] <= '9'; unit *= 10)
			port += unit * (unsigned)(at[--n] - '0');
		text_bytes(t, at, n);
		if (n < len)
			render_port(r, fd, (uint16_t)port, t);
		if (arrow)
			text_bytes(t, "->", 2);
		at = arrow ? arrow + 2 : end;
	}
}

void
render_fd_bytes(const struct render *r, const struct descriptor *fd, struct text *t)
{
	size_t start = t->len;

	descriptor_name(r->world, fd, t);
	if (has_named_ports(r, fd))
		name_ports(r, fd, start, t);
}

void
render_fd_name(struct render *r, const struct descriptor *fd, struct text *t)
{
	size_t start = r->scratch.len;
	struct span name;

	render_fd_bytes(r, fd, &r->scratch);
	name = (struct span){ (const uint8_t *)r->scratch.p + start, r->scratch.len - start };
	render_text(r, name, t);
	r->scratch.len = start;
}

static bool
mean_fd(const struct job *j)
{
	int64_t num = number(j, true);
	const struct descriptor *fd;
	char l4;

	if (num == FD_CWD) {
		text_str(j->t, "AT_FDCWD");
		return true;
	}
	if (num < 0)
		return mean_errno(j);
	fd = render_find_fd(j->m, num);
	if (!fd)
		return false;
	text_char(j->t, '<');
	text_char(j->t, fd_kind_letter(fd->kind));
	l4 = l4_letter(fd->l4);
	if (l4 && (fd->role != ROLE_UNKNOWN || fd->l4 == L4_RAW))
		text_char(j->t, l4);
	text_char(j->t, '>');
	render_fd_name(j->r, fd, j->t);
	return true;
}

static bool
mean_pid(const struct job *j)
{
	const struct thread *th = world_thread(j->r->world, number(j, true));
	struct span comm;

	if (!th || !th->comm)
		return false;
	comm = intern_span(world_names(j->r->world), th->comm);
	render_text(j->r, comm, j->t);
	return true;
}

static bool
mean_syscall(const struct job *j)
{
	const char *name = syscall_code_name((uint32_t)number(j, false));

	if (name)
		text_str(j->t, name);
	return name;
}

static bool
mean_signal(const struct job *j)
{
	uint64_t v = (uint64_t)number(j, false);
	const char *name = v ? signal_name(v) : NULL;

	if (name)
		text_str(j->t, name);
	return name;
}

static void
put_sigset(const struct job *j)
{
	uint32_t bits = (uint32_t)number(j, false);
	bool any = false;

	for (unsigned i = 0; i < 32; i++) {
		const char *name = bits & 1u << i ? signal_name(i + 1) : NULL;

		if (!name)
			continue;
		if (any)
			text_char(j->t, ' ');
		text_str(j->t, name);
		any = true;
	}
}

static void
put_reltime(const struct job *j)
{
	if (number(j, true) == -1)
		text_str(j->t, "none");
	else
		text_u64(j->t, (uint64_t)number(j, false));
}

static bool
mean_reltime(const struct job *j)
{
	if (number(j, true) == -1)
		return false;
	text_fmt(j->t, "%gs", (double)(uint64_t)number(j, false) / 1e9);
	return true;
}

static void
put_abstime(const struct job *j)
{
	clock_datetime(j->r->clock, (uint64_t)number(j, false), j->t);
}

static void
put_flag(const struct flag *f, bool *any, struct text *t)
{
	if (*any)
		text_char(t, '|');
	text_str(t, f->name);
	*any = true;
}

/* Walk the set in its order: a name takes its bits away from what the names
 * behind it see. One that is the whole value ends the walk. */
static bool
mean_flags(const struct job *j)
{
	const struct flag_set *set = j->type->flags;
	uint32_t all = (uint32_t)number(j, false), left = all;
	bool any = false;

	for (size_t i = 0; set && i < set->n_flags; i++) {
		const struct flag *f = &set->flags[i];

		if (f->value == all) {
			put_flag(f, &any, j->t);
			break;
		}
		if (f->value && (left & f->value) == f->value) {
			put_flag(f, &any, j->t);
			left &= ~f->value;
		}
	}
	return any;
}

/* Every name of exactly this value. */
static bool
mean_enum(const struct job *j)
{
	const struct flag_set *set = j->type->flags;
	uint32_t v = (uint32_t)number(j, false);
	bool any = false;

	for (size_t i = 0; set && i < set->n_flags; i++)
		if (set->flags[i].value == v)
			put_flag(&set->flags[i], &any, j->t);
	return any;
}

static void
put_owner(const struct job *j)
{
	text_i64(j->t, number(j, true));
}

static bool
mean_owner(const struct job *j)
{
	uint32_t id = (uint32_t)number(j, false);
	const struct user *u;
	struct span name;

	if (j->r->no_owner_names)
		return false;
	if (id == NO_UID) {
		text_str(j->t, "<NONE>");
		return true;
	}
	u = users_find(world_users(j->r->world), j->m->container, id, j->kind == PK_GID);
	if (!u || !u->name) {
		text_str(j->t, "<NA>");
		return true;
	}
	name = intern_span(world_names(j->r->world), u->name);
	render_text(j->r, name, j->t);
	return true;
}

static void
put_text(const struct job *j)
{
	const uint8_t *nul = memchr(j->bytes.p, '\0', j->bytes.len);
	size_t len = nul ? (size_t)(nul - j->bytes.p) : j->bytes.len;

	if (len == 6 && !memcmp(j->bytes.p, "(NULL)", 6))
		text_str(j->t, "<NA>");
	else
		render_text(j->r, (struct span){ j->bytes.p, len }, j->t);
}

/* The folder that a relative path of J starts from. False: not known. */
static bool
base_folder(const struct job *j, struct span *base)
{
	struct render *r = j->r;
	const struct descriptor *fd;
	int64_t num;

	if (j->kind == PK_FSRELPATH && j->type->dirfd_at >= 0 &&
	    event_i64(j->ev, (unsigned)j->type->dirfd_at, &num) && num != FD_CWD) {
		fd = render_find_fd(j->m, num);
		if (!fd)
			return false;
		r->scratch.len = 0;
		descriptor_name(r->world, fd, &r->scratch);
		*base = (struct span){ (const uint8_t *)r->scratch.p, r->scratch.len };
		return base->len;
	}
	if (!j->m->proc || !j->m->proc->cwd)
		return false;
	*base = intern_span(world_names(r->world), j->m->proc->cwd);
	return true;
}

/* Relative paths: as they are from the root. */
static bool
mean_path(const struct job *j)
{
	struct text *scratch = &j->r->scratch;
	struct span path = j->bytes, base = { (const uint8_t *)"", 0 };
	size_t start;

	path.len = strnlen((const char *)path.p, path.len);
	if (!path.len || path.p[0] == '/' || (path.len == 4 && !memcmp(path.p, "<NA>", 4)) ||
	    (path.len == 6 && !memcmp(path.p, "(NULL)", 6)))
		return false;
	scratch->len = 0;
	if (!base_folder(j, &base)) {
		text_str(j->t, "<UNKNOWN>/");
		render_text(j->r, path, j->t);
		return true;
	}
	/* The base may stand in the scratch: make room before it is pointed to. */
	start = scratch->len;
	text_room(scratch, base.len + path.len + PATH_LEN_MAX);
	if (start)
		base.p = (const uint8_t *)scratch->p;
	path_join(scratch, base, path);
	path = (struct span){ (const uint8_t *)scratch->p + start, scratch->len - start };
	render_text(j->r, path, j->t);
	scratch->len = 0;
	return true;
}

static void
put_data(const struct job *j)
{
	data_text(&j->r->data, j->bytes, j->t);
}

static void
put_sockaddr(const struct job *j)
{
	struct address_style style = address_style(j->r, j->m->fd);

	address_sockaddr(j->bytes, &style, j->t);
}

static void
put_socktuple(const struct job *j)
{
	struct address_style style = address_style(j->r, j->m->fd);

	address_socktuple(j->bytes, &style, j->t);
}

static void
put_ip(const struct job *j)
{
	address_ip(j->bytes.p, j->kind == PK_IPV6ADDR, j->t);
}

static void
put_fdlist(const struct job *j)
{
	struct reader in = reader_of(j->bytes.p, j->bytes.len, false);
	unsigned n = read_u16(&in);

	for (unsigned i = 0; i < n && reader_left(&in) >= 10; i++) {
		int64_t num = read_i64(&in);
		unsigned events = read_u16(&in);
		const struct descriptor *fd = render_find_fd(j->m, num);
		char hex[4];
		size_t len = 0;

		if (i)
			text_char(j->t, ' ');
		text_i64(j->t, num);
		text_char(j->t, ':');
		text_char(j->t, fd ? fd_kind_letter(fd->kind) : '?');
		do {
			hex[sizeof(hex) - ++len] = "0123456789abcdef"[events & 15];
			events >>= 4;
		} while (events);
		text_bytes(j->t, hex + sizeof(hex) - len, len);
	}
}

/* Texts, each ended by a NUL: with SEPARATORS[0] between the first and second,
 * [1] between the second and third, [0] again. */
static void
put_texts(const struct job *j, const char *separators)
{
	const uint8_t *at = j->bytes.p, *end = at + j->bytes.len;

	for (unsigned i = 0; at < end; i++) {
		size_t len = strnlen((const char *)at, (size_t)(end - at));

		if (i)
			text_char(j->t, separators[(i - 1) % 2]);
		render_text(j->r, (struct span){ at, len }, j->t);
		at += len + 1;
	}
}

static void
put_array(const struct job *j)
{
	put_texts(j, "..");
}

static void
put_pairs(const struct job *j)
{
	put_texts(j, ":,");
}

#define NUMBER { put_number, NULL, NULL, false }
#define FLAGS { put_decimal, mean_flags, NULL, false }
#define ENUM { put_decimal, mean_enum, NULL, false }

/* DYN has none: what it holds has. */
static const struct shape shapes[PK_COUNT] = {
	[PK_INT8] = NUMBER, [PK_INT16] = NUMBER, [PK_INT32] = NUMBER, [PK_INT64] = NUMBER,
	[PK_UINT8] = NUMBER, [PK_UINT16] = NUMBER, [PK_UINT32] = NUMBER, [PK_UINT64] = NUMBER,
	[PK_CHARBUF] = { put_text, NULL, NULL, false },
	[PK_BYTEBUF] = { put_data, NULL, "NULL", false },
	[PK_ERRNO] = { put_number, mean_errno, NULL, true },
	[PK_FD] = { put_decimal, mean_fd, NULL, true },
	[PK_FD32] = { put_decimal, mean_fd, NULL, true },
	[PK_PID] = { put_decimal, mean_pid, NULL, true },
	[PK_PID32] = { put_decimal, mean_pid, NULL, true },
	[PK_FDLIST] = { put_fdlist, NULL, "NULL", false },
	[PK_SYSCALLID] = { put_decimal, mean_syscall, NULL, false },
	[PK_SIGTYPE] = { put_decimal, mean_signal, NULL, false },
	[PK_SIGSET] = { put_sigset, NULL, NULL, false },
	[PK_RELTIME] = { put_reltime, mean_reltime, NULL, false },
	[PK_ABSTIME] = { put_abstime, NULL, NULL, false },
	[PK_PORT] = { put_decimal, NULL, NULL, false },
	[PK_SOCKADDR] = { put_sockaddr, NULL, "NULL", false },
	[PK_SOCKTUPLE] = { put_socktuple, NULL, "NULL", false },
	[PK_FSPATH] = { put_text, mean_path, NULL, false },
	[PK_FSRELPATH] = { put_text, mean_path, NULL, false },
	[PK_FLAGS8] = FLAGS, [PK_FLAGS16] = FLAGS, [PK_FLAGS32] = FLAGS,
	[PK_ENUMFLAGS8] = ENUM, [PK_ENUMFLAGS16] = ENUM, [PK_ENUMFLAGS32] = ENUM,
	[PK_MODE] = { put_mode, mean_flags, NULL, false },
	[PK_UID] = { put_owner, mean_owner, NULL, false },
	[PK_GID] = { put_owner, mean_owner, NULL, false },
	[PK_IPV4ADDR] = { put_ip, NULL, NULL, false },
	[PK_IPV6ADDR] = { put_ip, NULL, NULL, false },
	[PK_CHARBUFARRAY] = { put_array, NULL, NULL, false },
	[PK_CHARBUF_PAIR_ARRAY] = { put_pairs, NULL, NULL, false },
	[PK_DYN] = { NULL, NULL, "NULL", false },
};

/* A DYN parameter becomes the alternative that its first byte selects. */
static void
choose_alternative(struct job *j)
{
	const struct dyn_alt *alts = j->type->alts;

	for (unsigned i = 0; j->bytes.len && i < j->type->n_alts; i++) {
		if (alts[i].selector != j->bytes.p[0])
			continue;
		j->kind = alts[i].kind;
		j->format = alts[i].format;
		j->bytes.p++;
		j->bytes.len--;
		return;
	}
	j->bytes.len = 0;
}

/* Prepare parameter I of EV. True when it has a value; else the words for its
 * absence were appended. */
static bool
begin(struct job *j, unsigned i)
{
	const struct shape *shape;
	size_t len;

	j->type = &j->ev->type->params[i];
	j->kind = j->type->kind;
	j->format = j->type->format;
	j->bytes = event_bytes(j->ev, i);
	if (j->kind == PK_DYN)
		choose_alternative(j);
	shape = &shapes[j->kind];
	len = param_kind_len(j->kind);
	if (j->bytes.len && (!len || len == j->bytes.len) && shape->value)
		return true;
	text_str(j->t, shape->empty ? shape->empty : "<NA>");
	return false;
}

static void
put_param(struct job *j, unsigned i)
{
	const struct shape *shape;
	size_t before;

	if (!begin(j, i))
		return;
	shape = &shapes[j->kind];
	shape->value(j);
	if (!shape->meaning)
		return;
	before = j->t->len;
	text_char(j->t, '(');
	if (shape->meaning(j))
		text_char(j->t, ')');
	else
		j->t->len = before;
}

void
render_param(struct render *r, const struct moment *m, const struct event *ev, unsigned i,
	     struct text *t)
{
	struct job j = { .r = r, .m = m, .ev = ev, .t = t };

	put_param(&j, i);
}

void
render_param_short(struct render *r, const struct moment *m, const struct event *ev,
		   unsigned i, struct text *t)
{
	struct job j = { .r = r, .m = m, .ev = ev, .t = t };
	size_t before = t->len;

	if (!begin(&j, i))
		return;
	if (shapes[j.kind].meaning && shapes[j.kind].meaning(&j))
		return;
	t->len = before;
	shapes[j.kind].value(&j);
}

/* Append "name=". Names are short: one fixed copy beats a measured one by far. */
static void
put_label(struct text *t, const struct param_type *type)
{
	char *to = text_room(t, RENDER_NAME_MAX + 1);

	if (type->label_len <= PARAM_LABEL_ROOM)
		memcpy(to, type->label, PARAM_LABEL_ROOM);
	else
		memcpy(to, type->label, type->label_len);
	t->len += type->label_len;
}

void
render_args(struct render *r, const struct moment *m, struct text *t)
{
	struct job j = { .r = r, .m = m, .ev = m->ev, .t = t };
	const struct event_type *type = m->ev->type;
	unsigned n;

	if (!type || m->ev->id == EV_GENERIC_E || m->ev->id == EV_GENERIC_X)
		return;
	n = m->ev->n_params < type->n_params ? m->ev->n_params : type->n_params;
	for (unsigned i = 0; i < n; i++) {
		put_label(t, &type->params[i]);
		put_param(&j, i);
		text_char(t, ' ');
	}
}

/* A call that is not decoded, by its number on the machine, or NULL. */
static const struct syscall *
generic_call(const struct render *r, const struct moment *m)
{
	uint16_t number;

	if (!event_u16(m->ev, 1, &number) &&
	    !(m->enter && event_u16(moment_enter(m), 1, &number)))
		return NULL;
	return syscall_find(r->machine, number);
}

/* Its name: by its code, or else by its number. */
static const char *
generic_name(const struct render *r, const struct moment *m)
{
	const struct syscall *call;
	uint16_t code;

	if (event_u16(m->ev, 0, &code) && code)
		return syscall_code_name(code);
	call = generic_call(r, m);
	return call ? call->name : NULL;
}

uint16_t
render_call_code(const struct render *r, const struct moment *m)
{
	const struct syscall *call;
	uint16_t code;

	if (event_u16(m->ev, 0, &code) && code)
		return code;
	call = generic_call(r, m);
	return call ? call->code : 0;
}

void
render_type(struct render *r, const struct moment *m, struct text *t)
{
	const struct event *ev = m->ev;
	const char *name;
	struct span s;

	switch (ev->id) {
	case EV_GENERIC_E:
	case EV_GENERIC_X:
		name = generic_name(r, m);
		text_str(t, name ? name : "unknown");
		break;
	case EV_ASYNCEVENT_E:
		s = event_text(ev, 1);
		render_text(r, s, t);
		if (s.len)
			break;
		/* fallthrough */
	default:
		text_str(t, ev->type ? ev->type->name : "unknown");
	}
}
