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

/*
 * Puts `set` into what is set of call->subject, whose name is `user`: names with
 * null go. Checks all of it first: ERR_INVALID_PARAMETER, with the event's
 * detail, when a name, a value or the token that it would make cannot be; the
 * detail has names, and no values. Writes unless `dry_run`. `*all` is what there
 * is then, to be released.
 */
MUST_USE enum err attribute_put(struct call *call, const char *user,
    const json_t *set, bool dry_run, json_t **all);

#endif
