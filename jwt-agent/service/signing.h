/* SPDX-License-Identifier: BSD-3-Clause */
#ifndef JWT_AGENT_SERVICE_SIGNING_H
#define JWT_AGENT_SERVICE_SIGNING_H

/*
 * The life of this agent's signing keys in the store. A new key is `next` for
 * key_publish=, so that whoever keeps a copy of our JWK Set has it before it
 * signs; then it is `active`, and the one before `retired`: its private half is
 * gone, and it verifies until the last token that it signed has expired. Then
 * it is removed. There is one active key, and at most one that is next; an
 * active key of another algorithm= than the configured one gets a successor.
 *
 * Times are seconds since 1970.
 */

#include "jwt-agent/service/call.h"
#include "lmdb-store/signkey.h"

/* Does what has fallen due, and has it in the call's key change and alerts. */
MUST_USE enum err signing_settle(struct call *call);

/*
 * A new key. `at_once`: it signs from now on, and the others are removed, so
 * that what they signed is refused. `out`: the new key as it is in the store.
 * ERR_ROTATION_UNDER_WAY when another is next already, with its kid and time in
 * the event's detail; `out` is not set.
 */
MUST_USE enum err
signing_rotate(struct call *call, bool at_once, struct signkey_record *out);

#endif
