#include <errno.h>

#include "engine/base/hash.h"
#include "engine/base/intern.h"
#include "engine/base/mem.h"
#include "engine/base/text.h"
#include "engine/world/container.h"
#include "engine/world/json_guard.h"
#include "tests/lib/check.h"

#define ID "697956520d891b5cb0e215093970c733549a3f745f52263c05b37f8a488994f3"
#define UUID "01234567-89ab-cdef-0123-456789abcdef"

/* All keys that there are, with values that differ. */
static const char whole[] =
	"{\"container\":{\"id\":\"697956520d89\",\"full_id\":\"" ID "\",\"type\":7,"
	"\"name\":\"web\",\"image\":\"nginx:1\",\"imageid\":\"f68d\",\"imagerepo\":\"nginx\","
	"\"imagetag\":\"1\",\"imagedigest\":\"sha256:96fb\",\"privileged\":true,"
	"\"host_pid\":true,\"host_network\":false,\"host_ipc\":true,\"is_pod_sandbox\":false,"
	"\"lookup_state\":1,\"created_time\":1700000000,\"User\":\"www\",\"ip\":\"10.0.0.2\","
	"\"cni_json\":\"{}\",\"pod_sandbox_id\":\"aaaaaaaaaaaabbbb\","
	"\"Mounts\":[{\"Source\":\"/a\",\"Destination\":\"/b\",\"Mode\":\"ro\",\"RW\":true,"
	"\"Propagation\":\"rprivate\"},7],"
	"\"port_mappings\":[{\"HostIp\":2130706433,\"HostPort\":8080,\"ContainerPort\":80},"
	"{\"HostPort\":65536,\"ContainerPort\":1},{\"HostPort\":\"x\"}],"
	"\"labels\":{\"tier\":\"front\",\"io.kubernetes.pod.name\":\"web-1\",\"n\":3,"
	"\"io.kubernetes.pod.namespace\":\"prod\",\"io.kubernetes.pod.uid\":\"u-1\","
	"\"empty\":\"\"},"
	"\"pod_sandbox_labels\":{\"app\":\"shop\",\"annotation.x\":\"1\","
	"\"io.kubernetes.pod.name\":\"web-1\",\"zone\":\"b\"},"
	"\"env\":[\"A=1\",5,\"B=2\"],\"memory_limit\":9223372036854771712,\"swap_limit\":2,"
	"\"cpu_shares\":3,\"cpu_quota\":4,\"cpu_period\":5,\"cpuset_cpu_count\":6,"
	"\"size\":70,\"mesos_task_id\":\"t.1\",\"metadata_deadline\":0,"
	"\"Healthcheck\":{\"exe\":\"/h\",\"args\":[\"-a\",\"b c\"]},"
	"\"LivenessProbe\":{\"exe\":\"/l\",\"args\":[]},"
	"\"ReadinessProbe\":{\"exe\":\"/r\"}}}\n";

struct fixture {
	struct intern *pool;
	struct containers *c;
};

static struct fixture
setup(void)
{
	struct fixture f = { .pool = intern_new() };

	f.c = containers_new(f.pool);
	return f;
}

static void
teardown(struct fixture *f)
{
	containers_free(f->c);
	intern_free(f->pool);
}

static struct span
span_str(const char *s)
{
	return (struct span){ (const uint8_t *)s, strlen(s) };
}

static int64_t
take(struct fixture *f, const char *json)
{
	return containers_take_json(f->c, span_str(json), NULL);
}

static const struct container *
get(struct fixture *f, int64_t index)
{
	return index > 0 ? containers_get(f->c, (uint32_t)index) : NULL;
}

