/* SPDX-License-Identifier: BSD-3-Clause */
#include "jwt-agent/cli/usage.h"

#include "jwt-agent/cli/arguments.h"

#include <string.h>

static void
print_option(FILE *file, enum cli_option option)
{
	const struct cli_option_row *row = cli_option_row(option);

	fprintf(file, "--%s", row->name);
	if (row->argument != NULL)
		fprintf(file, " %s", row->argument);
	if (option == CLI_CLAIM)
		fputs(" ...", file);
}

void
usage_synopsis(FILE *file, const struct command *command)
{
	fputs(command->noun, file);
	if (command->verb != NULL)
		fprintf(file, " %s", command->verb);
	for (unsigned i = 0; i < CLI_OPTION_COUNT; i++) {
		bool needed = (command->needs & CLI_BIT_OF(i)) != 0;

		if (((command->needs | command->takes) & CLI_BIT_OF(i)) == 0)
			continue;
		fputs(needed ? " " : " [", file);
		print_option(file, (enum cli_option)i);
		fputs(needed ? "" : "]", file);
	}
	if (command->argument != NULL)
		fprintf(file, " %s", command->argument);
}

static void
print_option_help(FILE *file, uint64_t options)
{
	fputs("\noptions:\n", file);
	for (unsigned i = 0; i < CLI_OPTION_COUNT; i++) {
		const struct cli_option_row *row =
		    cli_option_row((enum cli_option)i);
		int width;

		if ((options & CLI_BIT_OF(i)) == 0)
			continue;
		width = 24 - (int)strlen(row->name);
		fprintf(file, "  --%s %-*s%s\n", row->name, width,
		    row->argument != NULL ? row->argument : "", row->help);
	}
}

void
usage_print(FILE *file, const char *noun)
{
	uint64_t options = CLI_BIT(CONFIG) | CLI_BIT(HELP) | CLI_BIT(VERSION);
	const struct command *commands;
	size_t count;

	commands = command_table(&count);
	fputs("usage: jwt-agent [--config FILE] COMMAND\n\ncommands:\n", file);
	for (size_t i = 0; i < count; i++) {
		if (noun != NULL && strcmp(commands[i].noun, noun) != 0)
			continue;
		fputs("  ", file);
		usage_synopsis(file, &commands[i]);
		fprintf(file, "\n      %s\n", commands[i].help);
		if (noun != NULL)
			options |= commands[i].needs | commands[i].takes;
	}
	print_option_help(file, options);
	fputs("\nexit codes: 0 done, 1 fault, 2 usage, 3 refused, "
	      "4 agent not reachable, 5 not found\n",
	    file);
}
