/* No byte of a capture reaches a terminal as a command, and no text looks like
 * another: whatever stands in names, paths, arguments, data and metadata, and
 * in whatever form it is shown, but with --raw. Each type of event is there. */
#include <fcntl.h>
#include <jansson.h>
#include <signal.h>
#include <sys/mman.h>
#include <sys/stat.h>
#include <sys/wait.h>
#include <unistd.h>

#include "engine/base/mem.h"
#include "engine/base/text.h"
#include "engine/event/event_type.h"
#include "engine/field/field.h"
#include "engine/field/format.h"
#include "tests/lib/check.h"
#include "tests/lib/rng.h"
#include "tests/lib/scapbuild.h"
#include "ui/cli/cli.h"

#define ROUNDS 3			/* how often each type of event is there */
#define WORDS_MAX 8
#define CAPTURE_FD 77
#define CAP "/dev/fd/77"
#define ID "0123456789abcdef0123456789abcdef0123456789abcdef0123456789abcdef"

/* What terminals obey, readers do not see, or nobody can decode; and harmless
 * pieces that formats and JSON have their own use for. */
static const char *const pieces[] = {
	"\033[2J", "\033]0;x\007", "\r", "\n", "\t", "\b", "\x7F", "\x0E", "\xC2\x9B[m",
	"\xC2\x85", "\xE2\x80\xAE", "\xE2\x80\xAA", "\xE2\x81\xA6", "\xE2\x81\xA9",
	"\xE2\x80\x8B", "\xE2\x80\x8F", "\xEF\xBB\xBF", "\xE2\x80\xA8", "\xFF", "\xC3", "\x9B",
	"\xE2\x80", "\xAE", "\xED\xA0\x80", "\xF4\x90\x80\x80", "\xC0\x80", "\xF3\xA0\x80\xA1",
	"a", "/", "../", "\xC3\xA9", "\xE6\x97\xA5", "%", "\"", "\\", ",", "=", "G1sySg==",
};

/* Append some of them to T, at least one. */
static void
hostile(struct rng *r, struct text *t)
{
	for (size_t n = 1 + rng_below(r, 12); n; n--)
		text_str(t, pieces[rng_below(r, ARRAY_LEN(pieces))]);
}

static struct span
span_of(const struct text *t)
{
	return (struct span){ (const uint8_t *)t->p, t->len };
}

/* One hostile text, and a list of such; borrowed until the end. */
static struct text kept[256];
static size_t n_kept;

static struct span
one(struct rng *r)
{
	struct text *t = &kept[n_kept++];

	hostile(r, t);
	return span_of(t);
}

static struct span
list(struct rng *r, const char *first)
{
	struct text *t = &kept[n_kept++];

	text_str(t, first);
	for (size_t n = 3; n; n--) {
		hostile(r, t);
		text_char(t, '\0');
	}
	return span_of(t);
}

/* Append "KEY":"..." with a hostile text; quotes and backslashes are left out
 * of it so that it stays JSON. */
static void
put_member(struct text *t, const char *key, struct rng *r)
{
	struct text value = { 0 };

	hostile(r, &value);
	text_fmt(t, "\"%s\":\"", key);
	for (size_t i = 0; i < value.len; i++)
		if ((uint8_t)value.p[i] < ' ')
			text_fmt(t, "\\u%04x", value.p[i]);
		else if (value.p[i] != '"' && value.p[i] != '\\')
			text_char(t, value.p[i]);
	text_str(t, "\",");
	text_fini(&value);
}

static void
put_container(struct text *t, struct rng *r)
{
	static const char *const keys[] = {
		"name", "image", "imageid", "imagerepo", "imagetag", "imagedigest", "User",
		"cni_json", "ip", "pod_sandbox_id", "mesos_task_id",
	};

	text_str(t, "{\"container\":{\"id\":\"0123456789ab\",\"full_id\":\"" ID "\",\"type\":0,");
	for (size_t i = 0; i < ARRAY_LEN(keys); i++)
		put_member(t, keys[i], r);
	text_str(t, "\"labels\":{");
	put_member(t, "io.kubernetes.pod.name", r);
	put_member(t, "io.kubernetes.pod.namespace", r);
	put_member(t, "io.kubernetes.pod.uid", r);
	put_member(t, "app", r);
	text_str(t, "\"z\":\"z\"},\"pod_sandbox_labels\":{");
	put_member(t, "app", r);
	text_str(t, "\"z\":\"z\"},\"Mounts\":[{");
	put_member(t, "Source", r);
	put_member(t, "Destination", r);
	put_member(t, "Mode", r);
	text_str(t, "\"RW\":true}],\"Healthcheck\":{");
	put_member(t, "exe", r);
	text_str(t, "\"args\":[\"x\"]},\"env\":[\"A=\x9B\"]}}");
	text_char(t, '\0');
}

