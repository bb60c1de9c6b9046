/* SPDX-License-Identifier: BSD-3-Clause */
#ifndef JWT_AGENT_SERVICE_RENEWAL_H
#define JWT_AGENT_SERVICE_RENEWAL_H

/*
 * Which version of the claims a family's tokens get, and who is asked to renew
 * theirs. Nobody is logged out by it: an older token goes on, with what it
 * lacks filled in (claimset.h).
 */

#include "jwt-agent/service/call.h"
#include "lmdb-store/family.h"
#include "varlink/user.h"

/*
 * Before a grant: the version that its access token gets, into the record,
 * which the store counts anew if it had another. The newest one with `fully`,
 * where claims_backfill is on, where the user was asked since, and where the
 * family's has ended; else the one that the family has.
 */
MUST_USE enum err renewal_choose(struct call *call, const char *user,
    struct family_record *family, bool fully);

/* Users of one request of many. */
#define RENEWAL_USERS_MAX 256

MUST_USE enum err user_renew(struct call *call,
    const struct user_renew_request *request, struct user_renew_reply *reply);

#endif
