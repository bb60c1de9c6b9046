/* SPDX-License-Identifier: BSD-3-Clause */
#ifndef JWT_AGENT_SERVICE_TOKEN_H
#define JWT_AGENT_SERVICE_TOKEN_H

/* io.jwtagent.Token: one function for each method of the interface file. */

#include "jwt-agent/service/rotation.h"
#include "varlink/login.h"
#include "varlink/token.h"

/* Rotates what rotation_find() found and fills the answer. */
MUST_USE enum err token_rotate(struct call *call, struct presented *presented,
    struct refresh_reply *reply);

MUST_USE enum err token_refresh(struct call *call,
    const struct refresh_request *request, struct refresh_reply *reply);
MUST_USE enum err token_explain(struct call *call,
    const struct explain_request *request, struct explain_reply *reply);
MUST_USE enum err token_list_keys(
    struct call *call, const struct empty *request, struct keys_reply *reply);

/* The name of the user whose device the token is of, which has not been
 * checked yet: a copy, or NULL when there is no such device. */
MUST_USE enum err token_user(
    struct call *call, const struct refresh_request *request, char **user);

#endif
