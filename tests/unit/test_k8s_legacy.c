#include "engine/world/k8s_legacy.h"

#include <stdio.h>

#include "engine/base/intern.h"
#include "engine/base/mem.h"
#include "engine/base/text.h"
#include "engine/field/field.h"
#include "tests/lib/check.h"
#include "tests/lib/scapbuild.h"
#include "tests/lib/stage.h"

#define ID "697956520d891b5cb0e215093970c733549a3f745f52263c05b37f8a488994f3"

/* One of each, as a list of version 2 or an object of version 1. */
static const char *const events[] = {
	"{\"reason\":\"COMPONENT_ADDED\",\"kind\":\"Namespace\",\"apiVersion\":\"v1\",\"items\":"
	"[{\"metadata\":{\"name\":\"shop\",\"uid\":\"ns-1\",\"labels\":{\"team\":\"red\"}}},"
	"{\"metadata\":{\"name\":\"other\",\"uid\":\"ns-2\"}}]}",
	"{\"type\":\"ADDED\",\"object\":{\"kind\":\"ReplicationController\",\"metadata\":{\"name\":"
	"\"web-rc\",\"uid\":\"rc-1\",\"namespace\":\"shop\",\"labels\":{\"a\":\"1\",\"b\":\"2\"}},"
	"\"spec\":{\"selector\":{\"app\":\"web\"}}}}",
	"{\"reason\":\"COMPONENT_ADDED\",\"kind\":\"ServiceList\",\"items\":[{\"name\":\"front\","
	"\"uid\":\"svc-1\",\"namespace\":\"shop\",\"selector\":{\"app\":\"web\"}},"
	"{\"name\":\"all\",\"uid\":\"svc-2\",\"namespace\":\"shop\",\"selector\":{\"tier\":\"x\"},"
	"\"labels\":{\"k\":\"v\"}},"
	"{\"name\":\"none\",\"uid\":\"svc-3\",\"namespace\":\"shop\",\"selector\":{}},"
	"{\"name\":\"far\",\"uid\":\"svc-4\",\"namespace\":\"other\","
	"\"selector\":{\"app\":\"web\"}}]}",
	"{\"type\":\"ADDED\",\"object\":{\"kind\":\"Deployment\",\"metadata\":{\"name\":\"web\","
	"\"uid\":\"dep-1\",\"namespace\":\"shop\"},\"spec\":{\"selector\":{\"matchLabels\":"
	"{\"no\":\"match\"}}}}}",
	"{\"type\":\"ADDED\",\"object\":{\"kind\":\"ReplicaSet\",\"metadata\":{\"name\":\"web-7\","
	"\"uid\":\"rs-1\",\"namespace\":\"shop\",\"ownerReferences\":[{\"uid\":\"dep-1\"}]}}}",
	"{\"type\":\"ADDED\",\"object\":{\"kind\":\"Pod\",\"metadata\":{\"name\":\"web-7-x\","
	"\"uid\":\"pod-1\",\"namespace\":\"shop\",\"labels\":{\"app\":\"web\",\"tier\":\"x\"},"
	"\"ownerReferences\":[{\"uid\":\"rs-1\",\"kind\":\"ReplicaSet\"}]},\"status\":"
	"{\"containerStatuses\":[{\"containerID\":\"docker://" ID "\"}]}}}",
	"{\"type\":\"ADDED\",\"object\":{\"kind\":\"Pod\",\"metadata\":{\"name\":\"old-x\","
	"\"uid\":\"pod-2\",\"namespace\":\"shop\",\"labels\":{\"app\":\"web\"}}}}",
};

struct fixture {
	struct intern *pool;
	struct k8s *k;
};

static uint32_t
name(const struct fixture *f, const char *s)
{
	return s ? intern_str(f->pool, s) : 0;
}

static int
take(struct fixture *f, const char *json)
{
	return k8s_take_json(f->k, scap_span(json), NULL);
}

