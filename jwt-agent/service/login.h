/* SPDX-License-Identifier: BSD-3-Clause */
#ifndef JWT_AGENT_SERVICE_LOGIN_H
#define JWT_AGENT_SERVICE_LOGIN_H

/* io.jwtagent.Login: one function for each method of the interface file, which
 * says what they do. */

#include "jwt-agent/service/call.h"
#include "varlink/login.h"
#include "varlink/token.h"

/* How long a login may wait between authentication and its session. */
#define PENDING_SECONDS 300

MUST_USE enum err login_authenticate(struct call *call,
    const struct authenticate_request *request,
    struct authenticate_reply *reply);
MUST_USE enum err login_observe(struct call *call,
    const struct authenticate_request *request, struct empty *reply);
MUST_USE enum err login_check_account(struct call *call,
    const struct session_request *request, struct empty *reply);
MUST_USE enum err login_credential(struct call *call,
    const struct credential_request *request, struct empty *reply);
MUST_USE enum err login_open_session(struct call *call,
    const struct session_request *request, struct empty *reply);
MUST_USE enum err login_close_session(struct call *call,
    const struct session_request *request, struct empty *reply);
MUST_USE enum err login_change_token(struct call *call,
    const struct change_request *request, struct refresh_reply *reply);

#endif
