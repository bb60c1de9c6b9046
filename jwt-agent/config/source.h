/* SPDX-License-Identifier: BSD-3-Clause */
#ifndef JWT_AGENT_CONFIG_SOURCE_H
#define JWT_AGENT_CONFIG_SOURCE_H

/* One file that is read into a configuration. */

#include "jwt-agent/config/config.h"

/*
 * Reads the file over what is there. `path` must live as long as the
 * configuration, whose origins point at it. ERR_NOT_FOUND when there is no
 * such file, ERR_CONFIG with `error` filled, ERR_NO_MEMORY.
 */
MUST_USE enum err source_read(
    struct config *config, const char *path, struct config_error *error);

#endif
