/* SPDX-License-Identifier: BSD-3-Clause */
#include "tests/pam/replace.h"

#include <string.h>

static const struct replacement *
find(const char *text, const struct replacement *replacements, size_t count)
{
	for (size_t i = 0; i < count; i++)
		if (strncmp(text, replacements[i].word,
			strlen(replacements[i].word)) == 0)
			return &replacements[i];
	return NULL;
}

void
replace_words(FILE *out, const char *text,
    const struct replacement *replacements, size_t count)
{
	while (*text != '\0') {
		const struct replacement *found =
		    find(text, replacements, count);

		if (found == NULL) {
			fputc(*text++, out);
			continue;
		}
		fputs(found->by, out);
		text += strlen(found->word);
	}
}
