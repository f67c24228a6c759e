#include "engine/base/mem.h"
#include "engine/base/text.h"
#include "engine/field/domain.h"
#include "engine/world/world.h"

static const struct user *
find_user(const struct eval *ev, uint32_t uid)
{
	if (uid == NO_UID)
		return NULL;
	return users_find(world_users(ev->world), ev->proc->container, uid, false);
}

static bool
get_uid(const struct eval *ev, struct value *out)
{
	if (!ev->proc || ev->proc->uid == NO_UID)
		return false;
	out->u = ev->proc->uid;
	return true;
}

static bool
get_name(const struct eval *ev, struct value *out)
{
	const struct user *u = ev->proc ? find_user(ev, ev->proc->uid) : NULL;

	return u && value_name(ev, u->name, out);
}

/* Users of a container are mostly in no list. */
static bool
get_who(const struct eval *ev, struct value *out)
{
	if (get_name(ev, out))
		return true;
	if (!ev->proc || ev->proc->uid == NO_UID)
		return false;
	text_i64(ev->scratch, ev->proc->uid);
	return value_scratch(ev, out);
}

static bool
get_homedir(const struct eval *ev, struct value *out)
{
	const struct user *u = ev->proc ? find_user(ev, ev->proc->uid) : NULL;

	return u && value_name(ev, u->home, out);
}

static bool
get_shell(const struct eval *ev, struct value *out)
{
	const struct user *u = ev->proc ? find_user(ev, ev->proc->uid) : NULL;

	return u && value_name(ev, u->shell, out);
}

static bool
get_loginuid(const struct eval *ev, struct value *out)
{
	if (!ev->proc || ev->proc->pid == -1)
		return false;
	out->i = ev->proc->loginuid == NO_UID ? -1 : (int64_t)ev->proc->loginuid;
	return true;
}

static bool
get_loginname(const struct eval *ev, struct value *out)
{
	const struct user *u = ev->proc ? find_user(ev, ev->proc->loginuid) : NULL;

	return u && value_name(ev, u->name, out);
}

static const struct field fields[] = {
	{ .name = "user.uid", .type = T_UINT, ON(PROCESS), .get = get_uid,
	  .max = UINT32_MAX,
	  .doc = "Number of the user with whose rights the process runs." },
	{ .name = "user.name", .type = T_STR, ON(PROCESS), .get = get_name,
	  .doc = "Name of that user, where the process runs." },
	{ .name = "user.who", .type = T_STR, ON(PROCESS), .flags = FIELD_OURS, .get = get_who,
	  .doc = "Name of that user, or the number where the name is not known." },
	{ .name = "user.homedir", .type = T_STR, ON(PROCESS), .get = get_homedir,
	  .doc = "Home folder of that user." },
	{ .name = "user.shell", .type = T_STR, ON(PROCESS), .get = get_shell,
	  .doc = "Login shell of that user." },
	{ .name = "user.loginuid", .type = T_INT, ON(PROCESS), .get = get_loginuid,
	  .doc = "Number of the user who logged in; -1 when nobody did." },
	{ .name = "user.loginname", .type = T_STR, ON(PROCESS), .get = get_loginname,
	  .doc = "Name of the user who logged in." },
};

const struct domain user_domain = {
	"user", fields, ARRAY_LEN(fields), "Users",
};