static void
all_keys_are_taken(void)
{
	struct fixture f = setup();
	const struct container *x = get(&f, take(&f, whole));
	const struct {
		const char *want;
		uint32_t got;
	} texts[] = {
		{ "697956520d89", x->id }, { ID, x->full_id }, { "web", x->name },
		{ "nginx:1", x->image }, { "f68d", x->image_id }, { "nginx", x->image_repo },
		{ "1", x->image_tag }, { "sha256:96fb", x->image_digest }, { "www", x->user },
		{ "{}", x->cni_json }, { "aaaaaaaaaaaabbbb", x->pod_sandbox_id },
		{ "t.1", x->mesos_task_id }, { "10.0.0.2", x->ip },
		{ "/h", x->healthcheck.exe }, { "/l", x->liveness.exe },
		{ "/r", x->readiness.exe }, { "/a", x->mounts[0].source },
		{ "/b", x->mounts[0].dest }, { "ro", x->mounts[0].mode },
		{ "rprivate", x->mounts[0].propagation }, { "A=1", x->env[0] },
		{ "B=2", x->env[1] }, { "tier", x->labels[0].key },
		{ "front", x->labels[0].value },
		{ "front", container_label(f.c, x, "tier") },
		{ "web-1", container_pod_name(f.c, x) },
		{ "prod", container_pod_namespace(f.c, x) },
		{ "u-1", container_pod_uid(f.c, x) },
		{ "10.0.0.2", container_pod_ip(f.c, x) },
		{ "shop", container_pod_label(f.c, x, "app") },
		{ "1", container_pod_label(f.c, x, "annotation.x") },
	};

	for (size_t i = 0; i < ARRAY_LEN(texts); i++)
		CHECK_STR(intern_text(f.pool, texts[i].got), texts[i].want, "text %zu is %s", i,
			  texts[i].want);
	CHECK(x->index == 1 && x->type == CONTAINER_CONTAINERD && x->type_is_sure, "its type");
	CHECK(x->lookup == LOOKUP_DONE && x->generation == 1, "completed once");
	CHECK(x->privileged && x->host_pid && !x->host_network && x->host_ipc &&
	      !x->is_pod_sandbox && x->mounts[0].rw, "flags");
	CHECK(x->created_s == 1700000000 && x->memory_limit == 9223372036854771712 &&
	      x->swap_limit == 2 && x->cpu_shares == 3 && x->cpu_quota == 4 &&
	      x->cpu_period == 5 && x->cpuset_cpu_count == 6 && x->size_bytes == 70, "numbers");
	CHECK(x->n_mounts == 1 && x->n_env == 2 && x->n_ports == 1 && x->n_labels == 5 &&
	      x->n_pod_labels == 4, "what is of the wrong type is left out");
	CHECK(x->ports[0].host_ip == 0x7F000001 && x->ports[0].host_port == 8080 &&
	      x->ports[0].container_port == 80, "a port");
	CHECK(container_label(f.c, x, "empty") == INTERN_EMPTY, "a label may be empty");
	CHECK(!container_label(f.c, x, "none"), "a label that it has not");
	CHECK(intern_span(f.pool, x->healthcheck.args).len == 7 &&
	      !memcmp(intern_span(f.pool, x->healthcheck.args).p, "-a\0b c", 7), "arguments");
	CHECK(take(&f, whole) == 1 && x->generation == 1, "told again: nothing new");
	teardown(&f);
}

