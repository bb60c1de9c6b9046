/* SPDX-License-Identifier: BSD-3-Clause */
#ifndef JWT_AGENT_POLICY_PATTERN_H
#define JWT_AGENT_POLICY_PATTERN_H

/*
 * A POSIX extended regular expression that takes in a whole text or nothing.
 * It works on bytes, the same in every locale. A new line is a character like
 * another: neither ^ nor $ matches beside it.
 *
 * Back-references, the other escapes that POSIX does not have (\d, \w, \<) and
 * expressions that take long to compile or to match are refused: repetitions
 * of what may be empty, as in (a*)*; more than PATTERN_SIZE_MAX bytes,
 * PATTERN_DEPTH_MAX groups one in another, or PATTERN_ITEMS_MAX characters and
 * groups when repetitions are written out (a+ is two, (ab){3} nine). Within
 * that the worst that were found are like (a|b)*a[ab]{255}: 60 ms and 20 MB
 * for a text of 1024 bytes, where [a-z]+@corp takes some microseconds.
 */

#include "base/autofree.h"
#include "base/options.h"

#include <stddef.h>

#define PATTERN_SIZE_MAX 256
#define PATTERN_DEPTH_MAX 8
#define PATTERN_ITEMS_MAX 512

struct pattern;

/* ERR_CONFIG with a sentence, ERR_NO_MEMORY. */
MUST_USE enum err
pattern_new(struct pattern **out, const char *text, struct option_error *why);

/* NULL is fine. */
void pattern_free(struct pattern *pattern);
DEFINE_AUTO_FREE(pattern)

/*
 * Gives the part of `text` that the first group matched, the whole when there
 * is no group, and nothing when the group took no part. ERR_NOT_FOUND when
 * the pattern does not match the whole text; ERR_NO_MEMORY. A pattern learns
 * from what it matches, and forgets it when that may have become large.
 */
MUST_USE enum err pattern_match(
    struct pattern *pattern, const char *text, const char **part, size_t *size);

#endif
