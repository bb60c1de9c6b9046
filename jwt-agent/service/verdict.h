/* SPDX-License-Identifier: BSD-3-Clause */
#ifndef JWT_AGENT_SERVICE_VERDICT_H
#define JWT_AGENT_SERVICE_VERDICT_H

/*
 * May this token log this user in to this service? The whole list: the token
 * itself (verify/), revocation and single use (the store), the user and the
 * service's rules (policy/), in that order; the first failure decides.
 */

#include "jwt-agent/service/call.h"
#include "jwt-agent/service/origin.h"
#include "jwt-agent/service/stacks.h"
#include "jwt-agent/verify/verify.h"
#include "lmdb-store/device.h"

struct attempt {
	const char *user;    /* PAM_USER */
	int64_t uid;	     /* its number */
	const char *service; /* PAM service */
	const char *rhost;   /* may be NULL */
	const struct secret *token;
	bool cut;
};

struct verdict {
	struct verified token;
	const struct stack *stack;	   /* the service's rules */
	char origin[ORIGIN_HASH_SIZE + 1]; /* which token it is */
	char mark[ORIGIN_HASH_SIZE + 1];   /* by which it is revoked */
	struct device_record device;
	bool new_device; /* it is not in the store yet */
	/* claims that the token lacked, a bit for each of the configuration's,
	 * and got from the user's attributes or by default */
	uint32_t from_user, from_default;
	bool outdated; /* it is to be renewed before it logs in */
	struct trail trail;
};

void verdict_clear(struct verdict *verdict);

/*
 * OK, or the reason, which is then also the detail of the call's event. The
 * trail is filled in either case; token and device as far as they were
 * reached. ERR_KEYS_NEEDED: run it again when call->fetch has its keys.
 */
MUST_USE enum err verdict_reach(
    struct call *call, const struct attempt *attempt, struct verdict *verdict);

/* The last step: ERR_STAND_ASIDE where the flag token_login is off for the user.
 * Nobody but who has a good token or login code of the user learns of it. */
MUST_USE enum err verdict_stand_aside(
    struct call *call, const struct attempt *attempt, struct trail *trail);

#endif
