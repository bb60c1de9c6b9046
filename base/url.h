/* SPDX-License-Identifier: BSD-3-Clause */
#ifndef BASE_URL_H
#define BASE_URL_H

/*
 * Which addresses keys may be fetched from. This is no parser of URLs: it
 * takes the few forms that every parser reads in the same way, so that what
 * was checked here is what the fetcher's library connects to.
 */

#include <stdbool.h>

#define URL_SIZE_MAX 1024

/*
 * https://HOST[:PORT][/PATH][?QUERY], or http:// when HOST is exactly
 * localhost, a dotted quad of 127.0.0.0/8 or [::1]. HOST is a name of letters,
 * digits, '-', '_' and dots, a dotted quad, or an address in brackets. No user
 * information, no fragment, no backslash, printable ASCII without blanks, no
 * scheme in capitals. Otherwise `problem` is the end of a sentence that begins
 * with "the URL".
 */
bool url_is_allowed(const char *url, const char **problem);

/* Whether both begin with the same scheme. */
bool url_same_scheme(const char *left, const char *right);

#endif
