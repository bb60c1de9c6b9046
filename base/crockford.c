/* SPDX-License-Identifier: BSD-3-Clause */
#include "base/crockford.h"

#include <string.h>

static const char alphabet[] = CROCKFORD_ALPHABET;

char
crockford_character(unsigned int value)
{
	return alphabet[value & 31];
}

/* Not toupper(3): what is a letter must not hang on the locale. */
static char
upper(char character)
{
	return character >= 'a' && character <= 'z'
	    ? (char)(character - 'a' + 'A')
	    : character;
}

int
crockford_value(char character)
{
	char letter = upper(character);
	const char *found;

	if (letter == 'O')
		return 0;
	if (letter == 'I' || letter == 'L')
		return 1;
	found = letter != '\0' ? strchr(alphabet, letter) : NULL;
	return found != NULL ? (int)(found - alphabet) : -1;
}