static void
what_is_listed_of_a_pod(void)
{
	struct fixture f = setup();
	const struct container *x = get(&f, take(&f, whole));
	const struct container *sandbox, *other;
	const struct container_pair *pairs;
	size_t n;

	pairs = container_pod_labels(f.c, x, &n);
	CHECK(n == 2, "two labels are listed");
	CHECK_STR(intern_text(f.pool, pairs[0].key), "app", "  in the order of the file");
	CHECK_STR(intern_text(f.pool, pairs[1].value), "b", "  with their values");

	other = get(&f, take(&f, "{\"id\":\"o\",\"labels\":{\"io.kubernetes.sandbox.id\":"
				 "\"aaaaaaaaaaaaXYZ\"}}"));
	CHECK(!container_pod_labels(f.c, other, &n) && !n, "its sandbox is not known yet");
	CHECK(!container_pod_ip(f.c, other), "  nor its address");
	sandbox = get(&f, take(&f, "{\"id\":\"aaaaaaaaaaaa\",\"is_pod_sandbox\":true,"
				   "\"ip\":\"10.9.9.9\",\"labels\":{\"team\":\"x\","
				   "\"io.kubernetes.pod.name\":\"pod-o\"}}"));
	pairs = container_pod_labels(f.c, other, &n);
	CHECK(n == 1, "one label is listed of the sandbox");
	CHECK_STR(intern_text(f.pool, pairs[0].value), "x", "  this one");
	CHECK_STR(intern_text(f.pool, container_pod_label(f.c, other, "team")), "x", "  asked for");
	CHECK_STR(intern_text(f.pool, container_pod_name(f.c, other)), "pod-o", "the pod's name");
	CHECK_STR(intern_text(f.pool, container_pod_ip(f.c, other)), "10.9.9.9", "its address");
	CHECK_STR(intern_text(f.pool, container_pod_ip(f.c, sandbox)), "10.9.9.9", "  of itself");
	CHECK(container_pod_labels(f.c, sandbox, &n) && n == 1, "  labels of itself");
	CHECK_STR(intern_text(f.pool, container_pod_ip(f.c, x)), "10.0.0.2", "with CNI: its own");

	other = get(&f, take(&f, "{\"id\":\"alone\",\"ip\":\"1.2.3.4\"}"));
	CHECK(!container_pod_ip(f.c, other) && !container_pod_name(f.c, other) &&
	      !container_pod_label(f.c, other, "team"), "a container without a pod");
	teardown(&f);
}

/* Events for one id, and what is known after each. */
static const struct {
	const char *json;
	uint32_t type;
	bool sure;
	uint8_t lookup;
	uint32_t generation;
	const char *name, *image, *label;
	int64_t shares;
} story[] = {
	{ "{\"id\":\"i\",\"type\":0,\"name\":\"incomplete\",\"image\":\"incomplete\","
	  "\"labels\":null,\"cpu_shares\":1024,\"ip\":\"0.0.0.0\",\"User\":\"<NA>\"}",
	  CONTAINER_DOCKER, false, LOOKUP_STARTED, 1, "incomplete", "incomplete", "", 1024 },
	{ "{\"container\":{\"id\":\"i\",\"type\":0,\"name\":\"\",\"lookup_state\":2}}",
	  CONTAINER_DOCKER, false, LOOKUP_FAILED, 2, "incomplete", "incomplete", "", 1024 },
	{ "{\"id\":\"i\",\"type\":11,\"name\":\"n\",\"image\":\"m\",\"labels\":{\"a\":\"b\"},"
	  "\"cpu_shares\":7}",
	  CONTAINER_PODMAN, true, LOOKUP_DONE, 3, "n", "m", "b", 7 },
	{ "{\"id\":\"i\",\"type\":0,\"name\":\"x\",\"image\":\"incomplete\",\"labels\":"
	  "{\"a\":\"z\"},\"cpu_shares\":1024}",
	  CONTAINER_PODMAN, true, LOOKUP_DONE, 3, "n", "m", "b", 7 },
	{ "{\"id\":\"i\",\"lookup_state\":2,\"name\":\"\",\"image\":\"\",\"labels\":{}}",
	  CONTAINER_PODMAN, true, LOOKUP_DONE, 3, "n", "m", "b", 7 },
	{ "{\"id\":\"i\",\"lookup_state\":1,\"name\":\"n2\",\"image\":\"\",\"labels\":null,"
	  "\"privileged\":\"yes\",\"cpu_shares\":\"9\"}",
	  CONTAINER_PODMAN, true, LOOKUP_DONE, 4, "n2", "m", "b", 7 },
	{ "{\"id\":\"i\",\"lookup_state\":0,\"imagetag\":\"t\"}",
	  CONTAINER_PODMAN, true, LOOKUP_DONE, 5, "n2", "m", "b", 7 },
};

