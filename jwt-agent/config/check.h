/* SPDX-License-Identifier: BSD-3-Clause */
#ifndef JWT_AGENT_CONFIG_CHECK_H
#define JWT_AGENT_CONFIG_CHECK_H

/* What must hold between the keys of a whole configuration. */

#include "jwt-agent/config/config.h"

/* ERR_CONFIG with `error` filled. */
MUST_USE enum err
config_check(const struct config *config, struct config_error *error);

#endif
