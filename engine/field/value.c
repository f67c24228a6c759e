#include "engine/field/value.h"

#include "engine/base/text.h"
#include "engine/field/address.h"

static const char *const type_names[T_COUNT] = {
	[T_INT] = "integer", [T_UINT] = "integer", [T_BOOL] = "true or false",
	[T_DOUBLE] = "number", [T_STR] = "text", [T_DATA] = "data", [T_IP] = "address",
	[T_TIME] = "time", [T_NET] = "network", [T_SPAN] = "span of time",
};

const char *
value_type_name(enum value_type type)
{
	return type_names[type];
}

static void
put_unsigned(uint64_t v, enum value_unit unit, struct text *t)
{
	if (unit == U_HEX)
		text_hex(t, v);
	else if (unit == U_NS9)
		text_dec_padded(t, v, 9);
	else
		text_u64(t, v);
}

void
value_data(struct span s, size_t max, struct text *t)
{
	if (s.len <= max) {
		text_dots(t, s.p, s.len);
		return;
	}
	text_dots(t, s.p, max - 3);
	text_str(t, "...");
}

void
value_text(const struct value *v, enum value_type type, enum value_unit unit,
	   size_t data_max, struct text *t)
{
	switch (type) {
	case T_INT:
		if (unit == U_HEX)
			text_hex(t, (uint64_t)v->i);
		else
			text_i64(t, v->i);
		break;
	case T_UINT:
	case T_TIME:
	case T_SPAN:
		put_unsigned(v->u, unit, t);
		break;
	case T_BOOL:
		text_str(t, v->b ? "true" : "false");
		break;
	case T_DOUBLE:
		text_fmt(t, "%.1f", v->d);
		break;
	case T_STR:
		text_safe(t, v->s.p, v->s.len);
		break;
	case T_DATA:
		value_data(v->s, data_max, t);
		break;
	case T_IP:
		address_ip(v->ip.bytes, v->ip.is_v6, t);
		break;
	case T_NET:
		address_ip(v->net.ip.bytes, v->net.ip.is_v6, t);
		if (v->net.len < (v->net.ip.is_v6 ? 128 : 32)) {
			text_char(t, '/');
			text_u64(t, v->net.len);
		}
		break;
	case T_COUNT:
		break;
	}
}