static void
a_later_event_completes_or_replaces(void)
{
	struct fixture f = setup();

	for (size_t i = 0; i < ARRAY_LEN(story); i++) {
		const struct container *x = get(&f, take(&f, story[i].json));

		if (!CHECK(x && x->index == 1, "event %zu is of the same", i))
			continue;
		CHECK(x->type == story[i].type && x->type_is_sure == story[i].sure, "  type");
		CHECK(x->lookup == story[i].lookup, "  lookup");
		CHECK(x->generation == story[i].generation, "  generation %u", x->generation);
		CHECK_STR(intern_text(f.pool, x->name), story[i].name, "  name");
		CHECK_STR(intern_text(f.pool, x->image), story[i].image, "  image");
		CHECK_STR(intern_text(f.pool, container_label(f.c, x, "a")), story[i].label,
			  "  label");
		CHECK(x->cpu_shares == story[i].shares && !x->ip && !x->user, "  the rest");
	}
	CHECK(containers_count(f.c) == 1, "all were of one");
	teardown(&f);
}

static void
cgroups_and_events_meet(void)
{
	static const char docker[] = "cpu=/\0memory=/docker/" ID "\0";
	static const char host[] = "cpu=/user.slice\0";
	struct fixture f = setup();
	struct span cgroups = { (const uint8_t *)docker, sizeof(docker) - 1 };
	struct span outside = { (const uint8_t *)host, sizeof(host) - 1 };
	uint32_t index = containers_of_cgroups(f.c, cgroups, NULL);
	const struct container *x = containers_get(f.c, index);

	CHECK(index == 1 && x, "a new id makes an entry");
	CHECK_STR(intern_text(f.pool, x->id), "697956520d89", "  with its id");
	CHECK_STR(intern_text(f.pool, x->full_id), ID, "  in full");
	CHECK(!x->name && x->lookup == LOOKUP_NONE && x->memory_limit == -1 && !x->type_is_sure &&
	      x->type == CONTAINER_DOCKER && !x->generation, "  and nothing else");
	for (int i = 0; i < 3; i++)
		CHECK(containers_of_cgroups(f.c, cgroups, NULL) == 1 &&
		      containers_of_cgroups(f.c, outside, NULL) == CONTAINER_HOST, "again");
	CHECK(containers_of_cgroups(f.c, (struct span){ NULL, 0 }, NULL) == CONTAINER_HOST,
	      "no cgroups");
	CHECK(take(&f, "{\"id\":\"" ID "\",\"full_id\":\"\",\"type\":8,\"name\":\"n\"}") == 1,
	      "an event with the id in full is of the same");
	CHECK(x->type == CONTAINER_CRIO && x->type_is_sure && x->generation == 1, "  completes it");
	CHECK_STR(intern_text(f.pool, x->full_id), ID, "  keeps the id in full");
	CHECK(containers_of_cgroups(f.c, cgroups, NULL) == 1 && x->type == CONTAINER_CRIO,
	      "the cgroups do not change the type back");
	CHECK(containers_find(f.c, span_str("697956520d89")) == x, "found by its id");
	CHECK(!containers_find(f.c, span_str("697956520d8")) &&
	      !containers_find(f.c, span_str("")), "not by another");
	CHECK(!containers_get(f.c, 0) && !containers_get(f.c, 2), "others do not exist");

	index = containers_of_cgroups(f.c, span_str("cpu=/lxc/a-long-name-of-lxc"), NULL);
	x = containers_get(f.c, index);
	CHECK_STR(intern_text(f.pool, x->id), "a-long-name-of-lxc", "the id of lxc is its name");
	CHECK(x->name == x->id && x->full_id == x->id, "  and so is the name");
	CHECK(take(&f, "{\"id\":\"late\",\"name\":\"given\"}") == 3, "an event before cgroups");
	CHECK(containers_of_cgroups(f.c, span_str("cpu=/lxc/late"), NULL) == 3, "  then cgroups");
	x = containers_get(f.c, 3);
	CHECK(x->type == CONTAINER_LXC && x->full_id == x->id && x->generation == 2,
	      "  complete it");
	CHECK_STR(intern_text(f.pool, x->name), "given", "  not its name");
	teardown(&f);
}

