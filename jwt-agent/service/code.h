/* SPDX-License-Identifier: BSD-3-Clause */
#ifndef JWT_AGENT_SERVICE_CODE_H
#define JWT_AGENT_SERVICE_CODE_H

/* io.jwtagent.Code: one function for each method of the interface file. */

#include "jwt-agent/service/call.h"
#include "lmdb-store/code.h"
#include "varlink/code.h"

/* Codes of one user that count at the same time; the oldest makes room. */
#define CODES_OF_USER_MAX 16
#define CODE_RHOST_MAX 255

/* ERR_NO_SUCH_USER, ERR_INVALID_PARAMETER with the member as the event's
 * detail, ERR_DEVICE_REVOKED when its login would be of a revoked device. */
MUST_USE enum err code_new(struct call *call,
    const struct code_new_request *request, struct code_new_reply *reply);

/* Which code it is, as the event's detail. */
void code_note(struct call *call, const struct code_record *record);

#endif
