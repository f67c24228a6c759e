#include "engine/world/role.h"

#include <stdlib.h>

#include "engine/base/mem.h"

static const char *const names[R_COUNT] = {
#define ROLE(symbol, name) [R_##symbol] = name,
	ROLES
#undef ROLE
};

struct role_table *
role_table_new(void)
{
	struct role_table *t = xmalloc(sizeof(*t));

	for (int id = 0; id < EVENT_TYPES; id++)
		for (int role = 0; role < R_COUNT; role++)
			t->at[id][role] =
				(int8_t)event_type_param(&event_types[id], names[role]);
	return t;
}

void
role_table_free(struct role_table *t)
{
	free(t);
}

int
role_at(const struct role_table *t, uint16_t id, enum role role)
{
	return id < EVENT_TYPES ? t->at[id][role] : -1;
}
