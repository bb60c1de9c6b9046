/* SPDX-License-Identifier: BSD-3-Clause */
#ifndef JWT_AGENT_VERIFY_QUOTE_H
#define JWT_AGENT_VERIFY_QUOTE_H

/* Text from outside among words of ours: quoted, escaped, cut. */

#include <stddef.h>

#define QUOTE_MAX 64 /* bytes shown of a text */

/*
 * Both append to the string in `room`, as much as fits into its `size` bytes;
 * it ends with a NUL in every case.
 */
__attribute__((format(printf, 3, 4))) void
words_append(char *room, size_t size, const char *format, ...);

/* The text in quotation marks and printable ASCII: whatever else is in it is
 * written as \xNN. */
void quote_append(char *room, size_t size, const char *text);

#endif
