/* SPDX-License-Identifier: BSD-3-Clause */
#ifndef JWT_AGENT_SERVICE_KEY_H
#define JWT_AGENT_SERVICE_KEY_H

/* io.jwtagent.Key: one function for each method of the interface file; and
 * what the agent does with its keys on its own. */

#include "jwt-agent/service/call.h"
#include "jwt-agent/service/cursor.h"
#include "varlink/key.h"
#include "varlink/login.h"

MUST_USE enum err key_list(struct call *call, const struct empty *request,
    struct cursor *cursor, struct key_view *entry);
MUST_USE enum err key_rotate(struct call *call,
    const struct key_rotate_request *request, struct key_view *reply);
MUST_USE enum err key_rotate_data(
    struct call *call, const struct empty *request, struct key_view *reply);
MUST_USE enum err key_rotate_master(struct call *call,
    const struct key_master_request *request, struct key_view *reply);

/* After the master key's file was replaced, or was not: what the file holds by
 * now is the master key, and the other one opens nothing any more. */
MUST_USE enum err key_settle_master(
    struct call *call, const struct empty *request, struct empty *reply);

/* For the sweep: what falls due with signing keys; a step of sealing anew; a
 * master key about which key_settle_master() could not be asked in time. */
MUST_USE enum err
key_sweep_signing(struct call *call, size_t limit, size_t *done);
MUST_USE enum err
key_sweep_sealed(struct call *call, size_t limit, size_t *done);
MUST_USE enum err
key_sweep_master(struct call *call, size_t limit, size_t *done);

#endif
