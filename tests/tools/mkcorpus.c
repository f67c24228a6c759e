/*
 * mkcorpus - write the seeds of the fuzz corpus: mkcorpus FOLDER
 *
 * The folder gets capture/ and container_json/. Files are small, each shows
 * the fuzzer one thing: a kind of block, a version of a list, an edge.
 */
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/stat.h>

#include "engine/base/mem.h"
#include "tests/lib/sample.h"

static const char *folder;

/* Write LEN bytes at P as FOLDER/TARGET/NAME. */
static void
put(const char *target, const char *name, const void *p, size_t len)
{
	char path[4096];
	FILE *f;

	snprintf(path, sizeof(path), "%s/%s", folder, target);
	mkdir(path, 0777);
	snprintf(path, sizeof(path), "%s/%s/%s", folder, target, name);
	f = fopen(path, "wb");
	if (!f || fwrite(p, 1, len, f) != len || fclose(f))
		die("cannot write %s", path);
}

/* Write B and forget what it holds, but not how it writes. */
static void
put_scap(struct scap *b, const char *name)
{
	put("capture", name, b->p, b->len);
	b->len = 0;
}

static void
put_lists(struct scap *b, struct rng *r, struct arena *arena)
{
	struct proc_record procs[2] = { sample_proc(r, arena), sample_proc(r, arena) };
	struct iface_record iface = sample_iface(r, arena);
	struct user_record user = sample_user(r, arena, false);
	struct user_record group = sample_user(r, arena, true);
	struct fd_record fds[FD_KINDS];
	char name[64];

	for (int v = 1; v <= SCAP_PROC_VERSIONS; v++) {
		snprintf(name, sizeof(name), "procs-v%d", v);
		scap_section(b, 2);
		scap_procs(b, v, 29, procs, 2);
		put_scap(b, name);
	}
	for (size_t i = 0; i < sample_n_tails; i++) {
		snprintf(name, sizeof(name), "procs-tail-%zu", sample_tails[i]);
		scap_section(b, 2);
		scap_procs(b, 9, sample_tails[i], procs, 1);
		put_scap(b, name);
	}
	for (int kind = 0; kind < FD_KINDS; kind++)
		fds[kind] = sample_fd(r, arena, (enum fd_kind)kind);
	for (int v = 1; v <= 2; v++) {
		snprintf(name, sizeof(name), "lists-v%d", v);
		scap_section(b, 2);
		scap_ifaces(b, v, &iface, 1);
		scap_users(b, v, &(struct scap_people){ &user, 1, &group, 1 });
		scap_fds(b, v, procs[0].tid, fds, FD_KINDS);
		put_scap(b, name);
	}
}

/* The forms of event blocks. */
static void
put_forms(struct scap *b, struct rng *r)
{
	static const uint32_t lens[] = { 65535, 3 };
	char name[64];

	for (int i = 0; i < 8; i++) {
		b->uncounted = i & 1;
		b->with_flags = i & 2;
		b->comment = i & 4 ? "said of it" : NULL;
		snprintf(name, sizeof(name), "events-%d", i);
		scap_section(b, i & 1);
		sample_events(b, r, 12);
		put_scap(b, name);
	}
	*b = (struct scap){ .p = b->p, .cap = b->cap, .swap = true };
	scap_section(b, 2);
	sample_events(b, r, 12);
	put_scap(b, "swapped");
	b->swap = false;
	b->old_ids = b->uncounted = true;
	scap_section(b, 0);
	sample_events(b, r, 12);
	put_scap(b, "oldest");
	b->old_ids = b->uncounted = false;
	scap_section(b, 2);
	scap_event_raw(b, 9999, lens + 1, 1, "abc");
	scap_event_raw(b, EV_READ_X, lens + 1, 1, "abc");
	scap_patch_u32(b, b->block_at + 8 + 2 + 16, 4);
	put_scap(b, "odd-events");
}

/* What a world does with processes. */
static void
put_life(struct scap *b)
{
	const struct scap_value nothing = scap_empty();

	scap_section(b, 2);
	scap_procs(b, 9, 29, &(struct proc_record){ .tid = 7, .pid = 7, .ptid = 1,
		   .comm = SCAP_SPAN("sh"), .cwd = SCAP_SPAN("/tmp"),
		   .cgroups = SCAP_SPAN("cpu=/lxc/box\0") }, 1);
	scap_at(b, 1700000000000000000, 7, 0);
	scap_event(b, EV_CLONE_20_E, SCAP_NOTHING);
	scap_event(b, EV_CLONE_20_X, scap_num(8), scap_text("sh"), nothing, scap_num(7),
		   scap_num(7), scap_num(1), scap_text("/tmp"), scap_num(1024), scap_num(0),
		   scap_num(0), scap_num(0), scap_num(0), scap_num(0), scap_text("sh"), nothing,
		   scap_num(0), scap_num(0), scap_num(0), scap_num(8), scap_num(8));
	scap_event(b, EV_PIPE_X, scap_num(0), scap_num(3), scap_num(4), scap_num(99));
	scap_event(b, EV_DUP2_X, scap_num(5), scap_num(3), scap_num(5));
	scap_event(b, EV_CHDIR_X, scap_num(0), scap_text("../var/./x"));
	scap_event(b, EV_OPENAT_2_X, scap_num(6), scap_num(-100), scap_text("a//b"),
		   scap_num(0x400), scap_num(0));
	scap_event(b, EV_OPENAT_2_X, scap_num(9), scap_num(6), scap_text("c"), scap_num(1),
		   scap_num(0));
	scap_event(b, EV_CLOSE_RANGE_X, scap_num(0), scap_num(5), scap_num(9), scap_num(0));
	scap_event(b, EV_EXECVE_19_E, scap_text("/bin/true"));
	scap_event(b, EV_EXECVE_19_X, scap_num(0), scap_text("true"), nothing, scap_num(7),
		   scap_num(7), scap_num(1), scap_text("/"), scap_num(1024), scap_num(0),
		   scap_num(0), scap_num(0), scap_num(0), scap_num(0), scap_text("true"));
	scap_event(b, EV_SOCKETPAIR_X, scap_num(0), scap_num(3), scap_num(4), scap_num(17),
		   scap_num(18));
	scap_event(b, EV_SETNS_X, scap_num(0), scap_num(3), scap_num(0));
	scap_event(b, EV_PROCEXIT_1_E, scap_num(0), scap_num(0), scap_num(0), scap_num(0),
		   scap_num(1));
	scap_event(b, EV_PROCINFO_E, scap_num(1), scap_num(2));
	put_scap(b, "life");
}

