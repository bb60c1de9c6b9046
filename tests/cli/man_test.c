/* SPDX-License-Identifier: BSD-3-Clause */
/* Holds the manual pages against the tables that they describe. */
#include "jwt-agent/cli/arguments.h"
#include "jwt-agent/config/config.h"
#include "tests/cli/folder.h"

#include <setjmp.h>
#include <stdarg.h>
#include <cmocka.h>
#include <stdio.h>
#include <string.h>

#define SOURCE_DIR (getenv("srcdir") != NULL ? getenv("srcdir") : ".")

static char *
read_page(const char *name)
{
	struct folder folder;
	char *text;

	snprintf(folder.path, sizeof(folder.path), "%.1000s/man", SOURCE_DIR);
	text = folder_read(&folder, name);
	assert_non_null(text);
	return text;
}

static void
print_option(FILE *file, const struct command *command, enum cli_option option)
{
	const struct cli_option_row *row = cli_option_row(option);
	bool needed = (command->needs & 1U << option) != 0;

	fprintf(file, needed ? ".Fl -%s" : ".Op Fl -%s", row->name);
	if (row->argument != NULL)
		fprintf(file, " Ar %s", row->argument);
	fputs(option == CLI_CLAIM ? " ...\n" : "\n", file);
}

/* The command as the synopsis has it. */
static char *
mdoc_synopsis(const struct command *command)
{
	char *text = NULL;
	size_t size;
	FILE *file = open_memstream(&text, &size);

	fprintf(file, ".Nm\n.Cm %s%s%s\n", command->noun,
	    command->verb != NULL ? " " : "",
	    command->verb != NULL ? command->verb : "");
	for (unsigned i = 0; i < CLI_OPTION_COUNT; i++)
		if (((command->needs | command->takes) & 1U << i) != 0)
			print_option(file, command, (enum cli_option)i);
	if (command->argument != NULL)
		fprintf(file, ".Ar %s\n", command->argument);
	fclose(file);
	return text;
}

static void
test_synopsis(void **state)
{
	auto_str char *page = read_page("jwt-agent.1");
	char *start = strstr(page, ".Sh SYNOPSIS\n");
	char *end = strstr(page, ".Sh DESCRIPTION\n");
	auto_str char *synopsis = NULL;
	const struct command *commands;
	size_t count, size, written = 0;

	(void)state;
	assert_non_null(start);
	assert_non_null(end);
	start += strlen(".Sh SYNOPSIS\n");
	synopsis = strndup(start, (size_t)(end - start));
	size = strlen(synopsis);
	commands = command_table(&count);
	for (size_t i = 0; i < count; i++) {
		auto_str char *expected = mdoc_synopsis(&commands[i]);

		if (strstr(synopsis, expected) == NULL)
			fail_msg("jwt-agent.1 lacks:\n%s", expected);
		written += strlen(expected);
	}
	/* and nothing that is in no table */
	assert_int_equal(written, size);
}

static void
test_every_command_is_described(void **state)
{
	auto_str char *page = read_page("jwt-agent.1");
	const struct command *commands;
	size_t count;

	(void)state;
	commands = command_table(&count);
	for (size_t i = 0; i < count; i++) {
		char line[64];

		snprintf(line, sizeof(line), "\n.It Cm %s%s%s\n",
		    commands[i].noun, commands[i].verb != NULL ? " " : "",
		    commands[i].verb != NULL ? commands[i].verb : "");
		if (strstr(page, line) == NULL)
			fail_msg("jwt-agent.1 lacks:%s", line);
	}
}

/* The text of a key's item, up to the next. */
static char *
find_item(const char *page, const char *name)
{
	char line[64];
	const char *start, *end;

	snprintf(line, sizeof(line), "\n.It Ic %s Ns = Ns Ar ", name);
	start = strstr(page, line);
	if (start == NULL)
		fail_msg("jwt-agent.conf.5 lacks %s", name);
	start += strlen(line);
	end = strstr(start, "\n.It ");
	if (end == NULL)
		end = strstr(start, "\n.El");
	assert_non_null(end);
	return strndup(start, (size_t)(end - start));
}

static void
assert_quoted(const char *item, const char *text, size_t size)
{
	char quoted[128];

	snprintf(quoted, sizeof(quoted), ".Ql %.*s", (int)size, text);
	if (strstr(item, quoted) == NULL)
		fail_msg("jwt-agent.conf.5 lacks \"%s\" in: %s", quoted, item);
}

static void
test_keys(void **state)
{
	auto_str char *page = read_page("jwt-agent.conf.5");
	const struct option *options;
	size_t count, items = 0;

	(void)state;
	options = config_options(&count);
	for (size_t i = 0; i < count; i++) {
		auto_str char *item = find_item(page, options[i].name);
		const char *choice = options[i].choices;

		if (options[i].preset != NULL)
			assert_quoted(
			    item, options[i].preset, strlen(options[i].preset));
		while (choice != NULL && *choice != '\0') {
			size_t size = strcspn(choice, "|");

			assert_quoted(item, choice, size);
			choice += size + (choice[size] == '|');
		}
	}
	for (const char *at = page; (at = strstr(at, "\n.It Ic ")) != NULL;
	     at++)
		items++;
	assert_int_equal(items, count);
}

int
main(void)
{
	const struct CMUnitTest tests[] = {
	    cmocka_unit_test(test_synopsis),
	    cmocka_unit_test(test_every_command_is_described),
	    cmocka_unit_test(test_keys),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
