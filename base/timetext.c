/* SPDX-License-Identifier: BSD-3-Clause */
#include "base/timetext.h"

#include <inttypes.h>
#include <stdio.h>
#include <time.h>

void
timetext(int64_t seconds, char text[TIMETEXT_SIZE])
{
	const time_t at = (time_t)seconds;
	struct tm parts;

	if (gmtime_r(&at, &parts) == NULL ||
	    strftime(text, TIMETEXT_SIZE, "%Y-%m-%dT%H:%M:%SZ", &parts) == 0)
		snprintf(text, TIMETEXT_SIZE, "%" PRId64, seconds);
}
