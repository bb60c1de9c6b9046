/* SPDX-License-Identifier: BSD-3-Clause */
#ifndef JWT_AGENT_SERVICE_CLAIMSET_H
#define JWT_AGENT_SERVICE_CLAIMSET_H

/*
 * The claims that the sections [claim NAME] describe: what new tokens get, and
 * what a token that lacks one is taken to say. The user's attribute comes
 * before the default.
 */

#include "jwt-agent/service/verdict.h"

#define CLAIMSET_COUNTER "claim" /* labels: claim, source */
#define CLAIMSET_ATTRIBUTE "user"
#define CLAIMSET_DEFAULT "default"

/* Puts those of this version into a set that is being made. `attributes` may
 * be NULL. */
MUST_USE enum err claimset_add(const struct config *config, int64_t version,
    const json_t *attributes, struct claims *claims);

/*
 * The step "fallback": gives the token of a verdict what it lacks, and notes
 * in it which those are. The attributes are those of `uid`.
 */
MUST_USE enum err
claimset_complete(struct call *call, int64_t uid, struct verdict *verdict);

/* Counts what was given. */
MUST_USE enum err claimset_count(
    struct call *call, const char *user, const struct verdict *verdict);

#endif
