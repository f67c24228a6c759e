#include "engine/base/mem.h"
#include "engine/field/domain.h"

/*
 * What only the API server of Kubernetes knows. Programs of before 2023 asked
 * it; the answers are not part of what a capture tells of its containers.
 */

static bool
get_nothing(const struct eval *ev, struct value *out)
{
	(void)ev;
	(void)out;
	return false;
}

static bool
get_no_label(const struct eval *ev, const struct field_use *use, struct value *out)
{
	(void)use;
	return get_nothing(ev, out);
}

#define OLD .type = T_STR, ON(CONTAINER), .flags = FIELD_OLD

static const struct field fields[] = {
	{ .name = "k8s.ns.id", OLD, .get = get_nothing,
	  .doc = "Unique id of the namespace; captures do not tell it." },
	{ .name = "k8s.ns.label", OLD, .arg = ARG_LABEL | ARG_KEY | ARG_NEEDED,
	  .get_arg = get_no_label,
	  .doc = "One label of the namespace; captures do not tell it." },
	{ .name = "k8s.ns.labels", OLD, .get = get_nothing,
	  .doc = "All labels of the namespace; captures do not tell them." },
	{ .name = "k8s.rc.name", OLD, .get = get_nothing,
	  .doc = "Name of the controller of the pod; captures do not tell it." },
	{ .name = "k8s.rc.id", OLD, .get = get_nothing,
	  .doc = "Unique id of the controller; captures do not tell it." },
	{ .name = "k8s.rc.label", OLD, .arg = ARG_LABEL | ARG_KEY | ARG_NEEDED,
	  .get_arg = get_no_label,
	  .doc = "One label of the controller; captures do not tell it." },
	{ .name = "k8s.rc.labels", OLD, .get = get_nothing,
	  .doc = "All labels of the controller; captures do not tell them." },
	{ .name = "k8s.rs.name", OLD, .get = get_nothing,
	  .doc = "Name of the replica set of the pod; captures do not tell it." },
	{ .name = "k8s.rs.id", OLD, .get = get_nothing,
	  .doc = "Unique id of the replica set; captures do not tell it." },
	{ .name = "k8s.rs.label", OLD, .arg = ARG_LABEL | ARG_KEY | ARG_NEEDED,
	  .get_arg = get_no_label,
	  .doc = "One label of the replica set; captures do not tell it." },
	{ .name = "k8s.rs.labels", OLD, .get = get_nothing,
	  .doc = "All labels of the replica set; captures do not tell them." },
	{ .name = "k8s.svc.name", OLD, .get = get_nothing,
	  .doc = "Name of the services of the pod; captures do not tell it." },
	{ .name = "k8s.svc.id", OLD, .get = get_nothing,
	  .doc = "Unique id of the services; captures do not tell it." },
	{ .name = "k8s.svc.label", OLD, .arg = ARG_LABEL | ARG_KEY | ARG_NEEDED,
	  .get_arg = get_no_label,
	  .doc = "One label of the services; captures do not tell it." },
	{ .name = "k8s.svc.labels", OLD, .get = get_nothing,
	  .doc = "All labels of the services; captures do not tell them." },
	{ .name = "k8s.deployment.name", OLD, .get = get_nothing,
	  .doc = "Name of the deployment of the pod; captures do not tell it." },
	{ .name = "k8s.deployment.id", OLD, .get = get_nothing,
	  .doc = "Unique id of the deployment; captures do not tell it." },
	{ .name = "k8s.deployment.label", OLD, .arg = ARG_LABEL | ARG_KEY | ARG_NEEDED,
	  .get_arg = get_no_label,
	  .doc = "One label of the deployment; captures do not tell it." },
	{ .name = "k8s.deployment.labels", OLD, .get = get_nothing,
	  .doc = "All labels of the deployment; captures do not tell them." },
};

const struct domain k8s_old_domain = {
	"k8s", fields, ARRAY_LEN(fields), "Kubernetes: what its API server told old programs",
};