static void
put_edges(struct scap *b, struct rng *r)
{
	struct scap z = { 0 };

	put("capture", "empty", "", 0);
	put("capture", "newline", "\n", 1);
	scap_section(b, 2);
	put_scap(b, "section");
	scap_section_with(b, 2, "a comment", "mkcorpus");
	sample_events(b, r, 2);
	scap_section(b, 2);
	sample_events(b, r, 2);
	scap_gzip(&z, b->p, b->len, &(struct scap_gzip){ .flush_every = 100,
							.member_every = 250 });
	put("capture", "members.gz", z.p, z.len);
	put("capture", "cut.gz", z.p, z.len - 20);
	put_scap(b, "two-sections");
	scap_section(b, 2);
	scap_begin(b, 0x7FA);
	scap_end(b);
	scap_begin(b, SCAP_EVENT_V2);
	scap_end(b);
	scap_begin(b, SCAP_PROCS_V9);
	scap_u32(b, UINT32_MAX);
	scap_end(b);
	scap_begin(b, SCAP_FDS_V2);
	scap_u64(b, 1);
	scap_u32(b, 0);
	scap_end(b);
	put_scap(b, "empty-blocks");
	scap_fini(&z);
}

static void
put_json(void)
{
	static const char *const texts[] = {
		"{}", "[]", "null", "{\"container\":null}", "{\"container\":{}}",
		"{\"container\":{\"id\":\"0123456789ab\",\"type\":0,\"name\":\"web\"}}",
		"{\"id\":\"0123456789ab\",\"type\":7,"
		"\"labels\":{\"io.kubernetes.pod.name\":\"p\"}}",
		"{\"container\":{\"id\":\"a\",\"Mounts\":[{\"Source\":\"/a\","
		"\"Destination\":\"/b\","
		"\"Mode\":\"ro\",\"RW\":false,\"Propagation\":\"\"},1,null]}}",
		"{\"container\":{\"id\":\"a\",\"port_mappings\":[{\"HostIp\":0,\"HostPort\":80,"
		"\"ContainerPort\":99999}],\"env\":[\"A=B\",2]}}",
		"{\"container\":{\"id\":\"a\",\"Healthcheck\":{\"exe\":\"/x\",\"args\":[\"y\"]},"
		"\"LivenessProbe\":null,\"created_time\":-1,\"memory_limit\":1e300}}",
		"{\"container\":{\"id\":\"a\",\"pod_sandbox_id\":\"a\",\"cni_json\":\"{}\","
		"\"pod_sandbox_labels\":{\"app\":null,\"b\":\"c\"},\"ip\":\"192.0.2.1\"}}",
		"{\"container\":{\"id\":\"\\u0000\\ud800\",\"name\":\"\\u001b[31m\"}}",
		"[[[[[[[[[[[[[[[[[[[[[[[[[[[[[[[[", "{\"container\":{\"id\":",
		"cpu=/docker/0123456789abcdef0123456789abcdef0123456789abcdef0123456789abcdef",
		"cpu=/lxc/box/init", "name=systemd=/machine.slice/libpod-"
		"0123456789abcdef0123456789abcdef0123456789abcdef0123456789abcdef.scope",
		"memory=/mesos/01234567-89ab-cdef-0123-456789abcdef", "cpu=/default/ctr",
		"cpu=/a/bpm-x.scope", "cpu=/machine.slice/machine-lxc\\x2dbox.scope",
		"cpu=/system.slice/x.service",
	};
	char name[32];

	for (size_t i = 0; i < ARRAY_LEN(texts); i++) {
		snprintf(name, sizeof(name), "text-%02zu", i);
		put("container_json", name, texts[i], strlen(texts[i]));
	}
}

int
main(int argc, char **argv)
{
	struct rng r = { RNG_SEED_DEFAULT };
	struct arena arena = { 0 };
	struct scap b = { 0 };

	if (argc != 2) {
		fprintf(stderr, "usage: mkcorpus FOLDER\n");
		return 2;
	}
	folder = argv[1];
	mkdir(folder, 0777);
	put_lists(&b, &r, &arena);
	put_forms(&b, &r);
	put_life(&b);
	put_edges(&b, &r);
	put_json();
	scap_fini(&b);
	arena_fini(&arena);
	return 0;
}
