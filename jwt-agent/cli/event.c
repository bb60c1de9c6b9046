/* SPDX-License-Identifier: BSD-3-Clause */
#include "jwt-agent/cli/event.h"

#include "base/member.h"

#include <stdio.h>
#include <time.h>
#include <unistd.h>

/* A control character of ASCII, or of ISO 8859-1 in UTF-8. */
static bool
is_control(const unsigned char *at)
{
	return *at < ' ' || *at == 0x7f ||
	    (at[0] == 0xc2 && at[1] >= 0x80 && at[1] <= 0x9f);
}

static void
print_text(const char *before, const json_t *event, const char *member)
{
	const char *text = json_string_value(json_object_get(event, member));
	const unsigned char *at = (const unsigned char *)text;

	if (text == NULL)
		return;
	fputs(before, stdout);
	for (; *at != '\0'; at++) {
		putchar(is_control(at) ? '?' : *at);
		at += is_control(at) && *at == 0xc2;
	}
}

static void
print_time(const json_t *event)
{
	time_t seconds =
	    (time_t)json_integer_value(json_object_get(event, "time"));
	char text[32] = "";
	struct tm tm;

	if (localtime_r(&seconds, &tm) != NULL)
		strftime(text, sizeof(text), "%Y-%m-%d %H:%M:%S", &tm);
	fputs(text, stdout);
}

/* ECMA-48: what is refused stands out, what tells of an alert more so. */
static const char *
colour_of(const json_t *event)
{
	if (member_is(event, "event", "alert-fired"))
		return "\033[1;31m";
	if (member_is(event, "event", "alert-cleared"))
		return "\033[32m";
	return member_is(event, "outcome", "granted") ? "" : "\033[33m";
}

enum err
event_print(const json_t *event)
{
	const char *colour = isatty(STDOUT_FILENO) ? colour_of(event) : "";

	fputs(colour, stdout);
	print_time(event);
	print_text("  ", event, "event");
	print_text(" ", event, "outcome");
	if (!member_is(event, "reason", "ok"))
		print_text(" ", event, "reason");
	print_text("  ", event, "user");
	print_text(" ", event, "service");
	print_text(" from ", event, "rhost");
	print_text(": ", event, "detail");
	fputs(colour[0] != '\0' ? "\033[m" : "", stdout);
	putchar('\n');
	return fflush(stdout) == 0 ? OK : ERR_IO;
}
