/* Views of what few captures have are offered where it is, and only there. */
#include "engine/query/offer.h"
#include "engine/query/view.h"
#include "tests/lib/check.h"
#include "tests/unit/query_kit.h"

static const char pod[] =
	"{\"container\":{\"id\":\"0123456789ab\",\"name\":\"web\",\"image\":\"nginx:1\","
	"\"type\":0,\"labels\":{\"io.kubernetes.pod.name\":\"web-1\","
	"\"io.kubernetes.pod.uid\":\"u1\",\"io.kubernetes.pod.namespace\":\"shop\"}}}";

/* Views, and what must be there. */
enum { NOTHING, A_POD = 1, A_SPAN = 2, ALWAYS = 4 };
static const struct {
	const char *view;
	unsigned needs;
} offers[] = {
	{ "files", ALWAYS }, { "containers", ALWAYS }, { "kubernetes_pods", A_POD },
	{ "kubernetes_namespaces", A_POD }, { "traces_list", A_SPAN },
	{ "traces_summary", A_SPAN }, { "spans_list", A_SPAN }, { "spans_summary", A_SPAN },
	{ "spectro_traces", A_SPAN }, { "spectro_all", ALWAYS }, { "mesos_tasks", NOTHING },
	{ "old", A_SPAN }, { "old_pods", A_POD },
};

/* As csysdig has them, which says nothing of needs. */
#define OLD(id, key) \
	"view_info = { id = '" id "', name = 'Old', description = 'd', columns = {" \
	" { name = 'NA', field = '" key "', is_key = true }," \
	" { name = 'N', field = 'evt.count', aggregation = 'SUM' } } }"

static void
add(struct view_set *views, const char *text)
{
	if (view_set_add(views, "old.lua", (struct span){ (const uint8_t *)text,
							  strlen(text) }) < 0)
		die("%s", view_set_problem(views, 0));
}

static void
check_offers(struct system *y, const struct view_set *views, unsigned there)
{
	struct snapshot *snap = store_snapshot(y->s);

	for (size_t i = 0; i < ARRAY_LEN(offers); i++) {
		const struct view *v = view_set_find(views, offers[i].view);
		bool is_offered = v && offer_has_needs(v, snap);

		CHECK(is_offered == ((offers[i].needs & (there | ALWAYS)) != 0),
		      "%s where there is%s%s", offers[i].view, there & A_POD ? " a pod" : "",
		      there & A_SPAN ? " a span" : there ? "" : " nothing of that kind");
	}
	snapshot_free(snap);
}

static void
tracer(struct system *y)
{
	y->b.ts_ns++;
	scap_event(&y->b, EV_TRACER_E, N(5), scap_bytes("web\0get\0", 8), scap_empty());
	feed(y);
}

int
main(void)
{
	struct view_set *views = view_set_new(NULL);
	struct system y = { .s = store_new(0) };

	add(views, OLD("old", "span.tag[%depth]"));
	add(views, OLD("old_pods", "k8s.pod.id"));
	check_offers(&y, views, NOTHING);
	store_take(y.s, &(struct record){ .kind = RECORD_SECTION, .section = { .name = "x" } });
	proc(&y, 1, 0, "init");
	scap_at(&y.b, START_NS, 1, 0);
	scap_event(&y.b, EV_READ_E, N(0), N(100));
	scap_event(&y.b, EV_READ_X, N(7), scap_empty());
	feed(&y);
	check_offers(&y, views, NOTHING);
	tracer(&y);
	check_offers(&y, views, A_SPAN);
	scap_event(&y.b, EV_CONTAINER_JSON_E, T(pod));
	feed(&y);
	check_offers(&y, views, A_SPAN | A_POD);
	store_free(y.s);
	view_set_free(views);
	scap_fini(&y.b);
	return check_done();
}
