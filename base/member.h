/* SPDX-License-Identifier: BSD-3-Clause */
#ifndef BASE_MEMBER_H
#define BASE_MEMBER_H

/* Texts in JSON objects, which others have written. */

#include <jansson.h>
#include <stdbool.h>

/* "" when there is no such member or it is no text. Owned by `object`. */
const char *member_text(const json_t *object, const char *name);

/* Whether the member is this text; one that is absent is none, not even "". */
bool member_is(const json_t *object, const char *name, const char *text);

#endif
