#include "engine/base/mem.h"
#include "engine/field/call.h"
#include "engine/field/domain.h"
#include "engine/world/world.h"

/*
 * The files that calls name. A row tells which parameters of a call are paths:
 * the one it works on, or where something comes from and where it goes. Old
 * event types have other names for the same.
 */

struct named {
	uint16_t id;
	const char *path, *dirfd;	/* what the call works on, or its source */
	const char *to, *to_dirfd;	/* where it goes, or NULL */
};

static const struct named calls[] = {
	{ EV_MKDIR_X, "path", NULL, NULL, NULL },
	{ EV_MKDIR_2_X, "path", NULL, NULL, NULL },
	{ EV_MKDIRAT_X, "path", "dirfd", NULL, NULL },
	{ EV_RMDIR_X, "path", NULL, NULL, NULL },
	{ EV_RMDIR_2_X, "path", NULL, NULL, NULL },
	{ EV_UNLINK_X, "path", NULL, NULL, NULL },
	{ EV_UNLINK_2_X, "path", NULL, NULL, NULL },
	{ EV_UNLINKAT_X, "name", "dirfd", NULL, NULL },
	{ EV_UNLINKAT_2_X, "name", "dirfd", NULL, NULL },
	{ EV_OPEN_X, "name", NULL, NULL, NULL },
	{ EV_CREAT_X, "name", NULL, NULL, NULL },
	{ EV_OPENAT_X, "name", "dirfd", NULL, NULL },
	{ EV_OPENAT_2_X, "name", "dirfd", NULL, NULL },
	{ EV_OPENAT2_X, "name", "dirfd", NULL, NULL },
	{ EV_OPEN_BY_HANDLE_AT_X, "path", "mountfd", NULL, NULL },
	{ EV_CHMOD_X, "filename", NULL, NULL, NULL },
	{ EV_FCHMODAT_X, "filename", "dirfd", NULL, NULL },
	{ EV_CHOWN_X, "path", NULL, NULL, NULL },
	{ EV_LCHOWN_X, "path", NULL, NULL, NULL },
	{ EV_FCHOWNAT_X, "pathname", "dirfd", NULL, NULL },
	{ EV_QUOTACTL_X, "special", NULL, NULL, NULL },
	{ EV_UMOUNT_X, "name", NULL, NULL, NULL },
	{ EV_UMOUNT_1_X, "name", NULL, NULL, NULL },
	{ EV_UMOUNT2_X, "name", NULL, NULL, NULL },
	{ EV_RENAME_X, "oldpath", NULL, "newpath", NULL },
	{ EV_RENAMEAT_X, "oldpath", "olddirfd", "newpath", "newdirfd" },
	{ EV_RENAMEAT2_X, "oldpath", "olddirfd", "newpath", "newdirfd" },
	/* Of a link the new name is what it is made from, as in libs of 2026. */
	{ EV_LINK_X, "newpath", NULL, "oldpath", NULL },
	{ EV_LINK_2_X, "newpath", NULL, "oldpath", NULL },
	{ EV_LINKAT_X, "newpath", "newdir", "oldpath", "olddir" },
	{ EV_LINKAT_2_X, "newpath", "newdir", "oldpath", "olddir" },
	{ EV_SYMLINK_X, "linkpath", NULL, "target", NULL },
	{ EV_SYMLINKAT_X, "linkpath", "linkdirfd", "target", NULL },
	{ EV_MOUNT_X, "dev", NULL, "dir", NULL },
};

/* The row of a call that succeeded. */
static const struct named *
row_of(const struct eval *ev)
{
	int64_t res;

	for (size_t i = 0; i < ARRAY_LEN(calls); i++)
		if (calls[i].id == ev->m->ev->id)
			return call_result(ev, &res) && res >= 0 ? &calls[i] : NULL;
	return NULL;
}

static bool
get_name(const struct eval *ev, struct value *out)
{
	const struct named *n = row_of(ev);

	return n && !n->to && call_path(ev, n->path, n->dirfd, out);
}

static bool
get_nameraw(const struct eval *ev, struct value *out)
{
	const struct named *n = row_of(ev);

	return n && !n->to && call_raw_path(ev, n->path, out);
}

static bool
get_source(const struct eval *ev, struct value *out)
{
	const struct named *n = row_of(ev);

	return n && n->to && call_path(ev, n->path, n->dirfd, out);
}

static bool
get_sourceraw(const struct eval *ev, struct value *out)
{
	const struct named *n = row_of(ev);

	return n && n->to && call_raw_path(ev, n->path, out);
}

/* What a symbolic link points to is a text, not a path from here. */
static bool
get_target(const struct eval *ev, struct value *out)
{
	const struct named *n = row_of(ev);

	if (n && (n->id == EV_SYMLINK_X || n->id == EV_SYMLINKAT_X))
		return call_raw_path(ev, n->to, out);
	return n && n->to && call_path(ev, n->to, n->to_dirfd, out);
}

static bool
get_targetraw(const struct eval *ev, struct value *out)
{
	const struct named *n = row_of(ev);

	return n && n->to && call_raw_path(ev, n->to, out);
}

static const struct field fields[] = {
	{ .name = "fs.path.name", .type = T_STR, .scope = OF_PAYLOAD, .get = get_name,
	  .doc = "The file or folder that a successful call made, opened, changed or removed." },
	{ .name = "fs.path.nameraw", .type = T_STR, .scope = OF_PAYLOAD, .get = get_nameraw,
	  .doc = "The same, as the call gave it." },
	{ .name = "fs.path.source", .type = T_STR, .scope = OF_PAYLOAD, .get = get_source,
	  .doc = "The old name of a rename, the new name of a link, the device of a mount." },
	{ .name = "fs.path.sourceraw", .type = T_STR, .scope = OF_PAYLOAD,
	  .get = get_sourceraw, .doc = "The same, as the call gave it." },
	{ .name = "fs.path.target", .type = T_STR, .scope = OF_PAYLOAD, .get = get_target,
	  .doc = "The new name of a rename, what a link leads to, the folder of a mount." },
	{ .name = "fs.path.targetraw", .type = T_STR, .scope = OF_PAYLOAD,
	  .get = get_targetraw, .doc = "The same, as the call gave it." },
};

const struct domain fs_path_domain = {
	"fs.path", fields, ARRAY_LEN(fields), "The files that a call names",
};
