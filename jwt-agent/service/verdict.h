/* SPDX-License-Identifier: BSD-3-Clause */
#ifndef JWT_AGENT_SERVICE_VERDICT_H
#define JWT_AGENT_SERVICE_VERDICT_H

/*
 * May this token log this user in to this service? The whole list: the token
 * itself (verify/), revocation (the store), and the user (policy/), in that
 * order; the first failure decides.
 */

#include "jwt-agent/service/call.h"
#include "jwt-agent/verify/verify.h"
#include "lmdb-store/device.h"

struct attempt {
	const char *user; /* PAM_USER */
	int64_t uid;	  /* its number */
	const struct secret *token;
	bool cut;
};

struct verdict {
	struct verified token;
	struct device_record device;
	struct trail trail;
};

void verdict_clear(struct verdict *verdict);

/*
 * OK, or the reason, which is then also the detail of the call's event. The
 * trail is filled in either case; token and device as far as they were
 * reached.
 */
MUST_USE enum err verdict_reach(
    struct call *call, const struct attempt *attempt, struct verdict *verdict);

#endif
