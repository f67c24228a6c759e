#include "ui/cli/zone.h"

#include <time.h>

int32_t
zone_offset(int64_t epoch_s)
{
	time_t t = (time_t)epoch_s;
	struct tm tm;

	return localtime_r(&t, &tm) ? (int32_t)tm.tm_gmtoff : 0;
}
