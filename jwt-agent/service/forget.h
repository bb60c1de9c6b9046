/* SPDX-License-Identifier: BSD-3-Clause */
#ifndef JWT_AGENT_SERVICE_FORGET_H
#define JWT_AGENT_SERVICE_FORGET_H

/*
 * io.jwtagent.User.Forget: everything of a person leaves the store, and a
 * pseudonym stands for him in the audit (service/pseudonym.h). The request
 * revokes and ends at once; the rest is done in steps of FORGET_STEP records,
 * by whoever asked (User.ForgetStep) and, when he is gone or the agent was
 * started anew, by a sweep. Where it has got to is in the store
 * (lmdb-store/forgetting.h).
 *
 * What was revoked stays so: the not-before mark of the uid is kept, which
 * names nobody.
 */

#include "jwt-agent/service/call.h"
#include "varlink/user.h"

#define FORGET_STEP 256 /* records looked at */

MUST_USE enum err user_forget(struct call *call,
    const struct user_forget_request *request, struct user_forget_reply *reply);
MUST_USE enum err user_forget_step(struct call *call,
    const struct user_forget_step_request *request,
    struct user_forget_step_reply *reply);

/* As a row of service/sweep.c. */
MUST_USE enum err forget_sweep(struct call *call, size_t limit, size_t *done);

#endif
