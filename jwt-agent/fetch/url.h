/* SPDX-License-Identifier: BSD-3-Clause */
#ifndef JWT_AGENT_FETCH_URL_H
#define JWT_AGENT_FETCH_URL_H

/* From where keys may be fetched. */

#include <stdbool.h>

/* https, or http of a loopback host; `problem` says what is wrong with it. */
bool url_is_allowed(const char *url, const char **problem);

/* Whether both begin with the same scheme. */
bool url_same_scheme(const char *url, const char *other);

#endif
