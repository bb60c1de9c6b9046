/* SPDX-License-Identifier: BSD-3-Clause */
#ifndef JWT_AGENT_SERVICE_TOKEN_REVOCATION_H
#define JWT_AGENT_SERVICE_TOKEN_REVOCATION_H

/*
 * io.jwtagent.Token.Revoke (RFC 7009): a refresh token stands for its family,
 * an access token for itself.
 */

#include "jwt-agent/service/call.h"
#include "varlink/token.h"

MUST_USE enum err
token_revoke(struct call *call, const struct token_revoke_request *request,
    struct token_revoke_reply *reply);

/* The name of the user whose token it is: a copy, or NULL when it is not good
 * for anything or names nobody here. */
MUST_USE enum err token_revoke_user(
    struct call *call, const struct token_revoke_request *request, char **user);

#endif
