/* SPDX-License-Identifier: BSD-3-Clause */
#include "base/date.h"

#include <stdio.h>
#include <string.h>
#include <time.h>

#define DAY 86400

/* Digits where the form has a 0, and else what the form has. */
static bool
has_form(const char *text, const char *form)
{
	if (strlen(text) != strlen(form))
		return false;
	for (size_t i = 0; form[i] != '\0'; i++)
		if (form[i] == '0' ? text[i] < '0' || text[i] > '9'
				   : text[i] != form[i])
			return false;
	return true;
}

/* A 30th of February and the like come back as another day. */
static bool
read_second(const char *text, const char *format, int64_t *out)
{
	struct tm parts = {0}, regular;
	const char *end = strptime(text, format, &parts);
	time_t second;

	if (end == NULL || *end != '\0')
		return false;
	regular = parts;
	second = timegm(&regular);
	if (second < 0 || regular.tm_mday != parts.tm_mday ||
	    regular.tm_sec != parts.tm_sec)
		return false;
	*out = second;
	return true;
}

bool
date_read(const char *text, int64_t *over)
{
	int64_t second;

	if (has_form(text, "0000-00-00")) {
		if (!read_second(text, "%Y-%m-%d", &second))
			return false;
		*over = second + DAY;
		return true;
	}
	return has_form(text, "0000-00-00T00:00:00Z") &&
	    read_second(text, "%Y-%m-%dT%H:%M:%SZ", over);
}

bool
date_read_item(const char *item, size_t *name, int64_t *over)
{
	size_t size = strcspn(item, " \t");
	size_t blank = strspn(item + size, " \t");

	if (size == 0 || blank == 0 || !date_read(item + size + blank, over))
		return false;
	*name = size;
	return true;
}

void
date_text(int64_t second, char text[DATE_SIZE])
{
	time_t time = (time_t)second;
	struct tm parts = {0};

	if (gmtime_r(&time, &parts) == NULL ||
	    strftime(text, DATE_SIZE, "%Y-%m-%dT%H:%M:%SZ", &parts) == 0)
		snprintf(text, DATE_SIZE, "?");
}