/* "a b": the names of the objects of KIND that POD (a uid) belongs to. */
static void
check_related(struct fixture *f, const char *pod, enum k8s_kind kind, const char *wanted)
{
	const struct k8s_object *out[K8S_RELATED_MAX], *o;
	struct text t = { 0 };
	size_t n;

	o = k8s_find_pod(f->k, &(struct k8s_hints){ .uid = name(f, pod) });
	n = o ? k8s_related(f->k, o, kind, out) : 0;
	for (size_t i = 0; i < n; i++)
		text_fmt(&t, "%s%s", i ? " " : "", intern_text(f->pool, out[i]->name));
	text_char(&t, '\0');
	CHECK_STR(t.p, wanted, "%s: kind %d", pod, kind);
	text_fini(&t);
}

static void
pods_have_company(struct fixture *f)
{
	for (size_t i = 0; i < ARRAY_LEN(events); i++)
		CHECK(take(f, events[i]) > 0, "event %zu", i);
	check_related(f, "pod-1", K8S_POD, "web-7-x");
	check_related(f, "pod-1", K8S_NS, "shop");
	check_related(f, "pod-1", K8S_SVC, "front all");
	check_related(f, "pod-1", K8S_RS, "web-7");
	check_related(f, "pod-1", K8S_DEPLOYMENT, "web");
	check_related(f, "pod-1", K8S_RC, "");
	check_related(f, "pod-2", K8S_RC, "web-rc");
	check_related(f, "pod-2", K8S_SVC, "front");
	check_related(f, "pod-2", K8S_DEPLOYMENT, "");
	check_related(f, "rs-1", K8S_POD, "");
}

static const struct {
	const char *uid, *ns, *name, *container, *pod;
} searches[] = {
	{ "pod-1", NULL, NULL, NULL, "web-7-x" },
	{ NULL, "shop", "old-x", NULL, "old-x" },
	{ NULL, "other", "old-x", NULL, "" },
	{ NULL, NULL, NULL, "697956520d89", "web-7-x" },
	{ "no", "no", "no", "697956520d89", "web-7-x" },
	{ "rs-1", NULL, NULL, NULL, "" },
	{ NULL, NULL, NULL, NULL, "" },
};

static void
pods_are_found(struct fixture *f)
{
	for (size_t i = 0; i < ARRAY_LEN(searches); i++) {
		const struct k8s_object *o = k8s_find_pod(f->k, &(struct k8s_hints){
			.uid = name(f, searches[i].uid), .ns = name(f, searches[i].ns),
			.name = name(f, searches[i].name),
			.container = name(f, searches[i].container) });

		CHECK_STR(o ? intern_text(f->pool, o->name) : "", searches[i].pod,
			  "search %zu", i);
	}
}

static void
things_change(struct fixture *f)
{
	CHECK(take(f, "{\"type\":\"DELETED\",\"object\":{\"kind\":\"Service\",\"metadata\":"
		      "{\"uid\":\"svc-1\"}}}") == 1, "a service is deleted");
	check_related(f, "pod-1", K8S_SVC, "all");
	CHECK(take(f, "{\"reason\":\"COMPONENT_DELETED\",\"kind\":\"Pod\",\"items\":"
		      "[{\"uid\":\"pod-2\"}]}") == 1, "and a pod");
	check_related(f, "pod-2", K8S_NS, "");
	CHECK(take(f, "{\"type\":\"MODIFIED\",\"object\":{\"kind\":\"Pod\",\"metadata\":{\"name\":"
		      "\"moved\",\"uid\":\"pod-1\",\"namespace\":\"other\",\"labels\":"
		      "{\"app\":\"web\"}}}}") == 1, "another one is changed");
	check_related(f, "pod-1", K8S_SVC, "far");
	CHECK(!k8s_find_pod(f->k, &(struct k8s_hints){ .ns = name(f, "shop"),
			    .name = name(f, "web-7-x") }), "its old name is forgotten");
	CHECK(!k8s_find_pod(f->k, &(struct k8s_hints){ .container = name(f, "697956520d89") }),
	      "and its containers");
	intern_wants_sweep(f->pool, 0);
	k8s_mark(f->k);
	intern_sweep(f->pool);
	check_related(f, "pod-1", K8S_NS, "other");
}