/* Told as the environment of the process and all above it. */
static bool
one_ancestor(void *ctx, unsigned level, struct span *env, struct span *args)
{
	*env = span_str(ctx);
	*args = span_str("sh");
	return !level;
}

static void
hints_are_asked_each_time(void)
{
	struct fixture f = setup();
	char pod[] = "container_uuid=" UUID, task[] = "MESOS_TASK_ID=web.1", nothing[] = "A=1";
	struct container_hints with_pod = { .ancestor = one_ancestor, .ctx = pod };
	struct container_hints with_task = { .ancestor = one_ancestor, .ctx = task };
	struct container_hints without = { .ancestor = one_ancestor, .ctx = nothing };
	struct span service = span_str("cpu=/system.slice/etcd.service");
	struct span mesos = span_str("cpu=/mesos/" UUID);
	uint32_t index;

	CHECK(!containers_of_cgroups(f.c, service, &without), "a service of the host");
	CHECK(!containers_of_cgroups(f.c, service, NULL), "  without hints");
	index = containers_of_cgroups(f.c, service, &with_pod);
	CHECK(index == 1, "the same cgroups, in a pod");
	CHECK_STR(intern_text(f.pool, containers_get(f.c, 1)->id), UUID ":etcd", "  of this id");
	CHECK(!containers_of_cgroups(f.c, service, &without), "and of the host again");
	with_pod.root = span_str("/opt/stage2/db/rootfs");
	CHECK(containers_of_cgroups(f.c, span_str("cpu=/"), &with_pod) == 2, "by its root");

	index = containers_of_cgroups(f.c, mesos, &without);
	CHECK(index == 3 && !containers_get(f.c, 3)->mesos_task_id, "a task without a name");
	CHECK(containers_of_cgroups(f.c, mesos, &with_task) == 3, "the same");
	CHECK_STR(intern_text(f.pool, containers_get(f.c, 3)->mesos_task_id), "web.1",
		  "  now with one");
	CHECK(containers_get(f.c, 3)->generation == 1, "  that completes it");
	teardown(&f);
}

static void
fields_of_2015(void)
{
	struct fixture f = setup();
	struct span none = { (const uint8_t *)"", 0 };
	const struct container *x;

	CHECK(containers_take_fields(f.c, span_str("abc"), 0, span_str("n"), span_str("m")) == 1,
	      "an event");
	x = containers_get(f.c, 1);
	CHECK_STR(intern_text(f.pool, x->name), "n", "  name");
	CHECK_STR(intern_text(f.pool, x->image), "m", "  image");
	CHECK(x->type_is_sure && x->lookup == LOOKUP_DONE && x->generation == 1, "  sure");
	CHECK(containers_take_fields(f.c, span_str("abc"), 1, none, none) == 1, "another");
	CHECK(x->type == CONTAINER_LXC && x->name && x->image, "  does not wipe");
	CHECK(containers_take_fields(f.c, none, 0, none, none) == CONTAINER_HOST, "without an id");
	CHECK(containers_take_fields(f.c, span_str(ID), 0, none, none) == 2, "a whole id");
	CHECK_STR(intern_text(f.pool, containers_get(f.c, 2)->id), "697956520d89", "  is cut");
	CHECK_STR(intern_text(f.pool, containers_get(f.c, 2)->full_id), ID, "  and kept");
	teardown(&f);
}

