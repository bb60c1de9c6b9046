/* SPDX-License-Identifier: BSD-3-Clause */
#include "jwt-agent/verify/quote.h"

#include <stdarg.h>
#include <stdbool.h>
#include <stdio.h>
#include <string.h>

void
words_append(char *room, size_t size, const char *format, ...)
{
	size_t used = strlen(room);
	va_list arguments;

	va_start(arguments, format);
	vsnprintf(room + used, size - used, format, arguments);
	va_end(arguments);
}

static bool
is_plain(char c)
{
	return c >= ' ' && c <= '~' && c != '"' && c != '\\';
}

void
quote_append(char *room, size_t size, const char *text)
{
	words_append(room, size, "\"");
	for (size_t i = 0; text[i] != '\0'; i++) {
		if (i == QUOTE_MAX) {
			words_append(room, size, "...");
			break;
		}
		if (is_plain(text[i]))
			words_append(room, size, "%c", text[i]);
		else
			words_append(
			    room, size, "\\x%02x", (unsigned char)text[i]);
	}
	words_append(room, size, "\"");
}
