/* SPDX-License-Identifier: BSD-3-Clause */
#ifndef JWT_AGENT_SETUP_SETUP_H
#define JWT_AGENT_SETUP_SETUP_H

/*
 * What has to be there before the agent can start: its user and the group of
 * administrators, the folders, the master key, the store with a signing key.
 * Each step looks first, makes only what is missing and replaces nothing, so
 * that it can be run again at any time.
 *
 * It runs as root, and the folders belong to the agent's user: nothing is
 * written as root below a folder that somebody else can write in.
 */

#include "jwt-agent/config/config.h"

#include <jansson.h>
#include <stdbool.h>

/*
 * All of it. `steps` is an array of objects with step, outcome, object and
 * note, also when it fails: ERR_PERMISSION_DENIED when it is no dry run and
 * the caller is not root, ERR_IO when a step failed, ERR_NO_MEMORY.
 */
MUST_USE enum err
setup_run(const struct config *config, bool dry_run, json_t **steps);

#endif
