/* SPDX-License-Identifier: BSD-3-Clause */
#ifndef BASE_CROCKFORD_H
#define BASE_CROCKFORD_H

/* Crockford's base32: five bits a character, no I, L, O and U. */

#define CROCKFORD_BITS 5
#define CROCKFORD_ALPHABET "0123456789ABCDEFGHJKMNPQRSTVWXYZ"

/* The character of a value from 0 to 31. */
char crockford_character(unsigned int value);

/*
 * The value of a character as a person may type it: in either case, I and L
 * for 1, O for 0. -1 for any other.
 */
int crockford_value(char character);

#endif
