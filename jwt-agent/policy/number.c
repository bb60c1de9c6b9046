/* SPDX-License-Identifier: BSD-3-Clause */
#include "jwt-agent/policy/number.h"

#include <stdio.h>
#include <stdlib.h>
#include <string.h>

static void
real_text(double real, char text[NUMBER_TEXT_SIZE])
{
	for (int digits = 15; digits <= 17; digits++) {
		snprintf(text, NUMBER_TEXT_SIZE, "%.*g", digits, real);
		if (strtod(text, NULL) == real)
			break;
	}
	if (strpbrk(text, ".e") == NULL)
		strcat(text, ".0");
}

void
number_text(const json_t *number, char text[NUMBER_TEXT_SIZE])
{
	if (json_is_real(number))
		real_text(json_real_value(number), text);
	else
		snprintf(text, NUMBER_TEXT_SIZE, "%" JSON_INTEGER_FORMAT,
		    json_integer_value(number));
}
