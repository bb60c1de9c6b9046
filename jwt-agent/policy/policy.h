/* SPDX-License-Identifier: BSD-3-Clause */
#ifndef JWT_AGENT_POLICY_POLICY_H
#define JWT_AGENT_POLICY_POLICY_H

/*
 * May the subject of a good token log in as this user here? Pure.
 */

#include "base/autofree.h"
#include "base/err.h"
#include "jwt-agent/verify/trail.h"

#include <stdint.h>

#define POLICY_MIN_UID 1000

struct policy {
	int64_t min_uid; /* the lowest that may log in, root apart */
	bool allow_root;
};

/*
 * `sub` is the whole claim, `user` is PAM_USER and `uid` its number. The step
 * `user` of the trail. ERR_WRONG_USER when they differ in any byte, for uid 0
 * without allow_root, for a uid below min_uid and for a negative one.
 */
MUST_USE enum err policy_check(const struct policy *policy, const char *sub,
    const char *user, int64_t uid, struct trail *trail);

#endif
