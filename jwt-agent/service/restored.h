/* SPDX-License-Identifier: BSD-3-Clause */
#ifndef JWT_AGENT_SERVICE_RESTORED_H
#define JWT_AGENT_SERVICE_RESTORED_H

/* The first start on a store that was restored from a backup. */

#include "jwt-agent/service/call.h"
#include "varlink/login.h"

/* Whether this is one. */
MUST_USE enum err restored_is_new(struct store *store, bool *restored);

/* The agent asks this of itself, before anybody asks anything: says in the
 * audit what the store is, and revokes all that was issued so far if that was
 * wanted. */
MUST_USE enum err restored_note(
    struct call *call, const struct empty *request, struct empty *reply);

#endif