/* Append a value of a parameter of KIND. */
static void
put_value(struct text *t, enum param_kind kind, struct rng *r)
{
	size_t len = param_kind_len(kind);
	/* The longest is an address of IPv6. */
	const uint64_t number[2] = { rng_below(r, 4) ? rng_below(r, 24) : rng_u64(r), 1 };

	switch (kind) {
	case PK_CHARBUF: case PK_FSPATH: case PK_FSRELPATH:
		hostile(r, t);
		text_char(t, '\0');
		return;
	case PK_SOCKADDR:
		text_char(t, 1);
		hostile(r, t);
		text_char(t, '\0');
		return;
	case PK_SOCKTUPLE:
		text_char(t, 1);
		text_bytes(t, "12345678abcdefgh", 16);
		hostile(r, t);
		text_char(t, '\0');
		return;
	case PK_BYTEBUF: case PK_CHARBUFARRAY: case PK_CHARBUF_PAIR_ARRAY:
		for (size_t n = rng_below(r, 4); n; n--) {
			hostile(r, t);
			text_char(t, '\0');
		}
		return;
	default:
		text_bytes(t, number, len);
	}
}

static void
put_event(struct scap *b, uint16_t id, struct rng *r)
{
	const struct event_type *type = &event_types[id];
	uint32_t lens[EVENT_PARAMS_MAX];
	struct text body = { 0 };

	for (unsigned i = 0; i < type->n_params; i++) {
		size_t start = body.len;

		if (id == EV_CONTAINER_JSON_E || id == EV_CONTAINER_JSON_2_E)
			put_container(&body, r);
		else
			put_value(&body, (enum param_kind)type->params[i].kind, r);
		lens[i] = (uint32_t)(body.len - start);
	}
	b->ts_ns += 1000;
	b->tid = 7 + (int64_t)rng_below(r, 2);
	scap_event_raw(b, id, lens, type->n_params, body.p ? body.p : "");
	text_fini(&body);
}

static void
put_state(struct scap *b, struct rng *r)
{
	struct iface_record iface = { .name = one(r) };
	struct user_record people[2] = {
		{ .uid = 7, .gid = 7, .name = one(r), .home = one(r), .shell = one(r) },
		{ .gid = 7, .name = one(r) },
	};
	struct proc_record procs[2];
	struct fd_record fds[FD_KINDS - 1];
	const struct machine_record machine = { .n_cpus = 2, .hostname = one(r) };

	for (unsigned i = 0; i < 2; i++)
		procs[i] = (struct proc_record){
			.tid = 7 + i, .pid = 7 + i, .ptid = 6 + i, .sid = 7, .vpgid = 7,
			.pgid = 7, .vtid = 1, .vpid = 1, .uid = 7, .gid = 7, .loginuid = 7,
			.comm = one(r), .exe = one(r), .exepath = one(r), .cwd = one(r),
			.root = one(r), .args = list(r, ""), .env = list(r, "PATH="),
			.cgroups = list(r, i ? "cpu=/lxc/" : "cpu=/docker/" ID "\0"),
		};
	for (unsigned i = 0; i < ARRAY_LEN(fds); i++)
		fds[i] = (struct fd_record){ .fd = i, .kind = (uint8_t)(i + 1), .name = one(r),
					     .l4 = L4_TCP, .src_port = 1, .dst_port = 2 };
	scap_section_with(b, 2, pieces[0], pieces[9]);
	scap_machine(b, &machine);
	scap_ifaces(b, 2, &iface, 1);
	scap_users(b, 2, &(struct scap_people){ people, 1, people + 1, 1 });
	scap_procs(b, 9, 76, procs, 2);
	for (unsigned i = 0; i < 2; i++)
		scap_fds(b, 2, 7 + i, fds, ARRAY_LEN(fds));
}

static void
build(struct scap *b, struct rng *r)
{
	put_state(b, r);
	scap_at(b, 1700000000000000000, 7, 0);
	put_event(b, EV_CONTAINER_JSON_2_E, r);
	for (unsigned round = 0; round < ROUNDS; round++)
		for (unsigned id = 0; id < EVENT_TYPES; id++)
			if (!(event_types[id].flags & EF_UNUSED))
				put_event(b, (uint16_t)id, r);
}

