/* SPDX-License-Identifier: BSD-3-Clause */
#ifndef JWT_AGENT_POLICY_UTF8_H
#define JWT_AGENT_POLICY_UTF8_H

/* Characters in UTF-8 (RFC 3629). */

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

/* How many bytes the first character of `text` takes, and what it is; 0 when
 * the text is empty or does not begin with a character. */
size_t utf8_next(const char *text, uint32_t *character);

/* Whether it is one of the control characters, U+0000 to U+001F and U+007F to
 * U+009F. */
bool utf8_is_control(uint32_t character);

/* Whether it is a control or format character, white space, or anything else
 * of which a reader sees nothing. */
bool utf8_is_unseen(uint32_t character);

#endif
