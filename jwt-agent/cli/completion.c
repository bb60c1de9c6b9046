/* SPDX-License-Identifier: BSD-3-Clause */
#include "jwt-agent/cli/arguments.h"

#include <stdio.h>
#include <string.h>

static bool
is_first_of_noun(const struct command *commands, size_t at)
{
	return at == 0 || strcmp(commands[at - 1].noun, commands[at].noun) != 0;
}

static void
print_nouns(const struct command *commands, size_t count)
{
	for (size_t i = 0; i < count; i++)
		if (is_first_of_noun(commands, i))
			printf(" %s", commands[i].noun);
}

/* The words that may follow a noun: its verbs, or its options. */
static void
print_words(uint64_t options)
{
	for (unsigned i = 0; i < CLI_OPTION_COUNT; i++)
		if ((options & CLI_BIT_OF(i)) != 0)
			printf(
			    " --%s", cli_option_row((enum cli_option)i)->name);
}

static void
print_case(const struct command *command)
{
	if (command->verb != NULL)
		printf("\t'%s %s')", command->noun, command->verb);
	else
		printf("\t'%s '*)", command->noun);
	fputs(" words='--config --help", stdout);
	print_words(command->needs | command->takes);
	puts("' ;;");
}

static void
print_verbs(const struct command *commands, size_t count)
{
	for (size_t i = 0; i < count; i++) {
		if (commands[i].verb == NULL)
			continue;
		if (is_first_of_noun(commands, i))
			printf("\t'%s ') words='--help", commands[i].noun);
		printf(" %s", commands[i].verb);
		if (i + 1 == count || is_first_of_noun(commands, i + 1))
			puts("' ;;");
	}
}

static void
print_files(void)
{
	const char *separator = "\t";

	for (unsigned i = 0; i < CLI_OPTION_COUNT; i++) {
		const struct cli_option_row *row =
		    cli_option_row((enum cli_option)i);

		if (row->argument == NULL)
			continue;
		printf("%s--%s", separator, row->name);
		separator = "|";
	}
	puts(") COMPREPLY=($(compgen -f -- \"$word\")); return ;;");
}

int
cli_completion_bash(const struct call *call)
{
	const struct command *commands;
	size_t count;

	(void)call;
	commands = command_table(&count);
	fputs("# bash completion for jwt-agent\n"
	      "_jwt_agent()\n"
	      "{\n"
	      "\tlocal word=${COMP_WORDS[COMP_CWORD]} words i\n"
	      "\tlocal found=() last=${COMP_WORDS[COMP_CWORD-1]}\n"
	      "\tfor ((i = 1; i < COMP_CWORD; i++)); do\n"
	      "\t\tcase ${COMP_WORDS[i]} in\n"
	      "\t\t--config) ((i++)) ;;\n"
	      "\t\t-*) ;;\n"
	      "\t\t*) found+=(\"${COMP_WORDS[i]}\") ;;\n"
	      "\t\tesac\n"
	      "\tdone\n"
	      "\tCOMPREPLY=()\n"
	      "\tcase $last in\n",
	    stdout);
	print_files();
	fputs("\tesac\n"
	      "\tcase \"${found[0]} ${found[1]}\" in\n"
	      "\t' ') words='--config --help --version",
	    stdout);
	print_nouns(commands, count);
	puts("' ;;");
	print_verbs(commands, count);
	for (size_t i = 0; i < count; i++)
		print_case(&commands[i]);
	fputs("\tesac\n"
	      "\tCOMPREPLY=($(compgen -W \"$words\" -- \"$word\"))\n"
	      "}\n"
	      "complete -F _jwt_agent jwt-agent\n",
	    stdout);
	return 0;
}
