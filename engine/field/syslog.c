#include "engine/field/syslog.h"

#include <string.h>

#include "engine/base/mem.h"
#include "engine/base/text.h"
#include "engine/field/call.h"
#include "engine/field/domain.h"
#include "engine/world/world.h"

#define PRIORITY_MAX 191		/* 24 facilities of 8 severities */

static const char *const facilities[] = {
	"kern", "user", "mail", "daemon", "auth", "syslog", "lpr", "news", "uucp", "clock",
	"authpriv", "ftp", "ntp", "logaudit", "logalert", "cron", "local0", "local1",
	"local2", "local3", "local4", "local5", "local6", "local7",
};

static const char *const severities[] = {
	"emerg", "alert", "crit", "err", "warn", "notice", "info", "debug",
};

static const char *
facility_word(size_t i)
{
	return facilities[i];
}

static const char *
severity_word(size_t i)
{
	return severities[i];
}

bool
syslog_is_target(const struct eval *ev)
{
	const struct descriptor *fd = ev->m ? ev->m->fd : NULL;
	size_t before = ev->scratch->len;
	bool found;

	if (!fd || !(ev->m->ev->type->flags & EF_WRITES) ||
	    (fd->kind != FD_UNIX && fd->kind != FD_FILE))
		return false;
	descriptor_name(ev->world, fd, ev->scratch);
	found = ev->scratch->len > before &&
		memmem(ev->scratch->p + before, ev->scratch->len - before, "/dev/log", 8);
	ev->scratch->len = before;
	return found;
}

/* "<13>Jan 31 14:58:20 root: hello": its priority, and what is behind it. */
static bool
decode(const struct eval *ev, unsigned *priority, struct span *message)
{
	struct span data;
	size_t i = 1;
	unsigned v = 0;

	if (!ev->m || !call_is_exit(ev) || !syslog_is_target(ev))
		return false;
	data = call_param(ev->m, "data");
	if (data.len < 3 || data.p[0] != '<')
		return false;
	for (; i < data.len && data.p[i] >= '0' && data.p[i] <= '9' && v <= PRIORITY_MAX; i++)
		v = v * 10 + (data.p[i] - '0');
	if (i == 1 || i == data.len || data.p[i] != '>')
		return false;
	*priority = v;
	*message = (struct span){ data.p + i + 1, data.len - i - 1 };
	return true;
}

static bool
get_facility(const struct eval *ev, struct value *out)
{
	struct span message;
	unsigned priority;

	if (!decode(ev, &priority, &message))
		return false;
	out->u = priority >> 3;
	return true;
}

static bool
get_facility_str(const struct eval *ev, struct value *out)
{
	return get_facility(ev, out) &&
	       value_word(out->u < ARRAY_LEN(facilities) ? facilities[out->u] : NULL, out);
}

static bool
get_severity(const struct eval *ev, struct value *out)
{
	struct span message;
	unsigned priority;

	if (!decode(ev, &priority, &message))
		return false;
	out->u = priority & 7;
	return true;
}

static bool
get_severity_str(const struct eval *ev, struct value *out)
{
	return get_severity(ev, out) && value_word(severities[out->u], out);
}

static bool
get_message(const struct eval *ev, struct value *out)
{
	unsigned priority;

	return decode(ev, &priority, &out->s);
}

static const struct field fields[] = {
	{ .name = "syslog.facility.str", .type = T_STR, .scope = OF_PAYLOAD,
	  .get = get_facility_str, ONE_OF(facility_word, ARRAY_LEN(facilities)),
	  .doc = "What kind of program logs: kern, mail, cron and so on." },
	{ .name = "syslog.facility", .type = T_UINT, .scope = OF_PAYLOAD, .get = get_facility,
	  .max = PRIORITY_MAX >> 3,
	  .doc = "Its number." },
	{ .name = "syslog.severity.str", .type = T_STR, .scope = OF_PAYLOAD,
	  .get = get_severity_str, ONE_OF(severity_word, ARRAY_LEN(severities)),
	  .doc = "How bad it is: emerg, alert, crit, err, warn and so on." },
	{ .name = "syslog.severity", .type = T_UINT, .scope = OF_PAYLOAD, .get = get_severity,
	  .max = 7,
	  .doc = "Its number: 0 is the worst, 7 for debugging." },
	{ .name = "syslog.message", .type = T_STR, .scope = OF_PAYLOAD, .get = get_message,
	  .doc = "The message, as it was written." },
};

const struct domain syslog_domain = {
	"syslog", fields, ARRAY_LEN(fields), "Messages to the system log",
};
