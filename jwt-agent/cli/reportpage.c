/* SPDX-License-Identifier: BSD-3-Clause */
#include "jwt-agent/cli/reportpage.h"

#include "base/date.h"
#include "base/member.h"

#include <stdio.h>
#include <time.h>

#define TIME_SIZE 32

static json_int_t
number_of(const json_t *object, const char *member)
{
	return json_integer_value(json_object_get(object, member));
}

static void
write_time(const json_t *object, const char *member, char text[TIME_SIZE])
{
	time_t at = (time_t)number_of(object, member);
	struct tm parts;

	text[0] = '\0';
	if (localtime_r(&at, &parts) != NULL)
		strftime(text, TIME_SIZE, "%Y-%m-%d %H:%M", &parts);
}

static void
print_ends(const char *heading, const json_t *ends)
{
	const json_t *success = json_object_get(ends, "success");

	printf("%-16s%" JSON_INTEGER_FORMAT " granted, %" JSON_INTEGER_FORMAT
	       " denied, %" JSON_INTEGER_FORMAT " faults",
	    heading, number_of(ends, "granted"), number_of(ends, "denied"),
	    number_of(ends, "fault"));
	if (json_is_number(success))
		printf(": %.1f %% succeeded", json_number_value(success));
	putchar('\n');
}

static void
print_number(const char *heading, const json_t *report, const char *member)
{
	printf("%-16s%" JSON_INTEGER_FORMAT "\n", heading,
	    number_of(report, member));
}

/* A line for each, "none" if there is none. */
static void
print_tally(const char *heading, const json_t *list, const char *name)
{
	const json_t *row;
	size_t i;

	if (json_array_size(list) == 0)
		printf("%-16snone\n", heading);
	json_array_foreach (list, i, row)
		printf("%-16s%" JSON_INTEGER_FORMAT " %s\n",
		    i == 0 ? heading : "", number_of(row, "count"),
		    member_text(row, name));
}

/* A line for each: two texts, the second of which may be absent. */
static void
print_states(const char *heading, const json_t *list, const char *name,
    const char *state, const char *more)
{
	const json_t *row;
	size_t i;

	if (json_array_size(list) == 0)
		printf("%-16snone\n", heading);
	json_array_foreach (list, i, row) {
		const char *rest = member_text(row, more);

		printf("%-16s%s: %s%s%.60s\n", i == 0 ? heading : "",
		    member_text(row, name), member_text(row, state),
		    rest[0] != '\0' ? ", " : "", rest);
	}
}

/* How often, and by whom last. */
static void
print_uses(const json_t *row)
{
	const char *user = member_text(row, "user");
	char last[TIME_SIZE];

	printf(": %" JSON_INTEGER_FORMAT " times", number_of(row, "recent"));
	if (number_of(row, "uses") > 0) {
		write_time(row, "last", last);
		printf(", %" JSON_INTEGER_FORMAT " in all, last %s%s%s",
		    number_of(row, "uses"), last, user[0] != '\0' ? " by " : "",
		    user);
	}
	putchar('\n');
}

/* Uses are counted by whole days, of UTC. */
static void
print_first_day(const json_t *ending, const json_t *fallbacks)
{
	const json_t *row =
	    json_array_get(json_array_size(ending) > 0 ? ending : fallbacks, 0);
	char day[DATE_SIZE];

	if (row == NULL)
		return;
	date_text(number_of(row, "recent_since"), day);
	printf("%-16s%.10s 00:00 UTC\n", "Uses since", day);
}

/* A line for each; "none" if there is none. */
static void
print_ending(const json_t *list)
{
	char until[TIME_SIZE];
	const json_t *row;
	size_t i;

	if (json_array_size(list) == 0)
		printf("%-16snone\n", "Ending");
	json_array_foreach (list, i, row) {
		write_time(row, "until", until);
		printf("%-16s%s %s, refused from %s", i == 0 ? "Ending" : "",
		    member_text(row, "kind"), member_text(row, "name"), until);
		print_uses(row);
	}
}

static void
print_fallen(const json_t *list)
{
	const json_t *row;
	size_t i;

	if (json_array_size(list) == 0)
		printf("%-16snone\n", "Claims filled");
	json_array_foreach (list, i, row) {
		printf("%-16s%s", i == 0 ? "Claims filled" : "",
		    member_text(row, "name"));
		print_uses(row);
	}
}

static void
print_head(const json_t *report)
{
	char since[TIME_SIZE], until[TIME_SIZE];

	write_time(report, "since", since);
	write_time(report, "until", until);
	printf("jwt-agent on %s, %s to %s\n\n", member_text(report, "host"),
	    since, until);
}

enum err
reportpage_print(const json_t *report)
{
	static const struct {
		const char *heading, *member, *name;
	} tallies[] = {
	    {"Refused for", "refusals", "reason"},
	    {"Logins to", "services", "service"},
	    {"Revokes", "revokes", "event"},
	    {"Oddities", "oddities", "event"},
	    {"Changes", "changes", "event"},
	    {"Alerts fired", "alerts_fired", "alert"},
	};

	print_head(report);
	print_ends("Logins", json_object_get(report, "logins"));
	print_ends("Refreshes", json_object_get(report, "refreshes"));
	print_number("New devices", report, "new_devices");
	print_number("Token reuse", report, "token_reuse");
	for (size_t i = 0; i < sizeof(tallies) / sizeof(*tallies); i++)
		print_tally(tallies[i].heading,
		    json_object_get(report, tallies[i].member),
		    tallies[i].name);
	print_states("Alerts firing", json_object_get(report, "alerts_firing"),
	    "name", "value", "none");
	print_states("Keys due", json_object_get(report, "keys_due"), "key",
	    "state", "problem");
	print_first_day(json_object_get(report, "ending"),
	    json_object_get(report, "fallbacks"));
	print_ending(json_object_get(report, "ending"));
	print_fallen(json_object_get(report, "fallbacks"));
	print_states("Upkeep", json_object_get(report, "upkeep"), "job",
	    "state", "detail");
	return fflush(stdout) == 0 ? OK : ERR_IO;
}