/* What is refused, and with which error. */
static const struct {
	const char *json;
	int code;
} refusals[] = {
	{ "", -EBADMSG },
	{ "{", -EBADMSG },
	{ "nonsense", -EBADMSG },
	{ "\"text\"", -EBADMSG },
	{ "[]", -EBADMSG },
	{ "{}", -EBADMSG },
	{ "{\"container\":{\"name\":\"n\"}}", -EBADMSG },
	{ "{\"container\":{\"id\":7}}", -EBADMSG },
	{ "{\"id\":\"\"}", -EBADMSG },
	{ "{\"id\":\"a\",\"x\":1e999}", -EBADMSG },
	{ "{\"id\":\"a\",\"x\":[[[[[[[[[[[[[[[[1]]]]]]]]]]]]]]]]}", -EFBIG },
};

static void
nonsense_is_refused(void)
{
	struct fixture f = setup();
	struct text big = { 0 };
	struct err err;

	for (size_t i = 0; i < ARRAY_LEN(refusals); i++) {
		err = (struct err){ 0 };
		CHECK(containers_take_json(f.c, span_str(refusals[i].json), &err) ==
		      refusals[i].code, "refused: %s", refusals[i].json);
		CHECK(err.code == refusals[i].code && err.text[0], "  %s", err.text);
	}
	text_str(&big, "{\"id\":\"a\",\"x\":[0");
	for (size_t i = 0; i < JSON_GUARD_VALUES_MAX; i++)
		text_str(&big, ",0");
	text_str(&big, "]}");
	err = (struct err){ 0 };
	CHECK(containers_take_json(f.c, (struct span){ (uint8_t *)big.p, big.len }, &err) ==
	      -EFBIG, "too many: %s", err.text);
	big.len = 0;
	text_str(&big, "{\"id\":\"");
	for (size_t i = 0; i < 600; i++)
		text_char(&big, 'i');
	text_str(&big, "\"}");
	CHECK(containers_take_json(f.c, (struct span){ (uint8_t *)big.p, big.len }, &err) ==
	      -EFBIG, "a long id: %s", err.text);
	while (big.len <= JSON_GUARD_LEN_MAX)
		text_char(&big, ' ');
	CHECK(containers_take_json(f.c, (struct span){ (uint8_t *)big.p, big.len }, &err) ==
	      -EFBIG, "too long: %s", err.text);
	CHECK(!containers_count(f.c), "none of these made a container");
	CHECK(take(&f, "{\"id\":\"host\",\"type\":65534}") == CONTAINER_HOST &&
	      !containers_count(f.c), "the host is none either");
	text_fini(&big);
	teardown(&f);
}

/* One bad text does not lose a container: the name after mending. */
static const struct {
	struct span json;
	struct span name;
} mended[] = {
#define ROW(json, name) \
	{ { (const uint8_t *)(json), sizeof(json) - 1 }, \
	  { (const uint8_t *)(name), sizeof(name) - 1 } }
	ROW("{\"id\":\"a\",\"name\":\"n\"}\n\0\0\0", "n"),
	ROW("{\"id\":\"a\",\"name\":\"a\xFF\x80z\"}", "a\xEF\xBF\xBD\xEF\xBF\xBDz"),
	ROW("{\"id\":\"a\",\"name\":\"\xC3\"}", "\xEF\xBF\xBD"),
	ROW("{\"id\":\"a\",\"name\":\"a\nb\"}", "a\nb"),
	ROW("{\"id\":\"a\",\"name\":\"a\0b\"}", "a\xEF\xBF\xBD" "b"),
	ROW("{\"id\":\"a\",\"name\":\"a\\u0000b\"}", "a\0b"),
	ROW("{\"id\":\"a\",\"name\":\"n\",\"labels\":{\"\\u0000\":\"\"}}", "n"),
	ROW("{\"id\":\"a\",\"name\":\"\\ud800x\"}", "\xEF\xBF\xBDx"),
	ROW("{\"id\":\"a\",\"name\":\"\\udc00\"}", "\xEF\xBF\xBD"),
	ROW("{\"id\":\"a\",\"name\":\"\\ud83d\\ude00\xFF\"}", "\xF0\x9F\x98\x80\xEF\xBF\xBD"),
	ROW("{\"id\":\"a\",\"name\":\"\\q\\\"\\\\\"}", "\\q\"\\"),
	ROW("{\"id\":\"a\",\"name\":\"\\u12\"}", "\\u12"),
	ROW("{\"id\":\"a\",\"name\":\"n\",\"x\":99999999999999999999}", "n"),
	ROW("{\"id\":\"a\",\"name\":\"\xFF\",\"x\":99999999999999999999}", "\xEF\xBF\xBD"),
	ROW("{\"id\":\"a\",\"name\":\"m\",\"name\":\"n\"}", "n"),
	ROW("{\"id\":\"a\",\"name\":\"\x1b[31m\"}", "\x1b[31m"),
	ROW("{\"id\":\"a\",\"name\":\"[[[[[[[[[[[[[[[[[[[[\\\"{{{{{{{{\"}",
	    "[[[[[[[[[[[[[[[[[[[[\"{{{{{{{{"),
#undef ROW
};

