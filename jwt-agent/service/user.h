/* SPDX-License-Identifier: BSD-3-Clause */
#ifndef JWT_AGENT_SERVICE_USER_H
#define JWT_AGENT_SERVICE_USER_H

/*
 * io.jwtagent.User: one function for each method of the interface file. An
 * administrator may name a user whom the directory has lost already: then the
 * records say who that was.
 */

#include "jwt-agent/service/call.h"
#include "varlink/user.h"

MUST_USE enum err user_show(struct call *call,
    const struct user_show_request *request, struct user_view *reply);
MUST_USE enum err user_logout(struct call *call,
    const struct user_logout_request *request, struct user_logout_reply *reply);

#endif
