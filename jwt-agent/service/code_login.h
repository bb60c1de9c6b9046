/* SPDX-License-Identifier: BSD-3-Clause */
#ifndef JWT_AGENT_SERVICE_CODE_LOGIN_H
#define JWT_AGENT_SERVICE_CODE_LOGIN_H

/*
 * The login by a code. A code logs in as a token of this agent would that says
 * nothing but who it is for: what a service asks of users, issuers and audience
 * holds for it, and a service that asks for claims or that nobody sits at
 * refuses it.
 */

#include "jwt-agent/service/verdict.h"

/* Whether what came is a code, by its form. */
bool code_is(const struct secret *token);

/*
 * As verdict_reach(), for a code, which stays as it is: code_use() takes it
 * once the session is made. ERR_TOO_MANY_ATTEMPTS, before it is looked at;
 * ERR_WRONG_CODE; of a code that is there ERR_WRONG_USER, ERR_CODE_ELSEWHERE,
 * ERR_POLICY_DENIED, ERR_WRONG_AUDIENCE, ERR_DEVICE_REVOKED.
 */
MUST_USE enum err code_reach(
    struct call *call, const struct attempt *attempt, struct verdict *verdict);
MUST_USE enum err code_use(struct call *call, const struct verdict *verdict);

#endif
