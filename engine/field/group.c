#include "engine/base/mem.h"
#include "engine/field/domain.h"
#include "engine/world/world.h"

static bool
get_gid(const struct eval *ev, struct value *out)
{
	if (!ev->proc || ev->proc->gid == NO_UID)
		return false;
	out->u = ev->proc->gid;
	return true;
}

static bool
get_name(const struct eval *ev, struct value *out)
{
	const struct user *g;

	if (!ev->proc || ev->proc->gid == NO_UID)
		return false;
	g = users_find(world_users(ev->world), ev->proc->container, ev->proc->gid, true);
	return g && value_name(ev, g->name, out);
}

static const struct field fields[] = {
	{ .name = "group.gid", .type = T_UINT, ON(PROCESS), .get = get_gid,
	  .max = UINT32_MAX,
	  .doc = "Number of the group with whose rights the process runs." },
	{ .name = "group.name", .type = T_STR, ON(PROCESS), .get = get_name,
	  .doc = "Name of that group, where the process runs." },
};

const struct domain group_domain = {
	"group", fields, ARRAY_LEN(fields), "Groups of users",
};
