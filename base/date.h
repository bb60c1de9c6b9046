/* SPDX-License-Identifier: BSD-3-Clause */
#ifndef BASE_DATE_H
#define BASE_DATE_H

/*
 * Dates that end something: "2026-12-31", which is the whole of that day, or
 * "2026-12-31T18:00:00Z". Always UTC, so that no host's time zone moves them.
 */

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

#define DATE_SIZE 21 /* of date_text(), with NUL */

/* The first second, since 1970, in which it is over. False when the text is no
 * such date. */
bool date_read(const char *text, int64_t *over);

/* "NAME DATE": the size of the name, and the date. False when it is not. */
bool date_read_item(const char *item, size_t *name, int64_t *over);

/* A second as "2026-12-31T18:00:00Z". */
void date_text(int64_t second, char text[DATE_SIZE]);

#endif