/* A format of every field that can be shown, with arguments and without. */
static void
put_all_fields(struct text *t, const char *between)
{
	static const char *const arguments[] = { "", "[0]", "[1]", "[PATH]", ".data", ".name",
						 ".app", ".path", ".cpu" };
	static const char *const calls[] = {
		"%toupper(proc.name)", "%basename(fd.name)", "%b64(evt.arg[1])",
		"%join(proc.name, fd.types)", "%concat(proc.name, evt.args)", "%7fd.name",
		"%b64(evt.buffer)", "%join(\"-\", (proc.exe, proc.env))", "%3proc.name",
	};
	char field[128];

	text_char(t, '*');
	for (size_t i = 0; i < n_domains; i++)
		for (size_t j = 0; j < domains[i]->n_fields; j++)
			for (size_t k = 0; k < ARRAY_LEN(arguments); k++) {
				struct format *f;

				snprintf(field, sizeof(field), "%%%s%s",
					 domains[i]->fields[j].name, arguments[k]);
				f = format_compile(field, NULL);
				if (f)
					text_fmt(t, "%s%s", field, between);
				format_free(f);
			}
	for (size_t i = 0; i < ARRAY_LEN(calls); i++)
		text_fmt(t, "%s%s", calls[i], between);
	text_char(t, '\0');
}

/* The length of the character at P, or 0 when it is none or does harm. Knows
 * nothing of utf8.c, which it tests. */
static size_t
harmless_at(const uint8_t *p, size_t len, bool with_tabs)
{
	uint32_t c = p[0];
	size_t n = c < 0x80 ? 1 : c >> 5 == 6 ? 2 : c >> 4 == 14 ? 3 : c >> 3 == 30 ? 4 : 0;

	if (n == 1)
		return c == '\n' || (c == '\t' && with_tabs) || (c >= ' ' && c < 0x7F);
	if (!n || n > len)
		return 0;
	c &= 0x7Fu >> n;
	for (size_t i = 1; i < n; i++) {
		if (p[i] >> 6 != 2)
			return 0;
		c = c << 6 | (p[i] & 0x3Fu);
	}
	if (c < (n == 2 ? 0x80u : n == 3 ? 0x800u : 0x10000u) || c > 0x10FFFF ||
	    (c >= 0xD800 && c < 0xE000))
		return 0;
	if (c < 0xA0 || (c >= 0x200B && c <= 0x200F) || (c >= 0x2028 && c <= 0x202E) ||
	    (c >= 0x2060 && c <= 0x2069) || c == 0xFEFF || (c >= 0xE0000 && c <= 0xE0FFF))
		return 0;
	return n;
}

/* Where the first harm in S is, or its length. */
static size_t
first_harm(struct span s, bool with_tabs)
{
	size_t at = 0, n;

	while (at < s.len) {
		n = harmless_at(s.p + at, s.len - at, with_tabs);
		if (!n)
			return at;
		at += n;
	}
	return at;
}

static size_t
count_lines(struct span s)
{
	size_t n = 0;

	for (size_t i = 0; i < s.len; i++)
		n += s.p[i] == '\n';
	return n;
}

static bool
is_json(struct span s)
{
	for (size_t at = 0; at < s.len;) {
		const uint8_t *end = memchr(s.p + at, '\n', s.len - at);
		json_t *line;

		if (!end)
			return false;
		line = json_loadb((const char *)s.p + at, (size_t)(end - s.p) - at,
				  JSON_REJECT_DUPLICATES | JSON_ALLOW_NUL |
				  JSON_DECODE_INT_AS_REAL, NULL);
		if (!line)
			return false;
		json_decref(line);
		at = (size_t)(end - s.p) + 1;
	}
	return true;
}

enum { TABS = 1, LINE_ENDS = 2, JSON = 4, HEADED = 8, INFO = 16, HARM = 32 };

/* Run a command with WORDS in a child; false when it failed. */
static bool
run(const char *const *words, unsigned how, int capture, int out, int err)
{
	const struct cli_command *c = how & INFO ? &info_command : &print_command;
	int status;
	pid_t pid;

	fflush(stdout);
	pid = fork();
	if (!pid) {
		char *argv[WORDS_MAX + 3];
		int argc = 0;

		argv[argc++] = xstrdup(c->name);
		if (!(how & INFO))
			argv[argc++] = xstrdup("-r" CAP);
		for (unsigned i = 0; i < WORDS_MAX && words[i]; i++)
			argv[argc++] = xstrdup(words[i]);
		dup2(capture, CAPTURE_FD);
		dup2(out, STDOUT_FILENO);
		dup2(err, STDERR_FILENO);
		_exit(c->run(c, argc, argv));
	}
	return pid > 0 && waitpid(pid, &status, 0) == pid && WIFEXITED(status) &&
	       !WEXITSTATUS(status);
}