static void
bad_texts_are_mended(void)
{
	for (size_t i = 0; i < ARRAY_LEN(mended); i++) {
		struct fixture f = setup();
		struct err err = { 0 };
		int64_t index = containers_take_json(f.c, mended[i].json, &err);
		struct span name;

		if (CHECK(index == 1, "mended %zu %s", i, err.text)) {
			name = intern_span(f.pool, containers_get(f.c, 1)->name);
			CHECK(name.len == mended[i].name.len &&
			      !memcmp(name.p, mended[i].name.p, name.len), "  its name");
		}
		teardown(&f);
	}
}

/* All that WHOLE told is still there, though perhaps as something else. */
static bool
is_complete(const struct container *x)
{
	return x->full_id && x->name && x->image && x->image_id && x->image_repo &&
	       x->image_tag && x->image_digest && x->user && x->cni_json && x->ip &&
	       x->pod_sandbox_id && x->mesos_task_id && x->created_s && x->memory_limit != -1 &&
	       x->lookup == LOOKUP_DONE && x->type_is_sure && x->n_labels && x->n_pod_labels &&
	       x->n_mounts && x->n_ports && x->n_env && x->healthcheck.exe &&
	       x->liveness.exe && x->readiness.exe;
}

static bool
take_copy(struct fixture *f, const uint8_t *p, size_t len)
{
	uint8_t *copy = xmalloc(len);
	int64_t index;

	memcpy(copy, p, len);
	index = containers_take_json(f->c, (struct span){ copy, len }, NULL);
	free(copy);
	return index <= (int64_t)containers_count(f->c) && index != 0;
}

static void
damage_loses_nothing(uint64_t seed)
{
	static const char spice[] = "\"{}[]:,\\\0\xFF\xC3u0159eE-.ntf ";
	struct fixture f = setup();
	const struct container *x = get(&f, take(&f, whole));
	size_t len = sizeof(whole) - 1;
	bool sane = true;
	uint8_t bytes[sizeof(whole)];

	printf("# seed %llu\n", (unsigned long long)seed);
	for (size_t cut = 0; cut < len - 2; cut++)
		sane &= take_copy(&f, (const uint8_t *)whole, cut);
	CHECK(sane && is_complete(x) && x->generation == 1 && containers_count(f.c) == 1,
	      "cut anywhere, it changes nothing");
	for (uint64_t round = 0; round < 20000; round++) {
		uint64_t r = hash_u64(round, seed);
		unsigned n = 1 + r % 4;

		memcpy(bytes, whole, len);
		for (unsigned i = 0; i < n; i++) {
			uint64_t where = hash_u64(r + i, seed);

			bytes[where % len] = (uint8_t)spice[(where >> 32) % (sizeof(spice) - 1)];
		}
		sane &= take_copy(&f, bytes, len - (r >> 40) % 2 * ((r >> 41) % len));
		sane &= is_complete(x);
	}
	CHECK(sane, "changed anywhere, what was known is still known");
	teardown(&f);
}

