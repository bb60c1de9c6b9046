/* SPDX-License-Identifier: BSD-3-Clause */
#ifndef BASE_LOGINCODE_H
#define BASE_LOGINCODE_H

/*
 * A login code: 60 random bits as 12 characters of Crockford's base32, shown
 * in groups as ABCD-EFGH-JKMN.
 *
 * One prompt serves codes and passwords, and 12 letters and digits in a row
 * are many people's password. So only what is grouped like a code is one: a
 * hyphen or a blank behind the fourth character and behind the eighth.
 */

#include "base/host.h"

#include <stdbool.h>
#include <string.h>

#define LOGINCODE_SIZE 12
#define LOGINCODE_SHOWN_SIZE 14

/* The caller wipes what was made. */
MUST_USE enum err
logincode_new(const struct host *host, char code[LOGINCODE_SIZE + 1]);

/* As a person reads it. */
void logincode_show(
    const char code[LOGINCODE_SIZE + 1], char shown[LOGINCODE_SHOWN_SIZE + 1]);

/* Whether a text has the form of a code as it is shown; then that code in
 * capitals, without its hyphens. */
bool logincode_read(const char *text, char code[LOGINCODE_SIZE + 1]);

/* A code in the form in which it is hashed; wiped when it is cleared. */
struct logincode {
	char text[LOGINCODE_SIZE + 1];
};

static inline void
logincode_clear(struct logincode *code)
{
	explicit_bzero(code->text, sizeof(code->text));
}

#endif
