/* Any bytes as the JSON of a container event and of Kubernetes, and as cgroups of a
 * process. */
#include "engine/base/intern.h"
#include "engine/world/container.h"
#include "engine/world/k8s_legacy.h"
#include "tests/fuzz/fuzz.h"

int
LLVMFuzzerTestOneInput(const uint8_t *data, size_t len)
{
	struct intern *pool = intern_new();
	struct containers *c = containers_new(pool);
	struct span bytes = { data, len };
	struct container_hints hints = { .root = bytes };
	const struct k8s_object *objects[K8S_RELATED_MAX];
	const struct container *x;
	size_t n;

	containers_of_cgroups(c, bytes, &hints);
	if (containers_take_json(c, bytes, NULL) > 0)
		containers_take_json(c, bytes, NULL);
	if (containers_take_k8s(c, bytes, NULL) > 0)
		containers_take_k8s(c, bytes, NULL);
	for (uint32_t i = 1; i <= containers_count(c); i++) {
		x = containers_get(c, i);
		container_pod_name(c, x);
		container_pod_ip(c, x);
		container_pod_label(c, x, "app");
		for (unsigned kind = 0; kind < K8S_KINDS; kind++)
			container_k8s(c, x, kind, objects);
		container_pod_labels(c, x, &n);
		containers_find(c, intern_span(pool, x->id));
	}
	containers_mark(c);
	intern_sweep(pool);
	containers_free(c);
	intern_free(pool);
	return 0;
}