static const char *const nonsense[] = {
	"", "x", "{", "7", "[]", "{}", "{\"items\":7}", "{\"items\":[1,null,[],{}]}",
	"{\"kind\":\"Pod\",\"items\":[{\"uid\":7},{\"uid\":\"\"},{\"metadata\":[]}]}",
	"{\"object\":{\"kind\":\"Node\",\"metadata\":{\"uid\":\"n\"}}}",
	"{\"object\":{\"kind\":\"Service\",\"metadata\":{\"uid\":\"pod-1\"}}}",
	"{\"object\":{\"kind\":[],\"metadata\":{\"uid\":\"n\"}}}",
};

static void
nonsense_is_nothing(struct fixture *f)
{
	struct text many = { 0 };

	for (size_t i = 0; i < ARRAY_LEN(nonsense); i++)
		CHECK(take(f, nonsense[i]) <= 0, "nothing: %s", nonsense[i]);
	text_str(&many, "{\"kind\":\"Pod\",\"items\":[{\"uid\":\"big\",\"labels\":{");
	for (int i = 0; i < 1000; i++)
		text_fmt(&many, "%s\"k%d\":\"v\"", i ? "," : "", i);
	text_str(&many, "}}]}");
	CHECK(k8s_take_json(f->k, (struct span){ (const uint8_t *)many.p, many.len }, NULL) == 1,
	      "many labels");
	CHECK(k8s_find_pod(f->k, &(struct k8s_hints){ .uid = name(f, "big") })->n_labels ==
	      K8S_PAIRS_MAX, "are too many");
	text_fini(&many);
}

static const struct {
	const char *field, *value;
} fields[] = {
	{ "k8s.pod.name", "web-7-x" }, { "k8s.pod.uid", "pod-1" }, { "k8s.ns.name", "shop" },
	{ "k8s.pod.label.app", "web" }, { "k8s.pod.labels", "app:web, tier:x" },
	{ "k8s.ns.id", "ns-1" }, { "k8s.ns.label.team", "red" }, { "k8s.ns.labels", "team:red" },
	{ "k8s.ns.label.none", "" }, { "k8s.rc.name", "" }, { "k8s.rs.name", "web-7" },
	{ "k8s.rs.labels", "" }, { "k8s.svc.name", "front, all" }, { "k8s.svc.id", "svc-1, svc-2" },
	{ "k8s.svc.label.k", "v" }, { "k8s.svc.labels", "k:v" },
	{ "k8s.deployment.name", "web" }, { "kubernetes.deployment.id", "dep-1" },
};

/* From events to fields, by the id in the cgroups alone. */
static void
fields_tell(void)
{
	struct text scratch = { 0 };
	struct stage s;
	uint64_t before;

	stage_init(&s, NULL, NULL);
	stage_clone(&s, &(struct stage_clone){ .by = 50, .pid = 50, .ptid = 1, .comm = "web",
		    .cgroups = "cpu=/docker/" ID });
	before = world_age(s.world)->generation;
	for (size_t i = 0; i < ARRAY_LEN(events); i++)
		stage_event(&s, -1, EV_K8S_E, scap_text(events[i]));
	CHECK(world_age(s.world)->generation > before, "something was learned");
	for (size_t i = 0; i < ARRAY_LEN(fields); i++) {
		struct eval ev = { .world = s.world, .scratch = &scratch,
				   .container = stage_process(&s, 50)->container };
		struct field_use use = { 0 };
		struct value v = { 0 };
		char got[64] = "";

		CHECK(field_parse(fields[i].field, &use, NULL) > 0, "%s", fields[i].field);
		if (field_get(&use, &ev, &v))
			snprintf(got, sizeof(got), "%.*s", (int)v.s.len, (const char *)v.s.p);
		CHECK_STR(got, fields[i].value, "  its value");
	}
	stage_fini(&s);
	text_fini(&scratch);
}

int
main(void)
{
	struct fixture f = { .pool = intern_new() };

	f.k = k8s_new(f.pool);
	pods_have_company(&f);
	pods_are_found(&f);
	nonsense_is_nothing(&f);
	things_change(&f);
	k8s_free(f.k);
	intern_free(f.pool);
	fields_tell();
	return check_done();
}
