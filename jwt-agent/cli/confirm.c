/* SPDX-License-Identifier: BSD-3-Clause */
#include "jwt-agent/cli/confirm.h"

#include "jwt-agent/cli/connection.h"

#include <stdio.h>
#include <string.h>
#include <unistd.h>

#define ANSWER_SIZE 16

enum err
confirm(const struct call *call, const char *what)
{
	char answer[ANSWER_SIZE] = "";

	if (call_has(call, CLI_YES))
		return OK;
	if (!isatty(STDIN_FILENO)) {
		connection_complain(
		    call, "%s; without a terminal it takes --yes", what);
		return ERR_USAGE;
	}
	fprintf(stderr, "%s.\nType yes to go on: ", what);
	if (fgets(answer, sizeof(answer), stdin) != NULL &&
	    strcmp(answer, "yes\n") == 0)
		return OK;
	connection_complain(call, "nothing was done");
	return ERR_USAGE;
}
