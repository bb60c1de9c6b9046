/* SPDX-License-Identifier: BSD-3-Clause */
#ifndef BASE_OPTION_VALUE_H
#define BASE_OPTION_VALUE_H

/* What each type of base/options.h does with a member of its type. */

#include "base/options.h"

/* Reads a text into the member; a list gets it added. ERR_CONFIG with a
 * sentence, and the member of a list may then have more items. */
MUST_USE enum err option_value_read(const struct option *option, void *member,
    const char *value, struct option_error *error);

/* Frees what the member holds and leaves it all zero. */
void option_value_clear(enum option_type type, void *member);

/* `member` is all zero. ERR_NO_MEMORY. */
MUST_USE enum err
option_value_copy(enum option_type type, void *member, const void *from);

#endif
