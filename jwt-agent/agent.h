/* SPDX-License-Identifier: BSD-3-Clause */
#ifndef JWT_AGENT_AGENT_H
#define JWT_AGENT_AGENT_H

#include "jwt-agent/config/config.h"

/*
 * The daemon: builds everything in the order of dependence, runs until it is
 * told to stop, and takes it down in reverse. The exit code; what went wrong
 * was logged.
 */
int agent_serve(const struct config *config);

/* What config_load() cannot know: whether maps, names and keys are such that
 * the agent would start with them. ERR_CONFIG with `error` filled. */
MUST_USE enum err
agent_check(const struct config *config, struct config_error *error);

#endif
