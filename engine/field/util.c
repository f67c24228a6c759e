#include "engine/base/mem.h"
#include "engine/field/domain.h"

/* The number of the line, whatever event it shows. */
static bool
get_cnt(const struct eval *ev, struct value *out)
{
	out->u = ev->n_shown + 1;
	return true;
}

static const struct field fields[] = {
	{ .name = "util.cnt", .type = T_UINT, .scope = OF_STREAM,
	  .flags = FIELD_TABLE_ONLY | FIELD_OUTPUT_ONLY, .get = get_cnt,
	  .doc = "Number of the line, counted from 1." },
};

const struct domain util_domain = {
	"util", fields, ARRAY_LEN(fields), "Helpers",
};
