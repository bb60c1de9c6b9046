/* SPDX-License-Identifier: BSD-3-Clause */
#include "jwt-agent/cli/when.h"

#include "jwt-agent/cli/connection.h"

#include <errno.h>
#include <stdlib.h>
#include <string.h>
#include <time.h>

#define DAY (24 * 60 * 60)
#define AGO_MAX (100 * 366 * (int64_t)DAY)

static int64_t
unit_of(const char *text)
{
	static const struct {
		const char *name;
		int64_t seconds;
	} units[] = {
	    {"s", 1}, {"m", 60}, {"h", 60 * 60}, {"d", DAY}, {"w", 7 * DAY}};

	for (size_t i = 0; i < sizeof(units) / sizeof(*units); i++)
		if (strcmp(units[i].name, text) == 0)
			return units[i].seconds;
	return 0;
}

static enum err
read_span(const char *text, int64_t *out)
{
	char *end = NULL;
	int64_t count, unit;

	if (*text < '0' || *text > '9')
		return ERR_USAGE;
	errno = 0;
	count = strtoll(text, &end, 10);
	unit = unit_of(end);
	if (errno != 0 || unit == 0 || count > AGO_MAX / unit)
		return ERR_USAGE;
	*out = count * unit;
	return OK;
}

static enum err
read_point(const char *text, int64_t *out)
{
	static const char *const forms[] = {"%Y-%m-%dT%H:%M:%S",
	    "%Y-%m-%d %H:%M:%S", "%Y-%m-%dT%H:%M", "%Y-%m-%d %H:%M",
	    "%Y-%m-%d"};

	for (size_t i = 0; i < sizeof(forms) / sizeof(*forms); i++) {
		struct tm tm = {.tm_isdst = -1};
		const char *end = strptime(text, forms[i], &tm);

		if (end == NULL || (*end != '\0' && strcmp(end, "Z") != 0))
			continue;
		*out = *end == 'Z' ? timegm(&tm) : mktime(&tm);
		return *out >= 0 ? OK : ERR_USAGE;
	}
	return ERR_USAGE;
}

enum err
when_read(const char *text, int64_t now, int64_t *out)
{
	int64_t span;

	if (read_span(text, &span) != OK)
		return read_point(text, out);
	*out = now > span ? now - span : 0;
	return OK;
}

enum err
when_ask(const struct call *call, const char *text, int64_t now, int64_t *out)
{
	if (when_read(text, now, out) == OK)
		return OK;
	connection_complain(call,
	    "%s is no time: say how long ago (7d, 30m), or 2026-11-01 or "
	    "2026-11-01T18:00",
	    text);
	return ERR_USAGE;
}
