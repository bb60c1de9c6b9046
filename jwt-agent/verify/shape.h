/* SPDX-License-Identifier: BSD-3-Clause */
#ifndef JWT_AGENT_VERIFY_SHAPE_H
#define JWT_AGENT_VERIFY_SHAPE_H

/*
 * Bounds on JSON from outside, held before a parser builds anything from it.
 */

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

/*
 * Whether the text begins as an object, holds no NUL, nests at most `depth`
 * deep and has at most `members` object members altogether. Whether it is
 * JSON at all is for the parser to say.
 */
bool
shape_is_sane(const uint8_t *text, size_t size, size_t depth, size_t members);

#endif