/* What stands in FD, which is closed. The caller unmaps it. */
static struct span
contents(int fd)
{
	struct stat st;
	void *p = MAP_FAILED;

	if (!fstat(fd, &st) && st.st_size)
		p = mmap(NULL, (size_t)st.st_size, PROT_READ, MAP_PRIVATE, fd, 0);
	close(fd);
	if (p == MAP_FAILED)
		return (struct span){ (const uint8_t *)"", 0 };
	return (struct span){ p, (size_t)st.st_size };
}

static void
release(struct span s)
{
	if (s.len)
		munmap((void *)(uintptr_t)s.p, s.len);
}

/* Show what is around the harm at AT, itself harmless. */
static void
tell(struct span s, size_t at)
{
	struct text t = { 0 };
	size_t from = at > 60 ? at - 60 : 0;

	text_dots(&t, s.p + from, (s.len < at + 20 ? s.len : at + 20) - from);
	text_char(&t, '\0');
	printf("# at byte %zu: 0x%02x in %s\n", at, at < s.len ? s.p[at] : 0u, t.p);
	text_fini(&t);
}

static void
check_run(const struct scap *b, const char *const *words, unsigned how, size_t n_lines)
{
	int out = memfd_create("out", 0), err = memfd_create("err", 0);
	int capture = scap_memfd(b->p, b->len);
	struct span shown, told;
	size_t at;

	CHECK(run(words, how, capture, out, err), "%s %.20s", words[0] ? words[0] : "lines",
	      words[0] && words[1] ? words[1] : "");
	shown = contents(out);
	told = contents(err);
	at = first_harm(shown, how & TABS);
	if (!CHECK((at == shown.len) == !(how & HARM), "  %zu bytes: %s harm", shown.len,
		   how & HARM ? "they do" : "they do no"))
		tell(shown, at);
	CHECK(first_harm(told, false) == told.len, "  nor do messages");
	if (!(how & (LINE_ENDS | INFO | HARM)))
		CHECK(count_lines(shown) == n_lines + !!(how & HEADED),
		      "  a line for each of %zu events", n_lines);
	if (how & JSON)
		CHECK(is_json(shown), "  each is JSON");
	release(shown);
	release(told);
	close(capture);
}

int
main(int argc, char **argv)
{
	struct rng r = rng_from_args(argc, argv);
	struct text all = { 0 }, objects = { 0 };
	struct scap b = { 0 };
	size_t n_lines = 0;

	signal(SIGPIPE, SIG_IGN);
	build(&b, &r);
	put_all_fields(&all, "|");
	put_all_fields(&objects, " ");
	for (unsigned id = 0; id < EVENT_TYPES; id++)
		n_lines += ROUNDS * !(event_types[id].flags & EF_UNUSED);
	const struct {
		const char *words[WORDS_MAX];
		unsigned how;
	} runs[] = {
		{ { "-D" }, 0 }, { { "-Dv" }, 0 }, { { "-Dpc" }, 0 }, { { "-Dpk" }, 0 },
		{ { "-Dpm" }, 0 }, { { "-DR", "-s", "7" }, 0 }, { { "-D", "-tD" }, 0 },
		{ { "-Dj" }, JSON }, { { "-D", "--csv" }, HEADED }, { { "-Db" }, 0 },
		{ { "-DA" }, LINE_ENDS }, { { "-Dx" }, LINE_ENDS | TABS },
		{ { "-DX" }, LINE_ENDS | TABS }, { { "-DjA" }, JSON }, { { "-DjX" }, JSON },
		{ { "-DSq" }, LINE_ENDS }, { { "-D", "-p", all.p }, 0 },
		{ { "-Dj", "-p", objects.p }, JSON },
		{ { "-D", "--csv", "-p", objects.p }, HEADED },
		{ { "-DX", "-p", all.p }, LINE_ENDS | TABS },
		{ { CAP }, INFO | LINE_ENDS }, { { "--json", CAP }, INFO },
		{ { "--procs", CAP }, INFO }, { { "--fds", CAP }, INFO },
		{ { "--procs", "--json", CAP }, INFO }, { { "--blocks", CAP }, INFO },
		{ { "-D", "--raw" }, HARM }, { { "-D", "--raw", "-p", all.p }, HARM },
	};
	for (size_t i = 0; i < ARRAY_LEN(runs); i++)
		check_run(&b, runs[i].words, runs[i].how, n_lines + 1);
	for (size_t i = 0; i < n_kept; i++)
		text_fini(&kept[i]);
	text_fini(&all);
	text_fini(&objects);
	scap_fini(&b);
	return check_done();
}
