/* SPDX-License-Identifier: BSD-3-Clause */
#ifndef JWT_AGENT_CONFIG_VALUE_H
#define JWT_AGENT_CONFIG_VALUE_H

/* The value of one key of a section, whatever its type. */

#include "base/fields.h"
#include "jwt-agent/config/config.h"

const void *config_member(
    const struct option *option, const struct config_section *section);

/* A number of 0 that is no default, or cannot be one, asks for nothing. */
bool config_is_unset(const struct option *option, const void *member);

/* A new reference: string, integer, boolean, array of strings, or null when
 * it is unset; NULL without memory. */
json_t *config_value_json(const struct option *option, const void *member);

#endif
