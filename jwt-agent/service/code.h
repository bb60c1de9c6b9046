/* SPDX-License-Identifier: BSD-3-Clause */
#ifndef JWT_AGENT_SERVICE_CODE_H
#define JWT_AGENT_SERVICE_CODE_H

/*
 * io.jwtagent.Code, and the login by a code. A code logs in as a token of this
 * agent would that says nothing but who it is for: what a service asks of users,
 * issuers and audience holds for it, and a service that asks for claims or
 * that nobody sits at refuses it.
 */

#include "jwt-agent/service/call.h"
#include "jwt-agent/service/verdict.h"
#include "varlink/code.h"
#include "varlink/login.h"

/* Codes of one user that count at the same time; the oldest makes room. */
#define CODES_OF_USER_MAX 16
#define CODE_RHOST_MAX 255
/* What the device is called whose logins come by codes of no other device. */
#define CODE_DEVICE_NAME "login code"

/* ERR_NO_SUCH_USER, ERR_INVALID_PARAMETER with the member as the event's
 * detail, ERR_DEVICE_REVOKED when its login would be of a revoked device. */
MUST_USE enum err code_new(struct call *call,
    const struct code_new_request *request, struct code_new_reply *reply);

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
