/* SPDX-License-Identifier: BSD-3-Clause */
#ifndef BASE_ID_H
#define BASE_ID_H

/*
 * Ids of devices and sessions and the jti of tokens: 48 bits of milliseconds
 * and 80 random bits as 26 Crockford base32 characters, so that they sort by
 * the time they were made and cannot be guessed.
 */

#include "base/host.h"

#define ID_SIZE 26

MUST_USE enum err id_new(const struct host *host, char id[ID_SIZE + 1]);

/* An id of this time (milliseconds since 1970) and these bytes, for what is to
 * have the same one each time. */
void id_of(int64_t ms, const uint8_t random[10], char id[ID_SIZE + 1]);

/* Whether a text from outside has the form of an id. */
bool id_valid(const char *id);

#endif
