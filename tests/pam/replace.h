/* SPDX-License-Identifier: BSD-3-Clause */
#ifndef TESTS_PAM_REPLACE_H
#define TESTS_PAM_REPLACE_H

/*
 * Copies a text and puts one word in the place of another.
 */

#include <stddef.h>
#include <stdio.h>

struct replacement {
	const char *word, *by;
};

/* Of several words that fit, the first in the list is taken. */
void replace_words(FILE *out, const char *text,
    const struct replacement *replacements, size_t count);

#endif
