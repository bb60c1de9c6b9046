/* SPDX-License-Identifier: BSD-3-Clause */
#ifndef BASE_TIMETEXT_H
#define BASE_TIMETEXT_H

/* A time for people, in UTC: 2026-11-21T18:00:00Z (RFC 3339). */

#include <stdint.h>

#define TIMETEXT_SIZE 32

/* `seconds` since 1970; the bare number where there is no such year. */
void timetext(int64_t seconds, char text[TIMETEXT_SIZE]);

#endif
