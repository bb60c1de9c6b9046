/* SPDX-License-Identifier: BSD-3-Clause */
#include "jwt-agent/policy/line.h"
#include "jwt-agent/policy/utf8.h"

#include <string.h>

/* A piece that does not fit ends the line: nothing goes behind it. */
static void
add_character(struct line *line, const char *text, size_t size)
{
	if (size >= line->size - line->used) {
		line->size = line->used + 1;
		return;
	}
	memcpy(line->text + line->used, text, size);
	line->used += size;
}

void
line_add(struct line *line, const char *text)
{
	while (*text != '\0') {
		uint32_t character = 0;
		size_t size = utf8_next(text, &character);

		if (utf8_is_control(character))
			add_character(line, "?", 1);
		else
			add_character(line, text, size);
		text += size > 0 ? size : 1;
	}
	line->text[line->used] = '\0';
}

void
line_add_plain(struct line *line, const char *text, size_t limit)
{
	for (size_t i = 0; i < limit && *text != '\0'; i++) {
		uint32_t character = 0;
		size_t size = utf8_next(text, &character);
		bool is_plain = character >= ' ' && character <= '~';

		add_character(line, is_plain ? text : "?", 1);
		text += size > 0 ? size : 1;
	}
	line->text[line->used] = '\0';
}