static void
many_are_found_fast(void)
{
	enum { MANY = 100000 };
	struct fixture f = setup();
	bool right = true;
	char text[200];

	for (int i = 0; i < MANY; i++) {
		snprintf(text, sizeof(text), "cpu=/docker/%064x", i * 2654435761u);
		right &= containers_of_cgroups(f.c, span_str(text), NULL) <= containers_count(f.c);
		snprintf(text, sizeof(text), "cpu=/lxc/c%d", i);
		right &= containers_of_cgroups(f.c, span_str(text), NULL) ==
			 containers_count(f.c);
	}
	for (int i = 0; i < MANY; i++) {
		snprintf(text, sizeof(text), "c%d", i);
		right &= containers_find(f.c, span_str(text)) != NULL;
	}
	CHECK(right && containers_count(f.c) == MANY + 1, "many containers, many with one id");
	teardown(&f);
}

static void
names_in_use_survive_a_sweep(void)
{
	struct fixture f = setup();
	const struct container *x = get(&f, take(&f, whole));
	size_t n = intern_count(f.pool);

	intern_str(f.pool, "of nobody");
	containers_mark(f.c);
	intern_sweep(f.pool);
	CHECK(intern_count(f.pool) == n, "only what nobody has is gone");
	CHECK_STR(intern_text(f.pool, container_label(f.c, x, "tier")), "front", "a label");
	CHECK(take(&f, whole) == 1 && x->generation == 1, "still the same container");
	containers_free(NULL);
	teardown(&f);
}

static void
types_have_names(void)
{
	CHECK_STR(container_type_name(CONTAINER_CRIO), "cri-o", "cri-o");
	CHECK_STR(container_type_name(CONTAINER_NSPAWN), "systemd-nspawn", "ours");
	CHECK_STR(container_type_name(77), "unknown", "a number of nobody");
}

/* The argument, when there is one, is the seed that an earlier run printed. */
/* What was told before is not parsed again as long as it would change nothing, and only so
 * long. */
static void
the_same_again(void)
{
	static const char a[] = "{\"container\":{\"id\":\"abc\",\"name\":\"a\",\"type\":0}}";
	static const char b[] = "{\"container\":{\"id\":\"abc\",\"name\":\"b\",\"type\":0}}";
	struct fixture f = setup();
	const struct container *x;
	uint32_t generation;
	int64_t index = 0;

	for (int i = 0; i < 4; i++)
		index = take(&f, a);
	x = containers_get(f.c, (uint32_t)index);
	generation = x ? x->generation : 0;
	CHECK(x && !strcmp(intern_text(f.pool, x->name), "a") && take(&f, a) == index &&
	      x->generation == generation, "the same told again changes nothing");
	CHECK(take(&f, b) == index && !strcmp(intern_text(f.pool, x->name), "b") &&
	      x->generation > generation, "something else does");
	CHECK(take(&f, a) == index && !strcmp(intern_text(f.pool, x->name), "a"),
	      "and then the same does, too");
	CHECK(take(&f, a) == index && take(&f, b) == index && take(&f, b) == index &&
	      take(&f, b) == index && !strcmp(intern_text(f.pool, x->name), "b"),
	      "whichever came last counts");
	teardown(&f);
}

int
main(int argc, char **argv)
{
	all_keys_are_taken();
	what_is_listed_of_a_pod();
	a_later_event_completes_or_replaces();
	the_same_again();
	cgroups_and_events_meet();
	hints_are_asked_each_time();
	fields_of_2015();
	nonsense_is_refused();
	bad_texts_are_mended();
	damage_loses_nothing(argc > 1 ? strtoull(argv[1], NULL, 10) : hash_seed());
	many_are_found_fast();
	names_in_use_survive_a_sweep();
	types_have_names();
	return check_done();
}
