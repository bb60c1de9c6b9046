/* SPDX-License-Identifier: BSD-3-Clause */
#ifndef JWT_AGENT_CLI_FLAG_H
#define JWT_AGENT_CLI_FLAG_H

/* Flags, for whoever shows them. Fails as connection.h says. */

#include "jwt-agent/cli/command.h"

#include <jansson.h>

/* A new array of flag_view objects; `user` may be NULL. */
MUST_USE enum err
list_flags(const struct call *call, const char *user, json_t **out);

/* A table of them; adds members to the objects. */
MUST_USE enum err print_flags(json_t *flags);

#endif
