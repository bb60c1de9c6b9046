/* SPDX-License-Identifier: BSD-3-Clause */
#ifndef JWT_AGENT_SERVICE_ATTRIBUTE_H
#define JWT_AGENT_SERVICE_ATTRIBUTE_H

/*
 * What is set of users, from which claims are made: [claim NAME] with
 * from=user. Values go into tokens only: no event and no log line has them.
 */

#include "jwt-agent/service/call.h"
#include "varlink/user.h"

#define ATTRIBUTES_MAX 16      /* of one user */
#define ATTRIBUTE_TEXT_MAX 128 /* bytes */

MUST_USE enum err user_set(struct call *call,
    const struct user_set_request *request, struct user_set_reply *reply);

#endif
