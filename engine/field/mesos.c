#include "engine/base/mem.h"
#include "engine/field/domain.h"
#include "engine/world/world.h"

/*
 * Mesos and Marathon. The id of a task is in the environment of its processes;
 * everything else was asked of their servers, and no capture tells it.
 */

static bool
get_task_id(const struct eval *ev, struct value *out)
{
	const struct container *c =
		containers_get(world_containers(ev->world), ev->container);

	return c && value_name(ev, c->mesos_task_id, out);
}

#define OLD .type = T_STR, ON(CONTAINER), .flags = FIELD_OLD

static const struct field mesos_fields[] = {
	{ .name = "mesos.task.id", OLD, .get = get_task_id,
	  .doc = "Id of the Mesos task that the container is." },
	{ .name = "mesos.task.name", OLD, .get = value_none,
	  .doc = "Name of the Mesos task; captures do not tell it." },
	{ .name = "mesos.task.label", OLD, .arg = ARG_LABEL | ARG_KEY | ARG_NEEDED,
	  .get_arg = value_none_for,
	  .doc = "One label of the task; captures do not tell it." },
	{ .name = "mesos.task.labels", OLD, .get = value_none,
	  .doc = "All labels of the task; captures do not tell them." },
	{ .name = "mesos.framework.name", OLD, .get = value_none,
	  .doc = "Name of the Mesos framework; captures do not tell it." },
	{ .name = "mesos.framework.id", OLD, .get = value_none,
	  .doc = "Id of the Mesos framework; captures do not tell it." },
};

const struct domain mesos_domain = {
	"mesos", mesos_fields, ARRAY_LEN(mesos_fields), "Mesos",
};

static const struct field marathon_fields[] = {
	{ .name = "marathon.app.name", OLD, .get = value_none,
	  .doc = "Name of the Marathon application; captures do not tell it." },
	{ .name = "marathon.app.id", OLD, .get = value_none,
	  .doc = "Id of the Marathon application; captures do not tell it." },
	{ .name = "marathon.app.label", OLD, .arg = ARG_LABEL | ARG_KEY | ARG_NEEDED,
	  .get_arg = value_none_for,
	  .doc = "One label of the application; captures do not tell it." },
	{ .name = "marathon.app.labels", OLD, .get = value_none,
	  .doc = "All labels of the application; captures do not tell them." },
	{ .name = "marathon.group.name", OLD, .get = value_none,
	  .doc = "Name of the Marathon group; captures do not tell it." },
	{ .name = "marathon.group.id", OLD, .get = value_none,
	  .doc = "Id of the Marathon group; captures do not tell it." },
};

const struct domain marathon_domain = {
	"marathon", marathon_fields, ARRAY_LEN(marathon_fields), "Marathon",
};
