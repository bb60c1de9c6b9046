/* SPDX-License-Identifier: BSD-3-Clause */
#include "jwt-agent/fetch/problem.h"

#include <stdarg.h>
#include <stdio.h>

enum err
problem_say(struct problem *problem, const char *format, ...)
{
	va_list arguments;

	va_start(arguments, format);
	vsnprintf(problem->text, sizeof(problem->text), format, arguments);
	va_end(arguments);
	for (char *c = problem->text; *c != '\0'; c++)
		if (*c < ' ' || *c > '~')
			*c = '?';
	return ERR_KEYS_UNAVAILABLE;
}
