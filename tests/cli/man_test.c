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
	bool needed = (command->needs & CLI_BIT_OF(option)) != 0;

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
		if (((command->needs | command->takes) & CLI_BIT_OF(i)) != 0)
			print_option(file, command, (enum cli_option)i);
	if (command->argument != NULL && command->argument[0] == '[')
		fprintf(file, ".Op Ar %.*s\n",
		    (int)strcspn(command->argument + 1, "]"),
		    command->argument + 1);
	else if (command->argument != NULL)
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

/* The text of a kind's subsection. */
static char *
find_subsection(const char *page, const char *kind)
{
	char line[64];
	const char *start, *end;

	snprintf(line, sizeof(line), "\n.Ss The section %s\n", kind);
	start = strstr(page, line);
	if (start == NULL)
		fail_msg("jwt-agent.conf.5 lacks:%s", line);
	start += strlen(line);
	end = strstr(start, "\n.S");
	assert_non_null(end);
	return strndup(start, (size_t)(end - start));
}

/* The text of a key's item, up to the next. */
static char *
find_item(const char *text, const char *name)
{
	char line[64];
	const char *start, *end;

	snprintf(line, sizeof(line), "\n.It Ic %s Ns = Ns Ar ", name);
	start = strstr(text, line);
	if (start == NULL)
		fail_msg("jwt-agent.conf.5 lacks %s", name);
	start += strlen(line);
	end = strstr(start, "\n.It ");
	if (end == NULL)
		end = strstr(start, "\n.El");
	assert_non_null(end);
	return strndup(start, (size_t)(end - start));
}

/* The word by which the page says of what type a key is. */
static const char *
type_word(const struct option *option)
{
	static const char *const words[] = {
	    [OPTION_FLAG] = "flag",
	    [OPTION_TEXT] = "text",
	    [OPTION_PATH] = "path",
	    [OPTION_SECONDS] = "time",
	    [OPTION_SIZE] = "size",
	    [OPTION_CHOICE] = "name",
	    [OPTION_NUMBER] = "number",
	    [OPTION_DATE] = "date",
	    [OPTION_URL] = "url",
	    [OPTION_LIST] = "list",
	    [OPTION_LINES] = "line",
	};

	return words[option->type];
}

static void
assert_quoted(const char *item, const char *text, size_t size)
{
	char quoted[128];

	snprintf(quoted, sizeof(quoted), ".Ql %.*s", (int)size, text);
	if (strstr(item, quoted) == NULL)
		fail_msg("jwt-agent.conf.5 lacks \"%s\" in: %s", quoted, item);
}

/* Every one of a list is quoted by itself. */
static void
assert_all_quoted(const char *item, const char *texts, const char *separators)
{
	while (*texts != '\0') {
		size_t size = strcspn(texts, separators);

		assert_quoted(item, texts, size);
		texts += size;
		texts += strspn(texts, separators);
	}
}

static void
assert_described(const char *subsection, const struct option *option)
{
	auto_str char *item = find_item(subsection, option->name);
	const char *preset = option->preset;
	const char *type = type_word(option);

	if (strncmp(item, type, strlen(type)) != 0)
		fail_msg("%s is no %s: %s", option->name, type, item);
	if (preset != NULL)
		assert_all_quoted(
		    item, preset, option->type == OPTION_LIST ? ", " : "");
	if (option->choices != NULL)
		assert_all_quoted(item, option->choices, "|");
}

static void
test_keys(void **state)
{
	auto_str char *page = read_page("jwt-agent.conf.5");

	(void)state;
	for (int i = 0; i < CONFIG_KINDS; i++) {
		const struct config_kind *kind = &config_kinds()[i];
		auto_str char *text = find_subsection(page, kind->name);
		size_t items = 0;

		for (size_t k = 0; k < kind->count; k++)
			assert_described(text, &kind->options[k]);
		for (const char *at = text;
		     (at = strstr(at, "\n.It Ic ")) != NULL; at++)
			items++;
		assert_int_equal(items, kind->count);
	}
}

/* What mdoc writes otherwise. */
static void
unescape(char *text)
{
	char *to = text;

	for (const char *at = text; *at != '\0'; at++) {
		if (strncmp(at, "\\e", 2) == 0)
			at++, *to++ = '\\';
		else if (strncmp(at, "\\&", 2) == 0)
			at++;
		else
			*to++ = *at;
	}
	*to = '\0';
}

/* Every example of a section is a configuration that is taken. */
static void
test_examples(void **state)
{
	auto_str char *page = read_page("jwt-agent.conf.5");
	auto_str char *text = NULL;
	auto_clear(folder) struct folder folder;
	auto_free(config) struct config *config = NULL;
	struct config_error error;
	char path[PATH_MAX];
	size_t size;
	FILE *file = open_memstream(&text, &size);

	(void)state;
	for (const char *at = page;
	     (at = strstr(at, "\n.Bd -literal")) != NULL;) {
		const char *end = strstr(at, "\n.Ed");

		at = strchr(at + 1, '\n');
		fwrite(at, 1, (size_t)(end - at), file);
	}
	fclose(file);
	unescape(text);
	folder_new(&folder);
	folder_write(&folder, "jwt-agent.conf", text, 0644);
	folder_path(&folder, "jwt-agent.conf", path);
	if (config_load(path, true, &config, &error) != OK)
		fail_msg("%s", error.text);
	assert_int_equal(config->issuer_count, 3);
	assert_true(config->service_count > 1);
}

int
main(void)
{
	const struct CMUnitTest tests[] = {
	    cmocka_unit_test(test_synopsis),
	    cmocka_unit_test(test_every_command_is_described),
	    cmocka_unit_test(test_keys),
	    cmocka_unit_test(test_examples),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
